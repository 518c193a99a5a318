"""The one gate: parse → changeset → project and derive → validate → commit.

Every door hands its quads to `submit`. A submission brings evidence graphs with their records,
editorial quads, or withdrawals; the gate names blank nodes, checks the evidence against the
documents it can see, completes the changeset and commits it whole or not at all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from curation.assertions import ASSERTION as ASSERTION_CLASS
from curation.assertions import END, HAS_SOURCE, PASSAGE, SHA256, START
from curation.copying import copied
from curation.errors import (
    CopiedText,
    DerivedWrite,
    IncompleteAssertion,
    PassageMismatch,
    StrayGraph,
    UnsourcedFact,
)
from curation.projection import project
from curation.view import View
from curation.vocabulary import RDF_TYPE
from graphstore.archive import SourceArchive
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset, Progress
from graphstore.log import Commit, CommitMeta
from graphstore.validation import Shapes, ValidationReport
from ontology.namespaces import (
    ASSERTION,
    BASE,
    CV,
    DCT,
    DURE,
    GRAPH_CONCEPTS,
    GRAPH_DERIVED,
    GRAPH_EDITORIAL,
    GRAPH_HEAD,
    GRAPH_ONTOLOGY,
    ID,
    ORG,
    OWL,
    SKOS,
)

_RECORD_CLASSES = {
    ASSERTION_CLASS,
    PASSAGE,
    *(NamedNode(f"{DURE}{name}") for name in ("Snapshot", "SourceDocument", "Submission")),
}
# What editors may add without a source: that a thing exists, what it is called, what it is.
_EDITORIAL_PREDICATES = {
    RDF_TYPE,
    *(NamedNode(f"{SKOS}{name}") for name in ("prefLabel", "altLabel", "hiddenLabel")),
    NamedNode(f"{SKOS}exactMatch"),
    NamedNode(f"{ORG}classification"),
    NamedNode(f"{CV}level"),
    *(NamedNode(f"{DCT}{name}") for name in ("type", "isReplacedBy")),
    NamedNode(f"{OWL}deprecated"),
}
_DEFAULT = DefaultGraph()
_EDITED = {NamedNode(name) for name in (GRAPH_EDITORIAL, GRAPH_ONTOLOGY, GRAPH_CONCEPTS)}


@dataclass(frozen=True)
class Submission:
    """What somebody wants changed in the sources, and who says so."""

    meta: CommitMeta
    added: Iterable[Quad] = ()
    removed: Iterable[Quad] = field(default_factory=tuple)


def prepare(
    dataset: Dataset, submission: Submission, *, archive: SourceArchive | None = None
) -> Changeset:
    """Return the whole changeset that a submission amounts to, checked against its documents.

    Raises `UnsourcedFact` for facts in the default graph that no evidence graph holds, and for
    what the editorial and vocabulary graphs may not say,
    `IncompleteAssertion` for evidence graphs without a record and records without a graph,
    `DerivedWrite` for quads in a graph that only rules write, `StrayGraph` for quads in a graph
    that is neither an assertion's nor the editors', `PassageMismatch` for a passage whose hash is
    not that of the archived document, `CopiedText` for literals that repeat a source.
    """
    added = frozenset(skolemised(submission.added))
    change = Changeset(added=added, removed=frozenset(submission.removed))
    _refuse_unsourced(dataset, change)
    _refuse_stray(change)
    _refuse_incomplete(dataset, change)
    if archive is not None:
        _check_evidence(dataset, change, archive)
    return project(dataset, change)


def submit(
    dataset: Dataset,
    submission: Submission,
    *,
    shapes: Shapes | None,
    archive: SourceArchive | None = None,
    progress: Progress | None = None,
) -> Commit:
    """Pass a submission through the gate and commit it.

    Raises what `prepare` raises, and `DataNotConforming` (with the report) when a shape's
    violation refuses the whole; warnings pass and stay with the commit.
    """
    changeset = prepare(dataset, submission, archive=archive)
    return dataset.commit(changeset, submission.meta, shapes=shapes, progress=progress)


def preview(
    dataset: Dataset,
    submission: Submission,
    *,
    shapes: Shapes,
    archive: SourceArchive | None = None,
) -> tuple[Changeset, ValidationReport]:
    """Return what a submission would change and its validation report, without committing."""
    changeset = prepare(dataset, submission, archive=archive)
    return changeset, dataset.check(changeset, shapes=shapes)


def skolemised(quads: Iterable[Quad]) -> Iterable[Quad]:
    """Replace blank nodes by IRIs (https://www.w3.org/TR/rdf11-concepts/#section-skolemization).

    The IRI is a hash of the label within these quads and of their content, so that the same file
    gives the same IRIs again and two files do not meet by accident.
    """
    listed = list(quads)
    if not any(isinstance(t, BlankNode) for q in listed for t in (q.subject, q.object)):
        return listed
    content = hashlib.sha256("\n".join(sorted(map(str, listed))).encode()).hexdigest()

    def named(term: object) -> object:
        if not isinstance(term, BlankNode):
            return term
        digest = hashlib.sha256(f"{content}{term.value}".encode()).hexdigest()[:20]
        return NamedNode(f"{BASE}.well-known/genid/{digest}")

    return [
        Quad(named(q.subject), q.predicate, named(q.object), q.graph_name)  # type: ignore[arg-type]
        for q in listed
    ]


def _refuse_unsourced(dataset: Dataset, change: Changeset) -> None:
    view = View(dataset, change.added, change.removed)
    records: dict[object, bool] = {}
    unsourced = []
    for quad in (*change.added, *change.removed):
        if isinstance(quad.graph_name, DefaultGraph):
            if quad.subject not in records:
                types = {
                    *view.objects(quad.subject, RDF_TYPE, _DEFAULT),  # type: ignore[arg-type]
                    *(
                        q.object
                        for q in change.removed
                        if q.subject == quad.subject and q.predicate == RDF_TYPE
                    ),
                }
                records[quad.subject] = bool(types & _RECORD_CLASSES)
            if not records[quad.subject]:
                unsourced.append(quad)
        elif quad.graph_name == NamedNode(GRAPH_EDITORIAL):
            if quad.predicate not in _EDITORIAL_PREDICATES:
                unsourced.append(quad)
        elif quad.graph_name in (NamedNode(GRAPH_ONTOLOGY), NamedNode(GRAPH_CONCEPTS)):
            if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(ID):
                unsourced.append(quad)
        elif quad.graph_name in (NamedNode(GRAPH_DERIVED), NamedNode(GRAPH_HEAD)):
            raise DerivedWrite(str(quad.graph_name))
    if unsourced:
        raise UnsourcedFact(sorted(map(str, unsourced)))


def _refuse_stray(change: Changeset) -> None:
    """Refuse facts in graphs that say nothing about where they come from."""
    names = {quad.graph_name for quad in change.added} - _EDITED - {_DEFAULT}
    stray = [
        str(name)
        for name in names
        if not (isinstance(name, NamedNode) and name.value.startswith(ASSERTION))
    ]
    if stray:
        raise StrayGraph(min(stray))


def _refuse_incomplete(dataset: Dataset, change: Changeset) -> None:
    """Refuse assertions that the change would leave with a graph or a record alone."""
    view = View(dataset, change.added, change.removed)
    touched = {
        name
        for quad in (*change.added, *change.removed)
        for name in (quad.graph_name, quad.subject)
        if isinstance(name, NamedNode) and name.value.startswith(ASSERTION)
    }
    incomplete = [
        name.value
        for name in touched
        if (ASSERTION_CLASS in view.objects(name, RDF_TYPE, _DEFAULT))
        != (next(view.graph(name), None) is not None)
    ]
    if incomplete:
        raise IncompleteAssertion(sorted(incomplete))


def _check_evidence(dataset: Dataset, change: Changeset, archive: SourceArchive) -> None:
    view = View(dataset, change.added, change.removed)
    texts: dict[str, str | None] = {}

    def text_of(snapshot: object) -> str | None:
        if not isinstance(snapshot, NamedNode):
            return None
        if snapshot.value not in texts:
            digest = next(iter(view.objects(snapshot, SHA256, _DEFAULT)), None)
            content = archive.get(digest.value) if isinstance(digest, Literal) else None
            texts[snapshot.value] = content.decode("utf-8", "replace") if content else None
        return texts[snapshot.value]

    for quad in change.added:
        if quad.predicate == HAS_SOURCE and isinstance(quad.subject, NamedNode):
            text = text_of(quad.object)
            if text is not None:
                _check_passage(view, quad.subject, text)
    found = copied(change.added, [text for text in texts.values() if text])
    if found:
        raise CopiedText(
            [f"{quad.subject} {quad.predicate} repeats: {words}" for quad, words in found]
        )


def _check_passage(view: View, passage: NamedNode, text: str) -> None:
    def one(predicate: NamedNode) -> str:
        value = next(iter(view.objects(passage, predicate, _DEFAULT)), None)
        return value.value if isinstance(value, Literal) else ""

    start, end, digest = one(START), one(END), one(SHA256)
    if not (start.isdigit() and end.isdigit()):
        return  # rule R08 reports it
    actual = hashlib.sha256(text[int(start) : int(end)].encode()).hexdigest()
    if actual != digest:
        raise PassageMismatch(passage.value, expected=digest, actual=actual)
