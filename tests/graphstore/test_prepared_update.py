from __future__ import annotations

import pytest

from graphstore.errors import RefusedQuery, UpdateSyntaxError
from graphstore.prepared_update import Data, GraphOperation, Modification, Scope, prepare
from tests.graphstore.strategies import iri
from tests.graphstore.updating import PROLOGUE


def prepared(text: str) -> list[Data | Modification | GraphOperation]:
    return prepare(PROLOGUE + text, Scope(), max_quads=100)


def test_operations_are_made_ready() -> None:
    data, change, copy = prepared(
        "INSERT DATA { :a :p 1 }; WITH :g INSERT { ?s :p 1 } WHERE { ?s :q ?x };"
        "COPY SILENT DEFAULT TO :g"
    )
    assert isinstance(data, Data)
    assert data.inserted
    assert isinstance(change, Modification)
    assert change.query.endswith("SELECT DISTINCT ?s WHERE { ?s :q ?x }")
    assert (change.default_graphs, change.named_graphs) == ((iri("g"),), None)
    assert copy == GraphOperation("COPY", ("DEFAULT", iri("g")), silent=True)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [  # the engine points at the bracket or right behind it
        ("INSERT DATA { :a :p }", 2, 21),
        ("CLEAR ALL ;\n  DELETE DATA { :a :p ?x }", 3, 27),
        ("CLEAR ALL ;\nPREFIX x: <http://x y>\nCLEAR ALL", 3, 11),
        ("DELETE { ?s ?p _:b } WHERE { ?s ?p ?o }", None, None),
        ("DELETE DATA { _:b :p 1 }", None, None),
        ("DELETE WHERE { [] :p 1 }", None, None),
        ("INSERT { ?s ?p ?o } WHERE { ?s ?p }", 2, 36),
        ("INSERT {} WHERE { ?s ?p ?o };\nINSERT {} WHERE {\n ?s ?p }", 4, 9),
        ("INSERT DATA { ?s :p 1 }", None, None),
        ("INSERT DATA { GRAPH ?g { :s :p 1 } }", None, None),
        ("INSERT DATA { _:b :p 1 };\nINSERT DATA { _:b :p 2 }", 3, 1),
        ("COPY undeclared:g TO :h", None, None),
        ("LOAD ;", 2, 6),
        ("LOAD <http://example.org/x> ;;", 2, 30),
        ("INSERT DATA { :a :p 1 } INSERT DATA { :a :p 2 }", 2, 25),
    ],
)
def test_what_is_no_update_says_where(text: str, line: int | None, column: int | None) -> None:
    with pytest.raises(UpdateSyntaxError) as caught:
        prepared(text)
    assert caught.value.line is not None
    if line is not None:
        assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://example.org/x>",
        "CLEAR ALL;\nload\n<http://example.org/x> into graph :g",
        "INSERT {} WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
        "CLEAR ALL;\nINSERT {} WHERE { { SELECT * { SERVICE SILENT ?x { ?s ?p ?o } } } }",
        "INSERT { ?s ?p ?o } WHERE " + "{" * 200 + "}" * 200,
    ],
)
def test_refusals(text: str) -> None:
    with pytest.raises(RefusedQuery) as caught:
        prepared(text)
    assert caught.value.line is not None
