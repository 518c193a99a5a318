from __future__ import annotations

import pytest
from pyoxigraph import Store, Triple

from graphstore.rewriting import rewrite

PREFIX = "PREFIX : <http://example.org/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
DATA = """PREFIX : <http://example.org/> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX oa: <http://www.w3.org/ns/oa#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
INSERT DATA {
  :forum a :Event ; rdfs:label "Forum"@en ; :in :city ; :hasParticipation :p1 .
  :p1 :hasParticipant :ana ; :role :speaker .
  :city rdfs:label "City"@en ; :country :land . :land rdfs:label "Land" .
  :ana rdfs:label "Ana" . :m1 :member :ana ; :organization :net . :net rdfs:label "Net" .
  :speaker a skos:Concept ; rdfs:label "speaker"@en .
  :later :follows :forum ; rdfs:label "Later" .
  :passage oa:hasSource :ana . :Event rdfs:label "event" .
  :forum :budget _:a . _:a :of _:b ; :is 1 . _:b :of _:c . _:c :of _:d ; :deep 3 . _:d :deep 4 .
  GRAPH :g { :forum :in :elsewhere }
}"""


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.update(DATA)
    return store


def described(store: Store, text: str) -> set[str]:
    """Return the triples of a description, without prefixes, blank nodes as `_`."""
    result = rewrite(PREFIX + text)
    assert [item.name for item in result.rewrites] == ["description"]
    found = store.query(result.text)
    return {" ".join(_short(str(term)) for term in _terms(item)) for item in found}  # type: ignore[union-attr]


def _terms(triple: Triple) -> tuple[object, object, object]:
    return triple.subject, triple.predicate, triple.object


def _short(term: str) -> str:
    for name in ("http://example.org/", "http://www.w3.org/2000/01/rdf-schema#"):
        term = term.replace(f"<{name}", ":").replace(f"{name}>", "")
    if term.startswith("_:"):
        return "_"
    return term.removesuffix(">").replace("<http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "a")


def test_an_event_comes_with_its_participations_and_labels(store: Store) -> None:
    found = described(store, "DESCRIBE :forum")
    assert found >= {
        ":forum a :Event",
        ':forum :label "Forum"@en',
        ":forum :in :city",
        ":forum :hasParticipation :p1",
        ":p1 :hasParticipant :ana",
        ":p1 :role :speaker",
        ':speaker :label "speaker"@en',
        ':ana :label "Ana"',
        ':city :label "City"@en',
        ':Event :label "event"',
        ":later :follows :forum",
        ':later :label "Later"',
    }
    assert not found & {":city :country :land", ":forum :in :elsewhere", ":m1 :member :ana"}


def test_blank_nodes_are_followed_three_deep(store: Store) -> None:
    found = described(store, "DESCRIBE :forum")
    assert {":forum :budget _", "_ :of _"} <= found
    assert any(":deep" in triple and '"3"' in triple for triple in found)
    assert not any(":deep" in triple and '"4"' in triple for triple in found)


def test_a_person_comes_with_memberships_but_not_with_evidence(store: Store) -> None:
    found = described(store, "DESCRIBE :ana")
    assert {":m1 :member :ana", ":m1 :organization :net", ':net :label "Net"'} <= found
    assert {":p1 :hasParticipant :ana", ":p1 :role :speaker"} <= found
    assert not any(":passage" in triple for triple in found)


def test_what_is_classified_does_not_describe_the_concept(store: Store) -> None:
    assert not any(":p1" in triple for triple in described(store, "DESCRIBE :speaker"))
    assert ":forum a :Event" not in described(store, "DESCRIBE :Event")


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("DESCRIBE ?x { ?x :in :city }", "DESCRIBE :forum"),
        ("DESCRIBE * { ?dr :in ?ds . FILTER(?ds != :x) } LIMIT 1", "DESCRIBE :forum :city"),
        ("DESCRIBE ?s :net { ?s :follows ?o OPTIONAL { ?o :none ?p } }", "DESCRIBE :later :net"),
        ("DESCRIBE ?p ?x { ?x :in :city OPTIONAL { ?x :none ?p } }", "DESCRIBE :forum"),
        ("DESCRIBE ?x { ?x :role ?y } ORDER BY ?x LIMIT 1", "DESCRIBE :p1"),
        ("DESCRIBE ?x { ?x ?y ?z } VALUES ?z { :speaker }", "DESCRIBE :p1"),
        ("DESCRIBE ?x { ?x ?y ?z FILTER(?z = :speaker) } GROUP BY ?x", "DESCRIBE :p1"),
        ("DESCRIBE ?z { :ana rdfs:label ?z }", "DESCRIBE :nothing"),
    ],
)
def test_variables_are_described_like_what_they_are_bound_to(
    store: Store, text: str, like: str
) -> None:
    asked = PREFIX + text
    found = store.query(rewrite(asked).text)
    assert "description" in [item.name for item in rewrite(asked).rewrites]
    triples = {" ".join(_short(str(term)) for term in _terms(item)) for item in found}  # type: ignore[union-attr]
    assert triples == described(store, like)


def test_the_dataset_is_the_one_that_is_named(store: Store) -> None:
    assert described(store, "DESCRIBE :forum FROM :g") == {":forum :in :elsewhere"}


def test_descriptions_contain_what_the_engine_gives(store: Store) -> None:
    for name in ("ana", "net", "city", "later", "p1"):
        text = f"{PREFIX}DESCRIBE :{name}"
        plain = {str(triple) for triple in store.query(text)}  # type: ignore[union-attr]
        full = {str(triple) for triple in store.query(rewrite(text).text)}  # type: ignore[union-attr]
        assert plain <= full


def test_describing_nothing_stays() -> None:
    assert rewrite("DESCRIBE ?x").rewrites == ()
