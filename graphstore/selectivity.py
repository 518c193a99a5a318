"""How many solutions a triple pattern may have: looked up, or guessed from its constants.

The engine keeps no statistics: to it all patterns with a constant predicate and object are alike,
and the one that stands first in the text is begun with. So a guess of which is rarer is worth a
lot, and a look into the index, which costs well under a millisecond, is worth more.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Final, TypeAlias

from pyoxigraph import DefaultGraph, Literal, NamedNode, Store

from graphstore.sparql_patterns import Identity, Terms, TriplePattern
from graphstore.sparql_syntax import Node
from ontology.namespaces import CONCEPT, DURE, RDF

Count: TypeAlias = Callable[[str, Identity], int]
"""How many triples of the default graph have that predicate and object, COUNTED at most."""

COUNTED: Final = 500
UNKNOWN: Final = 1_000_000  # without any constant, a pattern is as large as a predicate
OF_SUBJECT: Final = 10  # what one thing has
_NO_CONSTANTS: Final = frozenset(
    ["Var", "BlankNode", "NIL", "CollectionPath", "BlankNodePropertyListPath"]
)
_INSTANCES: Final = 20_000
_OF_CONCEPT: Final = 5_000
_OF_VALUE: Final = 1_000
_OF_THING: Final = 100
_OF_STRING: Final = 5


def counts_in(store: Store) -> Count:
    """Return a function that counts in the default graph of a store."""

    def count(predicate: str, identity: Identity) -> int:
        kind, value, language = identity
        try:
            term = NamedNode(value) if kind == "iri" else Literal(value, language=language or None)
        except ValueError:  # no IRI or no language: the engine will say so
            return COUNTED
        found = store.quads_for_pattern(None, NamedNode(predicate), term, DefaultGraph())
        return sum(1 for _ in islice(found, COUNTED))

    return count


class Selectivity:
    """Says how many solutions patterns may have; only the order of its answers means anything."""

    def __init__(self, terms: Terms, count: Count | None = None) -> None:
        """Guess from `terms`, or count with `count`."""
        self._terms = terms
        self._count = count

    def solutions(self, pattern: TriplePattern) -> int:
        """Return about how many solutions a pattern has by its constants; UNKNOWN without."""
        if pattern.subject.kind not in _NO_CONSTANTS:
            return OF_SUBJECT
        if pattern.object.kind in _NO_CONSTANTS:
            return UNKNOWN
        return self.with_object(pattern.predicate, pattern.object)

    def with_object(self, predicate: Node, value: Node) -> int:
        """Return about how many triples have a predicate and an object."""
        property_, identity = self._terms.iri(predicate), self._terms.identity(value)
        if property_ == f"{RDF}type":
            return _INSTANCES
        guess = self._guess(identity)
        if self._count is None or property_ is None or identity is None:
            return guess
        counted = self._count(property_, identity)
        return counted if counted < COUNTED else max(COUNTED, guess)

    def _guess(self, identity: Identity | None) -> int:
        if identity is None:
            return _OF_VALUE
        kind, value, _ = identity
        if kind == "string":
            return _OF_STRING
        return _OF_CONCEPT if value.startswith((CONCEPT, DURE)) else _OF_THING
