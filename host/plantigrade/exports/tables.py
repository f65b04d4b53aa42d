# pyarrow has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false
"""The three tidy tables that CSV and Parquet share: frames, strides, events."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from plantigrade.analysis.tables import events_csv, strides_csv
from plantigrade.exports.export_data import MOTION_COLUMNS, ExportData, FootPiece
from plantigrade.library.recordings.frames import CHANNELS, IMU_NAMES, NO_TIME

if TYPE_CHECKING:
    import pyarrow as pa


def frame_tables(data: ExportData) -> Iterator["pa.Table"]:
    """Frames of all feet, one row a frame of one foot, in pieces of the same columns.

    Columns: `foot`, `time_s`, `seq`, `slots`; of our insoles also `boot`, `status`, `device_us`,
    `host_utc_ns`, `uncertainty_us`, `c00` ... `c15` (counts) and, where recorded, the IMU's raw values,
    empty where it could not be read; then `f00` ... (newtons) and, where recorded, `acc_x_m_s2` ...
    `gyr_z_deg_s` (along the insole's axes).
    """
    sensors = max(len(foot.sensors) for foot in data.feet)
    imu = any(foot.frames is not None and foot.frames.has_imu for foot in data.feet)
    motion = any(foot.motions is not None for foot in data.feet)
    for foot in data.feet:
        for piece in foot.pieces():
            yield _frames(foot.foot, piece, data.has_counts, sensors, imu, motion)


def _frames(foot: str, piece: FootPiece, counts: bool, sensors: int, imu: bool, motion: bool) -> "pa.Table":
    import pyarrow as pa

    size = len(piece.seq)
    columns: dict[str, Any] = {
        "foot": pa.array([foot] * size, pa.string()),
        "time_s": pa.array(piece.time_s, mask=~np.isfinite(piece.time_s)),
        "seq": pa.array(piece.seq),
        "slots": pa.array(piece.slots),
    }
    if counts and piece.frames is not None:
        frames = piece.frames
        columns |= {
            "boot": pa.array(frames.boot),
            "status": pa.array(frames.status),
            "device_us": pa.array(frames.device_us),
            "host_utc_ns": pa.array(frames.host_ns, mask=frames.host_ns == NO_TIME),
            "uncertainty_us": pa.array(frames.uncertainty_us, mask=frames.uncertainty_us < 0),
        }
        for channel in range(CHANNELS):
            columns[f"c{channel:02d}"] = pa.array(np.ascontiguousarray(frames.counts[:, channel]))
        motion_lost = frames.motion_lost
        for index, name in enumerate(IMU_NAMES if imu else ()):
            if frames.imu is None:
                columns[name] = pa.nulls(size, pa.int16())
            else:
                columns[name] = pa.array(np.ascontiguousarray(frames.imu[:, index]), mask=motion_lost)
    for sensor in range(sensors):
        if sensor < piece.force_n.shape[1]:
            force = np.ascontiguousarray(piece.force_n[:, sensor])
            columns[f"f{sensor:02d}"] = pa.array(force, mask=~np.isfinite(force))
        else:
            columns[f"f{sensor:02d}"] = pa.nulls(size, pa.float32())
    for index, (name, *_) in enumerate(MOTION_COLUMNS if motion else ()):
        if piece.motion is None:
            columns[name] = pa.nulls(size, pa.float32())
        else:
            value = np.ascontiguousarray(piece.motion[:, index])
            columns[name] = pa.array(value, mask=~np.isfinite(value))
    return pa.table(columns)


def strides_text(data: ExportData) -> str:
    """Strides as the analysis writes them (docs/reference/analysis-json.md)."""
    return strides_csv(data.analysis)


def events_text(data: ExportData) -> str:
    """Contacts of both feet as the analysis writes them."""
    return events_csv(data.analysis)
