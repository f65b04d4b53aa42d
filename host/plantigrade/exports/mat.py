# scipy's MATLAB module has no complete type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
"""MATLAB: one `.mat` file (level 5) with the struct `plantigrade`.

`plantigrade.left.counts` is (n, 16) uint16, `.time_s` double, `.force_n` single, `.gaps` a struct array;
`plantigrade.strides` and `.events` hold columns; `plantigrade.about` is the JSON text of all facts. Holds
everything. A level 5 file cannot hold an array above 2 GB: a longer recording is refused.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np

from plantigrade.exports.about import about_text
from plantigrade.exports.marks import contacts
from plantigrade.exports.place import new_file
from plantigrade.exports.subject import ExportError, FootData, Subject
from plantigrade.gait.results import STRIDE_UNITS, FootAnalysis
from plantigrade.library.frames import NO_TIME

MAX_BYTES: Final = (1 << 31) - 1024


def write(subject: Subject, path: Path) -> None:
    """Write the file `path`.

    Raises:
        ExportError: an array would be larger than 2 GB, or it cannot be written.
    """
    from scipy.io import savemat

    content: dict[str, Any] = {
        "id": subject.id,
        "start_utc": "" if subject.start is None else subject.start.isoformat(),
        "sample_rate_hz": subject.rate_hz,
        "about": about_text(subject),
        "events": _events(subject),
        "strides": {foot.foot.value: _strides(foot) for foot in subject.analysis.feet},
    }
    for foot in subject.feet:
        content[foot.foot] = _foot(foot, path)
    with new_file(path) as draft:
        savemat(
            str(draft), {"plantigrade": content}, do_compression=True, long_field_names=True, oned_as="column"
        )


def _foot(foot: FootData, path: Path) -> dict[str, Any]:
    gaps = np.array(
        [(gap.first, gap.end, _nan(gap.from_s), _nan(gap.to_s), gap.reason) for gap in foot.gaps],
        dtype=[("first", "O"), ("end", "O"), ("from_s", "O"), ("to_s", "O"), ("reason", "O")],
    )
    values: dict[str, Any] = {
        "time_s": foot.time_s,
        "seq": foot.seq,
        "slots": foot.slots,
        "force_n": foot.force_n,
        "sensors": np.array(foot.sensors, dtype=object),
        "gaps": gaps,
    }
    if foot.frames is not None:
        frames = foot.frames
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
    for name, value in values.items():
        if isinstance(value, np.ndarray) and value.nbytes > MAX_BYTES:
            raise ExportError(
                f"{path}: {foot.foot} {name} takes {value.nbytes / 1e9:.1f} GB, a MATLAB 5 file "
                "holds 2 GB an array; export a part, or parquet, which MATLAB reads as well"
            )
    return values


def _nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _events(subject: Subject) -> dict[str, Any]:
    found = contacts(subject)
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
