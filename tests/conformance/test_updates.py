"""The W3C tests of updates."""

from __future__ import annotations

import pytest

from tests.conformance.deviations import BY_VALUE, DEVIATIONS, REFUSED
from tests.conformance.judging import judge, refused
from tests.conformance.manifests import Case, cases
from tests.conformance.parameters import NEEDS_SUITES, parameters
from tests.conformance.service import Service
from tests.conformance.suites import UPDATES

pytestmark = [NEEDS_SUITES, pytest.mark.xdist_group("conformance updates")]


@pytest.mark.parametrize("case", parameters((UPDATES,), DEVIATIONS))
def test_as_the_w3c_asks(case: Case, service: Service) -> None:
    by_value = judge(case, service) is not None
    assert by_value == (case.id in BY_VALUE), "the list of those equal by value only is not exact"


def test_what_is_refused_is_only_what_would_fetch(service: Service) -> None:
    positive = [case for case in cases(UPDATES) if case.kind.startswith("Positive")]
    assert {case.id for case in positive if refused(case, service)} == REFUSED
