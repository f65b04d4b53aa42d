"""Both feet on one even time base: where a foot starts later or samples are missing, it carries nothing."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F32, F64
from plantigrade.gait.signals import FootSignal, Walk
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.rules_engine.standing import StandingWatch
from plantigrade.posture.settings import PIECE_S


class EvenForces:
    """Forces of a foot on rows of the nominal rate, 0 where nothing was recorded.

    Args:
        signal: of the foot; None where it is missing.
        rate_hz: rows per second.
    """

    def __init__(self, signal: FootSignal | None, rate_hz: float) -> None:
        self._signal, self._rate_hz = signal, rate_hz

    def total_between(self, at_s: float, rows: int) -> F32:
        """Newtons (rows,) of all sensors together from a time on."""
        total = np.zeros(rows, np.float32)
        if self._signal is None:
            return total
        first, last, place = self._places(self._signal.time_s, at_s, rows)
        total[place] = self._signal.force_n[first:last].sum(axis=1)
        return total

    def between(self, at_s: float, rows: int) -> F32:
        """Newtons (rows, S) of each sensor from a time on; NaN where nothing was recorded."""
        if self._signal is None:
            return np.zeros((rows, 0), np.float32)
        forces = np.full((rows, self._signal.sensor_count), np.nan, np.float32)
        first, last, place = self._places(self._signal.time_s, at_s, rows)
        forces[place] = self._signal.force_n[first:last]
        return forces

    def _places(self, time_s: F64, at_s: float, rows: int) -> tuple[int, int, NDArray[np.intp]]:
        first, last = time_s.searchsorted([at_s, at_s + rows / self._rate_hz])
        return int(first), int(last), even_places(time_s[first:last], at_s, rows, self._rate_hz)


def even_places(time_s: F64, at_s: float, rows: int, rate_hz: float) -> NDArray[np.intp]:
    """Which of the rows from `at_s` on each time of a piece falls on (n,)."""
    return np.clip(np.rint((time_s - at_s) * rate_hz).astype(np.intp), 0, rows - 1)


def seconds_of(walk: Walk, body_weight_n: float) -> list[Observation]:
    """Standing and wear of a recording of both feet in newtons, second by second; none without them."""
    return list(each_second(walk, body_weight_n))


def each_second(walk: Walk, body_weight_n: float) -> Iterator[Observation]:
    """As `seconds_of`, one after the other: those of a day take 60 MB together."""
    feet = walk.feet
    if len(feet) < 2 or any(foot.quantity != "force" or not len(foot) for foot in feet):
        return
    if not body_weight_n > 0:
        return
    rate_hz = walk.sample_rate_hz
    at_s = min(float(foot.time_s[0]) for foot in feet)
    left = round((max(float(foot.time_s[-1]) for foot in feet) - at_s) * rate_hz) + 1
    watch = StandingWatch(rate_hz, body_weight_n, at_s)
    totals = [EvenForces(foot, rate_hz) for foot in feet]
    while left > 0:
        rows = min(left, round(PIECE_S * rate_hz))
        yield from watch.feed(*(foot.total_between(at_s, rows) for foot in totals))
        at_s, left = at_s + rows / rate_hz, left - rows
