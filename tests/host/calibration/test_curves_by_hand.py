"""Curves, tables, uncertainty and age of a calibration: each figure against a number from paper."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.calibration import (
    Calibration,
    FrontEndParameters,
    newtons,
    nominal,
    staleness,
    unloaded_counts,
)
from plantigrade.calibration.model import lookup

from tests.host.calibration.paper import FRONT, codes, insole

REAL = FrontEndParameters.load()


@pytest.mark.worked_example("table", "force_n", "conductance_us_per_n", "exponent", "zero_count", "scale")
@pytest.mark.parametrize(
    ("curve", "scale", "above", "force_n"),
    [
        ({}, 1.0, 100, 100.0),  # one code, one microsiemens, one newton
        ({"conductance_us_per_n": 4.0}, 1.0, 100, 25.0),  # 100 uS of 4 uS/N
        ({"conductance_us_per_n": 10.0, "exponent": 0.5}, 1.0, 100, 100.0),  # (100 / 10)^2
        ({"conductance_us_per_n": 4.0, "exponent": 2.0}, 1.0, 100, 5.0),  # (100 / 4)^(1 / 2)
        ({"zero_count": 270.0}, 1.0, 100, 80.0),  # 20 of the codes are the baseline
        ({"zero_count": 249.5}, 1.0, 100, 100.5),
        ({}, 1.25, 100, 125.0),
        ({}, 1.0, 3845, 3845.0),  # code 4095
        ({}, 1.0, 0, 0.0),
        ({}, 1.0, -250, 0.0),  # code 0
    ],
)
def test_a_code_is_a_force(curve: dict[str, float], scale: float, above: int, force_n: float):
    calibration = insole(1, **curve).with_scale(scale, 0.0)
    assert calibration.table()[0, 250 + above] == pytest.approx(force_n, rel=1e-6)
    assert calibration.apply(codes([above])) == pytest.approx(np.array([[force_n]]), rel=1e-6)


def test_each_sensor_has_its_own_row_of_the_table():
    first, second = insole(1), insole(1, conductance_us_per_n=2.0, zero_count=300.0)
    both = replace(first, sensors=(*first.sensors, *second.sensors))
    assert both.table().shape == (2, 4096)
    assert both.table().dtype == np.float32
    # 400 - 250 = 150 codes, and 400 - 300 = 100 codes of 2 uS/N.
    assert both.apply(np.array([[400, 400], [250, 302]], np.uint16)).tolist() == [[150.0, 50.0], [0.0, 1.0]]


def test_codes_beyond_twelve_bits_count_as_the_highest():
    table = np.arange(2 * 4096, dtype=np.float32).reshape(2, 4096)
    got = lookup(table, np.array([[0, 4095], [4096, 65535], [7, 7]], np.uint16))
    assert got.tolist() == [[0.0, 8191.0], [4095.0, 8191.0], [7.0, 4103.0]]


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 3), (2, 5, 2)])
def test_the_shape_that_was_expected_is_said(shape: tuple[int, ...]):
    with pytest.raises(ValueError) as caught:
        insole(2).apply(np.zeros(shape, np.uint16))
    assert str(caught.value) == f"counts must have the shape (n, 2), not {shape}"


def test_codes_from_the_usable_end_on_are_saturated():
    assert nominal().saturated(np.array([[3433, 3434, 4095]])).tolist() == [[False, True, True]]


DENORMAL = 2.0 * float(np.finfo(np.float32).smallest_subnormal)
"""Forces that small have no digits to agree in: both are rounded, and one of them is scaled by 3 then."""


@given(
    st.floats(0.1, 50), st.floats(0.3, 2.0), st.floats(200, 300), st.floats(0.3, 3.0), st.floats(-60.0, 60.0)
)
def test_a_table_never_falls(gain: float, exponent: float, zero: float, scale: float, other: float):
    calibration = insole(1, conductance_us_per_n=gain, exponent=exponent, zero_count=zero)
    scaled = replace(calibration, scale=scale).table()[0]
    assert (np.diff(scaled) >= 0).all()
    assert (np.diff(scaled)[int(zero) + 1 :] > 0).all()
    np.testing.assert_allclose(scaled, scale * calibration.table()[0], rtol=1e-6, atol=DENORMAL)
    # A higher unloaded code is never a higher force.
    moved = calibration.with_zero(np.array([zero + abs(other)]), 1.0).table()[0]
    assert (moved <= calibration.table()[0]).all()


@pytest.mark.worked_example("relative_sd", "mid_range_sd")
@pytest.mark.parametrize(
    ("curve", "scale_sd_pct", "force_n", "sd"),
    [
        ({"gain_sd_pct": 3.0}, 0.0, 40.0, 0.03),
        ({"gain_sd_pct": 3.0}, 4.0, 40.0, 0.05),  # 3 and 4 at right angles
        ({"zero_sd_count": 2.0}, 0.0, 40.0, 0.05),  # 2 codes are 2 N, of 40
        ({"zero_sd_count": 2.0}, 0.0, 8.0, 0.25),
        ({"zero_sd_count": 2.0, "conductance_us_per_n": 4.0}, 0.0, 8.0, 0.0625),  # 2 codes are 0.5 N
        ({"exponent_sd": 0.02, "exponent": 0.8}, 0.0, 40.0, 0.0),  # the curve turns about 40 N
        ({"exponent_sd": 0.02, "exponent": 0.8}, 0.0, 40.0 * np.e, 0.025),  # 0.02 / 0.8 each e-fold
        ({"exponent_sd": 0.02, "exponent": 0.8}, 0.0, 40.0 / np.e**2, 0.05),
        # 0.06^2 + (0.02 / 0.5 x 2)^2 + (5 / 295.562)^2 + 0.03^2 = 0.0036 + 0.0064 + 0.000286 + 0.0009
        (
            {"gain_sd_pct": 6.0, "exponent_sd": 0.02, "exponent": 0.5, "zero_sd_count": 5.0},
            3.0,
            40.0 * np.e**2,
            0.105765,
        ),
    ],
)
def test_the_uncertainty_of_a_force(curve: dict[str, float], scale_sd_pct: float, force_n: float, sd: float):
    calibration = insole(1, **curve).with_scale(1.0, scale_sd_pct)
    assert calibration.relative_sd(np.array([[force_n]]))[0, 0] == pytest.approx(sd, abs=2e-6)
    if force_n == 40.0:
        assert calibration.mid_range_sd() == pytest.approx([sd])


def test_the_uncertainty_of_a_real_front_end_in_newtons():
    """5 codes of a sensor of 10 uS/N: 1320.97 x 0.25 x 6800e-6 = 2.245645 codes/uS, x 10 = 22.45645 codes/N,
    so 5 codes are 0.222653 N, 1.113265 % of 20 N."""
    curve = replace(insole().sensors[0], conductance_us_per_n=10.0, zero_sd_count=5.0)
    calibration = replace(insole(), sensors=(curve,), front_end=REAL)
    assert calibration.relative_sd(np.array([[20.0]]))[0, 0] == pytest.approx(0.01113266, rel=1e-6)


def test_sensors_keep_their_own_uncertainty_and_no_force_has_no_share():
    first, second = insole(1, gain_sd_pct=3.0), insole(1, gain_sd_pct=7.0, zero_sd_count=1.0)
    both = replace(first, sensors=(*first.sensors, *second.sensors))
    assert both.mid_range_sd() == pytest.approx([0.03, np.hypot(0.07, 1 / 40)])
    assert both.relative_sd(np.array([[40.0, 0.0], [40.0, -3.0]]))[:, 1].min() > 1e8


@pytest.mark.worked_example(
    "gain_sd_pct", "exponent_sd", "zero_sd_count", "points", "hysteresis_pct", "creep_pct_per_decade",
    "residual_pct", "scale_sd_pct",
)  # fmt: skip
def test_the_design_as_a_calibration():
    calibration = nominal()
    assert len(calibration.sensors) == 16
    assert len(nominal(sensors=3).sensors) == 3
    assert nominal(FRONT).front_end is FRONT
    (curve,) = set(calibration.sensors)
    assert curve.conductance_us_per_n == 10.0
    assert curve.exponent == 0.9
    assert curve.zero_count == pytest.approx(330.241935, abs=1e-6)
    assert curve.residual_pct is None
    assert curve.gain_sd_pct == pytest.approx(22.2222, abs=1e-4)  # 20 % of conductance: 20 / 0.9 of force
    assert curve.exponent_sd == 0.02
    assert curve.zero_sd_count == pytest.approx(13.20968, abs=1e-5)  # 10 mV x 1320.97
    assert curve.points == 0
    assert (curve.hysteresis_pct, curve.creep_pct_per_decade) == (4.0, 3.0)
    assert (calibration.serial, calibration.made_on, calibration.method) == ("", "1970-01-01", "nominal")
    assert (calibration.scale, calibration.scale_sd_pct) == (1.0, 5.0)  # a quarter of 20: 16 sensors together


def test_other_baselines_and_scales_leave_the_rest_as_it_was():
    before = insole(2, conductance_us_per_n=3.0)
    moved = before.with_zero(np.array([251, 252.5]), 1.5)
    assert [(c.zero_count, c.zero_sd_count) for c in moved.sensors] == [(251.0, 1.5), (252.5, 1.5)]
    assert moved == replace(before, sensors=moved.sensors)
    assert {replace(c, zero_count=250.0, zero_sd_count=0.0) for c in moved.sensors} == set(before.sensors)
    assert before.with_scale(1.5, 2.0) == replace(before, scale=1.5, scale_sd_pct=2.0)
    with pytest.raises(ValueError):
        before.with_zero(np.array([251.0]), 1.5)


@pytest.mark.worked_example("unloaded_counts")
def test_the_unloaded_code_is_the_2nd_percentile_of_the_stretch():
    """101 codes 230, 231 ... 330: the 2nd percentile is the third, 232."""
    ramp = np.arange(230, 331)[::-1, None]
    assert unloaded_counts(ramp, FRONT).tolist() == [232.0]
    # Of 51 codes it is the second.
    assert unloaded_counts(ramp[:51], FRONT).tolist() == [281.0]


@pytest.mark.worked_example("unloaded_counts")
@pytest.mark.parametrize(("code", "unloaded"), [(310, 310), (311, 250), (190, 190), (189, 250)])
def test_further_than_60_codes_from_the_design_is_a_sensor_that_was_never_unloaded(code: int, unloaded: int):
    both = np.column_stack([np.full(50, code), np.full(50, 255)])
    assert unloaded_counts(both, FRONT).tolist() == [unloaded, 255.0]


def test_an_empty_stretch_has_the_designs_baseline():
    assert unloaded_counts(np.zeros((0, 3), np.uint16), FRONT).tolist() == [250.0, 250.0, 250.0]


@pytest.mark.worked_example("newtons")
def test_counts_become_newtons_with_the_baseline_of_the_stretch():
    stretch = np.array([[262], [262], [362], [250 + 3000]], np.uint16)
    assert newtons(stretch, FRONT).tolist() == [[0.0], [0.0], [100.0], [2988.0]]
    real = np.array([[330.0]] * 60 + [[830.0]])
    # 500 codes above 330, of the design's curve: 32.682 N.
    assert newtons(real.astype(np.uint16))[-1, 0] == pytest.approx(32.682325, rel=1e-6)


def made_on(day: str, method: str = "bench") -> Calibration:
    return replace(insole(), made_on=day, method=method)


@pytest.mark.worked_example("age_days")
def test_the_age_counts_days():
    assert made_on("2024-02-28").age_days(date(2024, 3, 1)) == 2  # a leap year
    assert made_on("2026-01-01").age_days(date(2026, 1, 1)) == 0
    assert made_on("2026-01-02").age_days(date(2026, 1, 1)) == -1


STALE = [
    # 2026-01-01 + 180 days is 2026-06-30
    ("bench", date(2026, 6, 30), 0.0, 0.0, ()),
    ("bench", date(2026, 7, 1), 0.0, 0.0, ("it is 181 days old (limit 180)",)),
    ("bench", date(2026, 1, 1), 400.0, 40.0, ()),
    ("bench", date(2026, 1, 1), 400.6, 0.0, ("the insole has been worn for 401 h since (limit 400)",)),
    ("bench", date(2026, 1, 1), 0.0, 40.6, ("an unloaded sensor has moved by 41 codes",)),
    (
        "bench + body weight",
        date(2027, 1, 1),
        500.0,
        50.0,
        (
            "it is 365 days old (limit 180)",
            "the insole has been worn for 500 h since (limit 400)",
            "an unloaded sensor has moved by 50 codes",
        ),
    ),
    (
        "nominal",
        date(2027, 1, 1),
        0.0,
        0.0,
        ("the insole has never been calibrated; forces may be off by 20 %",),
    ),
]


@pytest.mark.worked_example("stale", "reasons")
@pytest.mark.parametrize(("method", "today", "worn_hours", "moved", "reasons"), STALE)
def test_when_to_calibrate_again(
    method: str, today: date, worn_hours: float, moved: float, reasons: tuple[str, ...]
):
    judged = staleness(made_on("2026-01-01", method), today, worn_hours, moved)
    assert (judged.stale, judged.reasons) == (bool(reasons), reasons)
    if not (worn_hours or moved):
        assert staleness(made_on("2026-01-01", method), today) == judged
