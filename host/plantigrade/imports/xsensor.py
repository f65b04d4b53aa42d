"""XSENSOR `.csv`: frame after frame, each with a block for the left and the right insole's grid."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats, Foot, Forces, Walk
from plantigrade.imports import cells, clock
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.nearest import mark
from plantigrade.imports.source import Head, Source
from plantigrade.imports.table import number_in, numbers_in

NAME: Final = "xsensor"
MARKS: Final = (
    mark("lines FRAME", r"^FRAME,"),
    mark("lines SENSOR", r"^SENSOR,"),
    mark("'Sensel Width'", r"Sensel Width"),
)
MAX_CELLS: Final = 20_000
_TIME = re.compile(r"^(\d{1,2}):(\d{2}):(\d{2}(?:\.\d+)?)$")
_DATE = re.compile(r"^(\d{4})\s+([A-Z][a-z]{2})\s+(\d{1,2})$")
_MONTHS = {
    m: i
    for i, m in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], start=1
    )
}
_LOAD_TOLERANCE = 0.05
_SECONDS_PER_DAY = 86_400.0


@dataclass
class _Insole:
    """What the blocks of one insole say, frame by frame."""

    rows: int
    columns: int
    width_mm: float
    height_mm: float
    frames: list[int] = field(default_factory=list[int])
    values: list[Forces] = field(default_factory=list[Forces])
    loads: list[float] = field(default_factory=list[float])


@dataclass
class _Block:
    """One SENSOR block while it is read."""

    foot: Foot | None
    facts: dict[str, str] = field(default_factory=dict[str, str])
    cells: list[str] = field(default_factory=list[str])


def recognises(head: Head) -> bool:
    """FRAME and SENSOR blocks of cells called sensels."""
    start = head.text[:20_000]
    return "\nFRAME," in start and "\nSENSOR," in start and "Sensel Width" in start


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read a recording of one or two insoles.

    Raises:
        FileError: a block without its grid, a frame without a time, a unit we do not know, no frame at all.
    """
    reader = _Reader(source)
    reader.run()
    if not reader.times or not reader.insoles:
        raise FileError(source.path, "holds no complete frame of a left or right insole")
    kpa = cells.kpa_per_unit(reader.unit)
    if kpa is None:
        raise FileError(source.path, f"states no pressure unit that we know ({reader.unit or 'none'})")
    grids = ", ".join(f"{i.rows} x {i.columns} {side.value}" for side, i in reader.insoles.items())
    meaning = f"{len(reader.times)} frames with a grid of {grids}; unit {reader.unit}"
    source.understood(1, meaning, last_line=reader.last)
    # Seconds of our era leave no digits for the differences between samples.
    ticks = clock.checked(np.array(reader.times) - reader.times[0], source.path)
    insoles = reader.insoles
    if foot is not None and len(insoles) == 1:
        insoles = {foot: next(iter(insoles.values()))}
    feet = {
        side: _foot(source, side, insole, len(reader.times), kpa, reader.notes)
        for side, insole in insoles.items()
    }
    return to_walk(source, NAME, ticks, feet, notes=reader.notes, started_local=reader.started())


class _Reader:
    """Goes through the lines once. A block of cells that is cut off by the end of the file is left out."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._block: _Block | None = None
        self._in_cells = False
        self._in_group = False
        self._is_complete = True
        self._day = 0
        self._seconds: float | None = None
        self.unit = ""
        self.last = 0
        self.times: list[float] = []
        self.insoles: dict[Foot, _Insole] = {}
        self.notes: list[str] = []

    def run(self) -> None:
        number = 0
        for number, line in self._rows():
            key, _, rest = line.partition(",")
            value = rest.strip(", ")
            if key == "FRAME":
                self._close(number)
                self._in_group, self._seconds = False, None
            elif key == "SENSOR":
                self._close(number)
                self._in_group = False
                self._block = _Block(self._foot(number, value))
            elif key == "GROUP":
                self._close(number)
                self._in_group = True
            elif not self._in_group:
                self._line(number, key, value, line)
        self.last = number
        self._finish(number + 1)

    def started(self) -> dt.datetime | None:
        """On the clock of the computer that recorded; None without a date."""
        if self.times[0] < _SECONDS_PER_DAY:
            return None
        day, seconds = divmod(self.times[0], _SECONDS_PER_DAY)
        return dt.datetime.fromordinal(int(day)) + dt.timedelta(seconds=round(seconds, 3))

    def _rows(self) -> Iterator[tuple[int, str]]:
        for number, line in enumerate(self._source.lines(), start=1):
            text = line.strip().rstrip(",")
            if text:
                self._is_complete = line.endswith("\n")
                yield number, text

    def _line(self, number: int, key: str, value: str, line: str) -> None:
        if key == "SENSELS":
            self._in_cells = self._block is not None
        elif self._in_cells and self._block is not None:
            self._block.cells.append(line)
        elif key == "Units:":
            self.unit = value
        elif key == "Date":
            self._day = self._date(number, value)
        elif key == "Time":
            self._tick(number, value)
        elif self._block is not None and len(self._block.facts) < 100:
            self._block.facts[key] = value

    def _date(self, number: int, value: str) -> int:
        if self.times and not self._day:
            raise FileError(self._source.path, f"line {number}: a date, but the frames before have none")
        match = _DATE.match(value)
        try:
            if match:
                return dt.date(int(match.group(1)), _MONTHS[match.group(2)], int(match.group(3))).toordinal()
        except (KeyError, ValueError):
            pass
        raise FileError(self._source.path, f"line {number}: {value[:30]!r} is no date as in 2022 Aug 16")

    def _tick(self, number: int, value: str) -> None:
        match = _TIME.match(value)
        if match is None:
            raise FileError(self._source.path, f"line {number}: {value[:30]!r} is no time as in 08:21:17.982")
        if self._seconds is not None:
            raise FileError(self._source.path, f"line {number}: a second time in one frame")
        hours, minutes, seconds = int(match.group(1)), int(match.group(2)), float(match.group(3))
        self.times.append(_SECONDS_PER_DAY * self._day + 3600 * hours + 60 * minutes + seconds)
        self._seconds = self.times[-1]

    def _foot(self, number: int, name: str) -> Foot | None:
        if self._seconds is None:
            raise FileError(self._source.path, f"line {number}: a SENSOR block in a frame without a time")
        if re.search(r"\bLF\b|left", name, re.IGNORECASE):
            return Foot.LEFT
        if re.search(r"\bRF\b|right", name, re.IGNORECASE):
            return Foot.RIGHT
        note = f"sensor {name[:40]!r} names no foot and was left out"
        if note not in self.notes:
            self.notes.append(note)
        return None

    def _close(self, number: int) -> None:
        """Keep the block that ends here."""
        block, self._block, self._in_cells = self._block, None, False
        if block is None or block.foot is None:
            return
        insole = self._insole(number, block)
        texts = ",".join(block.cells).split(",")
        if len(block.cells) != insole.rows or len(texts) != insole.rows * insole.columns:
            raise FileError(
                self._source.path,
                f"the block before line {number} is no grid of {insole.rows} x {insole.columns} cells",
            )
        try:
            values = numbers_in(texts).astype(np.float32)
            load = number_in(block.facts.get("Est. Load (N)", "nan"))
        except ValueError as error:
            raise FileError(
                self._source.path, f"the block before line {number} holds something that is no number"
            ) from error
        frame = len(self.times) - 1
        if insole.frames and insole.frames[-1] == frame:
            raise FileError(
                self._source.path, f"line {number}: the {block.foot.value} insole comes twice in one frame"
            )
        insole.frames.append(frame)
        insole.values.append(values)
        insole.loads.append(load)

    def _insole(self, number: int, block: _Block) -> _Insole:
        assert block.foot is not None
        try:
            rows, columns = int(block.facts["Rows"]), int(block.facts["Columns"])
            width, height = (
                10 * number_in(block.facts[f"Sensel {side} (cm)"]) for side in ("Width", "Height")
            )
        except (KeyError, ValueError) as error:
            raise FileError(
                self._source.path, f"the block before line {number} does not state its grid"
            ) from error
        if (
            rows < 2
            or columns < 2
            or rows * columns > MAX_CELLS
            or not (cells.pitch_is_plausible(width) and cells.pitch_is_plausible(height))
        ):
            raise FileError(
                self._source.path, f"states a grid of {rows} x {columns} cells of {width:g} x {height:g} mm"
            )
        insole = self.insoles.setdefault(block.foot, _Insole(rows, columns, width, height))
        if (insole.rows, insole.columns) != (rows, columns):
            raise FileError(
                self._source.path, f"the {block.foot.value} insole changes its grid at line {number}"
            )
        return insole

    def _finish(self, number: int) -> None:
        """The last block has no line after it: keep it only when it is whole, with its last digit."""
        block = self._block
        if block is None or block.foot is None:
            return
        rows, columns = (block.facts.get(key, "") for key in ("Rows", "Columns"))
        found = sum(row.count(",") + 1 for row in block.cells)
        complete = int(rows) * int(columns) if rows.isdecimal() and columns.isdecimal() else found
        if not self._in_cells or found < complete or not self._is_complete:
            self.notes.append("the last frame is incomplete and was left out (truncated)")
            return
        self._close(number)


def _foot(
    source: Source, side: Foot, insole: _Insole, count: int, kpa: float, notes: list[str]
) -> ImportedFoot:
    values = np.stack(insole.values)
    loaded = (np.nan_to_num(values) > 0).any(axis=0)
    if not loaded.any():
        raise FileError(source.path, f"no cell of the {side.value} insole is ever loaded")
    keep: npt.NDArray[np.bool_] = loaded.reshape(insole.rows, insole.columns)
    complete = np.ones_like(keep)
    layout = cells.grid(
        f"xsensor-{insole.rows}x{insole.columns}", keep, complete, side, insole.width_mm, insole.height_mm
    )
    force = np.full((count, int(loaded.sum())), np.nan, dtype=np.float32)
    scale = np.float32(kpa * cells.N_PER_KPA_CM2 * float(layout.area_cm2[0]))
    force[insole.frames] = values[:, loaded] * scale
    _compare_loads(side, force[insole.frames], np.array(insole.loads), notes)
    return ImportedFoot(force, layout)


def _compare_loads(side: Foot, force: Forces, stated: Floats, notes: list[str]) -> None:
    """The file states the load of each frame: a check of unit and area."""
    sums = force.sum(axis=1, dtype=np.float64)
    heavy = np.isfinite(stated) & (stated > 50)
    if not heavy.any():
        return
    ratio = float(np.median(sums[heavy] / stated[heavy]))
    if abs(ratio - 1) > _LOAD_TOLERANCE:
        notes.append(f"{side.value} foot: cells add up to {ratio:.2f} times the load that the file states")
