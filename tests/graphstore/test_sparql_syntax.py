from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphstore.sparql_syntax import Node, SparqlUnreadable, read_query, read_update


def test_nodes_know_their_places() -> None:
    text = "SELECT ?s { ?s a <t> . FILTER(?s = <x>) }"
    query = read_query(text)
    (filter_,) = [node for node in query.root.walk() if node.kind == "Filter"]
    assert query.source(filter_) == "FILTER(?s = <x>)"
    (relation,) = [node for node in filter_.walk() if node.kind == "RelationalExpression"]
    assert [query.source(node) for node in relation.children] == ["?s", "=", "<x>"]
    assert query.position(filter_.start) == (1, 24)
    assert read_query("ASK\n{ }").position(4) == (2, 1)


def test_first_and_every_look_among_the_children() -> None:
    group = read_query("ASK { VALUES ?x { 1 2 } }").root
    values = next(node for node in group.walk() if node.kind == "InlineDataOneVar")
    assert [node.kind for node in values.every("INTEGER", "UNDEF")] == ["INTEGER", "INTEGER"]
    assert values.first("UNDEF") is None
    assert repr(values.first("Var")) == "<Var 13–15>"


@pytest.mark.parametrize(
    "text",
    [
        "ASK {}",
        "DESCRIBE <x>",
        "SELECT (COUNT(DISTINCT *) AS ?n) {} GROUP BY (?x + 1 AS ?y) HAVING(?y > 2)",
        "SELECT * { { SELECT ?x { ?x ?y ?z } LIMIT 1 } UNION {} }",
        "ASK { ?x ?y ?z MINUS { ?a (<p>/^<q>|!(<r>|^a))* ?b } } ORDER BY DESC(?y)",
        "CONSTRUCT WHERE { ?s <p> ( 1 [ <q> 2 ] ) ; a [] ; }",
        "SELECT (1-1 AS ?a) { FILTER NOT EXISTS { GRAPH ?g { } } }",
        "ASK { BIND(IF(?x IN (1, 2), ?y, -?z) AS ?q) }",
        "ASK { FILTER(" + "(" * 2000 + "1" + ")" * 2000 + ") }",
        "ASK { VALUES (?a ?b) { (1 UNDEF) () } VALUES () { () } } ",
    ],
)  # fmt: skip
def test_queries_are_read(text: str) -> None:
    assert read_query(text).root.end == len(text)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", 0),
        ("ASK { ?s ?p }", 12),
        ("SELECT { }", 7),
        ("ASK { ?s ?p ?o ~ }", 15),
        ("SELECT * { ?s ?p ?o } LIMIT ?x", 28),
        ("ASK {} ASK {}", 7),
    ],
)
def test_what_is_no_query_has_a_place(text: str, place: int) -> None:
    with pytest.raises(SparqlUnreadable) as raised:
        read_query(text)
    assert raised.value.place == place


def test_an_update_may_be_empty_and_end_in_a_semicolon() -> None:
    assert read_update("").root.kind == "UpdateUnit"
    read_update("PREFIX a: <b> CLEAR ALL ; PREFIX a: <c> DROP DEFAULT ;")
    with pytest.raises(SparqlUnreadable):
        read_update("CLEAR ALL DROP ALL")


@given(
    st.lists(st.sampled_from("SELECT * ASK { } ?s <p> a:b ( ) 1 'x' FILTER || = . ; , [ ]".split()))
)
def test_any_text_is_read_or_refused_with_a_place(words: list[str]) -> None:
    text = " ".join(words)
    try:
        nodes = list(read_query(text).root.walk())
    except SparqlUnreadable as error:
        nodes = [Node("error", 0, error.place)]
    for node in nodes:
        assert 0 <= node.start <= node.end <= len(text)
        places = [place for child in node.children for place in (child.start, child.end)]
        assert places == sorted(places)
