"""A finalized recording, opened: manifest, samples and the walk that the gait engine reads, whole or a
slice."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import numpy.typing as npt
from insole_protocol.gap_reasons import title_of

from plantigrade.calibration.model import Calibration, calibration_from
from plantigrade.calibration.motion import MotionCalibration, motion_of_frames
from plantigrade.calibration.nominal import nominal
from plantigrade.errors import FileError
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import (
    Floats,
    Foot,
    FootSignal,
    Forces,
    Instrument,
    Motion,
    Quantity,
    SensorLayout,
    SourceInfo,
    TimeGap,
    Walk,
)
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.encrypted_files import key_of
from plantigrade.library.recordings.columns import ColumnFile, release_memory
from plantigrade.library.recordings.computed import raw_removed
from plantigrade.library.recordings.container import FORCES, FootManifest, RecordingManifest, read_manifest
from plantigrade.library.recordings.forces import MIRRORED, ForceFrames, layout_from_json, read_forces
from plantigrade.library.recordings.frames import FootFrames, read_parquet
from plantigrade.library.recordings.long_files import (
    stored_counts,
    stored_forces,
    stored_motion,
    stored_raw_motion,
    when_of,
)
from plantigrade.library.recordings.slot_rows import SlotRows
from plantigrade.library.recordings.stored_times import (
    in_each_slot,
    in_seconds,
    in_seconds_of_device,
    stored_times,
)

if TYPE_CHECKING:
    from plantigrade.calibration.stream import Calibrator
    from plantigrade.library.keys.vault import Vault

FORMAT: Final = "plantigrade"
LEAD_S: Final = 60.0
"""How much before a slice is read with it, so that the sensors' baselines are learned where it begins."""
_PIECE_ROWS: Final = 1 << 18
LONG_ROWS: Final = 1 << 19
"""Of more rows (an hour and a half at 100 Hz) the forces stay in the file until they are looked at."""


def instrument_of(manifest: RecordingManifest) -> Instrument:
    """What measured; recordings that were made before it was asked do not tell: insoles."""
    stated = manifest.provenance.get("instrument")
    return Instrument(stated) if stated in {one.value for one in Instrument} else Instrument.INSOLE


@dataclass(frozen=True)
class RecordingReader:
    """Reads the files of one recording; no more of them than asked for.

    Attributes:
        folder: where it is.
        manifest: what `recording.json` states.
        vault: the library's key, for encrypted files.
        calibrations: by serial of the insole; goes before what the manifest holds.
        shoe_size_eu: of the wearer; None when it is not known, then lengths are relative.
        forwards: whoever reads long recordings goes through them once, from front to back: of their times and
            forces no more is held than what was read last. The numbers are the same.
    """

    folder: Path
    manifest: RecordingManifest
    vault: "Vault | None" = None
    calibrations: Mapping[str, Calibration] = field(default_factory=dict[str, Calibration])
    shoe_size_eu: float | None = None
    forwards: bool = False

    @classmethod
    def open(cls, folder: Path, vault: "Vault | None" = None) -> "RecordingReader":
        """Open a recording by its folder.

        Raises:
            RecordingError: there is no manifest, or it is not understood.
        """
        return cls(folder, read_manifest(folder), vault)

    @property
    def content(self) -> str:
        """`COUNTS` of our insoles or `FORCES` of an import."""
        return self.manifest.content

    def foot(self, name: str) -> FootManifest:
        """The manifest of one foot.

        Raises:
            RecordingError: the recording has no such foot.
        """
        for entry in self.manifest.feet:
            if entry.foot == name:
                return entry
        raise RecordingError(self.folder, f"has no {name} foot")

    def frames(self, foot: str, from_s: float | None = None, to_s: float | None = None) -> FootFrames:
        """Frames of one insole as they were recorded, by seconds since the start of the recording.

        Frames without a host time are in the full walk (no span given) and in no slice.

        Raises:
            RecordingError: the file is damaged or its key is missing; imports have no frames.
        """
        self._only("counts", self.content != FORCES)
        path = self._path(foot)
        key = key_of(self.folder, foot, self.vault)
        if from_s is None and to_s is None:
            return read_parquet(path, key)
        if self.start_ns is None:
            frames = read_parquet(path, key)
            times = self.times_s(frames)
            return frames.rows((times >= _or(from_s, -np.inf)) & (times < _or(to_s, np.inf)))
        return read_parquet(path, key, (self._utc(from_s, -1), self._utc(to_s, 1)))

    def forces(self, foot: str, from_s: float | None = None, to_s: float | None = None) -> ForceFrames:
        """Samples of one foot of an import, by seconds on its own clock.

        Raises:
            RecordingError: the file is damaged or its key is missing; recordings of our insoles hold counts.
        """
        self._only("forces as recorded", self.content == FORCES)
        span = None if from_s is None and to_s is None else (_or(from_s, -np.inf), _or(to_s, np.inf))
        return read_forces(self._path(foot), key_of(self.folder, foot, self.vault), span)

    def counts(
        self, foot: str, from_s: float | None = None, to_s: float | None = None
    ) -> npt.NDArray[np.uint16]:
        """Raw counts (n, 16) of one insole; see `frames`."""
        return self.frames(foot, from_s, to_s).counts

    @cached_property
    def start_ns(self) -> int | None:
        """UTC of second 0; None where no clock of either foot is known; each foot then runs on its own.

        Raises:
            RecordingError: two feet whose clocks were never compared have no time in common.
        """
        if self.manifest.start_utc_ns is not None or self.content == FORCES:
            return self.manifest.start_utc_ns
        if len(self.manifest.feet) > 1:
            raise RecordingError(
                self.folder, "the clocks of the two insoles were never compared; analyse one foot at a time"
            )
        return None

    def times_s(self, frames: FootFrames) -> Floats:
        """Seconds since the start of the recording (n,), NaN where the time is not known."""
        on_host, start_ns = frames.host_ns, self.start_ns
        times: Floats = np.empty(len(frames))
        for first in range(0, len(frames), _PIECE_ROWS):  # a day of frames is much to work on at once
            part = slice(first, first + _PIECE_ROWS)
            if start_ns is None:
                in_seconds_of_device(frames.device_us[part], frames.device_us[0], times[part])
            else:
                in_seconds(on_host[part], start_ns, times[part])
        return times

    def calibration(self, foot: str) -> Calibration | None:
        """The calibration of one insole: a newer one of the catalogue, else that of the manifest, else None.

        Raises:
            RecordingError: the manifest holds one that makes no sense.
        """
        entry = self.foot(foot)
        newer = self.calibrations.get(str(entry.insole.get("serial", "")))
        if newer is not None or entry.calibration is None:
            return newer
        return calibration_from(entry.calibration, self.folder)

    def layout(self, foot: str) -> SensorLayout | None:
        """Sensor positions of one foot.

        Raises:
            RecordingError: the manifest holds sensor positions that make no sense.
        """
        if self.content != FORCES:
            return own_layout(self.shoe_size_eu)
        try:
            return layout_from_json(self.foot(foot).layout)
        except (ValueError, KeyError, TypeError) as error:
            raise RecordingError(self.folder, f"the sensor positions are damaged: {error}") from error

    def walk(self, from_s: float | None = None, to_s: float | None = None, side: Foot | None = None) -> Walk:
        """The recording, or a slice of it, as the gait engine reads it: newtons on one time base.

        Args:
            from_s, to_s: span in seconds since the start; a slice of counts reads a minute more before it, in
                which the sensors' baselines are learned.
            side: of an insole whose side was never set.

        Raises:
            FileError: files are damaged or locked, no insole has a side, or the clocks were never compared.
        """
        notes: list[str] = []
        feet = self._sides(side, notes)
        signals = {
            foot: self._imported(foot, entry, from_s, to_s)
            if self.content == FORCES
            else self._calibrated(foot, entry, from_s, to_s, notes)
            for foot, entry in feet.items()
        }
        if self.content == FORCES:
            notes.append(str(self.manifest.provenance.get("note", "")))
        elif self.shoe_size_eu is None:
            notes.append("the insoles' size is not known, so lengths are not in millimetres")
        return Walk(
            left=signals.get(Foot.LEFT),
            right=signals.get(Foot.RIGHT),
            sample_rate_hz=self.manifest.sample_rate_hz,
            source=SourceInfo(
                str(self.folder),
                str(self.manifest.provenance.get("format", FORMAT)),
                "; ".join(dict.fromkeys(filter(None, notes))),
                instrument_of(self.manifest),
            ),
            body_weight_n=self.manifest.body_weight_n,
        )

    def _sides(self, asked: Foot | None, notes: list[str]) -> dict[Foot, FootManifest]:
        feet: dict[Foot, FootManifest] = {}
        for entry in self.manifest.feet:
            side = asked if entry.foot not in ("left", "right") else Foot(entry.foot)
            if side is None:
                serial = entry.insole.get("serial", "")
                notes.append(f"insole {serial!s} has no side and was left out (--foot names it)")
            elif side in feet:
                raise FileError(self.folder, f"holds two {side.value} insoles")
            else:
                feet[side] = entry
        if not feet:
            raise FileError(
                self.folder, "holds no insole with a side; name it with --foot left or --foot right"
            )
        return feet

    def _imported(
        self, foot: Foot, entry: FootManifest, from_s: float | None, to_s: float | None
    ) -> FootSignal:
        quantity = _quantity(entry.quantity)
        if from_s is None and to_s is None and entry.rows > LONG_ROWS:
            file = self.file(entry.foot)
            times, stored = stored_forces(file)
            force, motion = cast("Forces", stored), stored_motion(file)
        else:
            frames = self.forces(entry.foot, from_s, to_s)
            times, force, motion = frames.time_s, frames.force_n, frames.motion
        if motion is not None and foot.value in self.manifest.provenance.get(MIRRORED, ()):
            motion = replace(motion, sides_known=False)
        gaps = _gaps(entry, from_s, to_s)
        return FootSignal(foot, times, force, self.layout(entry.foot), quantity, gaps, motion=motion)

    def _calibrated(
        self, foot: Foot, entry: FootManifest, from_s: float | None, to_s: float | None, notes: list[str]
    ) -> FootSignal:
        calibration = self.calibration(entry.foot)
        if calibration is None:
            notes.append("forces by the nominal calibration")
            calibration = nominal()
        # It brings the compiler, which a list of recordings does not need.
        from plantigrade.calibration.stream import Calibrator

        calibrator = Calibrator(calibration, self.manifest.sample_rate_hz)
        if from_s is None and to_s is None and entry.rows > LONG_ROWS:
            return self._long(foot, entry, calibrator, notes)
        frames = self.frames(entry.foot, None if from_s is None else from_s - LEAD_S, to_s)
        times, rows = self._rising(foot, frames, notes)
        slots = frames.slots if rows is None else frames.slots[rows]
        spread_s = in_each_slot(times, slots, self.manifest.sample_rate_hz)
        motion = _motion(frames, rows, slots, calibration.motion)
        counts = frames.counts if rows is None else frames.counts[rows]
        force = calibrator.feed(counts if len(spread_s) == len(counts) else np.repeat(counts, slots, axis=0))
        if from_s is not None:
            wanted = spread_s >= from_s
            spread_s, force = spread_s[wanted], force[wanted]
        gaps = _gaps(entry, from_s, to_s)
        sd = calibration.mid_range_sd()
        if motion is not None and from_s is not None:
            motion = motion.part(len(motion.acc_m_s2) - len(spread_s), len(motion.acc_m_s2))
        return FootSignal(foot, spread_s, force, self.layout(entry.foot), "force", gaps, sd, motion)

    def _long(
        self, foot: Foot, entry: FootManifest, calibrator: "Calibrator", notes: list[str]
    ) -> FootSignal:
        """One of our insoles, whose samples stay in the file."""
        file = self.file(entry.foot)
        times, rows = self._all_times(foot, file, notes)
        force = stored_counts(file, rows, calibrator)
        if self.forwards:
            force.read_forwards()
        return FootSignal(
            foot,
            times,
            cast("Forces", force),
            self.layout(entry.foot),
            gaps=_gaps(entry, None, None),
            relative_sd=calibrator.calibration.mid_range_sd(),
            motion=stored_raw_motion(file, rows, calibrator.calibration.motion),
        )

    def _all_times(self, foot: Foot, file: ColumnFile, notes: list[str]) -> tuple[Floats, SlotRows]:
        """Times of all slots of an insole, and which frames they are."""
        rate_hz = self.manifest.sample_rate_hz
        if self.forwards and self.start_ns is not None:
            found = stored_times(file, self.start_ns, rate_hz)
            release_memory()
            if found is not None:
                return cast("Floats", found[0]), found[1]
        frames = when_of(file, on_host=self.start_ns is not None)
        times, used = self._rising(foot, frames, notes)
        slots = frames.slots if used is None else frames.slots[used]
        release_memory()
        return in_each_slot(times, slots, rate_hz), SlotRows.chosen(file, used, slots)

    def _rising(
        self, foot: Foot, frames: FootFrames, notes: list[str]
    ) -> tuple[Floats, npt.NDArray[np.intp] | None]:
        """Times of the frames that have one, without what would run backwards where boots overlap, and which
        frames those are; None when they are all."""
        times = self.times_s(frames)
        if self.start_ns is None:
            notes.append(f"{foot.value} foot: times are on the insole's own clock")
        if bool((times[1:] > times[:-1]).all()) and np.isfinite(times[:1]).all():
            return times, None
        timed = np.flatnonzero(np.isfinite(times))
        if len(timed) < len(times):
            lost = int(frames.slots.sum()) - int(frames.slots[timed].sum())
            notes.append(f"{foot.value} foot: {lost} slots have no time and were left out")
        reached = np.maximum.accumulate(times[timed])
        rows = timed[np.concatenate([[True], np.diff(reached) > 0])] if len(timed) else timed
        return times[rows], rows

    def file(self, foot: str) -> ColumnFile:
        """The file of one foot, opened.

        Raises:
            RecordingError: it is damaged, or its key is missing.
        """
        return ColumnFile(self._path(foot), key_of(self.folder, foot, self.vault))

    def _path(self, foot: str) -> Path:
        self.foot(foot)
        path = self.folder / f"{foot}.parquet"
        if (removed := raw_removed(self.folder)) and not path.exists():
            raise RecordingError(
                self.folder,
                f"its raw samples were removed on {removed[:10]}, as the person's rule says; the overview "
                "of its loads, its strides and its analysis are still there",
            )
        return path

    def _utc(self, seconds: float | None, sign: int) -> int:
        limits = np.iinfo(np.int64)
        if seconds is None or self.start_ns is None:
            return limits.max if sign > 0 else limits.min + 1
        return self.start_ns + round(seconds * 1e9)

    def _only(self, what: str, holds: bool) -> None:
        if not holds:
            raise RecordingError(self.folder, f"holds no {what}: its content is {self.content}")


def _quantity(stored: str) -> Quantity:
    """What a foot's manifest says that its samples are; forces unless it names another kind."""
    return stored if stored == "footswitch" or stored == "motion" else "force"


def _gaps(entry: FootManifest, from_s: float | None, to_s: float | None) -> tuple[TimeGap, ...]:
    return tuple(
        TimeGap(gap.from_s, gap.to_s, title_of(gap.reason))
        for gap in entry.gaps
        if gap.from_s is not None
        and gap.to_s is not None
        and gap.to_s > _or(from_s, -np.inf)
        and gap.from_s < _or(to_s, np.inf)
    )


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def _motion(
    frames: FootFrames,
    rows: npt.NDArray[np.intp] | None,
    slots: npt.NDArray[np.uint8],
    calibration: MotionCalibration | None,
) -> Motion | None:
    """Motion in every slot; what is stored as a mean of several stands in each of them."""
    if frames.imu is None:
        return None
    chosen = np.arange(len(frames)) if rows is None else rows
    spread = np.repeat(chosen, slots)
    return motion_of_frames(frames.imu[spread], frames.status[spread], calibration)
