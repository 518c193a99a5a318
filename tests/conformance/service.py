"""A `dure serve --empty` process of its own, spoken to over HTTP as a stranger would.

Requests are written by `http.client`, which sends addresses, headers and bodies as they are given
and adds nothing but `Host` and `Content-Length`.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pyoxigraph import NamedNode

from tests.conformance.answers import Solutions
from tests.conformance.manifests import File, Graphs
from tests.conformance.reading import JSON, MEDIA_TYPES, RDF_XML, TURTLE, read_answer
from tests.conftest import ROOT

Content = tuple[str, bytes]  # media type and bytes

QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_START_S: Final = 60
_ANSWER_S: Final = 60


@dataclass(frozen=True)
class Doors:
    """The paths of a service's query and update operations and of its graph store."""

    query: str = "/sparql"
    update: str = "/sparql"
    graph_store: str = "/rdf-graph-store"


@dataclass(frozen=True)
class Response:
    """Status, headers by lower-case name, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        """The content type without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def problem(self) -> str:
        """The last segment of the problem's type, such as `query-syntax`; empty without one."""
        if self.media_type != "application/problem+json":
            return ""
        return str(json.loads(self.body)["type"]).rpartition("/")[2].rpartition("#")[2]


class Service:
    """A running service and what this client knows of its graph store."""

    def __init__(self, port: int, token: str, doors: Doors) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.doors = doors
        self.authorization = (("Authorization", f"Bearer {token}"),)
        self._port = port
        self._held: dict[str | None, Content | None] | None = None

    def request(
        self,
        method: str,
        target: str,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes | None = None,
    ) -> Response:
        """Send one request on a connection of its own and read the whole response."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_ANSWER_S)
        with closing(connection):
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None or method in {"POST", "PUT"}:
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
        found = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, found, content)

    def query(self, text: str, accept: str | None = None) -> Response:
        """Send a query as a stranger, by POST directly."""
        wanted = () if accept is None else (("Accept", accept),)
        headers = (("Content-Type", QUERY), *wanted)
        return self.request("POST", self.doors.query, headers, text.encode())

    def update(self, text: str) -> Response:
        """Send an update with the administrator's token, by POST directly."""
        headers = (("Content-Type", UPDATE), *self.authorization)
        return self.request("POST", self.doors.update, headers, text.encode())

    def graph(self, name: str | None, accept: str) -> Response:
        """Get a graph as a stranger, by indirect identification; None: the default graph."""
        return self.request("GET", self._target(name), (("Accept", accept),))

    def graph_names(self) -> list[str]:
        """Return the names of the named graphs, the empty ones included."""
        found = self.query("SELECT DISTINCT ?g WHERE { GRAPH ?g {} }", JSON)
        assert found.status == 200, found
        answer = read_answer(found.body, JSON)
        assert isinstance(answer, Solutions)
        return sorted(name.value for row in answer.rows if isinstance(name := row["g"], NamedNode))

    def forget(self) -> None:
        """Take note that any graph may have changed; the next `hold` looks and writes all anew."""
        self._held = None

    def hold(self, graphs: Graphs) -> None:
        """Make the graph store hold exactly these graphs; what it has already is left alone."""
        wanted: dict[str | None, Content] = {None: _merged(graphs.default)}
        wanted.update((name, _content(file)) for name, file in graphs.named.items())
        if self._held is None:
            self._held = dict.fromkeys([None, *self.graph_names()])
        for name in [name for name in self._held if name not in wanted]:
            gone = self.request("DELETE", self._target(name), self.authorization)
            assert gone.status in {200, 204, 404}, gone
            del self._held[name]
        for name, content in wanted.items():
            if self._held.get(name) != content:
                headers = (("Content-Type", content[0]), *self.authorization)
                put = self.request("PUT", self._target(name), headers, content[1])
                assert put.status in {200, 201, 204}, put
                self._held[name] = content

    def _target(self, name: str | None) -> str:
        path = self.doors.graph_store
        return f"{path}?default" if name is None else f"{path}?graph={quote(name, safe='')}"


def _merged(files: tuple[File, ...]) -> Content:
    if len(files) == 1:
        return _content(files[0])
    contents = [_content(file) for file in files]
    assert all(media_type == TURTLE for media_type, _ in contents), files
    return TURTLE, b"".join(content for _, content in contents)


def _content(file: File) -> Content:
    """Return a file that is told its own address, against which its relative IRIs resolve."""
    content = file.path.read_bytes()
    media_type = MEDIA_TYPES[file.path.suffix]
    address = file.iri.encode()
    if media_type == TURTLE:
        content = b"@base <%b> .\n%b\n" % (address, content)
    elif media_type == RDF_XML:
        content = content.replace(b"<rdf:RDF", b'<rdf:RDF xml:base="%b"' % address, 1)
    return media_type, content


@contextmanager
def served(folder: Path) -> Iterator[Service]:
    """Run the service on an empty folder for as long as the context lasts."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "DURE_DATA": str(folder / "data"),
        "DURE_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }
    dure = (sys.executable, "-m", "dure")
    token = subprocess.run(
        [*dure, "token", "create", "--role", "administrator", "--name", "conformance"],
        env=environment,
        cwd=folder,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()
    log = folder / "log"
    with log.open("wb") as out:
        serving = subprocess.Popen(
            [*dure, "serve", "--empty"], env=environment, cwd=folder, stdout=out, stderr=out
        )
    try:
        service = Service(port, token, Doors())
        _wait_until_ready(service, serving, log)
        yield service
    finally:
        serving.terminate()
        assert serving.wait(timeout=30) in {0, -15}


def _wait_until_ready(service: Service, serving: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        assert serving.poll() is None, log.read_text()
        try:
            if service.request("GET", "/ready").status == 200:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.1)
    raise AssertionError(f"the service did not become ready: {log.read_text()}")
