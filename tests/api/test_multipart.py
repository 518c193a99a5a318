from __future__ import annotations

import pytest

from api.errors import BadParameter
from api.multipart import Part, read_parts

HEADER = "multipart/form-data; boundary=edge"


def body(*parts: str, end: str = "--edge--\r\n") -> bytes:
    return ("".join(f"--edge\r\n{part}\r\n" for part in parts) + end).encode()


def test_parts_keep_their_media_types() -> None:
    found = read_parts(
        body(
            'Content-Disposition: form-data; name="one"; filename="ü.ttl"\r\n'
            "Content-Type: text/turtle; charset=utf-8\r\n\r\n<a>\r\n<b>",
            "content-disposition: form-data; name=two\r\n\r\n",
        ),
        HEADER,
    )
    assert found == [
        Part("one", "ü.ttl", "text/turtle; charset=utf-8", b"<a>\r\n<b>"),
        Part("two", "", "", b""),
    ]


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (body("\r\nx"), "multipart/form-data"),
        (body("\r\nx", end=""), HEADER),
        (b"", HEADER),
        (b"no boundary at all", HEADER),
        (body(*["\r\nx"] * 1001), HEADER),
    ],
)
def test_what_is_no_multipart_body(content: bytes, header: str) -> None:
    with pytest.raises(BadParameter):
        read_parts(content, header)


def test_binary_content_is_left_alone() -> None:
    content = bytes(range(256)) * 300
    document = b"--edge\r\nContent-Type: x/y\r\n\r\n" + content + b"\r\n--edge--"
    (part,) = read_parts(document, HEADER)
    assert part.content == content
