from __future__ import annotations

import pytest

from graphstore.rewritable import (
    RewritableQuery,
    conjuncts,
    is_call_of,
    joined,
    without_conjunct,
    without_element,
)
from graphstore.selectivity import OF_SUBJECT, UNKNOWN
from graphstore.sparql_edits import EditedText
from graphstore.sparql_scopes import Group
from graphstore.sparql_syntax import read_query


def query(text: str) -> tuple[RewritableQuery, Group]:
    found = RewritableQuery(read_query(text), one_graph=True, count=None)
    assert found.where is not None
    return found, found.where


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ASK { ?a <p> ?b FILTER(?a = 1) ?c <p> ?d }", "ASK { ?a <p> ?b  .  ?c <p> ?d }"),
        ("ASK { ?a <p> ?b . FILTER(?a = 1) ?c <p> ?d }", "ASK { ?a <p> ?b .  ?c <p> ?d }"),
        ("ASK { ?a <p> ?b FILTER(?a = 1) . ?c <p> ?d }", "ASK { ?a <p> ?b  .  ?c <p> ?d }"),
        ("ASK { ?a <p> ?b . FILTER(?a = 1) . ?c <p> ?d }", "ASK { ?a <p> ?b .  ?c <p> ?d }"),
        ("ASK { FILTER(?a = 1) ?c <p> ?d }", "ASK {  ?c <p> ?d }"),
        ("ASK { ?a <p> ?b FILTER(?a = 1) }", "ASK { ?a <p> ?b  }"),
        ("ASK { ?a <p> ?b FILTER(?a = 1) { } }", "ASK { ?a <p> ?b  { } }"),
    ],
)
def test_an_element_goes_without_a_trace(text: str, expected: str) -> None:
    _, group = query(text)
    (filter_,) = group.filters()
    edited = EditedText(text).apply([without_element(group, filter_.node)]).text
    assert edited == expected
    read_query(edited)


@pytest.mark.parametrize(
    ("condition", "gone", "expected"),
    [
        ("(?a = 1 && ?b = 2)", 0, "FILTER (?b = 2)"),
        ("((?a = 1) && (?b = 2 && ?c = 3))", 1, "FILTER (?a = 1 && ?c = 3)"),
        ("(?a = 1 && (?b = 2 || ?c = 3))", 0, "FILTER ((?b = 2 || ?c = 3))"),
        ("BOUND(?a)", 0, ""),
    ],
)
def test_a_conjunct_goes_alone(condition: str, gone: int, expected: str) -> None:
    text = f"ASK {{ ?a <p> ?b FILTER {condition} }}"
    _, group = query(text)
    (filter_,) = group.filters()
    edit = without_conjunct(group, filter_, conjuncts(filter_)[gone])
    assert EditedText(text).apply([edit]).text == f"ASK {{ ?a <p> ?b {expected} }}"


def test_joining_takes_what_is_certain() -> None:
    text = "ASK { ?a <p> ?b OPTIONAL { ?b <p> ?c } }"
    _, group = query(text)
    assert joined(group, frozenset("c"), "VALUES ?c { 1 }") is None
    edit = joined(group, frozenset("a"), "VALUES ?a { 1 }")
    assert edit is not None
    assert EditedText(text).apply([edit]).text.startswith("ASK { VALUES ?a { 1 } ?a <p> ?b ")


def test_the_anchor_is_the_rarest_constant() -> None:
    found, group = query("ASK { ?a <p> ?b . { ?b a <T> } OPTIONAL { <x> <p> ?b } }")
    assert OF_SUBJECT < found.anchor(group) < UNKNOWN
    found, group = query("ASK { ?a <p> ?b VALUES ?b { <x> <y> } }")
    assert found.anchor(group) < UNKNOWN
    assert found.anchor(group, without="b") == UNKNOWN


def test_calls_are_told_by_name() -> None:
    found, _ = query("ASK { FILTER(sameterm(?a, ?b) && <f>(?a) && BOUND(?a)) }")
    calls = [node for node in found.text.root.walk() if is_call_of("SAMETERM", node)]
    assert [found.source(node) for node in calls] == ["sameterm(?a, ?b)"]
