"""What every answer has in common: size limits, commit, validators, HEAD, one log line.

Plain ASGI, one class per concern. Validators follow
[RFC 9110 §8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3) (weak entity tags) and
[§13.1.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2) (`If-None-Match`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.entity_tags import has_tag
from api.errors import PayloadTooLarge

LOG = logging.getLogger("dure.request")

_quoted = json.encoder.encode_basestring_ascii  # what json.dumps does with a text, at once

_UNTAGGED = ("/health", "/ready", "/metrics", "/sparql/queries")

Version = Callable[[], tuple[str, str]]


class ReadHeaders:
    """Gives read answers `Dure-Commit`, `ETag` and `Vary`, and answers 304 where nothing changed.

    `version` returns the id of the head commit, and a text for whatever else the answers depend
    on. Nothing but 200 ever gets a tag, so a tag that matches proves that the
    answer would be the same 200, and the route need not run.
    """

    def __init__(self, app: ASGIApp, version: Version) -> None:
        """Wrap `app`; `version` is asked once per request."""
        self._app = app
        self._version = version

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        commit, rest = self._version()
        tag = self._tag(scope, commit, rest)
        headers = Headers(scope=scope)
        if tag and has_tag(headers.get("if-none-match", "").encode("latin-1"), tag.encode()):
            return await _not_modified(send, commit, tag)

        async def send_tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = MutableHeaders(scope=message)
                added["Dure-Commit"] = commit
                added.add_vary_header("Accept")
                added.add_vary_header("Accept-Language")
                if tag and message["status"] == 200:
                    added["ETag"] = tag
                    added.setdefault("Cache-Control", "no-cache")
            await send(message)

        return await self._app(scope, receive, send_tagged)

    @staticmethod
    def _tag(scope: Scope, commit: str, rest: str) -> str | None:
        query = scope["query_string"].decode("latin-1")
        if scope["method"] not in {"GET", "HEAD"} or scope["path"] in _UNTAGGED:
            return None
        headers = Headers(scope=scope)
        parts = (
            commit,
            rest,
            headers.get("host", ""),
            scope["path"],
            query,
            headers.get("accept", ""),
            headers.get("accept-language", ""),
        )
        digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()
        return f'W/"{digest[:24]}"'


async def _not_modified(send: Send, commit: str, tag: str) -> None:
    headers = [
        (b"etag", tag.encode()),
        (b"dure-commit", commit.encode()),
        (b"vary", b"Accept, Accept-Language"),
        (b"cache-control", b"no-cache"),
    ]
    await send({"type": "http.response.start", "status": 304, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


class Head:
    """Answers HEAD as GET without the body (RFC 9110 §9.3.2)."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self._app(scope, receive, send)

        async def send_headers(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        return await self._app({**scope, "method": "GET"}, receive, send_headers)


class BodyLimit:
    """Refuses bodies larger than `limit_bytes`, whether they say their length or not."""

    def __init__(self, app: ASGIApp, limit_bytes: int) -> None:
        """Wrap `app`."""
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        read = 0

        async def receive_counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit_bytes:
                raise PayloadTooLarge(self._limit_bytes)
            return message

        return await self._app(scope, receive_counted, send)


class RequestLog:
    """Writes one line of JSON per request to the logger `dure.request`."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request and log it."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        status, size = 500, 0

        async def send_counted(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
            size += len(message.get("body", b""))
            await send(message)

        try:
            return await self._app(scope, receive, send_counted)
        finally:
            log_request(scope, status, size, started)


def log_request(scope: Scope, status: int, size: int, started: float) -> None:
    """Write the line about a request: what it was, what was answered, how long it took.

    Args:
        scope: the request.
        status: the status of the answer.
        size: bytes of the answer's body.
        started: when it came, by `time.perf_counter`.
    """
    if LOG.isEnabledFor(logging.INFO):
        ms = (time.perf_counter() - started) * 1000
        path, query = scope["path"], scope["query_string"]
        LOG.info(request_line(scope["method"], path, query, status, size, ms))


def request_line(method: str, path: str, query: bytes, status: int, size: int, ms: float) -> str:
    """Return the line about a request; only the beginning of a long query string is in it."""
    text = _quoted(query[:500].decode("latin-1"))
    return (
        f'{{"method": "{method}", "path": {_quoted(path)}, "query": {text}, '
        f'"status": {status}, "bytes": {size}, "ms": {ms:.1f}}}'
    )
