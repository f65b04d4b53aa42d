"""Piecewise polynomials in time, whose value, velocity and acceleration have no jumps."""

import numpy as np
from scipy.interpolate import PPoly  # pyright: ignore[reportMissingTypeStubs]

from plantigrade.array_types import F64

BUMP = np.array([-64.0, 192.0, -192.0, 64.0, 0.0, 0.0, 0.0])
"""64 s^3 (1 - s)^3, highest power first: 1 in the middle, at its ends at rest."""


def quintic(start: F64, end: F64, seconds: F64) -> F64:
    """Polynomials of the fifth degree that lead from `start` to `end`, each (3, J, ...): value, velocity,
    acceleration.

    Their coefficients are (7, J, ...) in local time, highest power first; `seconds` is (J,).
    """
    length = seconds.reshape(-1, *[1] * (start.ndim - 2))
    p0, v0, a0 = start[0], start[1] * length, start[2] * length**2
    p1, v1, a1 = end[0], end[1] * length, end[2] * length**2
    step = p1 - p0
    powers = (
        np.zeros_like(p0),
        6 * step - 3 * (v0 + v1) + 0.5 * (a1 - a0),
        -15 * step + 8 * v0 + 7 * v1 + 1.5 * a0 - a1,
        10 * step - 6 * v0 - 4 * v1 - 1.5 * a0 + 0.5 * a1,
        0.5 * a0,
        v0,
        p0,
    )
    return np.stack([c / length**n for c, n in zip(powers, range(6, -1, -1), strict=True)])


def bump(height: F64, seconds: F64) -> F64:
    """Coefficients (7, J, ...) of bumps of this height (J, ...) in local time."""
    length = seconds.reshape(-1, *[1] * (height.ndim - 1))
    return np.stack([c * height / length**n for c, n in zip(BUMP, range(6, -1, -1), strict=True)])


def evaluated(coefficients: F64, breaks_s: F64, time_s: F64) -> F64:
    """Value, velocity and acceleration (3, n, ...) of the pieces between `breaks_s` (J + 1,) at these times,
    which lie within them."""
    pieces = PPoly(coefficients, breaks_s)
    return np.stack([np.asarray(pieces(time_s, nu), np.float64) for nu in range(3)])


def at_local(coefficients: F64, late_s: F64) -> F64:
    """Value, velocity and acceleration (3, n, ...) of n polynomials (7, n, ...), each at its own local time
    (n,)."""
    late = late_s.reshape(-1, *[1] * (coefficients.ndim - 2))
    value, velocity, twice = (np.zeros_like(coefficients[0]) for _ in range(3))
    for coefficient in coefficients:
        twice = twice * late + 2.0 * velocity
        velocity = velocity * late + value
        value = value * late + coefficient
    return np.stack([value, velocity, twice])
