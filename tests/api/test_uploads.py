from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode

from api.errors import NamedGraphGiven, UnsupportedMediaType
from api.uploads import TAKEN, check_upload, read_upload
from graphstore.errors import RdfSyntaxError, UpdateTooLarge

BASE = "http://example.org/g/1"
TRIPLE = "<http://example.org/a> <http://example.org/p> <http://example.org/b> ."


def read(document: str, content_type: str, max_quads: int = 100) -> list[str]:
    quads = read_upload(document.encode(), content_type, base=BASE, max_quads=max_quads)
    return [str(quad) for quad in quads]


@pytest.mark.parametrize("content_type", ["", "text/plain", "image/png", "turtle", "text/html"])
def test_other_formats_are_refused_with_a_list(content_type: str) -> None:
    with pytest.raises(UnsupportedMediaType) as caught:
        check_upload(content_type, None, parts=True)
    assert set(caught.value.taken) == {*TAKEN, "multipart/form-data"}


@pytest.mark.parametrize(
    ("content_type", "encoding", "parts"),
    [
        ("text/turtle; charset=utf-16", None, True),
        ("text/turtle", "gzip", True),
        ("multipart/form-data; boundary=x", None, False),
    ],
)
def test_refusals(content_type: str, encoding: str | None, parts: bool) -> None:
    with pytest.raises(UnsupportedMediaType):
        check_upload(content_type, encoding, parts=parts)


@pytest.mark.parametrize(
    "content_type",
    ["text/turtle", "Text/Turtle ; Charset=UTF-8", "application/rdf+xml; charset=iso-8859-1",
     "application/json", "multipart/form-data; boundary=x"],
)  # fmt: skip
def test_what_is_taken(content_type: str) -> None:
    check_upload(content_type, "identity", parts=True)


def test_relative_iris_are_resolved_against_the_graph() -> None:
    assert read("<> <#p> <../x> .", "text/turtle") == [
        "<http://example.org/g/1> <http://example.org/g/1#p> <http://example.org/x>"
    ]


def test_blank_nodes_get_labels_of_their_own() -> None:
    document = b"_:b <urn:p> _:b ."
    first, second = (
        read_upload(document, "text/turtle", base=BASE, max_quads=9)[0] for _ in range(2)
    )
    assert first.subject == first.object
    assert first.subject not in {second.subject, BlankNode("b")}


@pytest.mark.parametrize(
    ("document", "content_type"),
    [
        (TRIPLE, "application/trig"),
        (TRIPLE, "application/n-quads"),
        ('{"@id": "http://example.org/a", "http://example.org/p": [{"@id": "/b"}]}',
         "application/ld+json"),
    ],
)  # fmt: skip
def test_formats_of_datasets_may_hold_one_graph(document: str, content_type: str) -> None:
    assert read(document, content_type) == [TRIPLE.removesuffix(" .")]


@pytest.mark.parametrize(
    ("document", "content_type"),
    [(f"<urn:g> {{ {TRIPLE} }}", "application/trig"),
     (TRIPLE.replace(" .", " <urn:g> ."), "application/n-quads")],
)  # fmt: skip
def test_a_document_names_no_graph(document: str, content_type: str) -> None:
    with pytest.raises(NamedGraphGiven) as caught:
        read(document, content_type)
    assert caught.value.graph == "urn:g"


def test_the_number_of_triples_has_a_bound() -> None:
    assert len(read("<a> <p> 1, 2, 3 .", "text/turtle", max_quads=3)) == 3
    with pytest.raises(UpdateTooLarge):
        read("<a> <p> 1, 2, 3 .", "text/turtle", max_quads=2)


def multipart(*parts: tuple[str, str]) -> str:
    return "".join(f"--x\r\n{head}\r\n\r\n{body}\r\n" for head, body in parts) + "--x--\r\n"


def test_parts_are_read_each_in_its_format() -> None:
    document = multipart(
        ("Content-Type: text/turtle", "<a> <p> 1 ."),
        ('Content-Disposition: form-data; name="f"; filename="x.nt"', TRIPLE),
        ("Content-Type: application/ld+json", '{"@id": "x", "http://example.org/p": 2}'),
    )
    quads = read_upload(
        document.encode(), "multipart/form-data; boundary=x", base=BASE, max_quads=3
    )
    assert [quad.object for quad in quads] == [
        Literal(1),
        NamedNode("http://example.org/b"),
        Literal(2),
    ]
    with pytest.raises(UpdateTooLarge):
        read(document, "multipart/form-data; boundary=x", max_quads=2)


@pytest.mark.parametrize(
    ("head", "body", "error"),
    [
        ("Content-Type: text/turtle", "<a> <p> .", RdfSyntaxError),
        ("Content-Type: text/csv", "a,b", UnsupportedMediaType),
        ("Content-Disposition: form-data; name=graph", "http://x/", UnsupportedMediaType),
        ("Content-Disposition: form-data; name=f; filename=a.docx", "x", UnsupportedMediaType),
        ("Content-Type: application/trig", f"<urn:g> {{ {TRIPLE} }}", NamedGraphGiven),
    ],
)
def test_parts_that_are_refused(head: str, body: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read(multipart((head, body)), "multipart/form-data; boundary=x")


def test_an_error_in_a_part_names_its_file() -> None:
    head = 'Content-Disposition: form-data; name="f"; filename="x.ttl"'
    with pytest.raises(RdfSyntaxError, match=r"in x\.ttl") as caught:
        read(multipart((head, "<a> <p> 1 .\n<a> <p> . ")), "multipart/form-data; boundary=x")
    assert caught.value.line == 2
