"""Bench fits of made loads whose curve is known: every field of the fit against a number from paper.

With the insole of round numbers (`paper.py`) a code above the unloaded one is a microsiemens.
"""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.calibration import BenchReading, Calibration, SensorCurve, fit_bench
from plantigrade.errors import PlantigradeError

from tests.host.calibration.paper import FRONT, ZERO

DAY = date(2026, 1, 2)
Load = tuple[float, float, int, float]
"""Newtons, codes above the unloaded one, direction, seconds held."""


def fit(*loads: Load) -> SensorCurve:
    readings = [BenchReading(0, force, ZERO + code, way, held) for force, code, way, held in loads]
    return fit_bench(readings, [ZERO], DAY, front_end=FRONT).sensors[0]


def upward(*pairs: tuple[float, float], held_s: float = 1.0) -> SensorCurve:
    return fit(*((force, code, 1, held_s) for force, code in pairs))


@pytest.mark.worked_example(
    "conductance_us_per_n", "exponent", "zero_count", "residual_pct", "points", "hysteresis_pct",
    "creep_pct_per_decade", "gain_sd_pct", "exponent_sd", "zero_sd_count",
)  # fmt: skip
def test_loads_on_a_line_give_the_line():
    """2 uS/N. Approached from below a sensor reads half the design's 4 % less than the middle of its two
    branches: the curve is 2 x e^0.02 = 2.040403. One second under load is the reference: no creep in it."""
    curve = upward((10, 20), (20, 40), (40, 80), (80, 160))
    assert curve.conductance_us_per_n == pytest.approx(2.040403, rel=1e-6)
    assert curve.exponent == pytest.approx(1.0, rel=1e-9)
    assert curve.zero_count == 250.0
    assert curve.residual_pct == pytest.approx(0.0, abs=1e-9)
    assert curve.gain_sd_pct == pytest.approx(0.0, abs=1e-9)
    assert curve.exponent_sd == pytest.approx(0.0, abs=1e-9)
    assert curve.zero_sd_count == 2.0  # half of 4000 mV at one code a volt
    assert curve.points == 4
    assert curve.hysteresis_pct == 4.0
    assert curve.creep_pct_per_decade == pytest.approx(3.0)


@pytest.mark.worked_example("conductance_us_per_n", "exponent")
@pytest.mark.parametrize(
    ("pairs", "gain", "exponent"),
    [
        (((1, 10), (4, 20), (16, 40), (64, 80)), 10.0, 0.5),  # twice the code for four times the load
        (((2, 8), (4, 32), (8, 128), (16, 512)), 2.0, 2.0),  # four times for twice
        (((10, 100), (20, 200), (40, 400), (80, 800), (160, 1600)), 10.0, 1.0),
    ],
)
def test_slope_and_height_of_a_curve(pairs: tuple[tuple[float, float], ...], gain: float, exponent: float):
    curve = upward(*pairs)
    assert curve.conductance_us_per_n == pytest.approx(gain * 1.0202013, rel=1e-6)  # e^0.02, as above
    assert curve.exponent == pytest.approx(exponent, rel=1e-9)
    assert curve.points == len(pairs)


@pytest.mark.worked_example("hysteresis_pct", "conductance_us_per_n")
def test_loads_from_below_and_from_above_give_the_hysteresis():
    """Codes of the curve 2 uS/N divided by 1.02 going up and times 1.02 going down: h = 2 ln 1.02 = 3.96053 %
    lies between them, and the curve in the middle is 2 uS/N."""
    loads = [(force, 2 * force / 1.02**way, way, 1.0) for force in (10.0, 40.0, 160.0) for way in (1, -1)]
    curve = fit(*loads)
    assert curve.hysteresis_pct == pytest.approx(3.960525, rel=1e-6)
    assert curve.conductance_us_per_n == pytest.approx(2.0, rel=1e-9)
    assert curve.exponent == pytest.approx(1.0, rel=1e-9)
    assert curve.residual_pct == pytest.approx(0.0, abs=1e-9)
    assert curve.points == 6


@pytest.mark.worked_example("hysteresis_pct")
@pytest.mark.parametrize(("ratio", "percent"), [(1.1, 19.062036), (1.12, 20.0), (0.9, 0.0)])
def test_hysteresis_lies_between_0_and_20_percent(ratio: float, percent: float):
    """2 ln 1.1 = 19.06 %; 2 ln 1.12 = 22.7 % and 2 ln 0.9 < 0 are beyond what a sensor does."""
    loads = [(force, 2 * force / ratio**way, way, 1.0) for force in (10.0, 40.0, 160.0) for way in (1, -1)]
    assert fit(*loads).hysteresis_pct == pytest.approx(percent, rel=1e-6)


@pytest.mark.worked_example("creep_pct_per_decade", "conductance_us_per_n")
def test_two_readings_of_one_hold_give_the_creep():
    """A load of 80 N read 1.05 times as high after ten times as long: ln 1.05 = 4.879 % a decade. All other
    readings, and the curve, are those of one second under load."""
    curve = fit((10, 20, 1, 1.0), (20, 40, 1, 1.0), (80, 160, 1, 1.0), (80, 168, 1, 10.0))
    assert curve.creep_pct_per_decade == pytest.approx(4.879016, rel=1e-6)
    assert curve.conductance_us_per_n == pytest.approx(2.040403, rel=1e-6)
    assert curve.residual_pct == pytest.approx(0.0, abs=1e-9)


@pytest.mark.worked_example("conductance_us_per_n", "creep_pct_per_decade")
def test_without_a_long_hold_the_designs_creep_is_taken_off():
    """Ten seconds under load are one decade: 3 % of the reading. 2 x e^(0.02 - 0.03) = 1.980100."""
    curve = upward((10, 20), (20, 40), (40, 80), (80, 160), held_s=10.0)
    assert curve.conductance_us_per_n == pytest.approx(1.980100, rel=1e-6)
    assert curve.creep_pct_per_decade == pytest.approx(3.0)


@pytest.mark.worked_example("creep_pct_per_decade")
@pytest.mark.parametrize(
    ("other", "percent"),
    [
        ((80, 168, 1, 5.1), 6.8954),  # ln 1.05 in lg 5.1 = 0.70757 decades
        ((80, 168, 1, 5.0), 3.0),  # 0.69897 decades: too short to tell
        ((80, 168, -1, 10.0), 3.0),  # approached from the other side
        ((81, 168, 1, 10.0), 3.0),  # another load
        ((80, 190, 1, 10.0), 15.0),  # ln 1.1875 = 17.2 %
        ((80, 152, 1, 10.0), 0.0),  # falling
    ],
)
def test_what_counts_as_one_hold(other: Load, percent: float):
    curve = fit((10, 20, 1, 1.0), (20, 40, 1, 1.0), (80, 160, 1, 1.0), other)
    assert curve.creep_pct_per_decade == pytest.approx(percent, abs=2e-3)


def test_the_middle_of_several_holds_is_taken():
    """ln 1.02, ln 1.05 and ln 1.08 a decade: the middle one."""
    holds = [(force, 2 * force * grown, 1, 10.0) for force, grown in ((10, 1.02), (20, 1.05), (40, 1.08))]
    curve = fit(*((force, 2.0 * force, 1, 1.0) for force in (10, 20, 40)), *holds)
    assert curve.creep_pct_per_decade == pytest.approx(4.879016, rel=1e-6)


@pytest.mark.worked_example(
    "conductance_us_per_n", "exponent", "residual_pct", "gain_sd_pct", "exponent_sd"
)  # fmt: skip
def test_scattered_readings_are_weighed_by_their_codes_and_their_scatter_is_told():
    """Two readings at 40 / e N, of 100 and 80 codes, and two at 40 e N, of 1000 codes, x = -1 and 1.

    A code is uncertain by one, a reading by 1 % as well: weights 1 / (1e-4 + 1 / c^2) are 5000, 3902.4 and
    9901.0 each. Mean of ln g below: (5000 ln 100 + 3902.4 ln 80) / 8902.4 = 4.507354; above ln 1000 =
    6.907755. Slope (6.907755 - 4.507354) / 2 = 1.200201; middle 5.707555, so at 1 N
    e^(5.707555 - 1.200201 ln 40) = 3.597211, x e^0.02 = 3.669880.
    Errors 0.097816, -0.125328, 0, 0: root of the mean square 7.949048 %.
    Squares times weights 109.1354, over 4 - 2 = 54.5677; sums of weights S0 = S2 = 28704.4, S1 = 10899.5:
    variance 54.5677 S0 / (S0^2 - S1^2) = 0.0022213, SD 0.0471307 of slope and middle alike.
    Gain: root of 0.0471307^2 + 0.0794905^2 = 0.0924123, / 1.200201 = 7.699738 % of force.
    """
    below, above = 40 / np.e, 40 * np.e
    curve = upward((below, 100), (below, 80), (above, 1000), (above, 1000))
    assert curve.exponent == pytest.approx(1.2002007, rel=1e-7)
    assert curve.conductance_us_per_n == pytest.approx(3.597211 * 1.0202013, rel=1e-6)
    assert curve.residual_pct == pytest.approx(7.949048, rel=1e-6)
    assert curve.exponent_sd == pytest.approx(0.0471307, rel=1e-5)
    assert curve.gain_sd_pct == pytest.approx(7.699738, rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_scipy_fits_the_same_curve_with_the_same_uncertainty(seed: int):
    """`scipy.optimize.curve_fit` on the logarithms, loads from both sides: the second witness."""
    optimize = pytest.importorskip("scipy.optimize")
    draw = np.random.default_rng(seed)
    force = np.repeat([3.0, 10.0, 40.0, 90.0, 200.0], 2)
    way = np.tile([1, -1], 5)
    code = 5.0 * force**0.9 * np.exp(-0.025 * way + draw.normal(0, 0.02, len(force)))
    curve = fit(*zip(force.tolist(), code.tolist(), way.tolist(), [1.0] * len(force), strict=True))

    def model(_: object, middle: float, exponent: float, hysteresis: float) -> np.ndarray:
        return middle + exponent * np.log(force / 40) - 0.5 * hysteresis * way

    sigma = np.hypot(0.01, 1 / code)
    found, spread = optimize.curve_fit(model, force, np.log(code), (1, 1, 0), sigma)
    residual = np.sqrt(np.mean((np.log(code) - model(None, *found)) ** 2))
    assert curve.exponent == pytest.approx(found[1], rel=1e-6)
    assert curve.conductance_us_per_n == pytest.approx(np.exp(found[0]) / 40 ** found[1], rel=1e-6)
    assert curve.hysteresis_pct == pytest.approx(100 * found[2], rel=1e-5)
    assert curve.residual_pct == pytest.approx(100 * residual, rel=1e-6)
    assert curve.exponent_sd == pytest.approx(np.sqrt(spread[1, 1]), rel=1e-4)
    expected = 100 * np.hypot(np.sqrt(spread[0, 0]), residual) / found[1]
    assert curve.gain_sd_pct == pytest.approx(expected, rel=1e-4)


FOUR = [(10.0, 20.0), (20.0, 40.0), (40.0, 80.0), (80.0, 160.0)]


def insole_of(*sensors: list[tuple[float, float]], serial: str = "") -> Calibration:
    readings = [BenchReading(s, force, ZERO + code) for s, own in enumerate(sensors) for force, code in own]
    return fit_bench(readings[::-1], [ZERO + s for s in range(len(sensors))], DAY, serial, FRONT)


@pytest.mark.worked_example("points")
def test_three_loads_are_too_few_and_four_are_enough():
    calibration = insole_of(FOUR[:3], FOUR, [], serial="B7")
    assert [curve.points for curve in calibration.sensors] == [0, 4, 0]
    few = calibration.sensors[0]
    assert (few.conductance_us_per_n, few.exponent, few.residual_pct) == (1.0, 1.0, None)
    assert (few.gain_sd_pct, few.exponent_sd) == (20.0, 0.02)
    assert [curve.zero_count for curve in calibration.sensors] == [250.0, 251.0, 252.0]
    assert [curve.zero_sd_count for curve in calibration.sensors] == [2.0, 2.0, 2.0]
    assert (calibration.serial, calibration.made_on, calibration.method) == ("B7", "2026-01-02", "bench")
    assert (calibration.scale, calibration.scale_sd_pct) == (1.0, 0.0)
    assert calibration.front_end is FRONT


def test_without_a_front_end_the_designs_is_taken():
    calibration = fit_bench([], [330.0] * 16, DAY)
    assert calibration.front_end.feedback_ohm == 6800.0
    assert calibration.sensors[0].conductance_us_per_n == 10.0
    assert calibration.sensors[0].zero_sd_count == pytest.approx(6.60484, abs=1e-5)  # half of 10 mV
    assert calibration.serial == ""


def test_readings_above_the_usable_end_do_not_count():
    inside = [*FOUR, (1600.0, 3249.0)]  # code 3499 of 3500
    outside = [*FOUR, (1600.0, 3250.0)]
    assert insole_of(inside).sensors[0].points == 5
    assert insole_of(outside).sensors[0].points == 4


@pytest.mark.parametrize(
    "reading",
    [
        BenchReading(-1, 10, 300),
        BenchReading(1, 10, 300),
        BenchReading(0, 0, 300),
        BenchReading(0, -3, 300),
        BenchReading(0, np.nan, 300),
        BenchReading(0, np.inf, 300),
        BenchReading(0, 10, 300, 1, 0.0),
        BenchReading(0, 10, 300, 1, np.nan),
        BenchReading(0, 10, 300, 1, np.inf),
        BenchReading(0, 10, np.nan),
        BenchReading(0, 10, -1),
        BenchReading(0, 10, np.inf),
    ],
)
def test_a_reading_that_cannot_be_is_named_before_anything_is_fitted(reading: BenchReading):
    good = [BenchReading(0, force, ZERO + code) for force, code in FOUR]
    assert fit_bench(good, [ZERO], DAY, front_end=FRONT).sensors[0].points == 4
    with pytest.raises(PlantigradeError) as caught:
        fit_bench([*good, reading], [ZERO], DAY, front_end=FRONT)
    assert str(caught.value) == (
        f"bench reading {reading} has no such sensor, or a load, time or code that cannot be"
    )


def test_a_sensor_that_reads_its_unloaded_code_under_load_is_named():
    assert insole_of([(0.25, 0.5), *FOUR]).sensors[0].points == 5
    loose = [(5.0, 1.0), *((force, code + 1) for force, code in FOUR)]  # its unloaded code is 251
    with pytest.raises(PlantigradeError, match=r"^sensor 1 reads nothing under load: check its connection$"):
        insole_of(FOUR, loose)


@pytest.mark.parametrize(
    ("loads", "percent"),
    [
        ([(force, code) for force in (20.0, 80.0) for code in (2000 / 1.2, 2000 * 1.2)], 18),  # ln 1.2
        ([(10.0, 800.0), (20.0, 799.0), (40.0, 798.0), (80.0, 797.0)], 0),
    ],
    ids=["level and scattered", "falling"],
)
def test_readings_that_are_no_rising_curve_are_refused(loads: list[tuple[float, float]], percent: int):
    with pytest.raises(PlantigradeError) as caught:
        insole_of(loads)
    assert str(caught.value) == (
        f"sensor 0: its readings fit no rising curve (residual {percent} %); "
        "repeat its loads, and replace the sensor if it stays so"
    )


@pytest.mark.worked_example("residual_pct")
@pytest.mark.parametrize(("ratio", "fits"), [(1.283, True), (1.286, False)])
def test_a_residual_of_25_percent_is_the_last_that_is_taken(ratio: float, fits: bool):
    """Codes at each load times and over the ratio: errors of its logarithm. e^0.25 = 1.28403."""
    loads = [(force, 1000 * force / 40 * ratio**way) for force in (20.0, 80.0) for way in (1, -1)]
    if fits:
        assert insole_of(loads).sensors[0].residual_pct == pytest.approx(100 * np.log(ratio), rel=1e-3)
    else:
        with pytest.raises(PlantigradeError, match="residual 25 %"):
            insole_of(loads)


@pytest.mark.parametrize(("exponent", "fits"), [(0.21, True), (0.19, False)])
def test_an_exponent_below_a_fifth_is_no_sensor(exponent: float, fits: bool):
    loads = [(force, 100 * force**exponent) for force in (10.0, 20.0, 40.0, 80.0)]
    if fits:
        assert insole_of(loads).sensors[0].exponent == pytest.approx(exponent, rel=1e-6)
    else:
        with pytest.raises(PlantigradeError, match="residual 0 %"):
            insole_of(loads)


@pytest.mark.parametrize(
    "loads",
    [
        [(80.0, 160.0, 1, 1.0)] * 4,
        [(10.0, 20.0, 1, 1.0), (10.0, 20.0, 1, 1.0), (40.0, 80.0, -1, 1.0), (40.0, 80.0, -1, 1.0)],
    ],
    ids=["one load", "one load a direction"],
)
def test_loads_that_do_not_tell_a_curve_are_refused(loads: list[Load]):
    with pytest.raises(PlantigradeError) as caught:
        fit(*loads)
    assert str(caught.value) == (
        "sensor 0: its loads are too much alike to tell a curve; "
        "repeat them with different weights, upwards and downwards"
    )


@given(st.permutations(range(8)), st.floats(0.5, 20.0), st.floats(0.4, 1.3))
def test_the_order_of_the_readings_does_not_matter_and_a_perfect_curve_is_found(
    order: list[int], gain: float, exponent: float
):
    loads = [
        (force, gain * force**exponent * 1.01 ** (-way), way, 1.0)
        for force in (2.0, 5.0, 10.0, 20.0)
        for way in (1, -1)
    ]
    curve = fit(*(loads[i] for i in order))
    assert curve.conductance_us_per_n == pytest.approx(gain, rel=1e-9)
    assert curve.exponent == pytest.approx(exponent, rel=1e-9)
    assert curve.hysteresis_pct == pytest.approx(1.990066, rel=1e-6)  # 2 ln 1.01
