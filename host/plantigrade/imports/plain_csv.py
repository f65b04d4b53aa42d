"""Plain CSV: the format to write when a system has none of the others. Defined in
docs/reference/file-formats.md.

    # body_weight_kg: 71.5 time_s,left_force_n,right_force_n 0.000,412.5,0.0

Columns: `time_s` (or a line `# sample_rate_hz: 100`), then for one or both feet either the total force
(`left_force_n`), or each sensor (`left_1_n` ... or `left_heel_posterior_n` ... for our own layout), or a
footswitch in any unit (`left_footswitch`), or none of them; and motion (`left_acc_x_m_s2` ...
`left_gyr_z_deg_s`, also in g and rad/s). An empty cell is a missing sample.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from insole_protocol.layout import SENSOR_NAMES

from plantigrade.errors import FileError
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import NEWTONS_PER_KG, Floats, Foot, Instrument, SensorLayout, Walk
from plantigrade.imports import cells
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.motion import MotionColumns
from plantigrade.imports.plain_header import COLUMN, MOTION, Header, is_measured, read_header, recognises
from plantigrade.imports.plain_time import TimeColumns
from plantigrade.imports.source import Source
from plantigrade.imports.spreadsheet import Spreadsheet
from plantigrade.imports.table import stack
from plantigrade.imports.table_rows import TableRows

NAME: Final = "csv"

_OF_A_FOOT: Final = re.compile(r"[\W_]*(l\W*e\W*f\W*t|r\W*i\W*g\W*h\W*t)")

__all__ = ["NAME", "read", "recognises"]


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read a recording of one or two feet.

    Raises:
        FileError: no title row, columns of mixed kinds, broken rows, numbers that may be two, no clock.
    """
    before = replace(source, on_progress=None)
    header = read_header(before)
    names = header.titles.names
    forces = [index for index, title in enumerate(names) if COLUMN.match(title)]
    motion = _motion(names)
    rate_hz = header.number("sample_rate_hz")
    cells = TableRows(before, header.titles)
    timing = TimeColumns.among(source, header.titles, cells, needed=rate_hz is None)
    table = Spreadsheet(
        source,
        header.titles,
        cells,
        [*timing.numbers, *forces, *sorted(motion.numbers())],
        timing.texts,
        decimal=header.decimal_mark(),
        time=timing.numbers[0] if timing.numbers else None,
        seconds=timing.unit_s == 1.0,
    )
    rows, cell_texts = _read_rows(source, table)
    rows, timed = timing.time_of(source, rows, cell_texts, rate_hz)
    _explain(source, header, [names[index] for index in (*timing.numbers, *timing.texts)], len(rows))
    columns = {names[index]: rows[:, len(timing.numbers) + i] for i, index in enumerate(forces)}
    moved = {index: rows[:, i - len(motion.numbers())] for i, index in enumerate(sorted(motion.numbers()))}
    notes: list[str] = []
    feet = {
        side: replace(data, motion=motion.of(side, moved, notes))
        for side in Foot
        if (data := _foot(source, header, side, columns, motion, len(rows))) is not None
    }
    if foot is not None:
        if len(feet) != 1:
            raise FileError(source.path, "has both feet; leave --foot out")
        feet = {foot: next(iter(feet.values()))}
    weight_kg = header.number("body_weight_kg")
    weight_n = weight_kg * NEWTONS_PER_KG if weight_kg is not None else None
    instrument, caveats = _instrument(source, header, feet)
    caveats += notes
    start, unknown = header.start()
    unread = [title[:40] for title in names if _OF_A_FOOT.match(title) and not _is_read(title)]
    if unread:
        caveats.append(f"not read, as their titles are not known: columns {', '.join(unread[:6])}")
    return to_walk(
        source,
        NAME,
        timed.clock,
        feet,
        notes=[*table.notes, *timed.notes, *([unknown] if unknown else []), *caveats],
        body_weight_n=weight_n,
        instrument=instrument,
        started_local=start or timed.start,
    )


def _kind(title: str) -> str:
    if COLUMN.match(title):
        return "load"
    return "motion" if MOTION.match(title) else "not used"


def _is_read(title: str) -> bool:
    return is_measured(title)


def _motion(names: Sequence[str]) -> MotionColumns:
    """Columns such as left_acc_x_m_s2 and right_gyr_z_deg_s."""
    found = MotionColumns(axes="as the file's writer chose them")
    for index, title in enumerate(names):
        if (match := MOTION.match(title)) is not None:
            side, kind, axis, unit = match.groups()
            found.add(kind, Foot(side), axis, index, unit.replace("_", "/"))
    return found


def _explain(source: Source, header: Header, times: list[str], count: int) -> None:
    """What the lines were taken for."""
    line = header.titles.line
    for name, value in header.facts.items():
        source.understood(1, f"a remark before the titles: {name} {value[:60]}", last_line=max(1, line - 1))
    kinds = [f"{title}: {'time' if title in times else _kind(title)}" for title in header.titles.names]
    source.understood(line, f"titles: {'; '.join(kinds)}")
    source.understood(line + 1, f"{count} rows of samples", last_line=line + count)


def _read_rows(source: Source, table: Spreadsheet) -> tuple[Floats, list[list[str]]]:
    cell_texts: list[list[str]] = []

    def numbers() -> Iterator[Floats]:
        for block, texts in table.blocks():
            cell_texts.extend(texts)
            yield block

    return stack(
        numbers(), path_problem=FileError(source.path, "has column titles but no sample")
    ), cell_texts


def _instrument(
    source: Source, header: Header, feet: dict[Foot, ImportedFoot]
) -> tuple[Instrument, list[str]]:
    """From the line `# instrument:`; without one insoles, or footswitches where all columns are such. A line
    that the columns speak against is believed, with a note."""
    switches = [data.quantity == "footswitch" for data in feet.values()]
    word = header.facts.get("instrument", "").lower()
    if not word:
        return Instrument.FOOTSWITCH if feet and all(switches) else Instrument.INSOLE, []
    if word not in {one.value for one in Instrument}:
        raise FileError(
            source.path,
            f"the line '# instrument:' knows {', '.join(one.value for one in Instrument)}, not {word[:20]!r}",
        )
    kind = "footswitches" if any(switches) else "forces in newtons"
    caveat = f"the line '# instrument:' says {word}, but the columns are {kind}: one of them is wrong"
    return Instrument(word), [caveat] if any(switches) != (word == Instrument.FOOTSWITCH) else []


def _foot(
    source: Source,
    header: Header,
    side: Foot,
    columns: Mapping[str, Floats],
    motion: MotionColumns,
    rows: int,
) -> ImportedFoot | None:
    """The columns of one foot; None when there are none, no columns of force where it has motion alone."""
    sensors: dict[str, Floats] = {}
    total: Floats | None = None
    switch: Floats | None = None
    for title, values in columns.items():
        match = COLUMN.match(title)
        if match is None or match.group(1) != side.value:
            continue
        if match.group(2):
            switch = values
        elif match.group(3):
            total = values
        else:
            sensors[match.group(4)] = values
    if sensors:
        if switch is not None:
            raise FileError(
                source.path, f"the {side.value} foot has force sensors and a footswitch; keep one kind"
            )
        force = np.stack(list(sensors.values()), axis=1).astype(np.float32)
        return ImportedFoot(force, _layout(header, list(sensors)))
    if total is not None:
        return ImportedFoot(total[:, None].astype(np.float32))
    if switch is not None:
        return ImportedFoot(switch[:, None].astype(np.float32), None, "footswitch")
    if side in motion.acc and side in motion.gyr:
        return ImportedFoot(np.empty((rows, 0), np.float32))
    return None


def _layout(header: Header, names: list[str]) -> SensorLayout | None:
    """Places from the file's own sensor lines, or of our insole when the columns have its names."""
    if header.sensors:
        lacking = next((name for name in names if name not in header.sensors), None)
        if lacking is not None:
            raise FileError(header.source.path, f"has places for some sensors but none for {lacking!r}")
        places = [header.sensors[name] for name in names]
        return cells.at_places("from the file", places, header.number("insole_length_mm"))
    if set(names) != set(SENSOR_NAMES):
        return None
    own = own_layout(header.number("eu_size"))
    order = [SENSOR_NAMES.index(name) for name in names]
    return SensorLayout(
        name=own.name,
        x_mm=own.x_mm[order],
        y_mm=own.y_mm[order],
        area_cm2=own.area_cm2[order],
        region=tuple(own.region[i] for i in order),
        relative=own.relative,
        insole_length_mm=own.insole_length_mm,
    )
