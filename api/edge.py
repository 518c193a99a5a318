"""Where requests come in past the framework: every error a problem, every request a line."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from fastapi import FastAPI, Request
from starlette.types import Receive, Scope, Send

from api.cors import Cors, RawHeaders
from api.exchange import ClientGone, Exchange, header_map
from api.middleware import log_request
from api.problem_types import INTERNAL, METHOD
from api.problems import Problem, headers_of, problem_of, problem_response

LOG = logging.getLogger("dure.error")

GONE: Final = 499
"""What logs call the status of an answer that nobody waited for."""


class Edge:
    """Answers requests with a function of an exchange.

    Args:
        app: the application that the requests are for.
        answer: answers one request; what it raises becomes a problem.
    """

    def __init__(self, app: FastAPI, answer: Callable[[Exchange], Awaitable[None]]) -> None:
        """Answer for that application."""
        self._app = app
        self._answer = answer
        self.cors = Cors(app.state.settings.cors_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        scope["app"] = self._app
        exchange = Exchange(scope, receive, send, header_map(scope["headers"]), self.cors)
        try:
            await self._answer(exchange)
        except ClientGone:
            exchange.status = GONE
        except Exception as error:  # noqa: BLE001 - the edge: every error becomes a problem
            await fail(exchange, error)
        finally:
            log_request(scope, exchange.status, exchange.bytes, started)


async def fail(exchange: Exchange, error: Exception) -> None:
    """Answer with a problem, or break off an answer that has begun."""
    problem = problem_of(error)
    if problem.type is INTERNAL:
        LOG.error("a request to %s failed", exchange.scope["path"], exc_info=error)
    if exchange.started:
        await exchange.abort()
        return
    response = problem_response(Request(exchange.scope), problem, headers_of(error))
    await exchange.respond(response)


async def answer_other_method(
    exchange: Exchange, methods: Sequence[str], accepted: dict[str, str]
) -> None:
    """Answer OPTIONS, or say that the address does not take the method.

    Args:
        exchange: the request.
        methods: what the address takes.
        accepted: the headers that say which bodies it takes, such as `Accept-Post`.
    """
    headers = {"Allow": ", ".join(methods), **accepted}
    if exchange.method != "OPTIONS":
        problem = Problem(METHOD, f"{exchange.method} is not taken here", {})
        return await exchange.respond(problem_response(Request(exchange.scope), problem, headers))
    raw: RawHeaders = [(name.lower().encode(), text.encode()) for name, text in headers.items()]
    if b"access-control-request-method" in exchange.headers:
        raw += exchange.cors.preflight(exchange.headers, methods)
    await exchange.start(204, raw)
    await exchange.write(b"", more=False)
