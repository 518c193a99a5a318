from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvloop
from pyoxigraph import NamedNode, Quad

from graphstore.dataset import Dataset
from graphstore.errors import (
    AnswerTooLarge,
    GraphNotFound,
    GraphStoreError,
    NoFormatForKind,
    QueryCancelled,
    QueryCrashed,
    QueryMemoryExceeded,
    QuerySyntaxError,
    QueryTimeout,
    QueryTooComplex,
    RefusedQuery,
    TooManyQueries,
    UnknownVersion,
    UpdateSyntaxError,
    UpdateTooLarge,
)
from graphstore.formats import parse_quads
from graphstore.snapshots import Snapshots
from graphstore.workers import Answering, QueryTask, WorkerPool
from tests.graphstore.pools import (
    COUNT,
    ENDLESS,
    EVERYTHING,
    FORMATS,
    STREAM,
    SharedPool,
    ask,
    commit,
    count,
    pool_of,
    shared_pool,
    with_pool,
)
from tests.graphstore.strategies import META, adding, quad

SORT = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?i ?c ?f"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedPool]:
    with shared_pool(tmp_path_factory.mktemp("shared"), quads=200) as pool:
        yield pool


def test_every_kind_is_answered_in_its_format(shared: SharedPool) -> None:
    async def use(pool: WorkerPool) -> None:
        answering, answer = await ask(pool, "SELECT ?o { ?s ?p ?o } ORDER BY ?o LIMIT 2")
        assert (answering.kind, answering.format) == ("solutions", "csv")
        assert answer == answering.first == b"o\r\n0\r\n1\r\n"
        assert (answering.rows, answering.bytes, answering.complete) == (2, 9, True)
        assert answering.number == 1
        assert answering.seconds > 0
        answering, answer = await ask(pool, "ASK { ?s ?p 7 }")
        assert (answering.kind, answer) == ("boolean", b'{"head":{},"boolean":true}')
        answering, answer = await ask(pool, "CONSTRUCT { ?s a <urn:t> } WHERE { ?s ?p 7 }")
        assert (answering.kind, answering.format, answering.rows) == ("graph", "ntriples", 1)
        assert answer.endswith(b" <urn:t> .\n")

    shared.run(use)


def test_the_pool_works_under_uvloop(tmp_path: Path) -> None:
    async def run() -> None:
        with Dataset.open(tmp_path) as dataset:
            commit(dataset, 0, 3_000)
            async with pool_of(dataset) as pool:
                assert await count(pool) == 3_000
                answering, answer = await ask(pool, EVERYTHING)
                assert answer.count(b"\n") == 3_001
                assert not answering.complete
                with pytest.raises(QueryTimeout):
                    await ask(pool, ENDLESS, deadline_s=0.2)
                assert await count(pool) == 3_000

    uvloop.run(run())


def test_the_pool_works_on_a_dataset_in_memory() -> None:
    async def run() -> None:
        with Dataset.open(None) as dataset:
            async with pool_of(dataset) as pool:
                assert await count(pool) == 0
                answering, _ = await ask(pool, "ASK {}")
                assert (answering.commit, answering.number) == ("0", 0)
                commit(dataset, 0, 5)
                assert await count(pool) == 5

    asyncio.run(run())


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("SELECT", QuerySyntaxError),
        ("SELECT * { SERVICE <http://localhost/> {} }", RefusedQuery),
        ("ASK { <relative> ?p ?o }", QuerySyntaxError),
        ("ASK {} # \ud800", QuerySyntaxError),
        ("SELECT * {}" + "(" * 5_000_000, RefusedQuery),
    ],
    ids=["syntax", "service", "relative", "surrogate", "deep"],
)
def test_what_is_no_query_is_refused(
    shared: SharedPool, text: str, error: type[GraphStoreError]
) -> None:
    async def use(pool: WorkerPool) -> None:
        with pytest.raises(error):
            await ask(pool, text)
        assert await count(pool) == 200

    shared.run(use)


def test_the_protocol_names_the_dataset(tmp_path: Path) -> None:
    graph, other = "http://example.org/g", "http://example.org/h"

    async def use(pool: WorkerPool, dataset: Dataset) -> None:
        dataset.commit(adding(quad("a", "p", "b", "g"), quad("c", "p", "d")), META, shapes=None)
        assert await count(pool, default_graphs=(graph,)) == 1
        answering, answer = await ask(pool, COUNT, default_graphs=(other, graph))
        assert answer == b"n\r\n1\r\n"
        assert [other in message for message in _unknown_graphs(answering)] == [True]
        text = "SELECT ?g { GRAPH ?g { ?s ?p ?o } }"
        answering, answer = await ask(pool, text, named_graphs=(graph,))
        assert answer == b"g\r\nhttp://example.org/g\r\n"
        assert await count(pool, named_graphs=(graph,)) == 0
        _, answer = await ask(pool, text)
        assert answer == b"g\r\nhttp://example.org/g\r\n"
        _, answer = await ask(pool, "ASK { <a> ?p ?o }", base="http://example.org/")
        assert b"false" in answer

    async def run() -> None:
        with Dataset.open(tmp_path) as dataset:
            async with pool_of(dataset) as pool:
                await use(pool, dataset)

    asyncio.run(run())


def test_a_kind_without_a_format_is_told(shared: SharedPool) -> None:
    async def use(pool: WorkerPool) -> None:
        formats: dict[Any, str | None] = {"solutions": "json", "boolean": None, "graph": None}
        with pytest.raises(NoFormatForKind) as caught:
            await ask(pool, "ASK {}", formats=formats)
        assert caught.value.kind == "boolean"

    shared.run(use)


@pytest.mark.parametrize("format", ["json", "xml", "csv", "tsv"])
@pytest.mark.parametrize("limit", [0, 1, 3, 200, 201])
def test_a_row_limit_cuts_whole_rows_and_says_so(
    shared: SharedPool, format: str, limit: int
) -> None:
    async def use(pool: WorkerPool) -> None:
        formats: dict[Any, str | None] = {"solutions": format}
        text = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"
        answering, answer = await ask(pool, text, formats=formats, max_rows=limit)
        _, expected = await ask(pool, f"{text} LIMIT {limit}", formats=formats)
        assert answer == expected
        assert answering.truncated == (limit < 200)
        assert answering.rows == min(limit, 200)
        assert answering.row_limit == limit

    shared.run(use)


def test_a_row_limit_ends_endless_answers(shared: SharedPool) -> None:
    async def use(pool: WorkerPool) -> None:
        formats: dict[Any, str | None] = {"solutions": "json", "graph": "turtle"}
        answering, _ = await ask(pool, STREAM, formats=formats, max_rows=5_000)
        assert (answering.truncated, answering.rows) == (True, 5_000)
        text = "CONSTRUCT { ?s ?p ?x } WHERE { ?s ?p ?o . ?a ?b ?x }"
        answering, answer = await ask(pool, text, formats=formats, max_rows=7)
        assert (answering.truncated, answering.rows) == (True, 7)
        assert answer.endswith(b".\n")
        assert answer.count(b" , ") + answer.count(b" .\n") - answer.count(b"@prefix") == 7

    shared.run(use)


def test_a_byte_ceiling_is_an_error_before_the_first_byte_and_a_break_after(
    shared: SharedPool,
) -> None:
    async def use(pool: WorkerPool) -> None:
        with pytest.raises(AnswerTooLarge):
            await pool.query(QueryTask(EVERYTHING, FORMATS, max_bytes=100), deadline_s=60)
        held = QueryTask(STREAM, FORMATS, max_bytes=300_000, max_rows=1_000_000)
        with pytest.raises(AnswerTooLarge):
            await pool.query(held, deadline_s=60)
        answering = await pool.query(QueryTask(STREAM, FORMATS, max_bytes=300_000), deadline_s=60)
        with pytest.raises(AnswerTooLarge):
            await _read(answering)
        assert 0 < answering.bytes <= 300_000

    shared.run(use)


@pytest.mark.parametrize(
    "text",
    [
        ENDLESS,
        SORT,
        "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i "
        "FILTER REGEX(CONCAT(STR(?a), STR(?d), STR(?g)), '(.*s){20}') }",
        "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)* ?b . ?c (!<urn:x>|^!<urn:x>)* ?d . "
        "?e (!<urn:x>|^!<urn:x>)* ?f . ?g (!<urn:x>|^!<urn:x>)* ?h }",
        "SELECT * { " + "OPTIONAL { ?s <urn:p> 1 } " * 350_000 + "}",
        "SELECT * { FILTER(" + "<a" * 4_000_000 + ") }",
    ],
    ids=["product", "sort", "regex", "path", "long", "text check"],
)
def test_a_deadline_is_kept_whatever_the_query_does(shared: SharedPool, text: str) -> None:
    async def use(pool: WorkerPool) -> None:
        begun = time.monotonic()
        # What can be read in time may be refused before the deadline.
        with pytest.raises((QueryTimeout, QuerySyntaxError, RefusedQuery)):
            await ask(pool, text, deadline_s=0.3)
        assert time.monotonic() - begun < 5
        assert await count(pool) == 200

    shared.run(use)


def test_a_stream_is_broken_at_the_deadline(shared: SharedPool) -> None:
    async def use(pool: WorkerPool) -> None:
        answering = await pool.query(QueryTask(STREAM, FORMATS), deadline_s=0.5)
        with pytest.raises(QueryTimeout):
            await _read(answering)
        assert 0.4 < answering.seconds < 5
        assert not answering.complete

    shared.run(use)


def test_too_much_memory_is_told_as_that(tmp_path: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        with pytest.raises(QueryMemoryExceeded) as caught:
            await ask(pool, SORT)
        assert caught.value.limit_bytes == 160 << 20
        assert await count(pool) == 2_000

    with_pool(tmp_path, use, quads=2_000, memory_bytes=160 << 20)


def test_a_query_is_cancelled_by_its_id(shared: SharedPool) -> None:
    async def use(pool: WorkerPool) -> None:
        asking = asyncio.create_task(ask(pool, ENDLESS, id="mine"))
        while not pool.running:
            await asyncio.sleep(0.01)
        (running,) = pool.running
        assert (running.id, running.text, running.bytes) == ("mine", ENDLESS, 0)
        os.kill(running.pid, 0)
        assert not pool.cancel("another")
        assert pool.cancel("mine")
        with pytest.raises(QueryCancelled):
            await asking
        assert not pool.running
        assert not pool.cancel("mine")

    shared.run(use)


def test_a_query_dies_with_who_waits_for_it(shared: SharedPool) -> None:
    async def use(pool: WorkerPool) -> None:
        before = pool.stats["worker_jobs_cancelled"]
        asking = asyncio.create_task(ask(pool, ENDLESS))
        while not pool.running:
            await asyncio.sleep(0.01)
        pid = pool.running[0].pid
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert not pool.running
        await _ended(pid)
        answering = await pool.query(QueryTask(STREAM, FORMATS), deadline_s=60)
        pid = pool.running[0].pid
        await answering.aclose()
        await _ended(pid)
        assert pool.stats["worker_jobs_cancelled"] == before + 2

    shared.run(use)


def _unknown_graphs(answering: Answering) -> list[str]:
    return [hint["message"] for hint in answering.hints if hint["name"] == "unknown-graph"]


async def _read(answering: Answering, pause_s: float = 0) -> None:
    async for _ in answering.chunks():
        await asyncio.sleep(pause_s)


async def _ended(pid: int) -> None:
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"process {pid} is still there")


def test_a_worker_that_dies_is_told_and_replaced(shared: SharedPool) -> None:
    async def use(pool: WorkerPool) -> None:
        asking = asyncio.create_task(ask(pool, ENDLESS))
        while not pool.running:
            await asyncio.sleep(0.01)
        os.kill(pool.running[0].pid, 9)
        with pytest.raises(QueryCrashed):
            await asking
        assert await count(pool) == 200

    shared.run(use)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (" + "+".join(["1"] * 12_000) + " AS ?x) {}",
        "SELECT * { {} " + "UNION { ?s ?p ?o } " * 12_000 + "}",
    ],
    ids=["chained", "alternatives"],
)
def test_a_query_that_overflows_the_stack_is_too_complex(shared: SharedPool, text: str) -> None:
    async def use(pool: WorkerPool) -> None:
        with pytest.raises(QueryTooComplex):
            await ask(pool, text)
        assert await count(pool) == 200

    shared.run(use)


def test_a_slow_reader_holds_the_worker_back_and_is_cut_off_in_the_end(tmp_path: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        answering = await pool.query(QueryTask(STREAM, FORMATS), deadline_s=0.5)
        await asyncio.sleep(0.7)  # nobody reads, so the clock of the work stands still
        assert answering.bytes < 3_000_000
        assert answering.seconds < 0.5
        assert pool.running
        with pytest.raises(QueryTimeout):
            await _read(answering, pause_s=0.02)
        assert not pool.running

    with_pool(tmp_path, use, send_grace_s=0.7)


def test_the_queue_is_bounded_in_length_and_time(tmp_path: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        hog = asyncio.create_task(ask(pool, ENDLESS, id="hog"))
        while not pool.running:
            await asyncio.sleep(0.01)
        waiting = asyncio.create_task(ask(pool, COUNT))
        await asyncio.sleep(0.02)
        with pytest.raises(TooManyQueries) as caught:
            await ask(pool, COUNT)
        assert caught.value.waiting == 1
        with pytest.raises(TooManyQueries):
            await waiting
        pool.cancel("hog")
        with pytest.raises(QueryCancelled):
            await hog

    with_pool(tmp_path, use, max_waiting=1, max_wait_s=0.3, quick_s=60)


def test_long_queries_do_not_keep_short_ones_waiting(tmp_path: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        hogs = [asyncio.create_task(ask(pool, ENDLESS, client="hog")) for _ in range(4)]
        await asyncio.sleep(0.05)
        for _ in range(5):
            assert await count(pool, client="other") == 200
        ended = sum(hog.done() for hog in hogs)
        assert ended >= 1  # there is room for one slow query; others gave way
        for hog in hogs:
            hog.cancel()
        outcomes = await asyncio.gather(*hogs, return_exceptions=True)
        assert any(isinstance(outcome, TooManyQueries) for outcome in outcomes)

    with_pool(tmp_path, use, quick_s=0.1)


def test_a_query_sees_what_was_committed_before_it(tmp_path: Path) -> None:
    async def run() -> None:
        with Dataset.open(tmp_path) as dataset:
            async with pool_of(dataset, size=2) as pool:
                for number in range(1, 6):
                    commit(dataset, number, number + 1)
                    counts = await asyncio.gather(*(count(pool) for _ in range(8)))
                    assert counts == [number] * 8
                assert pool.stats["snapshots_made"] == 6  # the one of the start among them

    asyncio.run(run())


def test_old_snapshots_go_when_the_workers_have_let_go(tmp_path: Path) -> None:
    async def run() -> None:
        with Dataset.open(tmp_path) as dataset:
            async with pool_of(dataset, size=2) as pool:
                for number in range(1, 4):
                    commit(dataset, number, number + 1)
                    assert await count(pool) == number
                folder = tmp_path / "snapshots"
                for _ in range(500):
                    if len(list(folder.iterdir())) == 1:
                        break
                    await asyncio.sleep(0.01)
                assert len(list(folder.iterdir())) == 1
            assert not folder.exists()

    asyncio.run(run())


def test_older_versions_are_asked_and_stay_the_same(tmp_path: Path) -> None:
    async def run() -> None:
        with Dataset.open(tmp_path) as dataset:
            for number in range(1, 6):
                commit(dataset, number, number + 1)
            async with pool_of(dataset) as pool:
                before = {}
                for number in (3, 0, 5, 1, 3):
                    answering, answer = await ask(pool, EVERYTHING, version=number)
                    assert answering.number == number
                    assert answer.count(b"\n") == number + 1
                    expected = dataset.log.read(number).id if number else "0"
                    assert answering.commit == expected
                    before[number] = answer
                commit(dataset, 6, 7)
                for number, answer in before.items():
                    assert (await ask(pool, EVERYTHING, version=number))[1] == answer
                with pytest.raises(UnknownVersion):
                    await ask(pool, EVERYTHING, version=99)

    asyncio.run(run())


def test_answers_do_not_vary_from_run_to_run(tmp_path: Path) -> None:
    queries = [
        "SELECT * { ?s ?p ?o }",
        "SELECT ?o (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?o",
        "SELECT DISTINCT ?p { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ]

    async def run() -> list[bytes]:
        with Dataset.open(tmp_path) as dataset:
            async with pool_of(dataset) as pool:
                return [(await ask(pool, text))[1] for text in queries for _ in range(2)]

    with Dataset.open(tmp_path) as dataset:
        commit(dataset, 0, 300)
        blank = b"_:kept <http://example.org/p> _:other .\n"
        dataset.commit(adding(*parse_quads(blank, "nquads")), META, shapes=None)
    first = asyncio.run(run())
    assert first[::2] == first[1::2]
    assert asyncio.run(run()) == first
    assert b"_:kept" in first[0]


def test_changes_are_worked_out_and_not_made(shared: SharedPool) -> None:
    async def use(pool: WorkerPool) -> None:
        found = await pool.changes(
            "PREFIX e: <http://example.org/> DELETE DATA { e:s7 e:p 7 } ; "
            "INSERT { ?s e:q e:new } WHERE { ?s e:p 8 }",
            using_default=None,
            using_named=None,
            base=None,
            deadline_s=60,
        )
        assert found.added == {quad("s8", "q", "new")}
        assert [str(item.subject) for item in found.removed] == ["<http://example.org/s7>"]
        assert await count(pool) == 200
        assert not _scratches(pool)

    shared.run(use)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("INSERT", UpdateSyntaxError),
        ("LOAD <http://localhost/>", RefusedQuery),
        ("DROP GRAPH <urn:none>", GraphNotFound),
        ("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", UpdateTooLarge),
        ("INSERT DATA { <urn:a> <urn:b> 1 } ; DELETE { ?a ?b ?c } WHERE { "
         "?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }", QueryTimeout),
    ],
    ids=["syntax", "load", "no graph", "large", "endless"],
)  # fmt: skip
def test_changes_that_cannot_be(
    shared: SharedPool, text: str, error: type[GraphStoreError]
) -> None:
    async def use(pool: WorkerPool) -> None:
        with pytest.raises(error):
            await pool.changes(
                text,
                using_default=None,
                using_named=None,
                base=None,
                deadline_s=1 if error is QueryTimeout else 60,
                max_quads=100 if error is UpdateTooLarge else 10_000_000,
            )
        assert not _scratches(pool)

    shared.run(use)


def test_an_explained_query_is_read_and_not_run(shared: SharedPool) -> None:
    async def use(pool: WorkerPool) -> None:
        answering, answer = await ask(pool, SORT, explain=True, deadline_s=5)
        assert (answering.kind, answering.complete, answer) == ("solutions", True, b"")

    shared.run(use)


def test_kills_harm_neither_writer_nor_neighbours_nor_leave_anything(tmp_path: Path) -> None:
    """Forty kills in the middle of queries, while commits and other queries go on."""
    children = _children()

    async def run() -> None:
        with Dataset.open(tmp_path) as dataset:
            commit(dataset, 0, 300)
            async with pool_of(dataset, size=2) as pool:
                done = False

                async def write() -> int:
                    number = 300
                    while not done:
                        await asyncio.to_thread(commit, dataset, number, number + 1)
                        number += 1
                        assert number <= await count(pool, client="writer") + 1
                    return number

                async def neighbour() -> None:
                    while not done:
                        seen = dataset.count()[0]
                        assert await count(pool, client="neighbour") >= seen

                others = [asyncio.create_task(write()), asyncio.create_task(neighbour())]
                await asyncio.sleep(0.1)
                descriptors = _descriptors()
                for round in range(40):
                    text = (ENDLESS, STREAM, SORT)[round % 3]
                    with pytest.raises((QueryTimeout, TooManyQueries)):
                        await ask(pool, text, deadline_s=0.03, client="hostile")
                done = True
                written, _ = await asyncio.gather(*others)
                assert await count(pool) == written
                assert dataset.recount()[0] == written
                for _ in range(300):
                    if pool.gauges["workers"] == 3:
                        break
                    await asyncio.sleep(0.01)
                assert pool.gauges["workers"] == 3
                assert _descriptors() <= descriptors + 6
            assert _children() <= children
        with Dataset.open(tmp_path) as dataset:
            assert dataset.log.verify() == []
            assert dataset.recount() == dataset.count()

    asyncio.run(run())


def _descriptors() -> int:
    """Return how many sockets and removed files this process has open."""
    found = 0
    for link in Path("/proc/self/fd").glob("*"):
        with contextlib.suppress(OSError):
            target = os.readlink(link)
            found += target.startswith("socket:") or target.endswith("(deleted)")
    return found


def _scratches(pool: WorkerPool) -> list[Path]:
    return list(pool.snapshots.folder.glob("scratch*"))


def _children() -> set[str]:
    """Return the processes that this one has started and that are still there."""
    try:
        tasks = os.listdir("/proc/self/task")
        lists = [Path(f"/proc/self/task/{task}/children").read_text() for task in tasks]
    except OSError:
        return set()
    return set(" ".join(lists).split())


def test_workers_need_some_memory() -> None:
    with Dataset.open(None) as dataset:
        snapshots = Snapshots(dataset, None)
        with pytest.raises(ValueError, match="bytes of memory"):
            WorkerPool(snapshots, size=1, memory_bytes=1 << 20, max_waiting=1)
        snapshots.close()


def test_empty_graphs_exist_and_hidden_graphs_do_not(tmp_path: Path) -> None:
    async def run() -> None:
        with Dataset.open(tmp_path) as dataset:
            record = Quad(
                NamedNode("urn:empty"),
                NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
                NamedNode("http://www.w3.org/ns/sparql-service-description#Graph"),
                NamedNode("https://w3id.org/dure/graph/empty"),
            )
            dataset.commit(adding(record, quad("a", "p", "b", "g")), META, shapes=None)
            async with pool_of(dataset) as pool:
                _, answer = await ask(pool, "SELECT ?g { GRAPH ?g {} } ORDER BY ?g")
                assert answer.split() == [b"g", b"http://example.org/g", b"urn:empty"]
                _, answer = await ask(pool, "SELECT ?g { GRAPH ?g { ?s ?p ?o } }")
                assert answer.split() == [b"g", b"http://example.org/g"]
                answering, _ = await ask(pool, COUNT, default_graphs=("urn:empty",))
                assert _unknown_graphs(answering) == []

    asyncio.run(run())
