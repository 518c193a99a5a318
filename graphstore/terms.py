"""Names for the RDF terms that travel through the project: pyoxigraph's own, no second model.

Implements the abstract syntax of [RDF 1.1 Concepts](https://www.w3.org/TR/rdf11-concepts/#section-triples).
"""

from __future__ import annotations

from typing import TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Triple

Subject: TypeAlias = NamedNode | BlankNode
Term: TypeAlias = NamedNode | BlankNode | Literal | Triple
GraphName: TypeAlias = NamedNode | BlankNode | DefaultGraph


def holds_blank_node(term: Term | DefaultGraph) -> bool:
    """Say whether the term is a blank node or a triple term with a blank node inside."""
    if isinstance(term, Triple):
        return holds_blank_node(term.subject) or holds_blank_node(term.object)
    return isinstance(term, BlankNode)


def written(term: Term | DefaultGraph) -> str:
    """Return the term as N-Triples 1.2 writes it; the engine's `str` forgets the signs of a triple
    term.
    """
    if isinstance(term, Triple):
        return f"<<( {written(term.subject)} {term.predicate} {written(term.object)} )>>"
    return str(term)
