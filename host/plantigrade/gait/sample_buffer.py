"""The newest samples of one foot, as far back as cycles and levels may look.

Times and totals lie in one array each. Forces, eight times as much, stay where they came from while a piece
is worked on, and only what later pieces look back at is copied: cycles are read from a few of them, and of a
day most forces are read once, for their sum.
"""

import numpy as np

from plantigrade.gait.short_gaps import Rows
from plantigrade.gait.signals import Floats, Forces

SPARE_ROWS = 4096
"""Rows beyond the history that may stay, so that small pieces do not move it each time."""


class SampleBuffer:
    """Holds the piece that is worked on and what came before it.

    Args:
        history: rows before the newest that must stay.
        most: rows of the longest piece.
        sensors: channels of a row.

    Attributes:
        time_s, total: (n,) of which the first `filled` rows are in use.
        base: how many samples came before row 0.
        filled: rows in use.
    """

    def __init__(self, history: int, most: int, sensors: int) -> None:
        self.time_s: Floats = np.zeros(history + SPARE_ROWS + most)
        self.total: Floats = np.zeros(history + SPARE_ROWS + most)
        self.base = 0
        self.filled = 0
        self._history = history
        self._force: Forces = np.zeros((history + SPARE_ROWS, sensors), np.float32)
        self._piece: Forces = self._force[:0]

    @property
    def _settled(self) -> int:
        """Rows whose forces are copied; those of the piece follow."""
        return self.filled - len(self._piece)

    def begin(self, piece: Rows) -> tuple[int, int]:
        """Put a piece behind what is there, until `settle`; its first row and the row after its last."""
        start, stop = self.filled, self.filled + len(piece)
        self.time_s[start:stop] = piece.time_s
        self.total[start:stop] = piece.total
        self._piece = np.ascontiguousarray(piece.force_n, np.float32)
        self.filled = stop
        return start, stop

    def settle(self) -> None:
        """Keep what later pieces look back at, and let go of the piece."""
        settled = self._settled
        if self.filled <= len(self._force):
            self._force[settled : self.filled] = self._piece
        else:
            drop = self.filled - self._history
            moved = max(0, settled - drop)
            if moved:
                self._force[:moved] = self._force[drop:settled].copy()
            self._force[moved : self._history] = self._piece[drop + moved - settled :]
            for array in (self.time_s, self.total):
                array[: self._history] = array[drop : self.filled].copy()
            self.base += drop
            self.filled = self._history
        self._piece = self._force[:0]

    def forces(self, first: int, last: int) -> Forces:
        """Forces (last - first, S) of rows in use."""
        settled = self._settled
        if first >= settled:
            return self._piece[first - settled : last - settled]
        if last <= settled:
            return self._force[first:last]
        return np.concatenate([self._force[first:settled], self._piece[: last - settled]])
