from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

import httpx
import pytest

from api.wording import SECTIONS, TEXTS
from tests.api.conftest import BROWSER, find

PATHS = [
    "/",
    "/search?q=Seoul",
    "/search?q=zzzzzzzz",
    "/search",
    "/explore",
    "/questions",
    "/questions/co-organisers",
    "/sparql",
    "/docs",
    "/concept/role",
    "/concept/topic/social-and-solidarity-economy",
    "/problems/query-syntax",
    *(
        f"/explore/{name}"
        for name in "events actors policies declarations statistics topics places sources".split()
    ),
]


class Outline(HTMLParser):
    """What a page is made of, as far as the tests ask."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[str] = []
        self.language = ""
        self.cells: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags[tag] += 1
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "html":
            self.language = str(found.get("lang"))
        if tag in {"a", "link"} and found.get("href"):
            self.links.append(str(found["href"]))
        if tag == "label":
            self.labelled.add(str(found.get("for")))
        if tag in {"input", "select", "textarea"} and found.get("type") != "hidden":
            self.fields.append(str(found.get("id")))
        if tag == "th":
            self.cells.append(found.get("scope"))


def outline(text: str) -> Outline:
    parsed = Outline()
    parsed.feed(text)
    return parsed


def pages_of(client: httpx.Client) -> list[str]:
    things = ["Global Social Economy Forum", "East Africa Training in Uganda", "Seoul",
              "Kim Jung-Youl", "Kampala Declaration", "Mayor of Seongbuk-gu"]  # fmt: skip
    return [f"/page/{find(client, name)}" for name in things]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_pages_are_well_made(client: httpx.Client, language: str) -> None:
    source = client.get("/api/v1/sources").json()["items"][0]["iri"].rpartition("/")[2]
    things = pages_of(client)
    paths = [*PATHS, *things, *(f"{path}/timeline" for path in things), f"/doc/{source}"]
    for path in paths:
        separator = "&" if "?" in path else "?"
        answer = client.get(f"{path}{separator}lang={language}", headers={"Accept": BROWSER})
        assert answer.status_code == 200, path
        page = outline(answer.text)
        assert page.language == language, path
        for tag, number in (("main", 1), ("h1", 1), ("header", None), ("nav", None), ("footer", 1)):
            assert page.tags[tag] == number if number else page.tags[tag], (path, tag)
        assert len(page.ids) == len(set(page.ids)), path
        assert set(page.fields) <= page.labelled, path
        assert all(page.cells), path
        # One page alone has a script, of our own; it works without.
        assert page.tags["script"] == (path == "/sparql"), path
        for link in page.links:
            if link.startswith("#"):
                assert link[1:] in page.ids, (path, link)
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_every_link_of_a_page_leads_somewhere(client: httpx.Client) -> None:
    links: set[str] = set()
    for path in ("/", *pages_of(client)[:3], "/questions/co-organisers"):
        links |= set(outline(client.get(path, headers={"Accept": BROWSER}).text).links)
    local = sorted(link.partition("#")[0] for link in links if link.startswith("/"))
    for link in dict.fromkeys(local):
        answer = client.get(link, headers={"Accept": "*/*"})
        assert answer.status_code in {200, 303}, link


def test_the_language_stays_while_one_reads_on(client: httpx.Client) -> None:
    page = outline(client.get("/?lang=ko").text)
    assert "/explore?lang=ko" in page.links
    plain = outline(client.get("/", headers={"Accept-Language": "ko"}).text)
    assert plain.language == "ko"
    assert "/explore" in plain.links


def test_korean_names_are_marked_as_korean(client: httpx.Client) -> None:
    text = client.get(f"/page/{find(client, 'Seoul')}").text
    assert '<span lang="ko">서울</span>' in text


def test_facts_lead_to_their_passages(client: httpx.Client) -> None:
    text = client.get(f"/page/{find(client, 'East Africa Training in Uganda')}").text
    assert "Co-organiser" in text
    assert "Kampala Capital City Authority" in text
    assert 'href="#source-1"' in text
    assert "GSEF learning events" in text


def test_errors_are_pages_for_browsers(client: httpx.Client) -> None:
    for path, status in (("/nope", 404), ("/page/gsef-xxxx", 404), ("/questions/nope", 404),
                         ("/explore/nope", 404), ("/sparql?query=SELECT", 400)):  # fmt: skip
        answer = client.get(path, headers={"Accept": BROWSER})
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith("text/html")
        assert outline(answer.text).tags["h1"] == 1


@pytest.mark.parametrize("text", ['"><script>alert(1)</script>', "{{ 7*7 }}", "\x00", "💥" * 50])
def test_what_people_type_is_text(client: httpx.Client, text: str) -> None:
    for path, name in (("/search", "q"), ("/sparql", "query"), ("/explore/events", "q"),
                       ("/questions/co-organisers", "actor")):  # fmt: skip
        answer = client.get(path, params={name: text}, headers={"Accept": BROWSER})
        assert answer.status_code in {200, 400}
        assert "<script>alert" not in answer.text


def test_old_addresses_and_files(client: httpx.Client) -> None:
    assert client.get("/query").headers["location"] == "/sparql"
    assert client.get("/ask").headers["location"] == "/questions"
    assert client.get("/static/style.css").headers["content-type"].startswith("text/css")
    assert client.get("/static/../app.py").status_code == 404


def test_words_exist_in_both_languages() -> None:
    for english, korean in (*TEXTS.values(), *SECTIONS.values()):
        assert english
        assert korean


def test_an_empty_dataset_has_pages_too(empty: httpx.Client) -> None:
    for path in ("/", "/explore", "/explore/events", "/search?q=x", "/questions", "/sparql"):
        assert empty.get(path, headers={"Accept": BROWSER}).status_code == 200, path
