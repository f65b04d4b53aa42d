"""Moticon OpenGo text export: tab separated, 16 pressures a foot in N/cm2, total force, motion, both feet on
one time axis.

Header and column titles as in the maker's own reader (moticon-opengo, Apache-2.0, `txt_export.py`): lines of
`# Key: value`, the last of them the titles. Variants: with and without `Start timestamp`, step and event
columns in any order, columns that were not chosen for export. A row may have the samples of one foot only.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats, Foot, Forces, SensorLayout, Walk
from plantigrade.imports import cells, clock, moticon_geometry
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.delimited import Column, Table, stacked, unit_of
from plantigrade.imports.motion import MotionColumns
from plantigrade.imports.nearest import mark
from plantigrade.imports.source import Head, Source

NAME: Final = "moticon"
MARKS: Final = (
    mark("a line '# Sensor insoles:'", r"^#\s*Sensor insoles:"),
    mark("a row of titles that begins with time, tab separated", r"^#?\s*time(\[\w*\])?\t"),
    mark("columns such as 'left pressure 1[N/cm²]'", r"(left|right) (pressure \d+|total force)\s*\["),
)
MAX_HEADER_LINES: Final = 200
_FACT = re.compile(r"^#\s*([A-Za-z][\w ]*?)\s*:\s*(.*?)\s*$")
_CELL = re.compile(r"(left|right) pressure (\d{1,2})", re.IGNORECASE)
_TOTAL = re.compile(r"(left|right) total force", re.IGNORECASE)
_MOTION = re.compile(r"(left|right) (acceleration|angular) ([XYZ])", re.IGNORECASE)
_MARKS = re.compile(r"(left|right) (steps|events.*)", re.IGNORECASE)
_SECONDS_PER_UNIT = {"": 1.0, "s": 1.0, "ms": 0.001}
_AXES = "the insole's own; at rest the longest part of gravity is on z"
_DURATION_TOLERANCE_S = 0.5
_INITIAL: Final = ("11", "21")
"""Codes of initial contact in the step columns, left and right."""


@dataclass
class _Columns:
    """Numbers of the columns by what they hold."""

    titles: list[str]
    time_scale_s: float = 1.0
    cells: dict[Foot, dict[int, int]] = field(default_factory=dict[Foot, dict[int, int]])
    totals: dict[Foot, int] = field(default_factory=dict[Foot, int])
    motion: MotionColumns = field(default_factory=lambda: MotionColumns(axes=_AXES))
    marks: list[int] = field(default_factory=list[int])
    kpa: dict[int, float] = field(default_factory=dict[int, float])


def recognises(head: Head) -> bool:
    """A row of titles that begins with time and has a pressure or force of a side."""
    for line in head.lines(MAX_HEADER_LINES):
        titles = _titles(line)
        if titles is not None:
            return any(_CELL.match(title) or _TOTAL.match(title) for title in titles)
        if not line.startswith("#"):
            return False
    return False


def _titles(line: str) -> list[str] | None:
    """The titles, when this is their line."""
    titles = [title.strip() for title in line.lstrip("# ").rstrip("\r\n").split("\t")]
    return titles if len(titles) > 1 and unit_of(titles[0])[0].lower() == "time" else None


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read a recording of one or two insoles.

    Raises:
        FileError: no titles, a column without a unit, a broken row, a time that is no clock, no sample.
    """
    facts, columns, line = _header(source)
    table = Table(source, columns.titles, line + 1, "\t")
    wanted = {number for side in columns.cells.values() for number in side.values()}
    wanted |= {*columns.totals.values(), *columns.motion.numbers()}
    rows = table.written_once(table.numbers(wanted, exact=(0,)), 0)
    time_s: Floats = rows[0].astype(np.float64) * columns.time_scale_s
    notes = table.notes
    source.understood(line + 1, f"{len(time_s)} rows of samples", last_line=line + len(time_s))
    ticks = clock.checked(time_s, source.path)
    _compare_duration(facts, time_s, ticks.rate_hz, notes)
    feet: dict[Foot, ImportedFoot] = {}
    for side in Foot:
        data = _foot(source, side, columns, rows, facts, notes)
        if data is not None:
            feet[side] = data
    if not feet:
        raise FileError(source.path, "holds no force of either foot: its columns are empty")
    if foot is not None and len(feet) == 1:
        feet = {foot: next(iter(feet.values()))}
    return to_walk(source, NAME, ticks, feet, notes=notes, started_local=_started(facts))


def _header(source: Source) -> tuple[dict[str, str], _Columns, int]:
    facts: dict[str, str] = {}
    for number, line in enumerate(source.lines(), start=1):
        titles = _titles(line)
        if titles is not None:
            columns = _assigned(source, titles)
            source.understood(number, _meaning(columns))
            return facts, columns, number
        match = _FACT.match(line)
        if match:
            facts[match.group(1).lower()] = match.group(2)
            source.understood(number, f"{match.group(1)}: {match.group(2) or 'nothing'}")
        if number >= MAX_HEADER_LINES or (line.strip() and not line.startswith("#")):
            break
    raise FileError(source.path, "has no row of column titles that begins with time")


def _assigned(source: Source, titles: list[str]) -> _Columns:
    """What each column holds."""
    columns = _Columns(titles)
    unit = unit_of(titles[0])[1].lower()
    if unit not in _SECONDS_PER_UNIT:
        raise FileError(source.path, f"its time is in {unit[:20]!r}; s and ms are known")
    columns.time_scale_s = _SECONDS_PER_UNIT[unit]
    for number, title in enumerate(titles):
        name, unit = unit_of(title)
        if match := _CELL.fullmatch(name):
            place = columns.cells.setdefault(Foot(match.group(1).lower()), {})
            if int(match.group(2)) in place:
                raise FileError(source.path, f"has the column {title[:40]!r} twice")
            place[int(match.group(2))] = number
            columns.kpa[number] = _kpa(source, title, unit)
        elif match := _TOTAL.fullmatch(name):
            if unit.upper() != "N":
                raise FileError(source.path, f"column {title[:40]!r} has no unit that is known (N)")
            columns.totals[Foot(match.group(1).lower())] = number
        elif match := _MOTION.fullmatch(name):
            kind = "acc" if match.group(2).lower() == "acceleration" else "gyr"
            columns.motion.add(kind, Foot(match.group(1).lower()), match.group(3), number, unit)
        elif _MARKS.fullmatch(name):
            columns.marks.append(number)
    if not columns.cells and not columns.totals:
        raise FileError(source.path, "has neither pressures nor total forces among its columns")
    return columns


def _kpa(source: Source, title: str, unit: str) -> float:
    kpa = cells.kpa_per_unit(unit) if unit else None
    if kpa is None:
        states = f"states the unit {unit[:20]!r}" if unit else "states no unit"
        raise FileError(source.path, f"column {title[:40]!r} {states}; N/cm² is what the exports have")
    return kpa


def _meaning(columns: _Columns) -> str:
    """What the row of titles means."""
    parts = ["time"]
    for side in Foot:
        if side in columns.cells:
            parts.append(f"{len(columns.cells[side])} pressures of the {side.value} foot")
        if side in columns.totals:
            parts.append(f"its total force ({side.value})")
        if side in columns.motion.acc or side in columns.motion.gyr:
            parts.append(f"its motion ({side.value})")
    if columns.marks:
        names = ", ".join(columns.titles[number] for number in columns.marks)
        parts.append(f"steps and events of the maker's own, not used ({names})")
    used = {0, *columns.totals.values(), *columns.motion.numbers(), *columns.marks}
    used |= {number for side in columns.cells.values() for number in side.values()}
    rest = [title for number, title in enumerate(columns.titles) if number not in used]
    if rest:
        parts.append(f"not used: {', '.join(rest)}")
    return f"titles of {len(columns.titles)} columns: " + "; ".join(parts)


def _foot(
    source: Source,
    side: Foot,
    columns: _Columns,
    rows: dict[int, Column],
    facts: dict[str, str],
    notes: list[str],
) -> ImportedFoot | None:
    """The samples of a foot; None when it has no columns or nothing in them."""
    places = columns.cells.get(side)
    total = rows[columns.totals[side]].astype(np.float64) if side in columns.totals else None
    motion = columns.motion.of(side, rows, notes)
    if places is None:
        if total is None or not np.isfinite(total).any():
            return None
        notes.append(f"{side.value} foot: total force only, no pressures in the export")
        return ImportedFoot(total.astype(np.float32)[:, None], motion=motion)
    numbers = [places[i] for i in sorted(places)]
    if len(numbers) != moticon_geometry.CELLS or sorted(places)[-1] != moticon_geometry.CELLS:
        raise FileError(source.path, f"has {len(numbers)} pressures of the {side.value} foot instead of 16")
    pressure_kpa: Forces = stacked(rows, numbers) * np.float32(columns.kpa[numbers[0]])
    if not np.isfinite(pressure_kpa).any():
        notes.append(f"the columns of the {side.value} foot are empty")
        return None
    layout = _layout(side, pressure_kpa, total, facts, notes)
    force = pressure_kpa * (cells.N_PER_KPA_CM2 * layout.area_cm2).astype(np.float32)
    return ImportedFoot(force, layout, motion=motion)


def _layout(
    side: Foot, pressure_kpa: Forces, total_n: Floats | None, facts: dict[str, str], notes: list[str]
) -> SensorLayout:
    size = facts.get("size", "")
    own = facts.get("recording type", "").startswith("Plantigrade")
    found = moticon_geometry.fitted(
        pressure_kpa, total_n, eu_size=float(size) if own and size.isdigit() else None, own=own
    )
    if found.note:
        notes.append(f"{side.value} foot: {found.note}")
    return found.layout


def _compare_duration(facts: dict[str, str], time_s: Floats, rate_hz: float, notes: list[str]) -> None:
    parts = facts.get("duration", "").split(":")
    try:
        stated = sum(60**power * float(part) for power, part in enumerate(reversed(parts)))
    except ValueError:
        return
    found = float(time_s[-1] - time_s[0]) + 1.0 / rate_hz
    if stated > 0 and abs(stated - found) > _DURATION_TOLERANCE_S:
        notes.append(f"the header says that it lasts {stated:.1f} s, the rows cover {found:.1f} s")


def _started(facts: dict[str, str]) -> datetime | None:
    """On the clock of the phone or computer that recorded."""
    for form in ("%d.%m.%Y %H:%M:%S.%f", "%d.%m.%Y %H:%M:%S"):
        try:
            return datetime.strptime(facts.get("start time", ""), form)
        except ValueError:
            continue
    return None


def marked_contacts(source: Source) -> dict[Foot, int]:
    """How many initial contacts the maker's own software marked in the step columns.

    Raises:
        FileError: as `read`.
    """
    _, columns, line = _header(source)
    table = Table(source, columns.titles, line + 1, "\t")
    counts: dict[Foot, int] = {}
    for number in columns.marks:
        match = _MARKS.fullmatch(unit_of(columns.titles[number])[0])
        assert match is not None
        if match.group(2).lower() == "steps":
            side = Foot(match.group(1).lower())
            counts[side] = sum(word.split(".")[0] in _INITIAL for _, word in table.cell_texts(number))
    return counts
