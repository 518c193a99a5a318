"""A real server on the bundled graph, and one on an empty dataset, for every test of this room."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.settings import BudgetSettings, Settings
from graphstore.dataset import Dataset

MUCH = BudgetSettings(anonymous_seconds_per_minute=100_000, anonymous_concurrent=100)
"""For tests that ask as one client what many would."""

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@contextmanager
def serving(settings: Settings, dataset: Dataset | None) -> Iterator[httpx.Client]:
    """Serve on a free port for the time of the block; yield a client of it."""
    config = uvicorn.Config(
        create_app(settings, dataset), host="127.0.0.1", port=0, log_config=None, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as client:
        yield client
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture(scope="session")
def client(bundled: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a server on the bundled graph, with a small body limit and page size."""
    settings = Settings(
        data=tmp_path_factory.mktemp("data"),
        max_body_bytes=20_000,
        page_size=20,
        max_page_size=100,
        budgets=MUCH,
    )
    with serving(settings, bundled) as opened:
        yield opened


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of a server on an empty dataset that it opens itself."""
    with serving(Settings(data=tmp_path / "data"), None) as opened:
        yield opened


def find(client: httpx.Client, name: str, kind: str | None = None) -> str:
    """Return the id of the entity that is called `name`."""
    params = {"q": name} | ({"type": kind} if kind else {})
    items = client.get("/api/v1/entities", params=params).json()["items"]
    assert items, f"nothing is called {name}"
    found: str = items[0]["id"]
    return found
