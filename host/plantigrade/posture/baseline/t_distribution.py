"""Quantiles of Student's t, for intervals over a few sessions."""

from math import atan, cos, exp, lgamma, log, pi, sqrt
from statistics import NormalDist


def t_cdf(t: float, freedom: float) -> float:
    """Probability that a t variable lies below `t`; the density integrated by Simpson's rule in the angle
    atan(t/sqrt(f))."""
    if t == 0:
        return 0.5
    angle = atan(abs(t) / sqrt(freedom))
    log_norm = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - 0.5 * log(pi)
    steps = 400
    width = angle / steps
    total = 0.0
    for i in range(steps + 1):
        weight = 1 if i in (0, steps) else (4 if i % 2 else 2)
        total += weight * cos(i * width) ** (freedom - 1)
    half = exp(log_norm) * total * width / 3
    return 0.5 + half if t > 0 else 0.5 - half


def t_quantile(p: float, freedom: float) -> float:
    """The value below which a t variable lies with probability `p`, by bisection; freedom from 1 upwards.

    Raises:
        ValueError: p outside 0 to 1.
    """
    if not 0 < p < 1:
        raise ValueError(f"a probability lies between 0 and 1, not {p}")
    freedom = max(freedom, 1.0)
    if freedom > 1e5:
        return NormalDist().inv_cdf(p)
    if p < 0.5:
        return -t_quantile(1 - p, freedom)
    low, high = 0.0, 1.0
    while t_cdf(high, freedom) < p and high < 1e6:
        high *= 2
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if t_cdf(middle, freedom) < p else (low, middle)
    return 0.5 * (low + high)
