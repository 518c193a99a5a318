from __future__ import annotations

import pytest

from graphstore.sparql_patterns import Terms, subjects, triple_patterns
from graphstore.sparql_syntax import read_query

PROLOGUE = "PREFIX e: <http://e/> PREFIX r: <rel/> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "


@pytest.mark.parametrize(
    ("term", "identity"),
    [
        ("<http://e/a>", ("iri", "http://e/a", "")),
        ("e:a", ("iri", "http://e/a", "")),
        ("<http://e/\\u0061>", ("iri", "http://e/a", "")),
        ("e:a\\,b%41", ("iri", "http://e/a,b%41", "")),
        ("e:", ("iri", "http://e/", "")),
        ("<a>", None),
        ("r:a", None),
        ("unknown:a", None),
        ("<http://e/b/../a>", None),
        ('"x"', ("string", "x", "")),
        ("'''x\\n\\u0041\\\\'''", ("string", "x\nA\\", "")),
        ('"x"@EN-gb', ("string", "x", "en-gb")),
        ('"x"^^xsd:string', ("string", "x", "")),
        ('"1"^^xsd:integer', None),
        ("1", None),
        ("true", None),
    ],
)
def test_terms_that_are_equal_when_the_same(
    term: str, identity: tuple[str, str, str] | None
) -> None:
    text = read_query(f"{PROLOGUE} ASK {{ ?s ?p {term} }}")
    (pattern,) = patterns_of(text.text)
    assert Terms(text).identity(pattern.object) == identity


def patterns_of(text: str) -> list:  # type: ignore[type-arg]
    root = read_query(text).root
    block = next(node for node in root.walk() if node.kind == "TriplesBlock")
    return triple_patterns(block)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("?a <p> ?b , ?c ; a <t> . ?d ?e 1", ["?a <p> ?b", "?a <p> ?c", "?a a <t>", "?d ?e 1"]),
        ("?a <p>/<q> ?b ; <r> ?c", ["?a <r> ?c"]),
        ("[ <p> ?x ] <q> ?b .", ["[ <p> ?x ] <q> ?b"]),
        ("[ <p> ?x ] .", []),
        ("?a <p> ( 1 ) ;", ["?a <p> ( 1 )"]),
    ],
)
def test_triple_patterns_are_found(body: str, expected: list[str]) -> None:
    text = read_query(f"ASK {{ {body} }}")
    found = [
        " ".join(text.source(node) for node in (item.subject, item.predicate, item.object))
        for item in patterns_of(text.text)
    ]
    assert found == expected


def test_a_block_has_its_subjects() -> None:
    text = read_query("ASK { ?a <p> ?b . ?c <p> ?d . }")
    block = next(node for node in text.root.walk() if node.kind == "TriplesBlock")
    assert [text.source(node) for node in subjects(block)] == ["?a <p> ?b", "?c <p> ?d"]
