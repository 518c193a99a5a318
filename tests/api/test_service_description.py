"""The service description: what the W3C tests look for, and what a client must know."""

from __future__ import annotations

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, parse

SD = "http://www.w3.org/ns/sparql-service-description#"
FORMATS = "http://www.w3.org/ns/formats/"
LIMITS = "https://w3id.org/dure/service#"
A = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
LABEL = NamedNode("http://www.w3.org/2000/01/rdf-schema#label")
# https://www.w3.org/TR/sparql11-service-description/#vocab: property → classes of both ends
ENDS = {
    "endpoint": ("Service", None),
    "feature": ("Service", None),
    "supportedLanguage": ("Service", None),
    "resultFormat": ("Service", None),
    "inputFormat": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", None),
    "graph": ("NamedGraph", "Graph"),
}
INSTANCES = {
    "feature": {"DereferencesURIs", "UnionDefaultGraph", "RequiresDataset", "EmptyGraphs",
                "BasicFederatedQuery"},
    "supportedLanguage": {"SPARQL10Query", "SPARQL11Query", "SPARQL11Update"},
}  # fmt: skip


def described(client: httpx.Client, path: str = "/sparql") -> set[Triple]:
    answer = client.get(path, headers={"Accept": "text/turtle"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/turtle")
    assert answer.headers["dure-commit"]
    return {quad.triple for quad in parse(answer.content, format=RdfFormat.TURTLE)}


def objects(triples: set[Triple], subject: NamedNode, property: str) -> set[object]:
    return {x.object for x in triples if x.subject == subject and x.predicate.value == property}


@pytest.mark.parametrize("path", ["/sparql", "/sparql/"])
def test_the_endpoint_is_the_one_that_was_asked(client: httpx.Client, path: str) -> None:
    triples = described(client, path)
    (service,) = (x.subject for x in triples if x.object == NamedNode(f"{SD}Service"))
    assert isinstance(service, NamedNode)
    asked = NamedNode(f"{str(client.base_url).rstrip('/')}{path}")
    assert objects(triples, service, f"{SD}endpoint") == {asked}


def test_it_conforms_to_the_vocabulary(client: httpx.Client) -> None:
    triples = described(client)

    def is_a(node: object, kind: str) -> bool:
        return Triple(node, A, NamedNode(f"{SD}{kind}")) in triples  # type: ignore[arg-type]

    used = {x for x in triples if x.predicate.value.startswith(SD)}
    assert len(used) > 20
    for triple in used:
        name = triple.predicate.value.removeprefix(SD)
        begin, end = ENDS[name]
        assert is_a(triple.subject, begin), triple
        assert end is None or is_a(triple.object, end), triple
        if name in INSTANCES:
            assert isinstance(triple.object, NamedNode)
            assert triple.object.value.removeprefix(SD) in INSTANCES[name]
    for node in {x.subject for x in triples if x.object == NamedNode(f"{SD}NamedGraph")}:
        assert len([x for x in triples if x.subject == node and x.predicate.value == f"{SD}name"])


def test_formats_and_graphs(client: httpx.Client) -> None:
    triples = described(client)
    values = {getattr(x.object, "value", "") for x in triples}
    assert {f"{FORMATS}{name}" for name in ("SPARQL_Results_JSON", "Turtle", "TriG")} <= values
    assert "https://w3id.org/dure/graph/editorial" in values
    inputs = {x.object for x in triples if x.predicate.value == f"{SD}inputFormat"}
    assert len(inputs) == 6


def test_limits_and_budgets_are_stated_with_labels(client: httpx.Client) -> None:
    triples = described(client)
    limits = {x.predicate: x.object for x in triples if x.predicate.value.startswith(LIMITS)}
    assert limits[NamedNode(f"{LIMITS}anonymousSeconds")] == Literal(30)
    assert limits[NamedNode(f"{LIMITS}anonymousConcurrentQueries")] == Literal(100)
    assert limits[NamedNode(f"{LIMITS}requestBytes")] == Literal(20_000)
    assert NamedNode(f"{LIMITS}answerRows") not in limits  # there is none
    for property in limits:
        labels = {x.object for x in triples if x.subject == property and x.predicate == LABEL}
        assert {getattr(label, "language", None) for label in labels} == {"en", "ko"}


@pytest.mark.parametrize("accept", ["text/turtle", "text/html"])
def test_what_one_has_is_not_sent_again(client: httpx.Client, accept: str) -> None:
    tag = client.get("/sparql", headers={"Accept": accept}).headers["etag"]
    again = client.get("/sparql", headers={"Accept": accept, "If-None-Match": tag})
    assert again.status_code == 304
    other = client.get("/sparql", headers={"Accept": "text/csv;q=0.1, */*", "If-None-Match": tag})
    assert other.status_code == 200


@pytest.mark.parametrize(
    ("params", "headers", "media_type"),
    [
        ({}, {}, "text/turtle"),
        ({}, {"Accept": "application/ld+json"}, "application/ld+json"),
        ({"format": "rdfxml"}, {"Accept": "text/html"}, "application/rdf+xml"),
        ({"lang": "ko"}, {"Accept": "text/html"}, "text/html"),
    ],
)
def test_negotiation(
    client: httpx.Client, params: dict[str, str], headers: dict[str, str], media_type: str
) -> None:
    answer = client.get("/sparql", params=params, headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
