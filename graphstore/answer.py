"""Answers to queries: solutions, a boolean or a graph, and the bytes they are written as.

The bytes come from the engine's own serializers; see
[SPARQL 1.1 Query Results JSON](https://www.w3.org/TR/sparql11-results-json/) and its siblings.
CSV alone is written here: the engine leaves IRIs bare, and those of passages have a comma.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import IO, Final, Literal, TypeAlias

import pyoxigraph
from pyoxigraph import NamedNode, QueryBoolean, QuerySolutions, QueryTriples, Triple

from graphstore.errors import GraphStoreError, RefusedQuery, StorageUnavailable, UnknownFormat
from graphstore.formats import (
    BOOLEAN_FORMATS,
    CSV,
    GRAPH_FORMATS,
    SOLUTION_FORMATS,
    GraphFormat,
    ResultFormat,
    graph_format,
    result_format,
)
from graphstore.terms import Term

Kind: TypeAlias = Literal["solutions", "boolean", "graph"]
Solution: TypeAlias = dict[str, Term | None]

_CHUNK_BYTES: Final = 1 << 16
_IN_MEMORY_BYTES: Final = 1 << 20
_CSV_CHARACTERS: Final = 1 << 13
_FLOATING: Final = tuple(
    NamedNode(f"http://www.w3.org/2001/XMLSchema#{name}") for name in ("double", "float")
)
_NUMERIC: Final = frozenset("-+0123456789")
_SMALL, _LARGE = Decimal("1e-6"), Decimal("1e6")
_LONG: Final = len("1000000")  # no shorter text is so large or so small


class Solutions:
    """The solutions of a SELECT query: its variables, and once through, its solutions.

    Each solution is a dict from every variable to its term, None where it is unbound.
    """

    def __init__(self, results: QuerySolutions) -> None:
        """Wrap the engine's solutions."""
        self._results = results
        self.variables: tuple[str, ...] = tuple(item.value for item in results.variables)

    def __iter__(self) -> Iterator[Solution]:
        """Yield the solutions, each once."""
        variables = self.variables
        try:
            for solution in self._results:
                yield dict(zip(variables, solution, strict=True))
        except (OSError, RuntimeError) as error:
            raise evaluation_error(error) from error


class Answer:
    """The answer to a query of any form.

    `kind` says what it holds, `formats` in which formats it can be written, the first being the
    one to choose when the client does not mind. An answer is read or written once.
    """

    def __init__(self, results: QuerySolutions | QueryBoolean | QueryTriples) -> None:
        """Wrap the engine's results."""
        self._results = results
        self.kind: Kind
        self.formats: tuple[ResultFormat, ...] | tuple[GraphFormat, ...]
        if isinstance(results, QuerySolutions):
            self.kind, self.formats = "solutions", SOLUTION_FORMATS
        elif isinstance(results, QueryBoolean):
            self.kind, self.formats = "boolean", BOOLEAN_FORMATS
        else:
            self.kind, self.formats = "graph", GRAPH_FORMATS

    @property
    def solutions(self) -> Solutions:
        """The solutions; TypeError unless `kind` is "solutions"."""
        if not isinstance(self._results, QuerySolutions):
            raise TypeError(f"the answer is a {self.kind}")
        return Solutions(self._results)

    @property
    def boolean(self) -> bool:
        """The boolean; TypeError unless `kind` is "boolean"."""
        if not isinstance(self._results, QueryBoolean):
            raise TypeError(f"the answer is a {self.kind}")
        return bool(self._results)

    @property
    def triples(self) -> list[Triple]:
        """The triples of the graph; TypeError unless `kind` is "graph"."""
        if not isinstance(self._results, QueryTriples):
            raise TypeError(f"the answer is a {self.kind}")
        try:
            return list(self._results)
        except (OSError, RuntimeError) as error:
            raise evaluation_error(error) from error

    def write(self, format: GraphFormat | ResultFormat | str) -> Iterator[bytes]:
        """Yield the answer's bytes; nothing comes before the whole answer is evaluated.

        Args:
            format: one of `formats`, or its name, media type or extension.

        Raises:
            UnknownFormat: there is no such format for this kind of answer.
            RefusedQuery: the query fails in evaluation.
        """
        chosen = self._syntax(format)
        file: IO[bytes] = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115
        try:
            if isinstance(self._results, QuerySolutions) and chosen == CSV.syntax:
                write_csv(self._results, file)
            else:
                self._results.serialize(file, chosen)  # type: ignore[arg-type]
        except (OSError, RuntimeError) as error:
            file.close()
            raise evaluation_error(error) from error
        file.seek(0)
        return _chunks(file)

    def _syntax(
        self, format: GraphFormat | ResultFormat | str
    ) -> pyoxigraph.RdfFormat | pyoxigraph.QueryResultsFormat:
        find = graph_format if self.kind == "graph" else result_format
        chosen = find(format) if isinstance(format, str) else format
        if chosen not in self.formats:
            raise UnknownFormat(chosen.name, tuple(item.name for item in self.formats))
        return chosen.syntax


def evaluation_error(error: OSError | RuntimeError | ValueError) -> GraphStoreError:
    """Return our error for one that the engine raised while it evaluated a query."""
    if isinstance(error, OSError) or is_corruption(error):
        return StorageUnavailable(
            f"the engine could not read its data: {error} (`dure rebuild` makes it again)"
        )
    return RefusedQuery(f"the query cannot be evaluated: {error}")


def is_corruption(error: Exception) -> bool:
    """Say whether the engine complains about damaged files, which it does as a RuntimeError."""
    return str(error).startswith("Corruption")


def write_csv(
    results: QuerySolutions, file: IO[bytes], max_rows: int | None = None
) -> tuple[int, bool]:
    """Write solutions as [SPARQL 1.1 CSV](https://www.w3.org/TR/sparql11-results-csv-tsv/#csv).

    Args:
        results: the engine's solutions.
        file: where to write; it stays open.
        max_rows: solutions after which to stop; None: all are written.

    Returns:
        How many solutions were written, and whether there are more.

    Raises:
        OSError, RuntimeError: of the engine.
    """
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow([variable.value for variable in results.variables])
    count = 0
    for count, solution in enumerate(islice(results, max_rows), 1):  # noqa: B007
        rows.writerow([_plain(term) for term in solution])
        if text.tell() >= _CSV_CHARACTERS:
            _pass_on(text, file)
    _pass_on(text, file)
    return count, max_rows is not None and next(iter(results), None) is not None


def _pass_on(text: io.StringIO, file: IO[bytes]) -> None:
    file.write(text.getvalue().encode())
    text.seek(0)
    text.truncate()


def _plain(term: Term | None) -> str:
    if isinstance(term, pyoxigraph.Literal):
        return _number(term) if len(term.value) >= _LONG else term.value
    if isinstance(term, NamedNode):
        return term.value
    return "" if term is None else str(term)


def _number(literal: pyoxigraph.Literal) -> str:
    """Return a literal's text, large and small doubles as `xsd:string` casts them: `1.0E6`.

    [XPath Functions §19.1.2.2](https://www.w3.org/TR/xpath-functions-31/#casting-to-string) has
    an exponent outside 1e-6 ≤ |x| < 1e6; the engine writes out all digits, 300 of them for 1e300.
    """
    text = literal.value
    if text[0] not in _NUMERIC or literal.datatype not in _FLOATING:
        return text
    try:
        sign, digits, _ = (number := Decimal(text).normalize()).as_tuple()
    except InvalidOperation:  # no number after all
        return text
    if number == 0 or _SMALL <= abs(number) < _LARGE:
        return text
    first, *rest = map(str, digits)
    return f"{'-' * sign}{first}.{''.join(rest) or '0'}E{number.adjusted()}"


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
