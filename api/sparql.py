"""`/sparql`: the door of the [SPARQL 1.1 Protocol](https://www.w3.org/TR/sparql11-protocol/).

A plain ASGI application in front of the framework's routes: an answer that is kept costs little
more than reading the request. Queries go on to `api/sparql_query.py`, updates to
`api/updating.py`. Without either it answers the
[service description](https://www.w3.org/TR/sparql11-service-description/), or a form.
"""

from __future__ import annotations

import logging
import time
from typing import Final

from fastapi import FastAPI, Request
from starlette.types import Receive, Scope, Send

from api.auth import client_of
from api.cors import Cors
from api.errors import NotAcceptable, UpdateNotOpen
from api.exchange import ClientGone, Exchange, header_map
from api.middleware import log_request
from api.permalinks import SPARQL
from api.problem_types import INTERNAL, METHOD
from api.problems import Problem, headers_of, problem_of, problem_response
from api.rdf import rdf_bytes
from api.service_description import service_description
from api.sparql_answer import VARY
from api.sparql_formats import media_types_of, plan
from api.sparql_page import form_page
from api.sparql_query import QueryDoor, cache_key
from api.sparql_request import TAKEN, SparqlRequest, body_media_type, read_get, read_post
from api.sparql_service import SparqlService
from graphstore.formats import graph_format

LOG = logging.getLogger("dure.error")

PATHS: Final = frozenset({SPARQL, f"{SPARQL}/"})
METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST")
_ALLOW: Final = (b"allow", ", ".join(METHODS).encode())
_ACCEPT_POST: Final = (b"accept-post", ", ".join(TAKEN).encode())
_GONE: Final = 499  # what logs call the status of an answer that nobody waited for


class Door:
    """Answers requests to `/sparql`.

    Args:
        app: the application; its state holds the settings and, once it runs, the dataset and the
            `SparqlService`.
        code: stands for the program in entity tags: another build, other tags.
    """

    def __init__(self, app: FastAPI, code: str) -> None:
        """Answer for that application."""
        self._app = app
        self._code = code
        self._limit_bytes: int = app.state.settings.max_body_bytes
        self._cors = Cors(app.state.settings.cors_origins)
        self._queries = QueryDoor(app, code)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        scope["app"] = self._app
        exchange = Exchange(scope, receive, send, header_map(scope["headers"]), self._cors)
        try:
            await self._answer(exchange)
        except ClientGone:
            exchange.status = _GONE
        except Exception as error:  # noqa: BLE001 - the edge: every error becomes a problem
            await self._fail(exchange, error)
        finally:
            log_request(scope, exchange.status, exchange.bytes, started)

    async def _answer(self, exchange: Exchange) -> None:
        body, media_type = b"", ""
        if exchange.method == "POST":
            media_type = body_media_type(
                exchange.header(b"content-type"), exchange.header(b"content-encoding")
            )
            body = await exchange.body(self._limit_bytes)
        elif exchange.method not in METHODS or exchange.method == "OPTIONS":
            return await self._other_method(exchange)
        service: SparqlService = self._app.state.sparql
        key = cache_key(exchange, service, media_type, body)
        kept = service.cache.get(key) if key is not None else None
        if kept is not None:
            return await self._queries.send_kept(exchange, kept)
        address: bytes = exchange.scope["query_string"]
        request = read_post(media_type, address, body) if media_type else read_get(address)
        if request.operation == "query":
            await self._queries.answer(exchange, request, key)
        elif request.operation == "update":
            raise UpdateNotOpen
        else:
            await self._describe(exchange, request)

    async def _describe(self, exchange: Exchange, request: SparqlRequest) -> None:
        """Describe the service in RDF, or show a form."""
        chosen = plan(exchange.header(b"accept"), request.options.format)
        if chosen.html:
            client = client_of(exchange.scope)
            return await exchange.respond(await form_page(exchange, request, client))
        if chosen.formats["graph"] is None:
            raise NotAcceptable([*media_types_of("graph"), "text/html"])
        format = graph_format(chosen.formats["graph"])
        service: SparqlService = self._app.state.sparql
        triples = service_description(Request(exchange.scope), service.dataset)
        body = rdf_bytes(triples, format)
        await exchange.whole(200, [(b"content-type", format.media_type.encode()), VARY], body)

    async def _other_method(self, exchange: Exchange) -> None:
        if exchange.method != "OPTIONS":
            problem = Problem(METHOD, f"{exchange.method} is not taken here", {})
            allow = {"Allow": ", ".join(METHODS), "Accept-Post": ", ".join(TAKEN)}
            return await exchange.respond(problem_response(Request(exchange.scope), problem, allow))
        headers = [_ALLOW, _ACCEPT_POST]
        if b"access-control-request-method" in exchange.headers:
            headers += self._cors.preflight(exchange.headers, METHODS)
        await exchange.start(204, headers)
        await exchange.write(b"", more=False)

    async def _fail(self, exchange: Exchange, error: Exception) -> None:
        """Answer with a problem, or break off an answer that has begun."""
        problem = problem_of(error)
        if problem.type is INTERNAL:
            LOG.error("a request to %s failed", exchange.scope["path"], exc_info=error)
        if exchange.started:
            await exchange.abort()
            return
        response = problem_response(Request(exchange.scope), problem, headers_of(error))
        await exchange.respond(response)
