"""The pool of query workers: every ad-hoc query runs in a process that can be killed.

A query waits for a worker, is given the snapshot of the head, and is stopped at its deadline, at
its memory ceiling, when its client has gone or when somebody cancels it; the worker dies of that
and a spare one, already started, takes its place. Everything here runs in one event loop, which
only moves bytes. See the
[SPARQL 1.1 Protocol](https://www.w3.org/TR/sparql11-protocol/#query-operation).
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter, deque
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from graphstore.answering import Answering, QueryTask, Running
from graphstore.changeset import Changeset
from graphstore.errors import QueryCrashed, QuerySyntaxError, TooManyQueries
from graphstore.snapshots import Lease, Snapshots
from graphstore.worker_process import WorkerProcess

__all__ = ["Answering", "QueryTask", "Running", "WorkerPool"]


class WorkerPool:
    """Runs queries in worker processes.

    Args:
        snapshots: where the workers read from.
        size: how many queries run at once.
        memory_bytes: how much private memory a worker may have.
        max_waiting: how many queries may wait for a worker; more are refused.
        spare: how many workers stand by for those that are killed.
        max_wait_s: seconds that a query waits for a worker at most.
        send_grace_s: seconds that a client may take longer than the deadline to read its answer.
    """

    def __init__(
        self,
        snapshots: Snapshots,
        *,
        size: int,
        memory_bytes: int,
        max_waiting: int,
        spare: int = 1,
        max_wait_s: float = 10.0,
        send_grace_s: float = 30.0,
    ) -> None:
        """Begin without workers; `start` starts them."""
        self.stats: Counter[str] = Counter()
        self._snapshots = snapshots
        self._size = size
        self._memory_bytes = memory_bytes
        self._max_waiting = max_waiting
        self._spare = spare
        self._max_wait_s = max_wait_s
        self._send_grace_s = send_grace_s
        self._workers: set[WorkerProcess] = set()
        self._idle: list[WorkerProcess] = []
        self._wanting: deque[asyncio.Future[WorkerProcess]] = deque()
        self._running: dict[int, Answering] = {}
        self._starting: set[asyncio.Task[None]] = set()
        self._busy = 0
        self._closed = False
        self._threads = ThreadPoolExecutor(4, "workers")
        self._refreshing: asyncio.Future[Lease] | None = None

    async def start(self) -> None:
        """Start the workers, and wait until one can take a query.

        Raises:
            QueryCrashed: workers cannot be started here.
        """
        self._replenish()
        await asyncio.gather(*self._starting)

    async def close(self) -> None:
        """End all workers and wait until they are gone."""
        self._closed = True
        for answering in list(self._running.values()):
            answering.stop(QueryCrashed("the service is closing"))
        workers = list(self._workers)
        for worker in workers:
            worker.kill()
        await asyncio.gather(*self._starting, return_exceptions=True)
        await asyncio.gather(*(worker.gone for worker in workers))
        self._threads.shutdown()

    @property
    def running(self) -> list[Running]:
        """The queries that run now."""
        return [item.running for item in self._running.values()]

    async def query(
        self,
        task: QueryTask,
        *,
        deadline_s: float,
        version: int | None = None,
        id: str | None = None,
    ) -> Answering:
        """Run a query, and return when the first bytes of the answer are there.

        Args:
            task: what to ask.
            deadline_s: seconds of work after which it is stopped.
            version: the number of the commit whose state is asked; None: the head.
            id: a name to cancel it by; None: one is made up.

        Raises:
            QuerySyntaxError, RefusedQuery: the text is no query that is answered.
            NoFormatForKind: the client accepts no format for this kind of answer.
            TooManyQueries: it was not begun.
            QueryTimeout, QueryMemoryExceeded, QueryCancelled, QueryCrashed: it was stopped.
            AnswerTooLarge: the answer is.
            StorageUnavailable: there is no snapshot to ask.
        """
        text = _utf8(task.text)
        worker = await self._worker()
        try:
            lease = await self._lease(version)
        except BaseException:  # also when the client has gone: the worker has done nothing
            self._free(worker)
            raise
        answering = Answering(
            id or secrets.token_hex(8), task, lease.snapshot, deadline_s, self._send_grace_s
        )
        head = task.job() | self._open(worker, lease)
        answering.begin(worker, self._forget)
        self._running[id_of(answering)] = answering
        worker.submit(head, text, answering)
        try:
            await asyncio.shield(answering.begun)
        except asyncio.CancelledError:
            await answering.aclose()
            raise
        return answering

    async def changes(
        self,
        text: str,
        *,
        using_default: tuple[str, ...] | None,
        using_named: tuple[str, ...] | None,
        base: str | None,
        deadline_s: float,
        max_quads: int = 1_000_000,
        id: str | None = None,
    ) -> Changeset:
        """Work out what a SPARQL Update would add to the head and remove from it.

        Args:
            text: the update.
            using_default: IRIs of the protocol's `using-graph-uri`; None: none were given.
            using_named: IRIs of the protocol's `using-named-graph-uri`; None: none were given.
            base: what relative IRIs are resolved against; None: they are errors.
            deadline_s: seconds of work after which it is stopped.
            max_quads: how many quads it may add and remove.
            id: a name to cancel it by; None: one is made up.

        Raises:
            UpdateSyntaxError, RefusedQuery, GraphExists, GraphNotFound, UpdateTooLarge: the
                update cannot be done.
            TooManyQueries, QueryTimeout, QueryMemoryExceeded, QueryCancelled, QueryCrashed,
            StorageUnavailable: as for `query`.
        """
        raise NotImplementedError

    def cancel(self, id: str) -> bool:
        """Stop the queries of that name; False if none is running."""
        found = [item for item in self._running.values() if item.id == id]
        for item in found:
            item.cancel()
        return bool(found)

    # ---- workers

    def _replenish(self) -> None:
        """Start as many workers as are missing."""
        missing = self._size + self._spare - len(self._workers)
        for _ in range(missing):
            worker = WorkerProcess(self._memory_bytes, self._free, self._lost)
            self._workers.add(worker)
            task = asyncio.get_running_loop().create_task(self._start(worker))
            self._starting.add(task)
            task.add_done_callback(self._started)

    def _started(self, task: asyncio.Task[None]) -> None:
        self._starting.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.stats["failed starts"] += 1

    async def _start(self, worker: WorkerProcess) -> None:
        try:
            await worker.start()
        except OSError as error:
            self._workers.discard(worker)
            raise QueryCrashed(f"a worker cannot be started: {error}") from error
        self._free(worker)

    def _free(self, worker: WorkerProcess) -> None:
        if worker.killed or self._closed:
            return
        while self._wanting:
            wanting = self._wanting.popleft()
            if not wanting.done():
                wanting.set_result(worker)
                return
        self._idle.append(worker)

    def _lost(self, worker: WorkerProcess) -> None:
        self._workers.discard(worker)
        if worker in self._idle:
            self._idle.remove(worker)
        if not self._closed:
            self._replenish()

    async def _worker(self) -> WorkerProcess:
        if self._idle:
            return self._idle.pop()
        if len(self._wanting) >= self._max_waiting:
            raise TooManyQueries(len(self._wanting))
        wanting: asyncio.Future[WorkerProcess] = asyncio.get_running_loop().create_future()
        self._wanting.append(wanting)
        try:
            return await asyncio.wait_for(wanting, self._max_wait_s)
        except TimeoutError as error:
            raise TooManyQueries(len(self._wanting)) from error

    # ---- snapshots

    async def _lease(self, version: int | None) -> Lease:
        if version is None:
            lease = self._snapshots.lease_now()
            if lease is not None:
                return lease
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._snapshots.lease)

    def _open(self, worker: WorkerProcess, lease: Lease) -> dict[str, Any]:
        """Say which snapshot the worker reads, and which it lets go of."""
        path = lease.snapshot.path
        dropped: list[str] = []
        if path in worker.leases:
            lease.release()
        else:
            for former in list(worker.leases):
                worker.leases.pop(former).release()
                dropped.append(str(former))
            worker.leases[path] = lease
        folder = str(self._snapshots.folder)
        return {"store": str(path), "drop": dropped, "folder": folder}

    def _forget(self, answering: Answering) -> None:
        self._running.pop(id_of(answering), None)


def id_of(answering: Answering) -> int:
    return id(answering)


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise QuerySyntaxError("the text holds half a surrogate pair") from error
