"""Dates in words, as precise as the source and no more.

Reads the date literals of the model: XSD types of the known precision and
[EDTF](https://www.loc.gov/standards/datetime/) for what they cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pyoxigraph import Literal

_MONTHS = (
    "January February March April May June July August September October November December"
).split()
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)\Z")
_MONTH = re.compile(r"(\d{4})-(\d\d)\Z")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:\d\d)?\Z")
_UNKNOWN_MONTH = re.compile(r"XXXX-XX-(\d\d)\Z")
_DECADE = re.compile(r"(\d{3})X\Z")
_PERIOD = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?\Z")


def date_words(text: str, language: str) -> str:
    """Return one date literal's text in words.

    >>> date_words("2013-03", "en"), date_words("2019-08-21/2019-08-23", "en")
    ('March 2013', '21–23 August 2019')
    >>> date_words("2019-10-28T09:00:00+09:00", "ko")
    '2019년 10월 28일 09:00'
    """
    korean = language == "ko"
    if "/" in text:
        first, _, last = text.partition("/")
        return span_words(first.replace("..", ""), last.replace("..", ""), language)
    mark = text[-1:] if text[-1:] in {"?", "~", "%"} else ""
    plain = _plain(text.rstrip("?~%"), korean=korean)
    if not mark:
        return plain
    doubt = {"?": ("uncertain", "불확실"), "~": ("about", "무렵"), "%": ("uncertain", "불확실")}
    return f"{plain} ({doubt[mark][korean]})"


def span_words(first: str, last: str, language: str) -> str:
    """Return a period in words; an empty end is open.

    >>> span_words("2019-10-28T09:00:00+09:00", "2019-10-28T10:00:00+09:00", "en")
    '28 October 2019, 09:00–10:00'
    """
    korean = language == "ko"
    if not last or first == last:
        words = date_words(first, language) if first else ""
        return words if first == last else (f"{words}부터" if korean else f"since {words}")
    if not first:
        words = date_words(last, language)
        return f"{words}까지" if korean else f"until {words}"
    times = (_TIME.match(first), _TIME.match(last))
    if times[0] and times[1] and times[0][1] == times[1][1]:
        return f"{date_words(first, language)}–{times[1][2]}"
    if times[1] and times[1][1] == first:
        until = f"{times[1][2]}까지" if korean else f"until {times[1][2]}"
        return f"{date_words(first, language)}, {until}"
    one, other = _DAY.match(first), _DAY.match(last)
    if one and other and one[1] == other[1] and not korean:
        if one[2] == other[2]:
            return f"{int(one[3])}–{date_words(last, language)}"
        return f"{int(one[3])} {_MONTHS[int(one[2]) - 1]} – {date_words(last, language)}"
    if one and other and korean and one[1] == other[1]:
        tail = (
            f"{int(other[3])}일" if one[2] == other[2] else f"{int(other[2])}월 {int(other[3])}일"
        )
        return f"{date_words(first, language)}–{tail}"
    return f"{date_words(first, language)} – {date_words(last, language)}"


def period_words(
    starts: Sequence[Literal], ends: Sequence[Literal], attested: Sequence[Literal], language: str
) -> str:
    """Return the dates of a fact in words: a span, a single day, or "as of"; "" when undated.

    Where sources differ each start is given.
    """
    korean = language == "ko"
    first = sorted({value.value for value in starts})
    last = sorted({value.value for value in ends})
    if len(first) == 1 and len(last) == 1:
        return span_words(first[0], last[0], language)
    said = " / ".join(date_words(text, language) for text in first)
    if last and not first:
        said = span_words("", last[-1], language)
    if said or not attested:
        return said
    day = date_words(min(value.value for value in attested), language)
    return f"{day} 기준" if korean else f"as of {day}"


def duration_words(text: str, language: str) -> str:
    """Return an ISO 8601 duration in words, `text` itself when it is none.

    >>> duration_words("P5Y", "en")
    '5 years'
    """
    found = _PERIOD.match(text)
    if found is None or not any(found.groups()):
        return text
    units = (
        ("년", "개월", "일", "시간", "분")
        if language == "ko"
        else (" year", " month", " day", " hour", " minute")
    )
    parts = []
    for number, unit in zip(found.groups(), units, strict=True):
        if number:
            plural = "s" if language != "ko" and number != "1" else ""
            parts.append(f"{number}{unit}{plural}")
    return " ".join(parts)


def _plain(text: str, *, korean: bool) -> str:
    if found := _TIME.match(text):
        day = _plain(found[1], korean=korean)
        return f"{day} {found[2]}" if korean else f"{day}, {found[2]}"
    if found := _DAY.match(text):
        year, month, day_number = found[1], int(found[2]), int(found[3])
        if not 1 <= month <= 12:
            return text
        return (
            f"{year}년 {month}월 {day_number}일"
            if korean
            else f"{day_number} {_MONTHS[month - 1]} {year}"
        )
    if found := _MONTH.match(text):
        year, month = found[1], int(found[2])
        if not 1 <= month <= 12:
            return text
        return f"{year}년 {month}월" if korean else f"{_MONTHS[month - 1]} {year}"
    if found := _UNKNOWN_MONTH.match(text):
        day_number = int(found[1])
        return (
            f"어느 달 {day_number}일 (연·월 미상)"
            if korean
            else f"the {_ordinal(day_number)} of an unknown month"
        )
    if found := _DECADE.match(text):
        return f"{found[1]}0년대" if korean else f"{found[1]}0s"
    if re.fullmatch(r"\d{4}", text):
        return f"{text}년" if korean else text
    return text


def _ordinal(number: int) -> str:
    if 11 <= number % 100 <= 13:
        return f"{number}th"
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th') }"
