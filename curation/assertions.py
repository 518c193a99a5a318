"""Assertions: what one piece of evidence supports, and the records that say so.

An assertion names a graph; the graph holds the triples, the record (in the default graph) holds
the passages, the rank and when and by which submission it was made (after the nanopublication
guidelines, https://nanopub.net/guidelines/working_draft/). Passages are Web Annotation specific
resources (https://www.w3.org/TR/annotation-model/#specific-resources), stored flat.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from curation.vocabulary import RDF_TYPE
from ontology.namespaces import DURE, OA, PROV, SCHEMA, XSD

DERIVED_FROM = NamedNode(f"{PROV}wasDerivedFrom")
GENERATED_AT = NamedNode(f"{PROV}generatedAtTime")
GENERATED_BY = NamedNode(f"{PROV}wasGeneratedBy")
INVALIDATED_AT = NamedNode(f"{PROV}invalidatedAtTime")
INVALIDATION_REASON = NamedNode(f"{DURE}invalidationReason")
RANK = NamedNode(f"{DURE}rank")
DEPRECATED = NamedNode(f"{DURE}Deprecated")
SUPPORT = NamedNode(f"{DURE}support")
SUPPORT_NOTE = NamedNode(f"{DURE}supportNote")
ASSERTION = NamedNode(f"{DURE}Assertion")
PASSAGE = NamedNode(f"{OA}SpecificResource")
HAS_SOURCE = NamedNode(f"{OA}hasSource")
START = NamedNode(f"{OA}start")
END = NamedNode(f"{OA}end")
SHA256 = NamedNode(f"{SCHEMA}sha256")

_INTEGER = NamedNode(f"{XSD}integer")
_DATE_TIME = NamedNode(f"{XSD}dateTime")
_DEFAULT = DefaultGraph()


@dataclass(frozen=True)
class Passage:
    """A range of code points of a snapshot and the hash of its UTF-8 bytes."""

    iri: NamedNode
    snapshot: NamedNode
    start: int
    end: int
    sha256: str

    def quads(self) -> Iterator[Quad]:
        """Yield the record of the passage."""
        yield Quad(self.iri, RDF_TYPE, PASSAGE, _DEFAULT)
        yield Quad(self.iri, HAS_SOURCE, self.snapshot, _DEFAULT)
        yield Quad(self.iri, START, Literal(str(self.start), datatype=_INTEGER), _DEFAULT)
        yield Quad(self.iri, END, Literal(str(self.end), datatype=_INTEGER), _DEFAULT)
        yield Quad(self.iri, SHA256, Literal(self.sha256), _DEFAULT)


@dataclass(frozen=True)
class Assertion:
    """One evidence graph: its triples and the record that says where they come from.

    `support` is `Explicit`, `Inferred` or `Contextual`, `rank` `Preferred`, `Normal` or
    `Deprecated` (local names of the ontology); several `passages` are needed jointly.
    """

    iri: NamedNode
    triples: tuple[Triple, ...]
    passages: tuple[Passage, ...]
    support: str
    note: str | None
    rank: str
    reason: str | None
    submission: NamedNode
    time: str

    def quads(self) -> Iterator[Quad]:
        """Yield the evidence graph, the record, and the records of the passages."""
        for triple in self.triples:
            yield Quad(triple.subject, triple.predicate, triple.object, self.iri)
        yield Quad(self.iri, RDF_TYPE, ASSERTION, _DEFAULT)
        yield Quad(self.iri, RANK, NamedNode(f"{DURE}{self.rank}"), _DEFAULT)
        yield Quad(self.iri, SUPPORT, NamedNode(f"{DURE}{self.support}"), _DEFAULT)
        if self.note:
            yield Quad(self.iri, SUPPORT_NOTE, Literal(self.note, language="en"), _DEFAULT)
        if self.reason:
            yield Quad(self.iri, INVALIDATION_REASON, Literal(self.reason, language="en"), _DEFAULT)
        yield Quad(self.iri, GENERATED_AT, Literal(self.time, datatype=_DATE_TIME), _DEFAULT)
        yield Quad(self.iri, GENERATED_BY, self.submission, _DEFAULT)
        for passage in self.passages:
            yield Quad(self.iri, DERIVED_FROM, passage.iri, _DEFAULT)
            yield from passage.quads()
