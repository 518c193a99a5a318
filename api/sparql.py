"""`/sparql`: the door of the [SPARQL 1.1 Protocol](https://www.w3.org/TR/sparql11-protocol/).

A plain ASGI application in front of the framework's routes: an answer that is kept costs little
more than reading the request. Queries go on to `api/sparql_query.py`, updates to
`api/updating.py`. Without either it answers the
[service description](https://www.w3.org/TR/sparql11-service-description/), or a form.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fastapi import FastAPI, Request
from fastapi.concurrency import run_in_threadpool

from api.auth import client_of
from api.edge import Edge, answer_other_method
from api.entity_tags import has_tag, tag_of
from api.errors import NotAcceptable
from api.exchange import Exchange
from api.permalinks import SPARQL
from api.rdf import rdf_bytes
from api.service_description import service_description
from api.settings import Settings
from api.sparql_answer import ASK_AGAIN, VARY
from api.sparql_formats import media_types_of, plan
from api.sparql_page import form_page
from api.sparql_query import QueryDoor, cache_key
from api.sparql_request import TAKEN, SparqlRequest, body_media_type, read_get, read_post
from api.sparql_service import SparqlService
from api.tokens import Role
from api.updating import run_update
from graphstore.formats import graph_format

PATHS: Final = frozenset({SPARQL, f"{SPARQL}/"})
METHODS: Final = ("GET", "HEAD", "OPTIONS", "POST")
_ACCEPTED: Final[Mapping[str, str]] = MappingProxyType({"Accept-Post": ", ".join(TAKEN)})


class Door(Edge):
    """Answers requests to `/sparql`.

    Args:
        app: the application; its state holds the settings and, once it runs, the dataset and the
            `SparqlService`.
        code: stands for the program in entity tags: another build, other tags.
    """

    def __init__(self, app: FastAPI, code: str) -> None:
        """Answer for that application."""
        super().__init__(app, self._choose)
        self._code = code
        self._settings: Settings = app.state.settings
        self._queries = QueryDoor(app, code)

    async def _choose(self, exchange: Exchange) -> None:
        body, media_type = b"", ""
        if exchange.method == "POST":
            media_type = body_media_type(
                exchange.header(b"content-type"), exchange.header(b"content-encoding")
            )
            body = await exchange.body(self._limit_bytes(exchange))
        elif exchange.method not in METHODS or exchange.method == "OPTIONS":
            return await answer_other_method(exchange, METHODS, dict(_ACCEPTED))
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
            await run_update(exchange, request)
        else:
            await self._describe(exchange, request)

    async def _describe(self, exchange: Exchange, request: SparqlRequest) -> None:
        """Describe the service in RDF, or show a form."""
        chosen = plan(exchange.header(b"accept"), request.options.format)
        if chosen.formats["graph"] is None:
            raise NotAcceptable([*media_types_of("graph"), "text/html"])
        service: SparqlService = self._app.state.sparql
        client = client_of(exchange.scope)
        base = exchange.base(self._settings.base_url)
        about = [exchange.headers.get(name) for name in (b"accept", b"accept-language")]
        address = (exchange.scope["path"], exchange.scope["query_string"])
        tag = tag_of(self._code, service.head(), base, *address, *about, client.known)
        headers = [(b"dure-commit", service.head().encode()), (b"etag", tag), VARY, ASK_AGAIN]
        if has_tag(exchange.headers.get(b"if-none-match", b""), tag):
            await exchange.start(304, headers)
            return await exchange.write(b"", more=False)
        if chosen.html:
            page = await form_page(exchange, request, client)
            page.raw_headers.extend(headers)
            return await exchange.respond(page)
        format = graph_format(chosen.formats["graph"])
        endpoint = f"{base}{exchange.scope['path']}"
        triples = await run_in_threadpool(
            service_description, Request(exchange.scope), service.dataset, endpoint=endpoint
        )
        media_type = (b"content-type", format.media_type.encode())
        await exchange.whole(200, [media_type, *headers], rdf_bytes(triples, format))

    def _limit_bytes(self, exchange: Exchange) -> int:
        """Return the greatest size of a body; whoever may write may bring more."""
        if b"authorization" in exchange.headers:
            role = client_of(exchange.scope).role
            if role is not None and role.covers(Role.ADMINISTRATOR):
                return self._settings.writing.max_body_bytes
        return self._settings.max_body_bytes
