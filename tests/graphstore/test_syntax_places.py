from __future__ import annotations

import pytest

from graphstore.errors import QuerySyntaxError
from graphstore.syntax_places import placed

ENGINE = QuerySyntaxError("what the engine said", 9, 9)


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("SELECT ?s WHERE {\n  ?s ~ ?o\n}", 2, 6, "'~' cannot stand here"),
        ("SELECT ?s WHER { ?s ?p ?o }", 1, 11, "'WHER' cannot stand here; expected { or WHERE"),
        ("SELEC ?s", 1, 1, "'SELEC' cannot stand here"),
        ("SELECT", 1, 7, "the query ends here; expected a variable or ( or *"),
        ("SELECT ?s WHERE { ?s ?p ?o", 1, 27, "the query ends here; expected }"),
        ("SELECT * { ?s ?p ?o FILTER(?o > ) }", 1, 33, "expected an expression"),
        ("ASK {\n\n  ?s ?p }", 3, 9, "'}' cannot stand here; expected a literal or an IRI"),
        ("", 1, 1, "the query ends here"),
    ],
)
def test_the_place_of_a_fault(text: str, line: int, column: int, said: str) -> None:
    found = placed(ENGINE, text)
    assert (found.line, found.column) == (line, column)
    assert said in found.message


@pytest.mark.parametrize("text", ["ASK { ?s a:b ?o }", "ASK {}" + " " * 200_000 + "~"])
def test_the_engine_knows_what_we_do_not(text: str) -> None:
    assert placed(ENGINE, text) is ENGINE
