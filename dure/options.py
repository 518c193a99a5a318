"""Options that several commands share, and how they are read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from api.settings import Settings
from graphstore.archive import SourceArchive
from graphstore.dataset import Dataset

DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data", help="Folder of the store and its log; DURE_DATA, or dure-data, if not given."
    ),
]
OutputFile = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write to this file, not to the screen.")
]

notes = Console(stderr=True, highlight=False, soft_wrap=True)


def data_folder(data: Path | None) -> Path:
    """Return the folder given, or the one from the settings."""
    return data if data is not None else Settings().data


@contextmanager
def opened(
    data: Path | None, *, read_only: bool = True, rebuild: bool = False
) -> Iterator[Dataset]:
    """Open the dataset of the data folder; a folder without one is told as such."""
    folder = data_folder(data)
    needed = folder / "log" if rebuild else folder
    if (read_only or rebuild) and not needed.exists():
        notes.print(
            f"dure: there is no store in {folder}. 'dure load' makes one with the bundled graph.",
            style="red",
            markup=False,
        )
        raise typer.Exit(1)
    with Dataset.open(folder, read_only=read_only, rebuild=rebuild) as dataset:
        yield dataset


def archive(data: Path | None) -> SourceArchive:
    """Return the archive of source documents of the data folder."""
    return SourceArchive(data_folder(data) / "sources")
