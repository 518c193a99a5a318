"""Solutions on a screen: a table for people, CSV or JSON for programs."""

from __future__ import annotations

import sys

from pyoxigraph import Literal, NamedNode
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


def table(solutions: Solutions) -> Table:
    """Lay out solutions as a table, one column a variable."""
    rows = [[row[name] for name in solutions.variables] for row in solutions]
    laid = Table(box=None if not sys.stdout.isatty() else Table().box, header_style="bold")
    for name in solutions.variables:
        laid.add_column(name, overflow="fold")
    for row in rows:
        laid.add_row(*(Text(shown(term)) for term in row))
    return laid
