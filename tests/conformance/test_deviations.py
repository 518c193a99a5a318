"""The lists of what deviates name tests that there are, and count them rightly."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.baseline import BY_VALUE, failure
from tests.conformance.expectations import (
    DESCRIPTION,
    EXPECTED,
    GRAPH_STORE,
    LANGUAGE,
    OF_COMMIT,
    OF_PACKAGE,
    PROTOCOL,
    Expectations,
)
from tests.conformance.manifests import cases
from tests.conformance.parameters import NEEDS_SUITES

EDITIONS = pytest.mark.parametrize("expected", [OF_COMMIT, OF_PACKAGE], ids=["commit", "package"])


def ids(manifests: tuple[str, ...]) -> set[str]:
    return {case.id for manifest in manifests for case in cases(manifest)}


def asked(expected: Expectations) -> int:
    return sum(sum(expected.counts[part].values()) for part in LANGUAGE)


@EDITIONS
def test_every_deviation_has_a_reason_in_one_line(expected: Expectations) -> None:
    lists = (expected.deviations, expected.extra_deviations, expected.mended)
    for reason in [reason for reasons in lists for reason in reasons.values()]:
        assert reason
        assert "\n" not in reason
        assert len(reason) <= 200


@EDITIONS
def test_the_service_passes_at_least_as_many_as_its_engine(expected: Expectations) -> None:
    assert asked(expected) - len(expected.deviations) >= expected.engine_passes


def test_the_editions_are_those_that_the_documentation_tells_of() -> None:
    assert (asked(OF_COMMIT), OF_COMMIT.engine_passes) == (495, 484)
    assert (asked(OF_PACKAGE), len(OF_PACKAGE.deviations)) == (434, 3)


@EDITIONS
def test_protocols_do_not_deviate(expected: Expectations) -> None:
    parts = (PROTOCOL, GRAPH_STORE, DESCRIPTION)
    suites = {suite for part in parts for suite in expected.counts.get(part, ())}
    assert not {name for name in expected.deviations if name.partition("/")[0] in suites}


@NEEDS_SUITES
@pytest.mark.parametrize("part", EXPECTED.counts)
def test_counts_are_those_of_the_manifests(part: str) -> None:
    found = Counter(case.suite for manifest in EXPECTED.of(part) for case in cases(manifest))
    assert found == EXPECTED.counts[part]


def test_every_suite_is_run_or_it_is_told_why_not(suites: Path) -> None:
    there = {path.name for path in (suites / "sparql" / "sparql11").iterdir() if path.is_dir()}
    run = {suite for counts in EXPECTED.counts.values() for suite in counts}
    assert there == run | {name.removeprefix("sparql11/") for name in EXPECTED.not_run}


@NEEDS_SUITES
def test_the_engine_by_itself_fails_what_is_mended() -> None:
    manifests = EXPECTED.of(*LANGUAGE)
    wrong = {case.id: failure(case) for manifest in manifests for case in cases(manifest)}
    failed = {name for name, reason in wrong.items() if reason not in {None, BY_VALUE}}
    assert failed == set(EXPECTED.mended) | set(EXPECTED.deviations)
    assert len(wrong) - len(failed) == EXPECTED.engine_passes


@NEEDS_SUITES
def test_what_is_listed_is_in_the_manifests() -> None:
    passed = EXPECTED.by_value | EXPECTED.refused
    assert set(EXPECTED.deviations) | passed <= ids(EXPECTED.of(*EXPECTED.manifests))
    assert not set(EXPECTED.deviations) & passed
    extra = ids(EXPECTED.extra)
    assert len(extra) == EXPECTED.extra_count
    assert set(EXPECTED.extra_deviations) | EXPECTED.extra_by_value <= extra
