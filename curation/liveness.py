"""Which graphs count as fact: those of live assertions, the editorial graph and the vocabulary.

An assertion is live until it is withdrawn (`prov:invalidatedAtTime`) or deprecated (`dure:rank`);
its graph stays either way.
"""

from __future__ import annotations

from pyoxigraph import DefaultGraph, NamedNode

from curation.assertions import ASSERTION as ASSERTION_CLASS
from curation.assertions import DEPRECATED, INVALIDATED_AT, RANK
from curation.view import View
from curation.vocabulary import RDF_TYPE
from graphstore.terms import GraphName
from ontology.namespaces import ASSERTION, GRAPH_CONCEPTS, GRAPH_EDITORIAL, GRAPH_ONTOLOGY

UNSOURCED_GRAPHS = frozenset({GRAPH_EDITORIAL, GRAPH_ONTOLOGY, GRAPH_CONCEPTS})
_DEFAULT = DefaultGraph()


def is_source_graph(graph: GraphName) -> bool:
    """Say whether facts are taken from this graph: an assertion's, editorial, or vocabulary."""
    return isinstance(graph, NamedNode) and (
        graph.value.startswith(ASSERTION) or graph.value in UNSOURCED_GRAPHS
    )


def is_live(view: View, graph: GraphName) -> bool:
    """Say whether what `graph` holds counts as fact: not deprecated and not withdrawn."""
    if not isinstance(graph, NamedNode) or not is_source_graph(graph):
        return False
    if graph.value in UNSOURCED_GRAPHS:
        return True
    return (
        ASSERTION_CLASS in view.objects(graph, RDF_TYPE, _DEFAULT)
        and DEPRECATED not in view.objects(graph, RANK, _DEFAULT)
        and not view.objects(graph, INVALIDATED_AT, _DEFAULT)
    )
