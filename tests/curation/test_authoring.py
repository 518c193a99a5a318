"""From authored YAML to assertions: what each form makes, and how a slip is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Triple

from curation.authored import read_folder
from curation.authoring import CompiledDocument, Compiler, compile_folder
from curation.documents import Document, passage_sha256
from curation.errors import AuthoringError, PassageUnknown
from curation.identifiers import entity_iri, node_iri
from curation.vocabulary import RDF_TYPE
from ontology.namespaces import CONCEPT, CV, DURE, GRAPH_EDITORIAL, ORG, SCHEMA, SKOS, XSD

TEXT = "GSEF and KCCA co-organised a training in Kampala from 21 to 23 August 2019; 60 people came."
HEAD = """
document: s900
source:
  title: {en: A page}
  language: en
  sha256: "%s"
  characters: %d
entities:
  gsef: {type: Network, label: {en: Global Social Economy Forum}}
  training: {type: Event, label: {en: Training in Kampala}, unnamed: true}
  kampala: {type: Place, label: {en: Kampala}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def compiled(folder: Path, body: str, *, at_hand: bool = True) -> tuple[Compiler, CompiledDocument]:
    import hashlib

    digest = hashlib.sha256(TEXT.encode()).hexdigest()
    (folder / "s900.yaml").write_text(HEAD % (digest, len(TEXT)) + body, encoding="utf-8")
    documents = {digest: Document(digest, TEXT)} if at_hand else {}
    compiler, documents_compiled = compile_folder(folder, documents)
    return compiler, documents_compiled[0]


def triples(folder: Path, fact: str) -> set[Triple]:
    compiler, document = compiled(folder, f"facts:\n  - {fact}\n")
    assert compiler.problems == []
    return set(document.entries[0].assertion.triples)


def test_a_participation_is_one_node_with_agent_and_role(folder: Path) -> None:
    found = triples(
        folder, "{at: 0-4, participation: {event: training, agent: gsef, role: co-organizer}}"
    )
    node = node_iri(
        "p", entity_iri("training").value, entity_iri("gsef").value, "role=co-organizer"
    )
    assert found == {
        Triple(node, RDF_TYPE, NamedNode(f"{CV}Participation")),
        Triple(entity_iri("training"), NamedNode(f"{CV}hasParticipation"), node),
        Triple(node, NamedNode(f"{CV}hasParticipant"), entity_iri("gsef")),
        Triple(node, NamedNode(f"{CV}role"), NamedNode(f"{CONCEPT}role/co-organizer")),
    }


@pytest.mark.parametrize(
    ("bound", "term"),
    [
        ("exact", "value"),
        ("about", "value"),
        ("moreThan", "minValue"),
        ("atLeast", "minValue"),
        ("upTo", "maxValue"),
        ("lessThan", "maxValue"),
    ],
)
def test_a_quantity_says_how_exact_it_is(folder: Path, bound: str, term: str) -> None:
    found = triples(
        folder, f"{{at: 76-78, is: {{training: {{headcount: {{value: 60, bound: {bound}}}}}}}}}"
    )
    by_predicate = {triple.predicate.value: triple.object for triple in found}
    assert by_predicate[f"{SCHEMA}{term}"] == Literal(60)
    assert by_predicate[f"{DURE}bound"] == NamedNode(f"{DURE}{bound}")


def test_money_is_a_decimal_with_its_printed_sign(folder: Path) -> None:
    found = triples(
        folder,
        '{at: 0-4, funding: {funder: gsef, amount: 17000000, printed: "$", funds: training}}',
    )
    by_predicate = {triple.predicate.value: triple.object for triple in found}
    assert by_predicate[f"{SCHEMA}value"] == Literal(
        "17000000.0", datatype=NamedNode(f"{XSD}decimal")
    )
    assert by_predicate[f"{DURE}currencyAsPrinted"] == Literal("$")
    assert f"{SCHEMA}currency" not in by_predicate


def test_a_printed_name_that_is_the_preferred_label_supports_it(folder: Path) -> None:
    names = "names:\n  kampala: [{text: Kampala, at: 41-48}]\n  gsef: [{text: GSEF, at: 0-4}]\n"
    _, document = compiled(folder, names)
    found = [item.assertion.triples[0] for item in document.entries]
    assert [(triple.predicate, triple.object) for triple in found] == [
        (NamedNode(f"{SKOS}prefLabel"), Literal("Kampala", language="en")),
        (NamedNode(f"{SKOS}altLabel"), Literal("GSEF", language="en")),
    ]


def test_an_alias_names_the_node_of_its_entry(folder: Path) -> None:
    body = """facts:
  - {at: 0-4, membership: {as: gsef-in-itself, member: training, organization: gsef, role: chair}}
  - at: 0-4
    participation: {event: training, agent: gsef, role: chair, capacity: gsef-in-itself}
"""
    compiler, document = compiled(folder, body)
    assert compiler.problems == []
    membership, participation = (item.assertion.triples for item in document.entries)
    (node,) = {t.subject for t in membership if t.predicate == RDF_TYPE}
    capacity = NamedNode(f"{DURE}inCapacity")
    assert [t.object for t in participation if t.predicate == capacity] == [node]
    assert Triple(node, RDF_TYPE, NamedNode(f"{ORG}Membership")) in membership


def test_types_and_labels_are_editorial_and_only_of_what_is_mentioned(folder: Path) -> None:
    _, document = compiled(folder, "facts:\n  - {at: 0-4, is: {training: {location: kampala}}}\n")
    editorial = [q for q in document.quads() if q.graph_name == NamedNode(GRAPH_EDITORIAL)]
    assert {q.subject for q in editorial} == {
        entity_iri("training"),
        entity_iri("kampala"),
        entity_iri("s900-document"),
    }


def test_passages_are_hashed_by_code_point(folder: Path) -> None:
    _, document = compiled(folder, "facts:\n  - {at: 5-8, is: {training: {location: kampala}}}\n")
    (passage,) = document.entries[0].assertion.passages
    assert passage.sha256 == passage_sha256("and")
    assert passage.iri.value.endswith("#char=5,8")


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        ("{at: 0-4, is: {training: {location: atlantis}}}", "no entity or alias 'atlantis'"),
        ("{at: 0-4, is: {training: {colour: red}}}", "no property colour"),
        ("{at: 0-4, is: {training: {kind: etype:party}}}", "no concept etype:party"),
        ("{at: 0-4, dance: {with: gsef}}", "no form 'dance'"),
        ("{at: 0-4, participation: {event: training, agent: gsef}}", "lacks ['role']"),
        ("{at: 0-4, participation: {event: training, agent: gsef, role: boss}}", "no concept boss"),
        ("{at: 0-9999, is: {training: {location: kampala}}}", "runs past the end"),
        ("{at: 0-4, is: {training: {startDate: 28th 3PM}}}", "is not a date"),
        ("{at: 0-4, is: {training: {headcount: {value: '1,700'}}}}", "is no number"),
        ("{at: 0-4, is: {training: {theme: {kr-: x}}}}", "is no language tag"),
        ("{at: 0-4, statement: {speaker: gsef, gist: x, text: y}}", "does not know ['text']"),
        ("{at: 0-4, is: 7}", "needs fields"),
    ],
)
def test_a_slip_is_told_with_its_place(folder: Path, fact: str, reason: str) -> None:
    compiler, _ = compiled(folder, f"facts:\n  - {fact}\n")
    (problem,) = compiler.problems
    assert reason in problem.reason
    assert problem.file == "s900.yaml"
    assert problem.where.startswith("entry 1 (")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("facts:\n  - {is: {training: {location: kampala}}}\n", "has no range"),
        ("facts:\n  - {at: 9-4, is: {training: {location: kampala}}}\n", "is no range"),
        ("facts:\n  - {at: 0-4, support: inferred, is: {training: {track: A}}}\n", "needs a note"),
        (
            "facts:\n  - {at: 0-4, support: maybe, is: {training: {track: A}}}\n",
            "support is one of",
        ),
        ("facts:\n  - {at: 0-4, is: {}, name: {}}\n", "exactly one form"),
        ("facts: [\n", "expected"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_its_place(
    folder: Path, body: str, reason: str
) -> None:
    with pytest.raises(AuthoringError, match=reason) as raised:
        compiled(folder, body)
    assert raised.value.file == "s900.yaml"


def test_yaml_keeps_dates_and_words_as_text(folder: Path) -> None:
    found = triples(folder, "{at: 0-4, is: {training: {startDate: 2019-08-21, track: no}}}")
    assert {triple.object for triple in found} == {
        Literal("2019-08-21", datatype=NamedNode(f"{XSD}date")),
        Literal("no"),
    }


def test_without_the_document_only_known_passages_compile(folder: Path) -> None:
    body = "facts:\n  - {at: 5-8, is: {training: {location: kampala}}}\n"
    _, with_document = compiled(folder, body)
    with pytest.raises(PassageUnknown, match="needs the document"):
        compiled(folder, body, at_hand=False)
    _, again = compile_folder(folder, {}, [with_document.trig()])
    assert again[0].trig() == with_document.trig()


def test_two_builds_give_identical_bytes_whatever_the_order_of_entries(folder: Path) -> None:
    facts = [
        "  - {at: 0-4, is: {training: {location: kampala}}}\n",
        "  - {at: 5-8, is: {training: {track: A}}}\n",
    ]
    _, one = compiled(folder, "facts:\n" + "".join(facts))
    _, other = compiled(folder, "facts:\n" + "".join(reversed(facts)))
    assert one.trig() == other.trig()


@given(st.text(min_size=1), st.text(min_size=1))
def test_identifiers_differ_where_keys_differ(one: str, other: str) -> None:
    assert (node_iri("p", one) == node_iri("p", other)) == (one == other)
    assert node_iri("p", one, other) != node_iri("p", one + other)


def test_shared_entities_are_read_from_a_file_without_a_document(folder: Path) -> None:
    (folder / "entities.yaml").write_text("entities: {seoul: {type: Place, label: {en: Seoul}}}")
    shared, files = read_folder(folder)
    assert list(shared) == ["seoul"]
    assert files == {}


def test_a_key_that_stands_twice_is_told(folder: Path) -> None:
    body = "names:\n  gsef: [{text: GSEF, at: 0-4}]\n  gsef: [{text: KCCA, at: 9-13}]\n"
    with pytest.raises(AuthoringError, match="'gsef' stands twice"):
        compiled(folder, body)


def test_a_document_has_one_file(folder: Path) -> None:
    (folder / "s900b.yaml").write_text("document: s900\n")
    with pytest.raises(AuthoringError, match="s900 has a file already"):
        compiled(folder, "")
