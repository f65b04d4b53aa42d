"""Samples of long recordings that stay in their file: read a group of rows at a time, as they are asked for.

A day of both feet is more than a gigabyte of forces. Whoever works through it from front to back, or looks
at a stretch, needs a few groups of rows at once. Whatever stretch is asked for, in whatever order, the
numbers are those of the full walk: the calibration, which learns as it goes, continues from where it stood
before that stretch.
"""

import copy
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import numpy.typing as npt

from plantigrade.calibration.motion import INSOLE_AXES, MotionCalibration, motion_of_frames
from plantigrade.gait.settings import MOTION_AXES
from plantigrade.gait.signals import Floats, Forces, Motion
from plantigrade.library.recordings.columns import ColumnFile
from plantigrade.library.recordings.forces import ACC_NAMES, GYR_NAMES, STORED_AXES, forces_of
from plantigrade.library.recordings.frames import (
    CHANNELS,
    NO_TIME,
    FootFrames,
    counts_of,
    frames_of,
    has_motion,
    raw_motion_of,
)
from plantigrade.library.recordings.packed import Packed
from plantigrade.library.recordings.slot_rows import SlotRows

if TYPE_CHECKING:
    from plantigrade.calibration.stream import Calibrator

CACHED_GROUPS: Final = 4
PACKED_ROWS: Final = 1 << 16
OPEN_PIECES: Final = 8
"""What stays in memory is compressed in pieces of this length; the last few that were used lie open."""
_TABLE_BYTES: Final = 1 << 16


_Load = Callable[[int], npt.NDArray[Any]]
"""All rows of a group, by its number."""


class _Groups:
    """Rows in groups: which group holds which rows, and the last few groups that were used.

    What loads a group is given with each question: kept here it would hold its owner, and the two together
    some hundred megabytes until Python searches for cycles.
    """

    def __init__(self, sizes: list[int]) -> None:
        self.starts = [0, *np.cumsum(sizes, dtype=np.int64).tolist()]
        self._cached: OrderedDict[int, npt.NDArray[Any]] = OrderedDict()
        self._packed: dict[int, list[Packed]] = {}
        self._open: OrderedDict[tuple[int, int], npt.NDArray[Any]] = OrderedDict()
        self.room_bytes = 0
        self.cached_groups = CACHED_GROUPS

    def __len__(self) -> int:
        return self.starts[-1]

    def rows(self, start: int, stop: int, load: _Load) -> list[npt.NDArray[Any]]:
        """The parts of the groups that hold the rows."""
        parts: list[npt.NDArray[Any]] = []
        number = max(0, bisect_right(self.starts, start) - 1)
        while number < len(self.starts) - 1 and self.starts[number] < stop:
            first = self.starts[number]
            parts += self._parts(number, max(0, start - first), stop - first, load)
            number += 1
        return parts

    def _parts(self, number: int, start: int, stop: int, load: _Load) -> list[npt.NDArray[Any]]:
        """Some rows of a group."""
        if number not in self._packed:
            group = self._group(number, load)
            if not self._keep(number, group):
                part = group[start:stop]
                return [part] if len(part) else []
        found: list[npt.NDArray[Any]] = []
        for piece in range(start // PACKED_ROWS, len(self._packed[number])):
            first = piece * PACKED_ROWS
            if first >= stop:
                break
            part = self._piece(number, piece)[max(0, start - first) : stop - first]
            if len(part):
                found.append(part)
        return found

    def _keep(self, number: int, group: npt.NDArray[Any]) -> bool:
        """Keep a group for good where there is room for it."""
        if not self.room_bytes:
            return False
        firsts = range(0, len(group), PACKED_ROWS)
        pieces = [Packed.of(group[first : first + PACKED_ROWS]) for first in firsts]
        needed = sum(piece.nbytes for piece in pieces)
        self.room_bytes = max(0, self.room_bytes - needed)  # one that does not fit is the last that is tried
        if not self.room_bytes:
            return False
        self._packed[number] = pieces
        self._cached.pop(number, None)
        return True

    def _piece(self, number: int, piece: int) -> npt.NDArray[Any]:
        key = (number, piece)
        if key not in self._open:
            self._open[key] = self._packed[number][piece].rows()
            while len(self._open) > OPEN_PIECES:
                self._open.popitem(last=False)
        self._open.move_to_end(key)
        return self._open[key]

    def _group(self, number: int, load: _Load) -> npt.NDArray[Any]:
        if number not in self._cached:
            self._cached[number] = load(number)
            while len(self._cached) > self.cached_groups:
                self._cached.popitem(last=False)
        self._cached.move_to_end(number)
        return self._cached[number]


class StoredForces:
    """Forces (n, S) of one foot that behave as an array for slices of rows; `np.asarray` reads them all.

    Args:
        sizes: rows of each group.
        sensors: columns.
        counts: reads the counts of a group, or the forces of an import's.
        calibrator: turns counts into newtons; None for forces.
    """

    ndim: Final = 2
    dtype: Final = np.dtype(np.float32)

    def __init__(
        self,
        sizes: list[int],
        sensors: int,
        counts: Callable[[int], npt.NDArray[Any]],
        calibrator: "Calibrator | None",
    ) -> None:
        self._groups = _Groups(sizes)
        self.shape = (len(self._groups), sensors)
        self._counts = counts
        self._states: dict[int, Calibrator] = {} if calibrator is None else {0: calibrator}
        self._now: tuple[int, Calibrator] | None = None
        self._forwards = False

    def __len__(self) -> int:
        return self.shape[0]

    def keep(self, room_bytes: int) -> None:
        """Keep what is read from now on, as far as it has room: for who reads all of it several times, since
        reading is decoding and calibrating."""
        self._groups.room_bytes = room_bytes

    def read_forwards(self) -> None:
        """Hold no more than the group that was read last, and where calibration stood after it: for who goes
        from front to back."""
        self._groups.cached_groups = 1
        self._forwards = True

    def __getitem__(self, rows: slice) -> Forces:
        start, stop, step = rows.indices(len(self))
        parts = self._groups.rows(start, stop, self._forces)
        if len(parts) == 1:
            return parts[0][::step]  # as an array would give it: a view
        found = np.concatenate(parts) if parts else np.empty((0, self.shape[1]), np.float32)
        return found[::step]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.asarray(self[:], dtype)

    def _forces(self, number: int) -> Forces:
        if not self._states:
            return np.asarray(self._counts(number), np.float32)
        at, calibrator = self._nearest(number)
        for before in range(at, number):
            calibrator.feed(self._counts(before))
            self._remember(before + 1, calibrator)
        force_n = calibrator.feed(self._counts(number))
        self._remember(number + 1, calibrator)
        self._now = (number + 1, calibrator)
        return force_n

    def _nearest(self, number: int) -> "tuple[int, Calibrator]":
        if self._now is not None and self._now[0] == number:
            return self._now
        at = max(one for one in self._states if one <= number)
        return at, _forked(self._states[at])

    def _remember(self, number: int, calibrator: "Calibrator") -> None:
        if number not in self._states and not self._forwards:
            self._states[number] = _forked(calibrator)


def _forked(calibrator: "Calibrator") -> "Calibrator":
    """A calibrator that goes on from here by itself; tables, which nobody changes, are shared."""
    parts: list[Any] = list(vars(calibrator).values())
    memo: dict[int, Any] = {
        id(one): one
        for one in parts
        if getattr(one, "nbytes", 0) >= _TABLE_BYTES or one is calibrator.calibration
    }
    return copy.deepcopy(calibrator, memo)


class StoredFrames:
    """Frames of one insole that are read a slice of rows at a time.

    Args:
        file: of the insole.
        change: applied to every piece that is read.
    """

    def __init__(
        self, file: ColumnFile, change: Callable[[FootFrames], FootFrames] = lambda frames: frames
    ) -> None:
        self._file, self._change = file, change
        self._starts = [0, *np.cumsum(file.group_sizes, dtype=np.int64).tolist()]
        self.has_imu = has_motion(file)

    def __len__(self) -> int:
        return self._starts[-1]

    @property
    def complete(self) -> FootFrames:
        """All frames at once."""
        return self.rows(slice(None))

    def changed(self, change: Callable[[FootFrames], FootFrames]) -> "StoredFrames":
        """The same frames, each piece changed."""
        before = self._change
        return StoredFrames(self._file, lambda frames: change(before(frames)))

    def rows(self, rows: slice) -> FootFrames:
        """Some of the frames.

        Raises:
            RecordingError: the file is damaged.
        """
        start, stop, _ = rows.indices(len(self))
        chosen = [
            number
            for number, (first, end) in enumerate(pairwise(self._starts))
            if first < stop and end > start
        ]
        frames = frames_of(self._file, chosen)
        first = self._starts[chosen[0]] if chosen else 0
        return self._change(frames.rows(slice(start - first, stop - first)))


def stored_counts(file: ColumnFile, rows: SlotRows, calibrator: "Calibrator") -> StoredForces:
    """Newtons of the frames of one of our insoles that are used, a row a slot.

    Args:
        file: of the insole.
        rows: which frames.
        calibrator: turns their counts into newtons.
    """
    return StoredForces(
        rows.sizes, CHANNELS, lambda number: rows.spread(counts_of(file, number), number), calibrator
    )


def stored_raw_motion(
    file: ColumnFile, rows: SlotRows, calibration: MotionCalibration | None
) -> Motion | None:
    """Motion of the same frames, read as it is asked for; None where none was recorded."""
    if not has_motion(file):
        return None

    @lru_cache(maxsize=1)  # acceleration and rotation of a group are asked for one after the other
    def read(number: int) -> Motion:
        raw, status = (rows.spread(values, number) for values in raw_motion_of(file, number))
        return motion_of_frames(raw, status, calibration)

    def rotation(number: int) -> Forces:
        found = read(number).gyr_deg_s
        assert found is not None
        return found

    acc = StoredForces(rows.sizes, MOTION_AXES, lambda number: read(number).acc_m_s2, None)
    return Motion(
        cast("Forces", acc),
        cast("Forces", StoredForces(rows.sizes, MOTION_AXES, rotation, None)),
        INSOLE_AXES,
    )


def when_of(file: ColumnFile, on_host: bool) -> FootFrames:
    """Slots and times of all frames, host's or device's; everything else is 0 and takes no room."""

    def none(kind: Any) -> npt.NDArray[Any]:
        return np.broadcast_to(np.zeros(1, kind), (file.rows,))

    return FootFrames(
        seq=none(np.int64),
        slots=file.column("slots", "u1"),
        boot=none(np.uint16),
        status=none(np.uint16),
        device_us=none(np.int64) if on_host else file.column("device_us", "i8"),
        host_ns=file.column("host_ns", "i8", NO_TIME) if on_host else none(np.int64),
        uncertainty_us=none(np.int32),
        counts=np.empty((file.rows, 0), np.uint16),
    )


def stored_motion(file: ColumnFile) -> Motion | None:
    """Motion of an import, read as it is asked for; None where it has none."""

    def columns(names: tuple[str, ...]) -> Forces:
        chosen = list(names)
        return cast(
            "Forces",
            StoredForces(
                file.group_sizes,
                len(chosen),
                lambda number: file.read([number], chosen).matrix(chosen, "f4"),
                None,
            ),
        )

    if ACC_NAMES[0] not in file.names:
        return None
    rates = columns(GYR_NAMES) if GYR_NAMES[0] in file.names else None
    return Motion(columns(ACC_NAMES), rates, STORED_AXES)


def stored_forces(file: ColumnFile) -> tuple[Floats, StoredForces]:
    """Times (n,) and forces (n, S) of an import."""
    names = sorted(name for name in file.names if name.startswith("f"))
    times = file.column("time_s", "f8")
    return times, StoredForces(
        file.group_sizes, len(names), lambda number: forces_of(file.read([number], names), names), None
    )
