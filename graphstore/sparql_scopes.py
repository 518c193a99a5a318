"""Which variables the parts of a query bind, as far as its text tells.

A group graph pattern is a sequence of elements that are joined one after the other
([SPARQL 1.1 §18.2.2](https://www.w3.org/TR/sparql11-query/#sparqlTranslateGraphPatterns)). A
variable is *certain* in an element when every solution of it binds the variable, and *possible*
when one may. Groups inside EXISTS are not looked into: there the solutions outside are substituted
before anything is matched, so that none of this holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from graphstore.sparql_syntax import Node, SparqlText

ElementKind: TypeAlias = Literal[
    "triples", "group", "union", "graph", "values", "subselect",
    "optional", "minus", "bind", "filter", "service",
]  # fmt: skip
Variables: TypeAlias = frozenset[str]

JOINED: Final = frozenset({"triples", "group", "union", "graph", "values", "subselect"})
"""The kinds of element that are joined with what stands before them, in whatever order."""

_NONE: Final[Variables] = frozenset()
_ELEMENTS: Final[dict[str, ElementKind]] = {
    "TriplesBlock": "triples",
    "GroupOrUnionGraphPattern": "union",
    "OptionalGraphPattern": "optional",
    "MinusGraphPattern": "minus",
    "GraphGraphPattern": "graph",
    "ServiceGraphPattern": "service",
    "Filter": "filter",
    "Bind": "bind",
    "InlineData": "values",
}


@dataclass(slots=True)
class Element:
    """A part of a group.

    Attributes:
        kind: what it is; a group alone is "group", several with UNION are "union".
        node: where it stands.
        certain, possible: the variables that it binds; none for a filter or MINUS.
        mentions: every variable named in it, even where it binds nothing.
        groups: the groups inside it, those of EXISTS apart.
    """

    kind: ElementKind
    node: Node
    certain: Variables
    possible: Variables
    mentions: Variables
    groups: tuple[Group, ...] = ()


@dataclass(slots=True)
class Group:
    """A group graph pattern.

    Attributes:
        node: from brace to brace.
        elements: its parts, in order.
        certain, possible: the variables of its solutions.
        in_graph: whether it, or a group around it, is matched inside GRAPH.
        is_optional: whether it is the body of OPTIONAL, whose filters see the variables around it.
        select: the subquery, where the braces hold one.
    """

    node: Node
    in_graph: bool
    is_optional: bool = False
    elements: list[Element] = field(default_factory=list)
    certain: Variables = _NONE
    possible: Variables = _NONE
    select: Node | None = None

    def filters(self) -> Iterator[Element]:
        """Yield the filters, which hold for the whole group wherever they stand."""
        return (element for element in self.elements if element.kind == "filter")

    def place_where_certain(self, variables: Variables) -> int | None:
        """Return where a relation over `variables`, without duplicates, may be joined.

        Joining it there keeps of the group's solutions those whose values it has, as a filter on
        the whole group would: from that element on, every solution binds them. None where it is
        never certain that all are bound. The place is before the basic graph pattern that binds
        the last of them, so that no basic graph pattern is cut in two.
        """
        if self.select is not None:
            return None
        missing = set(variables)
        start: Element | None = None
        for element in self.elements:
            goes_on = start is not None and start.kind == element.kind == "triples"
            if element.kind != "filter" and not goes_on:
                start = element
            missing -= element.certain
            if start is not None and not missing:
                return start.node.start
        return None


def variables_in(text: SparqlText, node: Node) -> Variables:
    """Return the names of all variables in a part of a text."""
    return frozenset(
        text.text[item.start + 1 : item.end] for item in node.walk() if item.kind == "VAR"
    )


def where_group(text: SparqlText) -> Group | None:
    """Return the WHERE group of a query, with all groups in it; None where it has none."""
    for query in text.root.children:
        clause = query.first("WhereClause")
        if clause is not None:
            return read_group(text, clause.children[-1])
    return None


def groups_of(group: Group) -> Iterator[Group]:
    """Yield a group and all groups inside it, each before those in it."""
    pending = [group]
    while pending:
        found = pending.pop()
        yield found
        inner = [item for element in found.elements for item in element.groups]
        pending.extend(reversed(inner))


def read_group(text: SparqlText, node: Node, *, in_graph: bool = False) -> Group:
    """Return what a GroupGraphPattern's elements bind."""
    group = Group(node, in_graph)
    inside = node.children[1]
    if inside.kind == "SubSelect":
        group.select = inside
        group.elements.append(_subselect(text, inside, in_graph))
    else:
        for child in inside.children:
            if child.kind in _ELEMENTS:
                group.elements.append(_element(text, child, in_graph))
    group.certain = _all(element.certain for element in group.elements)
    group.possible = _all(element.possible for element in group.elements)
    return group


def _element(text: SparqlText, node: Node, in_graph: bool) -> Element:
    kind = _ELEMENTS[node.kind]
    mentions = variables_in(text, node)
    if kind == "triples":
        return Element(kind, node, mentions, mentions, mentions)
    if kind == "values":
        return Element(kind, node, *values_variables(text, node.children[-1]), mentions)
    if kind == "bind":
        return Element(kind, node, _NONE, variables_in(text, node.children[-2]), mentions)
    if kind in ("filter", "service"):
        return Element(kind, node, _NONE, mentions if kind == "service" else _NONE, mentions)
    within = in_graph or kind == "graph"
    groups = tuple(
        read_group(text, item, in_graph=within) for item in node.every("GroupGraphPattern")
    )
    certain = frozenset.intersection(*(group.certain for group in groups))
    possible = _all(group.possible for group in groups)
    if kind == "union" and len(groups) == 1:
        kind = "group"
    elif kind == "graph":
        name = variables_in(text, node.children[1])
        possible |= name
        # Where nothing in the group asks the graph, the engine forgets which graph it was.
        if any(element.kind == "triples" for element in groups[0].elements):
            certain |= name
    elif kind == "optional":
        certain, groups[0].is_optional = _NONE, True
    elif kind == "minus":
        certain = possible = _NONE
    return Element(kind, node, certain, possible, mentions, groups)


def values_variables(text: SparqlText, block: Node) -> tuple[Variables, Variables]:
    """Return the variables that a data block binds in every row, and in any."""
    if block.kind == "InlineDataOneVar":
        possible = variables_in(text, block.children[0])
        return (_NONE if block.first("UNDEF") else possible), possible
    header = block.children[0]
    names = [next(iter(variables_in(text, item))) for item in header.every("Var")]
    undefined = {
        name
        for row in block.every("DataRow")
        for name, value in zip(names, row.children[1:-1], strict=False)
        if value.kind == "UNDEF"
    }
    return frozenset(names) - undefined, frozenset(names)


def _subselect(text: SparqlText, node: Node, in_graph: bool) -> Element:
    clause, where, modifier, values = node.children
    inner = read_group(text, where.children[-1], in_graph=in_graph)
    certain, possible = inner.certain, inner.possible
    if values.children:
        block_certain, block_possible = values_variables(text, values.children[-1])
        certain, possible = certain | block_certain, possible | block_possible
    if clause.first("*") is None:
        plain = _all(variables_in(text, item) for item in clause.every("Var"))
        computed = _all(
            variables_in(text, item.children[-2]) for item in clause.every("Projection")
        )
        certain, possible = certain & plain - computed, plain | computed
        if is_grouped(node):
            certain &= _group_keys(text, modifier)
    return Element("subselect", node, certain, possible, variables_in(text, node), (inner,))


def is_grouped(query: Node) -> bool:
    """Say whether a query's solutions are groups, by GROUP BY or because it aggregates."""
    parts = [query.children[0], *query.every("SolutionModifier")]
    return any(node.kind in ("GroupClause", "Aggregate") for part in parts for node in part.walk())


def _group_keys(text: SparqlText, modifier: Node) -> Variables:
    clause = modifier.first("GroupClause")
    conditions = clause.every("GroupCondition") if clause else []
    return _all(
        variables_in(text, condition)
        for condition in conditions
        if [child.kind for child in condition.children] == ["Var"]
    )


def _all(sets: Iterator[Variables]) -> Variables:
    return frozenset().union(*sets)
