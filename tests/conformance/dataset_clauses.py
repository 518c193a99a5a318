"""The graphs that a test's query names with FROM and FROM NAMED.

The manifests of such tests name no data: the query itself does. A service loads nothing on a
query's word, so the files have to stand in its graph store under their addresses.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin

from tests.conformance.manifests import WEB, Case, File, Graphs
from tests.conformance.obtain import folder

_CLAUSE: Final = re.compile(r"\bFROM\s+(?:NAMED\s+)?<([^<>]*)>", re.IGNORECASE)


def with_dataset_clauses(case: Case) -> Graphs:
    """Return the graph store before a query test, with the graphs that its query names."""
    assert case.action is not None
    root = folder()
    assert root is not None
    named = dict(case.before.named)
    for reference in _CLAUSE.findall(case.action.text):
        iri = urljoin(case.action.iri, reference)
        file = File(root / iri.removeprefix(WEB), iri)
        if iri.startswith(WEB) and file.path.is_file():
            named[iri] = file
    return replace(case.before, named=named)
