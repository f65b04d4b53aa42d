"""How much a foot bears, ten times a second, while its samples come in: small enough for a day of it."""

from dataclasses import dataclass, field

import numpy as np

from plantigrade.gait import epoch_kernel
from plantigrade.gait.load_run import LoadRun
from plantigrade.gait.settings import LOAD_BIN_S
from plantigrade.gait.signals import Floats


@dataclass
class LoadTrace:
    """Mean load of one foot in tenths of a second of the common clock, while samples come in."""

    _state: Floats = field(default_factory=lambda: np.zeros(3))
    _runs: list[LoadRun] = field(default_factory=lambda: list[LoadRun]())

    def feed(self, time_s: Floats, total_n: Floats, scratch: Floats) -> None:
        """Take the next samples; NaN is a missing one.

        Args:
            time_s, total_n: (n,).
            scratch: (n + 1, 2) at least, overwritten.
        """
        ended = epoch_kernel.means(time_s, total_n, self._state, LOAD_BIN_S, scratch)
        if ended:
            self._runs += _runs_of(scratch[:ended])

    def runs(self) -> list[LoadRun]:
        """The tenths of a second in which samples came, with the one under way."""
        number, summed, count = self._state
        if count == 0:
            return list(self._runs)
        return [*self._runs, LoadRun(int(number), np.array([summed / count]))]

    def forget_before(self, time_s: float) -> None:
        """Free what is older, for streams that run all day."""
        number = time_s / LOAD_BIN_S
        while self._runs and self._runs[0].last < number:
            del self._runs[0]


def _runs_of(tenths: Floats) -> list[LoadRun]:
    """Numbers and means (m, 2), cut where a number is left out."""
    first, last = int(tenths[0, 0]), int(tenths[-1, 0])
    if last - first == len(tenths) - 1:
        return [LoadRun(first, tenths[:, 1].copy())]
    cuts = np.flatnonzero(np.diff(tenths[:, 0]) != 1.0) + 1
    return [LoadRun(int(part[0, 0]), part[:, 1].copy()) for part in np.split(tenths, cuts)]
