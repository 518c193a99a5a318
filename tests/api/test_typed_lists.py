from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.api.conftest import find

LISTS = "events actors policies declarations sources statistics topics places".split()


def items(client: httpx.Client, path: str, **params: str) -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/{path}", params={"limit": "100", **params})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def labels(client: httpx.Client, path: str, **params: str) -> set[str]:
    return {item["label"] for item in items(client, path, **params)}


@pytest.mark.parametrize("name", LISTS)
def test_every_list_pages_to_its_end(client: httpx.Client, name: str) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        params = {"limit": "7"} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"/api/v1/{name}", params=params).json()
        assert set(page) == {"items", "next"}
        seen += [item["iri"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) > 0


@pytest.mark.parametrize("name", LISTS)
def test_every_fact_in_a_list_has_sources(client: httpx.Client, name: str) -> None:
    for item in items(client, name):
        assert item["label"]
        for facts in item["facts"].values():
            for fact in facts:
                recorded = item["iri"].startswith("https://w3id.org/dure/doc/")
                assert fact["sources"] or fact.get("editorial") or recorded


def test_trainings(client: httpx.Client) -> None:
    assert "East Africa Training in Uganda" in labels(client, "events", type="training")


def test_who_organised(client: httpx.Client) -> None:
    kcca = find(client, "Kampala Capital City Authority")
    assert labels(client, "events", organiser=kcca) == {"East Africa Training in Uganda"}
    assert labels(client, "events", actor=kcca, role="co-organizer") == {
        "East Africa Training in Uganda"
    }
    assert labels(client, "events", actor=kcca, role="speaker") == set()


def test_events_in_a_place_and_those_within(client: httpx.Client) -> None:
    kampala, uganda = find(client, "Kampala", "Place"), find(client, "Uganda", "Place")
    assert "East Africa Training in Uganda" in labels(client, "events", place=kampala)
    assert labels(client, "events", place=kampala) <= labels(client, "events", place=uganda)


def test_events_by_time(client: httpx.Client) -> None:
    found = labels(client, "events", **{"from": "2019-08-22", "to": "2019-08-22"})
    assert "East Africa Training in Uganda" in found
    later = labels(client, "events", **{"from": "2019-08-24", "to": "2019-08-30"})
    assert "East Africa Training in Uganda" not in later
    begins = [
        item["dates"].get("earliestBegin", "9999") if "dates" in item else "9999"
        for item in items(client, "events")
    ]
    dated = [day for day in begins if day != "9999"]
    assert dated == sorted(dated)


def test_valid_on_says_how_surely(client: httpx.Client) -> None:
    found = {
        item["label"]: item["validity"] for item in items(client, "events", validOn="2019-08-22")
    }
    assert found["East Africa Training in Uganda"] == "certain"
    assert "GSEF Capacity Building Programme on SSE 2019" not in found


def test_members(client: httpx.Client) -> None:
    association = find(client, "Association of Korean Local Governments", "Network")
    members = items(client, "actors", memberOf=association, role="member")
    assert len(members) == 38
    assert {item["validity"] for item in items(
        client, "actors", memberOf=association, role="member", validOn="2019"
    )} <= {"certain", "possible"}  # fmt: skip


@pytest.mark.parametrize("path", ["entities", "events", "places"])
@pytest.mark.parametrize("blank", ["", "  "])
def test_a_blank_name_is_no_filter(client: httpx.Client, path: str, blank: str) -> None:
    whole = client.get(f"/api/v1/{path}").json()["items"]
    assert client.get(f"/api/v1/{path}", params={"q": blank}).json()["items"] == whole


def test_a_cursor_of_another_list_is_refused(client: httpx.Client) -> None:
    cursor = client.get("/api/v1/actors", params={"limit": "2"}).json()["next"]
    answer = client.get("/api/v1/events", params={"cursor": cursor})
    assert answer.status_code == 400
    assert answer.json()["name"] == "cursor"


def test_governments_only(client: httpx.Client) -> None:
    found = items(client, "actors", kind="Government")
    assert found
    assert all(any(x["label"] == "government" for x in item["types"]) for item in found)


def test_declarations_and_topics_and_sources(client: httpx.Client) -> None:
    assert len(items(client, "declarations")) == 1
    assert any(item["counts"]["things"] > 0 for item in items(client, "topics"))
    documents = items(client, "sources")
    assert len(documents) == 5
    assert all(item["counts"]["assertions"] > 50 for item in documents)


def test_statistics_of_seoul(client: httpx.Client) -> None:
    seoul = find(client, "Seoul", "Place")
    found = items(client, "statistics", about=seoul)
    values = {fact["value"]["value"] for item in found for fact in item["facts"].get("value", [])}
    assert {718, 819, 3054, 3914} & values
    assert len(items(client, "statistics", about=seoul, to="2012")) < len(found)


def test_places_within(client: httpx.Client) -> None:
    korea, seoul = find(client, "Korea", "Place"), find(client, "Seoul", "Place")
    assert "Seongbuk-gu" in labels(client, "places", **{"in": seoul})
    assert (
        labels(client, "places", **{"in": seoul}) <= labels(client, "places", **{"in": korea})
        or len(items(client, "places", **{"in": korea})) == 100
    )


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/api/v1/events?colour=red", "colour"),
        ("/api/v1/actors?type=x", "type"),
        ("/api/v1/entities?Q=x", "Q"),
        ("/api/v1/questions/co-organisers?colour=red", "colour"),
        ("/page/x?colour=red", "colour"),
        ("/explore/events?colour=red", "colour"),
    ],
)
def test_unknown_parameters_are_named(client: httpx.Client, path: str, named: str) -> None:
    problem = client.get(path)
    assert problem.status_code == 400
    assert problem.json()["name"] == named
    assert "lang" in problem.json()["known"]


@pytest.mark.parametrize(
    ("path", "named"),
    [
        ("/api/v1/events?type=nonsense", "type"),
        ("/api/v1/events?place=nowhere", "place"),
        ("/api/v1/events?place=https://w3id.org/dure/id/nowhere", "place"),
        ("/api/v1/events?place=http://[", "place"),
        ("/api/v1/events?from=28th", "from"),
        ("/api/v1/events?from=2019-02-31", "from"),
        ("/api/v1/events?from=2020&to=2019", "to"),
        ("/api/v1/events?role=speaker", "role"),
        ("/api/v1/events?limit=0", "limit"),
        ("/api/v1/events?limit=-1", "limit"),
        ("/api/v1/events?limit=x", "limit"),
        ("/api/v1/events?limit=101", "limit"),
        ("/api/v1/events?cursor=nonsense", "cursor"),
        ("/api/v1/events?lang=fr", "lang"),
        ("/api/v1/events?type=training&type=forum", "type"),
        ("/api/v1/actors?validOn=2019", "validOn"),
        ("/api/v1/actors?kind=Nonsense", "kind"),
        ("/api/v1/entities?q=" + "x" * 300, "q"),
        ("/api/v1/questions/co-organisers?from=28th", "from"),
        ("/api/v1/questions/co-organisers?limit=0", "limit"),
        ("/api/v1/questions/co-organisers?cursor=x", "cursor"),
    ],
)
def test_bad_values_are_named(client: httpx.Client, path: str, named: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 400, answer.text
    assert answer.json()["name"] == named
