from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

from graphstore.terms import Term, holds_blank_node

P = NamedNode("http://example.org/p")


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (P, False),
        (Literal("x"), False),
        (DefaultGraph(), False),
        (BlankNode(), True),
        (Triple(P, P, P), False),
        (Triple(BlankNode(), P, P), True),
        (Triple(P, P, Triple(P, P, BlankNode())), True),
    ],
)
def test_blank_nodes_are_found_however_deep(term: Term | DefaultGraph, expected: bool) -> None:
    assert holds_blank_node(term) is expected
