"""Cutting a SPARQL text into tokens, each with its place in the text.

The terminals are those of [SPARQL 1.1 §19.8](https://www.w3.org/TR/sparql11-query/#sparqlGrammar);
the longest match wins, as that section has it. A codepoint escape (§19.2) is read inside IRIs and
strings, where the engine reads it too; anywhere else it is no token. Where this reading and the
engine's, which wants no space between words, could differ, `Tokens.doubtful` says so.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

# Beyond ASCII any character is taken into a name here and looked at afterwards: one that belongs
# into no name belongs into no other token either, and large character classes compile slowly.
_LETTER: Final = r"[^\x00-@\[-`{-\x7f]"
_LETTER_DIGIT: Final = r"[^\x00-/:-@\[-^`{-\x7f]"  # and _
_CHAR: Final = r"[^\x00-,./:-@\[-^`{-\x7f]"  # and -
_CHAR_COLON: Final = r"[^\x00-,./;-@\[-^`{-\x7f]"
_COMBINING: Final = "\u00b7\u0300-\u036f\u203f-\u2040"
_NOT_IN_NAMES: Final = (
    "\x80-\xb6\xb8-\xbf\xd7\xf7\u037e\u2000-\u200b\u200e-\u203e\u2041-\u206f\u2190-\u2bff"
    "\u2ff0-\u3000\ud800-\uf8ff\ufdd0-\ufdef\ufffe-\uffff\U000f0000-\U0010ffff"
)
_PLX: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
# An engine that cannot make a character of an escape might take a long string for an empty one
# and more, so that what begins like a long string is one or nothing.
_UCHAR: Final = (
    r"\\u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4}"
    r"|\\U(?!0000[Dd][89A-Fa-f])00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4}"
)
_ESCAPE: Final = rf"\\[tbnrf\\\"']|{_UCHAR}"
_RUN: Final = rf"(?:{_CHAR}++|\.++(?={_CHAR}))*+"  # a dot is part of a name, but not its end
_PREFIX: Final = rf"{_LETTER}{_RUN}"
_LABEL: Final = rf"_:{_LETTER_DIGIT}{_RUN}"
_LOCAL: Final = (
    rf"(?:{_LETTER_DIGIT}|:|{_PLX})(?:{_CHAR_COLON}++|{_PLX}|\.++(?={_CHAR_COLON}|{_PLX}))*+"
)
_IRI: Final = rf"<(?:[^<>\"{{}}|^`\\\x00-\x20]|{_UCHAR})*+>"
_STRINGS: Final = (
    rf'"""(?:"{{0,2}}(?:[^"\\]|{_ESCAPE}))*+"""|\'\'\'(?:\'{{0,2}}(?:[^\'\\]|{_ESCAPE}))*+\'\'\''
    rf'|(?!""")"(?:[^"\\\r\n]|{_ESCAPE})*+"|(?!\'\'\')\'(?:[^\'\\\r\n]|{_ESCAPE})*+\''
)

_TOKEN: Final = re.compile(
    rf"""(?P<SPACE>(?:[ \t\r\n]++|\#[^\r\n]*+)++)
    |(?P<VAR>[?$]{_LETTER_DIGIT}++)
    |(?P<PNAME_LN>(?:{_PREFIX})?:(?:{_LOCAL}))
    |(?P<PNAME_NS>(?:{_PREFIX})?:)
    |(?P<WORD>[A-Za-z][A-Za-z0-9_]*+)
    |(?P<IRIREF>{_IRI})
    |(?P<STRING>{_STRINGS})
    |(?P<DOUBLE>[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+)
    |(?P<DECIMAL>[+-]?[0-9]*\.[0-9]+)
    |(?P<INTEGER>[+-]?[0-9]+)
    |(?P<BLANK_NODE_LABEL>{_LABEL})
    |(?P<LANGTAG>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<NIL>\([ \t\r\n]*\))
    |(?P<ANON>\[[ \t\r\n]*\])
    |(?P<SIGN>&&|\|\||!=|<=|>=|\^\^|[{{}}()\[\].,;=<>+\-*/|^!?])""",
    re.VERBOSE,
)
_SIGNED: Final = {"+": "_POSITIVE", "-": "_NEGATIVE"}
_NUMBERS: Final = frozenset({"INTEGER", "DECIMAL", "DOUBLE"})
_WORDLIKE: Final = frozenset({"VAR", "PNAME_LN", "PNAME_NS", "WORD", "BLANK_NODE_LABEL", "LANGTAG"})
_NAMES: Final = frozenset({"VAR", "PNAME_LN", "PNAME_NS", "BLANK_NODE_LABEL"})

END: Final = "END"


@cache
def _bad_name() -> re.Pattern[str]:
    """Return what no name contains, or begins its prefix, local part or label with."""
    start = rf"^(?:[?$]|_:|[^:]*:)?[{_COMBINING}]"
    return re.compile(rf"[{_NOT_IN_NAMES}]|{start}")


class SparqlTokenError(ValueError):
    """No token of SPARQL begins at a place of the text."""

    def __init__(self, place: int) -> None:
        """Say at which character, counted from 0."""
        self.place = place
        super().__init__(f"no token of SPARQL at character {place}")


class Tokens:
    """The tokens of a text, one after the other; each is read when it is asked for.

    `kind` is a terminal's name, or a keyword in capitals (`a` apart), or the punctuation itself,
    or END. `INSERT DATA`, `DELETE DATA` and `DELETE WHERE` are told from `INSERT` and `DELETE` by
    looking ahead, their second word being a token of its own.
    """

    __slots__ = ("doubtful", "end", "kind", "start", "text")

    def __init__(self, text: str) -> None:
        """Begin before the first token of a query or an update."""
        self.text = text
        self.doubtful = False
        self.kind = ""
        self.start = self.end = 0

    def advance(self) -> None:
        """Read the next token.

        Raises:
            SparqlTokenError: nothing that follows is a token.
        """
        text, before, place = self.text, self.kind, self.end
        found = _TOKEN.match(text, place)
        if found is not None and found.lastgroup == "SPACE":
            place = found.end()
            found = _TOKEN.match(text, place)
        if found is None:
            if place < len(text):
                raise SparqlTokenError(place)
            self.kind, self.start, self.end = END, place, place
            return
        kind = found.lastgroup or ""
        if kind in _NAMES and not found.group().isascii() and _bad_name().search(found.group()):
            raise SparqlTokenError(place)
        if place == self.end and before:
            self._mark_doubt(before, kind, text[place])
        if kind == "SIGN":
            kind = found.group()
        elif kind == "WORD":
            kind = self._keyword(found)
        elif kind in _NUMBERS:
            kind += _SIGNED.get(text[place], "")
        self.kind, self.start, self.end = kind, place, found.end()

    def _keyword(self, found: re.Match[str]) -> str:
        word = found.group()
        if word == "a":
            return word
        kind = word.upper()
        if kind in ("INSERT", "DELETE"):
            follower = _FOLLOWER.match(self.text, found.end())
            if follower is not None and (kind, follower[1].upper()) != ("INSERT", "WHERE"):
                return f"{kind} {follower[1].upper()}"
        return kind

    def _mark_doubt(self, before: str, kind: str, first: str) -> None:
        """Note two tokens that the engine might cut elsewhere because nothing is between them."""
        wordlike = kind in _WORDLIKE or (kind in _NUMBERS and first not in "+-")
        glued = wordlike and before not in _SIGNS and (before, kind) != ("STRING", "LANGTAG")
        if glued or (kind == "VAR" and before in _BRACKETS):
            self.doubtful = True


_SPACE: Final = re.compile(r"(?:[ \t\r\n]++|#[^\r\n]*+)++")
_FOLLOWER: Final = re.compile(rf"{_SPACE.pattern}(DATA|WHERE)(?![\w:])", re.IGNORECASE)
_BRACKETS: Final = frozenset([")", "]", "NIL", "ANON"])
_SIGNS: Final = _BRACKETS.union(["&&", "||", "!=", "<=", ">=", "^^", *"{}([.,;=<>+-*/|^!?"])
