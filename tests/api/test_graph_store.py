from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from api.settings import WritingSettings
from api.tokens import Role, TokenBook
from graphstore.formats import GRAPH_FORMATS, parse_quads
from graphstore.patch import read_patch
from ontology.namespaces import GRAPH_EMPTY, GRAPH_HEAD
from tests.api.writing import N_TRIPLES, TURTLE, UPDATE, Writer, writing

G = "?graph=http%3A%2F%2Fexample.org%2Fg"
ONE = "<urn:a> <urn:p> <urn:b> ."
TWO = "<urn:a> <urn:p> <urn:c> ."


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Writer]:
    """A client of a service that began empty."""
    with writing(tmp_path_factory.mktemp("data")) as opened:
        yield opened


@pytest.fixture
def writer(service: Writer) -> Writer:
    """The client with an administrator's token, the graph empty again."""
    service.begin_again()
    return service


def problem(answer: httpx.Response) -> str:
    slug: str = answer.json()["type"].rpartition("/")[2]
    return slug


# ---- who may


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize("role", [None, Role.CURATOR])
def test_only_administrators_write(writer: Writer, method: str, role: Role | None) -> None:
    writer.send("PUT", G, ONE)
    token = None if role is None else TokenBook(writer.folder).create("ben", role)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = writer.client.request(
        method, f"/rdf-graph-store{G}", content=TWO, headers=headers | {"Content-Type": TURTLE}
    )
    assert answer.status_code == (403 if role else 401)
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert writer.triples(G) == [ONE]


def test_everybody_reads(writer: Writer) -> None:
    writer.send("PUT", G, ONE)
    assert writer.client.get(f"/rdf-graph-store{G}").status_code == 200
    wrong = {"Authorization": "Bearer wrong"}
    assert writer.client.get(f"/rdf-graph-store{G}", headers=wrong).status_code == 401


# ---- PUT, POST, DELETE: status by §5 of the protocol


def test_a_graph_from_its_beginning_to_its_end(writer: Writer) -> None:
    assert writer.send("GET", G).status_code == 404
    assert writer.send("HEAD", G).status_code == 404
    assert writer.send("DELETE", G).status_code == 404
    created = writer.send("PUT", G, ONE)
    assert (created.status_code, created.content) == (201, b"")
    assert created.headers["dure-commit"] == writer.head()
    assert writer.triples(G) == [ONE]
    assert writer.send("PUT", G, TWO).status_code == 204
    assert writer.triples(G) == [TWO]
    assert writer.send("POST", G, ONE).status_code == 204
    assert writer.triples(G) == [ONE, TWO]
    assert writer.triples() == []
    assert writer.send("DELETE", G).status_code == 204
    assert writer.send("GET", G).status_code == 404
    assert problem(writer.send("DELETE", G)) == "graph-not-found"


def test_post_creates_a_graph_that_is_not_there(writer: Writer) -> None:
    assert writer.send("POST", G, ONE).status_code == 201
    assert writer.triples(G) == [ONE]


def test_the_default_graph_is_always_there(writer: Writer) -> None:
    assert writer.triples("?default") == []
    assert writer.send("PUT", "?default", ONE).status_code == 204
    assert writer.send("POST", "?default=", TWO).status_code == 204
    assert writer.triples("?default") == [ONE, TWO]
    assert writer.send("DELETE", "?default").status_code == 204
    assert writer.triples("?default") == []
    assert writer.send("DELETE", "?default").status_code == 204


def test_an_empty_graph_is_there(writer: Writer) -> None:
    assert writer.send("PUT", G, "").status_code == 201
    assert writer.triples(G) == []
    found = writer.client.get(
        "/sparql", params={"query": "ASK { GRAPH <http://example.org/g> {} }"}
    )
    assert found.json()["boolean"] is True
    assert writer.send("PUT", G, ONE).status_code == 204
    assert writer.send("PUT", G, "").status_code == 204
    assert writer.triples(G) == []
    assert writer.send("POST", G, "").status_code == 204
    assert writer.send("DELETE", G).status_code == 204
    assert writer.send("HEAD", G).status_code == 404


def test_the_commit_is_told_to_who_asks_for_json(writer: Writer) -> None:
    created = writer.send("PUT", G, ONE, Accept="application/json")
    assert created.status_code == 201
    assert created.json()["commit"] == writer.head()
    assert (created.json()["added"], created.json()["removed"]) == (1, 0)
    same = writer.send("PUT", G, ONE, Accept="application/json")
    assert (same.status_code, same.json()["commit"]) == (200, None)


def test_writing_the_same_again_makes_no_commit(writer: Writer) -> None:
    seven = '<urn:a> <urn:p> "007"^^<http://www.w3.org/2001/XMLSchema#integer> .'
    writer.send("PUT", G, seven)
    head = writer.head()
    assert writer.send("PUT", G, seven).status_code == 204
    assert writer.send("POST", G, seven).status_code == 204
    assert writer.head() == head


def test_post_to_the_store_makes_a_new_graph(writer: Writer) -> None:
    answer = writer.send("POST", "", "<> <urn:p> <#x> .")
    assert answer.status_code == 201
    location = answer.headers["location"]
    assert location.startswith(f"{str(writer.client.base_url).rstrip('/')}/rdf-graph-store/")
    triples = [f"<{location}> <urn:p> <{location}#x> ."]
    assert writer.triples(f"?graph={quote(location, safe='')}") == triples
    direct = writer.client.get(location, headers={"Accept": N_TRIPLES})
    assert direct.text.splitlines() == triples
    other = writer.send("POST", "", ONE).headers["location"]
    assert other != location


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_other_methods_need_a_graph(writer: Writer, method: str) -> None:
    answer = writer.send(method, "", None if method in {"GET", "HEAD", "DELETE"} else ONE)
    assert answer.status_code == 400


def test_a_graph_named_by_its_address(writer: Writer) -> None:
    assert writer.send("PUT", "/person/1.ttl", "<> <x> <../y> .").status_code == 201
    base = str(writer.client.base_url).rstrip("/")
    iri = f"{base}/rdf-graph-store/person/1.ttl"
    expected = [f"<{iri}> <{base}/rdf-graph-store/person/x> <{base}/rdf-graph-store/y> ."]
    assert writer.triples("/person/1.ttl") == expected
    assert writer.triples(f"?graph={quote(iri, safe='')}") == expected
    assert writer.send("DELETE", "/person/1.ttl").status_code == 204
    assert writer.send("GET", "/person/1.ttl").status_code == 404


def test_percent_encoding_is_decoded_once(writer: Writer) -> None:
    writer.send("PUT", "?graph=http://e/%31", ONE)
    writer.send("PUT", "?graph=http://e/%2531", TWO)
    assert writer.triples("?graph=http://e/1") == [ONE]
    assert writer.triples("?graph=http%3A%2F%2Fe%2F%2531") == [TWO]


def test_the_log_says_who_and_what(tmp_path: Path) -> None:
    with writing(tmp_path) as writer:
        writer.send("PUT", G, ONE)
        writer.send("POST", "?default", ONE)
        writer.send("DELETE", f"{G}&message=gone%20for%20good")
        writer.send("PATCH", "?default", "DELETE WHERE { ?s ?p ?o }", Content_Type=UPDATE)
    told = [(commit.meta.author, commit.meta.message) for commit in writer.log()]
    assert told == [
        ("ana", "PUT <http://example.org/g>"),
        ("ana", "POST the default graph"),
        ("ana", "gone for good"),
        ("ana", "PATCH the default graph"),
    ]


# ---- bodies


@pytest.mark.parametrize("format", GRAPH_FORMATS, ids=lambda item: item.name)
def test_all_formats_are_read_and_written(writer: Writer, format: object) -> None:
    chosen = next(item for item in GRAPH_FORMATS if item is format)
    writer.send("PUT", G, '<urn:a> <http://e/p> "é"@ko , [ <http://e/q> 1.5 ] .')
    written = writer.send("GET", G, Accept=chosen.media_type)
    assert written.headers["content-type"].partition(";")[0] == chosen.media_type
    assert len(parse_quads(written.content, chosen)) == 3
    answer = writer.send("PUT", "/copy", written.content, Content_Type=chosen.media_type)
    assert answer.status_code == 201, answer.text
    assert len(writer.triples("/copy")) == 3
    assert any('"é"@ko' in line for line in writer.triples("/copy"))


@pytest.mark.parametrize(
    ("body", "content_type", "status", "slug"),
    [
        ("<a> <b>\n  .", TURTLE, 400, "rdf-syntax"),
        ("<?xml version='1.0'?><x/>", TURTLE, 400, "rdf-syntax"),
        (ONE, "text/csv", 415, "unsupported-media-type"),
        (ONE, "", 415, "unsupported-media-type"),
        (ONE, "multipart/form-data; boundary=x", 415, "unsupported-media-type"),
        (f"<urn:g> {{ {ONE} }}", "application/trig", 400, "named-graph-given"),
        ('{"@context": "http://127.0.0.1:1/"}', "application/ld+json", 400, "rdf-syntax"),
    ],
)
def test_bodies_that_are_refused(
    writer: Writer, body: str, content_type: str, status: int, slug: str
) -> None:
    writer.send("PUT", G, ONE)
    answer = writer.send("PUT", G, body, Content_Type=content_type)
    assert (answer.status_code, problem(answer)) == (status, slug), answer.text
    if status == 415:
        assert "text/turtle" in answer.json()["taken"]
    if slug == "rdf-syntax" and content_type == TURTLE:
        assert answer.json()["line"] is not None
    assert writer.triples(G) == [ONE]


def test_several_files_in_one_body(writer: Writer) -> None:
    files = [
        ("file", ("one.ttl", ONE, TURTLE)),
        ("file", ("two.nt", TWO, "")),
        (
            "file",
            ("three.jsonld", '{"@id": "urn:x", "urn:p": {"@id": "y"}}', "application/ld+json"),
        ),
    ]
    answer = writer.client.post(f"/rdf-graph-store{G}", files=files, headers=writer.authorization)
    assert answer.status_code == 201, answer.text
    assert writer.triples(G) == [ONE, TWO, "<urn:x> <urn:p> <http://example.org/y> ."]
    again = writer.client.post(f"/rdf-graph-store{G}", files=files, headers=writer.authorization)
    assert again.status_code == 204


def test_a_wrong_file_refuses_all(writer: Writer) -> None:
    files = [("a", ("one.ttl", ONE, TURTLE)), ("b", ("bad.ttl", "<urn:a> <urn:p>", TURTLE))]
    answer = writer.client.post(f"/rdf-graph-store{G}", files=files, headers=writer.authorization)
    assert (answer.status_code, problem(answer)) == (400, "rdf-syntax")
    assert "bad.ttl" in answer.json()["detail"]
    assert writer.send("GET", G).status_code == 404


def test_blank_nodes_of_two_documents_are_two(writer: Writer) -> None:
    writer.send("POST", G, "_:b <urn:p> 1 .")
    writer.send("POST", G, "_:b <urn:p> 2 .")
    subjects = {line.split()[0] for line in writer.triples(G)}
    assert len(subjects) == 2


def test_bodies_are_bounded(tmp_path: Path) -> None:
    limits = WritingSettings(max_body_bytes=4_000, max_quads=5)
    with writing(tmp_path, writing=limits, max_body_bytes=1_000) as writer:
        assert writer.send("PUT", G, ONE + " " * 3_000).status_code == 201
        answer = writer.send("PUT", G, ONE + " " * 4_000)
        assert (answer.status_code, problem(answer)) == (413, "payload-too-large")
        answer = writer.send("PUT", G, "<urn:a> <urn:p> 1,2,3,4,5,6 .")
        assert problem(answer) == "update-too-large"
        assert writer.triples(G) == [ONE]


@pytest.mark.parametrize("graph", [GRAPH_HEAD, GRAPH_EMPTY])
def test_the_graphs_of_the_store_itself(writer: Writer, graph: str) -> None:
    writer.send("PUT", G, "")
    address = f"?graph={graph}"
    assert writer.send("GET", address).status_code == 404
    for method in ("PUT", "POST", "DELETE"):
        answer = writer.send(method, address, None if method == "DELETE" else ONE)
        assert (answer.status_code, problem(answer)) == (403, "reserved-graph")


# ---- PATCH


def test_a_patch_changes_its_graph_alone(writer: Writer) -> None:
    writer.send("PUT", G, ONE)
    writer.send("PUT", "?default", ONE)
    text = "DELETE { ?s ?p ?o } INSERT { ?s ?p <x> } WHERE { ?s ?p ?o }"
    assert writer.send("PATCH", G, text, Content_Type=UPDATE).status_code == 204
    assert writer.triples(G) == ["<urn:a> <urn:p> <http://example.org/x> ."]
    assert writer.triples() == [ONE]
    utf8 = f"{UPDATE}; charset=UTF-8"
    assert writer.send("PATCH", "?default", text, Content_Type=utf8).status_code == 204


@pytest.mark.parametrize(
    ("text", "content_type", "status", "slug"),
    [
        ("DROP ALL", UPDATE, 403, "refused-update"),
        ("INSERT DATA { GRAPH <urn:h> { <urn:a> <urn:p> 1 } }", UPDATE, 403, "refused-update"),
        ("WITH <urn:h> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", UPDATE, 400, "dataset-given-twice"),
        ("DELETE", UPDATE, 400, "update-syntax"),
        (ONE, TURTLE, 415, "unsupported-media-type"),
    ],
)
def test_patches_that_are_refused(
    writer: Writer, text: str, content_type: str, status: int, slug: str
) -> None:
    writer.send("PUT", G, ONE)
    answer = writer.send("PATCH", G, text, Content_Type=content_type)
    assert (answer.status_code, problem(answer)) == (status, slug), answer.text
    assert writer.triples(G) == [ONE]


def test_there_must_be_something_to_patch(writer: Writer) -> None:
    answer = writer.send("PATCH", G, "INSERT DATA { <urn:a> <urn:p> 1 }", Content_Type=UPDATE)
    assert (answer.status_code, problem(answer)) == (404, "graph-not-found")


# ---- negotiation, tags, conditions


def test_negotiation(writer: Writer) -> None:
    writer.send("PUT", G, ONE)
    assert writer.send("GET", G).headers["content-type"].startswith(TURTLE)
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert writer.send("GET", G, Accept=browser).status_code == 200
    refused = writer.send("GET", G, Accept="image/png")
    assert (refused.status_code, problem(refused)) == (406, "not-acceptable")
    assert "text/turtle" in refused.json()["offered"]
    chosen = writer.send("GET", f"{G}&format=nt", Accept="image/png")
    assert chosen.headers["content-type"].startswith(N_TRIPLES)
    assert writer.send("GET", f"{G}&format=docx").status_code == 400


def test_head_is_get_without_the_body(writer: Writer) -> None:
    writer.send("PUT", G, ONE)
    got, head = writer.send("GET", G), writer.send("HEAD", G)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "etag", "dure-commit", "vary"):
        assert head.headers[name] == got.headers[name]


def test_an_unchanged_graph_is_not_sent_again(writer: Writer) -> None:
    writer.send("PUT", G, ONE)
    answer = writer.send("GET", G)
    tag = answer.headers["etag"]
    assert tag.startswith('W/"')
    unchanged = writer.send("GET", G, If_None_Match=tag)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == tag
    assert writer.send("GET", G, If_None_Match=tag, Accept=N_TRIPLES).status_code == 200
    assert writer.send("GET", "?default", If_None_Match=tag).status_code == 200
    writer.send("POST", G, TWO)
    assert writer.send("GET", G, If_None_Match=tag).status_code == 200


def test_a_write_may_suppose_a_state(writer: Writer) -> None:
    assert writer.send("PUT", G, ONE, If_Match="*").status_code == 412
    assert writer.send("PUT", G, ONE, If_None_Match="*").status_code == 201
    refused = writer.send("PUT", G, TWO, If_None_Match="*")
    assert (refused.status_code, problem(refused)) == (412, "precondition-failed")
    tag = writer.send("GET", G, Accept=N_TRIPLES).headers["etag"]
    assert writer.send("POST", G, TWO, If_Match=f'"other", {tag}').status_code == 204
    for method, body in (("PUT", ONE), ("POST", ONE), ("DELETE", None)):
        assert writer.send(method, G, body, If_Match=tag).status_code == 412
    text = "DELETE WHERE { ?s ?p ?o }"
    assert writer.send("PATCH", G, text, Content_Type=UPDATE, If_Match=tag).status_code == 412
    assert writer.triples(G) == [ONE, TWO]
    new = writer.send("GET", G).headers["etag"]
    assert writer.send("DELETE", G, If_Match=new).status_code == 204


def test_of_many_who_suppose_the_same_one_writes(writer: Writer) -> None:
    writer.send("PUT", G, "<urn:a> <urn:p> 0 .")
    tag = writer.send("GET", G).headers["etag"]
    statuses: list[int] = []

    def put(number: int) -> None:
        body = f"<urn:a> <urn:p> {number} ."
        statuses.append(writer.send("PUT", G, body, If_Match=tag).status_code)

    threads = [threading.Thread(target=put, args=(number,)) for number in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [204, 412, 412, 412, 412, 412]


def test_a_graph_as_it_was(writer: Writer) -> None:
    number = writer.send("PUT", G, ONE, Accept="application/json").json()["number"]
    first = writer.head()
    writer.send("PUT", G, TWO)
    writer.send("DELETE", G)
    assert writer.send("GET", G).status_code == 404
    assert writer.triples(f"{G}&asKnownAt={number}") == [ONE]
    assert writer.triples(f"{G}&asKnownAt={number + 1}") == [TWO]
    was = writer.send("GET", f"{G}&asKnownAt={first}")
    assert was.headers["dure-commit"] == first
    assert "immutable" in was.headers["cache-control"]
    tag = was.headers["etag"]
    assert writer.send("GET", f"{G}&asKnownAt={first}", If_None_Match=tag).status_code == 304
    gone = writer.send("GET", f"{G}&asKnownAt={number + 2}")
    assert (gone.status_code, problem(gone)) == (404, "graph-not-found")
    assert writer.triples(f"?default&asKnownAt={number}") == []
    assert writer.send("GET", f"{G}&asKnownAt=soon").status_code in {400, 404}


# ---- dry runs, other methods, shapes


@pytest.mark.parametrize(
    ("method", "body", "content_type", "changed"),
    [
        ("PUT", TWO, TURTLE, (1, 1)),
        ("POST", TWO, TURTLE, (1, 0)),
        ("DELETE", None, "", (0, 1)),
        ("PATCH", "DELETE WHERE { ?s ?p ?o }", UPDATE, (0, 1)),
    ],
)
def test_a_dry_run_does_nothing(
    writer: Writer, method: str, body: str | None, content_type: str, changed: tuple[int, int]
) -> None:
    writer.send("PUT", G, ONE)
    head = writer.head()
    answer = writer.send(method, f"{G}&dry-run=true", body, Content_Type=content_type)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["added"], told["removed"]) == changed
    assert len(read_patch(told["patch"].encode()).changeset) == sum(changed)
    assert writer.head() == head
    missing = writer.send("DELETE", "?graph=urn:none&dry-run")
    assert missing.status_code == 404


def test_options(writer: Writer) -> None:
    for address in ("", G, "/x"):
        answer = writer.client.options(f"/rdf-graph-store{address}")
        assert answer.status_code == 204
        allowed = set(answer.headers["allow"].split(", "))
        assert allowed == {"GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"}
        assert TURTLE in answer.headers["accept-post"]
        assert answer.headers["accept-patch"] == UPDATE
    preflight = writer.client.options(
        f"/rdf-graph-store{G}",
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "PUT",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert "PUT" in preflight.headers["access-control-allow-methods"]
    assert "authorization" in preflight.headers["access-control-allow-headers"].lower()


def test_other_methods_are_refused(writer: Writer) -> None:
    answer = writer.send("PROPFIND", G)
    assert (answer.status_code, problem(answer)) == (405, "method-not-allowed")
    assert "PUT" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("address", "slug"),
    [
        ("?graph=relative", "bad-parameter"),
        (f"{G}&default", "bad-parameter"),
        (f"/x{G}", "bad-parameter"),
        (f"{G}&colour=red", "unknown-parameter"),
    ],
)
def test_malformed_addresses(writer: Writer, address: str, slug: str) -> None:
    for method in ("GET", "PUT"):
        answer = writer.send(method, address, ONE if method == "PUT" else None)
        assert (answer.status_code, problem(answer)) == (400, slug)


def test_the_shapes_apply_where_they_are_asked_for(tmp_path: Path) -> None:
    person = "<urn:x> a <http://xmlns.com/foaf/0.1/Person> ."
    with writing(tmp_path, writing=WritingSettings(shapes="always")) as writer:
        answer = writer.send("PUT", "?default", person)
        assert (answer.status_code, problem(answer)) == (422, "not-conforming")
        assert writer.triples() == []
        told = writer.send("PUT", "?default&dry-run", person).json()
        assert told["conforms"] is False


def test_a_refused_upload_is_not_read(writer: Writer) -> None:
    """Who may not write learns so before sending megabytes."""
    host, _, port = str(writer.client.base_url.netloc.decode()).partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.putrequest("PUT", f"/rdf-graph-store{G}")
    connection.putheader("Content-Type", TURTLE)
    connection.putheader("Content-Length", "50000000")
    connection.endheaders()
    assert connection.getresponse().status == 401
    connection.close()


def test_a_path_that_is_no_text(writer: Writer) -> None:
    host, _, port = writer.client.base_url.netloc.decode().partition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET /rdf-graph-store/\xff HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400")
