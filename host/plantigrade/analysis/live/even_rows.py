"""Forces of a foot on rows of the nominal rate while they come in, as `posture.even_time` places them in a
recording."""

import numpy as np
from numpy.typing import NDArray

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
        self._sensors = sensors
        self._pieces: dict[int, F32] = {}
        self._first = first
        self._end = first

    def add(self, time_s: F64, force_n: F32) -> None:
        """Samples (n,), (n, S) in the order of their times; those of rows that were taken are left out."""
        piece = np.floor((time_s - self._start_s) / WATCHED_PIECE_S).astype(np.int64)
        for number in np.unique(piece).tolist():
            chosen = slice(*np.searchsorted(piece, [number, number + 1]).tolist())
            at_s = self._start_s + number * WATCHED_PIECE_S
            places = even_places(time_s[chosen], at_s, self._piece_rows, self._rate_hz)
            self._put(number, places, force_n[chosen])

    def _put(self, number: int, places: NDArray[np.intp], force_n: F32) -> None:
        before = number * self._piece_rows
        new = before + places >= self._first
        if not new.any():
            return
        rows = self._pieces.get(number)
        if rows is None:  # only minutes with samples take room: a night without any is hours long
            rows = self._pieces[number] = self._blank(self._piece_rows)
        rows[places[new]] = force_n[new]
        self._end = max(self._end, before + int(places[new].max()) + 1)

    def _blank(self, rows: int) -> F32:
        return np.full((rows, self._sensors), np.nan, np.float32)

    @property
    def end(self) -> int:
        """Number of the row after the newest."""
        return self._end

    def take(self, end: int) -> F32:
        """The rows that come next, up to the number `end`."""
        taken = self._blank(max(0, end - self._first))
        for number in sorted(self._pieces):
            before = number * self._piece_rows
            low, high = max(before, self._first), min(before + self._piece_rows, end)
            if low < high:
                taken[low - self._first : high - self._first] = self._pieces[number][
                    low - before : high - before
                ]
            if before + self._piece_rows <= end:
                del self._pieces[number]
        self._first = max(self._first, end)
        self._end = max(self._end, self._first)
        return taken
