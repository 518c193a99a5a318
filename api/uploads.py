"""RDF documents in requests: which formats are taken, and the triples of one graph in them.

A document that is written into one graph may be in a format for datasets (TriG, N-Quads, JSON-LD)
as long as it names no graph: the graph's name stands in the address. See the
[Graph Store Protocol §4.1](https://www.w3.org/TR/sparql11-http-rdf-update/#direct-graph-identification).
"""

from __future__ import annotations

from typing import Final

from pyoxigraph import DefaultGraph, Quad

from api.errors import NamedGraphGiven, UnsupportedMediaType
from api.multipart import FORM_DATA, Part, read_parts
from graphstore.errors import RdfSyntaxError
from graphstore.formats import GRAPH_FORMATS, RDF_XML, GraphFormat, find_graph_format, parse_quads

TAKEN: Final = tuple(item.media_type for item in GRAPH_FORMATS)
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


def check_upload(content_type: str | None, content_encoding: str | None, *, parts: bool) -> None:
    """Check that a body is in a format that is taken, before it is read.

    Args:
        content_type: the request's header.
        content_encoding: the request's header.
        parts: whether it may be `multipart/form-data`.

    Raises:
        UnsupportedMediaType: it is not, or it is compressed.
    """
    if (content_encoding or "identity").strip().lower() != "identity":
        raise UnsupportedMediaType(f"a body in {content_encoding}", TAKEN)
    if not (parts and _media_type(content_type or "") == FORM_DATA):
        _format_of(content_type or "", parts=parts)


def read_upload(body: bytes, content_type: str, *, base: str, max_quads: int) -> list[Quad]:
    """Return the triples in a body, as quads of the default graph, blank nodes with new labels.

    Args:
        body: the whole body.
        content_type: its media type; `check_upload` has let it pass.
        base: what relative IRIs are resolved against.
        max_quads: the greatest number of triples.

    Raises:
        RdfSyntaxError: with line and column; for a part with the name of its file.
        NamedGraphGiven: a document names a graph.
        UnsupportedMediaType: a part is in a format that is not taken.
        BadParameter: the body does not hold the parts that its media type promises.
        UpdateTooLarge: there are more triples.
    """
    if _media_type(content_type) != FORM_DATA:
        format = _format_of(content_type, parts=True)
        return _triples(body, format, base, max_quads)
    quads: list[Quad] = []
    for part in read_parts(body, content_type):
        quads += _part_triples(part, base, max_quads - len(quads))
    return quads


def _part_triples(part: Part, base: str, max_quads: int) -> list[Quad]:
    if part.media_type:
        format = _format_of(part.media_type, parts=False)
    else:
        found = find_graph_format(part.file_name.rpartition(".")[2]) if part.file_name else None
        if found is None:
            raise UnsupportedMediaType(f"the part '{part.name}' without a media type", TAKEN)
        format = found
    try:
        return _triples(part.content, format, base, max_quads)
    except RdfSyntaxError as error:
        name = part.file_name or part.name
        raise RdfSyntaxError(f"{error.message} (in {name})", error.line, error.column) from error


def _triples(body: bytes, format: GraphFormat, base: str, max_quads: int) -> list[Quad]:
    quads = parse_quads(body, format, base=base, rename_blank_nodes=True, max_quads=max_quads)
    for quad in quads:
        if not isinstance(quad.graph_name, DefaultGraph):
            raise NamedGraphGiven(quad.graph_name.value)
    return quads


def _format_of(content_type: str, *, parts: bool) -> GraphFormat:
    """Return the format of a media type; a character set other than UTF-8 is none of ours."""
    taken = (*TAKEN, FORM_DATA) if parts else TAKEN
    media_type = _media_type(content_type)
    found = find_graph_format(media_type) if "/" in media_type else None
    if found is None or (found is not RDF_XML and not _is_utf8(content_type)):
        raise UnsupportedMediaType(content_type or "a body without media type", taken)
    return found


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _is_utf8(content_type: str) -> bool:
    for parameter in content_type.split(";")[1:]:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip('"').lower() in _UTF8
    return True
