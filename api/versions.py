"""Which commit a request is about: that of the head, or the one that `asKnownAt` names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from graphstore.dataset import Dataset
from graphstore.log import Commit
from graphstore.versions import resolve_version

EMPTY = "0"


@dataclass(frozen=True)
class Version:
    """A state of the dataset.

    `id`, `number` and `time` are those of the commit, "0", 0 and None for the empty dataset.
    `fixed`: what the client gave names this state forever, as a number and a whole id do, and a
    date or the beginning of an id do not.
    """

    id: str
    number: int
    time: datetime | None
    fixed: bool


def version_of(dataset: Dataset, text: str | None) -> Version:
    """Return the version that a client asks for; None asks for the head.

    Raises:
        UnknownVersion: there is none of that number, id or time.
    """
    if text is None:
        head = dataset.head
        return _version(head, fixed=False) if head else Version(EMPTY, 0, None, fixed=False)
    commit = resolve_version(dataset.log, text)
    return _version(commit, fixed=text in {str(commit.number), commit.id})


def _version(commit: Commit, *, fixed: bool) -> Version:
    return Version(commit.id, commit.number, commit.meta.time, fixed=fixed)
