"""A walk of another maker's insoles and the step report that his own program wrote of it.

`moticon/` of the shared data (moticon-opengo, Apache-2.0): 16 cells a foot at 100 Hz; `geometry.json` has
their areas and places on a scale of -0.5 to 0.5 along and across (positive: medial) the insole.
"""

import json
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import openpyxl
from plantigrade.gait.signals import Floats

RECORDING = "230927_102114.txt"
REPORT = "gait_report_230927_10_21_14.xlsx"
LENGTH_MM = 270.0
"""Assumed: only shares of length and width are compared."""
WIDTH_MM = 0.36 * LENGTH_MM
LONGEST_FILLED = 3
"""Lost samples in a row (30 ms) that are filled on a straight line; single ones are lost every second or
so."""
FIRST_COLUMN = {"left": 1, "right": 26}


@cache
def steps(folder: Path, foot: str) -> dict[str, Floats]:
    """The report's row of each step of a foot, by title; NaN where it has none."""
    book = openpyxl.load_workbook(folder / "moticon" / REPORT, read_only=True)
    titles, *rows = book[f"{foot.capitalize()} Steps"].iter_rows(values_only=True)
    table = np.array([[np.nan if cell == "NaN" else cell for cell in row] for row in rows], dtype=np.float64)
    return {str(title): table[:, column] for column, title in enumerate(titles)}


@cache
def means(folder: Path) -> dict[str, tuple[float, ...]]:
    """The report's figures of the whole walk, by title."""
    book = openpyxl.load_workbook(folder / "moticon" / REPORT, read_only=True)
    found: dict[str, tuple[float, ...]] = {}
    for title, *cells in book["Report Data"].iter_rows(values_only=True):
        numbers = tuple(float(cell) for cell in cells if isinstance(cell, int | float))
        if title and numbers:
            found[str(title)] = numbers
    return found


def plain_csv(folder: Path, target: Path) -> Path:
    """The recording as plain CSV with a place for each cell."""
    lines = (folder / "moticon" / RECORDING).read_text("utf-8").splitlines()
    first = next(number for number, line in enumerate(lines) if line.startswith("# time")) + 1
    width = len(lines[first - 1].split("\t"))
    cells = [(line.split("\t") + [""] * width)[:width] for line in lines[first:]]
    table = np.array([[float(cell) if cell.strip() else np.nan for cell in row] for row in cells])
    time = np.arange(round(100 * table[-1, 0]) + 1) / 100
    geometry = json.loads((folder / "moticon" / "geometry.json").read_text("utf-8"))
    head, names, columns = [f"# insole_length_mm: {LENGTH_MM}"], ["time_s"], [time]
    for foot, column in FIRST_COLUMN.items():
        one = geometry[foot]
        for cell, (x, y, area) in enumerate(zip(one["x"], one["y"], one["w"], strict=True)):
            name = f"{foot[0].upper()}{cell + 1}"
            head.append(f"# sensor {name}: {(0.5 - y) * WIDTH_MM:.4f} {(x + 0.5) * LENGTH_MM:.4f} {area:.5f}")
            names.append(f"{foot}_{name}_n")
            columns.append(area * _complete(table[:, 0], table[:, column + cell], time))
    rows = [",".join("" if np.isnan(v) else f"{v:.4f}" for v in row) for row in np.column_stack(columns)]
    target.write_text("\n".join([*head, ",".join(names), *rows]) + "\n")
    return target


def _complete(time_s: Floats, values: Floats, grid_s: Floats) -> Floats:
    """Values on the grid, short holes filled."""
    out = np.full(len(grid_s), np.nan)
    out[np.round(100 * time_s).astype(int)] = values
    known = np.flatnonzero(np.isfinite(out))
    for before, after in pairwise(known.tolist()):
        if 1 < after - before <= LONGEST_FILLED + 1:
            out[before : after + 1] = np.linspace(out[before], out[after], after - before + 1)
    return out
