"""`/api/v1/events`, `/actors`, `/policies` …: typed lists with the filters one would expect."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field
from pyoxigraph import Literal, NamedNode
from starlette.responses import Response

from api import models as m
from api.dependencies import PageQuery, ReaderDep, no_repeats
from api.facts import units_about
from api.internal_queries import internal_query
from api.listings import LISTINGS, Validity, choose
from api.nodes import name_of
from api.paging import limit_of, next_link, page_of
from api.reader import Reader, slug_of
from api.settings import Settings
from api.views import dates, facts_by_name, json_response, types

router = APIRouter(prefix="/api/v1", tags=["lists"], dependencies=[Depends(no_repeats)])

_ENTITY = "id or IRI"
_DAY = "a year, a month or a day"
_VALID_ON = (
    "Only what was valid on that day, month or year; `validity` says `certain` or `possible`."
)

# Beside the facts, what is worth counting about the items of a list: name → query.
_COUNTS = {
    "sources": {"passages": "count-passages", "assertions": "count-assertions"},
    "topics": {"things": "count-topic-uses"},
}


# An item with its facts and sources takes some 50 kB in memory, so this is 25 MB a list.
_REMEMBERED_ITEMS = 500


class NamedQuery(PageQuery):
    """A list that can be searched by name."""

    q: str | None = Field(None, max_length=200, description="A name or part of one.")


class EventsQuery(NamedQuery):
    """What events to list."""

    type: str | None = Field(
        None, description="Concept of /concept/event-type.", examples=["training"]
    )
    topic: str | None = Field(None, description="Concept of /concept/topic, or one below it.")
    place: str | None = Field(None, description=f"Place ({_ENTITY}), those within it included.")
    organiser: str | None = Field(None, description=f"Organiser or co-organiser ({_ENTITY}).")
    actor: str | None = Field(None, description=f"Agent in any role ({_ENTITY}).")
    role: str | None = Field(None, description="With `actor`: concept of /concept/role.")
    status: str | None = Field(None, description="Concept of /concept/event-status.")
    series: str | None = Field(None, description=f"Series, or event with parts ({_ENTITY}).")
    from_: str | None = Field(None, alias="from", description=f"Not over before {_DAY}.")
    to: str | None = Field(None, description=f"Begun by {_DAY}.", examples=["2019-12"])
    validOn: str | None = Field(None, description=_VALID_ON, examples=["2019-08"])  # noqa: N815


class ActorsQuery(NamedQuery):
    """What actors to list."""

    kind: str | None = Field(
        None, description="Class: Person, Group, Government, Network …", examples=["Government"]
    )
    place: str | None = Field(None, description=f"Territory, seat or origin ({_ENTITY}).")
    memberOf: str | None = Field(None, description=f"Body they belong to ({_ENTITY}).")  # noqa: N815
    role: str | None = Field(None, description="With `memberOf`: concept of /concept/role.")
    validOn: str | None = Field(None, description=f"With `memberOf`: {_VALID_ON}")  # noqa: N815


class PoliciesQuery(NamedQuery):
    """What policies to list."""

    kind: str | None = Field(None, description="Class: Plan, PlanElement, LegalResource, Fund …")
    topic: str | None = Field(None, description="Concept of /concept/topic, or one below it.")
    place: str | None = Field(None, description=f"Place ({_ENTITY}), those within it included.")
    partOf: str | None = Field(None, description=f"Policy that they are part of ({_ENTITY}).")  # noqa: N815
    actor: str | None = Field(None, description=f"Who made, passed or funds them ({_ENTITY}).")


class DeclarationsQuery(NamedQuery):
    """What declarations to list."""

    event: str | None = Field(None, description=f"Where they were adopted ({_ENTITY}).")
    adoptedBy: str | None = Field(None, description=f"Who adopted them ({_ENTITY}).")  # noqa: N815
    topic: str | None = Field(None, description="Concept of /concept/topic, or one below it.")
    from_: str | None = Field(None, alias="from", description=f"Not before {_DAY}.")
    to: str | None = Field(None, description=f"Not after {_DAY}.")


class StatisticsQuery(PageQuery):
    """What statistics to list."""

    indicator: str | None = Field(None, description="Concept of /concept/indicator.")
    about: str | None = Field(None, description=f"What was counted ({_ENTITY}).")
    countedBy: str | None = Field(None, description=f"Who is said to have counted ({_ENTITY}).")  # noqa: N815
    from_: str | None = Field(None, alias="from", description=f"Not before {_DAY}.")
    to: str | None = Field(None, description=f"Not after {_DAY}.")


class PlacesQuery(NamedQuery):
    """What places to list."""

    in_: str | None = Field(None, alias="in", description=f"Place they lie in ({_ENTITY}).")
    level: str | None = Field(None, description="Concept of /concept/place-type.")


@router.get("/events", response_model=m.Page[m.Item], summary="Events")
def events(query: Annotated[EventsQuery, Query()], reader: ReaderDep, request: Request) -> Response:
    """List events and agenda items in order of time, undated ones last."""
    return _answer("events", query, reader, request)


@router.get("/actors", response_model=m.Page[m.Item], summary="Actors")
def actors(query: Annotated[ActorsQuery, Query()], reader: ReaderDep, request: Request) -> Response:
    """List persons, groups, organisations, governments and networks in order of label."""
    return _answer("actors", query, reader, request)


@router.get("/policies", response_model=m.Page[m.Item], summary="Policies")
def policies(
    query: Annotated[PoliciesQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """List plans and their elements, targets, programmes, funds, laws and projects."""
    return _answer("policies", query, reader, request)


@router.get("/declarations", response_model=m.Page[m.Item], summary="Declarations")
def declarations(
    query: Annotated[DeclarationsQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """List adopted declarations in order of time."""
    return _answer("declarations", query, reader, request)


@router.get("/sources", response_model=m.Page[m.Item], summary="Source documents")
def sources(query: Annotated[NamedQuery, Query()], reader: ReaderDep, request: Request) -> Response:
    """List the captured documents, with how many passages and assertions rest on each."""
    return _answer("sources", query, reader, request)


@router.get("/statistics", response_model=m.Page[m.Item], summary="Statistics")
def statistics(
    query: Annotated[StatisticsQuery, Query()], reader: ReaderDep, request: Request
) -> Response:
    """List observations: indicator, value, date, about what, and who counted."""
    return _answer("statistics", query, reader, request)


@router.get("/topics", response_model=m.Page[m.Item], summary="Topics")
def topics(query: Annotated[NamedQuery, Query()], reader: ReaderDep, request: Request) -> Response:
    """List the topics, with how many things are about each."""
    return _answer("topics", query, reader, request)


@router.get("/places", response_model=m.Page[m.Item], summary="Places")
def places(query: Annotated[PlacesQuery, Query()], reader: ReaderDep, request: Request) -> Response:
    """List places: areas, cities, buildings, rooms."""
    return _answer("places", query, reader, request)


def _answer(name: str, query: PageQuery, reader: Reader, request: Request) -> Response:
    settings: Settings = request.app.state.settings
    parameters = query.model_dump(by_alias=True, exclude={"limit"})
    given = {key: text.strip() for key, text in parameters.items() if text and text.strip()}
    chosen = choose(reader, LISTINGS[name], given)
    page, cursor = page_of(chosen, query.cursor, limit_of(query.limit, settings))
    items = [_valid(_remembered(reader, name, NamedNode(x.row.iri)), x.validity) for x in page]
    return json_response(m.Page[m.Item](items=items, next=cursor), next_link(request, cursor))


def _remembered(reader: Reader, name: str, iri: NamedNode) -> m.Item:
    return reader.memory.lookup(
        f"item-{name}-{reader.language}",
        iri.value,
        lambda: _item(reader, name, iri),
        room=_REMEMBERED_ITEMS,
    )


def _valid(item: m.Item, validity: Validity | None) -> m.Item:
    return item if validity is None else item.model_copy(update={"validity": validity})


def _item(reader: Reader, name: str, iri: NamedNode) -> m.Item:
    label = name_of(reader, iri)
    counts = {key: _count(reader, query, iri) for key, query in _COUNTS.get(name, {}).items()}
    return m.Item(
        iri=iri.value,
        id=slug_of(iri.value),
        label=label.text,
        language=label.language,
        types=types(reader, iri),
        dates=dates(reader, iri),
        counts=counts or None,
        facts=facts_by_name(
            reader,
            [
                unit
                for unit in units_about(reader, iri, incoming=False)
                if not unit.evidence.derived
            ],
        ),
    )


def _count(reader: Reader, query: str, iri: NamedNode) -> int:
    return reader.memory.once(("count", query), lambda: counts_of(reader, query)).get(iri.value, 0)


def counts_of(reader: Reader, query: str) -> dict[str, int]:
    """Return what an internal counting query gives: ?count by ?item."""
    return {
        item.value: int(count.value)
        for row in reader.dataset.select(internal_query(query))
        if isinstance(item := row["item"], NamedNode) and isinstance(count := row["count"], Literal)
    }
