"""The copy check: no literal of ours may repeat eight words of a source in a row.

Facts are free, sentences are not. Names and titles of things are facts and are excepted; every
other literal is compared word by word, in any script, with case and punctuation aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pyoxigraph import Literal, Quad

from ontology.namespaces import DCT, DURE, FOAF, RDFS, SKOS, SKOSXL

WORDS_IN_A_ROW = 8
NAMING_PREDICATES = frozenset(
    {
        f"{SKOS}prefLabel",
        f"{SKOS}altLabel",
        f"{SKOS}hiddenLabel",
        f"{SKOSXL}literalForm",
        f"{RDFS}label",
        f"{DCT}title",
        f"{DURE}theme",
        f"{FOAF}name",
    }
)
_WORD = re.compile(r"\w+")


def shingles(text: str, length: int = WORDS_IN_A_ROW) -> set[tuple[str, ...]]:
    """Return every run of `length` consecutive words of `text`, lower-cased."""
    words = _WORD.findall(text.lower())
    return {tuple(words[i : i + length]) for i in range(len(words) - length + 1)}


def copied(quads: Iterable[Quad], sources: Iterable[str]) -> list[tuple[Quad, str]]:
    """Return the quads whose literal shares eight words in a row with a source, and the words."""
    known: set[tuple[str, ...]] = set()
    for text in sources:
        known |= shingles(text)
    found = []
    for quad in quads:
        if not isinstance(quad.object, Literal) or quad.predicate.value in NAMING_PREDICATES:
            continue
        shared = shingles(quad.object.value) & known
        if shared:
            found.append((quad, " ".join(min(shared))))
    return found
