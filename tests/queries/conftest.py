"""What the tests of this room share: the catalogue, and the names in the bundled graph."""

from __future__ import annotations

import pytest

from graphstore.dataset import Dataset
from queries.catalog import Catalog
from tests.queries.expectations import Names


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.load()


@pytest.fixture(scope="session")
def names(bundled: Dataset) -> Names:
    return Names(bundled)
