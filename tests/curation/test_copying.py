"""The copy check: eight words in a row of a source are too many, in any script."""

from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from curation.copying import copied
from ontology.namespaces import DCT, SKOS

SOURCE = "One two three, four five six seven eight nine. 하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉."


def quad(text: str, predicate: str = f"{DCT}description") -> Quad:
    subject = NamedNode("https://w3id.org/dure/id/x")
    return Quad(subject, NamedNode(predicate), Literal(text, language="en"), DefaultGraph())


@pytest.mark.parametrize(
    "text",
    [
        "two three four five six seven eight nine",
        "it says ONE: two -- three four, five six seven (eight) and so on",
        "둘 셋 넷 다섯 여섯 일곱 여덟 아홉",
    ],
)
def test_eight_words_in_a_row_are_found(text: str) -> None:
    assert [found for found, _ in copied([quad(text)], [SOURCE])] == [quad(text)]


@pytest.mark.parametrize(
    "text", ["two three four five six seven eight", "nine eight seven six five four three two one"]
)
def test_fewer_words_or_another_order_pass(text: str) -> None:
    assert copied([quad(text)], [SOURCE]) == []


def test_names_and_titles_are_facts() -> None:
    name = "One two three, four five six seven eight nine"
    quads = [quad(name, f"{SKOS}prefLabel"), quad(name, f"{DCT}title")]
    assert copied(quads, [SOURCE]) == []


def test_words_do_not_run_on_from_one_source_to_the_next() -> None:
    assert copied([quad("a b c d e f g h")], ["a b c d", "e f g h"]) == []
