"""Which format an answer is written in: a pure function from header and parameter to a plan.

Nobody knows before the text is read whether the answer will be solutions, a boolean or a graph, so
the plan holds one choice for each kind. The media types are those of the specifications:
[results in JSON](https://www.w3.org/TR/sparql11-results-json/),
[XML](https://www.w3.org/TR/rdf-sparql-XMLres/), and
[CSV and TSV](https://www.w3.org/TR/sparql11-results-csv-tsv/), which define nothing for a boolean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from api.errors import BadParameter, NotAcceptable
from api.negotiation import choose, parse_accept, quality_of
from graphstore.answer import Kind
from graphstore.formats import (
    BOOLEAN_FORMATS,
    GRAPH_FORMATS,
    SOLUTION_FORMATS,
    GraphFormat,
    ResultFormat,
    find_graph_format,
    find_result_format,
)

HTML: Final = "text/html"
KINDS: Final[Mapping[Kind, tuple[ResultFormat | GraphFormat, ...]]] = MappingProxyType(
    {"solutions": SOLUTION_FORMATS, "boolean": BOOLEAN_FORMATS, "graph": GRAPH_FORMATS}
)
FORMATS: Final[Mapping[str, ResultFormat | GraphFormat]] = MappingProxyType(
    {item.name: item for item in (*SOLUTION_FORMATS, *GRAPH_FORMATS)}
)
"""Every format by its name, which no two share."""

# What the short names mean where the answer is a graph.
_GRAPH_NAMES = {"json": "jsonld", "xml": "rdfxml"}
_HTML_NAMES = frozenset({"html", HTML, "application/xhtml+xml"})
_ON_A_PAGE: Final[Mapping[Kind, str | None]] = MappingProxyType(
    {"solutions": "json", "boolean": "json", "graph": "turtle"}
)
_REMEMBERED_CHARACTERS = 1000  # of an Accept header; the plans of longer ones are not remembered


@dataclass(frozen=True)
class Plan:
    """The format for each kind of answer, None where the client accepts none.

    `html`: the answer is to be shown as a page, and `formats` are what the page is made from.
    `key` tells plans apart in a cache.
    """

    html: bool
    formats: Mapping[Kind, str | None]
    key: str


def plan(accept: str | None, wanted: str | None = None) -> Plan:
    """Return the formats that an Accept header asks for, or those of a `format` parameter.

    Args:
        accept: the header; None or empty accepts everything.
        wanted: a name, a media type or a file extension, which overrides the header; None: the
            header decides.

    Raises:
        NotAcceptable: the header accepts nothing that any kind of answer is written in.
        BadParameter: `wanted` is no format.
    """
    if len(accept or "") + len(wanted or "") > _REMEMBERED_CHARACTERS:
        return _plan.__wrapped__(accept, wanted)
    return _plan(accept, wanted)


@lru_cache(maxsize=1000)
def _plan(accept: str | None, wanted: str | None) -> Plan:
    if wanted is not None:
        return _wanted(wanted.strip().lower())
    if _wants_html(accept):
        return _PAGE
    formats: dict[Kind, str | None] = {kind: _liked(accept, kind) for kind in KINDS}
    if not any(formats.values()):
        raise NotAcceptable([*media_types_of("solutions"), *media_types_of("graph"), HTML])
    return _plan_of(formats)


def media_types_of(kind: Kind) -> list[str]:
    """Return the media types on offer for a kind of answer, the favourite first."""
    return [item.media_type for item in KINDS[kind]]


def _wanted(name: str) -> Plan:
    if name in _HTML_NAMES:
        return _PAGE
    result = find_result_format(name)
    graph = find_graph_format(_GRAPH_NAMES.get(name, name))
    if result is None and graph is None:
        raise BadParameter("format", f"is one of {', '.join(FORMATS)}, html, or a media type")
    formats: dict[Kind, str | None] = {
        "solutions": result.name if result else None,
        "boolean": result.name if result in BOOLEAN_FORMATS and result else None,
        "graph": graph.name if graph else None,
    }
    return _plan_of(formats)


def _plan_of(formats: dict[Kind, str | None]) -> Plan:
    return Plan(False, MappingProxyType(formats), " ".join(str(x) for x in formats.values()))


def _liked(accept: str | None, kind: Kind) -> str | None:
    # An alias counts where it is named: text/* must not be answered with what is no text.
    named = {f"{item.type}/{item.subtype}" for item in parse_accept(accept)}
    offers = [
        (media_type, item.name)
        for item in KINDS[kind]
        for media_type in (item.media_type, *item.other_media_types)
        if media_type == item.media_type or media_type in named
    ]
    try:
        return choose(accept, offers)
    except NotAcceptable:
        return None


def _wants_html(accept: str | None) -> bool:
    """Say whether a client names HTML and likes nothing better, as a browser does."""
    ranges = parse_accept(accept)
    if not any(item.subtype in {"html", "xhtml+xml"} and item.quality > 0 for item in ranges):
        return False
    others = (
        quality_of(media_type, ranges)
        for item in FORMATS.values()
        for media_type in (item.media_type, *item.other_media_types)
    )
    return quality_of(HTML, ranges) >= max(others)


_PAGE: Final = Plan(True, _ON_A_PAGE, HTML)
