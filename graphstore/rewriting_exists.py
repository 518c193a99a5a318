"""EXISTS and NOT EXISTS, which the engine tries on every solution, become joins and MINUS.

The engine matches the pattern of EXISTS anew for each solution, and several triple patterns in it
without regard to what the solution binds. Where all variables that the pattern shares with its
group are bound in every solution of both, trying is the same as comparing
([SPARQL 1.1 §8.3](https://www.w3.org/TR/sparql11-query/#neg-notexists-minus)):

- EXISTS of triple patterns without variables of their own is a join with them, each of which
  matches once at most;
- EXISTS of others is a join with `{ SELECT DISTINCT ?shared { … } }`;
- NOT EXISTS is MINUS.

So that the pattern is not matched everywhere when the group is about little, the group's own
selective patterns are repeated in it: what they exclude could not join anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graphstore.rewritable import RewritableQuery, Step, conjuncts, joined, without_conjunct
from graphstore.selectivity import COUNTED
from graphstore.sparql_edits import Edit
from graphstore.sparql_patterns import TriplePattern, triple_patterns
from graphstore.sparql_scopes import Element, Group, Variables, read_group
from graphstore.sparql_syntax import Node

_MAX_REPEATED: Final = 6
_NOT_PLAIN: Final = frozenset(
    """BlankNode BlankNodePropertyListPath CollectionPath PathElt PathSequence PathAlternative
    PathEltOrInverse PathNegatedPropertySet PathPrimary NIL""".split()
)


@dataclass(frozen=True, slots=True)
class _Test:
    """An EXISTS or NOT EXISTS that is the same as comparing shared variables."""

    group: Group
    filter_: Element
    conjunct: Node
    pattern: Group
    shared: Variables
    negated: bool


def exists_to_join(query: RewritableQuery) -> Step | None:
    """Propose a join or MINUS for the first EXISTS or NOT EXISTS that gains by it."""
    for group in query.groups:
        if group.in_graph or group.is_optional or not query.one_graph:
            continue
        for filter_ in group.filters():
            for conjunct in conjuncts(filter_):
                test = _test(query, group, filter_, conjunct)
                step = test and _step(query, test)
                if step:
                    return step
    return None


def _test(query: RewritableQuery, group: Group, filter_: Element, conjunct: Node) -> _Test | None:
    call = conjunct.children[0] if conjunct.kind == "BuiltInCall" else conjunct
    if call.kind not in ("ExistsFunc", "NotExistsFunc"):
        return None
    pattern = read_group(query.text, call.children[-1])
    shared = query.variables(call) & group.possible
    comparable = bool(shared) and shared <= group.certain and shared <= pattern.certain
    if not comparable or not _is_simple(pattern):
        return None
    return _Test(group, filter_, conjunct, pattern, shared, negated=call.kind == "NotExistsFunc")


def _is_simple(pattern: Group) -> bool:
    """Say whether a group has only triples, and filters on variables that those bind."""
    if not pattern.elements or pattern.select is not None:
        return False
    for element in pattern.elements:
        kinds = {node.kind for node in element.node.walk()}
        if "BLANK_NODE_LABEL" in kinds or "PathMod" in kinds:
            return False
        if element.kind == "filter":
            if not element.mentions <= pattern.certain or "GroupGraphPattern" in kinds:
                return False
        elif element.kind != "triples":
            return False
    return True


def _step(query: RewritableQuery, test: _Test) -> Step | None:
    inside = query.source(test.pattern.node)[1:-1].strip()
    gone = without_conjunct(test.group, test.filter_, test.conjunct)
    place = test.conjunct.start
    if not test.negated and _matches_once(test):
        join = joined(test.group, test.shared, f"{{ {inside} }}")
        reason = "the pattern has no variables of its own, so that joining it is the same"
        return None if join is None else Step("exists-to-join", reason, place, (join, gone))
    if _size(test.pattern) < 2:
        return None
    inside = f"{_repeated(query, test)}{inside}"
    if test.negated:
        end = test.group.node.end - 1
        minus = Edit(end, end, (f" MINUS {{ {inside} }} ",))
        reason = "the pattern would be tried on every solution; MINUS matches it once"
        return Step("not-exists-to-minus", reason, place, (gone, minus))
    names = " ".join(f"?{name}" for name in sorted(test.shared))
    join = joined(test.group, test.shared, f"{{ SELECT DISTINCT {names} {{ {inside} }} }}")
    reason = "the pattern would be tried on every solution; a subquery matches it once"
    return None if join is None else Step("exists-to-subquery", reason, place, (join, gone))


def _matches_once(test: _Test) -> bool:
    """Say whether the pattern, its variables bound, can match in one way only."""
    kinds = {node.kind for node in test.pattern.node.walk()}
    bound = test.pattern.possible <= test.group.certain
    return bound and not kinds & _NOT_PLAIN and _all_triples(test.pattern)


def _all_triples(group: Group) -> bool:
    return all(element.kind == "triples" for element in group.elements)


def _size(pattern: Group) -> int:
    """Return how many triple patterns a group has, a path counting for its steps."""
    return sum(
        node.kind in ("ObjectListPath", "PathSequence", ",", "CollectionPath")
        for element in pattern.elements
        if element.kind == "triples"
        for node in element.node.walk()
    )


def _repeated(query: RewritableQuery, test: _Test) -> str:
    """Return the group's selective patterns that bear on the shared variables, as text."""
    patterns = [
        item
        for element in test.group.elements
        if element.kind == "triples"
        for item in triple_patterns(element.node)
        if not {node.kind for part in _parts(item) for node in part.walk()} & _NOT_PLAIN
    ]
    alone = [item for item in patterns if _variables(query, item) <= test.shared]
    if min((query.selectivity.solutions(item) for item in alone), default=COUNTED) >= COUNTED:
        connected = _connected(query, patterns, test.shared)
        rarest = min((query.selectivity.solutions(item) for item in connected), default=COUNTED)
        if rarest < COUNTED and len(connected) <= _MAX_REPEATED:
            alone = connected
    texts = (" ".join(query.source(part) for part in _parts(item)) for item in alone)
    values = _repeated_values(query, test)
    return values + "".join(f"{text} . " for text in dict.fromkeys(texts))


def _repeated_values(query: RewritableQuery, test: _Test) -> str:
    return "".join(
        f"{query.source(element.node)} "
        for element in test.group.elements
        if element.kind == "values"
        and element.certain <= test.shared
        and element.certain == element.possible
    )


def _connected(
    query: RewritableQuery, patterns: list[TriplePattern], variables: Variables
) -> list[TriplePattern]:
    """Return the patterns that share variables with `variables`, or with one that does."""
    found: list[TriplePattern] = []
    reached, size = set(variables), -1
    while size < len(found):
        size = len(found)
        found = [item for item in patterns if reached & _variables(query, item)]
        reached |= {name for item in found for name in _variables(query, item)}
    return found


def _variables(query: RewritableQuery, pattern: TriplePattern) -> Variables:
    return frozenset(query.name(part) for part in _parts(pattern) if part.kind == "Var")


def _parts(pattern: TriplePattern) -> tuple[Node, Node, Node]:
    return pattern.subject, pattern.predicate, pattern.object
