"""How dates, times, durations and numbers are written in both languages."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.web.formats import NBSP, Formats
from plantigrade.web.words import words_of

BERLIN = ZoneInfo("Europe/Berlin")
TODAY = date(2026, 11, 27)


def written(language: str) -> Formats:
    return Formats(words_of(language), BERLIN, TODAY)


def at(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("day", "english", "german"),
    [
        (TODAY, "27 November", "27. November"),
        (date(2026, 3, 1), "1 March", "1. März"),
        (date(2025, 12, 31), "31 December 2025", "31. Dezember 2025"),
        (None, "not known", "nicht bekannt"),
    ],
)
def test_a_day(day: date | None, english: str, german: str) -> None:
    assert (written("en").day(day), written("de").day(day)) == (english, german)


def test_a_day_with_its_weekday_and_a_short_one() -> None:
    assert written("en").weekday(TODAY) == "Friday 27 November"
    assert written("de").weekday(TODAY) == "Freitag, 27. November"
    assert written("en").short_day(TODAY) == "27 Nov"
    assert written("de").short_day(TODAY) == "27. Nov."


@pytest.mark.parametrize(
    ("moment", "english", "german"),
    [
        (at(27, 9, 5), "9:05", "9:05"),
        (at(26, 17, 52), "yesterday 17:52", "gestern, 17:52"),
        (at(28, 0, 0), "tomorrow 0:00", "morgen, 0:00"),
        (at(14, 8, 0), "14 November 8:00", "14. November, 8:00"),
        (None, "not known", "nicht bekannt"),
    ],
)
def test_a_moment_names_the_day_unless_it_is_today(
    moment: datetime | None, english: str, german: str
) -> None:
    assert (written("en").moment(moment), written("de").moment(moment)) == (english, german)


def test_a_moment_in_ns_is_that_of_the_person_s_zone() -> None:
    utc = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    ns = int(utc.timestamp()) * 1_000_000_000
    assert written("en").moment(ns) == written("en").moment(utc) == "0:30"


def test_a_span_says_its_day_once() -> None:
    assert written("en").span(at(26, 17, 52), at(26, 18, 20)) == "yesterday 17:52 to 18:20"
    assert written("en").span(at(26, 23, 50), at(27, 0, 10)) == "yesterday 23:50 to 0:10"
    assert written("en").span(at(27, 9, 0), None) == "9:00"


@pytest.mark.parametrize(
    ("seconds", "english"),
    [
        (0, "0 s"),
        (45.4, "45 s"),
        (119.4, "119 s"),
        (120, "2 min"),
        (3720, "62 min"),
        (5400, "1 h 30 min"),
        (7200, "2 h"),
        (24_000, "6 h 40 min"),
        (None, "not known"),
    ],
)
def test_a_duration(seconds: float | None, english: str) -> None:
    assert written("en").duration(seconds).replace(NBSP, " ") == english


@pytest.mark.parametrize(
    ("value", "digits", "english", "german"),
    [
        (4210, 0, "4,210", "4.210"),
        (1_234_567.25, 1, "1,234,567.3", "1.234.567,3"),
        (0.05, 1, "0.1", "0,1"),
        (2, 2, "2.00", "2,00"),
        (-3.5, 1, "\u22123.5", "\u22123,5"),
        (-0.04, 1, "0.0", "0,0"),
        (float("nan"), 0, "not known", "nicht bekannt"),
        (None, 0, "not known", "nicht bekannt"),
    ],
)
def test_a_number(value: float | None, digits: int, english: str, german: str) -> None:
    assert (written("en").number(value, digits), written("de").number(value, digits)) == (english, german)


def test_a_number_and_its_unit_stay_on_one_line() -> None:
    assert written("de").quantity(74, "%") == f"74{NBSP}%"
    assert written("en").quantity(None, "%") == "not known"
    assert written("en").interval(1.2, 1.4, "s", 1) == f"1.2 to 1.4{NBSP}s"


def test_items_are_listed_as_in_a_sentence() -> None:
    assert written("en").listed(["a", "b", "c"]) == "a, b and c"
    assert written("de").listed(["a", "b"]) == "a und b"
    assert [written("en").listed(items) for items in ([], ["a"])] == ["", "a"]


@given(st.integers(0, 200_000))
def test_a_duration_that_is_read_back_is_within_its_last_unit(seconds: int) -> None:
    units = {"s": 1, "min": 60, "h": 3600}
    text = written("en").duration(seconds).split(" ")
    read = sum(int(part.split(NBSP)[0]) * units[part.split(NBSP)[1]] for part in text)
    assert abs(read - seconds) <= (0 if text[-1].endswith(f"{NBSP}s") else 30)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_days_are_told_apart(day: date) -> None:
    for language in ("en", "de"):
        assert written(language).day(day) != written(language).day(day + timedelta(1))
