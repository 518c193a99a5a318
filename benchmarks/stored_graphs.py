"""Generated graphs on disk, built once and kept: for Dure, for Oxigraph, and as one file.

A graph is a folder of the benchmarks' cache, named after its size and the generator's code, so
that another generator makes another graph. What it holds never changes: a run that commits works
on a copy.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pyoxigraph import NamedNode, Quad

from benchmarks import generator
from benchmarks.generator import TRIPLES_PER_EVENT, generate
from curation.gate import Submission, prepare
from curation.vocabulary import RDF_TYPE
from graphstore.dataset import Dataset
from graphstore.log import CommitMeta
from ontology.namespaces import GRAPH_EDITORIAL

_BATCH_QUADS = 700_000
"""Quads prepared at once: a million take 3 GB while they are projected."""
_EDITORIAL = NamedNode(GRAPH_EDITORIAL)


@dataclass(frozen=True)
class StoredGraph:
    """A generated graph: Dure's data folder, Oxigraph's, and the same quads as N-Quads."""

    folder: Path
    size: int

    @property
    def dure(self) -> Path:
        """The data folder of Dure."""
        return self.folder / "dure"

    @property
    def oxigraph(self) -> Path:
        """The database of `oxigraph serve`."""
        return self.folder / "oxigraph"

    @property
    def quads(self) -> Path:
        """All quads as N-Quads."""
        return self.folder / "quads.nq"

    @property
    def events(self) -> int:
        """How many events there are: `event-0` to `event-(events - 1)`."""
        return max(1, self.size // TRIPLES_PER_EVENT)

    @property
    def actors(self) -> int:
        """How many actors there are."""
        return max(10, self.events // 2)

    @property
    def places(self) -> int:
        """How many places there are."""
        return max(5, self.events // 100)


def cache_folder() -> Path:
    """Return where graphs and peers are kept unless the caller says otherwise."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(home) / "dure-benchmarks"


def stored_graph(size: int, cache: Path, oxigraph: Path | None) -> StoredGraph:
    """Return the graph of about `size` triples, built when the cache does not have it.

    Args:
        size: triples of the default graph, records and derived ones included, roughly.
        cache: folder of the cache.
        oxigraph: the `oxigraph` program that makes the peer's database; None: none is made.
    """
    code = Path(str(generator.__file__)).read_bytes()
    name = f"graph-{size}-{hashlib.sha256(code).hexdigest()[:8]}"
    graph = StoredGraph(cache / name, size)
    cache.mkdir(parents=True, exist_ok=True)
    _made(graph.dure, lambda folder: _load(size, folder))
    _made(graph.quads, lambda file: _dump(graph.dure, file))
    if oxigraph is not None:
        program = oxigraph
        _made(graph.oxigraph, lambda folder: _load_peer(program, graph.quads, folder))
    return graph


@contextmanager
def working_copy(graph: StoredGraph) -> Iterator[Path]:
    """Lend a copy of Dure's data folder that may be written to; it is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=graph.folder.parent) as folder:
        copy = Path(folder) / "data"
        shutil.copytree(graph.dure, copy)
        yield copy


def _made(place: Path, make: Callable[[Path], None]) -> None:
    """Make a file or folder under another name, and move it where it belongs when it is whole."""
    if place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f"{place.name}.unfinished")
    if unfinished.is_dir():
        shutil.rmtree(unfinished)
    unfinished.unlink(missing_ok=True)
    print(f"making {place}", file=sys.stderr)
    make(unfinished)
    unfinished.rename(place)


def _load(size: int, folder: Path) -> None:
    meta = CommitMeta(
        author="benchmark", message="generated", time=datetime(2026, 1, 1, tzinfo=UTC)
    )
    with Dataset.open(folder) as dataset:
        for number, batch in enumerate(_batches(generate(size)), start=1):
            print(f"  commit {number}: {len(batch):,} quads submitted", file=sys.stderr)
            dataset.commit(prepare(dataset, Submission(meta, batch)), meta, shapes=None)


def _batches(quads: Iterable[Quad]) -> Iterator[list[Quad]]:
    """Cut the generator's quads where one thing ends and the next begins."""
    batch: list[Quad] = []
    for quad in quads:
        begins = quad.predicate == RDF_TYPE and quad.graph_name == _EDITORIAL
        if begins and len(batch) >= _BATCH_QUADS:
            yield batch
            batch = []
        batch.append(quad)
    yield batch


def _dump(dure: Path, file: Path) -> None:
    with Dataset.open(dure, read_only=True) as dataset, file.open("wb") as out:
        out.writelines(f"{quad} .\n".encode() for quad in dataset.quads())


def _load_peer(oxigraph: Path, quads: Path, folder: Path) -> None:
    for command in (["load", "--file", str(quads)], ["optimize"]):
        subprocess.run(
            [str(oxigraph), command[0], "--location", str(folder), *command[1:]],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
