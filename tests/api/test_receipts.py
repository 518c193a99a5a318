"""Permalinks and receipts: what an answer was an answer to, and the same bytes again."""

from __future__ import annotations

import hashlib

import httpx
import pytest

from api.permalinks import Permalink, link_header
from api.sparql_request import Options, SparqlRequest
from graphstore.dataset import Dataset

TEXT = "SELECT ?s WHERE { ?s a <https://w3id.org/dure/ontology#Declaration> } # 두레 & more"


def links(header: str) -> dict[str, str]:
    """Return relation → address of a Link header."""
    found = {}
    for part in header.split(", "):
        address, _, rest = part.partition(">")
        found[rest.partition('rel="')[2].partition('"')[0]] = address.removeprefix("<")
    return found


def test_a_permalink_holds_all_that_the_answer_depends_on() -> None:
    request = SparqlRequest("query", "ASK {} # &", ("urn:a",), ("urn:b", "urn:c"), Options())
    permalink = Permalink(request, "abc", "json", 7)
    assert permalink.query_string() == (
        "query=ASK%20%7B%7D%20%23%20%26&default-graph-uri=urn%3Aa&named-graph-uri=urn%3Ab"
        "&named-graph-uri=urn%3Ac&asKnownAt=abc&maxRows=7&format=json"
    )


def test_the_links_of_a_long_query_do_not_fill_the_header() -> None:
    request = SparqlRequest("query", "ASK {} #" + "x" * 5000, None, None, Options())
    assert link_header(Permalink(request, "abc", "json", None)) == (
        '</sparql/receipt>; rel="describedby"'
    )
    korean = SparqlRequest("query", "두" * 500, None, None, Options())
    assert len(link_header(Permalink(korean, "abc", "json", None))) < 100


@pytest.mark.parametrize("format", ["json", "csv", "xml"])
def test_an_answer_leads_to_its_receipt_and_itself(
    client: httpx.Client, bundled: Dataset, format: str
) -> None:
    answer = client.get("/sparql", params={"query": TEXT, "format": format, "maxRows": "5"})
    assert answer.headers["dure-query-hash"] == hashlib.sha256(TEXT.encode()).hexdigest()
    found = links(answer.headers["link"])
    again = client.get(found["cite-as"])
    assert again.content == answer.content
    assert again.headers["content-type"] == answer.headers["content-type"]
    receipt = client.get(found["describedby"]).json()
    assert bundled.head is not None
    assert receipt["permalink"] == str(client.base_url).rstrip("/") + found["cite-as"]
    assert receipt["query"] == TEXT
    assert receipt["queryHash"] == f"sha-256:{answer.headers['dure-query-hash']}"
    assert receipt["commit"]["id"] == answer.headers["dure-commit"] == bundled.head.id
    assert receipt["commit"]["number"] == bundled.head.number
    assert receipt["limits"]["rows"] == 5
    assert receipt["format"] == answer.headers["content-type"]
    assert receipt["reproducible"]
    for language, word in (("en", "Version"), ("ko", "판")):
        citation = receipt["citation"][language]
        assert f"{word} {bundled.head.number}" in citation
        assert receipt["permalink"] in citation
        assert answer.headers["dure-query-hash"][:16] in citation


def test_a_receipt_is_the_same_at_any_time(client: httpx.Client) -> None:
    params = {"query": TEXT, "asKnownAt": "1"}
    first, again = (client.get("/sparql/receipt", params=params) for _ in range(2))
    assert first.content == again.content


def test_the_receipt_of_a_long_query_is_asked_for_by_post(client: httpx.Client) -> None:
    text = "ASK {} # " + "x" * 10_000
    answer = client.post("/sparql", data={"query": text})
    assert links(answer.headers["link"]) == {"describedby": "/sparql/receipt"}
    receipt = client.post("/sparql/receipt", data={"query": text}).json()
    assert receipt["permalink"] is None
    assert ["query", text] in receipt["parameters"]
    assert receipt["queryHash"].endswith(answer.headers["dure-query-hash"])


def test_what_differs_each_time_says_so(client: httpx.Client) -> None:
    receipt = client.get("/sparql/receipt", params={"query": "SELECT (NOW() AS ?t) {}"})
    assert receipt.json()["reproducible"] is False


@pytest.mark.parametrize(
    ("params", "status", "slug"),
    [
        ({}, 400, "bad-parameter"),
        ({"query": TEXT, "asKnownAt": "1999-01-01"}, 404, "unknown-version"),
        ({"query": TEXT, "format": "xlsx"}, 400, "bad-parameter"),
        ({"query": TEXT, "timout": "3"}, 400, "unknown-parameter"),
    ],
)
def test_receipts_that_there_are_not(
    client: httpx.Client, params: dict[str, str], status: int, slug: str
) -> None:
    answer = client.get("/sparql/receipt", params=params)
    assert answer.status_code == status
    assert answer.json()["type"].endswith(slug)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_receipt_is_a_page_too(client: httpx.Client, language: str) -> None:
    params = {"query": TEXT, "lang": language}
    page = client.get("/sparql/receipt", params=params, headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    assert "asKnownAt=" in page.text
