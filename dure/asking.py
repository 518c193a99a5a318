"""`dure query` and `dure ask`: answers as tables for people, CSV or JSON for programs."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dure.options import DataFolder, notes, opened
from dure.tables import screen, table
from graphstore.answer import Answer
from queries.catalog import Catalog


class ResultFormat(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    TSV = "tsv"
    XML = "xml"
    TURTLE = "turtle"
    NTRIPLES = "ntriples"
    JSONLD = "jsonld"


Format = Annotated[ResultFormat, typer.Option("--format", "-f", help="How to write the answer.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command()(query)
    app.command()(ask)


def query(
    text: Annotated[
        str | None, typer.Argument(help="SPARQL query; '-' reads it from input.")
    ] = None,
    file: Annotated[Path | None, typer.Option("--file", help="Read the query from a file.")] = None,
    format: Format = ResultFormat.TABLE,
    data: DataFolder = None,
) -> None:
    """Run a SPARQL query.

    Example: dure query 'SELECT ?what { ?what a <https://w3id.org/dure/ontology#Declaration> }'
    """
    if (text is None) == (file is None):
        raise typer.BadParameter("give the query as an argument or with --file")
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise typer.BadParameter(f"{file} is not UTF-8") from error
    elif text == "-":
        text = sys.stdin.read()
    with opened(data) as dataset:
        write(dataset.query(text or ""), format)


def ask(
    name: Annotated[str | None, typer.Argument(help="Name of a question; none lists all.")] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", "-p", help="A parameter, as name=value.")
    ] = None,
    format: Format = ResultFormat.TABLE,
    show: Annotated[bool, typer.Option("--show", help="Show the question only.")] = False,
    data: DataFolder = None,
) -> None:
    """Ask a question of the catalogue.

    Tables show labels; the other formats hold the IRIs and the parameters as well.

    Example: dure ask co-organisers --param eventType=training
    """
    catalog = Catalog.load()
    if name is None:
        listed = Table("question", "what it answers", "parameters", box=None)
        for question in catalog.questions:
            names = ", ".join(parameter.name for parameter in question.parameters)
            listed.add_row(question.name, question.summary["en"], names)
        screen().print(listed)
        return
    question = catalog[name]
    if show:
        typer.echo(question.text)
        return
    pairs = [given.partition("=") for given in param or ()]
    if any(not separator for _, separator, _ in pairs):
        raise typer.BadParameter("write a parameter as name=value", param_hint="--param")
    given = {key: value for key, _, value in pairs}
    with opened(data) as dataset:
        if format is ResultFormat.TABLE:
            columns = {column.name: column.title["en"] for column in question.columns}
            show_table(table(catalog.run(dataset, name, given), columns))
        else:
            write(catalog.answer(dataset, name, given), format)


def show_table(laid: Table) -> None:
    """Print a table, and how many rows it has on standard error."""
    screen().print(laid)
    notes.print(f"{laid.row_count} rows", style="dim")


def write(answer: Answer, format: ResultFormat) -> None:
    """Write an answer to standard output in the format asked for."""
    if format is ResultFormat.TABLE:
        if answer.kind == "solutions":
            show_table(table(answer.solutions))
            return
        if answer.kind == "boolean":
            typer.echo("yes" if answer.boolean else "no")
            return
        format = ResultFormat.TURTLE
    known = [item.name for item in answer.formats]
    if format.value not in known:
        raise typer.BadParameter(
            f"this answer is written as {', '.join(known)}", param_hint="--format"
        )
    for chunk in answer.write(format.value):
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()
