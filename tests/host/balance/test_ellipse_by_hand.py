"""The 95 % prediction ellipse with quantiles from printed tables of the F distribution."""

import numpy as np
import pytest
from plantigrade.gait import balance

F_TABLE = [
    (3, 199.5, 1064.0),
    (4, 19.0, 71.25),
    (7, 5.786, 15.87017),
    (12, 4.103, 9.778817),
    (22, 3.493, 7.66873),
]
"""Observations n, quantile of F(2, n - 2) at 0.95 as printed, and 2 (n - 1) (n + 1) / (n (n - 2)) times it:
factors 16 / 3, 15 / 4, 96 / 35, 143 / 60 and 966 / 440 = 2.195455."""


@pytest.mark.parametrize(("count", "quantile", "scale"), F_TABLE)
def test_scale_from_the_printed_f_table(count: int, quantile: float, scale: float) -> None:
    assert balance.prediction_scale(count) == pytest.approx(scale, rel=3e-4)
    factor = balance.prediction_scale(count) / quantile
    assert factor == pytest.approx(2 * (count**2 - 1) / (count * (count - 2)), rel=3e-4)


def test_other_probabilities() -> None:
    """F(2, 10) at 0.99 is 7.559: 143 / 60 times it; at 0.90 it is 2.924."""
    assert balance.prediction_scale(12, 0.99) == pytest.approx(18.0156, rel=1e-3)
    assert balance.prediction_scale(12, 0.90) == pytest.approx(6.9689, rel=1e-3)


def test_three_observations_are_the_least() -> None:
    assert balance.prediction_scale(3) == pytest.approx(1064, rel=1e-4)
    for count in (2, 1, 0):
        with pytest.raises(ValueError, match="a prediction ellipse needs at least three observations"):
            balance.prediction_scale(count)


CROSS = np.array([[3.0, 0.0], [-3.0, 0.0], [0.0, 4.0], [0.0, -4.0]])
"""Variances 18 / 3 = 6 and 32 / 3; n = 4: c = 71.25; half axes sqrt(760) and sqrt(427.5); area 570 pi."""


@pytest.mark.worked_example("ellipse_area_mm2", "ellipse_major_mm", "ellipse_minor_mm", "ellipse_angle_deg")
def test_ellipse_of_a_cross() -> None:
    area, major, minor, angle = balance.ellipse(CROSS + np.array([120.0, 80.0]))
    assert area == pytest.approx(1790.70781, rel=1e-6)
    assert major == pytest.approx(27.5680975, rel=1e-6)
    assert minor == pytest.approx(20.6760731, rel=1e-6)
    assert abs(angle) == pytest.approx(90)
    got = balance.sway(CROSS, 100.0)
    assert (got.ellipse_area_mm2, got.ellipse_major_mm) == pytest.approx((1790.70781, 27.5680975), rel=1e-6)
    assert (got.ellipse_minor_mm, abs(got.ellipse_angle_deg)) == pytest.approx((20.6760731, 90), rel=1e-6)


@pytest.mark.parametrize("angle", [-89.0, -53.130102, -30.0, 0.0, 30.0, 53.130102, 89.0])
def test_angle_is_that_of_the_long_axis_from_x(angle: float) -> None:
    """The cross lies on its side (long axis along x) and is turned."""
    a = np.radians(angle)
    turned = CROSS[:, ::-1] @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    area, major, minor, found = balance.ellipse(turned)
    assert found == pytest.approx(angle, abs=1e-6)
    assert (area, major, minor) == pytest.approx((1790.70781, 27.5680975, 20.6760731), rel=1e-6)


def test_the_angle_lies_from_minus_90_to_below_90() -> None:
    assert balance.ellipse(CROSS)[3] == pytest.approx(-90)


def test_a_path_along_a_line_has_no_area() -> None:
    """x = 0, 1, 2, 3 with y = 2 x: variance along the line 5 * 5 / 3, none across."""
    path = np.array([[0.0, 0.0], [1.0, 2.0], [2.0, 4.0], [3.0, 6.0]])
    area, major, minor, angle = balance.ellipse(path)
    assert area == pytest.approx(0, abs=1e-4)
    assert major == pytest.approx(np.sqrt(71.25 * 25 / 3), rel=1e-6)
    assert minor == pytest.approx(0, abs=1e-6)
    assert angle == pytest.approx(63.4349488, rel=1e-6)
    assert balance.ellipse(np.ones((5, 2)))[:3] == (0, 0, 0)


def test_the_ellipse_of_another_probability() -> None:
    """At 0.5 the quantile of F(2, 2) is 1: c = 3.75; half axes sqrt(40) and sqrt(22.5); area 30 pi."""
    area, major, minor, _ = balance.ellipse(CROSS, 0.5)
    assert (area, major, minor) == pytest.approx((94.2477796, 6.32455532, 4.74341649), rel=1e-6)
