"""The server's HTTP protocol: bounds for what comes before a request is one, and a short way.

uvicorn takes a head of any length and waits for it forever; here it must be there in some time and
bytes ([RFC 6585 §5](https://www.rfc-editor.org/rfc/rfc6585#section-5)), so that connections
cost a stranger something and the service little.

uvicorn parses a request, makes a scope, a task and two messages of it: some 50 µs. For a request
whose very bytes were answered before (`api/raw_answers.py`) all that is left out: 10 µs. Any other
whole answer of a door is written at once, where uvicorn takes 30 µs to look at its headers.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from api.app import Dure
from api.cors import RawHeaders
from api.exchange import REPLY
from api.graph_address import GRAPH_STORE
from api.permalinks import SPARQL
from api.raw_answers import KEY, RawAnswers, may_be_kept

_DOORS = (SPARQL, GRAPH_STORE)


class ShortWay(HttpToolsProtocol):
    """Answers what it can at once, and leaves the rest to uvicorn.

    At once means: no request is under way on the connection, the bytes that came are one whole
    request, and the client reads what it is sent.
    """

    dure: ClassVar[Dure]
    head_bytes: ClassVar[int] = 131_072
    head_s: ClassVar[float] = 30.0

    _inside = False  # a request has begun and not ended
    _in_head = True  # its head is not complete
    _head_size = 0
    _head_timer: asyncio.TimerHandle | None = None
    _headers: tuple[object, bytes] = (None, b"")

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for the first request, but not forever."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._head_is_there()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Answer a request from what is kept, or have it parsed."""
        cycle = self.cycle
        waiting = self._inside or not (cycle is None or cycle.response_complete)
        if waiting or not may_be_kept(data):
            self._parse(data)
            return
        answers: RawAnswers = self.dure.state.sparql.raw
        reply = None if self.flow.write_paused else answers.reply(data, self._server_headers())
        if reply is not None:
            self._head_is_there()
            self._unset_keepalive_if_required()
            self.transport.write(reply)
            self.server_state.total_requests += 1
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            return
        self._parse(data)
        begun = self.cycle
        if begun is not cycle and begun.keep_alive:
            cast(dict[str, Any], begun.scope)[KEY] = data

    def _parse(self, data: bytes) -> None:
        super().data_received(data)
        if not (self._inside and self._in_head) or self.transport.is_closing():
            return
        self._head_size += len(data)
        if self._head_size > self.head_bytes:
            self._refuse(b"431 Request Header Fields Too Large")
        elif self._head_timer is None:
            self._await_head()

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._inside, self._in_head, self._head_size = True, True, 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Note that the head of a request is there, and offer to answer it at once."""
        self._in_head = False
        self._head_is_there()
        super().on_headers_complete()
        if self.cycle.scope["path"].startswith(_DOORS):  # which take it out again
            cast(dict[str, Any], self.scope)[REPLY] = partial(self._reply, self.cycle)

    def _reply(
        self, cycle: RequestResponseCycle, status: int, headers: RawHeaders, body: bytes
    ) -> bool:
        """Send a whole answer, as the cycle's own `send` does in two steps."""
        if cycle.response_started or cycle.disconnected or self.flow.write_paused:
            return False
        lines = [b"%s: %s\r\n" % pair for pair in headers]
        if not cycle.keep_alive:
            lines.append(b"connection: close\r\n")
        head = b"".join([STATUS_LINE[status], *lines])
        if head.count(b"\n") != len(lines) + 1:
            raise RuntimeError("a header with a line break")
        self.transport.write(b"".join((head, self._server_headers(), b"\r\n", body)))
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    def on_message_complete(self) -> None:
        """Note that it has ended."""
        self._inside = False
        super().on_message_complete()

    def _await_head(self) -> None:
        self._head_timer = self.loop.call_later(self.head_s, self._head_is_late)

    def _head_is_there(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _head_is_late(self) -> None:
        self._head_timer = None
        if self._inside:
            self._refuse(b"408 Request Timeout")
        else:
            self.transport.close()

    def _refuse(self, status: bytes) -> None:
        """Answer a head that is none, and end the connection."""
        if not self.transport.is_closing():
            head = b"HTTP/1.1 %s\r\nconnection: close\r\ncontent-length: 0\r\n\r\n" % status
            self.transport.write(head)
            self.transport.close()

    def _server_headers(self) -> bytes:
        """Return the lines that the server adds to every answer, such as the date."""
        headers = self.server_state.default_headers
        if self._headers[0] is not headers:
            lines = b"".join(b"%s: %s\r\n" % (name, value) for name, value in headers)
            self._headers = (headers, lines)
        return self._headers[1]


def short_way(app: Dure) -> type[ShortWay]:
    """Return the protocol for a server of that application."""
    return type("ShortWayOfApp", (ShortWay,), {"dure": app})
