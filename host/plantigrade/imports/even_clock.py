"""The even clock behind uneven time stamps.

A sensor samples at an even rate; what stamps its samples often does not: stamps jitter, several samples
carry the stamp of the packet in which they came, and stamps rounded to milliseconds repeat or jump. The
samples' numbers tell the time then, not each stamp. A sample was lost where the stamps fall behind the even
clock and stay behind; a stamp that is late alone, or a packet after which the stamps catch up, is no gap.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import ndimage  # pyright: ignore[reportMissingTypeStubs]

from plantigrade.gait.settings import MAD_TO_SD
from plantigrade.gait.signals import Floats

Counts = npt.NDArray[np.int64]

FEWEST: Final = 16
"""Samples from which an even clock can be told from an uneven one."""
LONGEST_STRAY_S: Final = 1.1
"""Stamps may stray from the even clock over this span: packets of a second, and stamps of whole seconds."""
_EVEN_SHARE: Final = 0.02
_SAME_PACKET: Final = 0.25
_PACKETS_SHARE: Final = 0.3
"""Where more than this share of the steps is shorter than a quarter of the usual time, samples come in
packets."""
_LAGS: Final = (4, 16, 64, 256, 1024)
_LEAST: Final = 0.6
"""Periods by which the level must move for a sample to be missing; half a packet where samples come in
packets."""
_SHORTEST_WINDOW: Final = 8
_LONGEST_WINDOW: Final = 1000
_SURE: Final = 4.0
"""Standard errors beyond which a move of the level is no chance."""
_SPAN_95: Final = 3.92
"""Standard deviations between the 2.5th and the 97.5th percentile of normal values."""
_ENVELOPE: Final = 0.3
"""Periods by which the earliest stamps must move as well: those of a packet that was late do not."""
_ENVELOPE_ROWS: Final = 20
_ENVELOPE_S: Final = 0.5
"""A stamp that was late for less than this tells nothing of lost samples."""
_LONG_GAP_S: Final = 1.0
"""Beyond this a gap need not be a whole number of periods: the clock may have been stopped."""
_BLOCK: Final = 500
_ROUNDS: Final = 40


@dataclass(frozen=True, eq=False)
class EvenClock:
    """What the stamps are an uneven image of.

    Attributes:
        slots: (n,) number of each sample on the even clock, from 0; lost samples leave numbers out.
        period_s: between two numbers.
        time_s: (n,) the samples' times on that clock.
        stray_s: standard deviation of the stamps from it.
        span_s: between the earliest and the latest stray, without the last thousandth on either side.
    """

    slots: Counts
    period_s: float
    time_s: Floats
    stray_s: float
    span_s: float


def even_clock(time_s: Floats) -> EvenClock | None:
    """The even clock that fits the stamps best; None where there is none, as they go back or stand still
    for long.

    Args:
        time_s: (n,) finite.

    Examples:
        >>> found = even_clock(np.floor(np.arange(100) / 5) * 0.05)  # packets of five, 20 a second
        >>> round(found.period_s, 6), int(found.slots[-1])
        (0.01, 99)
    """
    if len(time_s) < FEWEST or not time_s[-1] > time_s[0] or _is_out_of_order(time_s):
        return None
    ends = _packet_ends(time_s)
    if len(ends) < FEWEST // 2:
        return None
    stamps = time_s[ends]
    period = _period(ends, stamps)
    lost, at_ends = np.zeros(len(ends) - 1, np.int64), ends
    for _ in range(2):
        found = _lost(ends, stamps, period) if period > 0 else None
        if found is None:
            return None
        lost, at_ends = found, ends + np.cumsum(np.concatenate([[0], found]))
        period = _slope(at_ends, stamps)
    after = np.zeros(len(time_s), np.int64)
    after[ends[:-1] + 1] = lost
    slots = np.arange(len(time_s)) + np.cumsum(after)
    even = slots * period + np.interp(np.arange(len(time_s)), ends, _levels(at_ends, stamps, period))
    off = time_s - even
    low, high = np.percentile(off, (0.1, 99.9))
    if high - low > LONGEST_STRAY_S or not np.all(np.diff(even) > 0):
        return None
    return EvenClock(slots, period, even, float(off.std()), float(high - low))


def _is_out_of_order(time_s: Floats) -> bool:
    """Whether the stamps would be even if the rows were sorted: that is no jitter."""
    if not np.any(np.diff(time_s) < 0):
        return False
    steps = np.diff(np.sort(time_s))
    usual = float(np.median(steps))
    return float(np.mean(np.abs(steps - usual) <= _EVEN_SHARE * usual)) > 0.9


def _packet_ends(time_s: Floats) -> Counts:
    """Numbers of the samples whose stamps tell the time: all, or the last of each packet."""
    n = len(time_s)
    steps = np.diff(time_s)
    lag = max(1, min(200, n // 4))
    usual = float(np.median(time_s[lag:] - time_s[:-lag])) / lag
    within = steps < _SAME_PACKET * usual
    if np.count_nonzero(within & (steps >= 0)) <= _PACKETS_SHARE * len(steps):
        return np.arange(n)
    ends = np.flatnonzero(~within)
    if len(ends) < 2 or n - 1 - ends[-1] >= np.median(np.diff(ends)):
        return np.append(ends, n - 1)
    return ends  # of the last packet only the beginning is there


def _period(ends: Counts, stamps: Floats) -> float:
    """Time between samples, from spans in which none is missing: short ones first, then ever longer ones."""
    period = spread = 0.0
    for lag in _LAGS:
        if lag > len(ends) // 2:
            break
        rows, time = ends[lag:] - ends[:-lag], stamps[lag:] - stamps[:-lag]
        if not period:
            period = float(np.median(time / rows))
            off = time - rows * period
            spread = MAD_TO_SD * float(np.median(np.abs(off - np.median(off))))
        for _ in range(2):
            off = time - rows * period
            near = np.abs(off) < max(0.5 * period, 2.0 * spread)
            if np.count_nonzero(near) < max(8, len(rows) // 50):
                return period
            period = float(time[near].sum() / rows[near].sum())
    return period


def _slope(slots: Counts, stamps: Floats) -> float:
    """Period by least squares."""
    x = slots - slots.mean()
    return float(np.dot(x, stamps - stamps.mean()) / np.dot(x, x))


def _lost(ends: Counts, stamps: Floats, period: float) -> Counts | None:
    """(k - 1) samples that are missing after each end of a packet; None where the clock was set back."""
    off = stamps - ends * period
    steps = np.diff(off)
    low, middle, high = np.percentile(steps, (2.5, 50.0, 97.5))
    by_median = MAD_TO_SD * float(np.median(np.abs(steps - middle)))
    noise = max(by_median, float(high - low) / _SPAN_95, 1e-3 * period) / np.sqrt(2.0)
    most = max(2, len(off) // 2)
    window = int(np.clip((13.0 * noise / period) ** 2, _SHORTEST_WINDOW, min(_LONGEST_WINDOW, most)))
    lost = np.zeros(len(off) - 1, np.int64)
    half_packet_s = 0.5 * period * (float(np.median(np.diff(ends))) - 1.0)
    least_s = np.full(len(lost), max(_LEAST * period, half_packet_s))
    envelope = max(window, _ENVELOPE_ROWS, min(round(_ENVELOPE_S / period), len(off) // 8))
    back = _ahead(off, envelope, highest=True)[1:] - _behind(off, envelope)[:-1]
    if bool(np.any((back < -max(1.5 * period, half_packet_s, _SURE * noise)) & (steps < 0))):
        return None
    for _ in range(_ROUNDS):
        moved, least = _moves(off, window, noise, least_s)
        early = _ahead(off, envelope)[1:] - _behind(off, envelope)[:-1]
        found = np.flatnonzero((moved > least) & (early > _ENVELOPE * period))
        too_many = np.flatnonzero((moved < -least) & (lost > 0))
        if not len(found) and not len(too_many):
            break
        change = np.zeros(len(lost), np.int64)
        for i in _peaks(found, moved, steps, window):
            change[i] = max(1, round(moved[i] / period))
        for i in _peaks(too_many, -moved, -steps, window):
            change[i] = -min(lost[i], max(1, round(-moved[i] / period)))
        lost += change
        least_s[_widened(lost > 0)] = _LEAST * period  # packets beside a gap may be torn
        off = off - np.cumsum(np.concatenate([[0], change])) * period
        steps = np.diff(off)
    return lost


def _moves(off: Floats, window: int, noise: float, least_s: Floats) -> tuple[Floats, Floats]:
    """How far the mean of the next stamps lies behind that of the last ones, after each; and what is no
    chance."""
    n = len(off)
    sums = np.concatenate([[0.0], np.cumsum(off - off[0])])
    after = np.arange(1, n)
    first, last = np.maximum(0, after - window), np.minimum(n, after + window)
    ahead = (sums[last] - sums[after]) / (last - after)
    behind = (sums[after] - sums[first]) / (after - first)
    error = noise * np.sqrt(1.0 / (last - after) + 1.0 / (after - first))
    few = noise / np.minimum(last - after, after - first)  # at the ends single late stamps count
    return ahead - behind, np.maximum(least_s, _SURE * (error + few))


def _ahead(off: Floats, rows: int, *, highest: bool = False) -> Floats:
    """The earliest (or latest) of each stamp and those after it."""
    extreme: Callable[..., Floats] = ndimage.maximum_filter1d if highest else ndimage.minimum_filter1d  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    return extreme(off, rows, origin=-(rows // 2), mode="nearest")


def _behind(off: Floats, rows: int) -> Floats:
    """The earliest of each stamp and those before it."""
    return _ahead(off[::-1], rows)[::-1]


def _widened(flags: npt.NDArray[np.bool_], by: int = 3) -> npt.NDArray[np.bool_]:
    """Flags with those beside them."""
    return np.convolve(flags, np.ones(2 * by + 1), "same") > 0


def _peaks(found: Counts, moved: Floats, steps: Floats, window: int) -> list[int]:
    """Of places close to each other the one with the largest step."""
    chosen: list[int] = []
    start = 0
    for stop in [*(np.flatnonzero(np.diff(found) > 1) + 1).tolist(), len(found)]:
        run = found[start:stop]
        if len(run):
            chosen.append(int(run[np.argmax(np.minimum(moved[run], steps[run]))]))
        start = stop
    apart: list[int] = []
    for i in sorted(chosen, key=lambda one: -moved[one]):
        if all(abs(i - other) > window for other in apart[-200:]):
            apart.append(i)
    return apart


def _levels(slots: Counts, stamps: Floats, period: float) -> Floats:
    """Where the even clock stands: one level between long gaps, or following the stamps where the clock
    drifts."""
    off = stamps - slots * period
    long = (np.flatnonzero(np.diff(slots) * period > _LONG_GAP_S) + 1).tolist()
    level = np.empty(len(off))
    for start, stop in zip([0, *long], [*long, len(off)], strict=True):
        level[start:stop] = _level(off[start:stop], period)
    return level


def _level(off: Floats, period: float) -> Floats:
    """The middle of the strays; where it drifts by more than a quarter of a period, the way that it takes."""
    blocks = len(off) // _BLOCK
    middle = float(np.median(off))
    if blocks < 2:
        return np.full(len(off), middle)
    parts = np.array_split(off, blocks)
    middles = np.array([float(np.median(part)) for part in parts])
    if float(np.max(np.abs(middles - middle))) < 0.25 * period:
        return np.full(len(off), middle)
    ends = np.cumsum([len(part) for part in parts])
    centres = ends - np.array([len(part) for part in parts]) / 2
    # Beyond the first and the last centre the line goes on: stamps there are as good as elsewhere.
    first = (middles[1] - middles[0]) / (centres[1] - centres[0])
    last = (middles[-1] - middles[-2]) / (centres[-1] - centres[-2])
    return np.interp(
        np.arange(len(off)) + 0.5,
        np.concatenate([[0.0], centres, [float(len(off))]]),
        np.concatenate(
            [[middles[0] - first * centres[0]], middles, [middles[-1] + last * (len(off) - centres[-1])]]
        ),
    )
