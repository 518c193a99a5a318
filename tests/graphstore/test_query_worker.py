from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Store

from graphstore import frames
from graphstore.worker_process import worker_command
from tests.graphstore.pools import ENDLESS, numbered

JOB: dict[str, Any] = {
    "op": "query",
    "formats": {"solutions": "csv", "boolean": "json", "graph": "ntriples"},
    "base": None,
    "default": None,
    "named": None,
    "max_rows": None,
    "max_bytes": None,
    "rewrite": True,
    "explain": False,
    "drop": [],
}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    store = Store(tmp_path / "snapshot")
    store.extend(numbered(0, 100).added)
    store.flush()
    return tmp_path / "snapshot"


def started(cwd: Path) -> tuple[subprocess.Popen[bytes], socket.socket]:
    ours, theirs = socket.socketpair()
    with theirs:
        command = worker_command(theirs.fileno(), 1 << 30)
        process = subprocess.Popen(command, pass_fds=[theirs.fileno()], cwd=cwd)
    ours.settimeout(60)
    return process, ours


def frame(connection: socket.socket) -> tuple[int, bytes]:
    kind, size = frames.FRAME.unpack(connection.recv(frames.FRAME.size, socket.MSG_WAITALL))
    return kind, connection.recv(size, socket.MSG_WAITALL)


def submit(connection: socket.socket, snapshot: Path, text: str, **options: Any) -> None:
    head = JOB | {"store": str(snapshot), "folder": str(snapshot.parent)} | options
    connection.sendall(frames.job_frame(head, text.encode()))


def test_a_worker_answers_one_job_after_the_other(snapshot: Path) -> None:
    process, connection = started(snapshot.parent)
    with process, connection:
        assert frame(connection)[0] == frames.READY
        for text in ("SELECT * { ?s ?p 7 }", "SELECT nonsense", "ASK {}"):
            submit(connection, snapshot, text)
        kinds = [frame(connection)[0] for _ in range(7)]
        answer = [frames.STARTED, frames.DATA, frames.END]
        assert kinds == [*answer, frames.ERROR, *answer]
        connection.close()
        assert process.wait(60) == 0


def test_a_worker_ends_with_its_service_even_when_it_works(snapshot: Path) -> None:
    process, connection = started(snapshot.parent)
    with process:
        submit(connection, snapshot, ENDLESS)
        assert frame(connection)[0] == frames.READY
        time.sleep(0.1)
        assert process.poll() is None
        connection.close()
        process.wait(60)


def test_a_worker_leaves_it_to_the_service_when_to_end(snapshot: Path) -> None:
    process, connection = started(snapshot.parent)
    with process, connection:
        assert frame(connection)[0] == frames.READY
        for number in (signal.SIGINT, signal.SIGTERM):
            process.send_signal(number)
        submit(connection, snapshot, "ASK {}")
        assert frame(connection)[0] == frames.STARTED


def test_a_working_folder_full_of_traps_changes_nothing(snapshot: Path) -> None:
    for name in ("json.py", "csv.py", "graphstore.py", "pyoxigraph.py"):
        (snapshot.parent / name).write_text("raise SystemExit('trapped')")
    process, connection = started(snapshot.parent)
    with process, connection:
        assert frame(connection)[0] == frames.READY


def test_a_text_that_is_no_utf8_is_a_syntax_error(snapshot: Path) -> None:
    process, connection = started(snapshot.parent)
    with process, connection:
        assert frame(connection)[0] == frames.READY
        head = JOB | {"store": str(snapshot), "folder": str(snapshot.parent)}
        connection.sendall(frames.job_frame(head, b"ASK {} # \xff"))
        kind, payload = frame(connection)
        assert kind == frames.ERROR
        assert b"QuerySyntaxError" in payload


SERVICE = """
import asyncio, sys
from pathlib import Path
from graphstore.dataset import Dataset
from tests.graphstore.pools import ENDLESS, ask, commit, pool_of

async def main():
    with Dataset.open(Path(sys.argv[1])) as dataset:
        commit(dataset, 0, 300)
        async with pool_of(dataset, size=2) as pool:
            asking = [asyncio.create_task(ask(pool, ENDLESS)) for _ in range(2)]
            while len(pool.running) < 2:
                await asyncio.sleep(0.01)
            print(*(item.pid for item in pool._crew.workers), flush=True)
            await asyncio.gather(*asking)

asyncio.run(main())
"""


def test_no_worker_outlives_a_service_that_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SERVICE, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path.cwd()) as service:
        assert service.stdout is not None
        workers = [int(pid) for pid in service.stdout.readline().split()]
        assert len(workers) >= 3
        service.kill()
    for _ in range(1000):
        if not any(_is_running(pid) for pid in workers):
            return
        time.sleep(0.01)
    raise AssertionError("workers are left")


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
