"""A recording of a few frames whose every number is written down, as exports get it from the library.

Ten slots a second. Row r of an export of equal distance is the time r / 10 s.

| left  | seq | slots | time_s | row  | counts c00.. | force of sensor s | total |
|-------|-----|-------|--------|------|--------------|-------------------|-------|
| frame | 100 | 1     | 0.0000 | 0    | 100, 101 ..  | 0.25 s            | 30    |
|       | 101 | 1     | 0.1000 | 1    | 200, 201 ..  | 0.50 s            | 60    |
|       | 102 | 1     | 0.2004 | 2    | 300, 301 ..  | 0.75 s            | 90    |
| gap   | 103, 104    |        | 3, 4 |              |                   |       |
|       | 105 | 1     | 0.5006 | 5    | 400, 401 ..  | 1.00 s            | 120   |
|       | 106 | 2     | 0.6008 | 6, 7 | 500, 501 ..  | 1.25 s            | 150   |

| right | seq | slots | time_s | row  | counts c00.. | force of sensor s | total |
|-------|-----|-------|--------|------|--------------|-------------------|-------|
| frame | 40  | 1     | none   | none | 2000, ..     | none              |       |
|       | 41  | 1     | 0.0520 | 1    | 2100, ..     | 2 (15 - s)        | 240   |
|       | 42  | 1     | 0.1520 | 2    | 2200, ..     | 4 (15 - s)        | 480   |
|       | 43  | 1     | 0.2516 | 3    | 2300, ..     | 6 (15 - s)        | 720   |

The sum of 0 ... 15 is 120, so totals are 120 times the factor. The right insole's first frame came before its
clock was known; its rows follow each other from the one nearest to 0.052 s on, which is row 1 (0.052 s times
10 is 0.52). Where frames share rows (OpenGo's axis) each goes to the row nearest to its own time: 0.052 s to
0.1 s, 0.152 s to 0.2 s and 0.2516 s to 0.3 s, as above.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from insole_protocol import layout as places
from plantigrade.exports.export_data import ExportData
from plantigrade.gait.results import (
    Analysis,
    Bout,
    FootAccounting,
    FootAnalysis,
    Parameter,
    Reason,
    SignalFinding,
    StrideTable,
)
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, Walk
from plantigrade.library.entries import Note, Person, StoredAlert
from plantigrade.library.recordings.container import (
    FORCES,
    Draft,
    FootManifest,
    RecordedGap,
    RecordingManifest,
)
from plantigrade.library.recordings.forces import ForceFrames
from plantigrade.library.recordings.frames import NO_TIME, FootFrames
from plantigrade.library.recordings.reader import RecordingReader

RATE_HZ = 10.0
ID = "tiny-1"
START = datetime(2026, 3, 1, 12, 0, 0, 250_000, UTC)
START_NS = 1_772_366_400_250_000_000
"""1 March 2026, 12:00:00.25 UTC: 20 513 days of 86 400 s after 1970, 12 h and a quarter of a second."""
TIMES_S = {"left": [0.0, 0.1, 0.2004, 0.5006, 0.6008], "right": [None, 0.052, 0.152, 0.2516]}
SEQ = {"left": [100, 101, 102, 105, 106], "right": [40, 41, 42, 43]}
SLOTS = {"left": [1, 1, 1, 1, 2], "right": [1, 1, 1, 1]}
ROWS = {"left": [0, 1, 2, 5, 6, 7], "right": [1, 2, 3]}
"""Row of each slot that has a time; the last frame of the left foot has two."""
TOTALS = {"left": [30.0, 60.0, 90.0, 120.0, 150.0], "right": [None, 240.0, 480.0, 720.0]}
SENSORS = tuple(places.SENSOR_NAMES)
LAYOUT = SensorLayout(
    "tiny",
    x_mm=np.arange(16) * 5.0,  # 0, 5 ... 75: 37.5 in the mean
    y_mm=np.arange(16) * 16.0,  # 0, 16 ... 240
    area_cm2=np.full(16, 2.5),
    region=("heel",) * 16,
    insole_length_mm=250.0,
)


def counts(foot: str) -> np.ndarray:
    """As in the tables above."""
    first, frames = (100, 5) if foot == "left" else (2000, 4)
    return (first + 100 * np.arange(frames)[:, None] + np.arange(16)).astype(np.uint16)


def forces(foot: str) -> np.ndarray:
    """As in the tables above, without the frame that has no time."""
    if foot == "left":
        return (0.25 * np.arange(1, 6)[:, None] * np.arange(16)).astype(np.float32)
    return (2.0 * np.arange(1, 4)[:, None] * np.arange(15, -1, -1)).astype(np.float32)


def frames_of(foot: str) -> FootFrames:
    """The frames as they were recorded."""
    size = len(SEQ[foot])
    known = [(NO_TIME if at is None else START_NS + round(at * 1e9)) for at in TIMES_S[foot]]
    return FootFrames(
        seq=np.array(SEQ[foot], np.int64),
        slots=np.array(SLOTS[foot], np.uint8),
        boot=np.full(size, 3 if foot == "left" else 4, np.uint16),
        status=np.arange(size, dtype=np.uint16),
        device_us=np.array([1_000_000 + 100_000 * (seq - SEQ[foot][0]) for seq in SEQ[foot]], np.int64),
        host_ns=np.array(known, np.int64),
        uncertainty_us=np.array([-1 if at is None else 500 for at in TIMES_S[foot]], np.int32),
        counts=counts(foot),
    )


def seconds(*at: float) -> np.ndarray:
    """Times as the library makes them of nanoseconds."""
    return np.array([round(one * 1e9) for one in at]) * 1e-9


def walk() -> Walk:
    """The newtons of both feet: every slot of every frame that has a time."""
    left = FootSignal(
        Foot.LEFT,
        seconds(0.0, 0.1, 0.2004, 0.5006, 0.6008, 0.7008),
        forces("left")[[0, 1, 2, 3, 4, 4]],
        LAYOUT,
    )
    right = FootSignal(Foot.RIGHT, seconds(0.052, 0.152, 0.2516), forces("right"), LAYOUT)
    return Walk(left, right, RATE_HZ, SourceInfo("somewhere", "plantigrade"), 700.0)


def strides(**columns: list[Any]) -> StrideTable:
    """Strides with these columns; what is not given is not known."""
    size = len(columns["initial_contact_s"])
    values: dict[str, Any] = {
        item.name: np.array(columns.get(item.name, [np.nan] * size), float)
        for item in fields(StrideTable)
        if item.name not in ("bout", "reason", "pressure_names", "pressure", "motion")
    }
    return StrideTable(
        **values,
        bout=np.array(columns.get("bout", [-1] * size), np.int64),
        reason=np.array(columns.get("reason", [0] * size), np.int64),
        pressure_names=("peak_pressure_kpa",),
        pressure=np.array(columns.get("pressure", [[np.nan]] * size), float).reshape(size, 1),
    )


def analysis() -> Analysis:
    """What the gait engine is made to say of it."""
    left = FootAnalysis(
        Foot.LEFT,
        np.array([0.05, 0.52]),
        np.array([0.3]),
        strides(
            initial_contact_s=[0.05],
            final_contact_s=[0.3],
            next_initial_contact_s=[0.52],
            stride_time_s=[0.47],
            stance_time_s=[0.25],
            stance_pct=[50.0],
            f1_n=[123.25],
            bout=[0],
            pressure=[[210.5]],
        ),
        {"stride_time_s": Parameter(0.5, "s", 1, sd=0.01, cv_pct=2.0), "f1_n": Parameter(123.25, "N", 1)},
        FootAccounting(8, 6, 2, ()),
        1.0,
        2.0,
    )
    right = FootAnalysis(
        Foot.RIGHT,
        np.array([0.12]),
        np.array([0.22]),
        strides(
            initial_contact_s=[0.12],
            final_contact_s=[0.22],
            next_initial_contact_s=[0.62],
            reason=[int(Reason.TURN | Reason.OUTLIER)],
        ),
        {"stride_time_s": Parameter(None, "s", note="too few strides")},
        FootAccounting(3, 3, 0, ()),
        1.0,
        2.0,
    )
    return Analysis(
        source=SourceInfo("/home/anna/somewhere", "plantigrade"),
        sample_rate_hz=RATE_HZ,
        from_s=0.0,
        to_s=0.8,
        left=left,
        right=right,
        both={
            "cadence": Parameter(96.5, "steps/min", 12, note="short"),
            "steps": Parameter(12.0, "steps"),
            "double_support_pct": Parameter(None, "%", note="needs both feet"),
        },
        bouts=(Bout(0, 0.05, 0.62, 4, 1, 1, 0, 96.5, "< 10 s", {}),),
        findings=(
            SignalFinding("sensor_dead", "One sensor is dead.", Foot.LEFT, 3),
            SignalFinding("short", "Too short."),
        ),
        body_weight_n=700.0,
        algorithm_version="7",
        settings={"threshold_n": 20.0},
    )


@dataclass(frozen=True)
class Tiny(RecordingReader):
    """What the library opens, with the newtons and the analysis written down."""

    person: Person | None = None
    notes: Sequence[Note] = ()
    alerts: Sequence[StoredAlert] = ()

    def walk(self, *_: Any, **__: Any) -> Walk:
        return walk()

    def layout(self, foot: str) -> SensorLayout:
        return LAYOUT

    def analysis(self) -> Analysis:
        return analysis()


def recording(root: Path) -> Tiny:
    """Both feet sealed, with a wearer, a note and two alerts."""
    draft = Draft.begin(root, ID)
    gap = RecordedGap(103, 105, 0.3, 0.5, "overrun")
    feet = [
        # The right foot stands first: exports put the left one first.
        FootManifest(
            "right", {"serial": "R-2", "side": "right", "firmware": "1.3.0"}, [(40, 44)], 4, 4, 0, {}, [], 4,
            draft.write_frames("right", frames_of("right")),
        ),
        FootManifest(
            "left", {"serial": "L-1", "side": "left", "firmware": "1.2.0"}, [(100, 108)], 8, 6, 2,
            {"overrun": 2}, [gap], 5, draft.write_frames("left", frames_of("left")),
        ),
    ]  # fmt: skip
    made = {"made_by": "plantigrade bridge", "journal": "of Anna"}
    folder = draft.finish(RecordingManifest(ID, START_NS, 0.8, made, feet, sample_rate_hz=RATE_HZ))
    now = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
    return Tiny(
        folder,
        RecordingReader.open(folder).manifest,
        person=Person("P-1", "Anna Berg", date(1951, 3, 9), "female", 171.5, 68.0, 40.0, "limps", "UTC"),
        notes=(Note(1, "Anna stumbled\there", 0.25, "Dr Who", now), Note(2, "fine", None, "Dr Who", now)),
        alerts=(
            StoredAlert("overload", "left", 0.4, None, {}),
            StoredAlert("one_sided_load", "both", 0.1, 0.35, {}),
        ),
    )


class _Moved:
    """Frames with motion sensors: frame i has 6 i to 6 i + 5; those of frame `lost` could not be read."""

    has_imu = True

    def __init__(self, frames: FootFrames, lost: int | None) -> None:
        imu = np.arange(6 * len(frames), dtype=np.int16).reshape(-1, 6)
        if lost is not None:
            imu[lost] = -32768
        self._frames = replace(frames, imu=imu)

    def rows(self, rows: slice) -> FootFrames:
        return self._frames.rows(rows)


def with_motion(one: ExportData, lost: int | None = None) -> ExportData:
    """The left insole has motion sensors; `lost` is a frame of which it has none."""
    left, right = one.feet
    moved = replace(left, frames=_Moved(frames_of("left"), lost))  # type: ignore[arg-type]
    return replace(one, feet=(moved, right))


def data(root: Path, *, deidentify: bool = False) -> ExportData:
    """The recording taken apart."""
    return ExportData.of(recording(root), deidentify=deidentify)


@dataclass(frozen=True)
class Imported(Tiny):
    """An import of one foot; its newtons lie in its file."""

    def walk(self, *_: Any, **__: Any) -> Walk:
        return RecordingReader.walk(self)

    def layout(self, foot: str) -> None:
        return None

    def analysis(self) -> Analysis:
        return replace(analysis(), right=None)


def imported(root: Path) -> Imported:
    """Four samples of two sensors at 0.2, 0.3, 0.5 and 0.6 s (0.4 s is missing); the last is not known.

    | time_s | sensor 1 | sensor 2 | total   |
    |--------|----------|----------|---------|
    | 0.2    | 0.004    | 10.0     | 10.004  |
    | 0.3    | 0.006    | 700.03   | 700.036 |
    | 0.5    | 12.5     | 0.0      | 12.5    |
    | 0.6    | none     | 20.0     | none    |
    """
    force = np.array([[0.004, 10.0], [0.006, 700.03], [12.5, 0.0], [np.nan, 20.0]], np.float32)
    frames = ForceFrames(np.array([0, 1, 3, 4]), np.array([0.2, 0.3, 0.5, 0.6]), force)
    draft = Draft.begin(root, "import-1")
    digest = draft.write_forces("left", frames)
    gap = RecordedGap(2, 3, 0.4, 0.5, "not in the file")
    entry = FootManifest(
        "left", {}, [(0, 5)], 5, 4, 1, {"not in the file": 1}, [gap], 4, digest, quantity="force"
    )
    manifest = RecordingManifest("import-1", None, 0.4, {}, [entry], content=FORCES, sample_rate_hz=RATE_HZ)
    return Imported(draft.finish(manifest), manifest)
