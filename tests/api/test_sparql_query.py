"""Queries over HTTP: limits, cancelling, streams that are cut, versions, what is kept."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal, NamedNode, Quad

from api.settings import BudgetSettings, Settings, SparqlSettings
from api.tokens import Role, TokenBook
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.log import CommitMeta
from tests.api.conftest import MUCH, serving
from tests.api.raw import connection, eventually, get, query, read_all

ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
STREAM = "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
COUNT = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
NAMES = "SELECT ?o WHERE { ?s <urn:name> ?o } ORDER BY ?o"


def statement(number: int) -> Quad:
    return Quad(NamedNode(f"urn:s{number}"), NamedNode("urn:name"), Literal(f"name {number}"))


def commit(dataset: Dataset, *numbers: int) -> None:
    meta = CommitMeta("a test", "more", datetime.now(UTC))
    quads = frozenset(statement(number) for number in numbers)
    dataset.commit(Changeset(quads), meta, shapes=None)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    with Dataset.open(tmp_path_factory.mktemp("dataset")) as opened:
        commit(opened, *range(1000))
        yield opened


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def client(dataset: Dataset, data: Path) -> Iterator[httpx.Client]:
    sparql = SparqlSettings(timeout_s=5, known_timeout_s=20, workers=2, page_rows=10)
    with serving(Settings(data=data, sparql=sparql, budgets=MUCH), dataset) as opened:
        yield opened


@pytest.fixture(scope="module")
def administrator(data: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {TokenBook(data).create('boss', Role.ADMINISTRATOR)}"}


@pytest.fixture(scope="module")
def contributor(data: Path) -> dict[str, str]:
    return {"Authorization": f"Bearer {TokenBook(data).create('helper', Role.CONTRIBUTOR)}"}


def ask(
    client: httpx.Client, text: str, headers: dict[str, str] | None = None, **params: str
) -> httpx.Response:
    return client.get("/sparql", params={"query": text, **params}, headers=headers)


def slug(answer: httpx.Response) -> str:
    found: str = answer.json()["type"].rpartition("/")[2]
    return found


# ---- time


def test_a_deadline_is_a_problem(client: httpx.Client) -> None:
    started = time.monotonic()
    answer = ask(client, ENDLESS, timeout="0.5")
    assert time.monotonic() - started < 4
    assert answer.status_code == 504
    assert slug(answer) == "query-timeout"
    assert answer.json()["deadline_s"] == 0.5
    assert "etag" not in answer.headers


@pytest.mark.parametrize("timeout", ["6", "1000"])
def test_more_time_than_there_is(client: httpx.Client, timeout: str) -> None:
    answer = ask(client, "ASK {}", timeout=timeout)
    assert answer.status_code == 400
    assert "at most 5 seconds" in answer.json()["detail"]


def test_known_users_have_more_time(client: httpx.Client, contributor: dict[str, str]) -> None:
    assert ask(client, "ASK {}", contributor, timeout="6").status_code == 200


def test_a_stream_that_is_cut_is_no_answer(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        ask(client, STREAM, timeout="1")
    with connection(client) as opened:
        opened.sendall(get(query(STREAM, timeout="1")))
        answer = read_all(opened)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"transfer-encoding: chunked" in answer
    assert len(answer) > 100_000
    assert not answer.endswith(b"0\r\n\r\n")


def test_old_clients_get_the_length_or_a_problem(client: httpx.Client) -> None:
    """HTTP/1.0 has no chunks: a broken connection would look like the end."""
    with connection(client) as opened:
        opened.sendall(get(query(STREAM, timeout="1"), "1.0"))
        head, _, body = read_all(opened).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 504")
    assert json.loads(body)["type"].endswith("/query-timeout")
    text = "SELECT ?s ?p ?o ?t WHERE { ?s ?p ?o . ?t ?q 'name 1' }"
    with connection(client) as opened:
        opened.sendall(get(query(text), "1.0"))
        head, _, body = read_all(opened).partition(b"\r\n\r\n")
    assert f"content-length: {len(body)}".encode() in head
    assert b"transfer-encoding" not in head
    assert len(body) > 65_536
    assert json.loads(body)["results"]["bindings"]


def test_long_answers_come_in_chunks(client: httpx.Client) -> None:
    text = "SELECT ?s ?t WHERE { ?s <urn:name> ?o . ?t <urn:name> 'name 1' } ORDER BY ?o"
    answer = ask(client, f"{text} # {time.monotonic()}")
    assert "content-length" not in answer.headers
    assert len(answer.json()["results"]["bindings"]) >= 1000
    short = ask(client, "ASK {}")
    assert int(short.headers["content-length"]) == len(short.content)


# ---- clients that go


def running(client: httpx.Client, headers: dict[str, str]) -> list[str]:
    found = client.get("/sparql/queries", headers=headers).json()
    return [entry["id"] for entry in found["running"]]


@pytest.mark.parametrize("text", [ENDLESS, STREAM], ids=["evaluating", "streaming"])
def test_work_ends_when_the_client_goes(
    client: httpx.Client, administrator: dict[str, str], text: str
) -> None:
    id = f"gone-{len(text)}"
    with connection(client) as opened:
        opened.sendall(get(query(text, queryId=id)))
        assert eventually(lambda: id in running(client, administrator))
        if text is STREAM:
            assert opened.recv(100)
    started = time.monotonic()
    assert eventually(lambda: id not in running(client, administrator))
    assert time.monotonic() - started < 4
    recent = client.get("/sparql/queries", headers=administrator).json()["recent"]
    assert next(entry for entry in recent if entry["id"] == id)["outcome"] == "gone"


def test_those_who_wait_for_a_worker_may_go(
    client: httpx.Client, administrator: dict[str, str]
) -> None:
    ids = [f"waiting-{number}" for number in range(6)]
    opened = []
    for id in ids:
        manager = connection(client)
        opened.append((manager, manager.__enter__()))
        opened[-1][1].sendall(get(query(ENDLESS, queryId=id)))
    assert eventually(lambda: set(ids) <= set(running(client, administrator)))
    for manager, _ in opened:
        manager.__exit__(None, None, None)
    assert eventually(lambda: not set(ids) & set(running(client, administrator)))
    assert ask(client, COUNT + " # after").status_code == 200


# ---- ids and cancelling


def test_an_id_by_header_or_parameter(client: httpx.Client) -> None:
    by_header = ask(client, "ASK {}", {"Dure-Query-Id": "mine.1"})
    assert by_header.status_code == 200
    assert ask(client, "ASK { }", queryId="mine.2").headers["dure-query-id"] == "mine.2"
    both = ask(client, "ASK {}", {"Dure-Query-Id": "a"}, queryId="b")
    assert slug(both) == "bad-parameter"
    assert slug(ask(client, "ASK {}", {"Dure-Query-Id": "no spaces"})) == "bad-parameter"


def test_cancelling(
    client: httpx.Client, administrator: dict[str, str], contributor: dict[str, str]
) -> None:
    for who, asker in (({}, {}), (administrator, {}), (contributor, contributor)):
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(ask, client, ENDLESS, asker, queryId="long")
            assert eventually(lambda: "long" in running(client, administrator))
            if not asker:
                assert client.delete("/sparql/queries/long", headers=contributor).status_code == 404
                assert slug(ask(client, "ASK {}", queryId="long")) == "query-id-in-use"
            assert client.delete("/sparql/queries/long", headers=who).status_code == 204
            answer = waiting.result(timeout=10)
        assert answer.status_code == 503
        assert slug(answer) == "query-cancelled"
    answer = client.delete("/sparql/queries/long")
    assert answer.status_code == 404
    assert slug(answer) == "no-such-query"


def test_cancelling_a_stream_cuts_it(client: httpx.Client, administrator: dict[str, str]) -> None:
    with connection(client) as opened:
        opened.sendall(get(query(STREAM, queryId="stream")))
        assert opened.recv(100)
        assert client.delete("/sparql/queries/stream").status_code == 204
        assert not read_all(opened).endswith(b"0\r\n\r\n")
    assert "stream" not in running(client, administrator)


def test_the_list_is_for_administrators(
    client: httpx.Client, administrator: dict[str, str], contributor: dict[str, str]
) -> None:
    assert client.get("/sparql/queries").status_code == 401
    assert client.get("/sparql/queries", headers=contributor).status_code == 403
    text = "SELECT ?o WHERE { ?s ?p ?o } LIMIT 7"
    ask(client, text, queryId="listed")
    found = client.get("/sparql/queries", headers=administrator)
    assert "etag" not in found.headers
    entry = next(x for x in found.json()["recent"] if x["id"] == "listed")
    assert (entry["text"], entry["outcome"], entry["status"]) == (text, "answered", 200)
    assert (entry["kind"], entry["format"], entry["rows"]) == ("solutions", "json", 7)
    assert entry["client"] == "127.0.0.1"
    assert entry["bytes"] > 0
    assert entry["seconds"] >= 0


def test_a_trusted_proxy_says_who_asks(client: httpx.Client, administrator: dict[str, str]) -> None:
    text = "SELECT ?s WHERE { ?s ?p ?o } LIMIT 8"
    ask(client, text, {"X-Forwarded-For": "2001:db8::7, 127.0.0.1"}, queryId="by-proxy")
    recent = client.get("/sparql/queries", headers=administrator).json()["recent"]
    entry = next(x for x in recent if x["id"] == "by-proxy")
    assert entry["client"] == "2001:db8::/64"


# ---- rows


@pytest.mark.parametrize("format", ["json", "xml", "csv", "tsv", "turtle", "nt", "jsonld"])
def test_a_row_limit_is_told(client: httpx.Client, format: str) -> None:
    graph = format in {"turtle", "nt", "jsonld"}
    text = "CONSTRUCT WHERE { ?s ?p ?o }" if graph else "SELECT ?s WHERE { ?s ?p ?o }"
    answer = ask(client, text, maxRows="3", format=format)
    assert answer.status_code == 200
    assert answer.headers["dure-truncated"] == "rows"
    assert answer.headers["dure-row-limit"] == "3"
    assert answer.text.count("urn:s") == 3
    if format == "json":
        assert len(answer.json()["results"]["bindings"]) == 3
    enough = ask(client, f"{text} LIMIT 3", maxRows="3", format=format)
    assert "dure-truncated" not in enough.headers
    assert enough.headers["dure-row-limit"] == "3"


def test_a_page_says_that_it_does_not_show_all(client: httpx.Client) -> None:
    page = ask(client, "SELECT ?s WHERE { ?s ?p ?o }", {"Accept": "text/html"})
    assert page.status_code == 200
    assert page.headers["dure-truncated"] == "rows"
    assert page.text.count("<tr>") == 11
    assert "This is not the whole answer." in page.text
    graph = ask(client, "CONSTRUCT WHERE { ?s ?p ?o }", {"Accept": "text/html"})
    assert "This is not the whole answer." in graph.text
    few = ask(client, "SELECT ?s WHERE { ?s ?p ?o } LIMIT 2", {"Accept": "text/html"})
    assert "This is not the whole answer." not in few.text


# ---- what is kept


def test_answers_are_kept_until_the_next_commit(client: httpx.Client, dataset: Dataset) -> None:
    first, again = ask(client, COUNT), ask(client, COUNT)
    posted = client.post("/sparql", data={"query": COUNT})
    assert first.content == again.content == posted.content
    assert first.headers["etag"] == again.headers["etag"] == posted.headers["etag"]
    assert "dure-query-id" in first.headers
    for kept in (again, posted):
        assert kept.headers["server-timing"] == 'cache;desc="hit"'
    commit(dataset, 5001)
    later = ask(client, COUNT)
    assert "dure-query-id" in later.headers
    assert later.headers["etag"] != first.headers["etag"]
    assert later.headers["dure-commit"] != first.headers["dure-commit"]
    assert later.content != first.content


def test_what_one_has_is_not_sent_again(client: httpx.Client) -> None:
    text = COUNT + " # unchanged"
    tag = ask(client, text).headers["etag"]
    for given in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        answer = ask(client, text, {"If-None-Match": given})
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == tag
        assert {"dure-commit", "vary", "cache-control"} <= set(answer.headers)
    assert ask(client, text, {"If-None-Match": '"x"'}).status_code == 200
    never_asked = COUNT + " # never asked"
    assert ask(client, never_asked, {"If-None-Match": "*"}).status_code == 304
    posted = client.post("/sparql", data={"query": text}, headers={"If-None-Match": tag})
    assert posted.status_code == 200


def test_tags_tell_formats_and_limits_apart(client: httpx.Client) -> None:
    answers = [
        ask(client, NAMES),
        ask(client, NAMES, format="csv"),
        ask(client, NAMES, maxRows="5"),
        ask(client, NAMES, {}, **{"default-graph-uri": "urn:none"}),
        ask(client, NAMES, {"Accept": "text/html"}),
        ask(client, NAMES, {"Accept": "text/html", "Accept-Language": "ko"}),
        ask(client, NAMES + " "),
    ]
    assert len({answer.headers["etag"] for answer in answers}) == len(answers)


def test_volatile_answers_are_not_kept(client: httpx.Client) -> None:
    text = "SELECT (STRUUID() AS ?x) {}"
    first, again = ask(client, text), ask(client, text)
    assert first.content != again.content
    assert "etag" not in first.headers
    assert first.headers["cache-control"] == "no-store"


def test_head_costs_no_stream(client: httpx.Client) -> None:
    for text in (COUNT, STREAM):
        answer = client.head("/sparql", params={"query": text})
        assert answer.status_code == 200
        assert answer.content == b""
        assert answer.headers["content-type"] == "application/sparql-results+json"
    assert client.head("/sparql", params={"query": "SELECT"}).status_code == 400


def counted(client: httpx.Client) -> dict[str, float]:
    """Return how many queries ended in each way."""
    lines = client.get("/metrics").text.splitlines()
    found = (line for line in lines if line.startswith("dure_queries_total{"))
    return {line.partition('"')[2].partition('"')[0]: float(line.split()[-1]) for line in found}


def test_many_who_ask_the_same_at_once_are_one(client: httpx.Client) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a <urn:name> ?x . ?b <urn:name> ?y FILTER(?x < ?y) }"
    before = counted(client)
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: ask(client, text), range(12)))
    after = counted(client)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert after["answered"] - before["answered"] == 1
    assert after["kept"] - before["kept"] == 11


def test_what_fails_for_one_fails_for_all(client: httpx.Client) -> None:
    before = counted(client).get("query-timeout", 0)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: ask(client, ENDLESS, timeout="1"), range(6)))
    assert [slug(answer) for answer in answers] == ["query-timeout"] * 6
    assert counted(client)["query-timeout"] - before < 6


def test_those_who_wait_run_their_own_when_the_first_goes(
    client: httpx.Client, administrator: dict[str, str]
) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?a <urn:name> ?x . ?b <urn:name> ?y FILTER(?x > ?y) }"
    with connection(client) as opened:
        opened.sendall(get(query(text)))
        with ThreadPoolExecutor(1) as pool:
            assert eventually(lambda: bool(running(client, administrator)))
            waiting = pool.submit(ask, client, text)
            time.sleep(0.05)
            opened.close()
            assert waiting.result(timeout=20).status_code == 200


# ---- versions


def test_a_version_gives_the_same_bytes_later(client: httpx.Client, dataset: Dataset) -> None:
    assert dataset.head is not None
    number, id = dataset.head.number, dataset.head.id
    before = ask(client, NAMES, format="csv")
    links = before.headers["link"]
    permalink = links.partition("<")[2].partition(">")[0]
    assert 'rel="cite-as"' in links
    commit(dataset, 6001, 6002)
    now = ask(client, NAMES, format="csv")
    assert now.content != before.content
    for given in (str(number), id, id[:12]):
        answer = ask(client, NAMES, format="csv", asKnownAt=given)
        assert answer.content == before.content
        assert answer.headers["dure-commit"] == id
        fixed = given != id[:12]
        assert ("immutable" in answer.headers["cache-control"]) == fixed
    assert client.get(permalink).content == before.content
    dataset.rebuild()
    commit(dataset, 6003)
    assert client.get(permalink).content == before.content
    latest = ask(client, NAMES, format="csv", asKnownAt=str(number + 1))
    assert latest.headers["dure-commit"] != id
    assert latest.content == now.content


def test_a_version_by_time(client: httpx.Client, dataset: Dataset) -> None:
    assert dataset.head is not None
    answer = ask(client, COUNT, asKnownAt="2999-01-01")
    assert answer.headers["dure-commit"] == dataset.head.id
    assert "immutable" not in answer.headers["cache-control"]
    first = dataset.log.read(1).meta.time.isoformat()
    assert ask(client, COUNT, asKnownAt=first).headers["dure-commit"] == dataset.log.read(1).id


@pytest.mark.parametrize("version", ["1999-01-01", "100000", "0badc0de", "yesterday"])
def test_versions_that_are_not_there(client: httpx.Client, version: str) -> None:
    answer = ask(client, "ASK {}", asKnownAt=version)
    assert answer.status_code == 404
    assert slug(answer) == "unknown-version"


# ---- words beside the answer


def test_a_graph_that_is_not_there_is_hinted_at(client: httpx.Client) -> None:
    answer = ask(client, COUNT, {}, **{"default-graph-uri": "urn:none"})
    assert 'unknown-graph;message="' in answer.headers["dure-hint"]
    assert "urn:none" in answer.headers["dure-hint"]
    page = ask(client, COUNT, {"Accept": "text/html"}, **{"default-graph-uri": "urn:none"})
    assert "urn:none" in page.text
    assert "unknown-graph" in page.text


def test_explaining_runs_nothing(client: httpx.Client, dataset: Dataset) -> None:
    assert dataset.head is not None
    answer = ask(client, ENDLESS, explain="true")
    assert answer.status_code == 200
    found = answer.json()
    assert found["query"] == found["ran"] == ENDLESS
    assert found["kind"] == "solutions"
    assert found["commit"] == {"id": dataset.head.id, "number": dataset.head.number}
    assert found["limits"]["seconds"] == 5
    assert found["queryHash"].startswith("sha-256:")
    assert slug(ask(client, "SELECT", explain="true")) == "query-syntax"
    page = ask(client, ENDLESS, {"Accept": "text/html"}, explain="true")
    assert "What runs" in page.text
    kept = ask(client, COUNT + "# kept"), ask(client, COUNT + "# kept", explain="true")
    assert kept[0].json() != kept[1].json()


def test_a_rewritten_query_says_so(client: httpx.Client) -> None:
    text = "SELECT ?s WHERE { ?s <urn:name> ?o FILTER(?s IN (<urn:s1>, <urn:s2>)) }"
    answer = ask(client, text)
    assert len(answer.json()["results"]["bindings"]) == 2
    explained = ask(client, text, explain="true").json()
    if explained["rewrites"]:
        assert answer.headers["dure-rewrites"] == explained["rewrites"][0]["name"]
        assert explained["ran"] != text


def test_errors_are_marked_on_the_page(client: httpx.Client) -> None:
    text = "SELECT ?s WHERE {\n  ?s ~ ?o\n}"
    page = ask(client, text, {"Accept": "text/html"})
    assert page.status_code == 400
    assert page.headers["content-type"].startswith("text/html")
    assert "<mark>" in page.text
    assert 'data-line="2"' in page.text
    assert "?s <mark>~</mark> ?o" in page.text
    korean = ask(client, ENDLESS, {"Accept": "text/html"}, timeout="0.3", lang="ko")
    assert korean.status_code == 504
    assert 'lang="ko"' in korean.text


# ---- budgets


@pytest.fixture
def small() -> Iterator[Dataset]:
    """A dataset of its own for a server of its own: snapshots are not shared."""
    with Dataset.open(None) as opened:
        commit(opened, *range(1000))
        yield opened


def test_seconds_are_spent(small: Dataset, tmp_path: Path) -> None:
    budgets = BudgetSettings(
        anonymous_seconds_per_minute=1, known_seconds_per_minute=30, anonymous_concurrent=2
    )
    settings = Settings(data=tmp_path, sparql=SparqlSettings(timeout_s=5), budgets=budgets)
    token = TokenBook(tmp_path).create("friend", Role.CONTRIBUTOR)
    with serving(settings, small) as client:
        kept = ask(client, COUNT)
        assert ask(client, ENDLESS, timeout="1.2").status_code == 504
        refused = ask(client, "ASK { ?s ?p ?o }")
        assert refused.status_code == 429
        assert slug(refused) == "budget-spent"
        problem = refused.json()
        assert problem["limit"] == 1
        assert problem["window"] == 60
        assert 1 <= problem["spent"] < 5
        assert 1 <= int(refused.headers["retry-after"]) <= 61
        assert ask(client, COUNT).content == kept.content  # what is kept costs nothing
        tagged = ask(client, COUNT, {"If-None-Match": kept.headers["etag"]})
        assert tagged.status_code == 304
        known = ask(client, "ASK { ?s ?p ?o }", {"Authorization": f"Bearer {token}"})
        assert known.status_code == 200
        strange = ask(client, "ASK { ?s ?p ?o }", {"Authorization": "Bearer nonsense"})
        assert strange.status_code == 401


def test_queries_of_one_client_take_turns(small: Dataset, tmp_path: Path) -> None:
    budgets = BudgetSettings(anonymous_concurrent=1)
    with serving(Settings(data=tmp_path, budgets=budgets), small) as client:
        texts = [f"SELECT * WHERE {{ ?s ?p ?o }} LIMIT {number}" for number in range(12)]
        with ThreadPoolExecutor(12) as pool:
            answers = list(pool.map(lambda text: ask(client, text), texts))
        assert [answer.status_code for answer in answers] == [200] * 12
        with ThreadPoolExecutor(30) as pool:
            statuses = [
                answer.status_code
                for answer in pool.map(
                    lambda number: ask(client, ENDLESS + f"#{number}", timeout="7"), range(30)
                )
            ]
    assert set(statuses) <= {504, 429}
    assert 429 in statuses


# ---- the log of queries


def test_what_was_run_is_logged(client: httpx.Client, data: Path) -> None:
    text = "SELECT ?o WHERE { ?s ?p ?o } LIMIT 4"
    ask(client, text, queryId="logged")
    ask(client, "SELECT", queryId="wrong")

    def logged() -> dict[str, dict[str, object]]:
        lines = [
            json.loads(line)
            for path in sorted((data / "query-log").glob("*.jsonl"))
            for line in path.read_text(encoding="utf-8").splitlines()
        ]
        return {line["id"]: line for line in lines}

    assert eventually(lambda: {"logged", "wrong"} <= set(logged()))
    line = logged()["logged"]
    assert (line["text"], line["outcome"], line["status"]) == (text, "answered", 200)
    assert (line["rows"], line["kind"], line["format"]) == (4, "solutions", "json")
    assert line["client"] == "127.0.0.1"
    assert (logged()["wrong"]["outcome"], logged()["wrong"]["status"]) == ("query-syntax", 400)


def test_many_at_once_and_commits_between(client: httpx.Client, dataset: Dataset) -> None:
    """Every answer sees each commit that was acknowledged before it was asked for."""
    wrong: list[tuple[int, int]] = []
    stop = threading.Event()
    least = dataset.count()[0]

    def reading() -> None:
        while not stop.is_set():
            floor = least
            answer = ask(client, COUNT).json()
            seen = int(answer["results"]["bindings"][0]["n"]["value"])
            if seen < floor:
                wrong.append((floor, seen))

    with ThreadPoolExecutor(4) as pool:
        readers = [pool.submit(reading) for _ in range(4)]
        for number in range(20):
            commit(dataset, 7000 + number)
            least = dataset.count()[0]
        stop.set()
        for reader in readers:
            reader.result(timeout=30)
    assert wrong == []


@pytest.mark.parametrize("path", ["/sparql", "/rdf-graph-store?default"])
def test_a_preflight_names_the_origin_once(client: httpx.Client, path: str) -> None:
    # A browser refuses two values, be they equal (Fetch, "CORS check").
    headers = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"}
    answer = client.options(path, headers=headers)
    assert answer.status_code == 204
    assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    assert "POST" in answer.headers["access-control-allow-methods"]
