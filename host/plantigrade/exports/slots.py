"""Samples on rows of equal distance, for formats that know only a sampling rate."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.export_data import ExportData, ExportError, ExportFoot

MAX_ROWS: Final = 200_000_000
_DEVICE_BREAK_S: Final = 0.5
_PIECE: Final = 1 << 20


@dataclass(frozen=True, eq=False)
class SlotRows:
    """Where the frames of one foot lie on rows of equal distance that begin with the recording.

    Attributes:
        row: (m,) row of each slot, rising.
        frame: (m,) index of the frame that each row shows; a frame of several slots fills as many rows.
        nth: (m,) which of its frame's slots each row is, from 0.
    """

    row: NDArray[np.int32]
    frame: NDArray[np.int32]
    nth: NDArray[np.uint8]

    def between(self, start: int, stop: int) -> "SlotRows":
        """Those on rows `start` to before `stop`."""
        first, last = np.searchsorted(self.row, [start, stop])
        return SlotRows(self.row[first:last], self.frame[first:last], self.nth[first:last])

    def spread(self, values: NDArray[np.generic], rows: int, missing: float) -> NDArray[np.generic]:
        """(rows, ...) the values of the frames on their rows, `missing` elsewhere."""
        out = np.full((rows, *values.shape[1:]), missing, values.dtype)
        out[self.row] = values[self.frame]
        return out


def slot_rows(foot: ExportFoot, rate_hz: float) -> SlotRows:
    """Rows for every slot of a foot whose time is known.

    Slots that follow each other without a gap take rows that follow each other, so that no sample is lost or
    doubled where the insole's clock runs a little fast or slow; each run of slots begins on the row nearest
    to its time, or after the run before it. Frames without a time have no row.

    Raises:
        ExportError: the recording spans more rows than can be meant.
    """
    finite = np.isfinite(foot.time_s)
    known = slice(None) if finite.all() else np.flatnonzero(finite)
    seq, slots, times = foot.seq[known], foot.slots[known], foot.time_s[known]
    if not len(seq):
        return SlotRows(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.uint8))
    edges = [0, *_breaks(seq, slots, times, rate_hz).tolist(), len(seq)]
    single = int(slots.max()) == 1  # the usual case, for long recordings
    lengths = np.diff(edges) if single else np.add.reduceat(slots.astype(np.int64), edges[:-1])
    row = np.empty(int(lengths.sum()), np.int32)
    filled = reached = 0
    for start, length in zip(edges[:-1], lengths.tolist(), strict=True):
        begin = max(round(float(times[start]) * rate_hz), reached)
        reached = begin + length
        if reached > MAX_ROWS:
            raise ExportError(
                f"the {foot.foot} foot spans {reached} rows of equal distance, more than any reader opens; "
                "use csv or parquet"
            )
        row[filled : filled + length] = np.arange(begin, reached)
        filled += length
    frame = np.arange(len(foot), dtype=np.int32)[known]
    if single:
        return SlotRows(row, frame, np.zeros(len(frame), np.uint8))
    first = np.cumsum(slots, dtype=np.int64) - slots
    nth = np.arange(len(row)) - np.repeat(first, slots)
    return SlotRows(row, np.repeat(frame, slots), nth.astype(np.uint8))


def _breaks(
    seq: NDArray[np.int64], slots: NDArray[np.uint8], times: NDArray[np.float64], rate_hz: float
) -> NDArray[np.int64]:
    """Where a run of slots begins that does not follow the one before; in pieces, to need little memory."""
    found: list[NDArray[np.int64]] = []
    for start in range(0, len(seq), _PIECE):
        part = slice(start, start + _PIECE + 1)
        step = slots[part][:-1].astype(np.int64)
        follows = np.diff(seq[part]) == step
        follows &= np.abs(np.diff(times[part]) - step / rate_hz) < _DEVICE_BREAK_S
        found.append(np.flatnonzero(~follows) + start + 1)
    return np.concatenate(found)


def row_count(feet: "list[SlotRows]") -> int:
    """Rows that hold all of the feet."""
    return max((int(one.row[-1]) + 1 for one in feet if len(one.row)), default=0)


def needs_rows(data: ExportData, what: str) -> tuple[list[SlotRows], int]:
    """The rows of every foot and how many there are.

    Raises:
        ExportError: no frame has a time.
    """
    feet = [slot_rows(foot, data.rate_hz) for foot in data.feet]
    rows = row_count(feet)
    if not rows:
        raise ExportError(f"{data.id}: no frame has a time, which {what} needs; use csv or parquet")
    return feet, rows


def row_offset_ms(foot: ExportFoot, rows: SlotRows, rate_hz: float) -> NDArray[np.float64]:
    """(m,) true time minus the row's time of each filled row, in milliseconds."""
    true_s = foot.time_s[rows.frame] + rows.nth / rate_hz
    return np.asarray((true_s - rows.row / rate_hz) * 1e3, np.float64)
