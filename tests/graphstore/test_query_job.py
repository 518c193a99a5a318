"""What a worker does to a query before the engine sees it, and what it says beside the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import Store

from graphstore import frames, query_job
from graphstore.errors import NoFormatForKind, QuerySyntaxError, RefusedQuery
from graphstore.formats import graph_format
from graphstore.query_job import OpenSnapshot, answer_query
from graphstore.rewriting import Rewrite, Rewritten
from graphstore.workers import WorkerPool
from tests.graphstore.pools import SharedPool, ask, numbered, shared_pool
from tests.graphstore.strategies import quad
from tests.graphstore.test_outlet import Sent
from tests.graphstore.test_query_worker import JOB


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedPool]:
    with shared_pool(tmp_path_factory.mktemp("job"), quads=20) as pool:
        yield pool


def names(told: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in told]


@pytest.fixture
def snapshot() -> OpenSnapshot:
    store = Store()
    store.extend(numbered(0, 50).added)
    return OpenSnapshot(store)


def answered(snapshot: OpenSnapshot, text: str, folder: Path | None = None, **job: Any) -> Sent:
    sent = Sent()
    answer_query(sent, snapshot, JOB | {"folder": str(folder)} | job, text)
    return sent


@pytest.mark.parametrize(
    ("text", "kind", "format", "answer"),
    [
        ("SELECT ?o { ?s ?p ?o FILTER(?o = 3) }", "solutions", "csv", b"o\r\n3\r\n"),
        ("ASK { ?s ?p 99 }", "boolean", "json", b'{"head":{},"boolean":false}'),
        ("CONSTRUCT { <urn:a> <urn:b> 1 } {}", "graph", "ntriples", b"<urn:a> <urn:b> "),
        ("DESCRIBE <http://example.org/s3>", "graph", "ntriples", b"<http://example.org/s3> <"),
    ],
)
def test_the_kind_decides_the_format(
    snapshot: OpenSnapshot, text: str, kind: str, format: str, answer: bytes
) -> None:
    sent = answered(snapshot, text)
    facts = sent.facts(frames.STARTED)
    assert (facts["kind"], facts["format"]) == (kind, format)
    assert sent.body.startswith(answer)


@pytest.mark.parametrize("format", ["turtle", "ntriples", "jsonld", "rdfxml", "trig", "nquads"])
@pytest.mark.parametrize("max_rows", [None, 5, 500])
def test_graphs_are_written_in_every_format(
    snapshot: OpenSnapshot, tmp_path: Path, format: str, max_rows: int | None
) -> None:
    text = "CONSTRUCT { ?s a <https://w3id.org/dure/ontology#Actor> } WHERE { ?s ?p ?o }"
    sent = answered(snapshot, text, tmp_path, formats={"graph": format}, max_rows=max_rows)
    facts = sent.facts(frames.STARTED)
    assert facts["truncated"] == (max_rows == 5)
    written = Store()
    written.load(sent.body, format=graph_format(format).syntax)
    assert len(written) == (5 if max_rows == 5 else 50)
    if format == "turtle":
        assert b"dure:Actor" in sent.body
    known = sent.rows
    assert known == (len(written) if max_rows or format in {"ntriples", "nquads"} else None)


def test_a_triple_that_many_solutions_make_comes_once(snapshot: OpenSnapshot) -> None:
    sent = answered(snapshot, "CONSTRUCT { <urn:a> <urn:b> ?p } WHERE { ?s ?p ?o . ?a ?b ?c }")
    assert sent.rows == 1


def test_without_a_format_for_the_kind_nothing_is_run(snapshot: OpenSnapshot) -> None:
    with pytest.raises(NoFormatForKind) as caught:
        answered(snapshot, "ASK {}", formats={"solutions": "json", "boolean": None, "graph": None})
    assert (caught.value.kind, caught.value.offered) == ("boolean", ("json",))


def test_what_is_no_query_is_told_with_its_place(snapshot: OpenSnapshot) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        answered(snapshot, "SELECT *\n  nonsense")
    assert caught.value.line == 2
    with pytest.raises(RefusedQuery):
        answered(snapshot, "SELECT * { SERVICE <urn:x> {} }")


def test_graphs_that_are_not_there_are_told_and_empty(snapshot: OpenSnapshot) -> None:
    snapshot.store.add(quad("a", "p", "b", "g"))
    named = ["http://example.org/g", *(f"urn:{number}" for number in range(100))]
    sent = answered(snapshot, "SELECT ?g { GRAPH ?g { ?s ?p ?o } }", named=named)
    assert sent.body == b"g\r\nhttp://example.org/g\r\n"
    hints = [x for x in sent.facts(frames.STARTED)["hints"] if x["name"] == "unknown-graph"]
    assert len(hints) == 20
    assert "<urn:0>" in hints[0]["message"]


def test_a_rewritten_query_is_told(snapshot: OpenSnapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "SELECT ?s { ?s <http://example.org/p> ?o FILTER(?s IN (<http://example.org/s3>)) }"
    sent = answered(snapshot, text)
    facts = sent.facts(frames.STARTED)
    assert facts["rewrites"]
    assert facts["ran"] != text
    assert sent.body == b"s\r\nhttp://example.org/s3\r\n"
    sent = answered(snapshot, text, rewrite=False)
    assert (sent.facts(frames.STARTED)["rewrites"], sent.facts(frames.STARTED)["ran"]) == ([], None)
    assert sent.body == b"s\r\nhttp://example.org/s3\r\n"


@pytest.mark.parametrize("fault", ["raises", "writes what is no query"])
def test_a_fault_in_rewriting_costs_no_answer(
    snapshot: OpenSnapshot, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    def rewrite(text: str, **_: object) -> Rewritten:
        if fault == "raises":
            raise RecursionError
        change = Rewrite("wrong", "no reason", 1, 1)
        return Rewritten("SELECT nonsense", (change,))

    monkeypatch.setattr(query_job, "rewrite", rewrite)
    sent = answered(snapshot, "SELECT ?s { ?s ?p 3 }")
    assert sent.facts(frames.STARTED)["rewrites"] == []
    assert sent.body == b"s\r\nhttp://example.org/s3\r\n"


def test_plans_are_remembered_and_bounded(
    snapshot: OpenSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def rewrite(text: str, **_: object) -> Rewritten:
        calls.append(text)
        return Rewritten(text)

    monkeypatch.setattr(query_job, "rewrite", rewrite)
    monkeypatch.setattr(query_job, "_PLANS_KEPT", 2)
    for text in ("a", "a", "b", "a", "c", "a"):
        snapshot.plan(text, default_graphs=False)
    assert calls == ["a", "b", "c", "a"]
    snapshot.plan("a", default_graphs=True)
    assert len(calls) == 5


def test_an_explained_query_does_not_run(snapshot: OpenSnapshot) -> None:
    text = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l } ORDER BY ?a ?d ?g ?j"
    sent = answered(snapshot, text, explain=True, formats={"solutions": None})
    assert sent.facts(frames.STARTED)["kind"] == "solutions"
    assert sent.body == b""
    assert sent.kinds == [frames.STARTED, frames.DATA, frames.END]
    with pytest.raises(QuerySyntaxError):
        answered(snapshot, "SELECT", explain=True)


@pytest.mark.parametrize(
    ("query", "answer", "functions"),
    [
        ("SELECT (<urn:f>(1) AS ?x) {}", b'x\r\n""\r\n', ["urn:f"]),
        ("SELECT (COALESCE(<urn:f>(<urn:g>(1)), 2) AS ?x) {}", b"x\r\n2\r\n", ["urn:f", "urn:g"]),
        ("ASK { ?s ?p ?o FILTER(<urn:f>(?o)) }", b'{"head":{},"boolean":false}', ["urn:f"]),
        ("SELECT (xsd:integer('1') AS ?x) {}", b"x\r\n1\r\n", []),
    ],
)
def test_a_call_of_an_unknown_function_is_an_error_of_its_expression(
    shared: SharedPool, query: str, answer: bytes, functions: list[str]
) -> None:
    prologue = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "

    async def use(pool: WorkerPool) -> None:
        answering, got = await ask(pool, prologue + query)
        assert got == answer
        hints = [hint for hint in answering.hints if hint["name"] == "unknown-function"]
        for name, hint in zip(functions, hints, strict=True):
            assert f"<{name}>" in hint["message"]

    shared.run(use)


def test_functions_without_end_are_refused(shared: SharedPool) -> None:
    calls = " ".join(f"(<urn:f{number}>(1) AS ?x{number})" for number in range(40))

    async def use(pool: WorkerPool) -> None:
        with pytest.raises(RefusedQuery, match="function"):
            await ask(pool, f"SELECT {calls} {{}}")

    shared.run(use)


def test_a_corrected_query_is_told_beside_the_answer(shared: SharedPool) -> None:
    query = "SELECT ?x { ?x <urn:p>* <urn:nowhere> }"

    async def use(pool: WorkerPool) -> None:
        answering, got = await ask(pool, query)
        assert got == b"x\r\nurn:nowhere\r\n"
        assert names(answering.rewrites) == ["zero-length-path"]
        assert answering.ran == "SELECT ?x { VALUES ?x { <urn:nowhere> } }"
        answering, got = await ask(pool, query, rewrite=False)
        assert (got, answering.rewrites, answering.ran) == (b"x\r\n", [], None)

    shared.run(use)


def test_corrections_and_rewrites_go_together(shared: SharedPool) -> None:
    query = "SELECT (GROUP_CONCAT(?o) AS ?x) { ?s ?p ?o FILTER(?s IN (<urn:a>, <urn:b>)) }"

    async def use(pool: WorkerPool) -> None:
        answering, got = await ask(pool, query)
        assert got == b'x\r\n""\r\n'
        assert names(answering.rewrites) == ["group-concat-to-string", "filter-to-values"]
        assert answering.ran is not None
        assert "STR(GROUP_CONCAT(?o))" in answering.ran

    shared.run(use)
