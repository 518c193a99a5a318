from __future__ import annotations

import csv
import io
import json

import httpx
import pytest

from queries.catalog import Catalog
from tests.api.conftest import BROWSER

TRAINING = "East Africa Training in Uganda"
BOTH = {"Global Social Economy Forum", "Kampala Capital City Authority"}
NAMES = [question.name for question in Catalog.load().questions]


def test_the_catalogue_lists_parameters(client: httpx.Client) -> None:
    items = client.get("/api/v1/questions?limit=100").json()["items"]
    assert [item["name"] for item in items] == NAMES
    asked = next(item for item in items if item["name"] == "co-organisers")
    assert {"actor", "from", "to"} <= {parameter["name"] for parameter in asked["parameters"]}
    assert asked["title"]
    korean = client.get("/api/v1/questions?limit=100&lang=ko").json()["items"]
    assert korean[0]["title"] != items[0]["title"]


def test_co_organisers_with_sources(client: httpx.Client) -> None:
    answer = client.get("/api/v1/questions/co-organisers").json()
    rows = [row for row in answer["items"] if row["event"]["label"] == TRAINING]
    assert {row["actor"]["label"] for row in rows} == BOTH
    assert all("#char=" in row["passage"]["iri"] for row in rows)
    assert "SELECT" in answer["question"]["sparql"]


def test_an_answer_in_pages(client: httpx.Client) -> None:
    whole = client.get("/api/v1/questions/co-organisers?limit=100").json()["items"]
    rows, cursor = [], None
    while True:
        params = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/v1/questions/co-organisers", params=params).json()
        rows += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert rows == whole


def test_an_answer_as_a_table(client: httpx.Client) -> None:
    answer = client.get("/api/v1/questions/co-organisers", headers={"Accept": "text/csv"})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["actorLabel"] for row in rows if row["eventLabel"] == TRAINING} == BOTH


@pytest.mark.parametrize(
    "accept",
    [
        "text/tab-separated-values",
        "application/sparql-results+json",
        "application/sparql-results+xml",
        "application/sparql-query",
    ],
)
def test_other_formats(client: httpx.Client, accept: str) -> None:
    answer = client.get("/api/v1/questions/co-organisers", headers={"Accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == accept


def test_formats_that_do_not_fit(client: httpx.Client) -> None:
    answer = client.get("/api/v1/questions/co-organisers", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    paged = client.get("/api/v1/questions/events?limit=2", headers={"Accept": "text/csv"})
    assert paged.status_code == 400


def test_unknown_questions_suggest_near_ones(client: httpx.Client) -> None:
    answer = client.get("/api/v1/questions/co-organizers")
    assert answer.status_code == 404
    assert "co-organisers" in answer.json()["near"]


@pytest.mark.parametrize("name", NAMES)
def test_every_question_answers_its_example_on_every_door(client: httpx.Client, name: str) -> None:
    examples = Catalog.load()[name].examples()
    answer = client.get(f"/api/v1/questions/{name}", params=examples)
    assert answer.status_code == 200, answer.text
    assert answer.json()["items"]
    page = client.get(f"/questions/{name}", params=examples, headers={"Accept": BROWSER})
    assert page.status_code == 200
    assert "<table>" in page.text
    assert client.get(f"/questions/{name}", headers={"Accept": BROWSER}).status_code == 200


def test_labels_in_korean(client: httpx.Client) -> None:
    rows = client.get("/api/v1/questions/co-organisers?lang=ko").json()["items"]
    assert "캄팔라 수도청" in {row["actor"]["label"] for row in rows}
    assert json.dumps(rows)
