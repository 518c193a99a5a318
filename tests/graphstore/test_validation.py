"""The reference is pySHACL's own `validate` on the whole graph, SPARQL constraints and all."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from pyshacl import validate as pyshacl_validate
from rdflib import RDF, SH, Graph
from rdflib.term import Node

from graphstore.changeset import Changeset, quad_lines
from graphstore.embedded import memory_scratch
from graphstore.errors import ShapesNotUsable
from graphstore.formats import parse_quads
from graphstore.shapes import SUBCLASS, TYPE
from graphstore.terms import Term
from graphstore.validation import (
    Shapes,
    ValidationReport,
    ValidationResult,
    affected_nodes,
    judge,
    standing_results,
    validate,
    validate_quads,
)
from tests.graphstore.strategies import iri, quad

BAD_EXAMPLES = sorted((Path(__file__).parents[1] / "ontology" / "bad").glob("*.ttl"))

ONTOLOGY = b"""@prefix e: <http://example.org/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
e:B rdfs:subClassOf e:A . e:D rdfs:subClassOf e:B ."""

SHAPES_TURTLE = b"""
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
e:prefixes sh:declare [ sh:prefix "e" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
e:SA a sh:NodeShape ; sh:targetClass e:A ;
  sh:property [ sh:path e:p ; sh:minCount 1 ; sh:message "K01 p"@en ] ,
    [ sh:path e:p ; sh:class e:A ; sh:message "K02 class"@en ] ,
    [ sh:path e:q ; sh:maxCount 1 ; sh:severity sh:Warning ; sh:message "K03 q"@en ] ,
    [ sh:path [ sh:inversePath e:p ] ; sh:maxCount 1 ; sh:message "K04 inverse"@en ] ;
  sh:not [ sh:class e:C ] ; sh:message "K05 both A and C"@en .
e:SB a sh:NodeShape ; sh:targetSubjectsOf e:q ;
  sh:property [ sh:path [ sh:alternativePath ( e:p e:r ) ] ; sh:minCount 1 ;
      sh:message "K06 p or r"@en ] ,
    [ sh:path e:q ; sh:disjoint e:r ; sh:message "K07 q and r"@en ] ,
    [ sh:path e:q ; sh:or ( [ sh:class e:B ] [ sh:datatype xsd:integer ] ) ;
      sh:message "K08 B or number"@en ] .
e:SC a sh:NodeShape ; sh:targetObjectsOf e:r ; sh:message "K09 type or p"@en ;
  sh:or ( [ sh:class e:A ] [ sh:property [ sh:path e:p ; sh:minCount 1 ] ] ) .
e:SD a sh:NodeShape ; sh:targetNode e:a ;
  sh:property [ sh:path [ sh:inversePath e:q ] ; sh:class e:C ; sh:message "K10 from C"@en ] .
e:SE a sh:NodeShape ; sh:targetClass e:A ;
  sh:sparql [ sh:prefixes e:prefixes ; sh:message "K11 loop of {$this}"@en ;
      sh:select "SELECT $this { $this e:p+ $this }" ] ,
    [ sh:prefixes e:prefixes ; sh:message "K12 shares {?value} with {?other}"@en ;
      sh:select '''SELECT $this ?value ?other {
        $this e:q ?value . ?other e:q ?value FILTER(STR($this) < STR(?other)) }''' ] .
e:SF a sh:NodeShape ; sh:targetSubjectsOf e:p , e:r ; sh:severity sh:Info ;
  sh:sparql [ sh:prefixes e:prefixes ; sh:message "K13 untyped {?value}"@en ;
    sh:select '''SELECT $this ?value {
      $this ?any ?value FILTER(isIRI(?value)) FILTER NOT EXISTS { ?value a ?kind } }''' ] .
"""
SHAPES = Shapes.parse(SHAPES_TURTLE, ONTOLOGY)

nodes = st.sampled_from([iri("a"), iri("b"), iri("c")])
statements = st.one_of(
    st.builds(Quad, nodes, st.sampled_from([iri("p"), iri("q"), iri("r")]), nodes),
    st.builds(Quad, nodes, st.just(iri("q")), st.sampled_from([Literal(1), Literal("x")])),
    st.builds(Quad, nodes, st.just(TYPE), st.sampled_from([iri(name) for name in "ABCD"])),
)
graphs = st.frozensets(statements, max_size=14)
changes = st.builds(
    Changeset, st.frozensets(statements, max_size=5), st.frozensets(statements, max_size=5)
)

Found = tuple[str, str, str]


@pytest.fixture(autouse=True)
def restored_literals() -> Iterator[None]:
    """Put back what pySHACL's own `validate` leaves changed."""
    yield
    rdflib.NORMALIZE_LITERALS = False


def reference(quads: frozenset[Quad], shapes: bytes = SHAPES_TURTLE) -> set[Found]:
    data = Graph().parse(data=b"".join(quad_lines(quads)), format="nt")
    ontology = Graph().parse(data=ONTOLOGY, format="turtle")
    _, report, _ = pyshacl_validate(
        data, shacl_graph=Graph().parse(data=shapes, format="turtle"), ont_graph=ontology
    )
    assert isinstance(report, Graph)
    return {_found(report, item) for item in report.subjects(RDF.type, SH.ValidationResult)}


def _found(report: Graph, item: Node) -> Found:
    message = str(report.value(item, SH.resultMessage))
    component = str(report.value(item, SH.sourceConstraintComponent))
    value = report.value(item, SH.value)
    told = component.endswith(("Class", "ClassConstraintComponent")) and value is not None
    return message[:3], str(report.value(item, SH.focusNode)), str(value) if told else ""


def found(report: ValidationReport) -> set[Found]:
    return {
        (
            item.code,
            str(item.focus_node)[1:-1] if isinstance(item.focus_node, NamedNode) else "?",
            str(item.value)[1:-1].split('"')[0]
            if item.component.endswith("ClassConstraintComponent") and item.value is not None
            else "",
        )
        for item in report.results
    }


@settings(max_examples=40, deadline=None)
@given(graphs)
def test_whole_graphs_get_the_results_of_pyshacl(quads: frozenset[Quad]) -> None:
    expected = {item for item in reference(quads) if item[1].startswith("http")}
    assert {item for item in found(validate_quads(quads, SHAPES)) if item[1] != "?"} == expected


@settings(max_examples=300, deadline=None)
@given(graphs, changes)
def test_a_change_is_judged_as_the_whole_graph_is(
    before: frozenset[Quad], change: Changeset
) -> None:
    """All that is new is reported, and nothing that a look at the whole graph would not say."""
    candidate = memory_scratch(before)
    known = standing_results(candidate, SHAPES)
    old = set(validate(candidate, SHAPES).results)
    effective = change.effective(candidate)
    candidate.change(effective)
    whole = set(validate(candidate, SHAPES).results)
    verdict = judge(
        candidate,
        SHAPES,
        focus=affected_nodes(effective, candidate, SHAPES),
        known=known,
        changes=effective.added | effective.removed,
    )
    reported = set(verdict.report.results)
    assert whole - old <= reported <= whole
    assert verdict.standing == standing_results(candidate, SHAPES)
    if not any(item.severity == "Violation" for item in old):
        assert verdict.report.conforms == ValidationReport.of(whole).conforms
    assert set(candidate.quads()) == (before - change.removed) | change.added


@pytest.mark.parametrize("path", BAD_EXAMPLES, ids=lambda path: path.stem)
def test_every_rule_catches_its_bad_example(path: Path, packaged: Shapes) -> None:
    report = validate_quads(parse_quads(path.read_bytes(), "turtle"), packaged)
    code = re.match(r"[A-Z]+\d+", path.stem)
    assert code is not None
    matching = [item for item in report.results if item.code == code[0]]
    assert matching
    for item in matching:
        assert set(item.messages) >= {"en", "ko"}
        assert all(text.startswith(code[0]) for text in item.messages.values())
        assert not any("{?" in text or "{$" in text for text in item.messages.values())
    assert ValidationReport.from_json(report.to_json()) == report
    assert (SH.ValidationReport, report.conforms) == (
        SH.ValidationReport,
        not any(item.severity == "Violation" for item in report.results),
    )
    written = Graph().parse(data=report.to_turtle(), format="turtle")
    assert len(set(written.subjects(RDF.type, SH.ValidationResult))) == len(report.results)


@pytest.fixture(scope="session")
def packaged() -> Shapes:
    return Shapes.load()


def test_there_are_bad_examples() -> None:
    assert len(BAD_EXAMPLES) >= 100


def results_of(report: ValidationReport, code: str) -> list[ValidationResult]:
    return [item for item in report.results if item.code == code]


def test_a_result_says_what_where_and_why() -> None:
    report = validate_quads(
        [quad("a", "q", "b"), quad("a", "q", "c"), Quad(iri("a"), TYPE, iri("D"))], SHAPES
    )
    (result,) = results_of(report, "K03")
    assert result == ValidationResult(
        code="K03",
        severity="Warning",
        focus_node=iri("a"),
        path="http://example.org/q",
        path_label="<http://example.org/q>",
        value=None,
        texts=(("en", "K03 q"),),
        shape=result.shape,
        component=f"{SH}MaxCountConstraintComponent",
    )


def test_inverse_and_alternative_paths_are_told() -> None:
    report = validate_quads(
        [
            quad("b", "p", "a"),
            quad("c", "p", "a"),
            quad("b", "q", "x"),
            Quad(iri("a"), TYPE, iri("A")),
        ],
        SHAPES,
    )
    assert results_of(report, "K04")[0].path == "^<http://example.org/p>"
    lonely = validate_quads([quad("b", "q", "x")], SHAPES)
    assert results_of(lonely, "K06")[0].path == "<http://example.org/p>|<http://example.org/r>"


def test_placeholders_are_filled() -> None:
    quads = [quad("a", "q", "x"), quad("b", "q", "x"), Quad(iri("a"), TYPE, iri("A"))]
    (result,) = results_of(validate_quads(quads, SHAPES), "K12")
    assert result.value == iri("x")
    assert result.message() == "K12 shares http://example.org/x with http://example.org/b"


def test_graphs_do_not_matter_to_quads_validated_by_themselves() -> None:
    typed = Quad(iri("a"), TYPE, iri("A"), iri("g1"))
    assert results_of(validate_quads([typed], SHAPES), "K01")
    together = [typed, quad("a", "p", "b", "g2"), Quad(iri("b"), TYPE, iri("A"), iri("g3"))]
    assert not results_of(validate_quads(together, SHAPES), "K02")


def test_only_the_default_graph_of_a_dataset_is_validated() -> None:
    candidate = memory_scratch([Quad(iri("a"), TYPE, iri("A"), iri("g"))])
    assert validate(candidate, SHAPES).results == ()
    change = Changeset(frozenset({quad("a", "p", "b", "g")}))
    assert affected_nodes(change, candidate, SHAPES) == set()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (quad("x", "other", "y"), {"x"}),
        (quad("x", "p", "y"), {"x", "y"}),
        (quad("x", "r", "y"), {"x", "y"}),
        (Quad(iri("b"), TYPE, iri("B")), {"b", "a", "c"}),
    ],
)
def test_affected_nodes_are_those_whose_shapes_can_see_the_change(
    change: Quad, expected: set[str]
) -> None:
    """e:p and e:q are looked along with a class at the far end, e:p also backwards, and so on."""
    candidate = memory_scratch([change, quad("a", "p", "b"), quad("b", "q", "c")])
    for changeset in (Changeset(frozenset({change})), Changeset(removed=frozenset({change}))):
        assert affected_nodes(changeset, candidate, SHAPES) == {iri(name) for name in expected}


def test_a_new_hierarchy_affects_everything() -> None:
    candidate = memory_scratch([])
    change = Changeset(frozenset({Quad(iri("X"), SUBCLASS, iri("A"), DefaultGraph())}))
    assert affected_nodes(change, candidate, SHAPES) is None


def test_shapes_that_look_further_are_checked_on_the_whole_graph() -> None:
    far = Shapes.parse(
        b"""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
        e:S a sh:NodeShape ; sh:targetClass e:A ;
          sh:property [ sh:path ( e:p e:q ) ; sh:minCount 1 ; sh:message "F01 far"@en ] ."""
    )
    typed, near, distant = Quad(iri("a"), TYPE, iri("A")), quad("a", "p", "b"), quad("b", "q", "c")
    candidate = memory_scratch([typed, near])
    assert affected_nodes(Changeset(removed=frozenset({distant})), candidate, far) is None
    (result,) = validate(candidate, far).results
    assert (result.code, result.path) == ("F01", None)
    assert validate_quads([typed, near, distant], far).conforms


def test_blank_nodes_literals_and_triple_terms_are_no_obstacle() -> None:
    blank = BlankNode("b")
    odd: list[Term] = [Literal("가", language="ko"), Literal("x"), Triple(blank, iri("p"), blank)]
    quads = [Quad(blank, TYPE, iri("A")), *(Quad(blank, iri("q"), term) for term in odd)]
    report = validate_quads(quads, SHAPES)
    assert {item.focus_node for item in results_of(report, "K01")} == {blank}
    assert {item.value for item in results_of(report, "K08")} == set(odd[:2])


def test_the_forms_of_literals_are_left_alone() -> None:
    shapes = Shapes.parse(
        b"""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
        e:S a sh:NodeShape ; sh:targetSubjectsOf e:n ;
          sh:property [ sh:path e:n ; sh:pattern "^[0-9A-F]+$" ; sh:message "L01 capitals"@en ] ."""
    )
    number = Literal("0a", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#hexBinary"))
    (result,) = validate_quads([Quad(iri("a"), iri("n"), number)], shapes).results
    assert result.value == number
    assert rdflib.NORMALIZE_LITERALS is False


def test_literals_that_are_none_of_their_datatype_are_left_to_the_report(
    caplog: pytest.LogCaptureFixture,
) -> None:
    day = Literal("2019-13-45", datatype=NamedNode("http://www.w3.org/2001/XMLSchema#date"))
    validate_quads([Quad(iri("a"), iri("q"), day), Quad(iri("a"), TYPE, iri("A"))], SHAPES)
    assert caplog.text == ""


def test_shapes_that_pyshacl_cannot_run_are_refused() -> None:
    broken = Shapes.parse(
        b"""@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix e: <http://example.org/> .
        e:S a sh:NodeShape ; sh:targetClass e:A ;
          sh:property [ sh:path e:p ; sh:minCount "many" ] ."""
    )
    with pytest.raises(ShapesNotUsable):
        validate_quads([Quad(iri("a"), TYPE, iri("A"))], broken)


def test_validations_beside_each_other_do_not_disturb_each_other() -> None:
    quads = [[Quad(iri(f"n{n}"), TYPE, iri("A"))] for n in range(8)]
    expected = [validate_quads(item, SHAPES) for item in quads]
    got: dict[int, ValidationReport] = {}

    def run(number: int) -> None:
        got[number] = validate_quads(quads[number], SHAPES)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [got[number] for number in range(8)] == expected


def test_many_nodes_are_checked_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    quads = [Quad(iri(f"n{n}"), TYPE, iri("A")) for n in range(25)]
    whole = validate_quads(quads, SHAPES)
    monkeypatch.setattr("graphstore.validation._FOCUS_PER_BATCH", 4)
    assert validate_quads(quads, SHAPES) == whole
    assert len(results_of(whole, "K01")) == 25
