"""Which own days are held against a walk: those at a like speed.

Push-off, loading rate and double support go with the speed: who walks more slowly today than on the own days
has changed the speed, not the gait.
"""

from collections.abc import Sequence

import numpy as np

from plantigrade.posture.settings import BASELINE_MIN_DAYS, LIKE_SPEED_M_S, SPEED_ROUNDING_M_S


def like_days(speeds_m_s: Sequence[float], speed_m_s: float) -> tuple[list[int], str]:
    """Numbers of the days that count, and what that means for a finding, for people.

    Args:
        speeds_m_s: of the own days; NaN where no motion sensor measured it. Such days count.
        speed_m_s: of the strides at hand.

    Returns:
        No days where fewer than three count; no words where all do.

    Example:
        >>> like_days([1.2, 1.25, 1.3, 0.8], 1.22)
        ([0, 1, 2], 'held against 3 of 4 own days, those within 0.17 m/s of 1.22 m/s')
        >>> like_days([1.2, 1.25, 1.3], 0.8)[0]
        []
        >>> like_days([float("nan"), 1.25, 1.3], 1.2)
        ([0, 1, 2], '')
    """
    limit = LIKE_SPEED_M_S + SPEED_ROUNDING_M_S
    near = [day for day, speed in enumerate(speeds_m_s) if not abs(speed - speed_m_s) > limit]
    count, total, within = len(near), len(speeds_m_s), f"{LIKE_SPEED_M_S:.2f}"
    if count == total:
        return near, ""
    if count >= BASELINE_MIN_DAYS:
        return (
            near,
            f"held against {count} of {total} own days, those within {within} m/s of {speed_m_s:.2f} m/s",
        )
    low, high = float(np.nanmin(speeds_m_s)), float(np.nanmax(speeds_m_s))
    return [], (
        f"walked at {speed_m_s:.2f} m/s; own days were at {low:.2f} to {high:.2f} m/s, and fewer than three "
        f"of them within {within} m/s of that: what is usual at this speed is not known"
    )
