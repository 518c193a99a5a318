from __future__ import annotations

import json

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from rdflib import RDF, SH, BNode, Graph, URIRef
from rdflib.collection import Collection

from graphstore.report import ValidationReport, ValidationResult, curie, path_label
from graphstore.terms import Term

ORG = "http://www.w3.org/ns/org#"
FOCUS = NamedNode("https://w3id.org/dure/id/m-1")


def result(
    code: str = "M01",
    severity: str = "Violation",
    path: str | None = f"{ORG}member",
    value: Term | None = None,
    focus: Term = FOCUS,
) -> ValidationResult:
    return ValidationResult(
        code=code,
        severity=severity,
        focus_node=focus,
        path=path,
        path_label=None if path is None else path_label(path),
        value=value,
        texts=(("en", f"{code} Do it."), ("ko", f"{code} 하십시오.")),
        shape="https://w3id.org/dure/shapes#M01",
        component="http://www.w3.org/ns/shacl#MinCountConstraintComponent",
    )


def test_only_violations_block() -> None:
    assert ValidationReport().conforms
    report = ValidationReport.of([result("E04", "Warning"), result("A05", "Info")])
    assert report.conforms
    assert [item.code for item in report.warnings] == ["E04"]
    assert [item.code for item in report.of_severity("Info")] == ["A05"]
    assert not ValidationReport.of([result()]).conforms


def test_results_are_ordered_by_severity_and_each_told_once() -> None:
    report = ValidationReport.of(
        [result("A05", "Info"), result("M02"), result("E04", "Warning"), result("M01"), result()]
    )
    assert [item.code for item in report.results] == ["M01", "M02", "E04", "A05"]


@pytest.mark.parametrize(
    "value",
    [
        None,
        FOCUS,
        Literal("가", language="ko"),
        Literal("plain"),
        Literal(7),
        BlankNode("b"),
        Triple(FOCUS, NamedNode(f"{ORG}member"), Triple(FOCUS, FOCUS, Literal("x"))),
    ],
)
def test_json_is_read_back(value: Term | None) -> None:
    report = ValidationReport.of([result(value=value), result("X", "Info", path=None)])
    assert ValidationReport.from_json(report.to_json()) == report


def test_json_has_names_that_a_programme_can_use() -> None:
    document = json.loads(ValidationReport.of([result(value=Literal(7))]).to_json())
    assert document == {
        "conforms": False,
        "results": [
            {
                "code": "M01",
                "severity": "Violation",
                "focusNode": {"type": "uri", "value": FOCUS.value},
                "path": f"{ORG}member",
                "pathLabel": "org:member",
                "value": {
                    "type": "literal",
                    "value": "7",
                    "datatype": "http://www.w3.org/2001/XMLSchema#integer",
                },
                "messages": {"en": "M01 Do it.", "ko": "M01 하십시오."},
                "shape": "https://w3id.org/dure/shapes#M01",
                "component": "http://www.w3.org/ns/shacl#MinCountConstraintComponent",
            }
        ],
    }


def test_turtle_is_a_shacl_validation_report() -> None:
    written = ValidationReport.of([result(value=Literal("x")), result("E04", "Warning")])
    graph = Graph().parse(data=written.to_turtle(), format="turtle")
    (report,) = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(report, SH.conforms).toPython() is False  # type: ignore[union-attr]
    results = set(graph.objects(report, SH.result))
    assert results == set(graph.subjects(RDF.type, SH.ValidationResult))
    assert len(results) == 2
    for item in results:
        assert graph.value(item, SH.focusNode) == URIRef(FOCUS.value)
        assert graph.value(item, SH.resultPath) == URIRef(f"{ORG}member")
        assert graph.value(item, SH.sourceConstraintComponent) == SH.MinCountConstraintComponent
        assert len(set(graph.objects(item, SH.resultMessage))) == 2
    severities = {graph.value(item, SH.resultSeverity) for item in results}
    assert severities == {SH.Violation, SH.Warning}


def test_paths_are_written_as_shacl_does() -> None:
    inverse = f"^<{ORG}hasMember>"
    written = ValidationReport.of([result(path=inverse), result("Z", path=f"{inverse}|<{ORG}x>")])
    graph = Graph().parse(data=written.to_turtle(), format="turtle")
    paths = list(graph.objects(None, SH.resultPath))
    (simple,) = (path for path in paths if (path, SH.inversePath, None) in graph)
    assert graph.value(simple, SH.inversePath) == URIRef(f"{ORG}hasMember")
    (either,) = (path for path in paths if path != simple)
    members = list(Collection(graph, graph.value(either, SH.alternativePath) or BNode()))
    assert graph.value(members[0], SH.inversePath) == URIRef(f"{ORG}hasMember")
    assert members[1] == URIRef(f"{ORG}x")


def test_text_names_what_where_and_which_value() -> None:
    report = ValidationReport.of([result(value=Literal("x", language="en"))])
    assert report.to_text() == (
        "The data do not conform to the shapes.\n\n"
        'Violation: M01 Do it.\n  at: id:m-1\n  path: org:member\n  value: "x"@en\n'
    )
    assert report.to_text("ko") == (
        "자료가 셰이프에 맞지 않습니다.\n\n"
        '위반: M01 하십시오.\n  대상: id:m-1\n  경로: org:member\n  값: "x"@en\n'
    )
    assert ValidationReport().to_text() == "The data conform to the shapes.\n"


def test_messages_fall_back() -> None:
    assert result().message("fr") == "M01 Do it."
    assert result().messages == {"en": "M01 Do it.", "ko": "M01 하십시오."}


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (NamedNode(f"{ORG}member"), "org:member"),
        (NamedNode("https://w3id.org/dure/concept/role/chair"), "role:chair"),
        (
            NamedNode("https://w3id.org/dure/doc/ab#char=1,2"),
            "<https://w3id.org/dure/doc/ab#char=1,2>",
        ),
        (NamedNode("http://example.org/x"), "<http://example.org/x>"),
        (Literal("x"), '"x"'),
        (BlankNode("b"), "_:b"),
    ],
)
def test_terms_are_shown_short(term: Term, expected: str) -> None:
    assert curie(term) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{ORG}member", "org:member"),
        (f"^<{ORG}member>", "^org:member"),
        (f"<{ORG}member>|^<http://example.org/x>", "org:member|^<http://example.org/x>"),
    ],
)
def test_paths_are_shown_short(path: str, expected: str) -> None:
    assert path_label(path) == expected
