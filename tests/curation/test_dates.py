"""Partial dates: the type of the known precision, and bounds that enclose what may be meant."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from curation.dates import EDTF_TYPE, Bounds, bounds, typed_date

XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.mark.parametrize(
    ("text", "datatype"),
    [
        ("2014", f"{XSD}gYear"),
        ("2013-03", f"{XSD}gYearMonth"),
        ("2018-10-01", f"{XSD}date"),
        ("2019-10-28T09:00:00+09:00", f"{XSD}dateTime"),
        ("XXXX-XX-28", EDTF_TYPE.value),
        ("196X", EDTF_TYPE.value),
        ("2014/..", EDTF_TYPE.value),
        ("2018?", EDTF_TYPE.value),
    ],
)
def test_a_date_gets_the_type_of_its_precision(text: str, datatype: str) -> None:
    assert typed_date(text) == Literal(text, datatype=NamedNode(datatype))


@pytest.mark.parametrize("text", ["", "28th 3PM", "2019-13", "2019-02-30", "21 Aug 2019", "19"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"date|day|month"):
        typed_date(text)


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("2014", "2014-01-01", "2014-12-31"),
        ("2013-02", "2013-02-01", "2013-02-28"),
        ("2016-02", "2016-02-01", "2016-02-29"),
        ("2018-10-01", "2018-10-01", "2018-10-01"),
        ("2019-10-28T00:30:00+09:00", "2019-10-28", "2019-10-28"),
        ("196X", "1960-01-01", "1969-12-31"),
        ("2019-08-21/2019-08-23", "2019-08-21", "2019-08-23"),
        ("2014/..", "2014-01-01", None),
        ("../2014", None, "2014-12-31"),
        ("2014/", "2014-01-01", None),
        ("/2014", None, "2014-12-31"),
        ("XXXX-XX-28", None, None),
        ("XXXX", None, None),
        ("2018?", "2018-01-01", "2018-12-31"),
        ("2018-10~", "2018-10-01", "2018-10-31"),
    ],
)
def test_bounds_enclose_what_may_be_meant(
    text: str, earliest: str | None, latest: str | None
) -> None:
    expected = Bounds(
        date.fromisoformat(earliest) if earliest else None,
        date.fromisoformat(latest) if latest else None,
    )
    assert bounds(typed_date(text)) == expected


@given(st.dates(min_value=date(1000, 1, 1), max_value=date(9998, 12, 31)))
def test_a_day_lies_in_the_bounds_of_each_coarser_date(day: date) -> None:
    for text in (f"{day:%Y-%m-%d}", f"{day:%Y-%m}", f"{day:%Y}", f"{day:%Y}"[:3] + "X"):
        earliest, latest = bounds(typed_date(text))
        assert earliest is not None
        assert latest is not None
        assert earliest <= day <= latest


@given(
    st.dates(min_value=date(1000, 1, 1), max_value=date(9000, 12, 31)),
    st.integers(min_value=0, max_value=4000),
)
def test_an_interval_is_bounded_by_its_sides(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    literal = Literal(f"{start}/{end}", datatype=EDTF_TYPE)
    assert bounds(literal) == Bounds(start, end)
