"""The closed port 9 is the witness: the engine refuses it by name whenever it would connect."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyoxigraph import Store

from graphstore.embedded import memory_scratch
from graphstore.errors import QuerySyntaxError, RefusedQuery
from graphstore.query_text import (
    MAX_NESTING,
    check_query_text,
    check_update_text,
    syntax_error,
)
from tests.graphstore.strategies import quad

ENDPOINT = "http://127.0.0.1:9/"

HOSTILE = [
    f"ASK {{ SERVICE <{ENDPOINT}> {{ ?s ?p ?o }} }}",
    f"ASK {{ sErViCe<{ENDPOINT}>{{?s ?p ?o}} }}",
    f"ASK {{ SERVICE SILENT <{ENDPOINT}> {{ ?s ?p ?o }} }}",
    f"ASK {{ SERVICE#x\n<{ENDPOINT}> {{?s ?p ?o}} }}",
    f"ASK {{ SERVICE#x\rSILENT#<\r<{ENDPOINT}> {{?s ?p ?o}} }}",
    f"ASK {{ #x\rSERVICE <{ENDPOINT}> {{?s ?p ?o}} }}",
    f"ASK {{ ?s ?p 1SERVICE<{ENDPOINT}>{{?s ?p ?o}} }}",
    f"ASK {{ ?s ?p 1.0e5SERVICE<{ENDPOINT}>{{?s ?p ?o}} }}",
    f"ASK {{ ?s ?p trueSERVICE<{ENDPOINT}>{{?s ?p ?o}} }}",
    f'ASK {{ ?s ?p "x"SERVICE<{ENDPOINT}>{{?s ?p ?o}} }}',
    f'ASK {{ ?s ?p "x"@en.SERVICE<{ENDPOINT}>{{?s ?p ?o}} }}',
    f"PREFIX e: <{ENDPOINT}> ASK {{ ?s ?p e:a.SERVICE e:b {{?s ?p ?o}} }}",
    f"BASE <{ENDPOINT}> ASK {{ SERVICE<>{{?s ?p ?o}} }}",
    f"PREFIX : <{ENDPOINT}> ASK {{ SERVICE:{{?s ?p ?o}} }}",
    f"PREFIX : <{ENDPOINT}> ASK {{ SERVICE:foo{{?s ?p ?o}} }}",
    f"PREFIX ex: <{ENDPOINT}> ASK {{ SERVICEex:x{{?s ?p ?o}} }}",
    f"PREFIX ex: <{ENDPOINT}> ASK {{ SERVICESILENTex:x{{?s ?p ?o}} }}",
    f"PREFIX é: <{ENDPOINT}> ASK {{ SERVICEé:x{{?s ?p ?o}} }}",
    f"ASK {{ BIND(<{ENDPOINT}> AS ?x) SERVICE ?x {{?s ?p ?o}} }}",
    f"ASK {{ VALUES ?x {{ <{ENDPOINT}> }} SERVICE $x {{?s ?p ?o}} }}",
    f"ASK {{ FILTER EXISTS {{ SERVICE <{ENDPOINT}> {{?s ?p ?o}} }} }}",
    f"ASK {{ {{ SELECT * {{ SERVICE <{ENDPOINT}> {{?s ?p ?o}} }} }} }}",
    f"ASK {{ GRAPH ?g {{ SERVICE <{ENDPOINT}> {{?s ?p ?o}} }} }}",
    f"DESCRIBE ?s {{ SERVICE <{ENDPOINT}> {{?s ?p ?o}} }}",
    f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ SERVICE <{ENDPOINT}> {{?s ?p ?o}} }}",
    # a comparison to the engine, an IRI by the longest match: what follows is comment or string
    f'PREFIX e: <{ENDPOINT}> ASK {{ ?s ?p ?o FILTER(?o<?o#>"""\n || true) '
    f'SERVICE e:x {{?s ?p ?o}} #"""\n }}',
    f"PREFIX e: <{ENDPOINT}> ASK {{ ?s ?p ?o FILTER(?o<?o#>'''\n || true) "
    f"SERVICE e:x {{?s ?p ?o}} #'''\n }}",
    f"PREFIX e: <{ENDPOINT}> ASK {{ ?s ?p ?o FILTER(?o<?p||'>'='\\'') SERVICE e:x {{}} #'\n }}",
    # an escape in a name to the engine, the beginning of a comment or a string to others
    f"PREFIX e: <{ENDPOINT}> ASK {{ ?s ?p e:\\# . SERVICE e:x {{?s ?p ?o}} }}",
    f"PREFIX e: <{ENDPOINT}> ASK {{ ?s ?p e:a\\' . SERVICE e:x {{?s ?p ?o}} ?a ?b e:\\'' }}",
    f'ASK {{ VALUES ?x {{ """a" }} SERVICE <{ENDPOINT}> {{?s ?p ?o}} #\\uD800"""\n }}',
    # escapes that an engine by the letter of SPARQL 1.1 §19.2 would undo first
    f"ASK {{ \\u0053ERVICE <{ENDPOINT}> {{?s ?p ?o}} }}",
    f"ASK {{ SERV\\U00000049CE <{ENDPOINT}> {{?s ?p ?o}} }}",
    f'ASK {{ ?s ?p "a\\u0022 . SERVICE <{ENDPOINT}> {{?s ?p ?o}} #" }}',
    f"ASK {{ #x\\u000ASERVICE <{ENDPOINT}> {{?s ?p ?o}}\n }}",
]

HARMLESS = [
    "SELECT * { ?s ?p ?o }",
    'SELECT * { ?s ?p "SERVICE <http://example.org/> { ?s ?p ?o }" }',
    "SELECT * { ?s ?p 'it\\'s SERVICE <http://example.org/> {}' }",
    'SELECT * { ?s ?p """a "SERVICE" <http://example.org/> {}""" }',
    "SELECT * { ?s ?p ?o } # SERVICE <http://example.org/> {}",
    "SELECT * { ?s <http://example.org/service> ?o }",
    "SELECT * { <http://example.org/service/a> <http://example.org/#service> ?o }",
    "PREFIX schema: <https://schema.org/> SELECT ?service { ?service schema:serviceType ?o }",
    "PREFIX schema: <https://schema.org/> SELECT ?x { ?x a schema:Service ; schema:service ?y }",
    "SELECT $service { $service ?p ?o FILTER(CONTAINS(LCASE(STR(?o)), 'public service')) }",
    "PREFIX e: <http://example.org/> SELECT * { ?s e:x-service ?o . ?o e:service e:y }",
    'SELECT * { ?s ?p "service"@en-service . }',
    "SELECT * { ?s ?p ?o FILTER(?o < 3 && ?o > 1) }",
    "SELECT * FROM <http://127.0.0.1:9/> FROM NAMED <http://127.0.0.1:9/x> { ?s ?p ?o }",
]


HOSTILE_UPDATES = [
    f"LOAD <{ENDPOINT}>",
    f"LOAD SILENT <{ENDPOINT}>",
    f"load#x\nsilent#y\r<{ENDPOINT}>INTO GRAPH <a:b>",
    f"LOAD<{ENDPOINT}>",
    f"PREFIX e: <{ENDPOINT}>LOAD e:x",
    f"PREFIX : <{ENDPOINT}> LOAD:",
    f"PREFIX e: <{ENDPOINT}> LOADSILENTe:x",
    f"CLEAR ALL;LOAD <{ENDPOINT}>",
    f"INSERT DATA {{ <a:b> <a:b> <a:b> }} ; LoAd <{ENDPOINT}>",
    f"\\u004CO\\u0041D <{ENDPOINT}>",
    f"PREFIX e: <{ENDPOINT}> INSERT DATA {{ <a:b> <a:b> e:\\# }} ; LOAD e:x",
    f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{ENDPOINT}> {{ ?s ?p ?o }} }}",
    f"DELETE {{ ?s ?p ?o }} WHERE {{ OPTIONAL {{ SERVICE SILENT <{ENDPOINT}> {{ ?s ?p ?o }} }} }}",
]

HARMLESS_UPDATES = [
    'INSERT DATA { <http://e/load> <http://e/service> "load <http://e/>", "SERVICE <http://e/>" }',
    "INSERT DATA { <http://e/a> <http://e/b> '''it's a LOAD <http://e/>''' } # LOAD <http://e/>",
    "PREFIX e: <http://e/> INSERT DATA { e:load e:load e:a.load . e:download e:workload e:x }",
    "PREFIX e: <http://e/> DELETE { ?load ?p ?o } WHERE { ?load ?p ?o ; e:load $load }",
    "INSERT DATA { <http://e/a> <http://e/b> 'load'@load , 'unload' }",
]


@pytest.mark.parametrize("text", HOSTILE_UPDATES)
def test_loading_updates_are_refused_however_they_are_written(text: str) -> None:
    with pytest.raises(RefusedQuery, match="is refused"):
        check_update_text(text)


@pytest.mark.parametrize("text", HARMLESS_UPDATES)
def test_updates_may_speak_of_loading(text: str) -> None:
    check_update_text(text)
    Store().update(text)


def test_only_updates_load() -> None:
    check_query_text("PREFIX load: <http://e/> ASK { load:a load:b load:c }")


@pytest.mark.parametrize("text", HOSTILE)
def test_federated_queries_are_refused_however_they_are_written(text: str) -> None:
    with pytest.raises(RefusedQuery, match="SERVICE"):
        check_query_text(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_the_word_alone_is_no_crime(text: str) -> None:
    check_query_text(text)
    Store().query(text)


def test_a_refusal_says_where() -> None:
    with pytest.raises(RefusedQuery) as raised:
        check_query_text("SELECT * {\n  ?s ?p ?o .\n  SERVICE <http://example.org/> {} }")
    assert (raised.value.line, raised.value.column) == (3, 3)


PIECES = st.sampled_from(
    [
        *["SERVICE", "service", "SILENT", f"<{ENDPOINT}>", "e:x", "e:", ":x", "?x", "{}", "{"],
        *["}", "(", ")", ".", ";", "?s ?p ?o", "?s ?p", "a", "1", "true", '"', "'", '"""', "'''"],
        *["#", "\n", "\r", " ", "<", ">", "<?o#>", "\\", "\\u0022", "@en", "-", "_:b", "||", "="],
        *["FILTER(", "?o<?o", "?o", "BIND(1 AS ?y)", "OPTIONAL{", "UNION", "\\'", "^^e:x", "%41"],
        *["e:a\\#", "e:a\\'", "e:\\~", "?s ?p e:a\\#", "''"],
    ]
)
STORE = Store()
STORE.update("INSERT DATA { <http://example.org/s> <http://example.org/p> 1 }")


@settings(max_examples=2000, deadline=None)
@given(st.lists(PIECES, max_size=14))
@example(["?s ?p ?o FILTER(?o<?o#>", '"""', "\n", ")", "SERVICE", "e:x{}", "#", '"""', "\n"])
def test_what_passes_never_makes_the_engine_connect(pieces: list[str]) -> None:
    text = f"PREFIX e: <{ENDPOINT}> PREFIX : <{ENDPOINT}> ASK {{ {''.join(pieces)} }}"
    try:
        check_query_text(text)
    except RefusedQuery:
        return
    try:
        STORE.query(text)
    except (SyntaxError, RuntimeError, ValueError):
        return  # refused by the parser, or nothing that has to do with a connection
    # An OSError ("The port 9 is not allowed …") would end the test.


UPDATE_PIECES = st.sampled_from(
    [
        *["LOAD", "load", f"<{ENDPOINT}>", "e:x", "e:", ":x", "INSERT DATA", "{", "}", ";", "."],
        *["e:s e:p", "e:o", '"', "'", '"""', "#", "\n", " ", "<", ">", "\\", "\\'", "e:a\\#"],
        *["e:a\\'", "CLEAR ALL", "INTO GRAPH", "INSERT{}WHERE{", "FILTER(?o<?o#>", ")", "1"],
        *["INSERT DATA{e:s e:p", "};", "INSERT DATA{", "SERVICE", "{}"],
    ]
)


@settings(max_examples=1000, deadline=None)
@given(st.lists(UPDATE_PIECES, max_size=12))
@example(["INSERT DATA{e:s e:p", "e:a\\#", "};", "LOAD", "e:x"])
def test_what_passes_never_makes_the_engine_load(pieces: list[str]) -> None:
    text = f"PREFIX e: <{ENDPOINT}> PREFIX : <{ENDPOINT}> {''.join(pieces)}"
    try:
        check_update_text(text)
    except RefusedQuery:
        return
    try:
        Store().update(text)
    except (SyntaxError, RuntimeError, ValueError):
        return
    # An OSError ("The port 9 is not allowed …") would end the test.


@pytest.mark.parametrize(
    "repeated",
    [
        *["<", '"', "'", "(", "#", "#\n", "service ", "load ", "<a> ", "<a", '"a" ', "?<", "\\"],
        *["\\u0041", '"""', "'''\"", "1service ", "service #\n", "a.", "<a:b#> ", "((()))"],
        *[
            '\\"',
            '"\\',
            "'''\\'",
            '"""\\',
            "<service#> ",
            "service#",
            "'\\",
            "\\'\"",
            '{"',
            "<a#\n",
        ],
        '<http://e/a> <http://e/b> "a service <x" . ',
    ],
)
def test_the_time_grows_with_the_length_only(repeated: str) -> None:
    def took(length: int) -> float:
        text = f"{repeated * (length // len(repeated))} service load"
        begun = time.perf_counter()
        with contextlib.suppress(RefusedQuery):
            check_update_text(text)
        return time.perf_counter() - begun

    short = min(took(20_000) for _ in range(3))
    assert took(400_000) < 200 * max(short, 0.001)  # 20 times is linear, 400 times quadratic


def test_megabytes_of_quads_are_passed_over() -> None:
    row = '<http://e/social-services> <http://e/b> "services: of (the) SERVICE <x> load" , 1 .\n'
    begun = time.perf_counter()
    check_update_text(f"INSERT DATA {{ {row * 40_000} }}")  # 3 MB
    assert time.perf_counter() - begun < 5  # 0.15 s, with a generous margin


def test_nobody_is_called() -> None:
    heard: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)

        def listen() -> None:
            while not done.is_set():
                try:
                    connection, _ = server.accept()
                except TimeoutError:
                    continue
                heard.append(connection)
                connection.close()

        done = threading.Event()
        listener = threading.Thread(target=listen)
        listener.start()
        dataset = memory_scratch([quad("s", "p", "o")])
        port = server.getsockname()[1]
        for text in [*HOSTILE, *HARMLESS]:
            aimed = text.replace("127.0.0.1:9/", f"127.0.0.1:{port}/")
            try:
                answer = dataset.query(aimed)
                list(answer.write(answer.formats[0]))
            except (RefusedQuery, QuerySyntaxError):
                continue
        done.set()
        listener.join()
    assert heard == []


@pytest.mark.parametrize(
    "text",
    [
        "ASK { FILTER(" + "(" * 100_000 + "1" + ")" * 100_000 + ") }",
        "ASK " + "{" * 100_000 + "}" * 100_000,
        "ASK { ?s ?p " + "(" * 1000 + "1" + ")" * 1000 + " }",
        "ASK { ?s ?p " + "[ <a:b> " * 1000 + "1" + "]" * 1000 + " }",
        "ASK { FILTER(" + "(#)\n" * 1000 + "1" + ")" * 1000 + ") }",
        'ASK { FILTER(("")=' + "(')'=" * 1000 + "1" + ")" * 1000 + ") }",
        "ASK { FILTER(" + "!" * 100_000 + "1) }",
    ],
)
def test_texts_that_would_crash_the_engine_are_refused(text: str) -> None:
    with pytest.raises(RefusedQuery, match=r"nests deeper|negations"):
        check_query_text(text)


def test_long_and_flat_texts_pass() -> None:
    rows = "\n".join(f'(<http://example.org/a#{n}> "x#(")' for n in range(3000))
    text = f"SELECT * {{ VALUES (?s ?o) {{ {rows} }} ?s ?p ?o }}"
    check_query_text(text)
    Store().query(text)
    nested = "(" * (MAX_NESTING - 3)
    check_query_text(f"ASK {{ FILTER({nested}1{')' * len(nested)}) }}")


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("SELECT * WHERE { ?s ?p ", 1, 24, "expected"),
        ("SELECT * {\n  ?s nope:x ?o }", 2, 12, "Prefix not found"),
        ("SELECT ?x {} GROUP BY ?y", 1, 25, "unbound"),
        ("", 1, 1, "unexpected text"),
    ],
)
def test_syntax_errors_have_a_place_and_a_readable_text(
    text: str, line: int, column: int, message: str
) -> None:
    with pytest.raises(QuerySyntaxError, match=message) as raised:
        memory_scratch([]).query(text)
    assert raised.value.line == line
    assert abs((raised.value.column or 0) - column) <= 2
    assert len(raised.value.message) < 200


def test_a_complaint_of_another_kind_is_passed_on() -> None:
    assert syntax_error(SyntaxError("something else")).message == "something else"
