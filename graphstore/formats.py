"""Formats of graphs and of query results: names, media types, file extensions, and parsing.

Media types are those registered by the formats' specifications, for example
[Turtle](https://www.w3.org/TR/turtle/#sec-mime),
[TriG](https://www.w3.org/TR/trig/#sec-mime-registration),
[N-Quads](https://www.w3.org/TR/n-quads/#sec-mediatype),
[JSON-LD](https://www.w3.org/TR/json-ld11/#iana-considerations) and
[SPARQL results in JSON](https://www.w3.org/TR/sparql11-results-json/#content-type).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Final

import pyoxigraph
from pyoxigraph import Quad, QueryResultsFormat, RdfFormat, Triple

from graphstore.errors import RdfSyntaxError, UnknownFormat, UpdateTooLarge
from ontology.namespaces import PREFIXES

# An RDF/XML document may grow to this many times its size by its own entities; honest documents
# abbreviate namespaces and stay far below, a "billion laughs" does not.
_ENTITY_GROWTH = 10
_ENTITY_ALLOWANCE_BYTES = 1_000_000


@dataclass(frozen=True)
class GraphFormat:
    """A format that graphs or datasets are written in."""

    name: str
    media_type: str
    extension: str
    syntax: RdfFormat
    holds_named_graphs: bool
    other_media_types: tuple[str, ...] = ()


@dataclass(frozen=True)
class ResultFormat:
    """A format that the solutions or the boolean of a query are written in."""

    name: str
    media_type: str
    extension: str
    syntax: QueryResultsFormat
    other_media_types: tuple[str, ...] = ()


TURTLE: Final = GraphFormat("turtle", "text/turtle", "ttl", RdfFormat.TURTLE, False)
N_TRIPLES: Final = GraphFormat(
    "ntriples", "application/n-triples", "nt", RdfFormat.N_TRIPLES, False
)
RDF_XML: Final = GraphFormat("rdfxml", "application/rdf+xml", "rdf", RdfFormat.RDF_XML, False)
TRIG: Final = GraphFormat("trig", "application/trig", "trig", RdfFormat.TRIG, True)
N_QUADS: Final = GraphFormat("nquads", "application/n-quads", "nq", RdfFormat.N_QUADS, True)
JSON_LD: Final = GraphFormat(
    "jsonld", "application/ld+json", "jsonld", RdfFormat.JSON_LD, True, ("application/json",)
)

GRAPH_FORMATS: Final = (TURTLE, N_TRIPLES, JSON_LD, RDF_XML, TRIG, N_QUADS)

JSON: Final = ResultFormat(
    "json",
    "application/sparql-results+json",
    "srj",
    QueryResultsFormat.JSON,
    ("application/json",),
)
XML: Final = ResultFormat(
    "xml",
    "application/sparql-results+xml",
    "srx",
    QueryResultsFormat.XML,
    ("application/xml", "text/xml"),
)
CSV: Final = ResultFormat("csv", "text/csv", "csv", QueryResultsFormat.CSV)
TSV: Final = ResultFormat("tsv", "text/tab-separated-values", "tsv", QueryResultsFormat.TSV)

SOLUTION_FORMATS: Final = (JSON, XML, CSV, TSV)
BOOLEAN_FORMATS: Final = (JSON, XML)


def find_graph_format(text: str) -> GraphFormat | None:
    """Return the graph format of that name, media type or file extension, or None.

    Case, parameters of a media type and the dot of an extension do not matter.

    >>> find_graph_format("text/turtle; charset=utf-8").name
    'turtle'
    >>> find_graph_format(".nq").name
    'nquads'
    """
    wanted = _normalised(text)
    return next((item for item in GRAPH_FORMATS if wanted in _handles(item)), None)


def find_result_format(text: str) -> ResultFormat | None:
    """Return the result format of that name, media type or file extension, or None."""
    wanted = _normalised(text)
    return next((item for item in SOLUTION_FORMATS if wanted in _handles(item)), None)


def graph_format(text: str) -> GraphFormat:
    """Return the graph format of that name, media type or file extension.

    Raises:
        UnknownFormat: there is none.
    """
    found = find_graph_format(text)
    if found is None:
        raise UnknownFormat(text, tuple(item.name for item in GRAPH_FORMATS))
    return found


def result_format(text: str) -> ResultFormat:
    """Return the result format of that name, media type or file extension.

    Raises:
        UnknownFormat: there is none.
    """
    found = find_result_format(text)
    if found is None:
        raise UnknownFormat(text, tuple(item.name for item in SOLUTION_FORMATS))
    return found


def parse_quads(
    data: bytes | BinaryIO,
    format: GraphFormat | str,
    *,
    base: str | None = None,
    rename_blank_nodes: bool = False,
    max_quads: int | None = None,
) -> list[Quad]:
    """Parse an RDF document into quads, in document order, duplicates kept.

    Args:
        data: the document; a file is read to its end.
        format: a graph format, or its name, media type or extension.
        base: the IRI that relative IRIs are resolved against; None: they are errors.
        rename_blank_nodes: give blank nodes new labels, which no other document has.
        max_quads: the greatest number of quads that are read; None: no limit.

    A byte order mark before UTF-8 is taken off: some editors write one.

    Nothing is ever fetched: a JSON-LD document with a remote `@context` is refused, and so is an
    RDF/XML document whose entities would blow it up.

    Raises:
        RdfSyntaxError: with the line and column, where the parser knows them.
        UnknownFormat: there is no such format.
        UpdateTooLarge: there are more than `max_quads`.
    """
    chosen = graph_format(format) if isinstance(format, str) else format
    document = data if isinstance(data, bytes) else data.read()
    document = document.removeprefix(codecs.BOM_UTF8)
    if chosen is RDF_XML:
        _refuse_entity_bomb(document)
    try:
        parser = pyoxigraph.parse(
            document,
            format=chosen.syntax,
            base_iri=base,
            rename_blank_nodes=rename_blank_nodes,
        )
        quads = list(parser if max_quads is None else islice(parser, max_quads + 1))
    except SyntaxError as error:
        raise _syntax_error(error) from error
    except ValueError as error:
        raise RdfSyntaxError(str(error)) from error
    if max_quads is not None and len(quads) > max_quads:
        raise UpdateTooLarge(max_quads)
    return quads


def write_quads(statements: Sequence[Quad] | Sequence[Triple], format: GraphFormat | str) -> bytes:
    """Return quads or triples as a document with the project's prefixes, in the order given.

    Args:
        statements: triples, or quads where the format holds named graphs.
        format: a graph format, or its name, media type or extension.

    Raises:
        UnknownFormat: there is no such format.
    """
    chosen = graph_format(format) if isinstance(format, str) else format
    prefixes = PREFIXES
    if chosen is RDF_XML:
        # RDF/XML writes all declared namespaces whether used or not; the used ones suffice.
        text = "\n".join(map(str, statements))
        prefixes = {name: iri for name, iri in PREFIXES.items() if iri in text}
    document = pyoxigraph.serialize(statements, format=chosen.syntax, prefixes=prefixes)
    return document if document is not None else b""


def _normalised(text: str) -> str:
    return text.partition(";")[0].strip().lower().removeprefix(".")


def _handles(item: GraphFormat | ResultFormat) -> tuple[str, ...]:
    return (item.name, item.media_type, item.extension, *item.other_media_types)


def _syntax_error(error: SyntaxError) -> RdfSyntaxError:
    text = str(error.args[0]) if error.args else str(error)
    if "LoadDocumentCallback" in text:
        return RdfSyntaxError(
            "a remote JSON-LD @context is never fetched; put the context into the document"
        )
    text = re.sub(r"^Parser error at line \d+ (between columns \d+ and \d+|column \d+): ", "", text)
    return RdfSyntaxError(text, error.lineno, error.offset)


def _refuse_entity_bomb(document: bytes) -> None:
    declared = dict(re.findall(rb"<!ENTITY\s+([^\s%]\S*)\s+[\"']([^\"']*)[\"']", document))
    if not declared:
        return
    if any(b"&" in value for value in declared.values()):
        raise RdfSyntaxError("XML entities that refer to other entities are refused")
    grown = sum(document.count(b"&" + name + b";") * len(text) for name, text in declared.items())
    if grown > _ENTITY_ALLOWANCE_BYTES + _ENTITY_GROWTH * len(document):
        raise RdfSyntaxError("the XML entities of this document would blow it up")
