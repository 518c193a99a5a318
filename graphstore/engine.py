"""What an engine is: an index of the log that answers queries and says how far it has come.

The head marker, two statements in a graph of its own, is written in the same transaction as the
changes of the commit it names. An engine whose marker is behind the log gets the missing commits
again; applying a commit twice does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from pyoxigraph import Literal, NamedNode, Quad, Triple

from graphstore.answer import Answer, Solutions
from graphstore.changeset import Changeset
from graphstore.terms import GraphName, Subject, Term
from ontology.namespaces import DURE, GRAPH_HEAD

HEAD_GRAPH: Final = NamedNode(GRAPH_HEAD)
COMMIT_NUMBER: Final = NamedNode(f"{DURE}commitNumber")
COMMIT_ID: Final = NamedNode(f"{DURE}commitId")


@dataclass(frozen=True)
class Marker:
    """The last commit that an engine holds."""

    number: int
    id: str

    def quads(self) -> tuple[Quad, Quad]:
        """Return the marker as the quads that stand in the head graph."""
        return (
            Quad(HEAD_GRAPH, COMMIT_NUMBER, Literal(self.number), HEAD_GRAPH),
            Quad(HEAD_GRAPH, COMMIT_ID, Literal(self.id), HEAD_GRAPH),
        )


class Reader(Protocol):
    """A dataset that can be read: the live one or a candidate."""

    def query(
        self,
        text: str,
        *,
        default_graphs: Sequence[NamedNode] | None = None,
        named_graphs: Sequence[NamedNode] | None = None,
        base: str | None = None,
    ) -> Answer:
        """Answer a query of any form."""
        ...

    def select(self, text: str, bindings: Mapping[str, Term] = ...) -> Solutions:
        """Answer a SELECT query."""
        ...

    def ask(self, text: str, bindings: Mapping[str, Term] = ...) -> bool:
        """Answer an ASK query."""
        ...

    def construct(self, text: str, bindings: Mapping[str, Term] = ...) -> list[Triple]:
        """Answer a CONSTRUCT or DESCRIBE query."""
        ...

    def quads(
        self,
        subject: Subject | None = None,
        predicate: NamedNode | None = None,
        object: Term | None = None,
        graph: GraphName | None = None,
    ) -> Iterator[Quad]:
        """Yield the quads that match."""
        ...

    def contains(self, quad: Quad, /) -> bool:
        """Say whether the quad is there."""
        ...


class Candidate(Reader, Protocol):
    """The dataset as it would be, to be looked at and thrown away or adopted."""

    def change(self, changeset: Changeset) -> None:
        """Apply a changeset to the candidate."""
        ...


class Engine(Reader, Protocol):
    """A store that holds the dataset and knows which commit it is at."""

    def marker(self) -> Marker | None:
        """Return the last commit that the engine holds, None when it holds none."""
        ...

    def apply(self, changeset: Changeset, marker: Marker) -> None:
        """Apply a commit; readers see all of it or nothing."""
        ...

    def recount(self) -> tuple[int, int]:
        """Count all quads and those of the default graph, the head marker left out."""
        ...

    def candidate(self) -> AbstractContextManager[Candidate]:
        """Return a copy of the dataset to be changed and thrown away."""
        ...
