"""Rules about OPTIONAL, which the engine evaluates where it stands.

- `optional-to-required`: a filter on the group that fails where a variable is unbound keeps only
  those solutions in which the OPTIONAL that binds it has matched, so it is no option at all.
- `required-before-optional`: patterns after an OPTIONAL that share with it only variables bound
  before it can stand before it: LeftJoin(A, B) ⋈ C = LeftJoin(A ⋈ C, B).
- `optional-by-cases`: an OPTIONAL that hangs on a variable which an earlier OPTIONAL may leave
  unbound is compared by the engine with every solution. The two cases, matched and not, are
  written out as a UNION: LeftJoin(A, B) = (A ⋈ B) ∪ (A without what matches B).

See [SPARQL 1.1 §18.5](https://www.w3.org/TR/sparql11-query/#sparqlAlgebra) for the operators.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from graphstore.rewritable import (
    RewritableQuery,
    Step,
    arguments,
    bare,
    conjuncts,
    ends_in_dot,
    without_element,
)
from graphstore.selectivity import UNKNOWN
from graphstore.sparql_edits import Edit, Part
from graphstore.sparql_scopes import Element, Group, Variables
from graphstore.sparql_syntax import Node

_TOLERANT: Final = frozenset({"COALESCE", "IF"})
_STRICT: Final = frozenset(
    ["AdditiveExpression", "MultiplicativeExpression", "UnaryExpression", "RelationalExpression"]
)
_MAX_CASES: Final = 20_000  # characters of a group that is written out twice


def optional_to_required(query: RewritableQuery) -> Step | None:
    """Propose to drop the first OPTIONAL that a filter makes required."""
    for group in query.groups:
        if group.is_optional or group.in_graph:
            continue
        for index, element in enumerate(group.elements):
            if element.kind != "optional" or not _self_contained(element):
                continue
            name = _demanded(query, group, index)
            if name is not None:
                keyword = element.node.children[0]
                return Step(
                    "optional-to-required",
                    f"a filter fails where ?{name} is unbound, so what binds it must match",
                    keyword.start,
                    (Edit(keyword.start, keyword.end),),
                )
    return None


def _self_contained(optional: Element) -> bool:
    """Say whether the filters in an OPTIONAL speak only of what is surely bound in it."""
    body = optional.groups[0]
    return all(filter_.mentions <= body.certain for filter_ in body.filters())


def _demanded(query: RewritableQuery, group: Group, index: int) -> str | None:
    """Return a variable that only the element binds and without which a filter fails."""
    others = [item for position, item in enumerate(group.elements) if position != index]
    elsewhere = frozenset().union(*(item.possible for item in others))
    own = group.elements[index].groups[0].certain - elsewhere
    for filter_ in group.filters():
        for name in sorted(own & filter_.mentions):
            if any(_rejects(query, part, name) for part in conjuncts(filter_)):
                return name
    return None


def _rejects(query: RewritableQuery, expression: Node, name: str) -> bool:
    """Say whether an expression is false or an error whenever the variable is unbound."""
    expression = bare(expression)
    if expression.kind == "BuiltInCall" and expression.children[0].kind == "BOUND":
        return query.name(expression.children[2]) == name
    if expression.kind == "ConditionalOrExpression":
        return all(_rejects(query, child, name) for child in expression.children[::2])
    if expression.kind == "ConditionalAndExpression":
        return any(_rejects(query, child, name) for child in expression.children[::2])
    return _fails(query, expression, name)


def _fails(query: RewritableQuery, expression: Node, name: str) -> bool:
    """Say whether an expression is an error whenever the variable is unbound."""
    expression = bare(expression)
    if expression.kind == "Var":
        return query.name(expression) == name
    if expression.kind == "RelationalExpression" and expression.children[-2].kind == "IN":
        left, items = expression.children[0], expression.children[-1]
        return bool(arguments(items)) and _fails(query, left, name)
    if expression.kind in _STRICT:
        return any(_fails(query, child, name) for child in expression.children)
    if expression.kind == "BuiltInCall" and expression.children[0].kind == "FunctionName":
        function, items = expression.children
        if function.children[0].kind not in _TOLERANT:
            return any(_fails(query, item, name) for item in arguments(items))
    return False


def required_before_optional(query: RewritableQuery) -> Step | None:
    """Propose to move the first selective patterns after an OPTIONAL before it."""
    for group in query.groups:
        if group.in_graph:
            continue
        for index, element in enumerate(group.elements):
            start = _first_optional_before(group, index)
            if start is None or not _is_selective(query, element):
                continue
            if _may_pass(group, start, index):
                return _moved(query, group, start, index)
    return None


def _first_optional_before(group: Group, index: int) -> int | None:
    """Return the first of the OPTIONALs that stand right before an element, filters apart."""
    element, first = group.elements[index], None
    if element.kind not in ("triples", "values"):
        return None
    for position in range(index - 1, -1, -1):
        kind = group.elements[position].kind
        if kind == "optional":
            first = position
        elif kind != "filter":
            break
    return first


def _is_selective(query: RewritableQuery, element: Element) -> bool:
    if element.kind == "values":
        return True
    alone = Group(element.node, in_graph=False, elements=[element])
    return query.anchor(alone) < UNKNOWN


def _may_pass(group: Group, start: int, index: int) -> bool:
    moved = group.elements[index]
    before = frozenset().union(*(item.certain for item in group.elements[:start]))
    passed = [item for item in group.elements[start:index] if item.kind == "optional"]
    linked = bool(moved.mentions & before)
    return linked and all(moved.mentions & item.mentions <= before for item in passed)


def _moved(query: RewritableQuery, group: Group, start: int, index: int) -> Step:
    node = group.elements[index].node
    goal = group.elements[start].node.start
    before = group.elements[start - 1].node if start else None
    lead = ""
    if node.kind == "TriplesBlock" and before is not None and before.kind == "TriplesBlock":
        lead = "" if ends_in_dot(before) else " . "
    parts: tuple[Part, ...] = (lead, (node.start, node.end), " ")
    return Step(
        "required-before-optional",
        "patterns that must match are matched before what is optional",
        node.start,
        (Edit(goal, goal, parts), _gone(group, node)),
    )


def _gone(group: Group, node: Node) -> Edit:
    if node.kind != "TriplesBlock":
        return without_element(group, node)
    return Edit(node.start, node.end)


class _Chain(NamedTuple):
    """An OPTIONAL, and a later one that hangs on a variable which only the first binds."""

    first: int
    second: int
    variable: str


def optional_by_cases(query: RewritableQuery) -> Step | None:
    """Propose to write out the cases of the first OPTIONAL on which another one hangs."""
    for group in query.groups:
        chain = find_chain(group)
        if chain is None or group.in_graph or not query.one_graph:
            continue
        node = group.node
        if node.end - node.start > _MAX_CASES or not _has_cases(group, chain.first):
            continue
        return Step(
            "optional-by-cases",
            f"an OPTIONAL hangs on ?{chain.variable}, which an OPTIONAL before it may leave "
            "unbound; the engine would compare all with all, so both cases are asked apart",
            group.elements[chain.second].node.start,
            (_cases(group, chain.first),),
        )
    return None


def find_chain(group: Group) -> _Chain | None:
    """Return the first OPTIONAL that shares no variable surely bound with what is before it."""
    certain: Variables = frozenset()
    for second, element in enumerate(group.elements):
        if element.kind == "optional":
            body = element.groups[0].possible
            for first in range(second):
                earlier = group.elements[first]
                hung = body & earlier.possible - certain
                if earlier.kind == "optional" and hung and not body & certain:
                    return _Chain(first, second, min(hung))
        certain |= element.certain
    return None


def _has_cases(group: Group, index: int) -> bool:
    """Say whether the OPTIONAL is a plain left join whose cases can be told by MINUS."""
    before = group.elements[:index]
    possible = frozenset().union(*(item.possible for item in before))
    certain = frozenset().union(*(item.certain for item in before))
    optional = group.elements[index]
    body = optional.groups[0]
    shared = optional.mentions & possible
    kinds = {node.kind for node in group.node.walk()}
    return (
        bool(shared)
        and shared <= certain
        and shared <= body.certain
        and _self_contained(optional)
        and "BLANK_NODE_LABEL" not in kinds
    )


def _cases(group: Group, index: int) -> Edit:
    """Return the edit that writes a group as a union of two cases, with its filters after it."""
    node = group.node
    filters = [element.node for element in group.filters()]
    gone = [without_element(group, filter_) for filter_ in filters]
    optional = group.elements[index].node
    body = optional.children[-1]
    inside = node.children[1]
    before = _spans(inside.start, optional.start, gone)
    after = _spans(optional.end, inside.end, gone)
    matched: list[Part] = ["{ { ", *before, " ", (body.start, body.end), " ", *after, " }"]
    unmatched: list[Part] = [" UNION { { ", *before, " MINUS ", (body.start, body.end), " } "]
    parts = [*matched, *unmatched, *after, " } "]
    for filter_ in filters:
        parts += [(filter_.start, filter_.end), " "]
    return Edit(node.start, node.end, (*parts, "}"))


def _spans(start: int, end: int, gone: list[Edit]) -> list[Part]:
    """Return the parts of a span as edits leave it."""
    parts: list[Part] = []
    for edit in gone:
        if start <= edit.start and edit.end <= end:
            parts += [(start, edit.start), " ", *edit.parts]
            start = edit.end
    return [*parts, (start, end)]
