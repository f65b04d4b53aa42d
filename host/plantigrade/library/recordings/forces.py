"""Samples of an imported walk as columns: forces and motion as the other system gave them, on their own
clock.

Motion is stored in the body's axes, as the import found them (`gait.motion.axes`).
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.gait.signals import FootSignal, Motion, SensorLayout
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.file_key import FileKey
from plantigrade.library.recordings.columns import ColumnFile, Columns, write_columns

ROW_GROUP: Final = 1 << 16
ACC_NAMES: Final = ("acc_x_m_s2", "acc_y_m_s2", "acc_z_m_s2")
GYR_NAMES: Final = ("gyr_x_deg_s", "gyr_y_deg_s", "gyr_z_deg_s")
STORED_AXES: Final = "the body's, as the import found them"
MIRRORED: Final = "motion_sides_unknown"
"""Entry of an import's provenance: feet whose motion does not tell left from right (`Motion.sides_known`)."""


@dataclass(frozen=True, eq=False)
class ForceFrames:
    """Samples of one foot in rising order.

    Attributes:
        seq: (n,) int64, number of the sample on the nominal rate, so that missing ones show as a jump.
        time_s: (n,) float64, as the source states them.
        force_n: (n, S) float32; the unit of `FootSignal.force_n`.
        motion: on the same rows; None where the source has none.
    """

    seq: NDArray[np.int64]
    time_s: NDArray[np.float64]
    force_n: NDArray[np.float32]
    motion: Motion | None = None

    def __len__(self) -> int:
        return len(self.seq)

    def is_empty(self) -> NDArray[np.bool_]:
        """(n,) whether the source has no number in any cell of a sample: it is there, and yet missing."""
        return np.asarray(np.isnan(self.force_n).all(axis=1), np.bool_)


def from_signal(signal: FootSignal, rate_hz: float) -> ForceFrames:
    """The samples of a foot, numbered by the nominal rate where the times allow it, else one by one."""
    number = np.arange(len(signal), dtype=np.int64)
    if len(signal) and np.all(np.isfinite(signal.time_s)):
        placed = np.rint((signal.time_s - signal.time_s[0]) * rate_hz).astype(np.int64)
        if np.all(np.diff(placed) > 0):
            number = placed
    return ForceFrames(number, signal.time_s, signal.force_n, signal.motion)


def write_forces(path: Path, frames: ForceFrames, key: FileKey | None = None) -> None:
    """Write samples as Parquet.

    Raises:
        OSError: the file cannot be written.
    """
    columns: dict[str, Any] = {"seq": frames.seq, "time_s": frames.time_s}
    for sensor in range(frames.force_n.shape[1]):
        columns[f"f{sensor:03d}"] = np.ascontiguousarray(frames.force_n[:, sensor], np.float32)
    if frames.motion is not None:
        parts = ((ACC_NAMES, frames.motion.acc_m_s2), (GYR_NAMES, frames.motion.gyr_deg_s))
        for names, values in parts:
            if values is None:
                continue
            for axis, name in enumerate(names):
                columns[name] = np.ascontiguousarray(values[:, axis], np.float32)
    encodings = dict.fromkeys(columns, "BYTE_STREAM_SPLIT") | {"seq": "DELTA_BINARY_PACKED"}
    write_columns(path, columns, encodings, row_group=ROW_GROUP, key=key)


def read_forces(
    path: Path, key: FileKey | None = None, time_s: tuple[float, float] | None = None
) -> ForceFrames:
    """Samples of one foot.

    Args:
        path: the file.
        key: of an encrypted file.
        time_s: only samples from the first to before the second time.

    Raises:
        RecordingError: the file is damaged, is not one of ours, or the key does not fit.
    """
    file = ColumnFile(path, key)
    sensors = sorted(name for name in file.names if name.startswith("f"))
    if not sensors:
        raise RecordingError(path, "is not a sound recording: it holds no forces")
    table = file.read(None if time_s is None else file.groups_between("time_s", *time_s))
    seq, times = table.column("seq", "i8"), table.column("time_s", "f8")
    force = forces_of(table, sensors)
    acc, gyr = (
        table.matrix(list(names), "f4") if names[0] in file.names else None
        for names in (ACC_NAMES, GYR_NAMES)
    )
    if time_s is not None:
        chosen = (times >= time_s[0]) & (times < time_s[1])
        seq, times, force = seq[chosen], times[chosen], force[chosen]
        acc, gyr = (None if values is None else values[chosen] for values in (acc, gyr))
    return ForceFrames(seq, times, force, None if acc is None else Motion(acc, gyr, STORED_AXES))


def forces_of(table: Columns, names: list[str]) -> NDArray[np.float32]:
    """Columns of forces beside each other.

    Raises:
        RecordingError: there is no such column.
    """
    return table.matrix(names, "f4")


def layout_as_json(layout: SensorLayout | None) -> dict[str, Any] | None:
    """Sensor places as they stand in the manifest."""
    if layout is None:
        return None
    values = asdict(layout)
    return {
        name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in values.items()
    }


def layout_from_json(values: dict[str, Any] | None) -> SensorLayout | None:
    """Sensor positions from the manifest.

    Raises:
        ValueError, KeyError, TypeError: they make no sense.
    """
    if values is None:
        return None
    return SensorLayout(
        name=str(values["name"]),
        x_mm=np.array(values["x_mm"], np.float64),
        y_mm=np.array(values["y_mm"], np.float64),
        area_cm2=np.array(values["area_cm2"], np.float64),
        region=tuple(str(name) for name in values["region"]),
        relative=bool(values["relative"]),
        insole_length_mm=values["insole_length_mm"],
    )
