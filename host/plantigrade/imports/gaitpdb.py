"""PhysioNet's "Gait in Parkinson's Disease": 19 columns of text, time, 2 x 8 sensors in newtons, two totals.

The places are those of the database's format.txt, on a scale of their own (heel and toe sensor at -800 and
800, medial and lateral at 300 and 700 from the body's midline), so lengths are shares, not millimetres.
"""

from collections.abc import Iterator
from itertools import chain
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.pressure import regions
from plantigrade.gait.settings import BALL_WIDTH_SHARE
from plantigrade.gait.signals import Floats, Foot, Forces, SensorLayout, Walk
from plantigrade.imports import clock
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.repeated_rows import note, written_once
from plantigrade.imports.source import Head, Source
from plantigrade.imports.table import NumberTable

NAME: Final = "gaitpdb"
COLUMNS: Final = 19
_TOTAL_TOLERANCE_N = 1.0
_NOMINAL_LENGTH_MM: Final = 265.0
# format.txt, left foot, distance from the midline of the body and place along the foot.
_X = np.array([500.0, 700.0, 300.0, 700.0, 300.0, 700.0, 300.0, 500.0])
_Y = np.array([-800.0, -400.0, -400.0, 0.0, 0.0, 400.0, 400.0, 800.0])


def layout() -> SensorLayout:
    """The eight places, scaled to a foot of nominal length; areas are not published (NaN)."""
    y = (_Y + 1000.0) / 2000.0
    # Sensor pairs at a quarter and three quarters of the width of the ball.
    x = BALL_WIDTH_SHARE * (0.25 + 0.5 * (_X - 300.0) / 400.0)
    return SensorLayout(
        name="gaitpdb-8",
        x_mm=x * _NOMINAL_LENGTH_MM,
        y_mm=y * _NOMINAL_LENGTH_MM,
        area_cm2=np.full(8, np.nan),
        region=regions.of_length(y),
        relative=True,
    )


def recognises(head: Head) -> bool:
    """19 numbers in each of the first lines, separated by white space."""
    lines = head.lines(4)[:-1] if len(head.text) > 1000 else head.lines(1)
    return bool(lines) and all(_is_row(line) for line in lines)


def _is_row(line: str) -> bool:
    texts = line.split()
    if len(texts) != COLUMNS:
        return False
    try:
        [float(word) for word in texts]
    except ValueError:
        return False
    return True


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read one record.

    Raises:
        FileError: not such a table, a broken row, or a time column that is no clock.
    """
    lines = source.lines()
    first = next(lines, "")
    if len(first.split()) != COLUMNS:
        found = len(first.split())
        raise FileError(source.path, f"line 1 has {found} columns; a gaitpdb record has {COLUMNS}")
    table = NumberTable(source, chain([first], lines), first_line=1, columns=COLUMNS)
    time_s, left, right, totals_off = _collect(table.blocks(), source)
    if totals_off[0] > _TOTAL_TOLERANCE_N:
        _explain_totals(source, totals_off)
    source.understood(
        1, f"{len(time_s)} rows: time, 8 + 8 sensors in newtons, two totals", last_line=len(time_s)
    )
    notes = list(table.notes)
    once = written_once(time_s, np.hstack([left, right], dtype=np.float64))
    if once is not None:
        notes.append(note(len(time_s) - len(once)))
        time_s, left, right = time_s[once], left[once], right[once]
    ticks = clock.checked(time_s, source.path)
    places = layout()
    feet = {Foot.LEFT: ImportedFoot(left, places), Foot.RIGHT: ImportedFoot(right, places)}
    return to_walk(source, NAME, ticks, feet, notes=notes)


def _collect(blocks: Iterator[Floats], source: Source) -> tuple[Floats, Forces, Forces, tuple[float, float]]:
    """Time, feet, and how far columns 18 and 19 are from the sums: (as documented, exchanged), medians in
    N.
    """
    times: list[Floats] = []
    lefts: list[Forces] = []
    rights: list[Forces] = []
    straight: list[float] = []
    crossed: list[float] = []
    for block in blocks:
        times.append(block[:, 0].copy())
        lefts.append(block[:, 1:9].astype(np.float32))
        rights.append(block[:, 9:17].astype(np.float32))
        sums = np.stack([block[:, 1:9].sum(axis=1), block[:, 9:17].sum(axis=1)], axis=1)
        straight.append(_median_off(sums, block[:, 17:19]))
        crossed.append(_median_off(sums, block[:, 18:16:-1]))
    if not times:
        raise FileError(source.path, "holds no complete row")
    off = (float(np.median(straight)), float(np.median(crossed)))
    return np.concatenate(times), np.concatenate(lefts), np.concatenate(rights), off


def _median_off(sums: Floats, totals: Floats) -> float:
    difference = np.abs(sums - totals)
    finite = difference[np.isfinite(difference)]
    return float(np.median(finite)) if len(finite) else 0.0


def _explain_totals(source: Source, off: tuple[float, float]) -> None:
    if off[1] <= _TOTAL_TOLERANCE_N:
        raise FileError(
            source.path,
            "left and right are exchanged: the total of each foot is the sum of the other foot's sensors. "
            "Put columns 2-9 and 18 (left), 10-17 and 19 (right) in order",
        )
    raise FileError(
        source.path,
        f"columns 18 and 19 are not the totals of columns 2-9 and 10-17 (off by {off[0]:.0f} N); "
        "this is another kind of table",
    )
