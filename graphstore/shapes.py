"""The shapes, taken apart for two ways of checking: core constraints and SPARQL constraints.

Reads a SHACL shapes graph with the class hierarchy it needs. Core constraints
([SHACL §4](https://www.w3.org/TR/shacl/#core-components)) stay a graph, for pySHACL; constraints
in SPARQL ([SHACL §5](https://www.w3.org/TR/shacl/#sparql-constraints)) become queries that find
all violations at once: `$this` is a variable that the target's pattern, put first, binds.

Also worked out here: which nodes a change can affect. That is local as long as every core shape
looks no further than one step along a property, forwards or backwards; other shapes are accepted
and cost a check of the whole graph.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from typing import Final

import pyoxigraph
import rdflib
from pyoxigraph import DefaultGraph, NamedNode, Quad, Store
from pyshacl.errors import ReportableRuntimeError
from pyshacl.shapes_graph import ShapesGraph
from rdflib import BNode, Graph, URIRef
from rdflib.collection import Collection
from rdflib.exceptions import ParserError
from rdflib.term import Node

from graphstore.errors import RefusedQuery, ShapesNotUsable
from graphstore.query_text import check_query_text
from ontology import resources
from ontology.namespaces import RDF, RDFS, SH, SHAPES_NS

# Literals keep the form in which they were written: "01" is not "1" in a report, and xsd:date is
# not made into another date. Said once for the process, before anything is parsed.
rdflib.NORMALIZE_LITERALS = False
# That a literal is none of its datatype is for the report to say, not for a traceback in a log.
logging.getLogger("rdflib.term").setLevel(logging.ERROR)

SUBCLASS: Final = NamedNode(f"{RDFS}subClassOf")
TYPE: Final = NamedNode(f"{RDF}type")

_DEEP = ("node", "qualifiedValueShape")
_LOGICAL_LISTS = ("or", "and", "xone")
_CODE_IN_MESSAGE = re.compile(r"[A-Z]{1,3}\d{2,3}\b")
_FIRST_BRACE = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|<[^<>\s]*>|#[^\n]*|\{")
_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|<[^<>\s]*>|#[^\n]*|[?$]\w+"
    r"|[\w.-]*:[\w.\-%]*|\w+|\S"
)
_BOUND = "?targetProperty"
_THIS = re.compile(r"[$?]this\b")
_PATH_VARIABLE = re.compile(r"\$PATH\b")


@dataclass(frozen=True)
class Target:
    """Which nodes a shape looks at: instances of classes, ends of properties, named nodes."""

    classes: frozenset[NamedNode] = frozenset()
    subjects_of: frozenset[NamedNode] = frozenset()
    objects_of: frozenset[NamedNode] = frozenset()
    nodes: frozenset[NamedNode] = frozenset()

    def __bool__(self) -> bool:
        """Whether the shape looks at anything by itself."""
        return bool(self.classes or self.subjects_of or self.objects_of or self.nodes)

    def pattern(self) -> str:
        """Return a SPARQL pattern that binds `?this` to the nodes."""
        parts = [
            _values("targetClass", self.classes, "?this a ?targetClass ."),
            _distinct(
                _values("targetProperty", self.subjects_of, "?this ?targetProperty ?targetValue .")
            ),
            _distinct(
                _values("targetProperty", self.objects_of, "?targetSource ?targetProperty ?this .")
            ),
            _values("this", self.nodes, ""),
        ]
        given = [part for part in parts if part]
        return given[0] if len(given) == 1 else " UNION ".join(f"{{ {part} }}" for part in given)


@dataclass(frozen=True)
class Explanation:
    """What a shape or constraint says about itself in a report."""

    code: str
    severity: str
    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reads:
    """Which statements a query looks at: those that name one of these IRIs as property or class.

    `everything`: it has a variable in the place of a property. `all_types`: it looks at types
    without naming the class.
    """

    iris: frozenset[str] = frozenset()
    everything: bool = False
    all_types: bool = False

    def touch(self, changes: Iterable[Quad]) -> bool:
        """Say whether a change of these quads can change what the query finds."""
        if self.everything:
            return True
        return any(
            (self.all_types or str(quad.object)[1:-1] in self.iris)
            if quad.predicate == TYPE
            else quad.predicate.value in self.iris
            for quad in changes
        )


@dataclass(frozen=True)
class SparqlConstraint:
    """A constraint in SPARQL: a query whose solutions are the violations."""

    explanation: Explanation
    query: str
    path: str | None
    shape: str
    reads: Reads


@dataclass(frozen=True)
class CoreShape:
    """A shape with a target of its own, and its name in pySHACL's shapes graph."""

    name: URIRef | BNode
    target: Target


@dataclass(frozen=True)
class Reach:
    """How far the core shapes look.

    `local`: no further than one step. `backwards`: properties looked along from object to subject.
    `class_forwards`, `class_backwards`: properties whose far end must have a class, or whose near
    end must.
    """

    local: bool = True
    backwards: frozenset[NamedNode] = frozenset()
    class_forwards: frozenset[NamedNode] = frozenset()
    class_backwards: frozenset[NamedNode] = frozenset()


@dataclass(frozen=True, eq=False)
class Shapes:
    """A shapes graph that can be validated with; made by `load` or `parse`."""

    core: tuple[CoreShape, ...]
    constraints: tuple[SparqlConstraint, ...]
    reach: Reach
    hierarchy: frozenset[Quad]
    graph: Graph = field(repr=False)
    _explanations: dict[Node, Explanation] = field(default_factory=dict, repr=False)

    @classmethod
    def load(cls) -> Shapes:
        """Return the shapes of the ontology room, with the ontology's class hierarchy.

        Raises:
            ShapesNotUsable: the packaged files cannot be used.
        """
        return cls.parse(resources.shapes_turtle(), resources.ontology_turtle())

    @classmethod
    def parse(cls, shapes: bytes, ontology: bytes = b"") -> Shapes:
        """Return the shapes of a Turtle document.

        Args:
            shapes: the shapes graph, in Turtle.
            ontology: Turtle whose `rdfs:subClassOf` triples are the class hierarchy; anything else
                in it does not matter.

        Raises:
            ShapesNotUsable: a document is not Turtle, or a constraint is not one that can be run.
        """
        graph = _parse(shapes)
        hierarchy = frozenset(_hierarchy(ontology))
        subclasses = _subclasses(hierarchy)
        constraints = tuple(_constraints(graph, subclasses))
        stripped = Graph()
        for triple in graph:
            if triple[1] != _sh("sparql"):
                stripped.add(triple)
        core = tuple(_core_shapes(stripped, subclasses))
        reach = _reach(stripped, core)
        return cls(tuple(_flattened(stripped, core)), constraints, reach, hierarchy, stripped)

    @cached_property
    def pyshacl(self) -> ShapesGraph:
        """The core shapes as pySHACL has them; to be used by one thread at a time."""
        try:
            made = ShapesGraph(self.graph)
            assert made.shapes is not None  # asking for them builds them
        except ReportableRuntimeError as error:
            raise ShapesNotUsable(f"the shapes cannot be read: {error.message}") from error
        return made

    def explanation(self, shape: Node) -> Explanation:
        """Return code, severity and messages of a core shape."""
        if shape not in self._explanations:
            self._explanations[shape] = _explanation(self.graph, shape, shape)
        return self._explanations[shape]


def path_text(graph: Graph, path: Node) -> str | None:
    """Return a path of one step as text, None for longer ones.

    A predicate is its IRI; others are SPARQL: `^<…>` backwards, `<…>|<…>` one of several.
    """
    steps = _steps(graph, path)
    if steps is None:
        return None
    if isinstance(path, URIRef):
        return str(path)
    return "|".join(("^" if backwards else "") + str(step) for step, backwards in steps)


def _sh(name: str) -> URIRef:
    return URIRef(f"{SH}{name}")


def _parse(document: bytes) -> Graph:
    try:
        return Graph().parse(data=document, format="turtle")
    except (SyntaxError, ParserError, ValueError) as error:
        raise ShapesNotUsable(f"the shapes are not Turtle: {error}") from error


def _hierarchy(ontology: bytes) -> Iterator[Quad]:
    try:
        quads = list(pyoxigraph.parse(ontology, format=pyoxigraph.RdfFormat.TURTLE))
    except SyntaxError as error:
        raise ShapesNotUsable(f"the ontology is not Turtle: {error}") from error
    for quad in quads:
        named = isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode)
        if quad.predicate == SUBCLASS and named:
            yield Quad(quad.subject, SUBCLASS, quad.object, DefaultGraph())


def _subclasses(hierarchy: Iterable[Quad]) -> Mapping[NamedNode, frozenset[NamedNode]]:
    """Return for each class that has subclasses itself with all of them."""
    direct: dict[NamedNode, set[NamedNode]] = {}
    for quad in hierarchy:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            direct.setdefault(quad.object, set()).add(quad.subject)

    def below(top: NamedNode) -> frozenset[NamedNode]:
        found, pending = {top}, [top]
        while pending:
            fresh = direct.get(pending.pop(), set()) - found
            found |= fresh
            pending += fresh
        return frozenset(found)

    return {top: below(top) for top in direct}


# ---- targets and explanations


def _target(
    graph: Graph, shape: Node, subclasses: Mapping[NamedNode, frozenset[NamedNode]]
) -> Target:
    classes = {NamedNode(str(item)) for item in graph.objects(shape, _sh("targetClass"))}
    if (shape, URIRef(TYPE.value), URIRef(f"{RDFS}Class")) in graph:
        classes.add(NamedNode(str(shape)))
    if (shape, _sh("target"), None) in graph:
        raise ShapesNotUsable(f"{shape}: targets in SPARQL are not supported")
    return Target(
        classes=frozenset(item for top in classes for item in subclasses.get(top, {top})),
        subjects_of=_named(graph.objects(shape, _sh("targetSubjectsOf"))),
        objects_of=_named(graph.objects(shape, _sh("targetObjectsOf"))),
        nodes=_named(graph.objects(shape, _sh("targetNode"))),
    )


def _named(nodes: Iterable[Node]) -> frozenset[NamedNode]:
    return frozenset(NamedNode(str(node)) for node in nodes if isinstance(node, URIRef))


def _values(variable: str, terms: frozenset[NamedNode], pattern: str) -> str:
    if not terms:
        return ""
    listed = " ".join(sorted(str(term) for term in terms))
    return f"VALUES ?{variable} {{ {listed} }} {pattern}"


def _distinct(pattern: str) -> str:
    """Bind each node once, however many values it has."""
    return f"{{ SELECT DISTINCT ?this WHERE {{ {pattern} }} }}" if pattern else ""


def _explanation(graph: Graph, shape: Node, constraint: Node) -> Explanation:
    severity = graph.value(shape, _sh("severity"))
    literals = list(graph.objects(constraint, _sh("message"))) or list(
        graph.objects(shape, _sh("message"))
    )
    messages = sorted(
        (literal.language or "", str(literal))
        for literal in literals
        if isinstance(literal, rdflib.Literal)
    )
    return Explanation(
        code=_code(graph, shape, constraint, messages),
        severity="Violation" if severity is None else str(severity).removeprefix(SH),
        messages=tuple(messages),
    )


def _code(graph: Graph, shape: Node, constraint: Node, messages: Iterable[tuple[str, str]]) -> str:
    for node in (constraint, shape):
        said = graph.value(node, URIRef(f"{SHAPES_NS}code"))
        if said is not None:
            return str(said)
    found = (_CODE_IN_MESSAGE.match(text) for _, text in messages)
    return next((item[0] for item in found if item), "")


# ---- core shapes


def _core_shapes(
    graph: Graph, subclasses: Mapping[NamedNode, frozenset[NamedNode]]
) -> Iterator[CoreShape]:
    declarations = ("targetClass", "targetSubjectsOf", "targetObjectsOf", "targetNode")
    shapes = {shape for name in declarations for shape in graph.subjects(_sh(name))}
    for kind in ("NodeShape", "PropertyShape"):
        shapes |= set(graph.subjects(URIRef(TYPE.value), _sh(kind)))
    for shape in sorted(shapes, key=str):
        target = _target(graph, shape, subclasses)
        if target and isinstance(shape, URIRef | BNode):
            yield CoreShape(shape, target)


def _flattened(graph: Graph, shapes: Iterable[CoreShape]) -> Iterator[CoreShape]:
    """Take the property shapes out of the shapes with targets, giving them the same target.

    That changes no result, and pySHACL then walks over all focus nodes of a property shape at
    once instead of over all property shapes of each focus node: 3 times faster.
    """
    for item in shapes:
        yield item
        if (None, None, item.name) in graph or _is_true(graph.value(item.name, _sh("deactivated"))):
            continue
        for inner in list(graph.objects(item.name, _sh("property"))):
            graph.remove((item.name, _sh("property"), inner))
            graph.add((inner, URIRef(TYPE.value), _sh("PropertyShape")))
            if isinstance(inner, URIRef | BNode):
                yield CoreShape(inner, item.target)


def _reach(graph: Graph, shapes: Iterable[CoreShape]) -> Reach:
    """Work out how far the shapes look, starting from those with targets."""
    backwards: set[NamedNode] = set()
    class_forwards: set[NamedNode] = set()
    class_backwards: set[NamedNode] = set()
    local = True
    pending: list[tuple[Node, bool]] = []
    for item in shapes:
        backwards |= item.target.objects_of
        pending.append((item.name, False))
    seen: set[tuple[Node, bool]] = set()
    while pending:
        shape, away = pending.pop()
        if (shape, away) in seen:
            continue
        seen.add((shape, away))
        path = graph.value(shape, _sh("path"))
        if path is not None:
            steps = _steps(graph, path)
            local = local and not away and steps is not None
            checks_class = _checks_class(graph, shape)
            for step, is_backwards in steps or ():
                if is_backwards:
                    backwards.add(step)
                if checks_class:
                    (class_backwards if is_backwards else class_forwards).add(step)
        elif away and any((shape, _sh(name), None) in graph for name in ("property", *_DEEP)):
            local = False
        beyond = away or path is not None
        local = local and not any((shape, _sh(name), None) in graph for name in _DEEP)
        pending += [(inner, beyond) for inner in _parts(graph, shape)]
    return Reach(local, frozenset(backwards), frozenset(class_forwards), frozenset(class_backwards))


def _parts(graph: Graph, shape: Node) -> Iterator[Node]:
    """Yield the shapes that a shape applies to its focus nodes or their values."""
    yield from graph.objects(shape, _sh("property"))
    yield from graph.objects(shape, _sh("not"))
    for name in _LOGICAL_LISTS:
        for members in graph.objects(shape, _sh(name)):
            yield from Collection(graph, members)


def _checks_class(graph: Graph, shape: Node) -> bool:
    """Say whether a property shape looks at the classes of its values, in itself or inside."""
    if (shape, _sh("class"), None) in graph:
        return True
    return any(_checks_class(graph, part) for part in _parts(graph, shape))


def _steps(graph: Graph, path: Node) -> list[tuple[NamedNode, bool]] | None:
    """Return the properties that a path of one step takes, each with whether backwards."""
    if isinstance(path, URIRef):
        return [(NamedNode(str(path)), False)]
    inverse = graph.value(path, _sh("inversePath"))
    if isinstance(inverse, URIRef):
        return [(NamedNode(str(inverse)), True)]
    alternatives = graph.value(path, _sh("alternativePath"))
    if alternatives is None:
        return None
    steps = [_steps(graph, item) for item in Collection(graph, alternatives)]
    if any(step is None for step in steps):
        return None
    return [single for step in steps for single in step or ()]


# ---- constraints in SPARQL


def _constraints(
    graph: Graph, subclasses: Mapping[NamedNode, frozenset[NamedNode]]
) -> Iterator[SparqlConstraint]:
    pairs = sorted(
        graph.subject_objects(_sh("sparql")), key=lambda pair: (str(pair[0]), str(pair[1]))
    )
    for shape, constraint in pairs:
        if any(_is_true(graph.value(node, _sh("deactivated"))) for node in (shape, constraint)):
            continue
        target = _target(graph, shape, subclasses)
        if not target:
            raise ShapesNotUsable(f"{shape}: a constraint in SPARQL needs a target in its shape")
        path = graph.value(shape, _sh("path"))
        text = None if path is None else path_text(graph, path)
        if path is not None and text is None:
            raise ShapesNotUsable(f"{shape}: a constraint in SPARQL with a path of several steps")
        prefixes, query = _set_based(graph, shape, constraint, target, text)
        head = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in prefixes.items())
        _check_runs(head + query, shape)
        yield SparqlConstraint(
            explanation=_explanation(graph, shape, constraint),
            query=head + query,
            path=text,
            shape=str(shape),
            reads=_reads(query, prefixes),
        )


def _set_based(
    graph: Graph, shape: Node, constraint: Node, target: Target, path: str | None
) -> tuple[dict[str, str], str]:
    """Return the prefixes and the text of the query that finds all violations at once."""
    select = graph.value(constraint, _sh("select"))
    if select is None:
        raise ShapesNotUsable(f"{shape}: a constraint in SPARQL without sh:select")
    text = _THIS.sub("?this", str(select))
    if path is not None:
        step = path if path.startswith(("<", "^")) else f"<{path}>"
        text = _PATH_VARIABLE.sub(lambda _: step, text)
    brace = next((item for item in _FIRST_BRACE.finditer(text) if item[0] == "{"), None)
    if brace is None:
        raise ShapesNotUsable(f"{shape}: its sh:select has no pattern")
    prefixes = {
        str(graph.value(item, _sh("prefix"))): str(graph.value(item, _sh("namespace")))
        for holder in graph.objects(constraint, _sh("prefixes"))
        for item in graph.objects(holder, _sh("declare"))
    }
    end = brace.end()
    return dict(sorted(prefixes.items())), f"{text[:end]} {target.pattern()} {text[end:]}"


def _reads(query: str, prefixes: Mapping[str, str]) -> Reads:
    """Work out from its tokens which statements a query looks at, rather too many than too few.

    The target's own patterns have a variable as property too, bound to the ones they name; they
    are told apart by their names, which no constraint uses for anything else.
    """
    tokens = [item[0] for item in _TOKEN.finditer(query) if not item[0].startswith("#")]
    iris: set[str] = set()
    for token in tokens:
        if token.startswith("<") and token.endswith(">"):
            iris.add(token[1:-1])
        elif ":" in token and not token.startswith(('"', "'")):
            prefix, _, local = token.partition(":")
            iris.add(prefixes.get(prefix, "") + local)
    triples = list(zip(tokens, tokens[1:], tokens[2:], strict=False))
    everything = any(
        (_is_variable(second) and first in ";[")
        or (first in "{}.)" and _is_term(second) and _is_variable(third) and third != _BOUND)
        for first, second, third in triples
    )
    types = any(
        first in ("a", "rdf:type")
        and ((_is_variable(second) and second != "?targetClass") or second in "/|^*+")
        for first, second in pairwise(tokens)
    )
    return Reads(frozenset(iris), everything, types or f"{RDF}type" in iris)


def _is_variable(token: str) -> bool:
    return token.startswith(("?", "$"))


def _is_term(token: str) -> bool:
    return _is_variable(token) or token.startswith(("<", '"', "'")) or ":" in token


def _check_runs(query: str, shape: Node) -> None:
    try:
        check_query_text(query)
        Store().query(query)
    except (SyntaxError, ValueError, RefusedQuery) as error:
        raise ShapesNotUsable(f"{shape}: its sh:select cannot be run: {error}") from error


def _is_true(node: Node | None) -> bool:
    return isinstance(node, rdflib.Literal) and str(node) in ("true", "1")
