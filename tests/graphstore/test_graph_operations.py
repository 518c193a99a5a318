from __future__ import annotations

import pytest
from pyoxigraph import Quad

from graphstore.changeset import Changeset
from graphstore.empty_graphs import empty_graph_quad
from graphstore.errors import GraphExists, GraphNotFound
from graphstore.terms import GraphName
from graphstore.update import changeset_of_update
from tests.graphstore.strategies import iri, quad
from tests.graphstore.updating import PROLOGUE, store_of

G = iri("g")
A_P_B = quad("a", "p", "b")


def changes(text: str, *quads: Quad, graphs: tuple[GraphName, ...] = ()) -> Changeset:
    return changeset_of_update(store_of(quads, graphs), PROLOGUE + text)


@pytest.mark.parametrize(
    ("text", "added", "removed"),
    [
        ("CREATE GRAPH :k", [empty_graph_quad(iri("k"))], []),
        ("CREATE SILENT GRAPH :g", [], []),
        ("CLEAR GRAPH :g", [empty_graph_quad(G)], [quad("s", "p", "o", "g")]),
        ("DROP GRAPH :g", [], [quad("s", "p", "o", "g")]),
        ("DELETE WHERE { GRAPH :g { ?s ?p ?o } }", [], [quad("s", "p", "o", "g")]),
        ("DROP GRAPH :e", [], [empty_graph_quad(iri("e"))]),
        ("CLEAR GRAPH :e", [], []),
        ("INSERT DATA { GRAPH :e { :a :p :b } }", [quad("a", "p", "b", "e")],
         [empty_graph_quad(iri("e"))]),
        ("INSERT DATA { GRAPH :e { :a :p :b } }; DROP GRAPH :e", [], [empty_graph_quad(iri("e"))]),
        ("INSERT DATA { GRAPH :e { :a :p :b } }; CLEAR GRAPH :e", [], []),
        ("CREATE GRAPH :k; DROP GRAPH :k", [], []),
        ("CREATE GRAPH :k; INSERT DATA { GRAPH :k { :a :p :b } }", [quad("a", "p", "b", "k")], []),
        ("CLEAR DEFAULT", [], [A_P_B]),
        ("CLEAR NAMED", [empty_graph_quad(G)], [quad("s", "p", "o", "g")]),
        ("DROP NAMED", [], [quad("s", "p", "o", "g"), empty_graph_quad(iri("e"))]),
        ("CLEAR ALL", [empty_graph_quad(G)], [A_P_B, quad("s", "p", "o", "g")]),
        ("DROP ALL", [], [A_P_B, quad("s", "p", "o", "g"), empty_graph_quad(iri("e"))]),
        ("COPY :g TO DEFAULT", [quad("s", "p", "o")], [A_P_B]),
        ("COPY DEFAULT TO :g", [quad("a", "p", "b", "g")], [quad("s", "p", "o", "g")]),
        ("ADD DEFAULT TO :g", [quad("a", "p", "b", "g")], []),
        ("ADD DEFAULT TO :k", [quad("a", "p", "b", "k")], []),
        ("MOVE :g TO :k", [quad("s", "p", "o", "k")], [quad("s", "p", "o", "g")]),
        ("MOVE DEFAULT TO :g", [quad("a", "p", "b", "g")], [A_P_B, quad("s", "p", "o", "g")]),
        ("COPY :e TO :g", [empty_graph_quad(G)], [quad("s", "p", "o", "g")]),
        ("MOVE :e TO :k", [empty_graph_quad(iri("k"))], [empty_graph_quad(iri("e"))]),
        ("COPY :g TO :g", [], []),
        ("MOVE :g TO :g", [], []),
        ("COPY SILENT :k TO :g", [], []),
        ("MOVE SILENT :k TO DEFAULT", [], []),
        ("LOAD SILENT <http://127.0.0.1:1/> INTO GRAPH :g; LOAD SILENT :e", [], []),
        ("DROP SILENT GRAPH :k; CLEAR SILENT GRAPH :k; ADD SILENT :k TO :g", [], []),
    ],
)  # fmt: skip
def test_graph_operations(text: str, added: list[Quad], removed: list[Quad]) -> None:
    changed = changes(text, A_P_B, quad("s", "p", "o", "g"), graphs=(iri("e"),))
    assert changed == Changeset(frozenset(added), frozenset(removed))


@pytest.mark.parametrize(
    "text",
    ["DROP GRAPH :k", "CLEAR GRAPH :k", "COPY :k TO :g", "MOVE :k TO DEFAULT", "ADD :k TO :g",
     "DROP GRAPH :g; CLEAR GRAPH :g"],
)  # fmt: skip
def test_a_graph_that_is_not_there(text: str) -> None:
    with pytest.raises(GraphNotFound):
        changes(text, quad("s", "p", "o", "g"))


@pytest.mark.parametrize("text", ["CREATE GRAPH :g", "CREATE GRAPH :k; CREATE GRAPH :k"])
def test_a_graph_that_is_there(text: str) -> None:
    with pytest.raises(GraphExists):
        changes(text, quad("s", "p", "o", "g"))
