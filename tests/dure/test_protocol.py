"""The short way from a request to a kept answer, in a server as `dure serve` starts it."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn
from pyoxigraph import Literal, NamedNode, Quad

from api.app import Dure, create_app
from api.raw_answers import may_be_kept
from api.settings import Settings
from dure.protocol import ShortWay, short_way
from dure.request_lines import GatheringHandler
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.log import CommitMeta

PATH = "/sparql?query=SELECT%20%2A%20%7B%3Fs%20%3Fp%20%3Fo%7D"


@pytest.fixture(scope="module")
def dataset() -> Iterator[Dataset]:
    with Dataset.open(None) as opened:
        commit(opened, 1)
        yield opened


def commit(dataset: Dataset, number: int) -> None:
    quad = Quad(NamedNode("urn:s"), NamedNode("urn:p"), Literal(number))
    meta = CommitMeta("a test", "more", datetime.now(UTC))
    dataset.commit(Changeset(frozenset({quad})), meta, shapes=None)


@pytest.fixture(scope="module")
def app(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Dure:
    return create_app(Settings(data=tmp_path_factory.mktemp("data")), dataset)


@pytest.fixture(scope="module")
def port(app: Dure) -> Iterator[int]:
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, log_config=None, http=short_way(app), ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(timeout=30)


@pytest.fixture
def connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), 30) as opened:
        yield opened


def request(path: str = PATH, *lines: str, method: str = "GET") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: x", *lines, "", ""]).encode()


def answer(opened: socket.socket, sent: bytes) -> tuple[bytes, dict[bytes, bytes], bytes]:
    """Return status line, headers and body of the answer to a request."""
    opened.sendall(sent)
    return read_answer(opened.makefile("rb"))


def read_answer(file: object) -> tuple[bytes, dict[bytes, bytes], bytes]:
    read = file.readline  # type: ignore[attr-defined]
    status: bytes = read().strip()
    headers = {}
    while line := read().strip():
        name, _, value = line.partition(b": ")
        headers[name.lower()] = value
    size = int(headers.get(b"content-length", b"0"))
    body: bytes = file.read(size) if size else b""  # type: ignore[attr-defined]
    return status, headers, body


def kept(app: Dure) -> int:
    return len(app.state.sparql.raw)


def test_the_short_way_gives_the_same_answer(app: Dure, connection: socket.socket) -> None:
    first = answer(connection, request())
    before = kept(app)
    second = answer(connection, request())
    assert kept(app) == before + 1
    third = answer(connection, request())
    assert kept(app) == before + 1
    for status, headers, body in (second, third):
        assert status == first[0] == b"HTTP/1.1 200 OK"
        assert body == first[2]
        assert headers[b"server-timing"] == b'cache;desc="hit"'
        assert headers[b"etag"] == first[1][b"etag"]
    assert {**second[1], b"date": b""} == {**third[1], b"date": b""}
    assert third[1][b"date"]


def test_a_commit_ends_it(dataset: Dataset, app: Dure, connection: socket.socket) -> None:
    for _ in range(3):
        before = answer(connection, request())
    commit(dataset, 2)
    after = answer(connection, request())
    assert len(json.loads(after[2])["results"]["bindings"]) == 2
    assert after[1][b"dure-commit"] != before[1][b"dure-commit"]


def test_what_one_has_is_not_sent_again(connection: socket.socket) -> None:
    tag = answer(connection, request())[1][b"etag"].decode()
    for _ in range(3):
        status, headers, body = answer(connection, request(PATH, f"If-None-Match: {tag}"))
        assert status == b"HTTP/1.1 304 Not Modified"
        assert headers[b"etag"].decode() == tag
        assert body == b""


def test_other_headers_are_other_requests(connection: socket.socket) -> None:
    for accept in ("text/csv", "application/sparql-results+xml", "application/json"):
        for _ in range(3):
            status, headers, _ = answer(connection, request(PATH, f"Accept: {accept}"))
            assert status == b"HTTP/1.1 200 OK"
            wanted = accept.replace("application/json", "application/sparql-results+json")
            assert headers[b"content-type"].decode() == wanted


def test_tokens_are_looked_at_each_time(app: Dure, connection: socket.socket) -> None:
    before = kept(app)
    for _ in range(3):
        status, _, _ = answer(connection, request(PATH, "Authorization: Bearer nonsense"))
        assert status == b"HTTP/1.1 401 Unauthorized"
    assert kept(app) == before


def test_requests_in_pieces_and_in_a_row(connection: socket.socket) -> None:
    for _ in range(2):
        answer(connection, request())
    whole = request()
    connection.sendall(whole[:30])
    time.sleep(0.05)
    connection.sendall(whole[30:])
    file = connection.makefile("rb")
    assert read_answer(file)[0] == b"HTTP/1.1 200 OK"
    connection.sendall(whole * 3)
    assert [read_answer(file)[0] for _ in range(3)] == [b"HTTP/1.1 200 OK"] * 3


def test_a_request_that_is_under_way_goes_first(connection: socket.socket) -> None:
    for _ in range(2):
        answer(connection, request())
    slow = request("/sparql?query=ASK%20%7B%7D%20%23%20new")
    file = connection.makefile("rb")
    connection.sendall(slow)
    connection.sendall(request())
    assert json.loads(read_answer(file)[2])["boolean"] is True
    assert "results" in json.loads(read_answer(file)[2])


def test_the_body_of_another_request_is_no_request(connection: socket.socket) -> None:
    for _ in range(2):
        answer(connection, request())
    body = request()
    lines = ("Content-Type: application/sparql-query", f"Content-Length: {len(body)}")
    head = request("/sparql", *lines, method="POST")
    connection.sendall(head)
    time.sleep(0.05)
    connection.sendall(body)
    file = connection.makefile("rb")
    assert read_answer(file)[0] == b"HTTP/1.1 400 Bad Request"


def test_connections_that_close_are_left_alone(app: Dure, port: int) -> None:
    before = kept(app)
    for _ in range(3):
        with socket.create_connection(("127.0.0.1", port), 30) as opened:
            status, headers, _ = answer(opened, request(PATH, "Connection: close"))
            assert status == b"HTTP/1.1 200 OK"
            assert headers[b"connection"] == b"close"
            assert opened.recv(1) == b""
    assert kept(app) == before


def test_head_and_post_are_answered_at_once(connection: socket.socket) -> None:
    got = answer(connection, request())
    connection.sendall(request(method="HEAD"))
    file = connection.makefile("rb")
    headers = {}
    assert file.readline() == b"HTTP/1.1 200 OK\r\n"
    while line := file.readline().strip():
        name, _, value = line.partition(b": ")
        headers[name] = value
    assert headers[b"content-length"].decode() == str(len(got[2]))
    body = b"ASK { ?s ?p ?o }"
    lines = ("Content-Type: application/sparql-query", f"Content-Length: {len(body)}")
    connection.sendall(request("/sparql", *lines, method="POST") + body)
    assert json.loads(read_answer(file)[2])["boolean"] is True


def test_a_body_that_is_too_large_is_not_read(connection: socket.socket) -> None:
    lines = ("Content-Type: application/sparql-query", "Content-Length: 2000000")
    connection.sendall(request("/sparql", *lines, method="POST"))
    file = connection.makefile("rb")
    assert read_answer(file)[0].startswith(b"HTTP/1.1 413")
    connection.sendall(b" " * 2_000_000 + request())
    assert read_answer(file)[0] == b"HTTP/1.1 200 OK"


def test_every_answer_is_logged_and_counted(
    app: Dure, connection: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    outcomes = app.state.sparql.tally.outcomes
    answer(connection, request())
    before = outcomes["kept"]
    with caplog.at_level(logging.INFO, logger="dure.request"):
        for _ in range(5):
            answer(connection, request())
    assert outcomes["kept"] == before + 5
    deadline = time.monotonic() + 5
    while len(caplog.records) < 5 and time.monotonic() < deadline:
        time.sleep(0.01)
    lines = [json.loads(record.message) for record in caplog.records]
    assert [(x["method"], x["path"], x["status"]) for x in lines] == [("GET", "/sparql", 200)] * 5
    assert len({(x["query"], x["bytes"]) for x in lines}) == 1


def read_all(opened: socket.socket) -> bytes:
    parts = []
    try:
        while part := opened.recv(1 << 16):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def test_a_head_without_end_is_refused(connection: socket.socket) -> None:
    def send() -> None:
        try:
            connection.sendall(b"GET /sparql?query=")
            for _ in range(200):
                connection.sendall(b"x" * 65_536)
        except OSError:
            pass

    sender = threading.Thread(target=send)
    sender.start()
    answered = read_all(connection)
    sender.join()
    assert answered == b"" or answered.startswith(b"HTTP/1.1 431")


def test_a_long_query_is_taken(connection: socket.socket) -> None:
    path = "/sparql?query=ASK%20%7B%7D%23" + "x" * 60_000
    assert answer(connection, request(path))[0] == b"HTTP/1.1 200 OK"


def test_heads_that_do_not_come(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ShortWay, "head_s", 0.3)
    with socket.create_connection(("127.0.0.1", port), 30) as silent:
        assert read_all(silent) == b""
    with socket.create_connection(("127.0.0.1", port), 30) as slow:
        slow.sendall(request()[:40])
        assert read_all(slow).startswith(b"HTTP/1.1 408")
    with socket.create_connection(("127.0.0.1", port), 30) as second:
        answer(second, request())
        second.sendall(request()[:40])
        assert read_all(second).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (request(), True),
        (request()[:-1], False),
        (request() * 2, False),
        (request(method="POST"), False),
        (request("/api/v1/events"), False),
        (b"", False),
    ],
)
def test_what_may_be_kept(data: bytes, expected: bool) -> None:
    assert may_be_kept(data) == expected


def test_lines_are_gathered(tmp_path: Path) -> None:
    with (tmp_path / "log").open("w+") as stream:
        logger = logging.Logger("gathering", logging.INFO)
        logger.addHandler(GatheringHandler(stream))
        logger.info("one")
        logger.info("two")
        assert (tmp_path / "log").read_text() == ""
        logger.warning("three")
        assert (tmp_path / "log").read_text() == "one\ntwo\nthree\n"
        logger.info("four")
        deadline = time.monotonic() + 5
        while "four" not in (tmp_path / "log").read_text() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert (tmp_path / "log").read_text().endswith("four\n")
