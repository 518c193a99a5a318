from __future__ import annotations

import io
import json

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from graphstore.errors import RdfSyntaxError, UnknownFormat
from graphstore.formats import (
    GRAPH_FORMATS,
    JSON_LD,
    N_QUADS,
    RDF_XML,
    SOLUTION_FORMATS,
    TRIG,
    TURTLE,
    GraphFormat,
    find_graph_format,
    find_result_format,
    graph_format,
    parse_quads,
    result_format,
    write_quads,
)
from tests.graphstore.strategies import iri, quad


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("turtle", TURTLE),
        ("TTL", TURTLE),
        (".ttl", TURTLE),
        ("text/turtle", TURTLE),
        ("Text/Turtle; charset=UTF-8", TURTLE),
        ("nq", N_QUADS),
        ("application/n-quads", N_QUADS),
        ("application/trig", TRIG),
        ("application/json", JSON_LD),
        ("application/ld+json;profile=x", JSON_LD),
        ("rdf", RDF_XML),
    ],
)
def test_formats_are_found_by_name_media_type_and_extension(
    text: str, expected: GraphFormat
) -> None:
    assert graph_format(text) is expected


def test_unknown_formats_are_told_apart_from_known_ones() -> None:
    assert find_graph_format("docx") is None
    assert find_result_format("turtle") is None
    with pytest.raises(UnknownFormat, match="turtle, ntriples"):
        graph_format("docx")
    with pytest.raises(UnknownFormat, match="json, xml, csv, tsv"):
        result_format("docx")


def test_no_two_formats_of_a_kind_share_a_handle() -> None:
    for formats in (GRAPH_FORMATS, SOLUTION_FORMATS):
        handles = [handle for item in formats for handle in (item.name, item.media_type)]
        assert len(handles) == len(set(handles))


EXPECTED = quad("s", "p", "o")
DOCUMENTS = {
    "turtle": b"<http://example.org/s> <http://example.org/p> <http://example.org/o> .",
    "ntriples": b"<http://example.org/s> <http://example.org/p> <http://example.org/o> .",
    "nquads": b"<http://example.org/s> <http://example.org/p> <http://example.org/o> .",
    "trig": b"@prefix e: <http://example.org/> . { e:s e:p e:o }",
    "jsonld": b'{"@id":"http://example.org/s","http://example.org/p":{"@id":"http://example.org/o"}}',
    "rdfxml": b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
        xmlns:e="http://example.org/"><rdf:Description rdf:about="http://example.org/s">
        <e:p rdf:resource="http://example.org/o"/></rdf:Description></rdf:RDF>""",
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_format_is_parsed_from_bytes_and_files(name: str) -> None:
    assert parse_quads(DOCUMENTS[name], name) == [EXPECTED]
    assert parse_quads(io.BytesIO(DOCUMENTS[name]), graph_format(name)) == [EXPECTED]


def test_named_graphs_and_literals_survive() -> None:
    document = '<http://example.org/s> <http://example.org/p> "가"@ko <http://example.org/g> .'
    assert parse_quads(document.encode(), "nquads") == [
        Quad(iri("s"), iri("p"), Literal("가", language="ko"), iri("g"))
    ]


@pytest.mark.parametrize("format", [TURTLE, TRIG, N_QUADS, JSON_LD, RDF_XML])
def test_a_byte_order_mark_is_no_content(format: GraphFormat) -> None:
    document = b"\xef\xbb\xbf" + write_quads([quad("s", "p", "o").triple], format)
    assert parse_quads(document, format) == [quad("s", "p", "o")]


def test_relative_iris_need_a_base() -> None:
    document = b"<s> <p> <o> ."
    assert parse_quads(document, "turtle", base="http://example.org/") == [EXPECTED]
    with pytest.raises(RdfSyntaxError):
        parse_quads(document, "turtle")
    with pytest.raises(RdfSyntaxError):
        parse_quads(document, "turtle", base="not a base")


@pytest.mark.parametrize(
    ("name", "document", "line"),
    [
        ("turtle", b"<http://example.org/s> <http://example.org/p> 1 .\n<http://e", 2),
        ("nquads", b'<a:a> <a:b> "c" .\n\n"x" <a:b> <a:c> .', 3),
        ("trig", b"@prefix e: <http://example.org/> .\ne:s e:p\n  f:o .", 3),
        ("turtle", b"\xff\xfe", 1),
        ("jsonld", b'{\n "@id": ', 2),
    ],
)
def test_mistakes_are_told_with_their_line(name: str, document: bytes, line: int) -> None:
    with pytest.raises(RdfSyntaxError) as raised:
        parse_quads(document, name)
    assert raised.value.line == line
    assert raised.value.column is not None
    assert "Parser error" not in raised.value.message


@pytest.mark.parametrize(
    "context",
    [
        "http://127.0.0.1:9/context.jsonld",
        ["http://127.0.0.1:9/context.jsonld"],
        {"@import": "http://127.0.0.1:9/context.jsonld"},
    ],
)
def test_remote_contexts_are_refused(context: object) -> None:
    document = json.dumps({"@context": context, "name": "x"}).encode()
    with pytest.raises(RdfSyntaxError, match="never fetched"):
        parse_quads(document, "jsonld")


def _xml_with_entities(*declarations: str, body: str) -> bytes:
    return (
        f"<?xml version='1.0'?><!DOCTYPE r [{''.join(declarations)}]>"
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns:e="http://example.org/"><rdf:Description rdf:about="http://example.org/s">'
        f"<e:p>{body}</e:p></rdf:Description></rdf:RDF>"
    ).encode()


def test_entities_are_expanded_within_reason() -> None:
    document = _xml_with_entities('<!ENTITY who "Dure">', body="&who;")
    assert parse_quads(document, "rdfxml") == [
        Quad(iri("s"), iri("p"), Literal("Dure"), DefaultGraph())
    ]


@pytest.mark.parametrize(
    "document",
    [
        _xml_with_entities('<!ENTITY a "aaaa">', '<!ENTITY b "&a;&a;">', body="&b;"),
        _xml_with_entities(f'<!ENTITY a "{"a" * 10_000}">', body="&a;" * 10_000),
        _xml_with_entities(f"<!ENTITY\na\t'{'a' * 10_000}'>", body="&a;" * 10_000),
    ],
    ids=["nested", "many", "white space"],
)
def test_entity_bombs_are_refused(document: bytes) -> None:
    with pytest.raises(RdfSyntaxError, match="entities"):
        parse_quads(document, "rdfxml")


@pytest.mark.parametrize("format", GRAPH_FORMATS, ids=lambda item: item.name)
def test_what_is_written_is_read_again(format: GraphFormat) -> None:
    subject = NamedNode("https://w3id.org/dure/id/x")
    triple = Triple(subject, NamedNode("https://schema.org/name"), Literal("두레", language="ko"))
    statement = Quad(*triple)
    document = write_quads([statement] if format.holds_named_graphs else [triple], format)
    assert parse_quads(document, format) == [statement]
