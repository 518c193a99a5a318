"""What is worth remembering as long as the head commit stays: labels, names, orders of lists.

A `Memory` belongs to one commit and one state of the source archive and is thrown away with them,
so nothing in it is ever stale.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from graphstore.archive import SourceArchive
from graphstore.dataset import Dataset

T = TypeVar("T")

# Entries per kind of small lookup; at some 300 bytes each this bounds a kind at 15 MB.
_LOOKUPS = 50_000

# A document that comes into the archive is seen after this time: listing it costs file accesses.
_LISTING_AGE_S = 1.0


class Memory:
    """Values computed from one commit of a dataset."""

    def __init__(self, state: tuple[str, str]) -> None:
        """Begin empty for this commit and state of the archive."""
        self.state = state
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

    def lookup(self, kind: str, key: Hashable, make: Callable[[], T], *, room: int = _LOOKUPS) -> T:
        """Return what `make` gives for `key`, kept among the lookups of `kind` while there is room.

        Two threads may make the same value at once; either is right.
        """
        kept = self._lookups.setdefault(kind, {})
        if key in kept:
            return cast(T, kept[key])
        value = make()
        if len(kept) < room:
            kept[key] = value
        return value


class Memories:
    """The memory of what a dataset and an archive hold now."""

    def __init__(self, dataset: Dataset, archive: SourceArchive) -> None:
        """Follow the head of `dataset` and the content of `archive`."""
        self._dataset = dataset
        self._archive = archive
        self._current = Memory(("", ""))
        self._listed: tuple[float, str] = (-_LISTING_AGE_S, "")

    def current(self) -> Memory:
        """Return the memory of the present state, empty when that has changed."""
        state = (head_id(self._dataset), self.archived())
        if self._current.state != state:
            self._current = Memory(state)
        return self._current

    def archived(self) -> str:
        """Return a text that changes when documents come into the archive or leave it."""
        now = time.monotonic()
        if now - self._listed[0] >= _LISTING_AGE_S:
            digest = hashlib.sha256("".join(self._archive).encode()).hexdigest()[:12]
            self._listed = (now, digest)
        return self._listed[1]


def head_id(dataset: Dataset) -> str:
    """Return the id of the head commit; "0" for an empty dataset."""
    return dataset.head.id if dataset.head else "0"
