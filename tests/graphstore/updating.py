"""Random updates for the property tests, and how the engine executes what Dure works out.

The engine is the reference, operation by operation, with the three rules of Dure that differ:
a graph that loses its last quad to DELETE is gone; a silent COPY, MOVE or ADD of a graph that is
not there changes nothing, and an unsilent one fails; the copy of an existing empty graph exists.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import pyoxigraph
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store

from graphstore.changeset import Changeset
from graphstore.empty_graphs import EMPTY_GRAPHS, empty_graph_quad
from graphstore.terms import GraphName
from tests.graphstore.strategies import XSD_INTEGER, iri

PROLOGUE = "PREFIX : <http://example.org/>\n"
GRAPHS = ("g", "h", "k")

subjects = st.sampled_from([iri("a"), iri("b"), BlankNode("x"), BlankNode("y")])
predicates = st.sampled_from([iri("p"), iri("q")])
objects = st.one_of(
    subjects, st.sampled_from([Literal(1), Literal("1", datatype=XSD_INTEGER), Literal("1")])
)
graph_names = st.sampled_from([DefaultGraph(), *map(iri, GRAPHS)])
datasets = st.frozensets(st.builds(Quad, subjects, predicates, objects, graph_names), max_size=10)
created = st.frozensets(st.sampled_from([iri("g"), iri("e")]), max_size=2)

# ---- the text of operations

data_subject = st.sampled_from([":a", ":b", "<http://example.org/a>"])
data_object = st.sampled_from(
    [":a", ":b", "1", "01", "'1'", '"}"', "true", "'''x ; y'''", "1.50", "'2020-01-01T00:00:00+00:00'^^<http://www.w3.org/2001/XMLSchema#dateTime>"]
)  # fmt: skip
verb = st.sampled_from([":p", ":q"])
variable = st.sampled_from(["?s", "?p", "?o", "$g", "?unbound"])
blank = st.sampled_from(["_:n", "[]", "[ :p ?o ]", "( ?s 1 )", "_:m"])


def _triples(subject: st.SearchStrategy[str], predicate: st.SearchStrategy[str],
             object: st.SearchStrategy[str]) -> st.SearchStrategy[str]:  # fmt: skip
    one = st.builds(lambda s, p, o: f"{s} {p} {o} .", subject, predicate, object)
    two = st.builds(
        lambda s, p, o, q, r, t: f"{s} {p} {o} ; {q} {r} , {t} .",
        subject, predicate, object, predicate, object, object,
    )  # fmt: skip
    return st.lists(one | two, max_size=3).map(" ".join)


def _block(
    triples: st.SearchStrategy[str], graph: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    # The engine forgets `GRAPH :g {}` in DELETE WHERE, where it asks whether :g exists.
    inner = st.builds(lambda g, t: f"GRAPH {g} {{ {t} }}" if t else "", graph, triples)
    return st.lists(triples | inner, max_size=3).map(lambda parts: f"{{ {' '.join(parts)} }}")


name = st.sampled_from([f":{graph}" for graph in GRAPHS])
insert_data = _block(
    _triples(data_subject | st.just("_:n"), verb, data_object | st.just("[]")), name
)
delete_data = _block(_triples(data_subject, verb, data_object), name)
template_object = data_object | variable
delete_template = _block(
    _triples(data_subject | variable, verb | variable, template_object), name | variable
)
insert_template = _block(
    _triples(data_subject | variable | blank, verb | variable, template_object | blank),
    name | variable,
)
pattern = st.sampled_from(
    [
        "?s ?p ?o .",
        "GRAPH ?g { ?s ?p ?o }",
        "GRAPH :g { ?s ?p ?o } OPTIONAL { ?o :p ?g }",
        "{ ?s :p ?o } UNION { GRAPH ?g { ?s :q ?o } }",
        "?s ?p ?o . FILTER(?o<2) # }",
        "?s :p ?x . BIND(?x + 1 AS ?o) BIND('}' AS ?g)",
        "VALUES (?s ?g) { (:a :k) (UNDEF :g) (<http://example.org/b> \"}\") }",
        "{ SELECT ?s (COUNT(*) AS ?o) { ?s ?p ?x } GROUP BY ?s } FILTER EXISTS { ?s ?p ?y }",
        "GRAPH :h { ?s ?p ?o . MINUS { ?s :q ?o } } BIND(iri(concat(str(:), 'k')) AS ?g)",
        "?s ?p ?o MINUS { GRAPH :g { ?s ?p ?o } }",
        "",
    ]
)  # fmt: skip
where = st.lists(pattern, max_size=2).map(lambda parts: f"{{ {chr(10).join(parts)}\n}}")
delete_where = _block(
    _triples(data_subject | variable, verb | variable, template_object), name | variable
)
using = st.lists(
    st.sampled_from(["USING :g", "USING :h", "USING NAMED :g", "using named :k"]), max_size=3
).map(" ".join)
graph_ref = st.sampled_from(["DEFAULT", ":g", "GRAPH :h", ":k", "GRAPH <http://example.org/e>"])
all_refs = st.sampled_from(["DEFAULT", "NAMED", "ALL", "GRAPH :g", "GRAPH :h", "GRAPH :e"])
silent = st.sampled_from(["", "SILENT "])

modify = st.builds(
    lambda w, d, i, u, b: f"{w} {d}{i} {u} WHERE {b}",
    st.sampled_from(["", "", "WITH :g", "with :h"]),
    delete_template.map(lambda block: f"DELETE {block}"),
    st.just("") | insert_template.map(lambda block: f" INSERT {block}"),
    using,
    where,
) | st.builds(
    lambda w, i, u, b: f"{w} INSERT {i} {u} WHERE {b}",
    st.sampled_from(["", "", "WITH :g", "with :h"]),
    insert_template,
    using,
    where,
)
operations = st.one_of(
    insert_data.map(lambda block: f"INSERT DATA {block}"),
    delete_data.map(lambda block: f"Delete # comment ;\nData {block}"),
    delete_where.map(lambda block: f"DELETE WHERE {block}"),
    modify,
    modify,
    st.builds(lambda v, s, r: f"{v} {s}{r}", st.sampled_from(["CLEAR", "drop"]), silent, all_refs),
    silent.map(lambda s: f"CREATE {s}GRAPH :e"),
    st.builds(
        lambda v, s, a, b: f"{v} {s}{a} TO {b}",
        st.sampled_from(["COPY", "Move", "ADD"]), silent, graph_ref, graph_ref,
    ),
)  # fmt: skip


# ---- the engine as the reference


def store_of(quads: Iterable[Quad], graphs: Iterable[GraphName] = ()) -> Store:
    store = Store()
    store.extend(quads)
    for graph in graphs:
        assert not isinstance(graph, DefaultGraph)
        store.add_graph(graph)
    return store


def holds(store: Store, graph: GraphName) -> bool:
    return next(store.quads_for_pattern(None, None, None, graph), None) is not None


def check_syntax(text: str) -> None:
    """Have the engine parse a request; SyntaxError when it is none."""
    with suppress(RuntimeError):
        Store().update(text.replace(PROLOGUE, f"{PROLOGUE}DROP GRAPH <urn:none> ;", 1))


def execute(store: Store, operation: str) -> None:
    """Let the engine execute one operation; RuntimeError when it does not fit the state."""
    words = operation.split()
    verb = words[0].upper()
    if verb in {"COPY", "MOVE", "ADD"}:
        source, target = _graphs(operation)
        if source is not None and not store.contains_named_graph(source):
            if "SILENT" in words:
                return
            raise RuntimeError("no source")
        store.update(PROLOGUE + operation)
        if target is not None:
            store.add_graph(target)
        return
    empty_before = {graph for graph in store.named_graphs() if not holds(store, graph)}
    store.update(PROLOGUE + operation)
    if verb in {"DELETE", "INSERT", "WITH"}:
        for graph in list(store.named_graphs()):
            if not holds(store, graph) and graph not in empty_before:
                store.remove_graph(graph)


def _graphs(operation: str) -> tuple[NamedNode | None, NamedNode | None]:
    source, target = operation.split(" TO ")
    return _named(source), _named(target)


def _named(text: str) -> NamedNode | None:
    last = text.split()[-1]
    if last == "DEFAULT":
        return None
    return NamedNode(last[1:-1]) if last.startswith("<") else iri(last[1:])


def applied(quads: Iterable[Quad], graphs: Iterable[GraphName], changes: Changeset) -> Store:
    """Return the dataset after a changeset, with the records of empty graphs as graphs."""
    store = Store()
    store.extend(quads)
    for graph in graphs:
        assert not isinstance(graph, DefaultGraph)
        if not holds(store, graph):
            store.add(empty_graph_quad(graph))
    for quad in changes.removed:
        assert quad in store, f"not there: {quad}"
        store.remove(quad)
    for quad in changes.added:
        assert quad not in store, f"there already: {quad}"
        store.add(quad)
    for graph in list(store.named_graphs()):
        if not holds(store, graph):
            store.remove_graph(graph)
    for record in list(store.quads_for_pattern(None, None, None, EMPTY_GRAPHS)):
        recorded = record.subject
        assert not isinstance(recorded, pyoxigraph.Triple)
        assert not holds(store, recorded), f"recorded as empty, but is not: {recorded}"
        store.remove(record)
        store.add_graph(recorded)
    store.remove_graph(EMPTY_GRAPHS)
    return store


def same(one: Store, other: Store) -> bool:
    """Say whether two stores hold the same dataset but for labels, and the same graphs."""
    if _labelled(one) != _labelled(other):
        return False
    datasets = [pyoxigraph.Dataset(store) for store in (one, other)]
    for dataset in datasets:
        dataset.canonicalize(pyoxigraph.CanonicalizationAlgorithm.UNSTABLE)
    return datasets[0] == datasets[1]


def _labelled(store: Store) -> list[str]:
    graphs = (str(graph) for graph in store.named_graphs())
    return sorted("_:" if graph.startswith("_:") else graph for graph in graphs)
