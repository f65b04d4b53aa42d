# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Frames of one insole as columns, in memory and as Parquet."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from insole_protocol import ids
from numpy.typing import NDArray

from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.file_key import FileKey
from plantigrade.library.recordings.columns import ColumnFile, Columns, write_columns
from plantigrade.library.recordings.difference_columns import as_differences, kind_name

__all__ = [
    "CHANNELS",
    "IMU_NAMES",
    "NO_TIME",
    "FootFrames",
    "RecordingError",
    "counts_of",
    "has_motion",
    "motion_and_status_of",
    "read_parquet",
    "write_open_parquet",
    "write_parquet",
]

CHANNELS = 16
COUNTS_COLUMN = "counts"
MOTION_COLUMN = "motion"
IMU_NAMES = ("acc_x", "acc_y", "acc_z", "rate_x", "rate_y", "rate_z")
_CHANNEL_NAMES = tuple(f"c{channel:02d}" for channel in range(CHANNELS))
NO_TIME = np.iinfo(np.int64).min
ROW_GROUP = 1 << 16
"""Rows that are compressed together: 11 minutes at 100 Hz, so that a slice reads little more than itself."""


@dataclass(frozen=True, eq=False)
class FootFrames:
    """Frames of one insole in rising order of their slots, each slot at most once.

    Attributes:
        seq: (n,) int64, number of the first slot.
        slots: (n,) uint8, slots that the frame stands for.
        boot, status: (n,) uint16.
        device_us: (n,) int64, device time since that boot.
        host_ns: (n,) int64 UTC, `NO_TIME` where unknown.
        uncertainty_us: (n,) int32, of `host_ns`, 95 %; -1 where unknown.
        counts: (n, 16) uint16.
        imu: (n, 6) int16 or None; a row that could not be read is all `ids.NO_MOTION`.
    """

    seq: NDArray[np.int64]
    slots: NDArray[np.uint8]
    boot: NDArray[np.uint16]
    status: NDArray[np.uint16]
    device_us: NDArray[np.int64]
    host_ns: NDArray[np.int64]
    uncertainty_us: NDArray[np.int32]
    counts: NDArray[np.uint16]
    imu: NDArray[np.int16] | None = None

    def __len__(self) -> int:
        return len(self.seq)

    @property
    def motion_lost(self) -> NDArray[np.bool_]:
        """(n,) where the accelerometer was there and could not be read (PROTOCOL.md section 1.1, bit 11)."""
        if self.imu is None:
            return np.zeros(len(self), np.bool_)
        return np.asarray((self.imu == ids.NO_MOTION).all(axis=1), np.bool_)

    def rows(self, chosen: slice | NDArray[np.bool_]) -> "FootFrames":
        """Some of the frames."""
        return FootFrames(
            seq=self.seq[chosen],
            slots=self.slots[chosen],
            boot=self.boot[chosen],
            status=self.status[chosen],
            device_us=self.device_us[chosen],
            host_ns=self.host_ns[chosen],
            uncertainty_us=self.uncertainty_us[chosen],
            counts=self.counts[chosen],
            imu=None if self.imu is None else self.imu[chosen],
        )


def write_parquet(path: Path, frames: FootFrames, key: FileKey | None = None) -> None:
    """One insole's frames as the library stores them: the 16 counts of a row, and its 6 motions, each in one
    column of differences.

    Args:
        path: the file.
        frames: what to write.
        key: encrypts the file; None leaves it readable to everyone who can open it.
    """
    columns = _when(frames) | as_differences(COUNTS_COLUMN, frames.counts, ROW_GROUP)
    if frames.imu is not None:
        columns |= as_differences(MOTION_COLUMN, frames.imu, ROW_GROUP)
    _write(path, columns, [name for name in (COUNTS_COLUMN, MOTION_COLUMN) if name in columns], key)


def write_open_parquet(path: Path, frames: FootFrames) -> None:
    """One insole's frames for everybody who reads Parquet: each channel a column of its numbers. The library
    stored them so before it stored differences, and reads both."""
    columns = _when(frames)
    numbers = {f"c{channel:02d}": frames.counts[:, channel] for channel in range(CHANNELS)}
    if frames.imu is not None:
        numbers |= {name: frames.imu[:, index] for index, name in enumerate(IMU_NAMES)}
    columns |= {name: np.ascontiguousarray(values) for name, values in numbers.items()}
    _write(path, columns, list(numbers))


def _when(frames: FootFrames) -> dict[str, Any]:
    """The columns that say which frame a row is and when it was."""
    import pyarrow as pa

    return {
        "seq": frames.seq,
        "slots": frames.slots,
        "boot": frames.boot,
        "status": frames.status,
        "device_us": frames.device_us,
        "host_ns": pa.array(frames.host_ns, mask=frames.host_ns == NO_TIME),
        "uncertainty_us": pa.array(frames.uncertainty_us, mask=frames.uncertainty_us < 0),
    }


def _write(path: Path, columns: dict[str, Any], split: list[str], key: FileKey | None = None) -> None:
    """Write columns; of those in `split` bytes of equal weight are stored together."""
    encodings = dict.fromkeys(split, "BYTE_STREAM_SPLIT") | dict.fromkeys(
        ("seq", "device_us", "host_ns"), "DELTA_BINARY_PACKED"
    )
    few = [name for name in columns if name not in encodings]
    write_columns(path, columns, encodings, dictionary=few, row_group=ROW_GROUP, key=key)


def read_parquet(
    path: Path, key: FileKey | None = None, host_ns: tuple[int, int] | None = None
) -> FootFrames:
    """One insole's frames.

    Args:
        path: the file.
        key: of an encrypted file.
        host_ns: only frames from the first to before the second UTC time; no more of the file is read than
            the groups of rows that hold them. Frames whose time is not known are left out then.

    Raises:
        RecordingError: the file is damaged, is not one of ours, or the key does not fit.
    """
    file = ColumnFile(path, key)
    frames = frames_of(file, None if host_ns is None else file.groups_between("host_ns", *host_ns))
    if host_ns is None:
        return frames
    return frames.rows((frames.host_ns >= host_ns[0]) & (frames.host_ns < host_ns[1]))


def frames_of(file: ColumnFile, groups: list[int] | None) -> FootFrames:
    """Frames of some groups of rows, of all for None.

    Raises:
        RecordingError: the data are damaged.
    """
    table = file.read(groups)
    return FootFrames(
        seq=table.column("seq", "i8"),
        slots=table.column("slots", "u1"),
        boot=table.column("boot", "u2"),
        status=table.column("status", "u2"),
        device_us=table.column("device_us", "i8"),
        host_ns=table.column("host_ns", "i8", NO_TIME),
        uncertainty_us=table.column("uncertainty_us", "i4", -1),
        counts=_numbers(table, file, COUNTS_COLUMN, _CHANNEL_NAMES, "u2"),
        imu=_numbers(table, file, MOTION_COLUMN, IMU_NAMES, "i2") if has_motion(file) else None,
    )


def has_motion(file: ColumnFile) -> bool:
    """Whether a file holds what a motion sensor measured."""
    return MOTION_COLUMN in file.names or IMU_NAMES[0] in file.names


def counts_of(file: ColumnFile, group: int) -> NDArray[np.uint16]:
    """Counts (n, 16) of a group of rows, and nothing else of it.

    Raises:
        RecordingError: the data are damaged.
    """
    stored = (
        [COUNTS_COLUMN, kind_name(COUNTS_COLUMN)] if COUNTS_COLUMN in file.names else list(_CHANNEL_NAMES)
    )
    return _numbers(file.read([group], stored), file, COUNTS_COLUMN, _CHANNEL_NAMES, "u2")


def motion_and_status_of(file: ColumnFile, group: int) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
    """Raw motion (n, 6) of a group of rows of a file that has any, and the status (n,), which has its ranges.

    Raises:
        RecordingError: the data are damaged.
    """
    stored = [MOTION_COLUMN, kind_name(MOTION_COLUMN)] if MOTION_COLUMN in file.names else list(IMU_NAMES)
    table = file.read([group], [*stored, "status"])
    return _numbers(table, file, MOTION_COLUMN, IMU_NAMES, "i2"), table.column("status", "u2")


def _numbers(table: Columns, file: ColumnFile, name: str, each: Sequence[str], kind: str) -> NDArray[Any]:
    """Numbers (n, columns) of 16 bits: from one column of differences, or from columns of their own."""
    if name in file.names:
        return table.differences(name, len(each)).view(kind)
    return table.matrix(list(each), kind)
