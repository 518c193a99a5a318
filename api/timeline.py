"""An entity's dated facts in order of time."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from api import models as m
from api import terms as t
from api.calendar import period_words
from api.evidence import Evidence
from api.facts import Unit, units_about
from api.paging import Key
from api.reader import Reader
from api.views import dates, unit_order

# Facts that only place the entity somewhere: the date of the other thing is not theirs.
_TIMELESS = frozenset(
    {t.SUBJECT, t.CONTAINED_IN, t.IS_VERSION_OF, t.ABOUT, t.IS_PART_OF, t.SPATIAL}
)
_STARTS = (t.START_DATE, t.OBSERVATION_DATE)


@dataclass(frozen=True)
class Moment:
    """A dated fact: the fact, its date in words and its bounds."""

    unit: Unit
    words: str
    dates: m.Dates

    @property
    def key(self) -> Key:
        """Order: first what may have begun first."""
        first = self.dates.earliestBegin or self.dates.latestBegin or self.dates.earliestEnd
        prop, inverse, value, node = unit_order(self.unit)
        return first or self.dates.latestEnd or "9999", prop, int(inverse), value, node


def timeline_of(reader: Reader, iri: NamedNode) -> list[Moment]:
    """Return what is dated about an entity, in order of time.

    A fact takes the date of its node (a membership), or else of the event at its other end.
    """
    found = [_own(reader, iri)]
    for unit in units_about(reader, iri):
        if unit.evidence.derived or (unit.node is None and unit.property in _TIMELESS):
            continue
        for dated in (unit.node, unit.value):
            moment = _moment(reader, unit, dated) if isinstance(dated, NamedNode) else None
            if moment is not None:
                found.append(moment)
                break
    unique = {moment.key: moment for moment in found if moment is not None}
    return [unique[key] for key in sorted(unique)]


def date_words_of(reader: Reader, iri: NamedNode) -> str:
    """Return when something takes place or is valid, in words; "" when it is undated."""

    def literals(*predicates: NamedNode) -> list[Literal]:
        return [
            value
            for predicate in predicates
            for value in reader.objects(iri, predicate)
            if isinstance(value, Literal)
        ]

    return period_words(
        literals(*_STARTS), literals(t.END_DATE), literals(t.ATTESTED_ON), reader.language
    )


def _own(reader: Reader, iri: NamedNode) -> Moment | None:
    """Return the entity's own date, as a fact about itself."""
    start = reader.object(iri, t.START_DATE)
    if start is None:
        return None
    graphs = [quad.graph_name for quad in reader.dataset.quads(iri, t.START_DATE, start)]
    unit = Unit(t.START_DATE, False, None, None, start, (), Evidence.of(graphs))
    return _moment(reader, unit, iri)


def _moment(reader: Reader, unit: Unit, dated: NamedNode) -> Moment | None:
    bounds = dates(reader, dated)
    words = date_words_of(reader, dated)
    return Moment(unit, words, bounds) if bounds is not None and words else None
