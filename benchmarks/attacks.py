"""Attackers of `benchmarks.stress`: clients that ask hostile queries, and clients that misbehave.

Each attack is one connection's story and ends in an `Outcome`, which says what the service did
and whether that was right: a refusal, an answer that is whole, or one that shows that it is not.
"""

from __future__ import annotations

import json
import random
import select
import socket
import struct
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.hostile import Hostile
from benchmarks.load_client import Address, BrokenAnswer, Reading
from benchmarks.malformed import raw_requests
from benchmarks.sparql_queries import RESULTS

BUSY: Final = frozenset({503, 504})
_WHOLE_BYTES: Final = 16_000_000  # longer answers are not parsed to see whether they are whole
_CROSS: Final = "SELECT * { ?a ?b ?c . ?d ?e ?f }"
_SORT: Final = f"{_CROSS} ORDER BY ?f"
_INODE: Final = 9  # field of /proc/net/tcp; 0: no process has the socket any more
_ENDING_S: Final = 13.0  # waiting for a worker included
_RESET: Final = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Outcome:
    """How an attack ended."""

    family: str
    ending: str
    """"answered", "cut" (begun and aborted), "dropped" (closed without an answer), "gone" (we
    left), "silent" (nothing came for longer than anything may take)."""
    status: int
    seconds: float
    wrong: str = ""
    """What the service did that it must not do; empty: nothing."""
    text: str = ""
    """What was asked, shortened."""
    chose_deadline: bool = False
    """Whether it asked for a deadline of its own."""


@dataclass(frozen=True)
class Front:
    """Where an attacker stands."""

    address: Address
    source: str
    """The address it comes from."""
    deadline_s: float
    grace_s: float
    """What the service gives slow readers beyond the deadline."""
    patience_s: float
    """How long nothing may come before the service counts as stuck."""

    def connect(self, receive_bytes: int | None = None) -> socket.socket:
        """Open a connection from the attacker's address."""
        sock = socket.socket()
        if receive_bytes:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        sock.settimeout(self.patience_s)
        sock.bind((self.source, 0))
        sock.connect((self.address.host, self.address.port))
        return sock

    def query(self, hostile: Hostile) -> bytes:
        """Return the request of a hostile query: by GET where it fits, else by POST."""
        parameters = hostile.parameters
        if "timeout=" not in parameters:
            parameters += f"&timeout={self.deadline_s:g}"
        text = hostile.text.encode("utf-8", "surrogatepass")
        if len(text) < 4_000:
            return self.address.get(hostile.text, hostile.accept, parameters=parameters)
        target = Address(self.address.port, f"{self.address.path}?{parameters[1:]}")
        accept = f"Accept: {hostile.accept}\r\n"
        return target.post(text, "application/sparql-query", accept)


def ask(front: Front, hostile: Hostile) -> Outcome:
    """Ask a hostile query and read all of the answer."""
    request = front.query(hostile)
    reading = Reading(_WHOLE_BYTES)
    begun = time.perf_counter()
    ending = "answered"
    try:
        with front.connect() as sock:
            ending = _exchange(sock, request, reading)
    except TimeoutError:
        ending = "silent"
    except OSError:
        ending = "cut" if reading.status else "dropped"
    seconds = time.perf_counter() - begun
    wrong = judge(ending, reading, hostile.accept)
    text, chose = hostile.text[:200], "timeout=" in hostile.parameters
    return Outcome(hostile.family, ending, reading.status, seconds, wrong, text, chose)


def _exchange(sock: socket.socket, request: bytes, reading: Reading) -> str:
    # What was refused before it was read to the end may have its answer there all the same.
    with suppress(BrokenPipeError, ConnectionResetError):
        sock.sendall(request)
    while True:
        data = sock.recv(1 << 18)
        if not data:
            return "cut" if reading.status else "dropped"
        if reading.feed(data):
            return "answered"


def judge(ending: str, reading: Reading, accept: str = "") -> str:
    """Say what is wrong with how the service answered; empty: nothing."""
    if ending == "silent":
        return "no byte for longer than anything may take"
    if ending != "answered":
        return ""
    status = reading.status
    if status == 200:
        return _broken(reading, accept)
    if status >= 500 and status not in BUSY:
        return f"status {status}: {reading.body[:200]!r}"
    if status == 429 and not reading.header("retry-after"):
        return "429 without Retry-After"
    if status in BUSY or status == 429:
        kind = reading.header("content-type") or ""
        if not kind.startswith(("application/problem+json", "text/html")):
            return f"{status} as {kind}"
    return ""


def _broken(reading: Reading, accept: str) -> str:
    """Say whether an answer that came whole is a broken document."""
    if accept != RESULTS or reading.size > _WHOLE_BYTES:
        return ""
    try:
        json.loads(reading.body)
    except ValueError as error:
        return f"a whole answer is no JSON: {error}"
    return ""


# ---- clients that misbehave


def slow_reader(front: Front, chance: random.Random) -> Outcome:
    """Read a byte a second; the service must end it, and it must be seen that it did."""
    begun = time.perf_counter()
    limit = front.deadline_s + front.grace_s + _ENDING_S
    hostile = Hostile("slow reader", _CROSS, chance.choice([RESULTS, "text/csv"]))
    reading = Reading(_WHOLE_BYTES)
    with front.connect(receive_bytes=2048) as sock:
        sock.sendall(front.query(hostile))
        whole = False
        time.sleep(0.5)  # until it is accepted, nobody holds the other end
        while _held(sock) and time.perf_counter() - begun < limit:
            if select.select([sock], [], [], 1)[0]:
                with suppress(OSError):
                    whole = reading.feed(sock.recv(1))
            time.sleep(0.5)
        seconds = time.perf_counter() - begun
        wrong = f"served after {seconds:.1f} s" if _held(sock) and not whole else ""
        whole = whole or _rest(sock, reading)
    if whole and reading.status == 200:
        wrong = "an answer that was cut looks whole"
    return Outcome("slow reader", "cut", reading.status, seconds, wrong)


def _held(sock: socket.socket) -> bool:
    """Say whether the service holds its end of a connection: whether a process owns it."""
    try:
        ours, theirs = _hexadecimal(sock.getsockname()), _hexadecimal(sock.getpeername())
    except OSError:  # it was reset
        return False
    for line in Path("/proc/net/tcp").read_text().splitlines():
        fields = line.split()
        if fields[1:3] == [theirs, ours]:
            return fields[_INODE] != "0"
    return False


def _hexadecimal(place: tuple[str, int]) -> str:
    """Return an address as `/proc/net/tcp` writes it."""
    address = socket.inet_aton(place[0])[:: 1 if sys.byteorder == "big" else -1].hex().upper()
    return f"{address}:{place[1]:04X}"


def _rest(sock: socket.socket, reading: Reading) -> bool:
    """Read what the machine had buffered; say whether the answer is whole with it."""
    sock.settimeout(2)
    with suppress(OSError):
        while data := sock.recv(1 << 18):
            if reading.feed(data):
                return True
    return False


def vanish(front: Front, chance: random.Random) -> Outcome:
    """Ask for much, and leave before or while the answer comes, politely or not."""
    begun = time.perf_counter()
    hostile = Hostile(
        "vanishing", chance.choice([_CROSS, _SORT]), chance.choice([RESULTS, "text/html"])
    )
    with front.connect() as sock:
        sock.sendall(front.query(hostile))
        if chance.random() < 0.5:
            time.sleep(chance.uniform(0, 0.3))
        else:
            sock.settimeout(0.5)
            try:
                for _ in range(chance.randrange(1, 20)):
                    sock.recv(4096)
            except OSError:
                pass
        if chance.random() < 0.7:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    return Outcome("vanishing", "gone", 0, time.perf_counter() - begun)


def half_sent(front: Front, chance: random.Random) -> Outcome:
    """Send a part of a request, wait, and leave."""
    begun = time.perf_counter()
    whole = front.query(Hostile("half-sent", _CROSS))
    body = front.address.post(b"SELECT * { ?s ?p ?o }", "application/sparql-query")
    request = chance.choice([whole, body, body])
    with front.connect() as sock:
        sock.sendall(request[: chance.randrange(1, len(request))])
        time.sleep(chance.uniform(0.1, 3))
    return Outcome("half-sent", "gone", 0, time.perf_counter() - begun)


def flood(front: Front, chance: random.Random) -> Outcome:
    """Open many connections and ask one tiny query over each, at once."""
    begun = time.perf_counter()
    number = chance.randrange(10**9)
    sockets: list[tuple[socket.socket, Reading]] = []
    wrong = ""
    try:
        for n in range(60):
            sock = front.connect()
            sockets.append((sock, Reading(_WHOLE_BYTES)))
            sock.sendall(front.address.get(f"ASK {{}} # {number + n}", RESULTS))
        for sock, reading in sockets:
            ending = _exchange(sock, b"", reading)
            wrong = wrong or judge(ending, reading, RESULTS)
            if reading.status == 200 and b"true" not in reading.body:
                wrong = f"ASK {{}} answered {reading.body[:100]!r}"
    except TimeoutError:
        wrong = "a tiny query was never answered"
    except (OSError, BrokenAnswer):
        pass  # refusing connections is a right thing to do in a flood
    finally:
        for sock, _ in sockets:
            sock.close()
    status = sockets[-1][1].status if sockets else 0
    return Outcome("flood", "answered", status, time.perf_counter() - begun, wrong)


def pipeline(front: Front, chance: random.Random) -> Outcome:
    """Send many requests over one connection without waiting for an answer, then leave."""
    begun = time.perf_counter()
    texts = [_CROSS, "ASK {}", _SORT]
    requests = b"".join(
        front.query(Hostile("pipeline", chance.choice(texts)))
        for _ in range(chance.randrange(2, 50))
    )
    with front.connect() as sock:
        try:
            sock.sendall(requests)
            sock.settimeout(chance.uniform(0.1, 2))
            sock.recv(65536)
        except OSError:
            pass
    return Outcome("pipeline", "gone", 0, time.perf_counter() - begun)


def raw(front: Front, chance: random.Random) -> Outcome:
    """Send bytes that are hardly HTTP, or HTTP that says what is not so."""
    name, request = chance.choice(raw_requests(front.address))
    return send_raw(front, name, request)


def send_raw(front: Front, name: str, request: bytes) -> Outcome:
    """Send these bytes and read what comes, if anything does."""
    begun = time.perf_counter()
    reading = Reading(_WHOLE_BYTES)
    ending = "answered"
    try:
        with front.connect() as sock:
            sock.settimeout(min(4.0, front.patience_s))
            ending = _exchange(sock, request, reading)
    except TimeoutError:
        ending = "gone"  # it waits for more; so may a service
    except (OSError, BrokenAnswer, ValueError):
        ending = "dropped"
    wrong = judge(ending, reading)
    return Outcome(f"raw: {name}", ending, reading.status, time.perf_counter() - begun, wrong)


MISBEHAVIOURS: Final[tuple[Callable[[Front, random.Random], Outcome], ...]] = (
    slow_reader,
    vanish,
    vanish,
    half_sent,
    flood,
    pipeline,
    raw,
    raw,
    raw,
)
"""Ways to misbehave, the frequent ones several times."""
