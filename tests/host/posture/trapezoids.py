"""Walks whose feet carry trapezoids: strides of 1.12 s, 0.06 s up and down, total force only."""

from pathlib import Path

import numpy as np

RATE_HZ = 50
STRIDE_S, RAMP_S = 1.12, 0.06


def trapezoids(
    path: Path,
    strides: int = 40,
    *,
    left_s: float = 0.60,
    right_s: float = 0.70,
    left_n: float = 700.0,
    right_n: float = 700.0,
    stand_s: int = 0,
    kg: float | None = None,
) -> Path:
    """A CSV of so many strides of so long stances after a second in the air, then standing on both feet."""
    walked = round((STRIDE_S * strides + 2) * RATE_HZ)
    time_s = np.arange(walked + stand_s * RATE_HZ) / RATE_HZ

    def foot(stance_s: float, level_n: float, offset_s: float) -> np.ndarray:
        since_s = time_s - 1.0 - offset_s
        phase_s = np.mod(since_s, STRIDE_S)
        ramp = np.minimum(phase_s / RAMP_S, (stance_s - phase_s) / RAMP_S)
        force = level_n * np.clip(ramp, 0.0, 1.0)
        force[(since_s < 0) | (since_s > STRIDE_S * strides)] = 0.0
        force[walked:] = level_n / 2
        return force

    table = np.column_stack([time_s, foot(left_s, left_n, 0.0), foot(right_s, right_n, STRIDE_S / 2)])
    weight = f"# body_weight_kg: {kg}\n" if kg is not None else ""
    title = f"{weight}time_s,left_force_n,right_force_n"
    np.savetxt(path, table, fmt="%.3f", delimiter=",", header=title, comments="")
    return path
