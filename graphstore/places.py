"""Who may run now: places for quick queries, a queue before them, and room for slow ones.

A query enters a place and leaves it. The next is one of the client that has the fewest queries
running, so that nobody waits for another's long row. A query that has become slow moves on to the
room for slow ones, if there is room, so that its place is free. If there is none, and somebody
waits, one has to give way: one whose client does not read, else one of the client that has the
most queries running, the latest first.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Protocol

from graphstore.errors import GraphStoreError, TooManyQueries


class Guest(Protocol):
    """A query that has a place."""

    @property
    def stalled_s(self) -> float:
        """For how many seconds its client has not read what is there."""
        ...

    def stop(self, error: GraphStoreError) -> None:
        """Stop it; it then leaves its place."""
        ...


class Place:
    """The right to run; to be given back by `leave`."""

    def __init__(self, places: Places, client: str) -> None:
        """Belong to these places; made by `Places.enter`."""
        self.client = client
        self.guest: Guest | None = None
        self._places = places
        self._left = False

    def become_slow(self) -> None:
        """Say that who is here takes long."""
        if not self._left:
            self._places._become_slow(self)

    def leave(self) -> None:
        """Give the place back; doing so twice is no error."""
        if not self._left:
            self._left = True
            self._places._leave(self)


@dataclass(eq=False)
class _Waiting:
    """A query of a client that waits for a place."""

    client: str
    place: asyncio.Future[Place]


class Places:
    """The places of one pool; for one event loop.

    Args:
        size: how many quick queries run at once.
        slow: how many slow ones run beside them.
        max_waiting: how many queries may wait; more are refused.
        max_wait_s: seconds that one may wait.
        patience_s: seconds that a slow query's client may let pass without reading before it is
            the first to give way.
    """

    def __init__(
        self,
        size: int,
        slow: int,
        *,
        max_waiting: int,
        max_wait_s: float,
        patience_s: float = 1.0,
    ) -> None:
        """Begin with nobody there."""
        self.given_way = 0
        self._size = size
        self._room = slow
        self._max_waiting = max_waiting
        self._max_wait_s = max_wait_s
        self._patience_s = patience_s
        self._quick: set[Place] = set()
        self._overdue: list[Place] = []  # those of the quick that are slow, in order of time
        self._slow: set[Place] = set()
        self._queue: list[_Waiting] = []
        self._clients: Counter[str] = Counter()  # how many queries each has running

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return len(self._queue)

    @property
    def slow(self) -> int:
        """How many slow queries run beside the others."""
        return len(self._slow)

    async def enter(self, client: str) -> Place:
        """Return a place when there is one.

        Args:
            client: who asks; for fairness only.

        Raises:
            TooManyQueries: too many wait, or this one has waited too long.
        """
        if len(self._quick) < self._size and not self._queue:
            return self._grant(client)
        if len(self._queue) >= self._max_waiting:
            raise TooManyQueries(len(self._queue))
        loop = asyncio.get_running_loop()
        waiting = _Waiting(client, loop.create_future())
        self._queue.append(waiting)
        timer = loop.call_later(self._max_wait_s, self._give_up, waiting)
        self._let_in()
        try:
            return await waiting.place
        except asyncio.CancelledError:
            if waiting in self._queue:
                self._queue.remove(waiting)
            elif not waiting.place.cancelled() and waiting.place.exception() is None:
                waiting.place.result().leave()  # it came too late
            raise
        finally:
            timer.cancel()

    def _give_up(self, waiting: _Waiting) -> None:
        if waiting in self._queue and not waiting.place.done():
            self._queue.remove(waiting)
            waiting.place.set_exception(TooManyQueries(len(self._queue)))

    def _grant(self, client: str) -> Place:
        place = Place(self, client)
        self._quick.add(place)
        self._clients[client] += 1
        return place

    def _let_in(self) -> None:
        """Give free places to those who wait, and see to it that one becomes free."""
        while self._queue and len(self._quick) < self._size:
            waiting = min(self._queue, key=lambda item: self._clients[item.client])
            self._queue.remove(waiting)
            if not waiting.place.done():  # who has just given up is still in the queue
                waiting.place.set_result(self._grant(waiting.client))
        if self._queue and self._overdue:
            self._make_way()

    def _make_way(self) -> None:
        idlers = [place for place in self._slow if _stalled_s(place) > self._patience_s]
        if idlers:
            place = max(idlers, key=_stalled_s)
        else:
            place = max(reversed(self._overdue), key=lambda item: self._clients[item.client])
        if place.guest is None:
            return
        self.given_way += 1
        place.guest.stop(TooManyQueries(len(self._queue)))  # which leaves the place
        place.leave()

    def _become_slow(self, place: Place) -> None:
        if place not in self._quick:
            return
        self._overdue.append(place)
        self._move_on()
        self._let_in()

    def _move_on(self) -> None:
        while self._overdue and len(self._slow) < self._room:
            place = self._overdue.pop(0)
            self._quick.discard(place)
            self._slow.add(place)

    def _leave(self, place: Place) -> None:
        self._clients[place.client] -= 1
        if not self._clients[place.client]:
            del self._clients[place.client]
        self._quick.discard(place)
        self._slow.discard(place)
        if place in self._overdue:
            self._overdue.remove(place)
        self._move_on()
        self._let_in()


def _stalled_s(place: Place) -> float:
    return place.guest.stalled_s if place.guest is not None else 0.0
