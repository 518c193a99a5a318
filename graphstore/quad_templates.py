"""Quad templates of SPARQL Update: reading them, and filling them in with a solution.

The engine reads them: a template whose variables are bound to IRIs of ours is inserted into an
empty store, and what stands there afterwards is the template. Filling in follows
[SPARQL 1.1 Update §3.1.3](https://www.w3.org/TR/sparql11-update/#deleteInsert): a quad with an
unbound variable or a term at a place where it cannot stand is left out, and each solution has
blank nodes of its own.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Store, Triple

from graphstore.terms import GraphName, Term, holds_blank_node

_PREFIX: Final = f"urn:uuid:{secrets.token_hex(16)}:"  # no text from outside can name it

Values: TypeAlias = Sequence[Term | None]


@dataclass(frozen=True)
class Template:
    """Quads whose variables and blank nodes are still to be filled in.

    `fixed` are those without any. `variables` are the names that `fill` takes values for.
    """

    variables: tuple[str, ...]
    fixed: frozenset[Quad]
    open: tuple[Quad, ...]
    has_blank_nodes: bool

    def fill(self, values: Values) -> Iterator[Quad]:
        """Yield the open quads of one solution; `values` are those of the variables, in order."""
        blank_nodes: dict[BlankNode, BlankNode] = {}
        for quad in self.open:
            filled = _filled_quad(quad, values, blank_nodes)
            if filled is not None:
                yield filled


def read_template(
    block: str, prologue: str, variables: Sequence[str], *, graph: GraphName, base: str | None
) -> Template:
    """Read a template.

    Args:
        block: the template with its braces; one that the engine's parser accepts.
        prologue: the declarations in force.
        variables: the names of all variables in the block, and perhaps others.
        graph: where the quads outside of `GRAPH` belong.
        base: what relative IRIs are resolved against.
    """
    names = " ".join(f"?{name}" for name in variables)
    ours = " ".join(f"<{_PREFIX}{number}>" for number in range(len(variables)))
    binding = f"VALUES ({names}) {{ ({ours}) }}" if variables else ""
    store = Store()
    store.update(f"{prologue}INSERT {block} WHERE {{ {binding} }}", base_iri=base)
    quads = [_moved(quad, graph) for quad in store]
    opened = tuple(quad for quad in quads if _is_open(quad))
    return Template(
        tuple(variables),
        frozenset(quads).difference(opened),
        opened,
        any(holds_blank_node(term) for quad in quads for term in (quad.subject, quad.object)),
    )


def _moved(quad: Quad, graph: GraphName) -> Quad:
    """Return the quad of the template with its graph name, when it stands in no `GRAPH`."""
    if isinstance(quad.graph_name, DefaultGraph) and not isinstance(graph, DefaultGraph):
        return Quad(quad.subject, quad.predicate, quad.object, graph)
    return quad


def _is_open(quad: Quad) -> bool:
    terms = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    return any(_PREFIX in str(term) or holds_blank_node(term) for term in terms)


def _filled_quad(
    quad: Quad, values: Values, blank_nodes: dict[BlankNode, BlankNode]
) -> Quad | None:
    subject = _filled(quad.subject, values, blank_nodes)
    predicate = _filled(quad.predicate, values, blank_nodes)
    object = _filled(quad.object, values, blank_nodes)
    graph: Term | DefaultGraph | None = quad.graph_name
    if not isinstance(graph, DefaultGraph):
        graph = _filled(quad.graph_name, values, blank_nodes)
    if (
        isinstance(subject, NamedNode | BlankNode)
        and isinstance(predicate, NamedNode)
        and object is not None
        and isinstance(graph, NamedNode | BlankNode | DefaultGraph)
    ):
        return Quad(subject, predicate, object, graph)
    return None


def _filled(
    term: Term | DefaultGraph, values: Values, blank_nodes: dict[BlankNode, BlankNode]
) -> Term | None:
    """Return the term that stands at this place in one solution, None for none."""
    if isinstance(term, NamedNode):
        if not term.value.startswith(_PREFIX):
            return term
        return values[int(term.value[len(_PREFIX) :])]
    if isinstance(term, BlankNode):
        return blank_nodes.setdefault(term, BlankNode())
    if isinstance(term, Triple):
        return _filled_triple(term, values, blank_nodes)
    assert isinstance(term, Literal)  # a default graph is not asked for
    return term


def _filled_triple(
    triple: Triple, values: Values, blank_nodes: dict[BlankNode, BlankNode]
) -> Triple | None:
    subject = _filled(triple.subject, values, blank_nodes)
    predicate = _filled(triple.predicate, values, blank_nodes)
    object = _filled(triple.object, values, blank_nodes)
    if (
        isinstance(subject, NamedNode | BlankNode)
        and isinstance(predicate, NamedNode)
        and object is not None
    ):
        return Triple(subject, predicate, object)
    return None
