"""Nobody steps where the sum of the feet is steady and a foot stays down."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.gait.load_run import LoadRun
from plantigrade.gait.load_trace import LoadTrace
from plantigrade.gait.settings import ContactSettings
from plantigrade.gait.signals import Floats
from plantigrade.gait.stillness import (
    PairLoad,
    outside,
    runs,
    steady_rows,
    still_rows,
    still_spans,
)

RULES = ContactSettings()


def pair(left: Floats, right: Floats, from_s: float = 0.0) -> PairLoad:
    return PairLoad(from_s, np.asarray(left, np.float64), np.asarray(right, np.float64))


def run(first: int, *load_n: float) -> LoadRun:
    return LoadRun(first, np.array(load_n))


def bins(trace: LoadTrace) -> list[tuple[int, float]]:
    """Each tenth of a second and its load."""
    return [pair for one in trace.runs() for pair in enumerate(one.load_n.tolist(), one.first)]


def test_tenths_of_a_second_of_the_common_clock() -> None:
    """At 100 Hz from 0.951 s: five samples of the tenth number 9, ten of number 10, three of number 11."""
    time = 0.951 + np.arange(18) / 100.0
    trace = LoadTrace()
    trace.feed(time, np.repeat([1.0, 2.0, 3.0], [5, 10, 3]), np.empty((30, 5)))
    assert bins(trace) == [(9, 1.0), (10, 2.0), (11, 3.0)]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(0, 2**32 - 1))
def test_bins_do_not_depend_on_how_samples_are_cut(pieces: list[int], seed: int) -> None:
    rows = sum(pieces)
    draw = np.random.default_rng(seed)
    time, load = 3.0 + np.arange(rows) / 75.0, draw.normal(300.0, 20.0, rows)
    load[draw.random(rows) < 0.1] = np.nan
    complete, cut = LoadTrace(), LoadTrace()
    complete.feed(time, load, np.empty((rows + 1, 5)))
    start = 0
    for size in pieces:
        cut.feed(time[start : start + size], load[start : start + size], np.empty((size + 1, 5)))
        start += size
    assert bins(complete) == bins(cut)


def test_feet_lie_on_one_clock_and_what_did_not_come_is_missing() -> None:
    load = PairLoad.of([run(5, 1.0, 2.0), run(8, 3.0)], [run(6, 10.0), run(7, 20.0)])
    assert load.from_s == 0.5
    assert load.left_n.tolist()[:2] == [1.0, 2.0] and np.isnan(load.left_n[2]) and load.left_n[3] == 3.0
    assert load.sum_n[1] == 12.0 and np.isnan(load.sum_n[[0, 2, 3]]).all()


def test_one_foot_alone_tells_nothing_of_the_sum() -> None:
    assert still_spans(PairLoad.of([run(0, 300.0)], []), RULES) == []


@pytest.mark.parametrize(
    ("swing_of_the_sum", "steady"), [(0.0, True), (0.05, True), (0.099, True), (0.101, False), (0.4, False)]
)
def test_the_sum_may_move_by_a_tenth_of_its_mean_within_a_second(
    swing_of_the_sum: float, steady: bool
) -> None:
    """Twice a second between mean - half and mean + half of the swing."""
    total = 600.0 * (1.0 + 0.5 * swing_of_the_sum * np.tile([1.0, -1.0], 50))
    assert steady_rows(total).all() == steady
    assert steady_rows(total).any() == steady


def test_noise_about_zero_is_no_load() -> None:
    draw = np.random.default_rng(1)
    assert not steady_rows(np.abs(draw.normal(0.0, 1.5, 600))).any()


def test_a_missing_tenth_ends_what_is_steady() -> None:
    total = np.full(60, 700.0)
    total[30] = np.nan
    assert runs(steady_rows(total)) == [(0, 30), (31, 60)]


@pytest.mark.parametrize(("share", "still"), [(0.5, True), (0.2, True), (0.151, True), (0.02, True)])
def test_uneven_loads_are_still_since_one_foot_stays_down(share: float, still: bool) -> None:
    """Half and half, 80 to 20 as after a stroke, and on one leg."""
    total = np.full(100, 650.0)
    assert still_rows(pair(share * total, (1.0 - share) * total), RULES).all() == still


def test_load_that_drifts_slowly_from_foot_to_foot_is_still() -> None:
    share = np.linspace(0.1, 0.9, 600)
    assert still_rows(pair(640.0 * share, 640.0 * (1.0 - share)), RULES).all()


def test_feet_that_let_go_in_turn_step_however_steady_their_sum_is() -> None:
    """Very slow steps: 1.5 s on each foot, and the sum never moves."""
    left = np.tile(np.repeat([640.0, 0.0], 15), 10)
    assert not still_rows(pair(left, 640.0 - left), RULES).any()


def test_a_shuffle_that_never_unloads_a_foot_steps_because_the_sum_moves() -> None:
    """309 N in swing and 481 N in stance: 790 N on one foot's stance, 962 N in double support."""
    left = np.tile(np.repeat([309.0, 481.0], [3, 8]), 20)
    assert not still_rows(pair(left, np.roll(left, 5)), RULES).any()


def test_contacts_of_still_time_are_left_out() -> None:
    assert outside(np.array([0.0, 2.0, 3.0, 5.0, 9.0]), [(2.0, 3.0), (4.0, 6.0)]).tolist() == [0.0, 3.0, 9.0]
    assert outside(np.array([1.0]), []).tolist() == [1.0]


def test_spans_are_on_the_recordings_clock() -> None:
    total = np.r_[np.full(20, 650.0) * np.tile([0.5, 1.0], 10), np.full(50, 650.0)]
    ((from_s, to_s),) = still_spans(pair(0.5 * total, 0.5 * total, from_s=10.0), RULES)
    assert (from_s, to_s) == pytest.approx((12.0, 17.0), abs=0.2)
