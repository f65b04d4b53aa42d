"""What is exported: a recording taken apart into arrays and facts, with or without what names a person."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from importlib.metadata import version
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from insole_protocol import layout as places

from plantigrade.calibration.model import Calibration
from plantigrade.errors import PlantigradeError
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Floats, FootSignal, Forces, SensorLayout, SourceInfo, Walk
from plantigrade.library.entries import Note, Person, StoredAlert
from plantigrade.library.recordings.columns import ColumnFile, release_memory
from plantigrade.library.recordings.container import COUNTS, FootManifest, RecordedGap, RecordingManifest
from plantigrade.library.recordings.forces import ACC_NAMES, GYR_NAMES
from plantigrade.library.recordings.frames import NO_TIME, FootFrames
from plantigrade.library.recordings.long_files import StoredFrames, stored_forces, when_of
from plantigrade.library.time_zone import zone_of

SHIFTED_START: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""Where a de-identified recording begins; times inside it keep their distances."""
ANONYMOUS: Final = "recording"
PIECE_ROWS: Final = 1 << 16
M_S2: Final = "m/s2"
DEG_S: Final = "deg/s"
_NAMELESS_INSOLE: Final = ("side", "layout", "firmware", "protocol_version", "capabilities", "period_us")
_NAMELESS_FACTS: Final = ("made_by", "counts")


class ExportError(PlantigradeError):
    """A recording that a format cannot hold, or a target that cannot be written."""


class MotionColumn(NamedTuple):
    """A column of `FootPiece.motion`: its name as the library and imports have it, its label for people, axis
    and unit."""

    name: str
    label: str
    axis: str
    unit: str


MOTION_COLUMNS: Final = tuple(
    MotionColumn(name, f"{kind} {axis}", axis, unit)
    for names, kind, unit in ((ACC_NAMES, "acc", M_S2), (GYR_NAMES, "gyr", DEG_S))
    for name, axis in zip(names, "xyz", strict=True)
)


class Source(Protocol):
    """What exports read of a recording; `library.catalogue.Recording` has it."""

    @property
    def manifest(self) -> RecordingManifest: ...
    @property
    def content(self) -> str: ...
    @property
    def person(self) -> Person | None: ...
    @property
    def notes(self) -> Sequence[Note]: ...
    @property
    def alerts(self) -> Sequence[StoredAlert]: ...
    def file(self, foot: str, /) -> ColumnFile: ...
    def times_s(self, frames: FootFrames, /) -> Floats: ...
    def calibration(self, foot: str, /) -> Calibration | None: ...
    def layout(self, foot: str, /) -> SensorLayout | None: ...
    def walk(self, from_s: float | None = None, to_s: float | None = None, /) -> Walk: ...
    def analysis(self) -> Analysis: ...


@dataclass(frozen=True, eq=False)
class FootPiece:
    """Some frames of a foot in a row; see `ExportFoot`."""

    seq: "np.ndarray[Any, np.dtype[np.int64]]"
    slots: "np.ndarray[Any, np.dtype[np.uint8]]"
    time_s: Floats
    force_n: Forces
    frames: FootFrames | None
    motion: Forces | None = None

    @property
    def total_n(self) -> Floats:
        """(n,) sum of the sensors."""
        return np.asarray(self.force_n.sum(axis=1, dtype=np.float64), np.float64)


@dataclass(frozen=True, eq=False)
class ExportFoot:
    """One foot. What was measured stays in the recording's file and is read piece by piece.

    Attributes:
        foot: "left", "right" or "unset".
        sensors: (S,) names of the sensors.
        seq: (n,) number of each frame's first slot.
        slots: (n,) slots that the frame stands for; 1 at full rate.
        time_s: (n,) seconds since the start of the recording; NaN where no clock tells.
        forces: tells the forces of some frames: (n, S) newtons (or the import's own unit), NaN where not
            known.
        frames: raw frames of our insole; None for an import.
        layout: sensor places.
        calibration: which made `force_n` of counts; None for the nominal one and for imports.
        manifest: accounting of the slots, and gaps.
        motions: tells the motion of some frames: (n, 6) acceleration in m/s2 and rotation in degrees/s along
            the insole's axes, NaN where not known; None where none was recorded.
    """

    foot: str
    sensors: tuple[str, ...]
    seq: "np.ndarray[Any, np.dtype[np.int64]]"
    slots: "np.ndarray[Any, np.dtype[np.uint8]]"
    time_s: Floats
    forces: Callable[[slice], Forces]
    frames: StoredFrames | None
    layout: SensorLayout | None
    calibration: Calibration | None
    manifest: FootManifest
    motions: Callable[[slice], Forces] | None = None

    def __len__(self) -> int:
        return len(self.seq)

    @property
    def gaps(self) -> list[RecordedGap]:
        """Every gap, with its reason."""
        return self.manifest.gaps

    @property
    def force_n(self) -> Forces:
        """(n, S) all forces at once, for short recordings."""
        return self.forces(slice(0, len(self)))

    def piece(self, rows: slice) -> FootPiece:
        """Some of the frames."""
        frames = None if self.frames is None else self.frames.rows(rows)
        motion = None if self.motions is None else self.motions(rows)
        return FootPiece(
            self.seq[rows], self.slots[rows], self.time_s[rows], self.forces(rows), frames, motion
        )

    def pieces(self, rows: int = PIECE_ROWS) -> Iterator[FootPiece]:
        """All frames in pieces of at most so many."""
        for start in range(0, len(self), rows):
            yield self.piece(slice(start, min(start + rows, len(self))))

    @property
    def force_unit(self) -> str:
        """Unit of `force_n`."""
        return "1" if self.manifest.quantity in ("footswitch", "motion") else "N"


@dataclass(frozen=True, eq=False)
class ExportData:
    """A recording ready to be written.

    Attributes:
        id: name of the recording.
        start: UTC of second 0; None where no clock was ever compared. Shifted when de-identified.
        duration_s: to the end of the last frame; None where no clock tells.
        rate_hz: slots per second.
        feet: left first.
        analysis: of the whole recording.
        person: the wearer, None when nobody is named; without name, date of birth and remark when
            de-identified.
        notes: remarks; none when de-identified, because free text may name someone.
        alerts: what was raised.
        provenance: where the data came from.
        deidentified: whether what names a person or a thing was left out.
        zone: of the wearer, for formats that want local time; None for that of this computer. UTC when
            de-identified.
        report: makes the recording's report (PDF), where one is wanted; formats that hold documents ask it.
    """

    id: str
    start: datetime | None
    duration_s: float | None
    rate_hz: float
    feet: tuple[ExportFoot, ...]
    analysis: Analysis
    person: Person | None
    notes: tuple[Note, ...]
    alerts: tuple[StoredAlert, ...]
    provenance: Mapping[str, Any]
    body_weight_n: float | None
    deidentified: bool
    zone: tzinfo | None = UTC
    report: Callable[[], bytes] | None = None

    @classmethod
    def of(cls, source: Source, *, deidentify: bool = False) -> "ExportData":
        """Take a recording apart.

        Raises:
            PlantigradeError: files are damaged or locked, or there is nothing to export.
        """
        manifest = source.manifest
        walk = source.walk()
        analysis = source.analysis()
        feet = [_foot(source, entry, walk) for entry in manifest.feet]
        feet.sort(key=lambda foot: ("left", "right").index(foot.foot) if foot.foot != "unset" else 2)
        if not any(len(foot) for foot in feet):
            raise ExportError(f"{manifest.id}: holds no frames, so there is nothing to export")
        start = None if manifest.start_utc_ns is None else _utc(manifest.start_utc_ns)
        data = cls(
            id=manifest.id,
            start=start,
            duration_s=manifest.duration_s,
            rate_hz=manifest.sample_rate_hz,
            feet=tuple(feet),
            analysis=replace(analysis, source=SourceInfo(manifest.id, analysis.source.format)),
            person=source.person,
            notes=tuple(source.notes),
            alerts=tuple(source.alerts),
            provenance=manifest.provenance,
            body_weight_n=analysis.body_weight_n,
            deidentified=False,
            zone=zone_of(source.person),
        )
        return _deidentified(data, manifest.start_utc_ns) if deidentify else data

    @property
    def versions(self) -> dict[str, str]:
        """What made the export and the figures in it."""
        return {
            "plantigrade": version("plantigrade"),
            "gait_algorithm": self.analysis.algorithm_version,
            "export_schema": "plantigrade.export/1",
        }

    @property
    def local_start(self) -> datetime | None:
        """`start` as clocks showed it where the wearer lives, with its distance from UTC."""
        return None if self.start is None else self.start.astimezone(self.zone)

    @property
    def has_counts(self) -> bool:
        """True for recordings of our insoles, False for imports."""
        return any(foot.frames is not None for foot in self.feet)


def _utc(ns: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1000)


def _foot(source: Source, entry: FootManifest, walk: Walk) -> ExportFoot:
    signal = next((one for one in walk.feet if one.foot.value == entry.foot), None)
    layout, name, file = source.layout(entry.foot), entry.foot, source.file(entry.foot)
    if source.content != COUNTS:
        times, stored = stored_forces(file)
        seq = file.column("seq", "i8")
        sensors = tuple(f"sensor_{index + 1:02d}" for index in range(stored.shape[1]))
        slots = np.ones(len(seq), np.uint8)
        return ExportFoot(
            name,
            sensors,
            seq,
            slots,
            times,
            stored.__getitem__,
            None,
            layout,
            None,
            entry,
            _motions(signal, times),
        )
    times, slots = _when(source, file, signal)
    release_memory()
    names = tuple(places.SENSOR_NAMES)
    return ExportFoot(
        name,
        names,
        file.column("seq", "i8"),
        slots,
        times,
        partial(_at_frames, signal, times, len(names), _forces_of),
        StoredFrames(file),
        layout,
        source.calibration(name),
        entry,
        _motions(signal, times),
    )


def _motions(signal: FootSignal | None, times: Floats) -> Callable[[slice], Forces] | None:
    if signal is None or signal.motion is None:
        return None
    return partial(_at_frames, signal, times, len(MOTION_COLUMNS), _motion_of)


def _forces_of(signal: FootSignal, rows: slice) -> Forces:
    return signal.force_n[rows]


def _motion_of(signal: FootSignal, rows: slice) -> Forces:
    assert signal.motion is not None
    acc, gyr = signal.motion.acc_m_s2[rows], signal.motion.gyr_deg_s
    return np.column_stack([acc, np.full_like(acc, np.nan) if gyr is None else gyr[rows]])


def _when(
    source: Source, file: ColumnFile, signal: FootSignal | None
) -> tuple[Floats, "np.ndarray[Any, np.dtype[np.uint8]]"]:
    """Times of all frames and their slots; the walk's own array of times where it has every frame."""
    slots = file.column("slots", "u1")
    if signal is not None and len(signal) == len(slots) and int(slots.max(initial=1)) == 1:
        return signal.time_s, slots
    return source.times_s(when_of(file, on_host=source.manifest.start_utc_ns is not None)), slots


def _at_frames(
    signal: FootSignal | None,
    times: Floats,
    columns: int,
    values: Callable[[FootSignal, slice], Forces],
    rows: slice,
) -> Forces:
    """Values of the walk at the first slot of some frames; NaN where the walk has none."""
    at = times[rows]
    found = np.full((len(at), columns), np.nan, np.float32)
    known = np.flatnonzero(np.isfinite(at))
    if signal is None or not len(signal) or not len(known):
        return found
    first, last = np.searchsorted(signal.time_s, [at[known].min(), at[known].max()])
    near = slice(min(int(first), len(signal) - 1), int(last) + 1)
    near_s, near_values = signal.time_s[near], values(signal, near)
    index = np.minimum(np.searchsorted(near_s, at[known]), len(near_s) - 1)
    same = near_s[index] == at[known]
    found[known[same]] = near_values[index[same]]
    return found


def _deidentified(data: ExportData, start_ns: int | None) -> ExportData:
    shift_ns = None if start_ns is None else start_ns - int(SHIFTED_START.timestamp()) * 1_000_000_000
    person = data.person
    return replace(
        data,
        id=ANONYMOUS,
        start=None if data.start is None else SHIFTED_START,
        feet=tuple(_nameless(foot, shift_ns) for foot in data.feet),
        analysis=replace(data.analysis, source=SourceInfo(ANONYMOUS, data.analysis.source.format)),
        person=None if person is None else replace(person, name=None, birth_date=None, remark=""),
        notes=(),
        provenance={key: data.provenance[key] for key in _NAMELESS_FACTS if key in data.provenance},
        deidentified=True,
        zone=UTC,
    )


def _nameless(foot: ExportFoot, shift_ns: int | None) -> ExportFoot:
    insole = {key: foot.manifest.insole[key] for key in _NAMELESS_INSOLE if key in foot.manifest.insole}
    frames = foot.frames
    if frames is not None:
        frames = frames.changed(partial(_shifted, shift_ns))
    calibration = foot.calibration
    if calibration is not None:
        calibration = replace(calibration, serial="", made_on=SHIFTED_START.date().isoformat())
    manifest = replace(foot.manifest, insole=insole, sha256="", calibration=None)
    return replace(foot, frames=frames, calibration=calibration, manifest=manifest)


def _shifted(shift_ns: int | None, frames: FootFrames) -> FootFrames:
    """The same frames earlier; without times where the shift is not known."""
    if shift_ns is None:
        return replace(frames, host_ns=np.full(len(frames), NO_TIME))
    return replace(frames, host_ns=np.where(frames.host_ns == NO_TIME, NO_TIME, frames.host_ns - shift_ns))
