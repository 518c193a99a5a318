from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.log import CommitMeta
from ontology.namespaces import DURE, ID, RDF, SCHEMA, SKOS
from queries.catalog import Catalog, read_question
from queries.errors import BadParameter, UnknownQuestion

TEXT = """\
#+ title: Places
#+ title-ko: 장소
#+ summary: Which places are there?
#+ summary-ko: 어떤 장소가 있는가?
#+ description: >
#+   All of them,
#+   one row each.
#+ description-ko: 모두를 한 줄씩 보여 준다.
#+ tags: [places]
#+ params:
#+   - {name: within, title: Within, title-ko: 속한 곳, type: entity, example: Korea}
#+   - {name: since, title: Since, title-ko: 이후, type: date, default: "0001-01-01"}
#+ answer:
#+   place: {en: place, ko: 장소, iri: true}
#+   source: {en: source, ko: 출처, iri: only}
PREFIX schema: <https://schema.org/>
SELECT ?place ?placeLabel ?source ?within ?since WHERE { ?place schema:containedInPlace ?within }
ORDER BY ?place
LIMIT 50
"""


def test_a_file_becomes_a_question() -> None:
    question = read_question("places-here", TEXT)

    assert question.name == "places-here"
    assert question.title == {"en": "Places", "ko": "장소"}
    assert question.description["en"] == "All of them, one row each."
    assert question.tags == ("places",)
    assert question.limit == 50
    assert question.text == TEXT
    assert [(item.name, item.type, item.default) for item in question.parameters] == [
        ("within", "entity", None),
        ("since", "date", "0001-01-01"),
    ]
    assert question.examples() == {"within": "Korea"}


def test_a_column_of_iris_brings_that_of_its_labels() -> None:
    columns = read_question("places-here", TEXT).columns

    assert [(column.name, column.title["en"]) for column in columns] == [
        ("place", "place (IRI)"),
        ("placeLabel", "place"),
        ("source", "source (IRI)"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("#+ tags: [places]\n", "", "the header needs"),
        ("#+ tags: [places]\n", "#+ tags: [places]\n#+ colour: red\n", "the header needs"),
        ("LIMIT 50\n", "", "has no LIMIT"),
        ("{en: place,", "{en: place, or town,", "column place needs en and ko"),
    ],
)
def test_an_incomplete_file_is_refused(old: str, new: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        read_question("places-here", TEXT.replace(old, new))


def test_questions_come_in_order_of_name(catalog: Catalog) -> None:
    found = [question.name for question in catalog]

    assert found == sorted(found)
    assert len(catalog) == len(found) == len(catalog.questions)


def test_an_unknown_question_is_refused_with_its_neighbours(catalog: Catalog) -> None:
    with pytest.raises(UnknownQuestion) as refusal:
        catalog["co-organizers"]

    assert "co-organisers" in refusal.value.near


def test_an_unknown_parameter_is_refused_with_the_known_ones(
    catalog: Catalog, bundled: Dataset
) -> None:
    with pytest.raises(BadParameter) as refusal:
        catalog.run(bundled, "co-organisers", {"who": "GSEF"})

    assert refusal.value.name == "who"
    assert refusal.value.allowed == ("actor", "eventType", "topic", "from", "to")


def test_a_required_parameter_is_required(catalog: Catalog, bundled: Dataset) -> None:
    with pytest.raises(BadParameter, match="is required, for example"):
        catalog.run(bundled, "members", {"organization": " "})


def test_an_optional_parameter_that_is_not_given_stays_unbound(
    catalog: Catalog, bundled: Dataset
) -> None:
    assert set(catalog.bindings(bundled, "co-organisers", {"actor": ""})) == {"from", "to"}


def test_a_value_cannot_change_the_query(catalog: Catalog, bundled: Dataset) -> None:
    hostile = 'fr" ) } UNION { ?work ?event ?source } #'
    params = {"language": hostile}

    assert list(catalog.run(bundled, "resources", params)) == []


def place(key: str, name: str) -> list[Quad]:
    node = NamedNode(f"{ID}{key}")
    return [
        Quad(node, NamedNode(f"{RDF}type"), NamedNode(f"{DURE}Place"), DefaultGraph()),
        Quad(node, NamedNode(f"{SKOS}prefLabel"), Literal(name, language="en"), DefaultGraph()),
        Quad(node, NamedNode(f"{SCHEMA}floorLevel"), Literal("1"), DefaultGraph()),
    ]


def test_names_are_read_again_after_a_commit() -> None:
    catalog = Catalog((read_question("places-here", TEXT),))
    meta = CommitMeta("a test", "add a place", datetime(2026, 1, 1, tzinfo=UTC))
    with Dataset.open(None) as dataset:
        dataset.commit(Changeset(frozenset(place("one-aaaa", "Here"))), meta, shapes=None)
        first = catalog.bindings(dataset, "places-here", {"within": "here"})
        dataset.commit(Changeset(frozenset(place("two-bbbb", "HERE"))), meta, shapes=None)

        with pytest.raises(BadParameter, match="2 things are called"):
            catalog.bindings(dataset, "places-here", {"within": "here"})

    assert first["within"] == NamedNode(f"{ID}one-aaaa")
