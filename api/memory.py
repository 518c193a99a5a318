"""What is worth remembering as long as the head commit stays: labels, names, orders of lists.

A `Memory` belongs to one commit and is thrown away with it, so nothing in it is ever stale.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from graphstore.dataset import Dataset

T = TypeVar("T")

# Entries per kind of small lookup; at some 300 bytes each this bounds a kind at 15 MB.
_LOOKUPS = 50_000


class Memory:
    """Values computed from one commit of a dataset."""

    def __init__(self, commit: str) -> None:
        """Begin empty for the commit with this id."""
        self.commit = commit
        self._values: dict[Hashable, object] = {}
        self._lookups: dict[str, dict[Hashable, object]] = {}
        self._lock = threading.RLock()

    def once(self, name: Hashable, make: Callable[[], T]) -> T:
        """Return the value called `name`, made by `make` at the first call."""
        if name not in self._values:
            with self._lock:
                if name not in self._values:
                    self._values[name] = make()
        return cast(T, self._values[name])

    def lookup(self, kind: str, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` gives for `key`, kept among the lookups of `kind` while there is room.

        Two threads may make the same value at once; either is right.
        """
        kept = self._lookups.setdefault(kind, {})
        if key in kept:
            return cast(T, kept[key])
        value = make()
        if len(kept) < _LOOKUPS:
            kept[key] = value
        return value


class Memories:
    """The memory of a dataset's head commit."""

    def __init__(self, dataset: Dataset) -> None:
        """Follow the head of `dataset`."""
        self._dataset = dataset
        self._current = Memory("")

    def current(self) -> Memory:
        """Return the memory of the head commit, empty when the head has moved."""
        commit = head_id(self._dataset)
        if self._current.commit != commit:
            self._current = Memory(commit)
        return self._current


def head_id(dataset: Dataset) -> str:
    """Return the id of the head commit; "0" for an empty dataset."""
    return dataset.head.id if dataset.head else "0"
