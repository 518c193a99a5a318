"""A query as the rules of rewriting see it, what a rule proposes, and what all rules need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from graphstore.selectivity import OF_SUBJECT, UNKNOWN, Count, Selectivity
from graphstore.sparql_edits import Edit, Part
from graphstore.sparql_patterns import Terms, TriplePattern, triple_patterns
from graphstore.sparql_scopes import Element, Group, Variables, groups_of, variables_in, where_group
from graphstore.sparql_syntax import Node, SparqlText

_BRACKETS: Final = frozenset(["(", ")", ",", "NIL", "DISTINCT"])


@dataclass(frozen=True, slots=True)
class Step:
    """One change that a rule proposes: what it is called, why, where, and the edits."""

    name: str
    reason: str
    place: int
    edits: tuple[Edit, ...]


class RewritableQuery:
    """A query with what rules ask about it.

    `one_graph` says that patterns are matched in a single graph: an engine that merges several
    graphs by asking each may find a triple more than once.
    """

    def __init__(self, text: SparqlText, *, one_graph: bool, count: Count | None) -> None:
        """Hold a query."""
        self.text = text
        self.one_graph = one_graph
        self.terms = Terms(text)
        self.selectivity = Selectivity(self.terms, count)

    @cached_property
    def where(self) -> Group | None:
        """The WHERE group."""
        return where_group(self.text)

    @cached_property
    def groups(self) -> list[Group]:
        """Every group but those of subqueries' braces and those inside EXISTS."""
        return [] if self.where is None else [g for g in groups_of(self.where) if g.select is None]

    def source(self, node: Node) -> str:
        """Return the text of a node."""
        return self.text.source(node)

    def variables(self, node: Node) -> Variables:
        """Return the names of the variables in a node."""
        return variables_in(self.text, node)

    def name(self, variable: Node) -> str:
        """Return the name of a variable."""
        return self.text.text[variable.start + 1 : variable.end]

    def patterns(self, group: Group) -> Iterator[TriplePattern]:
        """Yield the triple patterns that every solution of a group matches."""
        for element in group.elements:
            if element.kind == "triples":
                yield from triple_patterns(element.node)
            elif element.kind == "group":
                yield from self.patterns(element.groups[0])

    def anchor(self, group: Group, *, without: str = "") -> int:
        """Return how many solutions the group's most selective constant leaves at first.

        Args:
            group: the group.
            without: a variable whose own VALUES do not count.
        """
        rows = [self.selectivity.solutions(pattern) for pattern in self.patterns(group)]
        for element in group.elements:
            if element.kind == "values" and without not in element.mentions:
                rows.append(OF_SUBJECT * len(element.node.children[-1].children))
        return min(rows, default=UNKNOWN)


def conjuncts(filter_: Element) -> list[Node]:
    """Return the parts of a filter that must all hold."""
    pending, found = [filter_.node.children[1]], []
    while pending:
        node = bare(pending.pop())
        if node.kind == "ConditionalAndExpression":
            pending += reversed([child for child in node.children if child.kind != "&&"])
        else:
            found.append(node)
    return found


def bare(expression: Node) -> Node:
    """Return an expression without brackets around it."""
    while expression.kind == "BrackettedExpression":
        expression = expression.children[1]
    return expression


def arguments(expressions: Node) -> list[Node]:
    """Return the expressions of a list in brackets."""
    return [child for child in expressions.children if child.kind not in _BRACKETS]


def is_call_of(function: str, expression: Node) -> bool:
    """Say whether an expression calls a built-in function."""
    if expression.kind != "BuiltInCall" or expression.children[0].kind != "FunctionName":
        return False
    return expression.children[0].children[0].kind == function


def without_conjunct(group: Group, filter_: Element, gone: Node) -> Edit:
    """Return the edit that takes a conjunct out of a filter, or the filter out of its group."""
    rest = [node for node in conjuncts(filter_) if node is not gone]
    if not rest:
        return without_element(group, filter_.node)
    constraint = filter_.node.children[1]
    parts: list[Part] = ["("]
    for node in rest:
        parts += [" && "] if len(parts) > 1 else []
        # A disjunction loses the brackets that it stood in when it is taken over bare.
        wide = node.kind == "ConditionalOrExpression"
        parts += ["(", (node.start, node.end), ")"] if wide else [(node.start, node.end)]
    return Edit(constraint.start, constraint.end, (*parts, ")"))


def without_element(group: Group, node: Node) -> Edit:
    """Return the edit that takes an element that is no triples out of its group."""
    siblings = group.node.children[1].children
    index = siblings.index(node)
    following = siblings[index + 1 :]
    end = node.end
    if following and following[0].kind == ".":
        end = following[0].end
        following = following[1:]
    before = siblings[index - 1] if index else None
    open_end = before is not None and before.kind == "TriplesBlock" and not ends_in_dot(before)
    if open_end and following and following[0].kind == "TriplesBlock":
        return Edit(node.start, end, (" . ",))
    return Edit(node.start, end)


def ends_in_dot(block: Node) -> bool:
    """Say whether a TriplesBlock ends in a dot."""
    last = block.children[-1]
    while last.kind == "TriplesBlock":
        last = last.children[-1]
    return last.kind == "."


def joined(group: Group, variables: Variables, text: str) -> Edit | None:
    """Return the edit that joins a group with `text`, a relation without duplicates.

    None where the group does not bind all `variables` in every solution.
    """
    place = group.place_where_certain(variables)
    return None if place is None else Edit(place, place, (f"{text} ",))
