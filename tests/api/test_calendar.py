from __future__ import annotations

import pytest
from pyoxigraph import Literal

from api.calendar import date_words, duration_words, period_words, span_words


@pytest.mark.parametrize(
    ("text", "english", "korean"),
    [
        ("2014", "2014", "2014년"),
        ("2013-03", "March 2013", "2013년 3월"),
        ("2018-10-01", "1 October 2018", "2018년 10월 1일"),
        ("2019-10-28T09:00:00+09:00", "28 October 2019, 09:00", "2019년 10월 28일 09:00"),
        ("XXXX-XX-28", "the 28th of an unknown month", "어느 달 28일 (연·월 미상)"),
        ("196X", "1960s", "1960년대"),
        ("2018?", "2018 (uncertain)", "2018년 (불확실)"),
        ("2014/..", "since 2014", "2014년부터"),
        ("../2014", "until 2014", "2014년까지"),
        ("2019-08-21/2019-08-23", "21–23 August 2019", "2019년 8월 21일–23일"),
        ("2019-10-28/2019-11-01", "28 October – 1 November 2019", "2019년 10월 28일–11월 1일"),
        ("2019-13", "2019-13", "2019-13"),
        ("whenever", "whenever", "whenever"),
    ],
)
def test_dates_in_words(text: str, english: str, korean: str) -> None:
    assert date_words(text, "en") == english
    assert date_words(text, "ko") == korean


def test_spans_within_a_day() -> None:
    begin, end = "2019-10-28T09:00:00+09:00", "2019-10-28T10:30:00+09:00"
    assert span_words(begin, end, "en") == "28 October 2019, 09:00–10:30"
    assert span_words("2019-10-28", end, "en") == "28 October 2019, until 10:30"


def test_periods() -> None:
    def dates(*texts: str) -> list[Literal]:
        return [Literal(text) for text in texts]

    assert period_words(dates("2014"), [], [], "en") == "2014"
    assert period_words(dates("2014"), dates("2016"), [], "en") == "2014 – 2016"
    assert period_words([], [], dates("2019"), "en") == "as of 2019"
    assert period_words(dates("2014", "2015"), [], [], "en") == "2014 / 2015"
    assert period_words([], [], [], "en") == ""


def test_durations() -> None:
    assert duration_words("P5Y", "en") == "5 years"
    assert duration_words("PT1H30M", "ko") == "1시간 30분"
    assert duration_words("soon", "en") == "soon"
