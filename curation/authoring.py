"""From authored files to TriG: deterministic, complete, and refused when something is off.

`compile_folder` resolves keys and aliases, turns each entry into one assertion, and gives each
document one set of quads: records, editorial types and labels, and an evidence graph per fact.
The same input gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    Triple,
    parse,
)

from curation import vocabulary
from curation.assertions import Assertion, Passage
from curation.authored import AuthoredFile, Entry, Range, read_folder
from curation.documents import Document, passage_sha256
from curation.errors import AuthoringError, PassageUnknown
from curation.forms import FORMS, FormError, Writer, identity
from curation.identifiers import (
    assertion_iri,
    entity_iri,
    passage_iri,
    snapshot_iri,
    submission_iri,
)
from curation.vocabulary import RDF_TYPE, Vocabulary
from graphstore.formats import TRIG, write_quads
from ontology.namespaces import (
    DCT,
    DURE,
    GRAPH_EDITORIAL,
    ID,
    ORG,
    PROV,
    SCHEMA,
    SKOS,
    XSD,
)

_EDITORIAL = NamedNode(GRAPH_EDITORIAL)
_DEFAULT = DefaultGraph()
_PREF_LABEL = NamedNode(f"{SKOS}prefLabel")
_LEVEL = NamedNode("http://data.europa.eu/m8g/level")
_CLASSIFICATION = NamedNode(f"{ORG}classification")
_SOURCE_FIELDS = {
    "title", "language", "type", "sha256", "characters", "retrieved", "submitted",
}  # fmt: skip


@dataclass(frozen=True)
class CompiledEntry:
    """An entry with the assertion it became."""

    entry: Entry
    assertion: Assertion


@dataclass
class CompiledDocument:
    """What one document's file compiles to."""

    name: str
    sha256: str
    authored: AuthoredFile
    entries: list[CompiledEntry] = field(default_factory=list)
    records: list[Quad] = field(default_factory=list)
    editorial: list[Quad] = field(default_factory=list)

    def quads(self) -> list[Quad]:
        """Return every quad once: records first, then editorial, then evidence, all in order."""
        evidence = [quad for item in self.entries for quad in item.assertion.quads()]
        unique = set(self.records) | set(self.editorial) | set(evidence)
        return sorted(unique, key=_order)

    def trig(self) -> bytes:
        """Return the quads as TriG with the project's prefixes; equal input, equal bytes."""
        return write_quads(self.quads(), TRIG)


def _order(quad: Quad) -> tuple[str, str, bool, str, str]:
    graph = "" if isinstance(quad.graph_name, DefaultGraph) else quad.graph_name.value
    is_type = quad.predicate == RDF_TYPE
    return (graph, str(quad.subject), not is_type, quad.predicate.value, str(quad.object))


class Compiler:
    """Compiles authored files; knows every entity, alias and document there is.

    `documents` maps document names to their texts where they are at hand; for the others the
    hashes of passages come from `known_hashes` (passage IRI → hash), taken from an earlier build.
    """

    def __init__(
        self,
        shared: Mapping[str, Mapping[str, Any]],
        files: Mapping[str, AuthoredFile],
        documents: Mapping[str, Document],
        known_hashes: Mapping[str, str],
    ) -> None:
        """Check that no key is declared twice, then index entities and aliases."""
        self.problems: list[AuthoringError] = []
        self._vocabulary: Vocabulary = vocabulary.load()
        self._files = files
        self._documents = documents
        self._known_hashes = known_hashes
        self._entities: dict[str, Mapping[str, Any]] = dict(shared)
        self._aliases: dict[str, tuple[Entry, str]] = {}
        self._resolving: list[str] = []
        self._introduced: set[str] = set()
        for name, file in files.items():
            self._index(name, file)

    def _index(self, name: str, file: AuthoredFile) -> None:
        for key, entity in file.entities.items():
            if key in self._entities:
                self._problem(AuthoringError(name, f"entity {key}", "is declared elsewhere too"))
            self._entities[key] = entity
        source = file.source
        self._entities[_work_key(name)] = {
            "type": source.get("type", "CreativeWork"),
            "label": source.get("title", {"en": name}),
        }
        for entry in file.entries:
            alias = entry.content.get("as") if isinstance(entry.content, dict) else None
            if not alias:
                continue
            if alias in self._aliases or alias in self._entities:
                self._problem(AuthoringError(entry.file, entry.where, f"alias {alias} is taken"))
            self._aliases[alias] = (entry, name)

    def _problem(self, error: AuthoringError) -> None:
        self.problems.append(error)

    def _resolve_in(self, document: str, used: set[str]) -> Any:
        def resolve(key: object) -> NamedNode:
            text = _work_key(document) if key == "this-document" else str(key)
            if text.startswith(ID):
                return NamedNode(text)
            if text.startswith(("http://", "https://")):
                return NamedNode(text)
            if text in self._entities:
                used.add(text)
                return entity_iri(text)
            if text in self._aliases:
                return self._alias(text)
            raise FormError(f"no entity or alias '{text}'")

        return resolve

    def _alias(self, alias: str) -> NamedNode:
        if alias in self._resolving:
            raise FormError(f"alias {alias} refers to itself")
        entry, document = self._aliases[alias]
        self._resolving.append(alias)
        try:
            writer = Writer(self._vocabulary, self._resolve_in(document, set()))
            return identity(entry.form, entry.content, writer.reference)
        finally:
            self._resolving.pop()

    def compile(self) -> list[CompiledDocument]:
        """Compile every document in order of name; `problems` then holds what was refused."""
        return [self._compile(name, file) for name, file in sorted(self._files.items())]

    def _compile(self, name: str, file: AuthoredFile) -> CompiledDocument:
        sha256 = str(file.source.get("sha256", ""))
        document = self._documents.get(name)
        compiled = CompiledDocument(name, sha256, file)
        used = {_work_key(name)}
        snapshot = snapshot_iri(sha256)
        submission = submission_iri(f"bundled-{name}")
        for entry in file.entries:
            try:
                assertion = self._assertion(entry, name, snapshot, submission, used, document)
            except FormError as error:
                self._problem(AuthoringError(entry.file, entry.where, str(error)))
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                # A malformed value inside an entry: YAML of a shape that no form expects.
                self._problem(AuthoringError(entry.file, entry.where, f"malformed: {error!r}"))
            else:
                compiled.entries.append(CompiledEntry(entry, assertion))
        compiled.records = list(self._records(name, file, snapshot, submission, document))
        for key in sorted(used - self._introduced):
            self._introduced.add(key)
            compiled.editorial += self._editorial(key)
        return compiled

    def _assertion(
        self,
        entry: Entry,
        name: str,
        snapshot: NamedNode,
        submission: NamedNode,
        used: set[str],
        document: Document | None,
    ) -> Assertion:
        if entry.form not in FORMS:
            raise FormError(f"no form '{entry.form}' (there are {', '.join(FORMS)})")
        writer = Writer(self._vocabulary, self._resolve_in(name, used))
        content = self._named(entry, name) if entry.form == "name" else entry.content
        FORMS[entry.form](writer, content)
        if not writer.triples:
            raise FormError("says nothing")
        triples = tuple(sorted(writer.triples, key=str))
        passages = tuple(self._passage(snapshot, at, document) for at in entry.at)
        return Assertion(
            iri=assertion_iri(
                snapshot.value, *(str(at) for at in entry.at), *(str(t) for t in triples)
            ),
            triples=triples,
            passages=passages,
            support=entry.support.capitalize(),
            note=entry.note,
            rank=entry.rank.capitalize(),
            reason=entry.reason,
            submission=submission,
            time=_submitted(self._files[name]),
        )

    def _named(self, entry: Entry, document: str) -> dict[str, Any]:
        """Give a printed name its language, and see whether it is the preferred label itself."""
        content = dict(entry.content)
        key = _work_key(document) if content["of"] == "this-document" else content["of"]
        labels: Mapping[str, str] = self._entities.get(key, {}).get("label") or {}
        for tag, label in labels.items():
            if label == content["text"] and content.get("lang", tag) == tag:
                return {**content, "lang": tag, "preferred": True}
        if "lang" not in content and labels and "en" not in labels:
            content["lang"] = next(iter(labels))
        return content

    def _passage(self, snapshot: NamedNode, at: Range, document: Document | None) -> Passage:
        iri = passage_iri(snapshot, at.start, at.end)
        if document is not None:
            if at.end > len(document.text):
                raise FormError(f"range {at} runs past the end ({len(document.text)})")
            digest = passage_sha256(document.passage(at.start, at.end))
        elif iri.value in self._known_hashes:
            digest = self._known_hashes[iri.value]
        else:
            raise PassageUnknown(snapshot.value, at.start, at.end)
        return Passage(iri, snapshot, at.start, at.end, digest)

    def _records(
        self,
        name: str,
        file: AuthoredFile,
        snapshot: NamedNode,
        submission: NamedNode,
        document: Document | None,
    ) -> Iterable[Quad]:
        source = file.source
        unknown = set(source) - _SOURCE_FIELDS
        missing = {"title", "language", "sha256", "characters"} - set(source)
        if unknown or missing:
            self._problem(
                AuthoringError(name, "source", f"lacks {missing}, does not know {unknown}")
            )
        if document is not None and len(document.text) != source.get("characters"):
            self._problem(AuthoringError(name, "source", f"has {len(document.text)} characters"))
        for kind in ("Snapshot", "SourceDocument"):
            yield Quad(snapshot, RDF_TYPE, NamedNode(f"{DURE}{kind}"), _DEFAULT)
        for tag, title in (source.get("title") or {}).items():
            yield Quad(snapshot, NamedNode(f"{DCT}title"), Literal(title, language=tag), _DEFAULT)
        yield Quad(
            snapshot, NamedNode(f"{DCT}language"), Literal(source.get("language", "und")), _DEFAULT
        )
        yield Quad(snapshot, NamedNode(f"{DCT}isVersionOf"), entity_iri(_work_key(name)), _DEFAULT)
        yield Quad(
            snapshot, NamedNode(f"{SCHEMA}sha256"), Literal(source.get("sha256", "")), _DEFAULT
        )
        yield Quad(
            snapshot,
            NamedNode(f"{DURE}characterCount"),
            Literal(int(source.get("characters", 0))),
            _DEFAULT,
        )
        yield Quad(submission, RDF_TYPE, NamedNode(f"{DURE}Submission"), _DEFAULT)
        yield Quad(submission, NamedNode(f"{PROV}used"), snapshot, _DEFAULT)
        yield Quad(
            submission,
            NamedNode(f"{PROV}endedAtTime"),
            Literal(_submitted(file), datatype=NamedNode(f"{XSD}dateTime")),
            _DEFAULT,
        )

    def _editorial(self, key: str) -> Iterable[Quad]:
        entity, iri = self._entities[key], entity_iri(key)
        types = entity.get("type") or []
        for term in types if isinstance(types, list) else [types]:
            if term not in self._vocabulary.classes:
                self._problem(AuthoringError("entities", key, f"no class {term} in the context"))
                continue
            yield Quad(iri, RDF_TYPE, self._vocabulary.classes[term], _EDITORIAL)
        if not types:
            self._problem(AuthoringError("entities", key, "has no type"))
        for tag, label in (entity.get("label") or {}).items():
            if not isinstance(label, str):
                self._problem(AuthoringError("entities", key, f"label {tag} is no text: {label!r}"))
                continue
            yield Quad(iri, _PREF_LABEL, Literal(label, language=tag), _EDITORIAL)
        for term, predicate in (("level", _LEVEL), ("classification", _CLASSIFICATION)):
            if entity.get(term):
                try:
                    yield Quad(iri, predicate, self._vocabulary.concept(entity[term]), _EDITORIAL)
                except KeyError:
                    self._problem(AuthoringError("entities", key, f"no concept {entity[term]}"))

    def unused(self) -> list[str]:
        """Return the keys of entities that no compiled fact mentions."""
        return sorted(set(self._entities) - self._introduced)


def _submitted(file: AuthoredFile) -> str:
    return str(file.source.get("submitted", "2026-11-22T00:00:00Z"))


def _work_key(document: str) -> str:
    return f"{document}-document"


def known_hashes(trig_files: Iterable[bytes]) -> dict[str, str]:
    """Return passage IRI → hash from TriG files built earlier."""
    sha256 = NamedNode(f"{SCHEMA}sha256")
    return {
        quad.subject.value: quad.object.value
        for content in trig_files
        for quad in parse(content, format=RdfFormat.TRIG)
        if quad.predicate == sha256
        and isinstance(quad.subject, NamedNode)
        and isinstance(quad.object, Literal)
    }


def compile_folder(
    authored: Path, documents: Mapping[str, Document], built: Iterable[bytes] = ()
) -> tuple[Compiler, list[CompiledDocument]]:
    """Compile every authored file of a folder.

    `documents` maps the SHA-256 of a document to it where it is at hand; `built` are TriG files of
    an earlier build, for the hashes of passages whose document is not. Returns the compiler (its
    `problems` say what was refused) and the compiled documents in order.
    """
    shared, files = read_folder(authored)
    at_hand = {
        name: documents[str(file.source.get("sha256"))]
        for name, file in files.items()
        if str(file.source.get("sha256")) in documents
    }
    compiler = Compiler(shared, files, at_hand, known_hashes(built))
    return compiler, compiler.compile()


def triples_of(compiled: CompiledDocument) -> set[Triple]:
    """Return the triples that a document's evidence graphs hold."""
    return {triple for item in compiled.entries for triple in item.assertion.triples}
