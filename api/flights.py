"""The same query asked by many at once is run once, and its answer given to all of them.

After a commit nothing is kept, and everybody who looks at the same page asks the same. Who comes
while such a query runs waits for its answer; if it turns out to be one that cannot be kept, each
runs its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

from api.answer_cache import Prepared
from graphstore.errors import (
    QueryMemoryExceeded,
    QuerySyntaxError,
    QueryTimeout,
    RefusedQuery,
)

# What happens to one happens to all who ask the same.
_SHARED = (QuerySyntaxError, RefusedQuery, QueryTimeout, QueryMemoryExceeded)


class Flight:
    """A query under way that others may wait for; its answer is None if all must run their own."""

    __slots__ = ("_landed", "deadline_s")

    def __init__(self, deadline_s: float) -> None:
        """Begin; `deadline_s` is what it may take."""
        self.deadline_s = deadline_s
        self._landed: asyncio.Future[Prepared | None] = asyncio.get_running_loop().create_future()

    def land(self, answer: Prepared | None) -> None:
        """Give those who wait the answer, or tell them that there is none for them."""
        if not self._landed.done():
            self._landed.set_result(answer)

    def fail(self, error: BaseException) -> None:
        """Tell those who wait that it failed: with the same error where it would be theirs too."""
        if not self._landed.done():
            if isinstance(error, _SHARED):
                self._landed.set_exception(error)
                self._landed.exception()  # looked at: nobody may be waiting
            else:
                self._landed.set_result(None)

    async def answer(self) -> Prepared | None:
        """Wait for the answer.

        Raises:
            GraphStoreError: the query failed in a way that every other run of it would.
        """
        return await asyncio.shield(self._landed)


class Flights:
    """The queries under way, by what tells their answers apart."""

    def __init__(self) -> None:
        """Begin with none."""
        self._flights: dict[Hashable, Flight] = {}

    def find(self, key: Hashable, deadline_s: float) -> Flight | None:
        """Return the flight with that key, if it will not take longer than one may wait."""
        flight = self._flights.get(key)
        return flight if flight is not None and flight.deadline_s <= deadline_s else None

    def begin(self, key: Hashable, deadline_s: float) -> Flight:
        """Begin a flight; one with the same key goes on by itself."""
        flight = self._flights[key] = Flight(deadline_s)
        return flight

    def end(self, key: Hashable, flight: Flight) -> None:
        """Forget a flight; whoever still waits for it runs their own."""
        flight.land(None)
        if self._flights.get(key) is flight:
            del self._flights[key]
