"""Real pools on real datasets for the tests of the workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

from pyoxigraph import Literal, Quad

from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.snapshots import Snapshots
from graphstore.workers import Answering, QueryTask, WorkerPool
from tests.graphstore.strategies import META, adding, iri

FORMATS: dict[Any, str | None] = {"solutions": "csv", "boolean": "json", "graph": "ntriples"}
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
EVERYTHING = "SELECT * { ?s ?p ?o }"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
"""Works for hours, and gives nothing before its end."""
STREAM = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
"""Gives rows without end."""

Use = Callable[[WorkerPool], Awaitable[None]]


def numbered(begin: int, end: int) -> Changeset:
    """Return a changeset that adds a quad for each number."""
    return adding(*(Quad(iri(f"s{n}"), iri("p"), Literal(n)) for n in range(begin, end)))


def commit(dataset: Dataset, begin: int, end: int) -> None:
    dataset.commit(numbered(begin, end), META, shapes=None)


@asynccontextmanager
async def pool_of(dataset: Dataset, **options: Any) -> AsyncIterator[WorkerPool]:
    chosen = {"size": 1, "memory_bytes": 1 << 30, "max_waiting": 10, "spare": 1} | options
    snapshots = Snapshots(dataset, None)
    pool = WorkerPool(snapshots, **chosen)
    try:
        await pool.start()
        yield pool
    finally:
        await pool.close()
        snapshots.close()


def with_pool(folder: Path, use: Use, *, quads: int = 200, **options: Any) -> None:
    """Run a coroutine with the pool of a new dataset on disk that holds that many quads."""

    async def run() -> None:
        with Dataset.open(folder / "data") as dataset:
            if quads:
                commit(dataset, 0, quads)
            async with pool_of(dataset, **options) as pool:
                await _in_time(use(pool))

    asyncio.run(run())


class SharedPool:
    """A pool that many tests use one after the other, on a dataset that none of them changes."""

    def __init__(self, runner: asyncio.Runner, pool: WorkerPool) -> None:
        self.pool = pool
        self._runner = runner

    def run(self, use: Use) -> None:
        self._runner.run(_in_time(use(self.pool)))


@contextmanager
def shared_pool(folder: Path, *, quads: int) -> Iterator[SharedPool]:
    with asyncio.Runner() as runner, Dataset.open(folder / "data") as dataset:
        commit(dataset, 0, quads)
        opened = pool_of(dataset)
        pool = runner.run(opened.__aenter__())
        try:
            yield SharedPool(runner, pool)
        finally:
            runner.run(opened.__aexit__(None, None, None))


async def _in_time(work: Awaitable[None]) -> None:
    await asyncio.wait_for(work, 120)


async def ask(
    pool: WorkerPool, text: str, *, deadline_s: float = 60, **options: Any
) -> tuple[Answering, bytes]:
    """Run a query and return its answer with all of its bytes."""
    names = {"version", "id", "client"}
    task = QueryTask(
        text, **({"formats": FORMATS} | {k: options[k] for k in options.keys() - names})
    )
    asked = {name: options[name] for name in options.keys() & names}
    answering = await pool.query(task, deadline_s=deadline_s, **asked)
    return answering, b"".join([chunk async for chunk in answering.chunks()])


async def count(pool: WorkerPool, **options: Any) -> int:
    """Return how many triples the default graph has."""
    _, answer = await ask(pool, COUNT, **options)
    return int(answer.split()[1])
