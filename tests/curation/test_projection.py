"""The default graph follows the evidence, whatever is asserted, ranked, withdrawn or removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from curation.assertions import DEPRECATED, INVALIDATED_AT, RANK, Assertion, Passage
from curation.gate import Submission, submit
from curation.identifiers import passage_iri
from curation.integrity import verify
from graphstore.dataset import Dataset
from graphstore.errors import NothingToCommit
from graphstore.log import CommitMeta
from ontology.namespaces import (
    ASSERTION,
    CONCEPT,
    CV,
    GRAPH_DERIVED,
    GRAPH_EDITORIAL,
    ID,
    PROV,
    RDF,
    RDFS,
    SCHEMA,
    SEM,
    SKOS,
    SUBMISSION,
    XSD,
)

DEFAULT = DefaultGraph()
SNAPSHOT = NamedNode("https://w3id.org/dure/doc/0123456789abcdef")
EVENT, OTHER = NamedNode(f"{ID}event"), NamedNode(f"{ID}other")
AGENT, PARTICIPATION = NamedNode(f"{ID}agent"), NamedNode(f"{ID}p-1")
LABEL = NamedNode(f"{SKOS}prefLabel")
START = NamedNode(f"{SCHEMA}startDate")


def meta() -> CommitMeta:
    return CommitMeta(author="a test", message="a change", time=datetime.now(UTC))


def assertion(name: str, *triples: Triple, passage: int = 0, rank: str = "Normal") -> Assertion:
    place = Passage(
        passage_iri(SNAPSHOT, passage, passage + 1), SNAPSHOT, passage, passage + 1, "0"
    )
    return Assertion(
        iri=NamedNode(f"{ASSERTION}{name}"),
        triples=triples,
        passages=(place,),
        support="Explicit",
        note=None,
        rank=rank,
        reason=None,
        submission=NamedNode(f"{SUBMISSION}test"),
        time="2026-01-01T00:00:00Z",
    )


def year(subject: NamedNode, value: str) -> Triple:
    return Triple(subject, START, Literal(value, datatype=NamedNode(f"{XSD}gYear")))


def participation() -> tuple[Triple, ...]:
    return (
        Triple(EVENT, NamedNode(f"{CV}hasParticipation"), PARTICIPATION),
        Triple(PARTICIPATION, NamedNode(f"{RDF}type"), NamedNode(f"{CV}Participation")),
        Triple(PARTICIPATION, NamedNode(f"{CV}hasParticipant"), AGENT),
        Triple(PARTICIPATION, NamedNode(f"{CV}role"), NamedNode(f"{CONCEPT}role/co-organizer")),
    )


@pytest.fixture
def dataset() -> Iterator[Dataset]:
    with Dataset.open(None) as opened:
        yield opened


def put(dataset: Dataset, *assertions: Assertion) -> None:
    quads = [quad for item in assertions for quad in item.quads()]
    submit(dataset, Submission(meta(), quads), shapes=None)


def facts(dataset: Dataset, subject: NamedNode) -> set[Triple]:
    return {quad.triple for quad in dataset.quads(subject, None, None, DEFAULT)}


def test_a_fact_of_two_sources_stands_once_and_survives_one(dataset: Dataset) -> None:
    put(
        dataset, assertion("a", year(EVENT, "2014")), assertion("b", year(EVENT, "2014"), passage=5)
    )
    counted = dataset.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ ?s <{START.value}> ?o }}")
    assert [row["n"] for row in counted] == [Literal(1)]
    gone = Quad(
        NamedNode(f"{ASSERTION}a"),
        INVALIDATED_AT,
        Literal("2026-02-01T00:00:00Z", datatype=NamedNode(f"{XSD}dateTime")),
        DEFAULT,
    )
    submit(dataset, Submission(meta(), [gone]), shapes=None)
    assert year(EVENT, "2014") in facts(dataset, EVENT)
    other = Quad(NamedNode(f"{ASSERTION}b"), gone.predicate, gone.object, DEFAULT)
    submit(dataset, Submission(meta(), [other]), shapes=None)
    assert facts(dataset, EVENT) == set()
    assert verify(dataset) == []


def test_a_deprecated_assertion_keeps_its_graph_and_loses_its_facts(dataset: Dataset) -> None:
    put(dataset, assertion("a", year(EVENT, "2014")), assertion("b", year(EVENT, "2015")))
    rank = NamedNode(f"{ASSERTION}b")
    normal = next(iter(dataset.quads(rank, RANK, None, DEFAULT)))
    change = Submission(meta(), [Quad(rank, RANK, DEPRECATED, DEFAULT)], [normal])
    submit(dataset, change, shapes=None)
    assert year(EVENT, "2015") not in facts(dataset, EVENT)
    assert len(list(dataset.quads(None, None, None, rank))) == 1
    assert verify(dataset) == []


def test_shortcuts_label_and_bounds_are_derived_and_withdrawn(dataset: Dataset) -> None:
    name = Quad(EVENT, LABEL, Literal("훈련", language="ko"), NamedNode(GRAPH_EDITORIAL))
    whole = assertion("a", *participation(), year(EVENT, "2014"))
    submit(dataset, Submission(meta(), [*whole.quads(), name]), shapes=None)
    day = NamedNode(f"{XSD}date")
    derived = {
        Triple(EVENT, NamedNode(f"{SCHEMA}organizer"), AGENT),
        Triple(EVENT, NamedNode(f"{RDFS}label"), Literal("훈련", language="ko")),
        Triple(
            EVENT,
            NamedNode(f"{SEM}hasEarliestBeginTimeStamp"),
            Literal("2014-01-01", datatype=day),
        ),
        Triple(
            EVENT, NamedNode(f"{SEM}hasLatestBeginTimeStamp"), Literal("2014-12-31", datatype=day)
        ),
        Triple(PARTICIPATION, NamedNode(f"{PROV}wasDerivedFrom"), passage_iri(SNAPSHOT, 0, 1)),
    }
    in_graph = {q.triple for q in dataset.quads(None, None, None, NamedNode(GRAPH_DERIVED))}
    assert in_graph == derived
    assert derived <= facts(dataset, EVENT) | facts(dataset, PARTICIPATION)
    english = Quad(EVENT, LABEL, Literal("training", language="en"), NamedNode(GRAPH_EDITORIAL))
    submit(dataset, Submission(meta(), [english], list(whole.quads())), shapes=None)
    assert {q.triple for q in dataset.quads(None, None, None, NamedNode(GRAPH_DERIVED))} == {
        Triple(EVENT, NamedNode(f"{RDFS}label"), Literal("training", language="en"))
    }
    assert verify(dataset) == []


def test_a_withdrawn_assertion_is_no_evidence_of_a_node(dataset: Dataset) -> None:
    put(dataset, assertion("a", *participation()), assertion("b", *participation(), passage=5))
    linked = NamedNode(f"{PROV}wasDerivedFrom")
    both = {passage_iri(SNAPSHOT, 0, 1), passage_iri(SNAPSHOT, 5, 6)}
    assert {q.object for q in dataset.quads(PARTICIPATION, linked, None, DEFAULT)} == both
    when = Literal("2026-02-01T00:00:00Z", datatype=NamedNode(f"{XSD}dateTime"))
    gone = Quad(NamedNode(f"{ASSERTION}a"), INVALIDATED_AT, when, DEFAULT)
    submit(dataset, Submission(meta(), [gone]), shapes=None)
    left = {q.object for q in dataset.quads(PARTICIPATION, linked, None, DEFAULT)}
    assert left == {passage_iri(SNAPSHOT, 5, 6)}
    assert verify(dataset) == []


def test_what_is_derived_and_asserted_stays_when_only_the_rule_falls(dataset: Dataset) -> None:
    shortcut = Triple(EVENT, NamedNode(f"{SCHEMA}organizer"), AGENT)
    whole = assertion("a", *participation())
    put(dataset, whole, assertion("b", shortcut, passage=5))
    evidence = [q for q in whole.quads() if q.graph_name == whole.iri or q.subject == whole.iri]
    submit(dataset, Submission(meta(), (), evidence), shapes=None)
    assert shortcut in facts(dataset, EVENT)
    assert verify(dataset) == []


SUBJECTS = st.sampled_from([EVENT, OTHER])
TRIPLES = st.one_of(
    st.builds(year, SUBJECTS, st.sampled_from(["2014", "2015", "2016"])),
    st.sampled_from(participation()),
    st.builds(
        lambda subject, tag: Triple(subject, LABEL, Literal(f"name {tag}", language=tag)),
        SUBJECTS,
        st.sampled_from(["en", "ko", "fr"]),
    ),
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["assert", "withdraw", "deprecate", "remove", "name"]),
        st.sampled_from(["a", "b", "c"]),
        st.sets(TRIPLES, min_size=1, max_size=4),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_after_any_changes_the_default_graph_is_facts_records_and_derived(
    steps: list[tuple[str, str, set[Triple]]],
) -> None:
    with Dataset.open(None) as dataset:
        for step, name, triples in steps:
            iri = NamedNode(f"{ASSERTION}{name}")
            record = list(dataset.quads(iri, None, None, DEFAULT))
            added: list[Quad] = []
            removed: list[Quad] = []
            if step == "assert" and not record:
                added = list(assertion(name, *triples).quads())
            elif step == "withdraw" and record:
                when = Literal("2026-02-01T00:00:00Z", datatype=NamedNode(f"{XSD}dateTime"))
                added = [Quad(iri, INVALIDATED_AT, when, DEFAULT)]
            elif step == "deprecate" and record:
                removed = [quad for quad in record if quad.predicate == RANK]
                added = [Quad(iri, RANK, DEPRECATED, DEFAULT)]
            elif step == "remove" and record:
                removed = [*record, *dataset.quads(None, None, None, iri)]
            elif step == "name":
                editorial = NamedNode(GRAPH_EDITORIAL)
                names = [triple for triple in triples if triple.predicate == LABEL]
                added = [Quad(t.subject, t.predicate, t.object, editorial) for t in names]
            try:
                submit(dataset, Submission(meta(), added, removed), shapes=None)
            except NothingToCommit:
                continue
            assert verify(dataset) == []
