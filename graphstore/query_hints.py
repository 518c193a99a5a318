"""What is said about a query beside its answer: likely mistakes, and shapes that cost much.

A hint is about something that no rewriting mends because it would change the answer, or because
the answer needs the work. Each is true of the text alone, whatever the data. They are few.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from graphstore.query_products import Part, unconnected
from graphstore.rewritable import RewritableQuery, bare, conjuncts, is_call_of
from graphstore.rewriting_optional import find_chain
from graphstore.selectivity import COUNTED, UNKNOWN
from graphstore.sparql_patterns import patterns_of_subject, subjects, triple_patterns
from graphstore.sparql_scopes import Group, Variables, is_grouped, values_variables
from graphstore.sparql_syntax import Node

MAX_HINTS: Final = 5

_TEXT_FUNCTIONS: Final = (
    "REGEX", "CONTAINS", "STRSTARTS", "STRENDS", "LCASE", "UCASE", "STRBEFORE", "STRAFTER",
)  # fmt: skip
_FORMS: Final = ("SelectQuery", "ConstructQuery", "DescribeQuery", "AskQuery")
_NONE: Final[Variables] = frozenset()


@dataclass(frozen=True, slots=True)
class Hint:
    """A remark: its name, what it says, and where in the text, counted from 1."""

    name: str
    message: str
    line: int
    column: int


class _Remark(NamedTuple):
    name: str
    message: str
    place: int


def hints_of(query: RewritableQuery) -> tuple[Hint, ...]:
    """Return the hints about a query, in the order of its text, MAX_HINTS at most."""
    where = query.where
    if where is None:
        return ()
    remarks = [*_about_query(query, where), *_about_groups(query, where, _NONE)]
    first = {remark.name: remark for remark in reversed(remarks)}  # one of a kind is enough
    told = sorted(first.values(), key=lambda remark: remark.place)[:MAX_HINTS]
    return tuple(
        Hint(remark.name, remark.message, *query.text.position(remark.place)) for remark in told
    )


def _about_query(query: RewritableQuery, where: Group) -> Iterator[_Remark]:
    root = query.text.root
    asked = next(node for node in root.children if node.kind in _FORMS)
    bound = where.possible
    for values in root.every("ValuesClause"):
        if values.children:
            bound |= values_variables(query.text, values.children[-1])[1]
    yield from _about_unbound(query, asked, bound)
    modifier = asked.first("SolutionModifier")
    order = modifier and modifier.first("OrderClause")
    limited = modifier is not None and modifier.first("LimitOffsetClauses") is not None
    if order and limited and not is_grouped(asked) and query.anchor(where) >= COUNTED:
        yield _Remark(
            "order-by-limit",
            "every solution is made and sorted before the first ones are taken; filter on "
            "what you sort by, or choose in a subquery and add labels outside it",
            order.start,
        )


def _about_unbound(query: RewritableQuery, asked: Node, bound: Variables) -> Iterator[_Remark]:
    """Remark on the first variable that is projected, computed or sorted by, and never bound."""
    parts = [part for part in asked.children if part.kind not in ("WhereClause", "DatasetClause")]
    nodes = [node for part in parts for node in part.walk()]
    named = {
        query.name(node.children[-2])
        for node in nodes
        if node.kind in ("Projection", "GroupCondition") and node.first("AS")
    }
    for node in nodes:
        if node.kind == "Var" and query.name(node) not in bound | named:
            yield _never_bound(query, node, bound, "in the pattern")
            return


def _never_bound(query: RewritableQuery, node: Node, bound: Variables, where: str) -> _Remark:
    near = difflib.get_close_matches(query.name(node), sorted(bound), 1)
    advice = f"; did you mean ?{near[0]}?" if near else ""
    return _Remark("never-bound", f"?{query.name(node)} is never bound {where}{advice}", node.start)


def _about_groups(query: RewritableQuery, group: Group, around: Variables) -> Iterator[_Remark]:
    if group.select is None:
        yield from _about_products(query, group, around)
        yield from _about_optionals(group)
        yield from _about_everything(query, group)
        yield from _about_filters(query, group, around)
    for element in group.elements:
        inside = _NONE if element.kind == "subselect" else around | group.possible
        for inner in element.groups:
            yield from _about_groups(query, inner, inside)


def _about_products(query: RewritableQuery, group: Group, around: Variables) -> Iterator[_Remark]:
    parts = unconnected(query, group, around)
    if not parts:
        return
    one, other = parts[:2]
    compared = any(
        filter_.mentions & one.variables and filter_.mentions & other.variables
        for filter_ in group.filters()
    )
    advice = "; if a filter says that two variables are equal, use one for both" if compared else ""
    yield _Remark(
        "cross-product",
        f"{_listed(one)} and {_listed(other)} have no variable in common: each solution of the "
        f"ones is paired with each of the others{advice}",
        other.place,
    )


def _listed(part: Part) -> str:
    names = sorted(f"?{name}" for name in part.variables if not name.startswith("_:"))
    return ", ".join(names[:3]) + (" …" if len(names) > 3 else "") or "blank nodes"


def _about_optionals(group: Group) -> Iterator[_Remark]:
    chain = find_chain(group)
    if chain is not None:
        yield _Remark(
            "optional-on-optional",
            f"where the OPTIONAL before it leaves ?{chain.variable} unbound, this OPTIONAL matches "
            "everything; put it inside the braces of the one that it hangs on",
            group.elements[chain.second].node.start,
        )
    before = _NONE
    for element in group.elements:
        if element.kind == "minus" and not element.mentions & before:
            yield _Remark(
                "minus-without-effect",
                "MINUS has no variable in common with what is before it, so it removes nothing",
                element.node.start,
            )
        before |= element.possible


def _about_everything(query: RewritableQuery, group: Group) -> Iterator[_Remark]:
    triples = [element for element in group.elements if element.kind == "triples"]
    patterns = [item for element in triples for item in triple_patterns(element.node)]
    bounding = any(element.kind in ("values", "subselect", "union") for element in group.elements)
    if bounding or query.anchor(group) < UNKNOWN:
        return
    for pattern in patterns:
        if pattern.predicate.kind == "Var":
            yield _Remark(
                "reads-everything",
                "a pattern without any constant reads the whole dataset; totals are in the "
                "dataset's description",
                pattern.subject.start,
            )
    for element in triples:
        for subject in subjects(element.node):
            yield from _about_paths(query, group, subject)


def _about_paths(query: RewritableQuery, group: Group, subject: Node) -> Iterator[_Remark]:
    """Remark on `?a <p>* ?b` alone, which pairs every term of the dataset with itself."""
    paths = [path for node in subject.children for path in node.every("PathElt")]
    may_be_empty = [path for path in paths if query.source(path)[-1] in "*?"]
    alone = len(query.variables(subject)) == 2 and not patterns_of_subject(subject)
    others = [element for element in group.elements if element.node.start != subject.start]
    if may_be_empty and alone and not any(query.variables(subject) & o.possible for o in others):
        yield _Remark(
            "path-of-length-zero",
            "a path with * or ? between two free variables also pairs every term with itself; "
            "bind one end first",
            may_be_empty[0].start,
        )


def _about_filters(query: RewritableQuery, group: Group, around: Variables) -> Iterator[_Remark]:
    for filter_ in group.filters():
        outside = around if group.is_optional else _NONE
        for conjunct in conjuncts(filter_):
            yield from _about_scope(query, conjunct, group.possible | outside)
            yield from _about_text(query, group, conjunct)


def _about_scope(query: RewritableQuery, expression: Node, bound: Variables) -> Iterator[_Remark]:
    pending = [expression]
    while pending:
        node = pending.pop()
        if node.kind == "Var" and query.name(node) not in bound:
            yield _never_bound(query, node, bound, "within the braces that hold this filter")
            return
        if node.kind != "GroupGraphPattern":  # of EXISTS, which binds its own
            pending += reversed(node.children)


def _about_text(query: RewritableQuery, group: Group, conjunct: Node) -> Iterator[_Remark]:
    if query.anchor(group) < COUNTED:
        return
    if any(is_call_of(name, node) for node in conjunct.walk() for name in _TEXT_FUNCTIONS):
        yield _Remark(
            "text-search",
            "the text of every solution is tested; the service's name search finds names at once",
            conjunct.start,
        )
    elif _compares_str(conjunct):
        yield _Remark(
            "compares-text",
            "STR(…) is computed for every solution; compare the variable itself with the IRI, "
            'or with the label and its language ("…"@en), which is looked up',
            conjunct.start,
        )


def _compares_str(expression: Node) -> bool:
    if expression.kind != "RelationalExpression" or expression.children[1].kind not in ("=", "IN"):
        return False
    return is_call_of("STR", bare(expression.children[0]))


def tried_hint(query: RewritableQuery) -> tuple[str, str, int] | None:
    """Return name, message and place of a hint about the first EXISTS that stayed and costs much.

    Args:
        query: the query as it runs, in which rewriting has left what it could not mend.
    """
    for group in query.groups:
        for filter_ in group.filters():
            for node in filter_.node.walk():
                if node.kind in ("ExistsFunc", "NotExistsFunc") and _has_several_patterns(node):
                    return (
                        "tried-on-every-solution",
                        "a pattern of several triples in EXISTS is matched anew for every "
                        "solution; a join with a SELECT DISTINCT subquery, or MINUS, matches it "
                        "once",
                        node.start,
                    )
    return None


def _has_several_patterns(exists: Node) -> bool:
    return sum(node.kind in ("ObjectListPath", "PathSequence") for node in exists.walk()) > 1
