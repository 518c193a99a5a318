"""What answers SPARQL behind the door: workers, budgets, cache, register, log and counters.

A query passes here from admission to charge: `SparqlService.running` lets it in, runs it in a
worker that can be killed, notices when its client has gone, and notes how it ended.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

from api.answer_cache import AnswerCache
from api.asked import Asked
from api.auth import Client
from api.budgets import Allowance, Budgets
from api.exchange import ClientGone, Exchange, Watch
from api.metrics import Metrics, Tally
from api.problems import problem_of
from api.query_log import QueryLog
from api.query_register import QueryEntry, QueryRegister
from api.settings import Settings
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
        self.cache = AnswerCache(sparql.cache_bytes)
        self.register = QueryRegister()
        self.tally = Tally()
        self.metrics = Metrics(self.tally, gauges=self._gauges, counters=self._counters)
        self.log = QueryLog(
            settings.data / "query-log",
            file_bytes=settings.query_log.bytes,
            files=settings.query_log.files,
            text_characters=settings.query_log.text_characters,
        )

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

    @asynccontextmanager
    async def running(
        self, exchange: Exchange, asked: Asked, client: Client
    ) -> AsyncIterator[tuple[QueryEntry, Answering]]:
        """Run a query for the time of the block, in which its answer is to be sent.

        Raises:
            BudgetSpent, TooManyAtOnce: the client has had enough for now.
            QueryIdInUse: it chose the id of a running query.
            ClientGone: it has closed the connection.
            GraphStoreError: the query is not answered, or not any more.
        """
        who = budget_name(client)
        charge = self.budgets.enter(who, known=client.known)
        try:
            entry = self.register.begin(asked.query_id, who, asked.request.text, asked.hash)
        except BaseException:  # nothing was begun, whatever it was
            charge.leave(0)
            raise
        watch = Watch(exchange.receive, lambda: entry.stop("gone"), WATCH_AFTER_S)
        try:
            entry.answering = await self.pool.query(
                asked.task(), deadline_s=asked.deadline_s, version=asked.state, id=entry.id
            )
            if not entry.answering.complete:
                watch.begin()
            yield entry, entry.answering
        except asyncio.CancelledError:
            if entry.stopped is None:
                raise
            entry.task.uncancel()
            self._note(entry, asked, entry.stopped, _GONE)
            raise (ClientGone if entry.stopped == "gone" else QueryCancelled(entry.id)) from None
        except Exception as error:
            problem = problem_of(error)
            self._note(entry, asked, problem.type.slug, problem.type.status)
            raise
        else:
            self._note(entry, asked, "answered", exchange.status)
        finally:
            watch.end()
            if entry.answering is not None:
                await entry.answering.aclose()
            if entry.outcome is None:
                self._note(entry, asked, "stopped", _GONE)
            charge.leave(entry.seconds)

    def _note(self, entry: QueryEntry, asked: Asked, outcome: str, status: int) -> None:
        answering = entry.answering
        seconds = answering.seconds if answering else time.monotonic() - entry.started
        rows, size = (answering.rows or 0, answering.bytes) if answering else (0, 0)
        self.register.end(entry, outcome, status, min(seconds, asked.deadline_s))
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


def budget_name(client: Client) -> str:
    """Return whom a client's work is charged to: its token's name, else its network.

    An IPv6 user has a whole /64, so one address is as good as another.
    """
    if client.known:
        return f"token {client.name}"
    try:
        address = ipaddress.ip_address(client.address)
    except ValueError:
        return client.address or "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped or ipaddress.ip_network((address, 64), strict=False))
    return str(address)
