"""The attack of `benchmarks.stress`: many attackers at once, and one after the other.

`besiege` lets attackers loose for some seconds, `one_by_one` asks each hostile query alone, so
that how long it takes is the service's doing and not that of a queue. Both are meant for a
process of their own.
"""

from __future__ import annotations

import random
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.attacks import MISBEHAVIOURS, Front, Outcome, ask, send_raw
from benchmarks.hostile import Hostile, hostile_queries
from benchmarks.load_client import Address
from benchmarks.malformed import raw_requests


@dataclass(frozen=True)
class Siege:
    """Who attacks whom."""

    address: Address
    sources: tuple[str, ...]
    """The attackers' addresses on this machine."""
    listener: int
    """Port of the server that must hear nothing."""
    deadline_s: float
    grace_s: float
    patience_s: float
    seed: int = 1
    misbehaving: float = 0.4
    """Share of the attacks that are misbehaviour rather than hostile queries."""

    def front(self, number: int) -> Front:
        """Return the place of the n-th attacker."""
        return Front(
            self.address,
            self.sources[number % len(self.sources)],
            self.deadline_s,
            self.grace_s,
            self.patience_s,
        )


def besiege(siege: Siege, attackers: int, seconds: float) -> list[Outcome]:
    """Attack for some seconds, `attackers` at a time; return how each attack ended."""
    end = time.monotonic() + seconds
    deck = _deck(siege)
    lock = threading.Lock()

    def attack(number: int) -> list[Outcome]:
        chance = random.Random(siege.seed * 1000 + number)
        front = siege.front(number)
        outcomes = []
        while time.monotonic() < end:
            if chance.random() < siege.misbehaving:
                outcomes.append(_tried(front, chance))
            else:
                with lock:
                    hostile = next(deck)
                outcomes.append(ask(front, hostile))
        return outcomes

    with ThreadPoolExecutor(attackers) as pool:
        return [outcome for found in pool.map(attack, range(attackers)) for outcome in found]


def _deck(siege: Siege) -> Iterator[Hostile]:
    """Yield the hostile queries in random order, all before any comes again."""
    chance = random.Random(siege.seed)
    queries = hostile_queries(siege.listener)
    while True:
        chance.shuffle(queries)
        yield from queries


def _tried(front: Front, chance: random.Random) -> Outcome:
    """Misbehave in some way; a connection that is refused is an answer too."""
    attack = chance.choice(MISBEHAVIOURS)
    try:
        return attack(front, chance)
    except OSError as error:
        wrong = "no connection for long" if isinstance(error, TimeoutError) else ""
        return Outcome(attack.__name__, "dropped", 0, 0, wrong)


def one_by_one(siege: Siege, every: int = 1) -> list[Outcome]:
    """Ask every hostile query, or every n-th, alone, and send every malformed request once."""
    front = siege.front(0)
    outcomes = [ask(front, hostile) for hostile in hostile_queries(siege.listener)[::every]]
    malformed = raw_requests(siege.address)[::every]
    return outcomes + [send_raw(front, name, request) for name, request in malformed]


@contextmanager
def listening() -> Iterator[tuple[int, list[str]]]:
    """Listen on a port of this machine, and note who connects."""
    heard: list[str] = []
    over = threading.Event()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(0.2)

        def hear() -> None:
            while not over.is_set():
                try:
                    peer, place = server.accept()
                except TimeoutError:
                    continue
                heard.append(str(place))
                peer.close()

        thread = threading.Thread(target=hear)
        thread.start()
        try:
            yield server.getsockname()[1], heard
        finally:
            over.set()
            thread.join()


def overruns(outcomes: Sequence[Outcome], deadline_s: float) -> list[float]:
    """Return by how many seconds hostile queries outlived their deadline, where they did."""
    return sorted(max(0.0, item.seconds - deadline_s) for item in outcomes)
