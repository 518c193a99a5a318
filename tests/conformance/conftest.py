"""What all conformance tests of a test process share: the suites, and one service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.obtain import HOW, folder
from tests.conformance.service import Service, served


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs the suites where there are none: here, so that it is told in one line."""
    if folder() is None and "suites" in getattr(item, "fixturenames", ()):
        pytest.skip(f"the W3C suites are not at hand: {HOW}")


@pytest.fixture(scope="session")
def suites() -> Path:
    """The folder of the W3C suites; tests that need them are skipped without."""
    root = folder()
    assert root is not None
    return root


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A running service whose graph store belongs to the test that asks for it."""
    with served(tmp_path_factory.mktemp("conformance")) as running:
        yield running
