"""`dure source`: the archive of source documents, from which quotations are shown."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from pyoxigraph import Literal, NamedNode, Quad
from rich.table import Table

from dure.options import DataFolder, archive, notes, opened
from dure.tables import screen
from graphstore.errors import FolderInUse
from ontology.namespaces import DCT, DURE, RDF, SCHEMA

app = typer.Typer(
    help="Source documents: put them into the archive, list them.", no_args_is_help=True
)


@app.command()
def add(
    files: Annotated[list[Path], typer.Argument(help="Documents, exactly as captured.")],
    data: DataFolder = None,
) -> None:
    """Put documents into the content-addressed archive, so that answers show quotations.

    A document is known by the SHA-256 of its bytes; the graph knows which it cites. A running
    service need not be stopped.

    Example: dure source add 001_article.txt
    """
    known = _cited(data)
    store = archive(data)
    for file in files:
        digest = store.add(file.read_bytes())
        if known is None:
            told = "is in the archive; the service that is running quotes it where it is cited"
        elif digest in known:
            told = f"is cited as {known[digest]}"
        else:
            told = "is cited by nothing yet"
        notes.print(f"{file}: {digest} {told}", markup=False)


@app.command("list")
def list_(data: DataFolder = None) -> None:
    """List the documents the graph cites and whether the archive holds them.

    Example: dure source list
    """
    store = archive(data)
    table = Table("document", "title", "sha256", "in the archive")
    with opened(data) as dataset:
        snapshots = dataset.quads(None, NamedNode(f"{RDF}type"), NamedNode(f"{DURE}Snapshot"))
        named = {q.subject for q in snapshots if isinstance(q.subject, NamedNode)}
        for snapshot in sorted(named, key=str):
            digest = _value(dataset.quads(snapshot, NamedNode(f"{SCHEMA}sha256")))
            title = _value(dataset.quads(snapshot, NamedNode(f"{DCT}title")))
            held = "yes" if store.get(digest) is not None else "no"
            table.add_row(_bare(snapshot), title, digest[:16], held)
    screen().print(table)


def _cited(data: Path | None) -> dict[str, str] | None:
    """Return what the graph cites by hash; None while a service has the graph in use."""
    try:
        with opened(data) as dataset:
            return {
                quad.object.value: str(quad.subject)
                for quad in dataset.quads(None, NamedNode(f"{SCHEMA}sha256"), None)
                if isinstance(quad.object, Literal)
            }
    except FolderInUse:
        return None


def _value(quads: Iterable[Quad]) -> str:
    return next((q.object.value for q in quads if isinstance(q.object, Literal)), "")


def _bare(node: object) -> str:
    return node.value if isinstance(node, NamedNode) else str(node)
