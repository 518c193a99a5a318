"""Budgets: how many seconds of work, and how many queries at once, one client may ask for.

Work is counted in a sliding window. A query is let in while the work of the last window, that of
the client's running queries included, is below the allowance; so in no window does a client get
more than its allowance and what its queries then running still do until their deadlines.
Work is charged when a query ends, however it ends.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from api.errors import BudgetSpent, TooManyAtOnce

WINDOW_S: Final = 60.0
_SLICE_S: Final = 1.0  # charges this near to each other are kept as one


@dataclass(frozen=True)
class Allowance:
    """What one client may have: seconds of work in any window, and queries at once."""

    seconds: float
    concurrent: int


class Budgets:
    """The work of the clients of late; not for use by several threads at once.

    >>> budgets = Budgets(Allowance(10, 1), Allowance(50, 2), clock=lambda: 0.0)
    >>> charge = budgets.enter("somebody", known=False)
    >>> charge.leave(4.0)
    >>> budgets.spent("somebody")
    4.0
    """

    def __init__(
        self,
        anonymous: Allowance,
        known: Allowance,
        *,
        window_s: float = WINDOW_S,
        max_clients: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin with nothing spent.

        Args:
            anonymous: what a client without a token may have.
            known: what a client with a token may have.
            window_s: length of the sliding window, seconds.
            max_clients: clients remembered; the one that was idle longest is forgotten first, one
                with running queries never.
            clock: seconds that only grow.
        """
        self._allowances = {False: anonymous, True: known}
        self.window_s = window_s
        self._max_clients = max_clients
        self._clock = clock
        self._clients: OrderedDict[str, _Client] = OrderedDict()

    def __len__(self) -> int:
        """The number of clients remembered."""
        return len(self._clients)

    def allowance(self, *, known: bool) -> Allowance:
        """Return what a client may have."""
        return self._allowances[known]

    def enter(self, name: str, *, known: bool) -> Charge:
        """Let a client begin a query; the charge it returns must be left when the query ends.

        Args:
            name: the client, the same for the same one.
            known: whether it showed a token.

        Raises:
            TooManyAtOnce: it has as many queries running as it may.
            BudgetSpent: it has had its seconds; `retry_after_s` says when there are some again.
        """
        now = self._clock()
        allowance = self._allowances[known]
        client = self._client(name)
        if len(client.running) >= allowance.concurrent:
            raise TooManyAtOnce(allowance.concurrent)
        spent = client.spent(now - self.window_s) + client.under_way(now)
        if spent >= allowance.seconds:
            wait = client.wait(spent - allowance.seconds, now, self.window_s)
            raise BudgetSpent(allowance.seconds, spent, self.window_s, wait)
        charge = Charge(client, now, self._clock)
        client.running.add(charge)
        return charge

    def spent(self, name: str) -> float:
        """Return the seconds of work charged to a client in the window that ends now."""
        client = self._clients.get(name)
        return client.spent(self._clock() - self.window_s) if client else 0.0

    def _client(self, name: str) -> _Client:
        client = self._clients.get(name)
        if client is None:
            client = self._clients[name] = _Client()
            self._forget()
        else:
            self._clients.move_to_end(name)
        return client

    def _forget(self) -> None:
        """Make room; the client that came last stays, whatever the others do."""
        surplus = len(self._clients) - self._max_clients
        if surplus > 0:
            idle = (name for name, one in self._clients.items() if not one.running)
            for name in [name for name, _ in zip(idle, range(surplus), strict=False)]:
                if name != next(reversed(self._clients)):
                    del self._clients[name]


class Charge:
    """A query under way, to be paid for when it ends."""

    __slots__ = ("_client", "_clock", "started", "worked")

    def __init__(self, client: _Client, started: float, clock: Callable[[], float]) -> None:
        """Remember who began when.

        `worked` may be set to a function that tells the seconds of work so far, for queries that
        wait before they work; else all the time counts.
        """
        self._client: _Client | None = client
        self._clock = clock
        self.started = started
        self.worked: Callable[[], float] | None = None

    def so_far(self, now: float) -> float:
        """Return the seconds of work until now."""
        elapsed = now - self.started
        if self.worked is None or elapsed < _SLICE_S:
            return elapsed
        return min(elapsed, self.worked())

    def leave(self, seconds: float) -> None:
        """Charge the seconds of work that were done; only the first call counts."""
        client, self._client = self._client, None
        if client is not None:
            client.running.discard(self)
            client.charge(self._clock(), max(0.0, seconds))


@dataclass(eq=False)
class _Client:
    """One client's charges, as (when, seconds) in order of time, and its running queries."""

    charges: deque[tuple[float, float]] = field(default_factory=deque)
    total: float = 0.0
    running: set[Charge] = field(default_factory=set)

    def spent(self, since: float) -> float:
        while self.charges and self.charges[0][0] <= since:
            self.total -= self.charges.popleft()[1]
        if not self.charges:
            self.total = 0.0  # so that what rounding leaves does not add up
        return self.total

    def under_way(self, now: float) -> float:
        return sum(charge.so_far(now) for charge in self.running)

    def charge(self, now: float, seconds: float) -> None:
        charged = seconds
        # At the end of its slice, so that no charge is forgotten before its window is over.
        when = math.ceil(now / _SLICE_S) * _SLICE_S
        if self.charges and self.charges[-1][0] == when:
            seconds += self.charges.pop()[1]
        self.charges.append((when, seconds))
        self.total += charged

    def wait(self, surplus: float, now: float, window_s: float) -> float:
        """Return in how many seconds charges worth more than the surplus have left the window."""
        for when, seconds in self.charges:
            surplus -= seconds
            if surplus < 0:
                return max(0.0, when + window_s - now)
        return window_s
