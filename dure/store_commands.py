"""The commands that work on the store: load, validate, log, export, rebuild, verify."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from pyoxigraph import DefaultGraph, Quad
from rich.table import Table

from curation.bundled import load_bundled
from curation.errors import CurationError
from curation.gate import Submission, preview, submit
from curation.integrity import verify as find_faults
from dure.options import DataFolder, OutputFile, archive, data_folder, notes, opened
from dure.progress import steps
from dure.tables import screen
from graphstore import formats
from graphstore.dataset import Dataset
from graphstore.errors import GraphStoreError, RdfSyntaxError
from graphstore.log import Commit, CommitMeta
from graphstore.validation import Shapes


class ReportFormat(StrEnum):
    """How a validation report is written."""

    TEXT = "text"
    TURTLE = "turtle"
    JSON = "json"


class Language(StrEnum):
    """A language that reports are written in."""

    EN = "en"
    KO = "ko"


class ExportFormat(StrEnum):
    """How the graph is exported."""

    TRIG = "trig"
    NQUADS = "nquads"
    TURTLE = "turtle"
    JSONLD = "jsonld"
    NTRIPLES = "ntriples"


Files = Annotated[list[Path], typer.Argument(help="RDF files; the ending tells the format.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    for command in (load, validate, export, log, rebuild, verify):
        app.command()(command)


def load(
    files: Annotated[
        list[Path] | None, typer.Argument(help="RDF files with evidence graphs; none: the bundled.")
    ] = None,
    data: DataFolder = None,
    author: Annotated[str, typer.Option(help="Who answers for this change.")] = "operator",
    message: Annotated[str | None, typer.Option("--message", "-m", help="Why.")] = None,
) -> None:
    """Pass files through the gate, each as one commit; without files, the bundled graph.

    A violation refuses the whole file and nothing of it is committed.

    Example: dure load evidence.trig --author "A. Curator" -m "Add the 2024 forum"
    """
    folder = data_folder(data)
    shapes = Shapes.load()
    store = archive(data)
    with opened(data, read_only=False) as dataset, steps() as told:
        if not files:
            commits = load_bundled(dataset, shapes=shapes, archive=store, progress=told)
        else:
            commits = []
            for number, file in enumerate(files, start=1):
                told(f"Load {file.name}", number, len(files))
                meta = CommitMeta(
                    author=author,
                    message=message or f"Load {file.name}",
                    time=datetime.now(UTC),
                    source=file.name,
                )
                try:
                    submission = Submission(meta, _read(file))
                    commits.append(submit(dataset, submission, shapes=shapes, archive=store))
                except (GraphStoreError, CurationError):
                    _tell(commits)
                    raise
    _tell(commits)
    if not commits:
        notes.print(f"{folder} holds the bundled graph already; nothing to load")


def validate(
    files: Files,
    data: DataFolder = None,
    format: Annotated[ReportFormat, typer.Option("--format", "-f")] = ReportFormat.TEXT,
    lang: Annotated[Language, typer.Option(help="Language of the sentences.")] = Language.EN,
) -> None:
    """Say what the gate would say to these files, and change nothing. Exit code 1: refused.

    The files are checked together, on top of the store of the data folder if there is one.

    Example: dure validate evidence.trig --format turtle
    """
    shapes = Shapes.load()
    quads = [quad for file in files for quad in _read(file)]
    meta = CommitMeta(author="validate", message="validate", time=datetime.now(UTC))
    folder = data_folder(data)
    where = folder if folder.exists() else None
    with Dataset.open(where, read_only=where is not None) as dataset:
        _, report = preview(dataset, Submission(meta, quads), shapes=shapes, archive=archive(data))
    if format is ReportFormat.TEXT:
        typer.echo(report.to_text(lang.value))
    elif format is ReportFormat.TURTLE:
        sys.stdout.buffer.write(report.to_turtle())
    else:
        typer.echo(json.dumps(json.loads(report.to_json()), ensure_ascii=False, indent=2))
    raise typer.Exit(0 if report.conforms else 1)


def export(
    format: Annotated[ExportFormat, typer.Option("--format", "-f")] = ExportFormat.TRIG,
    output: OutputFile = None,
    facts: Annotated[
        bool, typer.Option("--facts", help="Only the default graph: facts without evidence graphs.")
    ] = False,
    data: DataFolder = None,
) -> None:
    """Write the graph: TriG and N-Quads with evidence graphs, the others the facts alone.

    N-Quads come sorted, so that two equal graphs give equal files.

    Example: dure export --format nquads -o dure.nq
    """
    facts = facts or format not in (ExportFormat.TRIG, ExportFormat.NQUADS)
    with opened(data) as dataset:
        chunks = dataset.export(format.value, graph=DefaultGraph() if facts else None)
        if output is None:
            for chunk in chunks:
                sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            return
        part = output.with_name(output.name + ".part")
        with part.open("wb") as file:
            file.writelines(chunks)
        part.replace(output)
    notes.print(f"{output}: {output.stat().st_size} bytes")


def log(
    data: DataFolder = None,
    number: Annotated[int | None, typer.Argument(help="Show this commit with its patch.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List the commits, newest first; or show one as RDF Patch.

    Example: dure log 3
    """
    with opened(data) as dataset:
        if number is not None:
            if not 1 <= number <= len(dataset.log):
                notes.print(
                    f"dure: there is no commit {number}; the log holds {len(dataset.log)}",
                    style="red",
                )
                raise typer.Exit(1)
            sys.stdout.buffer.write(dataset.log.read(number).patch())
            return
        table = Table("commit", "id", "time", "author", "+", "-", "quads", "message", box=None)
        for commit in reversed(list(dataset.log)):
            if json_:
                typer.echo(json.dumps(_described(commit), ensure_ascii=False))
                continue
            table.add_row(
                str(commit.number),
                commit.id[:12],
                commit.meta.time.isoformat(timespec="seconds"),
                commit.meta.author,
                str(commit.added_count),
                str(commit.removed_count),
                str(commit.quad_count),
                commit.meta.message,
            )
    if not json_:
        screen().print(table)


def rebuild(data: DataFolder = None) -> None:
    """Make the engine again from the log alone, whatever state the engine is in.

    Example: dure rebuild --data dure-data
    """
    with opened(data, read_only=False, rebuild=True) as dataset:
        head = dataset.head
        notes.print(f"rebuilt up to commit {head.number if head else 0}")


def verify(data: DataFolder = None) -> None:
    """Check the hash chain, the counts, and that the facts are what the evidence says.

    Exit code 1: something is wrong; each finding is one line.

    Example: dure verify
    """
    with opened(data) as dataset:
        faults = find_faults(dataset, progress=lambda name: notes.print(f"checking: {name}"))
        head = dataset.head
    for fault in faults:
        typer.echo(f"{fault.check}: {fault.detail}")
    if faults:
        raise typer.Exit(1)
    count = head.quad_count if head else 0
    typer.echo(f"clean: {head.number if head else 0} commits, {count} quads")


def _tell(commits: Iterable[Commit]) -> None:
    for commit in commits:
        notes.print(f"commit {commit.number} {commit.id[:12]}: {commit.meta.message}", markup=False)


def _read(file: Path) -> list[Quad]:
    if formats.find_graph_format(file.suffix) is None:
        known = ", ".join(item.extension for item in formats.GRAPH_FORMATS)
        raise typer.BadParameter(f"{file}: the ending tells the format; known: {known}")
    try:
        return formats.parse_quads(file.read_bytes(), file.suffix)
    except RdfSyntaxError as error:
        message = f"{error.message} (in {file})"
        raise RdfSyntaxError(message, error.line, error.column) from error


def _described(commit: Commit) -> dict[str, object]:
    return {
        "number": commit.number,
        "id": commit.id,
        "previous": commit.previous,
        "time": commit.meta.time.isoformat(),
        "author": commit.meta.author,
        "message": commit.meta.message,
        "source": commit.meta.source,
        "submission": commit.meta.submission,
        "added": commit.added_count,
        "removed": commit.removed_count,
        "quads": commit.quad_count,
    }
