"""The W3C tests of the SPARQL Protocol, the Graph Store Protocol and the service description."""

from __future__ import annotations

import pytest

from tests.conformance.descriptions import describe
from tests.conformance.exchanges import exchange
from tests.conformance.expectations import DESCRIPTION, EXPECTED, GRAPH_STORE, PROTOCOL
from tests.conformance.manifests import Case
from tests.conformance.parameters import NEEDS_SUITES, parameters
from tests.conformance.service import Service

pytestmark = [NEEDS_SUITES, pytest.mark.xdist_group("conformance updates")]


@pytest.mark.parametrize(
    "case", parameters(EXPECTED.of(PROTOCOL, GRAPH_STORE), EXPECTED.deviations)
)
def test_requests_are_answered_as_the_w3c_asks(case: Case, service: Service) -> None:
    exchange(case, service)


@pytest.mark.parametrize("case", parameters(EXPECTED.of(DESCRIPTION), EXPECTED.deviations))
def test_the_service_describes_itself_as_the_w3c_asks(case: Case, service: Service) -> None:
    describe(case, service)
