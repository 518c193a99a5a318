"""`/rdf-graph-store`: whole graphs read, replaced, merged, deleted and patched.

Implements the [SPARQL 1.1 Graph Store HTTP Protocol](https://www.w3.org/TR/sparql11-http-rdf-update/)
with both ways of naming a graph. Reading is public and runs as a query in a worker; writing needs
an administrator's token and goes through the gate.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeAlias

from fastapi import FastAPI, Request
from pyoxigraph import DefaultGraph, NamedNode, Quad

from api.asked import Asked, asked_of
from api.auth import Client, client_of, require
from api.edge import Edge, answer_other_method
from api.entity_tags import has_tag, tag_of
from api.errors import BadParameter, PreconditionFailed, UnsupportedMediaType
from api.exchange import Exchange
from api.graph_address import GRAPH_STORE, GraphAddress, read_address
from api.memory import head_id
from api.rdf import graph_format_of
from api.service_description import address
from api.sparql_answer import ASK_AGAIN, KEEP_FOREVER, VARY, deliver, run_headers
from api.sparql_formats import FORMATS, Plan
from api.sparql_request import UPDATE, Options, SparqlRequest
from api.sparql_service import SparqlService
from api.threads import in_thread
from api.tokens import Role
from api.updating import UpdateWorker
from api.uploads import TAKEN, check_upload, read_upload
from api.versions import Version, version_of
from api.writing import WorkOut, Writing, checked_message, send_preview, send_written
from graphstore.answering import QueryTask
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.errors import GraphNotFound
from graphstore.formats import GRAPH_FORMATS, GraphFormat, find_graph_format
from graphstore.graphs import delete_graph, graph_exists, post_graph, put_graph

Graph: TypeAlias = NamedNode | DefaultGraph

METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_QUERY: Final = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
_ACCEPTED: Final[Mapping[str, str]] = MappingProxyType(
    {"Accept-Post": ", ".join((*TAKEN, "multipart/form-data")), "Accept-Patch": UPDATE}
)
_UTF8_UPDATES: Final = frozenset({UPDATE, f"{UPDATE};charset=utf-8"})


class GraphStoreDoor(Edge):
    """Answers requests to the graph store.

    Args:
        app: the application; its state holds the dataset, the `SparqlService` and the `Writing`.
        code: stands for the program in entity tags: another build, other tags.
    """

    def __init__(self, app: FastAPI, code: str) -> None:
        """Answer for that application."""
        super().__init__(app, self._choose)
        self._state = app.state
        self._code = code

    async def _choose(self, exchange: Exchange) -> None:
        if exchange.method not in METHODS or exchange.method == "OPTIONS":
            return await answer_other_method(exchange, METHODS, dict(_ACCEPTED))
        store = address(Request(exchange.scope), GRAPH_STORE)
        asked = read_address(store, _path(exchange), exchange.scope["query_string"])
        if exchange.method in {"GET", "HEAD"}:
            return await self._get(exchange, asked)
        client = require(exchange.scope, Role.ADMINISTRATOR)
        await _Write(self._state, exchange, asked, client, self._code).answer()

    # ---- reading

    async def _get(self, exchange: Exchange, asked: GraphAddress) -> None:
        graph = _needed(asked.graph)
        client = client_of(exchange.scope)
        service: SparqlService = self._state.sparql
        format = _format(exchange, asked)
        version = await in_thread(version_of, service.dataset, asked.as_known_at)
        query = _query(service, graph, format, asked, version, known=client.known)
        if not await _exists(service, graph, query):
            raise _not_found(graph)
        keep = KEEP_FOREVER if version.fixed else ASK_AGAIN
        tag = _tag(self._code, version.id, graph, format)
        if has_tag(exchange.headers.get(b"if-none-match", b""), tag):
            commit = (b"dure-commit", version.id.encode())
            await exchange.start(304, [commit, (b"etag", tag), VARY, keep])
            return await exchange.write(b"", more=False)
        run = service.run(exchange, query, client)
        async with run as answering:
            headers = [
                (b"content-type", format.media_type.encode()),
                (b"dure-commit", answering.commit.encode()),
                (b"etag", _tag(self._code, answering.commit, graph, format)),
                VARY,
                keep,
                *run_headers(run.entry, answering),
            ]
            within_s = query.deadline_s + service.settings.sparql.send_grace_s
            await deliver(exchange, answering, headers, within_s=within_s)


class _Write:
    """One request that writes."""

    def __init__(
        self, state: object, exchange: Exchange, asked: GraphAddress, client: Client, code: str
    ) -> None:
        self._writing: Writing = state.writing  # type: ignore[attr-defined]
        self._service: SparqlService = state.sparql  # type: ignore[attr-defined]
        self._dataset: Dataset = self._service.dataset
        self._exchange = exchange
        self._asked = asked
        self._client = client
        self._code = code
        self._created = False

    async def answer(self) -> None:
        method = self._exchange.method
        if method == "DELETE":
            graph = _needed(self._asked.graph)
            await self._do(graph, lambda: delete_graph(self._dataset, graph))
        elif method == "PATCH":
            await self._patch(_needed(self._asked.graph))
        elif method == "PUT":
            graph = _needed(self._asked.graph)
            quads = await self._quads(self._asked.base, parts=False)
            await self._do(graph, lambda: put_graph(self._dataset, graph, quads))
        else:
            await self._post()

    async def _post(self) -> None:
        """Merge into a graph; into a new one with a name of ours where the store is addressed."""
        graph = self._asked.graph
        headers = []
        if graph is None:
            graph = NamedNode(f"{self._asked.base}/{uuid.uuid4()}")
            headers = [(b"location", graph.value.encode())]
        base = self._asked.base if isinstance(graph, DefaultGraph) else graph.value
        quads = await self._quads(base, parts=True)
        target = graph
        await self._do(target, lambda: post_graph(self._dataset, target, quads), headers)

    async def _patch(self, graph: Graph) -> None:
        given = self._exchange.header(b"content-type") or ""
        if given.replace(" ", "").lower() not in _UTF8_UPDATES:
            raise UnsupportedMediaType(given or "a body without media type", (UPDATE,))
        try:
            text = (await self._body()).decode("utf-8")
        except UnicodeDecodeError as error:
            raise BadParameter("body", "is not UTF-8") from error
        worker = UpdateWorker(self._exchange, self._service, self._client, self._asked.timeout_s)

        async def work_out() -> Changeset:
            if not await in_thread(self._check_preconditions, graph):
                raise _not_found(graph)
            return await worker.changes(text, within=graph, base=self._asked.base)

        await self._finish(graph, work_out)

    # ---- what they have in common

    async def _do(
        self,
        graph: Graph,
        changes: Callable[[], Changeset],
        headers: list[tuple[bytes, bytes]] | None = None,
    ) -> None:
        def work_out_now() -> Changeset:
            self._created = not self._check_preconditions(graph)
            return changes()

        async def work_out() -> Changeset:
            return await in_thread(work_out_now)

        await self._finish(graph, work_out, headers)

    async def _finish(
        self, graph: Graph, work_out: WorkOut, headers: list[tuple[bytes, bytes]] | None = None
    ) -> None:
        if self._asked.dry_run:
            return await send_preview(self._exchange, await self._writing.preview(work_out))
        name = "the default graph" if isinstance(graph, DefaultGraph) else f"<{graph.value}>"
        message = checked_message(self._asked.message or f"{self._exchange.method} {name}")
        commit = await self._writing.commit(work_out, self._client, message)
        head = head_id(self._dataset)
        await send_written(
            self._exchange, commit, head, created=self._created, headers=headers or []
        )

    def _check_preconditions(self, graph: Graph) -> bool:
        """Say whether the graph exists, after checking what the client supposes about it."""
        exists = graph_exists(self._dataset, graph)
        headers = self._exchange.headers
        wanted, unwanted = headers.get(b"if-match"), headers.get(b"if-none-match")
        if wanted is not None and not self._has_one(wanted, graph, exists=exists):
            raise PreconditionFailed("the graph has changed, or is not there (If-Match)")
        if unwanted is not None and self._has_one(unwanted, graph, exists=exists):
            raise PreconditionFailed("the graph is there, in this state (If-None-Match)")
        return exists

    def _has_one(self, tags: bytes, graph: Graph, *, exists: bool) -> bool:
        """Say whether a graph that is there has one of these tags, in whatever format."""
        head = head_id(self._dataset)
        return exists and any(
            has_tag(tags, _tag(self._code, head, graph, format)) for format in GRAPH_FORMATS
        )

    async def _quads(self, base: str, *, parts: bool) -> list[Quad]:
        content_type = self._exchange.header(b"content-type")
        encoding = self._exchange.header(b"content-encoding")
        check_upload(content_type, encoding, parts=parts)
        body = await self._body()
        max_quads = self._writing.settings.max_quads
        return await in_thread(
            lambda: read_upload(body, content_type or "", base=base, max_quads=max_quads)
        )

    async def _body(self) -> bytes:
        return await self._exchange.body(self._writing.settings.max_body_bytes)


def _needed(graph: Graph | None) -> Graph:
    if graph is None:
        raise BadParameter("graph", "is missing: name a graph (?graph=IRI), or ?default")
    return graph


def _not_found(graph: Graph) -> GraphNotFound:
    assert isinstance(graph, NamedNode)  # the default graph is always there
    return GraphNotFound(graph.value)


def _format(exchange: Exchange, asked: GraphAddress) -> GraphFormat:
    if asked.format is None:
        return graph_format_of(exchange.header(b"accept"))
    found = find_graph_format(asked.format)
    if found is None:
        names = ", ".join(item.name for item in GRAPH_FORMATS)
        raise BadParameter("format", f"is one of {names}, or a media type")
    return found


def _tag(code: str, commit: str, graph: Graph, format: GraphFormat) -> bytes:
    return tag_of(code, commit, str(graph), format.name)


def _path(exchange: Exchange) -> str:
    """Return the path as it was sent: decoded, it might be that of another graph."""
    path = exchange.scope.get("raw_path") or exchange.scope["path"].encode()
    try:
        return str(path, "utf-8")
    except UnicodeDecodeError as error:
        raise BadParameter("graph", "is not UTF-8") from error


async def _exists(service: SparqlService, graph: Graph, query: Asked) -> bool:
    """Say whether a graph is there, or was in the version that is asked."""
    if query.state is None:
        return await in_thread(graph_exists, service.dataset, graph)
    if isinstance(graph, DefaultGraph):
        return True
    task = QueryTask(f"ASK {{ GRAPH {graph} {{}} }}", {"boolean": "json"})
    answering = await service.pool.query(task, deadline_s=query.deadline_s, version=query.state)
    body = b"".join([chunk async for chunk in answering.chunks()])
    return bool(json.loads(body)["boolean"])


def _query(
    service: SparqlService,
    graph: Graph,
    format: GraphFormat,
    asked: GraphAddress,
    version: Version,
    *,
    known: bool,
) -> Asked:
    """Return the query that reads a graph; its answer is never cut at a number of triples."""
    graphs = None if isinstance(graph, DefaultGraph) else (graph.value,)
    options = Options(timeout_s=asked.timeout_s, format=format.name, as_known_at=asked.as_known_at)
    request = SparqlRequest("query", _QUERY, graphs, None, options)
    formats = {"solutions": None, "boolean": None, "graph": FORMATS[format.name].name}
    found = asked_of(
        request,
        Plan(False, MappingProxyType(formats), format.name),  # type: ignore[arg-type]
        version,
        asked.base,
        settings=service.settings.sparql,
        known=known,
    )
    return replace(found, max_rows=None)
