"""Reading the graph for one request: labels in the reader's language, values, sources.

A `Reader` is the dataset, the memory of its head commit, the source archive and a language. It
does point lookups only; questions with joins are `.rq` files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal as OneOf

from pyoxigraph import BlankNode, Literal, NamedNode

from api import terms as t
from api.evidence import Passage, Source
from api.internal_queries import internal_query
from api.memory import Memory
from graphstore.archive import SourceArchive
from graphstore.dataset import Dataset
from graphstore.terms import Term
from ontology.namespaces import ID

_LABELS = (t.PREF_LABEL, t.LABEL, t.TITLE)
_CHAINS = {"en": ("en", "ko-latn", "ko"), "ko": ("ko", "ko-latn", "en")}


@dataclass(frozen=True)
class Text:
    """A text and its language tag; None where it has no language."""

    text: str
    language: str | None


@dataclass(frozen=True)
class Reader:
    """Looks things up in one commit, in one language (`en` or `ko`)."""

    dataset: Dataset
    memory: Memory
    archive: SourceArchive | None
    language: str

    def objects(self, subject: NamedNode, predicate: NamedNode) -> list[Term]:
        """Return the values of a property in the default graph."""
        return [quad.object for quad in self.dataset.quads(subject, predicate, None, t.DEFAULT)]

    def object(self, subject: NamedNode, predicate: NamedNode) -> Term | None:
        """Return the first value of a property by its text, or None."""
        return min(self.objects(subject, predicate), key=str, default=None)

    def subjects(self, predicate: NamedNode, value: Term) -> list[NamedNode]:
        """Return the IRIs that have this value of a property, in order."""
        found = {
            quad.subject
            for quad in self.dataset.quads(None, predicate, value, t.DEFAULT)
            if isinstance(quad.subject, NamedNode)
        }
        return sorted(found, key=lambda iri: iri.value)

    def exists(self, iri: NamedNode) -> bool:
        """Say whether the default graph says anything about `iri`."""
        return next(iter(self.dataset.quads(iri, None, None, t.DEFAULT)), None) is not None

    def types(self, iri: NamedNode) -> tuple[NamedNode, ...]:
        """Return the classes of a thing, in order of IRI."""
        return self.memory.lookup(
            "types",
            iri.value,
            lambda: tuple(
                sorted(
                    (x for x in self.objects(iri, t.RDF_TYPE) if isinstance(x, NamedNode)),
                    key=lambda kind: kind.value,
                )
            ),
        )

    def labels(self, iri: NamedNode) -> Mapping[str, str]:
        """Return the preferred labels of a thing by lower-case language tag."""
        return self.memory.lookup("labels", iri.value, lambda: self._labels(iri))

    def label(self, iri: NamedNode) -> Text:
        """Return the label in the reader's language or the next best, else the end of the IRI."""
        return choose_label(self.labels(iri), self.language) or Text(local_name(iri.value), None)

    def source(self, assertion: str) -> Source | None:
        """Return the record of an assertion; None when there is no such assertion."""
        return self.memory.lookup(
            f"sources-{self.language}", assertion, lambda: self._source(NamedNode(assertion))
        )

    def _labels(self, iri: NamedNode) -> dict[str, str]:
        for predicate in _LABELS:
            found = {
                (value.language or "").lower(): value.value
                for value in self.objects(iri, predicate)
                if isinstance(value, Literal)
            }
            if found:
                return found
        return {}

    def _source(self, assertion: NamedNode) -> Source | None:
        rows = list(
            self.dataset.select(internal_query("assertion-record"), {"assertion": assertion})
        )
        if not rows:
            return None
        first = rows[0]
        snapshot = first["snapshot"]
        assert isinstance(snapshot, NamedNode)
        title = self.label(snapshot)
        passages = tuple(self._passage(row) for row in rows)
        return Source(
            assertion=assertion.value,
            document=snapshot.value,
            title=title.text,
            title_language=title.language,
            passages=tuple(sorted(set(passages), key=lambda p: (p.snapshot, p.start, p.end))),
            support=_support(first["support"]),
            note=_text(first["note"]),
            live=not first["invalidated"] and first["rank"] != t.DEPRECATED,
            generated_at=_text(first["generated"]),
            submission=_text(first["submission"]),
        )

    def _passage(self, row: Mapping[str, Term | None]) -> Passage:
        start, end = int(_text(row["start"]) or 0), int(_text(row["end"]) or 0)
        document = _text(row["documentHash"])
        quotation = self.archive.quote(document, start, end) if self.archive and document else None
        return Passage(
            iri=_text(row["passage"]) or "",
            snapshot=_text(row["snapshot"]) or "",
            start=start,
            end=end,
            sha256=_text(row["hash"]) or "",
            quotation=quotation,
        )


def choose_label(labels: Mapping[str, str], language: str) -> Text | None:
    """Choose the label for a language: its own, then romanised, then any by tag."""
    for tag in (*_CHAINS[language], *sorted(labels)):
        if tag in labels:
            return Text(labels[tag], _tag(tag))
    return None


def local_name(iri: str) -> str:
    """Return the end of an IRI after its last `#` or `/`."""
    return iri.rstrip("/#").replace("#", "/").rpartition("/")[2]


def slug_of(iri: str) -> str | None:
    """Return the id of an entity's IRI; None when the IRI is not an entity's."""
    return iri[len(ID) :] if iri.startswith(ID) and len(iri) > len(ID) else None


def _tag(lower: str) -> str | None:
    """Write a language tag as BCP 47 recommends: script subtags begin with a capital."""
    if not lower:
        return None
    first, *rest = lower.split("-")
    return "-".join([first, *(part.title() if len(part) == 4 else part for part in rest)])


def _support(term: Term | None) -> OneOf["explicit", "inferred", "contextual"]:
    name = local_name(_text(term) or "")
    if name == "Inferred":
        return "inferred"
    return "contextual" if name == "Contextual" else "explicit"


def _text(term: Term | None) -> str | None:
    return term.value if isinstance(term, NamedNode | Literal | BlankNode) else None
