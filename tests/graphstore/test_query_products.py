from __future__ import annotations

import pytest

from graphstore.query_products import unconnected
from graphstore.rewritable import RewritableQuery
from graphstore.sparql_syntax import read_query


def parts(text: str, around: frozenset[str] = frozenset()) -> list[list[str]]:
    query = RewritableQuery(read_query(text), one_graph=True, count=None)
    assert query.where is not None
    return [sorted(part.variables) for part in unconnected(query, query.where, around)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASK { ?a <p> ?b . ?b <p> ?c }", []),
        ("ASK { ?a <p> ?b . ?c <p> ?d }", [["a", "b"], ["c", "d"]]),
        ("ASK { ?a <p> ?b . ?c <p> ?d . ?d <p> ?a }", []),
        ("ASK { ?a <p> ?b . ?c <p> ?d OPTIONAL { ?a <q> ?d } }", []),
        ("ASK { ?a <p> ?b . ?c <p> ?d VALUES (?b ?c) { (1 2) } }", []),
        ('ASK { ?a <p> ?b . ?c <p> "x" }', []),
        ("ASK { ?a <p> ?b GRAPH ?g { ?c <p> ?d } ?x <p> _:x . _:x <q> ?y }",
         [["a", "b"], ["c", "d", "g"], ["_:x", "x", "y"]]),
    ],
)  # fmt: skip
def test_parts_without_a_common_variable_are_found(text: str, expected: list[list[str]]) -> None:
    assert parts(text) == expected


def test_variables_around_a_group_connect_its_parts() -> None:
    assert parts("ASK { ?a <p> ?b . ?c <p> ?d }", frozenset("ac")) == []
