from __future__ import annotations

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from graphstore.quad_templates import Template, read_template
from graphstore.terms import GraphName
from tests.graphstore.strategies import iri

PROLOGUE = "PREFIX : <http://example.org/>\n"
DEFAULT = DefaultGraph()


def template(block: str, *variables: str, graph: GraphName = DEFAULT) -> Template:
    return read_template(block, PROLOGUE, variables, graph=graph, base="http://example.org/")


def test_quads_without_variables_are_fixed() -> None:
    read = template("{ :a :p 01, 'x' . GRAPH <g> { :a a :C } ?s :p :o }", "s")
    assert read.fixed == {
        Quad(iri("a"), iri("p"), Literal(1), DEFAULT),
        Quad(iri("a"), iri("p"), Literal("x"), DEFAULT),
        Quad(
            iri("a"),
            NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
            iri("C"),
            iri("g"),
        ),
    }
    assert not read.has_blank_nodes
    assert list(read.fill([iri("s")])) == [Quad(iri("s"), iri("p"), iri("o"), DEFAULT)]


def test_the_default_graph_of_the_template_may_be_another() -> None:
    read = template("{ ?s :p 1 . GRAPH :h { ?s :p 2 } }", "s", graph=iri("g"))
    graphs = {quad.object: quad.graph_name for quad in read.fill([iri("s")])}
    assert graphs == {Literal(1): iri("g"), Literal(2): iri("h")}


def test_quads_with_a_term_where_it_cannot_stand_are_left_out() -> None:
    read = template("{ ?x ?x ?x . :a ?x :b . :a :p ?x . GRAPH ?x { :a :p :b } }", "x")

    def count(value: NamedNode | BlankNode | Literal | Triple | None) -> int:
        return len(list(read.fill([value])))

    assert count(iri("x")) == 4
    assert count(BlankNode()) == 2  # as object and as graph name
    assert count(Literal("x")) == 1  # as object
    assert count(Triple(iri("a"), iri("p"), iri("b"))) == 1
    assert count(None) == 0


def test_triple_terms_are_filled_in_or_left_out() -> None:
    read = template("{ :a :p <<( ?s :p <<( :a :q ?o )>> )>> }", "s", "o")
    (quad,) = read.fill([iri("s"), Literal(1)])
    inner = Triple(iri("a"), iri("q"), Literal(1))
    assert quad.object == Triple(iri("s"), iri("p"), inner)
    assert list(read.fill([Literal(1), Literal(1)])) == []
    assert list(read.fill([iri("s"), None])) == []


def test_each_solution_has_blank_nodes_of_its_own() -> None:
    read = template("{ _:b :p ?x ; :q [ :r (1 2) ] . }", "x")
    assert read.has_blank_nodes
    first, second = list(read.fill([Literal(1)])), list(read.fill([Literal(1)]))
    assert len(first) == len(second) == 2 + 1 + 4
    assert len({quad.subject for quad in first}) == 1 + 1 + 2
    assert {quad.subject for quad in first}.isdisjoint(quad.subject for quad in second)


def test_a_blank_node_of_the_data_keeps_its_label() -> None:
    read = template("{ ?s :p ?o . }", "s", "o")
    (quad,) = read.fill([BlankNode("x"), BlankNode("x")])
    assert quad == Quad(BlankNode("x"), iri("p"), BlankNode("x"), DEFAULT)
