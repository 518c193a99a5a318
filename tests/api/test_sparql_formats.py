from __future__ import annotations

import pytest

from api.errors import BadParameter, NotAcceptable
from api.sparql_formats import FORMATS, plan
from tests.api.conftest import BROWSER

EVERYTHING = ("json", "json", "turtle")


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, EVERYTHING),
        ("", EVERYTHING),
        ("*/*", EVERYTHING),
        ("application/json", ("json", "json", "jsonld")),
        ("application/sparql-results+json", ("json", "json", None)),
        ("application/sparql-results+xml;q=0.9, */*;q=0.1", ("xml", "xml", "turtle")),
        ("text/csv", ("csv", None, None)),
        ("text/csv;q=0.5, text/tab-separated-values", ("tsv", None, None)),
        ("text/turtle", (None, None, "turtle")),
        ("application/rdf+xml, text/turtle;q=0.9", (None, None, "rdfxml")),
        ("application/*", ("json", "json", "ntriples")),
        ("text/*", ("csv", None, "turtle")),
        ("text/html;q=0.3, text/turtle", (None, None, "turtle")),
        ("*/*, text/turtle;q=0, application/n-triples;q=0", ("json", "json", "jsonld")),
    ],
)
def test_the_header_chooses_for_each_kind(
    accept: str | None, expected: tuple[str | None, ...]
) -> None:
    chosen = plan(accept)
    assert tuple(chosen.formats[kind] for kind in ("solutions", "boolean", "graph")) == expected
    assert not chosen.html


@pytest.mark.parametrize(
    "accept", [BROWSER, "text/html", "application/xhtml+xml", "text/html, */*"]
)
def test_browsers_get_a_page(accept: str) -> None:
    assert plan(accept).html


@pytest.mark.parametrize("accept", ["image/png", "text/turtle;q=0", "*/*;q=0"])
def test_what_nothing_suits(accept: str) -> None:
    with pytest.raises(NotAcceptable) as raised:
        plan(accept)
    assert {"text/turtle", "text/csv", "text/html"} <= set(raised.value.offered)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("json", ("json", "json", "jsonld")),
        ("JSON", ("json", "json", "jsonld")),
        ("xml", ("xml", "xml", "rdfxml")),
        ("csv", ("csv", None, None)),
        ("text/csv", ("csv", None, None)),
        ("tsv", ("tsv", None, None)),
        ("ttl", (None, None, "turtle")),
        ("turtle", (None, None, "turtle")),
        ("nt", (None, None, "ntriples")),
        ("application/sparql-results+json", ("json", "json", None)),
        ("application/trig", (None, None, "trig")),
    ],
)
def test_a_parameter_overrides_the_header(wanted: str, expected: tuple[str | None, ...]) -> None:
    chosen = plan("image/png", wanted)
    assert tuple(chosen.formats[kind] for kind in ("solutions", "boolean", "graph")) == expected


def test_html_by_parameter() -> None:
    assert plan("text/csv", "html").html


def test_no_format_of_that_name() -> None:
    with pytest.raises(BadParameter, match="csv"):
        plan(None, "xlsx")


def test_long_headers_are_not_remembered() -> None:
    assert plan("text/csv, " + "x/y, " * 1000).formats["solutions"] == "csv"


def test_names_of_formats_are_unique() -> None:
    assert len(FORMATS) == 10
