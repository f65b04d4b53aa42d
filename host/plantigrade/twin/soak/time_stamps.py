"""How far the time stamps of a recording are from the instants of its samples, as the boards noted them."""

from dataclasses import dataclass

import numpy as np
from insole_protocol import ids

from plantigrade.library.recordings.frames import FootFrames
from plantigrade.twin.soak.board import Board
from plantigrade.twin.soak.proof import NOTE, SLOT_US

ALLOWED_US = 500
"""A sample that is farther from its time stamp must be in a record that says so (PROTOCOL.md section 1.1)."""


@dataclass(frozen=True)
class TimeStamps:
    """What the comparison of one insole found; times by the device's clock.

    Attributes:
        samples: samples that are in the recording.
        off_us: the largest distance of any of them from its time stamp.
        unmarked_off_us: the largest among those whose record says nothing of it.
        off: samples that are farther than `ALLOWED_US`.
        marked: samples in records that say so.
    """

    samples: int = 0
    off_us: int = 0
    unmarked_off_us: int = 0
    off: int = 0
    marked: int = 0

    @property
    def honest(self) -> bool:
        """Whether every record with a sample too far from its time says so."""
        return self.unmarked_off_us <= ALLOWED_US


def check_time_stamps(board: Board, frames: FootFrames) -> TimeStamps:
    """Compare every time stamp of a recording with the instant at which its sample was taken."""
    samples = off = marked = off_us = unmarked_off_us = 0
    for boot, path in board.boots:
        taken_us = np.fromfile(path, NOTE)["device_us"].astype(np.int64)
        of_boot = np.flatnonzero(frames.boot == boot)
        for slots in np.unique(frames.slots[of_boot]).tolist():
            chosen = of_boot[frames.slots[of_boot] == slots]
            stamps_us = frames.device_us[chosen]
            first = np.searchsorted(taken_us, stamps_us - SLOT_US // 4)
            there = first + slots <= len(taken_us)
            is_marked = (frames.status[chosen][there] & ids.STATUS_OFF_GRID) != 0
            for slot in range(slots):
                distance_us = np.abs(taken_us[first[there] + slot] - stamps_us[there] - slot * SLOT_US)
                samples += len(distance_us)
                marked += int(np.count_nonzero(is_marked))
                off += int(np.count_nonzero(distance_us > ALLOWED_US))
                off_us = max(off_us, int(distance_us.max(initial=0)))
                unmarked_off_us = max(unmarked_off_us, int(distance_us[~is_marked].max(initial=0)))
    return TimeStamps(samples, off_us, unmarked_off_us, off, marked)
