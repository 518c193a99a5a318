"""The W3C tests of SPARQL 1.0, which show what 1.1 left as it was."""

from __future__ import annotations

import pytest

from tests.conformance.deviations import EXTRA_BY_VALUE, EXTRA_DEVIATIONS
from tests.conformance.judging import judge
from tests.conformance.manifests import Case
from tests.conformance.parameters import NEEDS_SUITES, parameters
from tests.conformance.service import Service
from tests.conformance.suites import EXTRA

pytestmark = [NEEDS_SUITES, pytest.mark.xdist_group("conformance queries")]


@pytest.mark.parametrize("case", parameters(EXTRA, EXTRA_DEVIATIONS))
def test_as_the_w3c_asked_in_2008(case: Case, service: Service) -> None:
    by_value = judge(case, service) is not None
    assert by_value == (case.id in EXTRA_BY_VALUE), "the list of those equal by value is not exact"
