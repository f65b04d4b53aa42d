"""Tab-separated text in the shape of Moticon's OpenGo export, so that scripts written for it load our data.

`#` headers, one time axis for both feet, and for each foot sixteen pressures in N/cm2, total force,
centre of pressure in -0.5 ... +0.5 of the insole (X along it towards the toes, Y across it towards medial,
as in Moticon's files), and a step column (11/15 left and 21/25 right initial and final contact).

What the shape cannot hold: raw counts, gaps other than by empty rows, boots, uncertainty, calibration and
versions beyond the `Notes` line. Times are those of the slots of the nominal rate, at most half a slot (5
ms at 100 Hz) from the true time; both feet share them. `Start time` is local, as in theirs; `Notes` names
its distance from UTC. Pressure is force over the sensor's territory, in steps of 0.0001; total force in
steps of 0.01 N. Our sixteen sensors lie in other places than theirs: numbers 1 to 16 are our layout's
order. There are no columns of acceleration and rotation.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.atomic_write import new_file
from plantigrade.exports.export_data import SHIFTED_START, ExportData, ExportError, ExportFoot
from plantigrade.exports.marks import contacts
from plantigrade.exports.merged import Merged, merge
from plantigrade.gait.signals import SensorLayout
from plantigrade.library.time_zone import offset_text

SENSORS: Final = 16
CHUNK: Final = 1 << 16
LINES: Final = 1 << 13
STEP_CODES: Final = {
    ("left", "initial_contact"): 11,
    ("left", "final_contact"): 15,
    ("right", "initial_contact"): 21,
    ("right", "final_contact"): 25,
}
DECIMALS: Final = ("%.4f",) * SENSORS + ("%.2f", "%.4f", "%.4f", "%.0f")


def write(data: ExportData, path: Path) -> None:
    """Write the file `path`.

    Raises:
        ExportError: not two feet of sixteen calibrated sensors with known places, no times, or it cannot be
            written.
    """
    layouts = [_layout(foot, path) for foot in data.feet]
    if [foot.foot for foot in data.feet] != ["left", "right"]:
        raise ExportError(
            f"{path}: the shape has a left and a right insole; this recording does not have both"
        )
    merged = merge(data.feet, data.rate_hz)
    if not len(merged.time_s):
        raise ExportError(f"{path}: no frame has a time, which the shape needs; use csv or parquet")
    steps = _steps(data, merged)
    with new_file(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"# {line}\n" for line in _header(data))
        for start in range(0, len(merged.time_s), CHUNK):
            part = slice(start, min(start + CHUNK, len(merged.time_s)))
            sides = [
                _columns(foot, layout, rows, part, steps[foot.foot])
                for foot, layout, rows in zip(data.feet, layouts, merged.rows, strict=True)
            ]
            file.writelines(_rows(merged.time_s[part], sides))


def _layout(foot: ExportFoot, path: Path) -> SensorLayout:
    layout = foot.layout
    if foot.manifest.quantity in ("footswitch", "motion") or len(foot.sensors) != SENSORS or layout is None:
        raise ExportError(
            f"{path}: the shape holds {SENSORS} calibrated sensors with known places a foot; the "
            f"{foot.foot} foot does not have them; use csv or parquet"
        )
    return layout


def _header(data: ExportData) -> list[str]:
    start = data.local_start or SHIFTED_START
    seconds = data.duration_s or float(np.nanmax([np.nanmax(foot.time_s) for foot in data.feet]))
    minutes, rest = divmod(seconds, 60.0)
    hours, minutes = divmod(int(minutes), 60)
    serials = [str(foot.manifest.insole.get("serial", "none")) for foot in data.feet]
    size = None if data.person is None else data.person.shoe_size_eu
    versions = data.versions
    lines = [
        f"Start time: {start:%d.%m.%Y %H:%M:%S}.{start.microsecond // 1000:03d}",
        f"Duration: {hours:02d}:{minutes:02d}:{rest:06.3f}",
        f"Sensor insoles: {', '.join(serials)}",
        f"Recording type: Plantigrade, {data.rate_hz:g} Hz",
        f"Name: {data.id}",
        f"Notes: made by Plantigrade {versions['plantigrade']}, gait algorithm {versions['gait_algorithm']}"
        + (
            f"; start time in {offset_text(start)}"
            if data.start
            else "; the start time is not known and stands for nothing"
        ),
    ]
    if size is not None:
        lines.insert(3, f"Size: {round(size)}")
    columns = ["time"]
    for side in ("left", "right"):
        columns += [f"{side} pressure {number}[N/cm²]" for number in range(1, SENSORS + 1)]
        columns.append(f"{side} total force[N]")
        columns += [f"{side} center of pressure {axis}[-0.5...+0.5]" for axis in "XY"]
        columns.append(f"{side} steps[]")
    return [*lines, "\t".join(columns)]


def _columns(
    foot: ExportFoot, layout: SensorLayout, rows: NDArray[np.int32], part: slice, steps: NDArray[np.uint8]
) -> NDArray[np.float64]:
    """(count, 20) pressures, total, centre of pressure, steps; NaN where the foot has no sample."""
    out = np.full((part.stop - part.start, SENSORS + 4), np.nan)
    out[:, SENSORS + 3] = steps[part]
    mine = np.flatnonzero((rows >= part.start) & (rows < part.stop))
    if not len(mine):
        return out
    first = int(mine[0])
    force = foot.forces(slice(first, int(mine[-1]) + 1))[mine - first].astype(np.float64)
    at = rows[mine] - part.start
    out[at, :SENSORS] = force / layout.area_cm2
    total = force.sum(axis=1)
    out[at, SENSORS] = total
    length = layout.insole_length_mm or float(np.ptp(layout.y_mm))
    along = layout.y_mm / length - 0.5
    towards_medial = (layout.x_mm.mean() - layout.x_mm) / length
    weight = np.divide(force, total[:, None], out=np.zeros_like(force), where=total[:, None] != 0)
    out[at, SENSORS + 1] = np.clip(weight @ along, -0.5, 0.5)
    out[at, SENSORS + 2] = np.clip(weight @ towards_medial, -0.5, 0.5)
    return out


def _steps(data: ExportData, merged: Merged) -> dict[str, NDArray[np.uint8]]:
    """For each foot (r,) the code on the row nearest to each contact, 0 elsewhere."""
    codes = {foot.foot: np.zeros(len(merged.time_s), np.uint8) for foot in data.feet}
    for mark in contacts(data):
        row = (
            int(np.argmin(np.abs(merged.time_s - mark.at_s)))
            if len(merged.time_s) < 2
            else _nearest(merged, mark.at_s)
        )
        codes[mark.foot][row] = STEP_CODES[mark.foot, mark.kind]
    return codes


def _nearest(merged: Merged, at_s: float) -> int:
    after = min(max(int(np.searchsorted(merged.time_s, at_s)), 1), len(merged.time_s) - 1)
    before = after - 1
    return before if at_s - merged.time_s[before] <= merged.time_s[after] - at_s else after


def _rows(time_s: NDArray[np.float64], sides: list[NDArray[np.float64]]) -> Iterator[str]:
    form = "\t".join(("%.4f", *DECIMALS * len(sides))) + "\n"
    for start in range(0, len(time_s), LINES):
        part = slice(start, start + LINES)
        block = np.column_stack([time_s[part], *(side[part] for side in sides)])
        yield "".join([form % tuple(row) for row in block.tolist()])
