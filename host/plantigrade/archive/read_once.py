"""A walk whose samples are read once, though two parts of the analysis look at all of them.

To read a stretch of a long recording is to decode and calibrate it, which costs more than everything that
follows. Standing and wear need only the sum of each row, so it is noted while the gait engine reads.
"""

from dataclasses import replace
from typing import Final, cast

import numpy as np

from plantigrade.array_types import F32
from plantigrade.gait.engine import PIECE_ROWS
from plantigrade.gait.signals import FootSignal, Forces, Walk


class SummedForces:
    """Forces (n, S) of one foot that behave as an array for slices of rows, and note the sum of each row that
    is read from front to back.

    Args:
        forces: of the foot, in memory or in a file.
    """

    ndim: Final = 2
    dtype: Final = np.dtype(np.float32)

    def __init__(self, forces: Forces) -> None:
        self._forces, self.shape = forces, forces.shape
        self._totals: F32 = np.zeros(len(forces), np.float32)
        self._summed = 0

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: slice) -> Forces:
        part = self._forces[rows]
        start, stop, step = rows.indices(len(self))
        if step == 1 and start == self._summed:
            self._totals[start:stop] = part.sum(axis=1)
            self._summed = max(start, stop)
        return part

    def totals(self) -> F32:
        """Newtons (n,) of all sensors together; what was not read yet is read now."""
        while self._summed < len(self):
            self[self._summed : self._summed + PIECE_ROWS]
        return self._totals


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
    totals = cast("SummedForces", foot.force_n).totals()
    return replace(foot, force_n=totals[:, np.newaxis], layout=None, relative_sd=None, motion=None)
