"""One service for all conformance tests of a test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.conformance.service import Service, served


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service whose graph store belongs to the test that asks for it."""
    with served(tmp_path_factory.mktemp("conformance")) as running:
        yield running
