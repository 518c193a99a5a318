"""The worker processes of a pool: started ahead, given out, taken back, replaced when they die."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from functools import partial
from typing import Final

from graphstore.errors import GraphStoreError, QueryCrashed
from graphstore.snapshots import Snapshot
from graphstore.worker_process import WorkerProcess

_KEPT_BYTES: Final = 256 << 20  # a worker that keeps more for itself after a query is replaced
_LOOKED_AT_AFTER_S: Final = 0.1  # shorter jobs leave little behind
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 5.0


class Crew:
    """The workers of one pool; for one event loop.

    Args:
        size: how many workers are kept ready or at quick queries; those that are slow come on top.
        memory_bytes: how much private memory each may have.
        on_ready: told of each new worker before it is given out; True: it has a job now, and is
            taken back after it.
    """

    def __init__(
        self, size: int, memory_bytes: int, on_ready: Callable[[WorkerProcess], bool]
    ) -> None:
        """Begin without workers; `start` starts them."""
        self.counts: Counter[str] = Counter()
        self.workers: set[WorkerProcess] = set()
        self.idle: list[WorkerProcess] = []
        self._size = size
        self._memory_bytes = memory_bytes
        self._on_ready = on_ready
        self._wanting: deque[asyncio.Future[WorkerProcess]] = deque()
        self._starting: set[asyncio.Task[None]] = set()
        self._failures = 0
        self._retry: asyncio.TimerHandle | None = None
        self._closed = False

    async def start(self) -> None:
        """Start the workers and wait until they are ready.

        Raises:
            QueryCrashed: workers cannot be started here.
        """
        self._replenish()
        await asyncio.gather(*self._starting)

    async def close(self) -> None:
        """End all workers and wait until they are gone."""
        self._closed = True
        if self._retry is not None:
            self._retry.cancel()
        for wanting in self._wanting:
            if not wanting.done():
                wanting.set_exception(QueryCrashed("the service is closing"))
        workers = list(self.workers)
        for worker in workers:
            worker.kill()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(worker.gone for worker in workers))

    async def get(self, snapshot: Snapshot) -> WorkerProcess:
        """Return a worker that is free, one that has the snapshot open if there is one.

        Raises:
            QueryCrashed: no worker can be started.
        """
        if self.idle:
            return self._pick(snapshot)
        wanting: asyncio.Future[WorkerProcess] = asyncio.get_running_loop().create_future()
        self._wanting.append(wanting)
        self._replenish()
        try:
            return await wanting
        except asyncio.CancelledError:
            if wanting.done() and not wanting.cancelled() and wanting.exception() is None:
                self.take_back(wanting.result())
            raise

    def take_back(self, worker: WorkerProcess) -> None:
        """Take a worker back that has finished its job."""
        if worker.killed or self._closed:
            return
        self._failures = 0
        surplus = worker.slowed and len(self._quick) >= self._size
        worked = worker.job_seconds > _LOOKED_AT_AFTER_S
        large = worked and worker.private_bytes() > min(_KEPT_BYTES, self._memory_bytes // 2)
        if surplus or large or not worker.speed_up():
            self.counts["workers_retired"] += 1
            worker.kill()
            return
        while self._wanting:
            wanting = self._wanting.popleft()
            if not wanting.done():
                wanting.set_result(worker)
                return
        self.idle.append(worker)

    def slow_down(self, worker: WorkerProcess) -> None:
        """Let others go before a worker, and start another for the quick queries."""
        worker.slow_down()
        self._replenish()

    @property
    def _quick(self) -> list[WorkerProcess]:
        return [item for item in self.workers if not (item.slowed or item.killed)]

    def _pick(self, snapshot: Snapshot) -> WorkerProcess:
        for place in range(len(self.idle) - 1, -1, -1):  # the latest has the warmest caches
            if self.idle[place].reads(snapshot):
                return self.idle.pop(place)
        return self.idle.pop()

    def _replenish(self) -> None:
        """Start as many workers as are missing, unless the last ones failed to start."""
        if self._closed or self._retry is not None:
            return
        for _ in range(self._size - len(self._quick)):
            worker = WorkerProcess(self._memory_bytes, self.take_back, self._lost)
            self.workers.add(worker)
            worker.gone.add_done_callback(partial(self._forget, worker))
            task = asyncio.get_running_loop().create_task(self._start(worker))
            self._starting.add(task)
            task.add_done_callback(self._started)

    async def _start(self, worker: WorkerProcess) -> None:
        try:
            await worker.start()
        except OSError as error:
            raise QueryCrashed(f"a worker cannot be started: {error}") from error
        self.counts["workers_started"] += 1
        if not self._on_ready(worker):
            self.take_back(worker)

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starting.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, GraphStoreError) and not self._closed:
            self._failed(error)

    def _failed(self, error: GraphStoreError) -> None:
        """Try again later, after a longer pause each time; tell who waits, if there is nobody."""
        self.counts["workers_failed_to_start"] += 1
        self._failures += 1
        if not self._quick:
            while self._wanting:
                wanting = self._wanting.popleft()
                if not wanting.done():
                    wanting.set_exception(error)
        if self._retry is None:
            pause_s = min(_LONGEST_PAUSE_S, _FIRST_PAUSE_S * 2**self._failures)
            self._retry = asyncio.get_running_loop().call_later(pause_s, self._try_again)

    def _try_again(self) -> None:
        self._retry = None
        self._replenish()

    def _forget(self, worker: WorkerProcess, _: asyncio.Future[None]) -> None:
        self.workers.discard(worker)

    def _lost(self, worker: WorkerProcess) -> None:
        if worker in self.idle:
            self.idle.remove(worker)
        if worker.has_worked or worker.killed_by_us:
            self.counts["workers_ended"] += 1
            self._replenish()
        elif worker.was_ready:
            self._failed(QueryCrashed("a worker ended before it had done anything"))
