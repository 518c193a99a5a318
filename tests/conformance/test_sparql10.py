"""The W3C tests of SPARQL 1.0, which show what 1.1 left as it was."""

from __future__ import annotations

import pytest

from tests.conformance.expectations import EXPECTED
from tests.conformance.judging import judge
from tests.conformance.manifests import Case
from tests.conformance.parameters import NEEDS_SUITES, parameters
from tests.conformance.service import Service

pytestmark = [NEEDS_SUITES, pytest.mark.xdist_group("conformance queries")]


@pytest.mark.parametrize("case", parameters(EXPECTED.extra, EXPECTED.extra_deviations))
def test_as_the_w3c_asked_in_2008(case: Case, service: Service) -> None:
    by_value = judge(case, service) is not None
    listed = case.id in EXPECTED.extra_by_value
    assert by_value == listed, "the list of those equal by value only is not exact"
