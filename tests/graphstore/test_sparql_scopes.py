from __future__ import annotations

import pytest

from graphstore.sparql_scopes import Group, groups_of, is_grouped, where_group
from graphstore.sparql_syntax import read_query


def group_of(text: str) -> Group:
    group = where_group(read_query(text))
    assert group is not None
    return group


def names(variables: frozenset[str]) -> str:
    return "".join(sorted(variables))


@pytest.mark.parametrize(
    ("body", "certain", "possible"),
    [
        ("?a <p> ?b", "ab", "ab"),
        ("?a <p>* ?b . [] ?c ( ?d 1 )", "abcd", "abcd"),
        ("?a <p> ?b OPTIONAL { ?b <p> ?c }", "ab", "abc"),
        ("{ ?a <p> ?b } UNION { ?a <p> ?c }", "a", "abc"),
        ("{ ?a <p> ?b . { ?c <p> ?d } }", "abcd", "abcd"),
        ("?a <p> ?b MINUS { ?a <p> ?c }", "ab", "ab"),
        ("?a <p> ?b FILTER EXISTS { ?a <p> ?c }", "ab", "ab"),
        ("?a <p> ?b BIND(?a + 1 AS ?c)", "ab", "abc"),
        ("VALUES ?a { 1 2 }", "a", "a"),
        ("VALUES ?a { 1 UNDEF }", "", "a"),
        ("VALUES (?a ?b) { (1 UNDEF) (2 3) }", "a", "ab"),
        ("GRAPH ?g { ?a <p> ?b }", "abg", "abg"),
        ("GRAPH <g> { ?a <p> ?b }", "ab", "ab"),
        ("GRAPH ?g { VALUES ?a { 1 } }", "a", "ag"),  # the engine may forget the graph
        ("{ SELECT ?a (?b AS ?c) { ?a <p> ?b . ?d <p> ?e } }", "a", "ac"),
        ("{ SELECT * { ?a <p> ?b } VALUES ?c { 1 } }", "abc", "abc"),
        ("{ SELECT ?a ?b (COUNT(*) AS ?c) { ?a <p> ?b } GROUP BY ?a }", "a", "abc"),
        ("{ SELECT (COUNT(*) AS ?c) { ?a <p> ?b } }", "", "c"),
    ],
)
def test_what_a_group_binds(body: str, certain: str, possible: str) -> None:
    group = group_of(f"SELECT * {{ {body} }}")
    assert (names(group.certain), names(group.possible)) == (certain, possible)


def test_groups_know_what_is_around_them() -> None:
    text = "ASK { OPTIONAL { ?a <p> ?b { } } GRAPH ?g { ?c <p> ?d OPTIONAL { ?e <p> ?f } } }"
    found = [(group.is_optional, group.in_graph) for group in groups_of(group_of(text))]
    assert found == [(False, False), (True, False), (False, False), (False, True), (True, True)]


def test_groups_inside_exists_are_left_out() -> None:
    group = group_of("ASK { ?a <p> ?b FILTER NOT EXISTS { ?c <p> ?d } MINUS { ?e <p> ?f } }")
    assert [names(item.possible) for item in groups_of(group)] == ["ab", "ef"]
    assert [names(item.mentions) for item in group.filters()] == ["cd"]


@pytest.mark.parametrize(
    ("variable", "place"),
    [("a", "?a <p> ?b"), ("c", "?a <p> ?b"), ("e", "?e <p> ?f"), ("d", None), ("z", None)],
)
def test_where_a_relation_may_be_joined(variable: str, place: str | None) -> None:
    text = "ASK { ?a <p> ?b FILTER(?a != ?c) ?b <p> ?c OPTIONAL { ?c <p> ?d } ?e <p> ?f }"
    found = group_of(text).place_where_certain(frozenset([variable]))
    assert found == (None if place is None else text.index(place))


def test_a_subquery_is_joined_from_outside_only() -> None:
    group = group_of("ASK { { SELECT ?a { ?a <p> ?b } } }")
    subquery = group.elements[0].groups[0]
    assert subquery.select is not None
    assert subquery.place_where_certain(frozenset("a")) is None
    assert group.place_where_certain(frozenset("a")) == 6


def test_queries_without_a_pattern_have_no_group() -> None:
    assert where_group(read_query("DESCRIBE <a>")) is None
    assert where_group(read_query("CONSTRUCT WHERE { ?a <p> ?b }")) is None


@pytest.mark.parametrize(
    ("text", "grouped"),
    [
        ("SELECT ?a { }", False),
        ("SELECT ?a { } GROUP BY ?a", True),
        ("SELECT (COUNT(*) AS ?n) { }", True),
        ("SELECT ?a { } ORDER BY COUNT(?a)", True),
        ("SELECT ?a { { SELECT (COUNT(*) AS ?n) { } } }", False),
    ],
)
def test_aggregates_make_groups(text: str, grouped: bool) -> None:
    assert is_grouped(read_query(text).root.children[1]) is grouped
