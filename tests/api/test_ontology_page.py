"""The page of the ontology: complete, linked within itself, readable in both languages."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

import httpx
import pytest

from api.ontology_page import anchor, curie, reference, render
from ontology.namespaces import CONCEPT, DURE, ORG

TURTLE = """
@prefix dure: <https://w3id.org/dure/ontology#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/dure/ontology> dct:title "Small & <odd>"@en , "작은 것"@ko .
dure:Event a owl:Class ; rdfs:label "event"@en , "행사"@ko .
""".encode()


class Page(HTMLParser):
    """Collects what the tests ask about."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.head_cells: list[str | None] = []
        self.languages: Counter[str | None] = Counter()
        self.external: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found["href"]))
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "th":
            self.head_cells.append(found.get("scope"))
        if tag in {"script", "img", "iframe"}:
            self.external.append(tag)
        self.languages[found.get("lang")] += 1
        if tag not in {"meta", "link", "br", "input", "path", "rect"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"path", "rect"}:
            assert self.open.pop() == tag


@pytest.fixture(scope="module")
def html(client: httpx.Client) -> str:
    return client.get("/ontology", headers={"Accept": "text/html"}).text


@pytest.fixture(scope="module")
def parsed(html: str) -> Page:
    reader = Page()
    reader.feed(html)
    reader.close()
    return reader


def test_every_tag_is_closed_and_every_anchor_leads_somewhere(parsed: Page) -> None:
    assert parsed.open == []
    assert [name for name, count in Counter(parsed.ids).items() if count > 1] == []
    assert {link[1:] for link in parsed.links if link.startswith("#")} - set(parsed.ids) == set()


def test_it_is_self_contained(parsed: Page, html: str) -> None:
    assert parsed.external == []
    assert "url(http" not in html


@pytest.mark.parametrize("language", ["en", "ko"])
def test_it_is_a_page_of_the_site(client: httpx.Client, language: str) -> None:
    answer = client.get("/ontology", params={"lang": language}, headers={"Accept": "text/html"})
    assert f'<html lang="{language}">' in answer.text
    for place in ("/explore", "/questions", "/sparql"):
        assert f'href="{place}?lang={language}"' in answer.text
    assert "style-src 'self';" in answer.headers["Content-Security-Policy"]
    assert str(reference()) in answer.text


def test_its_style_is_in_style_sheets_of_the_site(client: httpx.Client, html: str) -> None:
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', html)
    assert len(sheets) == 2
    for address in sheets:
        assert client.get(address).headers["Content-Type"].startswith("text/css")
    assert "<style" not in html
    assert " style=" not in html
    assert not re.search(r" on[a-z]+=", html)


def test_headings_do_not_skip_a_level_and_cells_know_their_direction(parsed: Page) -> None:
    assert parsed.headings[0] == 1
    assert parsed.headings.count(1) == 1
    steps = zip(parsed.headings, parsed.headings[1:], strict=False)
    assert all(lower - upper <= 1 for upper, lower in steps)
    assert set(parsed.head_cells) == {"col", "row"}


def test_korean_is_marked_as_korean(parsed: Page, html: str) -> None:
    assert parsed.languages["ko"] > 500
    for text in re.findall(r'<p lang="en">([^<]*)</p>', html):
        assert not re.search("[가-힣]", text)


@pytest.mark.parametrize("local", ["Event", "Government", "inCapacity", "Explicit", "decision-7"])
def test_the_iri_of_a_term_leads_to_its_place(parsed: Page, local: str) -> None:
    assert local in parsed.ids


@pytest.mark.parametrize("identifier", ["rule-G01", "rule-R15", "org-Membership", "role-speaker"])
def test_rules_reused_terms_and_concepts_have_anchors(parsed: Page, identifier: str) -> None:
    assert identifier in parsed.ids


def test_the_figure_has_words_that_stand_in_for_it(html: str) -> None:
    svg = re.search(r"<svg.*?</svg>", html, re.DOTALL)
    assert svg
    assert 'role="img" aria-labelledby="figure-title figure-description"' in svg[0]
    assert "event: has participation → participation" in svg[0].lower()


def test_the_same_files_give_the_same_page() -> None:
    reference.cache_clear()
    first = reference()
    reference.cache_clear()
    assert reference() == first


def test_texts_are_escaped_and_missing_ones_left_out() -> None:
    html = render([TURTLE], b"")
    assert "Small &amp; &lt;odd&gt;" in html
    assert 'id="Event"' in html


def test_curies_and_anchors() -> None:
    assert curie(f"{CONCEPT}role/chair") == "role:chair"
    assert curie(f"{ORG}member") == "org:member"
    assert curie("https://example.org/x") == "https://example.org/x"
    assert anchor(f"{DURE}Event") == "Event"
    assert anchor(f"{CONCEPT}role/chair") == "role-chair"
    assert anchor(f"{CONCEPT}cost/travel") == "concept-cost-travel"
