"""States of the dataset after older commits: which one is meant, and how it is made again.

A state is made from the nearest that is there, an older one by applying commits, a younger one by
undoing them: every commit holds exactly the quads that it added and removed, so both ways lead to
the same state ([RDF Patch](https://afs.github.io/rdf-patch/) files of the log). A state of the
same commit gives the same answers whenever it is made.
"""

from __future__ import annotations

import re
import shutil
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

import pyoxigraph
from pyoxigraph import RdfFormat, Store

from graphstore.changeset import Changeset
from graphstore.embedded import (
    BULK_QUADS,
    apply_changes,
    bulk_add_lines,
    prepare,
    remove_empty_graphs,
    unprepare,
)
from graphstore.errors import LogCorrupt, StorageUnavailable, UnknownVersion
from graphstore.log import Commit, CommitLog, Heading
from graphstore.terms import GraphName

_LARGE_QUADS: Final = 100_000
_CHANGE_US: Final = 15.0  # a quad of a small commit, added or removed
_BULK_ADDITION_US: Final = 4.0
_REMOVAL_US: Final = 80.0
_BATCH_LINES: Final = 50_000
_LEAST_PREFIX: Final = 8
_ID: Final = re.compile(rf"[0-9a-f]{{{_LEAST_PREFIX},64}}")
_NUMBER: Final = re.compile(r"[0-9]{1,12}")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Base:
    """A state to begin from: a prepared database, and the commit it holds (0: none)."""

    path: Path
    number: int
    commit: str


def resolve_version(log: CommitLog, text: str) -> Commit:
    """Return the commit that a client names.

    Args:
        log: the log.
        text: the number of a commit; its id, or eight or more characters that only it begins
            with; or a date or time (ISO 8601): then it is the last commit at or before it. A date
            means its end; a time without zone is in UTC, and so is a date.

    Raises:
        UnknownVersion: there is none, or several ids begin so.
        LogCorrupt: a commit cannot be read.
    """
    wanted = text.strip()
    if _NUMBER.fullmatch(wanted) and 1 <= int(wanted) <= len(log):
        return log.read(int(wanted))
    if _ID.fullmatch(wanted.lower()):
        return _by_id(log, wanted.lower(), text)
    moment = _moment(wanted)
    if moment is None:
        raise UnknownVersion(text)
    for number in range(len(log), 0, -1):
        if log.heading(number).time < moment:
            return log.read(number)
    raise UnknownVersion(text)


def build_version(log: CommitLog, number: int, target: Path, bases: Sequence[Base]) -> str:
    """Make the state after a commit, as a database for readers.

    Args:
        log: the log.
        number: the number of the commit; 0: the state before the first.
        target: the folder to make it in; its own folder must exist, it must not.
        bases: states to begin from; the one that takes the fewest changes is taken.

    Returns:
        The id of the commit, "0" for 0.

    Raises:
        UnknownVersion: there is no commit of that number.
        LogCorrupt: a commit between is damaged or out of the chain; nothing is left in `target`.
        StorageUnavailable: it cannot be written.
    """
    if not 0 <= number <= len(log):
        raise UnknownVersion(str(number))
    commit = log.read(number).id if number else "0"
    if number and commit != _id_in_chain(log, number):
        raise LogCorrupt(number, "the commit after it names another as its predecessor")
    base = min(bases, key=lambda item: _distance(log, item.number, number), default=None)
    if base is not None and _distance(log, 0, number) < _distance(log, base.number, number):
        base = None
    store: Store | None = None
    try:
        store = _begin(base, target)
        _bring(store, log, base, number)
        prepare(store, target)
        store.flush()
    except BaseException as error:  # half a state must not be taken for one
        traceback.clear_frames(error.__traceback__)  # they hold the database open
        store = None
        shutil.rmtree(target, ignore_errors=True)
        if isinstance(error, OSError):
            raise StorageUnavailable(f"a state cannot be made: {error}") from error
        raise
    return commit


def _bring(store: Store, log: CommitLog, base: Base | None, number: int) -> None:
    """Bring a store from the state of a base to that after a commit.

    Small commits are joined and applied together, large ones are never held whole.
    """
    pending = Changeset()
    for commit, undone in _steps(log, base, number):
        large = commit.added_count + commit.removed_count >= _LARGE_QUADS
        changeset = Changeset() if large else commit.changeset()
        if large or len(pending) + len(changeset) >= BULK_QUADS:
            apply_changes(store, pending)
            pending = Changeset()
        if large:
            _apply_large(store, commit, undone=undone)
        else:
            pending = followed_by(pending, changeset.inverse() if undone else changeset)
    apply_changes(store, pending)


def _apply_large(store: Store, commit: Commit, *, undone: bool) -> None:
    added, removed = (b"D", b"A") if undone else (b"A", b"D")
    touched: set[GraphName] = set()
    for batch in _batches(commit.path, removed):
        for quad in pyoxigraph.parse(batch, format=RdfFormat.N_QUADS):
            store.remove(quad)
            touched.add(quad.graph_name)
    for batch in _batches(commit.path, added):
        bulk_add_lines(store, batch)
    remove_empty_graphs(store, touched)


def _batches(path: Path, operation: bytes) -> Iterator[bytes]:
    """Yield the quads that a patch adds ("A") or removes ("D"), as N-Quads lines, in batches."""
    beginning = operation + b" "
    with path.open("rb") as file:
        lines = (line[2:] for line in file if line.startswith(beginning))
        while batch := b"".join(islice(lines, _BATCH_LINES)):
            yield batch


def followed_by(first: Changeset, second: Changeset) -> Changeset:
    """Return the changeset that does what two do one after the other.

    Each must be effective on the state that it meets, as those of the log are; so is the result.
    """
    added = (first.added - second.removed) | (second.added - first.removed)
    removed = (first.removed - second.added) | (second.removed - first.added)
    return Changeset(added, removed)


def _begin(base: Base | None, target: Path) -> Store:
    if base is None:
        return Store(target)
    Store.read_only(str(base.path)).backup(target)
    store = Store(target)
    unprepare(store, base.path)
    return store


def _steps(log: CommitLog, base: Base | None, number: int) -> Iterator[tuple[Commit, bool]]:
    """Yield the commits between a base and a state, and whether each is undone.

    The chain is checked on the way.
    """
    begin, expected = (base.number, base.commit) if base is not None else (0, "0")
    for current in range(begin, number, -1):
        commit = log.read(current)
        if commit.id != expected:
            raise LogCorrupt(current, "it is not the commit that the state was made of")
        yield commit, True
        expected = commit.previous or "0"
    for current in range(begin + 1, number + 1):
        commit = log.read(current)
        if (commit.previous or "0") != expected:
            raise LogCorrupt(current, "its predecessor is not the commit before it")
        yield commit, False
        expected = commit.id


def _distance(log: CommitLog, begin: int, end: int) -> float:
    """Return about how many microseconds the way between two states takes."""
    first, last = sorted((begin, end))
    return sum(
        _cost(log.heading(number), undone=end < begin) for number in range(first + 1, last + 1)
    )


def _cost(heading: Heading, *, undone: bool) -> float:
    added, removed = heading.added_count, heading.removed_count
    if added + removed < BULK_QUADS:
        return _CHANGE_US * (added + removed)
    if undone:
        added, removed = removed, added
    return _BULK_ADDITION_US * added + _REMOVAL_US * removed


def _id_in_chain(log: CommitLog, number: int) -> str | None:
    """Return the id that a commit has for the one after it."""
    if log.head is not None and number == len(log):
        return log.head.id
    return log.heading(number + 1).previous


def _by_id(log: CommitLog, beginning: str, text: str) -> Commit:
    head = log.head
    found = [len(log)] if head is not None and head.id.startswith(beginning) else []
    for number in range(2, len(log) + 1):
        if (log.heading(number).previous or "").startswith(beginning):
            found.append(number - 1)
    if len(found) != 1:
        raise UnknownVersion(text)
    return log.read(found[0])


def _moment(text: str) -> datetime | None:
    """Return the first moment after the one that is meant; None: it is neither date nor time."""
    try:
        if _DATE.fullmatch(text):
            return datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment + timedelta(microseconds=1)
