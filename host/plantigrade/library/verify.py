"""Proves recordings: checksums, order, and books that agree with the file slot by slot; lists every gap
with its reason."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from plantigrade.bridge.ranges import SlotSet
from plantigrade.library.frames import FootFrames, RecordingError, read_parquet
from plantigrade.library.recording import (
    FootBooks,
    RecordingBooks,
    file_sum,
    read_books,
)
from plantigrade.library.seal import recorded_slots

SCHEMA = "plantigrade.verify/1"


@dataclass
class Verdict:
    """What verification found of one recording.

    Attributes:
        id: name of the recording.
        problems: in words; none means that the recording is proved.
        books: as stated by the recording; None if they cannot be read.
    """

    id: str
    problems: list[str] = field(default_factory=list[str])
    books: RecordingBooks | None = None

    @property
    def ok(self) -> bool:
        """Whether the recording is sound."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The entry of `sessions verify --json`."""
        feet = [] if self.books is None else self.books.feet
        return {
            "id": self.id,
            "ok": self.ok,
            "frames_requested": sum(foot.frames_requested for foot in feet),
            "frames_recorded": sum(foot.frames_recorded for foot in feet),
            "frames_missing": sum(foot.frames_missing for foot in feet),
            "gaps": [
                {
                    "foot": foot.foot,
                    "from_s": gap.from_s,
                    "to_s": gap.to_s,
                    "reason": gap.reason,
                    "first_slot": gap.first,
                    "end_slot": gap.end,
                }
                for foot in feet
                for gap in foot.gaps
            ],
            "problems": self.problems,
        }


def verify(folder: Path) -> Verdict:
    """Verify one recording. Damage is a finding, not an error."""
    verdict = Verdict(folder.name)
    try:
        verdict.books = read_books(folder)
    except RecordingError as error:
        verdict.problems.append(str(error))
        return verdict
    for foot in verdict.books.feet:
        path = folder / f"{foot.foot}.parquet"
        try:
            if file_sum(path) != foot.sha256:
                verdict.problems.append(f"{path.name}: checksum does not match; the file has changed")
            verdict.problems += [f"{path.name}: {problem}" for problem in _problems(foot, read_parquet(path))]
        except RecordingError as error:
            verdict.problems.append(f"{path.name}: {error.problem}")
        except OSError as error:
            verdict.problems.append(f"{path.name}: cannot be read: {error.strerror}")
    return verdict


def _problems(foot: FootBooks, frames: FootFrames) -> list[str]:
    found: list[str] = []
    if len(frames) != foot.rows:
        found.append(f"{len(frames)} rows, the books say {foot.rows}")
    end = frames.seq + frames.slots
    if len(frames) and bool(np.any(frames.seq[1:] < end[:-1])):
        found.append("slots are out of order or there twice")
        return found
    if len(frames) and int(frames.counts.max()) > 4095:
        found.append("counts above 4095")
    recorded = recorded_slots(frames)
    requested = sum(end - first for first, end in foot.requested)
    there = sum(recorded.within(first, end) for first, end in foot.requested)
    told = SlotSet()
    told_slots = 0
    for gap in foot.gaps:
        told_slots += sum(piece.slots for piece in told.add(gap.first, gap.end))
        if recorded.within(gap.first, gap.end):
            found.append(f"slots {gap.first} to {gap.end} are said to be missing but some are there")
    lacking = sum(
        piece.slots
        for first, end in foot.requested
        for piece in recorded.missing(first, end)
        if not _in(told, *piece)
    )
    if lacking:
        found.append(f"{lacking} slots are missing without a word")
    stated = (foot.frames_requested, foot.frames_recorded, foot.frames_missing)
    if stated != (requested, there, told_slots) or requested != there + told_slots:
        found.append(
            f"books do not balance: stated {stated[0]} = {stated[1]} + {stated[2]}, "
            f"found {requested} = {there} + {told_slots}"
        )
    return found


def _in(slots: SlotSet, first: int, end: int) -> bool:
    return not slots.missing(first, end)
