"""novel emed `.lst`: pictures of the pressures under one foot that steps on a plate, as printed pages.

Each page has its picture's number, pressures in kPa with the numbers of columns and rows, and sums of force
at the edges. A picture that is wider than a page is continued on the next one. Pages of the maximum (MVP,
MPP) follow the pictures and are no samples. Layout after the public example of the R package pressuRe (MIT).
"""

import re
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats, Foot, Forces, Instrument, Walk
from plantigrade.imports import cells, clock, frames, table
from plantigrade.imports.assemble import to_walk
from plantigrade.imports.nearest import mark
from plantigrade.imports.source import Head, Source

NAME: Final = "emed"
MARKS: Final = (
    mark("'Time/picture:'", r"Time/picture:"),
    mark("'Sensor size:'", r"Sensor size:"),
    mark("pages of pictures (Pict-No.)", r"Pict-No\.?:"),
)
MAX_PICTURES: Final = 20_000
MAX_SIDE: Final = 512
_TIME = re.compile(r"Time/picture:\s*([\d.,]+)\s*(ms|s)\b")
_SIZE = re.compile(r"Sensor size:\s*([\d.,]+)\s*x\s*([\d.,]+)\s*(cm|mm)\b")
_PICTURE = re.compile(r"Pict-No\.?:\s*(\d+)")
_SUMMARY = re.compile(r"\b(MVP|MPP)\b")
_FILE = re.compile(r"File:\s*(\S+)")
_ROUNDING_N = 0.01
_ROUNDING_KPA = 0.005
"""Numbers are printed with two digits."""


@dataclass
class _Pages:
    """What the pages say."""

    facts: dict[str, re.Match[str]] = field(default_factory=dict[str, re.Match[str]])
    pictures: dict[int, list[tuple[int, int, float]]] = field(
        default_factory=dict[int, list[tuple[int, int, float]]]
    )
    stated_n: dict[int, float] = field(default_factory=dict[int, float])
    rows: dict[tuple[int, ...], int] = field(default_factory=dict[tuple[int, ...], int])
    summaries: int = 0
    is_cut_off: bool = False


def recognises(head: Head) -> bool:
    """What stands in a page's head."""
    return all(one.pattern.search(head.text[:8000]) for one in MARKS)


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read one step.

    Raises:
        FileError: pages without time, size or numbers; a row that is no row of a picture; a side that nothing
            tells.
    """
    pages = _Pages()
    _read_pages(source, pages)
    if not pages.pictures:
        raise FileError(source.path, "holds no complete picture (Pict-No.)")
    named = pages.facts["file"].group(1) if "file" in pages.facts else ""
    side = frames.side_of(source, foot, named, source.path.name)
    seconds = _number(source, pages, "time") / (1000.0 if pages.facts["time"].group(2) == "ms" else 1.0)
    to_mm = 10.0 if _fact(source, pages, "size").group(3) == "cm" else 1.0
    column_mm, row_mm = (to_mm * _number(source, pages, "size", i) for i in (1, 2))
    if not (cells.pitch_is_plausible(column_mm) and cells.pitch_is_plausible(row_mm) and seconds > 0):
        raise FileError(
            source.path, f"states cells of {column_mm:g} x {row_mm:g} mm, {seconds:g} s a picture"
        )
    notes: list[str] = []
    force = _forces(source, pages, column_mm * row_mm / 100.0)
    _compare(force, pages, column_mm * row_mm / 100.0, notes)
    if pages.summaries:
        notes.append(f"{pages.summaries} pages of the maximum (MVP, MPP) were left out")
    data = frames.foot_of(source, "emed", side, force, column_mm, row_mm, notes)
    ticks = clock.steady(len(force), 1.0 / seconds, source.path)
    return to_walk(source, NAME, ticks, {side: data}, notes=notes, instrument=Instrument.PLATE)


def _fact(source: Source, pages: _Pages, key: str) -> re.Match[str]:
    if key not in pages.facts:
        lines = {"time": "Time/picture: ... ms", "size": "Sensor size: ... cm"}
        raise FileError(source.path, f"has no line '{lines[key]}' with a unit")
    return pages.facts[key]


def _number(source: Source, pages: _Pages, key: str, group: int = 1) -> float:
    text = _fact(source, pages, key).group(group)
    try:
        return table.number_in(text.replace(",", "."))
    except ValueError as error:
        raise FileError(source.path, f"{text!r} is no number") from error


def _read_pages(source: Source, pages: _Pages) -> None:
    picture: int | None = None
    columns: list[int] = []
    rows: list[int] = []
    width = first = number = 0
    for number, line in enumerate(source.lines(), start=1):
        _head_line(source, pages, number, line)
        parts = line.split()
        if "Page" in line or _SUMMARY.search(line):
            pages.summaries += _SUMMARY.search(line) is not None
            _check_ended(source, number, picture)
            picture, columns = None, []
        elif match := _PICTURE.search(line):
            _check_ended(source, number, picture)
            picture, columns = int(match.group(1)), []
            first = first or number
        elif picture is None or not parts:
            continue
        elif not columns:
            columns, width, rows = _columns(source, number, parts), len(parts), []
            pages.pictures.setdefault(picture, [])
        elif parts[0] == "Force":
            pages.stated_n[picture] = _cell(source, number, parts[-1])
            pages.rows.setdefault(tuple(rows), number)
            picture = None
        else:
            rows.append(_row(source, number, parts, columns, width, pages.pictures[picture]))
        if len(pages.pictures) > MAX_PICTURES:
            raise FileError(source.path, f"has more than {MAX_PICTURES} pictures; it is no single step")
    if picture is not None:
        pages.pictures.pop(picture, None)
        pages.is_cut_off = True
    if len(pages.rows) > 1:
        (usual, _), (_, odd) = list(pages.rows.items())[:2]
        raise FileError(
            source.path,
            f"the picture that ends in line {odd} has not the {len(usual)} rows of the others: a row is "
            "missing, or one was written twice",
        )
    source.understood(first, f"{len(pages.pictures)} pictures, one a sample", last_line=number)


def _check_ended(source: Source, number: int, picture: int | None) -> None:
    if picture is not None:
        raise FileError(source.path, f"line {number}: picture {picture} has no row of forces at its end")


def _head_line(source: Source, pages: _Pages, number: int, line: str) -> None:
    for key, pattern in (("time", _TIME), ("size", _SIZE), ("file", _FILE)):
        if key not in pages.facts and (match := pattern.search(line)):
            pages.facts[key] = match
            source.understood(number, " ".join(match.group().split()))


def _columns(source: Source, number: int, parts: list[str]) -> list[int]:
    numbers = parts[:-1] if parts[-1] == "Force" else parts
    if not numbers or not all(word.isdecimal() and 1 <= int(word) <= MAX_SIDE for word in numbers):
        raise FileError(source.path, f"line {number} is no row of column numbers")
    return [int(word) for word in numbers]


def _row(
    source: Source,
    number: int,
    parts: list[str],
    columns: list[int],
    width: int,
    into: list[tuple[int, int, float]],
) -> int:
    """Its number."""
    row, *values = parts
    if not (row.isdecimal() and 1 <= int(row) <= MAX_SIDE) or len(values) != width:
        raise FileError(
            source.path, f"line {number} is no row of {len(columns)} pressures: {' '.join(parts)[:40]!r}"
        )
    for column, word in zip(columns, values, strict=False):
        value = _cell(source, number, word)
        if value:
            into.append((int(row), column, value))
    return int(row)


def _cell(source: Source, number: int, word: str) -> float:
    try:
        return table.number_in(word)
    except ValueError as error:
        comma = "; a decimal comma is not what emed writes" if "," in word else ""
        raise FileError(source.path, f"line {number}: {word[:20]!r} is no number{comma}") from error


def _forces(source: Source, pages: _Pages, area_cm2: float) -> Forces:
    """(n, rows, columns) newtons of the loaded part of the plate."""
    numbers = sorted(pages.pictures)
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        gone = next(n for n in range(numbers[0], numbers[-1]) if n not in pages.pictures)
        raise FileError(source.path, f"picture {gone} is missing between others")
    loaded = [cell for picture in pages.pictures.values() for cell in picture]
    if not loaded:
        raise FileError(source.path, "no cell is ever loaded")
    rows, columns = [cell[0] for cell in loaded], [cell[1] for cell in loaded]
    top, left = min(rows), min(columns)
    force = np.zeros((len(numbers), max(rows) - top + 1, max(columns) - left + 1), np.float32)
    for i, number in enumerate(numbers):
        for row, column, value in pages.pictures[number]:
            force[i, row - top, column - left] = value * cells.N_PER_KPA_CM2 * area_cm2
    return force


def _compare(force_n: Forces, pages: _Pages, area_cm2: float, notes: list[str]) -> None:
    """Each picture states its force, to which its cells add up but for their rounding."""
    sums: Floats = force_n.sum(axis=(1, 2), dtype=np.float64)
    stated = np.array([pages.stated_n.get(number, np.nan) for number in sorted(pages.pictures)])
    loaded = np.count_nonzero(force_n, axis=(1, 2))
    bound = _ROUNDING_N + _ROUNDING_KPA * cells.N_PER_KPA_CM2 * area_cm2 * loaded + 1e-6 * sums
    if count := int(np.count_nonzero(np.abs(sums - stated) > bound)):
        notes.append(f"pressures of {count} of {len(sums)} pictures do not add up to their stated force")
    if pages.is_cut_off:
        notes.append("the last picture has no sum of forces and was left out (truncated)")
