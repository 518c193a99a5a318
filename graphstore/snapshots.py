"""Immutable states of the dataset on disk, for the query workers to read.

A snapshot is an Oxigraph database in a folder of its own, a checkpoint of hard links, made when
somebody asks and the head has moved since the last. Whoever reads one holds a *lease*; a folder
is removed when nobody does and it is not the newest. See
[snapshots](https://github.com/facebook/rocksdb/wiki/Checkpoints) of the engine's files.
"""

from __future__ import annotations

import contextlib
import re
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
from graphstore.log import CommitLog
from graphstore.versions import Base, build_version

EMPTY: Final = "0"
"""Stands for the commit of an empty dataset."""

_OURS: Final = re.compile(r"(?:s|scratch)\d+(?:\.empty\.nq)?")


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
        self.folder = _folder(dataset, folder)
        self.made = 0
        self._dataset = dataset
        self._staleness_s = staleness_s
        self._versions_kept = versions_kept
        self._changed = threading.Condition()
        self._newest: _Kept | None = None
        self._versions: dict[int, _Kept] = {}  # the latest used last
        self._making = False
        self._folders = 0
        self._closed = False
        self._remover = ThreadPoolExecutor(1, "snapshots")

    @property
    def head_number(self) -> int:
        """The number of the head commit, 0 when the dataset is empty."""
        head = self._dataset.head
        return head.number if head else 0

    @property
    def log(self) -> CommitLog:
        """The log that versions are made from."""
        return self._dataset.log

    # ---- the state of the head

    def lease(self) -> Lease:
        """Lease the state of the head, making a snapshot of it if there is none yet.

        It holds every commit acknowledged before the call, except those that the staleness
        setting allows to miss. Many callers at once wait for one snapshot.

        Raises:
            StorageUnavailable: it cannot be made.
        """
        wanted = self.head_number
        while True:
            lease = self.lease_now(wanted)
            if lease is not None:
                return lease
            self.refresh()

    def lease_now(self, wanted: int | None = None, *, stale: bool = True) -> Lease | None:
        """Lease the newest snapshot if it is new enough; never waits for one.

        Args:
            wanted: the number of the commit that it must hold, or be allowed to miss by the
                staleness setting; None: that of the head.
            stale: whether the staleness setting applies. What is to be committed must not be
                worked out on an old state.
        """
        number = self.head_number if wanted is None else wanted
        with self._changed:
            newest = self._newest
            if newest is None:
                return None
            age_s = time.monotonic() - newest.begun
            allowed = stale and age_s < self._staleness_s
            if newest.snapshot.number < number and not allowed:
                return None
            return self._hold(newest)

    def refresh(self) -> None:
        """Make a snapshot of the head, or wait until somebody who does so already is done.

        Raises:
            StorageUnavailable: it cannot be made.
        """
        with self._changed:
            if self._making:
                self._changed.wait()
                return
            self._making = True
        try:
            begun = time.monotonic()
            kept = _Kept(self._checkpoint(self.new_folder()), begun)
            with self._changed:
                former, self._newest = self._newest, kept
                self.made += 1
                self._remove_unless_used(former)
        finally:
            with self._changed:
                self._making = False
                self._changed.notify_all()

    # ---- older states

    def lease_version(self, number: int) -> Lease:
        """Lease the state after a commit, making it if it is not kept.

        Args:
            number: the number of the commit; 0: the state before the first.

        Raises:
            UnknownVersion: there is no commit of that number.
            LogCorrupt: it cannot be made.
        """
        lease = self.lease_version_now(number)
        if lease is not None:
            return lease
        bases = self.lease_all()
        try:
            target = self.new_folder()
            states = [Base(x.snapshot.path, x.snapshot.number, x.snapshot.commit) for x in bases]
            commit = build_version(self.log, number, target, states)
        finally:
            for base in bases:
                base.release()
        return self.keep_version(Snapshot(target, commit, number))

    def lease_version_now(self, number: int) -> Lease | None:
        """Lease the state after a commit if it is there."""
        with self._changed:
            newest = self._newest
            if newest is not None and newest.snapshot.number == number:
                return self._hold(newest)
            kept = self._versions.pop(number, None)
            if kept is None:
                return None
            self._versions[number] = kept
            return self._hold(kept)

    def lease_all(self) -> list[Lease]:
        """Lease all states that are there, to make another of them."""
        with self._changed:
            newest = [] if self._newest is None else [self._newest]
            return [self._hold(kept) for kept in (*newest, *self._versions.values())]

    def keep_version(self, snapshot: Snapshot) -> Lease:
        """Lease a state that was made in a folder of `new_folder`, and keep it among others.

        If that state is there meanwhile, it is leased and this one removed.
        """
        with self._changed:
            there = self._versions.get(snapshot.number)
            kept = _Kept(snapshot, time.monotonic())
            if there is not None:
                self._remove_unless_used(kept)
                return self._hold(there)
            self._versions[snapshot.number] = kept
            while len(self._versions) > self._versions_kept:
                oldest = next(iter(self._versions))
                if oldest == snapshot.number:
                    break
                self._remove_unless_used(self._versions.pop(oldest))
            return self._hold(kept)

    def new_folder(self) -> Path:
        """Return where a state may be made; the folder itself is not there yet."""
        with self._changed:
            self._folders += 1
            return self.folder / f"s{self._folders}"

    def new_scratch(self) -> Path:
        """Return where a worker may make a copy of a state; who asks removes it."""
        with self._changed:
            self._folders += 1
            return self.folder / f"scratch{self._folders}"

    def close(self) -> None:
        """Remove all snapshots, leased or not; doing so twice is no error."""
        with self._changed:
            self._closed = True
        self._remover.shutdown()
        if self.folder.is_dir():
            _clear(self.folder)
            with contextlib.suppress(OSError):  # somebody else has put something there
                self.folder.rmdir()

    # ---- how it is done

    def _checkpoint(self, path: Path) -> Snapshot:
        try:
            marker = self._dataset.checkpoint(path)
        except StorageUnavailable:
            # The engine may just have been replaced (`rebuild`), its files gone under our hands.
            _remove(path)
            marker = self._dataset.checkpoint(path)
        if marker is None:
            return Snapshot(path, EMPTY, 0)
        return Snapshot(path, marker.id, marker.number)

    def _hold(self, kept: _Kept) -> Lease:
        kept.leases += 1
        return Lease(self, kept)

    def _give_back(self, kept: _Kept) -> None:
        with self._changed:
            kept.leases -= 1
            if kept is not self._newest and kept is not self._versions.get(kept.snapshot.number):
                self._remove_unless_used(kept)

    def _remove_unless_used(self, kept: _Kept | None) -> None:
        if kept is not None and not kept.leases and not self._closed:
            self._remover.submit(_remove, kept.snapshot.path)


def _remove(path: Path) -> None:
    for item in path.parent.glob(f"{path.name}.*"):
        item.unlink(missing_ok=True)
    shutil.rmtree(path, ignore_errors=True)


def _clear(folder: Path) -> None:
    """Remove what was made here, now or by a service that did not end well."""
    for item in folder.iterdir():
        if _OURS.fullmatch(item.name):
            shutil.rmtree(item) if item.is_dir() else item.unlink()


def _folder(dataset: Dataset, folder: Path | None) -> Path:
    """Return where snapshots go, emptied."""
    if folder is None and (dataset.folder is None or dataset.read_only):
        return Path(tempfile.mkdtemp(prefix="dure-snapshots-"))
    place = folder if folder is not None else (dataset.folder or Path()) / "snapshots"
    try:
        place.mkdir(parents=True, exist_ok=True)
        _clear(place)
    except OSError as error:
        raise StorageUnavailable(f"cannot make snapshots in {place}: {error}") from error
    return place
