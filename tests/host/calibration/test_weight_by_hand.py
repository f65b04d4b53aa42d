"""The body-weight scale from cycles and from standing whose mean force is known; what is refused, when."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.calibration import WeightScale, scale_from_standing, scale_from_walking
from plantigrade.errors import PlantigradeError


def cycles(*lengths_and_means: tuple[int, float]) -> tuple[np.ndarray, np.ndarray]:
    """Total force of cycles of these lengths in rows, each with this mean, and where they begin.

    The force is not the mean anywhere: every cycle begins and ends with rows 100 N above and below it.
    """
    starts, parts = [0], []
    for rows, mean_n in lengths_and_means:
        part = np.full(rows, mean_n)
        part[0] += 100.0
        part[-1] -= 100.0
        parts.append(part)
        starts.append(starts[-1] + rows)
    return np.concatenate(parts), np.array(starts)


@pytest.mark.worked_example("scale", "left", "right", "sd_pct", "samples")
def test_the_mean_force_over_cycles_is_the_body_weight():
    """Ten cycles of 700 N under a person of 735 N: 735 / 700 = 1.05 for both feet. Nothing scatters: what is
    left is the 1 % that walking on the level is trusted to."""
    total, starts = cycles(*[(10, 700.0)] * 10)
    share = np.linspace(0.2, 0.9, len(total))
    scale = scale_from_walking(total * share, total * (1 - share), starts, 735.0)
    assert (scale.left, scale.right) == (pytest.approx(1.05, rel=1e-12), pytest.approx(1.05, rel=1e-12))
    assert scale.sd_pct == pytest.approx(1.0, rel=1e-9)
    assert (scale.source, scale.samples) == ("walking", 10.0)


@pytest.mark.worked_example("scale", "sd_pct")
def test_the_middle_cycle_counts_and_the_scatter_is_told():
    """Cycle means 650, 660 ... 750 N: the middle is 700; distances from it 0, 10, 10, 20, 20 ... 50, 50 have
    the middle 30; 1.4826 x 30 / 700 / root 11 = 1.9158 %, at right angles with 1 %: 2.1611 %."""
    means = [650.0 + 10 * i for i in (7, 0, 3, 10, 5, 2, 9, 1, 8, 4, 6)]
    total, starts = cycles(*[(10, mean) for mean in means])
    scale = scale_from_walking(total, np.zeros(len(total)), starts, 700.0)
    assert scale.left == pytest.approx(1.0, rel=1e-12)
    assert scale.sd_pct == pytest.approx(2.1611, abs=1e-4)
    assert scale.samples == 11.0


def test_what_lies_before_the_first_and_after_the_last_contact_does_not_count():
    total, starts = cycles(*[(10, 700.0)] * 10)
    around = np.concatenate([np.full(25, 9000.0), total, np.full(35, 9000.0)])
    scale = scale_from_walking(around, np.zeros(len(around)), starts + 25, 700.0)
    assert scale.left == pytest.approx(1.0, rel=1e-12)


@pytest.mark.worked_example("samples", "scale")
@pytest.mark.parametrize(("rows", "counts"), [(14, False), (15, True), (27, True), (28, False)])
def test_cycles_of_0_7_to_1_4_times_the_usual_length_count(rows: int, counts: bool):
    """The usual cycle has 20 rows: 14 and 28 are just outside. The odd ones are 900 N, all others 700 N."""
    steady = [(20, 700.0)] * 10
    total, starts = cycles(*steady, *[(rows, 900.0)] * 9)
    scale = scale_from_walking(total, total, starts, 1400.0)
    assert scale.samples == (19.0 if counts else 10.0)
    # The middle of ten 700 and nine 900 is 700 either way: the scatter shows which cycles were taken.
    assert scale.left == pytest.approx(1.0, rel=1e-12)
    total, starts = cycles(*steady, *[(rows, 900.0)] * 9, (20, 900.0), (20, 900.0))
    means = scale_from_walking(total, total, starts, 1400.0)
    assert means.left == pytest.approx(1400 / 1800 if counts else 1.0, rel=1e-12)


def test_eleven_contacts_are_ten_cycles():
    total, starts = cycles(*[(10, 700.0)] * 10)
    assert scale_from_walking(total, total, starts, 1400.0).samples == 10.0
    with pytest.raises(PlantigradeError) as caught:
        scale_from_walking(total, total, starts[:-1], 1400.0)
    assert str(caught.value) == "the body-weight scale needs 10 gait cycles, there are 9"
    for few in (starts[:1], starts[:0]):
        with pytest.raises(PlantigradeError, match=r"needs 10 gait cycles, there are 0$"):
            scale_from_walking(total, total, few, 1400.0)


def test_ten_cycles_of_which_one_is_a_turn_are_too_few():
    total, starts = cycles(*[(10, 700.0)] * 9, (20, 700.0))
    with pytest.raises(PlantigradeError) as caught:
        scale_from_walking(total, total, starts, 1400.0)
    assert str(caught.value) == (
        "the body-weight scale needs 10 steady gait cycles; walk a straight line on the level"
    )


@pytest.mark.worked_example("scale")
@pytest.mark.parametrize(("weight_n", "scale"), [(210.0, 0.3), (2100.0, 3.0)])
def test_factors_from_0_3_to_3_are_believed(weight_n: float, scale: float):
    total, starts = cycles(*[(10, 700.0)] * 10)
    assert scale_from_walking(total, np.zeros(100), starts, weight_n).left == pytest.approx(scale)
    quiet = np.full(1000, 350.0)
    assert scale_from_standing(quiet, quiet, 100, weight_n).left == pytest.approx(scale)


@pytest.mark.parametrize(
    ("weight_n", "mean_n", "text"), [(209.0, 700.0, "700 N"), (2101.0, 700.0, "700 N"), (700.0, 0.0, "0 N")]
)
def test_factors_beyond_are_refused_with_both_forces(weight_n: float, mean_n: float, text: str):
    starts = np.arange(0, 1001, 100)
    quiet = np.full(1000, mean_n)
    texts = (
        f"the insoles measure {text} where the body weighs {weight_n:.0f} N: "
        "check that both insoles are worn and that the weight is right"
    )
    with pytest.raises(PlantigradeError) as caught:
        scale_from_walking(quiet, np.zeros(1000), starts, weight_n)
    assert str(caught.value) == texts
    with pytest.raises(PlantigradeError) as caught:
        scale_from_standing(quiet, np.zeros(1000), 100, weight_n)
    assert str(caught.value) == texts


@pytest.mark.worked_example("left", "right", "sd_pct", "samples")
def test_standing_still_gives_one_factor_for_both_feet():
    """500 N and 200 N under a person of 735 N: 1.05, and half a per cent that standing is trusted to."""
    scale = scale_from_standing(np.full(1000, 500.0), np.full(1000, 200.0), 50.0, 735.0)
    assert scale.left == pytest.approx(1.05, rel=1e-9)
    assert scale.right == pytest.approx(1.05, rel=1e-9)
    assert scale.sd_pct == pytest.approx(0.5, rel=1e-9)
    assert (scale.source, scale.samples) == ("standing", 20.0)


def shifted(left_share: float, right_share: float) -> WeightScale:
    """Ten seconds on the left foot alone, ten on the right, of which the insoles see these shares."""
    left, right = np.zeros(20), np.zeros(20)
    left[:10], right[10:] = 700.0 * left_share, 700.0 * right_share
    return scale_from_standing(left, right, 1.0, 700.0)


@pytest.mark.worked_example("left", "right", "sd_pct")
def test_shifts_of_weight_give_each_foot_its_own_factor():
    """The left insole sees 0.8 of the weight, the right one 1.25. The mean is 1.025: common factor 0.975610.

    In its units the feet see a = 0.780488 and b = 1.219512, each half of the time, and with the pull 0.03^2
        (a^2 / 2 + 0.0009) x - 0.0009 y = a / 2,   -0.0009 x + (b^2 / 2 + 0.0009) y = b / 2:
        0.305481 x - 0.0009 y = 0.390244,  0.744505 y - 0.0009 x = 0.609756,
    x = 1.279893 and y = 0.820556, times 0.975610: 1.248676 and 0.800542, near 1 / 0.8 and 1 / 1.25.
    The sums are off by -0.001059 and 0.000678, half of the time each: SD 0.0008687, over root 20 s
    0.000194; with half a per cent 0.50038 %.
    """
    scale = shifted(0.8, 1.25)
    assert scale.left == pytest.approx(1.248676, rel=1e-6)
    assert scale.right == pytest.approx(0.800542, rel=1e-6)
    assert scale.sd_pct == pytest.approx(0.500377, rel=1e-5)
    assert scale.samples == 20.0


@pytest.mark.worked_example("left", "right", "sd_pct")
def test_a_foots_own_factor_stays_within_half_and_twice_the_common_one():
    """The left insole sees a quarter: it would need 2.479 times the common factor 1.6 and gets 2 x 1.6 = 3.2;
    the right one 0.626303 x 1.6 = 1.002084. Left sums are 0.2 short, right ones 0.002084 over: SD 0.101042,
    over root 20 s 0.022594; with half a per cent 2.314037 %."""
    scale = shifted(0.25, 1.0)
    assert scale.left == pytest.approx(3.2, rel=1e-9)
    assert scale.right == pytest.approx(1.002084, rel=1e-6)
    assert scale.sd_pct == pytest.approx(2.314037, rel=1e-6)
    # Fifteen of twenty seconds on a left insole that sees a fifth: the mean is 0.4, the common factor 2.5.
    # The right one needs 0.400917 times that and gets half, 1.25; the left one 1.992361 times, 4.980903:
    # (0.375 x 1.5634 + 0.0009 x 0.625) / (0.1884 x 1.5634 - 0.0009^2).
    left, right = np.repeat([140.0, 0.0], [15, 5]), np.repeat([0.0, 700.0], [15, 5])
    low = scale_from_standing(left, right, 1.0, 700.0)
    assert low.right == pytest.approx(1.25, rel=1e-9)
    assert low.left == pytest.approx(4.980903, rel=1e-6)


def test_ten_seconds_of_standing_are_enough():
    some = np.full(1000, 350.0)
    assert scale_from_standing(some, some, 100.0, 700.0).samples == 10.0
    with pytest.raises(PlantigradeError) as caught:
        scale_from_standing(some[:999], some[:999], 100.0, 700.0)
    assert str(caught.value) == "the body-weight scale needs 10 s of standing"


@given(st.floats(0.8, 1.3), st.floats(0.8, 1.3))
def test_doubled_forces_halve_the_factors_and_feet_that_change_places_change_factors(a: float, b: float):
    draw = np.random.default_rng(1)
    sway = draw.uniform(0.1, 0.9, 40)
    left, right = 700.0 * a * sway, 700.0 * b * (1 - sway)
    one = scale_from_standing(left, right, 4.0, 700.0)
    twice = scale_from_standing(1.4 * left, 1.4 * right, 4.0, 700.0)
    swapped = scale_from_standing(right, left, 4.0, 700.0)
    assert twice.left == pytest.approx(one.left / 1.4, rel=1e-9)
    assert twice.right == pytest.approx(one.right / 1.4, rel=1e-9)
    assert (swapped.left, swapped.right) == (pytest.approx(one.right), pytest.approx(one.left))
    assert one.left == pytest.approx(1 / a, rel=0.05)
    assert one.right == pytest.approx(1 / b, rel=0.05)
