from __future__ import annotations

import time
from collections import Counter

import pytest
import rdflib
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pyoxigraph import DefaultGraph, Literal, Quad, Store, Triple

from graphstore.rewriting import Rewritten, rewrite
from graphstore.selectivity import counts_in
from graphstore.sparql_patterns import Identity
from tests.graphstore.random_queries import (
    VARIABLES,
    hanging_queries,
    quads,
    queries,
    simple_groups,
)
from tests.graphstore.strategies import iri, quad

PREFIX = "PREFIX : <http://example.org/> "


def names(text: str) -> list[str]:
    return [item.name for item in rewrite(PREFIX + text).rewrites]


def rewritten(text: str) -> str:
    return " ".join(rewrite(PREFIX + text).text.removeprefix(PREFIX).split())


def solutions(store: Store, text: str) -> Counter[tuple[str | None, ...]]:
    found = store.query(text)
    return Counter(tuple(None if term is None else str(term) for term in item) for item in found)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * { ?s ?p ?o FILTER(?s = :a) }", "SELECT * { VALUES ?s { :a } ?s ?p ?o }"),
        (
            "SELECT * { ?s ?p ?o . FILTER(?s IN (:a, <http://example.org/a>, :b)) }",
            "SELECT * { VALUES ?s { <http://example.org/a> :b } ?s ?p ?o . }",
        ),
        (
            "SELECT * { ?s :p ?o FILTER(?s = :a || (:b = ?s)) FILTER(?o > 1) }",
            "SELECT * { VALUES ?s { :a :b } ?s :p ?o FILTER(?o > 1) }",
        ),
        (
            "SELECT * { ?s :p ?o FILTER(?o > 1 && ?s = :a && (?o < 5 || ?o = 7)) ?s :q ?t }",
            "SELECT * { VALUES ?s { :a } ?s :p ?o FILTER(?o > 1 && (?o < 5 || ?o = 7)) ?s :q ?t }",
        ),
        (
            'SELECT * { ?s :p ?o FILTER(sameTerm(?o, "x"@EN)) ?s :q ?t }',
            'SELECT * { VALUES ?o { "x"@EN } ?s :p ?o . ?s :q ?t }',
        ),
        (
            "SELECT * { ?s :p ?o OPTIONAL { ?o :q ?t } { ?a :p ?o } UNION { ?a :q ?o } "
            "FILTER(?a = :a) }",
            "SELECT * { ?s :p ?o OPTIONAL { ?o :q ?t } VALUES ?a { :a } { ?a :p ?o } UNION "
            "{ ?a :q ?o } }",
        ),
        (
            "SELECT * { GRAPH ?g { ?s :p ?o } FILTER(?g = :g) }",
            "SELECT * { VALUES ?g { :g } GRAPH ?g { ?s :p ?o } }",
        ),
    ],
)
def test_comparisons_with_constants_become_values(text: str, expected: str) -> None:
    assert names(text) == ["filter-to-values"]
    assert rewritten(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?s :p ?o FILTER(?o = 1) }",  # equal in value, not the same term
        "SELECT * { ?s :p ?o FILTER(?o IN (:a, 1)) }",
        'SELECT * { ?s :p ?o FILTER(?o = "1"^^:int) }',
        "SELECT * { ?s :p ?o FILTER(?o IN ()) }",
        "SELECT * { ?s :p ?o FILTER(?o NOT IN (:a)) }",
        "SELECT * { ?s :p ?o FILTER(!(?s = :a)) }",
        "SELECT * { ?s :p ?o FILTER(?s = :a || ?o = :a) }",
        "SELECT * { ?s :p ?o FILTER(?s = <a> || ?s = <b>) }",  # the base may make them the same
        "SELECT * { ?s :p ?o FILTER(?s = unknown:a || ?s = :a) }",
        "SELECT * { ?s :p ?o OPTIONAL { ?s :q ?t } FILTER(COALESCE(?t = :a, true)) }",
        "SELECT * { ?s :p ?o { ?s :q ?t } UNION { ?s :r ?u } FILTER(?t = :a) }",
        "SELECT * { ?s :p ?o BIND(:a AS ?t) FILTER(?t = :a) }",
        "SELECT * { VALUES (?s ?t) { (UNDEF :a) } FILTER(?s = :a) }",
        "SELECT * { GRAPH ?g { VALUES ?s { :a } } FILTER(?g = :g) }",
        "SELECT * { GRAPH ?g { ?s :p ?o OPTIONAL { ?s :q ?t } FILTER(?s = :a) } }",
        "SELECT * { FILTER EXISTS { ?s :p ?o FILTER(?s = :a) } ?x :p ?y }",
        "SELECT * { :b :p ?s . ?s :q ?t FILTER(?t = :a) }",  # :b :p is rarer
        "SELECT * { ?s :p :b ; ?p ?o FILTER(?p IN (:q, :r)) }",
        "SELECT * { ?s !(:p) ?o FILTER(?s = :a) }",  # which the engine counts by its plan
        "SELECT * { ?s ?p?o FILTER(?s = :a) }",  # the engine might cut words elsewhere
        "SELECT * { ?s ?p ?o FILTER(?s = :a) SERVICE :x { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o FILTER(?s = :a) BIND(1 AS ?s) }",  # no SPARQL
        "SELECT * { ?s ?p ?o FILTER(?s = :a)",
    ],
)
def test_what_is_not_surely_the_same_stays(text: str) -> None:
    assert "filter-to-values" not in names(text)


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        (
            "SELECT ?e { ?e a :E FILTER EXISTS { ?e :p :a } }",
            "exists-to-join",
            "SELECT ?e { { ?e :p :a } ?e a :E }",
        ),
        (
            "SELECT ?e { ?e a :E FILTER EXISTS { ?e :p ?x . ?x :q :a } }",
            "exists-to-subquery",
            "SELECT ?e { { SELECT DISTINCT ?e { ?e a :E . ?e :p ?x . ?x :q :a } } ?e a :E }",
        ),
        (
            "SELECT ?e { ?e :r :b FILTER NOT EXISTS { ?e :p ?x . ?x :q :a } }",
            "not-exists-to-minus",
            "SELECT ?e { ?e :r :b MINUS { ?e :r :b . ?e :p ?x . ?x :q :a } }",
        ),
        (
            "SELECT * { ?e :r ?f . ?f :s :b FILTER NOT EXISTS { ?e :p ?x ; :q ?y } }",
            "not-exists-to-minus",
            "SELECT * { ?e :r ?f . ?f :s :b MINUS { ?e :r ?f . ?f :s :b . ?e :p ?x ; :q ?y } }",
        ),
        (
            "SELECT * { VALUES ?e { :a :b } ?e :p ?o FILTER NOT EXISTS { ?x :q/:r ?e } }",
            "not-exists-to-minus",
            "SELECT * { VALUES ?e { :a :b } ?e :p ?o MINUS { VALUES ?e { :a :b } ?x :q/:r ?e } }",
        ),
    ],
)
def test_tests_on_every_solution_become_joins(text: str, name: str, expected: str) -> None:
    assert names(text) == [name]
    assert rewritten(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?e :p ?o FILTER EXISTS { ?e :q ?x } }",  # one look-up a solution is cheap
        "SELECT * { ?e :p ?o FILTER NOT EXISTS { ?e :q ?x } }",
        "SELECT * { ?e :p ?o FILTER NOT EXISTS { ?x :q ?y . ?y :r ?z } }",  # nothing shared
        "SELECT * { ?e :p ?o OPTIONAL { ?e :q ?x } FILTER NOT EXISTS { ?x :q ?y ; :r ?e } }",
        "SELECT * { ?e :p ?o FILTER NOT EXISTS { ?e :q ?y OPTIONAL { ?y :r ?o ; :s 1 } } }",
        "SELECT * { ?e :p ?o FILTER NOT EXISTS { ?e :q ?y ; :r ?z FILTER(?o > 1) } }",
        "SELECT * { ?e :p ?o FILTER NOT EXISTS { ?e :q* ?y . ?y :r ?z } }",
        "SELECT * { ?x :p ?o OPTIONAL { ?e :r ?x FILTER NOT EXISTS { ?e :p ?y . ?y :q ?o } } }",
        "SELECT * { GRAPH ?g { ?e :p ?o FILTER NOT EXISTS { ?e :q ?y . ?y :r :a } } }",
        "SELECT * FROM :a FROM :b { ?e :p ?o FILTER EXISTS { ?e :q :a } }",
        "SELECT * { ?e :p ?o FILTER(EXISTS { ?e :q ?y ; :r :a } || ?o = 1) }",
    ],
)
def test_tests_that_are_more_than_comparing_stay(text: str) -> None:
    assert names(text) == []


def test_graphs_of_the_request_are_searched_one_by_one() -> None:
    text = f"{PREFIX} SELECT * {{ ?e :p ?o FILTER EXISTS {{ ?e :q :a }} }}"
    assert rewrite(text).rewrites
    assert not rewrite(text, default_graphs=True).rewrites


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } FILTER(?t > 1) }",
            "SELECT * { ?e a :E { ?e :p ?t } FILTER(?t > 1) }",
        ),
        (
            "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } FILTER(BOUND(?t) && ?e != :a) }",
            "SELECT * { ?e a :E { ?e :p ?t } FILTER(BOUND(?t) && ?e != :a) }",
        ),
        (
            "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } FILTER(!(?t IN (:a)) || LANG(?t) = 'x') }",
            "SELECT * { ?e a :E { ?e :p ?t } FILTER(!(?t IN (:a)) || LANG(?t) = 'x') }",
        ),
        (
            "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } FILTER(?t = :a) }",
            "SELECT * { ?e a :E VALUES ?t { :a } { ?e :p ?t } }",
        ),
    ],
)
def test_a_filter_can_make_an_option_required(text: str, expected: str) -> None:
    assert names(text)[0] == "optional-to-required"
    assert rewritten(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } FILTER(!BOUND(?t)) }",
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } FILTER(COALESCE(?t, 1) = 1) }",
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } FILTER(?t = 1 || ?e = :a) }",
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } FILTER(?t IN ()) }",
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } FILTER(IF(BOUND(?t), ?t, true)) }",
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } OPTIONAL { ?e :q ?t } FILTER(?t > 1) }",
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t FILTER(?e != :a && ?o > 1) } FILTER(?t > 1) }",
        "SELECT * { ?e a :E OPTIONAL { ?x a :F OPTIONAL { ?x :p ?t } FILTER(?t > 1) } }",
        "SELECT * { ?e a :E OPTIONAL { ?e a ?z OPTIONAL { ?e :p ?t } } FILTER(?t > 1) }",
    ],
)
def test_an_option_that_may_stay_unbound_stays(text: str) -> None:
    assert "optional-to-required" not in names(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } ?e :q :a }",
            "SELECT * { ?e a :E . ?e :q :a OPTIONAL { ?e :p ?t } }",
        ),
        (
            "SELECT * { ?e a :E . OPTIONAL { ?e :p ?t } . OPTIONAL { ?e :r ?u } VALUES ?e { :a } }",
            "SELECT * { ?e a :E . VALUES ?e { :a } OPTIONAL { ?e :p ?t } . OPTIONAL { ?e :r ?u } }",
        ),
    ],
)
def test_what_must_match_goes_before_what_may(text: str, expected: str) -> None:
    assert names(text) == ["required-before-optional"]
    assert rewritten(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } ?t :q :a }",  # binds what the OPTIONAL may not
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t FILTER(?u = 1) } ?e :q :a ; :r ?u }",
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } ?e :q ?a }",  # no gain
        "SELECT * { ?e a :E OPTIONAL { ?e :p ?t } BIND(?t AS ?u) ?e :q :a }",
        "SELECT * { OPTIONAL { ?e :p ?t } ?e :q :a }",
    ],
)
def test_what_an_option_hangs_on_stays_after_it(text: str) -> None:
    assert names(text) == []


def test_an_option_that_hangs_on_another_is_asked_by_cases() -> None:
    text = (
        "SELECT * { ?e :p :a FILTER(?e != :x) OPTIONAL { ?e :q ?o } "
        "OPTIONAL { ?o :r ?l } FILTER(?l > 1 || ?e = :y) }"
    )
    assert names(text) == ["optional-by-cases"]
    assert rewritten(text) == (
        "SELECT * { { ?e :p :a { ?e :q ?o } OPTIONAL { ?o :r ?l } } UNION "
        "{ { ?e :p :a MINUS { ?e :q ?o } } OPTIONAL { ?o :r ?l } } "
        "FILTER(?e != :x) FILTER(?l > 1 || ?e = :y) }"
    )
    hint = rewrite(PREFIX + text).hints[0]
    assert hint.name == "optional-on-optional"
    assert "?o" in hint.message


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { ?e :p ?a OPTIONAL { ?e :q ?o } OPTIONAL { ?e :r ?o } }",
        "SELECT * { ?e :p ?a OPTIONAL { ?e :q ?o } OPTIONAL { ?e :s ?f . ?f :r ?o } }",
        "SELECT * { ?e :p ?a OPTIONAL { ?e :q ?o OPTIONAL { ?o :r ?l } } }",
        "SELECT * { ?e :p ?a OPTIONAL { ?e :q ?o FILTER(?a > 1) } OPTIONAL { ?o :r ?l } }",
        "SELECT * { ?e :p _:b OPTIONAL { ?e :q ?o } OPTIONAL { ?o :r ?l } }",
        "SELECT * { OPTIONAL { ?e :q ?o } OPTIONAL { ?o :r ?l } }",
    ],
)
def test_options_that_are_told_apart_stay(text: str) -> None:
    assert names(text) == []


def test_the_rarest_of_alike_patterns_is_repeated_in_front() -> None:
    text = 'SELECT * { ?e :type :a ; :label "x"@en }'
    assert rewritten(text) == 'SELECT * { ?e :label "x"@en . ?e :type :a ; :label "x"@en }'
    assert names('SELECT * { ?e :label "x"@en ; :type :a }') == []
    assert names('SELECT * { VALUES ?e { :a } ?e :type :a ; :label "x"@en }') == []
    assert names('SELECT * { :s :p ?e . ?e :type :a ; :label "x"@en }') == []
    assert names('SELECT * FROM :g { ?e :type :a ; :label "x"@en }') == []


def test_counting_is_better_than_guessing() -> None:
    store = Store()
    store.extend(Quad(iri(f"s{number}"), iri("label"), Literal("y")) for number in range(100))
    store.add(quad("s1", "type", "rare"))
    text = PREFIX + 'SELECT * { ?e :label "y" ; :type :rare }'
    assert rewrite(text).rewrites == ()
    counted = rewrite(text, count=counts_in(store))
    assert counted.text == PREFIX + 'SELECT * { ?e :type :rare . ?e :label "y" ; :type :rare }'
    assert solutions(store, counted.text) == solutions(store, text)
    assert counts_in(store)("http://example.org/type", ("iri", "not an IRI", "")) > 0


def test_a_change_says_why_and_where() -> None:
    text = "PREFIX : <http://example.org/>\nSELECT * {\n  ?s ?p ?o .\n  FILTER(?s = :a)\n}"
    (change,) = rewrite(text).rewrites
    assert (change.line, change.column) == (4, 10)
    assert "?s" in change.reason
    assert rewrite(text).text.startswith("PREFIX : <http://example.org/>\nSELECT * {\n  VALUES ?s")


def test_several_changes_are_placed_in_the_text_as_written() -> None:
    text = (
        "SELECT * {\n?e a <http://e/E>\nOPTIONAL { ?e <http://e/p> ?t }\n"
        "FILTER(?t = <http://e/a>)\nFILTER(?e = <http://e/b>) }"
    )
    places = [(item.name, item.line) for item in rewrite(text).rewrites]
    assert places == [("optional-to-required", 3), ("filter-to-values", 4), ("filter-to-values", 5)]


@pytest.mark.parametrize(
    "text", ["", "SELECT", "ASK { <http://e/a> ?p ?o }", "DESCRIBE ?x", "💥", "{" * 5000]
)
def test_texts_with_nothing_to_do_come_back(text: str) -> None:
    assert rewrite(text) == Rewritten(text)


def test_deep_and_long_texts_come_back() -> None:
    filters = "FILTER(?s = <http://e/a>) "
    deep = "{ " * 900 + f"?s ?p ?o {filters}" + "} " * 900
    for text in (
        f"ASK {deep}",
        "ASK { ?s ?p ?o " + filters * 5000 + "}",
        "ASK { ?s ?p ?o " + filters * 400 + "}",
    ):
        assert rewrite(text).text == text


def test_texts_with_nothing_suspicious_cost_next_to_nothing() -> None:
    texts = [f"SELECT ?p ?o WHERE {{ <http://e/{number}> ?p ?o }}" for number in range(2000)]
    begun = time.perf_counter()
    for text in texts:
        rewrite(text)
    assert (time.perf_counter() - begun) / len(texts) < 500e-6  # 7 µs, with a generous margin


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=queries | hanging_queries, data=quads, counted=st.booleans())
def test_solutions_stay_the_same(text: str, data: list[Quad], counted: bool) -> None:
    def count(predicate: str, identity: Identity) -> int:
        return hash((predicate, identity)) % 500

    store = Store()
    store.extend(data)
    try:
        before = solutions(store, text)
    except SyntaxError:
        assume(False)
    result = rewrite(text, count=count if counted else None)
    assert solutions(store, result.text) == before


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(group=simple_groups, data=quads)
def test_solutions_stay_the_same_in_another_engine(group: str, data: list[Quad]) -> None:
    text = f"SELECT ?a ?b ?c ?d ?e {group}"
    result = rewrite(text)
    assume(result.rewrites)
    graph = rdflib.Graph()
    triples = [
        Triple(item.subject, item.predicate, item.object)
        for item in data
        if item.graph_name == DefaultGraph()
    ]
    graph.parse(data="".join(f"{triple} .\n" for triple in triples), format="nt")
    assert _asked_of_rdflib(graph, result.text) == _asked_of_rdflib(graph, text)


def _asked_of_rdflib(
    graph: rdflib.Graph, text: str
) -> Counter[tuple[rdflib.term.Node | None, ...]]:
    found = graph.query(text).bindings
    return Counter(tuple(item.get(rdflib.Variable(name)) for name in VARIABLES) for item in found)
