from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from graphstore.changeset import Changeset
from graphstore.dataset import Dataset
from graphstore.empty_graphs import empty_graph_quad
from graphstore.errors import (
    DatasetGivenTwice,
    GraphExists,
    GraphNotFound,
    RefusedQuery,
    ReservedGraph,
    UpdateSyntaxError,
    UpdateTooLarge,
)
from graphstore.terms import GraphName
from graphstore.update import (
    changeset_of_data,
    changeset_of_update,
    needs_scratch,
)
from ontology.namespaces import GRAPH_EMPTY, GRAPH_HEAD
from tests.graphstore import updating
from tests.graphstore.strategies import META, adding, iri, quad
from tests.graphstore.updating import PROLOGUE, applied, check_syntax, execute, same, store_of


@given(updating.datasets, updating.created, st.lists(updating.operations, max_size=4))
@settings(max_examples=400, deadline=None)
def test_the_changes_are_what_the_engine_does(
    quads: frozenset[Quad], graphs: frozenset[NamedNode], operations: list[str]
) -> None:
    engine = store_of(quads, graphs)
    text = PROLOGUE + " ;\n".join(operations)
    expected: type[Exception] | None = None
    try:
        check_syntax(text)
        for operation in operations:
            execute(engine, operation)
    except SyntaxError:
        expected = UpdateSyntaxError
    except RuntimeError as error:
        expected = GraphExists if "already exists" in str(error) else GraphNotFound
    if expected is not None:
        with pytest.raises(expected):
            changeset_of_update(store_of(quads, graphs), text)
        return
    changes = changeset_of_update(store_of(quads, graphs), text)
    assert same(applied(quads, graphs, changes), engine)


@given(
    updating.datasets,
    updating.created,
    st.one_of(
        updating.insert_data.map(lambda block: f"INSERT DATA {block}"),
        updating.delete_data.map(lambda block: f"DELETE DATA {block}"),
    ),
)
@settings(max_examples=100, deadline=None)
def test_data_needs_no_evaluation(
    quads: frozenset[Quad], graphs: frozenset[NamedNode], operation: str
) -> None:
    """What is only data changes the same when it is merely compared with the dataset."""
    with Dataset.open(None) as dataset:
        records = {empty_graph_quad(x) for x in graphs - {item.graph_name for item in quads}}
        dataset.commit(adding(quad("x", "x", "x", "x"), *quads, *records), META, shapes=None)
        found = changeset_of_data(dataset, PROLOGUE + operation)
    engine = store_of(quads, graphs)
    execute(engine, operation)
    assert found is not None
    assert same(applied(quads, graphs, found), engine)


def test_what_is_not_only_data_is_told_from_it() -> None:
    with Dataset.open(None) as dataset:
        for text in ("", "CLEAR ALL", "INSERT DATA {}; INSERT DATA {}", "INSERT {} WHERE {}"):
            assert changeset_of_data(dataset, text) is None
        with pytest.raises(UpdateSyntaxError):
            changeset_of_data(dataset, "INSERT DATA { <urn:a> }")
        with pytest.raises(ReservedGraph):
            changeset_of_data(
                dataset, f"DELETE DATA {{ GRAPH <{GRAPH_HEAD}> {{ <urn:a> <urn:p> 1 }} }}"
            )
        with pytest.raises(UpdateTooLarge):
            changeset_of_data(dataset, "INSERT DATA { <urn:a> <urn:p> 1, 2 }", max_quads=1)


# ---- by hand

G, H = iri("g"), iri("h")
A_P_B = quad("a", "p", "b")


def changes(text: str, *quads: Quad, graphs: tuple[GraphName, ...] = ()) -> Changeset:
    return changeset_of_update(store_of(quads, graphs), PROLOGUE + text)


def lines(changeset: Changeset) -> list[str]:
    """Return the changes as lines, with names in place of IRIs."""
    both = [("+", item) for item in changeset.added] + [("-", item) for item in changeset.removed]
    return sorted(
        f"{sign} {item}".replace("http://example.org/", ":").replace("<", "").replace(">", "")
        for sign, item in both
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INSERT DATA { :a :p :b }", []),
        ("INSERT DATA { :a :p :b , :c ; a :C }", ["+ :a :p :c", f"+ :a {'{type}'} :C"]),
        ("DELETE DATA { :a :p :b, :zz }", ["- :a :p :b"]),
        ("DELETE DATA { GRAPH :g { :a :p :b } }", []),
        ("DELETE DATA { GRAPH :g { :s :p :o } }", ["- :s :p :o :g"]),
        ("DELETE { ?s ?p ?o } INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }", []),
        ("DELETE { :a ?p ?o } INSERT { :c ?p ?o } WHERE { :a ?p ?o }",
         ["+ :c :p :b", "- :a :p :b"]),
        ("WITH :g DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o }",
         ["+ :o :p :s :g", "- :s :p :o :g"]),
        ("WITH :g INSERT { ?o ?p ?s } USING :h WHERE { ?s ?p ?o }", ["+ :y :p :x :g"]),
        ("WITH :g INSERT { GRAPH :k { ?s ?p ?o } } WHERE { GRAPH :h { ?s ?p ?o } }",
         ["+ :x :p :y :k"]),
        ("INSERT { GRAPH ?g { :a :p :b } } WHERE { GRAPH ?g {} }",
         ["+ :a :p :b :g", "+ :a :p :b :h"]),
        ("INSERT { GRAPH ?g { :a :p :b } } USING NAMED :h WHERE { GRAPH ?g {} }",
         ["+ :a :p :b :h"]),
        ("INSERT { :n :p ?s } USING NAMED :h WHERE { ?s :p ?o }", []),
        ("INSERT { :n :p ?s } USING :g USING :h WHERE { ?s :p ?o }", ["+ :n :p :s", "+ :n :p :x"]),
        ("DELETE WHERE { ?s :p :b }", ["- :a :p :b"]),
        ("DELETE WHERE { GRAPH ?g { ?s :p ?o } . ?a :p :b }",
         ["- :a :p :b", "- :s :p :o :g", "- :x :p :y :h"]),
        ("INSERT DATA { :c :p :d }; INSERT { ?o :p ?s } WHERE { ?s :p ?o }",
         ["+ :b :p :a", "+ :c :p :d", "+ :d :p :c"]),
        ("INSERT DATA { :c :p :d }; DELETE DATA { :c :p :d }", []),
        ("DELETE DATA { :a :p :b }; INSERT DATA { :a :p :b }", []),
        ("DELETE DATA {:a :p :b}; INSERT DATA {:a :p :c}; DELETE {?s ?p ?o} WHERE {?s ?p ?o}",
         ["- :a :p :b"]),
        ("INSERT { ?s ?p ?unbound . ?s ?o 1 . ?s :q 'x' } WHERE { ?s ?p ?o FILTER(?s = :a) "
         "BIND('no predicate' AS ?o2) }", ['+ :a :b "1"^^{int}', '+ :a :q "x"']),
        ("INSERT { ?x :q 1 . :a ?x 2 } WHERE { BIND('text' AS ?x) }", []),
        ("PREFIX : <http://other.org/> DELETE WHERE { :a ?p ?o }", []),
        ("INSERT DATA { :x :p 1 }; PREFIX : <http://other.org/> INSERT DATA { :x :p 2 }",
         ['+ :x :p "1"^^{int}', '+ http://other.org/x http://other.org/p "2"^^{int}']),
        ("# DELETE WHERE { ?s ?p ?o }\nINSERT DATA # {\n{ :a :p '} ; DROP ALL', '#' }",
         ['+ :a :p "#"', '+ :a :p "} ; DROP ALL"']),
        ("insert data { :x :p 'A', \"\\u0041\", <http://example.org/\\u0061> }",
         ['+ :x :p "A"', "+ :x :p :a"]),
        ("INSERT { :a :p ?o } WHERE { SELECT (MAX(?n) AS ?o) { VALUES ?n { 1 3 2 } } }",
         ['+ :a :p "3"^^{int}']),
        ("INSERT { :n :p :m } WHERE { :a :p :b }", ["+ :n :p :m"]),
        ("INSERT { :n :p :m } WHERE { :a :p :nowhere }", []),
        ("DELETE { :a :p :b } WHERE {}", ["- :a :p :b"]),
        ("", []),
        ("PREFIX x: <http://x/>", []),
    ],
)  # fmt: skip
def test_updates(text: str, expected: list[str]) -> None:
    there = (A_P_B, quad("s", "p", "o", "g"), quad("x", "p", "y", "h"))
    known = {"{type}": "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
             "{int}": "http://www.w3.org/2001/XMLSchema#integer"}  # fmt: skip
    for short, long in known.items():
        expected = [line.replace(short, long) for line in expected]
    assert lines(changes(text, *there)) == sorted(expected)


def test_literals_have_the_form_that_the_engine_keeps() -> None:
    text = "INSERT DATA { :a :p 007, 1.50, '1'^^<http://www.w3.org/2001/XMLSchema#boolean> }"
    values = {quad.object.value for quad in changes(text).added}  # type: ignore[union-attr]
    assert values == {"7", "1.5", "true"}


def test_blank_nodes_of_data_are_new_ones() -> None:
    there = Quad(BlankNode("b"), iri("p"), Literal(1), DefaultGraph())
    changed = changes("INSERT DATA { _:b :p 1 ; :q 2 . GRAPH :g { _:b :p 1 } }", there)
    subjects = {item.subject for item in changed.added}
    assert len(changed.added) == 3
    assert len(subjects) == 1
    assert BlankNode("b") not in subjects


def test_blank_nodes_of_templates_are_new_in_every_solution() -> None:
    there = (quad("a", "p", "b"), quad("c", "p", "d"))
    changed = changes("INSERT { [] :of ?s ; :to _:x . _:x :p [] } WHERE { ?s :p ?o }", *there)
    assert len(changed.added) == 6
    assert len({item.subject for item in changed.added}) == 4
    for name in ("s", "one", "x"):
        without = changes(f"INSERT {{ [] :is 1 }} WHERE {{ ?{name} :p ?o }}", *there)
        assert len(without.added) == 2


def test_blank_nodes_of_the_store_are_matched_and_kept() -> None:
    node = BlankNode("b")
    there = Quad(node, iri("p"), Literal(1), DefaultGraph())
    changed = changes("DELETE { ?x :p 1 } INSERT { ?x :p 2 } WHERE { ?x :p ?n }", there)
    assert changed == Changeset(
        frozenset({Quad(node, iri("p"), Literal(2), DefaultGraph())}), frozenset({there})
    )


# ---- what is the store's own


@pytest.mark.parametrize("graph", [GRAPH_HEAD, GRAPH_EMPTY])
@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH <> { :a :p :b } }",
        "DELETE DATA { GRAPH <> { :a :p :b } }",
        "INSERT { GRAPH <> { ?s :p :b } } WHERE { ?s :nothing :at_all }",
        "WITH <> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "INSERT { GRAPH ?g { :a :p :b } } WHERE { BIND(<> AS ?g) }",
        "CREATE SILENT GRAPH <>",
        "DROP SILENT GRAPH <>",
        "COPY :g TO <>",
        "ADD SILENT <> TO :g",
    ],
)
def test_the_graphs_of_the_store_itself_are_not_written(graph: str, text: str) -> None:
    with pytest.raises(ReservedGraph):
        changes(text.replace("<>", f"<{graph}>"), quad("s", "p", "o", "g"))


# ---- the request around it


def asked(text: str, **scope: object) -> list[str]:
    there = (A_P_B, quad("s", "p", "o", "g"), quad("x", "p", "y", "h"))
    return lines(changeset_of_update(store_of(there), PROLOGUE + text, **scope))  # type: ignore[arg-type]


def test_the_request_says_what_where_reads() -> None:
    text = "INSERT { ?s :q ?g } WHERE { { ?s :p ?g } UNION { GRAPH ?g { ?s :p ?o } } }"
    assert asked(text, using_default=["http://example.org/g"]) == ["+ :s :q :o"]
    assert asked(text, using_named=["http://example.org/h"]) == ["+ :x :q :h"]
    both = {"using_default": ["http://example.org/g"], "using_named": ["http://example.org/h"]}
    assert asked(text, **both) == ["+ :s :q :o", "+ :x :q :h"]
    assert asked("DELETE WHERE { ?s :p ?o }", using_default=["http://example.org/g"]) == []


@pytest.mark.parametrize(
    "text",
    ["WITH :g INSERT {} WHERE {}", "INSERT {} USING :g WHERE {}",
     "CLEAR ALL;\n INSERT {} USING NAMED :g WHERE {}"],
)  # fmt: skip
def test_a_dataset_is_given_once(text: str) -> None:
    with pytest.raises(DatasetGivenTwice) as caught:
        asked(text, using_default=["http://example.org/g"])
    assert caught.value.line == text.count("\n") + 2


def test_relative_iris_are_resolved() -> None:
    text = "INSERT DATA { <a> <p> <b> . GRAPH <g> { <a> <p> <b> } } ; DROP GRAPH <h>"
    expected = ["+ :a :p :b :g", "- :x :p :y :h"]
    assert asked(text, base="http://example.org/") == expected
    assert asked(f"BASE <http://example.org/> {text}") == expected
    with pytest.raises(UpdateSyntaxError):
        asked(text)


def test_an_update_of_one_graph_alone() -> None:
    text = "INSERT DATA { :n :p 1 } ; DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o }"
    number = '"1"^^http://www.w3.org/2001/XMLSchema#integer'
    assert asked(text, within=G) == ["+ :o :p :s :g", "- :s :p :o :g"]
    assert asked("INSERT DATA { :n :p 1 }", within=DefaultGraph()) == [f"+ :n :p {number}"]
    assert asked("INSERT { :n :p ?g } WHERE { GRAPH ?g {} }", within=G) == []
    named = "INSERT DATA { GRAPH :g { :n :p :m } } ; INSERT { GRAPH :g { :m :p :n } } WHERE {}"
    assert asked(named, within=G) == ["+ :m :p :n :g", "+ :n :p :m :g"]


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { GRAPH :h { :a :p :b } }",
        "DELETE DATA { GRAPH :h { :x :p :y } }",
        "INSERT { GRAPH :h { :a :p :b } } WHERE {}",
        "DELETE { GRAPH ?g { ?s ?p ?o } } WHERE { ?s ?p ?o }",
        "DROP GRAPH :g",
        "CLEAR ALL",
        "COPY :g TO :h",
    ],
)
def test_an_update_of_one_graph_leaves_the_others(text: str) -> None:
    with pytest.raises(RefusedQuery, match="one graph alone"):
        asked(text, within=G)
    with pytest.raises(DatasetGivenTwice):
        asked("WITH :g DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", within=G)


# ---- bounds


def test_nothing_is_worked_out_before_all_is_read() -> None:
    store = store_of([A_P_B])
    with pytest.raises(UpdateSyntaxError):
        changeset_of_update(store, f"{PROLOGUE} CLEAR ALL; INSERT DATA {{ }}; DELETE DATA {{ x }}")
    assert list(store) == [A_P_B]


def test_the_size_has_a_bound() -> None:
    there = [quad("s", "p", f"o{number}") for number in range(5)]
    texts = [
        "INSERT DATA { :a :p 1,2,3,4,5 }",
        "CLEAR ALL",
        "COPY DEFAULT TO :g",
        "DELETE WHERE { ?s ?p ?o }",
        "INSERT { ?s :q ?o } WHERE { ?s ?p ?o }",
        "INSERT DATA { :a :p 1,2,3 }; INSERT DATA { :b :p 1,2 }",
    ]
    for text in texts:
        assert len(changeset_of_update(store_of(there), PROLOGUE + text, max_quads=5)) == 5
        with pytest.raises(UpdateTooLarge) as caught:
            changeset_of_update(store_of(there), PROLOGUE + text, max_quads=4)
        assert caught.value.limit_quads == 4


def test_one_operation_leaves_the_store_alone() -> None:
    text = f"{PROLOGUE} DELETE {{ ?s ?p ?o }} INSERT {{ ?o ?p ?s }} WHERE {{ ?s ?p ?o }}"
    store = store_of([A_P_B])
    assert changeset_of_update(store, text)
    assert list(store) == [A_P_B]
    assert not needs_scratch(text)
    assert needs_scratch(f"{text};{text}")
    assert not needs_scratch("no update")


@given(st.text(alphabet="INSERTDATWH {}<>?abc:;.'\"#\\()[]_@^\n", max_size=60))
@settings(max_examples=300, deadline=None)
def test_no_text_does_anything_but_an_error_of_ours(text: str) -> None:
    for wrapped in (text, f"INSERT DATA {{ {text} }}", f"INSERT {{ ?a ?b ?c }} WHERE {{ {text} }}"):
        try:
            Store().update(wrapped, base_iri="http://example.org/")
            accepted = True
        except (SyntaxError, RuntimeError):
            accepted = False
        try:
            changeset_of_update(Store(), wrapped, base="http://example.org/")
        except (UpdateSyntaxError, RefusedQuery, GraphNotFound, GraphExists):
            continue
        assert accepted
