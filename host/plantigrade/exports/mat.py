# scipy's MATLAB module has no complete type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
"""MATLAB: one `.mat` file with the struct `plantigrade`, of level 5 or, for long recordings, of level 7.3.

`plantigrade.left.counts` is (n, 16) uint16, `.time_s` double, `.force_n` single, `.gaps` a struct array (in
level 7.3 one struct of columns); `plantigrade.strides` and `.events` hold columns; `plantigrade.about` is the
JSON text of all facts. Holds everything. Level 7.3, which is HDF5, is written piece by piece; level 5 is made
in memory and cannot hold 2 GB.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports import mat73
from plantigrade.exports.about import about_text
from plantigrade.exports.atomic_write import new_file
from plantigrade.exports.export_data import ExportData, ExportFoot, FootPiece
from plantigrade.exports.marks import contacts
from plantigrade.gait.results import STRIDE_UNITS, FootAnalysis
from plantigrade.library.recordings.frames import NO_TIME

LONG_ROWS: Final = 1 << 20
"""Of more frames (three hours at 100 Hz) the file is of level 7.3."""


def write(data: ExportData, path: Path) -> None:
    """Write the file `path`.

    Raises:
        ExportError: it cannot be written.
    """
    content: dict[str, Any] = {
        "id": data.id,
        "start_utc": "" if data.start is None else data.start.isoformat(),
        "sample_rate_hz": data.rate_hz,
        "about": about_text(data),
        "strides": {foot.foot.value: _strides(foot) for foot in data.analysis.feet},
    }
    with new_file(path) as draft:
        if max(len(foot) for foot in data.feet) > LONG_ROWS:
            _write_long(data, content, draft)
        else:
            _write_short(data, content, draft)


def _write_short(data: ExportData, content: dict[str, Any], path: Path) -> None:
    from scipy.io import savemat

    content |= {"events": _events(data)} | {foot.foot: _foot(foot) for foot in data.feet}
    savemat(str(path), {"plantigrade": content}, do_compression=True, long_field_names=True, oned_as="column")


def _foot(foot: ExportFoot) -> dict[str, Any]:
    gaps = np.array(
        [(gap.first, gap.end, _nan(gap.from_s), _nan(gap.to_s), gap.reason) for gap in foot.gaps],
        dtype=[("first", "O"), ("end", "O"), ("from_s", "O"), ("to_s", "O"), ("reason", "O")],
    )
    columns = _columns(foot.piece(slice(0, len(foot))))
    return columns | {"sensors": np.array(foot.sensors, dtype=object), "gaps": gaps}


def _columns(piece: FootPiece) -> dict[str, NDArray[Any]]:
    """What there is of every frame."""
    values: dict[str, NDArray[Any]] = {
        "time_s": piece.time_s,
        "seq": piece.seq,
        "slots": piece.slots,
        "force_n": piece.force_n,
    }
    if piece.frames is not None:
        frames = piece.frames
        values |= {
            "counts": frames.counts,
            "boot": frames.boot,
            "status": frames.status,
            "device_us": frames.device_us,
            "host_utc_ns": np.where(frames.host_ns == NO_TIME, np.int64(-1), frames.host_ns),
            "uncertainty_us": frames.uncertainty_us,
        }
        if frames.imu is not None:
            values["imu"] = frames.imu
    if piece.motion is not None:
        values |= {"acc_m_s2": piece.motion[:, :3], "gyr_deg_s": piece.motion[:, 3:]}
    return values


def _write_long(data: ExportData, content: dict[str, Any], path: Path) -> None:
    events = {
        name: value.tolist() if value.dtype == object else value for name, value in _events(data).items()
    }
    with mat73.new(path) as file:
        file.struct("plantigrade", content | {"events": events})
        for foot in data.feet:
            place = f"plantigrade/{foot.foot}"
            gaps = {
                "first": np.array([gap.first for gap in foot.gaps], np.int64),
                "end": np.array([gap.end for gap in foot.gaps], np.int64),
                "from_s": np.array([_nan(gap.from_s) for gap in foot.gaps]),
                "to_s": np.array([_nan(gap.to_s) for gap in foot.gaps]),
                "reason": [gap.reason for gap in foot.gaps],
            }
            file.struct(place, {"sensors": list(foot.sensors), "gaps": gaps})
            file.rows(place, len(foot), (_columns(piece) for piece in foot.pieces()))


def _nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _events(data: ExportData) -> dict[str, Any]:
    found = contacts(data)
    return {
        "time_s": np.array([one.at_s for one in found]),
        "foot": np.array([one.foot for one in found], dtype=object),
        "event": np.array([one.kind for one in found], dtype=object),
    }


def _strides(foot: FootAnalysis) -> dict[str, Any]:
    table = foot.strides
    names = ("initial_contact_s", "final_contact_s", "next_initial_contact_s", *STRIDE_UNITS)
    return {name: getattr(table, name) for name in names} | {
        "valid": table.valid.astype(np.uint8),
        "reason": table.reason,
        "bout": table.bout,
    }
