"""Random queries of the shapes that rewriting looks for, and random quads that they meet.

Few names, so that patterns match; everything that may stand in a group may stand in any group.
"""

from __future__ import annotations

import itertools
from random import Random
from typing import Final

from hypothesis import strategies as st
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad

from graphstore.terms import GraphName, Subject, Term

VARIABLES: Final = "abcde"
_E: Final = "http://example.org/"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_TYPE: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_THINGS: Final = [f"<{_E}x{number}>" for number in range(4)]
_PROPERTIES: Final = [f"<{_E}p>", f"<{_E}q>", f"<{_E}r>"]
_STRINGS: Final = ['"s"', '"s"@en', '"t"']
_VALUES: Final = ["1", "1.0", f'"01"^^<{_XSD}integer>']


class RandomQueries:
    """Makes queries; `simple` ones leave out what engines are known to differ in."""

    def __init__(self, random: Random, *, simple: bool = False) -> None:
        self.random = random
        self.simple = simple
        self._counts = 0

    def variable(self) -> str:
        return f"?{self.random.choice(VARIABLES)}"

    def constant(self) -> str:
        kind = self.random.randrange(4)
        values = _STRINGS if self.simple else _STRINGS + _VALUES
        return self.random.choice(values if kind == 0 else _THINGS)

    def predicate(self) -> str:
        chance = self.random.random()
        if chance < 0.8 or self.simple:
            return self.random.choice([*_PROPERTIES, *_PROPERTIES, "a"])
        if chance < 0.9:
            return self.variable()
        p, q, _ = _PROPERTIES
        paths = [f"{p}/{q}", f"{p}|{q}", f"^{p}", f"{p}*", f"{p}+", f"{p}?", f"{p}*/{q}"]
        return self.random.choice([*paths, f"({p}|{q})+", f"{q}/{p}?"])

    def triples(self) -> str:
        text, subject = "", ""
        for number in range(self.random.choice([1, 1, 2, 3])):
            value = self.variable() if self.random.random() < 0.6 else self.constant()
            if subject and self.random.random() < 0.5:
                text += f" ; {self.predicate()} {value}"
            else:
                anonymous = "[]" if self.random.random() < 0.05 else self.variable()
                subject = self.random.choice(_THINGS) if self.random.random() < 0.1 else anonymous
                text += f"{' . ' if number else ''}{subject} {self.predicate()} {value}"
        return text + self.random.choice([" .", ""])

    def values(self) -> str:
        undefined = [] if self.simple else ["UNDEF"]
        cells = [*_THINGS, _STRINGS[0], *undefined]
        if self.random.random() < 0.6:
            size = self.random.randrange(1, 4)
            # rdflib joins solutions that are alike as if they were one.
            chosen = self.random.sample(cells, size)
            row = " ".join(chosen if self.simple else self.random.choices(cells, k=size))
            return f"VALUES {self.variable()} {{ {row} }}"
        one, two = self.random.sample(VARIABLES, 2)
        rows = [f"({' '.join(self.random.choices(cells, k=2))})" for _ in range(2)]
        text = " ".join(dict.fromkeys(rows) if self.simple else rows)
        return f"VALUES (?{one} ?{two}) {{ {text} }}"

    def expression(self, depth: int) -> str:
        one, constant, other = self.variable(), self.constant(), self.constant()
        kinds = [
            f"{one} = {constant}",
            f"{constant} = {one}",
            f"{one} IN ({constant}, {other})",
            f"{one} IN ({constant})",
            f"{one} = {constant} || {one} = {other}",
            f"sameTerm({one}, {constant})",
            f"BOUND({one})",
            f"!BOUND({one})",
            f"{one} = {self.variable()}",
            f"{one} NOT IN ({constant}, {other})",
            f'STR({one}) = "s"',
            f"COALESCE({one} = {constant}, true)",
        ]
        if depth > 0:
            kinds += [
                f"({self.expression(0)}) && ({self.expression(0)})",
                f"({self.expression(0)}) || ({self.expression(0)})",
                f"!({self.expression(0)})",
                f"EXISTS {self.tried(depth)}",
                f"NOT EXISTS {self.tried(depth)}",
                f"NOT EXISTS {self.tried(depth)}",
            ]
        return self.random.choice(kinds)

    def tried(self, depth: int) -> str:
        if self.random.random() < 0.2 and not self.simple:
            return self.group(depth - 1)
        test = f" FILTER({self.expression(0)})" if self.random.random() < 0.2 else ""
        return f"{{ {self.triples()}{test} }}"

    def element(self, depth: int) -> str:
        chance = self.random.random()
        if chance < 0.3 or depth <= 0:
            return self.triples()
        if chance < 0.55:
            return f"FILTER({self.expression(depth)}){self.random.choice(['', '', ' .'])}"
        if chance < 0.72:
            return f"OPTIONAL {self.group(depth - 1)}"
        if chance < 0.8:
            return f"{self.group(depth - 1)} UNION {self.group(depth - 1)}"
        if chance < 0.85:
            return f"MINUS {self.group(depth - 1)}"
        return self._rare_element(depth)

    def _rare_element(self, depth: int) -> str:
        chance = self.random.random()
        if chance < 0.35 or self.simple:
            return self.values()
        if chance < 0.5:
            return f"BIND({self.random.choice([self.variable(), self.constant()])} AS ?z)"
        if chance < 0.65:
            return self.group(depth - 1)
        if chance < 0.8:
            graph = self.random.choice(["?g", "?a", f"<{_E}g0>"])
            return f"GRAPH {graph} {self.group(depth - 1)}"
        return f"{{ {self.select(depth - 1)} }}"

    def group(self, depth: int) -> str:
        parts: list[str] = []
        for _ in range(self.random.choice([1, 2, 2, 3, 4]) if depth > 0 else 1):
            part = self.element(depth)
            triples = part[0] in '?<["'
            if parts and triples and parts[-1][0] in '?<["' and not parts[-1].endswith("."):
                parts.append(".")
            parts.append(part)
        return f"{{ {' '.join(parts)} }}"

    def hanging(self) -> str:
        """Return a group of patterns and OPTIONALs that hang on one another."""
        names = self.random.sample(VARIABLES, 4)
        links = itertools.pairwise(names)
        text = f"?{names[0]} {self.predicate()} {self.constant()} . "
        for one, two in links:
            text += f"OPTIONAL {{ ?{one} {self.random.choice(_PROPERTIES)} ?{two} }} "
        return f"{{ {text} {self.element(1)} }}"

    def select(self, depth: int, *, group: str | None = None) -> str:
        chance = self.random.random()
        head, tail = "*", ""
        if chance > 0.5:
            head = " ".join(f"?{name}" for name in self.random.sample(VARIABLES, 2))
        if chance > 0.8:
            self._counts += 1
            head, tail = f"?a (COUNT(*) AS ?n{self._counts})", " GROUP BY ?a"
        distinct = "DISTINCT " if self.random.random() < 0.2 else ""
        if self.random.random() < 0.1:
            tail += f" {self.values()}"
        return f"SELECT {distinct}{head} {group or self.group(depth)}{tail}"


def _quads(random: Random) -> list[Quad]:
    things = [NamedNode(item[1:-1]) for item in _THINGS]
    integer = NamedNode(f"{_XSD}integer")
    literals = [Literal("s"), Literal("s", language="en"), Literal("t"), Literal(1)]
    objects: list[Term] = [
        *things,
        *things,
        *literals,
        Literal("01", datatype=integer),
        BlankNode("b"),
    ]
    subjects: list[Subject] = [*things, BlankNode("b")]
    names = [*(NamedNode(item[1:-1]) for item in _PROPERTIES), NamedNode(_TYPE)]
    graphs: list[GraphName] = [
        DefaultGraph(),
        DefaultGraph(),
        NamedNode(f"{_E}g0"),
        NamedNode(f"{_E}g1"),
    ]
    return [
        Quad(
            random.choice(subjects),
            random.choice(names),
            random.choice(objects),
            random.choice(graphs),
        )
        for _ in range(random.choice([4, 10, 20]))
    ]


_randoms = st.randoms(use_true_random=False)
quads = _randoms.map(_quads)
queries = _randoms.map(lambda random: RandomQueries(random).select(2))
hanging_queries = _randoms.map(
    lambda random: (made := RandomQueries(random)).select(2, group=made.hanging())
)
simple_groups = _randoms.map(lambda random: RandomQueries(random, simple=True).group(2))
