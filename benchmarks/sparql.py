"""SPARQL over HTTP: Dure beside the engine in-process, `oxigraph serve` and rdflib-endpoint.

Run: `python -m benchmarks.sparql --triples 1000000`. The graph is generated once into a cache
folder, the peers are installed there from PyPI, and one run prints one report in Markdown, with
the targets of the design beside the figures. Ratios come from measurements in turn, so that noise
meets all of them; the client shares the machine with the services.
"""

from __future__ import annotations

import argparse
import gc
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import sparql_report as report
from benchmarks.asking import Against, ask_all, ask_slow_peer, stream
from benchmarks.commits import administrator, commit_and_ask
from benchmarks.engine import open_store, store_folder
from benchmarks.peers import (
    Service,
    dure,
    in_process,
    oxigraph,
    peers_environment,
    rdflib_endpoint,
)
from benchmarks.processes import memory
from benchmarks.rates import Lane, Lookups, lookups
from benchmarks.sparql_queries import RESULTS
from benchmarks.stored_graphs import StoredGraph, cache_folder, stored_graph, working_copy

NO_BUDGETS: Mapping[str, str] = {
    f"DURE_SPARQL_{name}": str(value)
    for name, value in {
        "ANONYMOUS_SECONDS_PER_MINUTE": 1_000_000,
        "KNOWN_SECONDS_PER_MINUTE": 1_000_000,
        "ANONYMOUS_CONCURRENT": 1_000,
        "KNOWN_CONCURRENT": 1_000,
    }.items()
}
"""Settings that let one client ask as much as it likes: a benchmark is one client."""
FORMATS = (RESULTS, "application/sparql-results+xml", "text/tab-separated-values", "text/csv")


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    runs: int
    clients: int
    seconds: float
    rounds: int
    commits: int
    rdflib_runs: int
    rdflib_triples: int
    patience_s: float


def main() -> None:
    """Measure at each size and print the reports."""
    chosen = _parser().parse_args()
    plan = Plan(
        chosen.runs,
        chosen.clients,
        chosen.seconds,
        chosen.rounds,
        chosen.commits,
        chosen.rdflib_runs,
        chosen.rdflib_triples,
        chosen.patience,
    )
    programs = peers_environment(chosen.cache)
    for size in chosen.triples or [1_000_000]:
        graph = stored_graph(size, chosen.cache, programs / "oxigraph")
        measure(graph, programs, plan, _settings(chosen.setting))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--triples", type=int, action="append", help="size of the graph; may be repeated")
    add("--runs", type=int, default=7, help="measurements of each long query")
    add("--clients", type=int, default=8, help="connections of the point lookups")
    add("--seconds", type=float, default=3.0, help="length of a round of point lookups")
    add("--rounds", type=int, default=5, help="rounds of point lookups; 0: none")
    add("--commits", type=int, default=10, help="commits that are measured; 0: none")
    add("--rdflib-runs", type=int, default=3, help="measurements by rdflib-endpoint; 0: none")
    add(
        "--rdflib-triples",
        type=int,
        default=1_500_000,
        help="greatest size that rdflib-endpoint is given; it takes about 3 GB for a million",
    )
    add("--patience", type=float, default=60, help="seconds after which its query is given up")
    add("--cache", type=Path, default=cache_folder(), help="folder of graphs and peers")
    add(
        "--setting",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a further setting of Dure, such as DURE_SPARQL_WORKERS=2",
    )
    return parser


def _settings(given: list[str]) -> dict[str, str]:
    return {**NO_BUDGETS, **dict(item.split("=", 1) for item in given)}


def measure(graph: StoredGraph, programs: Path, plan: Plan, settings: Mapping[str, str]) -> None:
    """Print the report of one size."""
    begun = time.monotonic()
    now = datetime.now(UTC)
    print(f"\n## {graph.size:,} triples asked for ({now:%Y-%m-%d}, {platform.machine()})\n")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dure-bench-")))
        data = stack.enter_context(working_copy(graph))
        token = administrator(data) if plan.commits else ""
        logs = folder / "services.log"
        with _told_on_failure(logs):
            _measure(graph, programs, plan, settings, data, token, logs)
    print(f"took {time.monotonic() - begun:.0f} s", file=sys.stderr)


@contextmanager
def _told_on_failure(logs: Path) -> Iterator[None]:
    """Print the end of the services' log when a measurement fails."""
    try:
        yield
    except BaseException:  # the log goes with its folder, whatever the failure
        if logs.exists():
            print(logs.read_text(errors="replace")[-5000:], file=sys.stderr)
        raise


def _measure(
    graph: StoredGraph,
    programs: Path,
    plan: Plan,
    settings: Mapping[str, str],
    data: Path,
    token: str,
    logs: Path,
) -> None:
    with dure(data, logs, settings) as ours:
        time.sleep(1)  # what starts up shall have started
        idle = report.service_memory(ours)
        with oxigraph(programs, graph.oxigraph, logs) as peer:
            store = open_store(graph.dure)
            gc.disable()
            _told("one query at a time")
            table = ask_all(graph, store, (ours, peer), plan.runs)
            _told("large answers")
            streams = stream(graph, (ours, peer), FORMATS, max(3, plan.runs // 2))
            gc.enable()
            report.print_streams(streams)
            if plan.rounds:
                with in_process(store_folder(graph.dure), logs) as route:
                    _told("point lookups")
                    report.print_rates(_lookups(graph, ours, route, peer, plan), plan.clients)
            peer_memory = peer.memory()
            busy = report.service_memory(ours)
            against = _slow_peer(graph, programs, plan, (ours, peer), logs)
        report.print_queries(table, against, ours.name, peer.name)
        if against:
            report.print_slow_peer(against)
        if plan.commits:
            _told("commits")
            report.print_commits(commit_and_ask(ours, token, commits=plan.commits, quads=50))
        report.print_memory(idle, busy, report.service_memory(ours), peer_memory)


def _lookups(
    graph: StoredGraph, ours: Service, route: Service, peer: Service, plan: Plan
) -> list[Lookups]:
    lanes = (
        Lane("oxigraph serve", peer),
        Lane("in-process route", route),
        Lane("Dure, killable", ours),
        Lane("Dure, from the cache", ours, repeated=True),
    )
    return lookups(graph, lanes, clients=plan.clients, seconds=plan.seconds, rounds=plan.rounds)


def _slow_peer(
    graph: StoredGraph, programs: Path, plan: Plan, fast: tuple[Service, Service], logs: Path
) -> list[Against]:
    if not plan.rdflib_runs or graph.size > plan.rdflib_triples:
        return []
    _told("rdflib-endpoint loads")
    begun = time.monotonic()
    with rdflib_endpoint(programs, graph.quads, logs, wait_s=900) as slow:
        held = memory(slow.process.pid).pss / 1e9
        _told(f"rdflib-endpoint is up after {time.monotonic() - begun:.0f} s, {held:.1f} GB")
        return ask_slow_peer(graph, fast, slow, plan.rdflib_runs, plan.patience_s)


def _told(step: str) -> None:
    print(step, file=sys.stderr)


if __name__ == "__main__":
    main()
