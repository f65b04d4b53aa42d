"""Walks made for these tests: two feet, 16 sensors, known timing."""

from functools import cache
from pathlib import Path

import numpy as np
from insole_protocol.layout import SENSOR_NAMES
from plantigrade.analysis.pipeline import RecordingAnalysis, Request, run

RATE = 100
STRIDE_S = 1.1
STANCE_SHARE = 0.62


def write_walk(
    path: Path, *, seconds: float = 40.0, stand_s: float = 0.0, feet: tuple[str, ...] = ("left", "right")
) -> Path:
    """Standing, then walking, as plain CSV of our own sensors."""
    t = np.arange(0, stand_s + seconds, 1 / RATE)
    walking = t >= stand_s
    columns = [t]
    titles = ["time_s"]
    rng = np.random.default_rng(4)
    for foot in feet:
        phase = (((t - stand_s) / STRIDE_S + (0.5 if foot == "right" else 0.0)) % 1.0) / STANCE_SHARE
        rising = np.minimum(phase, 1 - phase) / 0.15
        total = np.where(phase < 1, 700 * np.clip(rising, 0, 1) * (1 + 0.12 * np.cos(4 * np.pi * phase)), 0.0)
        roll = np.clip(phase, 0, 1)[:, None]
        place = np.linspace(0, 1, 16)[None, :]
        shares = np.exp(-(((roll - place) / 0.18) ** 2))
        shares = np.where(walking[:, None], shares, 1.0)
        total = np.where(walking, total, 350 + 5 * np.sin(2 * np.pi * 0.3 * t))
        force = total[:, None] * shares / shares.sum(axis=1, keepdims=True)
        force += rng.uniform(0, 0.5, force.shape)
        columns.append(force)
        titles += [f"{foot}_{name}_n" for name in SENSOR_NAMES]
    table = np.column_stack(columns)
    header = "# eu_size: 42\n# body_weight_kg: 71\n" + ",".join(titles)
    np.savetxt(path, table, fmt="%.3f", delimiter=",", header=header, comments="")
    return path


@cache
def analysed() -> RecordingAnalysis:
    """One analysis that several tests look at."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return run(Request(write_walk(Path(folder) / "walk.csv", stand_s=30.0)))
