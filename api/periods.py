"""Valid time: partial days that clients ask about, and the bounds that dated things lie between.

Something is *certainly* valid on a day when it has begun by then at the latest and ends then at
the earliest; *possibly* when its outer bounds admit the day. The bounds are the four SEM
timestamps (http://semanticweb.cs.vu.nl/2009/11/sem/).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal as OneOf

from pyoxigraph import Literal

from api.errors import BadParameter
from graphstore.terms import Term

_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?\Z")


@dataclass(frozen=True)
class Period:
    """The first and last day of a year, month or day, as ISO texts."""

    first: str
    last: str


@dataclass(frozen=True)
class Bounds:
    """The days between which something begins and ends; None is not known."""

    earliest_begin: str | None = None
    latest_begin: str | None = None
    earliest_end: str | None = None
    latest_end: str | None = None

    @classmethod
    def of_row(cls, row: Mapping[str, Term | None]) -> Bounds:
        """Read the bounds off a solution with the variables ?earliestBegin and so on."""
        names = ("earliestBegin", "latestBegin", "earliestEnd", "latestEnd")
        values = (row.get(name) for name in names)
        return cls(*(value.value if isinstance(value, Literal) else None for value in values))

    def as_instant(self) -> Bounds:
        """Return the bounds with a missing end taken for the begin: events end the same day."""
        if self.earliest_end or self.latest_end:
            return self
        return replace(self, earliest_end=self.earliest_begin, latest_end=self.latest_begin)

    def on(self, period: Period) -> OneOf["certain", "possible"] | None:
        """Say how surely it was valid at some time in `period`; None: surely not.

        Something that is not dated at all may have been.
        """
        if self.latest_begin and self.earliest_end:
            ends = max(self.earliest_end, self.latest_begin)
            if self.latest_begin <= period.last and ends >= period.first:
                return "certain"
        begins_later = self.earliest_begin is not None and self.earliest_begin > period.last
        ended = self.latest_end is not None and self.latest_end < period.first
        return None if begins_later or ended else "possible"

    def meets(self, since: str | None, until: str | None) -> bool:
        """Say whether it may lie, at least in part, between two days; undated things do not."""
        begin = self.earliest_begin or self.latest_begin or self.earliest_end
        end = self.latest_end or self.earliest_end or self.latest_begin or self.earliest_begin
        if begin is None or end is None:
            return False
        return (since is None or end >= since) and (until is None or begin <= until)


def period_of(parameter: str, text: str) -> Period:
    """Return the days of a year, a month or a day.

    Raises:
        BadParameter: `text` is none of these.

    >>> period_of("validOn", "2019-02")
    Period(first='2019-02-01', last='2019-02-28')
    """
    found = _PARTIAL.match(text)
    if found is None:
        raise BadParameter(parameter, f"is a year, a month or a day (2019-06), not '{text}'")
    year, month, day = int(found[1]), found[2], found[3]
    try:
        first = date(year, int(month or 1), int(day or 1))
        last = first
        if not day:
            last_month = int(month or 12)
            last = date(year, last_month, calendar.monthrange(year, last_month)[1])
    except ValueError as error:
        raise BadParameter(parameter, f"is no day of the calendar: '{text}'") from error
    return Period(first.isoformat(), last.isoformat())
