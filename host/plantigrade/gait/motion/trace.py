"""How a foot moves, ten times a second: small enough for a day, and enough to tell what its wearer does."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from plantigrade.gait.motion.settings import GROUPS_AT_ONCE, TRACE_BIN_S, TRACE_COLUMNS
from plantigrade.gait.motion.trace_kernel import STATE, tenths
from plantigrade.gait.signals import Floats, Forces

Numbers = npt.NDArray[np.int64]


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

    def feed(self, time_s: Floats, acc: Forces, gyr: Forces) -> None:
        """Take the next samples (n,), (n, 3), (n, 3), which are numbers."""
        numbers = np.empty(len(time_s) + 1, np.int64)
        values = np.empty((len(time_s) + 1, TRACE_COLUMNS), np.float32)
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

    def groups(self, width: int, step: int) -> Iterator[tuple[Numbers, Forces]]:
        """Stretches of so many tenths in a row, none of them missing, some thousands at a time.

        Args:
            width: tenths of a stretch.
            step: a stretch begins at each multiple of it.

        Yields:
            (g,) numbers of their first tenths, and (g, width, TRACE_COLUMNS) their values.
        """
        number, count = self._state[:2]
        under_way = np.array([number], np.int64)[: int(count >= self._fewest)]
        means = (self._state[None, 2:] / max(count, 1.0)).astype(np.float32)
        numbers = np.concatenate([*self._numbers, under_way])
        values = np.concatenate([*self._values, means[: len(under_way)]])
        starts = np.flatnonzero(numbers % step == 0)
        starts = starts[starts + width <= len(numbers)]
        starts = starts[numbers[starts + width - 1] - numbers[starts] == width - 1]
        for first in range(0, len(starts), GROUPS_AT_ONCE):
            some = starts[first : first + GROUPS_AT_ONCE]
            yield numbers[some], values[some[:, None] + np.arange(width)]
