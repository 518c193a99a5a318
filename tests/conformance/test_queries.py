"""The W3C tests of queries and of result formats."""

from __future__ import annotations

import pytest

from tests.conformance.expectations import EXPECTED, QUERIES, RESULTS
from tests.conformance.judging import judge
from tests.conformance.manifests import Case
from tests.conformance.parameters import NEEDS_SUITES, parameters
from tests.conformance.service import Service

pytestmark = [NEEDS_SUITES, pytest.mark.xdist_group("conformance queries")]


@pytest.mark.parametrize("case", parameters(EXPECTED.of(QUERIES, RESULTS), EXPECTED.deviations))
def test_as_the_w3c_asks(case: Case, service: Service) -> None:
    by_value = judge(case, service) is not None
    listed = case.id in EXPECTED.by_value
    assert by_value == listed, "the list of those equal by value only is not exact"
