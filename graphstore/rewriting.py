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
from functools import cache
from typing import Final

from pyoxigraph import QuerySolutions, Store

from graphstore.query_hints import Hint, hints_of, tried_hint
from graphstore.rewritable import RewritableQuery, Step
from graphstore.rewriting_constants import filter_to_values
from graphstore.rewriting_describe import describe_with_context
from graphstore.rewriting_exists import exists_to_join
from graphstore.rewriting_optional import (
    optional_by_cases,
    optional_to_required,
    required_before_optional,
)
from graphstore.rewriting_order import rarest_first
from graphstore.selectivity import Count
from graphstore.sparql_edits import EditedText
from graphstore.sparql_syntax import SparqlText, SparqlUnreadable, read_query

MAX_REWRITTEN_CHARACTERS: Final = 100_000
_MAX_STEPS: Final = 12
_FEW_VARIABLES: Final = 20
_MAX_ELEMENTS: Final = 300  # rules compare elements with one another
_ANY_BASE: Final = "http://example.org/"
_SUSPICIOUS: Final = re.compile(
    r"\b(?:FILTER|OPTIONAL|MINUS|ORDER|COUNT|DESCRIBE)\b|[;,]|\.\s|[\w>)][*+?]", re.IGNORECASE
)
_VARIABLE: Final = re.compile(r"[?$]\w+")
_SELECT_ALL: Final = re.compile(r"SELECT\s+(?:DISTINCT\s+|REDUCED\s+)?\*", re.IGNORECASE)
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
    if len(text) > MAX_REWRITTEN_CHARACTERS or not _is_suspicious(text):
        return Rewritten(text)
    try:
        query = _readable(text, default_graphs, count)
        return Rewritten(text) if query is None else _apply_rules(query, count)
    except RecursionError:  # braces in braces, more than check_query_text lets pass
        return Rewritten(text)


def _is_suspicious(text: str) -> bool:
    """Say, without reading the text, whether there might be anything to do or to say."""
    if _SUSPICIOUS.search(text) is not None:
        return True
    variables = _VARIABLE.findall(text)
    named_once = any(variables.count(name) == 1 for name in variables[:_FEW_VARIABLES])
    return named_once and _SELECT_ALL.search(text) is None


def _readable(text: str, default_graphs: bool, count: Count | None) -> RewritableQuery | None:
    """Return the query as the rules see it, or None where they should not look at it."""
    try:
        read = read_query(text)
    except SparqlUnreadable:
        return None
    kinds = {node.kind for node in read.root.walk()}
    if read.doubtful or "SERVICE" in kinds:
        return None
    one_graph = not default_graphs and "DatasetClause" not in kinds
    query = RewritableQuery(read, one_graph=one_graph, count=count)
    elements = sum(len(group.elements) for group in query.groups)
    return query if elements <= _MAX_ELEMENTS else None


def _apply_rules(query: RewritableQuery, count: Count | None) -> Rewritten:
    read, hints = query.text, hints_of(query)
    edited, rewrites = EditedText(read.text), []

    def take(step: Step) -> EditedText:
        place = read.position(edited.origin(step.place))
        rewrites.append(Rewrite(step.name, step.reason, *place))
        return edited.apply(step.edits)

    for _ in range(_steps(read)):
        step = next(filter(None, (rule(query) for rule in _RULES)), None)
        if step is None:
            break
        edited = take(step)
        try:
            changed = read_query(edited.text)
        except SparqlUnreadable:
            return Rewritten(read.text, hints=hints)
        query = RewritableQuery(changed, one_graph=query.one_graph, count=count)
    left = tried_hint(query)
    if left is not None:
        name, message, place = left
        hints += (Hint(name, message, *read.position(edited.origin(place))),)
    description = describe_with_context(query)
    if description is not None:
        edited = take(description)
    if rewrites and not _asks_the_same(read.text, edited.text):
        return Rewritten(read.text, hints=hints)
    return Rewritten(edited.text, tuple(rewrites), hints)


def _steps(read: SparqlText) -> int:
    """Return how many changes may be made: fewer the longer the text, which is read after each."""
    # The engine counts what !(…) matches differently in different orders.
    if any(node.kind == "PathNegatedPropertySet" for node in read.root.walk()):
        return 0
    return min(_MAX_STEPS, 1 + MAX_REWRITTEN_CHARACTERS // len(read.text))


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
