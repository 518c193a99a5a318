from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from graphstore import crew as crew_module
from graphstore.crew import Crew
from graphstore.errors import QueryCrashed
from graphstore.snapshots import Snapshot

SNAPSHOT = Snapshot(Path("none"), "0", 0)


def run(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(work, 60))


async def until(condition: Any) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_workers_are_ready_given_out_and_taken_back() -> None:
    async def use() -> None:
        crew = Crew(2, 1 << 30, lambda worker: False)
        await crew.start()
        assert len(crew.idle) == 2
        first, second = await crew.get(SNAPSHOT), await crew.get(SNAPSHOT)
        assert first is not second
        wanting = asyncio.create_task(crew.get(SNAPSHOT))
        await asyncio.sleep(0)
        crew.take_back(second)
        assert await wanting is second
        await crew.close()
        assert not crew.workers

    run(use())


def test_a_worker_that_is_killed_is_replaced_whoever_killed_it() -> None:
    async def use() -> None:
        crew = Crew(1, 1 << 30, lambda worker: False)
        await crew.start()
        worker = await crew.get(SNAPSHOT)
        worker.kill()
        other = await crew.get(SNAPSHOT)
        assert other is not worker
        crew.take_back(other)
        os.kill(other.pid, 9)
        await until(lambda: other not in crew.workers)
        third = await crew.get(SNAPSHOT)
        assert third not in {worker, other}
        await crew.close()

    run(use())


def test_a_slow_worker_is_replaced_and_too_many_go() -> None:
    async def use() -> None:
        crew = Crew(1, 1 << 30, lambda worker: False)
        await crew.start()
        slow = await crew.get(SNAPSHOT)
        crew.slow_down(slow)
        assert os.getpriority(os.PRIO_PROCESS, slow.pid) == 10
        quick = await crew.get(SNAPSHOT)
        assert quick is not slow
        crew.take_back(slow)
        await until(lambda: slow not in crew.workers)
        assert crew.counts["workers_retired"] == 1
        crew.take_back(quick)
        assert crew.idle == [quick]
        await crew.close()

    run(use())


def test_a_worker_that_keeps_much_memory_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    async def use() -> None:
        crew = Crew(1, 1 << 30, lambda worker: False)
        await crew.start()
        worker = await crew.get(SNAPSHOT)
        crew.take_back(worker)
        assert crew.idle == [worker]
        monkeypatch.setattr(crew_module, "_KEPT_BYTES", 1)
        worker = await crew.get(SNAPSHOT)
        worker.job_seconds = 5
        crew.take_back(worker)
        assert worker.killed
        await crew.close()

    if sys.platform == "linux":
        run(use())


def test_workers_that_cannot_start_are_told_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async def use() -> None:
        monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
        crew = Crew(1, 1 << 30, lambda worker: False)
        with pytest.raises(QueryCrashed):
            await crew.start()
        with pytest.raises(QueryCrashed):
            await crew.get(SNAPSHOT)
        monkeypatch.undo()
        assert (await crew.get(SNAPSHOT)).was_ready
        assert crew.counts["workers_failed_to_start"] >= 1
        await crew.close()

    run(use())


def test_who_waits_for_a_worker_hears_of_the_end() -> None:
    async def use() -> None:
        crew = Crew(1, 1 << 30, lambda worker: False)
        await crew.start()
        await crew.get(SNAPSHOT)
        wanting = asyncio.create_task(crew.get(SNAPSHOT))
        await asyncio.sleep(0)
        await crew.close()
        with pytest.raises(QueryCrashed):
            await wanting

    run(use())
