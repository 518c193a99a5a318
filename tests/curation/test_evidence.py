"""What a passage must print for the fact that cites it, and how much of a text is cited."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Triple

from curation.authored import Range
from curation.dates import typed_date
from curation.documents import Document
from curation.evidence import coverage, missing
from ontology.namespaces import SCHEMA, SKOS, XSD

SUBJECT = NamedNode("https://w3id.org/dure/id/x")


def fact(value: Literal, predicate: str = f"{SCHEMA}value") -> list[Triple]:
    return [Triple(SUBJECT, NamedNode(predicate), value)]


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1700", "some 1,700 participants"),
        ("46000000000", "set apart 46 billion won"),
        ("1.28", "was 1.28 billion dollars"),
        ("1280000000", "was 1.28 billion dollars"),
        ("3", "three days"),
        ("28", "On the 28th at 3 PM"),
        ("0.4", "to the order of 0.4%."),
        ("60", "over\u00a060 participants"),
    ],
)
def test_a_number_may_be_printed_in_many_ways(number: str, text: str) -> None:
    kind = "decimal" if "." in number else "integer"
    literal = Literal(number, datatype=NamedNode(f"{XSD}{kind}"))
    assert missing(fact(literal), [text]) == []


def test_a_number_that_is_not_printed_is_told() -> None:
    assert missing(fact(Literal(17)), ["170 members in 2017"]) == ["number 17"]


@pytest.mark.parametrize(
    ("date", "text"),
    [
        ("2013-03", "established in March 2013"),
        ("2019-08-21/2019-08-23", "21 Aug 2019 to 23 Aug 2019"),
        ("2013-01-23", "on 23rd of January, 2013"),
        ("196X", "in late 60s"),
        ("XXXX-XX-28", "On the 28th"),
        ("2019-10-28T13:30:00+09:00", "Oct. 28 th 2019 … 13:30~15:30"),
    ],
)
def test_a_date_may_be_printed_in_many_ways(date: str, text: str) -> None:
    assert missing(fact(typed_date(date), f"{SCHEMA}startDate"), [text]) == []


@pytest.mark.parametrize(
    ("date", "text", "lacking"),
    [
        ("2018-10-01", "on Oct. 1", "year 2018 of date 2018-10-01"),
        ("2018-10", "in 2018", "month october of date 2018-10"),
        ("2018-10-02", "12 Oct 2018", "day 2 of date 2018-10-02"),
    ],
)
def test_a_date_more_precise_than_its_passage_is_told(date: str, text: str, lacking: str) -> None:
    assert missing(fact(typed_date(date), f"{SCHEMA}startDate"), [text]) == [lacking]


def test_a_name_is_compared_with_spaces_of_any_kind() -> None:
    name = Literal("Park Won-soon", language="en")
    assert missing(fact(name, f"{SKOS}altLabel"), ["Mayor Park\u00a0 Won-soon"]) == []
    assert missing(fact(name, f"{SKOS}altLabel"), ["Mayor Park Wonsoon"]) == [
        "name 'Park Won-soon'"
    ]


def test_coverage_counts_neither_white_space_nor_noise() -> None:
    document = Document("0" * 64, "abcd efgh NOISE")
    found = coverage(document, [Range(0, 4)], [Range(10, 15)])
    assert found.share == 0.5


def test_a_gap_is_a_stretch_of_words_that_nothing_cites() -> None:
    document = Document("0" * 64, "cited words, then five words left alone")
    found = coverage(document, [Range(0, 12)], [])
    assert found.gaps == (Range(12, len(document.text)),)
