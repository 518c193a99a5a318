"""From what was read to the shapes of JSON answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from pydantic import BaseModel
from pyoxigraph import BlankNode, Literal, NamedNode
from starlette.responses import Response

from api import models as m
from api.evidence import Evidence
from api.evidence import Source as SourceRecord
from api.facts import BOUNDS, Unit
from api.nodes import name_of
from api.reader import Reader, slug_of
from graphstore.terms import Term
from ontology import resources
from ontology.namespaces import RDF, XSD

_PLAIN = {f"{XSD}string", f"{RDF}langString"}
_INTEGERS = {f"{XSD}integer", f"{XSD}nonNegativeInteger", f"{XSD}int", f"{XSD}long"}
_DATE_MEMBERS = dict(
    zip(BOUNDS, ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd"), strict=True)
)


def json_response(model: BaseModel, headers: dict[str, str] | None = None) -> Response:
    """Return a model as an `application/json` response."""
    return Response(model.model_dump_json(), 200, headers, "application/json")


def reference(reader: Reader, iri: NamedNode) -> m.Reference:
    """Return a thing with its label."""
    return reader.memory.lookup(
        f"reference-{reader.language}", iri.value, lambda: _reference(reader, iri)
    )


def _reference(reader: Reader, iri: NamedNode) -> m.Reference:
    label = name_of(reader, iri)
    return m.Reference(
        iri=iri.value, id=slug_of(iri.value), label=label.text, language=label.language
    )


def value(reader: Reader, term: Term) -> m.Value:
    """Return a term with its label, or as a literal."""
    if isinstance(term, NamedNode):
        label = name_of(reader, term)
        return m.Value(
            iri=term.value, id=slug_of(term.value), label=label.text, language=label.language
        )
    if isinstance(term, Literal):
        datatype = term.datatype.value
        return m.Value(
            value=_native(term, datatype),
            language=term.language,
            datatype=None if datatype in _PLAIN else datatype,
        )
    return m.Value(iri=f"_:{term.value}" if isinstance(term, BlankNode) else str(term))


def sources(reader: Reader, evidence: Evidence) -> list[m.Source]:
    """Return the live sources of a fact."""
    found = (source(reader, assertion) for assertion in evidence.assertions)
    return [item for item in found if item is not None]


def source(reader: Reader, assertion: str) -> m.Source | None:
    """Return the record of an assertion; None when it is withdrawn or there is none."""
    return reader.memory.lookup(
        f"source-model-{reader.language}", assertion, lambda: _source(reader.source(assertion))
    )


def _source(record: SourceRecord | None) -> m.Source | None:
    if record is None or not record.live:
        return None
    return m.Source(
        assertion=record.assertion,
        document=record.title,
        snapshot=record.document,
        support=record.support,
        note=record.note,
        passages=[
            m.Passage(
                iri=passage.iri,
                start=passage.start,
                end=passage.end,
                sha256=passage.sha256,
                quotation=passage.quotation,
            )
            for passage in record.passages
        ],
    )


def statement(reader: Reader, unit: Unit) -> m.Statement:
    """Return a fact with its sources."""
    qualifiers = [
        m.Qualifier(property=reference(reader, fact.property), value=value(reader, fact.value))
        for fact in sorted(unit.qualifiers, key=lambda f: (f.property.value, str(f.value)))
    ]
    return m.Statement(
        property=reference(reader, unit.property),
        inverse=unit.inverse,
        value=value(reader, unit.value) if unit.value is not None else None,
        node=reference(reader, unit.node) if unit.node is not None else None,
        kind=reference(reader, unit.kind) if unit.kind is not None else None,
        qualifiers=qualifiers or None,
        sources=sources(reader, unit.evidence),
        editorial=unit.evidence.editorial or None,
        derived=unit.evidence.derived or None,
    )


def facts_by_name(reader: Reader, units: Sequence[Unit]) -> dict[str, list[m.Statement]]:
    """Return facts by the names that `/context.jsonld` gives their properties."""
    found: dict[str, list[m.Statement]] = {}
    for unit in sorted(units, key=unit_order):
        found.setdefault(property_name(unit.property), []).append(statement(reader, unit))
    return found


def unit_order(unit: Unit) -> tuple[str, bool, str, str]:
    """Return the key by which facts stand in lists: property, direction, value, node."""
    node = unit.node.value if unit.node else ""
    return unit.property.value, unit.inverse, str(unit.value or ""), node


def dates(reader: Reader, iri: NamedNode) -> m.Dates | None:
    """Return the derived bounds of something dated."""
    members = {
        name: found.value
        for predicate, name in _DATE_MEMBERS.items()
        if isinstance(found := reader.object(iri, predicate), Literal)
    }
    return m.Dates(**members) if members else None


@cache
def _property_names() -> dict[str, str]:
    context = resources.context()["@context"]
    prefixes = {name: iri for name, iri in context.items() if isinstance(iri, str)}
    names: dict[str, str] = {}
    for term, definition in context.items():
        if isinstance(definition, dict) and ":" in definition.get("@id", ""):
            prefix, _, local = definition["@id"].partition(":")
            iri = f"{prefixes[prefix]}{local}"
            # A few properties have a second term for one use of them; the plain term is kept.
            if iri not in names or term == "kind":
                names[iri] = term.rstrip("_")
    return names


def property_name(iri: NamedNode) -> str:
    """Return the JSON name of a property: its term in the context, else the end of its IRI."""
    known = _property_names().get(iri.value)
    return known or iri.value.replace("#", "/").rpartition("/")[2]


def _native(term: Literal, datatype: str) -> str | bool | int | float:
    if datatype == f"{XSD}boolean":
        return term.value in {"true", "1"}
    try:
        if datatype in _INTEGERS:
            return int(term.value)
        if datatype in {f"{XSD}decimal", f"{XSD}double", f"{XSD}float"}:
            return float(term.value)
    except ValueError:
        return term.value
    return term.value


def types(reader: Reader, iri: NamedNode) -> list[m.Reference]:
    """Return the classes of a thing with their labels."""
    return [reference(reader, kind) for kind in reader.types(iri)]
