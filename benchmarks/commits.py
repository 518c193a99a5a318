"""What a commit costs those who read: how long until it is seen, and what the first query pays."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.load_client import Connection, Reply
from benchmarks.peers import Service
from benchmarks.sparql_queries import RESULTS

_LATER = 5
_THING = "https://w3id.org/dure/id/bench"


class NotVisible(Exception):
    """A query that came after an acknowledged commit did not see it."""


@dataclass
class Commits:
    """Times of commits and of the queries after them, in seconds."""

    quads: int
    update: list[float] = field(default_factory=list)
    """From the update's first byte to its answer: worked out, checked, logged, fsynced."""
    first: list[float] = field(default_factory=list)
    """The first query after it."""
    later: list[float] = field(default_factory=list)
    """The same query again, under another text."""

    @property
    def visible_ms(self) -> float:
        """From the update's first byte to the last byte of an answer that shows it, median."""
        pairs = zip(self.update, self.first, strict=True)
        return statistics.median(a + b for a, b in pairs) * 1000

    @property
    def snapshot_ms(self) -> float:
        """What the first query after a commit pays more than a later one, median."""
        return (statistics.median(self.first) - statistics.median(self.later)) * 1000


def administrator(data: Path) -> str:
    """Return a new administrator's token for the service on that data folder."""
    command = [sys.executable, "-m", "dure", "token", "create"]
    command += ["--role", "administrator", "--name", "benchmark"]
    environment = {**os.environ, "DURE_DATA": str(data)}
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def commit_and_ask(service: Service, token: str, *, commits: int, quads: int) -> Commits:
    """Commit by SPARQL Update and ask for what was committed, again and again.

    Args:
        service: Dure.
        token: an administrator's.
        commits: how many.
        quads: size of each.

    Raises:
        NotVisible: a commit was acknowledged and the next query did not see it.
    """
    seen = Commits(quads)
    connection = Connection(service.port)
    for number in range(commits + 1):
        update = connection.ask(update_request(service, token, insertion(number, quads)))
        if update.status not in (200, 204):
            raise NotVisible(f"the update was answered {update.status}: {update.body[:500]!r}")
        replies = [_count(service, connection, number, again) for again in range(_LATER + 1)]
        found = int(json.loads(replies[0].body)["results"]["bindings"][0]["n"]["value"])
        if found != quads:
            raise NotVisible(f"{found} of {quads} quads of commit {number} were seen")
        if number:  # the first one warms up
            seen.update.append(update.seconds)
            seen.first.append(replies[0].seconds)
            seen.later.extend(reply.seconds for reply in replies[1:])
    connection.close()
    return seen


def insertion(number: int, quads: int) -> str:
    """Return an update that adds so many quads to a graph of its own."""
    triples = " ".join(f'<{_THING}/{number}/{n}> <{_THING}/p> "{n}" .' for n in range(quads))
    return f"INSERT DATA {{ GRAPH <{_THING}/{number}> {{ {triples} }} }}"


def update_request(service: Service, token: str, update: str) -> bytes:
    """Return the bytes of an update request by form."""
    headers = f"Authorization: Bearer {token}\r\n"
    form = urlencode({"update": update}).encode()
    return service.address.post(form, "application/x-www-form-urlencoded", headers)


def _count(service: Service, connection: Connection, number: int, again: int) -> Reply:
    text = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{_THING}/{number}> {{ ?s ?p ?o }} }} # {again}"
    reply = connection.ask(service.address.get(text, RESULTS))
    if reply.status != 200:
        raise NotVisible(f"the query was answered {reply.status}: {reply.body[:500]!r}")
    return reply
