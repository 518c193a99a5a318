"""What a worker does to a query before the engine sees it, and what it says beside the answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from graphstore.errors import RefusedQuery
from graphstore.workers import WorkerPool
from tests.graphstore.pools import SharedPool, ask, shared_pool


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedPool]:
    with shared_pool(tmp_path_factory.mktemp("job"), quads=20) as pool:
        yield pool


def names(told: list[dict[str, Any]]) -> list[str]:
    return [item["name"] for item in told]


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
