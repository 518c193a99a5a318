"""The gate: what it refuses, that it refuses the whole, and that nothing changes when it does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from curation.assertions import Assertion, Passage
from curation.errors import (
    CopiedText,
    DerivedWrite,
    IncompleteAssertion,
    PassageMismatch,
    StrayGraph,
    UnsourcedFact,
)
from curation.gate import Submission, preview, skolemised, submit
from curation.identifiers import passage_iri, snapshot_iri
from graphstore.archive import SourceArchive
from graphstore.dataset import Dataset
from graphstore.errors import DataNotConforming
from graphstore.validation import Shapes
from ontology.namespaces import (
    ASSERTION,
    DCT,
    DURE,
    GRAPH_CONCEPTS,
    GRAPH_DERIVED,
    GRAPH_EDITORIAL,
    GRAPH_ONTOLOGY,
    ID,
    RDF,
    SCHEMA,
    SUBMISSION,
)
from tests.curation.test_projection import meta

DEFAULT = DefaultGraph()
TEXT = "The city held a meeting about the social economy of the city and its people in May."
DIGEST = hashlib.sha256(TEXT.encode()).hexdigest()
SNAPSHOT = snapshot_iri(DIGEST)
EVENT = NamedNode(f"{ID}event")


@pytest.fixture
def dataset() -> Iterator[Dataset]:
    with Dataset.open(None) as opened:
        yield opened


@pytest.fixture
def archive(tmp_path: Path) -> SourceArchive:
    store = SourceArchive(tmp_path)
    store.add(TEXT.encode())
    return store


def evidence(
    *triples: Triple, start: int = 4, end: int = 8, digest: str | None = None
) -> list[Quad]:
    actual = hashlib.sha256(TEXT[start:end].encode()).hexdigest()
    passage = Passage(
        passage_iri(SNAPSHOT, start, end),
        SNAPSHOT,
        start,
        end,
        actual if digest is None else digest,
    )
    made = Assertion(
        iri=NamedNode(f"{ASSERTION}a"),
        triples=triples,
        passages=(passage,),
        support="Explicit",
        note=None,
        rank="Normal",
        reason=None,
        submission=NamedNode(f"{SUBMISSION}test"),
        time="2026-01-01T00:00:00Z",
    )
    records = [
        Quad(SNAPSHOT, NamedNode(f"{RDF}type"), NamedNode(f"{DURE}{kind}"), DEFAULT)
        for kind in ("Snapshot", "SourceDocument")
    ]
    return [
        *made.quads(),
        *records,
        Quad(SNAPSHOT, NamedNode(f"{SCHEMA}sha256"), Literal(DIGEST), DEFAULT),
        Quad(SNAPSHOT, NamedNode(f"{DCT}language"), Literal("en"), DEFAULT),
        Quad(SNAPSHOT, NamedNode(f"{DURE}characterCount"), Literal(len(TEXT)), DEFAULT),
        Quad(
            NamedNode(f"{SUBMISSION}test"),
            NamedNode(f"{RDF}type"),
            NamedNode(f"{DURE}Submission"),
            DEFAULT,
        ),
    ]


def described(text: str) -> Triple:
    return Triple(EVENT, NamedNode(f"{DCT}description"), Literal(text, language="en"))


def test_a_fact_without_evidence_is_refused_and_nothing_changes(dataset: Dataset) -> None:
    fact = Quad(EVENT, NamedNode(f"{DCT}description"), Literal("x", language="en"), DEFAULT)
    with pytest.raises(UnsourcedFact, match="1 fact"):
        submit(dataset, Submission(meta(), [*evidence(described("y")), fact]), shapes=None)
    assert dataset.count() == (0, 0)


def test_evidence_without_its_record_is_refused(dataset: Dataset) -> None:
    whole = evidence(described("y"))
    graph = [quad for quad in whole if quad.graph_name == NamedNode(f"{ASSERTION}a")]
    record = [quad for quad in whole if quad not in graph]
    for half in (graph, record):
        with pytest.raises(IncompleteAssertion, match="assertion/a"):
            submit(dataset, Submission(meta(), half), shapes=None)
    submit(dataset, Submission(meta(), whole), shapes=None)
    with pytest.raises(IncompleteAssertion):
        submit(dataset, Submission(meta(), (), graph), shapes=None)
    assert dataset.head is not None
    assert dataset.head.number == 1


@pytest.mark.parametrize("graph", [GRAPH_EDITORIAL, GRAPH_ONTOLOGY, GRAPH_CONCEPTS])
def test_a_graph_without_evidence_takes_no_facts(dataset: Dataset, graph: str) -> None:
    fact = Quad(EVENT, NamedNode(f"{SCHEMA}startDate"), Literal("2019"), NamedNode(graph))
    with pytest.raises(UnsourcedFact, match="1 fact"):
        submit(dataset, Submission(meta(), [fact]), shapes=None)
    assert dataset.head is None


def test_only_rules_write_the_derived_graph(dataset: Dataset) -> None:
    quad = Quad(EVENT, NamedNode(f"{DCT}description"), Literal("x"), NamedNode(GRAPH_DERIVED))
    with pytest.raises(DerivedWrite):
        submit(dataset, Submission(meta(), [quad]), shapes=None)


@pytest.mark.parametrize(
    "graph", [NamedNode("https://example.org/mine"), BlankNode("mine"), NamedNode(f"{ID}event")]
)
def test_a_graph_without_a_source_is_refused(
    dataset: Dataset, graph: NamedNode | BlankNode
) -> None:
    quad = Quad(EVENT, NamedNode(f"{DCT}description"), Literal("x"), graph)
    with pytest.raises(StrayGraph, match="cites a passage"):
        submit(dataset, Submission(meta(), [*evidence(described("y")), quad]), shapes=None)
    assert dataset.head is None


def test_a_hash_that_is_not_the_documents_is_refused(
    dataset: Dataset, archive: SourceArchive
) -> None:
    quads = evidence(described("a meeting"), digest="0" * 64)
    with pytest.raises(PassageMismatch, match="code points"):
        submit(dataset, Submission(meta(), quads), shapes=None, archive=archive)
    submit(dataset, Submission(meta(), evidence(described("x"))), shapes=None, archive=archive)


def test_eight_copied_words_are_refused_where_the_document_is_seen(
    dataset: Dataset, archive: SourceArchive
) -> None:
    quads = evidence(described("they say the social economy of the city and its people is good"))
    with pytest.raises(CopiedText, match="social economy of the city and its people"):
        submit(dataset, Submission(meta(), quads), shapes=None, archive=archive)
    assert dataset.head is None


def test_eight_copied_words_are_refused_in_records_too(
    dataset: Dataset, archive: SourceArchive
) -> None:
    note = Literal("as the social economy of the city and its people")
    about = NamedNode(f"{ASSERTION}a")
    quads = [*evidence(described("y")), Quad(about, NamedNode(f"{DURE}supportNote"), note, DEFAULT)]
    with pytest.raises(CopiedText):
        submit(dataset, Submission(meta(), quads), shapes=None, archive=archive)
    assert dataset.head is None


def test_one_violating_triple_refuses_the_whole(dataset: Dataset) -> None:
    event = Triple(EVENT, NamedNode(f"{RDF}type"), NamedNode(f"{DURE}Event"))
    wrong = Triple(EVENT, NamedNode(f"{DURE}headcount"), Literal(60))
    quads = evidence(described("a meeting"), event, wrong)
    with pytest.raises(DataNotConforming) as raised:
        submit(dataset, Submission(meta(), quads), shapes=Shapes.load())
    assert dataset.count() == (0, 0)
    (result,) = [item for item in raised.value.report.results if item.code == "E06"]
    assert result.focus_node == EVENT
    assert result.value == Literal(60)
    text = raised.value.report.to_text("en")
    for part in ("E06", "id:event", "headcount", "60", result.message("en")):
        assert part in text


def test_a_preview_says_the_same_and_changes_nothing(dataset: Dataset) -> None:
    wrong = Triple(EVENT, NamedNode(f"{DURE}headcount"), Literal(60))
    event = Triple(EVENT, NamedNode(f"{RDF}type"), NamedNode(f"{DURE}Event"))
    submission = Submission(meta(), evidence(event, wrong))
    changeset, report = preview(dataset, submission, shapes=Shapes.load())
    assert not report.conforms
    assert Quad(EVENT, wrong.predicate, wrong.object, DEFAULT) in changeset.added
    assert dataset.head is None


def test_blank_nodes_get_names_that_are_the_same_again() -> None:
    node = BlankNode("b")
    quads = [
        Quad(EVENT, NamedNode(f"{SCHEMA}location"), node, NamedNode(f"{ASSERTION}a")),
        Quad(node, NamedNode(f"{SCHEMA}floorLevel"), Literal("26"), NamedNode(f"{ASSERTION}a")),
    ]
    once, again = list(skolemised(quads)), list(skolemised(quads))
    assert once == again
    assert isinstance(once[0].object, NamedNode)
    assert once[0].object == once[1].subject
    other = list(skolemised(quads[:1]))
    assert other[0].object != once[0].object
