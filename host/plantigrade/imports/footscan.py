"""footscan (rsscan) "dynamic roll off" in an Excel workbook (`.xls`): frames of one step on a plate.

Layout after the public example of the R package pressuRe (MIT), which takes the values for newtons of sensors
of 5.08 x 7.62 mm, the first row nearest to the lower edge of the plate; the file states neither.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, Forces, Instrument, Walk
from plantigrade.imports import clock, frames
from plantigrade.imports.assemble import to_walk
from plantigrade.imports.source import Head, Source

NAME: Final = "footscan"
MAX_BYTES: Final = 64 << 20
COLUMN_MM: Final = 5.08
ROW_MM: Final = 7.62
_OLE: Final = b"\xd0\xcf\x11\xe0"
_FRAME = re.compile(r"Frame (\d+) \(([\d.]+) ms\)")
_SIDE = re.compile(r"(Left|Right) foot data", re.IGNORECASE)
_LOOKED_AT: Final = 60

Row = Sequence[Any]


def recognises(head: Head) -> bool:
    """An Excel workbook whose first sheet has a frame of a roll off."""
    if not head.raw.startswith(_OLE) or head.path.stat().st_size > MAX_BYTES:
        return False
    rows = _rows_or_none(head.path.read_bytes())
    return rows is not None and any(_FRAME.match(_first(row)) for row in rows[:_LOOKED_AT])


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read one step.

    Raises:
        FileError: no workbook that can be read, no frame, frames of different size, two feet.
    """
    with source.open() as stream:
        raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise FileError(source.path, f"is a workbook of more than {MAX_BYTES >> 20} MiB")
    rows = _rows_or_none(raw)
    if rows is None:
        raise FileError(source.path, "is no Excel workbook that can be read (damaged?)")
    sides = _sections(source, rows)
    side = _chosen(source, list(sides), foot)
    stamps, values = sides[side]
    notes = [
        "the file states no unit: values were taken for newtons of sensors of "
        f"{COLUMN_MM:g} x {ROW_MM:g} mm, as the R package pressuRe does"
    ]
    force: Forces = np.stack(values)[:, ::-1, :]
    ticks = clock.checked(np.array(stamps) / 1000.0, source.path)
    asked = foot if foot is not None else side
    data = frames.foot_of(source, "footscan", asked, force, COLUMN_MM, ROW_MM, notes)
    return to_walk(source, NAME, ticks, {asked: data}, notes=notes, instrument=Instrument.PLATE)


def _rows_or_none(raw: bytes) -> list[Row] | None:
    """The rows of the first sheet; None when there is no such workbook."""
    import io

    from python_calamine import CalamineError, CalamineWorkbook

    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        return list(workbook.get_sheet_by_index(0).to_python(skip_empty_area=False))
    except (CalamineError, IndexError, ValueError):
        return None


def _first(row: Row) -> str:
    return str(row[0]).strip() if row else ""


def _sections(source: Source, rows: list[Row]) -> dict[Foot, tuple[list[float], list[Forces]]]:
    """Times in ms and frames of each foot that has any."""
    sides: dict[Foot, tuple[list[float], list[Forces]]] = {}
    side: Foot | None = None
    number = 0
    while number < len(rows):
        text = _first(rows[number])
        if match := _SIDE.match(text):
            side = Foot(match.group(1).lower())
            source.understood(number + 1, f"{side.value} foot")
        elif match := _FRAME.match(text):
            if side is None:
                raise FileError(source.path, f"row {number + 1}: a frame before the side of its foot")
            frame = _frame(source, rows, number + 1)
            stamps, values = sides.setdefault(side, ([], []))
            if values and frame.shape != values[0].shape:
                raise FileError(source.path, f"row {number + 1}: the frame has another size than the first")
            if not values:
                source.understood(number + 1, f"first frame, {frame.shape[0]} x {frame.shape[1]} sensors")
            stamps.append(float(match.group(2)))
            values.append(frame)
            number += len(frame)
        elif text:
            source.understood(number + 1, text)
        number += 1
    if not sides:
        raise FileError(source.path, "holds no frame of a foot")
    return sides


def _frame(source: Source, rows: list[Row], start: int) -> Forces:
    found: list[list[float]] = []
    for number in range(start, len(rows)):
        row = rows[number]
        if not any(cell != "" for cell in row) or isinstance(row[0], str):
            break
        if not all(isinstance(cell, int | float) for cell in row):
            raise FileError(source.path, f"row {number + 1} holds something that is no number")
        found.append([float(cell) for cell in row])
    if not found:
        raise FileError(source.path, f"row {start}: a frame without values")
    return np.array(found, dtype=np.float32)


def _chosen(source: Source, sides: list[Foot], asked: Foot | None) -> Foot:
    if len(sides) == 1:
        return sides[0]
    if asked is None:
        raise FileError(
            source.path, "has a step of each foot without a common time; add --foot left or --foot right"
        )
    return asked
