"""The page of `/sparql`: a form, and below it an answer, an explanation or what went wrong.

Works without scripts; the small script of the page stops a running query and shows where in the
text an error is. Pages are made in threads: a table of a thousand rows takes some 30 ms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from api.asked import Asked
from api.auth import Client
from api.exchange import Exchange
from api.negotiation import choose_language
from api.permalinks import RECEIPT, SPARQL, quoted
from api.presentation import Shown, page_address
from api.problems import Problem, type_address
from api.receipts import Receipt
from api.service_description import address
from api.settings import Settings
from api.sparql_formats import FORMATS, KINDS
from api.sparql_request import SparqlRequest
from api.templates import POLICY, page_response
from api.versions import version_of
from graphstore.answering import Answering
from graphstore.formats import GraphFormat, ResultFormat

_POLICY = f"{POLICY}; script-src 'self'"
_AROUND = 3  # lines shown before and after the one with an error


@dataclass(frozen=True)
class AnswerShown:
    """An answer as the page shows it; one of table, boolean and graph is there."""

    kind: str
    variables: list[str]
    rows: list[list[Shown]]
    boolean: bool | None
    graph: str | None
    truncated: bool
    row_limit: int | None
    hints: list[dict[str, Any]]
    rewrites: list[dict[str, Any]]
    downloads: list[tuple[str, str, str]]
    receipt: Receipt
    receipt_address: str


@dataclass(frozen=True)
class MarkedLine:
    """A line of a query near an error; `before` and `after` surround the place on its own line."""

    number: int
    text: str
    wrong: bool
    before: str = ""
    after: str = ""


async def form_page(exchange: Exchange, request: SparqlRequest, client: Client) -> Response:
    """Show the form."""
    return await run_in_threadpool(_page, exchange, request, client)


async def answer_page(
    exchange: Exchange, asked: Asked, client: Client, answering: Answering, body: bytes
) -> Response:
    """Show an answer.

    Args:
        exchange: the request.
        asked: the query.
        client: who asks.
        answering: the answer's facts.
        body: the whole answer, JSON or Turtle.
    """
    return await run_in_threadpool(_answer_page, exchange, asked, client, answering, body)


async def problem_page(
    exchange: Exchange, request: SparqlRequest, client: Client, problem: Problem
) -> Response:
    """Show what went wrong above the form with the text, and where in it."""
    line, column = problem.extensions.get("line"), problem.extensions.get("column")
    return await run_in_threadpool(
        _page,
        exchange,
        request,
        client,
        status=problem.type.status,
        headers={"Cache-Control": "no-store"},
        problem=problem,
        problem_address=type_address(Request(exchange.scope), problem.type),
        marked=marked_lines(request.text, line, column) if line else [],
    )


async def explanation_page(
    exchange: Exchange, asked: Asked, client: Client, found: Mapping[str, Any]
) -> Response:
    """Show what a query runs as."""
    headers = {"Cache-Control": "no-store"}
    return await run_in_threadpool(
        _page, exchange, asked.request, client, headers=headers, explained=found
    )


def marked_lines(text: str, line: int, column: int | None) -> list[MarkedLine]:
    """Return the lines around a place in a text, counted from 1, the place marked.

    >>> [(x.number, x.wrong) for x in marked_lines("a\\nb\\nc", 2, 1)]
    [(1, False), (2, True), (3, False)]
    """
    lines = text.split("\n")
    begin, end = max(0, line - 1 - _AROUND), line + _AROUND
    marked = []
    for number, content in enumerate(lines[begin:end], begin + 1):
        if number != line:
            marked.append(MarkedLine(number, content, wrong=False))
        else:
            place = max(0, min((column or 1) - 1, len(content)))
            marked.append(MarkedLine(number, content, True, content[:place], content[place:]))
    return marked


def without_unused_prefixes(turtle: str) -> str:
    """Return a Turtle document without the prefixes that it declares for nothing.

    >>> without_unused_prefixes("@prefix a: <urn:a:> .\\n@prefix b: <urn:b:> .\\nb:x b:y 1 .")
    '@prefix b: <urn:b:> .\\nb:x b:y 1 .'
    """
    lines = turtle.split("\n")
    declared = [line for line in lines if line.startswith("@prefix ")]
    rest = [line for line in lines if not line.startswith("@prefix ")]
    body = "\n".join(rest)
    used = [line for line in declared if f"{line.split(' ', 2)[1]}" in body]
    return "\n".join([*used, *rest])


def _answer_page(
    exchange: Exchange, asked: Asked, client: Client, answering: Answering, body: bytes
) -> Response:
    document = json.loads(body) if answering.kind != "graph" else {}
    variables: list[str] = document.get("head", {}).get("vars", [])
    found = document.get("results", {}).get("bindings", [])
    dataset = exchange.scope["app"].state.dataset
    permalink = asked.permalink(answering.commit, answering.format)
    shown = AnswerShown(
        kind=answering.kind,
        variables=variables,
        rows=[[_cell(row.get(name)) for name in variables] for row in found],
        boolean=document.get("boolean"),
        graph=without_unused_prefixes(body.decode()) if answering.kind == "graph" else None,
        truncated=answering.truncated,
        row_limit=answering.row_limit,
        hints=answering.hints,
        rewrites=answering.rewrites,
        downloads=_downloads(asked, answering),
        receipt=Receipt(
            permalink,
            version_of(dataset, answering.commit if answering.number else None),
            address(Request(exchange.scope), SPARQL),
            exchange.scope["app"].state.settings,
        ),
        receipt_address=f"{RECEIPT}?{permalink.query_string()}",
    )
    return _page(exchange, asked.request, client, answer=shown)


def _cell(term: dict[str, Any] | None) -> Shown:
    """Return a term of the JSON results as it is: IRIs linked, texts with their language."""
    if term is None:
        return Shown("")
    value = term["value"]
    if term["type"] == "uri":
        return Shown(value, page_address(value))
    if term["type"] == "triple":
        return Shown(
            " ".join(_cell(value[part]).text for part in ("subject", "predicate", "object"))
        )
    return Shown(f"_:{value}" if term["type"] == "bnode" else value, None, term.get("xml:lang"))


def _downloads(asked: Asked, answering: Answering) -> list[tuple[str, str, str]]:
    """Return name, media type and address of the whole answer in each format."""
    request = asked.request
    pairs = [("query", request.text)]
    pairs += [("default-graph-uri", iri) for iri in request.default_graphs or ()]
    pairs += [("named-graph-uri", iri) for iri in request.named_graphs or ()]
    if request.options.as_known_at:
        pairs.append(("asKnownAt", request.options.as_known_at))
    base = "&".join(f"{name}={quoted(value)}" for name, value in pairs)
    formats: tuple[ResultFormat | GraphFormat, ...] = KINDS[answering.kind]
    return [
        (item.extension, item.media_type, f"{SPARQL}?{base}&format={item.name}") for item in formats
    ]


def _page(
    exchange: Exchange,
    request: SparqlRequest,
    client: Client,
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    answer: AnswerShown | None = None,
    explained: Mapping[str, Any] | None = None,
    problem: Problem | None = None,
    problem_address: str = "",
    marked: list[MarkedLine] | None = None,
) -> Response:
    settings: Settings = exchange.scope["app"].state.settings
    language = request.options.language or choose_language(
        exchange.header(b"accept-language"), ("en", "ko"), settings.language
    )
    sparql = settings.sparql
    return page_response(
        Request(exchange.scope),
        "sparql.html",
        language,
        status=status,
        headers={"Content-Security-Policy": _POLICY, **(headers or {})},
        query=request.text if request.operation == "query" else None,
        options=request.options,
        default_graphs=request.default_graphs or (),
        named_graphs=request.named_graphs or (),
        timeout_s=sparql.timeout_s,
        greatest_s=sparql.known_timeout_s if client.known else sparql.timeout_s,
        page_rows=sparql.page_rows,
        formats=FORMATS.values(),
        answer=answer,
        explained=explained,
        problem=problem,
        problem_address=problem_address,
        marked=marked or [],
    )
