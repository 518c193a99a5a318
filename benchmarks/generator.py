"""A deterministic graph of the project's own model, of any size, for measuring.

Actors, events with participations, memberships, assertions with passages; how often an actor
appears follows a power law, as it does in the real graph. The same size and seed give the same
quads. The quads are in the form in which a submission brings them: evidence graphs, their records,
and the editorial graph; projection makes the default graph of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, Triple

from curation.assertions import Assertion, Passage
from curation.identifiers import node_iri, passage_iri
from curation.vocabulary import RDF_TYPE
from ontology.namespaces import (
    ASSERTION,
    CONCEPT,
    CV,
    DCT,
    DURE,
    GRAPH_EDITORIAL,
    ID,
    ORG,
    RDF,
    SCHEMA,
    SKOS,
    SUBMISSION,
    XSD,
)

TRIPLES_PER_EVENT = 57
"""Triples of the default graph, records and derived ones included, that one event comes to."""

_SNAPSHOT = NamedNode("https://w3id.org/dure/doc/00000000deadbeef")
_SUBMISSION = NamedNode(f"{SUBMISSION}generated")
_EDITORIAL = NamedNode(GRAPH_EDITORIAL)
_DEFAULT = DefaultGraph()
_DAY = NamedNode(f"{XSD}date")
_ROLES = ("organizer", "co-organizer", "partner", "speaker", "participant", "participant")
_KINDS = ("training", "forum", "workshop", "session", "policy-dialogue")
_TOPICS = ("social-finance", "legal-framework", "capacity-building", "market-access", "youth")
_ACTOR_TYPES = ("Network", "Government", "SSEOrganisation")


def generate(triples: int, seed: int = 1) -> Iterator[Quad]:
    """Yield the quads of a graph whose default graph will hold about `triples` triples."""
    choice = random.Random(seed)
    events = max(1, triples // TRIPLES_PER_EVENT)
    actors = max(10, events // 2)
    places = max(5, events // 100)
    yield from _records()
    for number in range(places):
        yield from _named(_place(number), "Place", f"Place {number}")
    for number in range(actors):
        yield from _actor(number, places)
    weights = [1 / (rank + 1) ** 0.8 for rank in range(actors)]
    cumulative = _cumulative(weights)
    for number in range(events):
        involved = choice.choices(range(actors), cum_weights=cumulative, k=_size(choice))
        yield from _event(number, list(dict.fromkeys(involved)), choice, places)
    networks = actors // 20 or 1
    for number in range(actors // 2):
        yield from _membership(number, actors - 1 - number % networks)


def _cumulative(weights: list[float]) -> list[float]:
    total, sums = 0.0, []
    for weight in weights:
        total += weight
        sums.append(total)
    return sums


def _size(choice: random.Random) -> int:
    """Return how many take part: mostly two to five, now and then many."""
    return min(40, int(choice.paretovariate(1.6)) + 1)


def _records() -> Iterator[Quad]:
    for kind in ("Snapshot", "SourceDocument"):
        yield Quad(_SNAPSHOT, RDF_TYPE, NamedNode(f"{DURE}{kind}"), _DEFAULT)
    yield Quad(_SNAPSHOT, NamedNode(f"{DCT}title"), Literal("Generated", language="en"), _DEFAULT)
    yield Quad(_SNAPSHOT, NamedNode(f"{DCT}language"), Literal("en"), _DEFAULT)
    yield Quad(_SNAPSHOT, NamedNode(f"{SCHEMA}sha256"), Literal("0" * 64), _DEFAULT)
    yield Quad(_SNAPSHOT, NamedNode(f"{DURE}characterCount"), Literal(10**9), _DEFAULT)
    yield Quad(_SNAPSHOT, NamedNode(f"{DCT}isVersionOf"), NamedNode(f"{ID}work"), _DEFAULT)
    yield Quad(_SUBMISSION, RDF_TYPE, NamedNode(f"{DURE}Submission"), _DEFAULT)
    yield from _named(NamedNode(f"{ID}work"), None, "Generated source")


def _named(subject: NamedNode, kind: str | None, label: str) -> Iterator[Quad]:
    type_ = NamedNode(f"{DURE}{kind}" if kind else f"{SCHEMA}CreativeWork")
    yield Quad(subject, RDF_TYPE, type_, _EDITORIAL)
    name = Literal(label, language="en")
    yield Quad(subject, NamedNode(f"{SKOS}prefLabel"), name, _EDITORIAL)


def _place(number: int) -> NamedNode:
    return NamedNode(f"{ID}place-{number}")


def _agent(number: int) -> NamedNode:
    return NamedNode(f"{ID}actor-{number}")


def _actor(number: int, places: int) -> Iterator[Quad]:
    kind = _ACTOR_TYPES[number % len(_ACTOR_TYPES)]
    yield from _named(_agent(number), kind, f"Actor {number}")
    korean = Literal(f"행위자 {number}", language="ko")
    yield Quad(_agent(number), NamedNode(f"{SKOS}prefLabel"), korean, _EDITORIAL)
    if kind == "Government":
        level = NamedNode(f"{CONCEPT}gov-level/municipal")
        yield Quad(_agent(number), NamedNode(f"{ORG}classification"), level, _EDITORIAL)
        territory = Triple(_agent(number), NamedNode(f"{DCT}spatial"), _place(number % places))
        yield from _evidence(f"territory-{number}", 0, territory)


def _event(number: int, agents: list[int], choice: random.Random, places: int) -> Iterator[Quad]:
    event = NamedNode(f"{ID}event-{number}")
    yield from _named(event, "Event", f"Event {number}")
    start = date(1990, 1, 1) + timedelta(days=choice.randrange(12_000))
    end = start + timedelta(days=choice.randrange(4))
    kind, topic = choice.choice(_KINDS), choice.choice(_TOPICS)
    facts = [
        Triple(event, NamedNode(f"{DCT}type"), NamedNode(f"{CONCEPT}event-type/{kind}")),
        Triple(event, NamedNode(f"{DCT}subject"), NamedNode(f"{CONCEPT}topic/{topic}")),
        Triple(event, NamedNode(f"{SCHEMA}startDate"), Literal(str(start), datatype=_DAY)),
        Triple(event, NamedNode(f"{SCHEMA}endDate"), Literal(str(end), datatype=_DAY)),
        Triple(event, NamedNode(f"{SCHEMA}location"), _place(choice.randrange(places))),
    ]
    for position, agent in enumerate(agents):
        role = "organizer" if position == 0 else choice.choice(_ROLES)
        node = node_iri("p", event.value, _agent(agent).value, f"role={role}")
        facts += [
            Triple(event, NamedNode(f"{CV}hasParticipation"), node),
            Triple(node, NamedNode(f"{RDF}type"), NamedNode(f"{CV}Participation")),
            Triple(node, NamedNode(f"{CV}hasParticipant"), _agent(agent)),
            Triple(node, NamedNode(f"{CV}role"), NamedNode(f"{CONCEPT}role/{role}")),
        ]
    yield from _evidence(f"event-{number}", number, *facts)


def _membership(member: int, network: int) -> Iterator[Quad]:
    if member == network:
        return
    node = node_iri("m", _agent(member).value, _agent(network).value, "role=member")
    facts = (
        Triple(node, NamedNode(f"{RDF}type"), NamedNode(f"{ORG}Membership")),
        Triple(node, NamedNode(f"{ORG}member"), _agent(member)),
        Triple(node, NamedNode(f"{ORG}organization"), _agent(network)),
        Triple(node, NamedNode(f"{ORG}role"), NamedNode(f"{CONCEPT}role/member")),
    )
    yield from _evidence(f"membership-{member}", member, *facts)


def _evidence(name: str, position: int, *facts: Triple) -> Iterator[Quad]:
    start = position * 10
    passage = Passage(
        passage_iri(_SNAPSHOT, start, start + 10), _SNAPSHOT, start, start + 10, "0" * 64
    )
    yield from Assertion(
        iri=NamedNode(f"{ASSERTION}{name}"),
        triples=facts,
        passages=(passage,),
        support="Explicit",
        note=None,
        rank="Normal",
        reason=None,
        submission=_SUBMISSION,
        time="2026-01-01T00:00:00Z",
    ).quads()
