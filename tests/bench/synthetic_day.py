"""A made day on two insoles of 16 sensors at 100 Hz with known steps: 11 h off, 8 h sitting, 3.4 h standing,
1.6 h walking.

Sitting crosses a naive 50 N threshold, as it does in life: legs are shifted and crossed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal

Floats = npt.NDArray[np.float64]
RATE_HZ = 100.0
WEIGHT_N = 750.0
PIECE_S = 120.0
OFFSET_N = 6.0
# one hour-long pattern a day of 24 equal parts would be unlike life; the shares are those of the day
SHARES = {"off": 11.0 / 24, "sitting": 8.0 / 24, "standing": 3.4 / 24, "walking": 1.6 / 24}
SENSOR_SHARE = np.array([8, 7, 7, 8, 3, 5, 2, 4, 11, 9, 8, 6, 5, 9, 5, 3], float) / 100.0


@dataclass(frozen=True, eq=False)
class Piece:
    """Two minutes of one kind; contacts are the truth of walking (whole cycles only)."""

    kind: str
    left: FootSignal
    right: FootSignal
    contacts: dict[Foot, Floats]
    releases: dict[Foot, Floats]


def kinds(hours: float) -> list[str]:
    """The order of the day: blocks of each kind, walking spread through the waking hours."""
    count = round(hours * 3600.0 / PIECE_S)
    off = round(count * SHARES["off"])
    walking = round(count * SHARES["walking"])
    standing = round(count * SHARES["standing"])
    sitting = count - off - walking - standing
    awake: list[str] = []
    left = {"walking": walking, "standing": standing, "sitting": sitting}
    total = sum(left.values())
    for place in range(total):
        due = max(left, key=lambda kind: left[kind] / max(1e-9, SHARES[kind] * count))
        left[due] -= 1
        awake.append(due)
        del place
    return ["off"] * (off // 2) + awake + ["off"] * (off - off // 2)


def _stance(phase: Floats) -> Floats:
    edge = np.clip(np.minimum(phase / 0.12, (1.0 - phase) / 0.14), 0.0, 1.0)
    shape = np.sin(0.5 * np.pi * edge) * (1.0 + 0.12 * np.cos(4.0 * np.pi * (phase - 0.24)))
    return np.where((phase > 0) & (phase < 1), shape, 0.0)


def _walking(time: Floats, random: np.random.Generator, number: int) -> tuple[Floats, Floats, Floats]:
    stride = 1.1
    count = int(PIECE_S / stride) - 3
    initial = time[0] + 1.5 + stride * (np.arange(count) + 0.5 * number) + random.normal(0, 0.015, count)
    final = initial[:-1] + 0.62 * np.diff(initial)
    total = np.zeros(len(time))
    rows = np.searchsorted(initial, time, side="right") - 1
    inside = (rows >= 0) & (rows < len(final))
    at = rows[inside]
    total[inside] = WEIGHT_N * _stance((time[inside] - initial[at]) / (final[at] - initial[at]))
    total[(time < initial[0] - 0.4) | (time > initial[-1] + 0.1)] = 0.5 * WEIGHT_N
    return total, initial, final


def _still(kind: str, time: Floats, random: np.random.Generator) -> Floats:
    slow = np.sin(2 * np.pi * (time - time[0]) / 23.0 + random.uniform(0, 6))
    if kind == "standing":
        return WEIGHT_N * (0.5 + 0.05 * slow)
    if kind == "sitting":
        shifts = np.repeat(random.uniform(20.0, 110.0, len(time) // 400 + 1), 400)[: len(time)]
        smooth = np.convolve(shifts, np.full(40, 1 / 40), mode="same")
        return np.clip(smooth + 20.0 * slow, 0.0, None)
    return np.zeros(len(time))


def day(hours: float = 24.0, seed: int = 7) -> Iterator[Piece]:
    """The day in pieces of two minutes."""
    random = np.random.default_rng(seed)
    layout = own_layout()
    rows = round(PIECE_S * RATE_HZ)
    for number, kind in enumerate(kinds(hours)):
        time = (number * rows + np.arange(rows)) / RATE_HZ
        signals: dict[Foot, FootSignal] = {}
        contacts: dict[Foot, Floats] = {}
        releases: dict[Foot, Floats] = {}
        for place, foot in enumerate(Foot):
            if kind == "walking":
                total, initial, final = _walking(time, random, place)
                contacts[foot], releases[foot] = initial[:-1], final
            else:
                total = _still(kind, time, random)
                contacts[foot] = releases[foot] = np.empty(0)
            force = np.multiply.outer(total + OFFSET_N, SENSOR_SHARE).astype(np.float32)
            force += 0.4 * random.standard_normal(force.shape, dtype=np.float32)
            signals[foot] = FootSignal(foot, time, force, layout)
        yield Piece(kind, signals[Foot.LEFT], signals[Foot.RIGHT], contacts, releases)
