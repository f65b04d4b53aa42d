"""Axes with round numbers; lines that do not bridge what is not known."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.web.charts.axes import band_path, line_path, spans_of, ticks_to

NAN = float("nan")


@given(st.floats(1e-6, 1e9))
def test_ticks_reach_the_top_in_equal_round_steps(top: float) -> None:
    ticks = ticks_to(top)
    assert ticks[0] == 0 and ticks[-1] >= top * (1 - 1e-9) and 2 <= len(ticks) <= 5
    steps = {round((after - before) / ticks[1], 6) for before, after in pairwise(ticks)}
    assert steps == {1.0}


@pytest.mark.parametrize("top", [0.0, -5.0, NAN, math.inf])
def test_without_a_top_the_axis_goes_to_one(top: float) -> None:
    assert ticks_to(top)[-1] == 1.0


def test_gaps_stay_open() -> None:
    assert line_path([0, 1, 2], [NAN, NAN, NAN]) == ""
    assert line_path([0, 1, 2], [1, NAN, 3]) == "M0 1M2 3"
    assert band_path([0, 1, 2, 3], [0, 0, NAN, 0], [1, 1, NAN, 1]) == "M0 1L1 1L1 0L0 0Z"


def test_runs() -> None:
    assert spans_of([]) == []
    assert spans_of([False, True, True]) == [(1, 3)]
