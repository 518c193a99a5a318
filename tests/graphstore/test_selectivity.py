from __future__ import annotations

import pytest
from pyoxigraph import Literal, Quad, Store

from graphstore.selectivity import COUNTED, UNKNOWN, Count, Selectivity, counts_in
from graphstore.sparql_patterns import Terms, triple_patterns
from graphstore.sparql_syntax import read_query
from ontology.namespaces import CONCEPT
from tests.graphstore.strategies import iri, quad


def solutions(pattern: str, count: Count | None = None) -> int:
    text = read_query(f"PREFIX : <http://example.org/> ASK {{ {pattern} }}")
    block = next(node for node in text.root.walk() if node.kind == "TriplesBlock")
    (found,) = triple_patterns(block)
    return Selectivity(Terms(text), count).solutions(found)


def test_guesses_are_in_the_order_of_likelihood() -> None:
    patterns = [
        '?s :p "a string"',
        ":s :p ?o",
        "?s :p :thing",
        "?s :p 5",
        f"?s :p <{CONCEPT}role/speaker>",
        "?s a :Class",
        "?s :p ?o",
    ]
    guessed = [solutions(pattern) for pattern in patterns]
    assert guessed == sorted(guessed)
    assert len(set(guessed)) == len(guessed)


@pytest.mark.parametrize("pattern", ["?s :p _:b", "[] :p ?o", "?s :p [ :q 1 ]", "?s :p (1)"])
def test_blank_nodes_select_nothing(pattern: str) -> None:
    assert solutions(pattern) == UNKNOWN


def test_counting_stops_early() -> None:
    store = Store()
    store.extend(quad(f"s{number}", "p", "common") for number in range(COUNTED + 10))
    store.extend(quad(f"s{number}", "p", "rare") for number in range(3))
    store.extend(quad(f"s{number}", "p", "rare", "graph") for number in range(9))
    store.add(Quad(iri("s"), iri("p"), Literal("x", language="en")))
    count = counts_in(store)
    assert solutions("?s :p :rare", count) == 3
    assert solutions("?s :p :missing", count) == 0
    assert solutions('?s :p "x"@EN', count) == 1
    assert solutions("?s :p :common", count) == COUNTED
    assert solutions("?s :p 5", count) > COUNTED  # not a term that can be looked up
    assert count("http://example.org/p", ("string", "x", "no language")) == COUNTED
