"""What `benchmarks.stress` saw, what must have been, and both as tables."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from benchmarks.attacks import Outcome
from benchmarks.bystanders import Seen
from benchmarks.condition import Chart, Condition

OVERRUN_S: Final = 0.5  # DESIGN §7: a deadline is kept within half a second
GROWTH_BYTES: Final = 100 << 20
"""How much more memory the server may hold at the end; its cache of answers is a third of it."""
MORE_DESCRIPTORS: Final = 8
MORE_DATABASES: Final = 5  # states of older commits that were asked for are kept, four of them
IDLE_SHARE: Final = 0.2
SETTLED_S: Final = 15.0
READERS_P99_MS: Final = 250.0
READERS_P99_RATIO: Final = 3.0
"""How slow the slowest hundredth of other clients' lookups may get while attackers have budgets:
250 ms, or three times what it is without them (those after a commit wait for its snapshot)."""
_TOLD: Final = 5  # examples of each thing that went wrong


@dataclass
class Report:
    """Everything that was seen in one run."""

    budgets: bool
    deadline_s: float
    workers_bytes: int
    quiet: Seen = field(default_factory=Seen)
    alone: list[Outcome] = field(default_factory=list)
    alone_seen: Seen = field(default_factory=Seen)
    siege: list[Outcome] = field(default_factory=list)
    siege_seen: Seen = field(default_factory=Seen)
    after: Seen = field(default_factory=Seen)
    start: Condition | None = None
    middle: Condition | None = None
    end: Condition | None = None
    chart: Chart = field(default_factory=Chart)
    running: list[str] = field(default_factory=list)
    busy: float = 0.0
    settled_s: float = 0.0
    alive: bool = False
    heard: list[str] = field(default_factory=list)
    left_behind: int = 0
    log_tail: str = ""

    @property
    def everybody(self) -> Seen:
        """What readers and the writer saw in all phases."""
        together = Seen()
        for seen in (self.quiet, self.alone_seen, self.siege_seen, self.after):
            together.add(seen)
        return together

    @property
    def overruns(self) -> list[float]:
        """By how many seconds each query that was asked alone outlived its deadline."""
        return sorted(max(0.0, item.seconds - self.deadline_s) for item in self.bound)

    @property
    def bound(self) -> list[Outcome]:
        """What was asked alone with the deadline of the plan."""
        return [item for item in self.alone if item.text and not item.chose_deadline]


@dataclass(frozen=True)
class Verdict:
    """One thing that must hold."""

    name: str
    found: str
    kept: bool
    examples: tuple[str, ...] = ()


def judged(report: Report) -> list[Verdict]:
    """Return the verdicts on a run."""
    return [*_answers(report), *_attacks(report), *_resources(report)]


def _answers(report: Report) -> Iterator[Verdict]:
    seen = report.everybody
    asked = len(seen.lookups) + len(seen.commits)
    yield _none("wrong or missing answers to readers and writer", seen.wrong, asked)
    if report.budgets:
        yield _none("readers and writer refused", seen.refused, asked)
        p99_ms, quiet_ms = (x.percentile_ms(0.99) for x in (report.siege_seen, report.quiet))
        found = f"{p99_ms:.0f} ms, {quiet_ms:.0f} ms without attackers"
        kept = p99_ms <= max(READERS_P99_MS, READERS_P99_RATIO * quiet_ms)
        yield Verdict("readers' p99 in the siege", found, kept)
    yield Verdict(
        "commits, each seen by the next query", f"{len(seen.visible)}", bool(seen.visible)
    )


def _attacks(report: Report) -> Iterator[Verdict]:
    outcomes = [*report.alone, *report.siege]
    wrong = [f"{item.family}: {item.wrong} | {item.text}" for item in outcomes if item.wrong]
    yield _none("attacks that were answered wrongly (500, broken, no end)", wrong, len(outcomes))
    yield _none("connections that the service made", report.heard, len(outcomes))
    if report.overruns:
        worst = report.overruns[-1]
        late = [
            f"{item.family}: {item.seconds:.2f} s, {item.ending} {item.status} | {item.text}"
            for item in sorted(report.bound, key=lambda item: -item.seconds)
            if item.seconds > report.deadline_s + OVERRUN_S
        ]
        found = f"p50 {_at(report.overruns, 0.5):.3f}, p99 {_at(report.overruns, 0.99):.3f}, "
        found += f"greatest {worst:.3f} s; {len(late)} over {OVERRUN_S} s"
        name = f"deadline of {report.deadline_s:g} s outlived by"
        yield Verdict(name, found, not late, tuple(late[:_TOLD]))
    if report.budgets:
        refused = sum(item.status == 429 for item in report.siege)
        yield Verdict("attackers that were told to wait (429)", str(refused), refused > 0)


def _resources(report: Report) -> Iterator[Verdict]:
    start, end = report.start, report.end
    assert start is not None
    assert end is not None
    yield Verdict("the service is alive", "yes" if report.alive else "no", report.alive)
    yield _none("queries still running at the end", report.running, 0)
    settled = f"{report.settled_s:.1f} s, busy {report.busy:.0%}"
    calm = report.settled_s < SETTLED_S and report.busy < IDLE_SHARE
    yield Verdict("until every worker was idle", settled, calm)
    grown = end.server_bytes - start.server_bytes
    yield Verdict("memory of the server", _three(report, "server_bytes"), grown < GROWTH_BYTES)
    whole = end.whole_bytes - start.whole_bytes
    yield Verdict(
        "memory of all processes", _three(report, "whole_bytes"), whole < 2 * GROWTH_BYTES
    )
    greatest = report.chart.peak("worker_bytes")
    kept = greatest < report.workers_bytes * 1.25 + GROWTH_BYTES
    yield Verdict("greatest memory of a worker", f"{greatest / 1e6:.0f} MB", kept)
    for name, more in (
        ("descriptors", MORE_DESCRIPTORS),
        ("processes", 0),
        ("databases", MORE_DATABASES),
    ):
        flat = getattr(end, name) <= getattr(start, name) + more
        yield Verdict(name, _three(report, name), flat)
    yield Verdict("children not taken notice of", str(end.zombies), end.zombies == 0)
    yield Verdict(
        "files left in the temporary folder", str(report.left_behind), report.left_behind == 0
    )


def _none(name: str, found: Sequence[str], of: int) -> Verdict:
    number = f"{len(found)} of {of:,}" if of else str(len(found))
    examples = Counter(found).most_common(_TOLD)
    told = tuple(f"{text} ({times} ×)" if times > 1 else text for text, times in examples)
    return Verdict(name, number, not found, told)


def _three(report: Report, name: str) -> str:
    """Return a value at the start, at its peak and at the end."""
    values = (getattr(report.start, name), report.chart.peak(name), getattr(report.end, name))
    if name.endswith("_bytes"):
        return "{:.0f}, at most {:.0f}, then {:.0f} MB".format(*(value / 1e6 for value in values))
    return "{}, at most {}, then {}".format(*values)


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def print_report(report: Report) -> None:
    """Print the verdicts, the readers' latencies and how attacks ended."""
    print(
        f"\n## Stress, {'with the budgets of the settings' if report.budgets else 'no budgets'}\n"
    )
    print("| what must hold | found | |\n|---|---|---|")
    verdicts = judged(report)
    for verdict in verdicts:
        print(f"| {verdict.name} | {verdict.found} | {'kept' if verdict.kept else '**broken**'} |")
    print("\n| | lookups | refused | p50, ms | p99, ms | commit, ms | commit until visible, ms |")
    print("|---|---|---|---|---|---|---|")
    phases = {
        "nobody attacks": report.quiet,
        "one hostile query at a time": report.alone_seen,
        "siege": report.siege_seen,
        "afterwards": report.after,
    }
    for name, seen in phases.items():
        if seen.lookups:
            print(
                f"| {name} | {len(seen.lookups):,} | {len(seen.refused)} "
                f"| {seen.percentile_ms(0.5):.1f} | {seen.percentile_ms(0.99):.1f} "
                f"| {_median_ms(seen.commits)} | {_median_ms(seen.visible)} |"
            )
    print("\n| attacks | how they ended |\n|---|---|")
    for name, outcomes in {"one at a time": report.alone, "siege": report.siege}.items():
        if outcomes:
            print(f"| {name}, {len(outcomes):,} | {_endings(outcomes)} |")
    for verdict in verdicts:
        for example in verdict.examples:
            print(f"\n- {verdict.name}: {example}", end="")
    print()


def _median_ms(times: Sequence[float]) -> str:
    return f"{statistics.median(times) * 1000:.0f}" if times else "–"


def _endings(outcomes: Sequence[Outcome]) -> str:
    counts = Counter(
        f"{item.status}" if item.ending == "answered" else item.ending for item in outcomes
    )
    return ", ".join(f"{name}: {number:,}" for name, number in counts.most_common())
