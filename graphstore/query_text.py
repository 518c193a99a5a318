"""What is looked at in the text of a query before the engine sees it.

The engine performs federated queries
([SPARQL 1.1 Federated Query](https://www.w3.org/TR/sparql11-federated-query/#service)) and has no
switch against it, and its parser recurses as deep as the text nests. So every text is read here
first: `SERVICE` and extreme nesting are refused.

The reading is on the safe side where SPARQL's tokens are ambiguous: `?a<?b#>` is an IRI to one
parser and a comparison with a comment to another, which would let a string hide a keyword. Both
readings are followed, and a keyword found in any of them counts. The engine's parser wants no
space around keywords (`1SERVICE<x>{}` is a federated query to it), so words are searched inside.
"""

from __future__ import annotations

import heapq
import re
from dataclasses import dataclass
from typing import Final

from graphstore.errors import QuerySyntaxError, RefusedQuery

MAX_NESTING: Final = 100  # the engine crashes between 1,000 and 3,000 and slows down long before
MAX_NEGATIONS: Final = 1000  # "!!!…" is a nesting too; 3,000 are harmless, 100,000 crash

_BLANK = r"(?:[ \t\r\n]|#[^\r\n]*(?=[\r\n]|\Z))*"
_LONG_STRING = re.compile(
    r'"""(?:"{0,2}(?:[^"\\]|\\.))*"""' r"|'''(?:'{0,2}(?:[^'\\]|\\.))*'''", re.DOTALL
)
_SHORT_STRING = re.compile(r'"(?:[^"\\\r\n]|\\.)*"' r"|'(?:[^'\\\r\n]|\\.)*'", re.DOTALL)
_COMMENT = re.compile(r"#[^\r\n]*")
_IRI = re.compile(r"<[^<>\"{}|^`\x00-\x20]*>")
_SURELY_IRI = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*://")
_VARIABLE = re.compile(r"[?$]\w+")
_WORD = re.compile(r"[^\W\d_][\w.\-·]*")
_PLAIN = re.compile(r"[^\"'#<?$\w(){}\[\]]+|\d+|_")
_SERVICE = re.compile("service", re.IGNORECASE)
_SERVICE_CLAUSE = re.compile(
    rf"service{_BLANK}(?:silent{_BLANK})?(?=[<?$:]|[^\W\d_][\w.\-·]*:)", re.IGNORECASE
)
_CODEPOINT = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_ENGINE_PLACE = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


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
    for reading in {text, _without_codepoint_escapes(text)}:
        found = _find_reason(reading)
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


def _find_reason(text: str) -> _Finding | None:
    if text.count("!") - text.count("!=") > MAX_NEGATIONS:
        return _Finding(text.index("!"), f"the query has more than {MAX_NEGATIONS} negations")
    brackets = text.count("(") + text.count("{") + text.count("[")
    if brackets <= MAX_NESTING and _SERVICE.search(text) is None:
        return None
    return _read(text)


def _read(text: str) -> _Finding | None:
    """Follow every reading of the text, deepest first where two readings meet."""
    pending, depths = [0], {0: 0}
    while pending:
        place = heapq.heappop(pending)
        if place >= len(text):
            continue
        depth = depths.pop(place)
        if text[place] in "({[":
            depth += 1
        elif text[place] in ")}]":
            depth = max(0, depth - 1)
        if depth > MAX_NESTING:
            return _Finding(place, f"the query nests deeper than {MAX_NESTING} levels")
        ends, service = _read_token(text, place)
        if service is not None:
            return _Finding(service, "SERVICE is refused: no query connects to another endpoint")
        for end in ends:
            if end not in depths:
                heapq.heappush(pending, end)
            depths[end] = max(depth, depths.get(end, 0))
    return None


def _read_token(text: str, place: int) -> tuple[list[int], int | None]:
    """Return where the token at that place may end, and where a SERVICE begins in it."""
    character = text[place]
    if character in "\"'":
        strings = (_LONG_STRING.match(text, place), _SHORT_STRING.match(text, place))
        return [string.end() for string in strings if string] or [place + 1], None
    if character == "<":
        iri = _IRI.match(text, place)
        if iri and _SURELY_IRI.match(text, place):
            return [iri.end()], None
        return [place + 1, *([iri.end()] if iri else [])], None
    word = _WORD.match(text, place)
    if word is not None:
        return [word.end()], _service_in(text, word)
    pattern = {"#": _COMMENT, "?": _VARIABLE, "$": _VARIABLE}.get(character, _PLAIN)
    token = pattern.match(text, place)
    return [token.end() if token else place + 1], None


def _service_in(text: str, word: re.Match[str]) -> int | None:
    for found in _SERVICE.finditer(text, word.start(), word.end()):
        before = text[max(0, word.start() - 1) : found.start()]
        in_a_name = before[:1] in (":", "@") and "." not in before
        if not in_a_name and _SERVICE_CLAUSE.match(text, found.start()):
            return found.start()
    return None


def _without_codepoint_escapes(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        number = int(found[1] or found[2], 16)
        return chr(number) if number < 0x110000 else found[0]

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
