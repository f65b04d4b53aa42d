"""Force figures of single stances drawn by hand: F1, F2, F3, their times, slopes, impulse and mean.

The stances are polygons on a grid of 100 Hz, so that every figure can be read off a sheet of paper. The two
peaks differ in height and in time, and so do the two flanks.
"""

import numpy as np
import pytest
from plantigrade.gait import stride_kernel
from plantigrade.gait.stride_kernel import Force

from tests.host.gait.drawn import Corners, curve_of, drawn, features_of, grid

CAMEL: Corners = [
    (0.00, 0.0),
    (0.04, 80.0),
    (0.12, 720.0),
    (0.16, 800.0),
    (0.20, 800.0),
    (0.35, 500.0),
    (0.39, 500.0),
    (0.55, 900.0),
    (0.62, 900.0),
    (0.65, 810.0),
    (0.77, 90.0),
    (0.80, 0.0),
]
"""Two humps of 0.8 s: 800 N, then 500 N, then 900 N. Only the middle of each flank is steep: 8000 N/s up from
10 to 90 % of F1, 6000 N/s down from 90 to 10 % of F3; the ends are 2000 and 3000 N/s."""
CAMEL_AREA = 1.6 + 32 + 30.4 + 32 + 97.5 + 20 + 112 + 63 + 25.65 + 54 + 1.35
"""Trapezoids between the corners, in order: 469.5 N s."""


def camel(**kwargs: float) -> dict[Force, float]:
    time = grid(0.8)
    return features_of(time, drawn(CAMEL, time), 0.0, 0.8, **kwargs)  # type: ignore[arg-type]


@pytest.mark.worked_example("peak_force_n", "f1_n", "f2_n", "f3_n")
def test_first_peak_valley_and_push_off_peak() -> None:
    got = camel()
    assert got[Force.F1] == pytest.approx(800.0, abs=1e-9)
    assert got[Force.F2] == pytest.approx(500.0, abs=1e-9)
    assert got[Force.F3] == pytest.approx(900.0, abs=1e-9)
    assert got[Force.PEAK] == pytest.approx(900.0, abs=1e-9)


@pytest.mark.worked_example("f1_time_pct", "f2_time_pct", "f3_time_pct")
def test_their_times_are_shares_of_stance() -> None:
    """A plateau counts where it is nearest to mid-stance: F1 at 0.20 s, F3 at 0.55 s; the valley where it is
    first reached, 0.35 s; all of 0.80 s."""
    got = camel()
    assert got[Force.F1_TIME] == pytest.approx(25.0, abs=1e-9)
    assert got[Force.F2_TIME] == pytest.approx(43.75, abs=1e-9)
    assert got[Force.F3_TIME] == pytest.approx(68.75, abs=1e-9)


@pytest.mark.worked_example("loading_rate_n_per_s")
def test_the_loading_rate_is_the_slope_from_20_to_80_per_cent_of_f1() -> None:
    """160 N at 0.05 s, 640 N at 0.11 s: 480 N in 0.06 s. From 5 to 95 % it would be 6000 N/s, from 20 to 80 %
    of F3 540 / 0.0725 = 7448 N/s."""
    assert camel()[Force.LOADING] == pytest.approx(8000.0, abs=1e-6)


@pytest.mark.worked_example("push_off_rate_n_per_s")
def test_the_push_off_rate_is_the_slope_from_80_to_20_per_cent_of_f3() -> None:
    """720 N at 0.665 s, 180 N at 0.755 s: 540 N in 0.09 s, told as a positive figure."""
    assert camel()[Force.PUSH_OFF] == pytest.approx(6000.0, abs=1e-6)


@pytest.mark.worked_example("impulse_n_s", "mean_force_n")
def test_impulse_is_the_area_and_mean_force_the_area_over_stance_time() -> None:
    got = camel()
    assert pytest.approx(469.5) == CAMEL_AREA
    assert got[Force.IMPULSE] == pytest.approx(469.5, abs=1e-9)
    assert got[Force.MEAN] == pytest.approx(586.875, abs=1e-9)  # 469.5 / 0.8


def test_the_level_kept_in_swing_is_taken_off_every_force() -> None:
    time = grid(0.8)
    bare = features_of(time, drawn(CAMEL, time), 0.0, 0.8)
    shoe = features_of(time, drawn(CAMEL, time) + 35.0, 0.0, 0.8, swing=35.0)
    assert shoe == pytest.approx(bare, abs=1e-6)


def test_a_stance_in_the_middle_of_the_samples_with_other_times() -> None:
    """The same stance from 2.0 s on, told to last from 1.96 to 2.86 s (0.9 s): F1 at (0.20 + 0.04) / 0.9,
    F2 at 0.39 / 0.9, F3 at 0.59 / 0.9; area as before, mean 469.5 / 0.9."""
    time = grid(4.0)
    total = np.where((time > 1.99) & (time < 2.81), drawn([(a + 2.0, f) for a, f in CAMEL], time), 0.0)
    got = features_of(time, total, 1.96, 2.86)
    assert got[Force.F1_TIME] == pytest.approx(26.6666667, abs=1e-6)
    assert got[Force.F2_TIME] == pytest.approx(43.3333333, abs=1e-6)
    assert got[Force.F3_TIME] == pytest.approx(65.5555556, abs=1e-6)
    assert got[Force.IMPULSE] == pytest.approx(469.5, abs=1e-9)
    assert got[Force.MEAN] == pytest.approx(521.6666667, abs=1e-6)


def test_samples_need_not_be_evenly_spaced() -> None:
    """Only the corners are sampled: the area is the same to the bit of the trapezoids, and so are the
    slopes, since lines are straight between samples."""
    at, value = (np.array(column) for column in zip(*CAMEL, strict=True))
    got = features_of(at, value, 0.0, 0.8)
    assert got[Force.IMPULSE] == pytest.approx(469.5, abs=1e-9)
    assert got[Force.LOADING] == pytest.approx(8000.0, abs=1e-6)
    assert got[Force.PUSH_OFF] == pytest.approx(6000.0, abs=1e-6)
    assert (got[Force.F1], got[Force.F2], got[Force.F3]) == (800.0, 500.0, 900.0)


TRAPEZOID: Corners = [(0.0, 0.0), (0.1, 600.0), (0.5, 600.0), (0.7, 0.0)]


@pytest.mark.worked_example("peak_force_n", "impulse_n_s", "mean_force_n")
def test_a_trapezoid_has_no_peaks_but_slopes_and_an_area() -> None:
    """Slow walking: 600 N reached in 0.1 s, left in 0.2 s: 6000 and 3000 N/s; 30 + 240 + 60 N s."""
    time = grid(0.7)
    got = features_of(time, drawn(TRAPEZOID, time), 0.0, 0.7)
    for column in (Force.F1, Force.F2, Force.F3, Force.F1_TIME, Force.F2_TIME, Force.F3_TIME):
        assert np.isnan(got[column])
    assert got[Force.PEAK] == pytest.approx(600.0, abs=1e-9)
    assert got[Force.LOADING] == pytest.approx(6000.0, abs=1e-6)
    assert got[Force.PUSH_OFF] == pytest.approx(3000.0, abs=1e-6)
    assert got[Force.IMPULSE] == pytest.approx(330.0, abs=1e-9)
    assert got[Force.MEAN] == pytest.approx(471.4285714, abs=1e-6)


def peaks(corners: Corners, length: float = 1.0) -> tuple[float, float, float, float, float, float]:
    """F1, F2, F3 and their times of a polygon whose stance lasts `length`."""
    time = grid(length)
    got = features_of(time, drawn(corners, time), 0.0, length)
    return (
        got[Force.F1],
        got[Force.F2],
        got[Force.F3],
        got[Force.F1_TIME],
        got[Force.F2_TIME],
        got[Force.F3_TIME],
    )


def humps(first: float, valley: float, third: float, at: tuple[float, float, float]) -> Corners:
    """Two humps with their corners at three times of a stance of 1 s."""
    return [(0.0, 0.0), (at[0], first), (at[1], valley), (at[2], third), (1.0, 0.0)]


@pytest.mark.parametrize(("valley", "counts"), [(490.0, True), (490.5, False), (500.0, False), (489.0, True)])
@pytest.mark.parametrize("higher_first", [True, False])
def test_the_valley_must_lie_2_per_cent_of_the_peak_below_the_lower_peak(
    valley: float, counts: bool, higher_first: bool
) -> None:
    """Peaks of 500 and 500 N: 10 N are needed. With 500 and 600 N it would be 12 N below the 500."""
    got = peaks(humps(500.0, valley, 500.0, (0.25, 0.5, 0.75)))
    assert (not np.isnan(got[0])) is counts
    first, third = (600.0, 500.0) if higher_first else (500.0, 600.0)
    assert np.isnan(peaks(humps(first, 488.5, third, (0.25, 0.5, 0.75)))[0])
    assert peaks(humps(first, 488.0, third, (0.25, 0.5, 0.75)))[:3] == pytest.approx((first, 488.0, third))


def test_a_peak_at_the_very_middle_of_stance_is_the_first_one() -> None:
    at_half = peaks(humps(700.0, 400.0, 650.0, (0.5, 0.6, 0.8)))
    assert at_half == pytest.approx((700.0, 400.0, 650.0, 50.0, 60.0, 80.0))
    beyond = peaks(humps(700.0, 400.0, 650.0, (0.51, 0.6, 0.8)))
    assert np.isnan(beyond).all()  # both in the second half: there is no first peak


def test_of_several_peaks_in_a_half_the_highest_counts_and_of_equals_the_earlier() -> None:
    rough: Corners = [
        (0.0, 0.0), (0.10, 500.0), (0.14, 450.0), (0.20, 700.0), (0.24, 600.0), (0.30, 650.0),
        (0.50, 300.0), (0.60, 600.0), (0.64, 550.0), (0.70, 800.0), (0.74, 700.0), (0.80, 750.0), (1.0, 0.0),
    ]  # fmt: skip
    assert peaks(rough) == pytest.approx((700.0, 300.0, 800.0, 20.0, 50.0, 70.0))
    twins: Corners = [
        (0.0, 0.0), (0.20, 700.0), (0.24, 600.0), (0.30, 700.0), (0.50, 300.0),
        (0.60, 800.0), (0.64, 600.0), (0.70, 800.0), (1.0, 0.0),
    ]  # fmt: skip
    assert peaks(twins) == pytest.approx((700.0, 300.0, 800.0, 20.0, 50.0, 60.0))


def test_a_stance_that_begins_or_ends_high_has_its_peaks_within() -> None:
    """Its first and its last sample are no peaks, and no measure of them: 900 N before and 950 N after peaks
    of 500 and 450 N. The peak two samples after the start is the first one."""
    high: Corners = [
        (0.0, 900.0), (0.01, 300.0), (0.02, 500.0), (0.03, 300.0), (0.4, 200.0), (0.7, 450.0), (0.9, 350.0),
        (1.0, 950.0),
    ]  # fmt: skip
    assert peaks(high) == pytest.approx((500.0, 200.0, 450.0, 2.0, 40.0, 70.0))


def test_the_valley_is_the_lowest_force_between_the_two_peaks_alone() -> None:
    """It dips to 100 N before F1 and after F3; between them the lowest is 400 N, met at 0.44 and 0.56 s."""
    dips: Corners = [
        (0.0, 0.0), (0.05, 200.0), (0.10, 100.0), (0.30, 700.0), (0.44, 400.0), (0.50, 500.0), (0.56, 400.0),
        (0.70, 650.0), (0.90, 100.0), (0.95, 200.0), (1.0, 0.0),
    ]  # fmt: skip
    assert peaks(dips) == pytest.approx((700.0, 400.0, 650.0, 30.0, 44.0, 70.0))


def test_only_the_first_peak_is_missing_or_only_the_third() -> None:
    """A hump in one half only: no F1, F2 or F3; the slopes are those of that hump or of the highest force."""
    time = grid(1.0)
    early = features_of(time, drawn([(0.0, 0.0), (0.2, 800.0), (0.8, 200.0), (1.0, 0.0)], time), 0.0, 1.0)
    assert np.isnan([early[Force.F1], early[Force.F2], early[Force.F3]]).all()
    assert early[Force.LOADING] == pytest.approx(4000.0)
    # 640 N at 0.36 s, 160 N at 0.84 s
    assert early[Force.PUSH_OFF] == pytest.approx(1000.0)
    late = features_of(time, drawn([(0.0, 0.0), (0.2, 200.0), (0.8, 800.0), (1.0, 0.0)], time), 0.0, 1.0)
    assert np.isnan([late[Force.F1], late[Force.F2], late[Force.F3]]).all()
    # 160 N at 0.16 s, 640 N at 0.64 s
    assert late[Force.LOADING] == pytest.approx(1000.0)
    assert late[Force.PUSH_OFF] == pytest.approx(4000.0)


def test_loading_goes_to_f1_and_push_off_starts_from_f3_though_the_other_peak_is_higher() -> None:
    """F1 500 N after 0.2 s (2500 N/s); F3 900 N; then F1 900 N and F3 500 N left in 0.2 s."""
    time = grid(1.0)
    low = features_of(time, drawn(humps(500.0, 300.0, 900.0, (0.2, 0.5, 0.9)), time), 0.0, 1.0)
    assert low[Force.LOADING] == pytest.approx(2500.0) and low[Force.PUSH_OFF] == pytest.approx(9000.0)
    high = features_of(time, drawn(humps(900.0, 300.0, 500.0, (0.1, 0.5, 0.8)), time), 0.0, 1.0)
    assert high[Force.LOADING] == pytest.approx(9000.0) and high[Force.PUSH_OFF] == pytest.approx(2500.0)


def test_a_flank_that_starts_above_20_per_cent_has_no_slope() -> None:
    """The foot is never seen light: 300 N at the start, 200 N at the end of a stance with peaks of 800 N."""
    time = grid(1.0)
    got = features_of(
        time, drawn([(0.0, 300.0), (0.2, 800.0), (0.5, 400.0), (0.8, 800.0), (1.0, 200.0)], time), 0.0, 1.0
    )
    assert np.isnan(got[Force.LOADING]) and np.isnan(got[Force.PUSH_OFF])
    assert got[Force.F1] == pytest.approx(800.0)
    just = features_of(
        time, drawn([(0.0, 160.0), (0.2, 800.0), (0.5, 400.0), (0.8, 800.0), (1.0, 160.0)], time), 0.0, 1.0
    )
    assert just[Force.LOADING] == pytest.approx(3200.0) and just[Force.PUSH_OFF] == pytest.approx(3200.0)


def test_slopes_run_from_the_first_crossing_of_20_to_the_first_of_80_per_cent() -> None:
    """Up through 200 N at 0.04 s, back under it, up again at 0.14 s, 800 N at 0.20 s, back, and up to 1000 N:
    600 N in 0.16 s. The mirrored fall has the same from its end."""
    rise: Corners = [
        (0.00, 0.0), (0.08, 400.0), (0.12, 0.0), (0.18, 600.0), (0.21, 900.0), (0.24, 700.0), (0.30, 1000.0),
    ]  # fmt: skip
    complete = [*rise, (0.5, 500.0), *[(1.0 - at, force) for at, force in reversed(rise)]]
    time = grid(1.0)
    got = features_of(time, drawn(complete, time), 0.0, 1.0)
    assert got[Force.LOADING] == pytest.approx(3750.0)
    assert got[Force.PUSH_OFF] == pytest.approx(3750.0)


@pytest.mark.parametrize(("count", "known"), [(4, False), (5, True)])
def test_fewer_than_five_samples_are_no_stance(count: int, known: bool) -> None:
    time = np.arange(10) / 100.0
    total = np.array([0.0, 100, 200, 100, 50, 25, 0, 0, 0, 0])
    got = features_of(time, total, 0.0, 0.03, rows=(0, count - 1))
    assert (not np.isnan(got[Force.PEAK])) is known
    assert (not np.isnan(got[Force.IMPULSE])) is known


def test_samples_from_the_one_before_contact_to_the_one_at_release_are_looked_at() -> None:
    """Rows 3 to 8: peak 70 at the release's own row; 1000 N on either side of them stay out.

    Area of 10, 20, 30, 20, 50, 70 at 100 Hz: (10 + 70) / 2 + 20 + 30 + 20 + 50 = 160 hundredths.
    """
    total = np.array([0.0, 1000, 1000, 10, 20, 30, 20, 50, 70, 1000, 1000, 0])
    got = features_of(np.arange(12) / 100.0, total, 0.035, 0.08, rows=(4, 8))
    assert got[Force.PEAK] == 70.0
    assert got[Force.IMPULSE] == pytest.approx(1.6, abs=1e-12)
    assert got[Force.MEAN] == pytest.approx(1.6 / 0.045)


def test_a_stance_at_the_edges_of_the_samples_looks_no_farther() -> None:
    total = np.array([40.0, 20, 30, 20, 50, 70])
    got = features_of(np.arange(6) / 100.0, total, 0.0, 0.05, rows=(0, 5))
    assert got[Force.PEAK] == 70.0
    assert got[Force.IMPULSE] == pytest.approx((55.0 + 20 + 30 + 20 + 50) / 100.0)


def test_forces_are_smoothed_over_one_sample_on_either_side_before_they_are_read() -> None:
    """Means of three samples, of two at the ends: 40, 40, 50, 70, 60, 45."""
    total = np.array([60.0, 20, 40, 90, 80, 10])
    got = features_of(np.arange(6) / 100.0, total, 0.0, 0.05, rows=(0, 5), half=1)
    assert got[Force.PEAK] == pytest.approx(70.0)  # (40 + 90 + 80) / 3
    # (40 + 45) / 2 at the ends, 220 between
    assert got[Force.IMPULSE] == pytest.approx(2.625)


def test_smoothing_over_two_samples_is_shortened_at_the_ends() -> None:
    """(30 + 60 + 90) / 3, (30 + 60 + 90 + 120) / 4, then means of five, and the same backwards."""
    total = np.array([30.0, 60, 90, 120, 150, 180, 210])
    got = features_of(np.arange(7) / 100.0, total, 0.0, 0.06, rows=(0, 6), half=2)
    assert got[Force.PEAK] == pytest.approx(180.0)
    assert got[Force.IMPULSE] == pytest.approx((60 / 2 + 75 + 90 + 120 + 150 + 165 + 180 / 2) / 100.0)


def test_one_stance_does_not_leave_its_figures_to_the_next() -> None:
    """Two cycles in one call: a camel, then one too short: nothing of the first is found in the second."""
    time = grid(2.0)
    total = drawn(CAMEL, time)
    features = np.full((2, stride_kernel.FORCE_COLUMNS), 7.0)
    curves = np.full((2, stride_kernel.POINTS), 7.0, np.float32)
    rows = np.array([[0, 80, 100], [101, 103, 103]])
    times = np.array([[0.0, 0.8, 1.0], [1.01, 1.03, 1.03]])
    stride_kernel.cycles(time, total, rows, times, np.zeros(2), 0, features, curves)
    assert features[0, Force.F1] == pytest.approx(800.0)
    assert np.isnan(features[1]).all()
    assert curves[0, 0] == 0.0 and (curves[1] == 7.0).all()


def test_the_curve_of_a_cycle_has_its_values_at_0_to_100_per_cent() -> None:
    """From 1.0 to 2.25 s: a line that rises by 80 N a second from 20 N, less 5 N of swing: 15 to 115 N."""
    time = grid(4.0)
    curve = curve_of(time, 20.0 + 80.0 * (time - 1.0), 1.0, 2.25, swing=5.0)
    assert curve == pytest.approx(np.arange(101) + 15.0, abs=1e-4)


def test_the_curve_is_linear_between_samples_and_its_times_lie_between_them() -> None:
    """A cycle from 0.25 to 2.25 s of samples each half second: one step of the curve is 0.02 s."""
    time = np.arange(6) / 2.0
    curve = curve_of(time, np.array([0.0, 100.0, 400.0, 0.0, 200.0, 100.0]), 0.25, 2.25)
    assert curve[[0, 10, 25, 50, 75, 80, 100]] == pytest.approx([50, 90, 250, 200, 100, 140, 150])


def test_the_curve_keeps_its_last_value_where_samples_end_before_the_cycle() -> None:
    """A cycle told to end at 6 s, samples to 5 s: nothing is extrapolated; the same before the first."""
    time = np.arange(6.0)
    total = np.array([0.0, 10, 20, 30, 40, 50])
    curve = curve_of(time, total, -1.0, 6.0)
    assert curve[0] == 0.0 and curve[14] == 0.0  # -0.02 s
    assert curve[[15, 50]] == pytest.approx([0.5, 25.0], abs=1e-5)
    assert (curve[86:] == 50.0).all()  # from 5.02 s


@pytest.mark.parametrize(("stop", "filled"), [(3, False), (4, True)])
def test_a_curve_needs_five_samples(stop: int, filled: bool) -> None:
    time = np.arange(20) / 10.0
    curve = curve_of(time, np.full(20, 3.0), 0.0, stop / 10.0)
    assert (curve == 3.0).all() if filled else (curve == -1.0).all()
