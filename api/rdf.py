"""Graphs and datasets as bytes, in the format a client likes best.

One seam to the engine's serializers, so that no other module knows them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

import pyoxigraph
from pyoxigraph import Quad, Triple
from starlette.responses import Response

from api.negotiation import choose
from graphstore.formats import GRAPH_FORMATS, RDF_XML, GraphFormat
from ontology.namespaces import PREFIXES

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
    prefixes = PREFIXES
    if format is RDF_XML:
        # RDF/XML writes all declared namespaces whether used or not; the used ones suffice.
        text = "\n".join(str(item) for item in ordered)
        prefixes = {name: iri for name, iri in PREFIXES.items() if iri in text}
    content = pyoxigraph.serialize(ordered, format=format.syntax, prefixes=prefixes)
    return content if content is not None else b""


def rdf_response(
    statements: Iterable[Statement],
    format: GraphFormat,
    headers: dict[str, str] | None = None,
) -> Response:
    """Return triples or quads as a response."""
    return Response(rdf_bytes(statements, format), 200, headers, format.media_type)
