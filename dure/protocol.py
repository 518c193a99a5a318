"""The server's HTTP protocol with a short way for requests whose answers are kept.

uvicorn parses a request, makes a scope, a task and two messages of it: some 50 µs. For a request
whose very bytes were answered before (`api/raw_answers.py`) all that is left out: 10 µs.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from api.app import Dure
from api.raw_answers import KEY, RawAnswers, may_be_kept


class ShortWay(HttpToolsProtocol):
    """Answers what it can at once, and leaves the rest to uvicorn.

    At once means: no request is under way on the connection, the bytes that came are one whole
    request, and the client reads what it is sent.
    """

    dure: ClassVar[Dure]

    _inside = False  # a request has begun and not ended
    _headers: tuple[object, bytes] = (None, b"")

    def data_received(self, data: bytes) -> None:
        """Answer a request from what is kept, or have it parsed."""
        cycle = self.cycle
        waiting = self._inside or not (cycle is None or cycle.response_complete)
        if waiting or not may_be_kept(data):
            super().data_received(data)
            return
        answers: RawAnswers = self.dure.state.sparql.raw
        reply = None if self.flow.write_paused else answers.reply(data, self._server_headers())
        if reply is not None:
            self._unset_keepalive_if_required()
            self.transport.write(reply)
            self.server_state.total_requests += 1
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
            return
        super().data_received(data)
        begun = self.cycle
        if begun is not cycle and begun.keep_alive:
            cast(dict[str, Any], begun.scope)[KEY] = data

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._inside = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Note that it has ended."""
        self._inside = False
        super().on_message_complete()

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
