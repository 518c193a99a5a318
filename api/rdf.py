"""Graphs and datasets as bytes, in the format a client likes best.

The bytes come from the engine's serializers, through `graphstore.formats`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pyoxigraph import Quad, Triple
from starlette.responses import Response

from api.negotiation import choose
from graphstore.formats import GRAPH_FORMATS, GraphFormat, write_quads

Statement = TypeVar("Statement", Quad, Triple)

OFFERS = tuple((item.media_type, item) for item in GRAPH_FORMATS)


def graph_format_of(accept: str | None) -> GraphFormat:
    """Return the graph format that an Accept header likes best, Turtle among equals.

    Raises:
        NotAcceptable: it names none.
    """
    return choose(accept, OFFERS)


def rdf_bytes(statements: Iterable[Statement], format: GraphFormat) -> bytes:
    """Return triples or quads as a document; equal content gives equal bytes."""
    ordered = sorted(set(statements), key=str)
    return write_quads(ordered, format)


def rdf_response(
    statements: Iterable[Statement],
    format: GraphFormat,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return triples or quads as a response."""
    return Response(rdf_bytes(statements, format), 200, headers, format.media_type)
