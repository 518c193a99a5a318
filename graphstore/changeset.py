"""A changeset: the quads that one change adds to a dataset and removes from it.

The unit of every write; becomes one commit. See
[RDF 1.1 Datasets](https://www.w3.org/TR/rdf11-concepts/#section-dataset).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from pyoxigraph import Quad

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
