"""A set of slot numbers, stored as disjoint half-open ranges in rising order."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from plantigrade.errors import PlantigradeError

MAX_RANGES = 100_000


class TooManyRangesError(PlantigradeError):
    """A set of slots has fallen into more pieces than any sound insole makes."""


class SlotRange(NamedTuple):
    """Slots `first` to `end - 1`."""

    first: int
    end: int

    @property
    def slots(self) -> int:
        """How many slots."""
        return self.end - self.first


class SlotSet:
    """Slots that are in, as ranges that neither overlap nor touch.

    Adding at the end, which is what a live stream does, takes constant time. At most `MAX_RANGES` ranges
    are stored, so that no peer can make the set grow without bound.
    """

    def __init__(self) -> None:
        self._first: list[int] = []
        self._end: list[int] = []
        self._slots = 0

    def __iter__(self) -> Iterator[SlotRange]:
        return (SlotRange(first, end) for first, end in zip(self._first, self._end, strict=True))

    def __len__(self) -> int:
        """Number of ranges (not of slots)."""
        return len(self._first)

    @property
    def slots(self) -> int:
        """Number of slots in the set."""
        return self._slots

    @property
    def end(self) -> int:
        """The slot after the last one that is in; 0 when empty."""
        return self._end[-1] if self._end else 0

    def add(self, first: int, end: int) -> list[SlotRange]:
        """Put slots `first` to `end - 1` in; returns the ranges among them that were new.

        Raises:
            ValueError: the range is empty or negative.
            TooManyRangesError: the set would fall into more than `MAX_RANGES` pieces; nothing is changed.
        """
        if not 0 <= first < end:
            raise ValueError(f"no range of slots: {first} to {end}")
        if self._end and first == self._end[-1]:
            self._end[-1] = end
            self._slots += end - first
            return [SlotRange(first, end)]
        new = self.missing(first, end)
        if not new:
            return new
        low = bisect_left(self._end, first)
        high = bisect_right(self._first, end)
        if low == high and len(self._first) >= MAX_RANGES:
            raise TooManyRangesError(f"the recorded slots fall into more than {MAX_RANGES} pieces")
        merged_first = min(first, self._first[low]) if low < high else first
        merged_end = max(end, self._end[high - 1]) if low < high else end
        self._first[low:high] = [merged_first]
        self._end[low:high] = [merged_end]
        self._slots += sum(piece.slots for piece in new)
        return new

    def remove(self, first: int, end: int) -> None:
        """Take slots `first` to `end - 1` out; what of them is not in stays out."""
        if end <= first:
            return
        low, high = bisect_right(self._end, first), bisect_left(self._first, end)
        rest: list[SlotRange] = []
        for index in range(low, high):
            rest.append(SlotRange(self._first[index], min(self._end[index], first)))
            rest.append(SlotRange(max(self._first[index], end), self._end[index]))
        rest = [piece for piece in rest if piece.slots > 0]
        self._slots -= sum(self._end[low:high]) - sum(self._first[low:high]) - sum(p.slots for p in rest)
        self._first[low:high] = [piece.first for piece in rest]
        self._end[low:high] = [piece.end for piece in rest]

    def missing(self, first: int, end: int) -> list[SlotRange]:
        """The ranges between `first` and `end` that are not in, in rising order."""
        gaps: list[SlotRange] = []
        cursor = first
        for index in range(bisect_right(self._end, first), len(self._first)):
            if self._first[index] >= end:
                break
            if self._first[index] > cursor:
                gaps.append(SlotRange(cursor, self._first[index]))
            cursor = self._end[index]
        if cursor < end:
            gaps.append(SlotRange(cursor, end))
        return gaps

    def common(self, first: int, end: int) -> list[SlotRange]:
        """The ranges between `first` and `end` that are in, in rising order."""
        low, high = bisect_right(self._end, first), bisect_left(self._first, end)
        return [
            SlotRange(max(self._first[index], first), min(self._end[index], end))
            for index in range(low, high)
        ]

    def within(self, first: int, end: int) -> int:
        """How many slots between `first` and `end` are in."""
        return max(0, end - first) - sum(gap.slots for gap in self.missing(first, end))
