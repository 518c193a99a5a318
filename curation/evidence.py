"""Does a passage bear out the fact that cites it: names, numbers and dates occur in its text.

The comparison is a lint for authors and a test for the bundled data, made where the document is
at hand: no-break spaces count as spaces, numbers may be printed with separators, as words or as
`46 billion`, months by name. What a fact infers is said in its note and not looked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from pyoxigraph import Literal, Triple

from curation.authored import Range
from curation.copying import NAMING_PREDICATES
from curation.dates import is_date
from curation.documents import Document, plain
from ontology.namespaces import DCT, RDF, XSD

LONG_PASSAGE = 600
_NUMERIC = {f"{XSD}integer", f"{XSD}decimal"}
_TITLES = NAMING_PREDICATES | {f"{DCT}title"}
_UNPRINTED = {f"{RDF}type"}
_MONTHS = (
    "january february march april may june july august september october november december".split()
)
_COUNTING = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen twenty"
)
_WORDS = {word: number for number, word in enumerate(_COUNTING.split())} | {
    "twofold": 2, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "thirty": 30,
    "fourth-largest": 4, "dozen": 12, "once": 1, "twice": 2, "half": 50, "single": 1,
    "a": 1, "an": 1,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "hundreds": 100}
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")


@dataclass(frozen=True)
class Coverage:
    """How much of a document some passage covers.

    `share` is the part of its characters that are neither white space nor noise and lie in a
    passage, from 0 to 1; `gaps` are the ranges that say something and are covered by none.
    """

    share: float
    gaps: tuple[Range, ...]


def missing(triples: Iterable[Triple], passages: Iterable[str]) -> list[str]:
    """Return the names, numbers and dates of `triples` that do not occur in `passages`."""
    text = plain(" … ".join(passages))
    folded = text.casefold()
    numbers = set(_numbers(folded))
    lacking = []
    for triple in triples:
        value = triple.object
        if not isinstance(value, Literal) or triple.predicate.value in _UNPRINTED:
            continue
        if triple.predicate.value in _TITLES:
            if plain(value.value).casefold() not in folded:
                lacking.append(f"name '{value.value}'")
        elif is_date(value):
            lacking += [f"{part} of date {value.value}" for part in _lacking(value.value, folded)]
        elif value.datatype.value in _NUMERIC and Decimal(value.value) not in numbers:
            lacking.append(f"number {value.value}")
    return lacking


def _numbers(text: str) -> Iterator[Decimal]:
    words = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?|[a-z0-9]+(?:-[a-z]+)*", text)
    for position, word in enumerate(words):
        number = (
            Decimal(word.replace(",", ""))
            if _NUMBER.fullmatch(word)
            else Decimal(_WORDS[word])
            if word in _WORDS
            else None
        )
        digits = re.match(r"\d+", word)
        if number is None and digits:
            number = Decimal(digits.group())
        scale = _SCALES.get(words[position + 1]) if position + 1 < len(words) else None
        if number is not None:
            yield number
            if scale:
                yield number * scale
        if word in _SCALES:
            yield Decimal(_SCALES[word])


def _lacking(value: str, text: str) -> Iterator[str]:
    for date in value.split("/"):
        match = re.match(r"(\d{4}|\d{2,3}X+|X{4})?(?:-(\d\d|XX))?(?:-(\d\d))?(?:T(\d\d))?", date)
        if match is None:
            continue
        year, month, day, hour = match.groups()
        if year and "X" not in year and year not in text:
            yield f"year {year}"
        if year and "X" in year and year != "XXXX":
            decade = year.rstrip("X")
            if decade not in text and f"{decade[-1]}0s" not in text:
                yield f"decade {year}"
        if month and month != "XX":
            name = _MONTHS[int(month) - 1]
            if name[:3] not in text and f"{month}/" not in text and f"-{month}" not in text:
                yield f"month {name}"
        if day and not re.search(rf"(?<!\d){int(day)}(?!\d)", text):
            yield f"day {int(day)}"
        if hour and not re.search(rf"(?<!\d)0?({int(hour)}|{(int(hour) - 1) % 12 + 1})", text):
            yield f"hour {int(hour)}"


def coverage(document: Document, ranges: Iterable[Range], noise: Iterable[Range]) -> Coverage:
    """Say which part of a document's text some range covers, and list what none does."""
    marks = bytearray(len(document.text))
    for item in ranges:
        marks[item.start : item.end] = b"\x01" * (item.end - item.start)
    ignored = bytearray(len(document.text))
    for item in noise:
        ignored[item.start : item.end] = b"\x01" * (item.end - item.start)
    content = covered = 0
    for position, character in enumerate(document.text):
        if character.isspace() or ignored[position]:
            continue
        content += 1
        covered += marks[position]
    gaps = []
    for match in re.finditer(rb"\x00+", bytes(a | b for a, b in zip(marks, ignored, strict=True))):
        words = re.findall(r"\w{2,}", document.text[match.start() : match.end()])
        if len(words) >= 4:
            gaps.append(Range(match.start(), match.end()))
    return Coverage(covered / content if content else 1.0, tuple(gaps))
