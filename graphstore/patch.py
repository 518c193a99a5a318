"""RDF Patch: the text form of a changeset, one line per quad, with headers.

Implements the part of [RDF Patch](https://afs.github.io/rdf-patch/) that a log needs: `H`, `TX`,
`D`, `A`, `TC`; prefixes (`PA`, `PD`) are neither written nor read. Quads are written as
[canonical N-Quads](https://www.w3.org/TR/rdf-canon/#canonical-quads) in the order of their bytes,
removals first, so that equal changesets give equal bytes. Blank nodes keep their labels.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyoxigraph
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat

from graphstore.changeset import Changeset
from graphstore.errors import RdfSyntaxError

_HEADER = re.compile(rb"H +([A-Za-z][A-Za-z0-9_-]*) +(.*) \.")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Patch:
    """What a patch document says: its headers, in order, and its changeset."""

    headers: Mapping[str, NamedNode | Literal]
    changeset: Changeset


def write_patch(changeset: Changeset, headers: Mapping[str, NamedNode | Literal]) -> bytes:
    """Return the changeset as an RDF Patch document.

    Args:
        changeset: what to write; the document does not depend on the order of its sets.
        headers: names and terms, written first, in their own order.
    """
    lines = [_header_line(key, term) for key, term in headers.items()]
    lines.append(b"TX .\n")
    lines += [b"D " + line for line in changeset.removed_lines]
    lines += [b"A " + line for line in changeset.added_lines]
    lines.append(b"TC .\n")
    return b"".join(lines)


def read_patch(document: bytes) -> Patch:
    """Read an RDF Patch document.

    A quad that is removed and added again counts by its last line.

    Raises:
        RdfSyntaxError: a line is not of the kinds above, or the transaction is not closed.
    """
    headers: dict[str, NamedNode | Literal] = {}
    operations: dict[bytes, list[bytes]] = {b"A": [], b"D": []}
    last: dict[bytes, bytes] = {}
    both = False
    state = "headers"
    for number, line in enumerate(document.splitlines(keepends=True), start=1):
        kind, _, rest = line.partition(b" ")
        if kind in operations and state == "open":
            operations[kind].append(rest)
            both = both or kind == b"D"
            if both:
                last[rest] = kind
        elif kind == b"H" and state == "headers":
            key, term = _read_header(line, number)
            headers[key] = term
        elif line.rstrip() == b"TX ." and state == "headers":
            state = "open"
        elif line.rstrip() == b"TC ." and state == "open":
            state = "closed"
        elif line.strip() and not line.startswith(b"#"):
            raise RdfSyntaxError(f"not a line of a patch here: {_shown(line)}", number, 1)
    if state != "closed":
        raise RdfSyntaxError("the patch ends before its TC line")
    added = _read_quads(line for line in operations[b"A"] if last.get(line, b"A") == b"A")
    removed = _read_quads(line for line in operations[b"D"] if last.get(line, b"D") == b"D")
    return Patch(headers, Changeset(added, removed))


def read_headers(lines: Iterable[bytes]) -> dict[str, NamedNode | Literal]:
    """Read the headers of a patch from its first lines, stopping where the changes begin.

    Raises:
        RdfSyntaxError: a line before the changes is not a header.
    """
    headers: dict[str, NamedNode | Literal] = {}
    for number, line in enumerate(lines, start=1):
        if line.rstrip() == b"TX .":
            return headers
        key, term = _read_header(line, number)
        headers[key] = term
    raise RdfSyntaxError("the patch ends before its TX line")


def _header_line(key: str, term: NamedNode | Literal) -> bytes:
    if not _KEY.fullmatch(key):
        raise ValueError(f"not a header name: {key!r}")
    return f"H {key} {term} .\n".encode()


def _read_header(line: bytes, number: int) -> tuple[str, NamedNode | Literal]:
    found = _HEADER.fullmatch(line.rstrip())
    if found is None:
        raise RdfSyntaxError(f"not a header: {_shown(line)}", number, 1)
    try:
        quads = list(
            pyoxigraph.parse(b"<urn:h> <urn:h> " + found[2] + b" .", format=RdfFormat.N_TRIPLES)
        )
    except SyntaxError as error:
        raise RdfSyntaxError(f"not a header: {_shown(line)}", number, 1) from error
    term = quads[0].object
    if len(quads) != 1 or not isinstance(term, NamedNode | Literal):
        raise RdfSyntaxError(f"not a header: {_shown(line)}", number, 1)
    return found[1].decode(), term


def _read_quads(lines: Iterable[bytes]) -> frozenset[Quad]:
    try:
        return frozenset(pyoxigraph.parse(b"".join(lines), format=RdfFormat.N_QUADS))
    except SyntaxError as error:
        raise RdfSyntaxError(f"a quad of the patch is not N-Quads: {error.args[0]}") from error


def _shown(line: bytes) -> str:
    return repr(line[:80].decode("utf-8", "replace"))
