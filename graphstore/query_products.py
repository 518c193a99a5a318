"""Finds the parts of a group that share no variable, so that each is paired with each.

Elements that only connect (OPTIONAL, BIND, VALUES, a subquery) link the parts whose variables they
name; parts that a constant makes small are no matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphstore.rewritable import RewritableQuery
from graphstore.selectivity import COUNTED, UNKNOWN
from graphstore.sparql_patterns import patterns_of_subject, subjects
from graphstore.sparql_scopes import JOINED, Element, Group, Variables


@dataclass(slots=True)
class Part:
    """Patterns that share variables.

    Attributes:
        variables: their variables, and the labels of their blank nodes with `_:`.
        solutions: about how many they have at first; None where they multiply nothing.
        place: where the first of them stands in the text.
    """

    variables: frozenset[str]
    solutions: int | None
    place: int


def unconnected(query: RewritableQuery, group: Group, around: Variables) -> list[Part]:
    """Return the large parts of a group that share no variable, none if there is one only.

    Args:
        query: the query.
        group: the group.
        around: the variables of the groups around it, which may connect its parts.
    """
    parts = [Part(around, None, group.node.start)] if around else []
    for element in group.elements:
        for part in _parts(query, element):
            touching = [item for item in parts if item.variables & part.variables]
            parts = [item for item in parts if not item.variables & part.variables]
            parts.append(_merged([*touching, part]))
    large = [part for part in parts if part.solutions is not None and part.solutions >= COUNTED]
    alone = [part for part in large if not part.variables & around]
    return sorted(alone, key=lambda part: part.place) if len(alone) > 1 else []


def _merged(parts: list[Part]) -> Part:
    solutions = [part.solutions for part in parts if part.solutions is not None]
    return Part(
        frozenset().union(*(part.variables for part in parts)),
        min(solutions, default=None),
        min(part.place for part in parts),
    )


def _parts(query: RewritableQuery, element: Element) -> Iterator[Part]:
    place = element.node.start
    if element.kind == "triples":
        yield from _parts_of_triples(query, element)
    elif element.kind in ("values", "optional", "bind"):
        yield Part(element.mentions, None, place)
    elif element.kind in JOINED:
        subquery = any(inner.select is not None for inner in element.groups)
        solutions = min((query.anchor(inner) for inner in element.groups), default=UNKNOWN)
        yield Part(element.possible, None if subquery else solutions, place)


def _parts_of_triples(query: RewritableQuery, element: Element) -> Iterator[Part]:
    for subject in subjects(element.node):
        labels = {query.source(n) for n in subject.walk() if n.kind == "BLANK_NODE_LABEL"}
        variables = query.variables(subject) | labels
        found = (query.selectivity.solutions(item) for item in patterns_of_subject(subject))
        if variables:
            yield Part(variables, min(found, default=UNKNOWN), subject.start)
