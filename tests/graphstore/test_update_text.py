from __future__ import annotations

import pytest

from graphstore.errors import RefusedQuery, UpdateSyntaxError
from graphstore.query_text import MAX_NESTING
from graphstore.update_text import labels_in, read_update, variables_in


def kinds(text: str) -> list[str]:
    return [operation.kind for operation in read_update(text)]


_TWO = ["INSERT DATA", "DELETE DATA"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("# nothing", []),
        ("BASE <http://e/>", []),
        ("PREFIX : <http://e/> # nothing", []),
        ("CLEAR ALL", ["CLEAR"]),
        ("clear\tall;", ["CLEAR"]),
        ("CLEAR ALL ; PREFIX : <http://e/>", ["CLEAR"]),
        ("Drop Silent Graph <g>;Create#x\nGraph :g", ["DROP", "CREATE"]),
        ("ADD <a> TO DEFAULT; MOVE DEFAULT TO GRAPH <a>; COPY GRAPH :a. TO :b", None),
        ("ADD <a> TO DEFAULT; MOVE DEFAULT TO GRAPH <a>; COPY :a.b TO :b", ["ADD", "MOVE", "COPY"]),
        ("INSERT DATA{<a> <b> '};{', \"};\", '''}'};''', \"\"\";\"};\"\"\"}", ["INSERT DATA"]),
        ("INSERT DATA {<a> <b> <c;d> # };\n}; DELETE DATA {:a\\;b :c\\# 1}", _TWO),
        ("INSERT DATA { :a :b :c\\} }", ["INSERT DATA"]),
        ("DELETE WHERE {?s ?p ?o}", ["DELETE WHERE"]),
        ("DELETE {?s ?p ?o} WHERE {?s ?p ?o}", ["MODIFY"]),
        ("WITH :g INSERT {} USING :a USING NAMED <b> WHERE {}", ["MODIFY"]),
        ("INSERT { <<?s?p?o>> ?p <<( ?s ?p '}' )>> } WHERE {}", ["MODIFY"]),
        ("INSERT {} WHERE { FILTER(?a<?b&&?c>?d) } ; CLEAR ALL", ["MODIFY", "CLEAR"]),
        ("INSERT {} WHERE { FILTER(?a < ?b) # } ;\n } ; CLEAR ALL", ["MODIFY", "CLEAR"]),
        ("INSERT {} WHERE { FILTER(?a<<http://e/#x>) } ; CLEAR ALL", ["MODIFY", "CLEAR"]),
        ("INSERT {} WHERE { ?a <\\u0062;> ?b } ; CLEAR ALL", ["MODIFY", "CLEAR"]),
        ("LOAD <a>; load silent :b into graph <c>", ["LOAD", "LOAD"]),
        ("LOAD ;", None),
        ('VERSION "1.2" INSERT DATA {}', ["INSERT DATA"]),
    ],
)
def test_operations(text: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(UpdateSyntaxError):
            kinds(text)
    else:
        assert kinds(text) == expected


def test_parts_are_as_written() -> None:
    text = (
        "PREFIX a: <http://a/>\n"
        "with a:g delete {?s ?p ?o} insert {?s ?p 1} using a:x using named <y> where {?s ?p ?o};\n"
        "prefix a: <http://b/> insert data {a:a a:b a:c}"
    )
    first, second = read_update(text)
    assert first.delete is not None
    assert first.insert is not None
    assert first.where is not None
    assert (first.delete.text, first.insert.text) == ("{?s ?p ?o}", "{?s ?p 1}")
    assert text[first.where.place :].startswith("{?s ?p ?o};")
    assert (first.with_graph, first.using, first.using_named) == ("a:g", ("a:x",), ("<y>",))
    assert first.prologue == "PREFIX a: <http://a/>\n"
    assert second.prologue == "PREFIX a: <http://b/>\n"
    assert second.whole.text == "insert data {a:a a:b a:c}"
    assert text[second.whole.place :] == second.whole.text


def test_relative_declarations_are_kept_in_order() -> None:
    (operation,) = read_update("BASE <http://a/> PREFIX : <x#> BASE <b/> PREFIX : <y#> CLEAR ALL")
    assert operation.prologue == "BASE <http://a/>\nPREFIX : <x#>\nBASE <b/>\nPREFIX : <y#>\n"


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("CLEAR", 1, 6, "GRAPH or DEFAULT"),
        ("CLEAR ALL\nCLEAR ALL", 2, 1, "expected ';'"),
        ("CLEAR ALL ;;", 1, 12, "expected INSERT"),
        (";", 1, 1, "expected INSERT"),
        ("INSERTDATA {}", 1, 1, "expected INSERT"),
        ("INSERT WHERE { ?s ?p ?o }", 1, 8, "expected '{'"),
        ("\n  DELETE { <a> <b> 'x }'", 2, 10, "never closed"),
        ("CREATE <g>", 1, 8, "expected GRAPH"),
        ("CREATE DEAFULT", 1, 8, "expected GRAPH"),
        ("PREFIX x <http://e/>", 1, 8, "a prefix with a colon"),
        ("COPY <a> <b>", 1, 10, "expected TO"),
        ("SELECT * {}", 1, 1, "expected INSERT"),
    ],
)
def test_what_is_no_update_says_where(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(UpdateSyntaxError) as caught:
        read_update(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in caught.value.message


@pytest.mark.parametrize("opening", ["(", "[", "{", "<< "])
def test_deep_nesting_is_refused(opening: str) -> None:
    read_update("INSERT DATA {" + opening * 3 + ")" * 3 + "}" if opening == "(" else "CLEAR ALL")
    with pytest.raises(RefusedQuery, match="nests deeper"):
        read_update("INSERT DATA { " + opening * (MAX_NESTING + 1) + "}")


def test_much_side_by_side_is_no_nesting() -> None:
    triples = " ".join("<< :a :b :c >> :d ( 1 [ :e 2 ] ) ." for _ in range(500))
    assert kinds(f"INSERT DATA {{ {triples} }}") == ["INSERT DATA"]


def test_variables_stand_outside_of_strings_iris_and_comments() -> None:
    block = '{ ?s <http://e/?x> \'?y\' ; $o """?z""" # ?c\n . ?é <<?b?c?d>> :a\\?n ?s }'
    assert variables_in(block) == ["s", "o", "é", "b", "c", "d"]


def test_labels_stand_outside_of_strings_and_names() -> None:
    assert labels_in("{ _:a :p '_:b', <_:c>, :d_:e . _:f.g :p _:h. # _:i\n}") == {"a", "f.g", "h"}
    assert labels_in("{ }") == set()
