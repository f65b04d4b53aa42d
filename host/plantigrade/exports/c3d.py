# ezc3d has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""C3D: counts (or forces) as analogue channels on rows of equal distance, contacts as events.

What C3D cannot hold: time of day, reasons of gaps, boots, status, calibration; missing samples are -1, of
motion NaN. Values are 32-bit floats, which hold counts exactly. The channel "<foot> clock ms" is the true
time of a row less its nominal time. The header counts frames in 16 bits: what is longer than 65535 frames
(11 minutes at 100 Hz) is refused, because readers disagree about the way around that. A table of events holds
255: further ones are in `EVENT:TIMES2`, `CONTEXTS2`, `LABELS2` and so on, named as the format names further
tables of labels, which few programs read; so the person is told from when on. `EVENT:USED` counts the first
table, for programs that know only that one.
"""

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from plantigrade.exports.atomic_write import new_file
from plantigrade.exports.export_data import MOTION_COLUMNS, ExportData, ExportError, ExportFoot
from plantigrade.exports.marks import Mark, contacts
from plantigrade.exports.slots import SlotRows, needs_rows, row_offset_ms

if TYPE_CHECKING:
    import ezc3d

SUFFIX: Final = ".c3d"
"""ezc3d writes beside the file that it is given when its name ends in anything else."""
MAX_FRAMES: Final = 65535
MAX_EVENTS: Final = 255
MAX_TABLES: Final = 12
"""Of events: the format's parameters have room for 130 kB together, of which a table takes 6 kB."""
MAX_CHANNELS: Final = 255
MISSING: Final = -1.0
LABELS: Final = {"initial_contact": "Foot Strike", "final_contact": "Foot Off"}


def write(data: ExportData, path: Path) -> list[str]:
    """Write the file `path`; what to tell the person about it.

    Raises:
        ExportError: no frame has a time, the recording is too long or has too many sensors, or it cannot be
            written.
    """
    import ezc3d

    placed, rows = needs_rows(data, "C3D")
    if rows > MAX_FRAMES:
        raise ExportError(
            f"{path}: C3D holds {MAX_FRAMES} frames ({MAX_FRAMES / data.rate_hz / 60:.0f} min at "
            f"{data.rate_hz:g} Hz), this recording has {rows}; use mat, edf, csv or parquet"
        )
    names: list[str] = []
    units: list[str] = []
    columns: list[np.ndarray[Any, Any]] = []
    for foot, where in zip(data.feet, placed, strict=True):
        for name, unit, values in _channels(foot, where, rows, data.rate_hz):
            names.append(name)
            units.append(unit)
            columns.append(values)
    if len(names) > MAX_CHANNELS:
        raise ExportError(f"{path}: C3D holds {MAX_CHANNELS} channels, this recording has {len(names)}")
    made = ezc3d.c3d()
    parameters = made["parameters"]
    parameters["POINT"]["RATE"]["value"] = [data.rate_hz]
    parameters["ANALOG"]["RATE"]["value"] = [data.rate_hz]
    parameters["ANALOG"]["LABELS"]["value"] = names
    parameters["ANALOG"]["UNITS"]["value"] = units
    made["data"]["points"] = np.zeros((4, 0, rows))
    made["data"]["analogs"] = np.stack(columns)[None].astype(np.float64)
    found = contacts(data)
    _add_events(made, found)
    made.add_parameter("PLANTIGRADE", "RECORDING", [data.id])
    made.add_parameter("PLANTIGRADE", "START_UTC", [data.start.isoformat() if data.start else ""])
    made.add_parameter("PLANTIGRADE", "VERSION", [data.versions["plantigrade"]])
    made.add_parameter("PLANTIGRADE", "GAIT_ALGORITHM", [data.versions["gait_algorithm"]])
    made.add_parameter(
        "PLANTIGRADE", "EVENTS_LEFT_OUT", [float(max(len(found) - MAX_TABLES * MAX_EVENTS, 0))]
    )
    with new_file(path, SUFFIX) as draft:
        made.write(str(draft))
        _check_size(draft, rows, len(names))
    return _about_events(found)


def _add_events(made: "ezc3d.c3d", found: Sequence[Mark]) -> None:
    for mark in found[:MAX_EVENTS]:
        made.add_event(time=_time(mark), context=mark.foot.capitalize(), label=LABELS[mark.kind])
    for number in range(2, MAX_TABLES + 1):
        table = found[(number - 1) * MAX_EVENTS : number * MAX_EVENTS]
        if not table:
            return
        times = np.array([_time(mark) for mark in table]).T
        made.add_parameter("EVENT", f"TIMES{number}", times)
        made.add_parameter("EVENT", f"CONTEXTS{number}", [mark.foot.capitalize() for mark in table])
        made.add_parameter("EVENT", f"LABELS{number}", [LABELS[mark.kind] for mark in table])


def _time(mark: Mark) -> list[float]:
    """Minutes and seconds; readers add them up."""
    return [0.0, max(mark.at_s, 0.0)]


def _about_events(found: Sequence[Mark]) -> list[str]:
    if len(found) <= MAX_EVENTS:
        return []
    last = found[MAX_EVENTS].at_s
    remark = (
        f"C3D's table of events holds {MAX_EVENTS}; this recording has {len(found)} contacts. Those from "
        f"{last:.1f} s on are in further tables (EVENT:TIMES2 and so on), which few programs read"
    )
    most = MAX_TABLES * MAX_EVENTS
    if len(found) > most:
        remark += f", and those from {found[most].at_s:.1f} s on are left out"
    return [f"{remark}; edf, csv and parquet hold all of them."]


def _check_size(path: Path, rows: int, channels: int) -> None:
    """ezc3d does not notice a disk that is full: what is missing at the end must be noticed here.

    Raises:
        OSError: the file is shorter than its header says.
    """
    with path.open("rb") as file:
        head = file.read(18)
    begin = (int.from_bytes(head[16:18], "little") - 1) * 512  # word 9: first block of the data
    if path.stat().st_size < begin + rows * channels * 4 or len(head) < 18:
        raise OSError(errno.ENOSPC, "the disk is full")


def _channels(
    foot: ExportFoot, where: SlotRows, rows: int, rate_hz: float
) -> "list[tuple[str, str, np.ndarray[Any, Any]]]":
    piece = foot.piece(slice(0, len(foot)))
    values = piece.force_n if piece.frames is None else piece.frames.counts
    unit = foot.force_unit if foot.frames is None else "counts"
    filled = where.spread(np.nan_to_num(values.astype(np.float64), nan=MISSING), rows, MISSING)
    total = where.spread(np.nan_to_num(piece.total_n, nan=MISSING), rows, MISSING)
    clock = np.zeros(rows)
    clock[where.row] = row_offset_ms(foot, where, rate_hz)
    side = foot.foot
    found = [(f"{side} {name}", unit, filled[:, sensor]) for sensor, name in enumerate(foot.sensors)]
    found.append((f"{side} total", foot.force_unit, total))
    if piece.motion is not None:
        moved = where.spread(piece.motion.astype(np.float64), rows, np.nan)
        found += [
            (f"{side} {column.label}", column.unit, moved[:, index])
            for index, column in enumerate(MOTION_COLUMNS)
        ]
    return [*found, (f"{side} clock ms", "ms", clock)]
