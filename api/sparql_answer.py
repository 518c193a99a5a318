"""The answer to a query on its way to the client: headers, whole or as a stream, never half.

Nothing is sent before the first rows are there, so what goes wrong before is a proper status. What
goes wrong later breaks the connection: a client must not take a part for the whole
([RFC 9112 §8](https://www.rfc-editor.org/rfc/rfc9112#section-8)).
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from typing import IO, Any, Final

from api.answer_cache import Prepared
from api.asked import Asked
from api.cors import RawHeaders
from api.exchange import Exchange
from api.permalinks import link_header
from api.query_register import QueryEntry
from api.sparql_formats import FORMATS
from graphstore.answering import Answering
from graphstore.errors import QueryTimeout

VARY: Final = (b"vary", b"Accept, Accept-Language")
ASK_AGAIN: Final = (b"cache-control", b"no-cache")
KEEP_FOREVER: Final = (b"cache-control", b"public, max-age=31536000, immutable")
KEEP_NOT: Final = (b"cache-control", b"no-store")

_IN_MEMORY_BYTES = 1 << 20
_HINT_CHARACTERS = 800
_FROM_CACHE = (b"server-timing", b'cache;desc="hit"')


def answer_headers(asked: Asked, answering: Answering, tag: bytes | None) -> RawHeaders:
    """Return the headers that every sending of an answer has.

    Args:
        asked: the query.
        answering: its answer.
        tag: its entity tag, None where it has none.
    """
    format = FORMATS[answering.format]
    disposition = f'inline; filename="answer.{format.extension}"'
    headers = [
        (b"content-type", format.media_type.encode()),
        (b"content-disposition", disposition.encode()),
        *version_headers(asked, answering.commit, tag),
        (b"link", link_header(asked.permalink(answering.commit, answering.format)).encode()),
    ]
    if asked.max_rows is not None:
        headers.append((b"dure-row-limit", str(asked.max_rows).encode()))
    if answering.truncated:
        headers.append((b"dure-truncated", b"rows"))
    if answering.rewrites:
        names = dict.fromkeys(str(item["name"]) for item in answering.rewrites)
        headers.append((b"dure-rewrites", _ascii(", ".join(names)).encode()))
    if answering.hints:
        headers.append((b"dure-hint", hint_header(answering.hints).encode()))
    return headers


def version_headers(asked: Asked, commit: str, tag: bytes | None) -> RawHeaders:
    """Return the headers about commit, query and caching."""
    headers = [
        (b"dure-commit", commit.encode()),
        (b"dure-query-hash", asked.hash.encode()),
        VARY,
    ]
    if tag is None:
        return [*headers, KEEP_NOT]
    fixed = asked.version.fixed and not asked.plan.html
    return [*headers, (b"etag", tag), KEEP_FOREVER if fixed else ASK_AGAIN]


def hint_header(hints: Sequence[Mapping[str, Any]]) -> str:
    """Return hints in one line of ASCII: `name;line=1;column=2;message="…", …`.

    >>> hint_header([{"name": "a", "message": 'say "x"', "line": 1, "column": None}])
    'a;line=1;message="say \\'x\\'"'
    """
    parts = []
    for hint in hints:
        place = "".join(
            f";{name}={hint[name]}" for name in ("line", "column") if hint.get(name) is not None
        )
        message = _ascii(str(hint["message"])).replace("\\", "/").replace('"', "'")
        parts.append(f'{_ascii(str(hint["name"]))}{place};message="{message}"')
        if sum(map(len, parts)) > _HINT_CHARACTERS:
            break
    return ", ".join(parts)


def prepared(headers: RawHeaders, body: bytes, always: RawHeaders) -> Prepared | None:
    """Return an answer ready to be sent again; None if it has no tag, and so may differ.

    Args:
        headers: those of `answer_headers`.
        body: the whole answer.
        always: headers that go with every answer.
    """
    found = dict(headers)
    tag = found.get(b"etag")
    if tag is None:
        return None
    length = (b"content-length", str(len(body)).encode())
    names = (b"etag", b"dure-commit", b"vary", b"cache-control")
    unchanged = [(name, found[name]) for name in names]
    return Prepared(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [*headers, _FROM_CACHE, length, *always],
        },
        {"type": "http.response.body", "body": body},
        {"type": "http.response.start", "status": 304, "headers": [*unchanged, *always]},
        tag,
        len(body) + 2 * len(found[b"link"]),
    )


def run_headers(entry: QueryEntry, answering: Answering) -> RawHeaders:
    """Return the headers about this run of a query."""
    timing = f"query;dur={answering.seconds * 1000:.1f}"
    return [(b"dure-query-id", entry.id.encode()), (b"server-timing", timing.encode())]


async def deliver(
    exchange: Exchange, answering: Answering, headers: RawHeaders, *, within_s: float
) -> None:
    """Send an answer: whole where it is short, else as it comes.

    Args:
        exchange: where to.
        answering: the answer, its first bytes there.
        headers: all of its headers.
        within_s: seconds that the client may take for it.

    Raises:
        GraphStoreError: the rest does not come. If the answer has begun, `exchange.started` says
            so, and the connection is to be broken.
            The same holds for QueryTimeout when the client did not take it in time.
    """
    if answering.complete:
        await exchange.whole(200, headers, answering.first)
    elif exchange.method == "HEAD":
        await exchange.start(200, headers)
        await exchange.write(b"", more=False)
    else:
        one_piece = exchange.scope["http_version"] == "1.0"
        send = _deliver_spooled if one_piece else _deliver_in_chunks
        try:
            async with asyncio.timeout(within_s):
                await send(exchange, answering, headers)
        except TimeoutError:
            raise QueryTimeout(within_s) from None


async def _deliver_in_chunks(exchange: Exchange, answering: Answering, headers: RawHeaders) -> None:
    await exchange.start(200, headers)
    async for chunk in answering.chunks():
        await exchange.write(chunk)
    await exchange.write(b"", more=False)


async def _deliver_spooled(exchange: Exchange, answering: Answering, headers: RawHeaders) -> None:
    """Send an answer with its length: HTTP/1.0 has no chunks, so an end would be no sign."""
    file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115
    with file:
        async for chunk in answering.chunks():
            file.write(chunk)
        length = (b"content-length", str(file.tell()).encode())
        file.seek(0)
        await exchange.start(200, [*headers, length])
        while block := file.read(_IN_MEMORY_BYTES):
            await exchange.write(block)
        await exchange.write(b"", more=False)


def _ascii(text: str) -> str:
    """Return a text that may stand in a header."""
    return "".join(x if " " <= x <= "~" else "?" for x in text)
