"""What is said about a query beside its answer."""

from __future__ import annotations

from dataclasses import dataclass

from graphstore.rewritable import RewritableQuery


@dataclass(frozen=True, slots=True)
class Hint:
    """A remark: its name, what it says, and where in the text, counted from 1."""

    name: str
    message: str
    line: int
    column: int


def hints_of(query: RewritableQuery) -> tuple[Hint, ...]:
    """Return the hints about a query, in the order of its text."""
    return ()
