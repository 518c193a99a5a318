"""The W3C tests of queries and of result formats."""

from __future__ import annotations

import pytest

from tests.conformance.deviations import BY_VALUE, DEVIATIONS
from tests.conformance.judging import judge
from tests.conformance.manifests import Case
from tests.conformance.parameters import NEEDS_SUITES, parameters
from tests.conformance.service import Service
from tests.conformance.suites import QUERIES, RESULTS

pytestmark = [NEEDS_SUITES, pytest.mark.xdist_group("conformance queries")]


@pytest.mark.parametrize("case", parameters((QUERIES, RESULTS), DEVIATIONS))
def test_as_the_w3c_asks(case: Case, service: Service) -> None:
    by_value = judge(case, service) is not None
    assert by_value == (case.id in BY_VALUE), "the list of those equal by value only is not exact"
