"""The engine behind the shortest HTTP there is: what the killable path is compared with.

A bare ASGI application on uvicorn that answers `?query=` from a store opened read-only, in
threads of its own process. No check, no limit, no way to stop a query.
Run: `python -m benchmarks.in_process_server STORE PORT`.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from pyoxigraph import Store

from benchmarks.engine import answer
from benchmarks.sparql_queries import RESULTS

Message = MutableMapping[str, Any]
_THREADS = 4


class InProcess:
    """The application."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._threads = ThreadPoolExecutor(_THREADS)

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        if scope["type"] != "http":
            return
        query = parse_qs(scope["query_string"].decode())["query"][0]
        accept = dict(scope["headers"]).get(b"accept", RESULTS.encode()).decode()
        loop = asyncio.get_running_loop()
        body = await loop.run_in_executor(self._threads, answer, self._store, query, accept)
        headers = [
            (b"content-type", accept.encode()),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    uvicorn.run(
        InProcess(Store.read_only(sys.argv[1])),
        host="127.0.0.1",
        port=int(sys.argv[2]),
        log_level="error",
        lifespan="off",
    )
