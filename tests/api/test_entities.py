from __future__ import annotations

import httpx
import pytest

from tests.api.conftest import find


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("GSEF", "Global Social Economy Forum"),
        ("global social-economy forum", "Global Social Economy Forum"),
        ("서울특별시", "Seoul Metropolitan Government"),
        ("KIM Joung-Youl", "Kim Jung-Youl"),
        ("Jung Youl Kim", "Kim Jung-Youl"),
        ("김정열", "Kim Jung-Youl"),
        ("Youngbae Kim", "Kim Youngbae"),
        ("SEONGBUK GU", "Seongbuk-gu"),
        ("성북구", "Seongbuk-gu"),
        ("kampala declaration", "Kampala Declaration Promoting the culture and practice of SSE in "
         "East Africa"),
        ("Hwasung-si", "Hwaseong-si"),
    ],
)  # fmt: skip
def test_search_by_any_variant(client: httpx.Client, name: str, label: str) -> None:
    items = client.get("/api/v1/entities", params={"q": name, "lang": "en"}).json()["items"]
    assert label in [item["label"] for item in items[:3]]


def test_misspellings_are_found_and_not_shown(client: httpx.Client) -> None:
    items = client.get("/api/v1/entities", params={"q": "Jaffina"}).json()["items"]
    assert "Jaffna" in {item["label"] for item in items}
    assert all(item.get("matched") != "Jaffina" for item in items)
    for item in items:
        names = client.get(f"/api/v1/entities/{item['id']}").json()["names"]
        assert "Jaffina" not in {name["text"] for name in names}
        assert ">Jaffina<" not in client.get(f"/page/{item['id']}").text


def test_labels_in_korean(client: httpx.Client) -> None:
    for params, headers in (({"lang": "ko"}, {}), ({}, {"Accept-Language": "ko-KR, en;q=0.5"})):
        items = client.get("/api/v1/entities", params={"q": "Seoul", **params}, headers=headers)
        assert items.json()["items"][0]["label"] == "서울"
        assert items.json()["items"][0]["language"] == "ko"


def test_filter_by_type(client: httpx.Client) -> None:
    items = client.get("/api/v1/entities", params={"q": "Seoul", "type": "Government"}).json()
    assert items["items"]
    for item in items["items"]:
        assert any(kind["label"] == "government" for kind in item["types"])


def test_an_entity_with_names_facts_and_sources(client: httpx.Client) -> None:
    slug = find(client, "Kim Jung-Youl")
    entity = client.get(f"/api/v1/entities/{slug}").json()
    names = {name["text"]: name for name in entity["names"]}
    assert {"KIM Jung-Youl", "KIM Joung-Youl", "Joungyoul Kim", "김정열"} <= set(names)
    assert names["김정열"]["editorial"] is True
    source = names["KIM Jung-Youl"]["sources"][0]
    assert source["document"] == "GSEF Capacity Building Training 2019 Draft Program"
    assert source["passages"][0]["end"] > source["passages"][0]["start"] >= 0
    assert len(source["passages"][0]["sha256"]) == 64


def test_every_fact_has_a_source_or_says_why_not(client: httpx.Client) -> None:
    slug = find(client, "Global Social Economy Forum", "Network")
    cursor, facts = None, []
    while True:
        params = {"limit": "30"} | ({"cursor": cursor} if cursor else {})
        page = client.get(f"/api/v1/entities/{slug}/statements", params=params).json()
        facts += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(facts) > 60
    for fact in facts:
        assert fact["sources"] or fact.get("editorial") or fact.get("derived"), fact
        assert fact["property"]["label"]
        assert "value" in fact or "node" in fact
        for source in fact["sources"]:
            assert source["assertion"].startswith("https://w3id.org/dure/assertion/")
            assert source["snapshot"].startswith("https://w3id.org/dure/doc/")
            if source["support"] != "explicit":
                assert source["note"]
            for passage in source["passages"]:
                assert passage["iri"].endswith(f"#char={passage['start']},{passage['end']}")
    keys = [str(sorted(fact.items(), key=str)) for fact in facts]
    assert len(keys) == len(set(keys))


def test_founding_is_one_fact_with_qualifiers(client: httpx.Client) -> None:
    slug = find(client, "Global Social Economy Forum", "Network")
    entity = client.get(f"/api/v1/entities/{slug}").json()
    (founding,) = entity["facts"]["resultedFrom"]
    values = {
        item["property"]["label"]: item["value"].get("value") or item["value"]["label"]
        for item in founding["qualifiers"]
    }
    assert values["start date"] == "2014"
    assert values["was associated with"] == "Seoul Metropolitan Government"
    assert len({source["snapshot"] for source in founding["sources"]}) == 2


def test_timeline_is_in_order(client: httpx.Client) -> None:
    slug = find(client, "Global Social Economy Forum", "Network")
    items = client.get(f"/api/v1/entities/{slug}/timeline?limit=100").json()["items"]
    begins = [
        next(x for x in (i["dates"].get("earliestBegin"), i["dates"].get("latestBegin"), "9") if x)
        for i in items
    ]
    assert len(begins) > 10
    assert begins == sorted(begins)


@pytest.mark.parametrize("path", ["", "/statements", "/timeline"])
def test_unknown_ids_suggest_near_ones(client: httpx.Client, path: str) -> None:
    answer = client.get(f"/api/v1/entities/gsef-xxxx{path}")
    assert answer.status_code == 404
    assert any(name.startswith("gsef-") for name in answer.json()["near"])


@pytest.mark.parametrize("slug", ["%20", "a%22b", "..", "%00", "x" * 3000, "%3Cscript%3E"])
def test_nonsense_ids(client: httpx.Client, slug: str) -> None:
    assert client.get(f"/api/v1/entities/{slug}/statements").status_code == 404


def test_json_ld_of_an_entity(client: httpx.Client) -> None:
    slug = find(client, "Kampala", "Place")
    answer = client.get(f"/api/v1/entities/{slug}", headers={"Accept": "application/ld+json"})
    assert answer.headers["content-type"] == "application/ld+json"
    assert f"/id/{slug}" in answer.text


def test_paging_to_the_end_gives_everything_once(client: httpx.Client) -> None:
    seen: list[str] = []
    address = "/api/v1/entities?limit=100"
    while True:
        answer = client.get(address)
        seen += [item["iri"] for item in answer.json()["items"]]
        if answer.json()["next"] is None:
            assert "link" not in answer.headers
            break
        address = answer.headers["link"].partition(">")[0].lstrip("<")
    assert len(seen) == len(set(seen)) > 500
