"""Contacts of a foot from its motion alone, for recordings without forces.

In a swing the toes rise; before, the foot tips forwards over them, and leaves the floor about where it tips
fastest; after, the heel meets the floor with an impact (Sabatini et al. 2005, IEEE Trans Biomed Eng 52:486,
for the order of these). The result is a signal like a footswitch's, which the engine takes in as such: bouts,
steps, cycles and everything else that needs no force follow from it. docs/reference/validation.md has its
error.
"""

import numpy as np
import numpy.typing as npt

from plantigrade.gait.motion import settings as numbers
from plantigrade.gait.signals import Floats, Forces, Motion

Times = npt.NDArray[np.float64]


def swings(time_s: Floats, pitch_deg_s: Floats, rate_hz: float) -> Times:
    """(k, 2) final contact and initial contact of each swing, seconds.

    Args:
        time_s, pitch_deg_s: (n,) rate at which the toes rise; numbers only.
        rate_hz: nominal.
    """
    width = 2 * (round(numbers.PITCH_SMOOTH_S * rate_hz) // 2) + 1
    rate = (
        np.convolve(pitch_deg_s, np.ones(width) / width, mode="same")
        if len(pitch_deg_s) >= width
        else pitch_deg_s
    )
    edges = np.flatnonzero(np.diff((rate > 0).astype(np.int8)))
    crossings = time_s[edges] + (time_s[edges + 1] - time_s[edges]) * rate[edges] / (
        rate[edges] - rate[edges + 1]
    )
    begin = 0 if len(edges) and rate[edges[0] + 1] > 0 else 1
    pairs = list(zip(range(begin, len(edges) - 1, 2), range(begin + 1, len(edges), 2), strict=False))
    if not pairs:
        return np.empty((0, 2))
    tops = np.array([rate[edges[a] + 1 : edges[b] + 1].max() for a, b in pairs])
    spans = np.array([(crossings[a], crossings[b]) for a, b in pairs])
    lengths = spans[:, 1] - spans[:, 0]
    sized = (lengths > numbers.SHORTEST_SWING_S) & (lengths < numbers.LONGEST_SWING_S)
    swift = sized & (tops > numbers.SWING_PEAK_DEG_S)
    if not swift.any():
        return np.empty((0, 2))
    usual = float(np.quantile(tops[swift], numbers.USUAL_PEAK_QUANTILE))
    return spans[swift & (tops > numbers.SWING_PEAK_SHARE * usual)]


def in_the_air(time_s: Floats, acc: Floats, pitch_deg_s: Floats, rate_hz: float) -> Times:
    """(k, 2) final and initial contact of each swing: the fastest tipping before it, and half-way between the
    end of the toes' rise, which repeats well but comes early, and the impact, which is right but scatters.

    Args:
        time_s, pitch_deg_s: as for `swings`.
        acc: (n, 3) m/s2.
        rate_hz: nominal.
    """
    found = swings(time_s, pitch_deg_s, rate_hz)
    sharp = np.linalg.norm(np.diff(acc, axis=0, prepend=acc[:1]), axis=1)
    for row in found:
        off, on = row
        first, last = np.searchsorted(time_s, (off - numbers.TIPPING_S, off))
        if last > first:
            row[0] = time_s[first + int(np.argmin(pitch_deg_s[first:last]))]
        first, last = np.searchsorted(time_s, (on - numbers.EARLY_IMPACT_S, on + numbers.LATE_IMPACT_S))
        if last > first:
            row[1] = 0.5 * (on + time_s[first + int(np.argmax(sharp[first:last]))])
    return found


def contact_signal(time_s: Floats, motion: Motion, rate_hz: float) -> Forces:
    """(n, 1) 1 while the foot is on the ground, 0 in swing, the share of the sample in between; NaN where the
    motion is missing.

    Args:
        time_s: (n,).
        motion: in the body's axes, with rotation.
        rate_hz: nominal.
    """
    assert motion.gyr_deg_s is not None
    pitch = motion.gyr_deg_s[:, 0].astype(np.float64)
    acc = motion.acc_m_s2.astype(np.float64)
    known = np.isfinite(pitch) & np.isfinite(acc).all(axis=1)
    on_ground = np.ones(len(time_s))
    half = 0.5 / rate_hz
    for off_s, on_s in in_the_air(time_s[known], acc[known], pitch[known], rate_hz):
        first, last = np.searchsorted(time_s, (off_s - half, on_s + half))
        span = time_s[first:last]
        air = np.minimum(span + half, on_s) - np.maximum(span - half, off_s)
        on_ground[first:last] -= np.clip(air / (2.0 * half), 0.0, 1.0)
    on_ground[~known] = np.nan
    return on_ground[:, None].astype(np.float32)
