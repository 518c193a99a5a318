"""Immutable states of the dataset on disk, for the query workers to read.

A snapshot is an Oxigraph database in a folder of its own, a checkpoint of hard links, made when
somebody asks and the head has moved since the last. Whoever reads one holds a *lease*; a folder
is removed when nobody does and it is not the newest. See
[snapshots](https://github.com/facebook/rocksdb/wiki/Checkpoints) of the engine's files.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final

from graphstore.dataset import Dataset
from graphstore.errors import StorageUnavailable

EMPTY: Final = "0"
"""Stands for the commit of an empty dataset."""


@dataclass(frozen=True)
class Snapshot:
    """An immutable state of the dataset.

    `path` is a folder that Oxigraph opens read-only, `commit` the id and `number` the number of
    the commit whose state it is, "0" and 0 for the empty dataset.
    """

    path: Path
    commit: str
    number: int


@dataclass
class _Kept:
    """A snapshot, how many hold it, and when (monotonic) its making began."""

    snapshot: Snapshot
    begun: float
    leases: int = field(default=0)


class Lease:
    """The right to read a snapshot, until it is released; a context manager."""

    def __init__(self, snapshots: Snapshots, kept: _Kept) -> None:
        """Hold that snapshot; made by `Snapshots`."""
        self.snapshot = kept.snapshot
        self._snapshots = snapshots
        self._kept: _Kept | None = kept

    def release(self) -> None:
        """Give the right back; doing so twice is no error."""
        kept, self._kept = self._kept, None
        if kept is not None:
            self._snapshots._give_back(kept)

    def __enter__(self) -> Snapshot:
        """Return the snapshot."""
        return self.snapshot

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Release the lease."""
        self.release()


class Snapshots:
    """The snapshots of one dataset; safe for any number of threads.

    Args:
        dataset: what they are made of.
        folder: where they are; only snapshots are in it, and those left there are removed. On the
            dataset's file system they share its files. None: `snapshots` in the data folder, or
            a temporary folder if the dataset has none or is open for reading only.
        staleness_s: a commit made less than this many seconds ago may be missing in a snapshot.
        versions_kept: how many states of older commits are kept while nobody reads them.
    """

    def __init__(
        self,
        dataset: Dataset,
        folder: Path | None,
        *,
        staleness_s: float = 0.0,
        versions_kept: int = 4,
    ) -> None:
        """Clear the folder; nothing is made yet."""
        self._dataset = dataset
        self._staleness_s = staleness_s
        self._versions_kept = versions_kept
        self._changed = threading.Condition()
        self._newest: _Kept | None = None
        self._making = False
        self._count = 0
        self._remover = ThreadPoolExecutor(1, "snapshots")
        self.folder, self._temporary = _folder(dataset, folder)

    def lease(self) -> Lease:
        """Lease the state of the head, making a snapshot of it if there is none yet.

        It holds every commit acknowledged before the call, except those that the staleness
        setting allows to miss. Many callers at once wait for one snapshot.

        Raises:
            StorageUnavailable: it cannot be made.
        """
        wanted = self._head_number()
        while True:
            with self._changed:
                lease = self._fresh(wanted)
                if lease is not None:
                    return lease
                if self._making:
                    self._changed.wait()
                    continue
                self._making = True
            self._make()

    def lease_now(self) -> Lease | None:
        """Lease the state of the head if a snapshot of it is there; never waits for one."""
        with self._changed:
            return self._fresh(self._head_number())

    def close(self) -> None:
        """Remove all snapshots, leased or not."""
        self._remover.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _head_number(self) -> int:
        head = self._dataset.head
        return head.number if head else 0

    def _fresh(self, wanted: int) -> Lease | None:
        newest = self._newest
        if newest is None:
            return None
        recent = time.monotonic() - newest.begun <= self._staleness_s
        if newest.snapshot.number < wanted and not (self._staleness_s and recent):
            return None
        newest.leases += 1
        return Lease(self, newest)

    def _make(self) -> None:
        try:
            begun = time.monotonic()
            with self._changed:
                self._count += 1
                path = self.folder / f"s{self._count}"
            kept = _Kept(self._checkpoint(path), begun)
            with self._changed:
                former, self._newest = self._newest, kept
                if former is not None and not former.leases:
                    self._remove(former)
        finally:
            with self._changed:
                self._making = False
                self._changed.notify_all()

    def _checkpoint(self, path: Path) -> Snapshot:
        try:
            marker = self._dataset.checkpoint(path)
        except StorageUnavailable:
            # The engine may just have been replaced (`rebuild`), its files gone under our hands.
            shutil.rmtree(path, ignore_errors=True)
            marker = self._dataset.checkpoint(path)
        if marker is None:
            return Snapshot(path, EMPTY, 0)
        return Snapshot(path, marker.id, marker.number)

    def _give_back(self, kept: _Kept) -> None:
        with self._changed:
            kept.leases -= 1
            if not kept.leases and kept is not self._newest:
                self._remove(kept)

    def _remove(self, kept: _Kept) -> None:
        self._remover.submit(shutil.rmtree, kept.snapshot.path, ignore_errors=True)


def _folder(dataset: Dataset, folder: Path | None) -> tuple[Path, bool]:
    """Return where snapshots go, emptied, and whether the place is a temporary one."""
    if folder is None and (dataset.folder is None or dataset.read_only):
        return Path(tempfile.mkdtemp(prefix="dure-snapshots-")), True
    place = folder if folder is not None else (dataset.folder or Path()) / "snapshots"
    shutil.rmtree(place, ignore_errors=True)
    try:
        place.mkdir(parents=True)
    except OSError as error:
        raise StorageUnavailable(f"cannot make snapshots in {place}: {error}") from error
    return place, False
