from __future__ import annotations

import csv
import io
import json

import pytest
from pyoxigraph import Literal, Triple

from graphstore.embedded import memory_scratch
from graphstore.errors import RefusedQuery, UnknownFormat
from graphstore.formats import CSV, TURTLE
from tests.graphstore.strategies import iri, quad

DATA = memory_scratch([quad("s", "p", "o"), quad("s", "p", "o2"), quad("s", "p", "g", "g")])
SELECT = "SELECT ?o ?missing WHERE { ?s ?p ?o } ORDER BY ?o"
CONSTRUCT = "CONSTRUCT WHERE { ?s ?p ?o }"


def test_solutions() -> None:
    answer = DATA.query(SELECT)
    assert answer.kind == "solutions"
    assert [item.name for item in answer.formats] == ["json", "xml", "csv", "tsv"]
    solutions = answer.solutions
    assert solutions.variables == ("o", "missing")
    assert list(solutions) == [
        {"o": iri("o"), "missing": None},
        {"o": iri("o2"), "missing": None},
    ]


def test_a_boolean() -> None:
    answer = DATA.query("ASK { ?s ?p ?o }")
    assert answer.kind == "boolean"
    assert answer.boolean is True
    assert json.loads(b"".join(answer.write("json"))) == {"head": {}, "boolean": True}


def test_a_graph() -> None:
    assert DATA.query("CONSTRUCT { ?s a ?o } WHERE { ?s ?p ?o } LIMIT 1").kind == "graph"
    triples = DATA.query(CONSTRUCT).triples
    assert set(triples) == {Triple(iri("s"), iri("p"), iri(name)) for name in ("o", "o2")}


@pytest.mark.parametrize("format", ["json", "xml", "csv", "tsv", "text/csv", CSV])
def test_solutions_are_written_in_every_format(format: str) -> None:
    assert b"http://example.org/o2" in b"".join(DATA.query(SELECT).write(format))


def test_csv_has_as_many_cells_in_every_row_whatever_is_in_them() -> None:
    terms = '<http://e/#char=1,2> "a,b" "say \\"so\\"" "two\\nlines" "" UNDEF "서울"@ko 1.5'
    query = f"SELECT ?x ?y {{ VALUES ?x {{ {terms} }} BIND(BNODE() AS ?y) }}"
    written = b"".join(DATA.query(query).write("csv"))
    rows = list(csv.reader(io.StringIO(written.decode(), newline="")))
    assert [row[0] for row in rows] == [
        "x", "http://e/#char=1,2", "a,b", 'say "so"', "two\nlines", "", "", "서울", "1.5",
    ]  # fmt: skip
    assert rows[0][1] == "y"
    assert all(len(row) == 2 and row[1].startswith("_:") for row in rows[1:])
    assert written.count(b"\r\n") == len(rows)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("1.0E6", "1.0E6"),
        ("-1234567.5e0", "-1.2345675E6"),
        ("1e300", "1.0E300"),
        ("0.00000012e0", "1.2E-7"),
        ("999999.5e0", "999999.5"),
        ("0.0000010e0", "0.000001"),
        ("37.5e0", "37.5"),
        ("0e0", "0"),
        ('"-INF"^^xsd:double', "-INF"),
        ('"NaN"^^xsd:double', "NaN"),
        ('"1234567x"^^xsd:double', "1234567x"),
        ('"1.0E10"^^xsd:float', "1.0E10"),
        ("1000000000", "1000000000"),
        ("1000000000.5", "1000000000.5"),
        ('"1000000000"', "1000000000"),
    ],
)
def test_csv_has_doubles_as_xpath_casts_them_to_strings(number: str, written: str) -> None:
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>"
    query = f"{prefix} SELECT ?x {{ VALUES ?x {{ {number} }} }}"
    assert b"".join(DATA.query(query).write("csv")).decode() == f"x\r\n{written}\r\n"


@pytest.mark.parametrize("format", ["turtle", "ntriples", "jsonld", "rdfxml", "trig", TURTLE])
def test_graphs_are_written_in_every_format(format: str) -> None:
    assert b"http://example.org/o2" in b"".join(DATA.query(CONSTRUCT).write(format))


def test_large_answers_come_in_pieces_and_whole() -> None:
    text = " ".join(f'"{number} {"x" * 200}"' for number in range(10_000))
    pieces = list(DATA.query(f"SELECT ?x {{ VALUES ?x {{ {text} }} }}").write("csv"))
    assert len(pieces) > 10
    rows = list(csv.reader(io.StringIO(b"".join(pieces).decode(), newline="")))
    assert rows[0] == ["x"]
    assert len(rows) == 10_001


def test_nothing_but_what_is_there() -> None:
    for kind, text in (("solutions", "ASK {}"), ("boolean", SELECT), ("triples", SELECT)):
        with pytest.raises(TypeError):
            getattr(DATA.query(text), kind)
    with pytest.raises(UnknownFormat):
        DATA.query(SELECT).write("turtle")
    with pytest.raises(UnknownFormat):
        DATA.query(CONSTRUCT).write("csv")
    with pytest.raises(UnknownFormat):
        DATA.query(SELECT).write(TURTLE)
    with pytest.raises(UnknownFormat):
        DATA.query(CONSTRUCT).write(CSV)
    with pytest.raises(UnknownFormat, match="json, xml"):
        DATA.query("ASK {}").write(CSV)


def test_what_fails_in_evaluation_is_refused_before_the_first_byte() -> None:
    with pytest.raises(RefusedQuery, match="cannot be evaluated"):
        DATA.query("SELECT (<http://example.org/f>(1) AS ?x) {}")
    assert list(DATA.query("SELECT (1/0 AS ?x) {}").solutions) == [{"x": None}]
    assert list(DATA.query("SELECT (1+1 AS ?x) {}").solutions) == [{"x": Literal(2)}]
