"""The shapes: every rule is complete, catches its bad example, and means the same both ways."""

from __future__ import annotations

import re

import pytest
from rdflib import RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from ontology import resources
from ontology.namespaces import CONCEPT, DURE
from tests.ontology.both_ways import (
    SHP,
    bad_examples,
    good_example,
    graph,
    load_rules,
    our_findings,
    shape_classes,
)

RULES = load_rules()
BAD = bad_examples()
SHAPES = sorted(RULES.shapes.subjects(RDF.type, SH.NodeShape), key=str)
CODED = sorted(set(RULES.shapes.subjects(SHP.code)), key=str)
CODES = sorted({str(code) for code in RULES.shapes.objects(None, SHP.code)})
# Shapes whose target is itself the mistake: no conforming graph can have a focus node for them.
FORBIDDEN = {SHP.NoCopiedText, SHP.OldNamespaces}


def languages(subject: Node, predicate: URIRef) -> list[str]:
    return sorted(
        str(text.language)
        for text in RULES.shapes.objects(subject, predicate)
        if isinstance(text, Literal)
    )


@pytest.mark.parametrize("rule", CODED, ids=str)
def test_a_rule_says_its_code_what_to_do_and_how_bad_it_is(rule: Node) -> None:
    codes = list(RULES.shapes.objects(rule, SHP.code))
    assert len(codes) == 1
    assert re.fullmatch(r"[A-Z]\d\d", str(codes[0]))
    assert languages(rule, SH.message) == ["en", "ko"]
    for message in RULES.shapes.objects(rule, SH.message):
        assert re.match(rf"{codes[0]} \S", str(message))
    if (rule, RDF.type, SH.PropertyShape) in RULES.shapes:
        assert languages(rule, SH.name) == ["en", "ko"]
    if (rule, RDF.type, SH.SPARQLConstraint) not in RULES.shapes:
        assert len(list(RULES.shapes.objects(rule, SH.severity))) == 1


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_shape_is_labelled_linked_and_of_one_severity(shape: Node) -> None:
    assert languages(shape, RDFS.label) == ["en", "ko"]
    assert list(RULES.shapes.objects(shape, RDFS.seeAlso))
    severities = set(RULES.shapes.objects(shape, SH.severity))
    for rule in RULES.shapes.objects(shape, SH.property):
        severities |= set(RULES.shapes.objects(rule, SH.severity))
    assert len(severities) == 1


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_sparql_constraint_that_is_no_violation_stands_alone(shape: Node) -> None:
    constraints = list(RULES.shapes.objects(shape, SH.sparql))
    if (shape, SH.severity, SH.Violation) not in RULES.shapes and constraints:
        assert len(constraints) == 1
        assert not list(RULES.shapes.objects(shape, SH.property))


@pytest.mark.parametrize("code", sorted(RULES.sparql_codes))
def test_a_sparql_constraint_uses_nothing_that_shacl_forbids(code: str) -> None:
    constraint = SHP[code]
    select = str(RULES.shapes.value(constraint, SH.select))
    assert (constraint, SH.prefixes, SHP.prefixes) in RULES.shapes
    assert not re.search(r"\b(VALUES|MINUS|SERVICE|AS \?this)\b", select)
    assert all("$this" in subselect for subselect in re.findall(r"SELECT [^{]*", select))


def test_every_rule_has_a_bad_example_and_every_example_a_rule() -> None:
    assert sorted(BAD) == CODES


@pytest.mark.parametrize("code", CODES)
def test_the_bad_example_is_caught_and_both_ways_agree(code: str) -> None:
    ours = our_findings(BAD[code])
    assert code in {found for found, _ in ours}
    core, sparql = RULES.core_findings(graph(BAD[code])), RULES.sparql_findings(graph(BAD[code]))
    assert ours == core | sparql


def test_the_good_example_meets_every_rule() -> None:
    assert RULES.core_findings(graph(good_example())) == set()
    assert RULES.sparql_findings(graph(good_example())) == set()
    assert our_findings(good_example()) == set()


@pytest.mark.parametrize("shape", [s for s in SHAPES if s not in FORBIDDEN], ids=str)
def test_the_good_example_has_a_focus_node_for_the_shape(shape: Node) -> None:
    good = graph(good_example())
    classes = shape_classes(RULES.shapes, RULES.hierarchy, shape)
    properties = list(RULES.shapes.objects(shape, SH.targetSubjectsOf))
    assert any((None, RDF.type, item) in good for item in classes) or any(
        (None, item, None) in good for item in properties
    )


@pytest.mark.parametrize(
    ("date", "is_edtf"),
    [
        # https://www.loc.gov/standards/datetime/, examples of levels 0 to 2
        ("1985-04-12", True),
        ("1964/2008", True),
        ("2004-02-01/2005-02", True),
        ("Y170000002", True),
        ("2001-21", True),
        ("1984?", True),
        ("2004-06~", True),
        ("201X", True),
        ("1985-XX-XX", True),
        ("1985-04-12/..", True),
        ("../1985-04", True),
        ("1985/", True),
        ("Y-17E7", True),
        ("1950S2", True),
        ("[1667,1668,1670..1672]", True),
        ("{1960,1961-12}", True),
        ("2004-06~/2004-06-11%", True),
        ("XXXX-12-XX", True),
        ("XXXX-XX-28", True),
        ("28th 3PM", False),
        ("2019-13", False),
        ("2019-08-32", False),
        ("2019-8", False),
        ("August 2019", False),
        ("2019..2020", False),
        ("", False),
    ],
)
def test_x04_knows_edtf(date: str, is_edtf: bool) -> None:
    turtle = f'<{DURE}x> <{DURE}dueDate> "{date}"^^<http://id.loc.gov/datatypes/edtf/EDTF> .'
    found = {code for code, _ in our_findings(turtle.encode())}
    assert ("X04" in found) is not is_edtf


def test_every_term_in_the_shapes_is_declared() -> None:
    ontology = Graph().parse(data=resources.ontology_turtle(), format="turtle")
    declared = {str(term) for term in ontology.subjects(RDF.type)}
    namespaces = tuple(str(RULES.shapes.value(item, SH.namespace)) for item in _declarations())
    used = {
        str(node)
        for triple in RULES.shapes
        for node in triple[1:]
        if isinstance(node, URIRef)
        and str(node).startswith(namespaces)
        and triple[1] != RDFS.seeAlso
    }
    for select in RULES.shapes.objects(None, SH.select):
        used |= _curies(str(select))
    used = {term for term in used if not term.startswith((str(RDF), str(RDFS), str(XSD)))}
    # what rule G08 forbids is not declared
    forbidden = {
        str(item)
        for path in RULES.shapes.objects(SHP.G08, SH.path)
        for lst in RULES.shapes.objects(path, SH.alternativePath)
        for item in RULES.shapes.items(lst)
    }
    assert used - declared - forbidden == set()


def _declarations() -> list[Node]:
    return list(RULES.shapes.objects(SHP.prefixes, SH.declare))


def _curies(select: str) -> set[str]:
    prefixes = {
        str(RULES.shapes.value(d, SH.prefix)): str(RULES.shapes.value(d, SH.namespace))
        for d in _declarations()
    }
    without_strings = re.sub(r'"[^"]*"|<[^>]*>', "", select)
    return {
        f"{prefixes[prefix]}{local}"
        for prefix, local in re.findall(r"\b([a-z]+):([A-Za-z][A-Za-z0-9_]*)", without_strings)
        if prefix != "xsd"
    }


def test_concepts_named_in_the_shapes_exist() -> None:
    concepts = Graph().parse(data=resources.ontology_turtle(), format="turtle")
    for content in resources.concept_files().values():
        concepts.parse(data=content, format="turtle")
    known = {str(subject) for subject in concepts.subjects(RDF.type)}
    text = resources.shapes_turtle().decode()
    named = {
        iri
        for iri in re.findall(rf"<({re.escape(CONCEPT)}[\w-]+/[\w-]+)>", text)
        if not iri.endswith("/")
    }
    assert named - known == set()
    schemes = {str(scheme) for scheme in RULES.shapes.objects(None, SHP.scheme)}
    assert schemes - known == set()
