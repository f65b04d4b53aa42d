"""Forces of a foot on rows of the nominal rate while they come in, as `posture.even_time` places them in a
recording."""

import numpy as np

from plantigrade.array_types import F32, F64
from plantigrade.posture.rules_engine.even_time import even_places
from plantigrade.posture.settings import WATCHED_PIECE_S


class EvenRows:
    """A growing piece of even rows of one foot, NaN where nothing was recorded.

    Rows lie at even times from the start of each minute, as in `alerts_of`, so that a sample falls on the
    same row live and afterwards.

    Args:
        rate_hz: rows per second.
        sensors: of the foot.
        start_s: time of row 0.
        first: number of the row that is taken first; of rows before it nothing is wanted any more.
    """

    def __init__(self, rate_hz: float, sensors: int, start_s: float = 0.0, first: int = 0) -> None:
        self._rate_hz, self._start_s = rate_hz, start_s
        self._piece_rows = round(WATCHED_PIECE_S * rate_hz)
        self._rows: F32 = np.empty((0, sensors), np.float32)
        self._first = first

    def add(self, time_s: F64, force_n: F32) -> None:
        """Samples (n,), (n, S) in the order of their times; those of rows that were taken are left out."""
        if not len(time_s):
            return
        piece = np.floor((time_s - self._start_s) / WATCHED_PIECE_S).astype(np.int64)
        for number in range(int(piece[0]), int(piece[-1]) + 1):
            chosen = slice(*np.searchsorted(piece, [number, number + 1]).tolist())
            at_s = self._start_s + number * WATCHED_PIECE_S
            places = even_places(time_s[chosen], at_s, self._piece_rows, self._rate_hz)
            self._put(number * self._piece_rows + places - self._first, force_n[chosen])

    def _put(self, rows: "np.ndarray[tuple[int], np.dtype[np.int64]]", force_n: F32) -> None:
        new = rows >= 0
        if not new.any():
            return
        lacking = int(rows[new].max()) + 1 - len(self._rows)
        if lacking > 0:
            blank = np.full((lacking, self._rows.shape[1]), np.nan, np.float32)
            self._rows = np.concatenate([self._rows, blank])
        self._rows[rows[new]] = force_n[new]

    @property
    def end(self) -> int:
        """Number of the row after the newest."""
        return self._first + len(self._rows)

    def take(self, end: int) -> F32:
        """The rows that come next, up to the number `end`."""
        count = max(0, end - self._first)
        taken = self._rows[:count]
        if len(taken) < count:
            blank = np.full((count - len(taken), self._rows.shape[1]), np.nan, np.float32)
            taken = np.concatenate([taken, blank])
        self._rows = self._rows[count:].copy()
        self._first += count
        return taken
