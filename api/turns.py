"""Waiting for one's turn: a client that has as many queries running as it may waits a little.

A page or a program that asks ten things at once is not refused for that; its queries take turns.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

from api.errors import TooManyAtOnce

WAIT_S: Final = 5.0
_WAITING: Final = 16


class Turns:
    """Who waits, by client; for one event loop.

    Args:
        wait_s: how long one waits at most, seconds.
        waiting: how many of one client wait at most.
    """

    def __init__(self, wait_s: float = WAIT_S, waiting: int = _WAITING) -> None:
        """Begin with nobody."""
        self._wait_s = wait_s
        self._most = waiting
        self._lines: dict[str, deque[asyncio.Future[None]]] = {}

    async def wait(self, name: str, refusal: TooManyAtOnce) -> None:
        """Wait until a query of the client has ended.

        Raises:
            TooManyAtOnce: the refusal, when too many wait already or it takes too long.
        """
        line = self._lines.setdefault(name, deque())
        if len(line) >= self._most:
            raise refusal
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            await asyncio.wait_for(turn, self._wait_s)
        except TimeoutError:
            raise refusal from None
        finally:
            if turn in line:
                line.remove(turn)
            if not line:
                self._lines.pop(name, None)

    def free(self, name: str) -> None:
        """Let the next query of the client have its turn."""
        line = self._lines.get(name)
        while line:
            turn = line.popleft()
            if not turn.done():
                turn.set_result(None)
                return
