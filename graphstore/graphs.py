"""One graph as a whole: whether it is there, and what replacing, merging or deleting it changes.

The changesets behind the operations of the
[Graph Store Protocol §5](https://www.w3.org/TR/sparql11-http-rdf-update/#graph-management). Which
graphs exist is said in `graphstore/update.py`.
"""

from __future__ import annotations

from collections.abc import Collection

from pyoxigraph import DefaultGraph, NamedNode, Quad

from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.embedded import as_stored
from graphstore.empty_graphs import RESERVED, empty_graph_quad
from graphstore.errors import GraphNotFound, ReservedGraph


def graph_exists(dataset: Dataset, graph: NamedNode | DefaultGraph) -> bool:
    """Say whether a graph is there: with quads, or empty on purpose; the default graph always is.

    The graphs that are the store's own are not.
    """
    if isinstance(graph, DefaultGraph):
        return True
    if graph in RESERVED:
        return False
    there = next(dataset.quads(None, None, None, graph), None)
    return there is not None or dataset.contains(empty_graph_quad(graph))


def put_graph(
    dataset: Dataset, graph: NamedNode | DefaultGraph, quads: Collection[Quad]
) -> Changeset:
    """Return what makes a graph hold exactly these triples; without any it exists empty.

    Args:
        dataset: the dataset that the graph is in.
        graph: its name.
        quads: the triples, whatever graph they stand in.

    Raises:
        ReservedGraph: the graph is the store's own.
    """
    there = _quads_of(dataset, graph)
    wanted = _moved(quads, graph)
    changes = Changeset(wanted - there, there - wanted)
    return _with_record(dataset, graph, changes, is_empty=not wanted)


def post_graph(
    dataset: Dataset, graph: NamedNode | DefaultGraph, quads: Collection[Quad]
) -> Changeset:
    """Return what adds these triples to a graph; one that is not there exists afterwards.

    Args:
        dataset: the dataset that the graph is in.
        graph: its name.
        quads: the triples, whatever graph they stand in.

    Raises:
        ReservedGraph: the graph is the store's own.
    """
    _check_writable(graph)
    wanted = _moved(quads, graph)
    changes = Changeset(frozenset(quad for quad in wanted if not dataset.contains(quad)))
    if not wanted and graph_exists(dataset, graph):
        return Changeset()
    return _with_record(dataset, graph, changes, is_empty=not wanted)


def delete_graph(dataset: Dataset, graph: NamedNode | DefaultGraph) -> Changeset:
    """Return what removes a graph; the default graph is emptied.

    Raises:
        GraphNotFound: it is not there.
        ReservedGraph: the graph is the store's own.
    """
    there = _quads_of(dataset, graph)
    if not graph_exists(dataset, graph):
        assert isinstance(graph, NamedNode)  # the default graph exists
        raise GraphNotFound(graph.value)
    return _with_record(dataset, graph, Changeset(removed=there), is_empty=False)


def _quads_of(dataset: Dataset, graph: NamedNode | DefaultGraph) -> frozenset[Quad]:
    _check_writable(graph)
    return frozenset(dataset.quads(None, None, None, graph))


def _moved(quads: Collection[Quad], graph: NamedNode | DefaultGraph) -> frozenset[Quad]:
    """Return the triples as quads of that graph, in the form that the engine keeps."""
    moved = frozenset(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads)
    return as_stored(Changeset(moved)).added


def _with_record(
    dataset: Dataset, graph: NamedNode | DefaultGraph, changes: Changeset, *, is_empty: bool
) -> Changeset:
    """Return the changes with those of the record that an empty graph exists."""
    if isinstance(graph, DefaultGraph):
        return changes
    record = empty_graph_quad(graph)
    if dataset.contains(record) == is_empty:
        return changes
    if is_empty:
        return Changeset(changes.added | {record}, changes.removed)
    return Changeset(changes.added, changes.removed | {record})


def _check_writable(graph: NamedNode | DefaultGraph) -> None:
    if graph in RESERVED:
        assert isinstance(graph, NamedNode)
        raise ReservedGraph(graph.value)
