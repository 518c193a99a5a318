"""An HTTP/1.1 client that costs little, for measuring: raw sockets, no header model, no copies.

`Connection` asks one request at a time and knows when the first and the last byte came, and
whether the answer was whole. `drive` keeps some connections busy, each with one request after the
other, and returns the rate and the latencies. See
[RFC 9112 §6](https://www.rfc-editor.org/rfc/rfc9112.html#section-6) for how a message ends.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote_plus

_CHUNK_BYTES: Final = 1 << 18
_NOT_BEGUN: Final = -1


class BrokenAnswer(Exception):
    """The server closed the connection before the answer was whole, or wrote what is no HTTP."""


@dataclass(frozen=True)
class Address:
    """Where a SPARQL service listens."""

    port: int
    path: str
    host: str = "127.0.0.1"

    def get(self, query: str, accept: str, headers: str = "", parameters: str = "") -> bytes:
        """Return the bytes of a GET request that asks `query`.

        Args:
            query: the SPARQL text.
            accept: the media type wanted.
            headers: further header lines, each with its line end.
            parameters: further parameters, encoded, beginning with "&".
        """
        target = f"{self.path}?query={quote_plus(query)}{parameters}"
        return (
            f"GET {target} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Accept: {accept}\r\n{headers}\r\n"
        ).encode()

    def post(self, body: bytes, media_type: str, headers: str = "") -> bytes:
        """Return the bytes of a POST request with that body."""
        return (
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        ).encode() + body


class Reading:
    """An answer while it arrives; `feed` returns whether it is whole.

    Args:
        keep_bytes: how much of the body is kept; what comes beyond it is only counted.
    """

    def __init__(self, keep_bytes: int = 1 << 40) -> None:
        self._keep_bytes = keep_bytes
        self.size = 0
        """Bytes of the body that have come."""
        self.status = 0
        self.head = b""
        self.parts: list[bytes] = []
        self._pending = bytearray()
        self._left = _NOT_BEGUN  # bytes missing of the body, or of the current chunk
        self._chunked = False
        self._last_chunk = False

    @property
    def begun(self) -> bool:
        """Whether anything has come."""
        return bool(self.head or self._pending)

    @property
    def body(self) -> bytes:
        """What has come of the body."""
        return b"".join(self.parts)

    def header(self, name: str) -> str | None:
        """Return the value of a header, None when there is none."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        wanted = name.lower()
        for line in lines:
            key, _, value = line.partition(":")
            if key.lower() == wanted:
                return value.strip()
        return None

    def feed(self, data: bytes) -> bool:
        """Take what the socket gave."""
        self._pending += data
        if not self.head and not self._read_head():
            return False
        return self._read_chunks() if self._chunked else self._read_length()

    def _take(self, data: bytes) -> None:
        self.size += len(data)
        if self.size <= self._keep_bytes:
            self.parts.append(data)

    def _read_head(self) -> bool:
        end = self._pending.find(b"\r\n\r\n")
        if end < 0:
            return False
        self.head = bytes(self._pending[:end])
        del self._pending[: end + 4]
        if not self.head.startswith(b"HTTP/1.1 "):
            raise BrokenAnswer(repr(self.head[:60]))
        self.status = int(self.head[9:12])
        if 100 <= self.status < 200:
            self.head = b""
            return self._read_head()
        if self.status in (204, 304):
            self._left = 0
        elif (length := self.header("content-length")) is not None:
            self._left = int(length)
        else:
            self._chunked = True
        return True

    def _read_length(self) -> bool:
        if self._pending:
            self._take(bytes(self._pending))
            self._left -= len(self._pending)
            self._pending.clear()
        return self._left <= 0

    def _read_chunks(self) -> bool:
        pending = self._pending
        place = 0
        while True:
            if self._left == _NOT_BEGUN:
                end = pending.find(b"\r\n", place)
                if end < 0:
                    break
                size = int(pending[place:end].split(b";")[0], 16)
                place = end + 2
                self._last_chunk = size == 0
                self._left = size
            taken = min(self._left, len(pending) - place)
            if taken:
                self._take(bytes(pending[place : place + taken]))
                place += taken
                self._left -= taken
            if self._left or len(pending) - place < 2:
                break
            if pending[place : place + 2] != b"\r\n":
                raise BrokenAnswer("a chunk does not end where it says")
            place += 2
            if self._last_chunk:
                del pending[:place]
                return True
            self._left = _NOT_BEGUN
        del pending[:place]
        return False


@dataclass(frozen=True)
class Reply:
    """A whole answer, and how long it took from the request's first byte."""

    status: int
    body: bytes
    first_byte_s: float
    seconds: float
    reading: Reading

    def header(self, name: str) -> str | None:
        """Return the value of a header, None when there is none."""
        return self.reading.header(name)


class Connection:
    """A connection that asks one request after the other, opened when it is needed.

    Args:
        port: where to.
        host: where to.
        source: the address of this machine to come from, None: any.
        timeout_s: how long to wait for the next bytes.
    """

    def __init__(
        self, port: int, host: str = "127.0.0.1", source: str | None = None, timeout_s: float = 60
    ) -> None:
        self._place = (host, port)
        self._source = (source, 0) if source else None
        self._timeout_s = timeout_s
        self._socket: socket.socket | None = None

    def ask(self, request: bytes) -> Reply:
        """Send a request and return the whole answer.

        A connection that the server closed while nobody used it is opened again.

        Raises:
            BrokenAnswer: the connection ended before the answer did.
            TimeoutError: nothing came for `timeout_s`.
            OSError: there is no connection.
        """
        used = self._socket is not None
        reading = Reading()
        try:
            return self._exchange(request, reading)
        except (BrokenAnswer, ConnectionError):
            if not used or reading.begun:
                raise
        return self._exchange(request, Reading())

    def _exchange(self, request: bytes, reading: Reading) -> Reply:
        begun = time.perf_counter()
        try:
            sock = self._opened()
            sock.sendall(request)
            first = 0.0
            while True:
                data = sock.recv(_CHUNK_BYTES)
                first = first or time.perf_counter()
                if not data:
                    raise BrokenAnswer("the connection ended before the answer did")
                if reading.feed(data):
                    break
        except BaseException:  # whatever happened, the rest of the answer is nobody's
            self.close()
            raise
        ended = time.perf_counter()
        if (reading.header("connection") or "").lower() == "close":
            self.close()
        return Reply(reading.status, reading.body, first - begun, ended - begun, reading)

    def _opened(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(
                self._place, self._timeout_s, source_address=self._source
            )
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def close(self) -> None:
        """End the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


@dataclass
class Rate:
    """What `drive` saw."""

    seconds: float
    latencies_s: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def per_second(self) -> float:
        """Requests answered a second."""
        return len(self.latencies_s) / self.seconds

    def percentile_ms(self, share: float) -> float:
        """Return the latency that a share of the requests stayed below, in milliseconds."""
        ordered = sorted(self.latencies_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


@dataclass
class _Busy:
    """One of the connections of `drive`."""

    sock: socket.socket
    number: int = 0
    begun: float = 0.0
    reading: Reading = field(default_factory=Reading)


def drive(
    port: int,
    request: Callable[[int], bytes],
    right: Callable[[int, Reading], bool],
    *,
    clients: int,
    seconds: float,
) -> Rate:
    """Keep connections busy for some seconds and return what came of it.

    Args:
        port: of the service on this machine.
        request: makes the bytes of the n-th request.
        right: says whether the answer to the n-th request is the right one.
        clients: number of connections; each waits for its answer before it asks again.
        seconds: how long.
    """
    rate = Rate(seconds)
    asked = 0
    with selectors.DefaultSelector() as selector:
        busy: list[_Busy] = []

        def ask(one: _Busy) -> None:
            nonlocal asked
            one.number, one.reading, one.begun = asked, Reading(), time.perf_counter()
            one.sock.sendall(request(asked))
            asked += 1

        for _ in range(clients):
            sock = socket.create_connection(("127.0.0.1", port), 30)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one = _Busy(sock)
            busy.append(one)
            selector.register(sock, selectors.EVENT_READ, one)
        begun = time.perf_counter()
        for one in busy:
            ask(one)
        end = begun + seconds
        while (now := time.perf_counter()) < end:
            for key, _ in selector.select(end - now):
                one = key.data
                data = one.sock.recv(_CHUNK_BYTES)
                if not data:
                    raise BrokenAnswer("the server closed a connection under load")
                if one.reading.feed(data):
                    if right(one.number, one.reading):
                        rate.latencies_s.append(time.perf_counter() - one.begun)
                    else:
                        rate.failures += 1
                    ask(one)
        rate.seconds = time.perf_counter() - begun
        for one in busy:
            one.sock.close()
    return rate
