"""Loading and asking: ours as ratios to bare pyoxigraph in this process, on the same quads.

Run: `python -m benchmarks.store --triples 100000 --triples 1000000 --runs 5`. Each run interleaves
ours and the floor; the table gives medians of ratios, with their range, because machines are noisy.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pyoxigraph import Quad, QuerySolutions, RdfFormat, Store, Variable

from benchmarks.generator import generate
from curation.bundled import vocabulary_quads
from curation.gate import Submission, prepare
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.log import CommitMeta
from graphstore.terms import Term
from queries.catalog import Catalog
from queries.errors import BadParameter
from queries.parameters import Parameter

Result = TypeVar("Result")
GENERATED = ("actor-1", "event-1", "place-1")


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--triples", type=int, action="append", help="size; may be repeated")
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    for size in chosen.triples or [100_000]:
        measure(size, chosen.runs)


def meta() -> CommitMeta:
    """Return the metadata of a benchmark's commit."""
    return CommitMeta(author="benchmark", message="load", time=datetime.now(UTC))


def measure(size: int, runs: int) -> None:
    """Print loading and asking at one size."""
    with Dataset.open(None) as empty:
        vocabulary = prepare(empty, Submission(meta(), vocabulary_quads())).added
        submitted = list(generate(size))
        took, whole = timed(lambda: prepare(empty, Submission(meta(), submitted)))
    quads = sorted(whole.added, key=str)
    default = sum(quad.graph_name.__class__.__name__ == "DefaultGraph" for quad in quads)
    print(f"\n## {default:,} triples in the default graph, {len(quads):,} quads in all\n")
    print(f"projection and derivation: {took:.2f} s ({len(quads) / took:,.0f} quads/s)\n")
    loading(quads, runs)
    asking([*quads, *vocabulary], runs)


def timed(job: Callable[[], Result]) -> tuple[float, Result]:
    """Return how long `job` took in seconds, and its result."""
    gc.collect()
    begun = time.perf_counter()
    result = job()
    return time.perf_counter() - begun, result


def loading(quads: list[Quad], runs: int) -> None:
    """Print the time from quads at hand to committed and queryable, against bulk_load."""
    ratios, ours, floor = [], [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            lines = "\n".join(f"{quad} ." for quad in quads).encode()

            def bare(lines: bytes = lines, folder: str = folder) -> Store:
                store = Store(f"{folder}/bare")
                store.bulk_load(lines, format=RdfFormat.N_QUADS)
                store.optimize()
                return store

            took_bare, store = timed(bare)
            del store
            with Dataset.open(Path(folder) / "ours") as dataset:
                changeset = Changeset(added=frozenset(quads))
                took, _ = timed(lambda: dataset.commit(changeset, meta(), shapes=None))  # noqa: B023
        ratios.append(took_bare / took)
        ours.append(took)
        floor.append(took_bare)
    print("| load | ours | bare bulk_load + optimize | ours, as a multiple of the floor's rate |")
    print("|---|---|---|---|")
    print(
        f"| logged, fsynced, queryable | {statistics.median(ours):.2f} s "
        f"| {statistics.median(floor):.2f} s | {spread(ratios)} |\n"
    )


def asking(quads: list[Quad], runs: int) -> None:
    """Print each catalogue question: through the catalogue, and its text in the bare engine."""
    catalog = Catalog.load()
    with tempfile.TemporaryDirectory() as folder:
        bare = Store(f"{folder}/bare")
        bare.bulk_extend(quads)
        bare.optimize()
        with Dataset.open(Path(folder) / "ours") as dataset:
            dataset.commit(Changeset(added=frozenset(quads)), meta(), shapes=None)
            print("| question | rows | ours, ms | engine alone, ms | ratio |")
            print("|---|---|---|---|---|")
            for question in catalog.questions:
                print(asked(catalog, dataset, bare, question.name, runs))


def asked(catalog: Catalog, dataset: Dataset, bare: Store, name: str, runs: int) -> str:
    """Return the table row of one question, asked with generated things for what it requires."""
    question = catalog[name]
    given = {}
    for parameter in question.parameters:
        if parameter.required:
            fitting = (v for v in (*GENERATED, parameter.example) if fits(parameter, v, dataset))
            value = next(fitting, None)
            if value is None:
                return f"| {name} | – | – | – | asks for things that are not generated |"
            given[parameter.name] = value
    bound = catalog.bindings(dataset, name, given)
    substitutions = {Variable(variable): term for variable, term in bound.items()}
    ratios, ours, floor = [], [], []
    rows = 0
    for _ in range(runs + 1):
        took, rows = timed(lambda: len(list(catalog.run(dataset, name, given))))
        took_bare, _ = timed(lambda: solutions(bare, question.text, substitutions))
        ours.append(took * 1000)
        floor.append(took_bare * 1000)
        ratios.append(took / took_bare)
    return (
        f"| {name} | {rows} | {statistics.median(ours[1:]):.1f} "
        f"| {statistics.median(floor[1:]):.1f} | {spread(ratios[1:])} |"
    )


def fits(parameter: Parameter, value: str | None, dataset: Dataset) -> bool:
    """Say whether a value can be given for a parameter."""
    try:
        return value is not None and bool(parameter.bindings(value, dataset, lambda name: []))
    except BadParameter:
        return False


def solutions(store: Store, text: str, substitutions: dict[Variable, Term]) -> int:
    """Ask the bare engine and read every solution; return how many there are."""
    found = store.query(text, substitutions=substitutions)
    if not isinstance(found, QuerySolutions):
        raise TypeError("a question of the catalogue is a SELECT query")
    return len(list(found))


def spread(ratios: list[float]) -> str:
    """Return the median of ratios with their range."""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"


if __name__ == "__main__":
    main()
