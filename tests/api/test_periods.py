from __future__ import annotations

import pytest

from api.errors import BadParameter
from api.periods import Bounds, Period, period_of

DAY = Period("2019-08-22", "2019-08-22")


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2019-08-21", "2019-08-21", "2019-08-21"),
    ],
)
def test_partial_days(text: str, first: str, last: str) -> None:
    assert period_of("validOn", text) == Period(first, last)


@pytest.mark.parametrize(
    "text", ["", "19", "2019-13", "2019-02-30", "August", "0000", "2019-08-21T"]
)
def test_what_is_no_day(text: str) -> None:
    with pytest.raises(BadParameter):
        period_of("validOn", text)


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (Bounds("2019-08-21", "2019-08-21", "2019-08-23", "2019-08-23"), "certain"),
        # Some time in 2019, no end known: it may have been.
        (Bounds("2019-01-01", "2019-12-31"), "possible"),
        (Bounds("2014-01-01", "2014-12-31"), "possible"),
        (Bounds("2020-01-01", "2020-12-31"), None),
        (Bounds("2010-01-01", "2010-01-01", "2011-01-01", "2011-12-31"), None),
        (Bounds(), "possible"),
        # Attested on a day: begun by then, not ended before.
        (Bounds(None, "2019-08-22", "2019-08-22", None), "certain"),
    ],
)
def test_validity(bounds: Bounds, expected: str | None) -> None:
    assert bounds.on(DAY) == expected


def test_an_event_without_end_ends_when_it_begins() -> None:
    once = Bounds("2019-08-20", "2019-08-20").as_instant()
    assert once.on(DAY) is None
    assert once.on(Period("2019-08-20", "2019-08-20")) == "certain"


def test_between_days() -> None:
    training = Bounds("2019-08-21", "2019-08-21", "2019-08-23", "2019-08-23")
    assert training.meets("2019-08-23", None)
    assert not training.meets("2019-08-24", None)
    assert training.meets(None, "2019-08-21")
    assert not training.meets(None, "2019-08-20")
    assert not Bounds().meets("1900-01-01", "2100-01-01")
