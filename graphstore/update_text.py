"""Taking a SPARQL Update request apart: its operations, each with its parts as they are written.

Follows the productions `Update` to `UsingClause` of
[SPARQL 1.1 §19.8](https://www.w3.org/TR/sparql11-query/#rUpdate). What stands between braces is
not read here: only its end is found, so that megabytes of `INSERT DATA` cost next to nothing. The
engine's parser has the last word on every part.

`?a<?b#>…` is an IRI to SPARQL's longest-match rule, a comparison with a comment to the engine;
here it is an IRI. A text where that matters comes apart in a way that the engine then refuses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from graphstore.errors import RefusedQuery, UpdateSyntaxError
from graphstore.query_text import MAX_NESTING

_STRING = (
    r'"""(?:"{0,2}(?:[^"\\]|\\.))*+"""'
    r"|'''(?:'{0,2}(?:[^'\\]|\\.))*+'''"
    r'|"(?:[^"\\\r\n]|\\.)*+"'
    r"|'(?:[^'\\\r\n]|\\.)*+'"
)
_IRI = r'<(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*+>'
_COMMENT = r"#[^\r\n]*+"
_LETTERS = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = f"{_LETTERS}_0-9\u00b7\u0300-\u036f\u203f\u2040"
_PREFIX = rf"(?:[{_LETTERS}](?:[{_MORE}\-.]*[{_MORE}\-])?)?:"
_LOCAL = rf"(?:(?:[{_MORE}\-.:]|%[0-9A-Fa-f]{{2}}|\\[_~.\-!$&'()*+,;=/?#@%])*)"

_BLANK = re.compile(rf"(?:[ \t\r\n]++|{_COMMENT})*+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*+(?![\w:\-])")
_IRI_TOKEN = re.compile(_IRI)
_PREFIX_TOKEN = re.compile(_PREFIX)
_NAME_TOKEN = re.compile(_PREFIX + _LOCAL)
_STRING_TOKEN = re.compile(_STRING, re.DOTALL)
# Everything between two signs that open or close something. `<<?s` opens a triple, while the
# first sign of `<<http:` compares.
_PLAIN = r"[^\"'<>#\\(){}\[\]]++"
_RUN = re.compile(
    rf"(?:{_STRING}|{_IRI}|{_COMMENT}|\\.|{_PLAIN}|<(?!<)|<(?=(?!<[?$]){_IRI})|>(?!>)|[\"'\\])*+",
    re.DOTALL,
)
_VARIABLE_OR_OTHER = re.compile(
    rf"{_STRING}|<<(?=[?$])|{_IRI}|{_COMMENT}|\\.|[?$]([{_LETTERS}_0-9][{_MORE}]*+)", re.DOTALL
)
_LABEL_OR_OTHER = re.compile(
    rf"{_STRING}|{_IRI}|{_COMMENT}|\\.|(?<![{_MORE}\-.:])_:([{_LETTERS}_0-9](?:[{_MORE}\-.]*[{_MORE}\-])?)",
    re.DOTALL,
)
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.\-]*:")

_FIRST_WORDS: Final = (
    "INSERT", "DELETE", "WITH", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "LOAD"
)  # fmt: skip
DEFAULT: Final = "DEFAULT"
NAMED: Final = "NAMED"
ALL: Final = "ALL"


@dataclass(frozen=True)
class Part:
    """A piece of a request as it is written, and its place there (characters from 0)."""

    text: str
    place: int


@dataclass(frozen=True)
class Declaration:
    """A `BASE`, `PREFIX` or `VERSION` on one line, and its place in the request."""

    text: str
    place: int
    key: str


@dataclass(frozen=True)
class Operation:
    """One operation of a request.

    `kind` is "INSERT DATA", "DELETE DATA", "DELETE WHERE", "MODIFY" (a `DELETE` or `INSERT` with
    `WHERE`), "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY" or "LOAD". `declarations` are those
    in force. Blocks keep their braces; `delete` and `insert` are templates, or the data. `graphs`
    are the graphs of a graph operation: an IRI as written, `DEFAULT`, `NAMED` or `ALL`.
    """

    kind: str
    whole: Part
    declarations: tuple[Declaration, ...]
    silent: bool = False
    delete: Part | None = None
    insert: Part | None = None
    where: Part | None = None
    with_graph: str | None = None
    using: tuple[str, ...] = ()
    using_named: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()

    @property
    def prologue(self) -> str:
        """The declarations in force, one on each line."""
        return "".join(f"{item.text}\n" for item in self.declarations)


def read_update(text: str) -> list[Operation]:
    """Return the operations of a request, in order; none when it is empty.

    Raises:
        UpdateSyntaxError: with line and column; what stands between braces is not looked at.
        RefusedQuery: the request nests deeper than MAX_NESTING.
    """
    return list(_Reader(text).operations())


def variables_in(block: str) -> list[str]:
    """Return the names of the variables in a template, each once, in order.

    >>> variables_in("{ ?s <?x> '?y' , $o }")
    ['s', 'o']
    """
    return list(_named_in(_VARIABLE_OR_OTHER, block))


def labels_in(block: str) -> set[str]:
    """Return the labels of the blank nodes in a block.

    >>> labels_in('{ _:a <_:b> "_:c" }')
    {'a'}
    """
    return set(_named_in(_LABEL_OR_OTHER, block)) if "_:" in block else set()


def line_and_column(text: str, place: int) -> tuple[int, int]:
    """Return the line and the column of a place, counted from 1."""
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _named_in(pattern: re.Pattern[str], block: str) -> dict[str, None]:
    return dict.fromkeys(found[1] for found in pattern.finditer(block) if found[1] is not None)


class _Reader:
    """A place in a request, and what can be read there."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._place = 0
        self._declared: dict[str, Declaration] = {}
        self._all_absolute = True

    def operations(self) -> Iterator[Operation]:
        while True:
            self._prologue()
            if self._at_end():
                return
            yield self._operation()
            if self._at_end():
                return
            if self._text[self._place] != ";":
                self._fail("expected ';' or the end after an operation")
            self._place += 1

    # ---- declarations

    def _prologue(self) -> None:
        while (word := self._next_word()) in {"BASE", "PREFIX", "VERSION"}:
            place = self._place
            self._word("BASE", "PREFIX", "VERSION")
            key = word
            if word == "VERSION":
                self._declare(key, f"{word} {self._token(_STRING_TOKEN, 'a string')}", place)
                continue
            name = ""
            if word == "PREFIX":
                name = self._token(_PREFIX_TOKEN, "a prefix with a colon") + " "
                key = f"{word} {name}"
            iri = self._token(_IRI_TOKEN, "an IRI between '<' and '>'")
            self._all_absolute &= _ABSOLUTE.match(iri) is not None
            self._declare(key, f"{word} {name}{iri}", place)

    def _declare(self, key: str, text: str, place: int) -> None:
        if self._all_absolute:
            self._declared.pop(key, None)
        elif key in self._declared:
            key = f"{key} {place}"  # a relative IRI after it may hang on the one before
        self._declared[key] = Declaration(text, place, key)

    # ---- operations

    def _operation(self) -> Operation:
        start = self._place
        word = self._word(*_FIRST_WORDS)
        empty = Operation(word, Part("", start), tuple(self._declared.values()))
        if word in {"INSERT", "DELETE", "WITH"}:
            found = self._change(word, empty)
        else:
            found = self._graph_operation(word, empty)
        return replace(found, whole=Part(self._text[start : self._place].rstrip(), start))

    def _change(self, word: str, empty: Operation) -> Operation:
        following = self._next_word()
        if word != "WITH" and following == "DATA":
            self._word("DATA")
            block = self._block()
            if word == "INSERT":
                return replace(empty, kind="INSERT DATA", insert=block)
            return replace(empty, kind="DELETE DATA", delete=block)
        if word == "DELETE" and following == "WHERE":
            self._word("WHERE")
            block = self._block()
            return replace(empty, kind="DELETE WHERE", delete=block, where=block)
        return self._modify(word, empty)

    def _modify(self, word: str, empty: Operation) -> Operation:
        with_graph = None
        if word == "WITH":
            with_graph = self._iri()
            word = self._word("DELETE", "INSERT")
        delete = insert = None
        if word == "DELETE":
            delete = self._block()
            if self._next_word() == "INSERT":
                word = self._word("INSERT")
        if word == "INSERT":
            insert = self._block()
        using: dict[bool, list[str]] = {False: [], True: []}
        while self._word("USING", "WHERE") == "USING":
            named = self._next_word() == NAMED
            if named:
                self._word(NAMED)
            using[named].append(self._iri())
        return replace(
            empty,
            kind="MODIFY",
            delete=delete,
            insert=insert,
            where=self._block(),
            with_graph=with_graph,
            using=tuple(using[False]),
            using_named=tuple(using[True]),
        )

    def _graph_operation(self, kind: str, empty: Operation) -> Operation:
        silent = self._next_word() == "SILENT"
        if silent:
            self._word("SILENT")
        if kind == "LOAD":
            graphs: tuple[str, ...] = (self._iri(),)
            if self._next_word() == "INTO":
                self._word("INTO")
                self._word("GRAPH")
                graphs = (*graphs, self._iri())
        elif kind in {"CLEAR", "DROP"}:
            word = self._word("GRAPH", DEFAULT, NAMED, ALL)
            graphs = (self._iri() if word == "GRAPH" else word,)
        elif kind == "CREATE":
            self._word("GRAPH")
            graphs = (self._iri(),)
        else:
            source = self._graph_or_default()
            self._word("TO")
            graphs = (source, self._graph_or_default())
        return replace(empty, kind=kind, silent=silent, graphs=graphs)

    def _graph_or_default(self) -> str:
        word = self._next_word()
        if word == DEFAULT:
            return self._word(DEFAULT)
        if word == "GRAPH":
            self._word("GRAPH")
        return self._iri()

    # ---- tokens

    def _at_end(self) -> bool:
        self._skip()
        return self._place >= len(self._text)

    def _skip(self) -> None:
        found = _BLANK.match(self._text, self._place)
        assert found is not None  # the pattern matches nothing, too
        self._place = found.end()

    def _next_word(self) -> str:
        self._skip()
        found = _WORD.match(self._text, self._place)
        return found[0].upper() if found else ""

    def _word(self, *expected: str) -> str:
        word = self._next_word()
        if word not in expected:
            self._fail(f"expected {' or '.join(expected)}")
        self._place += len(word)
        return word

    def _token(self, pattern: re.Pattern[str], what: str) -> str:
        self._skip()
        found = pattern.match(self._text, self._place)
        if found is None:
            self._fail(f"expected {what}")
        self._place = found.end()
        return found[0]

    def _iri(self) -> str:
        self._skip()
        pattern = _IRI_TOKEN if self._text.startswith("<", self._place) else _NAME_TOKEN
        iri = self._token(pattern, "an IRI")
        if iri.endswith(".") and pattern is _NAME_TOKEN:  # a dot ends no name
            self._place -= 1
            iri = iri[:-1]
        return iri

    def _block(self) -> Part:
        self._skip()
        start = self._place
        if not self._text.startswith("{", start):
            self._fail("expected '{'")
        brackets = triples = 0
        while True:
            run = _RUN.match(self._text, self._place)
            assert run is not None  # the pattern matches nothing, too
            self._place = run.end()
            if self._place >= len(self._text):
                self._place = start
                self._fail("this '{' is never closed")
            sign = self._text[self._place]
            if sign in "<>":  # the first of `<<` or `>>`
                triples = max(0, triples + (1 if sign == "<" else -1))
                self._place += 1
            else:
                brackets += 1 if sign in "{([" else -1
            self._place += 1
            if max(brackets, triples) > MAX_NESTING:
                self._refuse_nesting()
            if brackets == 0:
                return Part(self._text[start : self._place], start)

    def _fail(self, message: str) -> NoReturn:
        raise UpdateSyntaxError(message, *line_and_column(self._text, self._place))

    def _refuse_nesting(self) -> NoReturn:
        line, column = line_and_column(self._text, self._place)
        reason = f"the update nests deeper than {MAX_NESTING} levels"
        raise RefusedQuery(f"line {line}, column {column}: {reason}", line, column)
