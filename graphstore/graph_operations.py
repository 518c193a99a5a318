"""What operations change: quads, and which graphs exist; and that of the graph operations.

Implements [SPARQL 1.1 Update §3.2](https://www.w3.org/TR/sparql11-update/#graphManagement) for a
store that records empty graphs. An operation on a graph that does not exist is an error, and
with `SILENT` it has no effect.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

from graphstore.errors import GraphExists, GraphNotFound, UpdateTooLarge
from graphstore.terms import GraphName
from graphstore.update_text import ALL, DEFAULT, NAMED


@dataclass
class Effect:
    """What one operation changes in a dataset.

    `removed` are quads that are there, `added` ones that are not; none is in both. The graphs in
    `kept` exist afterwards even without quads, those in `dropped` only with quads; others exist
    afterwards when they held nothing before, and when they hold a quad.
    """

    removed: set[Quad] = field(default_factory=set)
    added: set[Quad] = field(default_factory=set)
    kept: set[GraphName] = field(default_factory=set)
    dropped: set[GraphName] = field(default_factory=set)


def graph_effect(
    store: Store, kind: str, graphs: tuple[str | NamedNode, ...], *, silent: bool, limit: int
) -> Effect:
    """Work out a graph operation.

    Args:
        store: the state that it meets.
        kind: CLEAR, DROP, CREATE, ADD, MOVE, COPY, or LOAD if it is silent.
        graphs: the graph, or source and target: an IRI, `DEFAULT`, `NAMED` or `ALL`.
        silent: do nothing where there would be an error.
        limit: the greatest number of quads read and written.

    Raises:
        GraphExists: a graph to be created is there.
        GraphNotFound: a graph to be cleared, dropped or copied is not.
        UpdateTooLarge: more quads than `limit` are concerned.
    """
    if kind == "LOAD":
        return Effect()  # always fails, as nothing is fetched, and only a silent one comes here
    try:
        if kind == "CREATE":
            return _created(store, graphs[0])
        if kind in {"CLEAR", "DROP"}:
            return _emptied(store, graphs[0], limit, dropped=kind == "DROP")
        return _copied(store, kind, _graph(graphs[0]), _graph(graphs[1]), limit)
    except (GraphExists, GraphNotFound):
        if silent:
            return Effect()
        raise


def quads_of(store: Store, graph: GraphName, limit: int) -> set[Quad]:
    """Return the quads of a graph.

    Raises:
        UpdateTooLarge: they are more than `limit`.
    """
    return _bounded(store.quads_for_pattern(None, None, None, graph), limit)


def _created(store: Store, graph: str | NamedNode) -> Effect:
    assert isinstance(graph, NamedNode)  # the grammar has no other
    if store.contains_named_graph(graph):
        raise GraphExists(graph.value)
    return Effect(kept={graph})


def _emptied(store: Store, graph: str | NamedNode, limit: int, *, dropped: bool) -> Effect:
    named: set[NamedNode | BlankNode] = set()
    if isinstance(graph, NamedNode):
        _check_exists(store, graph)
        named = {graph}
    elif graph in {NAMED, ALL}:
        named = set(store.named_graphs())
    graphs: set[GraphName] = {*named, *([DefaultGraph()] if graph in {DEFAULT, ALL} else [])}
    quads = chain.from_iterable(store.quads_for_pattern(None, None, None, x) for x in graphs)
    effect = Effect(removed=_bounded(quads, limit))
    (effect.dropped if dropped else effect.kept).update(named)
    return effect


def _copied(store: Store, kind: str, source: GraphName, target: GraphName, limit: int) -> Effect:
    """ADD, COPY or MOVE; onto itself a graph stays as it is."""
    if not isinstance(source, DefaultGraph):
        _check_exists(store, source)
    if source == target:
        return Effect()
    there = quads_of(store, source, limit)
    copies = {Quad(quad.subject, quad.predicate, quad.object, target) for quad in there}
    replaced = set() if kind == "ADD" else quads_of(store, target, limit)
    effect = Effect(removed=replaced - copies, added={quad for quad in copies if quad not in store})
    if not isinstance(target, DefaultGraph):
        effect.kept.add(target)
    if kind == "MOVE":
        effect.removed |= there
        effect.dropped.add(source)
    return effect


def _graph(graph: str | NamedNode) -> GraphName:
    return graph if isinstance(graph, NamedNode) else DefaultGraph()


def _check_exists(store: Store, graph: NamedNode | BlankNode) -> None:
    if not store.contains_named_graph(graph):
        raise GraphNotFound(graph.value)


def _bounded(quads: Iterator[Quad], limit: int) -> set[Quad]:
    found: set[Quad] = set()
    for quad in quads:
        found.add(quad)
        if len(found) > limit:
            raise UpdateTooLarge(limit)
    return found
