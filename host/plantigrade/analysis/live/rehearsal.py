"""Has everything compiled that live analysis calls, by some seconds of a made-up walk.

The very first walk on a computer compiles the kernels of calibration and gait, a minute of computing during
which nothing else happens in the same process; from then on they are read from a file, which takes a second
or two. Whoever analyses in an event loop rehearses before, elsewhere.
"""

from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.analysis.live.settings import (
    REHEARSED_GAPS,
    REHEARSED_LOAD_N,
    REHEARSED_RATE_HZ,
    REHEARSED_S,
    REHEARSED_STANCE_S,
    REHEARSED_STRIDE_S,
)
from plantigrade.analysis.live.wearer import LiveWearer, WearerSetup
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames
from plantigrade.calibration import stream_kernel
from plantigrade.calibration.nominal import nominal
from plantigrade.compiled import was_compiled
from plantigrade.gait import contact_kernel, epoch_kernel, median_kernel, short_gaps, stride_kernel
from plantigrade.gait.pressure import stance_kernel
from plantigrade.gait.signals import Foot

_KERNELS: Final[tuple[ModuleType, ...]] = (
    stream_kernel,
    contact_kernel,
    epoch_kernel,
    stride_kernel,
    stance_kernel,
    median_kernel,
    short_gaps,
)


def is_quick() -> bool:
    """Whether a rehearsal takes a second or two: it was compiled on this computer before."""
    return all(was_compiled(Path(module.__file__)) for module in _KERNELS if module.__file__)


@cache
def rehearse() -> int:
    """Follow a made-up wearer for some seconds; once in a process.

    Returns:
        How many strides were found: those of a walk.

    Example:
        >>> rehearse() > 10
        True
    """
    wearer = LiveWearer(WearerSetup(REHEARSED_RATE_HZ, REHEARSED_LOAD_N))
    found, rows = 0, round(REHEARSED_RATE_HZ)
    for second in range(REHEARSED_S):
        for foot in Foot:
            start = second * rows
            for first, end in _pieces(second, rows):
                wearer.put(foot, _frames(foot, start + first, start + end))
        findings = wearer.step(round((second + 1) * 1e9))
        found += sum(len(strides) for _, strides in findings.strides)
    wearer.finish()
    return found


def _pieces(second: int, rows: int) -> list[tuple[int, int]]:
    """What comes of a second: all of it, or what is before and after a gap."""
    missing = REHEARSED_GAPS.get(second, 0)
    before = (rows - missing) // 2
    return [(0, before), (before + missing, rows)] if missing else [(0, rows)]


def _frames(foot: Foot, first: int, end: int) -> StampedFrames:
    slots = np.arange(first, end, dtype=np.int64)
    device_us = np.asarray(np.round(slots * (1e6 / REHEARSED_RATE_HZ)), np.int64)
    frames = Frames(b"", first, 1, 1, 0, device_us, _codes(foot, slots / REHEARSED_RATE_HZ), None, 0)
    return StampedFrames(frames, device_us * 1000, 0, int(device_us[-1]) * 1000)


def _codes(foot: Foot, time_s: NDArray[np.float64]) -> NDArray[np.uint16]:
    """Codes (n, 16) of a foot that is loaded evenly, in a half wave in each stride."""
    calibration = nominal()
    sensors = len(calibration.sensors)
    later_s = 0.0 if foot is Foot.LEFT else REHEARSED_STRIDE_S / 2
    phase_s = (time_s - later_s) % REHEARSED_STRIDE_S
    wave = np.sin(np.pi * np.minimum(phase_s / REHEARSED_STANCE_S, 1.0))
    codes = np.searchsorted(calibration.table()[0], REHEARSED_LOAD_N / sensors * wave)
    unloaded = round(calibration.sensors[0].zero_count)
    return np.repeat(np.maximum(codes, unloaded)[:, None], sensors, axis=1).astype(np.uint16)
