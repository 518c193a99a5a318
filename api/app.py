"""The application: everything a process that serves one dataset needs, built from its settings."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import pyoxigraph
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api import (
    cors,
    entities,
    linked_data,
    operations,
    page_routes,
    pages,
    problems,
    query_routes,
    questions,
    receipts,
    typed_lists,
)
from api.examples import add_examples, add_problems
from api.graph_address import is_in_graph_store
from api.graph_store import GraphStoreDoor
from api.graph_store_description import add_graph_store
from api.memory import Memories, head_id
from api.middleware import BodyLimit, Head, ReadHeaders, RequestLog
from api.permalinks import SPARQL
from api.settings import Settings
from api.sparql import PATHS, Door
from api.sparql_description import add_sparql
from api.sparql_service import SparqlService
from api.tokens import TokenBook
from api.writing import Writing
from graphstore.archive import SourceArchive
from graphstore.dataset import Dataset
from queries.catalog import Catalog

_DESCRIPTION = (
    "A knowledge graph of actors, policies and events of the social and solidarity economy that "
    "says for every fact who says so. Lists answer as `{items, next}`; errors are RFC 9457 problem "
    "documents; every read answer names its commit (`Dure-Commit`) and can be asked again with "
    "`If-None-Match`."
)
_ROOMS = (
    page_routes, entities, typed_lists, questions, query_routes, receipts, linked_data, operations,
)  # fmt: skip


class Dure(FastAPI):
    """The application; its doors answer their requests before the framework sees them."""

    door: Door
    graph_store: GraphStoreDoor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and scope["path"] in PATHS:
            return await self.door(scope, receive, send)
        if scope["type"] == "http" and is_in_graph_store(scope["path"]):
            return await self.graph_store(scope, receive, send)
        await super().__call__(scope, receive, send)


def create_app(settings: Settings | None = None, dataset: Dataset | None = None) -> Dure:
    """Build the application.

    Args:
        settings: what the operator chose; None reads `DURE_*` variables.
        dataset: an open dataset, which stays open when the application ends; None opens the one
            in `settings.data` for as long as the application runs.
    """
    chosen = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        if dataset is not None:
            async with _serving(app, dataset):
                yield
            return
        with Dataset.open(chosen.data) as opened:
            _attach(app, opened)
            async with _serving(app, opened):
                yield

    app = Dure(
        title="Dure",
        version=_version(),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
    )
    app.state.settings = chosen
    app.state.archive = SourceArchive(chosen.data / "sources")
    app.state.catalog = Catalog.load()
    app.state.tokens = TokenBook(chosen.data)
    if dataset is not None:
        _attach(app, dataset)
    problems.install(app, pages.problem_page)
    for room in _ROOMS:
        app.include_router(room.router)
    code = _fingerprint()
    app.door, app.graph_store = Door(app, code), GraphStoreDoor(app, code)
    app.router.routes.append(Route(SPARQL, app.door, include_in_schema=False))  # to be listed
    _add_middleware(app, chosen, code)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Let the API's description carry the recorded examples."""
    plain = app.openapi

    def with_examples() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            add_sparql(document)
            add_graph_store(document)
            add_examples(document)
            add_problems(document)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = with_examples  # type: ignore[method-assign]


@asynccontextmanager
async def _serving(app: FastAPI, dataset: Dataset) -> AsyncIterator[None]:
    """Have workers for queries for the time of the block."""
    service = SparqlService(app.state.settings, dataset)
    app.state.sparql = service
    app.state.writing = Writing(app.state.settings.writing, dataset)
    try:
        await service.start()
        yield
    finally:
        await service.close()


def _attach(app: FastAPI, dataset: Dataset) -> None:
    app.state.dataset = dataset
    app.state.memories = Memories(dataset, app.state.archive)


def _add_middleware(app: FastAPI, settings: Settings, code: str) -> None:
    """Wrap the application; what is added last sees a request first."""

    def state() -> tuple[str, str]:
        memories: Memories = app.state.memories
        return head_id(app.state.dataset), f"{code} {memories.archived()}"

    app.add_middleware(BodyLimit, limit_bytes=settings.max_body_bytes)
    app.add_middleware(ReadHeaders, version=state)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=cors.METHODS,
        allow_headers=["*"],
        expose_headers=cors.EXPOSED,
    )
    app.add_middleware(Head)
    app.add_middleware(RequestLog)


def _fingerprint() -> str:
    """Return a digest of what writes the answers: another build, other entity tags."""
    digest = hashlib.sha256(pyoxigraph.__version__.encode())
    for room in ("api", "web", "queries", "ontology", "graphstore"):
        for path in sorted(_files_in(files(room)), key=lambda item: item[0]):
            digest.update(f"{path[0]}\0".encode() + path[1].read_bytes())
    return digest.hexdigest()[:16]


def _files_in(folder: Traversable, place: str = "") -> Iterator[tuple[str, Traversable]]:
    for item in folder.iterdir():
        name = f"{place}/{item.name}"
        if item.is_dir() and item.name != "__pycache__":
            yield from _files_in(item, name)
        elif item.is_file():
            yield name, item


def _version() -> str:
    try:
        return version("dure")
    except PackageNotFoundError:
        return "0"
