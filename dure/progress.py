"""Progress of long work, on standard error, so that output stays clean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dure.options import notes


@contextmanager
def steps() -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar for numbered steps; yields what is told (name, number, total) of each."""
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=notes) as progress:
        task = progress.add_task("", total=None)

        def told(name: str, number: int, total: int) -> None:
            progress.update(task, description=name, completed=number - 1, total=total)

        yield told
        total = progress.tasks[0].total
        if total:
            progress.update(task, completed=total)
