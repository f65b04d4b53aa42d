"""A recording to export: the bundled walk through the virtual front end, sealed as the library does it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Foot, FootSignal, TimeGap, Walk
from plantigrade.library.entries import Note, Person, StoredAlert
from plantigrade.library.recordings.container import (
    FORCES,
    Draft,
    FootManifest,
    RecordedGap,
    RecordingManifest,
)
from plantigrade.library.recordings.forces import from_signal, layout_as_json
from plantigrade.library.recordings.frames import FootFrames
from plantigrade.library.recordings.reader import RecordingReader
from plantigrade.link.motion_ranges import status_of
from plantigrade.twin.body import load_walk
from plantigrade.twin.electrical import FrontEnd

START_NS = 1_779_997_131_123_456_000
RATE_HZ = 100.0
NAME, SERIAL, BIRTH = "Grüße Ångström", "c0ffee123456", date(1951, 3, 9)
GAP = (700, 760)
SECRETS = (
    NAME,
    "Grüße",
    SERIAL,
    BIRTH.isoformat(),
    "MAR-1951",
    "28.05.2026",
    "MAY-2026",
    "2026-05",
    "remark of the doctor",
    "walk-20260528",
)


@dataclass(frozen=True)
class Opened(RecordingReader):
    """What the library opens: the sealed files and what the catalogue knows."""

    person: Person | None = None
    notes: Sequence[Note] = ()
    alerts: Sequence[StoredAlert] = ()

    def analysis(self) -> Analysis:
        return analyze(self.walk())


def frames_of(counts: np.ndarray, ppm: float, offset_us: int, seed: int) -> FootFrames:
    """Frames with a gap, a clock of their own and reduced rate at the end."""
    draw = np.random.default_rng(seed)
    slots = np.ones(len(counts), np.uint8)
    slots[-20:] = 10
    seq = np.cumsum(slots, dtype=np.int64) - slots + 5000
    device_us = (seq - 5000) * 10_000 + 77_000_000
    host_ns = START_NS + np.rint((device_us - 77_000_000 + offset_us) * (1 + ppm * 1e-6) * 1e3).astype(
        np.int64
    )
    frames = FootFrames(
        seq=seq,
        slots=slots,
        boot=np.full(len(counts), 3, np.uint16),
        status=np.zeros(len(counts), np.uint16),
        device_us=device_us,
        host_ns=host_ns,
        uncertainty_us=draw.integers(200, 900, len(counts)).astype(np.int32),
        counts=counts,
    )
    keep = np.ones(len(counts), bool)
    keep[slice(*GAP)] = False
    return frames.rows(keep)


def with_motion(frames: FootFrames) -> FootFrames:
    """The frames with raw motion of any size, in wide ranges at first and in narrower ones then."""
    draw = np.random.default_rng(len(frames))
    imu = draw.integers(-32767, 32768, (len(frames), 6)).astype(np.int16)
    status = np.where(np.arange(len(frames)) < 500, status_of(16, 2000), status_of(4, 500))
    return replace(frames, imu=imu, status=status.astype(np.uint16))


def counts_recording(root: Path, seconds: float = 20.0, motion: bool = False) -> Opened:
    """Both feet with a gap in each, different clocks, a named wearer, a note and an alert."""
    walk = load_walk().cut(seconds)
    draft = Draft.begin(root, "walk-20260528")
    feet: list[FootManifest] = []
    for name, force, ppm, offset in (("left", walk.left, 20.0, 0), ("right", walk.right, -15.0, 4_321)):
        counts = FrontEnd(seed=len(feet)).counts(force, RATE_HZ)
        frames = frames_of(counts, ppm, offset, len(feet))
        frames = with_motion(frames) if motion else frames
        slots = int(frames.seq[-1] - frames.seq[0]) + int(frames.slots[-1])
        gap = RecordedGap(5000 + GAP[0], 5000 + GAP[1], GAP[0] / 100, GAP[1] / 100, "overrun")
        missing = GAP[1] - GAP[0]
        insole = {"serial": SERIAL, "side": name, "layout": 1, "firmware": "0.1.0"}
        digest = draft.write_frames(name, frames)
        feet.append(
            FootManifest(
                name, insole, [(5000, 5000 + slots)], slots, slots - missing, missing, {"overrun": missing},
                [gap], len(frames), digest,
            )
        )  # fmt: skip
    provenance = {"made_by": "plantigrade bridge", "journal": f"of {NAME}"}
    folder = draft.finish(RecordingManifest("walk-20260528", START_NS, seconds + 1.8, provenance, feet))
    now = datetime(2026, 5, 28, tzinfo=UTC)
    return Opened(
        folder,
        RecordingReader.open(folder).manifest,
        person=Person("P001", NAME, BIRTH, "female", 171.0, 68.0, 40.0, "remark of the doctor", "UTC"),
        notes=(Note(1, f"{NAME} was tired", 3.0, "Dr Who", now),),
        alerts=(StoredAlert("one_sided_load", "left", 1.0, None, {"said": NAME}),),
    )


def forces_recording(root: Path) -> Opened:
    """An import with one foot of eight sensors, newtons, and no clock."""
    rng = np.random.default_rng(5)
    time_s = np.arange(1500) / RATE_HZ
    stance = (time_s % 1.1) < 0.7
    force = (stance[:, None] * rng.uniform(20, 120, 8)).astype(np.float32)
    signal = FootSignal(Foot.LEFT, time_s, force, None, "force", (TimeGap(3.0, 3.0, "x"),))
    walk = Walk(signal, None, RATE_HZ)
    frames = from_signal(signal, walk.sample_rate_hz)
    draft = Draft.begin(root, "import")
    digest = draft.write_forces("left", frames)
    entry = FootManifest(
        "left", {}, [(0, 1500)], 1500, 1500, 0, {}, [], 1500, digest, None, layout_as_json(None), "force"
    )
    folder = draft.finish(RecordingManifest("import", None, 15.0, {}, [entry], content=FORCES))
    return Opened(folder, RecordingReader.open(folder).manifest)
