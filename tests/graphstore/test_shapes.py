from __future__ import annotations

import pytest
from pyoxigraph import DefaultGraph, NamedNode, Quad

from graphstore.errors import ShapesNotUsable
from graphstore.shapes import SUBCLASS, TYPE, Shapes, Target
from tests.graphstore.strategies import iri, quad

PREFIXES = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
@prefix shp: <https://w3id.org/dure/shapes#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
e:prefixes sh:declare [ sh:prefix "e" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
"""


def shapes(turtle: str, ontology: str = "") -> Shapes:
    return Shapes.parse((PREFIXES + turtle).encode(), (PREFIXES + ontology).encode())


def test_the_packaged_shapes_are_usable_and_local() -> None:
    packaged = Shapes.load()
    assert packaged.reach.local
    assert len(packaged.constraints) >= 33
    assert NamedNode("http://data.europa.eu/m8g/hasParticipation") in packaged.reach.backwards
    explanations = [constraint.explanation for constraint in packaged.constraints]
    assert all(item.code and dict(item.messages).keys() >= {"en", "ko"} for item in explanations)
    government = NamedNode("https://w3id.org/dure/ontology#Government")
    agent = NamedNode("http://xmlns.com/foaf/0.1/Agent")
    targets = [shape.target.classes for shape in packaged.core if agent in shape.target.classes]
    assert targets
    assert all(government in classes for classes in targets)


def test_the_hierarchy_is_the_ontologys() -> None:
    made = shapes("", "e:A rdfs:subClassOf e:B . e:B rdfs:subClassOf e:C ; rdfs:label 'b' .")
    assert made.hierarchy == {
        Quad(iri("A"), SUBCLASS, iri("B"), DefaultGraph()),
        Quad(iri("B"), SUBCLASS, iri("C"), DefaultGraph()),
    }


def test_targets_are_taken_with_subclasses() -> None:
    made = shapes(
        "e:S a sh:NodeShape ; sh:targetClass e:C , e:D ; sh:targetSubjectsOf e:p ; "
        "sh:targetObjectsOf e:q ; sh:targetNode e:n .",
        "e:A rdfs:subClassOf e:B . e:B rdfs:subClassOf e:C . e:C rdfs:subClassOf e:A .",
    )
    (shape,) = made.core
    assert shape.target == Target(
        classes=frozenset({iri("A"), iri("B"), iri("C"), iri("D")}),
        subjects_of=frozenset({iri("p")}),
        objects_of=frozenset({iri("q")}),
        nodes=frozenset({iri("n")}),
    )


@pytest.mark.parametrize(
    ("properties", "local", "backwards", "class_forwards"),
    [
        ("sh:property [ sh:path e:p ; sh:minCount 1 ]", True, [], []),
        ("sh:property [ sh:path e:p ; sh:class e:C ]", True, [], ["p"]),
        ("sh:property [ sh:path [ sh:inversePath e:p ] ; sh:maxCount 1 ]", True, ["p"], []),
        ("sh:property [ sh:path [ sh:alternativePath ( e:p e:q ) ] ]", True, [], []),
        (
            "sh:property [ sh:path [ sh:alternativePath ( e:p [ sh:inversePath e:q ] ) ] ]",
            True,
            ["q"],
            [],
        ),
        (
            "sh:property [ sh:path e:p ; sh:or ( [ sh:class e:C ] [ sh:class e:D ] ) ]",
            True,
            [],
            ["p"],
        ),
        ("sh:or ( [ sh:property [ sh:path e:p ; sh:minCount 1 ] ] )", True, [], []),
        ("sh:not [ sh:class e:C ]", True, [], []),
        ("sh:property [ sh:path ( e:p e:q ) ; sh:minCount 1 ]", False, [], []),
        ("sh:property [ sh:path [ sh:zeroOrMorePath e:p ] ]", False, [], []),
        ("sh:property [ sh:path e:p ; sh:node e:Other ]", False, [], []),
        ("sh:node e:Other", False, [], []),
        ("sh:property [ sh:path e:p ; sh:property [ sh:path e:q ] ]", False, [], []),
        (
            "sh:property [ sh:path e:p ; sh:or ( [ sh:property [ sh:path e:q ] ] ) ]",
            False,
            [],
            [],
        ),
    ],
)
def test_the_reach_of_shapes_is_known(
    properties: str, local: bool, backwards: list[str], class_forwards: list[str]
) -> None:
    reach = shapes(f"e:S a sh:NodeShape ; sh:targetClass e:T ; {properties} .").reach
    assert reach.local is local
    if local:
        assert reach.backwards == {iri(name) for name in backwards}
        assert reach.class_forwards == {iri(name) for name in class_forwards}


@pytest.mark.parametrize(
    ("turtle", "expected"),
    [
        ('shp:code "G01" ; sh:message "Name it."@en', ("G01", "Violation", (("en", "Name it."),))),
        ('sh:message "X02 Date it."', ("X02", "Violation", (("", "X02 Date it."),))),
        ("sh:severity sh:Warning", ("", "Warning", ())),
    ],
)
def test_shapes_explain_themselves(turtle: str, expected: tuple[str, str, object]) -> None:
    made = shapes(f"e:S a sh:NodeShape ; sh:targetClass e:T ; sh:nodeKind sh:IRI ; {turtle} .")
    said = made.explanation(made.core[0].name)
    assert (said.code, said.severity, said.messages) == expected


def constraint(select: str, target: str = "sh:targetClass e:T", more: str = "") -> str:
    return (
        f"e:S a sh:NodeShape ; {target} ; {more} "
        "sh:sparql [ sh:prefixes e:prefixes ; sh:message 'C01 No.'@en ; "
        f"sh:select '''{select}''' ] ."
    )


def test_a_constraint_becomes_one_query_over_all_its_nodes() -> None:
    (made,) = shapes(constraint("SELECT $this WHERE { $this e:p ?x }")).constraints
    assert "VALUES ?targetClass { <http://example.org/T> } ?this a ?targetClass ." in made.query
    assert "$this" not in made.query
    assert made.explanation.code == "C01"


def test_a_brace_in_a_comment_or_string_does_not_open_the_pattern() -> None:
    select = 'SELECT $this ("{" AS ?value) # {\nWHERE { $this e:p ?x }'
    (made,) = shapes(constraint(select)).constraints
    assert made.query.index("VALUES") > made.query.index("WHERE")


def test_a_constraint_of_a_property_shape_knows_its_path() -> None:
    (made,) = shapes(
        constraint(
            "SELECT $this ?value { $this $PATH ?value }",
            more="sh:path [ sh:inversePath e:p ] ;",
        )
    ).constraints
    assert made.path == "^<http://example.org/p>"
    assert "?this ^<http://example.org/p> ?value" in made.query


@pytest.mark.parametrize(
    ("turtle", "message"),
    [
        ("this is not Turtle", "not Turtle"),
        (constraint("SELECT $this { $this"), "cannot be run"),
        (constraint("SELECT $this { $this f:p ?x }"), "cannot be run"),
        (constraint("SELECT $this { SERVICE <http://127.0.0.1:9/> { $this e:p ?x } }"), "SERVICE"),
        (constraint("SELECT $this"), "no pattern"),
        (constraint("SELECT $this {}", target="sh:nodeKind sh:IRI"), "needs a target"),
        (constraint("SELECT $this {}", more="sh:path ( e:p e:q ) ;"), "several steps"),
        ("e:S sh:targetClass e:T ; sh:sparql [ sh:message 'x' ] .", "without sh:select"),
        ("e:S a sh:NodeShape ; sh:target [] .", "targets in SPARQL"),
    ],
)
def test_shapes_that_cannot_be_used_are_refused(turtle: str, message: str) -> None:
    with pytest.raises(ShapesNotUsable, match=message):
        shapes(turtle)


def test_an_ontology_must_be_turtle() -> None:
    with pytest.raises(ShapesNotUsable, match="ontology"):
        Shapes.parse(b"", b"not Turtle")


def test_deactivated_constraints_are_left_out() -> None:
    off = constraint("SELECT $this { $this e:p ?x }", more="sh:deactivated true ;")
    assert shapes(off).constraints == ()


P, Q, R = quad("a", "p", "b"), quad("a", "q", "b"), quad("a", "r", "b")
TYPED = Quad(iri("s"), TYPE, iri("T"))
OTHER = Quad(iri("s"), TYPE, iri("Other"))


@pytest.mark.parametrize(
    ("select", "touched", "untouched"),
    [
        (
            "SELECT $this { $this e:p ?x }",
            [P, TYPED],
            [Q, OTHER],
        ),
        ("SELECT $this { $this e:p/^e:q ?x }", [Q], [R, OTHER]),
        (
            "SELECT $this { ?x <http://example.org/q> 'e:r' }",
            [Q],
            [R],
        ),
        ("SELECT $this { $this ?any ?x }", [R, OTHER], []),
        ("SELECT $this { $this e:p ?x ; ?any ?y }", [R], []),
        ("SELECT $this { $this e:p ?x . ?x ?any ?y }", [R], []),
        ("SELECT $this { $this e:p ?x . OPTIONAL { ?x ?any ?y } }", [R], []),
        ("SELECT $this { $this e:p [ ?any ?y ] }", [R], []),
        ("SELECT $this { $this e:p ?x . ?x a ?kind }", [OTHER], [R]),
        ("SELECT $this { $this e:p ?x . ?x a/e:q ?kind }", [OTHER], [R]),
        ("SELECT $this { $this e:p ?x FILTER NOT EXISTS { ?x a e:Other } }", [OTHER], []),
        ("SELECT $this ?x ?y { $this e:p ?x , ?y FILTER(?x != ?y) }", [], [R]),
    ],
)
def test_what_a_constraint_reads_is_known(
    select: str, touched: list[Quad], untouched: list[Quad]
) -> None:
    (made,) = shapes(constraint(select)).constraints
    assert all(made.reads.touch([item]) for item in touched)
    assert not any(made.reads.touch([item]) for item in untouched)
