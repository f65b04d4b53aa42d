"""When a motion sensor rests, which tells what its gyroscope shows without any rotation."""

import numpy as np

from plantigrade.gait.motion import still_kernel
from plantigrade.gait.motion.settings import REST_S, RESTS
from plantigrade.gait.settings import MOTION_AXES
from plantigrade.gait.signals import Floats, Forces

SPARE_ROWS = 1024


class Rests:
    """Takes the samples of one sensor as they come, and keeps its last rests.

    Args:
        rate_hz: nominal.
        history_s: what lies so far back from the newest rest can still be asked for.
    """

    def __init__(self, rate_hz: float, history_s: float) -> None:
        self._rows = max(2, round(REST_S * rate_hz))
        self._history_s = history_s
        self._state = np.zeros(4 * MOTION_AXES + 1)
        self._found: Floats = np.empty((SPARE_ROWS, still_kernel.REST_COLUMNS))
        self._count: int = 0
        self._latest: tuple[float, Floats] = np.nan, np.empty(0)

    def take(self, time_s: Floats, acc: Forces, gyr: Forces) -> None:
        """The next samples, which are numbers."""
        most = len(time_s) // self._rows + 1
        self._make_room(most)
        room = self._found[self._count : self._count + most]
        found: int = still_kernel.rests(time_s, acc, gyr, self._rows, self._state, room)
        self._count += found

    def before(self, before_s: float) -> Floats:
        """(4,) median rates about the axes in degrees/s, and length of gravity in m/s2, of the last rests
        before a time; empty without any."""
        count = int(self._found[: self._count, 0].searchsorted(before_s))
        return self._median(count) if count else np.empty(0)

    def before_each(self, before_s: Floats) -> Floats:
        """(k, 4) the same for each of some times (k,), which rise; empty without a rest before the first."""
        counts = self._found[: self._count, 0].searchsorted(before_s)
        if not len(counts) or not counts[0]:
            return np.empty((0, still_kernel.REST_COLUMNS - 1))
        different, places = np.unique(counts, return_inverse=True)
        return np.array([self._median(int(count)) for count in different])[places]

    def _median(self, count: int) -> Floats:
        """Of the last of the first `count` rests; strides in a row ask for the same."""
        last_s = float(self._found[count - 1, 0])
        if self._latest[0] != last_s:
            self._latest = last_s, np.median(self._found[max(0, count - RESTS) : count, 1:], axis=0)
        return self._latest[1]

    def _make_room(self, rows: int) -> None:
        """Forget what nobody asks for any more; more room where that is not enough."""
        if self._count + rows <= len(self._found):
            return
        times = self._found[: self._count, 0]
        oldest = 0
        if self._count:
            oldest = int(times.searchsorted(float(times[-1]) - self._history_s))
        retained = self._found[max(0, oldest - RESTS) : self._count]
        count = len(retained)
        made = np.empty((max(SPARE_ROWS, 2 * (count + rows)), still_kernel.REST_COLUMNS))
        made[:count] = retained
        self._found, self._count = made, count
