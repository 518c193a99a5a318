"""Answers of queries as values that can be compared: booleans, solutions, graphs, datasets.

Two answers are the same if a renaming of blank nodes makes them equal
([RDF 1.1 Concepts §3.6](https://www.w3.org/TR/rdf11-concepts/#graph-isomorphism)); solutions are
a multiset, or a sequence where the expected result says so (`rs:index`). Literals are compared by
value (`by_value`) or as they are written: the engine keeps numbers in one form for each value, so
`1.0` comes back as `1`.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

Term = NamedNode | BlankNode | Literal | Triple
Solution = Mapping[str, Term]

XSD: Final = "http://www.w3.org/2001/XMLSchema#"
RS: Final = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"


@dataclass(frozen=True)
class Solutions:
    """The answer of a SELECT; `ordered` if the sequence counts."""

    variables: frozenset[str]
    rows: tuple[Solution, ...]
    ordered: bool = False

    def once(self) -> Solutions:
        """Return the same solutions without repetitions."""
        rows = {frozenset(row.items()): row for row in self.rows}
        return replace(self, rows=tuple(rows.values()))


@dataclass(frozen=True)
class Graph:
    """The answer of a CONSTRUCT or DESCRIBE."""

    triples: frozenset[Triple]

    def quads(self) -> list[Quad]:
        """Return the triples as quads of the default graph."""
        return [Quad(t.subject, t.predicate, t.object) for t in self.triples]


Answer = bool | Solutions | Graph


def same(one: Answer, other: Answer, *, lax: bool = False) -> bool:
    """Whether two answers are equal but for the names of blank nodes.

    If one of two sequences of solutions is ordered, both are taken as ordered; `lax` leaves open
    how often a solution occurs.
    """
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Graph):
        return isinstance(other, Graph) and isomorphic(one.quads(), other.quads())
    if isinstance(other, Graph):
        return False
    ordered = one.ordered or other.ordered
    first, second = (_described(s.once() if lax else s, ordered) for s in (one, other))
    return one.variables == other.variables and isomorphic(first, second)


def isomorphic(one: Iterable[Quad], other: Iterable[Quad]) -> bool:
    """Whether two datasets are equal but for the names of blank nodes."""
    return _canonical(one) == _canonical(other)


def _canonical(quads: Iterable[Quad]) -> Dataset:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return dataset


def _described(solutions: Solutions, ordered: bool) -> list[Quad]:
    quads = []
    for number, row in enumerate(solutions.rows):
        node = BlankNode()
        position = Literal(number) if ordered else Literal("a row")
        quads.append(Quad(node, NamedNode(f"{RS}index"), position))
        for variable, term in row.items():
            quads.append(Quad(node, NamedNode(f"{RS}value/{variable}"), term))
    return quads


# ---- values


def by_value(answer: Answer) -> Answer:
    """Return an answer with each number, boolean and date in one form for its value."""
    if isinstance(answer, bool):
        return answer
    if isinstance(answer, Graph):
        return Graph(
            frozenset(Triple(t.subject, t.predicate, _valued(t.object)) for t in answer.triples)
        )
    rows = tuple({name: _valued(term) for name, term in row.items()} for row in answer.rows)
    return replace(answer, rows=rows)


def quads_by_value(quads: Iterable[Quad]) -> list[Quad]:
    """Return quads with each number, boolean and date in one form."""
    return [Quad(q.subject, q.predicate, _valued(q.object), q.graph_name) for q in quads]


def _valued(term: Term) -> Term:
    if not isinstance(term, Literal) or not term.datatype.value.startswith(XSD):
        return term
    name = term.datatype.value.removeprefix(XSD)
    name = "integer" if name in _INTEGERS else name
    form = _FORMS.get(name)
    try:
        return term if form is None else Literal(form(term.value), datatype=NamedNode(XSD + name))
    except (ValueError, ArithmeticError):
        return term


def _zoned(text: str) -> str:
    return re.sub(r"[+-]00:00$", "Z", text)


# The types derived from xsd:integer share its values.
_INTEGERS: Final = frozenset(
    "long int short byte nonNegativeInteger nonPositiveInteger positiveInteger negativeInteger "
    "unsignedLong unsignedInt unsignedShort unsignedByte".split()
)
_FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "integer": lambda text: str(int(text)),
    "decimal": lambda text: format(Decimal(text).normalize(), "f"),
    "double": lambda text: repr(float(text)),
    "float": lambda text: repr(struct.unpack("f", struct.pack("f", float(text)))[0]),
    "boolean": lambda text: {"1": "true", "0": "false"}.get(text, text),
    "date": _zoned,
    "dateTime": _zoned,
}
