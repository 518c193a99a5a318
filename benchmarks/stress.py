"""Hostile clients by the hundred against a real service, beside readers and a writer.

Run: `python -m benchmarks.stress`. The service answers point lookups, whose answers are known, and
takes commits, each of which the next query must see, while attackers ask hostile queries, read
slowly, vanish, send half requests and bytes that are no HTTP. It runs twice: without budgets, so
that everything reaches the workers, and with those of the settings, where attackers are refused
and others must not notice. The exit code is 1 when anything happened that must not happen.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

from benchmarks.attacks import Outcome
from benchmarks.bystanders import Seen, Stand, watch
from benchmarks.commits import administrator
from benchmarks.condition import Condition, busy_share, charted, condition
from benchmarks.load_client import Connection
from benchmarks.peers import Service, dure
from benchmarks.siege import Siege, besiege, listening, one_by_one
from benchmarks.sparql import NO_BUDGETS
from benchmarks.stored_graphs import StoredGraph, cache_folder, stored_graph, working_copy
from benchmarks.stress_report import Report, Verdict, judged, print_report

READERS: Final = ("127.0.2.1", "127.0.2.2")
ATTACKERS: Final = ("127.0.1.1", "127.0.1.2", "127.0.1.3", "127.0.1.4")


@dataclass(frozen=True)
class Plan:
    """How hard and how long."""

    quiet_s: float = 10.0
    siege_s: float = 90.0
    attackers: int = 12
    deadline_s: float = 1.0
    """Deadline of the hostile queries that are asked alone."""
    siege_deadline_s: float = 4.0
    """Deadline of the service, which attackers use to the full in the siege."""
    grace_s: float = 2.0
    patience_s: float = 60.0
    every: int = 1
    """Of the hostile queries that are asked alone, every n-th; 0: none."""
    memory_bytes: int = 512 << 20
    seed: int = 1
    misbehaving: float = 0.4


def main() -> None:
    """Attack twice, print both reports, and end with 1 if anything went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--triples", type=int, default=100_000, help="size of the graph")
    add("--seconds", type=float, default=Plan.siege_s, help="length of the siege")
    add("--attackers", type=int, default=Plan.attackers, help="attacks at a time")
    add("--deadline", type=float, default=Plan.siege_deadline_s, help="deadline in the siege, s")
    add("--every", type=int, default=1, help="ask every n-th hostile query alone; 0: none")
    add("--seed", type=int, default=1, help="of the attackers' choices")
    add("--mode", choices=["both", "open", "budgets"], default="both", help="which runs")
    add("--details", type=Path, help="file for every outcome, as JSON lines")
    add("--cache", type=Path, default=cache_folder(), help="folder of generated graphs")
    add("--setting", action="append", default=[], metavar="NAME=VALUE", help="a setting of Dure")
    chosen = parser.parse_args()
    plan = Plan(
        siege_s=chosen.seconds,
        attackers=chosen.attackers,
        siege_deadline_s=chosen.deadline,
        every=chosen.every,
        seed=chosen.seed,
    )
    settings = dict(item.split("=", 1) for item in chosen.setting)
    graph = stored_graph(chosen.triples, chosen.cache, None)
    verdicts: list[Verdict] = []
    for mode in ("open", "budgets"):
        if chosen.mode in (mode, "both"):
            report = run(graph, plan, settings, budgets=mode == "budgets")
            verdicts += judged(report)
            print_report(report)
            if chosen.details:
                _write(chosen.details, mode, report)
    sys.exit(0 if all(verdict.kept for verdict in verdicts) else 1)


def _write(file: Path, mode: str, report: Report) -> None:
    with file.open("a") as out:
        for outcome in [*report.alone, *report.siege]:
            out.write(json.dumps({"mode": mode, **asdict(outcome)}, ensure_ascii=False) + "\n")


def run(graph: StoredGraph, plan: Plan, settings: Mapping[str, str], *, budgets: bool) -> Report:
    """Start a service, attack it, and return what was seen.

    Args:
        graph: what it serves, in a copy.
        plan: how hard.
        settings: further settings of the service.
        budgets: whether clients have the budgets of the settings; otherwise none.
    """
    with tempfile.TemporaryDirectory(prefix="dure-stress-") as folder, working_copy(graph) as data:
        place = Path(folder)
        (place / "tmp").mkdir()
        token = administrator(data)
        chosen = {
            "DURE_SPARQL_TIMEOUT_S": str(plan.siege_deadline_s),
            "DURE_SPARQL_SEND_GRACE_S": str(plan.grace_s),
            "DURE_SPARQL_MEMORY_BYTES": str(plan.memory_bytes),
            "TMPDIR": str(place / "tmp"),
            **({} if budgets else NO_BUDGETS),
            **settings,
        }
        with dure(data, place / "log", chosen) as service, listening() as (listener, heard):
            attack = _Attack(graph, plan, service, token, listener, place)
            report = attack.carry_out([data, place / "tmp"], budgets=budgets)
            report.heard = list(heard)
            report.log_tail = (place / "log").read_text(errors="replace")[-3000:]
        report.left_behind = sum(1 for _ in (place / "tmp").iterdir())
        return report


@dataclass
class _Attack:
    """One run against one service."""

    graph: StoredGraph
    plan: Plan
    service: Service
    token: str
    listener: int
    place: Path
    phases: int = field(default=0)

    def carry_out(self, places: list[Path], *, budgets: bool) -> Report:
        """Watch the service in peace, under attack, and afterwards."""
        plan = self.plan
        report = Report(
            budgets=budgets, deadline_s=plan.deadline_s, workers_bytes=plan.memory_bytes
        )
        context = multiprocessing.get_context("spawn")
        with (
            ProcessPoolExecutor(2, mp_context=context) as pool,
            charted(self.service, places) as chart,
        ):
            report.quiet = self._phase(pool, lambda: time.sleep(plan.quiet_s))
            report.start = condition(self.service, places)
            siege = self._siege()
            alone = replace(siege, deadline_s=plan.deadline_s)
            if plan.every and not budgets:
                _told("hostile queries, one by one")
                report.alone_seen = self._phase(
                    pool, lambda: report.alone.extend(_result(pool, one_by_one, alone, plan.every))
                )
                report.middle = condition(self.service, places)
            _told(f"siege of {plan.siege_s:.0f} s")
            report.siege_seen = self._phase(
                pool,
                lambda: report.siege.extend(
                    _result(pool, besiege, siege, plan.attackers, plan.siege_s)
                ),
            )
            _told("afterwards")
            report.settled_s = self._settle(report.start)
            report.after = self._phase(pool, lambda: time.sleep(min(5.0, plan.quiet_s)))
            time.sleep(1)
            report.running = self._running()
            report.busy = busy_share(self.service)
            report.end = condition(self.service, places)
            report.alive = self.service.process.poll() is None
        report.chart = chart
        return report

    def _siege(self) -> Siege:
        plan = self.plan
        return Siege(
            self.service.address,
            ATTACKERS,
            self.listener,
            plan.siege_deadline_s,
            plan.grace_s,
            plan.patience_s,
            plan.seed,
            plan.misbehaving,
        )

    def _phase(self, pool: ProcessPoolExecutor, work: Callable[[], None]) -> Seen:
        """Let readers and the writer go on while `work` is done."""
        self.phases += 1
        stop = self.place / f"stop-{self.phases}"
        stand = Stand(
            self.service.address,
            READERS,
            self.graph.events,
            per_second=25,
            patience_s=self.plan.patience_s,
            token=self.token,
            stop=stop,
        )
        seen: Future[Seen] = pool.submit(watch, stand)
        try:
            work()
        finally:
            stop.touch()
        return seen.result()

    def _settle(self, start: Condition) -> float:
        """Wait until no query runs and as many processes are there as before; at most 20 s."""
        begun = time.monotonic()
        while time.monotonic() - begun < 20:
            now = condition(self.service, [])
            if not self._running() and now.processes <= start.processes and not now.zombies:
                break
            time.sleep(0.1)
        return time.monotonic() - begun

    def _running(self) -> list[str]:
        """Return the queries that the service says are running."""
        address = self.service.address
        request = (
            f"GET {address.path}/queries HTTP/1.1\r\nHost: {address.host}:{address.port}\r\n"
            f"Accept: application/json\r\nAuthorization: Bearer {self.token}\r\n\r\n"
        ).encode()
        connection = Connection(address.port, timeout_s=self.plan.patience_s)
        reply = connection.ask(request)
        connection.close()
        if reply.status != 200:
            raise RuntimeError(f"{address.path}/queries answers {reply.status}: {reply.body!r}")
        return [json.dumps(item) for item in json.loads(reply.body)["running"]]


def _result(
    pool: ProcessPoolExecutor, job: Callable[..., list[Outcome]], *given: object
) -> list[Outcome]:
    return pool.submit(job, *given).result()


def _told(step: str) -> None:
    print(step, file=sys.stderr)


if __name__ == "__main__":
    main()
