"""The commit log: every change ever made, in order, each chained to the one before by its hash.

One file per commit, `000/000001.rdfp`: an [RDF Patch](https://afs.github.io/rdf-patch/) whose
headers carry who, when, why and the counts of quads afterwards. A commit's id is the SHA-256 of
its file's bytes; the header `prev` holds its predecessor's id, so that no commit can be changed,
dropped or put in without the chain showing it. A file is written under another name, fsynced and
renamed, and the folder fsynced: a commit is there whole or not at all.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from pyoxigraph import Literal, NamedNode

from graphstore.changeset import Changeset
from graphstore.errors import GraphStoreError, LogCorrupt, RdfSyntaxError, StorageUnavailable
from graphstore.patch import read_headers, read_patch, write_patch

FORMAT_VERSION: Final = "1"
_COMMITS_PER_FOLDER = 1000
_NOT_THE_NEXT = "its predecessor is not the commit before it"
_NAME = re.compile(r"(\d{6,})\.rdfp")
_XSD = "http://www.w3.org/2001/XMLSchema#"


@dataclass(frozen=True)
class CommitMeta:
    """What a commit says about itself.

    `time` has a time zone; `source` names what the data came from, `submission` the submission
    that was accepted, `report` is the validation report as JSON; each None where there is none.
    """

    author: str
    message: str
    time: datetime
    source: str | None = None
    submission: str | None = None
    report: str | None = None

    def __post_init__(self) -> None:
        """Refuse a time without a time zone, which would mean another time elsewhere."""
        if self.time.tzinfo is None:
            raise ValueError("the time of a commit needs a time zone")


@dataclass(frozen=True)
class Commit:
    """One commit as the log holds it; its changes are read from the file when asked for.

    `previous` is the id of the commit before, None for the first. `quad_count` and
    `default_count` are the quads in the dataset and in its default graph after this commit,
    `added_count` and `removed_count` the size of its changeset.
    """

    number: int
    id: str
    previous: str | None
    meta: CommitMeta
    quad_count: int
    default_count: int
    added_count: int
    removed_count: int
    path: Path = field(repr=False, compare=False)

    def changeset(self) -> Changeset:
        """Read the quads that this commit added and removed.

        Raises:
            LogCorrupt: the file is not what it was when the commit was made.
        """
        document = _read(self.path, self.number)
        if hashlib.sha256(document).hexdigest() != self.id:
            raise LogCorrupt(self.number, "the file has changed since the commit was read")
        return _changes(document, self.number)

    def patch(self) -> bytes:
        """Return the commit's file: an RDF Patch with headers."""
        return _read(self.path, self.number)


@dataclass(frozen=True)
class Heading:
    """What the first lines of a commit's file say: when, after which commit, how many quads."""

    time: datetime
    previous: str | None
    added_count: int
    removed_count: int


class CommitLog:
    """The commits in one folder.

    Args:
        path: the folder, made when missing unless `read_only`.

    Raises:
        StorageUnavailable: the folder cannot be made or listed.
        LogCorrupt: the last commit cannot be read.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open the log, clearing away what a crash left half written."""
        self._path = path
        try:
            if not read_only:
                path.mkdir(parents=True, exist_ok=True)
                for torn in path.glob("*/*.tmp"):
                    torn.unlink()
            last = self._last_number()
        except OSError as error:
            raise StorageUnavailable(f"cannot open the log {path}: {error}") from error
        self._head = self.read(last) if last else None
        self._headings: dict[int, Heading] = {}

    @property
    def path(self) -> Path:
        """The folder of the log."""
        return self._path

    @property
    def head(self) -> Commit | None:
        """The last commit, None when there is none."""
        return self._head

    def __len__(self) -> int:
        """The number of commits."""
        return self._head.number if self._head else 0

    def __iter__(self) -> Iterator[Commit]:
        """Yield all commits in order."""
        return self.since(0)

    def since(self, number: int) -> Iterator[Commit]:
        """Yield the commits after that number, in order.

        Raises:
            LogCorrupt: a commit cannot be read, or does not follow the one before it.
        """
        before = self.read(number).id if number else None
        for current in range(number + 1, len(self) + 1):
            commit = self.read(current)
            if commit.previous != before:
                raise LogCorrupt(current, _NOT_THE_NEXT)
            yield commit
            before = commit.id

    def read(self, number: int) -> Commit:
        """Read one commit.

        Raises:
            LogCorrupt: it is missing, or its file is not one of this log.
        """
        path = self.file(number)
        digest = hashlib.sha256()
        with _reading(number), path.open("rb") as lines:
            headers = read_headers(lines)
            lines.seek(0)
            while block := lines.read(1 << 20):
                digest.update(block)
            return _commit(headers, number, digest.hexdigest(), path)

    def heading(self, number: int) -> Heading:
        """Read the first lines of a commit alone, once: many commits are looked through fast.

        Raises:
            LogCorrupt: it is missing, or its file is not one of this log.
        """
        found = self._headings.get(number)
        if found is None:
            with _reading(number), self.file(number).open("rb") as lines:
                texts = {key: term.value for key, term in read_headers(lines).items()}
                found = Heading(
                    datetime.fromisoformat(texts["time"]),
                    texts.get("prev"),
                    int(texts["added"]),
                    int(texts["removed"]),
                )
            self._headings[number] = found
        return found

    def append(
        self, changeset: Changeset, meta: CommitMeta, *, quad_count: int, default_count: int
    ) -> Commit:
        """Write the next commit; when this returns it is on the disk for good.

        Args:
            changeset: the changes, effective on the head.
            meta: what the commit says about itself.
            quad_count: quads in the dataset after this commit.
            default_count: quads in its default graph after this commit.

        Raises:
            StorageUnavailable: the file could not be written; the log is as it was.
        """
        number = len(self) + 1
        previous = self._head.id if self._head else None
        counts = (quad_count, default_count, len(changeset.added), len(changeset.removed))
        document = write_patch(changeset, _headers(number, previous, meta, counts))
        path = self.file(number)
        try:
            _write_durably(path, document)
        except OSError as error:
            raise StorageUnavailable(f"cannot write to the log {self._path}: {error}") from error
        self._head = Commit(
            number, hashlib.sha256(document).hexdigest(), previous, meta, *counts, path
        )
        return self._head

    def verify(self) -> list[LogCorrupt]:
        """Read every commit whole and return what is wrong with the log, nothing when it is well.

        Checked: no file is missing or out of place, every `prev` is the id of the commit before,
        every changeset can be read and has the size and the effect on the counts that its headers
        say.
        """
        problems: list[LogCorrupt] = []
        previous: Commit | None = None
        for number in range(1, max(len(self), self._last_number()) + 1):
            try:
                commit = self.read(number)
                problems += _check(commit, commit.changeset(), previous, number)
            except LogCorrupt as problem:
                problems.append(problem)
                commit = None
            except GraphStoreError as error:
                problems.append(LogCorrupt(number, str(error)))
                commit = None
            previous = commit
        return problems

    def file(self, number: int) -> Path:
        """Return where that commit's file is or will be."""
        return self._path / f"{number // _COMMITS_PER_FOLDER:03}" / f"{number:06}.rdfp"

    def _last_number(self) -> int:
        folders = sorted(
            (item for item in self._path.glob("*") if item.name.isdigit() and item.is_dir()),
            key=lambda item: int(item.name),
            reverse=True,
        )
        for folder in folders:
            names = (_NAME.fullmatch(item.name) for item in folder.iterdir())
            numbers = [int(name[1]) for name in names if name]
            if numbers:
                return max(numbers)
        return 0


@contextmanager
def _reading(number: int) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise LogCorrupt(number, "its file is missing") from error
    except OSError as error:
        raise StorageUnavailable(f"cannot read commit {number}: {error}") from error
    except (RdfSyntaxError, KeyError, ValueError) as error:
        raise LogCorrupt(number, f"its headers cannot be read ({error})") from error


def _headers(
    number: int, previous: str | None, meta: CommitMeta, counts: tuple[int, int, int, int]
) -> dict[str, NamedNode | Literal]:
    time = Literal(meta.time.isoformat(), datatype=NamedNode(f"{_XSD}dateTime"))
    headers: dict[str, NamedNode | Literal] = {
        "version": Literal(FORMAT_VERSION),
        "commit": Literal(number),
        "time": time,
        "author": Literal(meta.author),
        "message": Literal(meta.message),
        "quads": Literal(counts[0]),
        "default": Literal(counts[1]),
        "added": Literal(counts[2]),
        "removed": Literal(counts[3]),
    }
    optional = {
        "prev": previous,
        "source": meta.source,
        "submission": meta.submission,
        "report": meta.report,
    }
    headers.update({key: Literal(text) for key, text in optional.items() if text is not None})
    return headers


def _commit(
    headers: dict[str, NamedNode | Literal], number: int, identifier: str, path: Path
) -> Commit:
    texts = {key: term.value for key, term in headers.items()}
    if texts["version"] != FORMAT_VERSION:
        raise ValueError(f"format version {texts['version']}, this program reads {FORMAT_VERSION}")
    if int(texts["commit"]) != number:
        raise ValueError(f"the file says that it is commit {texts['commit']}")
    meta = CommitMeta(
        author=texts["author"],
        message=texts["message"],
        time=datetime.fromisoformat(texts["time"]),
        source=texts.get("source"),
        submission=texts.get("submission"),
        report=texts.get("report"),
    )
    quads, default, added, removed = (
        int(texts[key]) for key in ("quads", "default", "added", "removed")
    )
    return Commit(number, identifier, texts.get("prev"), meta, quads, default, added, removed, path)


def _check(
    commit: Commit, changeset: Changeset, previous: Commit | None, number: int
) -> Iterator[LogCorrupt]:
    expected = previous.id if previous else None
    if commit.previous != expected and (previous or number == 1):
        yield LogCorrupt(number, _NOT_THE_NEXT)
    sizes = (len(changeset.added), len(changeset.removed))
    if sizes != (commit.added_count, commit.removed_count):
        yield LogCorrupt(number, "its changeset has not the size that its headers say")
    before = previous.quad_count if previous else 0
    if (previous or number == 1) and before + sizes[0] - sizes[1] != commit.quad_count:
        yield LogCorrupt(number, "its count of quads does not follow from the commit before")


def _changes(document: bytes, number: int) -> Changeset:
    try:
        return read_patch(document).changeset
    except RdfSyntaxError as error:
        raise LogCorrupt(number, f"its changes cannot be read ({error})") from error


def _read(path: Path, number: int) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise LogCorrupt(number, "its file is missing") from error
    except OSError as error:
        raise StorageUnavailable(f"cannot read commit {number}: {error}") from error


def _write_durably(path: Path, document: bytes) -> None:
    if not path.parent.is_dir():
        path.parent.mkdir()
        sync_folder(path.parent.parent)
    torn = path.with_suffix(".rdfp.tmp")
    with torn.open("wb") as file:
        file.write(document)
        file.flush()
        os.fsync(file.fileno())
    torn.rename(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
