"""The service under attack: a short run of `benchmarks.stress` on a small graph.

What must never happen is asserted; how fast it is is not, for machines that run tests are busy.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.attacks import Outcome
from benchmarks.condition import Condition
from benchmarks.hostile import hostile_queries
from benchmarks.stored_graphs import StoredGraph, stored_graph
from benchmarks.stress import Plan, run
from benchmarks.stress_report import Report, judged

pytestmark = [
    pytest.mark.xdist_group("stress"),
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc"),
]

SHORT = Plan(
    quiet_s=1, siege_s=6, attackers=6, deadline_s=0.5, siege_deadline_s=1, grace_s=1, every=75
)
LATE_S = 4.0


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> StoredGraph:
    """A generated graph of twenty thousand triples."""
    return stored_graph(20_000, tmp_path_factory.mktemp("graph"), None)


@pytest.fixture(scope="module")
def report(graph: StoredGraph) -> Report:
    """What was seen while the service was attacked without budgets."""
    return run(graph, SHORT, {}, budgets=False)


def test_readers_and_writer_get_right_answers(report: Report) -> None:
    assert report.everybody.wrong == []
    assert report.everybody.lookups
    assert report.everybody.visible


def test_attackers_get_answers_or_see_that_they_are_cut(report: Report) -> None:
    outcomes = [*report.alone, *report.siege]
    assert [item for item in outcomes if item.wrong] == []
    assert len(outcomes) > 20


def test_nothing_is_left(report: Report) -> None:
    assert report.alive, report.log_tail
    assert report.running == []
    assert report.start is not None
    assert report.end is not None
    assert report.end.processes <= report.start.processes
    assert report.end.zombies == 0
    assert report.end.descriptors <= report.start.descriptors + 16
    assert report.left_behind == 0


def test_service_connects_nowhere(report: Report) -> None:
    assert report.heard == []


def test_deadlines_are_kept(report: Report) -> None:
    assert max(report.overruns) < LATE_S


def test_attackers_with_budgets_are_told_to_wait(graph: StoredGraph) -> None:
    plan = Plan(
        quiet_s=1, siege_s=4, attackers=6, deadline_s=0.5, siege_deadline_s=1, grace_s=1, every=0
    )
    report = run(graph, plan, {"DURE_SPARQL_ANONYMOUS_SECONDS_PER_MINUTE": "1"}, budgets=True)
    assert report.everybody.wrong == []
    assert any(item.status == 429 for item in report.siege)
    assert [item for item in report.siege if item.wrong] == []


def test_hostile_queries_are_many_and_differ() -> None:
    queries = hostile_queries(1)
    assert len(queries) > 400
    assert len(set(queries)) == len(queries)


@pytest.mark.parametrize(
    ("change", "broken"),
    [
        ({}, set()),
        ({"heard": ["somebody"]}, {"connections that the service made"}),
        ({"running": ["a query"]}, {"queries still running at the end"}),
        ({"alive": False}, {"the service is alive"}),
        (
            {"siege": [Outcome("x", "answered", 500, 1, "status 500")]},
            {"attacks that were answered wrongly (500, broken, no end)"},
        ),
        (
            {"alone": [Outcome("x", "answered", 503, 1.6, "", "SELECT")]},
            {"deadline of 1 s outlived by"},
        ),
        ({"end": Condition(9, 1 << 30, 10, 10, 10, 2, 0, 1)}, {"memory of the server"}),
        (
            {"end": Condition(9, 10, 10, 10, 90, 2, 1, 1)},
            {"descriptors", "children not taken notice of"},
        ),
    ],
)
def test_a_breach_is_told(change: dict[str, Any], broken: set[str]) -> None:
    calm = Condition(1, 10, 10, 10, 10, 2, 0, 1)
    good = Report(False, 1, 1 << 29, start=calm, end=calm, alive=True)
    good.quiet.visible.append(0.1)
    verdicts = judged(replace(good, **change))
    assert {verdict.name for verdict in verdicts if not verdict.kept} == broken
