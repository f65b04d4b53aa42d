"""The load of a foot as outlines of equal load, for pictures that scale: shades one above the other.

Between sensors lies a thin plate over the square roots of the loads, which passes through every sensor's
value; beyond the foot's outline there is nothing. Shades are even steps from 0 to the top that is asked for.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from contourpy import FillType, contour_generator
from scipy.interpolate import RBFInterpolator  # pyright: ignore[reportMissingTypeStubs]

from plantigrade.array_types import F64
from plantigrade.gait.pressure import outline
from plantigrade.gait.pressure.load_map import LoadMap
from plantigrade.gait.settings import BALL_WIDTH_SHARE, OUTLINE_STATIONS

SHADES: Final = 8
"""With the ground, which needs no outline."""
LENGTH: Final = 400.0
"""Of the drawn foot, in the units of the picture."""
MARGIN: Final = 6.0
WIDTH: Final = round(BALL_WIDTH_SHARE * LENGTH + 2 * MARGIN, 1)
HEIGHT: Final = LENGTH + 2 * MARGIN
_STEP_SHARE: Final = 0.016
_NEIGHBOURS: Final = 24
"""Sensors that a place depends on: all of ours; of a dense sheet those around it."""


@dataclass(frozen=True)
class FootDrawing:
    """One foot, in units of a picture of `WIDTH` by `HEIGHT`, toes up, medial edge towards the other foot.

    Attributes:
        edge: outline, as SVG path data.
        shades: path data of each shade from 1 on, the least first; "" where nothing is so high.
        cells: centre of each sensor.
        gait_line: path data of the mean path of the load; "" where it is unknown.
        begins, ends: of that path; None where it is unknown.
    """

    edge: str
    shades: tuple[str, ...]
    cells: tuple[tuple[float, float], ...]
    gait_line: str
    begins: tuple[float, float] | None
    ends: tuple[float, float] | None


def draw_foot(found: LoadMap | None, side: str, top: float) -> FootDrawing:
    """The drawing of one foot.

    Args:
        found: its load by place; None draws the outline alone.
        side: "left" or "right".
        top: load of the highest shade, the same for both feet.
    """
    edge = _edge(side)
    if found is None:
        return FootDrawing(edge, ("",) * (SHADES - 1), (), "", None, None)
    places = _placed(np.column_stack([found.x_share, found.y_share]), side)
    known = np.isfinite(found.gait_x_share) & np.isfinite(found.gait_y_share)
    line = _placed(np.column_stack([found.gait_x_share[known], found.gait_y_share[known]]), side)
    return FootDrawing(
        edge,
        _shades(found, side, top),
        tuple(_point(place) for place in places) if len(places) <= _NEIGHBOURS else (),
        _path(line[::2], close=False) if len(line) > 1 else "",
        _point(line[0]) if len(line) > 1 else None,
        _point(line[-1]) if len(line) > 1 else None,
    )


def top_of(*maps: LoadMap | None) -> float:
    """The greatest load of some feet, for `draw_foot`; 1 where there is none."""
    loads = [float(np.nanmax(one.load)) for one in maps if one is not None and np.isfinite(one.load).any()]
    return max([load for load in loads if load > 0], default=1.0)


def _shades(found: LoadMap, side: str, top: float) -> tuple[str, ...]:
    good = np.isfinite(found.load)
    places = np.column_stack([found.x_share, found.y_share])[good]
    if len(places) < 3:  # too few for a picture
        return ("",) * (SHADES - 1)
    x = np.arange(-_STEP_SHARE, BALL_WIDTH_SHARE + 2 * _STEP_SHARE, _STEP_SHARE)
    y = np.arange(-_STEP_SHARE, 1.0 + 2 * _STEP_SHARE, _STEP_SHARE)
    grid = np.stack(np.meshgrid(x, y), axis=-1)
    # Sensors in one line leave a plate free to tilt: straight slopes between them then.
    in_line = np.linalg.matrix_rank(places - places.mean(axis=0)) < 2
    plate = RBFInterpolator(
        places,
        np.sqrt(np.maximum(found.load[good], 0.0)),
        neighbors=min(_NEIGHBOURS, len(places)),
        kernel="linear" if in_line else "thin_plate_spline",
        degree=0 if in_line else 1,
    )
    load = np.maximum(plate(grid.reshape(-1, 2)), 0.0).reshape(grid.shape[:2]) ** 2
    lines = contour_generator(x, y, load, fill_type=FillType.OuterOffset)
    paths: list[str] = []
    for shade in range(1, SHADES):
        filled = lines.filled(top * shade / SHADES, np.inf)
        pieces: list[str] = []
        for points, offsets in zip(*filled, strict=True):
            for first, end in pairwise(offsets):
                pieces.append(_path(_placed(np.asarray(points[first:end]), side), close=True))
        paths.append("".join(pieces))
    return tuple(paths)


def _edge(side: str) -> str:
    """The outline as smooth curves through the stations of both edges (Catmull and Rom 1974)."""
    stations = np.array(OUTLINE_STATIONS)
    medial, lateral = outline.edges(stations)
    middle = 0.5 * (medial + lateral)  # where the edges meet, at the heel and at the toes
    across = np.r_[middle[0], medial[1:-1], middle[-1], lateral[-2:0:-1]]
    along = np.r_[stations, stations[-2:0:-1]]
    corners = _placed(np.column_stack([across, along]), side)
    before, after = np.roll(corners, 1, axis=0), np.roll(corners, -1, axis=0)
    slope = (after - before) / 6.0
    text = [f"M{corners[0][0]:.1f} {corners[0][1]:.1f}"]
    for at in range(len(corners)):
        to = (at + 1) % len(corners)
        points = (corners[at] + slope[at], corners[to] - slope[to], corners[to])
        text.append("C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in points))
    return "".join(text) + "Z"


def _placed(shares: F64, side: str) -> F64:
    """Shares of the length as places in the picture."""
    across = shares[:, 0] if side == "right" else BALL_WIDTH_SHARE - shares[:, 0]
    return np.column_stack([MARGIN + LENGTH * across, MARGIN + LENGTH * (1.0 - shares[:, 1])])


def _point(place: F64) -> tuple[float, float]:
    return round(float(place[0]), 1), round(float(place[1]), 1)


def _path(places: F64, close: bool) -> str:
    points = np.round(places, 1)
    text = "L".join(f"{x:g} {y:g}" for x, y in points.tolist())
    return f"M{text}Z" if close and text else f"M{text}" if text else ""
