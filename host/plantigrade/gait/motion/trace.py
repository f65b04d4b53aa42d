"""How a foot moves, ten times a second: small enough for a day, and enough to tell what its wearer does."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from plantigrade.gait.motion.settings import TRACE_BIN_S, TRACE_COLUMNS
from plantigrade.gait.motion.trace_kernel import STATE, tenths
from plantigrade.gait.signals import Floats, Forces

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tenths:
    """Tenths of a second in which samples came, in their order.

    Attributes:
        numbers: (n,) of the common clock.
        values: (n, TRACE_COLUMNS) their means.
    """

    numbers: Numbers
    values: Forces

    def stretches(self, width: int, step: int) -> Numbers:
        """(g,) rows at which stretches of `width` tenths in a row begin, none of them missing.

        Args:
            width: tenths of a stretch.
            step: a stretch begins at each multiple of it.
        """
        rows = np.flatnonzero(self.numbers // step * step == self.numbers)
        rows = rows[rows + width <= len(self.numbers)]
        return rows[self.numbers[rows + width - 1] - self.numbers[rows] == width - 1]


@dataclass
class MotionTrace:
    """Means of one sensor's values in tenths of a second of the common clock, while samples come in.

    Args:
        rate_hz: nominal.
    """

    rate_hz: float
    _state: Floats = field(default_factory=lambda: np.zeros(STATE))
    _numbers: list[Numbers] = field(default_factory=list[Numbers])
    _values: list[Forces] = field(default_factory=list[Forces])
    _numbers_room: Numbers = field(default_factory=lambda: np.empty(0, np.int64))
    _values_room: Forces = field(default_factory=lambda: np.empty((0, TRACE_COLUMNS), np.float32))

    def feed(self, time_s: Floats, acc: Forces, gyr: Forces) -> None:
        """Take the next samples (n,), (n, 3), (n, 3), which are numbers."""
        if len(self._numbers_room) <= len(time_s):
            self._numbers_room = np.empty(len(time_s) + 1, np.int64)
            self._values_room = np.empty((len(time_s) + 1, TRACE_COLUMNS), np.float32)
        numbers, values = self._numbers_room, self._values_room
        ended = tenths(time_s, acc, gyr, TRACE_BIN_S, self._fewest, self._state, numbers, values)
        if ended:
            self._numbers.append(numbers[:ended].copy())
            self._values.append(values[:ended].copy())

    @property
    def _fewest(self) -> float:
        """Samples that make a mean: half of those that there should be."""
        return max(1.0, 0.5 * TRACE_BIN_S * self.rate_hz)

    def forget_before(self, time_s: float) -> None:
        """Free what is older, for streams that run all day."""
        while self._numbers and self._numbers[0][-1] * TRACE_BIN_S < time_s:
            del self._numbers[0], self._values[0]

    def tenths(self) -> Tenths:
        """Those that ended, and the one under way if it has samples enough."""
        number, count = self._state[:2]
        under_way = np.array([number], np.int64)[: int(count >= self._fewest)]
        means = (self._state[None, 2:] / max(count, 1.0)).astype(np.float32)
        return Tenths(
            np.concatenate([*self._numbers, under_way]),
            np.concatenate([*self._values, means[: len(under_way)]]),
        )
