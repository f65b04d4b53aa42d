"""Frames of a rectangular grid under one foot, whichever way the foot crossed it."""

import re
from typing import Final

import numpy as np

from plantigrade.errors import FileError
from plantigrade.gait.signals import Floats, Foot, Forces
from plantigrade.imports import cells
from plantigrade.imports.assemble import ImportedFoot
from plantigrade.imports.source import Source

_EDGE_SHARE: Final = 0.2
_TURN_SHARE: Final = 0.1


def foot_of(
    source: Source,
    name: str,
    side: Foot,
    force_n: Forces,
    column_mm: float,
    row_mm: float,
    notes: list[str],
) -> ImportedFoot:
    """The loaded cells of a grid as sensors of a foot.

    The first rows of a step carry the heel: a foot whose load moves down the grid walked towards its lower
    edge and is turned by half a turn, with a note.

    Args:
        source: the file.
        name: of the layout.
        side: of the foot.
        force_n: (n, rows, columns) newtons, seen from above.
        column_mm, row_mm: distance between columns and rows.
        notes: gets what was turned.

    Raises:
        FileError: no cell is ever loaded.
    """
    loaded: cells.Mask = np.any(np.nan_to_num(force_n) > 0, axis=0)
    if not loaded.any():
        raise FileError(source.path, "no cell is ever loaded")
    if _walks_down(force_n):
        force_n, loaded = force_n[:, ::-1, ::-1], loaded[::-1, ::-1]
        notes.append("the load moves down the grid: turned by half a turn, so that it begins at the heel")
    layout = cells.grid(name, loaded, loaded, side, column_mm, row_mm)
    return ImportedFoot(np.ascontiguousarray(force_n[:, loaded]), layout)


def _walks_down(force_n: Forces) -> bool:
    """Whether the centre of load moves from the first to the last rows during the step."""
    rows: Floats = np.nan_to_num(force_n).sum(axis=2, dtype=np.float64)
    total = rows.sum(axis=1)
    there = np.flatnonzero(total > 0)
    count = max(1, round(_EDGE_SHARE * len(there)))
    centre: Floats = rows[there] @ np.arange(rows.shape[1], dtype=np.float64) / total[there]
    extent = float(np.ptp(np.flatnonzero(rows.any(axis=0))))
    return float(centre[-count:].mean() - centre[:count].mean()) > _TURN_SHARE * extent


def side_named(name: str) -> Foot | None:
    """The side that a file's name tells: left, right, or a letter L or R at the end or before a number.

    Example:
        >>> side_named("2112170R_1.mat"), side_named("trial.lst")
        (<Foot.RIGHT: 'right'>, None)
    """
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].split(".", 1)[0]
    if match := re.search(r"left|right", stem, re.IGNORECASE):
        return Foot(match.group().lower())
    match = re.search(r"(?:\d|_|-|^)([LRlr])(?:[_-]?\d+)?$", stem)
    return None if match is None else {"l": Foot.LEFT, "r": Foot.RIGHT}[match.group(1).lower()]


def side_of(source: Source, asked: Foot | None, *names: str) -> Foot:
    """The side that was asked for, or that a name tells.

    Raises:
        FileError: none does.
    """
    side = asked or next((found for name in names if (found := side_named(name))), None)
    if side is None:
        raise FileError(source.path, "does not tell which foot it is; add --foot left or --foot right")
    return side
