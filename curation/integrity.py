"""Is the dataset what the log says: the hash chain, the counts, and the default graph's make-up.

The default graph must hold exactly the live facts, the vocabulary, the derived triples and the
records of the evidence; nothing has a blank node; and there are as many quads as the last commit
counted, so that an emptied or a tampered store is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Triple

from curation.assertions import ASSERTION as ASSERTION_CLASS
from curation.assertions import PASSAGE
from curation.derivation import derive
from curation.liveness import is_live, is_source_graph
from curation.projection import DERIVED
from curation.view import View
from curation.vocabulary import RDF_TYPE
from graphstore.dataset import Dataset
from graphstore.terms import GraphName, Subject
from ontology.namespaces import ASSERTION, DURE

RECORD_CLASSES = (
    ASSERTION_CLASS,
    PASSAGE,
    *(NamedNode(f"{DURE}{name}") for name in ("Snapshot", "SourceDocument", "Submission")),
)
_DEFAULT = DefaultGraph()
_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be: a short `check` name and what was found."""

    check: str
    detail: str


def verify(dataset: Dataset, *, progress: Callable[[str], None] | None = None) -> list[Finding]:
    """Return what is wrong with the dataset; an empty list means all checks passed.

    `progress` is told the name of each check as it begins.
    """
    findings: list[Finding] = []
    for name, check in _CHECKS.items():
        if progress:
            progress(name)
        findings += (Finding(name, detail) for detail in check(dataset))
    return findings


def _hash_chain(dataset: Dataset) -> Iterator[str]:
    yield from map(str, dataset.log.verify())


def _counts(dataset: Dataset) -> Iterator[str]:
    stored, stored_default = dataset.recount()
    head = dataset.head
    expected = (head.quad_count, head.default_count) if head else (0, 0)
    if (stored, stored_default) != expected:
        number = head.number if head else 0
        yield (
            f"the store holds {stored} quads ({stored_default} in the default graph), commit "
            f"{number} left {expected[0]} ({expected[1]}): run 'dure rebuild'"
        )


def _blank_nodes(dataset: Dataset) -> Iterator[str]:
    found = [
        quad
        for quad in dataset.quads()
        if any(isinstance(t, BlankNode) for t in (quad.subject, quad.object, quad.graph_name))
    ]
    if found:
        yield f"{len(found)} quads have blank nodes, e.g. {found[0]}"


def _evidence(dataset: Dataset) -> Iterator[str]:
    recorded = {q.subject for q in dataset.quads(None, RDF_TYPE, ASSERTION_CLASS, _DEFAULT)}
    graphs = {
        q.graph_name
        for q in dataset.quads()
        if isinstance(q.graph_name, NamedNode) and q.graph_name.value.startswith(ASSERTION)
    }
    yield from _differences("assertion records without a graph", recorded - graphs)
    yield from _differences("evidence graphs without a record", graphs - recorded)


def _default_graph(dataset: Dataset) -> Iterator[str]:
    view = View(dataset, (), ())
    live: set[Triple] = set()
    derived: set[Triple] = set()
    default: set[Triple] = set()
    liveness: dict[GraphName, bool] = {}
    for quad in dataset.quads():
        graph = quad.graph_name
        if isinstance(graph, DefaultGraph):
            default.add(quad.triple)
        elif graph == DERIVED:
            derived.add(quad.triple)
        elif is_source_graph(graph):
            if graph not in liveness:
                liveness[graph] = is_live(view, graph)
            if liveness[graph]:
                live.add(quad.triple)
    records = _records(dataset)
    yield from _differences("live facts missing from the default graph", live - default)
    yield from _differences("derived triples missing from the default graph", derived - default)
    yield from _differences(
        "default-graph triples that nothing supports", default - live - derived - records
    )
    owners = {t.subject for t in default if isinstance(t.subject, NamedNode | BlankNode)}
    again = {t for owner in owners for t in derive(view, owner)}
    yield from _differences("derived triples that no rule gives", derived - again)
    yield from _differences("derived triples that are missing", again - derived)


def _records(dataset: Dataset) -> set[Triple]:
    subjects: set[Subject] = {
        quad.subject
        for kind in RECORD_CLASSES
        for quad in dataset.quads(None, RDF_TYPE, kind, _DEFAULT)
        if isinstance(quad.subject, NamedNode | BlankNode)
    }
    return {q.triple for s in subjects for q in dataset.quads(s, None, None, _DEFAULT)}


def _differences(what: str, found: AbstractSet[object]) -> Iterator[str]:
    if found:
        shown = "; ".join(sorted(map(str, found))[:_SHOWN])
        yield f"{len(found)} {what}: {shown}"


_CHECKS: dict[str, Callable[[Dataset], Iterator[str]]] = {
    "hash chain": _hash_chain,
    "counts": _counts,
    "blank nodes": _blank_nodes,
    "evidence": _evidence,
    "default graph": _default_graph,
}
