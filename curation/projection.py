"""From evidence to facts: the default graph follows the assertions.

The default graph holds each live fact once: what some live assertion, the editorial graph or the
vocabulary says, what rules derive from that, and the records of the evidence. `project` takes a
change to the sources (assertion graphs, editorial graph, records …) and completes it with what
has to change in the default and the derived graph.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from curation.assertions import INVALIDATED_AT, RANK
from curation.derivation import derive, owners
from curation.liveness import is_live, is_source_graph
from curation.view import View
from curation.vocabulary import RDF_TYPE
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.terms import GraphName, Subject
from ontology.namespaces import ASSERTION, GRAPH_DERIVED

DEFAULT = DefaultGraph()
DERIVED = NamedNode(GRAPH_DERIVED)
_LIFE = {RANK, INVALIDATED_AT, RDF_TYPE}


def project(dataset: Dataset, change: Changeset) -> Changeset:
    """Complete a change of the sources with what follows for the default and derived graphs.

    `change` adds and removes quads of source graphs and records; its quads in the derived graph
    are refused by the gate before. Returns one changeset that leaves the default graph equal to
    live facts, records and derived triples.
    """
    view = View(dataset, change.added, change.removed)
    added, removed = set(change.added), set(change.removed)
    liveness: dict[GraphName, bool] = {}

    def supported(triple: Triple) -> bool:
        if isinstance(triple.subject, Triple):
            return False
        quads = view.quads(triple.subject, triple.predicate, triple.object)
        for graph in {quad.graph_name for quad in quads}:
            if graph not in liveness:
                liveness[graph] = is_live(view, graph)
            if liveness[graph]:
                return True
        return False

    touched = _touched(dataset, change)
    for triple in touched:
        quad = Quad(triple.subject, triple.predicate, triple.object, DEFAULT)
        if supported(triple):
            added.add(quad)
            removed.discard(quad)
            view.add(quad)
        else:
            removed.add(quad)
    after = View(dataset, added, removed)
    for owner in _owners(after, touched, change):
        before = {q.triple for q in dataset.quads(owner, None, None, DERIVED)}
        now = derive(after, owner)
        for triple in now - before:
            added.add(Quad(triple.subject, triple.predicate, triple.object, DERIVED))
        for triple in now:
            quad = Quad(triple.subject, triple.predicate, triple.object, DEFAULT)
            added.add(quad)
            removed.discard(quad)
        for triple in before - now:
            removed.add(Quad(triple.subject, triple.predicate, triple.object, DERIVED))
            if not supported(triple):
                removed.add(Quad(triple.subject, triple.predicate, triple.object, DEFAULT))
    return Changeset(added=frozenset(added), removed=frozenset(removed - added))


def _touched(dataset: Dataset, change: Changeset) -> set[Triple]:
    """Return the triples whose support may have changed."""
    touched = set()
    for quad in (*change.added, *change.removed):
        if is_source_graph(quad.graph_name):
            touched.add(quad.triple)
        elif (
            quad.predicate in _LIFE
            and isinstance(quad.subject, NamedNode)
            and quad.subject.value.startswith(ASSERTION)
        ):
            touched |= {q.triple for q in dataset.quads(None, None, None, quad.subject)}
    return touched


def _owners(view: View, touched: Iterable[Triple], change: Changeset) -> set[Subject]:
    subjects: set[Subject] = {
        triple.subject for triple in touched if isinstance(triple.subject, NamedNode | BlankNode)
    }
    for quad in (*change.added, *change.removed):
        # An assertion's passages changed: the n-ary nodes in its graph have other evidence now.
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(ASSERTION):
            for inside in view.graph(quad.subject):
                if isinstance(inside.subject, NamedNode | BlankNode):
                    subjects.add(inside.subject)
    return {owner for subject in subjects for owner in owners(view, subject)}
