"""Which queries run and ran of late, who asked them, and how they are stopped."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal

from api.errors import NoSuchQuery, QueryIdInUse
from graphstore.answering import Answering

_REMEMBERED: Final = 200
_TEXT_CHARACTERS: Final = 4_000

Stopping = Literal["gone", "cancelled"]


@dataclass(eq=False)
class QueryEntry:
    """One query, from its admission until it is forgotten.

    `client` is who asked. `stopped` says why it was stopped from outside: its client had gone, or
    somebody cancelled it. `answering` is there once the answer begins; `outcome`, `status` and
    `seconds` (of work) when it has ended. `worked` tells the seconds of work while it runs.
    """

    id: str
    client: str
    text: str
    hash: str
    task: asyncio.Task[Any] | None = field(repr=False)
    started: float = field(default_factory=time.monotonic)
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    answering: Answering | None = None
    stopped: Stopping | None = None
    outcome: str | None = None
    status: int | None = None
    seconds: float = 0.0
    worked: Callable[[], float] = field(default=lambda: 0.0, repr=False)
    facts: dict[str, Any] | None = None

    def stop(self, why: Stopping) -> None:
        """Stop the query wherever it is: waiting, running, or on its way to the client."""
        if self.stopped is None and self.outcome is None:
            self.stopped, self.seconds = why, self.worked()
            if self.task is not None:
                self.task.cancel()

    def uncancel(self) -> None:
        """Take the cancelling of the task back, once it has been heard."""
        if self.task is not None:
            self.task.uncancel()

    def let_go(self) -> None:
        """Keep the facts alone of a query that has ended."""
        answering = self.answering
        self.facts = _facts(answering)
        self.answering, self.task, self.worked = None, None, _no_work

    def to_json(self) -> dict[str, Any]:
        """Return what an administrator is told."""
        seconds = self.seconds if self.outcome else time.monotonic() - self.started
        return {
            "id": self.id,
            "client": self.client,
            "text": self.text[:_TEXT_CHARACTERS],
            "hash": self.hash,
            "started": self.started_at.isoformat(timespec="milliseconds"),
            "seconds": round(seconds, 3),
            "outcome": self.outcome,
            "status": self.status,
            **(self.facts or _facts(self.answering)),
        }


def _no_work() -> float:
    return 0.0


def _facts(answering: Answering | None) -> dict[str, Any]:
    """Return what there is to tell about an answer."""
    return {
        "kind": answering.kind if answering else None,
        "format": answering.format or None if answering else None,
        "rows": answering.rows if answering else None,
        "bytes": answering.bytes if answering else 0,
        "commit": answering.commit if answering else None,
    }


class QueryRegister:
    """The running queries by id, and the last ones that ended."""

    def __init__(self) -> None:
        """Begin with none."""
        self._running: dict[str, QueryEntry] = {}
        self._recent: deque[QueryEntry] = deque(maxlen=_REMEMBERED)
        self._names = itertools.count(1)
        self._boot = secrets.token_hex(4)

    def begin(self, chosen_id: str | None, client: str, text: str, hash: str) -> QueryEntry:
        """Enter a query of the present task.

        Args:
            chosen_id: the id that the client chose; None: one is made up.
            client: who asks.
            text: the query.
            hash: the hash of its text.

        Raises:
            QueryIdInUse: a query with that id is running.
        """
        self.check(chosen_id)
        id = chosen_id or f"{self._boot}-{next(self._names)}"
        task = asyncio.current_task()
        assert task is not None
        entry = self._running[id] = QueryEntry(id, client, text, hash, task)
        return entry

    def check(self, chosen_id: str | None) -> None:
        """Refuse an id that a running query has.

        Raises:
            QueryIdInUse: it has.
        """
        if chosen_id in self._running:
            raise QueryIdInUse(chosen_id)

    def end(self, entry: QueryEntry, outcome: str, status: int, seconds: float) -> None:
        """Note how a query ended."""
        entry.outcome, entry.status, entry.seconds = outcome, status, seconds
        entry.let_go()
        if self._running.get(entry.id) is entry:
            del self._running[entry.id]
        self._recent.append(entry)

    def cancel(self, id: str, *, client: str, any_client: bool) -> None:
        """Stop a running query.

        Args:
            id: its id.
            client: who asks for it; a client stops its own.
            any_client: whether this one may stop everybody's.

        Raises:
            NoSuchQuery: there is none, or it is somebody else's.
        """
        entry = self._running.get(id)
        if entry is None or not (any_client or entry.client == client):
            raise NoSuchQuery(id)
        entry.stop("cancelled")

    def to_json(self) -> Mapping[str, Any]:
        """Return the running and the recent queries, the latest first."""
        return {
            "running": [entry.to_json() for entry in reversed(self._running.values())],
            "recent": [entry.to_json() for entry in reversed(self._recent)],
        }

    def __len__(self) -> int:
        """The number of running queries."""
        return len(self._running)
