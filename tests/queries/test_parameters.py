from __future__ import annotations

from typing import Any

import pytest
from pyoxigraph import Literal, NamedNode

from graphstore.dataset import Dataset
from graphstore.terms import Term
from ontology.namespaces import CONCEPT, XSD
from queries.errors import BadParameter
from queries.names import NameIndex
from queries.parameters import Parameter


def parameter(**fields: Any) -> Parameter:
    header = {"name": "p", "title": "A parameter", "title-ko": "매개 변수", **fields}
    return Parameter.read(header)


def bound(given: Parameter, value: str, dataset: Dataset) -> dict[str, Term]:
    return given.bindings(value, dataset, NameIndex(dataset).bearers)


def refused(given: Parameter, value: str, dataset: Dataset) -> BadParameter:
    with pytest.raises(BadParameter) as refusal:
        bound(given, value, dataset)
    return refusal.value


# ---- dates


def days(value: str, bound_of_date: str, dataset: Dataset) -> list[str]:
    found = bound(parameter(type="date", bound=bound_of_date), value, dataset)
    assert all(
        isinstance(day, Literal) and day.datatype.value == f"{XSD}date" for day in found.values()
    )
    return [day.value for day in found.values() if isinstance(day, Literal)]


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2019-10", "2019-10-01", "2019-10-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019-10-28", "2019-10-28", "2019-10-28"),
        ("2019-10-28T09:00:00+09:00", "2019-10-28", "2019-10-28"),
        ("196X", "1960-01-01", "1969-12-31"),
        ("2019-08-21/2019-08-23", "2019-08-21", "2019-08-23"),
        ("0001-01-01", "0001-01-01", "0001-01-01"),
        ("9999-12-31", "9999-12-31", "9999-12-31"),
    ],
)
def test_a_partial_date_is_bounded_by_its_days(
    value: str, first: str, last: str, bundled: Dataset
) -> None:
    assert days(value, "first", bundled) == [first]
    assert days(value, "last", bundled) == [last]
    assert days(value, "period", bundled) == [first, last]


def test_a_period_binds_two_variables(bundled: Dataset) -> None:
    assert set(bound(parameter(type="date", bound="period"), "2019", bundled)) == {
        "pFirst",
        "pLast",
    }


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2019-13",
        "2019-02-30",
        "28.10.2019",
        "XXXX-XX-28",
        "2019/..",
        "../2019",
        "0000",
    ],
)
def test_what_is_no_date_is_refused(value: str, bundled: Dataset) -> None:
    assert "is no date" in refused(parameter(type="date"), value, bundled).reason


# ---- integers and strings


def test_an_integer_becomes_an_integer(bundled: Dataset) -> None:
    assert bound(parameter(type="integer"), "2", bundled) == {"p": Literal(2)}


@pytest.mark.parametrize("value", ["two", "2.5", "1e3", "0x10", "9" * 30])
def test_what_is_no_integer_is_refused(value: str, bundled: Dataset) -> None:
    assert "is no whole number" in refused(parameter(type="integer"), value, bundled).reason


def test_a_string_is_bound_as_it_is(bundled: Dataset) -> None:
    hostile = '" } DROP ALL #'
    assert bound(parameter(type="string"), hostile, bundled) == {"p": Literal(hostile)}


def test_a_string_may_have_to_be_one_of_some(bundled: Dataset) -> None:
    chosen = parameter(type="string", allowed=["en", "ko"])

    assert bound(chosen, "ko", bundled) == {"p": Literal("ko")}
    assert refused(chosen, "fr", bundled).allowed == ("en", "ko")


# ---- concepts

TRAINING = NamedNode(f"{CONCEPT}event-type/training")
EVENT_TYPE = parameter(type="concept", scheme="event-type")


@pytest.mark.parametrize(
    "value",
    [
        "training",
        "etype:training",
        "event-type:training",
        TRAINING.value,
        f"<{TRAINING.value}>",
        "Training",
    ],
)
def test_a_concept_can_be_written_in_many_ways(value: str, bundled: Dataset) -> None:
    assert bound(EVENT_TYPE, value, bundled) == {"p": TRAINING}


def test_a_concept_can_be_named_in_korean(bundled: Dataset) -> None:
    assert bound(parameter(type="concept", scheme="role"), "공동 주최자", bundled) == {
        "p": NamedNode(f"{CONCEPT}role/co-organizer")
    }


@pytest.mark.parametrize(
    "value", ["trainign", "etype:trainign", "role:chair", "https://example.org/x"]
)
def test_what_is_no_concept_of_the_scheme_is_refused(value: str, bundled: Dataset) -> None:
    error = refused(EVENT_TYPE, value, bundled)

    assert "training" in error.allowed
    assert "chair" not in error.allowed


def test_a_misspelt_concept_gets_a_suggestion(bundled: Dataset) -> None:
    assert "did you mean training" in refused(EVENT_TYPE, "trainign", bundled).reason


# ---- entities

ANY = parameter(type="entity")
ACTOR = parameter(type="entity", classes=["foaf:Agent"])


def entity(given: Parameter, value: str, dataset: Dataset) -> str:
    found = bound(given, value, dataset)["p"]
    assert isinstance(found, NamedNode)
    return found.value.rpartition("/")[2]


def test_an_entity_can_be_written_in_many_ways(bundled: Dataset) -> None:
    slug = entity(ANY, "Kampala Capital City Authority", bundled)

    for value in (slug, f"id:{slug}", f"https://w3id.org/dure/id/{slug}", "KCCA", "캄팔라 수도청"):
        assert entity(ANY, value, bundled) == slug


def test_a_name_is_looked_for_among_the_classes_of_the_parameter(bundled: Dataset) -> None:
    place = parameter(type="entity", classes=["dure:Place"])

    assert entity(ACTOR, "Suwon-si", bundled).startswith("suwon-gov-")
    assert entity(place, "Suwon-si", bundled).startswith("suwon-")
    assert entity(ACTOR, "Suwon-si", bundled) != entity(place, "Suwon-si", bundled)


def test_an_ambiguous_name_lists_its_bearers_and_is_not_guessed(bundled: Dataset) -> None:
    error = refused(ACTOR, "Seo-gu", bundled)

    assert error.reason.startswith("2 things are called 'Seo-gu'")
    assert [candidate.partition(" ")[2] for candidate in sorted(error.allowed)] == [
        "(Seo-gu, Daejeon, Government)",
        "(Seo-gu, Gwangju, Government)",
    ]


@pytest.mark.parametrize(
    "value", ["id:no-such-0000", "https://example.org/nobody", "no-such-0000", "Nobody at all"]
)
def test_what_is_not_there_is_refused(value: str, bundled: Dataset) -> None:
    assert refused(ANY, value, bundled).reason


def test_a_source_can_be_named_by_its_title(bundled: Dataset) -> None:
    source = parameter(type="entity", classes=["dure:Snapshot"])

    assert bound(source, "GSEF learning events", bundled)["p"] == NamedNode(
        "https://w3id.org/dure/doc/b605b081e803a07a"
    )


# ---- headers


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "iri"},
        {"type": "concept"},
        {"type": "date", "scheme": "role"},
        {"type": "string", "colour": "red"},
    ],
)
def test_a_header_that_makes_no_sense_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"parameter needs|has a scheme"):
        parameter(**fields)
