from __future__ import annotations

import json
import logging
import time

import httpx
import pytest

from graphstore.dataset import Dataset

READS = ["/", "/api/v1/events", "/api/v1/questions/co-organisers", "/ontology", "/shapes",
         "/.well-known/void", "/sparql?query=ASK%7B%7D"]  # fmt: skip


@pytest.mark.parametrize("path", READS)
def test_validators(client: httpx.Client, bundled: Dataset, path: str) -> None:
    first = client.get(path)
    assert first.status_code == 200
    assert bundled.head is not None
    assert first.headers["dure-commit"] == bundled.head.id
    assert {"Accept", "Accept-Language"} <= {x.strip() for x in first.headers["vary"].split(",")}
    tag = first.headers["etag"]
    again = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == tag
    strong = tag.removeprefix("W/")
    assert client.get(path, headers={"If-None-Match": strong}).status_code == 304
    assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_a_tag_belongs_to_address_format_and_language(client: httpx.Client) -> None:
    path = "/api/v1/events"
    tags = {
        client.get(path).headers["etag"],
        client.get(f"{path}?limit=3").headers["etag"],
        client.get(path, headers={"Accept-Language": "ko"}).headers["etag"],
        client.get("/ontology", headers={"Accept": "text/turtle"}).headers["etag"],
        client.get("/ontology", headers={"Accept": "text/html"}).headers["etag"],
    }
    assert len(tags) == 5


def test_errors_have_no_tag(client: httpx.Client) -> None:
    answer = client.get("/api/v1/entities/nope")
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", [*READS, "/health", "/page/nope"])
def test_head_is_get_without_body(client: httpx.Client, path: str) -> None:
    got, headed = client.get(path), client.head(path)
    assert headed.status_code == got.status_code
    assert headed.content == b""
    assert headed.headers["content-type"] == got.headers["content-type"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v1/events", {"GET", "HEAD", "OPTIONS"}),
        ("/sparql", {"GET", "HEAD", "OPTIONS", "POST"}),
    ],
)
def test_options_names_the_methods(client: httpx.Client, path: str, expected: set[str]) -> None:
    answer = client.options(path)
    assert answer.status_code == 204
    assert {x.strip() for x in answer.headers["allow"].split(",")} == expected


def test_scripts_of_other_sites_may_read(client: httpx.Client) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    answer = client.get("/api/v1/topics", headers=headers)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Dure-Commit" in answer.headers["access-control-expose-headers"]
    preflight = client.options(
        "/sparql", headers={**headers, "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 204


def test_one_log_line_per_request(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="dure.request"):
        client.get("/api/v1/topics?limit=1")
    # The line is written after the answer was sent, in the server's thread.
    deadline = time.monotonic() + 10
    while not (records := [x for x in caplog.records if x.name == "dure.request"]):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    lines = [json.loads(record.message) for record in records]
    assert [(x["method"], x["path"], x["status"]) for x in lines] == [
        ("GET", "/api/v1/topics", 200)
    ]
    assert lines[0]["ms"] > 0
    assert lines[0]["bytes"] > 0
