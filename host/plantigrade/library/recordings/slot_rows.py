"""Slots of the rows of a file: a row may stand for several, or not be used at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from plantigrade.library.recordings.columns import ColumnFile


@dataclass(frozen=True)
class SlotRows:
    """How often each row of a file is used, by groups of rows.

    Attributes:
        sizes: slots of each group.
        of: (k,) how often each row of a group is used, by the number of the group.
    """

    sizes: list[int]
    of: Callable[[int], npt.NDArray[np.uint8]]

    @classmethod
    def chosen(
        cls, file: ColumnFile, used: npt.NDArray[np.intp] | None, slots: npt.NDArray[np.uint8]
    ) -> "SlotRows":
        """Of rows that are chosen.

        Args:
            file: of the insole.
            used: (k,) rows of the file that are used, rising; None for all.
            slots: (k,) slots that each stands for.
        """
        times = slots
        if used is not None:
            times = np.zeros(file.rows, np.uint8)
            times[used] = slots
        of_groups = np.split(times, np.cumsum(file.group_sizes, dtype=np.int64)[:-1])
        return cls([int(part.sum(dtype=np.int64)) for part in of_groups], of_groups.__getitem__)

    @classmethod
    def stored(cls, file: ColumnFile) -> "SlotRows":
        """Of all rows, read from the file when they are asked for, unless each row is one slot.

        Raises:
            RecordingError: the data are damaged.
        """

        def read(number: int) -> npt.NDArray[np.uint8]:
            return file.read([number], ["slots"]).column("slots", "u1")

        sizes: list[int] = []
        single: set[int] = set()
        for number in range(len(file.group_sizes)):
            slots = read(number)
            sizes.append(int(slots.sum(dtype=np.int64)))
            if (slots == 1).all():
                single.add(number)

        def of(number: int) -> npt.NDArray[np.uint8]:
            return np.ones(sizes[number], np.uint8) if number in single else read(number)

        return cls(sizes, of)

    def spread(self, values: npt.NDArray[Any], number: int) -> npt.NDArray[Any]:
        """Values of the rows of a group as values of its slots."""
        mine = self.of(number)
        return values if (mine == 1).all() else np.repeat(values, mine, axis=0)
