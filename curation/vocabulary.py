"""The terms an author writes, and the RDF terms they stand for: the JSON-LD context, read once.

A term names a property, a class (capitalised) or a prefix, exactly as a JSON-LD processor would
read it (https://www.w3.org/TR/json-ld11/#the-context).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pyoxigraph import NamedNode, RdfFormat, parse

from ontology import resources
from ontology.namespaces import CONCEPT, RDF

RDF_TYPE = NamedNode(f"{RDF}type")


@dataclass(frozen=True)
class Property:
    """One property term: its IRI and whether its values are resources or tagged text."""

    iri: NamedNode
    is_resource: bool
    is_text: bool


@dataclass(frozen=True)
class Vocabulary:
    """Every term of the context, sorted by what it stands for."""

    properties: Mapping[str, Property]
    classes: Mapping[str, NamedNode]
    prefixes: Mapping[str, str]
    concepts: frozenset[str]

    def concept(self, curie: str) -> NamedNode:
        """Return the concept that `curie` names; raise `KeyError` when no scheme has it."""
        prefix, _, local = curie.partition(":")
        iri = f"{self.prefixes[prefix]}{local}"
        if iri.startswith(CONCEPT) and iri not in self.concepts:
            raise KeyError(curie)
        return NamedNode(iri)


@cache
def load() -> Vocabulary:
    """Read the packaged context and concept schemes."""
    return read(resources.context()["@context"], resources.concept_files())


def read(context: Mapping[str, Any], concept_files: Mapping[str, bytes]) -> Vocabulary:
    """Sort the terms of `context`; know the concepts that `concept_files` declare."""
    prefixes = {
        term: value
        for term, value in context.items()
        if isinstance(value, str) and value.endswith(("/", "#"))
    }

    def expand(curie: str) -> NamedNode:
        prefix, _, local = curie.partition(":")
        return NamedNode(f"{prefixes[prefix]}{local}")

    classes = {
        term: expand(value)
        for term, value in context.items()
        if isinstance(value, str) and term not in prefixes and not value.startswith("@")
    }
    properties = {
        term: Property(
            iri=expand(value["@id"]),
            is_resource=value.get("@type") == "@id",
            is_text="@container" in value,
        )
        for term, value in context.items()
        if isinstance(value, dict)
    }
    concepts = frozenset(
        quad.subject.value
        for content in concept_files.values()
        for quad in parse(content, format=RdfFormat.TURTLE)
        if quad.predicate == RDF_TYPE and isinstance(quad.subject, NamedNode)
    )
    return Vocabulary(properties, classes, prefixes, concepts)
