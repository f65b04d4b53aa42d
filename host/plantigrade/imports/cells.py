"""Cell geometry of the systems that we read: where their cells lie on the insole and how large they are."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.gait.pressure import outline, regions
from plantigrade.gait.signals import Floats, Foot, SensorLayout

KPA_PER_MMHG: Final = 0.133322387415
N_PER_KPA_CM2: Final = 0.1
"""1 kPa on 1 cm2 is 0.1 N."""

PEDAR_CELLS: Final = 99
_PEDAR_ROWS: Final = (5, *(7,) * 12, 6, 4)
# Mean area of a cell in mm2 for the sizes of novel's insoles that are in common use (rounded means of the
# maker's tables as quoted by open tools; single cells differ by up to 4 % in the plain sizes, by half in the
# wide ones).
_PEDAR_CELL_MM2: Final = {"u": 127, "v": 141, "w": 157, "x": 174, "y": 193, "uw": 145, "vw": 165, "xw": 206}
PEDAR_USUAL_CM2: Final = _PEDAR_CELL_MM2["x"] / 100.0
"""Where the size is not known."""

_LENGTH_PER_REACH: Final = 1.08
"""Length of an insole over the distance of its foremost sensor from the heel end, where a file does not state
the length: assumed (our own insole has 1.11, StappOne's 1.15)."""

# Centres and areas of StappOne's twelve sensors, rounded from an open drawing of the insole: mm from the
# medial edge, mm from the heel end, mm2.
_STAPPONE_LENGTH_MM: Final = 242.0
_STAPPONE: Final = (
    (24, 211, 500),
    (18, 172, 210),
    (33, 124, 630),
    (44, 169, 265),
    (32, 170, 235),
    (56, 164, 255),
    (59, 98, 1320),
    (56, 25, 300),
    (68, 157, 160),
    (35, 56, 640),
    (34, 19, 510),
    (51, 207, 830),
)


def pedar_cell_cm2(size: str) -> float | None:
    """Mean area of a cell of a 99-cell insole; None for a size that we do not know.

    Args:
        size: the letters before the serial number in the file's sensor type ("y" in "y-1865l").
    """
    area = _PEDAR_CELL_MM2.get(size.lower())
    return area / 100.0 if area is not None else None


def pedar(cell_cm2: float) -> SensorLayout:
    """The 99 cells on a plain outline of the right area: 15 rows from the heel, each numbered medial to
    lateral.

    The rows get a little shorter towards the toes. Approximate: places are good to about half a cell.
    """
    length = outline.length_mm_of_area(cell_cm2 * PEDAR_CELLS)
    heights = np.linspace(1.2, 0.8, len(_PEDAR_ROWS))
    borders = np.concatenate([[0.0], np.cumsum(heights) / heights.sum()])
    centres = 0.5 * (borders[:-1] + borders[1:])
    medial, lateral = outline.edges(centres)
    x = [
        m + (lat - m) * (i + 0.5) / cells
        for cells, m, lat in zip(_PEDAR_ROWS, medial.tolist(), lateral.tolist(), strict=True)
        for i in range(cells)
    ]
    y: Floats = np.repeat(centres, _PEDAR_ROWS)
    return SensorLayout(
        name="pedar-99 (approximate)",
        x_mm=np.array(x) * length,
        y_mm=y * length,
        area_cm2=np.full(PEDAR_CELLS, cell_cm2),
        region=regions.of_length(y),
        insole_length_mm=length,
    )


def stappone() -> SensorLayout:
    """The twelve sensors of a StappOne insole (approximate)."""
    table = np.array(_STAPPONE, dtype=np.float64)
    return SensorLayout(
        name="stappone-12 (approximate)",
        x_mm=table[:, 0].copy(),
        y_mm=table[:, 1].copy(),
        area_cm2=table[:, 2] / 100.0,
        region=regions.of_length(table[:, 1] / _STAPPONE_LENGTH_MM),
        insole_length_mm=_STAPPONE_LENGTH_MM,
    )


Mask = npt.NDArray[np.bool_]


def at_places(
    name: str, places: Sequence[tuple[float, float, float]], length_mm: float | None
) -> SensorLayout:
    """Sensors where somebody says that they are.

    Args:
        name: of the layout.
        places: x_mm, y_mm, area_cm2 of each; an area of 0 is not known.
        length_mm: of the insole, None where it is not known.
    """
    table = np.array(places, np.float64)
    length = length_mm or float(table[:, 1].max() * _LENGTH_PER_REACH)
    return SensorLayout(
        name=name,
        x_mm=table[:, 0].copy(),
        y_mm=table[:, 1].copy(),
        area_cm2=np.where(table[:, 2] > 0, table[:, 2], np.nan),
        region=regions.of_length(table[:, 1] / length),
        insole_length_mm=length,
    )


def grid(name: str, keep: Mask, within: Mask, foot: Foot, column_mm: float, row_mm: float) -> SensorLayout:
    """Cells of a rectangular grid seen from above with the toes up: first row at the toes.

    Args:
        name: of the layout.
        keep: (rows, columns) the cells of the layout, which has them in row-major order.
        within: (rows, columns) the cells whose extent is the insole; places are measured from its edges.
        foot: seen from above the medial side of a left foot is the right-hand side.
        column_mm: distance between columns.
        row_mm: distance between rows.
    """
    rows, columns = np.nonzero(keep)
    inside_rows, inside_columns = np.nonzero(within)
    from_medial = inside_columns.max() - columns if foot is Foot.LEFT else columns - inside_columns.min()
    from_heel = inside_rows.max() - rows + 0.5
    used_rows = inside_rows.max() - inside_rows.min() + 1
    return SensorLayout(
        name=name,
        x_mm=(from_medial + 0.5) * column_mm,
        y_mm=from_heel * row_mm,
        area_cm2=np.full(len(rows), column_mm * row_mm / 100.0),
        region=regions.of_length(from_heel / used_rows),
        insole_length_mm=float(used_rows * row_mm),
    )


def pitch_is_plausible(mm: float) -> bool:
    """Whether an insole's grid can have this pitch."""
    return math.isfinite(mm) and 1.0 <= mm <= 50.0


def kpa_per_unit(unit: str) -> float | None:
    """Kilopascals in one unit of pressure as exports name it; None for a unit that we do not know."""
    known = {
        "kpa": 1.0,
        "mmhg": KPA_PER_MMHG,
        "psi": 6.894757293,
        "n/cm2": 10.0,
        "n/cm²": 10.0,
        "kg/cm2": 98.0665,
        "kg/cm²": 98.0665,
        "mpa": 1000.0,
        "pa": 0.001,
        "bar": 100.0,
    }
    return known.get(unit.strip().lower())
