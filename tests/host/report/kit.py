"""Recordings in a library of their own, for reports."""

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.recordings.container import Draft, FootManifest, RecordedGap, RecordingManifest
from plantigrade.library.recordings.frames import FootFrames
from plantigrade.library.recordings.recording import Recording
from plantigrade.twin.body import draw_person, load_walk, make_forces
from plantigrade.twin.body.conditions import Condition, parse_condition
from plantigrade.twin.electrical import FrontEnd
from plantigrade.twin.wearer import Wearer

START_NS = 1_779_997_131_123_456_000
GAP = (2000, 2060)
SECONDS = 40.0
MADE = datetime(2026, 5, 28, 12, 0, tzinfo=UTC)


def insole_recording(library: Library) -> Recording:
    """The bundled walk through the virtual front end, with a gap of 60 samples in each foot."""
    walk = load_walk().cut(SECONDS)
    draft = Draft.begin(library.recordings, "walk-20260528")
    feet = [
        _foot(draft, name, FrontEnd(seed=seed).counts(force, 100.0))
        for seed, (name, force) in enumerate((("left", walk.left), ("right", walk.right)))
    ]
    folder = draft.finish(RecordingManifest("walk-20260528", START_NS, SECONDS, {"made_by": "a test"}, feet))
    return library.open(library.add_recording(folder).id)


def foot_without_samples(library: Library) -> Recording:
    """Two seconds of the right foot; of the left one nothing was kept, as when its log was full."""
    walk = load_walk().cut(2.0)
    draft = Draft.begin(library.recordings, "full-log-20260528")
    left, right = (FrontEnd(seed=1).counts(force, 100.0) for force in (walk.left, walk.right))
    feet = [_foot(draft, "left", left, gap=(0, len(left))), _foot(draft, "right", right, gap=(190, 200))]
    folder = draft.finish(RecordingManifest(draft.target.name, START_NS, 2.0, {"made_by": "a test"}, feet))
    return library.open(library.add_recording(folder).id)


def _foot(
    draft: Draft, name: str, counts: np.ndarray, start_ns: int = START_NS, gap: tuple[int, int] = GAP
) -> FootManifest:
    keep = np.ones(len(counts), bool)
    keep[slice(*gap)] = False
    seq = np.arange(len(counts), dtype=np.int64)[keep]
    frames = FootFrames(
        seq=seq,
        slots=np.ones(len(seq), np.uint8),
        boot=np.ones(len(seq), np.uint16),
        status=np.zeros(len(seq), np.uint16),
        device_us=seq * 10_000,
        host_ns=start_ns + seq * 10_000_000,
        uncertainty_us=np.full(len(seq), 500, np.int32),
        counts=counts[keep],
    )
    digest = draft.write_frames(name, frames)
    missing = gap[1] - gap[0]
    recorded_gap = RecordedGap(gap[0], gap[1], gap[0] / 100, gap[1] / 100, "overrun")
    insole = {"serial": f"c0ffee00000{name[0]}", "side": name, "layout": 1, "firmware": "0.1.0"}
    spans = [(0, len(counts))]
    return FootManifest(
        name,
        insole,
        spans,
        len(counts),
        len(seq),
        missing,
        {"overrun": missing},
        [recorded_gap],
        len(seq),
        digest,
    )


def virtual_day(library: Library, day: int, conditions: tuple[Condition, ...], seconds: float = 100.0) -> str:
    """A walk of a virtual person on one of their days, as the bridge seals it; its identifier."""
    walk = make_forces(conditions, draw_person(3), seconds, 20 + day, 0)
    start_ns = START_NS + day * 86_400 * 10**9
    draft = Draft.begin(library.recordings, f"day-{day:03d}")
    feet = [
        _foot(draft, name, FrontEnd(seed=seed).counts(force, 100.0).astype(np.uint16), start_ns)
        for seed, (name, force) in enumerate((("left", walk.left), ("right", walk.right)))
    ]
    folder = draft.finish(
        RecordingManifest(draft.target.name, start_ns, seconds, {"made_by": "a test"}, feet)
    )
    return library.add_recording(folder).id


def virtual_walk(library: Library, *conditions: str, seed: int = 5, seconds: float = SECONDS) -> Recording:
    """A virtual person on calibrated virtual insoles."""
    wearer = Wearer(3)
    walk, _ = wearer.walk(wearer.person, seconds, seed, tuple(parse_condition(one) for one in conditions))
    return library.open(library.import_walk(walk, title=" ".join(conditions) or "neutral").id)


def standing_still(library: Library) -> Recording:
    """One foot without sensor places that never takes a step."""
    time_s = np.arange(1000) / 100
    force = np.full((1000, 2), 150.0, np.float32)
    walk = Walk(FootSignal(Foot.LEFT, time_s, force, None), None, 100.0, SourceInfo("stand.csv", "csv"))
    return library.open(library.import_walk(walk, title="stand").id)


def with_person(recording: Recording, name: str, remark: str = "") -> Recording:
    """The recording as of a person with this name."""
    return replace(recording, person=Person("P007", name, date(1951, 3, 9), remark=remark))
