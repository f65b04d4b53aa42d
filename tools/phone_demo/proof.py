"""Whether what the phone has saved is what the insoles measured, and all of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from plantigrade.bridge.slot_ranges import SlotSet
from plantigrade.library.recordings.finalize import read_journal
from plantigrade.library.recordings.frames import FootFrames
from plantigrade.twin.body.feed import read_feed

_NEAR: Final = 2
"""Rows of the feed: a scan takes some milliseconds and may begin in one row and end in the next."""


@dataclass(frozen=True)
class FeedProof:
    """How many full-rate frames are rows of what the sensors were shown.

    Attributes:
        compared, equal: frames.
    """

    compared: int
    equal: int


def compare_with_feed(frames: FootFrames, feed: Path) -> FeedProof:
    """Hold the frames of one boot against the rows that the board's sensors played.

    A frame is equal when each of its 16 counts stands, for its sensor, in one of the rows at that time.
    """
    rows, _ = read_feed(feed)
    chosen = (frames.slots == 1) & (frames.boot == frames.boot[0])
    counts, seq = frames.counts[chosen], frames.seq[chosen]
    if not len(seq):
        return FeedProof(0, 0)
    first = _first_row(counts, seq, rows)
    near = np.zeros(counts.shape, np.bool_)
    for shift in range(-_NEAR, _NEAR + 1):
        near |= rows[(first + seq + shift) % len(rows)] == counts
    return FeedProof(len(seq), int(near.all(axis=1).sum()))


def _first_row(counts: NDArray[np.uint16], seq: NDArray[np.int64], rows: NDArray[np.uint16]) -> int:
    """The row that slot 0 would have played: where the first hundred frames fit best."""
    some = slice(0, 100)
    fits = [int((rows[(first + seq[some]) % len(rows)] == counts[some]).sum()) for first in range(len(rows))]
    return int(np.argmax(fits))


@dataclass
class Saved:
    """What saved journals hold of one insole.

    Attributes:
        slots: brought by records, or explained by the insole.
        explained: of these, those that the insole says it has not.
        damaged_bytes: of all files.
    """

    slots: SlotSet
    explained: int = 0
    damaged_bytes: int = 0


def saved_slots(files: list[Path]) -> dict[str, Saved]:
    """What journals hold, by serial number; records are taken by their headers, so that no key is needed."""
    from insole_protocol import block

    found: dict[str, Saved] = {}
    for path in files:
        content = read_journal(path)
        for foot in content.feet.values():
            one = found.setdefault(foot.identity["serial"], Saved(SlotSet()))
            one.damaged_bytes += content.damage.bytes + content.damage.tail
            for record in foot.records:
                first = block.seq_of(record)
                one.slots.add(first, first + block.slots_of(record))
            for gap in foot.gaps:
                one.explained += gap.end - gap.first
                one.slots.add(gap.first, gap.end)
    return found
