"""Reading a SPARQL query or update into a tree whose nodes know their place in the text.

The tree follows the productions of [SPARQL 1.1 §19.8](https://www.w3.org/TR/sparql11-query/#sparqlGrammar).
It is made to look at a text and to change parts of it: what is not changed stays byte for byte.
What the grammar does not say (scopes of variables and blank nodes, numbers of arguments) is left
to the engine, whose parser has the last word on every text.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final

from graphstore.sparql_grammar import Rule, Symbol, rules
from graphstore.sparql_tokens import END, SparqlTokenError, Tokens


class Node:
    """A part of a text: a production with its parts in order, or a token without any.

    `kind` is the production's name or the token's kind (a keyword in capitals, a sign as it
    stands); `start` and `end` are places in the text, counted in characters from 0.
    """

    __slots__ = ("children", "end", "kind", "start")

    def __init__(self, kind: str, start: int, end: int) -> None:
        """Make a node without children."""
        self.kind = kind
        self.start = start
        self.end = end
        self.children: list[Node] = []

    def __repr__(self) -> str:
        return f"<{self.kind} {self.start}–{self.end}>"

    def first(self, *kinds: str) -> Node | None:
        """Return the first child of one of those kinds, or None."""
        for child in self.children:
            if child.kind in kinds:
                return child
        return None

    def every(self, *kinds: str) -> list[Node]:
        """Return all children of those kinds."""
        return [child for child in self.children if child.kind in kinds]

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, in the order of the text."""
        pending = [self]
        while pending:
            node = pending.pop()
            yield node
            pending.extend(reversed(node.children))


class SparqlText:
    """A text that was read: its tree, and whether the engine might read it otherwise."""

    __slots__ = ("doubtful", "root", "text")

    def __init__(self, text: str, root: Node, *, doubtful: bool) -> None:
        """Hold what was read."""
        self.text = text
        self.root = root
        self.doubtful = doubtful

    def source(self, node: Node) -> str:
        """Return the text of a node."""
        return self.text[node.start : node.end]

    def position(self, place: int) -> tuple[int, int]:
        """Return line and column of a place, counted from 1."""
        return self.text.count("\n", 0, place) + 1, place - self.text.rfind("\n", 0, place)


class SparqlUnreadable(ValueError):
    """The text does not follow the grammar of SPARQL 1.1, at a place (characters from 0)."""

    def __init__(self, place: int, expected: tuple[str, ...] = ()) -> None:
        """Say where, and what could have stood there."""
        self.place = place
        self.expected = expected
        super().__init__(f"not SPARQL 1.1 at character {place}")


def read_query(text: str) -> SparqlText:
    """Read a query.

    Raises:
        SparqlUnreadable: it is none.
    """
    return _read(text, "QueryUnit", Tokens(text))


def read_update(text: str) -> SparqlText:
    """Read an update, an empty one included.

    Raises:
        SparqlUnreadable: it is none.
    """
    return _read(text, "UpdateUnit", Tokens(text))


# Productions that say nothing when they have a single part: the part stands for them.
_THIN: Final = frozenset(
    """Expression ConditionalOrExpression ConditionalAndExpression RelationalExpression
    AdditiveExpression MultiplicativeExpression UnaryExpression PrimaryExpression iriOrFunction
    Constraint GraphPatternNotTriples VarOrTerm VarOrIri GraphTerm GraphNode GraphNodePath Object
    ObjectPath VerbPath VerbSimple Path PathAlternative PathSequence PathElt PathEltOrInverse
    PathPrimary TriplesNode TriplesNodePath NumericLiteral HavingCondition SourceSelector
    DataBlockValue Update1 DataBlock""".split()
)


@cache
def _rules() -> dict[str, Rule]:
    return rules()


def _read(text: str, rule: str, tokens: Tokens) -> SparqlText:
    stack: list[Symbol | None] = [_rules()[rule]]
    top = Node("", 0, len(text))
    opened = [top]
    try:
        tokens.advance()
        while stack:
            symbol = stack.pop()
            if symbol is None:
                _close(opened)
            elif isinstance(symbol, str):
                if symbol != tokens.kind:
                    raise SparqlUnreadable(tokens.start, (symbol,))
                opened[-1].children.append(Node(symbol, tokens.start, tokens.end))
                if symbol != END:
                    tokens.advance()
            else:
                production = symbol.table.get(tokens.kind, symbol.default)
                if production is None:
                    raise SparqlUnreadable(tokens.start, tuple(sorted(symbol.table)))
                if symbol.visible:
                    opened.append(Node(symbol.name, tokens.start, tokens.start))
                    stack.append(None)
                stack.extend(production)
    except SparqlTokenError as error:
        raise SparqlUnreadable(error.place) from error
    return SparqlText(text, top.children[0], doubtful=tokens.doubtful)


def _close(opened: list[Node]) -> None:
    """Finish the innermost open node and give it, or its only part, to the one around it."""
    node = opened.pop()
    children = node.children
    if len(children) == 1 and node.kind in _THIN:
        node = children[0]
    elif children:
        node.end = children[-1].end
    opened[-1].children.append(node)
