"""Filters that compare a variable with constants become VALUES, which the engine begins with.

`FILTER(?x = <a>)`, `FILTER(?x IN (<a>, <b>))` and `FILTER(?x = <a> || ?x = <b>)` keep of a group's
solutions those in which `?x` is one of the constants. So does a join with `VALUES ?x { <a> <b> }`,
provided that every solution of the group binds `?x` (the join would bind it where it is not),
that no constant stands twice, and that equality of the constants is sameness: it is for IRIs and
strings, not for numbers and dates.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from graphstore.rewritable import (
    RewritableQuery,
    Step,
    arguments,
    bare,
    conjuncts,
    is_call_of,
    joined,
    without_conjunct,
)
from graphstore.selectivity import OF_SUBJECT, UNKNOWN
from graphstore.sparql_patterns import TriplePattern, triple_patterns
from graphstore.sparql_scopes import Element, Group
from graphstore.sparql_syntax import Node

_MAX_VALUES: Final = 1000
_LOOKED_UP: Final = 4  # so many of the values are counted
_OF_GRAPH: Final = 50


class _Choice(NamedTuple):
    """A variable, and the constants that it may be."""

    variable: str
    values: tuple[Node, ...]


def filter_to_values(query: RewritableQuery) -> Step | None:
    """Propose VALUES for the first filter that compares a variable with constants."""
    for group in query.groups:
        if group.in_graph and not _is_flat(group):
            continue
        for filter_ in group.filters():
            for conjunct in conjuncts(filter_):
                choice = _choice(query, conjunct)
                if choice is not None and _helps(query, group, choice):
                    return _step(query, group, filter_, conjunct, choice)
    return None


def _is_flat(group: Group) -> bool:
    """Say whether a group has only triples and filters on them.

    Inside GRAPH ?g the engine takes that for what it is; with more it loses the graph's name here
    and there, and another order would lose it elsewhere.
    """
    kinds = {element.kind for element in group.elements}
    nested = any(
        node.kind == "GroupGraphPattern"
        for filter_ in group.filters()
        for node in filter_.node.walk()
    )
    return kinds <= {"triples", "filter"} and not nested


def _step(
    query: RewritableQuery, group: Group, filter_: Element, conjunct: Node, choice: _Choice
) -> Step | None:
    values = _distinct(query, choice.values)
    if values is None:
        return None
    text = f"VALUES ?{choice.variable} {{ {' '.join(values)} }}"
    join = joined(group, frozenset([choice.variable]), text)
    if join is None:
        return None
    return Step(
        "filter-to-values",
        f"?{choice.variable} is compared with constants, so it is looked up by them "
        "instead of tested on every solution",
        conjunct.start,
        (join, without_conjunct(group, filter_, conjunct)),
    )


def _choice(query: RewritableQuery, expression: Node) -> _Choice | None:
    expression = bare(expression)
    if expression.kind == "ConditionalOrExpression":
        parts = [_choice(query, child) for child in expression.children if child.kind != "||"]
        known = [part for part in parts if part is not None]
        if len(known) < len(parts) or len({part.variable for part in known}) > 1:
            return None
        return _Choice(known[0].variable, tuple(value for part in known for value in part.values))
    if expression.kind == "RelationalExpression":
        left, operator, right = (*expression.children, expression)[:3]
        if operator.kind == "=":
            return _pair(query, left, right)
        if operator.kind == "IN" and bare(left).kind == "Var":
            items = [bare(item) for item in arguments(right)]
            return _Choice(query.name(bare(left)), tuple(items)) if items else None
    if is_call_of("SAMETERM", expression):
        items = arguments(expression.children[1])
        return _pair(query, *items) if len(items) == 2 else None
    return None


def _pair(query: RewritableQuery, left: Node, right: Node) -> _Choice | None:
    left, right = bare(left), bare(right)
    if right.kind == "Var":
        left, right = right, left
    if left.kind != "Var" or right.kind == "Var":
        return None
    return _Choice(query.name(left), (right,))


def _distinct(query: RewritableQuery, values: tuple[Node, ...]) -> list[str] | None:
    """Return the values as they are written, each once; None if any is not surely itself."""
    found = {}
    for value in values[: _MAX_VALUES + 1]:
        identity = query.terms.identity(value)
        if identity is None:
            return None
        found[identity] = query.source(value)
    return list(found.values()) if len(values) <= _MAX_VALUES else None


def _helps(query: RewritableQuery, group: Group, choice: _Choice) -> bool:
    """Say whether looking up the values is better than what the engine would begin with.

    The engine begins with VALUES whatever they match, so where something rarer stands in the
    group, the filter had better stay.
    """
    return _rows(query, group, choice) <= query.anchor(group, without=choice.variable)


def _rows(query: RewritableQuery, group: Group, choice: _Choice) -> int:
    """Return about how many solutions the values lead to at first."""
    uses = list(_uses(query, group, choice.variable))
    return min((_rows_of(query, use, choice) for use in uses), default=UNKNOWN + 1)


def _rows_of(query: RewritableQuery, use: TriplePattern | Element, choice: _Choice) -> int:
    count = len(choice.values)
    if isinstance(use, Element):
        return count * _OF_GRAPH
    if use.subject.kind == "Var" and query.name(use.subject) == choice.variable:
        return count * OF_SUBJECT
    if use.object.kind == "Var" and query.name(use.object) == choice.variable:
        looked_up = choice.values[:_LOOKED_UP]
        rows = [query.selectivity.with_object(use.predicate, value) for value in looked_up]
        return count * sum(rows) // len(rows)
    return UNKNOWN


def _uses(query: RewritableQuery, group: Group, variable: str) -> list[TriplePattern | Element]:
    """Return the triple patterns with the variable, and GRAPHs and paths that it is an end of."""
    found: list[TriplePattern | Element] = []
    for element in group.elements:
        if element.kind == "triples" and variable in element.mentions:
            patterns = [
                pattern
                for pattern in triple_patterns(element.node)
                if variable in {query.name(n) for n in _parts(pattern) if n.kind == "Var"}
            ]
            found += patterns or [element]
        elif element.kind == "graph" and variable in query.variables(element.node.children[1]):
            found.append(element)
        elif element.kind in ("group", "union", "graph"):
            for inner in element.groups:
                found += _uses(query, inner, variable)
    return found


def _parts(pattern: TriplePattern) -> tuple[Node, Node, Node]:
    return pattern.subject, pattern.predicate, pattern.object
