from __future__ import annotations

import pytest

from api.cors import METHODS, Cors

ORIGIN = b"https://a.example"


def test_everybody_may_read() -> None:
    cors = Cors(["*"])
    assert (b"access-control-allow-origin", b"*") in cors.always
    assert cors.for_origin(ORIGIN) == []


@pytest.mark.parametrize(
    ("origin", "allowed"), [(ORIGIN, True), (b"https://b.example", False), (None, False)]
)
def test_some_may_read(origin: bytes | None, allowed: bool) -> None:
    cors = Cors([ORIGIN.decode()])
    assert cors.always == [(b"vary", b"Origin")]
    assert ((b"access-control-allow-origin", ORIGIN) in cors.for_origin(origin)) == allowed
    headers = dict(cors.preflight({b"origin": origin} if origin else {}, METHODS))
    assert (b"access-control-allow-methods" in headers) == allowed


def test_a_preflight_allows_what_is_asked() -> None:
    asked = {b"origin": ORIGIN, b"access-control-request-headers": b"authorization, x-own"}
    headers = dict(Cors(["*"]).preflight(asked, METHODS))
    assert headers[b"access-control-allow-headers"] == b"authorization, x-own"
    assert b"DELETE" in headers[b"access-control-allow-methods"]
    assert b"PATCH" in headers[b"access-control-allow-methods"]
    named = dict(Cors(["*"]).preflight({b"origin": ORIGIN}, METHODS))
    assert b"Authorization" in named[b"access-control-allow-headers"]
