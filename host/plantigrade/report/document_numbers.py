"""Figures as a report prints them."""

import math
from math import sqrt

from plantigrade.analyze.norms import digits_of
from plantigrade.gait.results import Parameter
from plantigrade.posture.student import t_quantile


def number(value: float | None, unknown: str, digits: int | None = None) -> str:
    """Three significant digits, or the word for unknown."""
    if value is None or not math.isfinite(value):
        return unknown
    text = f"{value:.{digits_of(value) if digits is None else digits}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def duration(seconds: float) -> str:
    """For people: "48 s", "12 min", "3.4 h"."""
    if seconds < 120:
        return f"{seconds:.0f} s"
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
