from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pyoxigraph import Store

from graphstore.dataset import Dataset
from graphstore.errors import StorageUnavailable, UnknownVersion
from graphstore.snapshots import Snapshots
from tests.graphstore.pools import commit


def size(path: Path) -> int:
    return len(Store.read_only(str(path)))


def settled(folder: Path, count: int) -> bool:
    """Wait until so many folders are left: they are removed in a thread."""
    for _ in range(500):
        if len(list(folder.iterdir())) == count:
            return True
        time.sleep(0.01)
    return False


@pytest.fixture(params=["disk", "memory"])
def dataset(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.open(tmp_path / "data" if request.param == "disk" else None) as dataset:
        yield dataset


def test_a_snapshot_is_of_the_head_and_made_once(dataset: Dataset) -> None:
    snapshots = Snapshots(dataset, None)
    assert snapshots.lease_now() is None
    with snapshots.lease() as empty:
        assert (empty.commit, empty.number, size(empty.path)) == ("0", 0, 0)
    commit(dataset, 0, 3)
    assert snapshots.lease_now() is None
    with snapshots.lease() as first, snapshots.lease() as second:
        assert dataset.head is not None
        assert (first.commit, first.number, size(first.path)) == (dataset.head.id, 1, 3)
        assert second is first
    lease = snapshots.lease_now()
    assert lease is not None
    lease.release()
    snapshots.close()
    snapshots.close()
    assert not snapshots.folder.exists()


def test_an_old_snapshot_stays_while_it_is_leased(dataset: Dataset) -> None:
    snapshots = Snapshots(dataset, None)
    commit(dataset, 0, 3)
    old = snapshots.lease()
    commit(dataset, 3, 5)
    with snapshots.lease() as new:
        assert size(new.path) == 5
        assert size(old.snapshot.path) == 3
    old.release()
    old.release()
    assert settled(snapshots.folder, 1)
    assert not old.snapshot.path.exists()
    snapshots.close()


def test_many_who_wait_share_one_snapshot(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset, ThreadPoolExecutor(8) as threads:
        snapshots = Snapshots(dataset, None)
        commit(dataset, 0, 3)
        barrier = threading.Barrier(8)

        def read() -> int:
            barrier.wait()
            with snapshots.lease() as snapshot:
                return size(snapshot.path)

        assert {item.result() for item in [threads.submit(read) for _ in range(8)]} == {3}
        assert snapshots.made <= 2  # who comes while one is being made waits for the next
        snapshots.close()


def test_snapshots_hold_what_was_acknowledged_under_a_stream_of_commits(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        snapshots = Snapshots(dataset, None)
        done = threading.Event()

        def write() -> None:
            number = 0
            while not done.is_set():
                commit(dataset, number, number + 1)
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        for _ in range(15):
            seen = dataset.count()[0]
            with snapshots.lease() as snapshot:
                assert size(snapshot.path) == snapshot.number >= seen
        done.set()
        writer.join()
        snapshots.close()


def test_some_staleness_can_be_allowed(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        commit(dataset, 0, 1)
        patient = Snapshots(dataset, tmp_path / "other", staleness_s=600)
        with patient.lease() as first:
            commit(dataset, 1, 2)
            with patient.lease() as second:
                assert second is first
        patient.close()


def test_a_snapshot_does_not_wait_for_a_commit_that_is_being_made(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        commit(dataset, 0, 1)
        snapshots = Snapshots(dataset, None)
        with dataset._writing, ThreadPoolExecutor(1) as other:  # as during a long validation
            lease = other.submit(snapshots.lease).result(30)
        assert lease.snapshot.number == 1
        snapshots.close()


def test_what_was_left_is_cleared_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "snapshots"
    for name in ("s7", "scratch2", "mine"):
        (folder / name).mkdir(parents=True)
        (folder / name / "file").touch()
    (folder / "s7.empty.nq").touch()
    with Dataset.open(tmp_path) as dataset:
        snapshots = Snapshots(dataset, None)
        assert [item.name for item in folder.iterdir()] == ["mine"]
        snapshots.lease().release()
        snapshots.close()
    assert [item.name for item in folder.iterdir()] == ["mine"]


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Dataset.open(None) as dataset, pytest.raises(StorageUnavailable):
        Snapshots(dataset, tmp_path / "file")


def test_a_dataset_open_for_reading_can_be_asked(tmp_path: Path) -> None:
    with Dataset.open(tmp_path / "data") as dataset:
        commit(dataset, 0, 3)
    with Dataset.open(tmp_path / "data", read_only=True) as dataset:
        snapshots = Snapshots(dataset, None)
        assert tmp_path not in snapshots.folder.parents
        with snapshots.lease() as snapshot:
            assert size(snapshot.path) == 3
        snapshots.close()


def test_snapshots_survive_a_rebuild(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        commit(dataset, 0, 3)
        snapshots = Snapshots(dataset, None)
        with snapshots.lease() as before:
            dataset.rebuild()
            commit(dataset, 3, 4)
            with snapshots.lease() as after:
                assert (size(before.path), size(after.path)) == (3, 4)
        snapshots.close()


def test_versions_are_kept_as_long_as_there_is_room(tmp_path: Path) -> None:
    with Dataset.open(tmp_path) as dataset:
        for number in range(6):
            commit(dataset, number, number + 1)
        snapshots = Snapshots(dataset, None, versions_kept=2)
        snapshots.lease().release()
        for number in (1, 2, 1, 3):
            with snapshots.lease_version(number) as version:
                assert (version.number, size(version.path)) == (number, number)
                assert version.commit == dataset.log.read(number).id
        kept = set()
        for number in range(7):
            lease = snapshots.lease_version_now(number)
            if lease is not None:
                lease.release()
                kept.add(number)
        assert kept == {1, 3, 6}
        assert settled(snapshots.folder, 3)
        with snapshots.lease_version(0) as version:
            assert (version.commit, size(version.path)) == ("0", 0)
        with pytest.raises(UnknownVersion):
            snapshots.lease_version(7)
        snapshots.close()
