from __future__ import annotations

import pytest

from graphstore.query_hints import MAX_HINTS
from graphstore.rewriting import rewrite

PREFIX = "PREFIX : <http://example.org/>\n"


def hints(text: str) -> list[str]:
    return [hint.name for hint in rewrite(PREFIX + text).hints]


@pytest.mark.parametrize(
    ("text", "name", "column"),
    [
        ("SELECT ?x ?z { ?x :p ?y }", "never-bound", 11),
        ("SELECT (SUM(?v) AS ?t) { ?s :p ?w }", "never-bound", 13),
        ("SELECT ?s { ?s :p ?w } ORDER BY DESC(?v)", "never-bound", 38),
        ("CONSTRUCT { ?s :p ?t } { ?s :p ?w }", "never-bound", 19),
        ("SELECT ?s { ?s :p ?w FILTER(?v > 1) }", "never-bound", 29),
        ("SELECT ?s { ?s :p ?w { ?s :q ?v FILTER(?v > ?w) } }", "never-bound", 45),
        ("SELECT * { ?a :p ?b . ?c :q ?d }", "cross-product", 23),
        ("SELECT * { ?a :p ?b . { ?c :q ?d } UNION { ?c :r ?d } }", "cross-product", 23),
        ("SELECT * { ?a :p ?b OPTIONAL { ?b :q ?c } OPTIONAL { ?c :r ?d } }",
         "optional-on-optional", 43),
        ("SELECT * { ?a :p ?b MINUS { ?c :q ?d } }", "minus-without-effect", 21),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", "reads-everything", 27),
        ("SELECT * { ?a :p* ?b }", "path-of-length-zero", 15),
        ("SELECT * { ?a :p ?b FILTER(CONTAINS(LCASE(?b), 'x')) }", "text-search", 28),
        ("SELECT * { ?a :p ?b FILTER(STR(?b) = 'x') }", "compares-text", 28),
        ("SELECT * { ?a :p ?b } ORDER BY ?b LIMIT 10", "order-by-limit", 23),
        ("SELECT * { ?a :p ?b OPTIONAL { ?b :q ?c } FILTER NOT EXISTS { ?c :r ?d . ?d :s ?a } }",
         "tried-on-every-solution", 50),
    ],
)  # fmt: skip
def test_hints_are_given_with_their_place(text: str, name: str, column: int) -> None:
    (hint,) = rewrite(PREFIX + text).hints
    assert (hint.name, hint.line, hint.column) == (name, 2, column)
    assert len(hint.message) < 220


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?x (COUNT(?y) AS ?n) { ?x :p ?y } GROUP BY ?x HAVING(?n > 1) ORDER BY ?n",
        "SELECT ?k { ?x :p ?y } GROUP BY (STR(?y) AS ?k)",
        "SELECT ?x ?v { ?x :p ?y } VALUES ?v { 1 }",
        "SELECT ?x { ?x :p ?y OPTIONAL { ?x :q ?z FILTER(?z > ?y) } }",
        "SELECT ?x { ?x :p ?y FILTER EXISTS { ?x :q ?z FILTER(?z > ?y) } }",
        "SELECT ?x { ?x :p ?y . :a :q ?z }",
        "SELECT * { ?x :p ?d BIND(YEAR(?d) AS ?y) ?e :year ?y }",
        "SELECT * { ?x :p _:b . _:b :q ?y }",
        "SELECT * { ?x :p ?y { SELECT (COUNT(*) AS ?n) { ?a :p ?b } } }",
        "SELECT * { ?x :p ?y OPTIONAL { ?x :q ?a . ?y :q ?b } }",
        "SELECT * { ?x :p ?y MINUS { ?y :q ?z } }",
        "SELECT * { ?a :p/:q* ?b }",
        "SELECT * { ?a :p ?b . ?b :q* ?c }",
        "SELECT * { :a :p* ?c }",
        "SELECT * { :a ?p ?o . FILTER(?p = :x) }",
        "SELECT * { :a :p ?b FILTER(CONTAINS(?b, 'x')) } ORDER BY ?b LIMIT 3",
        "SELECT ?x (COUNT(*) AS ?n) { ?x :p ?y } GROUP BY ?x ORDER BY ?n LIMIT 3",
        "DESCRIBE :a",
        "INSERT DATA { :a :b :c , :d }",
    ],
)
def test_sound_queries_get_none(text: str) -> None:
    assert hints(text) == []


def test_a_misspelling_is_guessed() -> None:
    (hint,) = rewrite(PREFIX + "SELECT ?lable { ?s :p ?label }").hints
    assert "?label" in hint.message


def test_variables_that_a_filter_equates_should_be_one() -> None:
    (hint,) = rewrite(PREFIX + "SELECT * { ?a :p ?b . ?c :q ?d FILTER(?b = ?d) }").hints
    assert "use one" in hint.message


def test_hints_are_few_and_each_is_given_once() -> None:
    parts = "?a :p ?b MINUS { ?c :q ?d } ?e :p ?f MINUS { ?g :q ?h } OPTIONAL { ?x :p ?y } "
    text = (
        f"SELECT ?z {{ {parts * 3} FILTER(REGEX(?b, 'x') && STR(?b) = 'x') }} ORDER BY ?b LIMIT 1"
    )
    given = hints(text)
    assert len(given) == len(set(given)) <= MAX_HINTS
