from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from graphstore.archive import SourceArchive
from graphstore.errors import StorageUnavailable

TEXT = "두레 means\u00a0“shared work” 😀.\n"
DOCUMENT = TEXT.encode()
DIGEST = hashlib.sha256(DOCUMENT).hexdigest()


def test_a_document_is_kept_under_its_hash(tmp_path: Path) -> None:
    archive = SourceArchive(tmp_path / "sources")
    assert archive.get(DIGEST) is None
    assert list(archive) == []
    assert archive.add(DOCUMENT) == DIGEST
    assert archive.add(DOCUMENT) == DIGEST
    assert archive.get(DIGEST) == DOCUMENT
    assert list(SourceArchive(tmp_path / "sources")) == [DIGEST]
    files = [item for item in (tmp_path / "sources").rglob("*") if item.is_file()]
    assert [file.name for file in files] == [DIGEST]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 2, "두레"),
        (0, len(TEXT), TEXT),
        (7, 9, "s\u00a0"),
        (23, 24, "😀"),
        (5, 5, ""),
        (-1, 2, None),
        (3, 2, None),
        (0, len(TEXT) + 1, None),
    ],
)
def test_quotations_count_code_points(
    tmp_path: Path, start: int, end: int, expected: str | None
) -> None:
    archive = SourceArchive(tmp_path)
    archive.add(DOCUMENT)
    assert archive.quote(DIGEST, start, end) == expected


@pytest.mark.parametrize("digest", ["", "x", "../../etc/passwd", DIGEST.upper(), "0" * 64])
def test_what_is_not_here_is_none(tmp_path: Path, digest: str) -> None:
    archive = SourceArchive(tmp_path)
    archive.add(DOCUMENT)
    assert archive.get(digest) is None
    assert archive.quote(digest, 0, 1) is None


def test_a_document_that_is_no_longer_itself_is_not_here_and_can_be_added_again(
    tmp_path: Path,
) -> None:
    archive = SourceArchive(tmp_path)
    archive.add(DOCUMENT)
    (tmp_path / DIGEST[:2] / DIGEST).write_bytes(b"something else")
    assert archive.get(DIGEST) is None
    archive.add(DOCUMENT)
    assert archive.get(DIGEST) == DOCUMENT


def test_documents_that_are_not_text_are_not_quoted(tmp_path: Path) -> None:
    archive = SourceArchive(tmp_path)
    digest = archive.add(b"\xff\xfe\x00")
    assert archive.get(digest) == b"\xff\xfe\x00"
    assert archive.quote(digest, 0, 1) is None


def test_an_archive_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "sources").write_text("a file, not a folder")
    archive = SourceArchive(tmp_path / "sources")
    with pytest.raises(StorageUnavailable):
        archive.add(DOCUMENT)
