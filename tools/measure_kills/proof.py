"""Compares what the insoles logged with what is in the recordings, slot by slot and count by count."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from insole_protocol import block
from numpy.typing import NDArray
from plantigrade.bridge.journal import entries
from plantigrade.bridge.slot_ranges import SlotRange, SlotSet
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.finalize import recorded_slots
from plantigrade.library.recordings.frames import FootFrames, read_parquet
from plantigrade.link.batch_decoder import decode_records
from plantigrade.twin.month.feed import FEET, Foot
from plantigrade.twin.month.log import PageLog


@dataclass
class FootProof:
    """What was found of one foot. All counts are slots.

    Attributes:
        acknowledged: slots before the last acknowledgement.
        logged: of these, how many the insole had in its log.
        lost: logged and acknowledged, and neither in a recording nor in the journal of one to come.
        twice: in more than one recording.
        wrong: frames of recordings that differ from what was logged.
        unexplained: requested by a recording, not in it, and without a reason.
    """

    acknowledged: int = 0
    logged: int = 0
    lost: int = 0
    twice: int = 0
    wrong: int = 0
    unexplained: int = 0


@dataclass
class KillsProof:
    """What is left after all kills.

    Attributes:
        feet: by foot.
        recordings: how many there are.
        problems: what is wrong with the state; none means that nothing is.
    """

    feet: dict[Foot, FootProof] = field(default_factory=dict[Foot, FootProof])
    recordings: int = 0
    problems: list[str] = field(default_factory=list[str])

    @property
    def passed(self) -> bool:
        """Nothing lost, nothing twice, nothing wrong."""
        sums = (foot.lost + foot.twice + foot.wrong + foot.unexplained for foot in self.feet.values())
        return not self.problems and not any(sums)


def prove(folder: Path, logs: dict[Foot, PageLog], acknowledged: dict[Foot, int]) -> KillsProof:
    """Compare a library with the insoles' logs.

    Args:
        folder: of the library.
        logs: of the insoles, as they are at the end.
        acknowledged: by foot, the slot before which the insole was told to forget.
    """
    proof = KillsProof()
    with Library(folder) as library:
        proof.recordings = len(library.find())
        for verdict in library.verify_all():
            proof.problems += [f"{verdict.id}: {problem}" for problem in verdict.problems]
        for foot in FEET:
            proof.feet[foot] = _prove_foot(library, foot, logs[foot], acknowledged[foot])
        strays = [path.name for path in library.recordings.iterdir() if path.name.startswith(".")]
        if strays:
            proof.problems.append(f"drafts are left: {', '.join(strays)}")
    return proof


def _prove_foot(library: Library, foot: Foot, log: PageLog, acknowledged: int) -> FootProof:
    proof = FootProof(acknowledged)
    recorded, frames = SlotSet(), list[FootFrames]()
    for entry in library.find():
        folder = library.recordings / entry.id
        for stated in read_manifest(folder).feet:
            if stated.foot != foot:
                continue
            proof.unexplained += stated.missing_by_reason.get("unexplained", 0)
            of_recording = read_parquet(folder / f"{foot}.parquet")
            frames.append(of_recording)
            for piece in _requested(recorded_slots(of_recording), stated.requested):
                proof.twice += piece.slots - sum(new.slots for new in recorded.add(*piece))
    items = [item for item in log.read(0, log.next_seq) if item.record]
    logged = SlotSet()
    for item in items:
        if item.first < acknowledged:
            logged.add(item.first, min(item.end, acknowledged))
    proof.logged = logged.slots
    for piece in _in_journals(library.data_dir / "journal", foot):
        recorded.add(*piece)
    proof.lost = sum(gap.slots for piece in logged for gap in recorded.missing(*piece))
    proof.wrong = _wrong(frames, [item.record for item in items])
    return proof


def _requested(recorded: SlotSet, requested: list[tuple[int, int]]) -> Iterator[SlotRange]:
    """What of it was asked for: a frame of many slots at the seam of two recordings is in both."""
    for first, end in requested:
        for piece in recorded:
            if piece.first < end and piece.end > first:
                yield SlotRange(max(piece.first, first), min(piece.end, end))


def _in_journals(folder: Path, foot: Foot) -> Iterator[SlotRange]:
    """Slots in journals of wearings that are not over."""
    for path in sorted(folder.glob("*.journal")):
        side_of: dict[int, str] = {}
        for entry in entries.scan(path.read_bytes(), entries.Damage()):
            if entry.kind is entries.Kind.INSOLE:
                side_of[entry.insole] = entry.json()["side"]
            elif entry.kind is entries.Kind.RECORD and side_of.get(entry.insole) == foot:
                record = entry.record()[1]
                first = block.seq_of(record)
                yield SlotRange(first, first + block.slots_of(record))


def _wrong(frames: list[FootFrames], records: list[bytes]) -> int:
    """Frames that differ from what was logged for their slot."""
    decoded = decode_records(iter(records))
    seq = np.asarray(decoded.seq, np.int64)
    wrong = 0
    for part in frames:
        at: NDArray[np.intp] = np.searchsorted(seq, part.seq)
        there = at < len(seq)
        there[there] = seq[at[there]] == part.seq[there]
        wrong += int(np.count_nonzero(~there))
        same = np.all(decoded.counts[at[there]] == part.counts[there], axis=1)
        same &= decoded.time_us[at[there]] == part.device_us[there]
        wrong += int(np.count_nonzero(~same))
    return wrong
