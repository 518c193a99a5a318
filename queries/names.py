"""What things are called: from a name in any script to the entities that bear it.

A name matches when its normal form is that of a preferred, alternative or hidden label
(https://www.w3.org/TR/skos-reference/#labels), or of a document's title. Nothing is guessed: a
name that several entities bear gives all of them.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from pyoxigraph import DefaultGraph, Literal, NamedNode

from graphstore.dataset import Dataset
from ontology.namespaces import DCT, SKOS

LABELS = tuple(
    NamedNode(iri)
    for iri in (
        f"{SKOS}prefLabel",
        f"{SKOS}altLabel",
        f"{SKOS}hiddenLabel",
        f"{DCT}title",
    )
)
_DEFAULT = DefaultGraph()


def normal_form(name: str) -> str:
    """Return `name` without case, diacritics, spaces and punctuation, for comparison only.

    >>> normal_form("l'Économie sociale") == normal_form("L’économie-sociale")
    True
    >>> normal_form("C.I.T.I.E.S")
    'cities'
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in decomposed if _counts(character))


def _counts(character: str) -> bool:
    # Accents have a combining class of 200 and more; vowel signs of Indic scripts have none and
    # are part of the word.
    if unicodedata.combining(character) >= 200:
        return False
    return character.isalnum() or unicodedata.category(character).startswith("M")


class NameIndex:
    """Every name in the default graph of a dataset at one commit.

    It is built by one scan of the labels (about 0.3 s per million triples), so keep it until the
    head changes.
    """

    def __init__(self, dataset: Dataset) -> None:
        """Read the labels of `dataset`."""
        self._bearers: dict[str, set[NamedNode]] = defaultdict(set)
        for subject, label in _labels(dataset):
            self._bearers[normal_form(label)].add(subject)

    def bearers(self, name: str) -> list[NamedNode]:
        """Return everything that bears `name`, in order of IRI."""
        key = normal_form(name)
        found = self._bearers.get(key, set()) if key else set()
        return sorted(found, key=lambda node: node.value)


def _labels(dataset: Dataset) -> Iterator[tuple[NamedNode, str]]:
    for predicate in LABELS:
        for quad in dataset.quads(None, predicate, None, _DEFAULT):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                yield quad.subject, quad.object.value
