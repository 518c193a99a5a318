"""The tables of `benchmarks.sparql`, with the targets beside the figures."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.asking import Against, Asked, Streamed, told
from benchmarks.commits import Commits
from benchmarks.peers import Service
from benchmarks.processes import Memory, descendants, memory
from benchmarks.rates import Lookups

LONG_RATIO: Final = 1.15  # DESIGN §7: queries that take the engine over 10 ms
SHORT_EXTRA_MS: Final = 2.0  # every other
SLOW_PEER_EACH: Final = 10.0
SLOW_PEER_MEDIAN: Final = 30.0
KILLABLE_RATIO: Final = 0.25  # of oxigraph serve, point lookups
IN_PROCESS_RATIO: Final = 0.45
CACHED_RATIO: Final = 1.0
LOOKUP_P99_MS: Final = 15.0
VISIBLE_MS: Final = 150.0
IDLE_BYTES: Final = 250e6


def met(reached: bool) -> str:
    """Return the word for a target."""
    return "met" if reached else "**missed**"


def print_queries(table: Sequence[Asked], against: Sequence[Against], ours: str, peer: str) -> None:
    """Print the table of single queries."""
    slow = {item.question.name: item for item in against}
    print(
        f"| query | rows | engine, ms | {ours}, ms | {ours} : engine | {ours} − engine, ms "
        f"| target | {peer}, ms | {ours} : {peer} "
        f"| rdflib-endpoint : {ours}; asked again; : {peer} |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|")
    for item in table:
        if item.short():
            reached = item.extra_ms(ours) <= SHORT_EXTRA_MS
            target = f"+ {SHORT_EXTRA_MS:.0f} ms: {met(reached)}"
        else:
            target = f"{LONG_RATIO} ×: {met(item.ratio(ours) <= LONG_RATIO)}"
        print(
            f"| {item.question.name} | {item.rows:,} | {item.median_ms():.2f} "
            f"| {item.median_ms(ours):.2f} | {item.ratio(ours):.2f} | {item.extra_ms(ours):.2f} "
            f"| {target} | {item.median_ms(peer):.2f} | {item.ratio(ours, peer):.2f} "
            f"| {told(slow.get(item.question.name))} |"
        )
    print()
    for remark in (f"- {item.question.name}: {x}" for item in table for x in item.remarks):
        print(remark)


def print_slow_peer(against: Sequence[Against]) -> None:
    """Print how the targets against rdflib-endpoint stand, for Dure and for the fast peer."""
    answered = [item for item in against if not item.failure]
    lanes = {
        "Dure, asked for the first time": [item.ratio for item in answered],
        "Dure, asked again": [item.again for item in answered if item.again],
        "oxigraph serve": [item.fast_ratio for item in answered],
    }
    print(f"\n| rdflib-endpoint against | least | median | below {SLOW_PEER_EACH:.0f} × | target |")
    print("|---|---|---|---|---|")
    for name, ratios in lanes.items():
        each = met(min(ratios) >= SLOW_PEER_EACH)
        middle = met(statistics.median(ratios) >= SLOW_PEER_MEDIAN)
        print(
            f"| {name} | {min(ratios):,.1f} | {statistics.median(ratios):,.1f} "
            f"| {sum(ratio < SLOW_PEER_EACH for ratio in ratios)} of {len(ratios)} "
            f"| each {SLOW_PEER_EACH:.0f} ×: {each}; median {SLOW_PEER_MEDIAN:.0f} ×: {middle} |"
        )
    print()


def print_streams(streams: Sequence[Streamed]) -> None:
    """Print how large answers came."""
    print("| 100 thousand rows as | service | MB | first byte, ms | MB/s |")
    print("|---|---|---|---|---|")
    for item in streams:
        print(
            f"| {item.format} | {item.name} | {item.megabytes:.1f} | {item.first_byte_ms:.1f} "
            f"| {item.per_second:.0f} |"
        )
    print()


def print_rates(rates: Sequence[Lookups], clients: int) -> None:
    """Print the point lookups; the first lane is the one that the others are compared with."""
    print(
        f"| point lookups, {clients} clients | requests/s | : {rates[0].lane.name} | p50, ms "
        "| p99, ms | target | wrong answers | client's share of a processor |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for item in rates:
        print(
            f"| {item.lane.name} | {item.per_second:,.0f} | {item.ratio(rates[0]):.2f} "
            f"| {item.percentile_ms(0.5):.2f} | {item.percentile_ms(0.99):.2f} "
            f"| {_rate_target(item, rates[0])} | {item.failures} "
            f"| {statistics.median(item.client_share):.0%} |"
        )
    print()


def _rate_target(item: Lookups, first: Lookups) -> str:
    wanted = {
        "Dure, killable": KILLABLE_RATIO,
        "in-process route": IN_PROCESS_RATIO,
        "Dure, from the cache": CACHED_RATIO,
    }.get(item.lane.name)
    if wanted is None:
        return "–"
    rate = f"{wanted} ×: {met(item.ratio(first) >= wanted)}"
    return f"{rate}; p99 < {LOOKUP_P99_MS:.0f} ms: {met(item.percentile_ms(0.99) < LOOKUP_P99_MS)}"


@dataclass(frozen=True)
class ServiceMemory:
    """Memory of a service's server and of each of the processes it started."""

    server: Memory
    workers: tuple[Memory, ...]

    @property
    def whole(self) -> Memory:
        """Of all together."""
        return sum(self.workers, self.server)


def service_memory(service: Service) -> ServiceMemory:
    """Return what a service's processes hold now."""
    server = service.process.pid
    return ServiceMemory(memory(server), tuple(memory(pid) for pid in descendants(server)))


def print_memory(
    idle: ServiceMemory, busy: ServiceMemory, after: ServiceMemory, peer: Memory
) -> None:
    """Print what the services held, in megabytes."""
    print("| memory, MB | server PSS (USS) | each process beside it, PSS (USS) | all, PSS |")
    print("|---|---|---|---|")
    moments = {"idle": idle, "after the lookups": busy, "after the commits": after}
    for name, held in moments.items():
        each = ", ".join(_told(item) for item in held.workers) or "–"
        print(f"| Dure, {name} | {_told(held.server)} | {each} | {held.whole.pss / 1e6:.0f} |")
    print(f"| oxigraph serve, after the lookups | {_told(peer)} | – | {peer.pss / 1e6:.0f} |")
    print(
        f"\nIdle service: {idle.whole.pss / 1e6:.0f} MB, target {IDLE_BYTES / 1e6:.0f} MB (with "
        f"the bundled graph): {met(idle.whole.pss <= IDLE_BYTES)}\n"
    )


def _told(held: Memory) -> str:
    return f"{held.pss / 1e6:.0f} ({held.uss / 1e6:.0f})"


def print_commits(commits: Commits) -> None:
    """Print what commits cost."""
    print(f"| a commit of {commits.quads} quads by SPARQL Update | ms, median (greatest) |")
    print("|---|---|")
    for name, times in (
        ("answered: checked, logged, fsynced", commits.update),
        ("first query after it", commits.first),
        ("later queries", commits.later),
    ):
        print(f"| {name} | {statistics.median(times) * 1000:.1f} ({max(times) * 1000:.1f}) |")
    print(f"| the new snapshot, as the first query pays it | {commits.snapshot_ms:.1f} |")
    print(
        f"\nCommit until visible: {commits.visible_ms:.0f} ms, target {VISIBLE_MS:.0f} ms: "
        f"{met(commits.visible_ms <= VISIBLE_MS)}\n"
    )
