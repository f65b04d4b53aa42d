"""StappOne `.csv`: one row a sample and sole, twelve uncalibrated sensors, motion sensors, millisecond
stamps.

No unit is stated. Those of motion follow from the smallest steps in the public example: 4.785 of acceleration
and 1221.73 of rotation are 0.488 mg in mm/s2 and 0.07 degrees/s in microradians/s, the resolution of a usual
sensor at 16 g and 2000 degrees/s.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats, Foot, Motion, Walk
from plantigrade.imports import cells, clock
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.motion import AXES, MotionColumns
from plantigrade.imports.nearest import mark
from plantigrade.imports.repeated_rows import without_repeats
from plantigrade.imports.source import Head, Source
from plantigrade.imports.table import NumberTable, stack

NAME: Final = "stappone"
MARKS: Final = (
    mark("the columns sole_id and timestamp", r"^sole_id\W+timestamp\W"),
    mark("columns such as pressure_01", r"\bpressure_01\b"),
)
SENSORS: Final = 12
_SIDE_OF_SOLE = {1: Foot.LEFT, 2: Foot.RIGHT}
_UNLOADED_PERCENTILE = 2.0
_EPOCH_FROM_MS, _EPOCH_TO_MS = 1e12, 4e12
"""Stamps from 2001 to 2096 are milliseconds of UTC; others count from when the sole was switched on."""
_MOTION = {"accel": ("acc", "mm/s2"), "gyro": ("gyr", "urad/s")}
_NEEDED = ("sole_id", "timestamp", *(f"pressure_{i:02d}" for i in range(1, SENSORS + 1)))


def recognises(head: Head) -> bool:
    """The column titles."""
    first = head.lines(1)
    return bool(first) and first[0].startswith("sole_id,timestamp,") and "pressure_01" in first[0]


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read one or two soles.

    Sensor values are raw: the unloaded level of each sensor is taken off, newtons are not known.

    Raises:
        FileError: missing columns, broken rows, an unknown sole, a time stamp that is no clock.
    """
    lines = source.lines()
    titles = next(lines, "").strip().split(",")
    lacking = [name for name in _NEEDED if name not in titles]
    if lacking:
        raise FileError(source.path, f"lacks the column {lacking[0]}")
    table = NumberTable(source, _not_empty(lines, source), first_line=2, columns=len(titles), delimiter=",")
    rows = stack(table.blocks(), path_problem=FileError(source.path, "holds no sample"))
    column = {name: i for i, name in enumerate(titles)}
    known = {*_NEEDED, "corrupt", *(f"{name}_{axis}" for name in _MOTION for axis in AXES)}
    unused = [title for title in titles if title not in known]
    meaning = "titles: sole, time, 12 sensors, motion, mark of corrupt rows"
    source.understood(1, f"{meaning}; not used: {', '.join(unused)}" if unused else meaning)
    source.understood(2, f"{len(rows)} rows of samples, one a sole and time", last_line=1 + len(rows))
    soles = np.unique(rows[:, column["sole_id"]])
    if len(soles) > 2 or not all(sole in _SIDE_OF_SOLE for sole in soles.tolist()):
        raise FileError(source.path, f"sole_id must be 1 (left) or 2 (right), not {soles[:4].tolist()}")
    if foot is not None and len(soles) == 2:
        raise FileError(source.path, "has both feet; leave --foot out")
    start_ms = float(np.nanmin(rows[:, column["timestamp"]]))
    notes = list(table.notes)
    feet = {
        foot or _SIDE_OF_SOLE[int(sole)]: _foot(
            rows[rows[:, column["sole_id"]] == sole], column, start_ms, source, notes
        )
        for sole in soles.tolist()
    }
    first = next(iter(feet.values()))
    assert first.clock is not None
    notes += [
        "sensors are not calibrated: timing and relative load only; the unloaded level of each sensor "
        f"(its percentile {_UNLOADED_PERCENTILE:g}) was taken off",
        "sensor places are approximate",
    ]
    shared = clock.Clock(first.clock.time_s, first.clock.rate_hz, (), ())
    in_epoch = _EPOCH_FROM_MS <= start_ms < _EPOCH_TO_MS
    started = datetime.fromtimestamp(start_ms / 1000, UTC) if in_epoch else None
    return to_walk(source, NAME, shared, feet, notes=notes, started_local=started)


def _not_empty(lines: Iterator[str], source: Source) -> Iterator[str]:
    first = next(lines, "")
    if not first:
        raise FileError(source.path, "has column titles but no sample")
    return chain([first], lines)


def _foot(
    rows: Floats, column: dict[str, int], start_ms: float, source: Source, notes: list[str]
) -> ImportedFoot:
    rows = without_repeats(rows, notes, time=column["timestamp"])
    ticks = clock.checked((rows[:, column["timestamp"]] - start_ms) / 1000.0, source.path)
    values = rows[:, [column[f"pressure_{i:02d}"] for i in range(1, SENSORS + 1)]]
    if "corrupt" in column:
        values[rows[:, column["corrupt"]] != 0] = np.nan
    finite = np.isfinite(values).all(axis=1)
    if not finite.any():
        raise FileError(source.path, "every sample is marked as corrupt")
    unloaded = np.percentile(values[finite], _UNLOADED_PERCENTILE, axis=0)
    force = np.maximum(values - unloaded, 0.0).astype(np.float32)
    return ImportedFoot(force, cells.stappone(), "footswitch", ticks, _motion(rows, column))


def _motion(rows: Floats, column: dict[str, int]) -> Motion | None:
    found = MotionColumns(axes="not stated; units by their resolution")
    for name, (kind, unit) in _MOTION.items():
        for axis in AXES:
            if f"{name}_{axis}" in column:
                found.add(kind, Foot.LEFT, axis, column[f"{name}_{axis}"], unit)
    return found.of(Foot.LEFT, {number: rows[:, number] for number in found.numbers()}, [])
