"""HTTP by raw sockets: for what a client library would hide."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import httpx


@contextmanager
def connection(client: httpx.Client) -> Iterator[socket.socket]:
    """Yield a connection to the server that `client` speaks to."""
    assert client.base_url.port is not None
    with socket.create_connection((client.base_url.host, client.base_url.port), 30) as opened:
        yield opened


def get(path: str, version: str = "1.1", **headers: str) -> bytes:
    """Return a GET request; underscores in the names of headers are hyphens."""
    lines = [f"GET {path} HTTP/{version}", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def query(text: str, **params: str) -> str:
    """Return the path that asks a query."""
    return f"/sparql?{urlencode({'query': text, **params})}"


def read_all(opened: socket.socket) -> bytes:
    """Read until the server ends the connection, in whatever way."""
    parts = []
    try:
        while part := opened.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def eventually(check: Callable[[], bool], within_s: float = 10) -> bool:
    """Say whether something comes true in time."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if check():
            return True
        time.sleep(0.02)
    return check()
