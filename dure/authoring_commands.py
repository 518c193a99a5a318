"""`dure data`: from authored files to the TriG that is loaded, and the checks that guard it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from curation.authored import read_folder
from curation.authoring import CompiledDocument, compile_folder
from curation.documents import Document, find
from curation.proofreading import proofread
from dure.options import notes

app = typer.Typer(
    help="The authored files of the bundled graph: compile and check them.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Option(help="Folder that holds authored/ and gets the TriG files.")]
Documents = Annotated[
    Path | None,
    typer.Option(
        envvar="DURE_DOCUMENTS",
        help="Folder with the source documents; without it only known passages compile.",
    ),
]


@app.command()
def build(folder: Folder = Path("data"), documents: Documents = None) -> None:
    """Compile the authored files into one TriG file per document; the same input, the same bytes.

    Example: dure data build --documents ../documents
    """
    for compiled in _compile(folder, documents):
        target = folder / f"{compiled.name}.trig"
        target.write_bytes(compiled.trig())
        notes.print(f"{target}: {len(compiled.entries)} assertions, {len(compiled.quads())} quads")


@app.command()
def check(
    names: Annotated[list[str] | None, typer.Argument(help="Documents, such as s001.")] = None,
    folder: Folder = Path("data"),
    documents: Documents = None,
) -> None:
    """Read the authored files against their documents: evidence, copied words, coverage.

    Example: dure data check s001 --documents ../documents
    """
    texts = _texts(folder, documents)
    found = 0
    for compiled in _compile(folder, documents):
        if names and compiled.name not in names:
            continue
        if compiled.sha256 not in texts:
            notes.print(f"{compiled.name}: the document is not at hand, evidence not checked")
            continue
        report = proofread(compiled, texts[compiled.sha256], list(texts.values()))
        for line in report.problems:
            typer.echo(line)
        found += len(report.problems)
        typer.echo(
            f"{compiled.name}: {len(compiled.entries)} assertions, "
            f"{report.coverage.share:.1%} of the text is cited"
        )
        for gap in report.coverage.gaps:
            typer.echo(f"{compiled.name}: {gap} is cited by nothing")
    raise typer.Exit(1 if found else 0)


def _texts(folder: Path, documents: Path | None) -> dict[str, Document]:
    """Return the documents at hand, by content hash."""
    if documents is None:
        return {}
    _, files = read_folder(folder / "authored")
    return find(documents, {str(file.source.get("sha256")) for file in files.values()})


def _compile(folder: Path, documents: Path | None) -> list[CompiledDocument]:
    built = [path.read_bytes() for path in sorted(folder.glob("*.trig"))]
    compiler, compiled = compile_folder(folder / "authored", _texts(folder, documents), built)
    for problem in compiler.problems:
        typer.echo(str(problem))
    if compiler.problems:
        notes.print(f"{len(compiler.problems)} problems; nothing was written", style="red")
        raise typer.Exit(1)
    return compiled
