from __future__ import annotations

import os
from pathlib import Path

import pytest

from graphstore.errors import StorageUnavailable
from graphstore.lock import FolderLock


def test_one_writer_alone(tmp_path: Path) -> None:
    lock = FolderLock(tmp_path, shared=False)
    for shared in (True, False):
        with pytest.raises(StorageUnavailable) as raised:
            FolderLock(tmp_path, shared=shared)
        assert str(tmp_path) in str(raised.value)
        assert f"process {os.getpid()}" in str(raised.value)
        assert "stop it" in str(raised.value)
    lock.release()
    lock.release()
    FolderLock(tmp_path, shared=False).release()


def test_readers_together_and_no_writer_beside_them(tmp_path: Path) -> None:
    readers = [FolderLock(tmp_path, shared=True) for _ in range(3)]
    with pytest.raises(StorageUnavailable):
        FolderLock(tmp_path, shared=False)
    for reader in readers:
        reader.release()
    FolderLock(tmp_path, shared=False).release()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StorageUnavailable, match="cannot use the data folder"):
        FolderLock(tmp_path / "none", shared=True)
