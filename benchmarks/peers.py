"""The services that are measured: Dure, and its peers in an environment of their own.

Every service is a process (with children) in a session of its own, listening on a free port of
this machine; `stop` ends all of it. The peers come from PyPI into a folder of the benchmarks'
cache, once; none of them is a dependency of Dure.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from benchmarks.load_client import Address, BrokenAnswer, Connection
from benchmarks.processes import Memory, descendants, memory

PACKAGES = ("oxigraph==0.5.13", "rdflib-endpoint==0.6.3", "rdflib==7.6.0", "uvicorn[standard]")
HERE = Path(__file__).parent
_START_S = 60.0


class Service:
    """A running service."""

    def __init__(self, name: str, path: str, port: int, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self.address = Address(port, path)
        self.process = process

    @property
    def port(self) -> int:
        """The TCP port it listens on."""
        return self.address.port

    def pids(self) -> list[int]:
        """Return the process and all that it started."""
        return [self.process.pid, *descendants(self.process.pid)]

    def memory(self) -> Memory:
        """Return what all its processes hold."""
        return sum((memory(pid) for pid in self.pids()), Memory(0, 0, 0, 0))

    def restart(self) -> None:
        """Begin anew where a query was given up; only rdflib-endpoint needs it."""
        if self.process.stdin is not None:
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()
            time.sleep(0.2)
            self.wait(_START_S)

    def wait(self, seconds: float, path: str = "/") -> None:
        """Wait until it answers.

        Raises:
            TimeoutError: it does not.
        """
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended with {self.process.returncode}")
            connection = Connection(self.port, timeout_s=10)
            try:
                if connection.ask(request).status < 500:
                    return
            except (OSError, BrokenAnswer):
                time.sleep(0.05)
            finally:
                connection.close()
        raise TimeoutError(f"{self.name} does not answer after {seconds:.0f} s")

    def stop(self) -> None:
        """End it and all that it started."""
        started = self.pids()
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        for pid in started[1:]:
            if Path(f"/proc/{pid}").exists() and os.getpgid(pid) == self.process.pid:
                os.kill(pid, signal.SIGKILL)


def free_port() -> int:
    """Return a TCP port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def peers_environment(cache: Path) -> Path:
    """Return the folder of the peers' programs; made at the first call, from PyPI."""
    folder = cache / "peers"
    programs = folder / "bin"
    done = folder / "packages"
    if not done.exists() or done.read_text() != "\n".join(PACKAGES):
        print(f"installing {', '.join(PACKAGES)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run(
            [programs / "python", "-m", "pip", "install", "--quiet", *PACKAGES],
            check=True,
            stdout=sys.stderr,
        )
        done.write_text("\n".join(PACKAGES))
    return programs


@contextmanager
def running(
    name: str,
    path: str,
    command: list[str],
    *,
    log: Path,
    ready: str = "/",
    wait_s: float = _START_S,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
    stdin: int | IO[bytes] = subprocess.DEVNULL,
) -> Iterator[Service]:
    """Run a service for the length of a `with` block.

    Args:
        name: what it is called in tables.
        path: where it takes queries.
        command: what to run; "{port}" stands for the port.
        log: file that takes what it writes.
        ready: path that is asked to know whether it is up.
        wait_s: how long it may take to be up, in seconds.
        environment: variables beside those of this process.
        port: where it shall listen; None: on a free port.
        stdin: its standard input.
    """
    chosen = port or free_port()
    with log.open("ab") as out:
        process = subprocess.Popen(
            [part.replace("{port}", str(chosen)) for part in command],
            stdin=stdin,
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd=HERE.parent,
            env={**os.environ, **(environment or {}), "PORT": str(chosen)},
        )
    service = Service(name, path, chosen, process)
    try:
        service.wait(wait_s, ready)
        yield service
    finally:
        service.stop()


@contextmanager
def dure(data: Path, log: Path, settings: Mapping[str, str]) -> Iterator[Service]:
    """Run Dure on a data folder."""
    command = [sys.executable, "-m", "dure", "serve", "--empty", "--port", "{port}"]
    environment = {"DURE_DATA": str(data), "DURE_HOST": "127.0.0.1", **settings}
    with running(
        "Dure", "/sparql", command, log=log, ready="/ready", environment=environment
    ) as service:
        yield service


@contextmanager
def oxigraph(programs: Path, location: Path, log: Path) -> Iterator[Service]:
    """Run `oxigraph serve` on a database."""
    command = [str(programs / "oxigraph"), "serve", "--location", str(location)]
    command += ["--bind", "127.0.0.1:{port}"]
    with running("oxigraph serve", "/query", command, log=log) as service:
        yield service


@contextmanager
def in_process(store: Path, log: Path) -> Iterator[Service]:
    """Run the engine behind a bare ASGI route, in threads."""
    command = [sys.executable, "-m", "benchmarks.in_process_server", str(store), "{port}"]
    with running("in-process route", "/", command, log=log, ready="/?query=ASK%7B%7D") as service:
        yield service


@contextmanager
def rdflib_endpoint(programs: Path, quads: Path, log: Path, wait_s: float) -> Iterator[Service]:
    """Run rdflib-endpoint with the quads in rdflib's memory."""
    command = [str(programs / "python"), str(HERE / "rdflib_server.py"), str(quads), "{port}"]
    with running(
        "rdflib-endpoint", "/", command, log=log, wait_s=wait_s, stdin=subprocess.PIPE
    ) as service:
        yield service
