from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from graphstore.answering import Answering, Deadline, QueryTask
from graphstore.errors import QueryCancelled, QueryTimeout
from graphstore.snapshots import Snapshot
from graphstore.worker_process import Receiver

FACTS: dict[str, Any] = {
    "kind": "solutions",
    "format": "csv",
    "truncated": False,
    "whole": False,
    "hints": [],
    "rewrites": [],
    "ran": None,
}
LONG = Deadline(60, 60, 60)


class Source:
    """What an answer comes from: here from the test."""

    pid = 1

    def __init__(self) -> None:
        self.receiver: Receiver | None = None
        self.paused = False
        self.killed = False

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def kill(self) -> None:
        self.killed = True


def begun(
    deadline: Deadline = LONG,
    slow: list[Answering] | None = None,
    source: Source | None = None,
) -> Answering:
    found = slow if slow is not None else []
    answering = Answering("id", "ASK {}", Snapshot(Path(), "abc", 7), None)
    answering.begin(source or Source(), deadline, lambda ended: None, found.append)
    return answering


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 30))


def test_a_whole_answer_is_complete_when_it_begins() -> None:
    async def use() -> None:
        answering = begun()
        answering.job_started(FACTS | {"whole": True})
        answering.job_data(1, b"a\r\n1\r\n")
        assert not answering.begun.done()
        answering.job_ended(1)
        await answering.begun
        assert (answering.complete, answering.first, answering.rows) == (True, b"a\r\n1\r\n", 1)
        assert [chunk async for chunk in answering.chunks()] == [b"a\r\n1\r\n"]
        await answering.aclose()
        assert answering.error is None

    run(use())


def test_a_stream_begins_with_its_first_block() -> None:
    async def use() -> None:
        answering = begun()
        answering.job_started(FACTS)
        answering.job_data(1, b"1")
        await answering.begun
        assert not answering.complete
        answering.job_data(2, b"2")
        answering.job_ended(2)
        assert [chunk async for chunk in answering.chunks()] == [b"1", b"2"]
        assert not answering.complete
        assert (answering.rows, answering.bytes) == (2, 2)

    run(use())


def test_an_error_breaks_a_stream_after_what_has_come() -> None:
    async def use() -> None:
        answering = begun()
        answering.job_started(FACTS)
        for block in (b"1", b"2"):
            answering.job_data(1, block)
        answering.cancel()
        chunks = answering.chunks()
        assert (await anext(chunks), await anext(chunks)) == (b"1", b"2")
        with pytest.raises(QueryCancelled):
            await anext(chunks)

    run(use())


def test_a_client_that_does_not_read_holds_the_worker_back() -> None:
    async def use() -> None:
        worker = Source()
        answering = begun(source=worker)
        answering.job_started(FACTS)
        for _ in range(6):
            answering.job_data(1, b"x" * 65_536)
        assert worker.paused
        worked = answering.seconds
        await asyncio.sleep(0.02)
        assert answering.seconds == worked  # the clock stands still
        assert answering.stalled_s > 0.01
        chunks = answering.chunks()
        for _ in range(5):
            await anext(chunks)
        assert not worker.paused
        assert answering.stalled_s == 0
        await chunks.aclose()
        answering.cancel()
        assert worker.killed

    run(use())


def test_the_deadline_counts_work_and_the_grace_everything() -> None:
    async def use() -> None:
        working = begun(Deadline(0.03, 60, 60))
        with pytest.raises(QueryTimeout):
            await working.begun
        stalled = begun(Deadline(0.03, 0.1, 60))
        stalled.job_started(FACTS)
        for _ in range(6):
            stalled.job_data(1, b"x" * 65_536)
        await asyncio.sleep(0.06)
        assert stalled.error is None
        await asyncio.sleep(0.15)
        assert isinstance(stalled.error, QueryTimeout)

    run(use())


def test_a_query_that_takes_long_is_told_once() -> None:
    async def use() -> None:
        slow: list[Answering] = []
        answering = begun(Deadline(60, 60, 0.01), slow)
        await asyncio.sleep(0.05)
        assert slow == [answering]
        running = answering.running
        assert (running.id, running.text, running.commit, running.pid) == ("id", "ASK {}", "abc", 1)
        answering.cancel()

    run(use())


def test_a_task_says_all_of_itself_in_a_job() -> None:
    task = QueryTask("ASK {}", {"boolean": "json"}, default_graphs=("urn:g",), max_rows=3)
    assert task.job() == {
        "op": "query",
        "formats": {"boolean": "json"},
        "base": None,
        "default": ("urn:g",),
        "named": None,
        "max_rows": 3,
        "max_bytes": None,
        "rewrite": True,
        "explain": False,
    }
