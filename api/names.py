"""Search by name: any variant, any script, whatever the case, accents, hyphens and spaces.

The index is made once per commit, from preferred, alternative and hidden labels. The search key
follows the model's rule for names: compatibility decomposition
([UAX #15](https://www.unicode.org/reports/tr15/)), case folding, no diacritics, spaces or
punctuation, and a second key with the parts of the name in alphabetical order.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz, process

from api import terms as t
from api.memory import Memory
from graphstore.dataset import Dataset

# Scores of the ways a name can match; a near match gets at most NEAR.
EXACT, REORDERED, BEGINS, PARTS, WITHIN, NEAR = 100, 95, 90, 85, 75, 70
# Similarity (0–100, rapidfuzz) below which names are not near: "Seongbuk" and "Sungbuk" have 87.
_SIMILAR = 80.0
_NEAR_LIMIT = 50


@dataclass(frozen=True)
class Match:
    """A thing found by name: its score (0–100) and the name that matched."""

    iri: str
    score: int
    name: str


def parts_of(name: str) -> list[str]:
    """Return the folded parts of a name: no case, diacritics or punctuation; hyphens join.

    >>> parts_of("KIM Jung-Youl"), parts_of("Économie sociale")
    (['kim', 'jungyoul'], ['economie', 'sociale'])
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    # Recomposed, so that a Hangul syllable is one character again.
    plain = unicodedata.normalize(
        "NFC", "".join(char for char in decomposed if not unicodedata.combining(char))
    )
    joined = "".join(" " if char.isspace() or char in "·/,;()" else char for char in plain)
    parts = ("".join(char for char in part if char.isalnum()) for part in joined.split())
    return [part for part in parts if part]


def key_of(name: str) -> str:
    """Return the search key of a name, its parts in the order given.

    >>> key_of("Seongbuk-gu") == key_of("SEONGBUK GU")
    True
    """
    return "".join(parts_of(name))


class NameIndex:
    """Every name in one commit, ready to be searched."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        """Index pairs of IRI and name."""
        self._names: list[tuple[str, str]] = []
        self._keys: list[str] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._by_sorted: dict[str, list[int]] = defaultdict(list)
        words: dict[str, set[int]] = defaultdict(set)
        for iri, name in sorted(set(names)):
            parts = parts_of(name)
            if not parts:
                continue
            number = len(self._names)
            self._names.append((iri, name))
            self._keys.append("".join(parts))
            self._by_key[self._keys[-1]].append(number)
            self._by_sorted["".join(sorted(parts))].append(number)
            for word in {*parts, *_pieces(name)}:
                words[word].add(number)
        self._words = words
        self._vocabulary = sorted(words)
        # One long text, so that "contains" is one scan in C.
        self._text = "\n".join(self._keys)
        self._offsets: list[int] = []
        offset = 0
        for key in self._keys:
            self._offsets.append(offset)
            offset += len(key) + 1

    def search(self, query: str, *, near: bool = True) -> list[Match]:
        """Return what `query` names, best first, each thing once.

        Args:
            query: a name or part of one.
            near: when nothing matches, look for names that are similar.
        """
        parts = parts_of(query)
        key = "".join(parts)
        if not key:
            return []
        found: dict[str, Match] = {}
        self._add(found, self._by_key.get(key, ()), EXACT)
        self._add(found, self._by_sorted.get("".join(sorted(parts)), ()), REORDERED)
        within = self._containing(key)
        self._add(found, [n for n in within if self._keys[n].startswith(key)], BEGINS)
        self._add(found, self._with_parts(parts), PARTS)
        self._add(found, within, WITHIN)
        if near and not found:
            self._add_near(found, key, "".join(sorted(parts)))
        return sorted(found.values(), key=lambda m: (-m.score, len(m.name), m.name, m.iri))

    def _add(self, found: dict[str, Match], numbers: Iterable[int], score: int) -> None:
        for number in numbers:
            iri, name = self._names[number]
            if iri not in found or found[iri].score < score:
                found[iri] = Match(iri, score, name)

    def _containing(self, key: str) -> list[int]:
        numbers = []
        place = self._text.find(key)
        while place >= 0:
            number = bisect.bisect_right(self._offsets, place) - 1
            numbers.append(number)
            place = self._text.find(key, self._offsets[number] + len(self._keys[number]))
        return numbers

    def _with_parts(self, parts: list[str]) -> set[int]:
        """Return the names in which every part begins some word."""
        sets = []
        for part in parts:
            begin = bisect.bisect_left(self._vocabulary, part)
            end = bisect.bisect_right(self._vocabulary, part + "\U0010ffff")
            sets.append({n for word in self._vocabulary[begin:end] for n in self._words[word]})
        return set.intersection(*sets) if sets else set()

    def _add_near(self, found: dict[str, Match], key: str, ordered: str) -> None:
        best: dict[int, float] = {}
        for wanted, candidates in ((key, self._by_key), (ordered, self._by_sorted)):
            hits = process.extract(
                wanted,
                list(candidates),
                scorer=fuzz.ratio,
                score_cutoff=_SIMILAR,
                limit=_NEAR_LIMIT,
            )
            for name, similarity, _ in hits:
                for number in candidates[name]:
                    best[number] = max(best.get(number, 0.0), similarity)
        for number, similarity in best.items():
            self._add(found, [number], round(NEAR * similarity / 100))


def _pieces(name: str) -> list[str]:
    """Return the folded pieces of a name with hyphens taken as spaces."""
    return parts_of(name.replace("-", " "))


def name_index(dataset: Dataset, memory: Memory) -> NameIndex:
    """Return the index of all names in the default graph."""
    return memory.once("names", lambda: NameIndex(_names(dataset)))


def _names(dataset: Dataset) -> Iterable[tuple[str, str]]:
    for predicate in (t.PREF_LABEL, t.ALT_LABEL, t.HIDDEN_LABEL):
        for quad in dataset.quads(None, predicate, None, t.DEFAULT):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                yield quad.subject.value, quad.object.value
    for quad in dataset.quads(None, t.XL_ALT_LABEL, None, t.DEFAULT):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            for form in dataset.quads(quad.object, t.LITERAL_FORM, None, t.DEFAULT):
                if isinstance(form.object, Literal):
                    yield quad.subject.value, form.object.value
