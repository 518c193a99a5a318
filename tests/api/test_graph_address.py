from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, NamedNode

from api.errors import BadParameter, UnknownParameter
from api.graph_address import GraphAddress, is_in_graph_store, read_address

STORE = "https://example.org/rdf-graph-store"


def read(path: str, query: str = "") -> GraphAddress:
    return read_address(STORE, path, query.encode())


@pytest.mark.parametrize(
    ("path", "query", "graph"),
    [
        ("/rdf-graph-store", "graph=http%3A%2F%2Fe%2Fg", NamedNode("http://e/g")),
        ("/rdf-graph-store/", "graph=http://e/%31", NamedNode("http://e/1")),
        ("/rdf-graph-store", "graph=http://e/%2531", NamedNode("http://e/%31")),
        ("/rdf-graph-store", "graph=urn:a+b", None),
        ("/rdf-graph-store", "default", DefaultGraph()),
        ("/rdf-graph-store", "default=&dry-run", DefaultGraph()),
        ("/rdf-graph-store/person/1.ttl", "", NamedNode(f"{STORE}/person/1.ttl")),
        ("/rdf-graph-store/a%20b", "dry-run=true", NamedNode(f"{STORE}/a%20b")),
    ],
)
def test_graphs(path: str, query: str, graph: NamedNode | DefaultGraph | None) -> None:
    if graph is None:
        with pytest.raises(BadParameter, match="absolute IRI"):
            read(path, query)
    else:
        assert read(path, query).graph == graph


def test_the_store_itself() -> None:
    assert read("/rdf-graph-store") == GraphAddress(None, STORE)


def test_what_relative_iris_are_resolved_against() -> None:
    assert read("/rdf-graph-store", "graph=http://e/g").base == "http://e/g"
    assert read("/rdf-graph-store/x").base == f"{STORE}/x"
    assert read("/rdf-graph-store", "default").base == STORE


def test_what_else_is_said() -> None:
    found = read("/rdf-graph-store", "default&format=nt&message=why&timeout=2.5&dry-run=1&_=7")
    assert (found.format, found.message, found.timeout_s, found.dry_run) == ("nt", "why", 2.5, True)


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/rdf-graph-store", "graph=relative"),
        ("/rdf-graph-store", "graph="),
        ("/rdf-graph-store", "graph=http://e/1&graph=http://e/2"),
        ("/rdf-graph-store", "graph=http://e/1&default"),
        ("/rdf-graph-store/x", "graph=http://e/1"),
        ("/rdf-graph-store/x", "default"),
        ("/rdf-graph-store", "default&dry-run=perhaps"),
        ("/rdf-graph-store", "default&timeout=-1"),
        ("/rdf-graph-store/a<b>", ""),
        ("/rdf-graph-store", "graph=%zz"),
    ],
)
def test_malformed_addresses(path: str, query: str) -> None:
    with pytest.raises(BadParameter):
        read(path, query)


def test_unknown_parameters() -> None:
    with pytest.raises(UnknownParameter) as caught:
        read("/rdf-graph-store", "graph=http://e/g&colour=red")
    assert "graph" in caught.value.known


@pytest.mark.parametrize(
    ("path", "inside"),
    [("/rdf-graph-store", True), ("/rdf-graph-store/", True), ("/rdf-graph-store/a/b", True),
     ("/rdf-graph-stores", False), ("/", False)],
)  # fmt: skip
def test_paths(path: str, inside: bool) -> None:
    assert is_in_graph_store(path) == inside


def test_the_version_that_is_read() -> None:
    assert read("/rdf-graph-store", "default&asKnownAt=7").as_known_at == "7"
    assert read("/rdf-graph-store", "default&asKnownAt=").as_known_at is None
