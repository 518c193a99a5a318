"""What a parameter's text refers to: an entity by id or IRI, a concept or class by name or IRI."""

from __future__ import annotations

import re
from functools import cache

from pyoxigraph import NamedNode

from api import terms as t
from api.errors import BadParameter
from api.reader import Reader
from ontology import resources
from ontology.namespaces import CONCEPT, DOC, ID

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*\Z")


def entity_iri(reader: Reader, parameter: str, text: str) -> NamedNode:
    """Return the entity or document that `text` names by id or IRI.

    Raises:
        BadParameter: there is no such entity.
    """
    for candidate in _candidates(text, (ID, DOC)):
        if reader.exists(candidate):
            return candidate
    raise BadParameter(parameter, f"names no entity: '{text}' (an id such as gsef-zqer, or an IRI)")


def concept_iri(reader: Reader, parameter: str, text: str, scheme: str) -> NamedNode:
    """Return the concept of `scheme` that `text` names by the end of its IRI or by IRI.

    Raises:
        BadParameter: the scheme has no such concept; the reason lists those it has.
    """
    for candidate in _candidates(text.partition(":")[2] or text, (f"{CONCEPT}{scheme}/",)) + (
        _candidates(text, ())
    ):
        if reader.exists(candidate):
            return candidate
    known = sorted(
        iri.value.rpartition("/")[2]
        for iri in reader.subjects(t.IN_SCHEME, NamedNode(f"{CONCEPT}{scheme}"))
    )
    raise BadParameter(parameter, f"names no concept: '{text}'; there are {', '.join(known)}")


def class_iri(reader: Reader, text: str, parameter: str = "type") -> NamedNode:
    """Return the class that `text` names by its term in the JSON-LD context or by IRI.

    Raises:
        BadParameter: there is no such class; the reason lists the terms.
    """
    classes = _classes()
    if text in classes:
        return NamedNode(classes[text])
    for candidate in _candidates(text, ()):
        if reader.exists(candidate) or candidate.value in classes.values():
            return candidate
    raise BadParameter(parameter, f"names no class: '{text}'; there are {', '.join(classes)}")


def _candidates(text: str, bases: tuple[str, ...]) -> list[NamedNode]:
    if text.startswith(("http://", "https://")):
        try:
            return [NamedNode(text)]
        except ValueError:
            return []
    return [NamedNode(f"{base}{text}") for base in bases if _SLUG.match(text)]


@cache
def _classes() -> dict[str, str]:
    context = resources.context()["@context"]
    prefixes = {
        name: iri
        for name, iri in context.items()
        if isinstance(iri, str) and iri.endswith(("/", "#"))
    }
    found = {}
    for term, definition in context.items():
        if isinstance(definition, str) and term[:1].isupper() and ":" in definition:
            prefix, _, local = definition.partition(":")
            found[term] = f"{prefixes[prefix]}{local}"
    return found
