"""The triple patterns and terms of a query, with IRIs written out where that is certain.

What is read here is what rewriting looks at: triple patterns with a plain predicate, and terms
that are the same RDF term exactly when `=` holds between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from graphstore.sparql_syntax import Node, SparqlText
from ontology.namespaces import RDF, XSD

_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_CODEPOINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOCAL_ESCAPE: Final = re.compile(r"\\(.)")
_STRING_ESCAPE: Final = re.compile(r"\\([tbnrf\\\"'])|\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_CONTROLS: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}

Identity: TypeAlias = tuple[str, str, str]
"""What tells terms apart: an IRI ("iri", IRI, ""), a string ("string", characters, language)."""


@dataclass(frozen=True, slots=True)
class TriplePattern:
    """A triple pattern whose predicate is an IRI, `a` or a variable, as its three parts."""

    subject: Node
    predicate: Node
    object: Node


class Terms:
    """Tells what the terms of a text are, by its prologue."""

    def __init__(self, text: SparqlText) -> None:
        """Hold a text."""
        self._text = text

    @cached_property
    def _prefixes(self) -> dict[str, str]:
        prefixes: dict[str, str] = {}
        for declaration in self._text.root.children[0].every("PrefixDecl"):
            name, iri = (self._text.source(node) for node in declaration.children[1:])
            prefixes[name] = _code_points(iri[1:-1])
        return prefixes

    def iri(self, node: Node) -> str | None:
        """Return an IRI written out, or None where that takes a base or a prefix is missing."""
        if node.kind == "a":
            return f"{RDF}type"
        if node.kind != "iri":
            return None
        source = self._text.source(node)
        if source.startswith("<"):
            found: str | None = _code_points(source[1:-1])
        else:
            prefix, _, local = source.partition(":")
            namespace = self._prefixes.get(f"{prefix}:")
            local = _LOCAL_ESCAPE.sub(r"\1", local)
            found = None if namespace is None else f"{namespace}{local}"
        # Dot segments may or may not be resolved, which depends on a base.
        return found if found and _ABSOLUTE.match(found) and "/." not in found else None

    def identity(self, node: Node) -> Identity | None:
        """Return what tells a term from others, for terms whose equality is sameness.

        These are IRIs, plain strings and strings with a language; the equality of numbers, dates
        and all other literals is one of values, so None is returned for them.
        """
        iri = self.iri(node)
        if iri is not None:
            return ("iri", iri, "")
        if node.kind == "STRING":
            return ("string", _characters(self._text.source(node)), "")
        if node.kind == "RDFLiteral":
            string, *rest = node.children
            characters = _characters(self._text.source(string))
            if rest and rest[0].kind == "LANGTAG":
                return ("string", characters, self._text.source(rest[0])[1:].lower())
            if not rest or self.iri(rest[-1]) == f"{XSD}string":
                return ("string", characters, "")
        return None


def triple_patterns(block: Node) -> list[TriplePattern]:
    """Return the triple patterns of a TriplesBlock that stand in it as such.

    Those inside `[…]` and `(…)`, and those with a path for a predicate, are left out.
    """
    return [pattern for subject in subjects(block) for pattern in patterns_of_subject(subject)]


def subjects(block: Node) -> Iterator[Node]:
    """Yield the parts of a TriplesBlock, each a TriplesSameSubjectPath."""
    pending: Node | None = block
    while pending is not None:
        yield pending.children[0]
        pending = pending.first("TriplesBlock")


def patterns_of_subject(same_subject: Node) -> list[TriplePattern]:
    """Return the triple patterns of one subject, a TriplesSameSubjectPath, as above."""
    subject, properties = same_subject.children
    if properties.kind == "PropertyListPath":
        properties = properties.children[0] if properties.children else properties
    parts = [child for child in properties.children if child.kind != ";"]
    return [
        TriplePattern(subject, verb, item)
        for verb, objects in zip(parts[::2], parts[1::2], strict=True)
        if verb.kind in ("iri", "a", "Var")
        for item in objects.children
        if item.kind != ","
    ]


def _code_points(text: str) -> str:
    return _CODEPOINT.sub(lambda found: chr(int(found[1] or found[2], 16)), text)


def _characters(string: str) -> str:
    """Return the characters of a quoted string."""
    width = 3 if string.startswith(('"""', "'''")) else 1

    def character(found: re.Match[str]) -> str:
        if found[1]:
            return _CONTROLS.get(found[1], found[1])
        return chr(int(found[2] or found[3], 16))

    return _STRING_ESCAPE.sub(character, string[width:-width])
