"""The latest numbers of a stream, in one piece of memory, so that NumPy can look at them without a copy."""

import numpy as np

from plantigrade.array_types import F64


class Latest:
    """The latest values, oldest first.

    Args:
        longest: so many are held, at least one.

    Example:
        >>> held = Latest(3)
        >>> for value in (1.0, 2.0, 3.0, 4.0):
        ...     held.add(value)
        >>> held.of(2).tolist(), held.all.tolist(), len(held)
        ([3.0, 4.0], [2.0, 3.0, 4.0], 3)
    """

    def __init__(self, longest: int) -> None:
        self._longest, self._end = longest, 0
        self._values: F64 = np.empty(2 * longest)

    def __len__(self) -> int:
        return min(self._end, self._longest)

    def add(self, value: float) -> None:
        """The next value."""
        if self._end == len(self._values):
            self._values[: self._longest] = self.all
            self._end = self._longest
        self._values[self._end] = value
        self._end += 1

    @property
    def all(self) -> F64:
        """All that are held; a view, to be read before the next value is added."""
        return self.of(self._longest)

    def of(self, count: int) -> F64:
        """The latest `count` of them, or all where there are fewer; a view."""
        return self._values[max(0, self._end - min(count, self._longest)) : self._end]

    def clear(self) -> None:
        """Forget them."""
        self._end = 0
