from __future__ import annotations

import pytest

from api.errors import BadParameter, ProtocolError, UnknownParameter, UnsupportedMediaType
from api.sparql_request import (
    FORM,
    QUERY,
    UPDATE,
    Options,
    SparqlRequest,
    body_media_type,
    read_get,
    read_post,
)


def query(text: str, **options: object) -> SparqlRequest:
    return SparqlRequest("query", text, None, None, Options(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query_string", "expected"),
    [
        (b"query=ASK%20%7B%7D", query("ASK {}")),
        (b"query=ASK+%7B%7D", query("ASK {}")),
        (b"query=%25 7B", query("% 7B")),  # decoded once: %25 is a percent sign
        (b"query=%2525", query("%25")),
        ("query=ASK{?s ?p '두레'}".encode(), query("ASK{?s ?p '두레'}")),
        (b"query=a%3Db&timeout=2.5&maxRows=10", query("a=b", timeout_s=2.5, max_rows=10)),
        (b"query=a&timeout=&maxRows=&asKnownAt=&queryId=&format=&lang=", query("a")),
        (b"query=a&output=json&_=17", query("a", format="json")),
        (b"query=a&explain", query("a", explain=True)),
        (b"query=a&explain=false&lang=ko", query("a", language="ko")),
        (b"query=a&asKnownAt=2019-06&queryId=b", query("a", as_known_at="2019-06", query_id="b")),
        (b"query=", query("")),
        (b"", SparqlRequest("description", "", None, None, Options())),
        (b"lang=ko", SparqlRequest("description", "", None, None, Options(language="ko"))),
        (
            b"query=a&named-graph-uri=urn:x&default-graph-uri=urn:y&named-graph-uri=urn:z",
            SparqlRequest("query", "a", ("urn:y",), ("urn:x", "urn:z"), Options()),
        ),
    ],
)  # fmt: skip
def test_addresses(query_string: bytes, expected: SparqlRequest) -> None:
    assert read_get(query_string) == expected


@pytest.mark.parametrize(
    ("query_string", "error"),
    [
        (b"query=a&query=b", BadParameter),
        (b"query=a&timeout=1&timeout=2", BadParameter),
        (b"timeout=1", BadParameter),
        (b"default-graph-uri=urn:x", BadParameter),
        (b"update=CLEAR+ALL", BadParameter),
        (b"query=a&update=CLEAR+ALL", BadParameter),
        (b"query=%FF", BadParameter),
        (b"query=\xff", BadParameter),
        (b"query=50%", BadParameter),
        (b"query=%zz", BadParameter),
        (b"query=a&default-graph-uri=not+an+iri", BadParameter),
        (b"query=a&default-graph-uri=relative", BadParameter),
        (b"query=a&timeout=soon", BadParameter),
        (b"query=a&timeout=0", BadParameter),
        (b"query=a&timeout=-1", BadParameter),
        (b"query=a&timeout=nan", BadParameter),
        (b"query=a&timeout=inf", BadParameter),
        (b"query=a&maxRows=0", BadParameter),
        (b"query=a&maxRows=1.5", BadParameter),
        ("query=a&maxRows=\u0663".encode(), BadParameter),
        (b"query=a&explain=perhaps", BadParameter),
        (b"query=a&lang=fr", BadParameter),
        (b"query=a&queryId=a%20b", BadParameter),
        (b"query=a&queryId=" + b"x" * 65, BadParameter),
        (b"query=a&format=json&output=xml", BadParameter),
        (b"query=a&timout=1", UnknownParameter),
        (b"query=a&using-graph-uri=urn:x", UnknownParameter),
        (b"query=a" + b"&named-graph-uri=urn:x" * 1000, BadParameter),
    ],
)
def test_addresses_that_are_refused(query_string: bytes, error: type[ProtocolError]) -> None:
    with pytest.raises(error):
        read_get(query_string)


def test_an_unknown_parameter_names_the_known_ones() -> None:
    with pytest.raises(UnknownParameter) as raised:
        read_get(b"query=a&timout=1")
    assert raised.value.name == "timout"
    assert "timeout" in raised.value.known


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/sparql-query", QUERY),
        ("Application/SPARQL-Query; charset=UTF-8", QUERY),
        ('application/sparql-update;charset="utf-8"', UPDATE),
        ("application/x-www-form-urlencoded; charset=us-ascii", FORM),
    ],
)
def test_media_types(content_type: str, expected: str) -> None:
    assert body_media_type(content_type, None) == expected


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        (None, None),
        ("", None),
        ("text/plain", None),
        ("multipart/form-data; boundary=x", None),
        ("application/sparql-query; charset=UTF-16", None),
        ("application/sparql-query; charset=iso-8859-1", None),
        ("application/sparql-query", "gzip"),
    ],
)
def test_media_types_that_are_not_taken(content_type: str | None, encoding: str | None) -> None:
    with pytest.raises(UnsupportedMediaType) as raised:
        body_media_type(content_type, encoding)
    assert raised.value.taken


@pytest.mark.parametrize(
    ("media_type", "query_string", "body", "expected"),
    [
        (FORM, b"", b"query=ASK%20%7B%7D", query("ASK {}")),
        (FORM, b"", b"query=%2525+%2B", query("%25 +")),
        (QUERY, b"", "ASK { ?s ?p '두레%20+' }".encode(), query("ASK { ?s ?p '두레%20+' }")),
        (
            FORM,
            b"default-graph-uri=urn:a",
            b"query=a&default-graph-uri=urn:b&timeout=1",
            SparqlRequest("query", "a", ("urn:a", "urn:b"), None, Options(timeout_s=1)),
        ),
        (
            QUERY,
            b"named-graph-uri=urn:a&maxRows=3",
            b"a",
            SparqlRequest("query", "a", None, ("urn:a",), Options(max_rows=3)),
        ),
        (
            UPDATE,
            b"using-graph-uri=urn:a&using-named-graph-uri=urn:b&dry-run=true",
            b"CLEAR ALL",
            SparqlRequest("update", "CLEAR ALL", ("urn:a",), ("urn:b",), Options(dry_run=True)),
        ),
        (
            FORM,
            b"using-graph-uri=urn:a",
            b"update=CLEAR+ALL",
            SparqlRequest("update", "CLEAR ALL", ("urn:a",), None, Options()),
        ),
    ],
)
def test_posts(media_type: str, query_string: bytes, body: bytes, expected: SparqlRequest) -> None:
    assert read_post(media_type, query_string, body) == expected


@pytest.mark.parametrize(
    ("media_type", "query_string", "body", "error"),
    [
        (FORM, b"", b"", BadParameter),
        (FORM, b"", b"query=a&query=b", BadParameter),
        (FORM, b"", b"update=a&update=b", BadParameter),
        (FORM, b"", b"query=a&update=b", BadParameter),
        (FORM, b"query=a", b"query=a", BadParameter),
        (FORM, b"query=a", b"", BadParameter),
        (FORM, b"update=a", b"", BadParameter),
        (FORM, b"update=a", b"query=a", BadParameter),
        (FORM, b"", b"query=%FF", BadParameter),
        (FORM, b"", b"query=%2", BadParameter),
        (FORM, b"", b"query=a&using-graph-uri=urn:x", UnknownParameter),
        (FORM, b"", b"update=a&default-graph-uri=urn:x", UnknownParameter),
        (FORM, b"", b"update=a&asKnownAt=1", UnknownParameter),
        (QUERY, b"query=a", b"a", BadParameter),
        (QUERY, b"update=a", b"a", BadParameter),
        (QUERY, b"", "ASK {}".encode("utf-16"), BadParameter),
        (QUERY, b"dry-run=true", b"a", UnknownParameter),
        (UPDATE, b"", b"\xff", BadParameter),
        (UPDATE, b"using-graph-uri=x", b"a", BadParameter),
    ],
)
def test_posts_that_are_refused(
    media_type: str, query_string: bytes, body: bytes, error: type[ProtocolError]
) -> None:
    with pytest.raises(error):
        read_post(media_type, query_string, body)
