from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import httpx
import pytest
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from tests.api.conftest import BROWSER

SELECT = "SELECT ?s WHERE { ?s a <https://w3id.org/dure/ontology#Declaration> }"
FORM = "application/x-www-form-urlencoded"
QUERY = "application/sparql-query"
SERVICE = "http://www.w3.org/ns/sparql-service-description#Service"


@pytest.mark.parametrize(
    ("accept", "media_type", "format"),
    [
        ("application/sparql-results+json", "application/sparql-results+json", "JSON"),
        ("application/json", "application/sparql-results+json", "JSON"),
        ("*/*", "application/sparql-results+json", "JSON"),
        ("application/sparql-results+xml", "application/sparql-results+xml", "XML"),
        ("text/csv;q=0.5, text/tab-separated-values", "text/tab-separated-values", "TSV"),
        ("text/csv", "text/csv", "CSV"),
    ],
)
def test_solutions_in_every_format(
    client: httpx.Client, accept: str, media_type: str, format: str
) -> None:
    answer = client.get("/sparql", params={"query": SELECT}, headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    if format == "CSV":
        assert answer.text.splitlines()[0] == "s"
    else:
        kind = getattr(QueryResultsFormat, format)
        solutions = parse_query_results(answer.content, format=kind)
        assert len(list(solutions)) == 1  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("media_type", "format"),
    [
        ("text/turtle", RdfFormat.TURTLE),
        ("application/n-triples", RdfFormat.N_TRIPLES),
        ("application/ld+json", RdfFormat.JSON_LD),
        ("application/rdf+xml", RdfFormat.RDF_XML),
        ("application/trig", RdfFormat.TRIG),
        ("application/n-quads", RdfFormat.N_QUADS),
    ],
)
@pytest.mark.parametrize(
    "query", ["CONSTRUCT WHERE { ?s ?p ?o } LIMIT 3", "DESCRIBE <urn:x>", None]
)
def test_graphs_in_every_format(
    client: httpx.Client, media_type: str, format: RdfFormat, query: str | None
) -> None:
    params = {"query": query} if query else {}
    answer = client.get("/sparql", params=params, headers={"Accept": media_type})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == media_type
    triples = list(parse(answer.content, format=format))
    if query is None:
        assert SERVICE in {getattr(triple.object, "value", "") for triple in triples}
    else:
        assert len(triples) == (3 if query.startswith("CONSTRUCT") else 0)


def test_three_ways_to_ask(client: httpx.Client) -> None:
    by_get = client.get("/sparql", params={"query": SELECT})
    by_form = client.post("/sparql", data={"query": SELECT})
    direct = client.post("/sparql", content=SELECT, headers={"Content-Type": QUERY})
    assert by_get.content == by_form.content == direct.content
    assert len(by_get.json()["results"]["bindings"]) == 1


def test_ask(client: httpx.Client) -> None:
    assert client.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True


def test_named_and_default_graphs(client: httpx.Client) -> None:
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    editorial = "https://w3id.org/dure/graph/editorial"

    def counted(params: list[tuple[str, str]]) -> int:
        answer = client.post(
            "/sparql",
            content=urlencode(params),
            headers={"Content-Type": FORM},
        )
        return int(answer.json()["results"]["bindings"][0]["n"]["value"])

    everything = counted([("query", count)])
    only = counted([("query", count), ("default-graph-uri", editorial)])
    assert 0 < only < everything
    nothing = counted([("query", count), ("default-graph-uri", "urn:none")])
    assert nothing == 0


@pytest.mark.parametrize(
    ("query", "slug"),
    [
        ("SELECT", "query-syntax"),
        ("SELECT * WHERE {\n ?s ?p }", "query-syntax"),
        ("ASK { SERVICE <http://localhost:1/> { ?s ?p ?o } }", "refused-query"),
        ("DELETE WHERE { ?s ?p ?o }", "query-syntax"),
        ("", "query-syntax"),
    ],
)
def test_bad_queries(client: httpx.Client, query: str, slug: str) -> None:
    answer = client.get("/sparql", params={"query": query})
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["type"].endswith(f"/problems/{slug}")
    assert isinstance(problem["line"], int)
    assert isinstance(problem["column"], int)


@pytest.mark.parametrize(
    ("content", "media_type", "status", "slug"),
    [
        ("CLEAR ALL", "application/sparql-update", 401, "unauthenticated"),
        ("update=CLEAR+ALL", FORM, 401, "unauthenticated"),
        ("{}", "application/json", 415, "unsupported-media-type"),
        ("", "", 415, "unsupported-media-type"),
        ("", FORM, 400, "bad-parameter"),
        ("query=ASK%7B%7D&query=ASK%7B%7D", FORM, 400, "bad-parameter"),
        ("query=%FF%FE", FORM, 400, "bad-parameter"),
        ("query=ASK%7B%7D&default-graph-uri=not+an+iri", FORM, 400, "bad-parameter"),
        ("ASK {} #" + "x" * 30_000, QUERY, 413, "payload-too-large"),
    ],
)
def test_bad_posts(
    client: httpx.Client, content: str, media_type: str, status: int, slug: str
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    answer = client.post("/sparql", content=content.encode(), headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.json()["type"].endswith(f"/problems/{slug}")


def test_update_by_get(client: httpx.Client) -> None:
    assert client.get("/sparql", params={"update": "CLEAR ALL"}).status_code == 400


@pytest.mark.parametrize(
    ("query", "accept"),
    [
        ("ASK {}", "text/csv"),
        ("ASK {}", "text/turtle"),
        (SELECT, "text/turtle"),
        (None, "text/csv"),
    ],
)
def test_formats_that_do_not_fit(client: httpx.Client, query: str | None, accept: str) -> None:
    params = {"query": query} if query else {}
    answer = client.get("/sparql", params=params, headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer.json()["offered"]


@pytest.mark.parametrize("query", [None, SELECT, "ASK {}", "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 1"])
def test_the_form_in_a_browser(client: httpx.Client, query: str | None) -> None:
    params = {"query": query} if query else {}
    answer = client.get("/sparql", params=params, headers={"Accept": BROWSER})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert "<textarea" in answer.text


def test_answers_that_differ_each_time_have_no_tag(client: httpx.Client) -> None:
    assert "etag" not in client.get("/sparql", params={"query": "SELECT (NOW() AS ?t) {}"}).headers
    assert "etag" in client.get("/sparql", params={"query": SELECT}).headers


def test_queries_at_once(client: httpx.Client) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: client.get("/sparql", params={"query": SELECT}).content, range(40))
        )
    assert len(set(answers)) == 1
    assert json.loads(answers[0])["results"]["bindings"]
