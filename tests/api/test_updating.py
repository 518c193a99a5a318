from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from pyoxigraph import Literal

from api.settings import SparqlSettings, WritingSettings
from api.tokens import Role, TokenBook
from api.updating import summary
from curation.bundled import vocabulary_quads
from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.patch import read_patch
from tests.api.writing import TURTLE, UPDATE, Writer, writing
from tests.graphstore.strategies import META

DATA = "INSERT DATA { <urn:a> <urn:p> <urn:b> . GRAPH <urn:g> { <urn:a> <urn:p> 1 } }"
PERSON = (
    "PREFIX foaf: <http://xmlns.com/foaf/0.1/> INSERT DATA { <urn:x> a foaf:Person ; "
    "foaf:businessCard [ foaf:name 'nobody' ] }"
)


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


def ask(client: httpx.Client, text: str) -> bool:
    answer = client.get("/sparql", params={"query": f"ASK {{ {text} }}"})
    return bool(answer.json()["boolean"])


# ---- who may


@pytest.mark.parametrize(
    ("role", "status", "slug"),
    [
        (None, 401, "unauthenticated"),
        (Role.CONTRIBUTOR, 403, "forbidden"),
        (Role.CURATOR, 403, "forbidden"),
    ],
)
def test_only_administrators_update(
    writer: Writer, role: Role | None, status: int, slug: str
) -> None:
    headers = {"Content-Type": UPDATE}
    if role is not None:
        headers["Authorization"] = f"Bearer {TokenBook(writer.folder).create('ben', role)}"
    for query in ("", "?dry-run=true"):
        answer = writer.client.post(f"/sparql{query}", content=DATA, headers=headers)
        assert answer.status_code == status
        assert answer.json()["type"].endswith(slug)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert not ask(writer.client, "<urn:a> ?p ?o")


@pytest.mark.parametrize("header", ["Bearer dure_nothing", "Basic YTpi", "dure_nothing"])
def test_a_wrong_token_is_no_unknown_client(writer: Writer, header: str) -> None:
    query = {"query": "ASK {}"}
    answer = writer.client.get("/sparql", params=query, headers={"Authorization": header})
    assert answer.status_code == 401
    assert "invalid_token" in answer.headers["www-authenticate"]
    assert "dure_nothing" not in answer.text


def test_a_token_is_revoked_while_the_service_runs(writer: Writer) -> None:
    assert writer.update(DATA).status_code == 204
    TokenBook(writer.folder).revoke("ana")
    assert writer.update(DATA).status_code == 401
    soon = datetime.now(UTC) + timedelta(hours=1)
    other = TokenBook(writer.folder).create("ben", Role.ADMINISTRATOR, soon)
    writer.authorization = {"Authorization": f"bearer {other}"}
    assert writer.update("CLEAR ALL").status_code == 204


def test_a_token_in_the_address_counts_for_nothing(writer: Writer) -> None:
    secret = writer.authorization["Authorization"].removeprefix("Bearer ")
    answer = writer.client.post(
        f"/sparql?access_token={secret}", content=DATA, headers={"Content-Type": UPDATE}
    )
    assert answer.status_code in {400, 401}


# ---- what is done


def test_both_forms_of_an_update(writer: Writer) -> None:
    answer = writer.update(DATA)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["dure-commit"] == writer.head()
    assert ask(writer.client, "<urn:a> <urn:p> <urn:b> GRAPH <urn:g> { <urn:a> <urn:p> 1 }")
    form = {"update": "DELETE WHERE { ?s ?p ?o }", "message": "clear it away"}
    answer = writer.client.post("/sparql", data=form, headers=writer.authorization)
    assert answer.status_code == 204
    assert not ask(writer.client, "?s ?p ?o")


def test_the_commit_is_told_to_who_asks_for_json(writer: Writer) -> None:
    answer = writer.update(DATA, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    done = answer.json()
    assert done.pop("number") > 0
    assert done == {"commit": writer.head(), "added": 2, "removed": 0}
    again = writer.update(DATA, headers={"Accept": "text/plain, application/json;q=0.1"})
    assert again.json() == {"commit": None, "number": None, "added": 0, "removed": 0}
    assert again.headers["dure-commit"] == done["commit"]


def test_the_log_says_who_and_what(tmp_path: Path) -> None:
    with writing(tmp_path) as writer:
        writer.update(f"{DATA}; CREATE GRAPH <urn:e>; DELETE {{}} WHERE {{}}")
        writer.update("CLEAR ALL", message="begin again")
        writer.update("CLEAR ALL")  # changes nothing
        writer.update("")
    first, second = writer.log()
    assert first.meta.author == "ana"
    assert first.meta.message == "SPARQL Update: INSERT DATA, CREATE, DELETE/INSERT"
    assert second.meta.message == "begin again"
    assert (second.added_count, second.removed_count) == (1, 2)  # <urn:g> stays, empty


def test_operations_see_what_those_before_them_did(writer: Writer) -> None:
    text = (
        f"{DATA} ;\nPREFIX e: <urn:>\nINSERT {{ ?s e:q ?o }} WHERE {{ GRAPH ?g {{ ?s e:p ?o }} }};"
        "DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o FILTER(isIRI(?o)) };"
        "MOVE <urn:g> TO <urn:h>; CREATE GRAPH <urn:e>"
    )
    assert writer.update(text).status_code == 204
    one = '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert writer.triples() == [f"<urn:a> <urn:q> {one} .", "<urn:b> <urn:p> <urn:a> ."]
    assert writer.triples("?graph=urn:h") == [f"<urn:a> <urn:p> {one} ."]
    assert writer.triples("?graph=urn:e") == []
    assert writer.send("GET", "?graph=urn:g").status_code == 404


def test_the_request_names_the_graphs_that_where_reads(writer: Writer) -> None:
    writer.update(DATA)
    text = "INSERT { ?s <urn:q> ?o } WHERE { ?s <urn:p> ?o }"
    form = {"update": text, "using-graph-uri": "urn:g"}
    assert writer.client.post("/sparql", data=form, headers=writer.authorization).is_success
    assert ask(writer.client, "<urn:a> <urn:q> 1 FILTER NOT EXISTS { ?s <urn:q> <urn:b> }")
    answer = writer.update(f"WITH <urn:g> {text}", using_graph_uri="urn:g")
    assert answer.status_code == 400
    assert answer.json()["type"].endswith("dataset-given-twice")


def test_relative_iris_are_those_of_the_service(writer: Writer) -> None:
    writer.update("INSERT DATA { <a> <#p> </c> }")
    base = str(writer.client.base_url).rstrip("/")
    assert writer.triples() == [f"<{base}/a> <{base}/sparql#p> <{base}/c> ."]


@pytest.mark.parametrize(
    ("text", "status", "slug", "line"),
    [
        ("INSERT DATA { <urn:a> <urn:p> }", 400, "update-syntax", 1),
        ("CLEAR ALL;\nINSERT DATA { ?s <urn:p> 1 }", 400, "update-syntax", 2),
        ("SELECT * {}", 400, "update-syntax", 1),
        ("LOAD <http://127.0.0.1:1/>", 403, "refused-update", 1),
        ("INSERT {} WHERE { SERVICE <http://127.0.0.1:1/> {} }", 400, "refused-query", 1),
        ("DROP GRAPH <urn:none>", 404, "graph-not-found", None),
        ("CREATE GRAPH <urn:g>", 409, "graph-exists", None),
        ("DROP SILENT GRAPH <https://w3id.org/dure/graph/head>", 403, "reserved-graph", None),
        ("INSERT DATA { GRAPH <https://w3id.org/dure/graph/empty> { <urn:a> <urn:p> 1 } }", 403,
         "reserved-graph", None),
    ],
)  # fmt: skip
def test_refusals(writer: Writer, text: str, status: int, slug: str, line: int | None) -> None:
    writer.update(DATA)
    head = writer.head()
    for parameters in ({}, {"dry_run": "true"}):
        answer = writer.update(text, **parameters)
        assert answer.status_code == status, answer.text
        problem = answer.json()
        assert problem["type"].endswith(f"/{slug}")
        assert problem.get("line") == line
    assert writer.head() == head


def test_updates_are_bounded(tmp_path: Path) -> None:
    limits = WritingSettings(max_quads=3, max_body_bytes=2_000)
    with writing(tmp_path, writing=limits, max_body_bytes=1_000) as writer:
        four = "INSERT DATA { <urn:a> <urn:p> 1,2,3,4 }"
        assert writer.update(four).json()["type"].endswith("/update-too-large")
        assert writer.update(four.replace(",4", " " * 1_500)).status_code == 204
        assert writer.update(four + " " * 2_000).status_code == 413
        anonymous = writer.client.post(
            "/sparql", content=four + " " * 1_500, headers={"Content-Type": UPDATE}
        )
        assert anonymous.status_code == 413
        assert writer.update(four, message="x" * 1_001).status_code in {400, 413}


def test_an_update_that_takes_too_long_changes_nothing(tmp_path: Path) -> None:
    with writing(tmp_path, sparql=SparqlSettings(known_timeout_s=60)) as writer:
        numbers = ",".join(map(str, range(300)))
        writer.update(f"INSERT DATA {{ <urn:a> <urn:p> {numbers} }}")
        head = writer.head()
        product = " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(6))
        text = f"INSERT {{ <urn:a> <urn:q> ?x }} WHERE {{ {product} BIND(?o0 + ?o5 AS ?x) }}"
        answer = writer.update(text, timeout="0.5")
        assert answer.status_code == 504
        assert answer.json()["type"].endswith("/query-timeout")
        assert writer.head() == head
        assert writer.update(text, timeout="61").status_code == 400
        assert writer.update("CLEAR ALL").status_code == 204  # the next one is not held up


def test_an_update_can_be_cancelled(tmp_path: Path) -> None:
    with writing(tmp_path) as writer:
        numbers = ",".join(map(str, range(300)))
        writer.update(f"INSERT DATA {{ <urn:a> <urn:p> {numbers} }}")
        product = " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(6))
        text = f"INSERT {{ <urn:a> <urn:q> ?o0 }} WHERE {{ {product} }}"
        answers: list[httpx.Response] = []
        sending = threading.Thread(
            target=lambda: answers.append(writer.update(text, queryId="mine"))
        )
        sending.start()
        address = "/sparql/queries"
        running: list[str] = []
        while "mine" not in running:
            assert sending.is_alive()
            listed = writer.client.get(address, headers=writer.authorization).json()
            running = [item["id"] for item in listed["running"]]
        cancelled = writer.client.delete(f"{address}/mine", headers=writer.authorization)
        assert cancelled.is_success
        sending.join(30)
        assert answers[0].json()["type"].endswith("/query-cancelled")
    assert len(writer.log()) == 1


def test_many_writers_at_once(writer: Writer) -> None:
    """Each adds one to a counter, which works only if each sees what the one before it did."""
    writer.update("INSERT DATA { <urn:counter> <urn:is> 0 }")
    text = (
        "DELETE { <urn:counter> <urn:is> ?n } INSERT { <urn:counter> <urn:is> ?m } "
        "WHERE { <urn:counter> <urn:is> ?n BIND(?n + 1 AS ?m) }"
    )
    threads = [threading.Thread(target=writer.update, args=(text,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ask(writer.client, "<urn:counter> <urn:is> 12")


def test_an_update_never_sees_an_old_state(tmp_path: Path) -> None:
    """Queries may lag behind where the operator allows it; what is committed may not."""
    with writing(tmp_path, sparql=SparqlSettings(staleness_s=600)) as writer:
        writer.update("INSERT DATA { <urn:counter> <urn:is> 0 }")
        text = (
            "DELETE { <urn:counter> <urn:is> ?n } INSERT { <urn:counter> <urn:is> ?m } "
            "WHERE { <urn:counter> <urn:is> ?n BIND(?n + 1 AS ?m) }"
        )
        for _ in range(3):
            assert writer.update(text).status_code == 204
        with_three = 'D <urn:counter> <urn:is> "3"'
        assert with_three in writer.update(text, dry_run="true").json()["patch"]


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <@>",
        "LOAD SILENT <@>",
        "load silent <@> INTO GRAPH <urn:g>",
        "CLEAR ALL; LOAD SILENT <@>; CLEAR ALL",
        "PREFIX x: <@> LOAD SILENT x:y",
        "BASE <@> LOAD SILENT <z> # comment",
        "INSERT DATA { <urn:a> <urn:p> 'x' } ; \u004cOAD SILENT <@>",
        "INSERT DATA { <urn:a> <urn:p> '\\u0027 } ; LOAD SILENT <@> # ' }",
        "INSERT {} WHERE { SERVICE <@> { ?s ?p ?o } }",
        "INSERT {} WHERE { SERVICE SILENT <@> { ?s ?p ?o } }",
        "INSERT {} WHERE { { SELECT * { SERVICE SILENT ?x {} VALUES ?x { <@> } } } }",
        "DELETE {} WHERE { FILTER EXISTS { SERVICE SILENT <@> {} } }",
        "INSERT {} WHERE { FILTER(?a<?b#>\n) SERVICE SILENT <@> {} }",
        "INSERT {} USING <@> USING NAMED <@> WHERE { GRAPH <@> { ?s ?p ?o } }",
        "COPY SILENT <@> TO <urn:g>",
    ],
)
def test_an_update_never_connects_anywhere(writer: Writer, text: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        answer = writer.update(text.replace("@", address))
        assert answer.status_code in {204, 400, 403}, answer.text
        with pytest.raises(TimeoutError):
            listener.accept()


# ---- dry runs


def test_a_dry_run_says_everything_and_does_nothing(writer: Writer) -> None:
    writer.update(DATA)
    head = writer.head()
    text = "DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o }; CREATE GRAPH <urn:e>"
    answer = writer.update(text, dry_run="true")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["commit"], told["added"], told["removed"]) == (head, 2, 1)
    assert (told["conforms"], told["report"]) == (True, None)
    patch = read_patch(told["patch"].encode())
    assert patch.headers == {"prev": Literal(head)}
    assert {str(quad.subject) for quad in patch.changeset.removed} == {"<urn:a>"}
    assert writer.head() == head
    plain = writer.update(text, dry_run="1", headers={"Accept": "application/rdf-patch"})
    assert plain.headers["content-type"] == "application/rdf-patch"
    assert plain.text == told["patch"]
    report = writer.update(text, dry_run="", headers={"Accept": TURTLE})
    assert "conforms" in report.text
    assert writer.update(text, dry_run="1", headers={"Accept": "image/png"}).status_code == 406
    assert writer.update(text, dry_run="no").status_code == 400
    assert writer.head() == head


# ---- the shapes


@pytest.fixture
def vocabulary(tmp_path: Path) -> Iterator[Dataset]:
    """A dataset that holds the vocabulary of Dure, as every loaded one does."""
    with Dataset.open(None) as dataset:
        dataset.commit(Changeset(frozenset(vocabulary_quads())), META, shapes=None)
        yield dataset


@pytest.mark.parametrize("rule", ["auto", "always", "never"])
def test_shapes_apply_where_the_vocabulary_is(
    tmp_path: Path, vocabulary: Dataset, rule: str
) -> None:
    with writing(tmp_path, vocabulary, writing=WritingSettings(shapes=rule)) as writer:
        head = writer.head()
        answer = writer.update(PERSON)
        if rule == "never":
            assert answer.status_code == 204
            return
        assert answer.status_code == 422
        assert answer.json()["type"].endswith("/not-conforming")
        assert json.loads(answer.json()["report"])["results"]
        assert writer.head() == head
        told = writer.update(PERSON, dry_run="true")
        assert told.status_code == 200
        assert told.json()["conforms"] is False
        assert told.json()["report"]["results"]
        assert told.json()["added"] == 3
        turtle = writer.update(PERSON, dry_run="true", headers={"Accept": TURTLE})
        assert "ValidationResult" in turtle.text


@pytest.mark.parametrize(("rule", "status"), [("auto", 204), ("always", 422), ("never", 204)])
def test_shapes_of_an_empty_graph(tmp_path: Path, rule: str, status: int) -> None:
    with writing(tmp_path, writing=WritingSettings(shapes=rule)) as writer:
        assert writer.update(PERSON).status_code == status


# ---- messages


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "nothing"),
        ("INSERT DATA {}", "INSERT DATA"),
        ("insert data {}; insert data {}; clear all", "2 × INSERT DATA, CLEAR"),
        ("WITH <urn:g> DELETE {} WHERE {}; DELETE WHERE {}", "DELETE/INSERT, DELETE WHERE"),
        ("CLEAR ALL; DROP ALL;" * 7, f"{', '.join(['CLEAR, DROP'] * 6)}, …"),
    ],
)
def test_what_the_log_says_without_a_message(text: str, expected: str) -> None:
    assert summary(text) == f"SPARQL Update: {expected}"


def test_nodes_keep_their_identity(writer: Writer) -> None:
    """A blank node that was read is the one that is written to."""
    writer.update("INSERT DATA { _:b <urn:p> 1 ; <urn:q> [ <urn:r> 2 ] }")
    writer.update("DELETE { ?b <urn:p> ?n } INSERT { ?b <urn:p> 3 } WHERE { ?b <urn:p> ?n }")
    assert ask(writer.client, "?b <urn:p> 3 ; <urn:q> [ <urn:r> 2 ]")
    assert len(writer.triples()) == 3
