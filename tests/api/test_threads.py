from __future__ import annotations

import asyncio
import gc

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store

from api.threads import in_thread

STORE = Store()
STORE.extend(Quad(NamedNode("urn:a"), NamedNode("urn:p"), Literal(n)) for n in range(3))


def fail() -> int:
    results = STORE.query("SELECT * { ?s ?p ?o }")
    quads = iter(STORE.quads_for_pattern(None, None, None, None))
    try:
        return [1 // 0 for _ in quads][len(str(results))]
    except ZeroDivisionError as error:
        raise LookupError("nothing there") from error


def test_values_and_errors_come_out_of_the_thread() -> None:
    assert asyncio.run(in_thread(max, 1, 2)) == 2
    for _ in range(3):
        with pytest.raises(LookupError, match="nothing there"):
            asyncio.run(in_thread(fail))
        gc.collect()  # what died in the wrong thread would be told as a warning
