"""The application: everything a process that serves one dataset needs, built from its settings."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api import (
    entities,
    linked_data,
    operations,
    page_routes,
    pages,
    problems,
    questions,
    sparql,
    typed_lists,
)
from api.examples import add_examples, add_problems
from api.memory import Memories, head_id
from api.middleware import BodyLimit, Head, ReadHeaders, RequestLog
from api.settings import Settings
from graphstore.archive import SourceArchive
from graphstore.dataset import Dataset
from queries.catalog import Catalog

_DESCRIPTION = (
    "A knowledge graph of actors, policies and events of the social and solidarity economy that "
    "says for every fact who says so. Lists answer as `{items, next}`; errors are RFC 9457 problem "
    "documents; every read answer names its commit (`Dure-Commit`) and can be asked again with "
    "`If-None-Match`."
)
_EXPOSED = ["Dure-Commit", "ETag", "Link", "Allow", "Content-Disposition"]


def create_app(settings: Settings | None = None, dataset: Dataset | None = None) -> FastAPI:
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
            yield
            return
        with Dataset.open(chosen.data) as opened:
            _attach(app, opened)
            yield

    app = FastAPI(
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
    if dataset is not None:
        _attach(app, dataset)
    problems.install(app, pages.problem_page)
    for room in (page_routes, entities, typed_lists, questions, sparql, linked_data, operations):
        app.include_router(room.router)
    _add_middleware(app, chosen)
    _describe(app)
    return app


def _describe(app: FastAPI) -> None:
    """Let the API's description carry the recorded examples."""
    plain = app.openapi

    def with_examples() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            add_examples(document)
            add_problems(document)
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = with_examples  # type: ignore[method-assign]


def _attach(app: FastAPI, dataset: Dataset) -> None:
    app.state.dataset = dataset
    app.state.memories = Memories(dataset, app.state.archive)


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Wrap the application; what is added last sees a request first."""

    code = _fingerprint()

    def state() -> tuple[str, str]:
        memories: Memories = app.state.memories
        return head_id(app.state.dataset), f"{code} {memories.archived()}"

    app.add_middleware(BodyLimit, limit_bytes=settings.max_body_bytes)
    app.add_middleware(ReadHeaders, version=state)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
        allow_headers=["*"],
        expose_headers=_EXPOSED,
    )
    app.add_middleware(Head)
    app.add_middleware(RequestLog)


def _fingerprint() -> str:
    """Return a digest of what writes the answers: another build, other entity tags."""
    digest = hashlib.sha256()
    for room in ("api", "web", "queries", "ontology"):
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
