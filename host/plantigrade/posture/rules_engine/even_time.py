"""Both feet on one even time base: where a foot starts later or samples are missing, it carries nothing."""

import numpy as np

from plantigrade.array_types import F32
from plantigrade.gait.signals import FootSignal, Walk
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.rules_engine.standing import StandingWatch
from plantigrade.posture.settings import PIECE_S


class TotalForce:
    """Total force of a foot on rows of the nominal rate, 0 where nothing was recorded.

    Args:
        signal: of the foot; None where it is missing.
        rate_hz: rows per second.
    """

    def __init__(self, signal: FootSignal | None, rate_hz: float) -> None:
        self._signal, self._rate_hz = signal, rate_hz

    def between(self, at_s: float, rows: int) -> F32:
        """Newtons (rows,) from a time on."""
        total = np.zeros(rows, np.float32)
        if self._signal is None:
            return total
        time_s = self._signal.time_s
        first, last = np.searchsorted(time_s, [at_s, at_s + rows / self._rate_hz])
        place = np.rint((time_s[first:last] - at_s) * self._rate_hz).astype(np.intp)
        total[np.clip(place, 0, rows - 1)] = self._signal.force_n[first:last].sum(axis=1)
        return total


def seconds_of(walk: Walk, body_weight_n: float) -> list[Observation]:
    """Standing and wear of a recording of both feet in newtons, second by second; none without them."""
    feet = walk.feet
    if len(feet) < 2 or any(foot.quantity != "force" or not len(foot) for foot in feet):
        return []
    if not body_weight_n > 0:
        return []
    rate_hz = walk.sample_rate_hz
    at_s = min(float(foot.time_s[0]) for foot in feet)
    left = round((max(float(foot.time_s[-1]) for foot in feet) - at_s) * rate_hz) + 1
    watch = StandingWatch(rate_hz, body_weight_n, at_s)
    totals = [TotalForce(foot, rate_hz) for foot in feet]
    found: list[Observation] = []
    while left > 0:
        rows = min(left, round(PIECE_S * rate_hz))
        found += watch.feed(*(total.between(at_s, rows) for total in totals))
        at_s, left = at_s + rows / rate_hz, left - rows
    return found
