"""What a SPARQL Update request would change: the exact quads, worked out without executing it.

Implements [SPARQL 1.1 Update §3](https://www.w3.org/TR/sparql11-update/#updateLanguage). Each
operation is worked out on the state that the ones before it lead to: data is read by the engine
into an empty store, `WHERE` runs as a query whose solutions fill in the templates, graph
operations read the graphs. `SERVICE` and `LOAD` are refused; `LOAD SILENT`, whose failure is no
error, does nothing.

A named graph exists while it holds a quad, or because it was created, cleared, or made by copying
an empty one. An existing graph without quads is recorded by a quad in the reserved graph
`GRAPH_EMPTY`. Such quads are written here; the store that is read shows the graph itself
(`add_graph`) and neither of the reserved graphs. A graph that loses its last quad to `DELETE` is
gone, as everywhere in this room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from typing import Final

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, QueryBoolean, QuerySolutions, Store

from graphstore.answer import evaluation_error
from graphstore.changeset import Changeset, QuadContainer
from graphstore.embedded import as_stored
from graphstore.empty_graphs import RESERVED, empty_graph_quad, with_records
from graphstore.errors import GraphStoreError, ReservedGraph, UpdateTooLarge
from graphstore.graph_operations import Effect, graph_effect
from graphstore.prepared_update import (
    Data,
    GraphOperation,
    Modification,
    Prepared,
    Scope,
    prepare,
)
from graphstore.quad_templates import Values
from graphstore.terms import GraphName
from graphstore.update_text import read_update

MAX_QUADS: Final = 1_000_000


def changeset_of_update(
    store: Store,
    text: str,
    *,
    using_default: Sequence[str] | None = None,
    using_named: Sequence[str] | None = None,
    within: NamedNode | DefaultGraph | None = None,
    base: str | None = None,
    max_quads: int = MAX_QUADS,
) -> Changeset:
    """Return the quads that an update would add and remove, as the engine would keep them.

    Args:
        store: the state that the update meets, without the reserved graphs, empty graphs as the
            store's own. It is only read, unless `needs_scratch(text)`: then it is changed, and
            must be thrown away afterwards.
        text: the request.
        using_default: the protocol's `using-graph-uri`; None together with `using_named`: the
            update says itself what `WHERE` reads.
        using_named: the protocol's `using-named-graph-uri`.
        within: the one graph that the update may read and write: what it says of the default
            graph is meant of this one; None: no such bound.
        base: what relative IRIs are resolved against; None: they are errors.
        max_quads: the greatest number of quads that an operation may add and remove.

    Raises:
        UpdateSyntaxError: with line and column; nothing was worked out.
        RefusedQuery: it federates, nests too deep, or cannot be evaluated.
        RefusedUpdate: it loads, or leaves `within`.
        DatasetGivenTwice: it names a dataset, and so does the request.
        GraphExists, GraphNotFound: a graph operation that is not silent does not fit the state.
        ReservedGraph: it names a graph that is the store's own.
        UpdateTooLarge: it changes more than `max_quads`.
        StorageUnavailable: the store cannot be read.

    >>> changes = changeset_of_update(Store(), "INSERT DATA { <urn:s> <urn:p> 01 }")
    >>> [quad.object.value for quad in changes.added]
    ['1']
    """
    scope = Scope(_nodes(using_default), _nodes(using_named), within, base)
    prepared = prepare(text, scope, max_quads=max_quads)
    changes = _Changes(store, max_quads)
    try:
        for number, operation in enumerate(prepared, start=1):
            effect = _effect(store, operation, max_quads)
            changes.take(effect, last=number == len(prepared))
    except OSError as error:
        raise evaluation_error(error) from error
    return as_stored(changes.changeset())


def changeset_of_data(
    dataset: QuadContainer,
    text: str,
    *,
    within: NamedNode | DefaultGraph | None = None,
    base: str | None = None,
    max_quads: int = MAX_QUADS,
) -> Changeset | None:
    """Return what an update that is only data changes, or None for any other update.

    One `INSERT DATA` or `DELETE DATA` evaluates nothing, so it takes no longer than reading it
    does, and needs no snapshot and no process that can be killed. The result is that of
    `changeset_of_update`.

    Args:
        dataset: what the update meets.
        text: the request.
        within: the one graph that the update may write; None: no such bound.
        base: what relative IRIs are resolved against; None: they are errors.
        max_quads: the greatest number of quads.

    Raises:
        UpdateSyntaxError, RefusedQuery, RefusedUpdate, ReservedGraph, UpdateTooLarge: as there.
    """
    operations = read_update(text)
    if len(operations) != 1 or operations[0].kind not in {"INSERT DATA", "DELETE DATA"}:
        return None
    (data,) = prepare(text, Scope(within=within, base=base), max_quads=max_quads)
    assert isinstance(data, Data)  # as its kind says
    _check_writable(data.quads)
    changes = Changeset(data.quads) if data.inserted else Changeset(removed=data.quads)
    return with_records(changes.effective(dataset), dataset)


def needs_scratch(text: str) -> bool:
    """Say whether working out this update changes the store that it is worked out on."""
    try:
        return len(read_update(text)) > 1
    except GraphStoreError:
        return False


class _Changes:
    """What the operations so far have changed together."""

    def __init__(self, store: Store, limit: int) -> None:
        self._store = store
        self._limit = limit
        self._added: set[Quad] = set()
        self._removed: set[Quad] = set()
        self._empty_before: dict[GraphName, bool] = {}
        self._empty_now: dict[GraphName, bool] = {}

    def take(self, effect: Effect, *, last: bool) -> None:
        """Add an operation's effect, and apply it to the store when others follow."""
        _check_reserved(effect)
        for quad in effect.removed:
            _move(quad, self._added, self._removed)
        for quad in effect.added:
            _move(quad, self._removed, self._added)
        if len(self._added) + len(self._removed) > self._limit:
            raise UpdateTooLarge(self._limit)
        filled = {quad.graph_name for quad in effect.added}
        graphs = {quad.graph_name for quad in effect.removed} | effect.kept | effect.dropped
        for graph in filled | graphs:
            if not isinstance(graph, DefaultGraph):
                self._note_existence(graph, effect, is_filled=graph in filled)
        if not last:
            self._apply(effect)

    def changeset(self) -> Changeset:
        """Return the changes, the records of empty graphs among them."""
        added, removed = set(self._added), set(self._removed)
        for graph, empty in self._empty_now.items():
            assert not isinstance(graph, DefaultGraph)  # its existence is never noted
            if empty != self._empty_before[graph]:
                (added if empty else removed).add(empty_graph_quad(graph))
        return Changeset(frozenset(added), frozenset(removed))

    def _note_existence(
        self, graph: NamedNode | BlankNode, effect: Effect, *, is_filled: bool
    ) -> None:
        was_empty = self._store.contains_named_graph(graph) and not self._holds_quads(graph)
        self._empty_before.setdefault(graph, was_empty)
        is_kept = graph in effect.kept or (was_empty and graph not in effect.dropped)
        self._empty_now[graph] = (
            is_kept and not is_filled and not self._holds_quads(graph, besides=effect.removed)
        )

    def _holds_quads(
        self, graph: NamedNode | BlankNode, *, besides: Set[Quad] = frozenset()
    ) -> bool:
        there = self._store.quads_for_pattern(None, None, None, graph)
        return any(quad not in besides for quad in there)

    def _apply(self, effect: Effect) -> None:
        for quad in effect.removed:
            self._store.remove(quad)
        self._store.extend(effect.added)
        for graph in {quad.graph_name for quad in effect.removed} | effect.kept | effect.dropped:
            if isinstance(graph, DefaultGraph):
                continue
            if self._empty_now[graph]:
                self._store.add_graph(graph)
            elif not self._holds_quads(graph):
                self._store.remove_graph(graph)


def _move(quad: Quad, undone: set[Quad], done: set[Quad]) -> None:
    if quad in undone:
        undone.remove(quad)
    else:
        done.add(quad)


def _effect(store: Store, operation: Prepared, limit: int) -> Effect:
    if isinstance(operation, GraphOperation):
        named = RESERVED.intersection(operation.graphs)
        if named:
            raise ReservedGraph(min(node.value for node in named))
        return graph_effect(
            store, operation.kind, operation.graphs, silent=operation.silent, limit=limit
        )
    if isinstance(operation, Data):
        _check_writable(operation.quads)
        if operation.inserted:
            return Effect(added={quad for quad in operation.quads if quad not in store})
        return Effect(removed={quad for quad in operation.quads if quad in store})
    return _modified(store, operation, limit)


def _modified(store: Store, operation: Modification, limit: int) -> Effect:
    """Fill in the templates with every solution; removals come first, so an addition stays."""
    delete, insert = operation.delete, operation.insert
    _check_writable((*delete.fixed, *insert.fixed, *delete.open, *insert.open))
    deleted: set[Quad] = set()
    inserted: set[Quad] = set()
    for number, values in enumerate(_solutions(store, operation)):
        if number == 0:
            deleted.update(quad for quad in delete.fixed if quad in store)
            inserted.update(insert.fixed)
        deleted.update(quad for quad in delete.fill(values) if quad in store)
        inserted.update(insert.fill(values))
        if len(deleted) + len(inserted) > limit:
            raise UpdateTooLarge(limit)
    return Effect(deleted - inserted, {quad for quad in inserted if quad not in store})


def _solutions(store: Store, operation: Modification) -> Iterator[Values]:
    defaults, named = operation.default_graphs, operation.named_graphs
    try:
        results = store.query(
            operation.query,
            base_iri=operation.base,
            default_graph=None if defaults is None else list(defaults),
            named_graphs=None if named is None else list(named),
        )
        if isinstance(results, QueryBoolean):
            if results:
                yield ()
            return
        assert isinstance(results, QuerySolutions)  # we wrote the query's form
        for solution in results:
            yield tuple(solution)
    except (OSError, RuntimeError, ValueError) as error:
        raise evaluation_error(error) from error


def _check_reserved(effect: Effect) -> None:
    _check_writable((*effect.removed, *effect.added))


def _check_writable(quads: Iterable[Quad]) -> None:
    for quad in quads:
        if quad.graph_name in RESERVED:
            raise ReservedGraph(str(quad.graph_name)[1:-1])


def _nodes(iris: Sequence[str] | None) -> tuple[NamedNode, ...] | None:
    return None if iris is None else tuple(NamedNode(iri) for iri in iris)
