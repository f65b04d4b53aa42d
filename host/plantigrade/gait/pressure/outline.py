"""The shape of a plain insole: its edges as shares of its length, and what follows from them.

Sensor systems tell us cells, not edges; pictures and shares of width need edges. The shape is ours: smooth
curves through anthropometric widths (heel about 0.25, waist 0.24, ball 0.36 of the length), good for drawing,
for arranging cells of systems that publish no geometry, and for widths; it measures nobody's foot.
"""

import numpy as np

from plantigrade.gait.settings import (
    AREA_PLACES,
    CORNER_SHARE,
    MM_PER_CM,
    OUTLINE_LATERAL,
    OUTLINE_MEDIAL,
    OUTLINE_POINTS,
    OUTLINE_STATIONS,
)
from plantigrade.gait.signals import Floats

_STATIONS = np.array(OUTLINE_STATIONS)
_MEDIAL = np.array(OUTLINE_MEDIAL)
_LATERAL = np.array(OUTLINE_LATERAL)


def edges(y_share: Floats) -> tuple[Floats, Floats]:
    """Medial and lateral edge at places along the insole.

    Args:
        y_share: (n,) 0 at the heel end to 1 at the toe end.

    Returns:
        Two (n,) arrays, shares of the length, measured from the most medial point of the insole towards
        lateral.
    """
    return np.interp(y_share, _STATIONS, _MEDIAL), np.interp(y_share, _STATIONS, _LATERAL)


def boundary(points: int = OUTLINE_POINTS) -> Floats:
    """Closed outline for drawing.

    Args:
        points: stations along each edge.

    Returns:
        (n, 2) x and y as shares of the length, up the medial edge and down the lateral one.
    """
    # Cosine spacing: the ends are round and need more stations.
    y = 0.5 * (1.0 - np.cos(np.linspace(0.0, np.pi, points)))
    medial, lateral = edges(y)
    corners = np.column_stack([np.concatenate([medial, lateral[-2:0:-1]]), np.concatenate([y, y[-2:0:-1]])])
    # Cutting corners (Chaikin) rounds what lies between the stations.
    for _ in range(3):
        following = np.roll(corners, -1, axis=0)
        near, far = CORNER_SHARE, 1.0 - CORNER_SHARE
        cut = np.stack([near * corners + far * following, far * corners + near * following], axis=1)
        corners = cut.reshape(-1, 2)
    return corners


def area_share() -> float:
    """Area of the outline divided by the square of its length."""
    y = np.linspace(0.0, 1.0, AREA_PLACES)
    medial, lateral = edges(y)
    return float(np.trapezoid(lateral - medial, y))


def length_mm_of_area(area_cm2: float) -> float:
    """Length of the insole of this shape that has the given area."""
    return float(MM_PER_CM * np.sqrt(area_cm2 / area_share()))
