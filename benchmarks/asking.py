"""One query at a time: the engine alone, and every service over HTTP, in turn.

Ratios are taken within a pair of measurements that follow each other, and their median is told:
machines are noisy, and their noise lasts longer than a query.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Store

from benchmarks.engine import answer
from benchmarks.load_client import BrokenAnswer, Connection, Reply
from benchmarks.peers import Service
from benchmarks.sparql_queries import LARGE, QUESTIONS, Question, rows
from benchmarks.stored_graphs import StoredGraph

SHORT_S: Final = 0.010
"""Queries that take the engine less than this are judged by the difference, not by the ratio."""
_SHORT_SAMPLES: Final = 8  # pairs a run, for queries that take a millisecond
_PATIENCE_S: Final = 5.0  # what takes a peer longer is asked once


@dataclass
class Asked:
    """What was measured of one query; all times in seconds, one per pair."""

    question: Question
    rows: int = 0
    engine: list[float] = field(default_factory=list)
    services: dict[str, list[float]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def short(self) -> bool:
        """Say whether the engine needs less than 10 ms."""
        return statistics.median(self.engine) < SHORT_S

    def ratio(self, name: str, to: str | None = None) -> float:
        """Return the median ratio of a service's time to another's, None: the engine's."""
        floor = self.engine if to is None else self.services[to]
        return statistics.median(a / b for a, b in zip(self.services[name], floor, strict=False))

    def extra_ms(self, name: str) -> float:
        """Return by how many milliseconds a service is slower than the engine, in the median."""
        pairs = zip(self.services[name], self.engine, strict=False)
        return statistics.median(a - b for a, b in pairs) * 1000

    def median_ms(self, name: str | None = None) -> float:
        """Return the median time of a service, None: of the engine, in milliseconds."""
        return statistics.median(self.engine if name is None else self.services[name]) * 1000


class NotAnswered(Exception):
    """A service gave no whole answer with status 200."""


def ask_all(
    graph: StoredGraph, store: Store, services: Sequence[Service], runs: int
) -> list[Asked]:
    """Ask every query of the engine and of the services in turn.

    Args:
        graph: what is asked about.
        store: the engine's, opened in this process.
        services: who is asked.
        runs: measurements of each long query; short ones are measured several times as often.
    """
    connections = [(service, Connection(service.port)) for service in services]
    table = []
    for question in QUESTIONS:
        asked = Asked(question, services={service.name: [] for service in services})
        table.append(asked)
        samples = runs
        number = 0
        while number <= samples:
            _ask_once(asked, graph, store, connections, number)
            if number == 0:
                samples = runs * (_SHORT_SAMPLES if asked.engine[0] < SHORT_S else 1)
                _forget(asked)  # the first one warms up
            number += 1
        print(f"  {question.name}: {asked.median_ms():.2f} ms in the engine", file=sys.stderr)
    for _, connection in connections:
        connection.close()
    return table


def _ask_once(
    asked: Asked,
    graph: StoredGraph,
    store: Store,
    connections: list[tuple[Service, Connection]],
    number: int,
) -> None:
    question = asked.question
    text = question.ask(graph, number)
    begun = time.perf_counter()
    body = answer(store, text, question.accept)
    asked.engine.append(time.perf_counter() - begun)
    turn = number % len(connections)
    for service, connection in connections[turn:] + connections[:turn]:
        reply = ask(service, connection, question, text)
        asked.services[service.name].append(reply.seconds)
        if number == 0:
            asked.rows = rows(body, question)
            _compare(asked, service, rows(reply.body, question))


def _compare(asked: Asked, service: Service, found: int) -> None:
    if found != asked.rows:
        asked.remarks.append(f"{service.name} answers {found} rows, the engine {asked.rows}")


def _forget(asked: Asked) -> None:
    asked.engine.clear()
    for times in asked.services.values():
        times.clear()


def ask(service: Service, connection: Connection, question: Question, text: str) -> Reply:
    """Ask a service one query by GET.

    Raises:
        NotAnswered: what came is no answer.
    """
    reply = connection.ask(service.address.get(text, question.accept))
    if reply.status != 200:
        raise NotAnswered(f"{service.name}, {question.name}: {reply.status} {reply.body[:300]!r}")
    return reply


@dataclass
class Against:
    """How a slow peer did on one query beside Dure."""

    question: Question
    seconds: float
    """The peer's median."""
    ratios: tuple[float, ...]
    """The peer's time to that of Dure and of the fast peer, at least this if `cut`."""
    again: float = 0.0
    """The peer's time to Dure's when the same text is asked a second time; 0: not measured."""
    cut: bool = False
    failure: str | None = None

    @property
    def ratio(self) -> float:
        """The peer's time to Dure's."""
        return self.ratios[0]

    @property
    def fast_ratio(self) -> float:
        """The peer's time to the fast peer's."""
        return self.ratios[1]


def ask_slow_peer(
    graph: StoredGraph,
    fast: Sequence[Service],
    peer: Service,
    runs: int,
    patience_s: float,
) -> list[Against]:
    """Ask every query of Dure, a fast peer and a slow one in turn.

    Args:
        graph: what is asked about.
        fast: Dure and the fast peer.
        peer: the slow one.
        runs: measurements of each query that takes it less than five seconds; others get one.
        patience_s: when a query is given up.
    """
    asked = [(service, Connection(service.port)) for service in fast]
    table = []
    for question in QUESTIONS:
        found = _against(graph, question, asked, peer, runs, patience_s)
        table.append(found)
        print(f"  {peer.name}, {question.name}: {told(found)}", file=sys.stderr)
    for _, connection in asked:
        connection.close()
    return table


def told(found: Against | None) -> str:
    """Return the ratios as the table has them: to Dure's first and second answer, to the peer's."""
    if found is None:
        return "–"
    if found.failure:
        return found.failure
    sign = "> " if found.cut else ""
    again = f"{found.again:,.0f}" if found.again else "–"
    return f"{sign}{found.ratio:,.1f}; {again}; {sign}{found.fast_ratio:,.1f}"


def _against(
    graph: StoredGraph,
    question: Question,
    fast: list[tuple[Service, Connection]],
    peer: Service,
    runs: int,
    patience_s: float,
) -> Against:
    theirs = Connection(peer.port, timeout_s=patience_s)
    seen: list[tuple[float, tuple[float, ...], float]] = []
    try:
        for number in range(100, 101 + runs):
            text = question.ask(graph, number)
            times = [ask(*one, question, text).seconds for one in fast]
            took = ask(peer, theirs, question, text).seconds
            ratios = tuple(took / time for time in times)
            if took > _PATIENCE_S:
                seen.append((took, ratios, 0.0))
                break
            again = (
                ask(peer, theirs, question, text).seconds / ask(*fast[0], question, text).seconds
            )
            seen.append((took, ratios, again))
    except TimeoutError:
        peer.restart()
        ratios = tuple(patience_s / time for time in times)
        return Against(question, patience_s, ratios, cut=True)
    except (NotAnswered, BrokenAnswer) as error:
        return Against(question, 0, (), failure=f"fails ({str(error)[:80]})")
    finally:
        theirs.close()
    warm = seen[1:] or seen
    return Against(
        question,
        statistics.median(found[0] for found in warm),
        tuple(map(statistics.median, zip(*(found[1] for found in warm), strict=True))),
        statistics.median(found[2] for found in warm),
    )


@dataclass(frozen=True)
class Streamed:
    """How a large answer came."""

    name: str
    format: str
    megabytes: float
    first_byte_ms: float
    per_second: float
    """Megabytes a second, first byte included."""


def stream(
    graph: StoredGraph, services: Sequence[Service], formats: Sequence[str], runs: int
) -> list[Streamed]:
    """Read the large answer from each service in each format, and return the medians."""
    table = []
    for format in formats:
        seen: dict[str, list[Reply]] = {service.name: [] for service in services}
        for number in range(runs):
            for service in services:
                connection = Connection(service.port)
                text = LARGE.ask(graph, 10_000 + number)
                reply = connection.ask(service.address.get(text, format))
                if reply.status != 200:
                    raise NotAnswered(f"{service.name}: {reply.status} {reply.body[:300]!r}")
                seen[service.name].append(reply)
                connection.close()
        for name, replies in seen.items():
            table.append(
                Streamed(
                    name,
                    format,
                    len(replies[0].body) / 1e6,
                    statistics.median(reply.first_byte_s for reply in replies) * 1000,
                    statistics.median(len(reply.body) / reply.seconds for reply in replies) / 1e6,
                )
            )
    return table
