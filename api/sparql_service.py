"""What answers SPARQL behind the door: workers, budgets, cache, register, log and counters.

A query passes here from admission to charge: a `QueryRun` lets it in, runs it in a
worker that can be killed, notices when its client has gone, and notes how it ended.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Mapping
from functools import lru_cache, partial
from types import TracebackType
from typing import Final

from api.answer_cache import AnswerCache, Prepared
from api.asked import Asked
from api.auth import Client
from api.budgets import Allowance, Budgets, Charge
from api.errors import TooManyAtOnce
from api.exchange import ClientGone, Exchange, Watch
from api.flights import Flights
from api.metrics import Metrics, Tally
from api.problems import problem_of
from api.query_log import QueryLog
from api.query_register import QueryEntry, QueryRegister
from api.raw_answers import RawAnswers
from api.settings import Settings
from api.turns import Turns
from api.versions import EMPTY
from graphstore.answering import Answering
from graphstore.dataset import Dataset
from graphstore.errors import QueryCancelled
from graphstore.snapshots import Snapshots
from graphstore.workers import WorkerPool

WATCH_AFTER_S: Final = 0.015  # what a query takes before anybody looks whether its client stays
_GONE: Final = 499  # what logs call the status of an answer that nobody waited for


class SparqlService:
    """Everything that the SPARQL doors of one dataset share; `start` and `close` it.

    Must be made, started and used in one event loop.
    """

    def __init__(self, settings: Settings, dataset: Dataset) -> None:
        """Put the parts together."""
        sparql, budgets = settings.sparql, settings.budgets
        self.settings = settings
        self.dataset = dataset
        self.snapshots = Snapshots(
            dataset,
            None,
            staleness_s=sparql.staleness_s,
            versions_kept=sparql.versions_kept,
        )
        self.pool = WorkerPool(
            self.snapshots,
            size=sparql.workers,
            memory_bytes=sparql.memory_bytes,
            max_waiting=sparql.max_waiting,
            send_grace_s=sparql.send_grace_s,
        )
        self.budgets = Budgets(
            Allowance(budgets.anonymous_seconds_per_minute, budgets.anonymous_concurrent),
            Allowance(budgets.known_seconds_per_minute, budgets.known_concurrent),
            max_clients=budgets.clients_remembered,
        )
        self.turns = Turns()
        self.flights = Flights()
        self.cache: AnswerCache[Prepared] = AnswerCache(sparql.cache_bytes * 3 // 4)
        self.register = QueryRegister()
        self.tally = Tally()
        self.raw = RawAnswers(sparql.cache_bytes // 4, self.head, self.tally.outcomes)
        self.metrics = Metrics(self.tally, gauges=self._gauges, counters=self._counters)
        self.log = QueryLog(
            settings.data / "query-log",
            file_bytes=settings.query_log.bytes,
            files=settings.query_log.files,
            text_characters=settings.query_log.text_characters,
        )

    def head(self) -> str:
        """Return the id of the head commit, "0" when there is none."""
        head = self.dataset.head
        return head.id if head else EMPTY

    async def start(self) -> None:
        """Start the workers and the log."""
        self.log.start()
        await self.pool.start()

    async def close(self) -> None:
        """Stop what runs, and remove the snapshots."""
        await self.pool.close()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, self.snapshots.close)
        await loop.run_in_executor(None, self.log.close)

    def run(self, exchange: Exchange, asked: Asked, client: Client) -> QueryRun:
        """Return a run of a query; it begins when it is entered."""
        return QueryRun(self, exchange, asked, client)

    async def admit(self, name: str, *, known: bool) -> Charge:
        """Let a client begin a query, after a while where it has many running.

        Raises:
            TooManyAtOnce: they go on too long, or too many wait.
            BudgetSpent: it has had its seconds of work.
        """
        while True:
            try:
                return self.budgets.enter(name, known=known)
            except TooManyAtOnce as refusal:
                await self.turns.wait(name, refusal)

    def worked(self, id: str) -> float:
        """Return the seconds since a query began to work; 0 while it waits for a worker."""
        began = (item.started for item in self.pool.running if item.id == id)
        return max((time.monotonic() - started for started in began), default=0.0)

    def note(self, entry: QueryEntry, outcome: str, status: int, seconds: float) -> None:
        """Note how a query ended, everywhere where that is noted."""
        answering = entry.answering
        rows, size = (answering.rows or 0, answering.bytes) if answering else (0, 0)
        self.register.end(entry, outcome, status, seconds)
        self.tally.count(outcome, entry.seconds, rows, size)
        self.log.write(
            {
                "time": entry.started_at.isoformat(timespec="milliseconds"),
                "id": entry.id,
                "client": entry.client,
                "kind": answering.kind if answering else None,
                "hash": entry.hash,
                "text": entry.text,
                "commit": answering.commit if answering else None,
                "outcome": outcome,
                "status": status,
                "seconds": round(entry.seconds, 4),
                "rows": answering.rows if answering else None,
                "bytes": size,
                "format": answering.format if answering else None,
            }
        )

    def _gauges(self) -> Mapping[str, float]:
        head = self.dataset.head
        quads, facts = self.dataset.count()
        return {
            **self.pool.gauges,
            "queries_running": len(self.register),
            "answer_cache_entries": len(self.cache),
            "answer_cache_size_bytes": self.cache.bytes,
            "clients_remembered": len(self.budgets),
            "commits": head.number if head else 0,
            "quads": quads,
            "facts": facts,
        }

    def _counters(self) -> Mapping[str, float]:
        return {**self.pool.stats, "query_log_lines_dropped": self.log.dropped}


class QueryRun:
    """A run of a query: an async context, in which its answer is to be sent.

    Entering it raises

    - BudgetSpent, TooManyAtOnce: the client has had enough for now;
    - ClientGone: it has closed the connection;
    - GraphStoreError: the query is not answered.

    Leaving it stops what still runs, charges the client, and turns the cancelling of the task into
    ClientGone or QueryCancelled, as the case may be.
    """

    __slots__ = ("_asked", "_charge", "_exchange", "_known", "_service", "_watch", "entry")

    def __init__(
        self, service: SparqlService, exchange: Exchange, asked: Asked, client: Client
    ) -> None:
        """Register the query.

        Raises:
            QueryIdInUse: the client chose the id of a running query.
        """
        self._service, self._exchange, self._asked = service, exchange, asked
        self._known = client.known
        self._charge: Charge | None = None
        self.entry = service.register.begin(
            asked.query_id, budget_name(client), asked.request.text, asked.hash
        )

    async def __aenter__(self) -> Answering:
        """Wait for the first bytes of the answer."""
        entry, asked = self.entry, self._asked
        self._watch = Watch(self._exchange.receive, lambda: entry.stop("gone"), WATCH_AFTER_S)
        try:
            charge = await self._service.admit(entry.client, known=self._known)
            self._charge = charge
            charge.worked = entry.worked = partial(self._service.worked, entry.id)
            answering = entry.answering = await self._service.pool.query(
                asked.task(),
                deadline_s=asked.deadline_s,
                version=asked.state,
                id=entry.id,
                client=entry.client,
            )
        except BaseException as error:  # also when the task is cancelled
            await self._end(error)
            raise
        if not answering.complete:
            self._watch.begin()
        return answering

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop what runs, and settle."""
        await self._end(error)

    async def _end(self, error: BaseException | None) -> None:
        entry = self.entry
        self._watch.end()
        if entry.answering is not None and not entry.answering.complete:
            await entry.answering.aclose()
        if isinstance(error, asyncio.CancelledError) and entry.stopped is not None:
            entry.uncancel()
            self._settle(entry.stopped, _GONE, entry.seconds)
            raise (ClientGone if entry.stopped == "gone" else QueryCancelled(entry.id)) from None
        if error is None:
            outcome = "explained" if self._asked.explain else "answered"
            self._settle(outcome, self._exchange.status if self._exchange.started else 200)
        elif isinstance(error, Exception):
            problem = problem_of(error)
            self._settle(problem.type.slug, problem.type.status, getattr(error, "work_s", 0.0))
        else:
            self._settle("stopped", _GONE)

    def _settle(self, outcome: str, status: int, work_s: float = 0.0) -> None:
        """Note how it ended, and charge the work: what the answer or the error knows of it."""
        answering = self.entry.answering
        seconds = answering.seconds if answering else work_s
        self._service.note(self.entry, outcome, status, seconds)
        if self._charge is not None:
            self._charge.leave(seconds)
            self._charge.worked = None
            self._service.turns.free(self.entry.client)


def budget_name(client: Client) -> str:
    """Return whom a client's work is charged to: its token's name, else its network."""
    return f"token {client.name}" if client.known else _network(client.address)


@lru_cache(maxsize=1000)
def _network(text: str) -> str:
    """Return an address as one name; an IPv6 user has a whole /64, any address of it is theirs."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
