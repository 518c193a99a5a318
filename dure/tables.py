"""Solutions on a screen: a table for people, CSV or JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from pyoxigraph import Literal, NamedNode
from rich.box import HEAVY_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graphstore.answer import Solutions
from graphstore.terms import Term
from ontology.namespaces import PREFIXES

_WIDE = 20_000


def screen() -> Console:
    """Return the console for output; where it is no terminal nothing is cut or wrapped."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, width=_WIDE, no_color=True)


def shown(term: Term | None) -> str:
    """Return a term as a person reads it: a CURIE, or the text of a literal.

    >>> shown(NamedNode("https://w3id.org/dure/concept/role/chair"))
    'role:chair'
    """
    if term is None:
        return ""
    if isinstance(term, NamedNode):
        for prefix, namespace in sorted(PREFIXES.items(), key=lambda item: -len(item[1])):
            if term.value.startswith(namespace):
                return f"{prefix}:{term.value[len(namespace) :]}"
        return term.value
    return term.value if isinstance(term, Literal) else str(term)


def table(solutions: Solutions, columns: Mapping[str, str] | None = None) -> Table:
    """Lay out solutions as a table.

    `columns` are the variables to show and their headings; None shows all. A column that has its
    labels in a companion (`actor` in `actorLabel`) shows them, and not the IRIs.
    """
    names = set(solutions.variables)
    chosen = columns if columns is not None else {name: name for name in solutions.variables}
    labelled = {name: f"{name}Label" for name in chosen if f"{name}Label" in names}
    companions = set(labelled.values()) if columns is not None else set()
    shown_columns = {
        name: chosen.get(labelled.get(name, ""), title)
        for name, title in chosen.items()
        if name not in companions
    }
    laid = Table(box=HEAVY_HEAD if sys.stdout.isatty() else None, header_style="bold")
    for title in shown_columns.values():
        laid.add_column(title, overflow="fold")
    for row in solutions:
        cells = []
        for name in shown_columns:
            label = row.get(labelled.get(name, name)) if columns is not None else None
            cells.append(Text(shown(row[name] if label is None else label)))
        laid.add_row(*cells)
    return laid
