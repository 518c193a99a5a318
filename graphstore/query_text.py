"""What is looked at in the text of a query or an update before the engine sees it.

The engine performs federated queries
([SPARQL 1.1 Federated Query](https://www.w3.org/TR/sparql11-federated-query/#service)) and loads
documents ([SPARQL 1.1 Update §3.1.4](https://www.w3.org/TR/sparql11-update/#load)), has no switch
against either, and its parser recurses as deep as the text nests. So every text is read here
first: `SERVICE`, `LOAD` and extreme nesting are refused.

The reading is on the safe side where SPARQL's tokens are ambiguous: `?a<?b#>` is an IRI to one
parser and a comparison with a comment to another, and `a:\\#` ends a name or begins a comment,
which would let a string hide a keyword. Both readings are followed, and a keyword found in any of
them counts. The engine's parser wants no space around keywords (`1SERVICE<x>{}` is a federated
query to it), so words are searched inside. The time grows with the length of the text only, a
megabyte of quads taking some hundredths of a second and the worst of texts a few seconds.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from typing import Final

from graphstore.errors import QuerySyntaxError, RefusedQuery

MAX_NESTING: Final = 100  # the engine crashes between 1,000 and 3,000 and slows down long before
MAX_NEGATIONS: Final = 1000  # "!!!…" is a nesting too; 3,000 are harmless, 100,000 crash

_NAME = r"[^\W\d_][\w.\-·]*+"
# Only escapes that the engine can make a character of: with another the string is none to it.
_ESCAPE = (
    r"\\[tbnrf\\\"']|\\u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4}"
    r"|\\U(?!0000[Dd][89A-Fa-f])00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}"
)
_SHORT_STRINGS = r'"(?:[^"\\\r\n]|\\.)*+"' r"|'(?:[^'\\\r\n]|\\.)*+'"
_LONG_STRING = re.compile(
    rf'"""(?:"{{0,2}}(?:[^"\\]|{_ESCAPE}))*+"""' rf"|'''(?:'{{0,2}}(?:[^'\\]|{_ESCAPE}))*+'''"
)
_LONG_LOOSELY = re.compile(
    r'"""(?:"{0,2}(?:[^"\\]|\\.))*+"""' r"|'''(?:'{0,2}(?:[^'\\]|\\.))*+'''", re.DOTALL
)
_SHORT_STRING = re.compile(_SHORT_STRINGS, re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]++")
_LINE_END = re.compile(r"[\r\n]")
_IRI = re.compile(r"<[^<>\"{}|^`\x00-\x20]*+>")
_SURE_IRI = r"<[A-Za-z][A-Za-z0-9+.\-]*+://[^<>\"{}|^`\x00-\x20]*+>"
_SURELY_IRI = re.compile(_SURE_IRI)
_VARIABLE = re.compile(r"[?$]\w+")
_WORD = re.compile(_NAME)
_PLAIN = re.compile(r"[^\"'#<?$\w(){}\[\]\\]+|\d+|_")
# What can be read in one way only: anything but brackets, escapes, doubtful IRIs, what may begin
# a long string, and words that hold a keyword.
_CLEAR = (
    r"[^\"'#<?$\w(){}\[\]\\]++|[?$]\w*+|\d++|_|(?![\w.\-·]*?(?i:service|load))"
    + _NAME
    + rf"|#[^\r\n]*+|(?!\"\"|'')(?:{_SHORT_STRINGS})"
)
_RUN = re.compile(rf"(?:{_CLEAR}|{_SURE_IRI})++", re.DOTALL)
# The data of INSERT DATA and DELETE DATA have no comparisons: what looks like an IRI there is one.
_DATA_RUN = re.compile(rf"(?:{_CLEAR}|{_IRI.pattern})++", re.DOTALL)
_BLANK = r"(?:[ \t\r\n]++|#[^\r\n]*+)"
_DATA = re.compile(
    rf"(?:{_BLANK}|BASE{_BLANK}*+{_IRI.pattern}|PREFIX{_BLANK}*+(?:{_NAME})?:{_BLANK}*+{_IRI.pattern})*+"
    rf"(?:INSERT|DELETE){_BLANK}++DATA{_BLANK}*+(?={{)",
    re.IGNORECASE,
)
_SERVICE = re.compile("service", re.IGNORECASE)
_LOAD = re.compile("load", re.IGNORECASE)
_SILENT = re.compile("silent", re.IGNORECASE)
_OPERAND = re.compile(rf"[<?$:]|{_NAME}:")
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_ENGINE_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)

# How many characters may be looked at again because of quotes and comments without an end.
_WORK_PER_CHARACTER: Final = 20
_WORK_ALLOWED: Final = 1_000_000

_UNCLEAR: Final = "the query can be read in too many ways: it has quotes that are never closed"
_NO_SERVICE: Final = "SERVICE is refused: no query connects to another endpoint"
_NO_LOAD: Final = "LOAD is refused: nothing a request says makes the service fetch a document"


@dataclass(frozen=True)
class _Finding:
    """A reason to refuse a text, and where in the text it stands."""

    place: int
    reason: str


def check_query_text(text: str) -> None:
    """Refuse a query text that the engine must not see.

    Codepoint escapes are looked through, although the engine leaves them alone outside strings
    and IRIs today.

    Raises:
        RefusedQuery: the text asks for a federated query, or nests deeper than MAX_NESTING.
    """
    _check(text, loads=False)


def check_update_text(text: str) -> None:
    """Refuse an update text that the engine must not see.

    Raises:
        RefusedQuery: the text says LOAD, silent or not, asks for a federated query, or nests
            deeper than MAX_NESTING.
    """
    _check(text, loads=True)


def _check(text: str, *, loads: bool) -> None:
    for reading in {text, _without_codepoint_escapes(text)}:
        found = _find_reason(reading, loads=loads)
        if found is not None:
            line, column = _line_and_column(reading, found.place)
            raise RefusedQuery(f"line {line}, column {column}: {found.reason}", line, column)


def syntax_error(error: SyntaxError) -> QuerySyntaxError:
    """Return the engine's complaint about a query with its place and without its grammar."""
    text = str(error.args[0]) if error.args else str(error)
    place = _ENGINE_PLACE.fullmatch(text)
    if place is None:
        return QuerySyntaxError(text)
    return QuerySyntaxError(_readable(place[3]), int(place[1]), int(place[2]))


def _find_reason(text: str, *, loads: bool) -> _Finding | None:
    if text.count("!") - text.count("!=") > MAX_NEGATIONS:
        return _Finding(text.index("!"), f"the query has more than {MAX_NEGATIONS} negations")
    brackets = text.count("(") + text.count("{") + text.count("[")
    suspicious = _SERVICE.search(text) or (loads and _LOAD.search(text))
    if brackets <= MAX_NESTING and not suspicious:
        return None
    return _Reader(text, loads=loads).refusal()


class _Reader:
    """Follows every reading of a text, deepest first where two readings meet."""

    def __init__(self, text: str, *, loads: bool) -> None:
        self._text = text
        self._loads = loads
        self._line = (0, -1)  # where the line was asked for, and where it ends
        self._work = _WORK_PER_CHARACTER * len(text) + _WORK_ALLOWED
        data = _DATA.match(text) if loads else None
        self._start = data.end() if data else 0
        self._in_data = data is not None

    def refusal(self) -> _Finding | None:
        """Return why the text is refused, if it is."""
        text, pending, depths = self._text, [self._start], {self._start: 0}
        while pending:
            place = heapq.heappop(pending)
            if place >= len(text):
                continue
            depth = depths.pop(place)
            if not pending:  # a single reading: what is clear is passed over in one go
                run = (_DATA_RUN if self._in_data else _RUN).match(text, place)
                place = run.end() if run else place
                if place >= len(text):
                    return None
            if text[place] in "({[":
                depth += 1
            elif text[place] in ")}]":
                depth = max(0, depth - 1)
                self._in_data = self._in_data and depth > 0
            if depth > MAX_NESTING:
                return _Finding(place, f"the query nests deeper than {MAX_NESTING} levels")
            ends, refused = self._token(place)
            if refused is not None or self._work < 0:
                return refused or _Finding(place, _UNCLEAR)
            for end in ends:
                if end not in depths:
                    heapq.heappush(pending, end)
                depths[end] = max(depth, depths.get(end, 0))
        return None

    def _token(self, place: int) -> tuple[list[int], _Finding | None]:
        """Return where the token at that place may end, and what in it is refused."""
        text, character = self._text, self._text[place]
        if character in "\"'":
            return self._ends_of_string(place), None
        if character == "<":
            iri = _IRI.match(text, place)
            if iri and (self._in_data or _SURELY_IRI.match(text, place)):
                return [iri.end()], None
            return [place + 1, *([iri.end()] if iri else [])], None
        if character == "\\":  # of an escape in a name, which may be for a quote or a number sign
            return [place + 1, min(place + 2, len(text))], None
        if character == "#":
            return [self._end_of_line(place)], None
        word = _WORD.match(text, place)
        if word is not None:
            return [word.end()], self._refused_in(word)
        token = (_VARIABLE if character in "?$" else _PLAIN).match(text, place)
        return [token.end() if token else place + 1], None

    def _ends_of_string(self, place: int) -> list[int]:
        """Return where a string may end: only what has no other reading is surely a long one."""
        long = _LONG_STRING.match(self._text, place)
        if long is not None:
            return [long.end()]
        strings = (pattern.match(self._text, place) for pattern in (_LONG_LOOSELY, _SHORT_STRING))
        found = [string.end() for string in strings if string is not None]
        self._work -= 0 if found else len(self._text) - place
        return found or [place + 1]

    def _end_of_line(self, place: int) -> int:
        start, end = self._line
        if not start <= place <= end:
            found = _LINE_END.search(self._text, place)
            end = found.start() if found else len(self._text)
            self._line = (place, end)
            self._work -= end - place
        return end

    def _refused_in(self, word: re.Match[str]) -> _Finding | None:
        text, start = self._text, word.start()
        before = text[start - 1 : start] if start else ""
        for found in _SERVICE.finditer(text, start, word.end()):
            in_a_name = before in (":", "@") and "." not in text[start : found.start()]
            if not in_a_name and self._begins_clause(found.end()):
                return _Finding(found.start(), _NO_SERVICE)
        # An operation begins after `;`, an IRI or nothing, so LOAD begins a word.
        load = _LOAD.match(text, start) if self._loads and before not in (":", "@") else None
        if load is not None and self._begins_clause(load.end()):
            return _Finding(start, _NO_LOAD)
        return None

    def _begins_clause(self, place: int) -> bool:
        """Say whether an IRI or a variable follows a keyword, SILENT or not."""
        place = self._after_blank(place)
        silent = _SILENT.match(self._text, place)
        if silent is not None and _OPERAND.match(self._text, self._after_blank(silent.end())):
            return True
        return _OPERAND.match(self._text, place) is not None

    def _after_blank(self, place: int) -> int:
        while True:
            start = place
            found = _SPACE.match(self._text, place)
            place = found.end() if found else place
            self._work -= place - start
            if self._text[place : place + 1] != "#":
                return place
            place = self._end_of_line(place)


def _without_codepoint_escapes(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        number = int(found[1] or found[2], 16)
        is_character = number < 0x110000 and not 0xD800 <= number < 0xE000
        return chr(number) if is_character else found[0]

    return _CODEPOINT.sub(character, text)


def _line_and_column(text: str, place: int) -> tuple[int, int]:
    before = text[:place]
    return before.count("\n") + 1, place - (before.rfind("\n") + 1) + 1


def _readable(message: str) -> str:
    """Shorten the engine's list of what it expected to what a person can use."""
    expected = message.removeprefix("expected one of ").removeprefix("expected ")
    if expected == message:
        return message
    parts = [part.strip() for part in re.sub(r"\[[^\]]*\](?:\n\| *)?", "", expected).split(", ")]
    said = [part for part in parts if " " in part and not part.startswith(('"', "'"))]
    if said:
        return "; ".join(said)
    words = [part for part in parts if part.strip("|\n ")]
    return f"expected {' or '.join(words[:12])}" if words else "unexpected text"
