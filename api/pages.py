"""The pages: what each shows, from the same reading as the JSON answers.

Everything is rendered on the server and works without scripts.
"""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from pyoxigraph import Literal, NamedNode
from starlette.responses import Response

from api import terms as t
from api.description import document_assertions
from api.entity_names import names_by_language
from api.evidence import Source
from api.facts import units_about
from api.nodes import ENDS, VALUE_KINDS, kind_of, name_of
from api.presentation import Footnotes, Shown, page_address, sections, shown
from api.problem_types import ProblemType
from api.problems import Problem, type_address
from api.reader import Reader, Text
from api.templates import language_of, page_response, render
from api.timeline import timeline_of
from graphstore.formats import GRAPH_FORMATS
from ontology.namespaces import DOC

_FACTS_ON_A_PAGE = 200


@dataclass(frozen=True)
class Line:
    """One triple in words: subject, property, value."""

    subject: Shown
    property: Shown
    value: Shown


@dataclass(frozen=True)
class Said:
    """An assertion on a page: its id, its record, and what it says."""

    id: str
    source: Source
    lines: list[Line]


def entity_page(request: Request, reader: Reader, iri: NamedNode, slug: str) -> Response:
    """Show an entity: names, facts in words with numbered sources, timeline, downloads."""
    units = units_about(reader, iri)
    notes = Footnotes(reader)
    names = names_by_language(reader, units, notes)
    parts = sections(reader, units, notes)
    moments = [x for x in timeline_of(reader, iri) if not x.unit.evidence.derived]
    return page_response(
        request,
        "entity.html",
        reader.language,
        iri=iri.value,
        slug=slug,
        label=name_of(reader, iri),
        kinds=[shown(reader, kind) for kind in reader.types(iri)],
        names=names,
        sections=parts,
        documents=_by_document(reader, notes),
        dated=len(moments),
        formats=GRAPH_FORMATS,
    )


def document_page(request: Request, reader: Reader, iri: NamedNode) -> Response:
    """Show a captured document: its record, and what it says in order of the text."""
    found = document_assertions(reader, iri)
    begin = _offset_of(request)
    said = [_said(reader, assertion) for _, _, assertion in found[begin : begin + _FACTS_ON_A_PAGE]]
    works = [x for x in reader.objects(iri, t.IS_VERSION_OF) if isinstance(x, NamedNode)]
    more = begin + _FACTS_ON_A_PAGE
    return page_response(
        request,
        "document.html",
        reader.language,
        iri=iri.value,
        id=iri.value[len(DOC) :],
        label=reader.label(iri),
        works=[shown(reader, work) for work in works],
        record=_record(reader, iri),
        said=[item for item in said if item is not None],
        total=len(found),
        begin=begin,
        more=more if more < len(found) else None,
        formats=GRAPH_FORMATS,
    )


def assertion_page(request: Request, reader: Reader, iri: NamedNode) -> Response:
    """Show one assertion: its passages with hash and quotation, and what it says."""
    return page_response(
        request,
        "assertion.html",
        reader.language,
        iri=iri.value,
        said=_said(reader, iri),
        formats=GRAPH_FORMATS,
    )


def scheme_page(request: Request, reader: Reader, iri: NamedNode) -> Response:
    """Show a concept scheme with its concepts."""
    concepts = [
        (shown(reader, concept), _definition(reader, concept), _other_label(reader, concept))
        for concept in reader.subjects(t.IN_SCHEME, iri)
    ]
    return page_response(
        request,
        "scheme.html",
        reader.language,
        iri=iri.value,
        label=reader.label(iri),
        concepts=sorted(concepts, key=lambda item: item[0].text.casefold()),
        formats=GRAPH_FORMATS,
    )


def concept_page(request: Request, reader: Reader, iri: NamedNode) -> Response:
    """Show a concept: definition, neighbours, and what uses it."""
    notes = Footnotes(reader)
    units = [unit for unit in units_about(reader, iri) if unit.property != t.DEFINITION]
    scheme = reader.object(iri, t.IN_SCHEME)
    return page_response(
        request,
        "concept.html",
        reader.language,
        iri=iri.value,
        path_of_iri=page_address(iri.value),
        label=reader.label(iri),
        other_label=_other_label(reader, iri),
        definition=_definition(reader, iri),
        scheme=shown(reader, scheme) if isinstance(scheme, NamedNode) else None,
        sections=sections(reader, units, notes),
        documents=_by_document(reader, notes),
        formats=GRAPH_FORMATS,
    )


def problem_page(request: Request, problem: Problem) -> str:
    """Return a problem as the text of a page."""
    return render(
        request,
        "problem.html",
        language_of(request),
        problem=problem,
        address=type_address(request, problem.type),
    )


def problem_type_page(request: Request, reader: Reader, kind: ProblemType) -> Response:
    """Explain a type of problem."""
    return page_response(request, "problem_type.html", reader.language, kind=kind)


def _definition(reader: Reader, iri: NamedNode) -> str:
    return _in_language(reader, iri, t.DEFINITION)


def _in_language(reader: Reader, iri: NamedNode, predicate: NamedNode) -> str:
    found = {
        value.language or "": value.value
        for value in reader.objects(iri, predicate)
        if isinstance(value, Literal)
    }
    return found.get(reader.language) or found.get("en") or next(iter(found.values()), "")


def _other_label(reader: Reader, iri: NamedNode) -> Text | None:
    other = "en" if reader.language == "ko" else "ko"
    text = reader.labels(iri).get(other)
    return Text(text, other) if text else None


def _by_document(reader: Reader, notes: Footnotes) -> list[tuple[Shown, list[tuple[int, Source]]]]:
    grouped: dict[str, list[tuple[int, Source]]] = {}
    for number, source in notes.sources:
        grouped.setdefault(source.document, []).append((number, source))
    return [
        (shown(reader, NamedNode(iri)), sorted(found, key=lambda pair: pair[0]))
        for iri, found in grouped.items()
    ]


def _record(reader: Reader, iri: NamedNode) -> list[tuple[Shown, list[Shown]]]:
    values: dict[NamedNode, list[Shown]] = {}
    for quad in reader.dataset.quads(iri, None, None, t.DEFAULT):
        if quad.predicate not in {t.RDF_TYPE, t.LABEL, t.IS_VERSION_OF, t.TITLE}:
            values.setdefault(quad.predicate, []).append(shown(reader, quad.object))
    return [
        (shown(reader, predicate), found)
        for predicate, found in sorted(values.items(), key=lambda item: item[0].value)
    ]


def _said(reader: Reader, assertion: NamedNode) -> Said | None:
    source = reader.source(assertion.value)
    if source is None:
        return None
    quads = list(reader.dataset.quads(graph=assertion))
    lines = [
        Line(
            _subject(reader, quad.subject),
            shown(reader, quad.predicate),
            shown(reader, quad.object),
        )
        for quad in sorted(quads, key=lambda quad: (str(quad.subject), str(quad.predicate)))
        if not (quad.predicate == t.RDF_TYPE and quad.object in ENDS)
        and not (isinstance(quad.subject, NamedNode) and _is_value(reader, quad.subject))
    ]
    return Said(assertion.value.rpartition("/")[2], source, lines)


def _is_value(reader: Reader, node: NamedNode) -> bool:
    """Say whether a node is a value that the line of its owner already shows."""
    return kind_of(reader, node) in VALUE_KINDS


def _subject(reader: Reader, subject: object) -> Shown:
    """Return the subject of a triple; a node by its kind, since its line repeats the triples."""
    if not isinstance(subject, NamedNode):
        return Shown(str(subject))
    kind = kind_of(reader, subject)
    if kind is None:
        return shown(reader, subject)
    label = reader.label(kind)
    return Shown(label.text, None, label.language)


def _offset_of(request: Request) -> int:
    text = request.query_params.get("after", "0")
    return int(text) if text.isdigit() and len(text) < 9 else 0
