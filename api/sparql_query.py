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


class _Order:
    """A query that is to be answered: where to, what, for whom, and its entity tag."""

    __slots__ = ("_code", "asked", "client", "exchange", "tag")

    def __init__(self, exchange: Exchange, asked: Asked, client: Client, code: str) -> None:
        self.exchange, self.asked, self.client = exchange, asked, client
        self._code = code
        self.tag = asked.tag(asked.version.id, code)

    def tag_at(self, commit: str) -> bytes | None:
        """Return the tag of its answer from a commit, which may be later than was expected."""
        if commit == self.asked.version.id:
            return self.tag
        return self.asked.tag(commit, self._code)


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
            if request.options.explain:
                return await self._explain(exchange, asked, client)
            await self._answer(
                _Order(exchange, asked, client, self._tag_code(exchange, asked)), key
            )
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

    async def _answer(self, order: _Order, key: CacheKey | None) -> None:
        """Answer from what is kept, from somebody's run of the same query, or from one's own."""
        exchange, asked, tag, service = order.exchange, order.asked, order.tag, self._service
        if tag is None or asked.plan.html:
            if tag is not None and _has(exchange, tag):
                return await self._not_modified(order)
            return await self._run(order, None)
        place = (tag, asked.version.fixed)
        kept = service.cache.get(place)
        if kept is None and _has(exchange, tag):
            return await self._not_modified(order)
        alone = asked.query_id is not None or exchange.method == "HEAD"
        if kept is None and not alone:
            flight = service.flights.find(place, asked.deadline_s)
            kept = await flight.answer() if flight is not None else None
        if kept is not None:
            # Whether a chosen id is in use is looked at each time; and what somebody else's run
            # found in an older state, where the settings allow that, is not what is asked next.
            if key is not None and asked.query_id is None and kept.tag == tag:
                service.cache.put(key, kept, key_bytes=_size(key))
            return await self.send_kept(exchange, kept, asked.query_id)
        if alone:
            return await self._run(order, None)
        flight = service.flights.begin(place, asked.deadline_s)
        try:
            await self._run(order, flight)
        except BaseException as error:  # also a client that has gone
            flight.fail(error)
            raise
        finally:
            service.flights.end(place, flight)

    async def _not_modified(self, order: _Order) -> None:
        self._service.tally.outcomes["not-modified"] += 1
        asked = order.asked
        await order.exchange.start(304, version_headers(asked, asked.version.id, order.tag))
        await order.exchange.write(b"", more=False)

    async def _run(self, order: _Order, flight: Flight | None) -> None:
        try:
            run = self._service.run(order.exchange, order.asked, order.client)
            async with run as answering:
                if order.asked.plan.html:
                    await self._send_page(order, run.entry, answering)
                else:
                    await self._send(order, run.entry, answering, flight)
        except NoFormatForKind as error:
            raise NotAcceptable([*media_types_of(cast(Kind, error.kind)), HTML]) from error

    async def _send(
        self, order: _Order, entry: QueryEntry, answering: Answering, flight: Flight | None
    ) -> None:
        exchange, asked = order.exchange, order.asked
        headers = answer_headers(asked, answering, order.tag_at(answering.commit))
        kept = None
        if answering.complete:
            kept = prepared(headers, answering.first, exchange.cors.always)
        if kept is not None:
            self._service.cache.put((kept.tag, asked.version.fixed), kept)
        if flight is not None:
            flight.land(kept)
        within_s = asked.deadline_s + self._service.settings.sparql.send_grace_s
        all_headers = [*headers, *run_headers(entry, answering)]
        await deliver(exchange, answering, all_headers, within_s=within_s)

    async def _send_page(self, order: _Order, entry: QueryEntry, answering: Answering) -> None:
        asked = order.asked
        body = b"".join([chunk async for chunk in answering.chunks()])
        page = await sparql_page.answer_page(order.exchange, asked, order.client, answering, body)
        tag = order.tag_at(answering.commit)
        page.raw_headers.extend(version_headers(asked, answering.commit, tag))
        page.raw_headers.extend(run_headers(entry, answering))
        if answering.truncated:
            page.raw_headers.extend(_row_headers(asked))
        await order.exchange.respond(page)

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


def _size(key: CacheKey) -> int:
    return sum(len(part) for part in key if isinstance(part, bytes))
