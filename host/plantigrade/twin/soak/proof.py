"""Compares a recording with what the boards' sensors showed, sample by sample, without a line of firmware or
bridge."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantigrade.library.recordings.frames import FootFrames
from plantigrade.twin.soak.board import Board

NOTE = np.dtype([("device_us", "<u8"), ("row", "<u4"), ("pad", "<u4")])
SLOT_US = 10_000
LATEST_US = 7_500
"""A sample belongs to a slot if it was taken at most three quarters of a slot late."""


@dataclass(frozen=True)
class Proof:
    """What the comparison of one insole found.

    Attributes:
        sampled: samples that its sensors gave while it ran.
        recorded: of these, how many the recording holds (in means of several, too).
        wrong: frames that differ from what was sampled at their time, or had nothing sampled.
    """

    sampled: int
    recorded: int
    wrong: int

    @property
    def lost(self) -> int:
        """Samples that are in no recording."""
        return self.sampled - self.recorded


def check_frames(board: Board, frames: FootFrames, counts: NDArray[np.uint16]) -> Proof:
    """Compare the frames of one insole with the notes of its board.

    Args:
        board: after the soak.
        frames: as recorded.
        counts: (n, 16) the rows that the sensors played.
    """
    sampled = recorded = wrong = 0
    seen: set[int] = set()
    for boot, path in board.boots:
        notes = np.fromfile(path, NOTE)
        sampled += len(notes)
        chosen = np.flatnonzero(frames.boot == boot)
        seen.add(boot)
        for slots in np.unique(frames.slots[chosen]).tolist():
            part = chosen[frames.slots[chosen] == slots]
            wrong += _wrong(notes, frames.device_us[part], frames.counts[part], counts, slots)
            recorded += len(part) * slots
    wrong += int(np.count_nonzero(~np.isin(frames.boot, list(seen))))
    return Proof(sampled, recorded, wrong)


def _wrong(
    notes: NDArray[np.void],
    device_us: NDArray[np.int64],
    frames: NDArray[np.uint16],
    counts: NDArray[np.uint16],
    slots: int,
) -> int:
    """How many frames, each the mean of `slots` samples, are not what was sampled."""
    taken_us = notes["device_us"].astype(np.int64)
    first = np.searchsorted(taken_us, device_us - SLOT_US // 4)
    last = first + slots - 1
    there = last < len(taken_us)
    wrong = int(np.count_nonzero(~there))
    first, device_us, frames = first[there], device_us[there], frames[there]
    last_us = taken_us[last[there]]
    late = (last_us - device_us - (slots - 1) * SLOT_US > LATEST_US) | (
        taken_us[first] - device_us > LATEST_US
    )
    total = np.full((len(first), frames.shape[1]), slots // 2, np.int64)
    for offset in range(slots):
        total += counts[notes["row"][first + offset]]
    differs = np.any(total // slots != frames, axis=1)
    return wrong + int(np.count_nonzero(late | differs))


def flipped_bit(board: Board, held_to: int, choice: float) -> bool:
    """Flip one bit of a stored page whose slots all lie before `held_to`. False if there is no such page."""
    from insole_protocol.log_records import HEADER_BYTES, PAGE_BYTES, PageHeader

    path, pages = board.log_file
    old: list[int] = []
    newest = -1
    with path.open("r+b") as file:
        first_seqs: dict[int, int] = {}
        header = PageHeader()
        for index in range(pages):
            file.seek(index * PAGE_BYTES)
            if header.parse(file.read(HEADER_BYTES)):
                first_seqs[header.page_seq] = header.first_seq
                newest = max(newest, header.page_seq)
        for page in first_seqs:
            if first_seqs.get(page + 1, held_to + 1) <= held_to and page + 1 < newest:
                old.append(page)
        if not old:
            return False
        page = old[int(choice * len(old))]
        place = page % pages * PAGE_BYTES + int(choice * 1e6) % PAGE_BYTES
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes((byte ^ 1 << int(choice * 1e4) % 8,)))
    return True
