"""Plain CSV: the format to write when a system has none of the others. Defined in
docs/reference/file-formats.md.

    # body_weight_kg: 71.5 time_s,left_force_n,right_force_n 0.000,412.5,0.0

Columns: `time_s` (or a line `# sample_rate_hz: 100`), then for one or both feet either the total force
(`left_force_n`), or each sensor (`left_1_n` ... or `left_heel_posterior_n` ... for our own layout), or a
footswitch in any unit (`left_footswitch`). An empty cell is a missing sample.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

import numpy as np
from insole_protocol.layout import SENSOR_NAMES

from plantigrade.errors import FileError
from plantigrade.gait.pressure import regions
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import NEWTONS_PER_KG, Floats, Foot, Instrument, SensorLayout, Walk
from plantigrade.imports import clock
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.source import Head, Source
from plantigrade.imports.table import NumberTable, stack

NAME: Final = "csv"
MAX_COMMENTS: Final = 2000
MAX_COLUMNS: Final = 4096
_COLUMN = re.compile(r"^(left|right)_(?:(footswitch)|(force)_n|(\w+)_n)$")
_COMMENT = re.compile(r"^#\s*([a-z_ 0-9]+?)\s*:\s*(.*?)\s*$", re.IGNORECASE)
_EMPTY = re.compile(r"(?<=[,;\t])(?=[,;\t\r\n]|$)|^(?=[,;\t])")


@dataclass
class _Header:
    titles: list[str]
    delimiter: str
    lines: int
    facts: dict[str, str] = field(default_factory=dict[str, str])
    sensors: dict[str, tuple[float, float, float]] = field(
        default_factory=dict[str, tuple[float, float, float]]
    )

    def number(self, source: Source, key: str) -> float | None:
        if key not in self.facts:
            return None
        try:
            value = float(self.facts[key])
        except ValueError:
            value = float("nan")
        if not (np.isfinite(value) and value > 0):
            raise FileError(
                source.path, f"the line '# {key}:' needs a positive number, not {self.facts[key][:20]!r}"
            )
        return value


def recognises(head: Head) -> bool:
    """A title row that has a column of ours."""
    for line in head.lines(MAX_COMMENTS + 1):
        if not line.lstrip().startswith("#"):
            titles = [word.strip().strip('"').lower() for word in re.split(r"[,;\t]", line)]
            return any(_COLUMN.match(title) for title in titles)
    return False


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read a recording of one or two feet.

    Raises:
        FileError: no title row, columns of mixed kinds, broken rows, no clock.
    """
    lines = source.lines()
    header = _read_header(source, lines)
    first = next(lines, "")
    if not first:
        raise FileError(source.path, "has column titles but no sample")
    table = NumberTable(
        source,
        _filled(chain([first], lines)),
        first_line=header.lines + 1,
        columns=len(header.titles),
        delimiter=header.delimiter,
        decimal_comma=header.delimiter != "," and "," in first,
    )
    rows = stack(table.blocks(), path_problem=FileError(source.path, "holds no sample"))
    rate_hz = header.number(source, "sample_rate_hz")
    if "time_s" in header.titles:
        ticks = clock.checked(rows[:, header.titles.index("time_s")], source.path, stated_rate_hz=rate_hz)
    elif rate_hz is not None:
        ticks = clock.steady(len(rows), rate_hz, source.path)
    else:
        raise FileError(source.path, "has neither a time_s column nor a line '# sample_rate_hz: ...'")
    feet = {side: data for side in Foot if (data := _foot(source, header, side, rows)) is not None}
    if foot is not None:
        if len(feet) != 1:
            raise FileError(source.path, "has both feet; leave --foot out")
        feet = {foot: next(iter(feet.values()))}
    weight_kg = header.number(source, "body_weight_kg")
    weight_n = weight_kg * NEWTONS_PER_KG if weight_kg is not None else None
    instrument, caveats = _instrument(source, header, feet)
    return to_walk(
        source,
        NAME,
        ticks,
        feet,
        notes=[*table.notes, *caveats],
        body_weight_n=weight_n,
        instrument=instrument,
    )


def _instrument(
    source: Source, header: _Header, feet: dict[Foot, ImportedFoot]
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


def _read_header(source: Source, lines: Iterator[str]) -> _Header:
    facts: dict[str, str] = {}
    sensors: dict[str, tuple[float, float, float]] = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if text.startswith("#") or not text:
            match = _COMMENT.match(text)
            if match and match.group(1).lower().startswith("sensor "):
                sensors[match.group(1).split()[1].lower()] = _place(source, number, match.group(2))
            elif match:
                facts[match.group(1).lower()] = match.group(2)
            if number > MAX_COMMENTS:
                break
            continue
        delimiter = next((mark for mark in (";", "\t", ",") if mark in text), ",")
        titles = [word.strip().lower() for word in next(csv.reader([text], delimiter=delimiter))]
        _check_titles(source, titles)
        return _Header(titles, delimiter, number, facts, sensors)
    raise FileError(source.path, "has no row of column titles")


def _place(source: Source, number: int, text: str) -> tuple[float, float, float]:
    try:
        x, y, area = (float(word) for word in text.split())
    except ValueError as error:
        raise FileError(
            source.path,
            f"line {number}: a sensor line is '# sensor NAME: x_mm y_mm area_cm2', not {text[:40]!r}",
        ) from error
    if not np.isfinite([x, y]).all() or max(abs(x), abs(y)) > 1000:
        raise FileError(source.path, f"line {number}: a sensor cannot lie at {x:g}, {y:g} mm")
    return x, y, area


def _check_titles(source: Source, titles: list[str]) -> None:
    if len(titles) > MAX_COLUMNS:
        raise FileError(source.path, f"has {len(titles)} columns; at most {MAX_COLUMNS} are read")
    doubled = next((title for title in titles if titles.count(title) > 1), None)
    if doubled is not None:
        raise FileError(source.path, f"has the column {doubled[:40]!r} twice")
    if not any(_COLUMN.match(title) for title in titles):
        raise FileError(
            source.path,
            "has no column such as left_force_n, left_1_n or left_footswitch; "
            "see docs/reference/file-formats.md",
        )


def _filled(lines: Iterator[str]) -> Iterator[str]:
    """Empty cells as nan, for the parser."""
    for line in lines:
        yield _EMPTY.sub("nan", line) if _EMPTY.search(line) and line.strip() else line


def _foot(source: Source, header: _Header, side: Foot, rows: Floats) -> ImportedFoot | None:
    """The columns of one foot; None when there are none."""
    sensors: list[tuple[int, str]] = []
    total: int | None = None
    switch: int | None = None
    for index, title in enumerate(header.titles):
        match = _COLUMN.match(title)
        if match is None or match.group(1) != side.value:
            continue
        if match.group(2):
            switch = index
        elif match.group(3):
            total = index
        else:
            sensors.append((index, match.group(4)))
    if sensors:
        if switch is not None:
            raise FileError(
                source.path, f"the {side.value} foot has force sensors and a footswitch; keep one kind"
            )
        names = [name for _, name in sensors]
        force = rows[:, [index for index, _ in sensors]].astype(np.float32)
        return ImportedFoot(force, _layout(header, source, names))
    if total is not None:
        return ImportedFoot(rows[:, [total]].astype(np.float32))
    if switch is not None:
        return ImportedFoot(rows[:, [switch]].astype(np.float32), None, "footswitch")
    return None


def _layout(header: _Header, source: Source, names: list[str]) -> SensorLayout | None:
    """Places from the file's own sensor lines, or of our insole when the columns have its names."""
    if header.sensors:
        lacking = next((name for name in names if name not in header.sensors), None)
        if lacking is not None:
            raise FileError(source.path, f"has places for some sensors but none for {lacking!r}")
        table = np.array([header.sensors[name] for name in names])
        length = header.number(source, "insole_length_mm") or float(table[:, 1].max() * 1.08)
        return SensorLayout(
            name="from the file",
            x_mm=table[:, 0].copy(),
            y_mm=table[:, 1].copy(),
            area_cm2=np.where(table[:, 2] > 0, table[:, 2], np.nan),
            region=regions.of_length(table[:, 1] / length),
            insole_length_mm=length,
        )
    if set(names) != set(SENSOR_NAMES):
        return None
    own = own_layout(header.number(source, "eu_size"))
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
