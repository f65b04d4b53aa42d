"""A walk whose samples are read once, though two parts of the analysis look at all of them.

To read a stretch of a long recording is to decode and calibrate it, which costs more than everything that
follows. Standing and wear need only the sum of each row, so it is noted while the gait engine reads.
"""

from bisect import bisect_right
from dataclasses import replace
from typing import Final, cast

import numpy as np

from plantigrade.array_types import F32
from plantigrade.gait.engine import PIECE_ROWS
from plantigrade.gait.signals import FootSignal, Forces, Walk
from plantigrade.library.recordings.packed import Packed


class SummedForces:
    """Forces (n, S) of one foot that behave as an array for slices of rows, and note the sum of each row that
    is read from front to back. When all are read they are let go of.

    Args:
        forces: of the foot, in memory or in a file.
    """

    ndim: Final = 2
    dtype: Final = np.dtype(np.float32)

    def __init__(self, forces: Forces) -> None:
        self._forces: Forces | None = forces
        self.shape = forces.shape
        self._totals = PackedRows()

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> Forces:
        if self._forces is None:
            raise RuntimeError("all forces were read; what is left of them is their sums")
        part = self._forces[rows]
        start, _, step = rows.indices(len(self))
        if step == 1 and start == len(self._totals) and len(part):
            self._totals.add(part.sum(axis=1, keepdims=True))
            if len(self._totals) == len(self):
                self._forces = None  # and with it the last group of rows, and the file
        return part

    def totals(self) -> "PackedRows":
        """Newtons (n, 1) of all sensors together; what was not read yet is read now."""
        while len(self._totals) < len(self):
            self[len(self._totals) : len(self._totals) + PIECE_ROWS]
        return self._totals


class PackedRows:
    """Rows (n, 1) that are added one piece after the other and behave as an array for slices: compressed, but
    for the piece that was used last. The sums of a day's forces take 45 MB instead of 69."""

    ndim: Final = 2
    dtype: Final = np.dtype(np.float32)

    def __init__(self) -> None:
        self._pieces: list[Packed] = []
        self._starts = [0]
        self._open: tuple[int, F32] = (-1, np.empty((0, 1), np.float32))

    def __len__(self) -> int:
        return self._starts[-1]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, and one column."""
        return len(self), 1

    def add(self, rows: F32) -> None:
        """The next rows (k, 1)."""
        self._pieces.append(Packed.of(rows))
        self._starts.append(len(self) + len(rows))

    def __getitem__(self, rows: slice) -> F32:
        if rows.step not in (None, 1):
            return self[:][rows]
        start, stop, _ = rows.indices(len(self))
        number = max(0, bisect_right(self._starts, start) - 1)
        parts: list[F32] = [np.empty((0, 1), np.float32)]
        while number < len(self._pieces) and self._starts[number] < stop:
            first = self._starts[number]
            parts.append(self._piece(number)[max(0, start - first) : stop - first])
            number += 1
        return np.concatenate(parts)

    def _piece(self, number: int) -> F32:
        if self._open[0] != number:
            self._open = number, self._pieces[number].rows()
        return self._open[1]


def read_once(walk: Walk) -> Walk:
    """The walk, with forces that are noted as they are read."""
    return replace(walk, left=_noting(walk.left), right=_noting(walk.right))


def of_totals(walk: Walk) -> Walk:
    """What `read_once` gave, with the sum of each row in place of its sensors."""
    return replace(walk, left=_total(walk.left), right=_total(walk.right))


def _noting(foot: FootSignal | None) -> FootSignal | None:
    return None if foot is None else replace(foot, force_n=cast("Forces", SummedForces(foot.force_n)))


def _total(foot: FootSignal | None) -> FootSignal | None:
    if foot is None:
        return None
    totals = cast("Forces", cast("SummedForces", foot.force_n).totals())
    return replace(foot, force_n=totals, layout=None, relative_sd=None, motion=None)
