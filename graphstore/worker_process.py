"""One query worker as the service sees it: a process, a socket, and at most one job at a time."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, Protocol, cast

from graphstore.errors import (
    GraphStoreError,
    QueryCrashed,
    QueryMemoryExceeded,
    QueryTooComplex,
)
from graphstore.frames import (
    DATA,
    END,
    ERROR,
    FRAME,
    READY,
    ROWS,
    STARTED,
    job_frame,
    revived,
    rows_of,
)
from graphstore.snapshots import Lease, Snapshot

_ROOT: Final = str(Path(__file__).resolve().parent.parent)
_PROGRAM: Final = (
    "import sys; root = sys.argv[3]; root in sys.path or sys.path.insert(0, root); "
    "from graphstore.query_worker import main; main(int(sys.argv[1]), int(sys.argv[2]))"
)
_TOLD_BYTES: Final = 2_000
# How much less claim to the processors a worker has than the service, whose event loop and commits
# must not wait for queries: with 5, a commit was seen in 0.6 s instead of 1.1 s under siege.
_QUICK_NICENESS: Final = 5
_SLOW_NICENESS: Final = 10
_GREATEST_NICENESS: Final = 19
_PAGE_BYTES: Final = resource.getpagesize()
_OUT_OF_STACK: Final = b"has overflowed its stack"
_OUT_OF_MEMORY: Final = (b"memory allocation of", b"bad_alloc", b"Cannot allocate memory")


class Receiver(Protocol):
    """What a job's answer is given to."""

    def job_started(self, facts: dict[str, Any]) -> None:
        """Take what the worker says before the first byte."""
        ...

    def job_data(self, rows: int | None, block: bytes) -> None:
        """Take bytes of the answer, and how many rows were written by now."""
        ...

    def job_ended(self, rows: int | None) -> None:
        """Hear that the answer is complete, with so many rows."""
        ...

    def job_failed(self, error: GraphStoreError) -> None:
        """Hear that there will be no more, and why."""
        ...


class WorkerProcess(asyncio.Protocol):
    """A running worker; made by `start`.

    `on_free` is called after each job that the worker survived, `on_gone` once when it takes no
    more because it was killed or has ended; `gone` is done when there is nothing left of it.
    `killed` says that it takes no more, `has_worked` that it has ever finished a job, `job_seconds`
    how long its last one took.
    """

    def __init__(
        self,
        memory_bytes: int,
        on_free: Callable[[WorkerProcess], None],
        on_gone: Callable[[WorkerProcess], None],
    ) -> None:
        """Prepare the seam; `start` makes the process."""
        self.memory_bytes = memory_bytes
        self.isolation: tuple[str, ...] = ()
        self.receiver: Receiver | None = None
        self.killed = self.killed_by_us = False
        self.has_worked = False
        self.slowed = False
        self.job_seconds = 0.0
        self._begun = 0.0
        self._head: Lease | None = None
        self._version: Lease | None = None
        loop = asyncio.get_running_loop()
        self.ready: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._on_free = on_free
        self._on_gone = on_gone
        self._transport: asyncio.Transport | None = None
        self._unread = b""
        self._process: subprocess.Popen[bytes] | None = None
        self._complaints: IO[bytes] | None = None

    @property
    def pid(self) -> int:
        """The id of the process."""
        assert self._process is not None
        return self._process.pid

    @property
    def was_ready(self) -> bool:
        """Whether it has got so far that it could take a job."""
        done = self.ready.done() and not self.ready.cancelled()
        return done and self.ready.exception() is None

    async def start(self) -> None:
        """Start the process and wait until it can take a job.

        Raises:
            QueryCrashed: it ended before that.
        """
        if self.killed:
            self.gone.set_result(None)
            raise QueryCrashed("the worker was ended before it started")
        ours, theirs = socket.socketpair()
        try:
            self._complaints = tempfile.TemporaryFile()  # noqa: SIM115
            self._process = self._spawn(theirs)
        except BaseException:  # whatever it was, no descriptor may stay behind
            ours.close()
            if self._complaints is not None:
                self._complaints.close()
            self.killed = True
            self.gone.set_result(None)
            raise
        finally:
            theirs.close()
        ours.setblocking(False)
        await self._loop.create_unix_connection(lambda: self, sock=ours)
        await self.ready

    def _spawn(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        descriptor = theirs.fileno()
        # Started from the event loop's thread: the kernel ends a child with the thread it is of.
        process = subprocess.Popen(
            worker_command(descriptor, self.memory_bytes),
            pass_fds=(descriptor,),
            stdin=subprocess.DEVNULL,
            stdout=self._complaints,
            stderr=self._complaints,
        )
        with contextlib.suppress(OSError):  # where that is not allowed, it is equal
            _go_after_the_service(process.pid, _QUICK_NICENESS)
        return process

    # ---- snapshots

    def reads(self, snapshot: Snapshot) -> bool:
        """Say whether the worker has that snapshot open."""
        return any(
            lease is not None and lease.snapshot is snapshot
            for lease in (self._head, self._version)
        )

    def read(self, lease: Lease, *, version: bool) -> dict[str, Any]:
        """Take over a lease, and return what a job's head says about it.

        The worker keeps one state of the head open and one version.
        """
        dropped: list[str] = []
        if self.reads(lease.snapshot):
            lease.release()
        elif version:
            dropped, self._version = _let_go(self._version), lease
        else:
            dropped, self._head = _let_go(self._head), lease
        return {"store": str(lease.snapshot.path), "drop": dropped}

    # ---- jobs

    def submit(self, head: dict[str, Any], text: bytes, receiver: Receiver) -> None:
        """Give the worker its next job."""
        assert self._transport is not None
        self.receiver = receiver
        self._begun = time.monotonic()
        self._transport.write(job_frame(head, text))

    def pause(self) -> None:
        """Read no more of the answer for now, so that the worker waits."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        """Read on."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def slow_down(self) -> None:
        """Let other processes go first from now on."""
        with contextlib.suppress(OSError):  # it has just ended
            _go_after_the_service(self.pid, _SLOW_NICENESS)
            self.slowed = True

    def speed_up(self) -> bool:
        """Undo that; False where the system does not let us."""
        try:
            if self.slowed:
                _go_after_the_service(self.pid, _QUICK_NICENESS)
        except OSError:
            return False
        self.slowed = False
        return True

    def private_bytes(self) -> int:
        """Return how much memory the process has for itself; 0 where the system does not say."""
        if self._process is None:
            return 0
        try:
            with open(f"/proc/{self.pid}/statm", "rb") as file:
                _, resident, shared, *_ = map(int, file.read().split())
        except (OSError, ValueError):
            return 0
        return (resident - shared) * _PAGE_BYTES

    def kill(self) -> None:
        """End the process at once, whatever it does."""
        if not self.killed:
            self.killed = self.killed_by_us = True
            self._on_gone(self)
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
        if self._transport is not None:
            self._transport.abort()

    # ---- what comes back

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is of no such class

    def data_received(self, data: bytes) -> None:
        """Take the frames that are complete."""
        text = self._unread + data if self._unread else data
        place = 0
        while len(text) - place >= FRAME.size:
            kind, size = FRAME.unpack_from(text, place)
            begin = place + FRAME.size
            place_after = begin + size
            if place_after > len(text):
                break
            self._take(kind, text[begin:place_after])
            place = place_after
        self._unread = text[place:]

    def _take(self, kind: int, payload: bytes) -> None:
        receiver = self.receiver
        if kind == READY:
            self.isolation = tuple(json.loads(payload)["isolation"])
            if not self.ready.done():
                self.ready.set_result(None)
        elif receiver is None:
            return
        elif kind == DATA:
            receiver.job_data(rows_of(payload), payload[ROWS.size :])
        elif kind == STARTED:
            receiver.job_started(json.loads(payload))
        elif kind in (END, ERROR):
            self.receiver = None
            self.has_worked = True
            self.job_seconds = time.monotonic() - self._begun
            if kind == END:
                receiver.job_ended(rows_of(payload))
            else:
                receiver.job_failed(revived(json.loads(payload)))
            self._on_free(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Reap the process, and tell who waited for it."""
        self._reap()

    def _reap(self) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self._process.kill()  # it cannot serve without its socket
            self._loop.call_later(0.005, self._reap)
            return
        receiver, self.receiver = self.receiver, None
        failure = self._failure()
        if receiver is not None:
            receiver.job_failed(failure)
        if not self.ready.done():
            self.ready.set_exception(failure)
        _let_go(self._head)
        _let_go(self._version)
        if not self.killed:
            self.killed = True
            self._on_gone(self)
        self.gone.set_result(None)

    def _failure(self) -> GraphStoreError:
        assert self._process is not None
        assert self._complaints is not None
        with self._complaints as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TOLD_BYTES))
            complaints = file.read()
        if any(sign in complaints for sign in _OUT_OF_MEMORY):
            return QueryMemoryExceeded(self.memory_bytes)
        code = self._process.returncode
        if code == -signal.SIGSEGV or _OUT_OF_STACK in complaints:
            return QueryTooComplex()
        last = complaints.decode(errors="replace").strip().rpartition("\n")[2]
        end = f"killed by signal {-code}" if code < 0 else f"ended with status {code}"
        return QueryCrashed(f"the worker was {end}" + (f": {last}" if last else ""))


def worker_command(descriptor: int, memory_bytes: int) -> list[str]:
    """Return the command that starts a worker.

    It starts from any working folder, which it does not look into, and runs the code of this very
    package, wherever that is installed.

    Args:
        descriptor: the worker's end of the socket, which it must inherit.
        memory_bytes: how much private memory its queries may have.
    """
    return [sys.executable, "-P", "-c", _PROGRAM, str(descriptor), str(memory_bytes), _ROOT]


def _let_go(lease: Lease | None) -> list[str]:
    if lease is None:
        return []
    lease.release()
    return [str(lease.snapshot.path)]


def _go_after_the_service(pid: int, niceness: int) -> None:
    """Set how much less claim to the processors a process has than this one.

    Raises:
        OSError: the system does not let us, or the process has ended.
    """
    ours = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, pid, min(ours + niceness, _GREATEST_NICENESS))
