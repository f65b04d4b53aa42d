"""The unloaded codes that the stream learns in swing: when a foot counts as unloaded, how fast they follow,
how far; each step against a number from paper. The insole is the one of round numbers (`paper.py`)."""

from typing import NamedTuple

import numpy as np
import pytest
from plantigrade.calibration import Calibrator
from plantigrade.calibration.stream_kernel import calibrate_rows

from tests.host.calibration.paper import ZERO, codes, insole

LOAD = [2000.0, 0.0]
"""A foot on the ground: codes above the unloaded ones of two sensors."""


class Tracker(NamedTuple):
    """The state of the kernel after its rows."""

    zero: list[float]
    high: float
    low: float
    rows_unloaded: int
    rows_used: int


def track(
    rows: list[list[float]],
    *,
    high: float = 2000.0,
    low: float = 0.0,
    unloaded: int = 0,
    used: int = 0,
    zero: float = 0.0,
    reach: float = 60.0,
) -> Tracker:
    """Runs the kernel over codes above 250 from a state; 100 Hz, so the slow step is 1 / 2000."""
    sensors = len(rows[0])
    zeros, totals = np.full(sensors, ZERO + zero), np.array([high, low])
    counters = np.array([unloaded, used], np.int64)
    none, ones = np.zeros(sensors), np.ones(sensors)
    counts = codes(rows)
    calibrate_rows(
        counts,
        np.empty(counts.shape, np.float32),
        np.zeros(65536),
        none,
        ones,
        none,
        none,
        np.zeros(5),
        0.0,
        1.0,
        np.full(sensors, float(ZERO)),
        reach,
        2000.0,
        zeros,
        none.copy(),
        none.copy(),
        np.zeros((sensors, 5)),
        totals,
        counters,
    )
    return Tracker((zeros - ZERO).tolist(), *totals.tolist(), *counters.tolist())


@pytest.mark.worked_example("zero_count")
def test_the_highest_sum_falls_slowly_and_the_lowest_rises_slowly():
    """Highest 3000 x 0.9995 = 2998.5; lowest 100 + 0.0005 x (2998.5 - 100) = 101.44925, of codes between."""
    got = track([[700.0, 100.0]], high=3000.0, low=100.0)
    assert (got.high, got.low) == (pytest.approx(2998.5), pytest.approx(101.44925))
    # Beyond them, the sum itself; a code below the unloaded one counts as none.
    assert track([[3500.0, -50.0]], high=3000.0, low=100.0).high == 3500.0
    assert track([[20.0, -50.0]], high=3000.0, low=100.0).low == 20.0
    # The sum is over the learned codes: 700 - 30 and 100 - 30.
    assert track([[700.0, 100.0]], high=0.0, low=0.0, zero=30.0).high == 740.0


@pytest.mark.worked_example("zero_count")
@pytest.mark.parametrize(
    ("row", "state", "counts"),
    [
        # 3 % of 1999 - 0.9995 = 59.94 codes above the lowest
        ([30.0, 29.0], {}, True),
        ([31.0, 30.0], {}, False),
        # of 2998.5 - 101.449: within 86.91 of the lowest
        ([100.0, 88.0], {"high": 3000.0, "low": 100.0}, True),
        ([101.0, 88.0], {"high": 3000.0, "low": 100.0}, False),
        # the highest must have been above 1500: 1501 x 0.9995 = 1500.25, 1500 x 0.9995 = 1499.25
        ([0.0, 0.0], {"high": 1501.0}, True),
        ([0.0, 0.0], {"high": 1500.0}, False),
        # the lowest below 15 % of the highest: 299 of 1999, and 300
        ([299.0, 0.0], {"low": 299.0}, True),
        ([300.0, 0.0], {"low": 300.0}, False),
    ],
)
def test_when_a_foot_counts_as_unloaded(row: list[float], state: dict[str, float], counts: bool):
    assert track([row], **state, unloaded=3).rows_unloaded == (4 if counts else 0)


@pytest.mark.worked_example("zero_count")
def test_five_rows_of_swing_are_waited_and_the_sixth_is_learned():
    assert track([[7.0, 3.0]] * 5).zero == [0.0, 0.0]
    assert track([[7.0, 3.0]] * 5)[3:] == (5, 0)
    assert track([[7.0, 3.0]] * 6).zero == [7.0, 3.0]
    assert track([[7.0, 3.0]] * 6)[3:] == (6, 1)
    # A load between begins the wait anew; what was learned stays.
    again = track([*[[7.0, 3.0]] * 6, LOAD, *[[9.0, 9.0]] * 5])
    assert again.zero == [7.0, 3.0]
    assert again[3:] == (5, 1)


@pytest.mark.worked_example("zero_count")
def test_at_first_the_baseline_is_the_mean_of_what_swing_showed():
    """4, then 8, then 3: means 4, 6 and 5."""
    rows = [[0.0, 0.0]] * 5
    assert track([*rows, [4.0, 0.0]]).zero == [4.0, 0.0]
    assert track([*rows, [4.0, 0.0], [8.0, 0.0]]).zero == [6.0, 0.0]
    assert track([*rows, [4.0, 0.0], [8.0, 0.0], [3.0, 0.0]]).zero == [pytest.approx(5.0), 0.0]


@pytest.mark.worked_example("zero_count")
@pytest.mark.parametrize(
    ("used", "above", "moved"),
    [
        (298, 20.0, 20 / 299),  # row 299: the mean, in either direction
        (298, -20.0, -20 / 299),
        (299, 20.0, 0.25 * 20 / 300),  # from row 300 on upwards a quarter as fast: 0.016667
        (299, -20.0, -20 / 300),
        (1998, -20.0, -20 / 1999),
        (1999, -20.0, -20 / 2000),
        (5000, -20.0, -0.01),  # never slower than 20 s of 100 Hz: 20 / 2000
        (5000, 20.0, 0.0025),
    ],
)
def test_how_fast_the_baseline_follows(used: int, above: float, moved: float):
    assert track([[above, 0.0]], unloaded=5, used=used).zero[0] == pytest.approx(moved, rel=1e-9)


@pytest.mark.worked_example("zero_count")
@pytest.mark.parametrize(("above", "learned"), [(59.0, 59.0), (60.0, 60.0), (61.0, 60.0), (-61.0, -60.0)])
def test_the_baseline_stays_within_60_codes_of_the_calibrated_one(above: float, learned: float):
    got = track([[above, above]], unloaded=5, high=40_000.0)
    assert got.zero == [learned, learned]
    assert track([[above, above]], unloaded=5, high=40_000.0, reach=0.0).zero == [0.0, 0.0]


@pytest.mark.worked_example("zero_count")
def test_the_pull_is_towards_the_bounded_code():
    """From 40 towards 60, not towards 100: 40 + 20 / 100."""
    got = track([[100.0, 100.0]], unloaded=5, used=99, zero=40.0, high=40_000.0)
    assert got.zero == [pytest.approx(40.2), pytest.approx(40.2)]


def gait(*, swings: int, shift: float = 0.0) -> np.ndarray:
    """Strides of 2 loaded rows and 18 of swing, of which the tracker uses 13, with shifted codes."""
    stride = [LOAD] * 2 + [[0.0, 0.0]] * 18
    return codes([[a + shift, b + shift] for a, b in stride * swings])


@pytest.mark.worked_example("zero_count")
def test_a_drift_upwards_is_not_eaten_as_baseline():
    """At 20 Hz the slow step is 1 / 400. After 403 used rows of swing at 250, 400 more (30 swings of 13 rows
    and 10 of another) at 270: upwards a quarter of the step, 20 x (1 - (1 - 1 / 1600)^400) = 20 x 0.221260 =
    4.42520 codes. Downwards from there the whole step: 400 rows at 250 leave (1 - 1 / 400)^400 = 0.367419 of
    it, 1.62590 codes."""
    calibrator = Calibrator(insole(2), 20.0)
    calibrator.feed(gait(swings=31))
    assert calibrator.zero_count.tolist() == [250.0, 250.0]
    calibrator.feed(np.concatenate([gait(swings=30, shift=20.0), gait(swings=1, shift=20.0)[:17]]))
    assert calibrator.zero_count == pytest.approx(np.full(2, 254.42520), abs=1e-5)
    calibrator.feed(np.concatenate([gait(swings=30), gait(swings=1)[:17]]))
    assert calibrator.zero_count == pytest.approx(np.full(2, 251.62590), abs=1e-5)


def test_the_learned_baseline_is_what_forces_are_counted_from():
    calibrator = Calibrator(insole(2), 100.0)
    calibrator.feed(codes([LOAD, *[[12.0, 5.0]] * 6]))
    assert calibrator.zero_count.tolist() == [262.0, 255.0]
    assert calibrator.feed(codes([[112.0, 5.0]]))[0] == pytest.approx([100.0, 0.0], rel=1e-6)


@pytest.mark.worked_example("zero_count")
@pytest.mark.parametrize(("above", "learned"), [(59.0, 309.0), (61.0, 310.0), (-59.0, 191.0), (-61.0, 190.0)])
def test_a_stream_learns_within_60_codes(above: float, learned: float):
    calibrator = Calibrator(insole(2), 100.0)
    calibrator.feed(codes([[3800.0, 3800.0], *[[above, above]] * 6]))
    assert calibrator.zero_count.tolist() == [learned, learned]


def test_told_not_to_follow_it_keeps_the_calibrated_codes():
    calibrator = Calibrator(insole(2), 100.0, follow_baseline=False)
    calibrator.feed(codes([LOAD, *[[12.0, 5.0]] * 20]))
    assert calibrator.zero_count.tolist() == [250.0, 250.0]


def test_a_foot_that_only_stands_teaches_nothing():
    calibrator = Calibrator(insole(2), 100.0)
    calibrator.feed(codes([[2000.0, 12.0], *[[500.0, 12.0]] * 300]))
    assert calibrator.zero_count.tolist() == [250.0, 250.0]
    # A shoe that was never loaded by more than 1500 codes is not worn.
    calibrator = Calibrator(insole(2), 100.0)
    calibrator.feed(codes([[1500.0, 0.0], *[[12.0, 5.0]] * 20]))
    assert calibrator.zero_count.tolist() == [250.0, 250.0]
