"""An answer on its way from a worker to a client."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from graphstore.answer import Kind
from graphstore.errors import GraphStoreError, QueryCancelled, QueryTimeout
from graphstore.snapshots import Snapshot
from graphstore.worker_process import WorkerProcess

_BUFFERED_BYTES: Final = 1 << 18


@dataclass(frozen=True)
class QueryTask:
    """A query, and how its answer may look.

    Args:
        text: the query.
        formats: for each kind of answer the name of the format to write it in; None: the client
            accepts none.
        base: what relative IRIs are resolved against; None: they are errors.
        default_graphs: IRIs whose merge is the default graph; None together with `named_graphs`:
            as the query says.
        named_graphs: IRIs of the named graphs.
        max_rows: solutions or triples after which the answer is cut; None: never. The answer is
            then held back until it is complete or cut.
        max_bytes: ceiling of the answer; None: there is none.
        rewrite: whether the query may be rewritten into one with the same answer.
        explain: the query is to be read, not to be answered: the answer has no bytes, and tells
            its kind and what was done to the query.
    """

    text: str
    formats: Mapping[Kind, str | None]
    base: str | None = None
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    max_rows: int | None = None
    max_bytes: int | None = None
    rewrite: bool = True
    explain: bool = False

    def job(self) -> dict[str, Any]:
        """Return the task as a job's head, without the text."""
        return {
            "op": "query",
            "formats": dict(self.formats),
            "base": self.base,
            "default": self.default_graphs,
            "named": self.named_graphs,
            "max_rows": self.max_rows,
            "max_bytes": self.max_bytes,
            "rewrite": self.rewrite,
            "explain": self.explain,
        }


@dataclass(frozen=True)
class Running:
    """A query that runs: its name, its text, when it began, and how far it has come."""

    id: str
    text: str
    started: float
    started_at: datetime
    commit: str
    bytes: int
    rows: int | None
    pid: int


class Answering:
    """An answer whose first bytes are there.

    `complete` says that all of it is in `first`. `truncated` says that it was cut at `row_limit`
    rows. `hints`, `rewrites` and `ran` say what was done to the query; `ran` is None when it ran
    as it was written. `commit` and `number` are those of the state that was asked.
    """

    def __init__(
        self, id: str, task: QueryTask, snapshot: Snapshot, deadline_s: float, grace_s: float
    ) -> None:
        """Prepare; `begin` starts the clock."""
        self.id = id
        self.commit = snapshot.commit
        self.number = snapshot.number
        self.kind: Kind = "solutions"
        self.format = ""
        self.truncated = False
        self.row_limit = task.max_rows
        self.hints: list[dict[str, Any]] = []
        self.rewrites: list[dict[str, Any]] = []
        self.ran: str | None = None
        self.first = b""
        self.rows: int | None = None
        self.bytes = 0
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = task
        self._deadline_s = deadline_s
        self._grace_s = grace_s
        self._worker: WorkerProcess | None = None
        self._blocks: deque[bytes] = deque()
        self._buffered = 0
        self._paused = False
        self._arrived = asyncio.Event()
        self._ended = False
        self._error: GraphStoreError | None = None
        self._started = time.monotonic()
        self._started_at = datetime.now(UTC)
        self._finished: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._on_end: Callable[[Answering], None] | None = None

    # ---- for the client's side

    @property
    def complete(self) -> bool:
        """Whether the whole answer is in `first`."""
        return self._ended and self._error is None and not self._blocks

    @property
    def seconds(self) -> float:
        """Seconds of work so far; final when the work has ended."""
        return (self._finished or time.monotonic()) - self._started

    @property
    def running(self) -> Running:
        """How it stands now."""
        pid = self._worker.pid if self._worker else 0
        return Running(
            self.id,
            self._task.text,
            self._started,
            self._started_at,
            self.commit,
            self.bytes,
            self.rows,
            pid,
        )

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the answer's bytes, those of `first` included.

        Raises:
            QueryTimeout, QueryMemoryExceeded, QueryCancelled, QueryCrashed, AnswerTooLarge: the
                rest will not come; what was sent is not a whole answer.
        """
        yield self.first
        while True:
            while self._blocks:
                block = self._blocks.popleft()
                self._buffered -= len(block)
                if self._paused and self._buffered < _BUFFERED_BYTES // 2 and self._worker:
                    self._paused = False
                    self._worker.resume()
                yield block
            if self._error is not None:
                raise self._error
            if self._ended:
                return
            self._arrived.clear()
            await self._arrived.wait()

    async def aclose(self) -> None:
        """Say that nobody reads the answer any more; the worker dies unless it has finished."""
        self.cancel()

    def cancel(self) -> None:
        """Stop the query, unless it has ended."""
        self.stop(QueryCancelled(self.id))

    # ---- for the pool's side

    def begin(self, worker: WorkerProcess, on_end: Callable[[Answering], None]) -> None:
        """Start the clock."""
        self._worker, self._on_end = worker, on_end
        self._started, self._started_at = time.monotonic(), datetime.now(UTC)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._deadline_s, self._out_of_time)

    def stop(self, error: GraphStoreError) -> None:
        """Kill the worker, unless the answer is complete, and give that reason."""
        if self._ended:
            return
        worker = self._worker
        self.job_failed(error)
        if worker is not None:
            worker.receiver = None
            worker.kill()

    def _out_of_time(self) -> None:
        self.stop(QueryTimeout(self._deadline_s))

    # ---- what the worker says

    def job_started(self, facts: dict[str, Any]) -> None:
        """Take what the worker says before the first byte."""
        self.kind, self.format = facts["kind"], facts["format"]
        self.truncated = facts["truncated"]
        self.hints, self.rewrites, self.ran = facts["hints"], facts["rewrites"], facts["ran"]

    def job_data(self, rows: int | None, block: bytes) -> None:
        """Take bytes of the answer."""
        self.rows = rows
        self.bytes += len(block)
        if not self.first:
            self.first = block
            # The end often comes in the same read; then the answer is known to be complete.
            asyncio.get_running_loop().call_soon(self._begin)
            return
        self._blocks.append(block)
        self._buffered += len(block)
        if self._buffered > _BUFFERED_BYTES and not self._paused and self._worker:
            self._paused = True
            self._worker.pause()
        self._arrived.set()

    def _begin(self) -> None:
        if not self.begun.done():
            self.begun.set_result(None)

    def job_ended(self, facts: dict[str, Any]) -> None:
        """Hear that the answer is complete."""
        self.rows = facts["rows"]
        self._end()
        self._begin()

    def job_failed(self, error: GraphStoreError) -> None:
        """Hear that there will be no more, and why."""
        self._error = error
        self._end()
        if not self.begun.done():
            self.begun.set_exception(error)

    def _end(self) -> None:
        self._ended, self._finished = True, time.monotonic()
        if self._paused and self._worker:
            self._paused = False
            self._worker.resume()
        self._worker = None
        if self._timer is not None:
            self._timer.cancel()
        self._arrived.set()
        if self._on_end is not None:
            self._on_end(self)
