"""The W3C tests of updates."""

from __future__ import annotations

import pytest

from tests.conformance.expectations import EXPECTED, UPDATES
from tests.conformance.judging import judge, refused
from tests.conformance.manifests import Case, cases
from tests.conformance.parameters import NEEDS_SUITES, parameters
from tests.conformance.service import Service

pytestmark = [NEEDS_SUITES, pytest.mark.xdist_group("conformance updates")]


@pytest.mark.parametrize("case", parameters(EXPECTED.of(UPDATES), EXPECTED.deviations))
def test_as_the_w3c_asks(case: Case, service: Service) -> None:
    by_value = judge(case, service) is not None
    listed = case.id in EXPECTED.by_value
    assert by_value == listed, "the list of those equal by value only is not exact"


def test_what_is_refused_is_only_what_would_fetch(service: Service) -> None:
    updates = [case for manifest in EXPECTED.of(UPDATES) for case in cases(manifest)]
    positive = [case for case in updates if case.kind.startswith("Positive")]
    assert {case.id for case in positive if refused(case, service)} == EXPECTED.refused
