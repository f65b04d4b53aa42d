"""What a foot carries without relief: the highest pressure that one sensor has not come below.

One value a second and foot, in kPa, `unrelieved_kpa`: for each sensor the lowest pressure of this second or
of the second before, whichever is higher, and of these the highest. Each step brings it near nothing, because
the foot leaves the ground; standing, or sitting with a foot on an edge, does not. Pressure is the mean of a
sensor's territory, which is lower than that under a bony point.

A second of which less than half was recorded is unknown. The last value that was known stands for it at first
(`UNKNOWN_HELD_S`), so that a short loss of the link neither ends nor restarts a time under load.
"""

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.settings import KNOWN_SHARE, KPA_PER_N_PER_CM2, UNKNOWN_HELD_S

NAN = float("nan")
UNRELIEVED = "unrelieved_kpa"
"""Name of the value; of the left foot in an observation `unrelieved_kpa_left`."""


class _Foot:
    """One foot's seconds."""

    def __init__(self, rows: int, area_cm2: F64) -> None:
        self._rows, self._area_cm2 = rows, area_cm2
        self._rest: F64 = np.empty((0, len(area_cm2)))
        self._before: F64 = np.full(len(area_cm2), np.nan)
        self._known = NAN
        self._unknown_s = 0

    def feed(self, force_n: NDArray[np.floating]) -> list[float]:
        """The values of the seconds that the next rows (n, S) complete."""
        rows = np.concatenate([self._rest, np.asarray(force_n, np.float64).reshape(-1, len(self._area_cm2))])
        complete = len(rows) // self._rows
        seconds = rows[: complete * self._rows].reshape(complete, self._rows, len(self._area_cm2))
        self._rest = rows[complete * self._rows :]
        if not complete:
            return []
        recorded: NDArray[np.bool_] = np.asarray(np.isfinite(seconds).all(axis=2))
        known = recorded.sum(axis=1) >= KNOWN_SHARE * self._rows
        if not recorded.all():
            seconds = np.where(recorded[:, :, None], seconds, np.inf)
        lowest = seconds.min(axis=1) / self._area_cm2 * KPA_PER_N_PER_CM2
        lowest[~known] = np.nan
        before = np.concatenate([self._before[None], lowest[:-1]])
        self._before = lowest[-1].copy()
        highest = np.fmax(lowest, before).max(axis=1)
        return [self._value(*second) for second in zip(known.tolist(), highest.tolist(), strict=True)]

    def _value(self, known: bool, highest: float) -> float:
        """The value of a second: what is `highest` where enough was recorded, else the last known one."""
        if known:
            self._unknown_s, self._known = 0, highest
            return highest
        self._unknown_s += 1
        return self._known if self._unknown_s <= UNKNOWN_HELD_S else NAN


class SustainedPressure:
    """Turns the sensors' forces into one observation a second.

    Args:
        rate_hz: rows per second of both feet, on one time base.
        area_cm2: (S,) of the sensors' territories.
        start_s: time of the first row.
    """

    def __init__(self, rate_hz: float, area_cm2: F64, start_s: float = 0.0) -> None:
        self._feet = {foot: _Foot(round(rate_hz), area_cm2) for foot in Foot}
        self._start_s = start_s
        self._second = 0

    def feed(self, left_n: NDArray[np.floating], right_n: NDArray[np.floating]) -> list[Observation]:
        """The next forces (n, S) of both feet, NaN where nothing was recorded, or (n, 0) of a foot that is
        missing; the seconds that they complete."""
        rows = max(len(left_n), len(right_n))
        sensors = left_n.shape[1] or right_n.shape[1]
        values = [
            self._feet[foot].feed(force if force.shape[1] else np.full((rows, sensors), np.nan))
            for foot, force in ((Foot.LEFT, left_n), (Foot.RIGHT, right_n))
        ]
        found: list[Observation] = []
        for left, right in zip(*values, strict=True):
            self._second += 1
            named = {f"{UNRELIEVED}_{Foot.LEFT.value}": left, f"{UNRELIEVED}_{Foot.RIGHT.value}": right}
            found.append(Observation(self._start_s + self._second, None, named))
        return found
