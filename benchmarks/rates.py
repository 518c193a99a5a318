"""Point lookups by several clients at once: requests a second and latencies of each service."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.load_client import Rate, Reading, drive
from benchmarks.peers import Service
from benchmarks.sparql_queries import POINT, RESULTS
from benchmarks.stored_graphs import StoredGraph

_CACHED: Final = 64  # different queries that are asked again and again
_ENTITY: Final = b"987654321"
_NONCE: Final = b"123456789"


@dataclass(frozen=True)
class Lane:
    """A service asked in one way."""

    name: str
    service: Service
    repeated: bool = False
    """Whether the same few queries come again, so that a cache can answer."""


@dataclass
class Lookups:
    """What was seen in one lane, round by round."""

    lane: Lane
    rounds: list[Rate] = field(default_factory=list)
    client_share: list[float] = field(default_factory=list)
    """Share of one processor that the client used."""

    @property
    def per_second(self) -> float:
        """Requests a second, median of the rounds."""
        return statistics.median(rate.per_second for rate in self.rounds)

    @property
    def failures(self) -> int:
        """Answers that were not the right one."""
        return sum(rate.failures for rate in self.rounds)

    def percentile_ms(self, share: float) -> float:
        """Return the median of the rounds' percentiles, in milliseconds."""
        return statistics.median(rate.percentile_ms(share) for rate in self.rounds)

    def ratio(self, other: Lookups) -> float:
        """Return the median of the rounds' ratios to another lane."""
        pairs = zip(self.rounds, other.rounds, strict=True)
        return statistics.median(a.per_second / b.per_second for a, b in pairs)


def lookups(
    graph: StoredGraph, lanes: Sequence[Lane], *, clients: int, seconds: float, rounds: int
) -> list[Lookups]:
    """Let the clients look up labels of events in each lane, in turn; the first round warms up."""
    table = [Lookups(lane) for lane in lanes]
    for number in range(rounds + 1):
        for one in table:
            request, right = _requests(graph, one.lane, number)
            length = seconds if number else min(1.0, seconds)
            used = time.process_time()
            rate = drive(one.lane.service.port, request, right, clients=clients, seconds=length)
            if number:
                one.rounds.append(rate)
                one.client_share.append((time.process_time() - used) / rate.seconds)
            print(f"  {one.lane.name}: {rate.per_second:,.0f}/s", file=sys.stderr)
    return table


def _requests(
    graph: StoredGraph, lane: Lane, number: int
) -> tuple[Callable[[int], bytes], Callable[[int, Reading], bool]]:
    """Return what makes the n-th request and what judges its answer."""
    # ENTITY and NONCE stand in the bytes of one request, and are replaced in every other.
    text = POINT.ask(graph, 0).split("SELECT")[0]
    text += POINT.text.replace("%d", _ENTITY.decode()) + f"\n# {_NONCE.decode()}"
    template = lane.service.address.get(text, RESULTS)
    salt = number * 100_000_000

    def entity(n: int) -> int:
        return (n % _CACHED if lane.repeated else n * 7919) % graph.events

    def request(n: int) -> bytes:
        nonce = 0 if lane.repeated else salt + n
        return template.replace(_ENTITY, b"%d" % entity(n)).replace(_NONCE, b"%d" % nonce)

    def right(n: int, reading: Reading) -> bool:
        return reading.status == 200 and b'"Event %d"' % entity(n) in reading.body

    return request, right
