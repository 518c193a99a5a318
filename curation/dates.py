"""Dates as precise as the source: typed literals, and the calendar days they are bounded by.

A partial date is written with the XSD type of the known precision, anything else as an EDTF
literal (https://www.loc.gov/standards/datetime/). Engines do not order values of different date
types, so filters use the four SEM bounds that `bounds` computes
(http://semanticweb.cs.vu.nl/2009/11/sem/, `hasEarliestBeginTimeStamp` and its three siblings).
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from edtf import EDTFObject, Level1Interval, parse_edtf
from edtf.parser.edtf_exceptions import EDTFParseException
from pyoxigraph import Literal, NamedNode

from ontology.namespaces import EDTF, XSD

EDTF_TYPE = NamedNode(f"{EDTF}EDTF")

_XSD_FORMS = (
    (re.compile(r"\d{4}"), NamedNode(f"{XSD}gYear")),
    (re.compile(r"\d{4}-(0[1-9]|1[0-2])"), NamedNode(f"{XSD}gYearMonth")),
    (re.compile(r"\d{4}-\d\d-\d\d"), NamedNode(f"{XSD}date")),
    (
        re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"),
        NamedNode(f"{XSD}dateTime"),
    ),
)
_DATE_TYPES = {kind.value for _, kind in _XSD_FORMS} | {EDTF_TYPE.value}
_UNKNOWN_YEAR = re.compile(r"X{3,4}")


class Bounds(NamedTuple):
    """The first and last calendar day a date may stand for; `None` is unbounded."""

    earliest: date | None
    latest: date | None


def typed_date(text: str) -> Literal:
    """Return `text` as a literal of the narrowest date type that can hold it.

    `"2014"` is an `xsd:gYear`, `"2013-03"` an `xsd:gYearMonth`, `"2018-10-01"` an `xsd:date`, a
    time with offset an `xsd:dateTime`, everything else EDTF. Raises `ValueError` when EDTF level 2
    cannot read it either.

    >>> typed_date("2013-03").datatype.value.rpartition("#")[2]
    'gYearMonth'
    """
    for form, datatype in _XSD_FORMS:
        if form.fullmatch(text):
            literal = Literal(text, datatype=datatype)
            bounds(literal)
            return literal
    literal = Literal(text, datatype=EDTF_TYPE)
    bounds(literal)
    return literal


def is_date(literal: Literal) -> bool:
    """Say whether `literal` has one of the date types that `bounds` reads."""
    return literal.datatype.value in _DATE_TYPES


def bounds(literal: Literal) -> Bounds:
    """Return the calendar days that enclose `literal`.

    A date-time counts as the day it names in its own offset. An open or unknown side of an
    interval, and a date whose year is not known to the decade, is unbounded. Raises `ValueError`
    when the text is no date.

    >>> bounds(Literal("196X", datatype=EDTF_TYPE))
    Bounds(earliest=datetime.date(1960, 1, 1), latest=datetime.date(1969, 12, 31))
    """
    kind = literal.datatype.value
    if kind == EDTF_TYPE.value:
        return _edtf_bounds(literal.value)
    try:
        return _xsd_bounds(literal.value, kind)
    except ValueError as error:
        raise ValueError(f"'{literal.value}' is not a date: {error}") from error


def _xsd_bounds(text: str, kind: str) -> Bounds:
    """Return the bounds of an XSD date; most dates are these, and EDTF parsing takes 5 ms each."""
    if kind == f"{XSD}gYear":
        year = int(text[:4])
        return Bounds(date(year, 1, 1), date(year, 12, 31))
    if kind == f"{XSD}gYearMonth":
        year, month = int(text[:4]), int(text[5:7])
        return Bounds(date(year, month, 1), date(year, month, monthrange(year, month)[1]))
    day = date.fromisoformat(text[:10])
    return Bounds(day, day)


@lru_cache(maxsize=4096)
def _edtf_bounds(text: str) -> Bounds:
    try:
        parsed = parse_edtf(text)
    except EDTFParseException as error:
        raise ValueError(f"'{text}' is not a date: write it as EDTF level 2") from error
    lower, upper = _sides(text, parsed)
    return Bounds(_day(parsed, lower, latest=False), _day(parsed, upper, latest=True))


def _sides(text: str, parsed: EDTFObject) -> tuple[str, str]:
    if isinstance(parsed, Level1Interval) or "/" in text:
        lower, _, upper = text.partition("/")
        return lower, upper
    return text, text


def _day(parsed: EDTFObject, side: str, *, latest: bool) -> date | None:
    if side in ("", "..") or _UNKNOWN_YEAR.match(side):
        return None
    moment = parsed.upper_strict() if latest else parsed.lower_strict()
    if isinstance(moment, float):
        return None
    return date(moment.tm_year, moment.tm_mon, moment.tm_mday)
