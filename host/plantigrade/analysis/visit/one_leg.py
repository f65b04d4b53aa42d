"""How long somebody stood on one leg."""

from dataclasses import dataclass

import numpy as np

from plantigrade.analysis.visit.settings import (
    LEAST_STANCE_S,
    LOADED_SHARE,
    RAISED_SHARE,
    SMOOTHED_S,
    STANDING_N,
)
from plantigrade.array_types import F64
from plantigrade.gait.signals import Foot, FootSignal, Walk


@dataclass(frozen=True)
class OneLeg:
    """The longest stance on one leg in a recording.

    Attributes:
        leg: that stood.
        from_s, to_s: on the recording's clock.
        seconds: how long.
        until_end: whether the other foot was still raised when the recording ended: at least so long then.
        tries: how often the other foot was raised for a second or more.
    """

    leg: Foot
    from_s: float
    to_s: float
    seconds: float
    until_end: bool
    tries: int


def one_leg(walk: Walk, leg: Foot) -> OneLeg | None:
    """The longest stance on a leg; None where a foot is missing or the other one was never raised
    for a second.

    A foot is raised while it bears less than 5 % of the load of both, and has touched down from 10 % on;
    that also ends a stance in which nobody stands on the insoles any more.

    Args:
        walk: the recording; both feet on one clock.
        leg: that is meant to stand.

    Example:
        >>> time_s = np.arange(0.0, 10.0, 0.01)
        >>> load = np.full((len(time_s), 1), 350.0)
        >>> other = np.where((time_s > 2.0) & (time_s < 7.0), 0.0, 350.0)[:, None]
        >>> found = one_leg(Walk(FootSignal(Foot.LEFT, time_s, load), FootSignal(Foot.RIGHT, time_s, other),
        ...                      100.0), Foot.LEFT)
        >>> round(found.seconds), found.until_end, found.tries
        (5, False, 1)
    """
    stance, other = (walk.left, walk.right) if leg is Foot.LEFT else (walk.right, walk.left)
    if stance is None or other is None or not len(stance) or not len(other):
        return None
    time_s, own, raised = _on_one_clock(stance, other, walk.sample_rate_hz)
    if not len(time_s):
        return None
    least = LEAST_STANCE_S * walk.sample_rate_hz
    spans = [(begin, end) for begin, end in _raised_spans(own, raised) if end - begin >= least]
    if not spans:
        return None
    begin, end = max(spans, key=lambda span: time_s[span[1]] - time_s[span[0]])
    until_end = end == len(time_s) - 1
    from_s, to_s = float(time_s[begin]), float(time_s[end])
    return OneLeg(leg, from_s, to_s, to_s - from_s, until_end, len(spans))


def _on_one_clock(stance: FootSignal, other: FootSignal, rate_hz: float) -> tuple[F64, F64, F64]:
    """Times, and smoothed loads of both feet at these times."""
    first, last = max(stance.time_s[0], other.time_s[0]), min(stance.time_s[-1], other.time_s[-1])
    time_s = np.arange(first, last, 1.0 / rate_hz)
    size = max(1, round(SMOOTHED_S * rate_hz))
    loads: list[F64] = []
    for foot in (stance, other):
        total = foot.force_n.sum(axis=1, dtype=np.float64)
        known = np.isfinite(total)
        if not known.any():
            return time_s[:0], time_s[:0], time_s[:0]
        even = np.asarray(np.interp(time_s, foot.time_s[known], total[known]), np.float64)
        padded: F64 = np.pad(even, (size // 2, size - 1 - size // 2), mode="edge")
        loads.append(np.convolve(padded, np.full(size, 1.0 / size), mode="valid"))
    return time_s, loads[0], loads[1]


def _raised_spans(own: F64, other: F64) -> list[tuple[int, int]]:
    """First and last row of each span in which the other foot was off the ground and somebody stood."""
    both = own + other
    share = np.divide(other, both, out=np.ones_like(both), where=both > 0)
    stands = both >= STANDING_N
    begins, ends = (share < RAISED_SHARE) & stands, (share >= LOADED_SHARE) | ~stands
    spans: list[tuple[int, int]] = []
    start: int | None = None
    for row in np.flatnonzero(begins | ends):
        if start is None and begins[row]:
            start = int(row)
        elif start is not None and ends[row]:
            spans.append((start, int(row) - 1))
            start = None
    if start is not None:
        spans.append((start, len(own) - 1))
    return spans
