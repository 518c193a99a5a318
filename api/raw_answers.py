"""Kept answers by the very bytes of the request: the shortest way from a socket to an answer.

A client that asks the same again sends the same bytes. A server that hands them over (`dure serve`
does, see `dure/protocol.py`) gets the bytes of the answer back before anything is parsed. They
are remembered when the door answers from its cache, and hold as long as the head commit stays.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from starlette.types import Message

from api.answer_cache import AnswerCache
from api.middleware import LOG, request_line

KEY: Final = "dure.request"
"""Where in the scope a server puts the bytes of a request that may be remembered."""

_LONGEST = 8_192


@dataclass(frozen=True, slots=True)
class RawReply:
    """An answer as bytes: `head` up to the headers that the server adds, `rest` from there on."""

    commit: str
    head: bytes
    rest: bytes
    line: str
    outcome: str

    @property
    def size(self) -> int:
        """The bytes of it."""
        return len(self.head) + len(self.rest) + len(self.line)


class RawAnswers:
    """Answers by the bytes of a request, for one server.

    Args:
        limit_bytes: how much is kept.
        head: returns the id of the head commit.
        outcomes: where answers are counted.
    """

    def __init__(self, limit_bytes: int, head: Callable[[], str], outcomes: Counter[str]) -> None:
        """Begin empty."""
        self._kept: AnswerCache[RawReply] = AnswerCache(limit_bytes)
        self._head = head
        self._outcomes = outcomes

    def __len__(self) -> int:
        """The number of requests whose answers are kept."""
        return len(self._kept)

    def reply(self, request: bytes, server_headers: bytes) -> bytes | None:
        """Return the whole answer to a request, counted and logged; None where none is kept.

        Args:
            request: the bytes that came.
            server_headers: lines that the server adds to every answer, each with its end.
        """
        found = self._kept.get(request)
        if found is None or found.commit != self._head():
            return None
        self._outcomes[found.outcome] += 1
        if LOG.isEnabledFor(logging.INFO):
            LOG.info(found.line)
        return found.head + server_headers + found.rest

    def keep(self, request: bytes, start: Message, body: bytes, outcome: str) -> None:
        """Remember the answer to a request.

        Args:
            request: its bytes.
            start: the message that begins the answer.
            body: the body of the answer; none for a 304.
            outcome: what the answer counts as.
        """
        if len(request) > _LONGEST:
            return
        status: int = start["status"]
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode()]
        lines += [b"%s: %s\r\n" % (name, value) for name, value in start["headers"]]
        path, _, query = request.split(b" ", 2)[1].partition(b"?")
        line = request_line("GET", path.decode("latin-1"), query, status, len(body), 0.0)
        reply = RawReply(self._head(), b"".join(lines), b"\r\n" + body, line, outcome)
        self._kept.put(request, reply, key_bytes=len(request))


def may_be_kept(data: bytes) -> bool:
    """Say whether bytes from a socket are one whole request that could be answered so."""
    return data.startswith(b"GET /sparql?") and data.find(b"\r\n\r\n") == len(data) - 4
