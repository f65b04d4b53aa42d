"""Figures as a report prints them."""

import math
from math import exp, sqrt

from plantigrade.gait.parameters.definition import digits_of
from plantigrade.gait.results import Parameter
from plantigrade.posture.baseline.t_distribution import t_quantile


def number(value: float | None, unknown: str, digits: int | None = None) -> str:
    """Three significant digits, or the word for unknown."""
    if value is None or not math.isfinite(value):
        return unknown
    text = f"{value:.{digits_of(value) if digits is None else digits}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def duration(seconds: float) -> str:
    """For people: "48 s", "1 min 59 s", "12 min", "3.4 h"."""
    if seconds < 599.5:
        minutes, rest = divmod(round(seconds), 60)
        return f"{rest} s" if not minutes else f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def missing_pct(share: float) -> str:
    """Missing samples in percent; never rounded to nothing."""
    percent = 100.0 * share
    if percent == 0:
        return "0"
    return "< 0.01" if percent < 0.01 else f"{percent:.2f}" if percent < 1 else f"{percent:.1f}"


def interval(parameter: Parameter) -> tuple[float, float] | None:
    """95 % interval of a mean over n values with their SD (Student's t); None where there is no spread."""
    if parameter.value is None or parameter.sd is None or parameter.n < 2:
        return None
    reach = t_quantile(0.975, parameter.n - 1.0) * parameter.sd / sqrt(parameter.n)
    return parameter.value - reach, parameter.value + reach


def spread_interval(cv_pct: float, n: int) -> tuple[float, float] | None:
    """95 % interval of a coefficient of variation in percent over n values of two feet, whose spreads were
    averaged; None for too few.

    The logarithm of a CV spreads by sqrt(1 / 2 m + CV^2 / n) about that of the truth for m degrees of
    freedom (delta method, normal values).
    """
    if n < 12 or cv_pct <= 0:
        return None
    share = cv_pct / 100.0
    reach = exp(1.96 * sqrt(1.0 / (2.0 * (n - 2)) + share * share / n))
    return cv_pct / reach, cv_pct * reach
