"""Walks for the tests: recorded ones where the shared data are at hand, and made ones with known contacts."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Floats, Foot, FootSignal, SourceInfo, TimeGap, Walk
from plantigrade.imports.formats import read

DATA = Path(
    os.environ.get("PLANTIGRADE_SHARED_DATA", Path(__file__).resolve().parents[4] / "shared" / "data")
).resolve()


def recorded(name: str) -> Walk:
    """A recording of the shared data; the test is skipped in words where they are absent."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"recorded walking is not at hand: {path} is missing")
    return read(path)


@dataclass(frozen=True, eq=False)
class MadeWalk:
    """A made walk and its truth."""

    walk: Walk
    contact_s: dict[Foot, Floats]
    release_s: dict[Foot, Floats]


def stance_shape(phase: Floats) -> Floats:
    """Force over body weight through stance: two peaks and a valley, from 0 to 0 over phase 0 to 1."""
    edge = np.clip(np.minimum(phase / 0.12, (1.0 - phase) / 0.14), 0.0, 1.0)
    camel = 1.0 + 0.12 * np.cos(4.0 * np.pi * (phase - 0.24))
    return np.where((phase > 0) & (phase < 1), np.sin(0.5 * np.pi * edge) * camel, 0.0)


def make_walk(
    *,
    seconds: float = 60.0,
    rate_hz: float = 100.0,
    stride_s: float = 1.1,
    stance_share: float = 0.62,
    weight_n: float = 700.0,
    offset_n: float = 0.0,
    drift_n: float = 0.0,
    noise_n: float = 1.0,
    start_s: float = 3.0,
    stop_s: float = 3.0,
    jitter_s: float = 0.01,
    seed: int = 1,
) -> MadeWalk:
    """Standing, then walking, then standing, with 16 sensors a foot and contacts that are known exactly."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    feet: dict[Foot, FootSignal] = {}
    contact: dict[Foot, Floats] = {}
    release: dict[Foot, Floats] = {}
    layout = own_layout()
    shares = random.dirichlet(np.full(16, 8.0))
    for number, foot in enumerate(Foot):
        count = int((seconds - start_s - stop_s) / stride_s) - 1
        initial = start_s + stride_s * (np.arange(count) + 0.5 * number) + random.normal(0, jitter_s, count)
        final = initial[:-1] + stance_share * np.diff(initial)
        total = np.zeros(len(time))
        for a, b in zip(initial[:-1], final, strict=True):
            rows = slice(int(a * rate_hz), int(b * rate_hz) + 2)
            total[rows] += weight_n * stance_shape((time[rows] - a) / (b - a))
        total[time < initial[0] - 0.4 * stride_s] = 0.5 * weight_n
        ramp = (time - (initial[0] - 0.4 * stride_s)) / 0.15
        total += np.where((ramp >= 0) & (ramp < 1), 0.5 * weight_n * (1 - ramp), 0.0)
        rise = np.clip((time - initial[-1]) / 0.15, 0.0, 1.0)
        total += 0.5 * weight_n * rise
        total += offset_n + drift_n * time / seconds
        force = total[:, None] * shares + random.normal(0, noise_n / 4.0, (len(time), 16))
        feet[foot] = FootSignal(foot, time, np.maximum(force, 0.0).astype(np.float32), layout)
        contact[foot], release[foot] = initial, final
    walk = Walk(feet[Foot.LEFT], feet[Foot.RIGHT], rate_hz, SourceInfo("made", "made"))
    return MadeWalk(walk, contact, release)


def without(signal: FootSignal, from_s: float, to_s: float, reason: str = "link lost") -> FootSignal:
    """The signal with a hole."""
    keep = (signal.time_s < from_s) | (signal.time_s >= to_s)
    return FootSignal(
        signal.foot,
        signal.time_s[keep],
        signal.force_n[keep],
        signal.layout,
        signal.quantity,
        (TimeGap(from_s, to_s, reason),),
    )
