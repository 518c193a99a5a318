"""Validation: what a dataset would violate, looking only where a change can matter.

Core constraints run in pySHACL on the neighbourhood of the nodes that a change can affect;
constraints in SPARQL run in the engine, each as one query over the default graph. Together they
give one [validation report](https://www.w3.org/TR/shacl/#validation-report).

What is validated is the default graph together with the class hierarchy of the ontology, as
[SHACL §3.2](https://www.w3.org/TR/shacl/#data-graph) lets a processor extend the data graph.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final, TypeAlias

import rdflib
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple
from pyshacl.errors import ReportableRuntimeError
from pyshacl.pytypes import SHACLExecutor
from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from graphstore.changeset import Changeset
from graphstore.embedded import Scratch, memory_scratch
from graphstore.engine import Reader
from graphstore.errors import ShapesNotUsable
from graphstore.report import ValidationReport, ValidationResult, path_label
from graphstore.shapes import SUBCLASS, TYPE, Shapes, SparqlConstraint, Target, path_text
from graphstore.terms import Term
from ontology.namespaces import SH, XSD

# pySHACL and rdflib keep state for the whole process: one validation at a time.
_ONE_AT_A_TIME = threading.Lock()

_DEFAULT = DefaultGraph()
_FOCUS_PER_BATCH: Final = 2000  # keeps the graphs given to pySHACL small, whatever is validated
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
Standing: TypeAlias = Mapping[SparqlConstraint, frozenset[ValidationResult]]
"""What each SPARQL constraint finds in one state of a dataset."""

_SPARQL_COMPONENT = f"{SH}SPARQLConstraintComponent"


@dataclass(frozen=True)
class Verdict:
    """What a validation found: the report on a change, and all that stands after it.

    `standing` are the results of SPARQL constraints anywhere in the dataset, whether the change
    has to do with them or not.
    """

    report: ValidationReport
    standing: Standing


def validate(
    candidate: Scratch, shapes: Shapes, *, focus: set[Term] | None = None
) -> ValidationReport:
    """Validate the default graph of a scratch dataset.

    Args:
        candidate: the dataset; the class hierarchy is added to it for as long as this takes.
        shapes: what to validate with.
        focus: nodes to apply the core shapes to, as `affected_nodes` finds them; None: all.
            Constraints in SPARQL look at everything either way.

    Raises:
        ShapesNotUsable: pySHACL cannot run a shape.
    """
    return judge(candidate, shapes, focus=focus, known={}).report


def judge(
    candidate: Scratch,
    shapes: Shapes,
    *,
    focus: set[Term] | None,
    known: Standing,
    changes: Collection[Quad] | None = None,
) -> Verdict:
    """Validate what a change leads to, leaving aside what it has nothing to do with.

    Args:
        candidate: the dataset after the change, as for `validate`.
        shapes: what to validate with.
        focus: nodes to apply the core shapes to, as `affected_nodes` finds them; None: all.
        known: what stood before the change, as the verdict on that has it. It is left out of the
            report unless it is about a node in `focus`.
        changes: the quads added and removed since `known`; constraints that do not look at them
            are not run again. None: all are run.

    Raises:
        ShapesNotUsable: pySHACL cannot run a shape.
    """
    with _hierarchy_added(candidate, shapes):
        standing = _standing(candidate, shapes, known, changes)
        core = _core_results(candidate, shapes, focus)
    near = focus or set()
    before = frozenset[ValidationResult]().union(*known.values())
    after = frozenset[ValidationResult]().union(*standing.values())
    fresh = {item for item in after if item not in before or item.focus_node in near}
    return Verdict(ValidationReport.of(core | fresh), standing)


def standing_results(candidate: Scratch, shapes: Shapes) -> Standing:
    """Return what the SPARQL constraints find in a scratch dataset."""
    with _hierarchy_added(candidate, shapes):
        return _standing(candidate, shapes, {}, None)


def validate_quads(quads: Iterable[Quad], shapes: Shapes) -> ValidationReport:
    """Validate quads by themselves, whatever graphs they are in, as one graph."""
    flat = {Quad(quad.subject, quad.predicate, quad.object, _DEFAULT) for quad in quads}
    return validate(memory_scratch(flat), shapes)


def affected_nodes(changeset: Changeset, candidate: Reader, shapes: Shapes) -> set[Term] | None:
    """Return the nodes whose core results a change can alter; None when that may be any node.

    Args:
        changeset: the change, effective on the state before it.
        candidate: the state after it.
        shapes: the shapes, whose reach decides.
    """
    reach = shapes.reach
    changes = [quad for quad in changeset.added | changeset.removed if quad.graph_name == _DEFAULT]
    if not reach.local or any(quad.predicate == SUBCLASS for quad in changes):
        return None
    nodes: set[Term] = set()
    for quad in changes:
        nodes.add(quad.subject)
        if quad.predicate in reach.backwards:
            nodes.add(quad.object)
        if quad.predicate == TYPE:
            nodes.update(_nodes_that_check(quad, candidate, shapes))
    return {node for node in nodes if not isinstance(node, Triple)}


# ---- SPARQL constraints


def _standing(
    reader: Reader, shapes: Shapes, known: Standing, changes: Collection[Quad] | None
) -> Standing:
    if changes is None or any(quad.predicate == SUBCLASS for quad in changes):
        known = {}
    seen = [quad for quad in changes or () if quad.graph_name == _DEFAULT]
    return {
        constraint: known[constraint]
        if constraint in known and not constraint.reads.touch(seen)
        else _found(reader, constraint)
        for constraint in shapes.constraints
    }


def _found(reader: Reader, constraint: SparqlConstraint) -> frozenset[ValidationResult]:
    return frozenset(
        _sparql_result(constraint, solution)
        for solution in reader.select(constraint.query)
        if solution["this"] is not None
    )


def _sparql_result(
    constraint: SparqlConstraint, solution: Mapping[str, Term | None]
) -> ValidationResult:
    focus = solution["this"]
    assert focus is not None  # the caller leaves out solutions without it
    path = solution.get("path")
    path_said = path.value if isinstance(path, NamedNode) else constraint.path

    def filled(text: str) -> str:
        return _PLACEHOLDER.sub(lambda found: _shown(found, solution), text)

    explanation = constraint.explanation
    return ValidationResult(
        code=explanation.code,
        severity=explanation.severity,
        focus_node=focus,
        path=path_said,
        path_label=None if path_said is None else path_label(path_said),
        value=solution.get("value"),
        texts=tuple((language, filled(text)) for language, text in explanation.messages),
        shape=constraint.shape,
        component=_SPARQL_COMPONENT,
    )


def _shown(found: re.Match[str], solution: Mapping[str, Term | None]) -> str:
    term = solution.get(found[1])
    if term is None:
        return found[0]
    return term.value if isinstance(term, NamedNode | Literal) else str(term)


# ---- core constraints


def _core_results(
    candidate: Reader, shapes: Shapes, focus: set[Term] | None
) -> set[ValidationResult]:
    if not shapes.reach.local:
        return _run_core(candidate.quads(None, None, None, _DEFAULT), shapes, None)
    nodes = iter(_all_nodes(candidate, shapes) if focus is None else focus)
    results: set[ValidationResult] = set()
    while batch := set(islice(nodes, _FOCUS_PER_BATCH)):
        results |= _run_core(_neighbourhood(candidate, shapes, batch), shapes, batch)
    return results


def _run_core(
    quads: Iterable[Quad], shapes: Shapes, focus: set[Term] | None
) -> set[ValidationResult]:
    """Run pySHACL on a graph; only results of focus nodes count, of any when None."""
    with _ONE_AT_A_TIME:
        graph = Graph()
        index = _Index(focus)
        for quad in quads:
            if not isinstance(quad.object, Triple) and not isinstance(quad.subject, Triple):
                graph.add((_rdflib(quad.subject), _rdflib(quad.predicate), _rdflib(quad.object)))
                index.add(quad)
        for quad in shapes.hierarchy:
            graph.add((_rdflib(quad.subject), _rdflib(quad.predicate), _rdflib(quad.object)))
        executor = SHACLExecutor()
        results: set[ValidationResult] = set()
        for shape in shapes.core:
            nodes = [_rdflib(node) for node in index.targets(shape.target)]
            if not nodes:
                continue
            checker = shapes.pyshacl.lookup_shape_from_node(shape.name)
            try:
                _, found = checker.validate(executor, graph, focus=nodes)
            except ReportableRuntimeError as error:
                raise ShapesNotUsable(f"{shape.name}: {error.message}") from error
            results |= {_core_result(shapes, triples) for _, _, triples in found}
        return results


class _Index:
    """The types and ends of properties of the nodes in focus, to find the targets of shapes."""

    def __init__(self, focus: set[Term] | None) -> None:
        self._focus = focus
        self._instances: dict[Term, set[Term]] = {}
        self._subjects: dict[Term, set[Term]] = {}
        self._objects: dict[Term, set[Term]] = {}

    def add(self, quad: Quad) -> None:
        if self._focus is None or quad.subject in self._focus:
            if quad.predicate == TYPE:
                self._instances.setdefault(quad.object, set()).add(quad.subject)
            self._subjects.setdefault(quad.predicate, set()).add(quad.subject)
        if self._focus is None or quad.object in self._focus:
            self._objects.setdefault(quad.predicate, set()).add(quad.object)

    def targets(self, target: Target) -> set[Term]:
        nothing: set[Term] = set()
        found = set(target.nodes if self._focus is None else target.nodes & self._focus)
        nodes = nothing.union(found)
        for one in target.classes:
            nodes |= self._instances.get(one, nothing)
        for one in target.subjects_of:
            nodes |= self._subjects.get(one, nothing)
        for one in target.objects_of:
            nodes |= self._objects.get(one, nothing)
        return nodes


def _neighbourhood(candidate: Reader, shapes: Shapes, focus: set[Term]) -> Iterator[Quad]:
    """Yield all that the core shapes look at from these nodes: their statements and the types of
    what those lead to."""
    reach = shapes.reach
    typed: set[Term] = set()
    for node in focus:
        if isinstance(node, NamedNode | BlankNode):
            for quad in candidate.quads(node, None, None, _DEFAULT):
                yield quad
                if quad.predicate in reach.class_forwards:
                    typed.add(quad.object)
        for predicate in reach.backwards:
            for quad in candidate.quads(None, predicate, node, _DEFAULT):
                yield quad
                if predicate in reach.class_backwards:
                    typed.add(quad.subject)
    for node in typed - focus:
        if isinstance(node, NamedNode | BlankNode):
            yield from candidate.quads(node, TYPE, None, _DEFAULT)


def _all_nodes(candidate: Reader, shapes: Shapes) -> set[Term]:
    nodes: set[Term] = set()
    for quad in candidate.quads(None, None, None, _DEFAULT):
        nodes.add(quad.subject)
        if quad.predicate in shapes.reach.backwards:
            nodes.add(quad.object)
    nodes.update(node for shape in shapes.core for node in shape.target.nodes)
    return {node for node in nodes if not isinstance(node, Triple)}


def _nodes_that_check(quad: Quad, candidate: Reader, shapes: Shapes) -> Iterator[Term]:
    """Yield the nodes whose shapes look at the class of a node whose type has changed."""
    for predicate in shapes.reach.class_forwards:
        for link in candidate.quads(None, predicate, quad.subject, _DEFAULT):
            yield link.subject
    if isinstance(quad.subject, NamedNode | BlankNode):
        for predicate in shapes.reach.class_backwards:
            for link in candidate.quads(quad.subject, predicate, None, _DEFAULT):
                yield link.object


def _core_result(
    shapes: Shapes, triples: Iterable[tuple[Node, Node, Node | tuple[Graph, Node]]]
) -> ValidationResult:
    said = {str(predicate).removeprefix(SH): _plain(value) for _, predicate, value in triples}
    source = said["sourceShape"]
    explanation = shapes.explanation(source)
    path_node = said.get("resultPath")
    path = None if path_node is None else path_text(shapes.graph, path_node)
    value = said.get("value")
    texts = explanation.messages or (("", str(said.get("resultMessage", ""))),)
    return ValidationResult(
        code=explanation.code,
        severity=explanation.severity,
        focus_node=_pyoxigraph(said["focusNode"]),
        path=path,
        path_label=None if path is None else path_label(path),
        value=None if value is None else _pyoxigraph(value),
        texts=texts,
        shape=str(source) if isinstance(source, URIRef) else f"_:{source}",
        component=str(said["sourceConstraintComponent"]),
    )


def _plain(value: Node | tuple[Graph, Node]) -> Node:
    return value[1] if isinstance(value, tuple) else value


# ---- between the two term models


@lru_cache(maxsize=50_000)
def _rdflib(term: Term) -> URIRef | BNode | rdflib.Literal:
    if isinstance(term, NamedNode):
        return URIRef(term.value)
    if isinstance(term, BlankNode):
        return BNode(term.value)
    assert isinstance(term, Literal)  # triple terms are left out before
    if term.language is not None:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype.value == f"{XSD}string":
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=URIRef(term.datatype.value))


def _pyoxigraph(node: Node) -> Term:
    if isinstance(node, URIRef):
        return NamedNode(str(node))
    if isinstance(node, BNode):
        return BlankNode(str(node))
    assert isinstance(node, rdflib.Literal)  # the data graph has no other kind of term
    if node.language is not None:
        return Literal(str(node), language=node.language)
    return Literal(str(node), datatype=NamedNode(str(node.datatype or f"{XSD}string")))


@contextmanager
def _hierarchy_added(candidate: Scratch, shapes: Shapes) -> Iterator[None]:
    missing = frozenset(quad for quad in shapes.hierarchy if not candidate.contains(quad))
    candidate.change(Changeset(missing))
    try:
        yield
    finally:
        candidate.change(Changeset(removed=missing))


__all__ = [
    "Shapes",
    "Standing",
    "ValidationReport",
    "ValidationResult",
    "Verdict",
    "affected_nodes",
    "judge",
    "standing_results",
    "validate",
    "validate_quads",
]
