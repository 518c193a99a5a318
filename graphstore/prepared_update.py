"""Operations of an update made ready: everything read and checked, nothing worked out yet.

The engine's parser judges each operation here, before any of them is worked out, and without
executing it: an operation that certainly fails is put before it. What is left of an operation
are terms, templates and a query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Store

from graphstore.errors import (
    DatasetGivenTwice,
    QuerySyntaxError,
    RefusedQuery,
    RefusedUpdate,
    UpdateSyntaxError,
    UpdateTooLarge,
)
from graphstore.quad_templates import Template, read_template
from graphstore.query_text import check_query_text, check_update_text, syntax_error
from graphstore.terms import GraphName, holds_blank_node
from graphstore.update_text import (
    ALL,
    DEFAULT,
    NAMED,
    Operation,
    Part,
    labels_in,
    line_and_column,
    read_update,
    variables_in,
)

_FAILING: Final = "DROP GRAPH <urn:dure:nothing> ;\n"
_NO_TEMPLATE: Final = Template((), frozenset(), (), False)


@dataclass(frozen=True)
class Scope:
    """What the request around an update says.

    `using_default` and `using_named` are the protocol's `using-graph-uri` and
    `using-named-graph-uri`, None where none is given. `within` is the one graph that the update
    may read and write, None for no such bound. `base` is what relative IRIs are resolved against.
    """

    using_default: tuple[NamedNode, ...] | None = None
    using_named: tuple[NamedNode, ...] | None = None
    within: NamedNode | DefaultGraph | None = None
    base: str | None = None

    @property
    def names_graphs(self) -> bool:
        """Whether the request says which graphs `WHERE` reads."""
        given = (self.using_default, self.using_named, self.within)
        return any(item is not None for item in given)


@dataclass(frozen=True)
class Data:
    """`INSERT DATA` or `DELETE DATA`."""

    quads: frozenset[Quad]
    inserted: bool


@dataclass(frozen=True)
class Modification:
    """An operation with `WHERE`: two templates with the same variables, and the query.

    `default_graphs` and `named_graphs` are the query's dataset; None: that of the store.
    """

    delete: Template
    insert: Template
    query: str
    base: str | None
    default_graphs: tuple[GraphName, ...] | None
    named_graphs: tuple[NamedNode, ...] | None


@dataclass(frozen=True)
class GraphOperation:
    """CLEAR, DROP, CREATE, ADD, MOVE, COPY or LOAD; `graphs` as in `graph_operations`."""

    kind: str
    graphs: tuple[str | NamedNode, ...]
    silent: bool


Prepared: TypeAlias = Data | Modification | GraphOperation


def prepare(text: str, scope: Scope, *, max_quads: int) -> list[Prepared]:
    """Read a request.

    Args:
        text: the request.
        scope: what the request around it says.
        max_quads: the greatest number of quads that its data may hold.

    Raises:
        UpdateSyntaxError: with line and column.
        RefusedQuery: it federates or nests too deep.
        RefusedUpdate: it loads, or leaves the bounds of `scope`.
        DatasetGivenTwice: it names a dataset, and so does the scope.
        UpdateTooLarge: it has more data than `max_quads`.
    """
    operations = read_update(text)
    _check_labels(text, operations)
    prepared: list[Prepared] = []
    size = 0
    for operation in operations:
        made = _Preparation(text, operation, scope).made()
        if isinstance(made, Data):
            size += len(made.quads)
        if size > max_quads:
            raise UpdateTooLarge(max_quads)
        prepared.append(made)
    return prepared


def _check_labels(text: str, operations: Sequence[Operation]) -> None:
    """Refuse a blank node label in two `INSERT DATA` (grammar note 9 of SPARQL 1.1 §19.6)."""
    known: set[str] = set()
    for operation in operations:
        if operation.kind == "INSERT DATA" and operation.insert:
            labels = labels_in(operation.insert.text)
            if labels & known:
                message = f"the blank node _:{min(labels & known)} stands in an operation before"
                raise UpdateSyntaxError(message, *line_and_column(text, operation.whole.place))
            known |= labels


class _Preparation:
    """One operation on its way to be ready."""

    def __init__(self, text: str, operation: Operation, scope: Scope) -> None:
        self._text = text
        self._operation = operation
        self._scope = scope

    def made(self) -> Prepared:
        operation = self._operation
        if operation.kind in {"INSERT DATA", "DELETE DATA"}:
            return self._data()
        self._check(operation.whole.text)
        if operation.where is not None:
            return self._modification(operation.where)
        if operation.kind == "LOAD" and not operation.silent:
            self._refuse("LOAD is refused: nothing a client sends makes the service fetch anything")
        if self._scope.within is not None:
            self._refuse(f"{operation.kind} is refused where an update is for one graph alone")
        words = {DEFAULT, NAMED, ALL}
        nodes = iter(self._nodes([name for name in operation.graphs if name not in words]))
        graphs = tuple(name if name in words else next(nodes) for name in operation.graphs)
        return GraphOperation(operation.kind, graphs, operation.silent)

    # ---- data

    def _data(self) -> Data:
        operation = self._operation
        inserted = operation.kind == "INSERT DATA"
        self._refuse_hidden(check_update_text, operation.whole)
        store = Store()
        self._execute(store, f"INSERT{operation.whole.text[6:]}")
        quads = frozenset(self._placed(quad) for quad in store)
        if not inserted and any(_holds_blank_node(quad) for quad in quads):
            self._check(operation.whole.text)  # says where
        return Data(quads, inserted)

    def _placed(self, quad: Quad) -> Quad:
        if self._scope.within is None:
            return quad
        if quad.graph_name not in {DefaultGraph(), self._scope.within}:
            self._refuse_graphs()
        return Quad(quad.subject, quad.predicate, quad.object, self._scope.within)

    # ---- operations with WHERE

    def _modification(self, where: Part) -> Modification:
        operation = self._operation
        self._refuse_hidden(check_query_text, where)
        blocks = [part.text for part in (operation.delete, operation.insert) if part]
        variables = list(dict.fromkeys(name for block in blocks for name in variables_in(block)))
        default_graphs, named_graphs, target = self._dataset()
        delete = self._template(operation.delete, variables, target)
        insert = self._template(operation.insert, variables, target)
        names = " ".join(f"?{name}" for name in variables)
        if insert.has_blank_nodes:  # each solution counts, equal or not
            form = f"SELECT {names or '*'}"
        else:
            form = f"SELECT DISTINCT {names}" if names else "ASK"
        query = f"{operation.prologue}{form} WHERE {where.text}"
        base = self._scope.base
        return Modification(delete, insert, query, base, default_graphs, named_graphs)

    def _dataset(
        self,
    ) -> tuple[tuple[GraphName, ...] | None, tuple[NamedNode, ...] | None, GraphName]:
        """Return default graphs and named graphs of `WHERE`, and where the templates write."""
        operation, scope = self._operation, self._scope
        if scope.names_graphs:
            if operation.with_graph or operation.using or operation.using_named:
                raise DatasetGivenTwice(*line_and_column(self._text, operation.whole.place))
            if scope.within is not None:
                return (scope.within,), (), scope.within
            return scope.using_default or (), scope.using_named or (), DefaultGraph()
        named = [*([operation.with_graph] if operation.with_graph else []), *operation.using]
        nodes = self._nodes([*named, *operation.using_named])
        target: GraphName = nodes.pop(0) if operation.with_graph else DefaultGraph()
        if operation.using or operation.using_named:
            count = len(operation.using)
            return tuple(nodes[:count]), tuple(nodes[count:]), target
        return ((target,) if operation.with_graph else None), None, target

    def _template(self, part: Part | None, variables: list[str], target: GraphName) -> Template:
        if part is None:
            return _NO_TEMPLATE
        template = read_template(
            part.text, self._operation.prologue, variables, graph=target, base=self._scope.base
        )
        if self._scope.within is not None and any(
            quad.graph_name != target for quad in (*template.fixed, *template.open)
        ):
            self._refuse_graphs()
        return template

    def _refuse_hidden(self, check: Callable[[str], None], part: Part) -> None:
        try:
            check(part.text)
        except RefusedQuery as error:
            if error.line is None or error.column is None:
                raise
            line, column = self._place_in_text(part, error.line, error.column)
            reason = error.reason.partition(": ")[2] or error.reason
            raise RefusedQuery(f"line {line}, column {column}: {reason}", line, column) from error

    # ---- what the engine reads

    def _nodes(self, iris: Sequence[str]) -> list[NamedNode]:
        """Return IRIs as written, resolved."""
        if not iris:
            return []
        names = " ".join(f"({iri} AS ?i{number})" for number, iri in enumerate(iris))
        query = f"{self._operation.prologue}SELECT {names} WHERE {{}}"
        (solution,) = Store().query(query, base_iri=self._scope.base)  # type: ignore[misc]
        return list(solution)

    def _check(self, text: str) -> None:
        """Have the engine parse an operation without executing it."""
        try:
            self._execute(Store(), text, before=_FAILING)
        except RuntimeError:
            return  # parsed; the operation before it failed, as it should

    def _execute(self, store: Store, text: str, *, before: str = "") -> None:
        declarations = self._operation.declarations
        try:
            store.update(f"{self._operation.prologue}{before}{text}", base_iri=self._scope.base)
        except SyntaxError as error:
            found = syntax_error(error)
            lines = len(declarations) + before.count("\n")
            raise self._syntax_error(found, lines) from error

    def _syntax_error(self, found: QuerySyntaxError, lines: int) -> UpdateSyntaxError:
        """Return the engine's complaint with its place in the request."""
        operation = self._operation
        if found.line is None or found.column is None:
            place = line_and_column(self._text, operation.whole.place)
        elif found.line <= len(operation.declarations):
            declared = operation.declarations[found.line - 1]
            place = line_and_column(self._text, declared.place)
        else:
            line = max(1, found.line - lines)
            place = self._place_in_text(operation.whole, line, found.column)
        return UpdateSyntaxError(found.message, *place)

    def _place_in_text(self, part: Part, line: int, column: int) -> tuple[int, int]:
        first_line, first_column = line_and_column(self._text, part.place)
        return first_line + line - 1, column + (first_column - 1 if line == 1 else 0)

    # ---- refusals

    def _refuse(self, reason: str) -> None:
        line, column = line_and_column(self._text, self._operation.whole.place)
        raise RefusedUpdate(f"line {line}, column {column}: {reason}", line, column)

    def _refuse_graphs(self) -> None:
        self._refuse("another graph is named where an update is for one graph alone")


def _holds_blank_node(quad: Quad) -> bool:
    return (
        holds_blank_node(quad.subject)
        or holds_blank_node(quad.object)
        or isinstance(quad.graph_name, BlankNode)
    )
