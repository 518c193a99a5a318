from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from fastapi import FastAPI

from api.edge import Edge, answer_other_method
from api.errors import BadParameter
from api.exchange import ClientGone, Exchange
from api.settings import Settings


def send(answer: Any, method: str = "GET", **headers: str) -> list[dict[str, Any]]:
    """Send one request to an edge; return the messages of the answer."""
    app = FastAPI()
    app.state.settings = Settings()
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    async def take(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": "/here",
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), x.encode()) for name, x in headers.items()],
        "server": ("127.0.0.1", 80),
        "client": None,
    }
    asyncio.run(Edge(app, answer)(scope, receive, take))
    return sent


def test_errors_become_problems() -> None:
    async def answer(exchange: Exchange) -> None:
        raise BadParameter("colour", "is red")

    start, body = send(answer)
    assert start["status"] == 400
    assert json.loads(body["body"])["detail"] == "parameter 'colour': is red"


def test_what_was_not_foreseen_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(exchange: Exchange) -> None:
        raise RuntimeError("/secret/path")

    with caplog.at_level(logging.ERROR, "dure.error"):
        start, body = send(answer)
    assert start["status"] == 500
    assert b"secret" not in body["body"]
    assert "secret" in caplog.text


def test_nobody_is_answered_when_nobody_is_there() -> None:
    async def answer(exchange: Exchange) -> None:
        raise ClientGone

    assert send(answer) == []


@pytest.mark.parametrize(("method", "status"), [("OPTIONS", 204), ("PROPFIND", 405)])
def test_other_methods(method: str, status: int) -> None:
    async def answer(exchange: Exchange) -> None:
        await answer_other_method(exchange, ["GET", "PUT"], {"Accept-Post": "text/turtle"})

    headers = dict(send(answer, method)[0]["headers"])
    assert send(answer, method)[0]["status"] == status
    assert headers[b"allow"] == b"GET, PUT"
    assert headers[b"accept-post"] == b"text/turtle"
    assert b"access-control-allow-methods" not in headers


def test_a_preflight_is_answered() -> None:
    async def answer(exchange: Exchange) -> None:
        await answer_other_method(exchange, ["GET", "PUT"], {})

    asked = {"origin": "https://e.example", "access_control_request_method": "PUT"}
    headers = dict(send(answer, "OPTIONS", **asked)[0]["headers"])
    assert headers[b"access-control-allow-methods"] == b"GET, PUT"
