"""The rarest of several alike triple patterns is put first, where the engine begins.

To the engine all patterns with a constant predicate and a constant object are alike, classes
apart; among equals it begins with the first. Repeating a triple pattern in the same basic graph
pattern changes no solution, since it matches each of them exactly once more; so the rarest one is
repeated in front and the text is otherwise left as it is.
"""

from __future__ import annotations

from graphstore.rewritable import RewritableQuery, Step
from graphstore.sparql_edits import Edit
from graphstore.sparql_patterns import TriplePattern, triple_patterns
from graphstore.sparql_scopes import Group
from ontology.namespaces import RDF

_GAIN = 3  # how many times rarer a pattern must be to be worth repeating


def rarest_first(query: RewritableQuery) -> Step | None:
    """Propose to repeat the rarest pattern of the first group that begins with a common one."""
    if not query.one_graph:
        return None
    for group in query.groups:
        step = None if group.in_graph else _step(query, group)
        if step is not None:
            return step
    return None


def _step(query: RewritableQuery, group: Group) -> Step | None:
    blocks = [element.node for element in group.elements if element.kind == "triples"]
    if not blocks or any(element.kind == "values" for element in group.elements):
        return None
    first = blocks[0]
    patterns = list(query.patterns(group))
    alike = [item for item in triple_patterns(first) if _is_alike(query, item)]
    if len(alike) < 2 or any(item.subject.kind != "Var" for item in patterns):
        return None
    rows = [query.selectivity.solutions(item) for item in alike]
    rarest = rows.index(min(rows))
    if rows[rarest] == rows[0] or rows[rarest] * _GAIN > rows[0]:
        return None
    pattern = alike[rarest]
    parts = (pattern.subject, pattern.predicate, pattern.object)
    text = " ".join(query.source(part) for part in parts)
    return Step(
        "rarest-first",
        "several patterns have a constant, and this one matches least: it is begun with",
        pattern.object.start,
        (Edit(first.start, first.start, (f"{text} . ",)),),
    )


def _is_alike(query: RewritableQuery, pattern: TriplePattern) -> bool:
    property_ = query.terms.iri(pattern.predicate)
    constant = query.terms.identity(pattern.object) is not None
    variable = pattern.subject.kind == "Var"
    return variable and constant and property_ is not None and property_ != f"{RDF}type"
