"""Where a query stops being SPARQL, and what could have stood there.

The engine backtracks and often names a place behind the fault, with a list of what one of its
rules would have taken. Our own reading of the
[grammar](https://www.w3.org/TR/sparql11-query/#sparqlGrammar) stops at the first token that
cannot be, so it is asked as well when the engine complains.
"""

from __future__ import annotations

import re
from typing import Final

from graphstore.errors import QuerySyntaxError
from graphstore.sparql_syntax import SparqlUnreadable, read_query

_READ_UP_TO_CHARACTERS: Final = 100_000
_NAMED: Final = 6
_WORD: Final = re.compile(r"\w+|[^\w\s]")
_KINDS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    # A name for many tokens, and the tokens that show that all of those may stand there.
    ("an expression", frozenset({"ABS", "UCASE", "VAR", "STRING"})),
    ("a condition in brackets or a function", frozenset({"ABS", "UCASE", "("})),
    ("a literal", frozenset({"STRING", "INTEGER", "TRUE"})),
    ("an IRI", frozenset({"IRIREF", "PNAME_LN"})),
    ("a variable", frozenset({"VAR"})),
    ("a blank node", frozenset({"ANON", "BLANK_NODE_LABEL"})),
)
_COVERED: Final[dict[str, frozenset[str]]] = {
    "a literal": frozenset(
        "STRING INTEGER DECIMAL DOUBLE INTEGER_POSITIVE DECIMAL_POSITIVE DOUBLE_POSITIVE "
        "INTEGER_NEGATIVE DECIMAL_NEGATIVE DOUBLE_NEGATIVE TRUE FALSE".split()
    ),
    "an IRI": frozenset({"IRIREF", "PNAME_LN", "PNAME_NS"}),
    "a variable": frozenset({"VAR"}),
    "a blank node": frozenset({"ANON", "BLANK_NODE_LABEL", "[", "NIL", "("}),
}


def placed(error: QuerySyntaxError, text: str) -> QuerySyntaxError:
    """Return the complaint about a query with the place where it goes wrong.

    Args:
        error: what the engine complains about.
        text: the query that it read.

    A text that our own reading finds no fault with (an undeclared prefix, an aggregate in the
    wrong place) keeps the engine's complaint, and so does one that is too long to be read twice.
    """
    if len(text) > _READ_UP_TO_CHARACTERS:
        return error
    try:
        read_query(text)
    except RecursionError:
        return error
    except SparqlUnreadable as fault:
        before = text[: fault.place]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        return QuerySyntaxError(_message(text, fault), line, column)
    return error


def _message(text: str, fault: SparqlUnreadable) -> str:
    found = _WORD.match(text, fault.place)
    if found is None:
        what = "the query ends here" if fault.place >= len(text.rstrip()) else "this is no token"
    else:
        what = f"'{found[0][:30]}' cannot stand here"
    expected = _expected(fault.expected)
    return f"{what}; expected {' or '.join(expected)}" if expected else what


def _expected(tokens: tuple[str, ...]) -> list[str]:
    """Return what could stand somewhere in a few words."""
    rest, names = set(tokens), []
    for name, signs in _KINDS:
        if signs <= rest:
            names.append(name)
            if name not in _COVERED:
                return names
            rest -= _COVERED[name]
    names += sorted(rest, key=lambda token: (token[0].isalpha(), token))
    return names[:_NAMED] + ["…"] * (len(names) > _NAMED)
