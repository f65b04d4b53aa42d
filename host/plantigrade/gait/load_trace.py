"""How much a foot bears, ten times a second, while its samples come in: small enough for a day of it."""

from dataclasses import dataclass, field

import numpy as np

from plantigrade.gait import stride_kernel
from plantigrade.gait.settings import EPOCH_COLUMNS, LOAD_BIN_S
from plantigrade.gait.signals import Floats


@dataclass
class LoadTrace:
    """Mean load of one foot in tenths of a second of the common clock, while samples come in."""

    _state: Floats = field(default_factory=lambda: np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]))
    _bins: list[Floats] = field(default_factory=lambda: [])

    def feed(self, time_s: Floats, total_n: Floats, scratch: Floats) -> None:
        """Take the next samples; NaN is a missing one.

        Args:
            time_s, total_n: (n,).
            scratch: (n + 1, 5) at least, overwritten.
        """
        ended = stride_kernel.epochs(time_s, total_n, 0, len(time_s), self._state, LOAD_BIN_S, scratch)
        if ended:
            self._bins.append(scratch[:ended, :2].copy())

    def bins(self, last: int | None = None) -> Floats:
        """(k, 2) number of each tenth of a second in which samples came, and its mean load; with the one
        under way.

        Args:
            last: only this many blocks of the newest.
        """
        under_way = np.zeros((1, EPOCH_COLUMNS))
        blocks = self._bins if last is None else self._bins[-last:]
        if self._state[3] == 0:
            return np.concatenate([np.empty((0, 2)), *blocks])
        stride_kernel.close_epoch(self._state, under_way[0])
        return np.concatenate([*blocks, under_way[:, :2]])

    def forget_before(self, time_s: float) -> None:
        """Free what is older, for streams that run all day."""
        number = time_s / LOAD_BIN_S
        while self._bins and self._bins[0][-1, 0] < number:
            del self._bins[0]
