from __future__ import annotations

import pytest

from graphstore.sparql_syntax import SparqlUnreadable
from graphstore.sparql_updates import Span, update_operations

TEXT = """BASE <http://e/> PREFIX a: <x/> INSERT DATA { a:x a:y "}{#" . GRAPH a:g { a:s a:p 1 } } ;
# }
PREFIX b: <y/> WITH a:g DELETE { ?s a:p ?o } INSERT { GRAPH ?g { ?s b:p ?o } }
USING a:h USING NAMED <k> WHERE { ?s a:p ?o { } } ; delete where { ?s ?p ?o } ;
DROP SILENT ALL; COPY DEFAULT TO GRAPH a:x; LOAD <q> INTO GRAPH a:l; DELETE DATA { a:b a a:c };"""


def of(span: Span | None) -> str | None:
    return None if span is None else span.of(TEXT)


def test_operations_have_their_parts() -> None:
    insert, modify, where, drop, copy, load, delete = update_operations(TEXT)
    assert insert.kind == "insert data"
    assert of(insert.insert) == '{ a:x a:y "}{#" . GRAPH a:g { a:s a:p 1 } }'
    assert insert.delete is None
    assert modify.kind == "modify"
    assert [of(span) for span in modify.prologue] == [
        "BASE <http://e/>",
        "PREFIX a: <x/>",
        "PREFIX b: <y/>",
    ]
    assert of(modify.with_graph) == "a:g"
    assert of(modify.delete) == "{ ?s a:p ?o }"
    assert of(modify.insert) == "{ GRAPH ?g { ?s b:p ?o } }"
    assert of(modify.where) == "{ ?s a:p ?o { } }"
    assert [(of(using.graph), using.named) for using in modify.using] == [
        ("a:h", False),
        ("<k>", True),
    ]
    assert of(modify.using[1].span) == "USING NAMED <k>"
    assert (where.kind, of(where.delete), where.where) == ("delete where", "{ ?s ?p ?o }", None)
    assert (drop.kind, drop.silent, [of(span) for span in drop.graphs]) == ("drop", True, ["ALL"])
    assert [of(span) for span in copy.graphs] == ["DEFAULT", "GRAPH a:x"]
    assert (load.kind, [of(span) for span in load.graphs]) == ("load", ["GRAPH a:l"])
    assert of(delete.delete) == "{ a:b a a:c }"
    assert of(delete.span) == "DELETE DATA { a:b a a:c }"


def test_an_update_may_have_no_operation() -> None:
    assert update_operations("") == ()
    assert update_operations("PREFIX a: <b>") == ()


@pytest.mark.parametrize("text", ["CLEAR", "INSERT { } ", "INSERT DATA { <a> <b> 'c }", "\\u0044"])
def test_what_is_no_update_is_refused(text: str) -> None:
    with pytest.raises(SparqlUnreadable):
        update_operations(text)


def test_long_data_are_not_read() -> None:
    rows = "".join(
        f'<http://e/s{row}> <http://e/p> "a \\" {row}", _:b .\n' for row in range(50_000)
    )
    (insert,) = update_operations(f"INSERT DATA {{ {rows} }}")
    assert insert.insert == Span(12, len(rows) + 16)
