"""One request and its answer, as plain ASGI messages: what the door to `/sparql` works with.

The framework's request and response cost more than a point lookup does, so the door reads the
[scope](https://asgi.readthedocs.io/en/stable/specs/www.html#http-connection-scope) itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterable
from typing import Final

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from api.cors import Cors, RawHeaders
from api.errors import PayloadTooLarge, RequestTooSlow

BODY_S: Final = 30.0
"""Seconds that a body may take, beside the time at `_SLOWEST` for its size."""

_SLOWEST: Final = 20_000  # bytes a second

REPLY: Final = "dure.reply"
"""Where in the scope a server puts a function that sends a whole answer at once.

It takes status, headers and body, and says whether it did; else the answer goes the usual way.
"""

Reply = Callable[[int, RawHeaders, bytes], bool]

_HOST: Final = re.compile(rb"[A-Za-z0-9._~-]+(?::[0-9]+)?|\[[0-9A-Fa-f:.]+\](?::[0-9]+)?")
_NOTHING: Final[Message] = {"type": "http.response.body", "body": b""}


class ClientGone(Exception):
    """The client has closed the connection; there is nobody to answer."""


def header_map(headers: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return headers by name; the values of one that stands there twice are joined by commas."""
    pairs = list(headers)
    found = dict(pairs)
    if len(found) < len(pairs):
        for name in found:
            found[name] = b", ".join(value for key, value in pairs if key == name)
    return found


class Exchange:
    """A request to be answered once.

    `status` and `bytes` say what was sent, `started` whether anything was.
    """

    __slots__ = (
        "bytes",
        "cors",
        "headers",
        "method",
        "receive",
        "reply",
        "scope",
        "send",
        "started",
        "status",
    )

    def __init__(
        self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes], cors: Cors
    ) -> None:
        """Take a request whose headers were read already."""
        self.scope = scope
        self.receive = receive
        self.send = send
        self.headers = headers
        self.cors = cors
        self.method: str = scope["method"]
        # Taken out of the scope, which it holds.
        self.reply: Reply | None = scope.pop(REPLY, None)
        self.status = 500
        self.bytes = 0
        self.started = False

    def header(self, name: bytes) -> str | None:
        """Return a header's value, None where there is none."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    def base(self, base_url: str | None) -> str:
        """Return the address of the service without final slash: the setting, or the request's."""
        if base_url is not None:
            return base_url.rstrip("/")
        scope = self.scope
        host = self.headers.get(b"host", b"")
        if not _HOST.fullmatch(host):
            name, port = scope.get("server") or ("localhost", None)
            host = f"{name}:{port}".encode() if port else str(name).encode()
        return f"{scope['scheme']}://{host.decode('latin-1')}{scope.get('root_path', '')}"

    async def body(self, limit_bytes: int) -> bytes:
        """Read the body of the request.

        Raises:
            PayloadTooLarge: it is larger than the limit; nothing more of it is read.
            RequestTooSlow: it does not come.
            ClientGone: the client went away before all of it was there.
        """
        length = self.headers.get(b"content-length", b"")
        if length.isdigit() and (len(length) > 18 or int(length) > limit_bytes):
            raise PayloadTooLarge(limit_bytes)
        parts: list[bytes] = []
        size, more = 0, True
        begun = asyncio.get_running_loop().time()
        while more:
            try:
                async with asyncio.timeout_at(begun + BODY_S + size / _SLOWEST):
                    message = await self.receive()
            except TimeoutError:
                raise RequestTooSlow(BODY_S) from None
            if message["type"] == "http.disconnect":
                raise ClientGone
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > limit_bytes:
                raise PayloadTooLarge(limit_bytes)
            more = message.get("more_body", False)
        return b"".join(parts)

    async def start(self, status: int, headers: RawHeaders) -> None:
        """Send status and headers, with those that let scripts of other sites read."""
        self.status, self.started = status, True
        allowed = [*self.cors.always, *self.cors.for_origin(self.headers.get(b"origin"))]
        await self.send(
            {"type": "http.response.start", "status": status, "headers": [*headers, *allowed]}
        )

    async def write(self, block: bytes, *, more: bool = True) -> None:
        """Send a part of the body; nothing of it goes out in answer to a HEAD."""
        self.bytes += len(block)
        sent = b"" if self.method == "HEAD" else block
        await self.send({"type": "http.response.body", "body": sent, "more_body": more})

    async def whole(self, status: int, headers: RawHeaders, body: bytes) -> None:
        """Send an answer whose size is known."""
        length = (b"content-length", str(len(body)).encode())
        allowed = [*self.cors.always, *self.cors.for_origin(self.headers.get(b"origin"))]
        start = {
            "type": "http.response.start",
            "status": status,
            "headers": [*headers, length, *allowed],
        }
        await self.send_prepared(start, {"type": "http.response.body", "body": body})

    async def respond(self, response: Response) -> None:
        """Send a response of the framework, whole."""
        await self.start(response.status_code, list(response.raw_headers))
        await self.write(bytes(response.body), more=False)

    def with_cors(self, start: Message) -> Message:
        """Return a message with the headers that depend on the origin of the request."""
        allowed = self.cors.for_origin(self.headers.get(b"origin"))
        return {**start, "headers": [*start["headers"], *allowed]} if allowed else start

    async def send_prepared(self, start: Message, body: Message | None) -> None:
        """Send messages that were made before; no body where there is none or it is a HEAD."""
        self.status, self.started = start["status"], True
        if body is None or self.method == "HEAD":
            body = _NOTHING
        self.bytes = len(body["body"])
        if self.reply is None or not self.reply(self.status, start["headers"], body["body"]):
            await self.send(start)
            await self.send(body)

    async def abort(self) -> None:
        """Break the connection, so that nobody takes what was sent for a whole answer.

        Raises:
            ConnectionAbortedError: the server does not let go of its connection; the error then
                makes it end the request without the last chunk.
        """
        transport = getattr(getattr(self.send, "__self__", None), "transport", None)
        abort = getattr(transport, "abort", None)
        if abort is None:
            raise ConnectionAbortedError("an answer was cut off")
        abort()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                while (await self.receive())["type"] != "http.disconnect":
                    pass


class Watch:
    """Notices that the client has gone, and calls back once.

    Looking costs a task; so it begins after a while, which most queries do not last.
    """

    __slots__ = ("_on_gone", "_receive", "_task", "_timer", "gone")

    def __init__(self, receive: Receive, on_gone: Callable[[], object], after_s: float) -> None:
        """Look from `after_s` seconds on."""
        self.gone = False
        self._receive = receive
        self._on_gone = on_gone
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = asyncio.get_running_loop().call_later(
            after_s, self.begin
        )

    def begin(self) -> None:
        """Look from now on."""
        self._stop_timer()
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._look())

    def end(self) -> None:
        """Look no more."""
        self._stop_timer()
        if self._task is not None:
            self._task.cancel()

    def _stop_timer(self) -> None:
        # Let go of, since it holds this: what holds itself waits for the garbage collector.
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()

    async def _look(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
        self.gone = True
        self._on_gone()
