"""Dates and times of day as spreadsheets write them in all regions."""

# ruff: noqa: RUF001

from datetime import datetime, timedelta

import pytest
from plantigrade.imports.wall_clock import WallClockError, moment, wall_clock


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-29",
        "2026/11/29",
        "29.11.2026",
        "29.11.26",
        "29/11/2026",
        "11/29/2026",
        "29-11-2026",
        "29 Nov 2026",
        "Nov 29, 2026",
        "November 29, 2026",
        "29. November 2026",
        "29-Nov-26",
        "29 nov. 2026",
        "29 de noviembre de 2026",
        "29 novembre 2026",
        "29 нояб. 2026 г.",
        "2026年11月29日",
        "29 Kasım 2026",
    ],
)
def test_one_day(text: str):
    assert moment(text) == datetime(2026, 11, 29)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-29 20:15",
        "2026-11-29T20:15:00",
        "11/29/2026 8:15 PM",
        "29.11.2026 8:15:00 p.m.",
        "29/11/2026 20:15",
        "2026年11月29日 下午8:15",
        "29. November 2026, 20:15",
    ],
)
def test_one_moment(text: str):
    assert moment(text) == datetime(2026, 11, 29, 20, 15)


def test_zones_of_a_moment():
    assert str(moment("2026-07-01 08:20 Europe/Berlin")) == "2026-07-01 08:20:00+02:00"
    assert str(moment("2026-07-01T08:20:00Z")) == "2026-07-01 08:20:00+00:00"
    assert str(moment("2026-07-01 08:20:00 -0930")) == "2026-07-01 08:20:00-09:30"
    with pytest.raises(ValueError, match="'Europe/Nowhere' is no time zone"):
        moment("2026-07-01 08:20 Europe/Nowhere")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("03/04/2026", "'03/04/2026' may be 2026-04-03 or 2026-03-04; write it as 2026-04-03"),
        ("30 listopad 2026", "may be 2026-10-30 or 2026-11-30"),  # Croatian October, Czech November
        ("31.02.2026", "is no date"),
        ("13/13/2026", "is no date"),
        ("yesterday", "is no date"),
        ("2026-11-29 25:00", "is no time of a day"),
        ("2026-11-29 13:00 PM", "is no time of a day"),
    ],
)
def test_what_is_no_date_or_may_be_two(text: str, problem: str):
    with pytest.raises(ValueError, match=problem.replace("(", r"\(")):
        moment(text)


@pytest.mark.worked_example("time_s")
@pytest.mark.parametrize(
    ("texts", "seconds"),
    [
        (["08:20:44.120", "08:20:44.130"], [0.0, 0.01]),
        (["8:20:44,12", "8:20:44,13"], [0.0, 0.01]),
        (["08:20:44:120", "08:20:44:130"], [0.0, 0.01]),
        (["11:59:59.99 AM", "12:00:00.00 PM"], [0.0, 0.01]),
        (["11:59:59.99 p.m.", "12:00:00.00 a.m."], [0.0, 0.01]),
        (["12:59:59.99", "1:00:00.00"], [0.0, 0.01]),  # a clock of 12 hours that does not tell the half
        (["23:59:59.99", "00:00:00.00"], [0.0, 0.01]),  # midnight
        (["59:59.9", "00:00.0"], [0.0, 0.1]),  # minutes and seconds, as Excel shows them
        (["2026-12-31 23:59:59.99", "2027-01-01 00:00:00.00"], [0.0, 0.01]),
    ],
)
def test_time_that_passes(texts: list[str], seconds: list[float]):
    assert wall_clock(texts).seconds.tolist() == pytest.approx(seconds, abs=1e-9)


@pytest.mark.parametrize(
    ("dates", "start", "note"),
    [
        (["30/11/2026", "01/12/2026"], datetime(2026, 11, 30, 23, 59, 59), ""),
        (["03/04/2026", "04/04/2026"], datetime(2026, 4, 3, 23, 59, 59), ""),  # a day passed, not a month
        (["03/04/2026", "03/05/2026"], datetime(2026, 3, 4, 23, 59, 59), ""),
        (["03.04.2026", "04.04.2026"], datetime(2026, 4, 3, 23, 59, 59), ""),
    ],
)
def test_the_order_of_day_and_month_is_that_of_all_dates(dates: list[str], start: datetime, note: str):
    shown = wall_clock(["23:59:59", "00:00:00"], dates)
    assert (shown.start, shown.note) == (start, note)
    assert shown.seconds.tolist() == [0.0, 1.0]


def test_a_date_that_may_be_two_is_not_guessed():
    shown = wall_clock(["03/04/2026 10:00:00.00", "03/04/2026 10:00:00.01"])
    assert shown.start is None
    assert "may be 2026-04-03 or 2026-03-04: the date of the recording is not known" in shown.note
    assert shown.seconds.tolist() == pytest.approx([0.0, 0.01])


@pytest.mark.parametrize(
    ("texts", "row", "problem"),
    [
        (["10:00:00", "25:00:00"], 1, "is no time of a day"),
        (["10:00:00", "soon"], 1, "is no time such as"),
        (["10:00:00", "10:61:00"], 1, "is no time of a day"),
        (["32.12.2026 10:00:00", "32.12.2026 10:00:01"], 0, "is no date"),
    ],
)
def test_the_row_that_is_no_time_is_named(texts: list[str], row: int, problem: str):
    with pytest.raises(WallClockError, match=problem) as caught:
        wall_clock(texts)
    assert caught.value.row == row


def test_an_offset_in_the_cells_is_kept():
    start = wall_clock(["2026-07-01T08:20:00.00+02:00", "2026-07-01T08:20:00.01+02:00"]).start
    assert start is not None
    assert start.utcoffset() == timedelta(hours=2)
