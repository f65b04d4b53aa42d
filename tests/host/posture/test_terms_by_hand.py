"""Statistics of a rule's terms, each against numbers that were worked out on paper."""

from math import nan

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.rules import Combine, Scope, Statistic, Term
from plantigrade.posture.rules_engine.statistics import (
    cv_pct,
    median_of,
    rule_value,
    seconds_value,
    term_value,
)

from tests.host.posture.kit import Strides, Usual
from tests.host.posture.test_rule_values import rule

NOBODY = Strides({}, {})


def value(
    term: Term,
    window: Strides,
    *,
    foot: Foot = Foot.LEFT,
    scope: Scope = Scope.FOOT,
    usual: Usual | None = None,
) -> float:
    return term_value(term, scope, foot, window, usual)


@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40))
def test_a_median_is_that_of_numpy_to_the_bit(values: list[float]):
    assert median_of(np.array(values)) == float(np.median(values))


@pytest.mark.worked_example("median")
@pytest.mark.parametrize(
    ("strides", "middle"),
    [([9.0, 1.0, 2.0], 2.0), ([9.0, 1.0, 2.0, 4.0], 3.0), ([7.0], 7.0), ([], nan)],
    ids=["odd: the middle one", "even: the mean of the middle two", "one stride", "no stride: not known"],
)
def test_median(strides: list[float], middle: float):
    assert value(Term("x", Statistic.MEDIAN), Strides({"x": strides})) == pytest.approx(middle, nan_ok=True)


@pytest.mark.worked_example("last")
def test_last_is_the_latest_not_the_largest():
    assert value(Term("x", Statistic.LAST), Strides({"x": [9.0, 1.0, 2.0]})) == 2.0


@pytest.mark.worked_example("cv", "cv_pct")
@pytest.mark.parametrize(
    ("strides", "cv"),
    [
        ([1.0, 1.1, 1.2], 9.090909),  # mean 1.1, SD 0.1
        ([1.0, 1.1], nan),  # two strides say nothing of their spread
        # Median 1.1, median deviation 0.05, robust SD 0.0741: 5.0 lies beyond four of them. The other five:
        # mean 1.1, SD = sqrt(0.02 / 4) = 0.0707107.
        ([1.0, 1.1, 1.2, 1.1, 1.1, 5.0], 6.428243),
        # Median 100, median deviation 1, four robust SDs 5.9304: 5.93 is kept, 5.94 is not.
        # Seven: mean 703.93 / 7 = 100.561429, squares of the deviations 40.958486, SD = sqrt(40.958486 / 6).
        ([98.0, 99.0, 99.0, 100.0, 101.0, 101.0, 105.93], 2.598154),
        # Six: mean 99.666667, squares 7.333333, SD = sqrt(7.333333 / 5) = 1.211060.
        ([98.0, 99.0, 99.0, 100.0, 101.0, 101.0, 105.94], 1.215110),
        # Mirrored, below the median: the same SD of 2.612741 over a mean of 696.07 / 7 = 99.438571.
        ([102.0, 101.0, 101.0, 100.0, 99.0, 99.0, 94.07], 2.627492),
        # No spread at all: a thousandth of the median stands for it, four of them are 0.4.
        # Kept: mean 100.065, SD = sqrt(6) x 0.065 = 0.159217. Dropped: none left that differs.
        ([100.0, 100.0, 100.0, 100.0, 100.0, 100.39], 0.159113),
        ([100.0, 100.0, 100.0, 100.0, 100.0, 100.41], 0.0),
        ([100.0, 100.0, 500.0], nan),  # only two are left
        ([100.0, 100.0, 100.0, 500.0], 0.0),  # three are left
        ([-1.0, 0.0, 1.0], nan),  # a mean of zero is nothing to divide by
    ],
)
def test_cv_is_the_sd_over_the_mean_without_what_lies_far_off(strides: list[float], cv: float):
    assert cv_pct(np.array(strides)) == pytest.approx(cv, abs=2e-6, nan_ok=True)
    assert value(Term("x", Statistic.CV), Strides({"x": strides})) == pytest.approx(cv, abs=2e-6, nan_ok=True)


@pytest.mark.worked_example("asymmetry")
@pytest.mark.parametrize(
    ("left", "right", "asymmetry"),
    [
        ([0.66], [0.62], 6.25),  # 100 x 0.04 / 0.64
        ([0.60, 0.66, 0.99], [0.62], 6.25),  # the medians count
        ([0.62], [0.60, 0.66, 0.99], -6.25),
        ([-1.0], [3.0], -200.0),  # half the sum of the sizes: 100 x -4 / 2
        ([1.0], [0.0], 200.0),
        ([0.0], [0.0], nan),
        ([0.66], [], nan),
        ([], [0.62], nan),
    ],
)
def test_asymmetry_is_the_difference_over_half_the_sum(
    left: list[float], right: list[float], asymmetry: float
):
    window = Strides({"x": left}, {"x": right})
    term = Term("x", Statistic.ASYMMETRY)
    assert value(term, window, scope=Scope.SIDE) == pytest.approx(asymmetry, nan_ok=True)
    mirrored = value(term, window, foot=Foot.RIGHT, scope=Scope.SIDE)
    assert mirrored == pytest.approx(-asymmetry, nan_ok=True)


@pytest.mark.worked_example("sum")
def test_sum_is_of_the_medians_of_both_sides():
    window = Strides({"x": [0.50, 0.55, 0.99]}, {"x": [0.40, 0.52, 0.53]})
    for foot in Foot:
        assert value(Term("x", Statistic.SUM), window, foot=foot, scope=Scope.SIDE) == pytest.approx(1.07)
    assert np.isnan(value(Term("x", Statistic.SUM), Strides({"x": [1.0]}, {}), scope=Scope.SIDE))


@pytest.mark.worked_example("drift")
def test_drift_is_the_distance_from_the_usual_in_its_spread():
    usual, window = Usual({"x": 0.15}, 0.02), Strides({"x": [0.21, 0.22, 0.90]})
    assert value(Term("x", Statistic.DRIFT), window, usual=usual) == pytest.approx(3.5)  # 0.07 / 0.02
    fallen = Strides({"x": [0.10]})
    assert value(Term("x", Statistic.DRIFT), fallen, usual=usual) == pytest.approx(-2.5)  # -0.05 / 0.02


@pytest.mark.worked_example("ratio")
def test_ratio_is_the_median_over_the_usual():
    window = Strides({"x": [49.0, 50.0, 90.0]})
    assert value(Term("x", Statistic.RATIO), window, usual=Usual({"x": 40.0}, 1.0)) == pytest.approx(1.25)
    assert np.isnan(value(Term("x", Statistic.RATIO), window, usual=Usual({"x": 0.0}, 1.0)))


@pytest.mark.worked_example("cv_ratio")
def test_cv_ratio_is_the_variation_over_the_usual_one():
    window = Strides({"x": [1.0, 1.1, 1.2]})  # 9.0909 %
    term = Term("x", Statistic.CV_RATIO)
    assert value(term, window, usual=Usual({}, 1.0, cv_pct=4.0)) == pytest.approx(2.272727, abs=1e-6)
    assert np.isnan(value(term, window, usual=Usual({}, 1.0, cv_pct=0.0)))
    assert np.isnan(value(term, window, usual=Usual({}, 1.0)))


@pytest.mark.parametrize("statistic", [Statistic.DRIFT, Statistic.RATIO, Statistic.CV_RATIO])
def test_what_is_held_against_own_days_is_not_known_without_them(statistic: Statistic):
    window = Strides({"x": [1.0, 1.1, 1.2]})
    assert np.isnan(value(Term("x", statistic), window))
    assert np.isnan(value(Term("x", statistic), window, usual=Usual({"other": 1.0}, 1.0)))
    assert np.isnan(value(Term("x", statistic), NOBODY, usual=Usual({"x": 1.0}, 1.0, 1.0)))


@pytest.mark.parametrize(
    ("sign", "centre", "scale", "brought"),
    [(1.0, 0.0, 1.0, 5.0), (1.0, 2.0, 0.5, 6.0), (-1.0, 2.0, 0.5, -6.0), (-1.0, 0.0, 2.0, -2.5)],
)
def test_a_term_is_its_statistic_less_the_centre_over_the_scale_with_its_sign(
    sign: float, centre: float, scale: float, brought: float
):
    """A median of 5: (5 - 2) / 0.5 = 6, -(5 - 0) / 2 = -2.5."""
    term = Term("x", Statistic.MEDIAN, sign, centre, scale)
    assert value(term, Strides({"x": [5.0]})) == brought
    last = rule(Term("x", Statistic.LAST, sign, centre, scale), scope=Scope.SECOND)
    assert seconds_value(last, {"x": 5.0, "y": 1.0}) == brought


def test_both_feet_together_are_the_mean_of_their_statistics():
    window = Strides({"x": [4.0, 1.0, 9.0]}, {"x": [6.0, 7.0, 5.0]})
    term = Term("x", Statistic.MEDIAN, centre=1.0, scale=2.0)
    for foot in Foot:
        assert value(term, window, foot=foot, scope=Scope.BOTH) == 2.0  # ((4 + 6) / 2 - 1) / 2
    assert np.isnan(value(term, Strides({"x": [4.0]}, {}), scope=Scope.BOTH))
    drift = Term("x", Statistic.DRIFT)
    assert value(drift, window, scope=Scope.BOTH, usual=Usual({"x": 3.0}, 4.0)) == 0.5  # (1/4 + 3/4) / 2


def test_a_foot_is_judged_by_its_own_strides():
    window = Strides({"x": [4.0]}, {"x": [6.0]})
    assert value(Term("x", Statistic.MEDIAN), window, foot=Foot.LEFT) == 4.0
    assert value(Term("x", Statistic.MEDIAN), window, foot=Foot.RIGHT) == 6.0


@pytest.mark.parametrize(
    ("combine", "least", "parts", "combined"),
    [
        (Combine.ALL, 1.0, (3.0, 1.0, 2.0), 1.0),
        (Combine.MEAN, 0.3, (3.0, 1.0, 2.0), 2.0),  # the mean; the smallest allows 1 / 0.3 = 3.33
        (Combine.MEAN, 0.5, (3.0, 0.9, 2.1), 1.8),  # the mean 2 is more than 0.9 / 0.5 allows
        (Combine.MEAN, 0.3, (3.0, nan, 2.0), nan),
        (Combine.ALL, 1.0, (nan, 1.0, 2.0), nan),
    ],
)
def test_terms_of_seconds_and_of_strides_are_combined_alike(
    combine: Combine, least: float, parts: tuple[float, ...], combined: float
):
    names = ("a", "b", "c")
    strides = rule(*(Term(n, Statistic.MEDIAN) for n in names), combine=combine, least=least)
    window = Strides(
        {name: [] if np.isnan(part) else [part] for name, part in zip(names, parts, strict=True)}
    )
    assert rule_value(strides, Foot.LEFT, window, None) == pytest.approx(combined, nan_ok=True)
    terms = (Term(name, Statistic.LAST) for name in names)
    seconds = rule(*terms, scope=Scope.SECOND, combine=combine, least=least)
    given = dict(zip(names, parts, strict=True))
    assert seconds_value(seconds, given) == pytest.approx(combined, nan_ok=True)
    assert np.isnan(seconds_value(seconds, {"a": 1.0, "b": 1.0})), "a second without one of the values"
