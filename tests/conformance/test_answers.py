"""The comparison of answers itself: what it must tell apart, and what it must not."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from tests.conformance.answers import (
    Answer,
    Graph,
    Solutions,
    Term,
    by_value,
    isomorphic,
    same,
)
from tests.conformance.reading import CSV, JSON, TSV, TURTLE, XML, read_answer

A, B, P = NamedNode("http://a.example/a"), NamedNode("http://a.example/b"), NamedNode("urn:p")
INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
RESULT_SET = b"""
@prefix rs: <http://www.w3.org/2001/sw/DataAccess/tests/result-set#> .
[] a rs:ResultSet ; rs:resultVariable "x" ;
   rs:solution [ rs:index 2 ; rs:binding [ rs:variable "x" ; rs:value "second" ] ] ,
               [ rs:index 1 ; rs:binding [ rs:variable "x" ; rs:value "first" ] ] .
"""


def solutions(*terms: Term | None, ordered: bool = False) -> Solutions:
    """Return solutions of one variable; None: unbound."""
    rows = tuple({} if term is None else {"x": term} for term in terms)
    return Solutions(frozenset({"x"}), rows, ordered)


def pairs(*rows: tuple[Term, Term]) -> Solutions:
    return Solutions(frozenset("xy"), tuple({"x": x, "y": y} for x, y in rows))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (solutions(A, B), solutions(B, A)),
        (solutions(A, None), solutions(None, A)),
        (solutions(BlankNode("a")), solutions(BlankNode("b"))),
        (
            pairs((BlankNode("a"), A), (BlankNode("a"), B)),
            pairs((BlankNode("z"), B), (BlankNode("z"), A)),
        ),
        (solutions(A, B, ordered=True), solutions(A, B)),
        (True, True),
    ],
)
def test_same(one: Answer, other: Answer) -> None:
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (solutions(A, A), solutions(A)),
        (solutions(A), solutions(B)),
        (solutions(A), solutions(None)),
        (solutions(A), Solutions(frozenset("xy"), ({"x": A},))),
        (solutions(Literal("a")), solutions(Literal("a", language="en"))),
        (solutions(Literal("01", datatype=INTEGER)), solutions(Literal(1))),
        (solutions(BlankNode()), solutions(A)),
        (
            pairs((BlankNode("a"), A), (BlankNode("a"), B)),
            pairs((BlankNode("a"), A), (BlankNode("b"), B)),
        ),
        (solutions(A, B, ordered=True), solutions(B, A)),
        (True, False),
        (True, solutions(A)),
        (solutions(), Graph(frozenset())),
    ],
)
def test_not_same(one: Answer, other: Answer) -> None:
    assert not same(one, other)
    assert not same(other, one)


def test_many_equal_rows_of_blank_nodes_are_compared_in_no_time() -> None:
    rows = [(BlankNode(), BlankNode()) for _ in range(60)]
    assert same(pairs(*rows), pairs(*((BlankNode(), BlankNode()) for _ in rows)))


def test_lax_leaves_open_how_often_a_solution_occurs() -> None:
    assert same(solutions(A, A, B), solutions(A, B), lax=True)
    assert not same(solutions(A, A), solutions(A, B), lax=True)


@pytest.mark.parametrize(
    ("one", "other", "datatype", "equal"),
    [
        ("01", "1", "integer", True),
        ("1.0", "1", "decimal", True),
        ("1.0E6", "1000000", "double", True),
        ("+0.10", "0.1", "float", True),
        ("1", "true", "boolean", True),
        ("2006-08-23+00:00", "2006-08-23Z", "date", True),
        ("2006-08-23+01:00", "2006-08-23Z", "date", False),
        ("1.5", "1.50001", "decimal", False),
        ("a", "A", "string", False),
        ("x", "y", "integer", False),
    ],
)
def test_by_value(one: str, other: str, datatype: str, equal: bool) -> None:
    kind = NamedNode(f"http://www.w3.org/2001/XMLSchema#{datatype}")
    first, second = (solutions(Literal(text, datatype=kind)) for text in (one, other))
    assert not same(first, second)
    assert same(by_value(first), by_value(second)) == equal


def test_integers_share_their_values_and_decimals_do_not() -> None:
    byte = NamedNode("http://www.w3.org/2001/XMLSchema#byte")
    decimal = NamedNode("http://www.w3.org/2001/XMLSchema#decimal")
    one = by_value(solutions(Literal(1)))
    assert same(one, by_value(solutions(Literal("01", datatype=byte))))
    assert not same(one, by_value(solutions(Literal("1", datatype=decimal))))


def test_datasets_are_isomorphic_across_graphs() -> None:
    one, other = BlankNode(), BlankNode()
    shared = [Quad(one, P, A), Quad(one, P, B, A)]
    assert isomorphic(shared, [Quad(other, P, A), Quad(other, P, B, A)])
    assert not isomorphic(shared, [Quad(one, P, A), Quad(other, P, B, A)])


# ---- the formats


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (
            b"""<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head>
            <variable name="x"/></head><results>
            <result><binding name="x"><uri>http://a.example/a</uri></binding></result>
            <result><binding name="x"><literal xml:lang="en"> a b</literal></binding></result>
            <result><binding name="x"><bnode>any thing</bnode></binding></result>
            <result/></results></sparql>""",
            XML,
        ),
        (
            b"""{"head": {"vars": ["x"]}, "results": {"bindings": [
            {"x": {"type": "uri", "value": "http://a.example/a"}},
            {"x": {"type": "literal", "value": " a b", "xml:lang": "en"}},
            {"x": {"type": "bnode", "value": "any thing"}}, {}]}}""",
            JSON,
        ),
        (b'?x\n<http://a.example/a>\n" a b"@en\n_:b\n\n', TSV),
    ],
    ids=["XML", "JSON", "TSV"],
)
def test_solutions_are_read_alike(body: bytes, media_type: str) -> None:
    expected = solutions(A, Literal(" a b", language="en"), BlankNode(), None)
    assert same(read_answer(body, media_type), expected)


def test_csv_is_read_as_strings_and_blank_nodes() -> None:
    got = read_answer(b'x,y\r\n"a,b",_:c\r\n,_:c\r\n', CSV)
    node = BlankNode()
    assert same(got, pairs((Literal("a,b"), node), (Literal(""), node)))


def test_a_result_set_in_rdf_is_read_in_its_order() -> None:
    expected = solutions(Literal("first"), Literal("second"), ordered=True)
    assert read_answer(RESULT_SET, TURTLE) == expected


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b'{"head": {}, "boolean": false}', JSON),
        (
            b'<sparql xmlns="http://www.w3.org/2005/sparql-results#"><head/>'
            b"<boolean>false</boolean></sparql>",
            XML,
        ),
    ],
    ids=["JSON", "XML"],
)
def test_booleans(body: bytes, media_type: str) -> None:
    assert read_answer(body, media_type) is False
