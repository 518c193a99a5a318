"""Who may run now: places for quick queries, a queue before them, and room for slow ones.

A query enters a place and leaves it. The next is one of the client that has the fewest queries
running and, of those, has held places for the shortest time of late, so that nobody waits for
another's long row. A query that has become slow moves on to the room for slow ones, if there is
room, so that its place is free. If there is none, and somebody waits, one has to give way: one
whose client does not read, else one of the client that has the most queries running, the latest
first.

One more place is kept for clients who ask for little while all others are held by clients who ask
for much: whoever looks something up does not wait for them. Without it, and with ties going to who
came first, lookups beside twelve attackers waited up to three seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final, Protocol

from graphstore.errors import GraphStoreError, TooManyQueries

_HALF_LIFE_S: Final = 10.0
_MUCH_S: Final = 1.0  # who has held places for longer, of late, asks for much
_CLIENTS_REMEMBERED: Final = 1_000


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

    def __init__(self, places: Places, client: str, *, gives_way: bool) -> None:
        """Belong to these places; made by `Places.enter`."""
        self.client = client
        self.gives_way = gives_way
        self.guest: Guest | None = None
        self.begun = time.monotonic()
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


class _Use:
    """For how many seconds each client has held places, old times counting less and less."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._clients: dict[str, tuple[float, float]] = {}  # seconds, and as of when

    def of(self, client: str, now: float) -> float:
        """Return a client's seconds; an hour of ten half-lives ago counts as 3.5."""
        seconds, then = self._clients.get(client, (0.0, now))
        return float(seconds * 0.5 ** ((now - then) / _HALF_LIFE_S))

    def add(self, client: str, seconds: float, now: float) -> None:
        """Add what a client has just used."""
        self._clients[client] = (self.of(client, now) + seconds, now)
        if len(self._clients) > _CLIENTS_REMEMBERED:
            kept = sorted(self._clients, key=lambda name: self.of(name, now))
            for name in kept[: _CLIENTS_REMEMBERED // 2]:
                del self._clients[name]


@dataclass(eq=False)
class _Waiting:
    """A query of a client that waits for a place."""

    client: str
    gives_way: bool
    place: asyncio.Future[Place]


class Places:
    """The places of one pool; for one event loop.

    Args:
        size: how many quick queries run at once, but for the one of a client who asks for little.
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
        self._use = _Use()

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return len(self._queue)

    @property
    def slow(self) -> int:
        """How many slow queries run beside the others."""
        return len(self._slow)

    async def enter(self, client: str, *, gives_way: bool = True) -> Place:
        """Return a place when there is one.

        Args:
            client: who asks; for fairness only.
            gives_way: whether it may be stopped for others when it is slow.

        Raises:
            TooManyQueries: too many wait, or this one has waited too long.
        """
        if not self._queue and self._may_enter(client):
            return self._grant(client, gives_way=gives_way)
        if len(self._queue) >= self._max_waiting:
            raise TooManyQueries(len(self._queue))
        loop = asyncio.get_running_loop()
        waiting = _Waiting(client, gives_way, loop.create_future())
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

    def _grant(self, client: str, *, gives_way: bool) -> Place:
        place = Place(self, client, gives_way=gives_way)
        self._quick.add(place)
        self._clients[client] += 1
        return place

    def _let_in(self) -> None:
        """Give free places to those who wait, and see to it that one becomes free."""
        while self._queue:
            waiting = self._next()
            if not self._may_enter(waiting.client):
                break
            self._queue.remove(waiting)
            if not waiting.place.done():  # who has just given up is still in the queue
                waiting.place.set_result(self._grant(waiting.client, gives_way=waiting.gives_way))
        if self._queue and self._overdue:
            self._make_way()

    def _next(self) -> _Waiting:
        now = time.monotonic()

        def claim(item: _Waiting) -> tuple[int, float]:
            return self._clients[item.client], self._use.of(item.client, now)

        return min(self._queue, key=claim)

    def _may_enter(self, client: str) -> bool:
        """Say whether there is a place: any, or the one for those who ask for little."""
        if len(self._quick) < self._size:
            return True
        if len(self._quick) > self._size or self._clients[client]:
            return False
        now = time.monotonic()
        much = max(_MUCH_S, 2 * self._use.of(client, now))
        return all(self._use.of(x.client, now) + now - x.begun > much for x in self._quick)

    def _make_way(self) -> None:
        idlers = [place for place in self._slow if _stalled_s(place) > self._patience_s]
        latest = [place for place in reversed(self._overdue) if place.gives_way]
        if idlers:
            place = max(idlers, key=_stalled_s)
        elif latest:
            place = max(latest, key=lambda item: self._clients[item.client])
        else:
            return
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
        now = time.monotonic()
        self._use.add(place.client, now - place.begun, now)
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
