"""Expected answers, as read in the documents by a person, and how answers are held against them.

An expectation is a YAML file: the `question` in words, what to ask (`asks` and `params` for a
question of the catalogue, else the query of the same name beside it), the `columns` to look at,
and the `rows` they must hold. Cells are compared as text; a name counts as any name of the thing
whose label is shown, so that expectations can keep the names that the documents print.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode

from graphstore.answer import Solution, Solutions
from graphstore.dataset import Dataset
from graphstore.terms import Term
from ontology.namespaces import RDFS
from queries.catalog import Catalog
from queries.names import LABELS, normal_form

Cell = str | None
Row = tuple[Cell, ...]


class Names:
    """Every name of what bears a label."""

    def __init__(self, dataset: Dataset) -> None:
        label_of = {
            quad.subject: quad.object.value
            for quad in dataset.quads(None, NamedNode(f"{RDFS}label"), None, DefaultGraph())
            if isinstance(quad.object, Literal)
        }
        self._names: dict[str, set[str]] = defaultdict(set)
        for predicate in LABELS:
            for quad in dataset.quads(None, predicate, None, DefaultGraph()):
                if quad.subject in label_of and isinstance(quad.object, Literal):
                    self._names[label_of[quad.subject]].add(normal_form(quad.object.value))

    def same(self, expected: Cell, found: Cell) -> bool:
        """Say whether an answer's cell is what is expected, or another name of it."""
        if expected is None or found is None:
            return expected == found
        return expected == found or normal_form(expected) in self._names.get(found, set())


@dataclass(frozen=True)
class Expectation:
    """What one question must answer."""

    name: str
    content: Mapping[str, Any]
    query: str | None

    @classmethod
    def read(cls, path: Path) -> Expectation:
        """Read a YAML file, and the query beside it if it asks none of the catalogue's."""
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        beside = path.with_suffix(".rq")
        if ("asks" in content) == beside.exists():
            raise ValueError(f"{path.name} needs either `asks` or a query beside it")
        query = beside.read_text(encoding="utf-8") if beside.exists() else None
        return cls(path.stem, content, query)

    @cached_property
    def rows(self) -> list[Row]:
        """The expected rows."""
        return [_row(row) for row in self.content["rows"]]

    def answer(self, dataset: Dataset, catalog: Catalog) -> list[Row]:
        """Return the answer's rows in the columns to look at, each once, in its order."""
        columns: list[str] = self.content["columns"]
        unique = {_cells(solution, columns): None for solution in self._ask(dataset, catalog)}
        return list(unique)

    def _ask(self, dataset: Dataset, catalog: Catalog) -> Solutions:
        if self.query is not None:
            return dataset.select(self.query)
        return catalog.run(dataset, self.content["asks"], self.content.get("params", {}))

    def complaints(self, found: list[Row], names: Names) -> list[str]:
        """Say what is missing from the answer, what is too much, and whether the order differs."""

        def matches(expected: Row, row: Row) -> bool:
            return all(
                self._same(column, one, other, names)
                for column, one, other in zip(self.content["columns"], expected, row, strict=True)
            )

        missing = [row for row in self.rows if not any(matches(row, other) for other in found)]
        complaints = [f"missing: {row}" for row in missing]
        if not self.content.get("contains"):
            extra = [row for row in found if not any(matches(other, row) for other in self.rows)]
            complaints += [f"not expected: {row}" for row in extra]
        for row in (_row(row) for row in self.content.get("absent", ())):
            complaints += [f"must not be there: {row}" for other in found if matches(row, other)]
        if self.content.get("ordered") and not complaints:
            in_order = zip(self.rows, found, strict=True)
            complaints += [
                f"out of order: {row}" for row, other in in_order if not matches(row, other)
            ]
        return complaints

    def _same(self, column: str, expected: Cell, found: Cell, names: Names) -> bool:
        if column in self.content.get("literal", ()):
            return expected == found
        if column in self.content.get("lists", ()) and expected and found:
            separator = self.content.get("separator", ", ")
            one, other = expected.split(separator), found.split(separator)
            return len(one) == len(other) and all(
                any(names.same(item, candidate) for candidate in other) for item in one
            )
        return names.same(expected, found)


def _row(row: Iterable[Any]) -> Row:
    return tuple(None if cell is None else str(cell) for cell in row)


def _cells(solution: Solution, columns: list[str]) -> Row:
    return tuple(_text(solution[column]) for column in columns)


def _text(term: Term | None) -> Cell:
    # A concatenation of nothing is an empty string; expectations write both as null.
    return term.value or None if isinstance(term, NamedNode | BlankNode | Literal) else None
