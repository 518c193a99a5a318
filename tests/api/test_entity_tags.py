from __future__ import annotations

import time

import pytest

from api.entity_tags import has_tag, is_volatile, query_hash, tag_of


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (NOW() AS ?t) {}",
        "SELECT (now # at once\n() AS ?t) {}",
        "SELECT ?x { ?x ?p ?o } ORDER BY RAND()",
        "SELECT (struuid() AS ?x) {}",
        "SELECT (UUID  () AS ?x) {}",
        "SELECT (BNODE() AS ?x) {}",
        "SELECT (1NOW() AS ?x) {}",
        "SELECT (N\\u004FW() AS ?x) {}",
        "CONSTRUCT { ?s ?p _:new } WHERE { ?s ?p ?o }",
        "construct\n{ [ ?p ?o ] } WHERE { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p (1 2) } WHERE { ?s ?p ?o }",
        "CONSTRUCT WHERE { ?s ?p [] }",
        "CONSTRUCT { ?s ?p '}' , [] } WHERE { ?s ?p ?o }",
        "# construct { ?a }\nCONSTRUCT { ?s ?p [] } WHERE { ?s ?p ?o }",
        "CONSTRUCT # {}\n{ ?s ?p [] } WHERE { ?s ?p ?o }",
        "PREFIX : <http://construct/> CONSTRUCT { ?s ?p [] } WHERE { ?s ?p ?o }",
    ],
)
def test_volatile(text: str) -> None:
    assert is_volatile(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?now ?uuid { ?now ?uuid ?o }",
        "SELECT * { [] ?p ( 1 2 ) }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(?o > 1) OPTIONAL { [] ?q ?o } }",
        "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3",
        "DESCRIBE <urn:x>",
        "ASK { ?s ?p 'now' }",
    ],
)
def test_not_volatile(text: str) -> None:
    assert not is_volatile(text)
    assert is_volatile(text + "#" + "x" * 5000) == is_volatile(text)


@pytest.mark.parametrize(
    "part", ["now#", "now ", "construct ", "construct{", "construct{}", "#now\n"]
)
def test_long_texts_are_read_at_once(part: str) -> None:
    started = time.perf_counter()
    is_volatile(part * (2_000_000 // len(part)))
    assert time.perf_counter() - started < 5


def test_tags() -> None:
    assert tag_of("commit", "query") == tag_of("commit", "query") != tag_of("commit", "other")
    assert tag_of("a", "b") != tag_of("ab")
    tag = tag_of("x")
    assert has_tag(tag, tag)
    assert has_tag(b'"other" , ' + tag.removeprefix(b"W/"), tag)
    assert has_tag(b"*", tag)
    assert not has_tag(b'"other"', tag)
    assert not has_tag(b"", tag)


def test_the_hash_is_that_of_the_text() -> None:
    # printf 'ASK {}' | sha256sum
    assert query_hash("ASK {}") == HASH


HASH = "819ea91ed5f12b38cced0681c93fbb6a850455b3d9fa51852ffba5f85a5f355a"
