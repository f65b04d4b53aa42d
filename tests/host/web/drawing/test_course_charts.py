"""Charts of days: nothing known is grey, an axis holds all values, one day alone is a point."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.web.drawing.course import Days, axis_of, bars, lines, places_of_dates, points, single_line
from plantigrade.web.drawing.spark import spark

FINITE = st.floats(-1e6, 1e6)


@given(st.lists(FINITE, min_size=1, max_size=30))
def test_an_axis_of_round_numbers_holds_every_value(values: list[float]) -> None:
    axis = axis_of(values)
    slack = 1e-6 * (axis.high - axis.low)
    assert axis.low - slack <= min(values) <= max(values) <= axis.high + slack
    assert 2 <= len(axis.ticks) <= 6
    assert list(axis.ticks) == sorted(axis.ticks)
    assert (axis.ticks[0], axis.ticks[-1]) == (axis.low, pytest.approx(axis.high))


@pytest.mark.parametrize(
    ("values", "low", "ticks"),
    [
        ([5.0, 9.1], 0.0, (0.0, 5.0, 10.0)),
        ([12.0], 0.0, (0.0, 5.0, 10.0, 15.0)),
        ([31.2, 42.8], None, (30.0, 35.0, 40.0, 45.0)),
        ([40.0, 60.0], None, (40.0, 50.0, 60.0)),
        ([0.0], 0.0, (0.0, 0.5, 1.0)),
        ([], None, (0.0, 0.5, 1.0)),
    ],
)
def test_ticks(values: list[float], low: float | None, ticks: tuple[float, ...]) -> None:
    assert axis_of(values, low=low).ticks == pytest.approx(ticks)


def test_runs_of_unknown_days_are_one_grey_band_each() -> None:
    drawn = bars(Days(6), [None, None, 3.0, None, 4.0, None], axis_of([4.0], low=0.0))
    assert drawn.count('class="band gap"') == 3
    assert 'x="0.0" y="0" width="200.0"' in drawn


def test_a_known_zero_is_a_bar_without_height_and_no_gap() -> None:
    drawn = bars(Days(2), [0.0, 4.0], axis_of([4.0], low=0.0))
    assert "band gap" not in drawn


def test_a_line_stops_at_unknown_days_and_one_day_alone_is_a_point() -> None:
    left = [1.0, 2.0, None, 3.0, None]
    drawn = lines(Days(5), left, [None] * 5, axis_of([1.0, 3.0]))
    assert drawn.count('class="ln left"') == 1
    assert drawn.count('class="pt small left"') == 1
    assert "ln right" not in drawn
    assert drawn.count("band gap") == 2


def test_a_foot_of_which_nothing_is_known_is_no_gap_while_the_other_one_is() -> None:
    assert "band gap" not in lines(Days(2), [1.0, 2.0], [None, None], axis_of([1.0, 2.0]))


def test_events_of_one_day_are_one_line() -> None:
    drawn = single_line(Days(4, (1, 1, 3)), [1.0] * 4, axis_of([1.0]))
    assert drawn.count('class="mark"') == 2


def test_days_without_a_pain_score_are_left_empty() -> None:
    drawn = points(Days(3), [0.0, None, 10.0], axis_of([], low=0.0, high=10.0))
    assert "band gap" not in drawn
    assert drawn.count("h0") == 2


@pytest.mark.parametrize("count", [14, 56, 364])
def test_dates_stand_below_the_first_and_the_last_day(count: int) -> None:
    places = places_of_dates(count)
    assert (places[0], places[-1], len(places)) == (0, count - 1, 5)


@given(st.lists(st.none() | st.floats(0, 24), max_size=14))
def test_a_small_line_has_a_bar_or_a_gap_for_each_day(hours: list[float | None]) -> None:
    drawn = spark(hours)
    assert drawn.count("M") == len(hours)
