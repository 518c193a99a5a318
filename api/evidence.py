"""Who says so: the assertions behind a fact, their passages and documents.

A fact's evidence is the set of named graphs that hold its triple (docs: "No fact without a
source"). The record of an assertion leads to passages, character ranges of a snapshot
([RFC 5147](https://www.rfc-editor.org/rfc/rfc5147#section-2.1.1)).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pyoxigraph import BlankNode, DefaultGraph, NamedNode

from ontology.namespaces import ASSERTION as ASSERTION_BASE
from ontology.namespaces import (
    GRAPH_CONCEPTS,
    GRAPH_DERIVED,
    GRAPH_EDITORIAL,
    GRAPH_ONTOLOGY,
)

_EDITORIAL = frozenset({GRAPH_EDITORIAL, GRAPH_CONCEPTS, GRAPH_ONTOLOGY})


@dataclass(frozen=True)
class Evidence:
    """What a fact rests on: assertions, or an editor's decision, or a rule.

    `assertions` are IRIs in order; `derived` means that nothing but a rule says so.
    """

    assertions: tuple[str, ...] = ()
    editorial: bool = False
    derived: bool = False

    @classmethod
    def of(cls, graphs: Iterable[NamedNode | BlankNode | DefaultGraph]) -> Evidence:
        """Read the evidence off the graph names that hold a triple."""
        names = {graph.value for graph in graphs if isinstance(graph, NamedNode)}
        assertions = tuple(sorted(name for name in names if name.startswith(ASSERTION_BASE)))
        editorial = bool(names & _EDITORIAL)
        return cls(
            assertions, editorial, GRAPH_DERIVED in names and not assertions and not editorial
        )

    def __or__(self, other: Evidence) -> Evidence:
        """Return the evidence of two triples that make one fact."""
        return Evidence(
            tuple(sorted({*self.assertions, *other.assertions})),
            self.editorial or other.editorial,
            self.derived and other.derived,
        )


@dataclass(frozen=True)
class Passage:
    """A character range of a snapshot; `quotation` only when the archive holds the document."""

    iri: str
    snapshot: str
    start: int
    end: int
    sha256: str
    quotation: str | None


@dataclass(frozen=True)
class Source:
    """The record of one assertion: its passages (jointly needed), how it supports, its document.

    `support` is `explicit`, `inferred` or `contextual`; `live` is false once it was withdrawn or
    deprecated.
    """

    assertion: str
    document: str
    title: str
    title_language: str | None
    passages: tuple[Passage, ...]
    support: Literal["explicit", "inferred", "contextual"]
    note: str | None
    live: bool
    generated_at: str | None
    submission: str | None
