"""From headers to a choice: media types and languages with their quality values.

Implements proactive negotiation of
[RFC 9110 §12.5](https://www.rfc-editor.org/rfc/rfc9110#section-12.5). Pure functions: a header
in, a choice out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from api.errors import NotAcceptable

Choice = TypeVar("Choice")

_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\Z")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")


@dataclass(frozen=True)
class Range:
    """One element of an `Accept` header: `type/subtype` with wildcards, parameters, quality."""

    type: str
    subtype: str
    parameters: frozenset[tuple[str, str]]
    quality: float

    @property
    def precision(self) -> int:
        """How narrow the range is: 0 for `*/*`, 1 for `type/*`, 2 and more for a type."""
        if self.subtype != "*":
            return 2 + len(self.parameters)
        return 0 if self.type == "*" else 1

    def covers(self, media_type: str) -> bool:
        """Say whether `media_type` lies in this range."""
        main, _, rest = media_type.partition("/")
        subtype, *parameters = (part.strip().lower() for part in rest.split(";"))
        return (
            self.type in {"*", main.lower()}
            and self.subtype in {"*", subtype}
            and self.parameters <= {_parameter(text) for text in parameters}
        )


def parse_accept(header: str | None) -> list[Range]:
    """Return the ranges of an `Accept` header; malformed elements are left out.

    A missing or empty header accepts everything.
    """
    ranges = [_range(part) for part in (header or "").split(",") if part.strip()]
    found = [item for item in ranges if item is not None]
    return found if ranges else [Range("*", "*", frozenset(), 1.0)]


def choose(header: str | None, offers: Sequence[tuple[str, Choice]]) -> Choice:
    """Return the offer that an `Accept` header likes best; the first one among equals.

    Args:
        header: the `Accept` header; None or empty accepts everything.
        offers: pairs of media type and what to return for it, the server's favourite first.

    Raises:
        NotAcceptable: no offer suits.

    >>> choose("text/turtle;q=0.5, application/*", [("text/turtle", 1), ("application/json", 2)])
    2
    """
    ranges = parse_accept(header)
    best: tuple[float, Choice] | None = None
    for media_type, offer in offers:
        quality = quality_of(media_type, ranges)
        if quality > 0 and (best is None or quality > best[0]):
            best = (quality, offer)
    if best is None:
        raise NotAcceptable(list(dict.fromkeys(media_type for media_type, _ in offers)))
    return best[1]


def prefers_html(header: str | None) -> bool:
    """Say whether the client names HTML, and likes it at least as much as JSON: a browser does."""
    ranges = parse_accept(header)
    named = any(item.subtype in {"html", "xhtml+xml"} and item.quality > 0 for item in ranges)
    return named and quality_of("text/html", ranges) >= max(
        quality_of("application/problem+json", ranges), quality_of("application/json", ranges)
    )


def choose_language(header: str | None, offers: Sequence[str], default: str) -> str:
    """Return the offered language that an `Accept-Language` header likes best, else `default`.

    Basic filtering of [RFC 4647 §3.3.1](https://www.rfc-editor.org/rfc/rfc4647#section-3.3.1):
    the range `ko-KR` takes the offer `ko`.
    """
    best, best_quality = default, 0.0
    for part in (header or "").split(","):
        tag, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = _quality(parameters)
        if quality is None or quality <= best_quality:
            continue
        wanted = default if tag == "*" else tag.partition("-")[0]
        if wanted in offers:
            best, best_quality = wanted, quality
    return best


def _range(text: str) -> Range | None:
    media_type, *parameters = (piece.strip().lower() for piece in text.split(";"))
    main, slash, subtype = media_type.partition("/")
    quality = _quality(parameters)
    if not slash or not _TOKEN.match(main) or not _TOKEN.match(subtype) or quality is None:
        return None
    if main == "*" and subtype != "*":
        return None
    kept = frozenset(
        # Every text here is UTF-8, so a wish for a character set decides nothing.
        _parameter(text)
        for text in parameters
        if text and not text.startswith(("q=", "charset="))
    )
    return Range(main, subtype, kept, quality)


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip().strip('"')


def _quality(parameters: Sequence[str]) -> float | None:
    for text in parameters:
        if text.startswith("q="):
            value = text[2:].strip()
            return float(value) if _QUALITY.match(value) else None
    return 1.0


def quality_of(media_type: str, ranges: Sequence[Range]) -> float:
    """Return how much a client likes a media type; the narrowest range that covers it decides."""
    fitting = [item for item in ranges if item.covers(media_type)]
    if not fitting:
        return 0.0
    # The narrowest range decides, so "text/*;q=0.5, text/html;q=0" refuses HTML.
    return max(fitting, key=lambda item: (item.precision, item.quality)).quality
