from __future__ import annotations

import inspect

import pytest

from graphstore import errors
from graphstore.errors import GraphStoreError, LogCorrupt, QuerySyntaxError, RdfSyntaxError
from graphstore.report import ValidationReport

CLASSES = [
    item
    for _, item in inspect.getmembers(errors, inspect.isclass)
    if item.__module__ == errors.__name__ and not item.__name__.startswith("_")
]


@pytest.mark.parametrize("error", CLASSES, ids=lambda item: item.__name__)
def test_every_error_is_ours_and_stands_in_the_tree(error: type[Exception]) -> None:
    assert issubclass(error, GraphStoreError)
    assert error.__name__ in (errors.__doc__ or "")
    assert (error.__doc__ or "").strip().endswith(".")


def test_syntax_errors_say_where_when_they_know() -> None:
    known = RdfSyntaxError("no dot", 3, 7)
    assert (known.line, known.column, str(known)) == (3, 7, "line 3, column 7: no dot")
    assert str(QuerySyntaxError("no brace")) == "no brace"


def test_errors_carry_facts() -> None:
    assert LogCorrupt(4, "gone").commit == 4
    assert errors.GraphNotFound("http://example.org/g").graph == "http://example.org/g"
    assert errors.ResourceNotFound("http://example.org/r").iri == "http://example.org/r"
    assert errors.UnknownFormat("docx", ("turtle",)).name == "docx"
    assert str(errors.DataNotConforming(ValidationReport())) == "0 violations of the shapes"


def test_limits_are_told_in_readable_units() -> None:
    assert str(errors.QueryTimeout(2.5)) == "the query was stopped after its 2.5 s"
    assert "1.5 GiB of memory" in str(errors.QueryMemoryExceeded(3 << 29))
    assert str(errors.AnswerTooLarge(100)) == "the answer is larger than 100 bytes"
    assert "json, xml" in str(errors.NoFormatForKind("boolean", ("json", "xml")))
    assert errors.TooManyQueries(7).waiting == 7
