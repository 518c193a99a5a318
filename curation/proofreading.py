"""Reading an authored file against its document: what a careful colleague would mark.

Names differ from the passage they cite, numbers and dates that the passage does not print, passages
too long or shared by several facts, sentences copied, entities that no one named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import DefaultGraph, Quad

from curation.authored import Entry
from curation.authoring import CompiledDocument, CompiledEntry
from curation.copying import copied, shingles
from curation.documents import Document, plain
from curation.evidence import LONG_PASSAGE, Coverage, coverage, missing

_SHARED_AT_MOST = 300


@dataclass(frozen=True)
class Proof:
    """The marks of one reading, one line each, and how much of the text is cited."""

    problems: tuple[str, ...]
    coverage: Coverage


def proofread(compiled: CompiledDocument, document: Document, sources: list[Document]) -> Proof:
    """Read one compiled file against its `document`; copied words are sought in all `sources`."""
    problems = (
        *(mark for item in compiled.entries for mark in _evidence(item, document)),
        *_shared(compiled),
        *_copies(compiled, sources),
        *_noise(compiled),
        *_unnamed(compiled),
    )
    ranges = [at for item in compiled.entries for at in item.entry.at]
    return Proof(problems, coverage(document, ranges, compiled.authored.noise))


def _evidence(item: CompiledEntry, document: Document) -> Iterator[str]:
    entry = item.entry
    texts = [document.passage(at.start, at.end) for at in entry.at]
    if entry.form == "name" and entry.support == "explicit":
        printed = plain(str(entry.content["text"]))
        if all(plain(text) != printed for text in texts):
            yield f"{_place(entry)}: the name '{printed}' is not what the passage prints"
    elif entry.support == "explicit":
        for lacking in missing(item.assertion.triples, texts):
            yield f"{_place(entry)}: {lacking} is not in the passage"
    for at in entry.at:
        if at.end - at.start > LONG_PASSAGE:
            yield f"{_place(entry)}: passage {at} is longer than {LONG_PASSAGE} characters"


def _shared(compiled: CompiledDocument) -> Iterator[str]:
    seen: dict[str, Entry] = {}
    for item in compiled.entries:
        for at in item.entry.at:
            if at.end - at.start <= _SHARED_AT_MOST:
                continue
            if str(at) in seen:
                other = seen[str(at)]
                yield f"{_place(item.entry)}: shares the long passage {at} with {_place(other)}"
            seen[str(at)] = item.entry


def _copies(compiled: CompiledDocument, sources: list[Document]) -> Iterator[str]:
    texts = [source.text for source in sources]
    facts = (
        Quad(t.subject, t.predicate, t.object, DefaultGraph())
        for item in compiled.entries
        for t in item.assertion.triples
    )
    for quad, words in copied(facts, texts):
        yield f"{compiled.name}: {quad.predicate} of {quad.subject} repeats '{words}'"
    known = set().union(*map(shingles, texts)) if texts else set()
    for item in compiled.entries:
        if shingles(item.entry.note or "") & known:
            yield f"{_place(item.entry)}: the note repeats eight words of a document"


def _noise(compiled: CompiledDocument) -> Iterator[str]:
    for item in compiled.entries:
        for at in item.entry.at:
            if any(at.start < n.end and n.start < at.end for n in compiled.authored.noise):
                yield f"{_place(item.entry)}: passage {at} lies in what is marked as noise"


def _unnamed(compiled: CompiledDocument) -> Iterator[str]:
    named = {i.entry.content["of"] for i in compiled.entries if i.entry.form == "name"}
    for key, entity in compiled.authored.entities.items():
        if not entity.get("unnamed") and key not in named:
            yield f"{compiled.name}: entity {key} has no name as printed (or mark it unnamed)"


def _place(entry: Entry) -> str:
    return f"{entry.file}, {entry.where}"
