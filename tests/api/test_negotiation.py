from __future__ import annotations

import pytest

from api.errors import NotAcceptable
from api.negotiation import choose, choose_language, prefers_html

OFFERS = [("text/turtle", "ttl"), ("application/ld+json", "jsonld"), ("text/html", "html")]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "ttl"),
        ("", "ttl"),
        ("*/*", "ttl"),
        ("text/*", "ttl"),
        ("text/html", "html"),
        ("TEXT/HTML", "html"),
        ("text/turtle;q=0.5, application/ld+json", "jsonld"),
        ("text/*;q=0.5, text/turtle;q=0, application/ld+json;q=0.4", "html"),
        ("application/xml, */*;q=0.1", "ttl"),
        ("text/turtle; charset=utf-8", "ttl"),
        ("nonsense, text/html", "html"),
        ("text/html;q=abc, application/ld+json;q=0.1", "jsonld"),
        ("text/html;q=1.5, text/turtle;q=0.001", "ttl"),
    ],
)
def test_the_best_offer_is_chosen(header: str | None, expected: str) -> None:
    assert choose(header, OFFERS) == expected


@pytest.mark.parametrize("header", ["image/png", "text/turtle;version=1.2", "nonsense", "*/*;q=0"])
def test_nothing_fits(header: str) -> None:
    with pytest.raises(NotAcceptable) as caught:
        choose(header, OFFERS)
    assert caught.value.offered == ("text/turtle", "application/ld+json", "text/html")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/html;q=0.3, application/json", False),
    ],
)
def test_browsers_are_told_from_programs(header: str | None, expected: bool) -> None:
    assert prefers_html(header) is expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, "en"),
        ("ko-KR,ko;q=0.9,en;q=0.8", "ko"),
        ("fr", "en"),
        ("fr, ko;q=0.1", "ko"),
        ("ko;q=0, en;q=0.1", "en"),
        ("*", "en"),
        (";;;,q=", "en"),
    ],
)
def test_languages(header: str | None, expected: str) -> None:
    assert choose_language(header, ("en", "ko"), "en") == expected
