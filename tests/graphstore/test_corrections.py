"""Queries that the engine answers otherwise than SPARQL says, and what they are put as.

The expected answers are worked out by hand from SPARQL 1.1 §18; those of subqueries in every graph
are also compared with the same subquery asked of each graph alone.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from graphstore.corrections import correct

E = "http://e/"
PROLOGUE = f"PREFIX : <{E}> "
Row = frozenset[tuple[str, str]]


def node(name: str) -> NamedNode:
    return NamedNode(f"{E}{name}")


@pytest.fixture(scope="module")
def store() -> Store:
    """Three graphs: two with :p, one with :q only; and the default graph with one triple."""
    store = Store()
    store.add(Quad(node("a"), node("p"), node("b")))
    store.add(Quad(node("a"), node("p"), Literal(3), node("g1")))
    store.add(Quad(node("b"), node("p"), Literal(4), node("g1")))
    store.add(Quad(node("a"), node("p"), Literal(5), node("g2")))
    store.add(Quad(node("z"), node("q"), Literal(1), node("g3")))
    return store


def short(term: object) -> str:
    if isinstance(term, NamedNode):
        return term.value.removeprefix(E)
    return term.value if isinstance(term, Literal) else "_"


def solutions(store: Store, text: str, graph: NamedNode | None = None) -> Counter[Row]:
    """Return the solutions as a multiset; `graph` makes one graph the default graph."""
    found = store.query(text, default_graph=graph)
    assert isinstance(found, QuerySolutions)
    names = [variable.value for variable in found.variables]
    return Counter(
        frozenset((name, short(row[name])) for name in names if row[name] is not None)
        for row in found
    )


def rows(*given: dict[str, str]) -> Counter[Row]:
    return Counter(frozenset(row.items()) for row in given)


CORRECTED = {
    "group-concat-to-string": [
        ('SELECT (GROUP_CONCAT(?o) AS ?x) { VALUES ?o { "1"@en } FILTER(LANG(?o) = "en") }', "1"),
    ],
    "zero-length-path": [
        ("SELECT ?x { ?x :p* :nowhere }", "nowhere"),
        ("SELECT ?x { :nowhere :p? ?x }", "nowhere"),
        ("SELECT ?x { :nowhere (:p/:q|^:p)* ?x }", "nowhere"),
        ('SELECT ?x { ?x :p* "nowhere"@en }', "nowhere"),
        ("SELECT ?x { :a :p ?x . :nowhere :p* ?y . ?x ^:p :a }", "b"),
        ("SELECT ?x { :a :p ?x OPTIONAL { ?x :p ?z . :nowhere :p* ?z } }", "b"),
        ("SELECT ?x { { SELECT ?x { ?x :p* :nowhere } } }", "nowhere"),
    ],
    "disjoint-minus": [
        ("SELECT ?x { GRAPH ?g { ?x :q 1 MINUS { ?y :q 1 } } }", "z"),
        ("SELECT ?x { GRAPH ?g { ?x :q 1 . MINUS { ?y :q 1 MINUS { ?w :q 1 } } ?x ?v ?u } }", "z"),
        ("SELECT ?x { GRAPH ?g { MINUS { ?x :q 1 } ?x :q 1 } }", "z"),
    ],
    "values-beside-graph": [
        ('SELECT ?x { GRAPH ?g { VALUES (?g ?x) { (:g1 "in") (:none "out") } } }', "in"),
    ],
    "boolean-keyword": [("SELECT ?x { BIND(TRUE AS ?x) FILTER(!False) }", "true")],
}


@pytest.mark.parametrize(
    ("rule", "query", "value"),
    [(rule, *case) for rule, cases in CORRECTED.items() for case in cases],
)
def test_the_answer_is_that_of_sparql(store: Store, rule: str, query: str, value: str) -> None:
    corrected = correct(PROLOGUE + query, store)
    assert [change.name for change in corrected.rewrites] == [rule]
    assert solutions(store, corrected.text) == rows({"x": value})


UNTOUCHED = (
    "SELECT ?x { ?x :p* :b }",
    "SELECT ?x { :a :p? ?x }",
    "SELECT ?x { :nowhere :p+ ?x }",
    "SELECT ?x { :nowhere :p*/:q ?x }",
    "SELECT ?x { GRAPH ?g { ?x :p* :nowhere } }",
    "SELECT ?x FROM :g1 { ?x :p* :nowhere }",
    "SELECT ?x { ?y :p* ?x }",
    "SELECT ?x { :nowhere :p*, :q ?x }",
    "SELECT (STR(GROUP_CONCAT(?o)) AS ?x) { ?s ?p ?o }",
    "SELECT ?x { GRAPH ?g { ?x :p ?y MINUS { ?x :p 5 } } }",
    "SELECT ?x { ?x :p ?y MINUS { ?w :q ?z } }",
    "SELECT ?x { GRAPH ?g { ?x :p ?y VALUES ?y { 3 } } }",
    "SELECT ?g { GRAPH ?g {} }",
    "SELECT ?x { GRAPH ?g { SELECT ?x { ?x :p ?y } LIMIT 1 } }",
    "SELECT ?x { GRAPH ?g { SELECT ?x ?g { ?x :p ?g } } }",
    "SELECT ?x { GRAPH ?g { SELECT (COUNT(DISTINCT *) AS ?x) { ?s :p ?y } } }",
    "SELECT ?x { GRAPH :g1 { SELECT ?x { ?x :p ?y } } }",
    "SELECT (BNODE() AS ?x) { ?s ?p ?o }",
    "SELECT (COUNT(BNODE(?o)) AS ?x) { ?s ?p ?o }",
    "SELECT ?x { BIND(true AS ?x) }",
    "SELECT ?x { ?x :p* :nowhere",
    "SELECT ?true { ?true ?TRUE :True }",
)


@pytest.mark.parametrize("query", UNTOUCHED)
def test_what_the_engine_answers_rightly_stays_as_it_is(store: Store, query: str) -> None:
    text = PROLOGUE + query
    assert correct(text, store).text == text
    assert not correct(text, store).rewrites


def test_graphs_of_the_request_are_not_looked_into(store: Store) -> None:
    text = f"{PROLOGUE}SELECT ?x {{ ?x :p* :nowhere }}"
    assert correct(text, store, default_graphs=True).text == text


def test_a_path_from_a_term_to_itself_is_there(store: Store) -> None:
    for text, answer in (("ASK { :none :p* :none }", True), ("ASK { :none :p* :other }", False)):
        found = store.query(correct(PROLOGUE + text, store).text)
        assert isinstance(found, QueryBoolean)
        assert bool(found) is answer


def test_a_blank_node_of_a_text_is_of_its_solution(store: Store) -> None:
    query = 'SELECT (BNODE("l") AS ?x) (BNODE("l") AS ?y) (BNODE("k") AS ?z) { ?s :p ?o }'
    corrected = correct(f"{PROLOGUE}{query.replace('?s :p ?o', 'GRAPH ?g { ?s :p ?o }')}", store)
    found = store.query(corrected.text)
    assert isinstance(found, QuerySolutions)
    nodes = [(row["x"], row["y"], row["z"]) for row in found]
    assert len(nodes) == 3
    assert all(x == y != z for x, y, z in nodes)
    assert len({x for x, _, _ in nodes}) == 3


def test_a_change_says_where_and_why(store: Store) -> None:
    corrected = correct(f"{PROLOGUE}\nSELECT ?x {{\n  ?x :p* :nowhere }}", store)
    (change,) = corrected.rewrites
    assert (change.line, change.column) == (3, 3)
    assert "the term alone" in change.reason


# ---- a subquery that is all there is in GRAPH ?g

SUBQUERIES = (
    "SELECT ?s { ?s :p ?o }",
    "SELECT DISTINCT ?s { ?s ?p ?o }",
    "SELECT * { ?s :p ?o }",
    "SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s",
    "SELECT ?k (MAX(?o) AS ?n) { ?s :p ?o } GROUP BY (STR(?o) AS ?k) HAVING (COUNT(*) > 0)",
    "SELECT (COUNT(*) AS ?n) { ?s :p ?o }",
    "SELECT (COUNT(?o) AS ?n) (COUNT(DISTINCT ?s) AS ?m) (COUNT(1) AS ?l) { ?s :p ?o }",
    "SELECT (SUM(?o) AS ?n) (AVG(?o) AS ?m) { ?s :p ?o FILTER(isNumeric(?o)) }",
    "SELECT (MIN(?o) AS ?n) (MAX(?o) AS ?m) (SUM(?o) / COUNT(*) AS ?l) { ?s :p ?o }",
    "SELECT (GROUP_CONCAT(STR(?o)) AS ?n) { ?s :p ?o FILTER(?o = 1) }",
    "SELECT (COUNT(*) AS ?n) { ?s :p ?o } HAVING (COUNT(*) = 0)",
    "SELECT (COUNT(*) AS ?n) { ?s :p ?o MINUS { ?s :q ?o } } ORDER BY ?n",
    "SELECT (COUNT(*) AS ?n) { { ?s :p ?o } UNION { ?s :q ?o } }",
    "SELECT ?s (COUNT(*) AS ?n) { ?s :p ?o } GROUP BY ?s VALUES ?s { :s0 :s1 }",
)
quads = st.builds(
    Quad,
    st.sampled_from([node("s0"), node("s1")]),
    st.sampled_from([node("p"), node("q")]),
    st.sampled_from([Literal(1), Literal(2), node("s0")]),
    st.sampled_from([node("g0"), node("g1"), node("g2")]),
)


@pytest.mark.parametrize("subquery", SUBQUERIES)
@settings(max_examples=30, deadline=None)
@given(data=st.lists(quads, max_size=8), braces=st.booleans())
def test_a_subquery_is_asked_of_every_graph(subquery: str, data: list[Quad], braces: bool) -> None:
    store = Store()
    store.extend(data)
    inside = f"{{ {subquery} }}" if braces else subquery
    corrected = correct(f"{PROLOGUE}SELECT * {{ GRAPH ?g {{ {inside} }} }}", store)
    assert "subquery-of-every-graph" in [change.name for change in corrected.rewrites]
    expected: Counter[Row] = Counter()
    for graph in store.named_graphs():
        assert isinstance(graph, NamedNode)
        for row, count in solutions(store, PROLOGUE + subquery, graph).items():
            expected[row | {("g", short(graph))}] += count
    assert solutions(store, corrected.text) == expected
