"""The query operation behind the door: kept, unchanged, explained, or run in a worker and sent.

See [§2.1](https://www.w3.org/TR/sparql11-protocol/#query-operation) of the protocol. A page for
people is made of the same answer, cut at as many rows as a page shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from api import sparql_page
from api.answer_cache import Prepared
from api.asked import Asked, asked_of
from api.auth import Client, client_of
from api.entity_tags import has_tag
from api.errors import NotAcceptable
from api.exchange import ClientGone, Exchange
from api.explanations import explanation
from api.flights import Flight
from api.permalinks import SPARQL
from api.problems import headers_of, problem_of
from api.query_register import QueryEntry
from api.raw_answers import KEY as RAW_REQUEST
from api.sparql_answer import (
    answer_headers,
    deliver,
    prepared,
    run_headers,
    version_headers,
)
from api.sparql_formats import HTML, Plan, media_types_of, plan
from api.sparql_request import SparqlRequest, query_id
from api.sparql_service import SparqlService
from api.versions import version_of
from graphstore.answer import Kind
from graphstore.answering import Answering
from graphstore.errors import NoFormatForKind

CacheKey = tuple[Any, ...]

_SAFE: Final = ("GET", "HEAD")


def cache_key(
    exchange: Exchange, service: SparqlService, media_type: str, body: bytes
) -> CacheKey | None:
    """Return what a request is known again by, before anything in it is read.

    None where the answer depends on who asks, or how.
    """
    headers = exchange.headers
    if b"dure-query-id" in headers or b"authorization" in headers:
        return None
    return (
        service.head(),
        exchange.scope["query_string"],
        headers.get(b"accept"),
        headers.get(b"host"),
        exchange.scope["scheme"],
        media_type,
        body,
    )


class QueryDoor:
    """Answers the query operation.

    Args:
        app: the application; its state holds the `SparqlService` once it runs.
        code: stands for the program in entity tags.
    """

    def __init__(self, app: FastAPI, code: str) -> None:
        """Answer for that application."""
        self._app = app
        self._code = code
        self._base_url: str | None = app.state.settings.base_url

    @property
    def _service(self) -> SparqlService:
        service: SparqlService = self._app.state.sparql
        return service

    async def send_kept(
        self, exchange: Exchange, kept: Prepared, chosen_id: str | None = None
    ) -> None:
        """Send an answer from the cache, or 304 to a client that has it."""
        has = _has(exchange, kept.tag)
        outcome = "not-modified" if has else "kept"
        start, body = (kept.not_modified, None) if has else (kept.start, kept.body)
        self._service.tally.outcomes[outcome] += 1
        start = exchange.with_cors(start)
        if chosen_id is not None:
            named = (b"dure-query-id", chosen_id.encode())
            start = {**start, "headers": [*start["headers"], named]}
        raw = exchange.scope.get(RAW_REQUEST)
        if raw is not None and chosen_id is None:
            self._service.raw.keep(raw, start, body["body"] if body else b"", outcome)
        await exchange.send_prepared(start, body)

    async def answer(
        self, exchange: Exchange, request: SparqlRequest, key: CacheKey | None
    ) -> None:
        """Answer a query.

        Args:
            exchange: where from and to.
            request: what was read from it.
            key: what the answer is to be kept under, None for nothing.
        """
        chosen = plan(exchange.header(b"accept"), request.options.format)
        client = client_of(exchange.scope)
        try:
            asked = await self._asked(exchange, request, chosen, client)
            self._service.register.check(asked.query_id)
            if asked.query_id is not None:
                key = None  # whether the id is in use is looked at each time
            if request.options.explain:
                await self._explain(exchange, asked, client)
            elif not await self._unchanged(exchange, asked, key):
                await self._run_once(exchange, asked, client, key)
        except Exception as error:
            if exchange.started or not chosen.html or isinstance(error, ClientGone):
                raise
            page = await sparql_page.problem_page(exchange, request, client, problem_of(error))
            page.headers.update(headers_of(error))
            await exchange.respond(page)

    async def _asked(
        self, exchange: Exchange, request: SparqlRequest, chosen: Plan, client: Client
    ) -> Asked:
        service = self._service
        as_known_at = request.options.as_known_at
        version = (
            version_of(service.dataset, None)
            if as_known_at is None
            else await run_in_threadpool(version_of, service.dataset, as_known_at)
        )
        chosen_id = exchange.header(b"dure-query-id")
        return asked_of(
            request,
            chosen,
            version,
            f"{exchange.base(self._base_url)}{SPARQL}",
            settings=service.settings.sparql,
            known=client.known,
            header_id=query_id(chosen_id) if chosen_id is not None else None,
        )

    def _tag_code(self, exchange: Exchange, asked: Asked) -> str:
        """Return what an answer depends on beside query and commit; a page on much more."""
        if not asked.plan.html:
            return self._code
        parts = (
            self._service.head(),
            exchange.scope["query_string"],
            exchange.headers.get(b"accept-language"),
        )
        return f"{self._code} {parts}"

    async def _unchanged(self, exchange: Exchange, asked: Asked, key: CacheKey | None) -> bool:
        """Answer 304 or from the cache if that can be done; say whether it was."""
        code = self._tag_code(exchange, asked)
        tag = asked.tag(asked.version.id, code)
        if tag is None:
            return False
        kept = None if asked.plan.html else self._service.cache.get((tag, asked.version.fixed))
        if kept is not None:
            self._keep(key, kept)
            await self.send_kept(exchange, kept, asked.query_id)
        elif _has(exchange, tag):
            self._service.tally.outcomes["not-modified"] += 1
            await exchange.start(304, version_headers(asked, asked.version.id, code))
            await exchange.write(b"", more=False)
        else:
            return False
        return True

    async def _run_once(
        self, exchange: Exchange, asked: Asked, client: Client, key: CacheKey | None
    ) -> None:
        """Run a query, or take the answer of the same one that somebody else has running."""
        tag = None if asked.plan.html else asked.tag(asked.version.id, self._code)
        if tag is None or asked.query_id is not None or exchange.method == "HEAD":
            return await self._run(exchange, asked, client, key, None)
        flights, place = self._service.flights, (tag, asked.version.fixed)
        flight = flights.find(place, asked.deadline_s)
        kept = await flight.answer() if flight is not None else None
        if kept is not None:
            self._keep(key, kept)
            return await self.send_kept(exchange, kept)
        flight = flights.begin(place, asked.deadline_s)
        try:
            await self._run(exchange, asked, client, key, flight)
        except BaseException as error:  # also a client that has gone
            flight.fail(error)
            raise
        finally:
            flights.end(place, flight)

    async def _run(
        self,
        exchange: Exchange,
        asked: Asked,
        client: Client,
        key: CacheKey | None,
        flight: Flight | None,
    ) -> None:
        try:
            run = self._service.run(exchange, asked, client)
            async with run as answering:
                if asked.plan.html:
                    await self._send_page(exchange, asked, client, run.entry, answering)
                else:
                    await self._send(exchange, asked, run.entry, answering, key, flight)
        except NoFormatForKind as error:
            raise NotAcceptable([*media_types_of(cast(Kind, error.kind)), HTML]) from error

    async def _send(
        self,
        exchange: Exchange,
        asked: Asked,
        entry: QueryEntry,
        answering: Answering,
        key: CacheKey | None,
        flight: Flight | None,
    ) -> None:
        headers = answer_headers(asked, answering, self._code)
        kept = None
        if answering.complete:
            kept = prepared(headers, answering.first, exchange.cors.always)
        if kept is not None and self._service.cache.put((kept.tag, asked.version.fixed), kept):
            self._keep(key if self._is_head(answering.commit, asked) else None, kept)
        if flight is not None:
            flight.land(kept)
        within_s = asked.deadline_s + self._service.settings.sparql.send_grace_s
        all_headers = [*headers, *run_headers(entry, answering)]
        await deliver(exchange, answering, all_headers, within_s=within_s)

    def _is_head(self, commit: str, asked: Asked) -> bool:
        """Say whether an answer is what the same request gets now, whatever else was committed."""
        return asked.state is not None or commit == self._service.head()

    def _keep(self, key: CacheKey | None, kept: Prepared) -> None:
        if key is not None:
            size = sum(len(part) for part in key if isinstance(part, bytes))
            self._service.cache.put(key, kept, key_bytes=size)

    async def _send_page(
        self,
        exchange: Exchange,
        asked: Asked,
        client: Client,
        entry: QueryEntry,
        answering: Answering,
    ) -> None:
        body = b"".join([chunk async for chunk in answering.chunks()])
        page = await sparql_page.answer_page(exchange, asked, client, answering, body)
        code = self._tag_code(exchange, asked)
        headers = [*version_headers(asked, answering.commit, code), *run_headers(entry, answering)]
        if answering.truncated:
            headers += _row_headers(asked)
        page.raw_headers.extend(headers)
        await exchange.respond(page)

    async def _explain(self, exchange: Exchange, asked: Asked, client: Client) -> None:
        found = await explanation(self._service, exchange, asked, client)
        if asked.plan.html:
            page = await sparql_page.explanation_page(exchange, asked, client, found)
            await exchange.respond(page)
        else:
            await exchange.respond(JSONResponse(found, headers={"Cache-Control": "no-store"}))


def _row_headers(asked: Asked) -> Sequence[tuple[bytes, bytes]]:
    return ((b"dure-truncated", b"rows"), (b"dure-row-limit", str(asked.max_rows).encode()))


def _has(exchange: Exchange, tag: bytes) -> bool:
    wanted = exchange.headers.get(b"if-none-match")
    return wanted is not None and exchange.method in _SAFE and has_tag(wanted, tag)
