"""Verifies recordings: checksums, order, and a manifest that agrees with the file slot by slot; lists every
gap with its reason."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from plantigrade.bridge.slot_ranges import SlotSet
from plantigrade.gait.signals import NO_NUMBER
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import key_of, matches_sum
from plantigrade.library.recordings.computed import problems_of_computed, raw_removed
from plantigrade.library.recordings.container import FORCES, FootManifest, RecordingManifest, read_manifest
from plantigrade.library.recordings.finalize import recorded_slots, slots_of
from plantigrade.library.recordings.forces import ForceFrames, read_forces
from plantigrade.library.recordings.frames import FootFrames, read_parquet

if TYPE_CHECKING:
    from plantigrade.library.keys.vault import Vault

SCHEMA = "plantigrade.verify/1"


@dataclass
class Verdict:
    """What verification found of one recording.

    Attributes:
        id: name of the recording.
        problems: as texts; none means that the recording is sound.
        manifest: as stated by the recording; None if it cannot be read.
    """

    id: str
    problems: list[str] = field(default_factory=list[str])
    manifest: RecordingManifest | None = None

    @property
    def ok(self) -> bool:
        """Whether the recording is sound."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The entry of `sessions verify --json`."""
        feet = [] if self.manifest is None else self.manifest.feet
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


def verify(folder: Path, vault: "Vault | None" = None) -> Verdict:
    """Verify one recording, an encrypted one with the library's key. Damage is a finding, not an error."""
    verdict = Verdict(folder.name)
    try:
        verdict.manifest = read_manifest(folder)
    except RecordingError as error:
        verdict.problems.append(str(error))
        return verdict
    for foot in verdict.manifest.feet:
        path = folder / f"{foot.foot}.parquet"
        if raw_removed(folder) and not path.exists():
            continue  # by the person's rule; the manifest and what was computed stay
        try:
            if not matches_sum(folder, foot.foot, foot.sha256):
                verdict.problems.append(f"{path.name}: checksum does not match; the file has changed")
            key = key_of(folder, foot.foot, vault)
            found = (
                _problems_of_forces(foot, read_forces(path, key))
                if verdict.manifest.content == FORCES
                else _problems_of_counts(foot, read_parquet(path, key))
            )
            verdict.problems += [f"{path.name}: {problem}" for problem in found]
        except RecordingError as error:
            verdict.problems.append(f"{path.name}: {error.problem}")
        except OSError as error:
            verdict.problems.append(f"{path.name}: cannot be read: {error.strerror}")
    verdict.problems += problems_of_computed(folder, vault)
    return verdict


def _problems_of_forces(foot: FootManifest, frames: ForceFrames) -> list[str]:
    found: list[str] = []
    if len(frames) and bool(np.any(np.diff(frames.seq) <= 0)):
        return ["samples are out of order or there twice"]
    if len(frames) and bool(np.any(np.diff(frames.time_s) < 0)):
        found.append("time runs backwards")
    numbers = frames.seq[~(frames.is_empty() & _listed_as_empty(foot, frames.seq))]
    slots = np.ones(len(numbers), np.int64)
    return found + _problems_of_manifest(foot, len(frames), slots_of(numbers, slots))


def _listed_as_empty(foot: FootManifest, seq: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Samples that the manifest counts as missing though they are there; older manifests count them all."""
    listed = np.zeros(len(seq), np.bool_)
    for gap in foot.gaps:
        if gap.reason == NO_NUMBER:
            listed |= (seq >= gap.first) & (seq < gap.end)
    return listed


def _problems_of_counts(foot: FootManifest, frames: FootFrames) -> list[str]:
    end = frames.seq + frames.slots
    if len(frames) and bool(np.any(frames.seq[1:] < end[:-1])):
        return ["slots are out of order or there twice"]
    found = ["counts above 4095"] if len(frames) and int(frames.counts.max()) > 4095 else []
    return found + _problems_of_manifest(foot, len(frames), recorded_slots(frames))


def _problems_of_manifest(foot: FootManifest, rows: int, recorded: SlotSet) -> list[str]:
    found = [] if rows == foot.rows else [f"{rows} rows, the manifest says {foot.rows}"]
    requested = sum(end - first for first, end in foot.requested)
    there = sum(recorded.within(first, end) for first, end in foot.requested)
    explained = SlotSet()
    explained_slots = 0
    for gap in foot.gaps:
        explained_slots += sum(piece.slots for piece in explained.add(gap.first, gap.end))
        if recorded.within(gap.first, gap.end):
            found.append(f"slots {gap.first} to {gap.end} are listed as missing but some are there")
    lacking = sum(
        piece.slots
        for first, end in foot.requested
        for absent in recorded.missing(first, end)
        for piece in explained.missing(*absent)
    )
    if lacking:
        found.append(f"{lacking} slots are missing without a reason")
    stated = (foot.frames_requested, foot.frames_recorded, foot.frames_missing)
    if stated != (requested, there, explained_slots) or requested != there + explained_slots:
        found.append(
            f"slot counts do not balance: stated {stated[0]} = {stated[1]} + {stated[2]}, "
            f"found {requested} = {there} + {explained_slots}"
        )
    return found
