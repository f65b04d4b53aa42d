"""The inner loop of the walking body, compiled: stances with their places' shares to forces per sample."""

import numpy as np

from plantigrade.array_types import F64
from plantigrade.compiled import compiled
from plantigrade.twin.body.settings import FALL_SLOPE, RISE_SLOPE


@compiled()
def fill_stances(
    force_n: F64,
    rate_hz: float,
    contact_s: F64,
    stance_s: F64,
    knots_at: F64,
    knots: F64,
    scale_n: F64,
    envelope: F64,
    amplitude: F64,
) -> None:
    """Add each stance to `force_n` (n, S).

    The vertical force of stance k is `scale_n[k]` times a cubic through `knots_at[k]`, `knots[k]` (level over
    a knot except at the ends); its split follows `envelope` (G, S), sampled evenly over stance, times
    `amplitude` (K, S).
    """
    rows, sensors = force_n.shape
    grid = envelope.shape[0] - 1
    last = knots.shape[1] - 1
    weights = np.empty(sensors)
    for k in range(contact_s.shape[0]):
        first = int(np.ceil(contact_s[k] * rate_hz))
        until = contact_s[k] + stance_s[k]
        for row in range(max(first, 0), rows):
            t = row / rate_hz
            if t >= until:
                break
            tau = (t - contact_s[k]) / stance_s[k]
            i = 0
            while i < last - 1 and tau > knots_at[k, i + 1]:
                i += 1
            width = knots_at[k, i + 1] - knots_at[k, i]
            u = (tau - knots_at[k, i]) / width
            step = knots[k, i + 1] - knots[k, i]
            slope0 = RISE_SLOPE * step if i == 0 else 0.0
            slope1 = FALL_SLOPE * step if i == last - 1 else 0.0
            total = (
                knots[k, i]
                + step * u * u * (3.0 - 2.0 * u)
                + slope0 * u * (1.0 - u) * (1.0 - u)
                - slope1 * u * u * (1.0 - u)
            )
            if total <= 0.0:
                continue
            place = tau * grid
            g = min(int(place), grid - 1)
            part = place - g
            weight_sum = 0.0
            for s in range(sensors):
                w = (envelope[g, s] * (1.0 - part) + envelope[g + 1, s] * part) * amplitude[k, s]
                weights[s] = w
                weight_sum += w
            if weight_sum <= 0.0:
                continue
            for s in range(sensors):
                force_n[row, s] += total * scale_n[k] * weights[s] / weight_sum
