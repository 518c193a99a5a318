from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from graphstore.changeset import Changeset, quad_lines
from graphstore.errors import RdfSyntaxError
from graphstore.patch import read_headers, read_patch, write_patch
from tests.graphstore.strategies import changesets, iri, quad, texts

EXAMPLE = b"""H author "ana" .
H prev <http://example.org/before> .
TX .
D <http://example.org/s> <http://example.org/p> <http://example.org/old> .
A <http://example.org/s> <http://example.org/p> "\xea\xb0\x80"@ko <http://example.org/g> .
A <http://example.org/s> <http://example.org/p> _:b .
TC .
"""


def test_a_patch_is_written_line_by_line_removals_first() -> None:
    changeset = Changeset(
        added=frozenset(
            {
                Quad(iri("s"), iri("p"), BlankNode("b")),
                Quad(iri("s"), iri("p"), Literal("가", language="ko"), iri("g")),
            }
        ),
        removed=frozenset({quad("s", "p", "old")}),
    )
    headers: dict[str, NamedNode | Literal] = {
        "author": Literal("ana"),
        "prev": iri("before"),
    }
    assert write_patch(changeset, headers) == EXAMPLE
    assert read_patch(EXAMPLE).changeset == changeset
    assert read_patch(EXAMPLE).headers == headers


@given(changesets, texts)
def test_what_is_written_is_read(changeset: Changeset, text: str) -> None:
    headers: dict[str, NamedNode | Literal] = {"message": Literal(text), "commit": Literal(7)}
    apart = Changeset(changeset.added, changeset.removed - changeset.added)
    read = read_patch(write_patch(apart, headers))
    assert read.changeset == apart
    assert read.headers == headers
    assert list(read.headers) == ["message", "commit"]


@given(st.permutations([quad("s", "p", name) for name in "abcdef"]))
def test_order_does_not_matter(quads: list[Quad]) -> None:
    expected = quad_lines(sorted(quads, key=str))
    assert quad_lines(quads) == expected == sorted(expected)


def test_the_last_line_about_a_quad_counts() -> None:
    line = b"<http://example.org/s> <http://example.org/p> <http://example.org/o> .\n"
    there = frozenset({quad("s", "p", "o")})
    read = read_patch(b"TX .\nD " + line + b"A " + line + b"TC .\n").changeset
    assert read == Changeset(added=there)
    read = read_patch(b"TX .\nA " + line + b"D " + line + b"TC .\n").changeset
    assert read == Changeset(removed=there)


def test_empty_lines_and_comments_are_skipped() -> None:
    assert read_patch(b"# by hand\n\nTX .\n# nothing\nTC .\n").changeset == Changeset()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "ends before its TC"),
        (b"TX .\n", "ends before its TC"),
        (b"TC .\n", "not a line of a patch here"),
        (b"TX .\nTC .\nA <a:a> <a:b> <a:c> .\n", "not a line of a patch here"),
        (b"A <a:a> <a:b> <a:c> .\nTX .\nTC .\n", "not a line of a patch here"),
        (b'TX .\nH late "x" .\nTC .\n', "not a line of a patch here"),
        (b"TX .\nPA e <http://example.org/> .\nTC .\n", "not a line of a patch here"),
        (b"TX .\nA <a:a> <a:b> .\nTC .\n", "not N-Quads"),
        (b"H author .\nTX .\nTC .\n", "not a header"),
        (b'H author "x" "y" .\nTX .\nTC .\n', "not a header"),
        (b"H author _:b .\nTX .\nTC .\n", "not a header"),
        (b'H author "x .\nTX .\nTC .\n', "not a header"),
    ],
)
def test_bad_patches_are_refused(document: bytes, message: str) -> None:
    with pytest.raises(RdfSyntaxError, match=message):
        read_patch(document)


def test_headers_are_read_without_the_rest() -> None:
    lines = [b'H author "ana" .\n', b"TX .\n", b"A what is not even a quad\n"]
    assert read_headers(lines) == {"author": Literal("ana")}
    with pytest.raises(RdfSyntaxError, match="ends before its TX"):
        read_headers([b'H author "ana" .\n'])


def test_header_names_are_words() -> None:
    with pytest.raises(ValueError, match="not a header name"):
        write_patch(Changeset(), {"two words": Literal("x")})
