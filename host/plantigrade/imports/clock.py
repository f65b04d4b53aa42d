"""The time column of a recording: is it a clock, how fast is it, and where does it jump."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.settings import ContactSettings
from plantigrade.gait.signals import Floats, TimeGap
from plantigrade.text_format import counted

MIN_RATE_HZ: Final = 10.0
MAX_RATE_HZ: Final = 5000.0
COARSE_RATE_HZ: Final = 50.0
MAX_GAPS: Final = 100_000
_DIGITS = 1e-4
"""How much of a rate the digits of time stamps may hide: steps of 0.1 s are 10 Hz, not 9.99999."""
_JUMP = 1.75
_ROUNDING_S = 0.0011


@dataclass(frozen=True, eq=False)
class Clock:
    """A time column that may be used.

    Attributes:
        time_s: (n,) strictly rising.
        rate_hz: the usual rate: inverse of the median step.
        gaps: jumps of more than 1.75 steps.
        notes: what a reader of the result should know about it.
    """

    time_s: Floats
    rate_hz: float
    gaps: tuple[TimeGap, ...]
    notes: tuple[str, ...]


def steady(count: int, rate_hz: float, path: Path, *, start_s: float = 0.0) -> Clock:
    """The clock of a format that gives only a rate.

    Raises:
        FileError: too few samples, or a rate at which gait cannot be measured.
    """
    _check_rate(rate_hz, path)
    _check_count(count, path)
    return Clock(start_s + np.arange(count) / rate_hz, rate_hz, (), _rate_notes(rate_hz))


def checked(time_s: Floats, path: Path, *, stated_rate_hz: float | None = None) -> Clock:
    """Examine the time column of a file.

    Time stamps that were rounded to milliseconds are straightened. A clock that stands still or runs
    backwards is refused, as every duration computed from it would be wrong.

    Args:
        time_s: (n,) seconds as the file has them.
        path: the file, for messages.
        stated_rate_hz: what the file's header claims, if it claims anything.

    Raises:
        FileError: too few samples; not a number; not rising; a rate at which gait cannot be measured.
    """
    _check_count(len(time_s), path)
    bad = np.flatnonzero(~np.isfinite(time_s))
    if len(bad):
        raise FileError(path, f"the time of sample {bad[0] + 1} is not a number ({len(bad)} such samples)")
    steps = np.diff(time_s)
    backwards = np.flatnonzero(steps <= 0)
    if len(backwards):
        i = int(backwards[0])
        raise FileError(
            path,
            f"time does not rise from sample {i + 1} ({time_s[i]:g} s) to the next ({time_s[i + 1]:g} s), "
            f"{len(backwards)} such places; sort or repair the time column",
        )
    step = float(np.median(steps))
    rate_hz = 1.0 / step
    _check_rate(rate_hz, path)
    jumps = np.flatnonzero(steps > _JUMP * step)
    if len(jumps) > MAX_GAPS:
        raise FileError(path, f"the time column jumps {len(jumps)} times; it is no usable clock")
    notes = list(_rate_notes(rate_hz))
    if stated_rate_hz is not None and abs(rate_hz - stated_rate_hz) > 0.02 * stated_rate_hz:
        notes.append(
            f"the header says {stated_rate_hz:g} Hz but the time column runs at {rate_hz:.4g} Hz, "
            "which was used"
        )
    gaps = tuple(
        TimeGap(float(time_s[i]) + step, float(time_s[i + 1]), "time jumps in the file")
        for i in jumps.tolist()
    )
    if gaps:
        lost = sum(gap.to_s - gap.from_s for gap in gaps)
        notes.append(
            f"{counted(len(gaps), 'gap')} in the time column, {lost:.2f} s in all; "
            f"no stride is counted across one longer than {1000 * ContactSettings.longest_bridge_s:.0f} ms"
        )
    else:
        time_s, rate_hz = _straighten(time_s, rate_hz)
        spread = float(np.std(np.diff(time_s)))
        if spread > 0.1 * step:
            notes.append(f"irregular sampling: steps vary by {100 * spread / step:.0f} % (SD)")
    return Clock(time_s, rate_hz, gaps, tuple(notes))


def _straighten(time_s: Floats, rate_hz: float) -> tuple[Floats, float]:
    """Replace stamps that are a regular clock but for rounding; return anything else as it was."""
    n = len(time_s)
    line: Floats = np.linspace(float(time_s[0]), float(time_s[-1]), n, dtype=np.float64)
    off = time_s - line
    line += 0.5 * (off.max() + off.min())
    worst = float(np.max(np.abs(time_s - line)))
    if worst > _ROUNDING_S or worst > 0.2 / rate_hz:
        return time_s, rate_hz
    # A clock that is even already (0.01 s steps) keeps its own digits.
    if float(np.max(np.abs(np.diff(time_s) * rate_hz - 1.0))) < 0.02:
        return time_s, rate_hz
    return line, (n - 1) / float(time_s[-1] - time_s[0])


def _check_count(count: int, path: Path) -> None:
    if count < 2:
        raise FileError(path, "holds fewer than two samples")


def _check_rate(rate_hz: float, path: Path) -> None:
    if not MIN_RATE_HZ * (1 - _DIGITS) <= rate_hz <= MAX_RATE_HZ * (1 + _DIGITS):
        raise FileError(
            path,
            f"its rate would be {rate_hz:.4g} Hz; gait needs {MIN_RATE_HZ:g} to {MAX_RATE_HZ:g} Hz. "
            "Is the time column in seconds?",
        )


def _rate_notes(rate_hz: float) -> tuple[str, ...]:
    if rate_hz < COARSE_RATE_HZ * (1 - _DIGITS):
        return (f"sampled at {rate_hz:.3g} Hz: contact times are good to about {500 / rate_hz:.0f} ms only",)
    return ()
