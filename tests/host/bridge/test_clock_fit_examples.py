"""Offset and drift from bounds, by worked examples; the connection interval from arrival times."""

import numpy as np
import pytest
from numpy.typing import NDArray
from plantigrade.bridge.clock.connection_interval import connection_interval_ns
from plantigrade.bridge.clock.fit import Fit, Stamps, closest_slope_above, fit, robust_slope
from scipy.optimize import least_squares, minimize_scalar

F64 = NDArray[np.float64]
MS = 1e6


def array(*values: float) -> F64:
    return np.array(values, dtype=np.float64)


def quick_link(up_ms: list[float], down_ms: list[float], step_s: float = 1.0) -> Fit:
    """What is found of an offset of 0 where each direction takes so long; no connection events show."""
    ages = array(*(step_s * (number - len(up_ms) + 1) for number in range(len(up_ms))))
    up, down = MS * array(*up_ms), MS * array(*down_ms)
    return fit(Stamps(ages, -up, down, down, np.arange(len(up_ms), dtype=np.int64)))


def test_delays_that_spread_are_judged_by_their_spacing() -> None:
    """There 1 to 3 ms, back 2.5 ms and more; the shortest stands in the middle, so that no drift shows.

    Bounds -1 and 2.5: a corridor of 3.5 ms. Spacing: the last of five, 2 ms, in 3 parts: 0.6667. Delays
    spread by 1.9 (95 %) / 0.95 = 2, times 1.1 = 2.2: 1.3 of the corridor is fixed, half of it each way, 0.65.
    Offset: -1 + 0.6667 + 0.4 + 0.65 = 0.7167. Uncertainty: 3.5 x 0.6667 + 0.8 + 0.65 = 3.7833, and 0.2 by
    which the middle answer lies above the quickest: 3.9833. Drift: 2 x 3.7833 ms in 4 s is more than quartz,
    so 80 ppm.
    """
    found = quick_link([2.5, 1.5, 1.0, 2.0, 3.0], [2.9, 2.7, 2.6, 2.5, 2.8])
    assert found.interval_ns is None
    assert found.slope_ns_per_s == pytest.approx(0, abs=3)
    assert found.offset_ns == pytest.approx(716_667, abs=20)
    assert found.uncertainty_ns == pytest.approx(3_983_333, abs=20)
    assert found.slope_uncertainty_ns_per_s == 80_000


def test_the_slowest_twentieth_does_not_count_as_spread() -> None:
    """21 delays of 1.0 to 2.9 ms and one of 50 there, 4 back: 19 of 20 lie within 1.9 ms; / 0.95 = 2.

    Corridor 5 ms, fixed (5 - 1.1 x 2) / 2 = 1.4 each way; spacing 5 / 22 = 0.22727. Offset: -1 + 0.22727 +
    0.4 + 1.4.
    """
    up_ms = [50.0, 2.8, 2.6, 2.4, 2.2, 2.0, 1.8, 1.6, 1.4, 1.2, 1.0]
    up_ms += [1.1, 1.3, 1.5, 1.7, 1.9, 2.1, 2.3, 2.5, 2.7, 2.9]
    found = quick_link(up_ms, [4.0] * 21)
    assert found.offset_ns == pytest.approx(1_027_273, abs=30)
    assert found.uncertainty_ns == pytest.approx(3.5 * 227_273 + 800_000 + 1_400_000, abs=30)


def test_the_estimate_never_leaves_the_middle_of_a_narrow_corridor() -> None:
    """There 0.1 to 2.1 ms, back 0.3: a corridor of 0.4 ms, half of it is less than the spacing of 0.6667.

    Nothing of it is fixed. Uncertainty: 3.5 x 0.6667 + 0.8 = 3.1333, and of the 5 ms by which answers are
    late no more than half the corridor, 0.2: 3.3333.
    """
    found = quick_link([1.6, 0.6, 0.1, 1.1, 2.1], [0.3, 6.0, 5.3, 5.0, 6.0])
    assert found.offset_ns == pytest.approx(100_000, abs=20)
    assert found.uncertainty_ns == pytest.approx(3_333_333, abs=20)


def test_over_minutes_the_drift_is_known_by_the_corridor() -> None:
    """As the first example, but 100 s apart: 2 x 3.7833 ms in 400 s, 18.917 ppm."""
    found = quick_link([2.5, 1.5, 1.0, 2.0, 3.0], [2.9, 2.7, 2.6, 2.5, 2.8], step_s=100)
    assert found.slope_ns_per_s == pytest.approx(0, abs=3)
    assert found.slope_uncertainty_ns_per_s == pytest.approx(18_917, abs=10)


def test_the_spacing_is_that_of_the_eight_shortest_and_of_the_corridor_at_least() -> None:
    """Eleven delays, 0.1 ms apart but for the last three, which do not count: 7 x 0.1 / 6 = 0.1167.

    The corridor of 2 ms in 12 parts is more: 0.1667. In a corridor of 1.2 ms: 0.1.
    """
    up_ms = [1.9, 1.7, 1.6, 1.4, 1.2, 1.0, 1.1, 1.3, 1.5, 20.0, 30.0]
    wide = quick_link(up_ms, [1.0] * 11)
    assert wide.offset_ns == pytest.approx(-1_000_000 + 166_667 + 400_000, abs=20)
    assert wide.uncertainty_ns == pytest.approx(3.5 * 166_667 + 800_000, abs=20)
    narrow = quick_link(up_ms, [0.2] * 11)
    assert narrow.offset_ns == pytest.approx(-1_000_000 + 116_667 + 400_000, abs=20)
    assert narrow.uncertainty_ns == pytest.approx(3.5 * 116_667 + 800_000, abs=20)


def with_events(
    wait_ms: list[float], late_ms: list[float], drift_ppm: float = 0.0, own_ms: float = 0.0
) -> Fit:
    """An interval of 30 ms and an offset of 0: waits before the event, lateness of the answers after it."""
    count = len(wait_ms)
    gaps_ms = array(*(630 if number % 2 else 570 for number in range(count)))
    event_ms = np.cumsum(gaps_ms)
    ages_s = (event_ms - event_ms[-1]) * 1e-3
    line_ns = 1000 * drift_ppm * ages_s
    arrived_ms = event_ms + 30 + array(*late_ms)
    return fit(
        Stamps(
            age_s=ages_s,
            low_ns=line_ns - MS * array(*wait_ms),
            high_ns=line_ns + MS * (30 - own_ms + array(*late_ms)),
            event_ns=line_ns + MS * (30 + array(*late_ms)),
            arrival_ns=np.rint(MS * arrived_ms).astype(np.int64),
        )
    )


WAITS_MS = [1.5 * step for step in (19, 8, 15, 4, 11, 2, 17, 6, 0, 13, 1, 10, 3, 18, 7, 14, 5, 12, 9, 16)]
"""0 to 28.5 ms in steps of 1.5, the least near the middle."""


def test_answers_that_come_late_by_turns_widen_the_statement() -> None:
    """Answers are 0, 1, 1 and 0 ms late by turns: 0.5 in the middle, 1.4826 x 0.5 = 0.7413 of scatter.

    By bounds: 0 and a spacing of 7 x 1.5 / 6 = 1.75. Offset: (1.75 + 0.5) / 2 = 1.125. Events are 0.57 and
    0.63 s apart by turns: the mean age is 5.715 s, the variance 1.44 x 99 / 12 + 0.315^2 = 3.4611^2 s^2. The
    drift is known to 2 x 0.7413 / (3.4611 x sqrt(20)) = 95.8 ppm, more than quartz, so 80. Uncertainty: half
    the difference 0.625, spacing 1.75, 2 x 0.7413 / sqrt(20) = 0.3315, 80 ppm in the mean age 0.4572, and
    0.8.
    """
    found = with_events(WAITS_MS, [0.0, 1.0, 1.0, 0.0] * 5)
    assert found.interval_ns == 30 * MS
    assert found.offset_ns == pytest.approx(1_125_000, abs=50)
    assert found.slope_uncertainty_ns_per_s == 80_000
    assert found.uncertainty_ns == pytest.approx(1e6 * (0.625 + 1.75 + 0.3315 + 0.4572 + 0.8), abs=200)


@pytest.mark.parametrize("drift_ppm", [-60.0, 35.0])
def test_drift_shows_in_the_events(drift_ppm: float) -> None:
    """Twenty answers in 11.4 s, each at its event: 20 x 3.4611^2 = 239.58 s^2 against 25 of the prior."""
    found = with_events(WAITS_MS, [0.0] * 20, drift_ppm)
    assert found.interval_ns == 30 * MS
    assert found.slope_ns_per_s == pytest.approx(1000 * drift_ppm * 239.58 / 264.58, rel=1e-5)
    assert found.offset_ns == pytest.approx(0.875 * MS, abs=60_000)


def test_the_interval_is_that_of_the_last_hundred_answers() -> None:
    """Sixty answers 50 ms apart or multiples of it, then a hundred on an interval of 30 ms."""
    old_ms, new_ms = np.cumsum([550, 600, 650] * 20), np.cumsum([570, 630] * 50)
    event_ms = np.concatenate((old_ms, old_ms[-1] + 7 + new_ms))
    waits_ms = np.tile(WAITS_MS, 8)
    found = fit(
        Stamps(
            age_s=(event_ms - event_ms[-1]) * 1e-3,
            low_ns=-MS * waits_ms,
            high_ns=np.full(160, 30 * MS),
            event_ns=np.full(160, 30 * MS),
            arrival_ns=np.rint(MS * event_ms).astype(np.int64),
        )
    )
    assert found.interval_ns == 30 * MS


def test_a_bound_that_contradicts_the_events_is_not_believed() -> None:
    """One command seems to come 0.25 ms before it was sent, beyond 0.2 ms of scatter; one 0.15 ms, within."""
    late = [-0.25 if wait == 0 else wait for wait in WAITS_MS]
    found = with_events(late, [0.0] * 20)
    # Without that one the least is 1.5 ms; the spacing is as before, 1.75 ms.
    assert found.offset_ns == pytest.approx(0.125 * MS, abs=20)
    within = [-0.15 if wait == 0 else wait for wait in WAITS_MS]
    # The eighth lies 10.65 ms behind the first: a spacing of 1.775.
    assert with_events(within, [0.0] * 20).offset_ns == pytest.approx((0.15 + 1.775) / 2 * MS, abs=20)


def test_where_the_bounds_do_not_sweep_half_an_interval_events_are_not_used() -> None:
    """Twenty waits in steps of 0.75 ms spread by 13.5375 / 0.95 = 14.25 ms, in steps of 0.8 by 15.2."""
    assert with_events([wait / 2 for wait in WAITS_MS], [0.0] * 20).interval_ns is None
    assert with_events([wait * 0.8 / 1.5 for wait in WAITS_MS], [0.0] * 20).interval_ns == 30 * MS


def test_drift_does_not_count_as_a_sweep() -> None:
    """Waits that spread by 14.25 ms, sixty of them in 36 s; 100 ppm add 3.6 ms that are no spread."""
    assert with_events([wait / 2 for wait in WAITS_MS] * 3, [0.0] * 60, 100.0).interval_ns is None


def test_the_line_above_two_points_close_together_is_pulled_flat_by_what_quartz_does() -> None:
    """Bounds 0 and 1 ms, 0.1 s apart: 2 (0.5e6 - 0.05 s) / 0.8e6 + 0.5 (s / 4e4)^2 is least at 200 ns/s.

    Its derivative: -0.1 / 0.8e6 + s / 1.6e9.
    """
    assert closest_slope_above(array(-0.1, 0), array(0, 1e6)) == pytest.approx(200, abs=3)
    assert closest_slope_above(array(-0.1, 0), array(0, -1e6)) == pytest.approx(-200, abs=3)
    assert closest_slope_above(array(-0.1, 0), array(0, 4e6)) == pytest.approx(80, abs=3)  # 0.1 / 2e6


@pytest.mark.parametrize(
    "count, slope, found",
    [
        (21, 20_000, 20_000),
        (21, -90_000, -90_000),
        (21, 400_000, 84_000),  # 21 x 200 s / (400 000 x 200) = s / 1.6e9: the prior holds it back
        (61, 400_000, 150_000),
        (61, -400_000, -150_000),
    ],
)
def test_a_line_of_bounds_is_followed_as_far_as_a_quartz_may_go(
    count: int, slope: float, found: float
) -> None:
    ages = np.linspace(-400, 0, count)
    assert closest_slope_above(ages, slope * ages) == pytest.approx(found, abs=3)


def test_the_line_lies_above_all_bounds_and_close_to_them() -> None:
    """Three bounds on a line of 10 000 ns/s, the others below it: those three decide."""
    ages = np.linspace(-300, 0, 31)
    below = np.where(np.arange(31) % 15 == 0, 0.0, 1e6 + 1e5 * (np.arange(31) % 7))
    assert closest_slope_above(ages, 10_000 * ages - below) == pytest.approx(10_000, abs=3)


def test_the_same_line_by_another_search() -> None:
    """SciPy's bounded minimiser on the cost as Moon, Skelly and Towsley state it, the prior beside it."""
    rng = np.random.default_rng(3)
    for span_s in (2.0, 30.0, 500.0):
        ages = -span_s * np.sort(rng.random(40))[::-1]
        low = 25_000 * ages - rng.exponential(8e6, 40)

        def distances(slope: float, ages: F64 = ages, low: F64 = low) -> F64:
            level = (low - slope * ages).max()
            return level + slope * ages - low

        scale = max(distances(0.0).mean(), 8e5)
        witness = minimize_scalar(
            lambda slope, d=distances, s=scale: d(slope).sum() / s + 0.5 * (slope / 4e4) ** 2,
            bounds=(-1.5e5, 1.5e5),
            method="bounded",
            options={"xatol": 0.1},
        )
        assert closest_slope_above(ages, low) == pytest.approx(float(witness.x), abs=4)


def test_the_slope_of_few_points_leans_on_the_prior() -> None:
    """5 s apart: 2 x 2.5^2 = 12.5 s^2 of data against (0.2 ms / 40 ppm)^2 = 25 s^2 of prior: a third."""
    assert robust_slope(array(-5, 0), array(-150_000, 0), 0.0) == pytest.approx(10_000, abs=0.01)
    assert robust_slope(array(-2, -1, 0), array(-54e3, -27e3, 0), 0.0) == pytest.approx(2000, abs=0.01)


def test_one_point_far_off_pulls_no_more_than_one_and_a_half_scatters() -> None:
    """21 points from -10 s to 10 s on a line of 0; the last is 3 ms off.

    It pulls as 1.5 x 0.2 ms = 0.3 ms would. With offset a and slope b of the others' line, and 25 s^2 of
    prior: 20 a - 10 b = 0.3 ms and -10 a + (670 + 25) b = 0.3 ms x 10 s, so that b = 3.15 / 690 ms/s.
    """
    ages = np.arange(-10.0, 11.0)
    offsets = np.where(ages == 10, 3e6, 0.0)
    assert robust_slope(ages, offsets, 0.0) == pytest.approx(4565.22, rel=0.001)
    assert robust_slope(ages, -offsets, 0.0) == pytest.approx(-4565.22, rel=0.001)


def test_the_same_slope_by_another_solver() -> None:
    """SciPy's Huber loss at the scale of the residuals: the same line within what ten rounds leave."""
    rng = np.random.default_rng(8)
    ages = np.sort(rng.uniform(-300, 0, 200))
    offsets = 18_000 * ages + rng.normal(0, 1e6, 200)
    offsets[::17] += 2e7
    found = robust_slope(ages, offsets, 0.0)
    level = np.median(offsets - found * ages)
    scatter = 1.4826 * np.median(np.abs(offsets - found * ages - level))
    witness = least_squares(
        lambda x: offsets - x[0] * 1e6 - x[1] * 1e3 * ages, [0, 0], loss="huber", f_scale=1.5 * scatter
    )
    assert found == pytest.approx(1e3 * witness.x[1], abs=30)


@pytest.mark.parametrize("slope, found", [(149_000, 148_860.7), (200_000, 150_000), (-200_000, -150_000)])
def test_no_slope_is_steeper_than_two_bad_quartzes(slope: float, found: float) -> None:
    """30 points in 100 s: (100 / 29)^2 x 30 x 899 / 12 = 26 724 s^2 against 25."""
    ages = np.linspace(-100, 0, 30)
    assert robust_slope(ages, slope * ages, 0.0) == pytest.approx(found, abs=1)


def arrivals(interval_ms: float, intervals: list[int], late_ms: float = 0.0) -> NDArray[np.int64]:
    """Arrivals so many intervals apart; every other one is late."""
    moments = float(interval_ms) * np.concatenate(([0], np.cumsum(intervals)))
    moments += late_ms * (np.arange(len(intervals) + 1) % 2)
    return np.rint(MS * moments).astype(np.int64)


@pytest.mark.parametrize("interval_ms, found", [(7.5, 7.5), (30, 30), (198.75, 198.75), (200, 200)])
def test_seventeen_arrivals_show_the_interval_and_sixteen_do_not(interval_ms: float, found: float) -> None:
    steps = [19, 21, 20, 23, 17, 22, 19, 18, 21, 20, 24, 19, 22, 17, 21, 20]
    assert connection_interval_ns(arrivals(interval_ms, steps)) == found * MS
    assert connection_interval_ns(arrivals(interval_ms, steps[1:])) is None


@pytest.mark.parametrize("interval_ms", [6.25, 203.75, 30.6])
def test_an_interval_that_bluetooth_has_not_is_not_seen(interval_ms: float) -> None:
    """5 and 163 units of 1.25 ms; and one between two units, where twenty intervals are 0.4 of one off."""
    assert connection_interval_ns(arrivals(interval_ms, list(range(1, 81)))) is None


@pytest.mark.parametrize("late_ms, seen", [(3.4, True), (3.5, False)])
def test_arrivals_may_be_off_by_a_tenth_of_the_interval(late_ms: float, seen: bool) -> None:
    """Every other arrival is late, all differences are off: cos(2 pi 3.4 / 30) = 0.757, and 3.5: 0.743."""
    steps = [19, 21, 20, 23, 17, 22, 19, 18, 21, 20, 24, 19, 22, 17, 21, 20]
    assert connection_interval_ns(arrivals(30, steps, late_ms)) == (30 * MS if seen else None)


def test_of_an_interval_and_its_fractions_the_whole_is_taken() -> None:
    """Multiples of 60 ms are multiples of 30, 20 and 7.5 too."""
    assert connection_interval_ns(arrivals(60, [3, 2, 5, 3, 2, 4, 3, 7, 2, 3, 5, 2, 3, 4, 2, 3])) == 60 * MS


@pytest.mark.parametrize(("drift_ns_per_s", "found"), [(1e6, 149_997.66), (-1e6, -149_997.66)])
def test_a_slope_is_sought_to_five_ns_a_second_within_150_ppm(drift_ns_per_s: float, found: float) -> None:
    """1000 bounds that drift by 1000 ppm outweigh the prior everywhere: the search ends at its border.

    300 000 ns/s are cut by the golden ratio until 5 remain: 300 000 x 0.618034^23 = 4.6817; half of that is
    2.34 within the border.
    """
    age_s = np.linspace(-100.0, 0.0, 1000)
    assert closest_slope_above(age_s, drift_ns_per_s * age_s) == pytest.approx(found, abs=0.01)
