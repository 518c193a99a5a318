"""The first graph: the vocabulary and what the five documents say, through the same gate as all.

The vocabulary is the first commit, each document one more. Loading is resumable: what the log
already holds is not loaded again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files

from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, parse

from curation.gate import Submission, submit
from curation.identifiers import submission_iri
from graphstore.archive import SourceArchive
from graphstore.dataset import Dataset, Progress
from graphstore.log import Commit, CommitMeta
from graphstore.validation import Shapes
from ontology import resources
from ontology.namespaces import DCT, GRAPH_CONCEPTS, GRAPH_ONTOLOGY

AUTHOR = "The editors of Dure"


def bundled_files() -> dict[str, bytes]:
    """Return the TriG file of each document, by name (`s000` …), in order."""
    folder = files("data")
    found = {item.name: item for item in folder.iterdir() if item.name.endswith(".trig")}
    return {name.removesuffix(".trig"): found[name].read_bytes() for name in sorted(found)}


def vocabulary_quads() -> list[Quad]:
    """Return the ontology and the concept schemes, each in its graph."""
    quads = [
        Quad(q.subject, q.predicate, q.object, NamedNode(GRAPH_ONTOLOGY))
        for q in parse(resources.ontology_turtle(), format=RdfFormat.TURTLE)
    ]
    for content in resources.concept_files().values():
        quads += (
            Quad(q.subject, q.predicate, q.object, NamedNode(GRAPH_CONCEPTS))
            for q in parse(content, format=RdfFormat.TURTLE)
        )
    return quads


def load_bundled(
    dataset: Dataset,
    *,
    shapes: Shapes | None,
    archive: SourceArchive | None = None,
    progress: Progress | None = None,
) -> list[Commit]:
    """Load vocabulary and documents, one commit each; skip what the log already holds.

    `progress` is told the name of the step, its number and how many there are. Returns the new
    commits. Raises what `curation.gate.submit` raises; the commits before stay.
    """
    steps: list[tuple[str, str, list[Quad]]] = [
        ("vocabulary", "Load the ontology and the concept schemes", vocabulary_quads())
    ]
    for name, content in bundled_files().items():
        quads = list(parse(content, format=RdfFormat.TRIG))
        steps.append((name, f"Load document {name}: {_title(quads)}", quads))
    present = {commit.meta.submission for commit in dataset.log}
    commits = []
    for number, (name, message, quads) in enumerate(steps, start=1):
        submission = submission_iri(f"bundled-{name}").value
        if progress:
            progress(message, number, len(steps))
        if submission in present:
            continue
        meta = CommitMeta(
            author=AUTHOR,
            message=message,
            time=datetime.now(UTC),
            source=name,
            submission=submission,
        )
        commits.append(submit(dataset, Submission(meta, quads), shapes=shapes, archive=archive))
    return commits


def _title(quads: list[Quad]) -> str:
    title = NamedNode(f"{DCT}title")
    titles = [
        (quad.object.language != "en", quad.object.value)
        for quad in quads
        if quad.predicate == title
        and isinstance(quad.object, Literal)
        and isinstance(quad.graph_name, DefaultGraph)
    ]
    return min(titles, default=(True, "untitled"))[1]
