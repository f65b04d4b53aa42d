"""Exponential and logarithm of the calibration's kernel beside NumPy's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from plantigrade.array_types import F64
from plantigrade.calibration.exp_and_log import exp_of, log_of

GOOD_TO = 1e-9


def rows(least: float, most: float) -> st.SearchStrategy[F64]:
    return arrays(np.float64, st.integers(1, 40), elements=st.floats(least, most))


def exponential(values: F64) -> F64:
    return np.array([exp_of(value) for value in values])


def logarithm(values: F64) -> F64:
    return np.array([log_of(value) for value in values])


@given(rows(-600.0, 600.0))
def test_exponential(values: F64) -> None:
    assert exponential(values) == pytest.approx(np.exp(values), rel=GOOD_TO, abs=0.0)


@given(rows(1e-300, 1e300))
def test_logarithm(values: F64) -> None:
    assert logarithm(values) == pytest.approx(np.log(values), rel=GOOD_TO, abs=GOOD_TO)


@pytest.mark.parametrize("value", [0.0, np.log(2.0), -np.log(2.0), 0.5 * np.log(2.0), 1.0, -1.0])
def test_where_the_exponential_s_series_change(value: float) -> None:
    near = np.nextafter(value, [-np.inf, value, np.inf])
    assert exponential(near) == pytest.approx(np.exp(near), rel=GOOD_TO)


@pytest.mark.parametrize("value", [1.0, 2.0, 0.5, np.sqrt(2.0), np.sqrt(0.5), 4.0])
def test_where_the_logarithm_s_series_change(value: float) -> None:
    near = np.nextafter(value, [0.0, value, np.inf])
    assert logarithm(near) == pytest.approx(np.log(near), rel=GOOD_TO, abs=GOOD_TO)


def test_an_exponent_that_is_too_large_or_too_small_stays_a_number() -> None:
    assert np.isfinite(exponential(np.array([1e6, -1e6]))).all()
