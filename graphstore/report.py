"""The validation report: what a dataset violates, as values, as RDF, as JSON and as text.

Implements the [validation report](https://www.w3.org/TR/shacl/#validation-report) of SHACL, with
conformance as SHACL 1.2 lets one choose it: a report conforms when it has no result of severity
Violation; warnings and infos are told and do not block.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple

from graphstore.terms import Subject, Term, written
from ontology.namespaces import PREFIXES, RDF, SH, SHAPES_NS

SEVERITIES: Final = ("Violation", "Warning", "Info")
LANGUAGES: Final = ("en", "ko")

_CODE = NamedNode(f"{SHAPES_NS}code")
_TYPE = NamedNode(f"{RDF}type")
_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "conforms": "The data conform to the shapes.",
        "fails": "The data do not conform to the shapes.",
        "Violation": "Violation",
        "Warning": "Warning",
        "Info": "Note",
        "at": "at",
        "path": "path",
        "value": "value",
    },
    "ko": {
        "conforms": "자료가 셰이프에 맞습니다.",
        "fails": "자료가 셰이프에 맞지 않습니다.",
        "Violation": "위반",
        "Warning": "경고",
        "Info": "알림",
        "at": "대상",
        "path": "경로",
        "value": "값",
    },
}


@dataclass(frozen=True)
class ValidationResult:
    """One thing that is wrong, or worth a look.

    `code` is the rule's, such as "G01"; `severity` one of SEVERITIES. `path` is None for rules
    about the node itself, the property's IRI, or a SPARQL property path (`^<…>`, `<…>|<…>`);
    `path_label` the same with prefixes. `value` is the offending value where there is one.
    `texts` are the messages with their language tags, as `messages` has them. `shape` is the IRI
    of the shape (or `_:label`), `component` that of the kind of constraint.
    """

    code: str
    severity: str
    focus_node: Term
    path: str | None
    path_label: str | None
    value: Term | None
    texts: tuple[tuple[str, str], ...]
    shape: str
    component: str

    @property
    def messages(self) -> dict[str, str]:
        """What to do, by language tag."""
        return dict(self.texts)

    def message(self, language: str = "en") -> str:
        """Return the message in that language, in English where there is none, or in any."""
        texts = self.messages
        return texts.get(language) or texts.get("en") or next(iter(texts.values()), self.code)


@dataclass(frozen=True)
class ValidationReport:
    """The results of a validation, in the order of severity, code and focus node."""

    results: tuple[ValidationResult, ...] = ()

    @classmethod
    def of(cls, results: Iterable[ValidationResult]) -> ValidationReport:
        """Return the report of these results, each once."""
        return cls(tuple(sorted(set(results), key=_order)))

    @classmethod
    def from_json(cls, text: str) -> ValidationReport:
        """Read what `to_json` wrote."""
        return cls(tuple(_result_from(item) for item in json.loads(text)["results"]))

    @property
    def conforms(self) -> bool:
        """Whether there is no violation."""
        return not self.violations

    @property
    def violations(self) -> tuple[ValidationResult, ...]:
        """The results that block a commit."""
        return self.of_severity("Violation")

    @property
    def warnings(self) -> tuple[ValidationResult, ...]:
        """The results that a curator should look at."""
        return self.of_severity("Warning")

    def of_severity(self, severity: str) -> tuple[ValidationResult, ...]:
        """Return the results of one severity."""
        return tuple(result for result in self.results if result.severity == severity)

    def to_json(self) -> str:
        """Return the report as JSON: `conforms` and `results`; terms as in SPARQL results."""
        document = {
            "conforms": self.conforms,
            "results": [_result_json(result) for result in self.results],
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":"))

    def to_turtle(self) -> bytes:
        """Return the report as a `sh:ValidationReport` in Turtle."""
        report = BlankNode("report")
        triples = [
            Triple(report, _TYPE, _sh("ValidationReport")),
            Triple(report, _sh("conforms"), Literal(self.conforms)),
        ]
        for number, result in enumerate(self.results, start=1):
            node = BlankNode(f"result{number}")
            triples.append(Triple(report, _sh("result"), node))
            triples += _result_triples(result, node)
        prefixes = {**PREFIXES, "sh": SH, "shp": SHAPES_NS}
        document = pyoxigraph.serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes)
        assert document is not None  # no output was given, so the bytes are returned
        return document

    def to_text(self, language: str = "en") -> str:
        """Return the report for people: a verdict, then for each result what to do and where.

        Args:
            language: "en" or "ko".
        """
        words = _WORDS[language]
        lines = [words["conforms" if self.conforms else "fails"]]
        for result in self.results:
            lines.append(f"\n{words[result.severity]}: {result.message(language)}")
            lines.append(f"  {words['at']}: {curie(result.focus_node)}")
            if result.path_label is not None:
                lines.append(f"  {words['path']}: {result.path_label}")
            if result.value is not None and result.value != result.focus_node:
                lines.append(f"  {words['value']}: {curie(result.value)}")
        return "\n".join(lines) + "\n"


def curie(term: Term) -> str:
    """Return a term as people read it: prefixed where a prefix of ours fits.

    >>> curie(NamedNode("http://www.w3.org/ns/org#member"))
    'org:member'
    """
    if not isinstance(term, NamedNode):
        return written(term)
    fitting = (item for item in PREFIXES.items() if term.value.startswith(item[1]))
    prefix, namespace = max(fitting, key=lambda item: len(item[1]), default=("", ""))
    local = term.value.removeprefix(namespace)
    return f"{prefix}:{local}" if prefix and re.fullmatch(r"[\w.-]+", local) else str(term)


def path_label(path: str) -> str:
    """Return a path with prefixes in the place of IRIs."""
    if not path.startswith(("<", "^")):
        return curie(NamedNode(path))
    return re.sub(r"<([^>]*)>", lambda found: curie(NamedNode(found[1])), path)


def _order(result: ValidationResult) -> tuple[int, str, str, str, str]:
    severity = SEVERITIES.index(result.severity) if result.severity in SEVERITIES else 0
    value = str(result.value)
    return severity, result.code, str(result.focus_node), result.path or "", value


def _sh(name: str) -> NamedNode:
    return NamedNode(f"{SH}{name}")


# ---- RDF


def _result_triples(result: ValidationResult, node: BlankNode) -> list[Triple]:
    triples = [
        Triple(node, _TYPE, _sh("ValidationResult")),
        Triple(node, _sh("focusNode"), result.focus_node),
        Triple(node, _sh("resultSeverity"), _sh(result.severity)),
        Triple(node, _sh("sourceConstraintComponent"), NamedNode(result.component)),
        Triple(node, _sh("sourceShape"), _node(result.shape)),
        Triple(node, _CODE, Literal(result.code)),
    ]
    if result.path is not None:
        path, structure = _path_triples(result.path, node.value)
        triples += [Triple(node, _sh("resultPath"), path), *structure]
    if result.value is not None:
        triples.append(Triple(node, _sh("value"), result.value))
    for language, text in result.texts:
        literal = Literal(text, language=language) if language else Literal(text)
        triples.append(Triple(node, _sh("resultMessage"), literal))
    return triples


def _node(text: str) -> Subject:
    return BlankNode(text[2:]) if text.startswith("_:") else NamedNode(text)


def _path_triples(path: str, label: str) -> tuple[Subject, list[Triple]]:
    """Write a path as SHACL does: https://www.w3.org/TR/shacl/#property-paths."""
    if not path.startswith(("<", "^")):
        return NamedNode(path), []
    triples: list[Triple] = []
    steps: list[Subject] = []
    for number, step in enumerate(path.split("|")):
        predicate = NamedNode(step.removeprefix("^")[1:-1])
        if step.startswith("^"):
            inverse = BlankNode(f"{label}path{number}")
            triples.append(Triple(inverse, _sh("inversePath"), predicate))
            steps.append(inverse)
        else:
            steps.append(predicate)
    if len(steps) == 1:
        return steps[0], triples
    rest: Subject = NamedNode(f"{RDF}nil")
    for number, step_node in reversed(list(enumerate(steps))):
        cell = BlankNode(f"{label}list{number}")
        triples.append(Triple(cell, NamedNode(f"{RDF}first"), step_node))
        triples.append(Triple(cell, NamedNode(f"{RDF}rest"), rest))
        rest = cell
    alternatives = BlankNode(f"{label}path")
    triples.append(Triple(alternatives, _sh("alternativePath"), rest))
    return alternatives, triples


# ---- JSON


def _result_json(result: ValidationResult) -> dict[str, Any]:
    return {
        "code": result.code,
        "severity": result.severity,
        "focusNode": _term_json(result.focus_node),
        "path": result.path,
        "pathLabel": result.path_label,
        "value": None if result.value is None else _term_json(result.value),
        "messages": result.messages,
        "shape": result.shape,
        "component": result.component,
    }


def _result_from(item: Mapping[str, Any]) -> ValidationResult:
    return ValidationResult(
        code=item["code"],
        severity=item["severity"],
        focus_node=_term_from(item["focusNode"]),
        path=item["path"],
        path_label=item["pathLabel"],
        value=None if item["value"] is None else _term_from(item["value"]),
        texts=tuple(item["messages"].items()),
        shape=item["shape"],
        component=item["component"],
    )


def _term_json(term: Term) -> dict[str, Any]:
    if isinstance(term, NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, BlankNode):
        return {"type": "bnode", "value": term.value}
    if isinstance(term, Triple):
        return {"type": "triple", "value": written(term)}
    literal = {"type": "literal", "value": term.value}
    if term.language is not None:
        return {**literal, "xml:lang": term.language}
    return {**literal, "datatype": term.datatype.value}


def _term_from(item: Mapping[str, Any]) -> Term:
    if item["type"] == "uri":
        return NamedNode(item["value"])
    if item["type"] == "bnode":
        return BlankNode(item["value"])
    if item["type"] == "triple":
        line = f"<urn:s> <urn:p> {item['value']} ."
        quads: list[Quad] = list(pyoxigraph.parse(line, format=RdfFormat.N_QUADS))
        return quads[0].object
    if "xml:lang" in item:
        return Literal(item["value"], language=item["xml:lang"])
    return Literal(item["value"], datatype=NamedNode(item["datatype"]))
