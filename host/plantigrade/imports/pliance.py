"""novel pliance `.asc`: pressures in kPa of a mat, one row a sample, then the mat's force, then the corners,
centres and areas of its cells.

Layout after the public example of the R package pressuRe (MIT). The rows of pressures may be a part of the
recording; rows MVP and MPP at their end are maxima, no samples. What lay on the mat the file does not say.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.pressure import regions
from plantigrade.gait.signals import Floats, Foot, Forces, SensorLayout, Walk
from plantigrade.imports import cells, clock, frames
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.nearest import mark
from plantigrade.imports.novel_date import started
from plantigrade.imports.repeated_rows import without_repeats
from plantigrade.imports.source import Head, Source
from plantigrade.imports.table import NumberTable, check_no_row, number_in, stack

NAME: Final = "pliance"
MARKS: Final = (
    mark("a line 'mat type'", r"^mat type\b"),
    mark("'scanning rate [Hz]:'", r"scanning rate \[Hz\]:"),
    mark("a row of titles that begins with time[secs]", r"^\s*time\[secs\]"),
)
MAX_HEADER_LINES: Final = 60
_RATE = re.compile(r"scanning rate \[Hz\]:\s*([\d.,]+)")
_UNIT = re.compile(r"pressure values in\s+(\S+)")
_FILE = re.compile(r"file name:\s*(\S+)")
_FORCE_TOLERANCE = 0.05


def recognises(head: Head) -> bool:
    """What only such a header has."""
    return all(one.pattern.search(head.text[:4000]) for one in MARKS[:2])


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read the recording of one mat.

    Raises:
        FileError: no titles, a unit that is not known, broken rows, no places, a side that nothing tells.
    """
    lines = enumerate(source.lines(), start=1)
    header, titles = _header(source, lines)
    named = match.group(1) if (match := _FILE.search(header)) else ""
    side = frames.side_of(source, foot, named, source.path.name)
    unit = match.group(1) if (match := _UNIT.search(header)) else ""
    kpa = cells.kpa_per_unit(unit) if unit else None
    if kpa is None:
        raise FileError(source.path, f"states no pressure unit that we know ({unit or 'none'})")
    first_line = header.count("\n") + 1
    rows, notes = _samples(source, lines, first_line, len(titles))
    source.understood(first_line, f"{len(rows)} rows of samples", last_line=first_line + len(rows) - 1)
    rows = without_repeats(rows, notes)
    stated, places = _rest(source, lines, len(titles) - 1)
    layout, loaded = _layout(source, places, rows[:, 1:])
    force: Forces = (rows[:, 1:][:, loaded] * (kpa * cells.N_PER_KPA_CM2 * layout.area_cm2)).astype(
        np.float32
    )
    rate = match.group(1).replace(",", ".") if (match := _RATE.search(header)) else ""
    ticks = clock.checked(rows[:, 0], source.path, stated_rate_hz=float(rate) if rate else None)
    _compare(rows[:, 0], force, stated, notes)
    notes.append("a mat of pliance, taken for the sole of a foot: what lay on it the file does not say")
    feet = {side: ImportedFoot(force, layout)}
    return to_walk(source, NAME, ticks, feet, notes=notes, started_local=started(header))


def _header(source: Source, lines: Iterator[tuple[int, str]]) -> tuple[str, list[str]]:
    """The lines up to the titles, and the titles."""
    header: list[str] = []
    for number, line in lines:
        header.append(line)
        if re.match(r"\s*time\s*\[secs\]", line):
            titles = line.split()
            check_no_row(source, header)
            source.understood(number, f"titles: time, {len(titles) - 1} cells")
            return "".join(header), titles
        if line.strip():
            source.understood(number, " ".join(line.split())[:100])
        if len(header) >= MAX_HEADER_LINES:
            break
    raise FileError(source.path, "has no row of titles that begins with time[secs]")


def _samples(
    source: Source, lines: Iterator[tuple[int, str]], first_line: int, columns: int
) -> tuple[Floats, list[str]]:
    maxima: list[int] = []

    def rows() -> Iterator[str]:
        for number, line in lines:
            parts = line.split(maxsplit=1)
            if not parts:
                return
            if parts[0] in ("MVP", "MPP"):
                maxima.append(number)
                continue
            yield line

    given = rows()
    first = next(given, "")
    table = NumberTable(
        source, chain([first], given), first_line=first_line, columns=columns, decimal_comma="," in first
    )
    problem = FileError(source.path, "has a header but no sample (truncated)")
    samples = stack(table.blocks(), path_problem=problem)
    for number in maxima:
        source.understood(number, "a row of maxima, no sample")
    return samples, list(table.notes)


def _rest(
    source: Source, lines: Iterator[tuple[int, str]], count: int
) -> tuple[dict[float, float], dict[str, Floats]]:
    """The mat's force by time, and the rows of places by name."""
    stated: dict[float, float] = {}
    places: dict[str, Floats] = {}
    for number, line in lines:
        parts = line.split()
        if not parts or parts[0].startswith(("time", "sensor", "corner")):
            continue
        if re.fullmatch(r"[xy]\[\w\]|area", parts[0]):
            try:
                places[parts[0]] = np.array([_number(word) for word in parts[1:]])
            except ValueError as error:
                raise FileError(source.path, f"line {number} is no row of places") from error
            source.understood(number, f"{parts[0]} of {len(parts) - 1} cells")
        elif len(parts) == 4:
            try:
                stated[_number(parts[0])] = _number(parts[1])
            except ValueError as error:
                raise FileError(source.path, f"line {number} is no row of the mat's force") from error
    for name in ("x[c]", "y[c]", "area"):
        if name not in places or len(places[name]) != count:
            raise FileError(
                source.path, f"has no row {name} with the {count} cells at its end (truncated), so no forces"
            )
    return stated, places


def _number(word: str) -> float:
    """With a decimal point or comma; these tables have no thousands.

    Raises:
        ValueError: it is no number.
    """
    return number_in(word.replace(",", "."))


def _layout(source: Source, places: dict[str, Floats], values: Floats) -> tuple[SensorLayout, cells.Mask]:
    """Places in mm of the cells that are ever loaded; y of the file grows away from its origin."""
    loaded: cells.Mask = np.any(np.nan_to_num(values) > 0, axis=0)
    if not loaded.any():
        raise FileError(source.path, "no cell is ever loaded")
    x, y, area = (places[name][loaded] for name in ("x[c]", "y[c]", "area"))
    y_mm = 10.0 * (y - y.min())
    length = float(np.ptp(y_mm)) or 1.0
    layout = SensorLayout(
        name="pliance (loaded cells)",
        x_mm=10.0 * (x - x.min()),
        y_mm=y_mm,
        area_cm2=area,
        region=regions.of_length(y_mm / length),
        insole_length_mm=length,
    )
    return layout, loaded


def _compare(time_s: Floats, force_n: Forces, stated_n: dict[float, float], notes: list[str]) -> None:
    sums: Floats = force_n.sum(axis=1, dtype=np.float64)
    stated = np.array([stated_n.get(float(t), np.nan) for t in time_s])
    heavy = np.isfinite(stated) & (stated > 20)
    if heavy.any():
        ratio = float(np.median(sums[heavy] / stated[heavy]))
        if abs(ratio - 1) > _FORCE_TOLERANCE:
            notes.append(f"cells add up to {ratio:.2f} times the force that the file states")
