"""Which strides are steady: every reason with an example on both sides of its limit.

The tables are written down stride by stride. A stride is odd beyond three spreads from the running median; a
spread is 1.4826 times the median deviation, at least 0.8 % of the usual value.
"""

from dataclasses import replace

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from plantigrade.gait.results import Reason, StrideTable, Turn
from plantigrade.gait.settings import BoutSettings
from plantigrade.gait.steady_strides import mark_bout, robust_distance, running_median

from tests.host.gait.tables import table_of

RULES = BoutSettings()
NAN = float("nan")


def test_a_running_median_is_taken_over_strides_on_either_side() -> None:
    """Two on either side: of 5 9 1 the median is 5, of 5 9 1 7 it is 6, of 5 9 1 7 3 it is 5 ..."""
    assert running_median(np.array([5.0, 9, 1, 7, 3, 8]), 2).tolist() == [5.0, 6.0, 5.0, 7.0, 5.0, 7.0]
    assert running_median(np.array([5.0, 9, 1, 7, 3, 8]), 1).tolist() == [7.0, 5.0, 7.0, 3.0, 7.0, 5.5]
    assert running_median(np.array([5.0, 9, 1]), 0).tolist() == [5.0, 9.0, 1.0]
    assert running_median(np.array([]), 2).shape == (0,)


def test_a_running_median_leaves_out_what_is_not_known() -> None:
    found = running_median(np.array([5.0, NAN, 1.0, NAN, NAN, NAN, NAN, 8.0]), 1)
    assert found.tolist()[:4] == [5.0, 3.0, 1.0, 1.0]
    assert np.isnan(found[4]) and np.isnan(found[5])
    assert found.tolist()[6:] == [8.0, 8.0]
    assert np.isnan(running_median(np.full(3, NAN), 1)).all()


@given(st.lists(st.one_of(st.just(NAN), st.floats(-1e6, 1e6)), max_size=60), st.integers(0, 12))
def test_running_medians_are_those_of_numpy_to_the_bit(values: list[float], half: int) -> None:
    windows = [values[max(0, row - half) : row + half + 1] for row in range(len(values))]
    known = [[value for value in window if not np.isnan(value)] for window in windows]
    expected = np.array([np.median(window) if window else NAN for window in known])
    np.testing.assert_array_equal(running_median(np.array(values), half), expected)


def test_distance_is_counted_in_robust_standard_deviations() -> None:
    """Deviations from a running median of 10: 1, -1, 1, -1, 2 and the rest; the median of them is 1."""
    values = np.array([11.0, 9, 11, 9, 12, 10, 8, 9, 11, 10, 11])
    found = robust_distance(values, 20)
    # median of all is 10; deviations 1 1 1 1 2 0 2 1 1 0 1: median 1, so 1.4826 is one spread
    assert found == pytest.approx((values - 10.0) / 1.4826)


def test_a_walker_as_even_as_a_clock_has_a_least_spread_of_0_8_per_cent() -> None:
    values = np.full(9, 2.0)
    values[4] = 2.1
    found = robust_distance(values, 20)
    assert found[4] == pytest.approx(0.1 / 0.016)
    assert found[0] == 0.0
    below = np.full(9, -2.0)
    below[4] = -2.1
    assert robust_distance(below, 20)[4] == pytest.approx(-0.1 / 0.016)


def test_distance_of_what_is_not_known_is_not_known() -> None:
    values = np.full(9, 2.0)
    values[4], values[6] = 2.1, NAN
    found = robust_distance(values, 20)
    assert np.isnan(found[6]) and found[4] == pytest.approx(6.25)
    assert np.isnan(robust_distance(np.full(4, NAN), 2)).all()
    assert robust_distance(np.array([2.0]), 10).tolist() == [0.0]
    assert robust_distance(np.array([]), 10).shape == (0,)


def even(count: int = 40, stride_s: float = 1.0, **kwargs: object) -> StrideTable:
    return table_of([stride_s] * count, **kwargs)  # type: ignore[arg-type]


def reasons(table: StrideTable) -> dict[int, Reason]:
    """Row and reason of each stride that is not steady."""
    return {row: Reason(int(value)) for row, value in enumerate(table.reason) if value}


ENDS = {0: Reason.START, 39: Reason.STOP}


@pytest.mark.parametrize(
    ("count", "ends"),
    [
        (5, {0: Reason.START, 4: Reason.STOP}),
        (3, {0: Reason.START, 2: Reason.STOP}),
        (2, {}),  # nothing would be left
        (1, {}),
        (0, {}),
    ],
)
def test_start_and_stop_are_the_first_and_the_last_stride(count: int, ends: dict[int, Reason]) -> None:
    table = even(count)
    assert mark_bout([table], 0, RULES) == []
    assert reasons(table) == ends


@pytest.mark.parametrize(
    ("count", "starts", "stops"), [(9, [0, 1, 2], [6, 7, 8]), (7, [0, 1, 2], [4, 5, 6]), (6, [0, 1], [4, 5])]
)
def test_more_strides_can_be_spared_at_the_ends_of_a_longer_bout(
    count: int, starts: list[int], stops: list[int]
) -> None:
    """Three at either end; a bout too short for that keeps one or two in its middle."""
    table = even(count)
    mark_bout([table], 0, replace(RULES, edge_strides=3))
    assert reasons(table) == dict.fromkeys(starts, Reason.START) | dict.fromkeys(stops, Reason.STOP)


def test_no_stride_is_spared_where_none_is_to_be() -> None:
    table = even(9)
    mark_bout([table], 0, replace(RULES, edge_strides=0))
    assert reasons(table) == {}


def with_stride(row: int, stride_s: float, swing_s: float = 0.4, count: int = 40) -> StrideTable:
    """Even strides of 1.0 s with a swing of 0.4 s but for one."""
    stride, swing = np.full(count, 1.0), np.full(count, 0.4)
    stride[row], swing[row] = stride_s, swing_s
    return table_of(stride, swing)


@pytest.mark.parametrize(
    ("stride_s", "swing_s", "odd"),
    [
        (1.0239, 0.4, True),  # stance 0.6239 of 0.6 s: beyond 3 x 0.8 % of 0.6 s = 14.4 ms
        (1.0143, 0.4, False),
        (1.0145, 0.4, True),
        (0.9855, 0.4, True),
        (0.9857, 0.4, False),
        (1.0, 0.4095, False),  # swing: 3 x 0.8 % of 0.4 s = 9.6 ms
        (1.0, 0.4097, True),
        (1.0, 0.3905, False),
        (1.0, 0.3903, True),
        (1.0241, 0.4092, True),  # stride: 24 ms; its stance 14.9 ms longer
        (1.0235, 0.4093, False),  # all three within
    ],
)
def test_an_outlier_leaves_the_pattern_by_stride_swing_or_stance_time(
    stride_s: float, swing_s: float, odd: bool
) -> None:
    table = with_stride(20, stride_s, swing_s)
    assert mark_bout([table], 0, RULES) == []
    assert reasons(table) == ENDS | ({20: Reason.OUTLIER} if odd else {})


@pytest.mark.parametrize(
    ("stride_s", "reason"),
    [
        (1.51, Reason.STUMBLE),
        (1.5, Reason.OUTLIER),
        (1.1, Reason.OUTLIER),
        (0.9, Reason.OUTLIER),
        (0.6, Reason.OUTLIER),
        (0.59, Reason.STUMBLE),
    ],
)
def test_a_stumble_is_half_as_long_again_or_below_60_per_cent(stride_s: float, reason: Reason) -> None:
    table = with_stride(20, stride_s)
    mark_bout([table], 0, RULES)
    assert reasons(table) == ENDS | {20: reason}


def test_a_stumble_is_measured_by_the_usual_stride_of_its_own_foot() -> None:
    """1.6 s is a stumble beside 1.0 s, an outlier beside 1.2 s."""
    slow = table_of([1.2] * 20 + [1.6] + [1.2] * 19, 0.4)
    quick = table_of([1.0] * 20 + [1.6] + [1.0] * 19, 0.4, first_s=100.0)
    mark_bout([slow, quick], 0, RULES)
    assert reasons(slow)[20] == Reason.OUTLIER
    assert reasons(quick)[20] == Reason.STUMBLE


def test_a_stride_at_the_end_that_is_odd_too_has_one_reason_unless_it_is_a_stumble() -> None:
    table = with_stride(0, 1.2)
    mark_bout([table], 0, RULES)
    assert reasons(table) == ENDS
    table = with_stride(39, 1.7)
    mark_bout([table], 0, RULES)
    assert reasons(table) == ENDS | {39: Reason.STOP | Reason.STUMBLE}


def test_a_stride_that_is_an_artefact_is_no_outlier_as_well() -> None:
    table = with_stride(20, 1.2)
    table.reason[20] = Reason.ARTEFACT
    mark_bout([table], 0, RULES)
    assert reasons(table)[20] == Reason.ARTEFACT


def test_the_pattern_follows_a_walker_who_slows_down() -> None:
    """Strides grow by 3 ms each, by 117 ms in all; the running median goes along and none is odd."""
    table = table_of(1.0 + 0.003 * np.arange(40), 0.4)
    mark_bout([table], 0, RULES)
    assert set(reasons(table)) == {0, 39}


def test_only_the_strides_of_the_bout_are_looked_at() -> None:
    """Three bouts of 12 strides; the middle one is slower. Marking it marks nothing of the others."""
    stride = np.repeat([1.0, 1.4, 1.0], 12)
    bout = np.repeat([0, 1, 2], 12)
    table = table_of(stride, 0.4)
    table.bout[:] = bout
    mark_bout([table], 1, RULES)
    assert reasons(table) == {12: Reason.START, 23: Reason.STOP}
    mark_bout([table], 0, RULES)
    assert reasons(table) == {0: Reason.START, 11: Reason.STOP, 12: Reason.START, 23: Reason.STOP}


def both(
    left_odd: list[int], right_odd: list[int], count: int = 40, odd_s: float = 1.2
) -> tuple[StrideTable, StrideTable]:
    """Feet half a second apart; odd strides are longer in stance, the next one as much shorter to keep step.

    Times of the odd rows are kept in place: a stride of row k of the left foot begins at k seconds.
    """
    tables: list[StrideTable] = []
    for rows, first_s in ((left_odd, 0.0), (right_odd, 0.5)):
        table = even(count, first_s=first_s)
        for row in rows:
            table.stance_time_s[row] = odd_s - 0.4
        tables.append(table)
    return tables[0], tables[1]


def test_three_odd_strides_of_six_are_a_turn() -> None:
    """In order of time: left 20, right 20, left 21. The turn lasts from 20 s to the end of left 21, 22 s."""
    left, right = both([20, 21], [20])
    assert mark_bout([left, right], 0, RULES) == [Turn(20.0, 22.0)]
    # strides that lie in it in part: left 20 and 21, right 19 (19.5 to 20.5) to 21 (21.5 to 22.5)
    assert reasons(left) == ENDS | {20: Reason.TURN | 0, 21: Reason.TURN}
    assert reasons(right) == ENDS | {19: Reason.TURN, 20: Reason.TURN, 21: Reason.TURN}


def test_two_odd_strides_are_outliers_and_no_turn() -> None:
    left, right = both([20], [20])
    assert mark_bout([left, right], 0, RULES) == []
    assert reasons(left) == ENDS | {20: Reason.OUTLIER}
    assert reasons(right) == ENDS | {20: Reason.OUTLIER}


def test_three_odd_strides_too_far_apart_are_no_turn() -> None:
    """Six in a row around each: left 18, 20, 22 lie 4 strides of both feet apart."""
    left, right = both([18, 20, 22], [])
    assert mark_bout([left, right], 0, RULES) == []
    assert reasons(left) == ENDS | dict.fromkeys((18, 20, 22), Reason.OUTLIER)
    assert reasons(right) == ENDS


def test_a_stumble_within_a_turn_is_both() -> None:
    left, right = both([20, 21], [20])
    left.stride_time_s[20] = 1.7
    mark_bout([left, right], 0, RULES)
    assert reasons(left)[20] == Reason.TURN | Reason.STUMBLE
    assert reasons(left)[21] == Reason.TURN


@pytest.mark.parametrize(("second", "count"), [(23, 1), (24, 2)])
def test_turns_less_than_a_second_apart_are_one(second: int, count: int) -> None:
    """The first ends at 22 s with left 21; the next begins with left 23 at 23 s, or with left 24 at 24 s."""
    left, right = both([20, 21, second, second + 1], [20, second])
    found = mark_bout([left, right], 0, RULES)
    if count == 1:
        assert found == [Turn(20.0, 25.0)]
    else:
        assert found == [Turn(20.0, 22.0), Turn(24.0, 26.0)]


@pytest.mark.parametrize(("start_s", "count"), [(22.95, 1), (23.05, 2)])
def test_a_second_between_turns_counts_from_the_end_of_the_last_stride(start_s: float, count: int) -> None:
    left, right = both([20, 21, 23, 24], [20, 23])
    left.initial_contact_s[23] = start_s
    assert len(mark_bout([left, right], 0, RULES)) == count


def test_a_turn_ends_with_the_last_of_its_strides_however_they_overlap() -> None:
    """Right 20 (20.5 to 21.5 s) is odd and long: to 24 s; left 21 ends before it."""
    left, right = both([20, 21], [20])
    right.next_initial_contact_s[20] = 24.0
    assert mark_bout([left, right], 0, RULES) == [Turn(20.0, 24.0)]


def test_how_many_of_how_many_strides_make_a_turn_can_be_set() -> None:
    left, right = both([20], [20])
    assert mark_bout([left, right], 0, replace(RULES, turn_odd=2)) == [Turn(20.0, 21.5)]
    left, right = both([20, 21], [20])
    assert mark_bout([left, right], 0, replace(RULES, turn_odd=4)) == []
    left, right = both([18, 20, 22], [])
    assert len(mark_bout([left, right], 0, replace(RULES, turn_strides=9))) == 1


@pytest.mark.parametrize(("count", "turns"), [(9, 1), (8, 0)])
def test_a_bout_too_short_shows_no_turns(count: int, turns: int) -> None:
    """Eighteen strides of both feet at least, three times the six."""
    left, right = both([4, 5], [4], count=count)
    assert len(mark_bout([left, right], 0, RULES)) == turns


def test_the_limit_of_three_spreads_can_be_set() -> None:
    table = with_stride(20, 1.02)
    mark_bout([table], 0, replace(RULES, outlier_mads=5.0))
    assert reasons(table) == ENDS
    table = with_stride(20, 1.02)
    mark_bout([table], 0, replace(RULES, outlier_mads=4.0))
    assert reasons(table) == ENDS | {20: Reason.OUTLIER}


def test_how_far_the_running_median_looks_can_be_set() -> None:
    """Three strides of 1.3 s among strides of 1.0 s: beside one neighbour on either side each is usual;
    beside ten all three are odd."""
    stride = np.full(40, 1.0)
    stride[20:23] = 1.3
    near, far = table_of(stride, 0.4), table_of(stride, 0.4)
    mark_bout([near], 0, replace(RULES, running_strides=1, turn_odd=6))
    assert reasons(near) == ENDS
    mark_bout([far], 0, replace(RULES, turn_odd=6))
    assert reasons(far) == ENDS | dict.fromkeys((20, 21, 22), Reason.OUTLIER)


def test_a_foot_without_strides_in_the_bout_is_left_alone() -> None:
    left, right = with_stride(20, 1.7), table_of([])
    assert mark_bout([left, right], 0, RULES) == []
    assert reasons(left) == ENDS | {20: Reason.STUMBLE}
    other = even(bout=3)
    assert mark_bout([left, other], 0, RULES) == [] and reasons(other) == {}


def test_reasons_in_words() -> None:
    assert Reason(0).text == ""
    assert (Reason.TURN | Reason.OUTLIER).text == "turn; outlier"
    texts = {one: one.text for one in Reason if one}
    assert texts == {
        Reason.EDGE: "edge of the recording",
        Reason.TURN: "turn",
        Reason.START: "start of walking",
        Reason.STOP: "end of walking",
        Reason.STUMBLE: "stumble or missed step",
        Reason.ARTEFACT: "artefact",
        Reason.OUTLIER: "outlier",
        Reason.GAP: "samples missing",
        Reason.OUTSIDE_BOUT: "not in a walking bout",
        Reason.RUNNING: "running between walks",
        Reason.STAIRS: "stairs",
    }
