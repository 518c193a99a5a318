"""Typed lists: what is in each, in which order, and what its filters mean.

The order of a list is computed once per commit (`queries/internal/list-*.rq`); each filter is a
small query with its value bound, and a page is the order without what the filters leave out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal as OneOf

from pyoxigraph import Literal, NamedNode

from api.errors import BadParameter
from api.internal_queries import internal_query
from api.names import name_index
from api.paging import Key
from api.periods import Bounds, Period, period_of
from api.reader import Reader
from api.references import class_iri, concept_iri, entity_iri
from graphstore.terms import Term

Validity = OneOf["certain", "possible"]
ToTerm = Callable[[Reader, str, str], NamedNode]

# Sorts after every date: undated items close a list.
_UNDATED = "9999-99-99"


@dataclass(frozen=True)
class Row:
    """An item of a list: its IRI, its place in the order, the days it lies between."""

    iri: str
    key: Key
    bounds: Bounds


@dataclass(frozen=True)
class Filter:
    """A filter: its query, and how the parameter's text becomes the query's `?value`.

    `second` names a parameter that narrows this one (an actor's role): it needs this one, and
    `both` is the query that takes it as `?second`. A `dated` filter's query answers with the
    bounds of the tie (a membership), for `validOn`.
    """

    query: str
    term: ToTerm
    second: str | None = None
    second_term: ToTerm | None = None
    dated: bool = False


@dataclass(frozen=True)
class Listing:
    """A list: its name, the query of its order, whether time orders it, its filters."""

    name: str
    by_time: bool = False
    instants: bool = False
    filters: Mapping[str, Filter] = field(default_factory=dict)

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters that narrow the list."""
        seconds = [item.second for item in self.filters.values() if item.second]
        return (*self.filters, *seconds, "q", "from", "to", "validOn")


def scheme(name: str) -> ToTerm:
    """Return the reading of a parameter as a concept of this scheme."""
    return lambda reader, parameter, text: concept_iri(reader, parameter, text, name)


def entity(reader: Reader, parameter: str, text: str) -> NamedNode:
    """Read a parameter as an entity."""
    return entity_iri(reader, parameter, text)


def a_class(reader: Reader, parameter: str, text: str) -> NamedNode:
    """Read a parameter as a class."""
    return class_iri(reader, text, parameter)


_CONTAINED = Filter("places-within", entity)

LISTINGS: dict[str, Listing] = {
    item.name: item
    for item in (
        Listing("entities"),
        Listing(
            "events",
            by_time=True,
            instants=True,
            filters={
                "type": Filter("events-by-type", scheme("event-type")),
                "topic": Filter("things-by-topic", scheme("topic")),
                "place": Filter("events-by-place", entity),
                "organiser": Filter("events-by-organiser", entity),
                "actor": Filter("events-by-actor", entity, "role", scheme("role")),
                "status": Filter("events-by-status", scheme("event-status")),
                "series": Filter("events-by-series", entity),
            },
        ),
        Listing(
            "actors",
            filters={
                "kind": Filter("entities-by-type", a_class),
                "place": Filter("actors-by-place", entity),
                "memberOf": Filter("actors-by-membership", entity, "role", scheme("role"), True),
            },
        ),
        Listing(
            "policies",
            filters={
                "kind": Filter("entities-by-type", a_class),
                "topic": Filter("things-by-topic", scheme("topic")),
                "place": Filter("policies-by-place", entity),
                "partOf": Filter("policies-by-whole", entity),
                "actor": Filter("policies-by-actor", entity),
            },
        ),
        Listing(
            "declarations",
            by_time=True,
            instants=True,
            filters={
                "event": Filter("declarations-by-event", entity),
                "adoptedBy": Filter("declarations-by-adopter", entity),
                "topic": Filter("things-by-topic", scheme("topic")),
            },
        ),
        Listing("sources"),
        Listing(
            "statistics",
            filters={
                "indicator": Filter("statistics-by-indicator", scheme("indicator")),
                "about": Filter("statistics-by-subject", entity),
                "countedBy": Filter("statistics-by-counter", entity),
            },
        ),
        Listing("topics"),
        Listing(
            "places",
            filters={"in": _CONTAINED, "level": Filter("places-by-level", scheme("place-type"))},
        ),
    )
}


def rows_of(reader: Reader, listing: Listing) -> list[Row]:
    """Return every item of a list in order."""
    return reader.memory.once(("rows", listing.name), lambda: _rows(reader, listing))


def entity_rows(reader: Reader) -> list[Row]:
    """Return every entity in order of label."""
    return rows_of(reader, LISTINGS["entities"])


def matching(reader: Reader, query: str, value: Term, second: Term | None = None) -> set[str]:
    """Return the IRIs that an internal query gives as `?item` for its `?value`."""
    bindings = {"value": value} | ({"second": second} if second is not None else {})
    return {
        item.value
        for row in reader.dataset.select(internal_query(query), bindings)
        if isinstance(item := row["item"], NamedNode)
    }


@dataclass(frozen=True)
class Chosen:
    """An item that passed the filters, and with `validOn` how surely."""

    row: Row
    validity: Validity | None

    @property
    def key(self) -> Key:
        """The item's place in the list."""
        return self.row.key


def choose(reader: Reader, listing: Listing, given: Mapping[str, str]) -> list[Chosen]:
    """Return the items of a list that pass the filters `given`, in order.

    Raises:
        BadParameter: a value that names nothing, a malformed date, a second parameter without
            its first.
    """
    kept: set[str] | None = None
    ties: dict[str, Validity] | None = None
    on = period_of("validOn", given["validOn"]) if given.get("validOn") else None
    for name, item in listing.filters.items():
        if item.second and given.get(item.second) and not given.get(name):
            raise BadParameter(item.second, f"needs '{name}'")
        if not given.get(name):
            continue
        if item.dated and on is not None:
            ties = _ties(reader, name, item, given, on)
            found = set(ties)
        else:
            found = _passing(reader, name, item, given)
        kept = found if kept is None else kept & found
    if given.get("q"):
        named = {x.iri for x in name_index(reader.dataset, reader.memory).search(given["q"])}
        kept = named if kept is None else kept & named
    rows = [row for row in rows_of(reader, listing) if kept is None or row.iri in kept]
    rows = _within(rows, given)
    if on is None:
        return [Chosen(row, None) for row in rows]
    if ties is not None:
        return [Chosen(row, ties[row.iri]) for row in rows]
    if not listing.by_time:
        raise BadParameter("validOn", "needs 'memberOf'")
    return [Chosen(row, valid) for row in rows if (valid := row.bounds.on(on)) is not None]


def _passing(reader: Reader, name: str, item: Filter, given: Mapping[str, str]) -> set[str]:
    value = item.term(reader, name, given[name])
    if item.second and given.get(item.second) and item.second_term:
        second = item.second_term(reader, item.second, given[item.second])
        return matching(reader, f"{item.query}-and-{item.second}", value, second)
    return matching(reader, item.query, value)


def _ties(
    reader: Reader, name: str, item: Filter, given: Mapping[str, str], on: Period
) -> dict[str, Validity]:
    """Return what is tied to the filter's value on that day, and how surely."""
    bindings: dict[str, Term] = {"value": item.term(reader, name, given[name])}
    query = item.query
    if item.second and given.get(item.second) and item.second_term:
        bindings["second"] = item.second_term(reader, item.second, given[item.second])
        query = f"{query}-and-{item.second}"
    found: dict[str, Validity] = {}
    for row in reader.dataset.select(internal_query(query), bindings):
        thing, valid = row["item"], Bounds.of_row(row).on(on)
        if isinstance(thing, NamedNode) and valid and found.get(thing.value) != "certain":
            found[thing.value] = valid
    return found


def _within(rows: Sequence[Row], given: Mapping[str, str]) -> list[Row]:
    """Return the rows that may lie, in part, between the days `from` and `to`."""
    since = period_of("from", given["from"]).first if given.get("from") else None
    until = period_of("to", given["to"]).last if given.get("to") else None
    if since and until and since > until:
        raise BadParameter("to", "lies before 'from'")
    if since is None and until is None:
        return list(rows)
    return [row for row in rows if row.bounds.meets(since, until)]


def _rows(reader: Reader, listing: Listing) -> list[Row]:
    found: dict[str, Row] = {}
    for row in reader.dataset.select(internal_query(f"list-{listing.name}")):
        item = row["item"]
        if not isinstance(item, NamedNode) or item.value in found:
            continue
        bounds = Bounds.of_row(row)
        if listing.instants:
            bounds = bounds.as_instant()
        label = row.get("label")
        text = _sortable(label.value) if isinstance(label, Literal) else ""
        key: Key = (text, item.value)
        if listing.by_time:
            key = (bounds.earliest_begin or bounds.latest_begin or _UNDATED, text, item.value)
        found[item.value] = Row(item.value, key, bounds)
    return sorted(found.values(), key=lambda row: row.key)


def _sortable(label: str) -> str:
    return unicodedata.normalize("NFKC", label).casefold()
