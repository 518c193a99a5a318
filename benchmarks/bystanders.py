"""Those who mean well while others attack: readers whose answers are checked, and a writer.

Readers look up labels that are known beforehand; the writer adds and removes a triple in turn and
looks whether the next query knows it. Each stands at an address of this machine of its own.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.load_client import Address, BrokenAnswer, Connection, Reply
from benchmarks.sparql_queries import RESULTS
from ontology.namespaces import ID, RDFS

_GRAPH: Final = f"{ID}stress"


@dataclass
class Seen:
    """What readers or a writer saw; times in seconds."""

    lookups: list[float] = field(default_factory=list)
    commits: list[float] = field(default_factory=list)
    visible: list[float] = field(default_factory=list)
    """From the update's first byte to the answer that shows it."""
    wrong: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Answers that said "not now" to somebody who had asked for little."""

    def add(self, other: Seen) -> None:
        """Take in what another one saw."""
        for name in ("lookups", "commits", "visible", "wrong", "refused"):
            getattr(self, name).extend(getattr(other, name))

    def percentile_ms(self, share: float) -> float:
        """Return the latency that a share of the lookups stayed below, in milliseconds."""
        ordered = sorted(self.lookups)
        place = min(len(ordered) - 1, int(share * len(ordered)))
        return ordered[place] * 1000 if ordered else float("nan")


@dataclass(frozen=True)
class Stand:
    """Where bystanders stand, and how fast they ask."""

    address: Address
    sources: tuple[str, ...]
    events: int
    """Events that there are: `event-0` to `event-(events - 1)`, each labelled by its number."""
    per_second: float
    patience_s: float
    token: str
    """An administrator's; empty: nobody writes."""
    stop: Path
    """They stop when there is a file of this name."""
    commits_per_second: float = 2.0


def watch(stand: Stand) -> Seen:
    """Read and write until told to stop, in threads; meant for a process of its own."""
    with ThreadPoolExecutor(len(stand.sources) + 1) as pool:
        jobs = [
            pool.submit(_read, stand, source, number) for number, source in enumerate(stand.sources)
        ]
        if stand.token:
            jobs.append(pool.submit(_write, stand))
        seen = Seen()
        for job in jobs:
            seen.add(job.result())
    return seen


def _read(stand: Stand, source: str, first: int) -> Seen:
    seen = Seen()
    connection = _connection(stand, source)
    number = first * 7919
    due = time.monotonic()
    while not stand.stop.exists():
        number += 1
        event = number * 31 % stand.events
        query = f"SELECT ?label {{ <{ID}event-{event}> <{RDFS}label> ?label }} # {number}"
        reply = _asked(connection, stand.address.get(query, RESULTS), seen)
        if reply is not None:
            seen.lookups.append(reply.seconds)
            if b'"Event %d"' % event not in reply.body:
                seen.wrong.append(f"event {event}: {reply.body[:200]!r}")
        due = max(due + 1 / stand.per_second, time.monotonic() - 1)
        time.sleep(max(0.0, due - time.monotonic()))
    connection.close()
    return seen


def _connection(stand: Stand, source: str) -> Connection:
    return Connection(
        stand.address.port, stand.address.host, source=source, timeout_s=stand.patience_s
    )


def _asked(connection: Connection, request: bytes, seen: Seen) -> Reply | None:
    """Ask for what must be granted; note everything else."""
    try:
        reply = connection.ask(request)
    except TimeoutError:
        seen.wrong.append("no answer for longer than anything may take")
        return None
    except (OSError, BrokenAnswer) as error:
        seen.wrong.append(f"the connection broke: {error}")
        return None
    if reply.status in (429, 503, 504):
        seen.refused.append(f"{reply.status} {reply.body[:200]!r}")
        return None
    if reply.status not in (200, 204):
        seen.wrong.append(f"status {reply.status}: {reply.body[:200]!r}")
        return None
    return reply


def _write(stand: Stand) -> Seen:
    """Add a number, look; take it away, look; and so on."""
    seen = Seen()
    connection = _connection(stand, stand.sources[0])
    number = time.time_ns() // 1000
    while not stand.stop.exists():
        number += 1
        for operation, expected in (("INSERT", True), ("DELETE", False)):
            quad = f"GRAPH <{_GRAPH}> {{ <{_GRAPH}> <{_GRAPH}/n> {number} }}"
            headers = f"Authorization: Bearer {stand.token}\r\n"
            update = stand.address.post(
                f"{operation} DATA {{ {quad} }}".encode(), "application/sparql-update", headers
            )
            begun = time.perf_counter()
            if (reply := _asked(connection, update, seen)) is not None:
                seen.commits.append(reply.seconds)
                query = stand.address.get(f"ASK {{ {quad} }} # {begun}", RESULTS)
                if (reply := _asked(connection, query, seen)) is not None:
                    seen.visible.append(time.perf_counter() - begun)
                    if json.loads(reply.body)["boolean"] is not expected:
                        seen.wrong.append(f"the query after {operation} {number} did not see it")
            time.sleep(1 / stand.commits_per_second)
    connection.close()
    return seen
