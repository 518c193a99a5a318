"""Both ways of running the shapes: pySHACL, and SPARQL constraints set-based in Oxigraph.

Results are compared as pairs of rule code and focus node, the part of a validation report
(https://www.w3.org/TR/shacl/#results-validation-result) that both ways have in common.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyoxigraph
from pyshacl import validate
from rdflib import RDF, RDFS, SH, BNode, Graph, Namespace, URIRef
from rdflib.plugins.sparql import algebra, parser, processor
from rdflib.plugins.sparql.sparql import Query
from rdflib.term import Node

from ontology import resources
from ontology.namespaces import SHAPES_NS

SHP = Namespace(SHAPES_NS)
BAD = Path(__file__).parent / "bad"

Finding = tuple[str, str]
"""Code of the rule, focus node (all blank nodes are alike)."""


@dataclass(frozen=True)
class Rules:
    """The shapes graph and what the two ways need of it."""

    shapes: Graph
    hierarchy: Graph
    core: Graph
    sparql: Graph
    queries: dict[str, str] = field(default_factory=dict)

    def core_findings(self, data: Graph) -> set[Finding]:
        """Run the core constraints in pySHACL."""
        return self._run(data, self.core)

    def sparql_findings(self, data: Graph) -> set[Finding]:
        """Run the SPARQL constraints in pySHACL."""
        return self._run(data, self.sparql)

    def set_based_findings(self, turtle: bytes) -> set[Finding]:
        """Run each SPARQL constraint as one query over all its focus nodes in Oxigraph."""
        store = pyoxigraph.Store()
        store.load(turtle, format=pyoxigraph.RdfFormat.TURTLE)
        found: set[Finding] = set()
        for code, query in self.queries.items():
            solutions = store.query(query)
            assert isinstance(solutions, pyoxigraph.QuerySolutions)
            for solution in solutions:
                focus = solution["this"]
                found.add((code, focus.value if isinstance(focus, pyoxigraph.NamedNode) else "_:"))
        return found

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


def set_based_query(shapes: Graph, hierarchy: Graph, shape: Node, constraint: Node) -> str:
    """Return the query that finds every violation of a SPARQL constraint at once.

    `$this` becomes `?this`, and the target of the shape is put first into the outer group:
    a class target as the class with all its subclasses, a property target as that property.
    """
    classes = _terms(shape_classes(shapes, hierarchy, shape))
    properties = _terms(shapes.objects(shape, SH.targetSubjectsOf))
    target = (
        f"VALUES ?targetProperty {{ {properties} }} ?this ?targetProperty ?targetValue ."
        if properties
        else f"VALUES ?targetClass {{ {classes} }} ?this a ?targetClass ."
    )
    select = str(shapes.value(constraint, SH.select)).replace("$this", "?this")
    body = re.sub(r"WHERE \{", lambda where: f"{where[0]} {target} ", select, count=1)
    body = body.replace("SELECT ", "SELECT DISTINCT ", 1)
    prefixes = "".join(
        f"PREFIX {shapes.value(declaration, SH.prefix)}: "
        f"<{shapes.value(declaration, SH.namespace)}>\n"
        for holder in shapes.objects(constraint, SH.prefixes)
        for declaration in shapes.objects(holder, SH.declare)
    )
    return prefixes + body


def shape_classes(shapes: Graph, hierarchy: Graph, shape: Node) -> set[Node]:
    """Return the target classes of a shape with all their subclasses."""
    return {
        subclass
        for target in shapes.objects(shape, SH.targetClass)
        for subclass in hierarchy.transitive_subjects(RDFS.subClassOf, target)
        if subclass is not None
    }


def _terms(nodes: Iterable[Node]) -> str:
    return " ".join(sorted(node.n3() for node in nodes if isinstance(node, URIRef)))


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
    queries = {
        str(shapes.value(constraint, SHP.code)): set_based_query(
            shapes, hierarchy, shape, constraint
        )
        for shape, constraint in shapes.subject_objects(SH.sparql)
    }
    return Rules(shapes, hierarchy, core, sparql, queries)


def bad_examples() -> dict[str, bytes]:
    """Return the bad example of each rule as Turtle, by code."""
    return {path.stem: path.read_bytes() for path in sorted(BAD.glob("*.ttl"))}


def good_example() -> bytes:
    """Return the example that conforms, as Turtle."""
    return (BAD.parent / "good.ttl").read_bytes()


def graph(turtle: bytes) -> Graph:
    """Parse Turtle; pySHACL gets a fresh graph for each run."""
    return Graph().parse(data=turtle, format="turtle")
