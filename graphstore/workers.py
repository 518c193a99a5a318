"""The pool of query workers: every ad-hoc query runs in a process that can be killed.

A query waits for a worker, is given a snapshot of the head, and is stopped at its deadline, at
its memory ceiling, when its client has gone or when somebody cancels it; the worker dies of that,
and a spare one, already started, takes its place. Everything here runs in one event loop, which
only moves bytes. See the
[SPARQL 1.1 Protocol](https://www.w3.org/TR/sparql11-protocol/#query-operation).

Long queries cannot keep short ones waiting. One that takes more than half a second leaves its
place to the next and goes on beside it, with less claim to the processors; there may be as many of
these as there are places. `graphstore.places` says what happens when there are more.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pyoxigraph import DefaultGraph, NamedNode

from graphstore.answering import Answering, Deadline, QueryTask, Running
from graphstore.changeset import Changeset
from graphstore.crew import Crew
from graphstore.errors import (
    AnswerTooLarge,
    GraphStoreError,
    QueryCancelled,
    QueryCrashed,
    QueryMemoryExceeded,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooComplex,
    TooManyQueries,
    UpdateSyntaxError,
)
from graphstore.patch import read_patch
from graphstore.places import Place, Places
from graphstore.snapshots import Lease, Snapshot, Snapshots
from graphstore.worker_process import WorkerProcess

__all__ = ["Answering", "QueryTask", "Running", "WorkerPool"]

LEAST_MEMORY_BYTES: Final = 64 << 20
BUILD_DEADLINE_S: Final = 600.0
_WATCH_EVERY_S: Final = 0.1
_REFRESH_AFTER_S: Final = 0.2
_OUTCOMES: Final[dict[type[GraphStoreError], str]] = {
    QueryTimeout: "timeout",
    QueryMemoryExceeded: "memory",
    QueryCancelled: "cancelled",
    QueryTooComplex: "too_complex",
    QueryCrashed: "crashed",
    AnswerTooLarge: "too_large",
    TooManyQueries: "gave_way",
}


@dataclass(frozen=True)
class _Order:
    """What is to be run: a job's head and text, what to call it, how long it may take, on what."""

    head: dict[str, Any]
    text: bytes
    name: str
    deadline_s: float
    id: str | None
    client: str = ""
    version: int | None = None
    row_limit: int | None = None
    stale: bool = True


@dataclass(frozen=True)
class _Run:
    """Where something runs: the place that it takes, and the worker that does it."""

    place: Place
    worker: WorkerProcess


class WorkerPool:
    """Runs queries in worker processes; made and used in one event loop.

    Args:
        snapshots: where the workers read from.
        size: how many quick queries run at once, and how many slow ones beside them.
        memory_bytes: how much private memory a worker may have, at least LEAST_MEMORY_BYTES.
        max_waiting: how many queries may wait for a worker; more are refused.
        spare: how many workers stand by for those that are killed.
        max_wait_s: seconds that a query waits for a worker at most.
        send_grace_s: seconds that a client may take longer than the deadline to read its answer.
        quick_s: seconds after which a query counts as slow.
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
        quick_s: float = 0.5,
    ) -> None:
        """Begin without workers; `start` starts them."""
        if memory_bytes < LEAST_MEMORY_BYTES:
            raise ValueError(f"a worker needs at least {LEAST_MEMORY_BYTES} bytes of memory")
        self.snapshots = snapshots
        self._memory_bytes = memory_bytes
        self._max_waiting = max_waiting
        self._send_grace_s = send_grace_s
        self._quick_s = quick_s
        self._places = Places(size, size, max_waiting=max_waiting, max_wait_s=max_wait_s)
        self._crew = Crew(size + spare, memory_bytes, self._open_newest)
        self._running: dict[Answering, _Run] = {}
        self._counts: Counter[str] = Counter()
        self._work_seconds = 0.0
        self._leasing = 0
        self._refresh: asyncio.Future[None] | None = None
        self._building: dict[int, asyncio.Future[None]] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._threads = ThreadPoolExecutor(4, "workers")

    async def start(self) -> None:
        """Make the first snapshot, start the workers, and wait until they can take a query.

        Raises:
            QueryCrashed: workers cannot be started here.
            StorageUnavailable: there can be no snapshot.
        """
        (await self._lease_head()).release()
        await self._crew.start()

    async def close(self) -> None:
        """Stop all queries, end all workers and wait until they are gone."""
        for timer in self._timers.values():
            timer.cancel()
        for answering in list(self._running):
            answering.stop(QueryCrashed("the service is closing"))
        await self._crew.close()
        await asyncio.gather(*self._building.values(), return_exceptions=True)
        await asyncio.get_running_loop().run_in_executor(None, self._threads.shutdown)

    # ---- what it does

    async def query(
        self,
        task: QueryTask,
        *,
        deadline_s: float,
        version: int | None = None,
        id: str | None = None,
        client: str = "",
    ) -> Answering:
        """Run a query, and return when the first bytes of the answer are there.

        The answer must be read to its end or closed (`aclose`).

        Args:
            task: what to ask.
            deadline_s: seconds of work after which it is stopped.
            version: the number of the commit whose state is asked; None: the head.
            id: a name to cancel it by; None: one is made up.
            client: who asks: who has the fewest queries running is the next to have a place.

        Raises:
            QuerySyntaxError, RefusedQuery: the text is no query that is answered.
            NoFormatForKind: the client accepts no format for this kind of answer.
            UnknownVersion: there is no commit of that number.
            TooManyQueries: it was not begun, or gave way to others.
            QueryTimeout, QueryMemoryExceeded, QueryTooComplex, QueryCancelled, QueryCrashed: it
                was stopped.
            AnswerTooLarge: the answer is.
            StorageUnavailable: there is no snapshot to ask.
        """
        text = _utf8(task.text, QuerySyntaxError)
        order = _Order(task.job(), text, task.text, deadline_s, id, client, version, task.max_rows)
        return await self._run(order)

    async def changes(
        self,
        text: str,
        *,
        using_default: tuple[str, ...] | None,
        using_named: tuple[str, ...] | None,
        base: str | None,
        deadline_s: float,
        within: NamedNode | DefaultGraph | None = None,
        max_quads: int = 1_000_000,
        id: str | None = None,
        client: str = "",
    ) -> Changeset:
        """Work out what a SPARQL Update would add to the head and remove from it.

        Args:
            text: the update.
            using_default: IRIs of the protocol's `using-graph-uri`; None: none were given.
            using_named: IRIs of the protocol's `using-named-graph-uri`; None: none were given.
            base: what relative IRIs are resolved against; None: they are errors.
            deadline_s: seconds of work after which it is stopped.
            within: the one graph that it may read and write; None: no such bound.
            max_quads: how many quads an operation may add and remove.
            id: a name to cancel it by; None: one is made up.
            client: who asks, as for `query`.

        Raises:
            UpdateSyntaxError, RefusedQuery, DatasetGivenTwice, GraphExists, GraphNotFound,
            ReservedGraph, UpdateTooLarge: the update cannot be done.
            TooManyQueries, QueryTimeout, QueryMemoryExceeded, QueryCancelled, QueryCrashed,
            StorageUnavailable: as for `query`.
        """
        data = _utf8(text, UpdateSyntaxError)
        scratch = self.snapshots.new_scratch()
        head = {
            "op": "changes",
            "using_default": using_default,
            "using_named": using_named,
            "base": base,
            "within": getattr(within, "value", "") if within is not None else None,
            "max_quads": max_quads,
            "scratch": str(scratch),
        }
        loop = asyncio.get_running_loop()
        try:
            order = _Order(head, data, text, deadline_s, id, client, stale=False)
            answering = await self._run(order)
            document = [chunk async for chunk in answering.chunks()]
        finally:
            # A worker that was killed leaves its copy behind.
            await loop.run_in_executor(self._threads, _remove, scratch)
        return await loop.run_in_executor(self._threads, _changeset, document)

    def cancel(self, id: str) -> bool:
        """Stop the queries and updates of that name; False if none is running."""
        found = [item for item in self._running if item.id == id]
        for item in found:
            item.cancel()
        return bool(found)

    # ---- what it tells

    @property
    def running(self) -> list[Running]:
        """The queries and updates that run now, in the order in which they began."""
        return [item.running for item in self._running]

    @property
    def isolation(self) -> tuple[str, ...]:
        """What keeps every worker in, as `graphstore.isolation.confine` names it."""
        found = [set(item.isolation) for item in self._crew.workers if item.isolation]
        return tuple(sorted(set.intersection(*found))) if found else ()

    @property
    def stats(self) -> Mapping[str, float]:
        """Counts since the start: work begun and ended by outcome, workers, seconds of work."""
        names = ("begun", "complete", "refused", *_OUTCOMES.values())
        return {
            **{f"worker_jobs_{name}": self._counts[name] for name in names},
            **self._crew.counts,
            "worker_seconds": self._work_seconds,
            "snapshots_made": self.snapshots.made,
        }

    @property
    def gauges(self) -> Mapping[str, float]:
        """The state of the moment: who waits and runs, how many workers, their memory in bytes."""
        return {
            "queries_waiting": self._places.waiting + self._leasing,
            "worker_jobs_running": len(self._running),
            "worker_jobs_slow": self._places.slow,
            "workers": len(self._crew.workers),
            "workers_idle": len(self._crew.idle),
            "workers_private_bytes": sum(item.private_bytes() for item in self._crew.workers),
        }

    # ---- running

    async def _run(self, order: _Order) -> Answering:
        lease = await self._lease(order)
        try:
            place = await self._places.enter(order.client, gives_way=order.head["op"] == "query")
            try:
                worker = await self._crew.get(lease.snapshot)
            except BaseException:  # whoever gave up, the place is free again
                place.leave()
                raise
        except BaseException:  # likewise
            lease.release()
            raise
        answering = self._begin(order, place, worker, lease)
        try:
            await answering.begun
        except asyncio.CancelledError:
            answering.cancel()
            raise
        return answering

    def _begin(self, order: _Order, place: Place, worker: WorkerProcess, lease: Lease) -> Answering:
        id = order.id if order.id is not None else secrets.token_hex(8)
        answering = Answering(id, order.name, lease.snapshot, order.row_limit)
        place.guest = answering
        self._running[answering] = _Run(place, worker)
        self._counts["begun"] += 1
        opened = worker.read(lease, version=order.version is not None)
        head = order.head | opened | {"folder": str(self.snapshots.folder)}
        deadline = Deadline(order.deadline_s, self._send_grace_s, self._quick_s)
        answering.begin(worker, deadline, self._ended, self._became_slow)
        worker.submit(head, order.text, answering)
        if "watch" not in self._timers:
            self._watch_later()
        return answering

    def _became_slow(self, answering: Answering) -> None:
        run = self._running[answering]
        self._crew.slow_down(run.worker)
        run.place.become_slow()

    def _ended(self, answering: Answering) -> None:
        self._running.pop(answering).place.leave()
        self._work_seconds += answering.seconds
        error = answering.error
        outcome = "complete" if error is None else _OUTCOMES.get(type(error), "refused")
        self._counts[outcome] += 1

    def _watch_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._timers["watch"] = loop.call_later(_WATCH_EVERY_S, self._watch)

    def _watch(self) -> None:
        """Stop queries whose workers take more memory than the system's limit let them."""
        del self._timers["watch"]
        for answering, run in list(self._running.items()):
            if run.worker.private_bytes() > self._memory_bytes:
                answering.stop(QueryMemoryExceeded(self._memory_bytes))
        if self._running:
            self._watch_later()

    # ---- snapshots

    async def _lease(self, order: _Order) -> Lease:
        if order.version is None:
            lease = self.snapshots.lease_now(stale=order.stale)
            if lease is not None:
                return lease
        if self._leasing >= self._max_waiting:
            raise TooManyQueries(self._leasing)
        self._leasing += 1
        try:
            if order.version is None:
                return await self._lease_head(stale=order.stale)
            return await self._lease_version(order.version, order.deadline_s)
        finally:
            self._leasing -= 1

    async def _lease_head(self, *, stale: bool = True) -> Lease:
        """Lease the state of the head as it is now; all who wait share the making of it."""
        wanted = self.snapshots.head_number
        while True:
            lease = self.snapshots.lease_now(wanted, stale=stale)
            if lease is not None:
                return lease
            if self._refresh is None:
                loop = asyncio.get_running_loop()
                self._refresh = loop.run_in_executor(self._threads, self.snapshots.refresh)
                self._refresh.add_done_callback(self._refreshed)
            refresh = self._refresh
            await asyncio.wait([refresh])
            if refresh.exception() is not None:
                refresh.result()

    def _refreshed(self, refresh: asyncio.Future[None]) -> None:
        self._refresh = None
        if not refresh.cancelled():
            refresh.exception()
        if "idle" not in self._timers:
            loop = asyncio.get_running_loop()
            self._timers["idle"] = loop.call_later(_REFRESH_AFTER_S, self._refresh_idle)

    def _refresh_idle(self) -> None:
        """Let idle workers open the newest snapshot, so that old ones can go."""
        del self._timers["idle"]
        for worker in list(self._crew.idle):
            self._crew.idle.remove(worker)
            if not self._open_newest(worker):
                self._crew.idle.append(worker)

    def _open_newest(self, worker: WorkerProcess) -> bool:
        """Let a worker open the newest snapshot; False if it has it open or there is none."""
        lease = self.snapshots.lease_now(0)
        if lease is None:
            return False
        if worker.reads(lease.snapshot):
            lease.release()
            return False
        head = {"op": "open"} | worker.read(lease, version=False)
        worker.submit(head, b"", _Chore())
        return True

    async def _lease_version(self, number: int, patience_s: float) -> Lease:
        """Lease the state after a commit; if it is not there, a worker makes it.

        Who asks waits as long as the query may work. The making goes on after that, so that the
        state is there when the client asks again.
        """
        lease = self.snapshots.lease_version_now(number)
        if lease is not None:
            return lease
        building = self._building.get(number)
        if building is None:
            building = asyncio.get_running_loop().create_task(self._build_version(number))
            building.add_done_callback(lambda done: self._built(number, done))
            self._building[number] = building
        done, _ = await asyncio.wait([building], timeout=patience_s)
        if not done:
            raise QueryTimeout(patience_s)
        building.result()
        return await self._lease_version(number, patience_s)

    async def _build_version(self, number: int) -> None:
        bases = self.snapshots.lease_all()
        target = self.snapshots.new_folder()
        states = [[str(x.snapshot.path), x.snapshot.number, x.snapshot.commit] for x in bases]
        head = {
            "op": "build",
            "log": str(self.snapshots.log.path),
            "number": number,
            "target": str(target),
            "bases": states,
        }
        name = f"the state after commit {number}"
        try:
            answering = await self._run(_Order(head, b"", name, BUILD_DEADLINE_S, None))
            commit = b"".join([chunk async for chunk in answering.chunks()]).decode()
        except BaseException:  # half a state is of no use
            await asyncio.get_running_loop().run_in_executor(self._threads, _remove, target)
            raise
        finally:
            for base in bases:
                base.release()
        self.snapshots.keep_version(Snapshot(target, commit, number)).release()

    def _built(self, number: int, building: asyncio.Future[None]) -> None:
        del self._building[number]
        if not building.cancelled():
            building.exception()


class _Chore:
    """Receives the answer to a job that nobody waits for."""

    def job_started(self, facts: dict[str, Any]) -> None:
        """Do nothing."""

    def job_data(self, rows: int | None, block: bytes) -> None:
        """Do nothing."""

    def job_ended(self, rows: int | None) -> None:
        """Do nothing."""

    def job_failed(self, error: GraphStoreError) -> None:
        """Do nothing: the next query will meet the same error and tell it."""


def _utf8(text: str, error: type[QuerySyntaxError | UpdateSyntaxError]) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as found:
        raise error("the text holds half of a surrogate pair") from found


def _changeset(document: list[bytes]) -> Changeset:
    return read_patch(b"".join(document)).changeset


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
