"""What scripts of other sites may do: the CORS protocol, for answers that bypass the framework.

Implements the server's half of the
[CORS protocol](https://fetch.spec.whatwg.org/#http-cors-protocol), without credentials: tokens are
sent in a header that a script sets itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

RawHeaders = list[tuple[bytes, bytes]]

METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
EXPOSED: Final = (
    "Dure-Commit", "Dure-Query-Id", "Dure-Query-Hash", "Dure-Row-Limit", "Dure-Truncated",
    "Dure-Hint", "Dure-Rewrites", "ETag", "Link", "Allow", "Content-Disposition", "Location",
    "Retry-After", "Server-Timing",
)  # fmt: skip
ALLOWED: Final = (
    "Accept", "Accept-Language", "Authorization", "Content-Type", "Dure-Query-Id", "If-Match",
    "If-None-Match", "Link", "Slug",
)  # fmt: skip
_MAX_AGE_S = 86_400


class Cors:
    """Which origins may read the answers."""

    def __init__(self, origins: Sequence[str]) -> None:
        """Allow these origins; `*` allows all.

        `always` are the headers that go with every answer.
        """
        self._all = "*" in origins
        self._origins = frozenset(origin.encode("latin-1") for origin in origins)
        exposed = (b"access-control-expose-headers", ", ".join(EXPOSED).encode())
        self._exposed = exposed
        self.always: RawHeaders = (
            [(b"access-control-allow-origin", b"*"), exposed]
            if self._all
            else [(b"vary", b"Origin")]
        )

    def for_origin(self, origin: bytes | None) -> RawHeaders:
        """Return the headers that go with an answer to this origin, beside those of `always`."""
        if self._all or origin is None or origin not in self._origins:
            return []
        return [(b"access-control-allow-origin", origin), self._exposed]

    def preflight(self, headers: Mapping[bytes, bytes], methods: Sequence[str]) -> RawHeaders:
        """Return the headers that allow a script's request, beside those of every answer."""
        origin = headers.get(b"origin")
        if not self._all and origin not in self._origins:
            return []
        asked = headers.get(b"access-control-request-headers", b"")
        return [
            (b"access-control-allow-methods", ", ".join(methods).encode()),
            (b"access-control-allow-headers", asked or ", ".join(ALLOWED).encode()),
            (b"access-control-max-age", str(_MAX_AGE_S).encode()),
        ]
