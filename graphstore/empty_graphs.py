"""Which graphs exist without a quad: records in a graph that is the store's own.

RDF has no such graphs in a set of quads, but
[SPARQL 1.1 Update §3.2](https://www.w3.org/TR/sparql11-update/#graphManagement) and the Graph
Store Protocol create them. Each is recorded as `<graph> rdf:type sd:Graph` in `GRAPH_EMPTY`, so
that log, changesets and counts need not know about it.
"""

from __future__ import annotations

from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad

from graphstore.changeset import Changeset, QuadContainer
from ontology.namespaces import GRAPH_EMPTY, GRAPH_HEAD, RDF

EMPTY_GRAPHS: Final = NamedNode(GRAPH_EMPTY)
RESERVED: Final = frozenset({NamedNode(GRAPH_HEAD), EMPTY_GRAPHS})

_TYPE: Final = NamedNode(f"{RDF}type")
_GRAPH_CLASS: Final = NamedNode("http://www.w3.org/ns/sparql-service-description#Graph")


def empty_graph_quad(graph: NamedNode | BlankNode) -> Quad:
    """Return the quad that records that a graph exists although it holds no quad."""
    return Quad(graph, _TYPE, _GRAPH_CLASS, EMPTY_GRAPHS)


def with_records(changes: Changeset, dataset: QuadContainer) -> Changeset:
    """Return the changes with the removal of records that they make untrue.

    Args:
        changes: what is to be changed; adding the first quad to an empty graph fills it.
        dataset: what they are to be applied to.
    """
    filled = {quad.graph_name for quad in changes.added} - RESERVED
    records = {empty_graph_quad(graph) for graph in filled if not isinstance(graph, DefaultGraph)}
    untrue = {quad for quad in records if dataset.contains(quad)} - changes.removed
    return Changeset(changes.added, changes.removed | untrue) if untrue else changes
