# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""Frames of one insole as columns, in memory and as Parquet."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from plantigrade.errors import FileError

CHANNELS = 16
IMU_NAMES = ("acc_x", "acc_y", "acc_z", "rate_x", "rate_y", "rate_z")
NO_TIME = np.iinfo(np.int64).min
ROW_GROUP = 1 << 18


class RecordingError(FileError):
    """A recording that cannot be written or is not sound."""


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
        imu: (n, 6) int16 or None.
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


def write_parquet(path: Path, frames: FootFrames) -> None:
    """One insole's frames as Parquet: zstd, and bytes of equal weight together, which suits 12-bit counts."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {
        "seq": frames.seq,
        "slots": frames.slots,
        "boot": frames.boot,
        "status": frames.status,
        "device_us": frames.device_us,
        "host_ns": pa.array(frames.host_ns, mask=frames.host_ns == NO_TIME),
        "uncertainty_us": pa.array(frames.uncertainty_us, mask=frames.uncertainty_us < 0),
    }
    for channel in range(CHANNELS):
        columns[f"c{channel:02d}"] = np.ascontiguousarray(frames.counts[:, channel])
    if frames.imu is not None:
        for index, name in enumerate(IMU_NAMES):
            columns[name] = np.ascontiguousarray(frames.imu[:, index])
    split = [name for name in columns if name.startswith(("c", "acc", "rate"))]
    steady = ["seq", "device_us", "host_ns"]
    pq.write_table(
        pa.table(columns),
        path,
        row_group_size=ROW_GROUP,
        compression="zstd",
        compression_level=3,
        use_dictionary=["slots", "boot", "status", "uncertainty_us"],  # pyright: ignore[reportArgumentType]
        column_encoding={
            **dict.fromkeys(split, "BYTE_STREAM_SPLIT"),
            **dict.fromkeys(steady, "DELTA_BINARY_PACKED"),
        },
    )


def read_parquet(path: Path) -> FootFrames:
    """One insole's frames.

    Raises:
        RecordingError: the file is damaged or is not one of ours.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        names = set(table.column_names)
        counts = np.column_stack([_numpy(table, f"c{channel:02d}", "u2") for channel in range(CHANNELS)])
        imu = None
        if IMU_NAMES[0] in names:
            imu = np.column_stack([_numpy(table, name, "i2") for name in IMU_NAMES])
        return FootFrames(
            seq=_numpy(table, "seq", "i8"),
            slots=_numpy(table, "slots", "u1"),
            boot=_numpy(table, "boot", "u2"),
            status=_numpy(table, "status", "u2"),
            device_us=_numpy(table, "device_us", "i8"),
            host_ns=_numpy(table, "host_ns", "i8", NO_TIME),
            uncertainty_us=_numpy(table, "uncertainty_us", "i4", -1),
            counts=counts,
            imu=imu,
        )
    except (pa.ArrowException, OSError, KeyError) as error:
        raise RecordingError(path, f"is not a sound recording: {str(error).splitlines()[0]}") from error


def _numpy(table: Any, name: str, kind: str, missing: int | None = None) -> NDArray[Any]:
    column = table.column(name)
    if missing is not None:
        column = column.fill_null(missing)
    return column.to_numpy().astype(kind, copy=False)
