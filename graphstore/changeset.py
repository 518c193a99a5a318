"""A changeset: the quads that one change adds to a dataset and removes from it.

The unit of every write; becomes one commit. See
[RDF 1.1 Datasets](https://www.w3.org/TR/rdf11-concepts/#section-dataset).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import pyoxigraph
from pyoxigraph import Quad, RdfFormat

_NONE: frozenset[Quad] = frozenset()


class QuadContainer(Protocol):
    """Anything that can say whether it holds a quad."""

    def contains(self, quad: Quad, /) -> bool:
        """Say whether the quad is there."""
        ...


@dataclass(frozen=True)
class Changeset:
    """Quads to add and quads to remove; a quad in both is there afterwards.

    >>> bool(Changeset())
    False
    """

    added: frozenset[Quad] = _NONE
    removed: frozenset[Quad] = _NONE

    def __bool__(self) -> bool:
        """Whether there is anything to add or remove."""
        return bool(self.added or self.removed)

    def __len__(self) -> int:
        """The number of quads to add and to remove."""
        return len(self.added) + len(self.removed)

    @cached_property
    def added_lines(self) -> list[bytes]:
        """The quads to add as N-Quads lines, in the order of their bytes."""
        return quad_lines(self.added)

    @cached_property
    def removed_lines(self) -> list[bytes]:
        """The quads to remove as N-Quads lines, in the order of their bytes."""
        return quad_lines(self.removed)

    def inverse(self) -> Changeset:
        """Return the changeset that undoes this one, exactly so when this one is effective."""
        return Changeset(self.removed, self.added)

    def effective(self, dataset: QuadContainer) -> Changeset:
        """Return the part of this changeset that changes that dataset.

        What is added is not yet there, what is removed is there, and nothing is in both.
        """
        added = frozenset(quad for quad in self.added if not dataset.contains(quad))
        removed = frozenset(
            quad for quad in self.removed if quad not in self.added and dataset.contains(quad)
        )
        return Changeset(added, removed)


def quad_lines(quads: Iterable[Quad]) -> list[bytes]:
    """Return quads as N-Quads lines, in the order of their bytes."""
    lines = pyoxigraph.serialize(quads, format=RdfFormat.N_QUADS)
    assert lines is not None  # no output was given, so the bytes are returned
    return sorted(lines.splitlines(keepends=True))
