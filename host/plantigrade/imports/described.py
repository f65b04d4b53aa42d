"""Reading a file by its description (`imports.description`)."""

import re
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import NEWTONS_PER_KG, Floats, Foot, Quantity, SensorLayout, Walk
from plantigrade.imports import cells, clock
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.delimited import Column, Table, stacked, unit_of
from plantigrade.imports.description import ANY_UNIT, SECONDS_PER_UNIT, Columns, Description
from plantigrade.imports.motion import MotionColumns
from plantigrade.imports.numerals import ARABIC, COMMA, POINT, NumberReader, alone
from plantigrade.imports.source import Head, Source

MAX_HEADER_LINES: Final = 500
_SHOWN: Final = 6
TOTAL: Final = ""
"""Name of the sensor of a column that is the force of the whole foot."""


@dataclass
class _Found:
    """The columns of a file."""

    forces: dict[Foot, dict[str, tuple[int, Columns, str]]] = field(
        default_factory=dict[Foot, dict[str, tuple[int, Columns, str]]]
    )
    motion: MotionColumns = field(default_factory=MotionColumns)
    time: int | None = None
    time_unit: str = ""
    meanings: list[str] = field(default_factory=list[str])
    unused: list[str] = field(default_factory=list[str])


def recognises(description: Description, head: Head) -> bool:
    """Whether every pattern of `recognised_by` is found at the beginning of a file."""
    lines = head.lines(MAX_HEADER_LINES)
    if not all(any(pattern.search(line) for line in lines) for pattern in description.lines):
        return False
    return not description.titles or any(_is_titles(description, line) for line in lines)


def _cells(description: Description, line: str) -> list[str]:
    text = line.rstrip("\r\n").lstrip("\ufeff")
    parts = text.split(None if description.separator == " " else description.separator)
    return [part.strip().strip('"') for part in parts]


def _is_titles(description: Description, line: str) -> bool:
    if description.titles_line is not None:
        return description.titles_line.search(line) is not None
    titles = _cells(description, line)
    return all(any(pattern.search(title) for title in titles) for pattern in description.titles)


def read(description: Description, source: Source, foot: Foot | None = None) -> Walk:
    """Read a recording of one or two feet.

    Raises:
        FileError: no titles, no column that the description names, a unit or place that is missing, a broken
            row, a time that is no clock.
    """
    header, titles, line = _header(description, source)
    side = foot or _stated_side(description, source, header)
    found = _assign(description, source, titles, side)
    if not found.forces:
        raise FileError(source.path, f"has no column of forces as {description.path.name} describes them")
    source.understood(line, "titles: " + "; ".join(found.meanings))
    first = line + 1 + description.rows_between
    white = description.separator == " "
    table = Table(
        source,
        titles,
        first,
        "\t" if white else description.separator,
        missing=description.missing,
        repair=(lambda text: "\t".join(text.split())) if white else None,
    )
    wanted = {number for sensors in found.forces.values() for number, _, _ in sensors.values()}
    times = () if found.time is None else (found.time,)
    rows = table.numbers(wanted | found.motion.numbers(), exact=times)
    if found.time is not None:
        rows = table.written_once(rows, found.time)
    count = len(next(iter(rows.values())))
    source.understood(first, f"{count} rows of samples", last_line=first + count - 1)
    notes = table.notes
    if found.unused:
        shown = ", ".join(title[:40] for title in found.unused[:_SHOWN])
        more = f" and {len(found.unused) - _SHOWN} more" if len(found.unused) > _SHOWN else ""
        notes.append(f"not read, as their titles are not known: columns {shown}{more}")
    ticks = _clock(description, source, header, found, rows)
    feet = {
        side: _foot(description, source, side, sensors, found, rows, notes)
        for side, sensors in found.forces.items()
    }
    weight = _value(description.weight_line, header)
    return to_walk(
        source,
        description.name,
        ticks,
        feet,
        notes=[f"read by the description {description.path.name}", *notes],
        body_weight_n=weight * NEWTONS_PER_KG if weight else None,
        instrument=description.instrument,
    )


def _header(description: Description, source: Source) -> tuple[list[str], list[str], int]:
    """Lines before the titles, the titles, and the number of their line."""
    before: list[str] = []
    for number, line in enumerate(islice(source.lines(), MAX_HEADER_LINES), start=1):
        if line.strip() and _is_titles(description, line):
            titles = _cells(description, line)
            for i, text in enumerate(before, start=1):
                if _is_row(_cells(description, text), len(titles)):
                    raise FileError(
                        source.path,
                        f"line {i} looks like a row of samples before the titles in line {number}",
                    )
                if text.strip():
                    source.understood(i, text.strip()[:200])
            return before, titles, number
        before.append(line)
    raise FileError(source.path, f"has no row of titles as {description.path.name} describes it")


def _is_row(cells: list[str], width: int) -> bool:
    """Whether cells are a row of a table of this width, most of them numbers."""
    return len(cells) == width > 1 and 2 * sum(map(_is_number, cells)) > width


def _is_number(cell: str) -> bool:
    found = (NumberReader(mark)(cell) for mark in (POINT, COMMA, ARABIC))
    return any(value is not None and value == value for value in found)


def _stated_side(description: Description, source: Source, header: list[str]) -> Foot | None:
    if description.side_line is None:
        return None
    match = next((m for line in header if (m := description.side_line.search(line))), None)
    if match is None:
        return None
    for side in Foot:
        if match.group(1).strip().lower() == description.sides[side.value].lower():
            return side
    raise FileError(source.path, f"names the side {match.group(1)[:20]!r}, which is neither left nor right")


def _assign(description: Description, source: Source, titles: list[str], one_side: Foot | None) -> _Found:
    found = _Found()
    for number, title in enumerate(titles):
        if description.time is not None and found.time is None and description.time.search(title):
            found.time, found.time_unit = number, description.time_unit or unit_of(title)[1]
            found.meanings.append(f"{title}: time")
            continue
        fits = [(columns, m) for columns in description.columns if (m := columns.pattern.search(title))]
        if len(fits) > 1:
            raise FileError(
                source.path,
                f"column {title[:40]!r} fits two entries of {description.path.name}: "
                f"{fits[0][0].pattern.pattern!r} and {fits[1][0].pattern.pattern!r}",
            )
        if not fits:
            found.meanings.append(f"{title}: not used")
            found.unused += [title] if title else []
            continue
        columns, match = fits[0]
        groups = match.groupdict()
        side = _side(description, source, title, groups.get("side"), one_side)
        unit = columns.unit or unit_of(title)[1]
        if columns.kind != "force":
            found.motion.add(columns.kind, side, groups["axis"] or "", number, unit)
        else:
            sensors = found.forces.setdefault(side, {})
            name = groups.get("sensor") or TOTAL
            if name in sensors:
                raise FileError(source.path, f"column {title[:40]!r} is a second one of the same sensor")
            sensors[name] = (number, columns, unit)
        found.meanings.append(f"{title}: {columns.kind} {groups.get('sensor') or ''} {side.value} {unit}")
    return found


def _side(
    description: Description, source: Source, title: str, word: str | None, one_side: Foot | None
) -> Foot:
    if word is None:
        if one_side is None:
            raise FileError(
                source.path, f"column {title[:40]!r} does not tell its side; add --foot left or --foot right"
            )
        return one_side
    for side in Foot:
        if word.lower() == description.sides[side.value].lower():
            return side
    raise FileError(source.path, f"column {title[:40]!r} names the side {word[:20]!r}, not left or right")


def _value(pattern: re.Pattern[str] | None, header: list[str]) -> float | None:
    """The number in the group of the first line that fits."""
    if pattern is None:
        return None
    for line in header:
        match = pattern.search(line)
        if match:
            return alone(match.group(1))
    return None


def _clock(
    description: Description, source: Source, header: list[str], found: _Found, rows: dict[int, Column]
) -> clock.Clock:
    stated = _value(description.rate_line, header) or description.rate_hz
    if found.time is not None:
        if found.time_unit not in SECONDS_PER_UNIT:
            states = f"states the unit {found.time_unit[:20]!r}" if found.time_unit else "states no unit"
            raise FileError(source.path, f"its time column {states}; name it in {description.path.name}")
        time_s: Floats = rows[found.time].astype(np.float64) * SECONDS_PER_UNIT[found.time_unit]
        first = time_s[0] if np.isfinite(time_s[0]) else 0.0
        # Stamps of a clock since 1970 leave no digits for the differences.
        return clock.checked(time_s - (first if first > 1e6 else 0.0), source.path, stated_rate_hz=stated)
    if description.time is not None:
        raise FileError(source.path, f"has no time column as {description.path.name} describes it")
    if stated is None:
        raise FileError(source.path, f"has no line with the rate as {description.path.name} describes it")
    return clock.steady(len(next(iter(rows.values()))), stated, source.path)


def _foot(
    description: Description,
    source: Source,
    side: Foot,
    sensors: dict[str, tuple[int, Columns, str]],
    found: _Found,
    rows: dict[int, Column],
    notes: list[str],
) -> ImportedFoot:
    if TOTAL in sensors and len(sensors) > 1:
        sensors = {name: value for name, value in sensors.items() if name != TOTAL}
    layout = _layout(description, source, list(sensors))
    values = stacked(rows, [number for number, _, _ in sensors.values()])
    units = {(unit, columns.factor) for _, columns, unit in sensors.values()}
    if len(units) > 1:
        raise FileError(source.path, f"has forces in {len(units)} units in the {side.value} foot")
    ((unit, factor),) = units
    quantity: Quantity = "footswitch" if unit == ANY_UNIT else "force"
    scale = np.full(values.shape[1], factor)
    if unit == ANY_UNIT:
        notes.append("forces are not calibrated: timing and relative load only")
    elif unit.upper() != "N":
        kpa = cells.kpa_per_unit(unit) if unit else None
        if kpa is None or layout is None:
            states = f"are in {unit[:20]!r}" if unit else "state no unit"
            raise FileError(
                source.path,
                f"forces of the {side.value} foot {states}: name N, a unit of pressure (with areas in "
                f"[places]) or {ANY_UNIT!r} in {description.path.name}",
            )
        scale = scale * kpa * cells.N_PER_KPA_CM2 * layout.area_cm2
    force = (values * scale).astype(np.float32)
    return ImportedFoot(force, layout, quantity, motion=found.motion.of(side, rows, notes))


def _layout(description: Description, source: Source, names: list[str]) -> SensorLayout | None:
    if not description.places or names == [TOTAL]:
        return None
    lacking = next((name for name in names if name not in description.places), None)
    if lacking is not None:
        raise FileError(source.path, f"sensor {lacking!r} has no place in {description.path.name}")
    places = [description.places[name] for name in names]
    return cells.at_places(description.name, places, description.length_mm)
