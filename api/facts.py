"""The facts about one thing, each with what it rests on.

A `Unit` is what a reader takes for one fact: a plain triple, or an n-ary node with the thing at
its other end as the value and the rest of the node as qualifiers. Facts that point *at* the thing
are its facts too (`inverse`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from api import terms as t
from api.evidence import Evidence
from api.nodes import ENDS, OWNED_BY, VALUE_KINDS, ends_of, kind_of
from api.reader import Reader
from graphstore.terms import Term

BOUNDS = (t.EARLIEST_BEGIN, t.LATEST_BEGIN, t.EARLIEST_END, t.LATEST_END)

# Said about a node for tools; readers see the dates themselves and the passages instead.
_MACHINERY = frozenset({t.RDF_TYPE, t.LABEL, t.DERIVED_FROM, *BOUNDS})


# Things whose facts are remembered; with some hundred facts each, 50 MB.
_REMEMBERED = 500


@dataclass(frozen=True)
class Fact:
    """One triple about a node: property, value, and evidence."""

    property: NamedNode
    value: Term
    evidence: Evidence


@dataclass(frozen=True)
class Unit:
    """One fact about a thing, as a reader counts facts.

    `property` links the thing with `node` (or with `value` where there is no node); `inverse`
    means that it points at the thing. `value` is the other end, None when the node has none.
    """

    property: NamedNode
    inverse: bool
    node: NamedNode | None
    kind: NamedNode | None
    value: Term | None
    qualifiers: tuple[Fact, ...]
    evidence: Evidence

    def qualifier(self, *properties: NamedNode) -> list[Term]:
        """Return the values of qualifiers by property."""
        return [fact.value for fact in self.qualifiers if fact.property in properties]

    def literals(self, *properties: NamedNode) -> list[Literal]:
        """Return the literal values of qualifiers by property."""
        return [value for value in self.qualifier(*properties) if isinstance(value, Literal)]


def facts_about(reader: Reader, subject: NamedNode) -> list[Fact]:
    """Return the live triples with this subject, each once, with evidence."""
    return [
        Fact(quad.predicate, quad.object, evidence)
        for quad, evidence in _with_evidence(reader.dataset.quads(subject))
    ]


def units_about(reader: Reader, thing: NamedNode, *, incoming: bool = True) -> tuple[Unit, ...]:
    """Return the facts about `thing`, in no particular order.

    Args:
        reader: where to look.
        thing: an entity, a concept or a document.
        incoming: also the facts that point at it.
    """
    return reader.memory.lookup(
        f"units-{incoming}",
        thing.value,
        lambda: tuple(_units(reader, thing, incoming=incoming)),
        room=_REMEMBERED,
    )


def _units(reader: Reader, thing: NamedNode, *, incoming: bool) -> list[Unit]:
    found = [
        _outgoing(reader, fact)
        for fact in facts_about(reader, thing)
        if fact.property not in _MACHINERY
    ]
    if incoming:
        found += _incoming(reader, thing)
    return found


def node_unit(reader: Reader, link: Fact, node: NamedNode, *, inverse: bool) -> Unit:
    """Return the fact that an n-ary `node` makes, seen from where `link` comes from."""
    kind = kind_of(reader, node)
    assert kind is not None
    facts = [fact for fact in facts_about(reader, node) if fact.property not in _MACHINERY]
    main = next(
        (end for end in ENDS[kind] if end != link.property and ends_of(reader, node, end)),
        None,
    )
    value = ends_of(reader, node, main)[0] if main is not None else None
    evidence = link.evidence
    for fact in facts:
        evidence |= fact.evidence
    if main in OWNED_BY and isinstance(value, NamedNode):
        for quad, owner_evidence in _with_evidence(reader.dataset.quads(value, main, node)):
            del quad
            evidence |= owner_evidence
    qualifiers = tuple(
        fact
        for fact in facts
        if fact.property != main and not (inverse and fact.property == link.property)
    )
    if main is None and kind in VALUE_KINDS:
        value, qualifiers = node, tuple(facts)
    return Unit(link.property, inverse, node, kind, value, qualifiers, evidence)


def _outgoing(reader: Reader, fact: Fact) -> Unit:
    if isinstance(fact.value, NamedNode) and kind_of(reader, fact.value) is not None:
        return node_unit(reader, fact, fact.value, inverse=False)
    return Unit(fact.property, False, None, None, fact.value, (), fact.evidence)


def _incoming(reader: Reader, thing: NamedNode) -> Iterator[Unit]:
    for quad, evidence in _with_evidence(reader.dataset.quads(None, None, thing)):
        subject = quad.subject
        if not isinstance(subject, NamedNode) or quad.predicate in _MACHINERY:
            continue
        fact = Fact(quad.predicate, subject, evidence)
        if kind_of(reader, subject) is not None:
            yield node_unit(reader, fact, subject, inverse=True)
        else:
            yield Unit(quad.predicate, True, None, None, subject, (), evidence)


def _with_evidence(quads: Iterable[Quad]) -> Iterator[tuple[Quad, Evidence]]:
    """Yield each live triple once, with the evidence of all graphs that hold it."""
    graphs: dict[tuple[str, str, str], tuple[Quad, list[NamedNode | BlankNode | DefaultGraph]]] = {}
    live = set()
    for quad in quads:
        key = (str(quad.subject), quad.predicate.value, str(quad.object))
        graphs.setdefault(key, (quad, []))[1].append(quad.graph_name)
        if isinstance(quad.graph_name, DefaultGraph):
            live.add(key)
    for key, (quad, names) in graphs.items():
        if key in live:
            yield quad, Evidence.of(names)
