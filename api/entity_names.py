"""The names of an entity as its page shows them: by language, each with who prints it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from api import terms as t
from api.evidence import Evidence
from api.facts import Unit
from api.nodes import name_of
from api.presentation import Footnotes
from api.reader import Reader

_LANGUAGES = {
    "en": ("English", "영어"),
    "ko": ("Korean", "한국어"),
    "ko-Latn": ("Korean, romanised", "한국어(로마자)"),
    "fr": ("French", "프랑스어"),
    "es": ("Spanish", "스페인어"),
}


@dataclass(frozen=True)
class ShownName:
    """A name on a page."""

    text: str
    language: str | None
    kind: str
    preferred: bool
    marks: tuple[int, ...]
    editorial: bool


def names_by_language(
    reader: Reader, units: Iterable[Unit], notes: Footnotes
) -> list[tuple[str, list[ShownName]]]:
    """Return the names that may be shown, by language in words; preferred ones first.

    Hidden labels (misspellings) are searchable and never shown.
    """
    named = [unit for unit in units if not unit.inverse and isinstance(unit.value, Literal)]
    kinds = {
        str(unit.value): name_of(reader, kind).text
        for unit in named
        if unit.property == t.XL_ALT_LABEL
        for kind in unit.qualifier(t.DC_TYPE)
        if isinstance(kind, NamedNode)
    }
    found: dict[tuple[str, str], tuple[bool, Evidence, str]] = {}
    for unit in named:
        if unit.property not in {t.PREF_LABEL, t.ALT_LABEL} or not isinstance(unit.value, Literal):
            continue
        key = (unit.value.language or "", unit.value.value)
        preferred, evidence, kind = found.get(key, (False, Evidence(), ""))
        found[key] = (
            preferred or unit.property == t.PREF_LABEL,
            evidence | unit.evidence,
            kind or kinds.get(str(unit.value), ""),
        )
    grouped: dict[str, list[ShownName]] = {}
    for (tag, text), (preferred, evidence, kind) in sorted(
        found.items(), key=lambda item: (item[0][0], not item[1][0], item[0][1])
    ):
        words = _LANGUAGES.get(_cased(tag), (tag, tag))[reader.language == "ko"]
        grouped.setdefault(words, []).append(
            ShownName(
                text,
                _cased(tag) or None,
                kind,
                preferred,
                notes.marks(evidence),
                evidence.editorial and not evidence.assertions,
            )
        )
    return list(grouped.items())


def _cased(tag: str) -> str:
    """Write a language tag with its script subtag capitalised, as BCP 47 recommends."""
    return "-".join(part.title() if len(part) == 4 else part for part in tag.split("-"))
