"""Codes to newtons in a stream: curve, creep and hysteresis row by row, with numbers from paper.

With the insole of round numbers (`paper.py`) one code above the unloaded one is one newton.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.calibration import Calibration, Calibrator

from tests.host.calibration.paper import codes, insole

MADE_OF = {"hysteresis_pct": 4.0, "creep_pct_per_decade": 3.0}


def fed(calibration: Calibration, rows: np.ndarray, rate_hz: float = 1.0, **how: bool) -> list[float]:
    """Forces of the first sensor."""
    return Calibrator(calibration, rate_hz, **how).feed(rows)[:, 0].tolist()


@pytest.mark.worked_example("force_n", "scale")
@pytest.mark.parametrize(
    ("curve", "scale", "above", "force_n"),
    [
        ({}, 1.0, 100.0, 100.0),
        ({}, 2.5, 100.0, 250.0),
        ({"conductance_us_per_n": 4.0}, 1.0, 100.0, 25.0),
        ({"conductance_us_per_n": 10.0, "exponent": 0.5}, 1.0, 100.0, 100.0),  # (100 / 10)^2
        ({}, 1.0, 0.0, 0.0),
        ({}, 1.0, -40.0, 0.0),
        ({"zero_count": 270.0}, 1.0, 100.0, 80.0),
        ({}, 1.0, 3845.0, 3845.0),
    ],
)
def test_a_code_is_a_force(curve: dict[str, float], scale: float, above: float, force_n: float):
    calibration = insole(1, **curve).with_scale(scale, 0.0)
    assert fed(calibration, codes([above])) == pytest.approx([force_n], rel=1e-6)


@pytest.mark.worked_example("force_n")
@pytest.mark.parametrize(
    ("above", "force_n"),
    [
        (100 + 1 / 32, 100.031245),  # between the 16ths 100 and 100.0625 the logarithm runs straight
        (1 / 16, 0.0625),
        (1 / 32, 0.03125),  # below the first 16th it comes from a quarter of it: root of 1 / 64 x 1 / 16
    ],
)
def test_the_table_is_read_between_its_16ths_of_a_code(above: float, force_n: float):
    complete = int(above + 1)
    calibration = insole(1, zero_count=250.0 + complete - above)
    assert fed(calibration, codes([complete])) == pytest.approx([force_n], rel=2e-7)


def test_the_table_ends_where_the_codes_end():
    """A baseline below zero asks for 4105 codes and gets the last 16th of the table, 4095.9375."""
    below = insole(1, zero_count=-10.0)
    assert fed(below, np.array([[4095]], np.uint16)) == pytest.approx([4095.9375], rel=1e-7)


def test_codes_beyond_twelve_bits_count_as_the_highest():
    assert fed(insole(1), np.array([[4095], [4096], [60000]], np.uint16)) == [3845.0, 3845.0, 3845.0]


@pytest.mark.worked_example("force_n", "creep_pct_per_decade")
def test_creep_is_divided_out_against_one_second_under_load():
    """A steady code of 100 and 10 % a decade, one row a second.

    The five states take 1 - e^(-1/T) of the share of load in a second, T = 1, 10 ... 10000 s: 0.632121,
    0.095163, 0.009950, 0.001000, 0.000100, together 0.738333, the reference.
    Row 1, nothing crept: 100 / (1 - 0.1 x 0.738333) = 107.9719 N; share 107.9719 / 113.9719 = 0.947355.
    Row 2: crept 0.738333 x 0.947355 = 0.699464; 100 / (1 + 0.1 x (0.699464 - 0.738333)) = 100.3902 N.
    Row 3: crept 1.008942, 97.3652 N. Row 4: crept 1.171622, 95.8470 N.
    """
    got = fed(insole(1, creep_pct_per_decade=10.0), codes([100.0] * 4))
    assert got == pytest.approx([107.97192, 100.39021, 97.36520, 95.84705], rel=1e-6)


@pytest.mark.worked_example("force_n", "creep_pct_per_decade")
def test_after_a_day_under_load_all_five_states_are_full():
    """Crept 4.999823 x 0.947355 (a day at 107.97 N, as above) = 4.736607; 100 / (1 + 0.1 x 3.998274) =
    71.4374 N."""
    got = fed(insole(1, creep_pct_per_decade=10.0), codes([100.0, 100.0]), 1 / 86400)
    assert got == pytest.approx([107.97192, 71.43736], rel=1e-6)


@pytest.mark.worked_example("force_n", "hysteresis_pct")
def test_half_the_hysteresis_is_added_while_load_rises_and_taken_off_while_it_falls():
    """10 %; the branch moves by 3.5 times the change of ln(F + 1.5) and stays within -1 and 1.

    100: branch 0 at first, 100 N; ln 101.5 - 0 sends it to 1.
    100: x e^0.05 = 105.1271 N. 90: 94.6144 N; ln 96.1144 - ln 106.6271 = -0.103799, branch 0.636705.
    90: 90 x e^(0.05 x 0.636705) = 92.9113 N; ln falls by 0.017879, branch 0.574129.
    50: 51.4561 N; ln falls by 0.578197, branch -1. 50: x e^-0.05 = 47.5615 N.
    0, and 100 again: still falling until it is seen, 95.1229 N; then 105.1271 N.
    """
    got = fed(insole(1, hysteresis_pct=10.0), codes([100.0, 100, 90, 90, 50, 50, 0, 0, 100, 100]))
    want = [100.0, 105.12711, 94.61440, 92.91127, 51.45612, 47.56147, 0.0, 0.0, 95.12294, 105.12711]
    assert got == pytest.approx(want, rel=1e-6)


@pytest.mark.worked_example("force_n", "hysteresis_pct", "creep_pct_per_decade", "scale")
def test_all_of_it_together_on_a_curve_with_an_exponent():
    """4 uS x F^0.5, h 10 %, c 10 %, scale 2: ln g is corrected before the power of 1 / 0.5 is taken.

    Row 1: g 40 / 0.9261667 = 43.18876 uS; (43.18876 / 4)^2 = 116.5794 N; twice that 233.1587. Share
    116.5794 / 122.5794 = 0.951052; crept 0.702193, divisor 0.996386; branch 1.
    Row 2: g 40 / 0.996386 x e^0.05 = 42.20338 uS; / 4, squared 111.3203; twice that 222.6405.
    """
    calibration = insole(
        1, conductance_us_per_n=4.0, exponent=0.5, hysteresis_pct=10.0, creep_pct_per_decade=10.0
    ).with_scale(2.0, 0.0)
    assert fed(calibration, codes([40.0, 40.0])) == pytest.approx([233.1587, 222.6405], rel=2e-5)


def test_sensors_do_not_share_creep_or_hysteresis():
    calibration = insole(1, hysteresis_pct=10.0, creep_pct_per_decade=10.0)
    other = insole(1, conductance_us_per_n=2.0)
    both = replace(calibration, sensors=(*calibration.sensors, *other.sensors))
    rows = codes([[100.0, 0.0], [100.0, 60.0], [90.0, 60.0], [50.0, 60.0]])
    got = Calibrator(both, 1.0).feed(rows)
    assert got[:, 0].tolist() == fed(calibration, rows[:, :1])
    assert got[:, 1] == pytest.approx([0.0, 30.0, 30.0, 30.0], rel=1e-6)


def test_switched_off_creep_and_hysteresis_leave_the_plain_curve():
    rows = codes([100.0, 100, 50, 50, 100])
    plain = fed(insole(1, hysteresis_pct=10.0, creep_pct_per_decade=10.0), rows, compensate=False)
    assert plain == pytest.approx([100.0, 100, 50, 50, 100], rel=1e-6)
    assert fed(insole(1, hysteresis_pct=10.0), rows, compensate=True)[1] == pytest.approx(105.12711, rel=1e-6)


@pytest.mark.parametrize("rate_hz", [0.0, -1.0, float("nan")])
def test_a_rate_that_is_none_is_refused(rate_hz: float):
    with pytest.raises(ValueError) as caught:
        Calibrator(insole(1), rate_hz)
    assert str(caught.value) == f"the rate must be positive, not {rate_hz}"


@pytest.mark.parametrize("shape", [(5,), (5, 1), (5, 3), (2, 5, 2)])
def test_the_shape_that_was_expected_is_said(shape: tuple[int, ...]):
    with pytest.raises(ValueError) as caught:
        Calibrator(insole(2), 1.0).feed(np.zeros(shape, np.uint16))
    assert str(caught.value) == f"counts must have the shape (n, 2), not {shape}"


def test_what_is_handed_in_and_out_is_nobody_elses():
    calibrator = Calibrator(insole(2), 100.0)
    rows = codes([[3000.0, 0.0], [0.0, 0.0]])
    before = rows.copy()
    force_n = calibrator.feed(rows)
    assert (force_n.dtype, force_n.shape) == (np.float32, (2, 2))
    np.testing.assert_array_equal(rows, before)
    calibrator.zero_count[:] = 0.0
    assert calibrator.zero_count.tolist() == [250.0, 250.0]
    assert calibrator.feed(rows[:0]).shape == (0, 2)
    assert calibrator.feed(rows[::-1, ::-1]).tolist() == [[0.0, 0.0], [0.0, 3000.0]]


walks = st.lists(st.integers(0, 4095), min_size=2, max_size=60)


@settings(max_examples=25)
@given(walks, st.lists(st.integers(0, 20), max_size=5), st.sampled_from([1.0, 20.0, 100.0]))
def test_cutting_a_stream_changes_no_bit(values: list[int], cuts: list[int], rate_hz: float):
    """Random codes, with swings between them so that the baseline is learned as well."""
    rows = np.array([[v, 250 + i % 3] for i, v in enumerate(values)], np.uint16)
    rows = np.concatenate(
        [rows, np.full((12, 2), 255, np.uint16), rows[::-1], np.full((12, 2), 245, np.uint16)]
    )
    calibration = insole(2, **MADE_OF)
    complete, cut = Calibrator(calibration, rate_hz), Calibrator(calibration, rate_hz)
    pieces = np.split(rows, np.minimum(np.cumsum(cuts), len(rows)))
    np.testing.assert_array_equal(np.concatenate([cut.feed(piece) for piece in pieces]), complete.feed(rows))
    np.testing.assert_array_equal(cut.zero_count, complete.zero_count)
    np.testing.assert_array_equal(cut.feed(rows), complete.feed(rows))


@settings(max_examples=25)
@given(walks, st.floats(0.3, 3.0))
def test_the_body_weight_scale_multiplies_forces_and_changes_nothing_else(values: list[int], scale: float):
    rows = np.array(values, np.uint16)[:, None]
    one = insole(1, **MADE_OF)
    plain, scaled = Calibrator(one, 100.0), Calibrator(one.with_scale(scale, 0.0), 100.0)
    np.testing.assert_allclose(scaled.feed(rows), scale * plain.feed(rows), rtol=1e-6)
    assert scaled.zero_count == plain.zero_count


@settings(max_examples=25)
@given(st.lists(st.integers(0, 4095), min_size=2, max_size=30, unique=True), walks)
def test_a_higher_code_is_a_higher_force_whatever_was_before(values: list[int], before: list[int]):
    """As many sensors with one past as there are codes."""
    rising = np.sort(np.array(values, np.uint16))[None, :]
    calibrator = Calibrator(insole(len(values), **MADE_OF), 100.0, follow_baseline=False)
    calibrator.feed(np.repeat(np.array(before, np.uint16)[:, None], len(values), axis=1))
    force_n = calibrator.feed(rising)[0]
    assert (np.diff(force_n[rising[0] > 250]) > 0).all()
    assert (force_n[rising[0] <= 250] == 0).all()


@settings(max_examples=25)
@given(walks)
def test_a_sensor_twice_as_sensitive_with_the_same_codes_has_half_the_force(values: list[int]):
    rows = np.array(values, np.uint16)[:, None]
    one = Calibrator(insole(1), 100.0, follow_baseline=False).feed(rows)
    two = Calibrator(insole(1, conductance_us_per_n=2.0), 100.0, follow_baseline=False).feed(rows)
    np.testing.assert_allclose(two, one / 2, rtol=1e-6)
