"""The engine alone, in this process: a query answered as bytes, and the store it is asked of."""

from __future__ import annotations

import io
from pathlib import Path

from pyoxigraph import QueryBoolean, QuerySolutions, Store

from benchmarks.sparql_queries import FORMATS
from graphstore.formats import GraphFormat, ResultFormat


def open_store(data: Path) -> Store:
    """Open the engine's database in a data folder of Dure's, for reading only."""
    return Store.read_only(str(store_folder(data)))


def store_folder(data: Path) -> Path:
    """Return the folder of the engine's database in a data folder of Dure's."""
    return data / "engine" / (data / "engine" / "current").read_text().strip()


def answer(store: Store, query: str, accept: str) -> bytes:
    """Answer a query and write the answer, both by the engine's own means."""
    results = store.query(query)
    out = io.BytesIO()
    format = FORMATS[accept]
    if isinstance(results, QuerySolutions | QueryBoolean):
        assert isinstance(format, ResultFormat)
        results.serialize(out, format.syntax)
    else:
        assert isinstance(format, GraphFormat)
        results.serialize(out, format.syntax)
    return out.getvalue()
