"""Taking a SPARQL update apart into its operations, each with the places of its parts.

An update is a sequence of operations with declarations before each
([SPARQL 1.1 Update §3](https://www.w3.org/TR/sparql11-update/#updateLanguage)); declarations hold
from where they stand to the end of the text. Nothing is resolved or rewritten here: parts are
spans of the text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from graphstore.sparql_syntax import Node, read_update

OperationKind: TypeAlias = Literal[
    "insert data",
    "delete data",
    "delete where",
    "modify",
    "load",
    "clear",
    "drop",
    "create",
    "add",
    "move",
    "copy",
]

_KINDS: Final[dict[str, OperationKind]] = {
    "InsertData": "insert data",
    "DeleteData": "delete data",
    "DeleteWhere": "delete where",
    "Modify": "modify",
    "Load": "load",
    "Clear": "clear",
    "Drop": "drop",
    "Create": "create",
    "Add": "add",
    "Move": "move",
    "Copy": "copy",
}
_GRAPHS: Final = ("GraphRef", "GraphRefAll", "GraphOrDefault")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, from a character to before another, counted from 0."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Return that part of `text`."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Using:
    """A USING or USING NAMED clause: the whole of it, and its graph's IRI as it is written."""

    span: Span
    graph: Span
    named: bool


@dataclass(frozen=True, slots=True)
class UpdateOperation:
    """One operation of an update.

    Attributes:
        kind: what it is; "modify" is any DELETE/INSERT with a WHERE.
        span: the operation without the declarations before it and the `;` after it.
        prologue: every BASE and PREFIX declaration that holds, in the order of the text, those
            before earlier operations included.
        silent: whether it says SILENT.
        with_graph: the IRI after WITH, as it is written.
        delete: what is deleted, with its braces: a template, the data of DELETE DATA, the pattern
            of DELETE WHERE.
        insert: what is inserted, with its braces: a template or the data of INSERT DATA.
        using: its USING clauses.
        where: the group of WHERE, with its braces.
        graphs: what CLEAR, DROP, CREATE and LOAD … INTO name, or source and target of ADD, MOVE
            and COPY: `GRAPH <iri>`, an IRI, DEFAULT, NAMED or ALL, as it is written.
    """

    kind: OperationKind
    span: Span
    prologue: tuple[Span, ...]
    silent: bool = False
    with_graph: Span | None = None
    delete: Span | None = None
    insert: Span | None = None
    using: tuple[Using, ...] = ()
    where: Span | None = None
    graphs: tuple[Span, ...] = ()


def update_operations(text: str) -> tuple[UpdateOperation, ...]:
    """Return the operations of an update, in order.

    The quads of INSERT DATA and DELETE DATA are passed over unread: 10 MB take a fraction of a
    second. A text that the engine accepts and that this does not read has one of its few
    extensions of SPARQL 1.1.

    Raises:
        SparqlUnreadable: the text is no SPARQL 1.1 update.
    """
    update: Node | None = read_update(text, skim=True).root.first("Update")
    prologue: list[Span] = []
    operations = []
    while update is not None:
        for child in update.children:
            if child.kind == "Prologue":
                prologue += [_span(declaration) for declaration in child.children]
            elif child.kind in _KINDS:
                operations.append(_operation(child, tuple(prologue)))
        update = update.first("Update")
    return tuple(operations)


def _operation(node: Node, prologue: tuple[Span, ...]) -> UpdateOperation:
    kind = _KINDS[node.kind]
    data = _optional_span(node.first("QuadData", "DATA_BLOCK", "QuadPattern"))
    with_clause = node.first("WithClause")
    return UpdateOperation(
        kind=kind,
        span=_span(node),
        prologue=prologue,
        silent=node.first("SILENT") is not None,
        with_graph=_optional_span(with_clause and with_clause.first("iri")),
        delete=_template(node, "DeleteClause") or (data if kind.startswith("delete") else None),
        insert=_template(node, "InsertClause") or (data if kind == "insert data" else None),
        using=tuple(_using(clause) for clause in node.every("UsingClause")),
        where=_optional_span(node.first("GroupGraphPattern")),
        graphs=tuple(_span(graph) for graph in node.every(*_GRAPHS)),
    )


def _template(node: Node, clause: str) -> Span | None:
    found = node.first(clause)
    return _optional_span(found and found.first("QuadPattern"))


def _using(clause: Node) -> Using:
    return Using(_span(clause), _span(clause.children[-1]), named=clause.first("NAMED") is not None)


def _optional_span(node: Node | None) -> Span | None:
    return None if node is None else _span(node)


def _span(node: Node) -> Span:
    return Span(node.start, node.end)
