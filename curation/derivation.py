"""What rules add: display labels, date bounds, role shortcuts, evidence of n-ary nodes.

Every derived triple has one owner, its subject, and depends only on the live facts about that
subject, its participations and its evidence graphs. So a change is followed by deriving the owners
it touches again, and `derive` over all owners gives the whole derived graph.

The rules, in the words of docs/model.md: one `rdfs:label` for display; the four SEM time bounds
(http://semanticweb.cs.vu.nl/2009/11/sem/); schema.org shortcuts from an event to the agents in its
participations; `prov:wasDerivedFrom` from an n-ary node to its passages.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pyoxigraph import DefaultGraph, Literal, NamedNode, Triple

from curation.assertions import DERIVED_FROM
from curation.dates import Bounds, bounds, is_date
from curation.liveness import is_live
from curation.view import View
from curation.vocabulary import RDF_TYPE
from graphstore.terms import Subject
from ontology.namespaces import (
    ASSERTION,
    CONCEPT,
    CV,
    DCT,
    DURE,
    ORG,
    RDFS,
    SCHEMA,
    SEM,
    SKOS,
    SKOSXL,
    XSD,
)

LABEL = NamedNode(f"{RDFS}label")
PREF_LABEL = NamedNode(f"{SKOS}prefLabel")
HAS_PARTICIPATION = NamedNode(f"{CV}hasParticipation")
HAS_PARTICIPANT = NamedNode(f"{CV}hasParticipant")
ROLE = NamedNode(f"{CV}role")

BEGIN_DATES = tuple(
    NamedNode(iri)
    for iri in (f"{SCHEMA}startDate", f"{SCHEMA}observationDate", f"{DCT}dateAccepted")
)
END_DATES = tuple(
    NamedNode(iri) for iri in (f"{SCHEMA}endDate", f"{SCHEMA}observationDate", f"{DCT}dateAccepted")
)
ATTESTED_ON = NamedNode(f"{DURE}attestedOn")
EARLIEST_BEGIN = NamedNode(f"{SEM}hasEarliestBeginTimeStamp")
LATEST_BEGIN = NamedNode(f"{SEM}hasLatestBeginTimeStamp")
EARLIEST_END = NamedNode(f"{SEM}hasEarliestEndTimeStamp")
LATEST_END = NamedNode(f"{SEM}hasLatestEndTimeStamp")

SHORTCUTS = {
    "organizer": "organizer",
    "co-organizer": "organizer",
    "host": "organizer",
    "co-host": "organizer",
    "partner": "contributor",
    "programme-lead": "contributor",
    "sponsor": "sponsor",
    "funder": "funder",
    "chair": "contributor",
    "moderator": "contributor",
    "facilitator": "contributor",
    "speaker": "performer",
    "keynote-speaker": "performer",
    "lecturer": "performer",
    "panellist": "performer",
    "presenter": "performer",
    "opening-remarks": "performer",
    "closing-remarks": "performer",
    "participant": "attendee",
    "trainee": "attendee",
    "attendee": "attendee",
    "delegation-member": "attendee",
    "audience": "attendee",
    "questioner": "attendee",
}
_SHORTCUT_OF = {
    f"{CONCEPT}role/{role}": NamedNode(f"{SCHEMA}{term}") for role, term in SHORTCUTS.items()
}
_NARY = {
    f"{CV}Participation",
    f"{ORG}Membership",
    f"{DURE}Tenure",
    f"{ORG}ChangeEvent",
    f"{DURE}Milestone",
    f"{DURE}FundingCommitment",
    f"{DURE}Statement",
    f"{SCHEMA}Observation",
    f"{SCHEMA}QuantitativeValue",
    f"{SCHEMA}MonetaryAmount",
    f"{SKOSXL}Label",
}
_LABEL_LANGUAGES = ("en", "ko-latn", "ko")
_DAY = NamedNode(f"{XSD}date")
_DEFAULT = DefaultGraph()


def derive(view: View, owner: Subject) -> set[Triple]:
    """Return every derived triple whose subject is `owner`, from the live facts in `view`."""
    return {
        *_label(view, owner),
        *_time_bounds(view, owner),
        *_shortcuts(view, owner),
        *_evidence(view, owner),
    }


def owners(view: View, subject: Subject) -> Iterator[Subject]:
    """Yield the owners whose derived triples depend on facts about `subject`."""
    yield subject
    yield from view.subjects(HAS_PARTICIPATION, subject, _DEFAULT)


def display_label(labels: list[Literal]) -> Literal | None:
    """Choose the one label to show: English, romanised Korean, Korean, else the first by tag."""
    if not labels:
        return None

    def rank(label: Literal) -> tuple[int, str, str]:
        tag = (label.language or "").lower()
        place = _LABEL_LANGUAGES.index(tag) if tag in _LABEL_LANGUAGES else len(_LABEL_LANGUAGES)
        return place, tag, label.value

    return min(labels, key=rank)


def _label(view: View, owner: Subject) -> Iterator[Triple]:
    labels = [
        value for value in view.objects(owner, PREF_LABEL, _DEFAULT) if isinstance(value, Literal)
    ]
    chosen = display_label(labels)
    if chosen is not None:
        yield Triple(owner, LABEL, chosen)


def _time_bounds(view: View, owner: Subject) -> Iterator[Triple]:
    begins = _days(view, owner, BEGIN_DATES)
    ends = _days(view, owner, END_DATES)
    attested = _days(view, owner, (ATTESTED_ON,))
    found = {
        EARLIEST_BEGIN: _first([low for low, _ in begins]),
        LATEST_BEGIN: _last([high for _, high in begins]),
        EARLIEST_END: _first([low for low, _ in ends]),
        LATEST_END: _last([high for _, high in ends]),
    }
    if attested:
        # Valid on that day, so begun by then and not ended before.
        if not begins:
            found[LATEST_BEGIN] = _first([high for _, high in attested])
        if not ends:
            found[EARLIEST_END] = _last([low for low, _ in attested])
    for predicate, day in found.items():
        if day is not None:
            yield Triple(owner, predicate, Literal(day.isoformat(), datatype=_DAY))


def _days(view: View, owner: Subject, predicates: tuple[NamedNode, ...]) -> list[Bounds]:
    days = []
    for predicate in predicates:
        for value in view.objects(owner, predicate, _DEFAULT):
            if isinstance(value, Literal) and is_date(value):
                try:
                    days.append(bounds(value))
                except ValueError:
                    continue  # rule X04 reports the malformed date
    return days


def _first(days: list[date | None]) -> date | None:
    """Return the first day; one unbounded day makes the whole unbounded."""
    return None if None in days or not days else min(day for day in days if day)


def _last(days: list[date | None]) -> date | None:
    return None if None in days or not days else max(day for day in days if day)


def _shortcuts(view: View, owner: Subject) -> Iterator[Triple]:
    for participation in view.objects(owner, HAS_PARTICIPATION, _DEFAULT):
        if not isinstance(participation, NamedNode):
            continue
        for role in view.objects(participation, ROLE, _DEFAULT):
            shortcut = _SHORTCUT_OF.get(role.value) if isinstance(role, NamedNode) else None
            if shortcut is None:
                continue
            for agent in view.objects(participation, HAS_PARTICIPANT, _DEFAULT):
                yield Triple(owner, shortcut, agent)


def _evidence(view: View, owner: Subject) -> Iterator[Triple]:
    types = view.objects(owner, RDF_TYPE, _DEFAULT)
    if not any(isinstance(kind, NamedNode) and kind.value in _NARY for kind in types):
        return
    graphs = {quad.graph_name for quad in view.quads(owner)}
    for graph in graphs:
        if (
            isinstance(graph, NamedNode)
            and graph.value.startswith(ASSERTION)
            and is_live(view, graph)
        ):
            for passage in view.objects(graph, DERIVED_FROM, _DEFAULT):
                yield Triple(owner, DERIVED_FROM, passage)
