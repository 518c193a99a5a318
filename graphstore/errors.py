"""Errors of the graph store, each a situation in one sentence, none of them knowing HTTP.

```
GraphStoreError
├ UnknownFormat (name)
├ RdfSyntaxError (line, column)
├ QuerySyntaxError (line, column)
├ UpdateSyntaxError (line, column)
├ RefusedQuery (reason)
│ └ RefusedUpdate
├ QueryTimeout (deadline_s)
├ QueryMemoryExceeded (limit_bytes)
├ QueryTooComplex
├ QueryCancelled (id)
├ QueryCrashed (reason)
├ TooManyQueries (waiting)
├ AnswerTooLarge (limit_bytes)
├ NoFormatForKind (kind, offered)
├ UpdateTooLarge (limit_quads)
├ UnknownVersion (text)
├ DatasetGivenTwice (line, column)
├ GraphExists (graph)
├ GraphNotFound (graph)
├ ResourceNotFound (iri)
├ DatasetReadOnly
├ ReservedGraph (graph)
├ NothingToCommit
├ HeadMoved (head)
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
    """Something the graph store was asked to do could not be done.

    `work_s` are the seconds of work that a query took until then, 0 where none did.
    """

    work_s: float = 0.0


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


class RefusedUpdate(RefusedQuery):
    """The update is well formed, but asks for something that updates may not do here."""


class QueryTimeout(GraphStoreError):
    """The query was stopped at its deadline, or its reader took the answer too slowly."""

    def __init__(self, deadline_s: float) -> None:
        """Say how many seconds of work the query was allowed."""
        self.deadline_s = deadline_s
        super().__init__(f"the query was stopped after its {deadline_s:g} s")


class QueryMemoryExceeded(GraphStoreError):
    """The query was stopped because it needed more memory than a query may have."""

    def __init__(self, limit_bytes: int) -> None:
        """Say how many bytes of memory a query may have."""
        self.limit_bytes = limit_bytes
        super().__init__(
            f"the query was stopped: it needed more than {_readable_bytes(limit_bytes)} of memory"
        )


class QueryTooComplex(GraphStoreError):
    """The engine ran out of stack: the query nests, chains or lists more than it can follow."""

    def __init__(self) -> None:
        """Say what that looks like."""
        super().__init__(
            "the query has more parts inside or after one another than the engine can follow "
            "(thousands of operators, alternatives, patterns or levels)"
        )


class QueryCancelled(GraphStoreError):
    """The query was stopped because its client or an administrator asked for that."""

    def __init__(self, id: str) -> None:
        """Say which query."""
        self.id = id
        super().__init__(f"the query {id} was cancelled")


class QueryCrashed(GraphStoreError):
    """The process that ran the query died of something that is no limit of ours."""

    def __init__(self, reason: str) -> None:
        """Say what is known about it."""
        self.reason = reason
        super().__init__(f"the query crashed: {reason}")


class TooManyQueries(GraphStoreError):
    """So many queries wait already, or one has waited so long, that it was not begun."""

    def __init__(self, waiting: int) -> None:
        """Say how many queries were waiting."""
        self.waiting = waiting
        super().__init__(f"too many queries: {waiting} are waiting")


class AnswerTooLarge(GraphStoreError):
    """The answer has more bytes than an answer may have."""

    def __init__(self, limit_bytes: int) -> None:
        """Say how many bytes an answer may have."""
        self.limit_bytes = limit_bytes
        super().__init__(f"the answer is larger than {_readable_bytes(limit_bytes)}")


class NoFormatForKind(GraphStoreError):
    """The client accepts no format that an answer of this kind can be written in."""

    def __init__(self, kind: str, offered: tuple[str, ...]) -> None:
        """Say the kind of answer ("solutions", "boolean", "graph") and the formats on offer."""
        self.kind = kind
        self.offered = offered
        super().__init__(f"the answer is a {kind}; on offer: {', '.join(offered)}")


class UpdateTooLarge(GraphStoreError):
    """The update would change more quads than one update may change."""

    def __init__(self, limit_quads: int) -> None:
        """Say how many quads an update may add and remove."""
        self.limit_quads = limit_quads
        super().__init__(f"the update would change more than {limit_quads} quads")


class UnknownVersion(GraphStoreError):
    """The log has no commit of that number or id, or none at or before that time."""

    def __init__(self, text: str) -> None:
        """Say what was asked for."""
        self.text = text
        super().__init__(f"no version {text!r}")


class DatasetGivenTwice(GraphStoreError):
    """The update names the graphs that it works on, and so does the request around it."""

    def __init__(self, line: int, column: int) -> None:
        """Say where the update does so, counted from 1."""
        self.line = line
        self.column = column
        super().__init__(
            f"line {line}, column {column}: an update with WITH, USING or USING NAMED takes no "
            "graphs from the request"
        )


class GraphExists(GraphStoreError):
    """The dataset has a graph of that name already."""

    def __init__(self, graph: str) -> None:
        """Say which graph."""
        self.graph = graph
        super().__init__(f"there is a graph {graph} already")


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


class HeadMoved(GraphStoreError):
    """Another commit came in between, so the changeset may not fit any more."""

    def __init__(self, head: str) -> None:
        """Say the id of the head commit now."""
        self.head = head
        super().__init__(f"the head is commit {head[:12]} now")


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


def _readable_bytes(count: int) -> str:
    """Return a number of bytes in the largest unit that it fills."""
    for unit, size in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= size:
            return f"{count / size:.4g} {unit}"
    return f"{count} bytes"
