"""Student's t against the printed table of quantiles, and closed forms."""

from math import pi, sqrt, tan

import pytest
from plantigrade.posture.baseline.t_distribution import t_quantile

# Freedom: quantiles at 0.90, 0.95, 0.975, 0.99, 0.995 (as printed in textbooks, three decimals).
TABLE = {
    1: (3.078, 6.314, 12.706, 31.821, 63.657),
    2: (1.886, 2.920, 4.303, 6.965, 9.925),
    3: (1.638, 2.353, 3.182, 4.541, 5.841),
    4: (1.533, 2.132, 2.776, 3.747, 4.604),
    5: (1.476, 2.015, 2.571, 3.365, 4.032),
    10: (1.372, 1.812, 2.228, 2.764, 3.169),
    20: (1.325, 1.725, 2.086, 2.528, 2.845),
    30: (1.310, 1.697, 2.042, 2.457, 2.750),
    60: (1.296, 1.671, 2.000, 2.390, 2.660),
    120: (1.289, 1.658, 1.980, 2.358, 2.617),
}
LEVELS = (0.90, 0.95, 0.975, 0.99, 0.995)


@pytest.mark.worked_example("t_quantile")
@pytest.mark.parametrize("freedom", TABLE)
def test_quantiles_are_those_of_the_printed_table(freedom: int):
    for p, printed in zip(LEVELS, TABLE[freedom], strict=True):
        assert t_quantile(p, freedom) == pytest.approx(printed, abs=5.1e-4)
        assert t_quantile(1 - p, freedom) == pytest.approx(-printed, abs=5.1e-4)


@pytest.mark.worked_example("t_quantile")
@pytest.mark.parametrize(("p", "normal"), [(0.95, 1.644854), (0.975, 1.959964), (0.995, 2.575829)])
def test_with_endless_freedom_they_are_the_normal_ones(p: float, normal: float):
    assert t_quantile(p, 1e9) == pytest.approx(normal, abs=1e-6)
    assert t_quantile(1 - p, 1e9) == pytest.approx(-normal, abs=1e-6)
    assert t_quantile(p, 9e4) == pytest.approx(normal, abs=1e-4)


@pytest.mark.parametrize("p", [0.001, 0.2, 0.5, 0.75, 0.9, 0.999, 0.9999])
def test_one_and_two_degrees_of_freedom_have_closed_forms(p: float):
    """Freedom 1: tan(pi (p - 1/2)). Freedom 2: (2p - 1) / sqrt(2 p (1 - p))."""
    assert t_quantile(p, 1) == pytest.approx(tan(pi * (p - 0.5)), rel=1e-12, abs=1e-12)
    assert t_quantile(p, 2) == pytest.approx((2 * p - 1) / sqrt(2 * p * (1 - p)), rel=1e-12, abs=1e-12)


def test_less_than_one_degree_of_freedom_counts_as_one():
    assert t_quantile(0.975, 0.3) == t_quantile(0.975, 1.0)
    assert t_quantile(0.975, -2.0) == t_quantile(0.975, 1.0)


def test_freedom_need_not_be_whole():
    assert t_quantile(0.975, 1) > t_quantile(0.975, 1.5) > t_quantile(0.975, 2)


def test_far_out_quantiles_are_found():
    """Freedom 1: tan(pi x 0.499999) = 318309.886."""
    assert t_quantile(0.999999, 1) == pytest.approx(318309.886, rel=1e-6)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 1.1])
def test_a_probability_lies_between_0_and_1(p: float):
    with pytest.raises(ValueError, match=f"^a probability lies between 0 and 1, not {p}$"):
        t_quantile(p, 5)
