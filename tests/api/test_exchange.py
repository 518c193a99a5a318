from __future__ import annotations

import asyncio
from typing import Any

import pytest

from api.cors import Cors
from api.errors import PayloadTooLarge
from api.exchange import ClientGone, Exchange, Watch, header_map

OPEN = Cors(["*"])


async def gone() -> dict[str, Any]:
    return {"type": "http.disconnect"}


async def send(message: Any) -> None:
    pass


def exchange(headers: list[tuple[bytes, bytes]], receive: Any = gone, **scope: Any) -> Exchange:
    full = {"method": "GET", "scheme": "http", "server": ("10.0.0.1", 81), **scope}
    return Exchange(full, receive, send, header_map(headers), OPEN)


def test_headers_given_twice_are_one_list() -> None:
    headers = [(b"accept", b"text/csv"), (b"host", b"x"), (b"accept", b"text/turtle")]
    assert header_map(headers) == {b"accept": b"text/csv, text/turtle", b"host": b"x"}


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (b"example.org", "http://example.org"),
        (b"example.org:8000", "http://example.org:8000"),
        (b"[::1]:8000", "http://[::1]:8000"),
        (b"evil> x", "http://10.0.0.1:81"),
        (b"a/b?c#d", "http://10.0.0.1:81"),
        (b"", "http://10.0.0.1:81"),
    ],
)
def test_the_base_is_an_address_whatever_the_host(host: bytes, expected: str) -> None:
    assert exchange([(b"host", host)]).base(None) == expected
    assert exchange([(b"host", host)]).base("https://w3id.org/") == "https://w3id.org"


def read(messages: list[dict[str, Any]], headers: list[tuple[bytes, bytes]], limit: int) -> bytes:
    waiting = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(waiting)

    return asyncio.run(exchange(headers, receive).body(limit))


def part(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.request", "body": body, "more_body": more}


def test_bodies() -> None:
    assert read([part(b"ab", more=True), part(b"c", more=False)], [], 3) == b"abc"
    with pytest.raises(PayloadTooLarge):
        read([part(b"ab", more=True), part(b"cd", more=True)], [], 3)
    with pytest.raises(PayloadTooLarge):
        read([], [(b"content-length", b"4")], 3)
    with pytest.raises(PayloadTooLarge):
        read([], [(b"content-length", b"9" * 5000)], 3)
    with pytest.raises(ClientGone):
        read([part(b"ab", more=True), {"type": "http.disconnect"}], [], 3)


def test_a_watch_looks_late_and_calls_once() -> None:
    async def run() -> tuple[int, list[str]]:
        asked, called = 0, []

        async def receive() -> dict[str, Any]:
            nonlocal asked
            asked += 1
            return {"type": "http.disconnect"}

        Watch(receive, lambda: called.append("early"), 60).end()
        late = Watch(receive, lambda: called.append("gone"), 60)
        late.begin()
        late.begin()
        await asyncio.sleep(0.01)
        assert late.gone
        return asked, called

    assert asyncio.run(run()) == (1, ["gone"])
