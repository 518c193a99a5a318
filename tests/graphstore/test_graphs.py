from __future__ import annotations

from collections.abc import Iterator

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.empty_graphs import empty_graph_quad
from graphstore.errors import GraphNotFound, ReservedGraph
from graphstore.graphs import delete_graph, graph_exists, post_graph, put_graph
from ontology.namespaces import GRAPH_EMPTY, GRAPH_HEAD
from tests.graphstore.strategies import META, XSD_INTEGER, adding, iri, quad

G, E, NONE = iri("g"), iri("e"), iri("none")
IN_G = quad("a", "p", "b", "g")
IN_DEFAULT = quad("a", "p", "b")


@pytest.fixture
def dataset() -> Iterator[Dataset]:
    """One graph with a quad, one that exists empty, and a default graph."""
    with Dataset.open(None) as opened:
        opened.commit(adding(IN_G, IN_DEFAULT, empty_graph_quad(E)), META, shapes=None)
        yield opened


def change(added: set[Quad], removed: set[Quad] | None = None) -> Changeset:
    return Changeset(frozenset(added), frozenset(removed or ()))


def test_existence(dataset: Dataset) -> None:
    there = {graph: graph_exists(dataset, graph) for graph in (G, E, NONE, DefaultGraph())}
    assert there == {G: True, E: True, NONE: False, DefaultGraph(): True}
    for name in (GRAPH_HEAD, GRAPH_EMPTY):
        assert not graph_exists(dataset, NamedNode(name))


@pytest.mark.parametrize(
    ("graph", "quads", "expected"),
    [
        (G, [quad("a", "p", "c")], change({quad("a", "p", "c", "g")}, {IN_G})),
        (G, [IN_DEFAULT, IN_DEFAULT], change(set())),
        (G, [], change({empty_graph_quad(G)}, {IN_G})),
        (E, [], change(set())),
        (E, [IN_DEFAULT], change({quad("a", "p", "b", "e")}, {empty_graph_quad(E)})),
        (NONE, [], change({empty_graph_quad(NONE)})),
        (NONE, [IN_DEFAULT], change({quad("a", "p", "b", "none")})),
        (DefaultGraph(), [], change(set(), {IN_DEFAULT})),
        (DefaultGraph(), [quad("x", "p", "y", "g")], change({quad("x", "p", "y")}, {IN_DEFAULT})),
    ],
)
def test_replacing(
    dataset: Dataset, graph: NamedNode | DefaultGraph, quads: list[Quad], expected: Changeset
) -> None:
    assert put_graph(dataset, graph, quads) == expected


@pytest.mark.parametrize(
    ("graph", "quads", "expected"),
    [
        (G, [quad("a", "p", "c")], change({quad("a", "p", "c", "g")})),
        (G, [IN_DEFAULT], change(set())),
        (G, [], change(set())),
        (E, [], change(set())),
        (E, [IN_DEFAULT], change({quad("a", "p", "b", "e")}, {empty_graph_quad(E)})),
        (NONE, [], change({empty_graph_quad(NONE)})),
        (NONE, [IN_DEFAULT], change({quad("a", "p", "b", "none")})),
        (DefaultGraph(), [], change(set())),
        (DefaultGraph(), [quad("x", "p", "y")], change({quad("x", "p", "y")})),
    ],
)
def test_merging(
    dataset: Dataset, graph: NamedNode | DefaultGraph, quads: list[Quad], expected: Changeset
) -> None:
    assert post_graph(dataset, graph, quads) == expected


@pytest.mark.parametrize(
    ("graph", "removed"),
    [(G, IN_G), (E, empty_graph_quad(E)), (DefaultGraph(), IN_DEFAULT)],
)
def test_deleting(dataset: Dataset, graph: NamedNode | DefaultGraph, removed: Quad) -> None:
    assert delete_graph(dataset, graph) == change(set(), {removed})


def test_a_graph_that_is_not_there_cannot_be_deleted(dataset: Dataset) -> None:
    with pytest.raises(GraphNotFound):
        delete_graph(dataset, NONE)


@pytest.mark.parametrize("name", [GRAPH_HEAD, GRAPH_EMPTY])
def test_the_graphs_of_the_store_itself_are_not_written(dataset: Dataset, name: str) -> None:
    graph = NamedNode(name)
    for work_out in (put_graph, post_graph):
        with pytest.raises(ReservedGraph):
            work_out(dataset, graph, [])
    with pytest.raises(ReservedGraph):
        delete_graph(dataset, graph)


def test_equal_values_are_one_triple(dataset: Dataset) -> None:
    seven = Literal("007", datatype=XSD_INTEGER)
    changes = put_graph(dataset, NONE, [Quad(iri("a"), iri("p"), seven, DefaultGraph())])
    assert {item.object for item in changes.added} == {Literal(7)}
    dataset.commit(changes, META, shapes=None)
    same = put_graph(dataset, NONE, [Quad(iri("a"), iri("p"), seven, DefaultGraph())])
    assert not same
