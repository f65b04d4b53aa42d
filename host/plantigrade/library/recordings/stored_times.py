"""Times of long recordings that stay in their file, for who goes through them once from front to back.

A day of both feet has 138 MB of times and 17 MB of slots; such a reader needs a group of rows at once.
"""

from bisect import bisect_left
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from plantigrade.gait.signals import Floats
from plantigrade.library.recordings.columns import ColumnFile
from plantigrade.library.recordings.frames import NO_TIME
from plantigrade.library.recordings.slot_rows import SlotRows

_NANO: Final = 1e-9
_MICRO: Final = 1e-6


class StoredTimes:
    """Times (n,) that behave as an array for rows and slices of rows; of them one group is in memory.

    Args:
        sizes: rows of each group.
        load: reads the times of a group, by its number.

    Example:
        >>> times = StoredTimes([2, 2], lambda group: np.array([0.0, 0.5]) + group)
        >>> times[1:3], float(times[-1]), times.searchsorted([0.2, 9.0])
        (array([0.5, 1. ]), 1.5, array([1, 4]))
    """

    ndim: Final = 1
    dtype: Final = np.dtype(np.float64)

    def __init__(self, sizes: list[int], load: Callable[[int], Floats]) -> None:
        self._starts = [0, *np.cumsum(sizes, dtype=np.int64).tolist()]
        self.shape = (self._starts[-1],)
        self._load = load
        self._open: tuple[int, Floats] = (-1, np.empty(0))
        self._first_s: dict[int, float] = {}

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: int | slice) -> Any:
        if not isinstance(rows, slice):
            row = range(len(self))[rows]
            return self[row : row + 1][0]
        if rows.step not in (None, 1):
            return self[:][rows]
        start, stop, _ = rows.indices(len(self))
        parts = [
            self._group(number)[max(0, start - first) : stop - first]
            for number, (first, after) in enumerate(pairwise(self._starts))
            if first < stop and start < after
        ]
        return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0), *parts])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.asarray(self[:], dtype)

    def searchsorted(
        self, values: npt.ArrayLike, side: Literal["left", "right"] = "left"
    ) -> npt.NDArray[np.intp]:
        """As `numpy.searchsorted` of times that rise; groups that no value lies in are not read."""
        return np.array([self._place(value, side) for value in np.asarray(values, np.float64)], np.intp)

    def _place(self, value: float, side: Literal["left", "right"]) -> int:
        filled = [number for number, (first, after) in enumerate(pairwise(self._starts)) if after > first]
        later = bisect_left(filled, value, key=self._first)  # the first group that begins no earlier
        if side == "right" and later < len(filled) and self._first(filled[later]) == value:
            later += 1
        if not later:
            return 0
        number = filled[later - 1]
        return self._starts[number] + int(self._group(number).searchsorted(value, side))

    def _first(self, number: int) -> float:
        if number not in self._first_s:
            self._group(number)
        return self._first_s[number]

    def _group(self, number: int) -> Floats:
        if self._open[0] != number:
            self._open = number, self._load(number)
            self._first_s[number] = float(self._open[1][0])
        return self._open[1]


def in_seconds(host_ns: npt.NDArray[np.int64], start_ns: int, out: Floats) -> None:
    """Seconds since `start_ns` of UTC times (n,), NaN where the time is not known."""
    np.multiply(host_ns - start_ns, _NANO, out=out)
    out[host_ns == NO_TIME] = np.nan


def in_seconds_of_device(device_us: npt.NDArray[np.int64], first_us: int, out: Floats) -> None:
    """Seconds since `first_us` of device times (n,)."""
    np.multiply(device_us - first_us, _MICRO, out=out)


def in_each_slot(time_s: Floats, of_frames: npt.NDArray[np.uint8], rate_hz: float) -> Floats:
    """Time of every slot of every frame: still times are stored as means of several slots."""
    if not len(of_frames) or int(of_frames.max()) == 1:
        return time_s
    slots = of_frames.astype(np.int64)
    first = np.repeat(np.cumsum(slots) - slots, slots)
    within = np.arange(int(slots.sum())) - first
    return np.repeat(time_s, slots) + within / rate_hz


def stored_times(file: ColumnFile, start_ns: int, rate_hz: float) -> tuple[StoredTimes, SlotRows] | None:
    """Times of the slots of one of our insoles, and what makes a row of its file a slot; None where times do
    not rise throughout or are not known, so that it takes all of them to tell which frames are used.

    Args:
        file: of the insole.
        start_ns: UTC of second 0.
        rate_hz: slots per second.
    """

    def of_frames(number: int) -> Floats:
        host_ns = file.read([number], ["host_ns"]).column("host_ns", "i8", NO_TIME)
        times: Floats = np.empty(len(host_ns))
        in_seconds(host_ns, start_ns, times)
        return times

    before_s = -np.inf
    for number in range(len(file.group_sizes)):
        times = of_frames(number)
        if not len(times):
            continue
        if not (times[0] > before_s and bool((times[1:] > times[:-1]).all())):
            return None
        before_s = times[-1]
    rows = SlotRows.stored(file)
    return StoredTimes(
        rows.sizes, lambda number: in_each_slot(of_frames(number), rows.of(number), rate_hz)
    ), rows
