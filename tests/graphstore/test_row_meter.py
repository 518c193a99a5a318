from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, QueryResultsFormat, QuerySolutions, RdfFormat, Store

from graphstore.row_meter import line_meter, result_meter

SYNTAXES = {
    "json": QueryResultsFormat.JSON,
    "xml": QueryResultsFormat.XML,
    "tsv": QueryResultsFormat.TSV,
}

# What could be taken for the end of a row, put together in all ways.
pieces = ['}},{"', "}},{", "},{", "{}", "{},{}", "\\", '\\"', '"', '":{},{}', ',"', "}", "]}}"]
nasty = st.lists(
    st.sampled_from([*pieces, "<result>", "</result>", "\n", "\t", "\r\n", '{"bindings":[{}', "é"]),
    max_size=4,
).map("".join)
cells = st.one_of(
    st.just("UNDEF"),
    nasty.map(lambda text: str(Literal(text))),
    nasty.map(lambda text: f"<<( <urn:a> <urn:b> {Literal(text)} )>>"),
)
tables = st.lists(st.tuples(cells, cells), max_size=7)
sizes = st.lists(st.integers(1, 60), min_size=1, max_size=20)


def written(rows: list[tuple[str, str]], format: str) -> bytes:
    values = " ".join(f"({first} {second})" for first, second in rows)
    results = Store().query(f"SELECT ?a ?b {{ VALUES (?a ?b) {{ {values} }} }}")
    assert isinstance(results, QuerySolutions)
    document = results.serialize(format=SYNTAXES[format])
    assert document is not None
    return document


@pytest.mark.parametrize("format", SYNTAXES)
@given(rows=tables, limit=st.none() | st.integers(0, 7), sizes=sizes)
def test_rows_are_counted_and_cut_exactly(
    format: str, rows: list[tuple[str, str]], limit: int | None, sizes: list[int]
) -> None:
    document = written(rows, format)
    meter = result_meter(format, limit)
    assert meter is not None
    place = 0
    for size in itertools.cycle(sizes):
        meter.feed(document[place : place + size])
        place += size
        if place >= len(document):
            break
    meter.finish()
    assert meter.rows == len(rows)
    if limit is None or limit >= len(rows):
        assert meter.cut_at is None
    else:
        assert document[: meter.cut_at] + meter.closing == written(rows[:limit], format)


@pytest.mark.parametrize("format", SYNTAXES)
def test_rows_without_variables_count(format: str) -> None:
    results = Store().query("SELECT * { VALUES () { () () () } }")
    assert isinstance(results, QuerySolutions)
    meter = result_meter(format, None)
    assert meter is not None
    meter.feed(results.serialize(format=SYNTAXES[format]) or b"")
    meter.finish()
    assert meter.rows == 3


def test_csv_is_not_metered() -> None:
    assert result_meter("csv", None) is None


@given(texts=st.sets(nasty, max_size=5), size=st.integers(1, 50))
def test_lines_are_statements(texts: set[str], size: int) -> None:
    data = "\n".join(f"<urn:s> <urn:p> {Literal(text)} ." for text in texts)
    store = Store()
    store.load(data, format=RdfFormat.N_TRIPLES)
    document = store.dump(format=RdfFormat.N_QUADS) or b""
    meter = line_meter()
    for place in range(0, len(document), size):
        meter.feed(document[place : place + size])
    assert meter.rows == len(texts)
