"""An answer on its way from a worker to a client: its facts, its bytes, its clock.

The clock counts work: it stands still while the client does not read what is there. At the
deadline the worker dies, whatever it does; a client that reads slowly has some time more.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Protocol

from graphstore.answer import Kind
from graphstore.errors import GraphStoreError, QueryCancelled, QueryTimeout
from graphstore.snapshots import Snapshot
from graphstore.worker_process import Receiver

_BUFFERED_BYTES: Final = 1 << 18
_SOON_S: Final = 0.001  # a timer may ring so much early


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
        explain: whether the query is read only, and not run; the answer then has no bytes.
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
class Deadline:
    """How long a query may work (`seconds`), and how much longer its client may read (`grace_s`).

    `quick_s` is the time after which it is no quick query any more.
    """

    seconds: float
    grace_s: float
    quick_s: float


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


class Source(Protocol):
    """What an answer comes from: a worker, which can be held back and killed."""

    receiver: Receiver | None

    @property
    def pid(self) -> int:
        """The id of its process."""
        ...

    def pause(self) -> None:
        """Take no more of the answer for now, so that it waits."""
        ...

    def resume(self) -> None:
        """Go on."""
        ...

    def kill(self) -> None:
        """End it at once, whatever it does."""
        ...


class Answering:
    """An answer whose first bytes are there.

    `complete` says that all of it is in `first`. `truncated` says that it was cut at `row_limit`
    rows. `hints`, `rewrites` and `ran` say what was done to the query; `ran` is None when it runs
    as it was written. `commit` and `number` are those of the state that is asked. `rows` and
    `bytes` are what has come so far; `rows` is None where the format does not show them.
    """

    def __init__(self, id: str, text: str, snapshot: Snapshot, row_limit: int | None) -> None:
        """Prepare; `begin` starts the clock."""
        self.id = id
        self.commit = snapshot.commit
        self.number = snapshot.number
        self.kind: Kind = "graph"
        self.format = ""
        self.truncated = False
        self.row_limit = row_limit
        self.hints: list[dict[str, Any]] = []
        self.rewrites: list[dict[str, Any]] = []
        self.ran: str | None = None
        self.first = b""
        self.complete = False
        self.rows: int | None = None
        self.bytes = 0
        self.begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.error: GraphStoreError | None = None
        self._worker: Source | None = None
        self._text = text
        self._whole = False
        self._has_first = False
        self._blocks: deque[bytes] = deque()
        self._buffered = 0
        self._arrived = asyncio.Event()
        self._ended = False
        self._clock: _Clock | None = None
        self._on_end: Callable[[Answering], None] | None = None

    # ---- for the client's side

    @property
    def seconds(self) -> float:
        """Seconds of work so far, without the time that the client let pass; final at the end."""
        return self._clock.worked() if self._clock else 0.0

    @property
    def stalled_s(self) -> float:
        """For how many seconds the client has not read what is there; 0 when it has read it."""
        return self._clock.stalled() if self._clock else 0.0

    @property
    def running(self) -> Running:
        """How it stands now."""
        begun, at = (self._clock.begun, self._clock.begun_at) if self._clock else (0.0, _NEVER)
        pid = self._worker.pid if self._worker else 0
        return Running(self.id, self._text, begun, at, self.commit, self.bytes, self.rows, pid)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the answer's bytes, those of `first` included.

        Raises:
            QueryTimeout, QueryMemoryExceeded, QueryCancelled, QueryCrashed, AnswerTooLarge,
            TooManyQueries: the rest will not come; what was sent is not a whole answer.
        """
        yield self.first
        while True:
            while self._blocks:
                block = self._blocks.popleft()
                self._buffered -= len(block)
                if self._buffered < _BUFFERED_BYTES // 2:
                    self._read_on()
                yield block
            if self.error is not None:
                raise self.error
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

    def begin(
        self,
        worker: Source,
        deadline: Deadline,
        on_end: Callable[[Answering], None],
        on_slow: Callable[[Answering], None],
    ) -> None:
        """Start the clock.

        Args:
            worker: what does the work.
            deadline: how long it may.
            on_end: called once when no more will come.
            on_slow: called when it has worked longer than a quick query.
        """
        self._worker, self._on_end = worker, on_end
        self._clock = _Clock(deadline, lambda: on_slow(self), self._out_of_time)

    def stop(self, error: GraphStoreError) -> None:
        """Kill the worker, unless the answer is complete, and give that reason."""
        if self._ended:
            return
        worker = self._worker
        if worker is not None:
            worker.receiver = None
            worker.kill()
        self.job_failed(error)

    def _out_of_time(self, deadline: Deadline) -> None:
        self.stop(QueryTimeout(deadline.seconds))

    def _read_on(self) -> None:
        if self._worker is not None and self._clock is not None and self._clock.paused:
            self._clock.go_on()
            self._worker.resume()

    # ---- what the worker says

    def job_started(self, facts: dict[str, Any]) -> None:
        """Take what the worker says before the first byte."""
        self.kind, self.format = facts["kind"], facts["format"]
        self.truncated, self._whole = facts["truncated"], facts["whole"]
        self.hints, self.rewrites, self.ran = facts["hints"], facts["rewrites"], facts["ran"]

    def job_data(self, rows: int | None, block: bytes) -> None:
        """Take bytes of the answer."""
        self.rows = rows
        self.bytes += len(block)
        if not self._has_first:
            self.first, self._has_first = block, True
            if not self._whole:
                self._begin()
            return
        self._blocks.append(block)
        self._buffered += len(block)
        full = self._buffered > _BUFFERED_BYTES
        if full and self._worker and self._clock and not self._clock.paused:
            self._clock.pause()
            self._worker.pause()
        self._arrived.set()

    def job_ended(self, rows: int | None) -> None:
        """Hear that the answer is complete."""
        self.rows = rows
        self.complete = not self._blocks and not self.begun.done()
        self._end()
        self._begin()

    def job_failed(self, error: GraphStoreError) -> None:
        """Hear that there will be no more, and why."""
        if self._ended:
            return
        self.error = error
        self._end()
        if not self.begun.done():
            self.begun.set_exception(error)

    def _begin(self) -> None:
        if not self.begun.done():
            self.begun.set_result(None)

    def _end(self) -> None:
        self._ended = True
        self._read_on()
        if self._clock is not None:
            self._clock.stop()
        if self.error is not None:
            self.error.work_s = self.seconds
        self._arrived.set()
        if self._on_end is not None:
            self._on_end(self)
        self._worker = None


def _nothing(*_: object) -> None:
    """Do nothing."""


class _Clock:
    """Counts seconds of work, and rings when it is time."""

    def __init__(
        self,
        deadline: Deadline,
        on_slow: Callable[[], None],
        on_over: Callable[[Deadline], None],
    ) -> None:
        self.begun = time.monotonic()
        self.begun_at = datetime.now(UTC)
        self._deadline = deadline
        self._on_slow = on_slow
        self._on_over = on_over
        self._slow = False
        self._worked = 0.0
        self._since: float | None = self.begun  # None: it stands still
        self._paused_at = self.begun
        self._stopped = False
        self._timer: asyncio.TimerHandle | None = None
        self._set()

    @property
    def paused(self) -> bool:
        return self._since is None

    def worked(self) -> float:
        return self._worked + (0 if self._since is None else time.monotonic() - self._since)

    def stalled(self) -> float:
        return time.monotonic() - self._paused_at if self._since is None else 0.0

    def pause(self) -> None:
        if self._since is not None:
            self._paused_at = time.monotonic()
            self._worked += self._paused_at - self._since
            self._since = None
            self._set()

    def go_on(self) -> None:
        if self._since is None and not self._stopped:
            self._since = time.monotonic()
            self._set()

    def stop(self) -> None:
        self._worked, self._since, self._stopped = self.worked(), None, True
        self._paused_at = time.monotonic()
        if self._timer is not None:
            self._timer.cancel()
        # What holds itself waits for the garbage collector, at the cost of all that runs.
        self._timer, self._on_slow, self._on_over = None, _nothing, _nothing

    def _set(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        limit, now = self._deadline, time.monotonic()
        remaining = self.begun + limit.seconds + limit.grace_s - now
        if self._since is not None:
            remaining = min(remaining, limit.seconds - self.worked())
        if not self._slow:
            remaining = min(remaining, self.begun + limit.quick_s - now)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(max(0.0, remaining), self._ring)

    def _ring(self) -> None:
        limit, now = self._deadline, time.monotonic() + _SOON_S
        over = now >= self.begun + limit.seconds + limit.grace_s
        if over or (self._since is not None and self.worked() + _SOON_S >= limit.seconds):
            self._on_over(limit)
            return
        if not self._slow and now >= self.begun + limit.quick_s:
            self._slow = True
            self._on_slow()
        if not self._stopped:
            self._set()


_NEVER: Final = datetime.min.replace(tzinfo=UTC)
