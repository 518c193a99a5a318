"""Errors of the graph store, each a situation in one sentence, none of them knowing HTTP.

```
GraphStoreError
├ UnknownFormat (name)
├ RdfSyntaxError (line, column)
├ QuerySyntaxError (line, column)
├ UpdateSyntaxError (line, column)
├ RefusedQuery (reason)
├ GraphNotFound (graph)
├ ResourceNotFound (iri)
├ DatasetReadOnly
├ ReservedGraph (graph)
├ NothingToCommit
├ DataNotConforming (report)
├ ShapesNotUsable
├ StorageUnavailable
│ └ FolderInUse
└ LogCorrupt (commit, reason)
```
"""

# The names say situations, as docs/ and the problem types do; a suffix "Error" would add nothing.

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstore.validation import ValidationReport


class GraphStoreError(Exception):
    """Something the graph store was asked to do could not be done."""


class UnknownFormat(GraphStoreError):
    """The format is none of those that the service reads or writes."""

    def __init__(self, name: str, known: tuple[str, ...] = ()) -> None:
        """Say which name, and which ones there are."""
        self.name = name
        hint = f"; known: {', '.join(known)}" if known else ""
        super().__init__(f"unknown format {name!r}{hint}")


class _SyntaxProblem(GraphStoreError):
    """A text does not follow its grammar, at a place that is known or not."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        """Say what is wrong, and where, counted from 1."""
        self.message = message
        self.line = line
        self.column = column
        place = "" if line is None else f"line {line}, column {column}: "
        super().__init__(f"{place}{message}")


class RdfSyntaxError(_SyntaxProblem):
    """The RDF document does not follow the syntax of its format."""


class QuerySyntaxError(_SyntaxProblem):
    """The query is not SPARQL."""


class UpdateSyntaxError(_SyntaxProblem):
    """The update is not SPARQL Update."""


class RefusedQuery(GraphStoreError):
    """The query is SPARQL, but asks for something the service does not do."""

    def __init__(self, reason: str, line: int | None = None, column: int | None = None) -> None:
        """Say why, and where in the text, counted from 1."""
        self.reason = reason
        self.line = line
        self.column = column
        super().__init__(reason)


class GraphNotFound(GraphStoreError):
    """The dataset has no graph of that name."""

    def __init__(self, graph: str) -> None:
        """Say which graph."""
        self.graph = graph
        super().__init__(f"no graph {graph}")


class ResourceNotFound(GraphStoreError):
    """The dataset says nothing about that resource."""

    def __init__(self, iri: str) -> None:
        """Say which resource."""
        self.iri = iri
        super().__init__(f"nothing is known about {iri}")


class DatasetReadOnly(GraphStoreError):
    """The dataset was opened for reading only."""


class ReservedGraph(GraphStoreError):
    """The graph belongs to the store itself and cannot be written."""

    def __init__(self, graph: str) -> None:
        """Say which graph."""
        self.graph = graph
        super().__init__(f"the graph {graph} is kept by the store and cannot be written")


class NothingToCommit(GraphStoreError):
    """The changeset changes nothing: everything it adds is there, nothing it removes is."""


class DataNotConforming(GraphStoreError):
    """The dataset would violate its shapes after this change, so nothing was changed."""

    def __init__(self, report: ValidationReport) -> None:
        """Say what is violated."""
        self.report = report
        count = len(report.violations)
        super().__init__(f"{count} violation{'' if count == 1 else 's'} of the shapes")


class ShapesNotUsable(GraphStoreError):
    """The shapes graph is not one that can be validated with."""


class StorageUnavailable(GraphStoreError):
    """The data folder cannot be read or written now."""


class FolderInUse(StorageUnavailable):
    """Another process has the data folder in use."""


class LogCorrupt(GraphStoreError):
    """A commit in the log is missing, damaged or out of the chain."""

    def __init__(self, commit: int, reason: str) -> None:
        """Say which commit, and what is wrong with it."""
        self.commit = commit
        self.reason = reason
        super().__init__(f"commit {commit}: {reason}")
