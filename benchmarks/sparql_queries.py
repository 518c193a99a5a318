"""The queries that SPARQL services are measured with, over the graph of `benchmarks.generator`.

Each is a text with a number in it, so that no two requests are the same: the number picks the
entity, and a comment makes the text new where it does not.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from typing import Final, Literal

from benchmarks.stored_graphs import StoredGraph
from graphstore.formats import JSON, N_TRIPLES
from ontology.namespaces import PREFIXES

RESULTS: Final = "application/sparql-results+json"
TRIPLES: Final = "application/n-triples"


@dataclass(frozen=True)
class Question:
    """One query of the set: `%d` in its text is the number of an event, actor or place."""

    name: str
    text: str
    of: Literal["event", "actor", "place", "network", "none"] = "none"
    graph: bool = False
    """Whether the answer is a graph."""

    @property
    def accept(self) -> str:
        """The media type that is asked for."""
        return TRIPLES if self.graph else RESULTS

    def ask(self, graph: StoredGraph, number: int) -> str:
        """Return the text of one request; another number, another text."""
        choice = random.Random(number)
        limit = {
            "event": graph.events,
            "actor": max(1, graph.events // 40),  # the busier ones
            "place": graph.places,
            "network": graph.actors // 2,
            "none": 1,
        }[self.of]
        text = self.text.replace("%d", str(choice.randrange(limit)))
        return f"{_prefixes(text)}{text}\n# {number}"


def rows(answer: bytes, question: Question) -> int:
    """Return how many solutions or triples an answer holds; a boolean counts as itself."""
    if question.graph:
        return len({line for line in answer.splitlines() if line.strip()})
    document = json.loads(answer)
    if "boolean" in document:
        return int(document["boolean"])
    return len(document["results"]["bindings"])


def _prefixes(text: str) -> str:
    used = (name for name in sorted(PREFIXES) if f"{name}:" in text)
    return "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in used)


POINT = Question("point lookup", "SELECT ?label { id:event-%d rdfs:label ?label }", "event")

QUESTIONS: Final = (
    POINT,
    Question("star of an entity", "SELECT ?p ?o { id:event-%d ?p ?o }", "event"),
    Question(
        "two-hop join",
        "SELECT ?event ?who ?role { ?event schema:organizer id:actor-%d ; cv:hasParticipation ?p ."
        " ?p cv:hasParticipant ?who ; cv:role ?role }",
        "actor",
    ),
    Question(
        "aggregate over a class",
        "SELECT ?type (COUNT(?event) AS ?events) { ?event a dure:Event ; dct:type ?type }"
        " GROUP BY ?type",
    ),
    Question(
        "aggregate over a join",
        "SELECT ?who (COUNT(?event) AS ?events) { ?event dct:subject topic:youth ;"
        " schema:organizer ?who } GROUP BY ?who ORDER BY DESC(?events) ?who LIMIT 10",
    ),
    Question(
        "ORDER BY, LIMIT",
        "SELECT ?event ?start { ?event a dure:Event ; schema:startDate ?start }"
        " ORDER BY DESC(?start) ?event LIMIT 20",
    ),
    Question(
        "OPTIONAL description",
        "SELECT * { ?event schema:location id:place-%d . ?event rdfs:label ?label ."
        " OPTIONAL { ?event schema:startDate ?start } OPTIONAL { ?event schema:endDate ?end }"
        " OPTIONAL { ?event dct:subject ?topic } OPTIONAL { ?event schema:organizer ?organizer }"
        " OPTIONAL { ?event schema:performer ?performer }"
        " OPTIONAL { ?event dct:isPartOf ?whole } }",
        "place",
    ),
    Question(
        "property path, sequence",
        "SELECT DISTINCT ?who { id:place-%d ^schema:location/"
        "(schema:organizer|schema:contributor|schema:attendee) ?who }",
        "place",
    ),
    Question(
        "property path, transitive",
        "SELECT ?other { id:actor-%d (^org:member/org:organization/^org:organization/org:member)+"
        " ?other }",
        "network",
    ),
    Question(
        "text filter",
        "SELECT ?event ?label { ?event schema:location id:place-%d ; rdfs:label ?label"
        ' FILTER(CONTAINS(LCASE(STR(?label)), "event 1")) }',
        "place",
    ),
    Question("ASK", "ASK { id:event-%d schema:organizer ?who ; schema:location ?place }", "event"),
    Question(
        "CONSTRUCT of an entity",
        "CONSTRUCT { id:event-%d ?p ?o . ?part ?q ?v } WHERE { { id:event-%d ?p ?o } UNION"
        " { id:event-%d cv:hasParticipation ?part . ?part ?q ?v } }",
        "event",
        graph=True,
    ),
    Question("DESCRIBE", "DESCRIBE id:event-%d", "event", graph=True),
    Question(
        "evidence of a fact",
        "SELECT ?fact ?value ?assertion ?doc ?start ?end {"
        " GRAPH ?assertion { id:event-%d ?fact ?value } ?assertion prov:wasDerivedFrom ?passage ."
        " ?passage oa:hasSource ?doc ; oa:start ?start ; oa:end ?end }",
        "event",
    ),
    Question("Korean label", 'SELECT ?actor { ?actor skos:prefLabel "행위자 %d"@ko }', "network"),
    Question(
        "100 thousand rows",
        "SELECT ?event ?p ?o { ?event a dure:Event ; ?p ?o } LIMIT 100000",
    ),
)
LARGE: Final = QUESTIONS[-1]
FORMATS: Final = {RESULTS: JSON, TRIPLES: N_TRIPLES}
