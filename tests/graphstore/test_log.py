from __future__ import annotations

import hashlib
import tempfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from pyoxigraph import Quad

from graphstore.changeset import Changeset
from graphstore.errors import LogCorrupt, StorageUnavailable
from graphstore.log import Commit, CommitLog, CommitMeta
from tests.graphstore.strategies import META, adding, quad, removing, texts

FIRST, SECOND = quad("s", "p", "1"), quad("s", "p", "2", "g")


def fill(path: Path) -> CommitLog:
    log = CommitLog(path)
    log.append(adding(FIRST), META, quad_count=1, default_count=1)
    log.append(adding(SECOND), META, quad_count=2, default_count=1)
    log.append(removing(FIRST), META, quad_count=1, default_count=0)
    return log


def test_commits_are_numbered_chained_and_read_back(tmp_path: Path) -> None:
    meta = replace(META, source="doc", submission="urn:s1", report='{"conforms":true}')
    log = fill(tmp_path)
    log.append(adding(FIRST), meta, quad_count=2, default_count=1)
    commits = list(CommitLog(tmp_path))
    assert [commit.number for commit in commits] == [1, 2, 3, 4]
    assert [commit.previous for commit in commits] == [None, *(c.id for c in commits[:3])]
    assert [commit.quad_count for commit in commits] == [1, 2, 1, 2]
    assert [commit.default_count for commit in commits] == [1, 1, 0, 1]
    assert [(c.added_count, c.removed_count) for c in commits] == [(1, 0), (1, 0), (0, 1), (1, 0)]
    assert commits[2].changeset() == removing(FIRST)
    assert commits[3].meta == meta
    assert log.head == commits[3]
    assert len(log) == 4
    assert [commit.number for commit in log.since(2)] == [3, 4]
    assert log.verify() == []


def test_an_id_is_the_hash_of_the_file(tmp_path: Path) -> None:
    head = fill(tmp_path).head
    assert head is not None
    file = tmp_path / "000" / "000003.rdfp"
    assert head.path == file
    assert head.id == hashlib.sha256(file.read_bytes()).hexdigest()
    assert head.patch() == file.read_bytes()
    assert file.read_text().startswith('H version "1" .\nH commit "3"')


def test_headings_are_read_once_and_say_the_same(tmp_path: Path) -> None:
    log = fill(tmp_path)
    for commit in log:
        heading = log.heading(commit.number)
        assert (heading.time, heading.previous) == (commit.meta.time, commit.previous)
        assert (heading.added_count, heading.removed_count) == (
            commit.added_count,
            commit.removed_count,
        )
        assert log.heading(commit.number) is heading
    with pytest.raises(LogCorrupt):
        log.heading(4)
    log.file(1).write_bytes(b"nonsense")
    assert CommitLog(tmp_path).path == tmp_path
    with pytest.raises(LogCorrupt):
        CommitLog(tmp_path).heading(1)


def test_an_empty_log_has_no_head(tmp_path: Path) -> None:
    log = CommitLog(tmp_path / "new" / "log")
    assert log.head is None
    assert len(log) == 0
    assert list(log) == []
    assert log.verify() == []


def test_a_thousand_commits_to_a_folder(tmp_path: Path) -> None:
    log = CommitLog(tmp_path)
    assert log.file(999) == tmp_path / "000" / "000999.rdfp"
    assert log.file(1000) == tmp_path / "001" / "001000.rdfp"
    assert log.file(1_234_567) == tmp_path / "1234" / "1234567.rdfp"


def test_a_torn_file_is_cleared_away_by_a_writer_and_left_by_a_reader(tmp_path: Path) -> None:
    fill(tmp_path)
    torn = tmp_path / "000" / "000004.rdfp.tmp"
    torn.write_bytes(b'H version "1" .\nTX .\nA <a:')
    assert len(CommitLog(tmp_path, read_only=True)) == 3
    assert torn.exists()
    log = CommitLog(tmp_path)
    assert not torn.exists()
    assert log.append(adding(FIRST), META, quad_count=2, default_count=1).number == 4


@given(texts, texts)
def test_any_text_can_stand_in_a_commit(author: str, message: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        meta = replace(META, author=author, message=message)
        CommitLog(Path(folder)).append(adding(FIRST), meta, quad_count=1, default_count=1)
        assert CommitLog(Path(folder)).read(1).meta == meta


def test_times_need_a_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CommitMeta("ana", "x", datetime(2026, 1, 1))


def _rewrite(path: Path, number: int, old: bytes, new: bytes) -> None:
    file = path / "000" / f"{number:06}.rdfp"
    document = file.read_bytes()
    assert old in document
    file.write_bytes(document.replace(old, new))


@pytest.mark.parametrize(
    ("number", "old", "new", "problem"),
    [
        (1, b"<http://example.org/1>", b"<http://example.org/9>", (2, "predecessor")),
        (2, b'H author "ana"', b'H author "eve"', (3, "predecessor")),
        (3, b"D <http", b"A <http", (3, "size")),
        (2, b'H quads "2"', b'H quads "5"', (2, "count of quads")),
        (3, b"TC .\n", b"", (3, "changes cannot be read")),
        (3, b'H commit "3"', b'H commit "4"', (3, "says that it is commit 4")),
        (3, b'H version "1"', b'H version "2"', (3, "format version 2")),
        (3, b"H time", b"H tame", (3, "headers cannot be read")),
    ],
)
def test_tampering_is_found(
    tmp_path: Path, number: int, old: bytes, new: bytes, problem: tuple[int, str]
) -> None:
    log = fill(tmp_path)
    _rewrite(tmp_path, number, old, new)
    found = [(item.commit, item.reason) for item in log.verify()]
    assert any(commit == problem[0] and problem[1] in reason for commit, reason in found), found


def test_a_missing_commit_is_found(tmp_path: Path) -> None:
    log = fill(tmp_path)
    log.file(2).unlink()
    assert [(item.commit, item.reason) for item in log.verify()] == [(2, "its file is missing")]
    with pytest.raises(LogCorrupt, match="commit 2: its file is missing"):
        log.read(2)


def test_a_commit_that_was_changed_after_it_was_read_is_not_taken(tmp_path: Path) -> None:
    log = fill(tmp_path)
    commit = log.read(1)
    _rewrite(tmp_path, 1, b"example.org/1", b"example.org/9")
    with pytest.raises(LogCorrupt, match="changed since"):
        commit.changeset()
    commit.path.unlink()
    with pytest.raises(LogCorrupt, match="missing"):
        commit.patch()


def test_a_damaged_head_stops_the_opening(tmp_path: Path) -> None:
    fill(tmp_path)
    (tmp_path / "000" / "000003.rdfp").write_bytes(b"")
    with pytest.raises(LogCorrupt, match="commit 3"):
        CommitLog(tmp_path)


def test_a_log_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("a file, not a folder")
    with pytest.raises(StorageUnavailable):
        CommitLog(tmp_path / "log")


def test_a_commit_that_cannot_be_written_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    log = fill(tmp_path)
    head = log.head
    (tmp_path / "000" / "000004.rdfp.tmp").mkdir()
    with pytest.raises(StorageUnavailable, match="cannot write to the log"):
        log.append(adding(FIRST), META, quad_count=2, default_count=1)
    assert log.head is head
    (tmp_path / "000" / "000004.rdfp.tmp").rmdir()
    assert log.append(adding(FIRST), META, quad_count=2, default_count=1).number == 4


def test_equal_changes_give_equal_files(tmp_path: Path) -> None:
    quads = [quad("s", "p", str(number)) for number in range(50)]

    def made(folder: str, order: list[Quad]) -> Commit:
        log = CommitLog(tmp_path / folder)
        return log.append(Changeset(frozenset(order)), META, quad_count=50, default_count=50)

    assert made("one", quads).id == made("two", quads[::-1]).id
