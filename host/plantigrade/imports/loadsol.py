"""novel loadsol text export (`.txt` of the loadapp): for each insole total force and up to three zones in
newtons, and motion; a time column for each.

Three lines of titles: file, comment, names such as `PGV247-L::heel` (the device's name ends with its side;
the total has the name alone), then units. The order of the zones differs between insoles. Layout after the
public files of github.com/zpomarat/loadsol (BSD-2).

A sample that was lost on the radio has -1 in each zone, 0 as total and `-` as motion: it is missing, not
unloaded. Stamps lie on the file's grid of 5 or 10 ms; where the insole's own clock is slower a row is written
twice, so that stamps stand still and then jump by two steps.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats, Foot, Forces, Walk
from plantigrade.imports import clock
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.delimited import Column, Table, stacked
from plantigrade.imports.motion import MotionColumns
from plantigrade.imports.nearest import mark
from plantigrade.imports.repeated_rows import note
from plantigrade.imports.source import Head, Source
from plantigrade.text_format import counted

NAME: Final = "loadsol"
MARKS: Final = (
    mark("names such as PGV247-L::heel", r"-[LR]::\w+"),
    mark("a row of units that begins with Time[secs], tab separated", r"^Time\[secs\]\t"),
    mark("columns Force[N]", r"\bForce\[N\]"),
)
TITLE_LINES: Final = 12
ZONES: Final = ("heel", "medial", "lateral")
_AXIS = re.compile(r"([xyz])(Acc|Gyro)")
_UNIT = re.compile(r".*\[(.*)\]")
_STARTED = re.compile(r"_(\d{4})_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d\d)_(\d{3})")
_SECONDS = ("Time[secs]", "Time[sec]", "Time[s]")
_LETTERS = re.compile(r"[^\W\d_]{3}")
_LOST = -1.0
_TOLERANCE = 0.05
_AXES = "the insole's own"


@dataclass
class _Insole:
    """Columns of one insole."""

    time: int
    zones: dict[str, int] = field(default_factory=dict[str, int])
    total: int | None = None

    def forces(self) -> list[tuple[str, int]]:
        """Names and columns in the same order for both feet; the total where there are no zones."""
        if self.zones:
            return sorted(self.zones.items(), key=lambda item: (ZONES.index(item[0]), item[1]))
        assert self.total is not None
        return [("total", self.total)]


@dataclass
class _Titles:
    names: list[str]
    units: list[str]
    line: int
    insoles: dict[Foot, _Insole] = field(default_factory=dict[Foot, _Insole])
    motion: MotionColumns = field(default_factory=lambda: MotionColumns(axes=_AXES))
    started: datetime | None = None


def recognises(head: Head) -> bool:
    """A row of units that begins with the time and has forces."""
    return any(_is_units(line) for line in head.lines(TITLE_LINES))


def _is_units(line: str) -> bool:
    cells = [cell.strip() for cell in line.split("\t")]
    return cells[0].startswith("Time[") and any(cell.startswith("Force") for cell in cells)


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read a recording of one or two insoles.

    Raises:
        FileError: no titles, a device without a side, a unit that is not known, a broken row, stamps that are
            no clock.
    """
    titles = _titles(source)
    _assign(source, titles, foot)
    width = len(titles.names)
    cells = _cells_of_a_row(source, titles)

    def repaired(line: str) -> str:
        # Columns beyond the last title hold words such as "End measurement"; that row may end earlier.
        row = line.split("\t")
        if len(row) != cells and not any(_LETTERS.search(cell) for cell in row[width:]):
            return line if len(row) != width else f"{line}\t"
        return "\t".join((row + [""] * width)[:width])

    table = Table(source, titles.names, titles.line + 1, "\t", repair=repaired)
    times = {insole.time for insole in titles.insoles.values()}
    forces = {number for insole in titles.insoles.values() for _, number in insole.forces()}
    totals = {insole.total for insole in titles.insoles.values() if insole.total is not None}
    rows = table.numbers(forces | totals | titles.motion.numbers(), exact=times)
    notes = table.notes
    rows = _written_once(rows, times, notes)
    feet = {side: _foot(source, side, insole, titles, rows, notes) for side, insole in titles.insoles.items()}
    first = next(iter(feet.values()))
    assert first.clock is not None
    source.understood(
        titles.line + 1,
        f"{len(first.force_n)} rows of samples",
        last_line=titles.line + len(first.force_n),
    )
    return to_walk(source, NAME, first.clock, feet, notes=notes, started_local=titles.started)


def _cells_of_a_row(source: Source, titles: _Titles) -> int:
    """How many cells the rows have, as the first has them."""
    row = next((line for line in islice(source.lines(), titles.line, None) if line.strip()), "")
    return row.rstrip("\r\n").count("\t") + 1


def _titles(source: Source) -> _Titles:
    before: list[str] = []
    for number, line in enumerate(source.lines(), start=1):
        cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
        if _is_units(line):
            if not before:
                break
            names = [cell.strip() for cell in before[-1].rstrip("\r\n").split("\t")]
            # Trailing tabs are no columns.
            width = max((i + 1 for i, cell in enumerate(cells) if cell), default=0)
            names = (names + [""] * width)[:width]
            for i, text in enumerate(before[:-1], start=1):
                source.understood(i, text.strip() or "nothing")
            match = _STARTED.search(before[0])
            return _Titles(names, cells[:width], number, started=_moment(match) if match else None)
        before.append(line)
        if number >= TITLE_LINES:
            break
    raise FileError(source.path, "has no row of units that begins with Time[secs]")


def _moment(match: re.Match[str]) -> datetime | None:
    *parts, milliseconds = (int(part) for part in match.groups())
    try:
        return datetime(*parts, 1000 * milliseconds)  # type: ignore[arg-type]
    except ValueError:
        return None


def _assign(source: Source, titles: _Titles, foot: Foot | None) -> None:
    """Find each insole's columns."""
    devices = _devices(source, titles)
    for device, insole in devices.items():
        side = _side(source, device, foot, alone=len(devices) == 1)
        if side in titles.insoles:
            raise FileError(source.path, f"has two insoles of the {side.value} foot: {device[:30]} is one")
        titles.insoles[side] = insole
        for number, (name, unit) in enumerate(zip(titles.names, titles.units, strict=True)):
            axis, stated = _AXIS.fullmatch(name.removeprefix(f"{device}::")), _UNIT.fullmatch(unit)
            if axis:
                kind = "acc" if axis.group(2) == "Acc" else "gyr"
                titles.motion.add(kind, side, axis.group(1), number, stated.group(1) if stated else "")
    if not titles.insoles:
        raise FileError(source.path, "has no column of force with the name of an insole above it")


def _devices(source: Source, titles: _Titles) -> dict[str, _Insole]:
    """The insoles that have forces, by name."""
    devices: dict[str, _Insole] = {}
    meanings: list[str] = []
    time: int | None = None
    for number, (name, unit) in enumerate(zip(titles.names, titles.units, strict=True)):
        device, _, part = name.partition("::")
        _check_unit(source, name, part, unit, number)
        meaning = "not used"
        if unit.startswith("Time"):
            time = number
        elif unit.startswith("Force"):
            _check_force(source, name, part, time)
            insole = devices.setdefault(device, _Insole(time or 0))
            if part:
                insole.zones[part.lower()] = number
            else:
                insole.total = number
            meaning = f"{part.lower() or 'total'} force"
        elif _AXIS.fullmatch(part):
            meaning = f"motion {unit}"
        if name:
            meanings.append(f"{name}: {meaning}")
    source.understood(titles.line - 1, "; ".join(meanings))
    source.understood(titles.line, "units of the columns")
    return devices


def _check_unit(source: Source, name: str, part: str, unit: str, column: int) -> None:
    """Names and units stand above each other: zones above forces, nothing above a time."""
    if unit.startswith("Time") and unit not in _SECONDS:
        raise FileError(source.path, f"its time is in {unit[:30]!r}; Time[secs] is known")
    if unit.startswith("Force") and not name:
        raise FileError(source.path, f"column {column + 1} has a force, but no name of an insole above it")
    is_force = unit.startswith("Force") or part.lower() in ZONES
    if (is_force and unit != "Force[N]") or (name and unit.startswith("Time")):
        raise FileError(source.path, f"column {name[:40]!r} has the unit {unit[:20]!r}; Force[N] is known")


def _check_force(source: Source, name: str, part: str, time: int | None) -> None:
    if time is None:
        raise FileError(source.path, f"column {name[:40]!r} has no time column before it")
    if part and part.lower() not in ZONES:
        raise FileError(source.path, f"has the zone {part[:30]!r}; heel, medial and lateral are known")


def _side(source: Source, device: str, asked: Foot | None, *, alone: bool) -> Foot:
    if asked is not None and alone:
        return asked
    for ending, side in (("-L", Foot.LEFT), ("-R", Foot.RIGHT)):
        if device.endswith(ending):
            return side
    raise FileError(
        source.path,
        f"the insole {device[:30]!r} does not end with -L or -R; "
        + ("add --foot left or --foot right" if alone else "name it so in the row of names"),
    )


def _foot(
    source: Source,
    side: Foot,
    insole: _Insole,
    titles: _Titles,
    rows: dict[int, Column],
    notes: list[str],
) -> ImportedFoot:
    named = insole.forces()
    force: Forces = stacked(rows, [number for _, number in named])
    lost: npt.NDArray[np.bool_] = (force == _LOST).all(axis=1)
    force[lost] = np.nan
    if lost.any():
        notes.append(_lost_text(side, lost, rows[insole.time].astype(np.float64)))
    if insole.zones:
        names = ", ".join(name for name, _ in named)
        notes.append(
            f"{side.value} foot: zones {names} without places, so forces and timing only, no gait line"
        )
        if insole.total is not None:
            _compare(side, force, rows[insole.total], notes)
    ticks = _clock(source, rows[insole.time].astype(np.float64), notes, side)
    return ImportedFoot(force, clock=ticks, motion=titles.motion.of(side, rows, notes))


def _lost_text(side: Foot, lost: npt.NDArray[np.bool_], time_s: Floats) -> str:
    """How much the file says that was lost, and how long at a time."""
    edges = np.diff(lost.astype(np.int8), prepend=0, append=0)
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    steps = np.diff(time_s)
    rising = steps[steps > 0]
    count = counted(int(lost.sum()), "sample")
    text = f"{side.value} foot: {count} marked as lost in the file (-1 in each zone)"
    if not len(rising):
        return text
    spans_ms = 1000 * float(np.median(rising)) * (stops - starts)
    low, high = float(spans_ms.min()), float(spans_ms.max())
    span = f"{low:.0f} to {high:.0f}" if high - low > 0.5 else f"{low:.0f}"
    return f"{text}, in {counted(len(starts), 'run')} of {span} ms"


def _compare(side: Foot, force: Forces, total: Column, notes: list[str]) -> None:
    sums: Floats = force.sum(axis=1, dtype=np.float64)
    heavy = np.isfinite(sums) & np.isfinite(total) & (total > 50)
    if heavy.any():
        ratio = float(np.median(sums[heavy] / total[heavy]))
        if abs(ratio - 1) > _TOLERANCE:
            notes.append(f"{side.value} foot: zones add up to {ratio:.2f} times the total force of the file")


def _written_once(rows: dict[int, Column], times: Iterable[int], notes: list[str]) -> dict[int, Column]:
    """Without rows that repeat the one before throughout where no stamp makes up for it by a jump: the slower
    clock of an insole repeats a stamp beside each jump."""
    table = np.stack(list(rows.values()), axis=1, dtype=np.float64)
    same = (table[1:] == table[:-1]) | (np.isnan(table[1:]) & np.isnan(table[:-1]))
    made_up = np.any([_beside_a_jump(rows[time].astype(np.float64)) for time in times], axis=0)
    twice = np.flatnonzero(same.all(axis=1) & ~made_up) + 1
    if not len(twice):
        return rows
    notes.append(note(len(twice)))
    return {number: np.delete(column, twice) for number, column in rows.items()}


def _beside_a_jump(time_s: Floats) -> npt.NDArray[np.bool_]:
    """(n - 1) which steps are none, with a jump of two steps before or after that makes up for it: each jump
    for one of them."""
    steps = np.diff(time_s)
    rising = steps[steps > 0]
    found = np.zeros(len(steps), np.bool_)
    if not len(rising):
        return found
    periods = np.rint(steps / np.median(rising))
    for jump in np.flatnonzero(periods == 2).tolist():
        for beside in (jump + 1, jump - 1):
            if 0 <= beside < len(steps) and periods[beside] == 0 and not found[beside]:
                found[beside] = True
                break
    return found


def _clock(source: Source, time_s: Floats, notes: list[str], side: Foot) -> clock.Clock:
    """Stamps on their grid: rows are evenly spaced between jumps."""
    steps = np.diff(time_s)
    rising = steps[steps > 0]
    if not len(rising) or not np.isfinite(time_s).all() or (steps < 0).any():
        return clock.checked(time_s, source.path)
    step = float(np.median(rising))
    repeated = int(np.count_nonzero(steps == 0))
    # A jump that no repeated stamp explains is time that is missing.
    starts = np.concatenate([[0], np.flatnonzero(steps > 2.5 * step) + 1])
    even = np.empty_like(time_s)
    for start, stop in zip(starts.tolist(), [*starts[1:].tolist(), len(time_s)], strict=True):
        even[start:stop] = time_s[start] + step * np.arange(stop - start)
    if not repeated or float(np.max(np.abs(even - time_s))) > 1.5 * step:
        return clock.checked(time_s, source.path)
    notes.append(
        f"{side.value} foot: {counted(repeated, 'stamp')} repeated, as the insole's clock is slower than the "
        f"file's grid of {1000 * step:g} ms; rows were taken as evenly spaced, at most {1000 * step:g} ms off"
    )
    return clock.checked(even, source.path)
