"""Counting the rows of an answer in its bytes, and finding where to cut it.

The engine writes whole answers; how many solutions it has written is counted in what it wrote,
exactly and at the speed of a search. Formats are those of
[SPARQL 1.1 Query Results JSON](https://www.w3.org/TR/sparql11-results-json/#select-encode-terms),
[XML](https://www.w3.org/TR/rdf-sparql-XMLres/#results),
[TSV](https://www.w3.org/TR/sparql11-results-csv-tsv/#tsv) and
[N-Triples](https://www.w3.org/TR/n-triples/#n-triples-language), in the compact form in which the
engine writes them.
"""

from __future__ import annotations

import re
from typing import Final, Protocol

_JSON_HEAD: Final = b'"bindings":['
_STRING = re.compile(rb'"[^"]*"?')
_REST_OF_STRING = re.compile(rb'(?:[^"\\]|\\.)*"', re.DOTALL)
_STRING_OR_SEPARATOR = re.compile(rb'"(?:[^"\\]|\\.)*(?:"|\Z)|\},\{', re.DOTALL)


class RowMeter(Protocol):
    """Counts the rows of an answer whose bytes pass through `feed`, in blocks of any size.

    `rows` is how many have begun (exact after `finish`); `cut_at` is the number of bytes after
    which the answer is to be cut because it has more rows than the limit, None while it has not;
    `closing` are the bytes that make an answer cut there whole again.
    """

    rows: int
    cut_at: int | None
    closing: bytes

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the answer."""
        ...

    def finish(self) -> None:
        """Say that there are no more."""
        ...


class MarkMeter:
    """Counts rows by a mark that stands once in every row, and nowhere else.

    Args:
        mark: the bytes of the mark.
        before: how many marks stand before the first row's.
        ends: whether the mark is a row's end; otherwise it is a row's beginning.
        limit: rows after which to cut; None: never.
        closing: what makes a cut answer whole.
    """

    def __init__(
        self, mark: bytes, *, before: int = 0, ends: bool, limit: int | None, closing: bytes = b""
    ) -> None:
        """Begin before the first byte."""
        self.rows = 0
        self.cut_at: int | None = None
        self.closing = closing
        self._mark = mark
        self._marks = 0
        self._before = before
        self._ends = ends
        self._limit = limit
        self._place: int | None = None  # where to cut, should there be more rows
        self._held = b""
        self._passed = 0  # bytes before those held

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the answer."""
        text = self._held + block
        found = text.count(self._mark)
        if self._limit is not None and self.cut_at is None:
            self._look_for_cut(text, found, self._limit)
        self._marks += found
        self.rows = max(0, self._marks - self._before)
        kept = min(len(self._mark) - 1, len(text))
        self._held = text[len(text) - kept :]
        self._passed += len(text) - kept

    def finish(self) -> None:
        """Say that there are no more."""

    def _look_for_cut(self, text: bytes, found: int, limit: int) -> None:
        last = self._before + limit if self._ends else self._before + limit + 1
        if self._marks < last <= self._marks + found:
            place = -1
            for _ in range(last - self._marks):
                place = text.index(self._mark, place + 1)
            self._place = self._passed + place + (len(self._mark) if self._ends else 0)
        if self._marks + found > self._before + limit:
            self.cut_at = self._place


class JsonMeter:
    """Counts the rows of a SELECT answer in JSON.

    Rows are separated by `},{` outside strings. Text is looked at in pieces that end with a
    quotation mark, so that no separator is torn. Where no row is empty, `}},{"` is a separator
    unless a string ends with `}},{`, which shows in the character that follows; where `{}` is
    seen, strings are taken out first.

    Args:
        limit: rows after which to cut; None: never.
    """

    closing = b"]}}"

    def __init__(self, limit: int | None = None) -> None:
        """Begin before the first byte."""
        self.rows = 0
        self.cut_at: int | None = None
        self._limit = limit
        self._pieces: list[bytes] = []
        self._passed = 0  # bytes before those in the pieces
        self._in_head = True
        self._at_first = False
        self._in_string = False

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the answer."""
        if self._in_head:
            self._read_head(block)
            return
        if self._at_first and block:
            self._look_at_first(block)
        end = block.rfind(b'"') + 1
        if not end:
            self._pieces.append(block)
            return
        self._pieces.append(block[:end])
        self._count(b"".join(self._pieces))
        self._pieces = [block[end:]]

    def finish(self) -> None:
        """Say that there are no more."""
        self._count(b"".join(self._pieces), slowly=True)
        self._pieces = []

    def _read_head(self, block: bytes) -> None:
        text = b"".join((*self._pieces, block))
        place = text.find(_JSON_HEAD)
        if place < 0:
            self._pieces = [text]
            return
        self._in_head, self._at_first = False, True
        begin = place + len(_JSON_HEAD)
        self._pieces, self._passed = [], begin
        self.feed(text[begin:])

    def _look_at_first(self, block: bytes) -> None:
        """See from the character after the bracket whether there is a first row."""
        self._at_first = False
        self.rows = 1 if block.startswith(b"{") else 0
        if self.rows and self._limit == 0:
            self.cut_at = self._passed

    def _count(self, text: bytes, *, slowly: bool = False) -> None:
        if not text:
            return
        began_in_string = self._in_string
        plain = text.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in text else text
        self._in_string ^= bool(plain.count(b'"') & 1)
        if slowly or b"{}" in text:
            found = _structure(plain, began_in_string).count(b"},{")
        else:
            found = self._separators(text)
        if self._limit is not None and self.cut_at is None and self.rows + found > self._limit:
            self._cut(text, began_in_string, self._limit - self.rows)
        self.rows += found
        self._passed += len(text)

    def _separators(self, text: bytes) -> int:
        found = text.count(b'}},{"') - text.count(b'}},{"}') - text.count(b'}},{",')
        if text.endswith(b'}},{"') and not self._in_string:
            found -= 1  # the quotation mark ended a string
        return found

    def _cut(self, text: bytes, in_string: bool, rows: int) -> None:
        """Cut before that separator of the text, counted from 0."""
        rest = _REST_OF_STRING.match(text) if in_string else None
        place = rest.end() if rest else 0
        for found in _STRING_OR_SEPARATOR.finditer(text, place):
            if found[0] != b"},{":
                continue
            if rows == 0:
                self.cut_at = self._passed + found.start() + 1
                return
            rows -= 1


def _structure(plain: bytes, in_string: bool) -> bytes:
    """Return JSON text, whose strings hold no quotation marks, without its strings."""
    if in_string:
        plain = plain.partition(b'"')[2]
    return _STRING.sub(b"", plain)


def result_meter(format: str, limit: int | None) -> RowMeter | None:
    """Return the meter for a SELECT answer in the format of that name; None: it cannot be metered.

    Args:
        format: "json", "xml" or "tsv".
        limit: rows after which to cut; None: never.
    """
    if format == "json":
        return JsonMeter(limit)
    if format == "xml":
        closing = b"</results></sparql>"
        return MarkMeter(b"<result>", ends=False, limit=limit, closing=closing)
    if format == "tsv":
        return MarkMeter(b"\n", before=1, ends=True, limit=limit)
    return None


def line_meter() -> RowMeter:
    """Return a meter for formats with one statement a line."""
    return MarkMeter(b"\n", ends=True, limit=None)
