"""Which slots had no sample although the sampler ran, and what held the chip at that time.

The boards note when each sample was taken and when the chip was held or busy, by the device's clock; neither
firmware nor bridge is asked.
"""

from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plantigrade.twin.soak.board import Board
from plantigrade.twin.soak.proof import NOTE, SLOT_US
from plantigrade.twin.soak.wearing import RATE_HZ

HELD = np.dtype([("begun_us", "<u8"), ("us", "<u4"), ("cause", "<u4")])
EARLY_US = SLOT_US // 4
"""A sample may come so much before its slot is due, as the firmware's sampler has it."""
UNKNOWN = "unknown"


def slots_of(taken_us: NDArray[np.int64]) -> NDArray[np.int64]:
    """The slot of each sample of a power-on, from 0 on, by the times at which they were taken.

    The first samples are on time, but for a microsecond to which times in the soak are rounded up.
    """
    first_us = taken_us[:1]
    settled = (taken_us[:RATE_HZ] - first_us) % SLOT_US
    late_us = np.count_nonzero(settled == SLOT_US - 1) > 0
    return (taken_us - first_us + int(late_us) + EARLY_US) // SLOT_US


def lost_by_cause(board: Board) -> dict[str, int]:
    """Slots without a sample between the first and the last sample of each power-on, by what took the longest
    of the time between the samples around them; `UNKNOWN` where the chip was neither held nor busy."""
    lost: Counter[str] = Counter()
    for _, truth in board.boots:
        names = {code: name for (path, code), name in board.causes.items() if path == truth}
        taken_us = np.fromfile(truth, NOTE)["device_us"].astype(np.int64)
        for cause, slots in _lost(taken_us, _notes(board.held_of(truth))).items():
            lost[names.get(cause, UNKNOWN)] += slots
    return dict(sorted(lost.items()))


def held_by_cause(board: Board) -> dict[str, tuple[int, int]]:
    """How often the chip was held or busy for a millisecond or more, and for how many milliseconds in all."""
    found: dict[str, tuple[int, int]] = {}
    for _, truth in board.boots:
        notes = _notes(board.held_of(truth))
        for (path, code), name in board.causes.items():
            if path == truth:
                chosen = notes["us"][notes["cause"] == code]
                times, ms = found.get(name, (0, 0))
                found[name] = times + len(chosen), ms + round(int(chosen.sum()) / 1000)
    return dict(sorted(found.items()))


def _notes(path: Path) -> NDArray[np.void]:
    return np.fromfile(path, HELD) if path.exists() else np.empty(0, HELD)


def _lost(taken_us: NDArray[np.int64], held: NDArray[np.void]) -> dict[int, int]:
    """Lost slots by the code of their cause, -1 for an unknown one."""
    lost: Counter[int] = Counter()
    if len(taken_us) < 2:
        return {}
    slot = slots_of(taken_us)
    begun = held["begun_us"].astype(np.int64)
    ended = begun + held["us"]
    for before in np.flatnonzero(np.diff(slot) > 1):
        first_us, last_us = taken_us[before], taken_us[before + 1]
        overlap = np.minimum(ended, last_us) - np.maximum(begun, first_us)
        longest: Counter[int] = Counter()
        for index in np.flatnonzero(overlap > 0):
            longest[int(held["cause"][index])] += int(overlap[index])
        cause = longest.most_common(1)[0][0] if longest else -1
        lost[cause] += int(slot[before + 1] - slot[before] - 1)
    return dict(lost)
