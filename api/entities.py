"""`/api/v1/entities`: search by name, and everything about one entity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from pyoxigraph import Literal, NamedNode
from starlette.responses import RedirectResponse, Response

from api import models as m
from api import terms as t
from api.dependencies import PageQuery, ReaderDep, ReadQuery, SettingsDep, no_repeats
from api.facts import Unit, units_about
from api.linked_data import alternates, describe, wants_rdf
from api.lookup import Found, existing_entity, found_entities
from api.names import Match, key_of
from api.paging import Key, limit_of, next_link, page_of
from api.reader import Reader
from api.timeline import timeline_of
from api.views import (
    dates,
    facts_by_name,
    json_response,
    reference,
    sources,
    statement,
    types,
    unit_order,
)
from ontology.namespaces import ID

router = APIRouter(prefix="/api/v1/entities", tags=["entities"], dependencies=[Depends(no_repeats)])

_NAMES = (t.PREF_LABEL, t.ALT_LABEL)
_NOT_SHOWN = frozenset({*_NAMES, t.HIDDEN_LABEL, t.XL_ALT_LABEL, t.RDF_TYPE})


class EntitiesQuery(PageQuery):
    """What entities to list."""

    q: str | None = Field(
        None,
        max_length=200,
        description="A name or part of one: any variant, any script, whatever the case, accents, "
        "hyphens, spaces and order of its parts.",
        examples=["서울"],
    )
    type: str | None = Field(
        None, description="A class and its subclasses: local name or IRI.", examples=["Network"]
    )
    source: str | None = Field(
        None, description="Only entities that this document speaks of: id or IRI of the snapshot."
    )


@router.get("", response_model=m.Page[m.Hit], summary="Search entities")
def search(
    query: Annotated[EntitiesQuery, Query()],
    reader: ReaderDep,
    settings: SettingsDep,
    request: Request,
) -> Response:
    """List entities by name, best match first; without `q` all of them in order of label."""
    found = found_entities(reader, query.q, query.type, query.source)
    page, cursor = page_of(found, query.cursor, limit_of(query.limit, settings))
    items = [_hit(reader, item) for item in page]
    return json_response(m.Page[m.Hit](items=items, next=cursor), next_link(request, cursor))


@router.get("/{id}", response_model=m.Entity, summary="Describe an entity")
def entity(
    id: str, query: Annotated[ReadQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """Give an entity's names, dates and facts, each with its sources.

    RDF formats are chosen by the Accept header: the answer is then that of `/data/{id}`.
    """
    iri = existing_entity(reader, id)
    replaced = reader.object(iri, t.REPLACED_BY)
    if isinstance(replaced, NamedNode) and replaced.value.startswith(ID):
        return RedirectResponse(f"/api/v1/entities/{replaced.value[len(ID) :]}", 301)
    if wants_rdf(request.headers.get("accept")):
        return describe(reader, iri, request.headers.get("accept"))
    return json_response(_entity(reader, iri, id), {"Link": alternates(id)})


@router.get(
    "/{id}/statements", response_model=m.Page[m.Statement], summary="Every fact of an entity"
)
def statements(
    id: str,
    query: Annotated[PageQuery, Query()],
    reader: ReaderDep,
    settings: SettingsDep,
    request: Request,
) -> Response:
    """List every fact about an entity, those that point at it too, with sources and passages."""
    iri = existing_entity(reader, id)
    rows = [_Fact(unit) for unit in sorted(units_about(reader, iri), key=unit_order)]
    page, cursor = page_of(rows, query.cursor, limit_of(query.limit, settings))
    items = [statement(reader, row.unit) for row in page]
    return json_response(m.Page[m.Statement](items=items, next=cursor), next_link(request, cursor))


@router.get(
    "/{id}/timeline", response_model=m.Page[m.TimelineEntry], summary="An entity's dated facts"
)
def timeline(
    id: str,
    query: Annotated[PageQuery, Query()],
    reader: ReaderDep,
    settings: SettingsDep,
    request: Request,
) -> Response:
    """List what is dated about an entity in order of time: first what may have begun first."""
    moments = timeline_of(reader, existing_entity(reader, id))
    page, cursor = page_of(moments, query.cursor, limit_of(query.limit, settings))
    items = [
        m.TimelineEntry(date=x.words, dates=x.dates, statement=statement(reader, x.unit))
        for x in page
    ]
    return json_response(
        m.Page[m.TimelineEntry](items=items, next=cursor), next_link(request, cursor)
    )


@dataclass(frozen=True)
class _Fact:
    """A fact in the order of statements."""

    unit: Unit

    @property
    def key(self) -> Key:
        """The fact's place among the statements."""
        prop, inverse, value, node = unit_order(self.unit)
        return prop, int(inverse), value, node


def _hit(reader: Reader, found: Found) -> m.Hit:
    thing = reference(reader, NamedNode(found.iri))
    match = found.match
    hidden = match is not None and _is_hidden(reader, match)
    return m.Hit(
        iri=thing.iri,
        id=thing.id,
        label=thing.label,
        language=thing.language,
        types=types(reader, NamedNode(found.iri)),
        matched=match.name if match and not hidden else None,
        score=match.score if match else None,
    )


def _is_hidden(reader: Reader, match: Match) -> bool:
    """Say whether the name that matched is only a hidden one (a misspelling)."""
    iri, key = NamedNode(match.iri), key_of(match.name)
    shown = [x for name in _NAMES for x in reader.objects(iri, name)]
    return all(key_of(x.value) != key for x in shown if isinstance(x, Literal))


def _entity(reader: Reader, iri: NamedNode, slug: str) -> m.Entity:
    units = units_about(reader, iri)
    label = reader.label(iri)
    counts: dict[str, int] = {}
    for unit in units:
        for name in unit.evidence.assertions:
            record = reader.source(name)
            if record is not None and record.live:
                counts[record.document] = counts.get(record.document, 0) + 1
    return m.Entity(
        iri=iri.value,
        id=slug,
        label=label.text,
        language=label.language,
        types=types(reader, iri),
        names=entity_names(reader, units),
        dates=dates(reader, iri),
        facts=facts_by_name(
            reader, [u for u in units if not u.inverse and u.property not in _NOT_SHOWN]
        ),
        documents=[
            m.DocumentCount(iri=doc, title=reader.label(NamedNode(doc)).text, facts=number)
            for doc, number in sorted(counts.items())
        ],
        links={
            "statements": f"/api/v1/entities/{slug}/statements",
            "timeline": f"/api/v1/entities/{slug}/timeline",
            "page": f"/page/{slug}",
            "data": f"/data/{slug}",
        },
    )


def entity_names(reader: Reader, units: Sequence[Unit]) -> list[m.Name]:
    """Return the names of an entity that may be shown, preferred ones first, each once."""
    kinds = {
        words.value: reference(reader, kind).label
        for unit in units
        if unit.property == t.XL_ALT_LABEL and not unit.inverse
        for words in [unit.value]
        if isinstance(words, Literal)
        for kind in unit.qualifier(t.DC_TYPE)
        if isinstance(kind, NamedNode)
    }
    names = []
    for unit in sorted(units, key=unit_order):
        if unit.property not in _NAMES or unit.inverse or not isinstance(unit.value, Literal):
            continue
        preferred = unit.property == t.PREF_LABEL
        names.append(
            m.Name(
                text=unit.value.value,
                language=unit.value.language,
                kind=kinds.get(unit.value.value, "preferred" if preferred else "alternative"),
                sources=sources(reader, unit.evidence),
                editorial=unit.evidence.editorial or None,
            )
        )
    preferred_texts = {
        unit.value.value
        for unit in units
        if unit.property == t.PREF_LABEL and isinstance(unit.value, Literal)
    }
    return sorted(names, key=lambda name: (name.text not in preferred_texts, name.text))
