from __future__ import annotations

import httpx
import pytest
from pyoxigraph import DefaultGraph, RdfFormat, parse

from tests.api.conftest import BROWSER, find

FORMATS = {
    "ttl": ("text/turtle", RdfFormat.TURTLE),
    "nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    "jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    "rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
    "trig": ("application/trig", RdfFormat.TRIG),
    "nq": ("application/n-quads", RdfFormat.N_QUADS),
}


@pytest.fixture(scope="module")
def training(client: httpx.Client) -> str:
    return find(client, "East Africa Training in Uganda")


@pytest.fixture(scope="module")
def document(client: httpx.Client) -> str:
    items = client.get("/api/v1/sources").json()["items"]
    return str(items[0]["iri"].rpartition("/")[2])


@pytest.mark.parametrize(
    ("accept", "folder"),
    [(BROWSER, "page"), ("*/*", "page"), ("text/turtle", "data"), ("application/trig", "data")],
)
def test_a_thing_redirects(client: httpx.Client, training: str, accept: str, folder: str) -> None:
    answer = client.get(f"/id/{training}", headers={"Accept": accept})
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/{folder}/{training}"
    assert "Accept" in answer.headers["vary"]
    assert 'rel="alternate"' in answer.headers["link"]


@pytest.mark.parametrize("extension", FORMATS)
def test_data_by_suffix_and_by_header(client: httpx.Client, training: str, extension: str) -> None:
    media_type, format = FORMATS[extension]
    by_suffix = client.get(f"/data/{training}.{extension}")
    by_header = client.get(f"/data/{training}", headers={"Accept": media_type})
    assert by_suffix.content == by_header.content
    assert by_suffix.headers["content-type"].partition(";")[0] == media_type
    quads = list(parse(by_suffix.content, format=format))
    subject = f"https://w3id.org/dure/id/{training}"
    assert any(getattr(quad.subject, "value", "") == subject for quad in quads)
    assert client.get(f"/id/{training}.{extension}").headers["location"].endswith(f".{extension}")


def test_trig_holds_the_evidence_and_turtle_does_not(client: httpx.Client, training: str) -> None:
    quads = list(parse(client.get(f"/data/{training}.trig").content, format=RdfFormat.TRIG))
    graphs = {quad.graph_name for quad in quads if not isinstance(quad.graph_name, DefaultGraph)}
    assert any("/assertion/" in graph.value for graph in graphs)
    predicates = {quad.predicate.value for quad in quads}
    assert "http://www.w3.org/ns/oa#start" in predicates
    assert "https://w3id.org/dure/ontology#characterCount" in predicates
    turtle = list(parse(client.get(f"/data/{training}.ttl").content, format=RdfFormat.TURTLE))
    assert "http://www.w3.org/ns/oa#start" not in {quad.predicate.value for quad in turtle}
    assert "http://data.europa.eu/m8g/hasParticipant" in {q.predicate.value for q in turtle}


def test_other_suffixes(client: httpx.Client, training: str) -> None:
    assert client.get(f"/data/{training}.json").headers["location"].startswith("/api/v1/entities/")
    unknown = client.get(f"/data/{training}.docx")
    assert unknown.status_code == 404
    assert "ttl" in unknown.json()["known"]


@pytest.mark.parametrize("folder", ["id", "data", "page", "doc", "assertion", "concept"])
def test_unknown_things(client: httpx.Client, folder: str) -> None:
    for name in ("nothing", "%00", "a b", "%3E", "nothing.ttl"):
        answer = client.get(f"/{folder}/{name}")
        assert answer.status_code == 404, (folder, name)
        assert answer.headers["content-type"] == "application/problem+json"


def test_data_in_no_such_format(client: httpx.Client, training: str) -> None:
    assert client.get(f"/data/{training}", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("extension", FORMATS)
def test_documents_assertions_concepts(
    client: httpx.Client, document: str, training: str, extension: str
) -> None:
    facts = client.get(f"/api/v1/entities/{training}/statements").json()["items"]
    assertion = next(fact["sources"][0]["assertion"] for fact in facts if fact["sources"])
    media_type, format = FORMATS[extension]
    for path in (
        f"/doc/{document}",
        f"/assertion/{assertion.rpartition('/')[2]}",
        "/concept/role",
        "/concept/role/co-organizer",
    ):
        answer = client.get(f"{path}.{extension}")
        assert answer.status_code == 200, path
        assert list(parse(answer.content, format=format))
        same = client.get(path, headers={"Accept": media_type})
        assert same.content == answer.content
        html = client.get(path, headers={"Accept": BROWSER})
        assert html.status_code == 200
        assert html.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("path", "format"),
    [
        ("/ontology", "ttl"),
        ("/ontology", "jsonld"),
        ("/ontology", "rdf"),
        ("/shapes", "ttl"),
        ("/shapes", "jsonld"),
        ("/.well-known/void", "ttl"),
        ("/.well-known/void", "jsonld"),
    ],
)
def test_vocabulary_and_description(client: httpx.Client, path: str, format: str) -> None:
    media_type, syntax = FORMATS[format]
    answer = client.get(path, headers={"Accept": media_type})
    assert answer.headers["content-type"].partition(";")[0] == media_type
    assert len(list(parse(answer.content, format=syntax))) > 20


def test_context_is_json_ld(client: httpx.Client) -> None:
    answer = client.get("/context.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert "@context" in answer.json()


def test_ontology_files_and_page(client: httpx.Client) -> None:
    assert client.get("/ontology.ttl").status_code == 200
    assert client.get("/ontology.docx").status_code == 404
    page = client.get("/ontology", headers={"Accept": BROWSER})
    assert page.headers["content-type"].startswith("text/html")
