"""Both ways of running the shapes: pySHACL alone, and the project's validation.

The project runs core constraints in pySHACL and SPARQL ones set-based in the engine; pySHACL alone
runs both itself, one focus node at a time. Results are compared as pairs of rule code and focus
node, the part of a validation report
(https://www.w3.org/TR/shacl/#results-validation-result) that both ways have in common.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pyoxigraph import BlankNode, NamedNode
from pyshacl import validate
from rdflib import RDF, RDFS, SH, BNode, Graph, Namespace
from rdflib.plugins.sparql import algebra, parser, processor
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node

from graphstore.formats import TURTLE, parse_quads
from graphstore.validation import Shapes, validate_quads
from ontology import resources
from ontology.namespaces import SHAPES_NS

SHP = Namespace(SHAPES_NS)
BAD = Path(__file__).parent / "bad"
OURS = Shapes.load()

Finding = tuple[str, str]
"""Code of the rule, focus node (all blank nodes are alike)."""


@dataclass(frozen=True)
class Rules:
    """The shapes graph and what the two ways need of it."""

    shapes: Graph
    hierarchy: Graph
    core: Graph
    sparql: Graph
    sparql_codes: frozenset[str]

    def core_findings(self, data: Graph) -> set[Finding]:
        """Run the core constraints in pySHACL."""
        return self._run(data, self.core)

    def sparql_findings(self, data: Graph) -> set[Finding]:
        """Run the SPARQL constraints in pySHACL."""
        return self._run(data, self.sparql)

    def _run(self, data: Graph, shapes: Graph) -> set[Finding]:
        with (
            patch.object(processor, "parseQuery", str),
            patch.object(processor, "translateQuery", _prepared),
        ):
            _, report, _ = validate(data, shacl_graph=shapes, ont_graph=self.hierarchy)
        assert isinstance(report, Graph)
        return {
            (self._code(report, result), self._focus(report, result))
            for result in report.subjects(RDF.type, SH.ValidationResult)
        }

    def _code(self, report: Graph, result: Node) -> str:
        for predicate in (SH.sourceConstraint, SH.sourceShape):
            for source in report.objects(result, predicate):
                code = self.shapes.value(source, SHP.code)
                if code is not None:
                    return str(code)
        raise AssertionError(report.serialize())

    @staticmethod
    def _focus(report: Graph, result: Node) -> str:
        focus = report.value(result, SH.focusNode)
        return "_:" if isinstance(focus, BNode) else str(focus)


_PREPARED: dict[str, Query] = {}


def _prepared(text: str, base: str | None = None, namespaces: Any = None) -> Query:
    """Prepare each query once: pySHACL asks for every focus node, nine tenths of its time."""
    if text not in _PREPARED:
        _PREPARED[text] = algebra.translateQuery(parser.parseQuery(text), base, namespaces)
    return _PREPARED[text]


def shape_classes(shapes: Graph, hierarchy: Graph, shape: Node) -> set[Node]:
    """Return the target classes of a shape with all their subclasses."""
    return {
        subclass
        for target in shapes.objects(shape, SH.targetClass)
        for subclass in hierarchy.transitive_subjects(RDFS.subClassOf, target)
        if subclass is not None
    }


def our_findings(turtle: bytes) -> set[Finding]:
    """Validate as the gate does: core in pySHACL, SPARQL constraints set-based in the engine."""
    report = validate_quads(parse_quads(turtle, TURTLE), OURS)
    return {
        (result.code, "_:" if isinstance(result.focus_node, BlankNode) else result.focus_node.value)
        for result in report.results
        if isinstance(result.focus_node, NamedNode | BlankNode)
    }


def load_rules() -> Rules:
    """Read the packaged shapes and take them apart into core and SPARQL constraints."""
    shapes = Graph().parse(data=resources.shapes_turtle(), format="turtle")
    ontology = Graph().parse(data=resources.ontology_turtle(), format="turtle")
    hierarchy = Graph()
    for triple in ontology.triples((None, RDFS.subClassOf, None)):
        hierarchy.add(triple)
    core, sparql = Graph(), Graph()
    for graph, unwanted in ((core, {SH.sparql}), (sparql, {SH.property})):
        for triple in shapes:
            if triple[1] not in unwanted:
                graph.add(triple)
    for shape in set(shapes.subjects(SH.targetClass)) | set(shapes.subjects(SH.targetSubjectsOf)):
        if not set(sparql.objects(shape, SH.sparql)):
            sparql.remove((shape, None, None))
    codes = {str(shapes.value(item, SHP.code)) for item in shapes.objects(None, SH.sparql)}
    return Rules(shapes, hierarchy, core, sparql, frozenset(codes))


def bad_examples() -> dict[str, bytes]:
    """Return the bad example of each rule as Turtle, by code."""
    return {path.stem: path.read_bytes() for path in sorted(BAD.glob("*.ttl"))}


def good_example() -> bytes:
    """Return the example that conforms, as Turtle."""
    return (BAD.parent / "good.ttl").read_bytes()


def graph(turtle: bytes) -> Graph:
    """Parse Turtle; pySHACL gets a fresh graph for each run."""
    return Graph().parse(data=turtle, format="turtle")
