"""An insole seen from above with its sensors, as SVG: which are in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from insole_protocol.layout import SENSOR_NAMES, X_PERMILLE, Y_PERMILLE

from plantigrade.gait.pressure.outline import boundary
from plantigrade.gait.settings import BALL_WIDTH_SHARE

LENGTH: Final = 400.0
"""Units of the drawing along the insole."""
MARGIN: Final = 6.0
WIDTH: Final = LENGTH * BALL_WIDTH_SHARE + 2 * MARGIN
HEIGHT: Final = LENGTH + 2 * MARGIN
_OUTLINE_POINTS: Final = 12


@dataclass(frozen=True)
class Cell:
    """One sensor in the drawing: its centre, and the class that says how it is."""

    x: float
    y: float
    state: str


@dataclass(frozen=True)
class InsoleDrawing:
    """What a template draws: a field, a path and sensors, in units of the field.

    Example:
        >>> drawing = draw_insole("left", {"hallux": "bad"})
        >>> len(drawing.cells), [cell.state for cell in drawing.cells].count("bad")
        (16, 1)
    """

    width: float
    height: float
    path: str
    cells: tuple[Cell, ...]


def draw_insole(side: str, states: Mapping[str, str]) -> InsoleDrawing:
    """An insole with its sensors.

    Args:
        side: "left" is drawn with its medial edge to the right, all others with it to the left.
        states: "good", "bad" or "unknown" by name of the sensor; without one it is unknown.
    """
    mirrored = side == "left"
    cells = tuple(
        Cell(
            round(_x(x / 1000 * BALL_WIDTH_SHARE, mirrored), 1),
            round(_y(y / 1000), 1),
            states.get(name, "unknown"),
        )
        for name, x, y in zip(SENSOR_NAMES, X_PERMILLE, Y_PERMILLE, strict=True)
    )
    return InsoleDrawing(round(WIDTH, 1), HEIGHT, _path(mirrored), cells)


@cache
def _path(mirrored: bool) -> str:
    points = [f"{_x(x, mirrored):.1f} {_y(y):.1f}" for x, y in boundary(_OUTLINE_POINTS).tolist()]
    return f"M{'L'.join(points)}Z"


def _x(share: float, mirrored: bool) -> float:
    x = MARGIN + share * LENGTH
    return WIDTH - x if mirrored else x


def _y(share: float) -> float:
    return HEIGHT - MARGIN - share * LENGTH
