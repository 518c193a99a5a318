"""Counters for `/metrics`, in the
[Prometheus text format](https://prometheus.io/docs/instrumenting/exposition_formats/).

The door counts in plain numbers, and they are put into the format when somebody asks: a request
pays for an addition and nothing else, and there is no state at import.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
_BOUNDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

Gauges = Callable[[], Mapping[str, float]]


class Tally:
    """What the door has done since the start: queries by outcome, work, rows and bytes."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self.outcomes: Counter[str] = Counter()
        self.rows = 0
        self.bytes = 0
        self.seconds = 0.0
        self._buckets = [0] * (len(_BOUNDS) + 1)

    def count(self, outcome: str, seconds: float, rows: int, bytes: int) -> None:
        """Add a query that was run."""
        self.outcomes[outcome] += 1
        self.rows += rows
        self.bytes += bytes
        self.seconds += seconds
        self._buckets[bisect_left(_BOUNDS, seconds)] += 1

    def histogram(self) -> list[tuple[str, float]]:
        """Return how many queries took at most so many seconds, for growing bounds."""
        found, total = [], 0
        for bound, count in zip((*_BOUNDS, None), self._buckets, strict=True):
            total += count
            found.append(("+Inf" if bound is None else str(float(bound)), float(total)))
        return found


class _ServiceCollector(Collector):
    """Puts a tally and the gauges of the moment into families of metrics."""

    def __init__(self, tally: Tally, gauges: Gauges, counters: Gauges) -> None:
        self._tally = tally
        self._gauges = gauges
        self._counters = counters

    def collect(self) -> Iterator[Metric]:
        """Yield what there is to tell."""
        queries = CounterMetricFamily(
            "dure_queries", "Queries by how they ended.", labels=["outcome"]
        )
        for outcome, count in sorted(self._tally.outcomes.items()):
            queries.add_metric([outcome], count)
        yield queries
        yield HistogramMetricFamily(
            "dure_query_seconds",
            "Seconds of work of the queries that were run.",
            buckets=self._tally.histogram(),
            sum_value=self._tally.seconds,
        )
        yield CounterMetricFamily("dure_query_rows", "Rows of answers.", self._tally.rows)
        yield CounterMetricFamily("dure_query_bytes", "Bytes of answers.", self._tally.bytes)
        for name, value in self._counters().items():
            yield CounterMetricFamily(f"dure_{name}", _words(name), value)
        for name, value in self._gauges().items():
            yield GaugeMetricFamily(f"dure_{name}", _words(name), value)


class Metrics:
    """The metrics of one service, in a registry of its own."""

    def __init__(self, tally: Tally, *, gauges: Gauges, counters: Gauges) -> None:
        """Collect from a tally, and from two functions that return numbers by name.

        Args:
            tally: what the door counts.
            gauges: what goes up and down: workers busy, entries of the cache …
            counters: what only grows: snapshots made, workers killed …
        """
        self._registry = CollectorRegistry()
        self._registry.register(_ServiceCollector(tally, gauges, counters))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """Return all metrics in the text format."""
        return generate_latest(self._registry)


def _words(name: str) -> str:
    return f"{name.replace('_', ' ').capitalize()}."
