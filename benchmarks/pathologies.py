"""Shapes of query that the engine plans badly: as written, and as the service runs them.

Run: `python -m benchmarks.pathologies --triples 1000000 --runs 5`. The same text goes to the bare
engine as it is written and as `graphstore.rewriting` puts it, in turn, on the generator's graph in
its own process; the table gives medians and the median of the ratios with their range. A second
table has shapes that only their author can put better, beside the better form. `--store FOLDER`
keeps the graph for the next time.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

from pyoxigraph import QueryBoolean, Store

from benchmarks.generator import generate
from benchmarks.store import meta
from curation.bundled import vocabulary_quads
from curation.gate import Submission, prepare
from graphstore.dataset import Dataset
from graphstore.rewriting import Rewritten, rewrite
from graphstore.selectivity import counts_in
from ontology.namespaces import ASSERTION, PREFIXES

PROLOGUE = "".join(f"PREFIX {name}: <{iri}> " for name, iri in PREFIXES.items())
REWRITTEN = {
    "FILTER(?s = …) on everything": "SELECT * { ?s ?p ?o FILTER(?s = id:event-1) }",
    "FILTER(?s IN (…)) on everything": "SELECT * { ?s ?p ?o "
    "FILTER(?s IN (id:event-1, id:event-2)) }",
    "FILTER(?a = … || ?a = …)": "SELECT * { ?p cv:role ?r ; cv:hasParticipant ?a "
    "FILTER(?a = id:actor-700 || ?a = id:actor-701) }",
    "FILTER(?g = …) on GRAPH ?g": "SELECT * { GRAPH ?g { ?s ?p ?o } "
    f"FILTER(?g = <{ASSERTION}event-7>) }}",
    "UNION, then FILTER(?a IN (…))": "SELECT * { { ?e schema:organizer ?a } UNION "
    "{ ?e schema:attendee ?a } FILTER(?a IN (id:actor-700, id:actor-5)) ?e skos:prefLabel ?l }",
    "OPTIONAL, then FILTER(?t = …)": "SELECT * { ?e a dure:Event OPTIONAL { ?e dct:type ?t } "
    "FILTER(?t = etype:forum) }",
    "OPTIONAL, then FILTER(?o = …), rare": "SELECT * { ?e a dure:Event "
    "OPTIONAL { ?e schema:organizer ?o } FILTER(?o = id:actor-700) }",
    "OPTIONAL before the selective pattern": "SELECT * { ?e a dure:Event "
    "OPTIONAL { ?e schema:attendee ?x } ?e schema:organizer id:actor-700 }",
    "OPTIONAL that hangs on an OPTIONAL": "SELECT * { ?e dct:type etype:forum "
    "OPTIONAL { ?e schema:organizer ?o } OPTIONAL { ?o skos:prefLabel ?l } }",
    "the same over a whole class": "SELECT * { ?e a dure:Event "
    "OPTIONAL { ?e schema:organizer ?o } OPTIONAL { ?o skos:prefLabel ?l } }",
    "FILTER EXISTS of one pattern": "SELECT ?e { ?e a dure:Event "
    "FILTER EXISTS { ?e schema:organizer id:actor-700 } }",
    "FILTER EXISTS of two patterns": "SELECT ?e { ?e a dure:Event FILTER EXISTS "
    "{ ?e cv:hasParticipation ?p . ?p cv:hasParticipant id:actor-700 } }",
    "FILTER NOT EXISTS of two patterns": "SELECT ?a { ?a a dure:Government FILTER NOT EXISTS "
    "{ ?p cv:hasParticipant ?a ; cv:role role:speaker } }",
    "the same, about few": "SELECT ?a { ?a dct:spatial id:place-7 FILTER NOT EXISTS "
    "{ ?p cv:hasParticipant ?a ; cv:role role:speaker } }",
    "star, most selective pattern last": "SELECT * { ?e dct:type etype:forum ; "
    "dct:subject topic:youth ; schema:organizer id:actor-700 }",
    "two stars, selective one second": "SELECT * { ?e dct:type etype:forum ; skos:prefLabel ?el . "
    "?a org:classification lvl:municipal ; skos:prefLabel ?al ; dct:spatial id:place-7 . "
    "?e schema:organizer ?a }",
    "co-participants, constant last": "SELECT * { ?p1 cv:role role:organizer ; "
    "cv:hasParticipant ?a . ?e cv:hasParticipation ?p1 , ?p2 . "
    "?p2 cv:hasParticipant id:actor-700 }",
    "two VALUES blocks": "SELECT * { VALUES ?s { id:event-1 id:event-2 } "
    "VALUES ?p { skos:prefLabel dct:type } ?s ?p ?o }",
    "star, class first": "SELECT * { ?e a dure:Event ; skos:prefLabel ?l ; schema:startDate ?d ; "
    "schema:organizer id:actor-700 }",
    "FILTER NOT EXISTS of one pattern": "SELECT ?e { ?e a dure:Event "
    "FILTER NOT EXISTS { ?e schema:attendee ?x } }",
}
BETTER = {
    "labels of the first ten: ORDER BY … LIMIT": (
        "SELECT * { ?e schema:startDate ?d ; rdfs:label ?l } ORDER BY ?d LIMIT 10",
        "SELECT * { { SELECT ?e ?d { ?e schema:startDate ?d } ORDER BY ?d LIMIT 10 } "
        "?e rdfs:label ?l } ORDER BY ?d",
    ),
    "a text looked for in everything": (
        'SELECT * { ?e ?p ?l FILTER(REGEX(?l, "Event 77", "i")) }',
        'SELECT * { ?e rdfs:label ?l FILTER(CONTAINS(?l, "Event 77")) }',
    ),
    "STR(?l) = …": (
        'SELECT * { ?e skos:prefLabel ?l FILTER(STR(?l) = "Event 77") }',
        'SELECT * { ?e skos:prefLabel "Event 77"@en }',
    ),
    "two variables that a filter equates": (
        "SELECT * { ?e schema:organizer ?a . ?f schema:attendee ?b "
        "FILTER(?a = ?b) FILTER(?e = id:event-7) }",
        "SELECT * { id:event-7 schema:organizer ?a . ?f schema:attendee ?a }",
    ),
    "a subquery of all, for few": (
        "SELECT * { { SELECT ?e (COUNT(?p) AS ?n) { ?e cv:hasParticipation ?p } GROUP BY ?e } "
        "?e schema:organizer id:actor-700 }",
        "SELECT ?e (COUNT(?p) AS ?n) { ?e schema:organizer id:actor-700 ; "
        "cv:hasParticipation ?p } GROUP BY ?e",
    ),
    "the names of the graphs": (
        "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?g { GRAPH ?g {} }",
    ),
    "a path of length zero": (
        "SELECT (COUNT(*) AS ?n) { ?a org:organization* ?b }",
        "SELECT (COUNT(*) AS ?n) { ?a a org:Membership . ?a org:organization* ?b }",
    ),
}


class Engine:
    """The bare engine in a process of its own, which can be killed."""

    def __init__(self, folder: Path, deadline_s: float) -> None:
        self._folder = folder
        self.deadline_s = deadline_s
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._folder, theirs), daemon=True)
        self._process.start()
        self._pipe.recv()

    def ask(self, text: str) -> tuple[float, int] | None:
        """Return milliseconds and how many solutions; None after the deadline."""
        self._pipe.send(text)
        if self._pipe.poll(self.deadline_s):
            answer: tuple[float, int] = self._pipe.recv()
            return answer
        self._process.kill()
        self._process.join()
        self._start()
        return None

    def close(self) -> None:
        self._process.kill()
        self._process.join()


def _serve(folder: Path, pipe: Connection) -> None:
    store = Store.read_only(str(folder))
    pipe.send(None)
    while True:
        text = pipe.recv()
        begun = time.perf_counter()
        found = store.query(text)
        solutions = 1 if isinstance(found, QueryBoolean) else sum(1 for _ in found)
        pipe.send(((time.perf_counter() - begun) * 1000, solutions))


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triples", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--deadline", type=float, default=120, help="seconds for one query")
    parser.add_argument("--store", type=Path, help="folder to keep the graph in")
    chosen = parser.parse_args()
    with graph(chosen.triples, chosen.store) as folder:
        engine = Engine(folder, chosen.deadline)
        store = Store.read_only(str(folder))
        print(f"\n{len(store):,} quads, {chosen.runs} runs\n")
        print("| shape | solutions | as written | as it runs | faster | changes |")
        print("|---|---|---|---|---|---|")
        for name, text in REWRITTEN.items():
            found = rewrite(PROLOGUE + text, count=counts_in(store))
            print(row(engine, name, PROLOGUE + text, found, chosen.runs), flush=True)
        print("\n| shape | as written | better form | faster | hint |")
        print("|---|---|---|---|---|")
        for name, (text, better) in BETTER.items():
            hints = ", ".join(hint.name for hint in rewrite(PROLOGUE + text).hints) or "–"
            cells = compared(engine, PROLOGUE + text, PROLOGUE + better, chosen.runs)
            print(f"| {name} | {' | '.join(cells)} | {hints} |", flush=True)
        engine.close()


@contextmanager
def graph(triples: int, kept: Path | None) -> Iterator[Path]:
    """Yield the folder of a store with the generator's graph, made unless it is there."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = kept or Path(temporary) / "graph"
        if not folder.exists():
            with Dataset.open(None) as empty:
                submitted = [*vocabulary_quads(), *generate(triples)]
                quads = prepare(empty, Submission(meta(), submitted)).added
            store = Store(str(folder))
            store.bulk_extend(quads)
            store.optimize()
            del store
        yield folder


def row(engine: Engine, name: str, text: str, found: Rewritten, runs: int) -> str:
    """Return the table row of one shape."""
    changes = ", ".join(dict.fromkeys(item.name for item in found.rewrites)) or "none needed"
    asked = engine.ask(found.text)
    solutions = "?" if asked is None else f"{asked[1]:,}"
    if found.rewrites:
        cells = compared(engine, text, found.text, runs)
    else:
        took = [engine.ask(text) for _ in range(runs)]
        cells = [milliseconds([item[0] for item in took if item]), "the same", "–"]
    return f"| {name} | {solutions} | {' | '.join(cells)} | {changes} |"


def compared(engine: Engine, one: str, other: str, runs: int) -> list[str]:
    """Return the medians of both in milliseconds, and the median ratio with its range."""
    befores, afters = [], []
    for _ in range(runs):
        before, after = engine.ask(one), engine.ask(other)
        if before is None or after is None:
            late = f"> {engine.deadline_s:.0f} s"
            fast = late if after is None else milliseconds([after[0]])
            return [late if before is None else milliseconds([before[0]]), fast, "–"]
        befores.append(before[0])
        afters.append(after[0])
    ratios = [before / after for before, after in zip(befores, afters, strict=True)]
    spread = f"{statistics.median(ratios):,.0f} × ({min(ratios):,.0f}–{max(ratios):,.0f})"
    return [milliseconds(befores), milliseconds(afters), spread]


def milliseconds(times: list[float]) -> str:
    """Return the median of times, short."""
    if not times:
        return "too long"
    median = statistics.median(times)
    return f"{median:,.0f} ms" if median >= 10 else f"{median:.2g} ms"


if __name__ == "__main__":
    main()
