"""Tekscan F-Scan `.asf`: a movie of one insole as frames of comma separated cells, `B` where there is no
cell.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats, Foot, Forces, Walk
from plantigrade.imports import cells, clock
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.nearest import mark
from plantigrade.imports.source import Head, Source
from plantigrade.imports.table import numbers_in
from plantigrade.imports.wall_clock import moment

NAME: Final = "fscan"
MARKS: Final = (
    mark("a line SENSEL_AREA", r"^SENSEL_AREA"),
    mark("a line SECONDS_PER_FRAME", r"^SECONDS_PER_FRAME"),
    mark("ASCII_DATA and frames", r"^ASCII_DATA"),
)
MAX_HEADER_LINES: Final = 500
MAX_CELLS: Final = 20_000
_USED: Final = (
    *("FILENAME", "SENSOR_TYPE", "ROWS", "COLS", "ROW_SPACING", "COL_SPACING"),
    *("SECONDS_PER_FRAME", "UNITS", "START_FRAME", "END_FRAME"),
)
_INSOLES: Final = ("FSCAN", "F-SCAN", "3000")
"""How sensors for the shoe are called; others are for joints, hands and seats."""
_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_SIDE_LETTER = re.compile(r"(?<![A-Z])([LR])$|(?:^|[\d _-])([lr])$|((?i:left|right))")
"""FrasP01L, walk_r or "Left foot", but neither trial nor TRIAL."""


@dataclass(frozen=True)
class _Header:
    fields: dict[str, str]
    lines: int

    def number(self, source: Source, key: str) -> float:
        word, *_ = self.fields.get(key, "").split() or [""]
        if not _NUMBER.fullmatch(word):
            raise FileError(source.path, f"its header has no number for {key}")
        return float(word)

    def pitch_mm(self, source: Source, key: str) -> float:
        value = self.number(source, key)
        unit = self.fields[key].lower()
        value *= 25.4 if "inch" in unit else 10.0 if ("cm" in unit or "centi" in unit) else 1.0
        if not cells.pitch_is_plausible(value):
            raise FileError(source.path, f"states a {key} of {value:g} mm, which no insole has")
        return value


def recognises(head: Head) -> bool:
    """The keys of the movie's header."""
    start = head.text[:8000]
    return "SENSEL_AREA" in start and "SECONDS_PER_FRAME" in start


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read the movie of one insole.

    Raises:
        FileError: a header without the grid, a damaged frame, no frame, or a side that nothing tells.
    """
    lines = source.lines()
    header = _read_header(source, lines)
    rows, columns = int(header.number(source, "ROWS")), int(header.number(source, "COLS"))
    if rows < 2 or columns < 2 or rows * columns > MAX_CELLS:
        raise FileError(source.path, f"states a grid of {rows} x {columns} cells, which no insole has")
    notes: list[str] = []
    present, frames = _frames(source, lines, header.lines, rows, columns, notes)
    seconds = header.number(source, "SECONDS_PER_FRAME")
    if seconds <= 0:
        raise FileError(source.path, f"states {seconds:g} seconds per frame")
    _compare_count(header, len(frames), notes)
    source.understood(
        header.lines + 1,
        f"{len(frames)} frames of {rows} x {columns} cells, B where there is none",
        last_line=header.lines + len(frames) * (rows + 2),
    )
    side = _side(source, header, present, foot, notes)
    return _assemble(
        source, header, side, present, frames, clock.steady(len(frames), 1 / seconds, source.path), notes
    )


def _read_header(source: Source, lines: Iterator[str]) -> _Header:
    fields: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        key, _, value = line.strip().partition(" ")
        fields.setdefault(key.rstrip(":"), value.strip())
        if key.rstrip(":") in _USED:
            source.understood(number, f"{key.rstrip(':')} {value.strip()}")
        if key == "ASCII_DATA":
            return _Header(fields, number)
        if number >= MAX_HEADER_LINES:
            break
    raise FileError(source.path, "has no ASCII_DATA section (truncated, or another kind of Tekscan file)")


def _frames(
    source: Source, lines: Iterator[str], first_line: int, rows: int, columns: int, notes: list[str]
) -> tuple[cells.Mask, Forces]:
    """Which cells exist, and (frames, existing cells) values."""
    present: cells.Mask | None = None
    retained: list[Forces] = []
    for number, text in _frame_texts(source, lines, first_line, rows, notes):
        values = _frame(source, number, text, columns)
        if present is None:
            present = ~np.isnan(values)
        retained.append(values[present])
    if present is None:
        raise FileError(source.path, "holds no complete frame")
    if not present.any():
        raise FileError(source.path, "holds no cell at all")
    return present, np.stack(retained)


def _frame_texts(
    source: Source, lines: Iterator[str], first_line: int, rows: int, notes: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """Number of the last line, and the lines of each complete frame."""
    pending: list[str] = []
    named = False
    for number, text in _lines_of_movie(lines, first_line, notes):
        if text.lower().startswith("frame"):
            if pending:
                raise FileError(
                    source.path, f"line {number}: the frame before has {len(pending)} of {rows} rows"
                )
            named = True
        elif not named:
            raise FileError(source.path, f"line {number}: the frame before has more than {rows} rows")
        else:
            pending.append(text)
        if len(pending) == rows:
            yield number, pending
            pending, named = [], False
    if named:
        notes.append("the last frame is incomplete and was left out")


def _lines_of_movie(lines: Iterator[str], first_line: int, notes: list[str]) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not blank, up to the end mark. A line that has no line end may
    have lost digits and is left out."""
    for number, line in enumerate(lines, start=first_line + 1):
        text = line.strip()
        if text.startswith("@@"):
            return
        if text and line.endswith("\n"):
            yield number, text
    notes.append("the end mark of the file is missing (truncated)")


def _frame(source: Source, line: int, rows: list[str], columns: int) -> Forces:
    texts = ",".join(row.rstrip(",") for row in rows).replace("B", "nan").split(",")
    if len(texts) != len(rows) * columns:
        raise FileError(
            source.path, f"the frame that ends in line {line} has rows that are not {columns} cells wide"
        )
    try:
        return numbers_in(texts).reshape(len(rows), columns).astype(np.float32)
    except ValueError as error:
        raise FileError(
            source.path, f"the frame that ends in line {line} holds something that is no number"
        ) from error


def _compare_count(header: _Header, found: int, notes: list[str]) -> None:
    first, last = header.fields.get("START_FRAME", ""), header.fields.get("END_FRAME", "")
    if first.isdecimal() and last.isdecimal() and int(last) - int(first) + 1 != found:
        notes.append(f"the header promises {int(last) - int(first) + 1} frames, the file has {found}")


def _side(source: Source, header: _Header, present: cells.Mask, asked: Foot | None, notes: list[str]) -> Foot:
    """The foot: as asked, else from the sheet's outline (its tip is medial), compared with the file's
    name.
    """
    if asked is not None:
        return asked
    stems = (header.fields.get("FILENAME", "").replace("\\", "/").rsplit("/", 1)[-1], source.path.name)
    named = next((side for stem in stems if (side := _side_of_name(stem)) is not None), None)
    columns: Floats = np.arange(present.shape[1], dtype=np.float64)
    tip = present[: max(1, present.shape[0] // 20)].any(axis=0)
    offset = float(columns[tip].mean() - columns[present.any(axis=0)].mean()) if tip.any() else 0.0
    shape = None if abs(offset) < 0.5 else (Foot.LEFT if offset > 0 else Foot.RIGHT)
    if named is not None and shape is not None and named is not shape:
        notes.append(
            f"the name says {named.value} but the sheet has the outline of a {shape.value} insole; taken as "
            f"{shape.value} (say --foot {named.value} if the sheet was mirrored)"
        )
    side = shape or named
    if side is None:
        raise FileError(source.path, "does not tell which foot it is; add --foot left or --foot right")
    return side


def _side_of_name(name: str) -> Foot | None:
    stem = re.sub(r"(\.(asf|fsx|gz))+$", "", name, flags=re.IGNORECASE)
    match = _SIDE_LETTER.search(stem)
    if match is None:
        return None
    return Foot.LEFT if match.group(match.lastindex or 0).lower().startswith("l") else Foot.RIGHT


def _assemble(
    source: Source,
    header: _Header,
    side: Foot,
    present: cells.Mask,
    frames: Forces,
    ticks: clock.Clock,
    notes: list[str],
) -> Walk:
    column_mm = header.pitch_mm(source, "COL_SPACING")
    row_mm = header.pitch_mm(source, "ROW_SPACING")
    loaded = (np.nan_to_num(frames) > 0).any(axis=0)
    if not loaded.any():
        raise FileError(source.path, "no cell is ever loaded")
    keep = np.zeros(present.shape, dtype=np.bool_)
    keep[present] = loaded
    # Sheets are cut to the shoe: the insole is where loads occur, not the whole sheet.
    layout = cells.grid("fscan (loaded cells)", keep, keep, side, column_mm, row_mm)
    unit = header.fields.get("UNITS", "")
    kpa = cells.kpa_per_unit(unit)
    quantity = "force" if kpa is not None else "footswitch"
    if kpa is None:
        notes.append(f"pressures are in {unit or 'unnamed units'}, not calibrated: timing only")
    scale = (kpa * cells.N_PER_KPA_CM2 * float(layout.area_cm2[0])) if kpa is not None else 1.0
    notes.append("regions are shares of the loaded length of the sheet")
    kind = header.fields.get("SENSOR_TYPE", "")
    if kind and not kind.upper().startswith(_INSOLES):
        notes.append(
            f"sensor type {kind[:20]} is no F-Scan insole: whether a foot was on it the file does not say"
        )
    data = ImportedFoot(np.ascontiguousarray(frames[:, loaded] * np.float32(scale)), layout, quantity)
    started = _started(header, notes)
    return to_walk(source, NAME, ticks, {side: data}, notes=notes, started_local=started)


def _started(header: _Header, notes: list[str]) -> datetime | None:
    """When the movie began; None where the header does not say so, or what it says may be two days."""
    stated = header.fields.get("TIME", "")
    if not stated:
        return None
    try:
        return moment(stated)
    except ValueError as error:
        notes.append(f"the date of the recording is not known: {error}")
        return None
