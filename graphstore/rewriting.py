"""What is changed in a query before it runs, and what can only be said about it.

The engine has no statistics and takes some shapes of query as they stand, at a cost of up to
thousands of times the same question asked otherwise. The rules tried here change such shapes where
the solutions provably stay the same, as a multiset; each says in its module why. A text that
cannot be read, that the engine might read otherwise, or that it would then refuse comes back as it
was. See docs/writing-queries.md for the shapes and figures.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

from pyoxigraph import QuerySolutions, Store

from graphstore.query_hints import Hint, hints_of
from graphstore.rewritable import RewritableQuery, Step
from graphstore.rewriting_constants import filter_to_values
from graphstore.rewriting_exists import exists_to_join
from graphstore.rewriting_optional import (
    optional_by_cases,
    optional_to_required,
    required_before_optional,
)
from graphstore.rewriting_order import rarest_first
from graphstore.selectivity import Count
from graphstore.sparql_edits import EditedText
from graphstore.sparql_syntax import SparqlUnreadable, read_query

MAX_REWRITTEN_CHARACTERS: Final = 100_000
_MAX_STEPS: Final = 12
_ANY_BASE: Final = "http://example.org/"
_SUSPICIOUS: Final = re.compile(
    r"\b(?:FILTER|OPTIONAL|MINUS|ORDER|COUNT|DESCRIBE|FROM)\b|[.;,][^.;,]*[.;,]", re.IGNORECASE
)
_RULES: Final[tuple[Callable[[RewritableQuery], Step | None], ...]] = (
    optional_to_required,
    required_before_optional,
    filter_to_values,
    exists_to_join,
    optional_by_cases,
    rarest_first,
)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One change: its name, why it was made, and what of the text as written it is about.

    `line` and `column` count from 1.
    """

    name: str
    reason: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A query as it runs, the changes that made it of the text, and hints about the text."""

    text: str
    rewrites: tuple[Rewrite, ...] = ()
    hints: tuple[Hint, ...] = ()


def rewrite(text: str, *, default_graphs: bool = False, count: Count | None = None) -> Rewritten:
    """Return a query that has the same solutions and may run faster, with hints.

    Args:
        text: the query, which check_query_text has let pass.
        default_graphs: whether the request names graphs to make the default graph of, which are
            then searched one by one.
        count: how to count what matches; None to guess from names. The result depends on it, the
            solutions of the result do not.
    """
    if len(text) > MAX_REWRITTEN_CHARACTERS or _SUSPICIOUS.search(text) is None:
        return Rewritten(text)
    if count is None:
        return _rewrite_cached(text, default_graphs)
    return _rewrite(text, default_graphs, count)


@lru_cache(maxsize=512)
def _rewrite_cached(text: str, default_graphs: bool) -> Rewritten:
    return _rewrite(text, default_graphs, None)


def _rewrite(text: str, default_graphs: bool, count: Count | None) -> Rewritten:
    try:
        read = read_query(text)
    except SparqlUnreadable:
        return Rewritten(text)
    if read.doubtful or any(node.kind == "SERVICE" for node in read.root.walk()):
        return Rewritten(text)
    from_ = any(node.kind == "DatasetClause" for node in read.root.walk())
    one_graph = not default_graphs and not from_
    query = RewritableQuery(read, one_graph=one_graph, count=count)
    hints = hints_of(query)
    edited, rewrites = EditedText(text), []
    for _ in range(_MAX_STEPS):
        step = next(filter(None, (rule(query) for rule in _RULES)), None)
        if step is None:
            break
        line, column = read.position(edited.origin(step.place))
        rewrites.append(Rewrite(step.name, step.reason, line, column))
        edited = edited.apply(step.edits)
        try:
            changed = read_query(edited.text)
        except SparqlUnreadable:
            return Rewritten(text, hints=hints)
        query = RewritableQuery(changed, one_graph=one_graph, count=count)
    if rewrites and not _asks_the_same(text, edited.text):
        return Rewritten(text, hints=hints)
    return Rewritten(edited.text, tuple(rewrites), hints)


@cache
def _empty() -> Store:
    return Store()


def _asks_the_same(text: str, rewritten: str) -> bool:
    """Say whether the engine accepts both texts and projects the same variables."""
    try:
        before, after = (_empty().query(item, base_iri=_ANY_BASE) for item in (text, rewritten))
    except (SyntaxError, ValueError, OSError, RuntimeError):
        return False
    if not isinstance(before, QuerySolutions) or not isinstance(after, QuerySolutions):
        return type(before) is type(after)
    return before.variables == after.variables
