"""Nothing that a client sends makes the service connect to anywhere: a server listens, in vain.

The first wall is what is read in the texts before the engine sees them; the second is what a
worker process has taken away from itself, which holds when the first is missing.
"""

from __future__ import annotations

import contextlib
import json
import platform
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyoxigraph import Store

from graphstore.errors import GraphStoreError, RefusedQuery
from graphstore.formats import parse_quads
from graphstore.query_text import check_query_text, check_update_text
from graphstore.shapes import Shapes
from graphstore.update import changeset_of_update
from graphstore.validation import validate_quads
from graphstore.workers import WorkerPool
from tests.graphstore import hostile_texts
from tests.graphstore.pools import ask, with_pool

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_HOSTS = {"127.0.0.1": socket.AF_INET, "[::1]": socket.AF_INET6}


@dataclass
class Ears:
    """Servers that listen at every loopback address, and what they have heard."""

    urls: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def listening(self, host: str) -> Iterator[None]:
        server = socket.create_server((host.strip("[]"), 0), family=_HOSTS[host])
        self.urls.append(f"http://{host}:{server.getsockname()[1]}/")
        thread = threading.Thread(target=self._listen, args=(server, host))
        thread.start()
        try:
            yield
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            server.close()

    def _listen(self, server: socket.socket, host: str) -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            self.heard.append(host)
            with connection, contextlib.suppress(OSError):
                connection.settimeout(1)
                connection.recv(1024)
                connection.sendall(_ANSWER)


@pytest.fixture
def ears() -> Iterator[Ears]:
    """Servers that hear a control connection, and nothing else in the test."""
    ears = Ears()
    with contextlib.ExitStack() as stack:
        for host in _HOSTS:
            with contextlib.suppress(OSError):  # a machine may have no IPv6
                stack.enter_context(ears.listening(host))
        assert ears.urls
        yield ears
        assert ears.heard == []
        for url in ears.urls:
            urllib.request.urlopen(url, timeout=10).close()
        assert len(ears.heard) == len(ears.urls)


def test_every_hostile_text_is_refused(ears: Ears) -> None:
    for url in ears.urls:
        for text in hostile_texts.queries(url):
            with pytest.raises(RefusedQuery, match="SERVICE"):
                check_query_text(text)
        for text in hostile_texts.updates(url):
            with pytest.raises(RefusedQuery, match="is refused"):
                check_update_text(text)


def test_updates_are_worked_out_alone(ears: Ears) -> None:
    store = Store()
    for url in ears.urls:
        for text in hostile_texts.updates(url) + hostile_texts.silent_updates(url):
            with contextlib.suppress(GraphStoreError):
                changeset_of_update(store, text, base=url)
        with contextlib.suppress(GraphStoreError):
            text = "INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }"
            changeset_of_update(store, text, using_default=[url], using_named=[f"{url}n"])


def test_documents_are_read_alone(ears: Ears) -> None:
    for url in ears.urls:
        for format, document in hostile_texts.documents(url):
            with contextlib.suppress(GraphStoreError):
                parse_quads(document.encode(), format, base=url)


def test_validation_reads_nothing_else(ears: Ears) -> None:
    for url in ears.urls:
        data = parse_quads(
            f"<urn:a> <urn:p> <{url}> ; <http://www.w3.org/2002/07/owl#imports> <{url}> ; "
            f"<http://www.w3.org/ns/shacl#shapesGraph> <{url}> .".encode(),
            "turtle",
        )
        for text in hostile_texts.shapes(url):
            with contextlib.suppress(GraphStoreError):
                validate_quads(data, Shapes.parse(text.encode(), text.encode()))


def test_workers_ask_nobody(ears: Ears, tmp_path: Path) -> None:
    async def use(pool: WorkerPool) -> None:
        for url in ears.urls:
            some = hostile_texts.queries(url)[::25] + hostile_texts.silent_addresses(url)
            for text in some:
                with contextlib.suppress(GraphStoreError):
                    await ask(pool, text, base=url, default_graphs=(url,), named_graphs=(url,))
            for text in hostile_texts.updates(url)[::10] + hostile_texts.silent_updates(url):
                with contextlib.suppress(GraphStoreError):
                    await pool.changes(
                        text, using_default=None, using_named=None, base=url, deadline_s=30
                    )

    with_pool(tmp_path, use, quads=3)


# ---- with the text check switched off

_PROGRAM = """
import json, sys, tempfile
import pyoxigraph
from graphstore import query_worker  # as a worker loads it
from graphstore.isolation import confine
texts = json.load(sys.stdin)
if sys.argv[1] == "confined":
    print(*confine(1 << 30), file=sys.stderr)
store = pyoxigraph.Store()
store.update("INSERT DATA { <urn:a> <urn:b> <urn:c> . GRAPH <urn:g> { <urn:a> <urn:b> 1 } }")
ran = 0
for kind, text in texts:
    try:
        if kind == "query":
            results = store.query(text)
            if not isinstance(results, pyoxigraph.QueryBoolean):
                list(results)
        elif kind == "update":
            pyoxigraph.Store().update(text)
        else:
            list(pyoxigraph.parse(text.encode(), format=pyoxigraph.RdfFormat.from_extension(kind)))
        ran += 1
    except (SyntaxError, ValueError, OSError, RuntimeError):
        pass
print(ran)
"""
_EXTENSIONS = {"turtle": "ttl", "trig": "trig", "nquads": "nq", "jsonld": "jsonld", "rdfxml": "rdf"}


def engine_alone(texts: list[tuple[str, str]], *, confined: bool) -> int:
    """Give texts to the engine, unread, in a process that is confined like a worker, or not."""
    ended = subprocess.run(
        [sys.executable, "-c", _PROGRAM, "confined" if confined else "free"],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    if confined:
        assert "no-sockets" in ended.stderr
    return int(ended.stdout)


def texts_of(url: str) -> list[tuple[str, str]]:
    asked = hostile_texts.queries(url) + hostile_texts.silent_addresses(url)
    written = hostile_texts.updates(url) + hostile_texts.silent_updates(url)
    read = [(_EXTENSIONS[name], text) for name, text in hostile_texts.documents(url)]
    return [("query", text) for text in asked] + [("update", text) for text in written] + read


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"},
    reason="the kernel's filter is Linux's",
)
def test_a_confined_engine_reaches_nobody(ears: Ears) -> None:
    for url in ears.urls:
        assert engine_alone(texts_of(url), confined=True) > 0


def test_an_engine_that_is_free_would_connect() -> None:
    """Without this, the silence above would prove nothing."""
    ears = Ears()
    with ears.listening("127.0.0.1"):
        (url,) = ears.urls
        queries = hostile_texts.queries(url)
        forms = [("query", text) for text in queries[:: len(queries) // 100]]
        forms += [("update", text) for text in hostile_texts.updates(url)[::3]]
        engine_alone(forms, confined=False)
    assert len(ears.heard) > 20


def test_there_are_some_hundred_hostile_forms() -> None:
    assert len(texts_of("http://127.0.0.1:9/")) > 800
