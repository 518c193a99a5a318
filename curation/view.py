"""The dataset as a changeset would leave it, without leaving it so yet.

Projection and derivation must see the state after a change before the change is checked. A `View`
answers pattern lookups on the head with the changeset laid over it; nothing is copied.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from pyoxigraph import BlankNode, NamedNode, Quad

from graphstore.dataset import Dataset
from graphstore.terms import GraphName, Subject, Term


class View:
    """The head of `dataset` with quads added and removed."""

    def __init__(self, dataset: Dataset, added: Iterable[Quad], removed: Iterable[Quad]) -> None:
        """Lay `added` and `removed` over the head; later `add` calls extend the overlay."""
        self._dataset = dataset
        self._removed = frozenset(removed)
        self._by_subject: dict[object, set[Quad]] = defaultdict(set)
        self._by_object: dict[object, set[Quad]] = defaultdict(set)
        self._by_graph: dict[object, set[Quad]] = defaultdict(set)
        for quad in added:
            self.add(quad)

    def add(self, quad: Quad) -> None:
        """Lay one more added quad over the head."""
        self._by_subject[quad.subject].add(quad)
        self._by_object[quad.object].add(quad)
        self._by_graph[quad.graph_name].add(quad)

    def quads(
        self,
        subject: Subject | None = None,
        predicate: NamedNode | None = None,
        value: Term | None = None,
        graph: GraphName | None = None,
    ) -> Iterator[Quad]:
        """Yield the quads that match; subject or value must be given; no graph means any."""
        if subject is None and value is None:
            raise ValueError("a view is looked up by subject or by object")
        laid = self._by_subject.get(subject) if subject is not None else self._by_object.get(value)
        seen: set[Quad] = set()
        for quad in laid or ():
            if (
                (predicate is None or quad.predicate == predicate)
                and (value is None or quad.object == value)
                and (graph is None or quad.graph_name == graph)
            ):
                seen.add(quad)
                yield quad
        for quad in self._dataset.quads(subject, predicate, value, graph):
            if quad not in self._removed and quad not in seen:
                yield quad

    def graph(self, name: NamedNode) -> Iterator[Quad]:
        """Yield the quads of one named graph."""
        laid = self._by_graph.get(name, set())
        yield from laid
        for quad in self._dataset.quads(None, None, None, name):
            if quad not in self._removed and quad not in laid:
                yield quad

    def objects(self, subject: Subject, predicate: NamedNode, graph: GraphName) -> list[Term]:
        """Return the objects of a property of `subject` in one graph."""
        return [quad.object for quad in self.quads(subject, predicate, None, graph)]

    def subjects(self, predicate: NamedNode, value: Term, graph: GraphName) -> list[Subject]:
        """Return the subjects that have `value` for a property in one graph."""
        found = (quad.subject for quad in self.quads(None, predicate, value, graph))
        return [node for node in found if isinstance(node, NamedNode | BlankNode)]
