"""novel pedar `.asc`: pressure in kPa of 99 cells a foot, tab separated, left cells first."""

import re
from itertools import chain
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats, Foot, Walk
from plantigrade.imports import cells, clock
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.nearest import mark
from plantigrade.imports.novel_date import started
from plantigrade.imports.repeated_rows import without_repeats
from plantigrade.imports.source import Head, Source
from plantigrade.imports.table import NumberTable, check_no_row, stack

NAME: Final = "pedar"
MARKS: Final = (
    mark("a line 'sensor type:'", r"^sensor type:"),
    mark("'scanning rate [Hz]:'", r"scanning rate \[Hz\]"),
    mark("a row of titles that begins with time[secs]", r"^\s*time\s*\["),
)
MAX_HEADER_LINES: Final = 60
_RATE = re.compile(r"scanning rate \[Hz\]:\s*([\d.,]+)", re.IGNORECASE)
_UNIT = re.compile(r"pressure values in\s+(\S+)", re.IGNORECASE)
_SIZE = re.compile(r"sensor type:\s*([A-Za-z]+)", re.IGNORECASE)
_TITLE = re.compile(r"^\s*time\s*\[", re.IGNORECASE)
_SIDES = {
    Foot.LEFT: re.compile(r"^left insole:\s*(.*)", re.I),
    Foot.RIGHT: re.compile(r"^right insole:\s*(.*)", re.I),
}


def recognises(head: Head) -> bool:
    """The header's own words."""
    start = head.text[:4000].lower()
    return "sensor type:" in start and "scanning rate [hz]" in start


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read one recording of one or two insoles.

    Raises:
        FileError: not a pedar file of 99-cell insoles, a unit we do not know, broken rows.
    """
    lines = source.lines()
    header: list[str] = []
    for line in lines:
        header.append(line)
        if _TITLE.match(line):
            break
        if len(header) >= MAX_HEADER_LINES:
            raise FileError(source.path, "has no row of column titles beginning with time[secs]")
    else:
        raise FileError(source.path, "ends inside its header (truncated)")
    check_no_row(source, header)
    text = "".join(header)
    sides = _sides(source, text, header[-1], foot)
    first = next(lines, "")
    columns = 1 + cells.PEDAR_CELLS * len(sides)
    # Rows end with a tab; splitting at white space forgives that, and commas are decimal signs in some
    # countries.
    table = NumberTable(
        source,
        chain([first], lines),
        first_line=len(header) + 1,
        columns=columns,
        decimal_comma="," in first,
    )
    rows = stack(
        table.blocks(), path_problem=FileError(source.path, "has a header but no sample (truncated)")
    )
    notes = list(table.notes)
    rows = without_repeats(rows, notes)
    _tell(source, header, sides, len(rows))
    layout, kpa = _geometry(source, text, notes)
    ticks = clock.checked(rows[:, 0], source.path, stated_rate_hz=_rate(text))
    cell_n = cells.N_PER_KPA_CM2 * float(layout.area_cm2[0]) * kpa
    feet = {
        side: ImportedFoot((_cells_of(rows, i) * cell_n).astype(np.float32), layout)
        for i, side in enumerate(sides)
    }
    return to_walk(source, NAME, ticks, feet, notes=notes, started_local=started(text))


def _tell(source: Source, header: list[str], sides: list[Foot], count: int) -> None:
    """What the lines were taken for."""
    for number, line in enumerate(header[:-1], start=1):
        used = any(pattern.search(line) for pattern in (_RATE, _UNIT, _SIZE, *_SIDES.values()))
        if used:
            source.understood(number, " ".join(line.split())[:100])
    feet = " and ".join(side.value for side in sides)
    source.understood(len(header), f"titles: time, {cells.PEDAR_CELLS} cells of {feet}")
    source.understood(len(header) + 1, f"{count} rows of samples", last_line=len(header) + count)


def _cells_of(rows: Floats, position: int) -> Floats:
    start = 1 + cells.PEDAR_CELLS * position
    return rows[:, start : start + cells.PEDAR_CELLS]


def _sides(source: Source, header: str, titles: str, foot: Foot | None) -> list[Foot]:
    """The feet in the order of their columns."""
    count = len(titles.split()) - 1
    named = [
        side
        for side, pattern in _SIDES.items()
        if any(
            (m := pattern.match(line.strip())) and re.search(r"\d", m.group(1))
            for line in header.splitlines()
        )
    ]
    if count == 2 * cells.PEDAR_CELLS:
        return [Foot.LEFT, Foot.RIGHT]
    if count == cells.PEDAR_CELLS:
        if foot is not None:
            return [foot]
        if len(named) == 1:
            return named
        raise FileError(
            source.path, "has 99 cells of one insole but does not say which; add --foot left or --foot right"
        )
    raise FileError(source.path, f"has {count} cells; pedar insoles of 99 cells a foot are read")


def _rate(header: str) -> float | None:
    match = _RATE.search(header)
    try:
        return float(match.group(1).replace(",", ".")) if match else None
    except ValueError:
        return None


def _geometry(source: Source, header: str, notes: list[str]) -> tuple[cells.SensorLayout, float]:
    """Layout and kilopascals per unit of the file."""
    unit = _UNIT.search(header)
    kpa = cells.kpa_per_unit(unit.group(1)) if unit else None
    if kpa is None:
        raise FileError(
            source.path, f"states no pressure unit that we know ({unit.group(1) if unit else 'none'})"
        )
    size = _SIZE.search(header)
    letter = size.group(1) if size else ""
    area = cells.pedar_cell_cm2(letter)
    if area is None:
        area = cells.PEDAR_USUAL_CM2
        notes.append(
            f"insole size {letter or 'not stated'!r} is not known: forces assume cells of {area:.2f} cm2 "
            "and may be off by a quarter; pressures are exact"
        )
    notes.append(
        "cell places are approximate (plain outline, 15 rows); forces use the mean cell area of the size"
    )
    return cells.pedar(area), kpa
