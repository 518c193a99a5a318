"""What is changed in a query because the engine's own answer would not be what SPARQL says.

The engine has a few faults that the W3C's tests show (docs/conformance.md). Where a query meets
one and the same question can be put so that the engine answers it rightly, it is put so. Unlike
those of `rewriting`, these changes change the answer; each rule says to what, and why that is
right by [SPARQL 1.1 §18](https://www.w3.org/TR/sparql11-query/#sparqlDefinition). A text that
cannot be read, or that the engine would then refuse, comes back as it was.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

import pyoxigraph
from pyoxigraph import DefaultGraph, NamedNode, Store

from graphstore.rewritable import RewritableQuery, Step, arguments, is_call_of, without_element
from graphstore.rewriting import MAX_REWRITTEN_CHARACTERS, Rewrite, Rewritten
from graphstore.sparql_edits import Edit, EditedText, Part
from graphstore.sparql_patterns import Identity, subjects
from graphstore.sparql_scopes import Element, Variables, is_grouped
from graphstore.sparql_syntax import Node, SparqlText, SparqlUnreadable, read_query

_SUSPICIOUS: Final = re.compile(
    r"(?i:\bGROUP_CONCAT\b|\bBNODE\s*\(\s*[^\s)]|\bGRAPH\s*[?$])"
    r"|\b(?!true\b|false\b)(?i:true|false)\b|[\w>)][*?](?!\w)"
)
_ANY_BASE: Final = "http://example.org/"
_Rule = Callable[[RewritableQuery, Store], Step | None]


def correct(text: str, store: Store, *, default_graphs: bool = False) -> Rewritten:
    """Return a query whose answer by the engine is the one that SPARQL gives to `text`.

    Args:
        text: the query, which check_query_text has let pass.
        store: what it will be asked of; whether a rule applies may depend on what is in it.
        default_graphs: whether the request names graphs to make the default graph of.
    """
    if len(text) > MAX_REWRITTEN_CHARACTERS or _SUSPICIOUS.search(text) is None:
        return Rewritten(text)
    try:
        read = read_query(text)
    except (SparqlUnreadable, RecursionError):
        return Rewritten(text)
    edited, rewrites = EditedText(text), []
    query = _seen(read, default_graphs)
    for rule in _RULES:
        step = None if read.doubtful else rule(query, store)
        if step is None:
            continue
        line = text.count("\n", 0, place := edited.origin(step.place)) + 1
        rewrites.append(Rewrite(step.name, step.reason, line, place - text.rfind("\n", 0, place)))
        edited = edited.apply(step.edits)
        try:
            read = read_query(edited.text)
        except SparqlUnreadable:
            return Rewritten(text)
        query = _seen(read, default_graphs)
    if not rewrites or not _is_accepted(edited.text):
        return Rewritten(text)
    return Rewritten(edited.text, tuple(rewrites))


def _seen(read: SparqlText, default_graphs: bool) -> RewritableQuery:
    kinds = {node.kind for node in read.root.walk()}
    one_graph = not default_graphs and "DatasetClause" not in kinds
    return RewritableQuery(read, one_graph=one_graph, count=None)


@cache
def _empty() -> Store:
    return Store()


def _is_accepted(text: str) -> bool:
    try:
        _empty().query(text, base_iri=_ANY_BASE)
    except (SyntaxError, ValueError, OSError, RuntimeError):
        return False
    return True


# ---- expressions


def boolean_keywords(query: RewritableQuery, store: Store) -> Step | None:
    """Write TRUE and FALSE in lower case: keywords have no case (§19.8), to the engine they do."""
    found = [
        node
        for node in query.text.root.walk()
        if node.kind in ("TRUE", "FALSE") and not query.source(node).islower()
    ]
    edits = tuple(Edit(node.start, node.end, (node.kind.lower(),)) for node in found)
    return _step("boolean-keyword", "the engine reads booleans in lower case only", edits)


def group_concat_to_string(query: RewritableQuery, store: Store) -> Step | None:
    """Take the language from GROUP_CONCAT: it gives a simple literal (§18.5.1.7)."""
    calls = [node for node in query.text.root.walk() if node.kind == "BuiltInCall"]
    bare = {
        argument.start
        for call in calls
        if is_call_of("STR", call)
        for argument in arguments(call.children[-1])
    }
    edits: list[Edit] = []
    for call in calls:
        aggregate = call.first("Aggregate")
        if aggregate is None or aggregate.children[0].kind != "GROUP_CONCAT":
            continue
        if call.start not in bare:
            edits += [Edit(call.start, call.start, ("STR(",)), Edit(call.end, call.end, (")",))]
    reason = "the engine keeps a language that all strings share, and SPARQL does not"
    return _step("group-concat-to-string", reason, tuple(edits))


def blank_node_of_solution(query: RewritableQuery, store: Store) -> Step | None:
    """Give BNODE(text) in a projection a node of its own in every solution (§17.4.2.9).

    The same text gives the same node only within one solution, which a random string marks.
    """
    select = next(iter(query.text.root.every("SelectQuery")), None)
    if select is None or query.where is None or query.where.select is not None:
        return None
    if is_grouped(select) or any(_labelled(query.where.node)):
        return None
    calls = list(_labelled(select.children[0]))
    marker, edits = _fresh(query, "solution"), []
    for call in calls:
        (argument,) = arguments(call.children[-1])
        before = f"SHA1(CONCAT({marker}, "
        edits += [Edit(argument.start, argument.start, (before,))]
        edits += [Edit(argument.end, argument.end, ("))",))]
    if edits:
        end = query.where.node.end - 1
        edits.append(Edit(end, end, (f" BIND(STRUUID() AS {marker}) ",)))
    reason = "the engine gives the same text the same blank node in all solutions"
    return _step("blank-node-of-solution", reason, tuple(edits))


def _labelled(node: Node) -> Iterator[Node]:
    """Yield the calls of BNODE that have an argument."""
    for call in node.walk():
        if is_call_of("BNODE", call) and arguments(call.children[-1]):
            yield call


# ---- paths


def zero_length_path(query: RewritableQuery, store: Store) -> Step | None:
    """Give a path of length zero from a term that the graph does not have its term (§18.4).

    Of such a term `path*` and `path?` reach the term itself and, without any triple, no other.
    """
    if not query.one_graph:
        return None
    edits = []
    for group in query.groups:
        if group.in_graph:
            continue
        for block in (element.node for element in group.elements if element.kind == "triples"):
            for pattern in subjects(block):
                text = _zero_length(query, pattern, store)
                if text is not None:
                    edits.append(Edit(pattern.start, pattern.end, (text,)))
    reason = "the graph does not have this term, so the path reaches the term alone"
    return _step("zero-length-path", reason, tuple(edits))


def _zero_length(query: RewritableQuery, pattern: Node, store: Store) -> str | None:
    subject, properties = pattern.children
    if [child.kind for child in properties.children] != ["PathElt", "ObjectListPath"]:
        return None
    path, objects = properties.children
    modifier = path.first("PathMod")
    if modifier is None or query.source(modifier) == "+" or len(objects.children) != 1:
        return None
    ends = (subject, objects.children[0])
    constants = [identity for end in ends if (identity := query.terms.identity(end)) is not None]
    variables = [end for end in ends if end.kind == "Var"]
    if len(constants) + len(variables) != 2 or len({*constants}) != 1:
        return None
    if _occurs(constants[0], store):
        return None
    if not variables:
        return "{}"
    constant = ends[0] if variables[0] is ends[1] else ends[1]
    return f"VALUES {query.source(variables[0])} {{ {query.source(constant)} }}"


def _occurs(identity: Identity, store: Store) -> bool:
    """Say whether a term is a subject or object in the default graph."""
    kind, value, language = identity
    default = DefaultGraph()
    try:
        if kind == "iri":
            node = NamedNode(value)
            found = store.quads_for_pattern(node, None, None, default)
            if next(found, None) is not None:
                return True
            return next(store.quads_for_pattern(None, None, node, default), None) is not None
        literal = pyoxigraph.Literal(value, language=language or None)
        return next(store.quads_for_pattern(None, None, literal, default), None) is not None
    except ValueError:  # no IRI or no language: the engine will say so
        return True


# ---- GRAPH with a variable


def disjoint_minus(query: RewritableQuery, store: Store) -> Step | None:
    """Drop a MINUS inside GRAPH ?g that shares no variable: it removes nothing (§18.5).

    To the engine the graph's variable is one that both sides bind.
    """
    edits: list[Edit] = []
    for group in (group for group in query.groups if group.in_graph):
        possible: Variables = frozenset()
        for element in group.elements:
            is_disjoint = element.kind == "minus" and not possible & element.groups[0].possible
            if is_disjoint and not any(e.start < element.node.end <= e.end for e in edits):
                edits.append(without_element(group, element.node))
            possible |= element.possible
    reason = "the two sides share no variable, so nothing is taken away"
    return _step("disjoint-minus", reason, tuple(edits))


def values_beside_graph(query: RewritableQuery, store: Store) -> Step | None:
    """Take VALUES out of a GRAPH ?g that has nothing else.

    GRAPH joins what is inside with the graph's name (§18.6), and so does the group around it; the
    engine forgets the name where nothing in the group asks the graph.
    """
    edits = []
    for element in _graphs_by_variable(query):
        inside = element.groups[0].elements
        if inside and all(item.kind == "values" for item in inside):
            parts: list[Part] = [f"GRAPH {query.source(element.node.children[1])} {{}}"]
            for item in inside:
                parts += [" ", (item.node.start, item.node.end)]
            edits.append(Edit(element.node.start, element.node.end, tuple(parts)))
    reason = "the engine forgets the graph where nothing in the group asks it"
    return _step("values-beside-graph", reason, tuple(edits))


def subquery_of_every_graph(query: RewritableQuery, store: Store) -> Step | None:
    """Put the graph into a subquery that is all there is in a GRAPH ?g: each is asked (§18.6).

    The engine asks all graphs at once and forgets which was which. Not where LIMIT or OFFSET
    would have to hold in each graph, nor where the subquery names the variable itself.
    """
    edits = []
    for element in _graphs_by_variable(query):
        text = _with_graph(query, element)
        if text is not None:
            edits.append(Edit(element.node.start, element.node.end, (text,)))
    reason = "the engine asks all graphs at once and forgets which was which"
    return _step("subquery-of-every-graph", reason, tuple(edits))


def _with_graph(query: RewritableQuery, element: Element) -> str | None:
    group = element.groups[0]
    while group.select is None and [item.kind for item in group.elements] == ["group"]:
        group = group.elements[0].groups[0]  # braces around braces
    if group.select is None or query.name(element.node.children[1]) in group.elements[0].mentions:
        return None
    clause, where, modifier, values = group.select.children
    counts_rows = any(
        [child.kind for child in node.children[-3:-1]] == ["DISTINCT", "*"]
        for node in (*clause.walk(), *modifier.walk())
        if node.kind == "Aggregate"
    )
    if modifier.first("LimitOffsetClauses") or counts_rows:
        return None
    graph, marker = query.source(element.node.children[1]), _fresh(query, "in_graph")
    pattern = f"GRAPH {graph} {query.source(where.children[-1])}"
    select = _spelled(query, clause, {})
    rest = _spelled(query, modifier, {})
    keys = modifier.first("GroupClause")
    if keys is not None:
        rest = f"GROUP BY {graph} {query.text.text[keys.children[1].end : modifier.end]}"
    elif is_grouped(group.select):
        # Without keys there is one group in each graph, an empty one where nothing is found.
        pattern = f"GRAPH {graph} {{}} OPTIONAL {{ {pattern} BIND(1 AS {marker}) }}"
        select = _spelled(query, clause, _of_no_rows(query, clause, marker))
        rest = f"GROUP BY {graph} {_spelled(query, modifier, _of_no_rows(query, modifier, marker))}"
    if clause.first("*") is None:
        first = clause.first("DISTINCT", "REDUCED") or clause.children[0]
        place = first.end - clause.start
        select = f"{select[:place]} {graph} {select[place:]}"
    return f"{{ {select} WHERE {{ {pattern} }} {rest} {query.source(values)} }}"


_OF_NOTHING: Final = {"COUNT": "0", "SUM": "0", "AVG": "0", "GROUP_CONCAT": '""'}
"""What aggregates of no rows are (§18.5.1); the others are an error, as of a row without value."""


def _of_no_rows(query: RewritableQuery, part: Node, marker: str) -> dict[tuple[int, int], str]:
    """Return for the aggregates what gives the same where a row without marker is no row."""
    found = {}
    for node in part.walk():
        if node.kind != "Aggregate":
            continue
        value = _OF_NOTHING.get(node.children[0].kind)
        if node.first("*") is not None:
            found[node.start, node.end] = f"COUNT({marker})"
        elif value is not None:
            found[node.start, node.end] = f"IF(COUNT({marker}) = 0, {value}, {query.source(node)})"
    return found


def _spelled(query: RewritableQuery, node: Node, changes: dict[tuple[int, int], str]) -> str:
    """Return a part of the text with parts of it changed."""
    text, place = "", node.start
    for (start, end), new in sorted(changes.items()):
        text += query.text.text[place:start] + new
        place = end
    return text + query.text.text[place : node.end]


def _graphs_by_variable(query: RewritableQuery) -> Iterator[Element]:
    for group in query.groups:
        for element in group.elements:
            if element.kind == "graph" and element.node.children[1].kind == "Var":
                yield element


# ---- what the rules share


def _fresh(query: RewritableQuery, name: str) -> str:
    """Return a variable that the query does not name."""
    taken = query.variables(query.text.root)
    while name in taken:
        name += "_"
    return f"?{name}"


def _step(name: str, reason: str, edits: tuple[Edit, ...]) -> Step | None:
    return Step(name, reason, edits[0].start, edits) if edits else None


_RULES: Final[tuple[_Rule, ...]] = (
    boolean_keywords,
    group_concat_to_string,
    blank_node_of_solution,
    zero_length_path,
    disjoint_minus,
    values_beside_graph,
    subquery_of_every_graph,
)
