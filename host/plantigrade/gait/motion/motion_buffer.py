"""The newest samples of one motion sensor, as far back as strides may look.

Samples stay where they came from while a piece is worked on, and only what later pieces look back at is
copied: most of a day nobody walks, and nobody looks back.
"""

from dataclasses import dataclass

import numpy as np

from plantigrade.gait.motion.settings import SPARE_ROWS
from plantigrade.gait.motion.still_kernel import all_known, copy_known
from plantigrade.gait.settings import MOTION_AXES
from plantigrade.gait.signals import Floats, Forces


@dataclass(frozen=True, eq=False)
class MotionRows:
    """Samples (n,), (n, 3), (n, 3) that are numbers: seconds, m/s2 and degrees/s."""

    time_s: Floats
    acc: Forces
    gyr: Forces

    def __len__(self) -> int:
        return len(self.time_s)

    @classmethod
    def room(cls, rows: int) -> "MotionRows":
        """So many rows whose values are still to be written."""
        acc, gyr = (np.empty((rows, MOTION_AXES), np.float32) for _ in range(2))
        return cls(np.empty(rows), acc, gyr)

    @classmethod
    def known(cls, time_s: Floats, acc: Forces, gyr: Forces) -> "MotionRows":
        """The complete ones among samples in which values may be missing; all of them are not copied."""
        time_s, acc, gyr = np.ascontiguousarray(time_s), np.ascontiguousarray(acc), np.ascontiguousarray(gyr)
        if all_known(acc.ravel()) and all_known(gyr.ravel()):
            return cls(time_s, acc, gyr)
        made = cls.room(len(time_s))
        return made.part(0, copy_known(time_s, acc, gyr, 0, made.time_s, made.acc, made.gyr))

    def part(self, start: int, stop: int) -> "MotionRows":
        """The rows start to stop - 1."""
        rows = slice(start, stop)
        return MotionRows(self.time_s[rows], self.acc[rows], self.gyr[rows])

    def write(self, at: int, rows: "MotionRows") -> None:
        """Copy rows to row `at` and after; they may be rows of these."""
        to = slice(at, at + len(rows))
        self.time_s[to], self.acc[to], self.gyr[to] = rows.time_s, rows.acc, rows.gyr


class MotionBuffer:
    """Holds the piece that is worked on and what came before it.

    Args:
        history: rows before the newest that must stay.
    """

    def __init__(self, history: int) -> None:
        self._history = history
        self._settled = MotionRows.room(0)
        self._filled = 0
        self._piece: MotionRows | None = None

    def begin(self, piece: MotionRows) -> None:
        """Put a piece behind what is there, until `settle`."""
        if not len(self._settled):
            self._settled = MotionRows.room(self._history + SPARE_ROWS)
        self._piece = piece

    def rows(self) -> MotionRows:
        """All that is there."""
        settled, piece = self._settled.part(0, self._filled), self._piece
        if piece is None:
            return settled
        return MotionRows(
            np.concatenate((settled.time_s, piece.time_s)),
            np.concatenate((settled.acc, piece.acc)),
            np.concatenate((settled.gyr, piece.gyr)),
        )

    def settle(self) -> None:
        """Keep what later pieces look back at, and let go of the piece."""
        piece, self._piece = self._piece, None
        if piece is None:
            return
        if self._filled + len(piece) > len(self._settled):
            new = min(len(piece), self._history)
            piece = piece.part(len(piece) - new, len(piece))
            old = min(self._filled, self._history - new)
            self._settled.write(0, self._settled.part(self._filled - old, self._filled))
            self._filled = old
        self._settled.write(self._filled, piece)
        self._filled += len(piece)
