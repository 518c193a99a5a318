"""The lists of what deviates name tests that there are, and count them rightly."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.conformance import suites
from tests.conformance.baseline import BY_VALUE as EQUAL_IN_VALUE
from tests.conformance.baseline import failure
from tests.conformance.deviations import (
    BY_VALUE,
    COUNTS,
    DEVIATIONS,
    EXTRA_BY_VALUE,
    EXTRA_COUNT,
    EXTRA_DEVIATIONS,
    MENDED,
    REFUSED,
)
from tests.conformance.manifests import cases
from tests.conformance.parameters import NEEDS_SUITES

MANIFESTS = {
    "Query language": suites.QUERIES,
    "Update": suites.UPDATES,
    "Result formats": suites.RESULTS,
    "Protocol": suites.PROTOCOL,
    "Graph Store Protocol": suites.GRAPH_STORE,
    "Service description": suites.DESCRIPTION,
}
ENGINE_PASSES = 484


def ids(*manifests: str) -> set[str]:
    return {case.id for manifest in manifests for case in cases(manifest)}


def test_every_deviation_has_a_reason_in_one_line() -> None:
    for reason in [*DEVIATIONS.values(), *EXTRA_DEVIATIONS.values(), *MENDED.values()]:
        assert reason
        assert "\n" not in reason
        assert len(reason) <= 200


def test_the_service_passes_at_least_as_many_as_its_engine() -> None:
    asked = sum(sum(COUNTS[part].values()) for part in ("Query language", "Update"))
    asked += sum(COUNTS["Result formats"].values())
    assert asked == 495
    assert asked - len(DEVIATIONS) >= ENGINE_PASSES


def test_protocols_do_not_deviate() -> None:
    suites_of_protocols = {"protocol", "graph-store-protocol", "service-description"}
    assert not {name for name in DEVIATIONS if name.partition("/")[0] in suites_of_protocols}


@NEEDS_SUITES
@pytest.mark.parametrize("part", COUNTS)
def test_counts_are_those_of_the_manifests(part: str) -> None:
    assert Counter(case.suite for case in cases(MANIFESTS[part])) == COUNTS[part]


@NEEDS_SUITES
def test_the_engine_by_itself_fails_what_is_mended() -> None:
    wrong = {case.id: failure(case) for manifest in suites.LANGUAGE for case in cases(manifest)}
    failed = {name for name, reason in wrong.items() if reason not in {None, EQUAL_IN_VALUE}}
    assert failed == set(MENDED) | set(DEVIATIONS)
    assert len(wrong) - len(failed) == ENGINE_PASSES


@NEEDS_SUITES
def test_what_is_listed_is_in_the_manifests() -> None:
    everything = ids(*MANIFESTS.values())
    assert set(DEVIATIONS) | BY_VALUE | REFUSED <= everything
    assert not set(DEVIATIONS) & (BY_VALUE | REFUSED)
    extra = ids(*suites.EXTRA)
    assert len(extra) == EXTRA_COUNT
    assert set(EXTRA_DEVIATIONS) | EXTRA_BY_VALUE <= extra
