"""The time column of a recording: is it a clock, how fast is it, and where does it jump."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.errors import FileError
from plantigrade.gait.settings import LONGEST_STEP_PERIODS, ContactSettings
from plantigrade.gait.signals import Floats, TimeGap
from plantigrade.imports.even_clock import FEWEST, even_clock
from plantigrade.text_format import counted

MIN_RATE_HZ: Final = 10.0
MAX_RATE_HZ: Final = 5000.0
COARSE_RATE_HZ: Final = 50.0
MAX_GAPS: Final = 100_000
_DIGITS = 1e-4
"""How much of a rate the digits of time stamps may hide: steps of 0.1 s are 10 Hz, not 9.99999."""
_ROUNDING_S = 0.0011
_UNEVEN = 0.1
"""Share of a step by which even steps vary (SD)."""
_MULTIPLE = 0.05
_PACKETS_SHARE = 1 / 3
_PACKET_ROWS = 64
_PACKETS_ALIKE = 0.8
"""Runs of fewer samples than these, with more than this share of the time between them, are packets where
this share of them comes at even times."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Clock:
    """A time column that may be used.

    Attributes:
        time_s: (n,) strictly rising.
        rate_hz: between gaps.
        gaps: spans in which samples are missing.
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

    Time stamps that were rounded to milliseconds are straightened; in place of those that jitter, repeat or
    come in packets stands the even clock behind them (`imports.even_clock`). A clock that stands still or
    runs backwards is refused, as every duration computed from it would be wrong.

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
    step = _usual(steps)
    jumps = steps > LONGEST_STEP_PERIODS * step
    if step > 0 and bool(np.all(steps > 0)) and _is_even(time_s, steps, jumps, step):
        found = _even(time_s, steps, jumps)
    else:
        found = _uneven(time_s, steps, path)
    if len(found.gaps) > MAX_GAPS:
        raise FileError(path, f"the time column jumps {len(found.gaps)} times; it is no usable clock")
    _check_rate(found.rate_hz, path)
    notes = list(_rate_notes(found.rate_hz))
    if stated_rate_hz is not None and abs(found.rate_hz - stated_rate_hz) > 0.02 * stated_rate_hz:
        notes.append(
            f"the header says {stated_rate_hz:g} Hz but the time column runs at {found.rate_hz:.4g} Hz, "
            "which was used"
        )
    if found.gaps:
        lost = sum(gap.to_s - gap.from_s for gap in found.gaps)
        notes.append(
            f"{counted(len(found.gaps), 'gap')} in the time column, {lost:.2f} s in all, and "
            f"no stride is counted across one longer than {1000 * ContactSettings.longest_bridge_s:.0f} ms"
        )
    return replace(found, notes=(*notes, *found.notes))


def _usual(steps: Floats) -> float:
    """The median step; where about half of the samples are missing, the one of which all are multiples."""
    step = float(np.median(steps))
    short = float(np.percentile(steps, 10))
    if 0 < short < 0.75 * step and bool(np.all(np.abs(steps / short - np.rint(steps / short)) < _MULTIPLE)):
        return short
    return step


def _is_even(time_s: Floats, steps: Floats, jumps: Flags, step: float) -> bool:
    """Whether the steps but for a few jumps are alike. Short runs of stamps that come again and again at
    even times are packets, not samples of a high rate with gaps between."""
    if float(steps[~jumps].std()) > _UNEVEN * step:
        return False
    lost = float((steps[jumps] - step).sum()) / float(steps.sum())
    if (
        lost < _PACKETS_SHARE
        or np.count_nonzero(jumps) * _PACKET_ROWS < len(steps)
        or len(steps) < 2 * FEWEST
    ):
        return True
    apart = np.diff(time_s[1:][jumps])
    if not len(apart):
        return True
    usual = float(np.median(apart))
    return float(np.mean(np.abs(apart - usual) < 0.3 * usual)) < _PACKETS_ALIKE


def _even(time_s: Floats, steps: Floats, jumps: Flags) -> Clock:
    """A clock whose stamps are right but for their rounding."""
    period = float(steps[~jumps].mean())
    line, rate_hz = (time_s, 1.0 / period) if jumps.any() else _straighten(time_s, 1.0 / period)
    return Clock(line, rate_hz, _gaps(line, jumps, 1.0 / rate_hz), ())


def _uneven(time_s: Floats, steps: Floats, path: Path) -> Clock:
    """The even clock behind stamps that jitter, come in packets or repeat.

    Raises:
        FileError: there is none.
    """
    found = even_clock(time_s)
    if found is None:
        backwards = np.flatnonzero(steps <= 0)
        if not len(backwards):
            raise FileError(
                path,
                "the time stamps follow no even rate, not even roughly; gait needs samples at a known rate",
            )
        i = int(backwards[0])
        raise FileError(
            path,
            f"time does not rise from sample {i + 1} ({time_s[i]:g} s) to the next ({time_s[i + 1]:g} s), "
            f"{len(backwards)} such places; sort or repair the time column",
        )
    jumps = np.diff(found.slots) > 1
    rate_hz = 1.0 / found.period_s
    gaps = _gaps(found.time_s, jumps, found.period_s)
    if found.span_s <= 2 * _ROUNDING_S and found.span_s < 0.4 * found.period_s:
        return Clock(found.time_s, rate_hz, gaps, ())
    note = (
        f"time stamps stray from an even clock of {rate_hz:.4g} Hz by {1000 * found.stray_s:.2g} ms (SD), "
        "which was used instead"
    )
    if repeated := int(np.count_nonzero(steps == 0)):
        note += f" ({counted(repeated, 'stamp')} the same as the one before)"
    return Clock(found.time_s, rate_hz, gaps, (note,))


def _gaps(time_s: Floats, jumps: Flags, period: float) -> tuple[TimeGap, ...]:
    return tuple(
        TimeGap(float(time_s[i]) + period, float(time_s[i + 1]), "time jumps in the file")
        for i in np.flatnonzero(jumps).tolist()
    )


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
