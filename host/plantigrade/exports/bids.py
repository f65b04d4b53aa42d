"""Motion-BIDS: a folder that is a BIDS data set of one participant, one task, one tracking system.

Holds counts, newtons, motion, true times (LATENCY channels), contacts, gaps and all facts
(`sourcedata/about.json`). Rows are of equal distance, as the standard wants; missing samples are `n/a`.
The standard knows no channel type for pressure, so counts and forces are of type MISC.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.about import about_text
from plantigrade.exports.ascii_text import ascii_text
from plantigrade.exports.atomic_write import new_folder
from plantigrade.exports.export_data import DEG_S, M_S2, MOTION_COLUMNS, ExportData, ExportFoot
from plantigrade.exports.marks import marks
from plantigrade.exports.slots import SlotRows, needs_rows, row_offset_ms

BIDS_VERSION: Final = "1.10.0"
TASK: Final = "dailylife"
SYSTEM: Final = "insoles"
CHUNK: Final = 1 << 14
MISSING: Final = "n/a"


def write(data: ExportData, path: Path) -> None:
    """Write the folder `path`.

    Raises:
        ExportError: no frame has a time, the folder is there already, or it cannot be written.
    """
    placed, rows = needs_rows(data, "Motion-BIDS")
    name = _participant(data)
    stem = f"{name}_task-{TASK}_tracksys-{SYSTEM}"
    with new_folder(path) as folder:
        motion = folder / name / "motion"
        motion.mkdir(parents=True)
        (folder / "sourcedata").mkdir()
        (folder / "sourcedata" / "about.json").write_text(about_text(data), encoding="utf-8")
        _describe(data, folder, name)
        channels = _channels(data)
        (motion / f"{stem}_channels.tsv").write_text(_tsv(channels), encoding="utf-8")
        _json(motion / f"{stem}_motion.json", _sidecar(data, rows, channels))
        with (motion / f"{stem}_motion.tsv").open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(_samples(data, placed, rows))
        events = motion / f"{name}_task-{TASK}_events"
        events.with_suffix(".tsv").write_text(_tsv(_events(data)), encoding="utf-8")
        _json(events.with_suffix(".json"), _EVENT_COLUMNS)


def _participant(data: ExportData) -> str:
    code = "" if data.person is None else re.sub("[^A-Za-z0-9]", "", ascii_text(data.person.code))
    return f"sub-{code or '01'}"


def _describe(data: ExportData, folder: Path, name: str) -> None:
    made_by = {"Name": "Plantigrade", "Version": data.versions["plantigrade"]}
    _json(
        folder / "dataset_description.json",
        {
            "Name": f"Plantar pressure, {data.id}",
            "BIDSVersion": BIDS_VERSION,
            "DatasetType": "raw",
            "License": "n/a",
            "Authors": ["n/a"],
            "GeneratedBy": [made_by],
        },
    )
    text = (
        "Plantar pressure of both feet, exported by Plantigrade.\n\nCounts and forces are channels of type "
        "MISC; LATENCY channels hold the true time of each row in seconds. All facts about insoles, gaps, "
        "calibration and versions are in sourcedata/about.json.\n"
    )
    (folder / "README").write_text(text, encoding="utf-8")
    person = data.person
    sex = MISSING if person is None or person.sex is None else person.sex
    height = MISSING if person is None or person.height_cm is None else f"{person.height_cm:g}"
    weight = MISSING if person is None or person.weight_kg is None else f"{person.weight_kg:g}"
    rows = [["participant_id", "sex", "height", "weight"], [name, sex, height, weight]]
    (folder / "participants.tsv").write_text(_tsv(rows), encoding="utf-8")
    columns = {
        "sex": {"Description": "as the library has it"},
        "height": {"Description": "body height", "Units": "cm"},
        "weight": {"Description": "body weight", "Units": "kg"},
    }
    _json(folder / "participants.json", columns)
    start = MISSING if data.start is None else data.start.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    scan = f"motion/{name}_task-{TASK}_tracksys-{SYSTEM}_motion.tsv"
    scans = _tsv([["filename", "acq_time"], [scan, start]])
    (folder / name / f"{name}_scans.tsv").write_text(scans, encoding="utf-8")


def _channels(data: ExportData) -> list[list[str]]:
    table = [["name", "component", "type", "tracked_point", "units", "sampling_frequency", "description"]]
    rate = f"{data.rate_hz:g}"
    for foot in data.feet:
        point = f"{foot.foot}_foot"
        table.append([f"{foot.foot}_time", MISSING, "LATENCY", point, "s", rate, "true time of the row"])
        if foot.frames is not None:
            table += [
                [f"{foot.foot}_{name}_count", MISSING, "MISC", point, MISSING, rate, "raw ADC count"]
                for name in foot.sensors
            ]
        unit = "N" if foot.force_unit == "N" else MISSING
        table += [
            [f"{foot.foot}_{name}_force", MISSING, "MISC", point, unit, rate, "force"]
            for name in foot.sensors
        ]
        if foot.motions is not None:
            table += [
                [f"{foot.foot}_{column.name}", column.axis, *_kind(column.unit, point, rate)]
                for column in MOTION_COLUMNS
            ]
    return table


_MOTION_KINDS: Final = {M_S2: ("ACCEL", "m/s^2", "specific force"), DEG_S: ("GYRO", "deg/s", "rotation")}


def _kind(unit: str, point: str, rate: str) -> list[str]:
    kind, of_bids, what = _MOTION_KINDS[unit]
    return [kind, point, of_bids, rate, f"{what} along the insole's axis"]


def _sidecar(data: ExportData, rows: int, channels: list[list[str]]) -> dict[str, Any]:
    kinds = [row[2] for row in channels[1:]]
    firmware = [str(foot.manifest.insole.get("firmware", MISSING)) for foot in data.feet]
    serials = [str(foot.manifest.insole.get("serial", MISSING)) for foot in data.feet]
    return {
        "TaskName": TASK,
        "TaskDescription": "Free walking and daily life with pressure insoles",
        "SamplingFrequency": data.rate_hz,
        "SamplingFrequencyEffective": data.rate_hz,
        "TrackingSystemName": SYSTEM,
        "Manufacturer": "Plantigrade" if data.has_counts else MISSING,
        "DeviceSerialNumber": ", ".join(serials),
        "SoftwareVersions": f"plantigrade {data.versions['plantigrade']}, firmware {', '.join(firmware)}",
        "RecordingType": "continuous",
        "RecordingDuration": rows / data.rate_hz,
        "MissingValues": MISSING,
        "TrackedPointsCount": len(data.feet),
        "MotionChannelCount": len(kinds),
        "MISCChannelCount": kinds.count("MISC"),
        "LATENCYChannelCount": kinds.count("LATENCY"),
        **{f"{kind}ChannelCount": kinds.count(kind) for kind in ("ACCEL", "GYRO") if kind in kinds},
    }


_EVENT_COLUMNS: Final = {
    "trial_type": {
        "Description": "what happened",
        "Levels": {
            "initial_contact": "the foot touches the ground",
            "final_contact": "the foot leaves the ground",
            "gap": "samples are missing; value says why",
            "note": "a remark; value is its text",
            "alert": "an alert was raised; value is its rule",
        },
    },
    "foot": {"Description": "left, right or both"},
    "value": {"Description": "reason of a gap, text of a note, rule of an alert"},
}


def _events(data: ExportData) -> list[list[str]]:
    table = [["onset", "duration", "trial_type", "foot", "value"]]
    for mark in marks(data):
        text = " ".join(mark.text.split()) or MISSING
        lasted = MISSING if mark.duration_s is None else f"{mark.duration_s:.6f}"
        table.append([f"{mark.at_s:.6f}", lasted, mark.kind, mark.foot, text])
    return table


def _samples(data: ExportData, placed: list[SlotRows], rows: int) -> Iterator[str]:
    for start in range(0, rows, CHUNK):
        stop = min(start + CHUNK, rows)
        columns: list[list[str]] = []
        for foot, where in zip(data.feet, placed, strict=True):
            columns += _part(foot, where, data.rate_hz, start, stop)
        yield "".join("\t".join(row) + "\n" for row in zip(*columns, strict=True))


def _part(foot: ExportFoot, where: SlotRows, rate_hz: float, start: int, stop: int) -> list[list[str]]:
    part = where.between(start, stop)
    at = part.row - start
    time_s = part.row / rate_hz + row_offset_ms(foot, part, rate_hz) / 1e3
    columns = [_column(stop - start, at, time_s)]
    first = int(part.frame[0]) if len(part.frame) else 0
    piece = foot.piece(slice(first, int(part.frame[-1]) + 1 if len(part.frame) else 0))
    if piece.frames is not None:
        counts = piece.frames.counts[part.frame - first]
        columns += [_column(stop - start, at, counts[:, sensor]) for sensor in range(counts.shape[1])]
    force = piece.force_n[part.frame - first]
    columns += [_column(stop - start, at, force[:, sensor]) for sensor in range(force.shape[1])]
    if piece.motion is not None:
        moved = piece.motion[part.frame - first]
        columns += [_column(stop - start, at, moved[:, index]) for index in range(moved.shape[1])]
    return columns


def _column(rows: int, at: NDArray[np.int32], values: NDArray[Any]) -> list[str]:
    """Cells of one column, `MISSING` where no value is placed or it is not finite."""
    if values.dtype.kind in "iu":
        texts = list(map(str, values.tolist()))
    else:
        form = "%.9g" if values.dtype == np.float32 else "%.9f"
        texts = [form % value for value in values.tolist()]
        for index in np.flatnonzero(~np.isfinite(values)).tolist():
            texts[index] = MISSING
    if len(texts) == rows:
        return texts
    cells = [MISSING] * rows
    for row, text in zip(at.tolist(), texts, strict=True):
        cells[row] = text
    return cells


def _tsv(rows: list[list[str]]) -> str:
    return "".join("\t".join(row) + "\n" for row in rows)


def _json(path: Path, values: object) -> None:
    path.write_text(json.dumps(values, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
