"""A process that commits until it is killed, saying of each commit when it is acknowledged.

Run as `python -m tests.graphstore.committing FOLDER`. Every third commit takes the way of large
changesets. Commit n adds the quad that `expected_quads(n)` ends with and, now and then, removes
the one of three commits before.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pyoxigraph import Quad

from graphstore import dataset as dataset_module
from graphstore import embedded
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from tests.graphstore.strategies import META, quad


def change(number: int) -> Changeset:
    size = 20 if number % 3 else 60
    added = frozenset(quad(f"s{number}", "p", f"o{item}") for item in range(size))
    added |= {quad(f"s{number}", "p", "in-a-graph", f"g{number % 4}")}
    gone = number - 3
    removed = frozenset({quad(f"s{gone}", "p", "in-a-graph", f"g{gone % 4}")} if gone > 0 else ())
    return Changeset(added, removed)


def expected_quads(number: int) -> set[Quad]:
    quads: set[Quad] = set()
    for step in range(1, number + 1):
        made = change(step)
        quads = (quads - made.removed) | made.added
    return quads


def main(folder: Path) -> None:
    for module in (embedded, dataset_module):
        vars(module)["BULK_QUADS"] = 50
    with Dataset.open(folder) as dataset:
        print("ready", flush=True)
        while True:
            number = len(dataset.log) + 1
            commit = dataset.commit(change(number), META, shapes=None)
            print(commit.number, commit.id, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
