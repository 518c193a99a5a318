"""`dure serve`: the service, with the bundled graph loaded at the first start."""

from __future__ import annotations

import gc
import logging
import resource
import sys
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from api.settings import Settings
from curation.bundled import load_bundled
from dure.options import DataFolder, archive, data_folder, notes
from dure.progress import steps
from dure.protocol import short_way
from dure.request_lines import GatheringHandler
from graphstore.dataset import Dataset
from graphstore.validation import Shapes

_OPEN_FILES = 65_536
_YOUNG_OBJECTS = 10_000  # between two collections of the youngest
_LAST_ANSWERS_S = 10  # for answers under way when the service is told to end


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(serve)


def serve(
    data: DataFolder = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on (DURE_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on (DURE_PORT).")] = None,
    empty: Annotated[
        bool, typer.Option("--empty", help="Do not load the bundled graph at the first start.")
    ] = False,
) -> None:
    """Serve the graph over SPARQL, REST and pages.

    The first start loads the bundled graph through the gate; later starts open what is there.

    Example: dure serve --port 8080
    """
    given = {"data": data_folder(data), "host": host, "port": port}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = Settings.model_validate({**Settings().model_dump(), **chosen})
    with Dataset.open(settings.data) as dataset:
        if dataset.head is None and not empty:
            with steps() as told:
                load_bundled(
                    dataset, shapes=Shapes.load(), archive=archive(settings.data), progress=told
                )
        # What the lines do not tell is not looked up for each of them.
        logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
        lines = GatheringHandler(sys.stderr)
        logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[lines])
        notes.print(f"Dure serves {settings.data} on http://{settings.host}:{settings.port}")
        _allow_connections()
        app = create_app(settings, dataset)
        _spare_the_collector()
        uvicorn.run(
            app,
            http=short_way(app),
            ws="none",
            host=settings.host,
            port=settings.port,
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_LAST_ANSWERS_S,
        )


def _allow_connections() -> None:
    """Take as many open files as the system lets us have: every connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < _OPEN_FILES and (hard == resource.RLIM_INFINITY or hard > soft):
        wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _spare_the_collector() -> None:
    """Leave out of garbage collection what stays as long as the service does.

    Modules, shapes and templates are a million objects that every full collection would look
    through again: at a thousand queries a second a third of the time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)
