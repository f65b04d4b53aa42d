"""Days of virtual people as recordings, and copies of them."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.library.recordings.container import (
    Draft,
    FootManifest,
    RecordingManifest,
    read_manifest,
)
from plantigrade.library.recordings.frames import FootFrames
from plantigrade.twin.body.day import live_through, ordinary_day
from plantigrade.twin.body.person import draw_person
from plantigrade.twin.electrical import FrontEnd

RATE_HZ: Final = 100
START_NS: Final = 1_772_000_000_000_000_000


def make_day(recordings: Path, number: int, hours: float) -> Path:
    """A virtual person's day on two insoles, as a recording."""
    fronts = {Foot.LEFT: FrontEnd(2 * number), Foot.RIGHT: FrontEnd(2 * number + 1)}
    counts: dict[Foot, list[Any]] = {foot: [] for foot in fronts}
    for _, walk in live_through(draw_person(number), ordinary_day(hours, number), number):
        for foot, force in ((Foot.LEFT, walk.left), (Foot.RIGHT, walk.right)):
            counts[foot].append(fronts[foot].counts(force, RATE_HZ).astype(np.uint16))
    draft = Draft.begin(recordings, f"day-{number:04d}-0000")
    feet = [_foot(draft, foot.value, np.concatenate(parts)) for foot, parts in counts.items()]
    rows = feet[0].rows
    return draft.finish(
        RecordingManifest(draft.target.name, START_NS, rows / RATE_HZ, {"made_by": "measure_archive"}, feet)
    )


def _foot(draft: Draft, name: str, counts: Any) -> FootManifest:
    rows = len(counts)
    seq = np.arange(rows, dtype=np.int64)
    frames = FootFrames(
        seq=seq,
        slots=np.ones(rows, np.uint8),
        boot=np.ones(rows, np.uint16),
        status=np.zeros(rows, np.uint16),
        device_us=seq * 10_000,
        host_ns=START_NS + seq * 10_000_000,
        uncertainty_us=np.full(rows, 500, np.int32),
        counts=counts,
    )
    identity = {"serial": f"V-{draft.target.name}-{name}", "side": name, "firmware": "0", "layout": 1}
    return FootManifest(
        foot=name,
        insole=identity | {"protocol_version": 1, "capabilities": 0, "period_us": 10_000},
        requested=[(0, rows)],
        frames_requested=rows,
        frames_recorded=rows,
        frames_missing=0,
        missing_by_reason={},
        gaps=[],
        rows=rows,
        sha256=draft.write_frames(name, frames),
    )


def copy_day(source: Path, name: str) -> None:
    """The same samples under another name, without taking room twice."""
    target = source.parent / name
    target.mkdir()
    for path in source.glob("*.parquet"):
        os.link(path, target / path.name)
    (target / "recording.json").write_text(replace(read_manifest(source), id=name).as_json())
