"""The shape of a plain insole: its edges as shares of its length, and what follows from them.

Sensor systems tell us cells, not edges; pictures and shares of width need edges. The shape is ours: smooth
curves through anthropometric widths (heel about 0.25, waist 0.24, ball 0.36 of the length), good for drawing,
for arranging cells of systems that publish no geometry, and for widths; it measures nobody's foot.
"""

import numpy as np

from plantigrade.gait.signals import Floats

# Share of length from the heel end; medial and lateral edge, both from the most medial point, as shares of
# length.
_STATIONS = np.array([0.0, 0.03, 0.08, 0.16, 0.28, 0.40, 0.52, 0.62, 0.70, 0.78, 0.86, 0.93, 0.975, 1.0])
_MEDIAL = np.array(
    [0.20, 0.125, 0.085, 0.072, 0.080, 0.080, 0.050, 0.015, 0.0, 0.004, 0.022, 0.055, 0.095, 0.15]
)
_LATERAL = np.array(
    [0.20, 0.265, 0.310, 0.330, 0.338, 0.345, 0.352, 0.360, 0.360, 0.350, 0.322, 0.275, 0.220, 0.15]
)

BALL_WIDTH_SHARE = 0.36
"""Greatest width as a share of the length."""


def edges(y_share: Floats) -> tuple[Floats, Floats]:
    """Medial and lateral edge at places along the insole.

    Args:
        y_share: (n,) 0 at the heel end to 1 at the toe end.

    Returns:
        Two (n,) arrays, shares of the length, measured from the most medial point of the insole towards
        lateral.
    """
    return np.interp(y_share, _STATIONS, _MEDIAL), np.interp(y_share, _STATIONS, _LATERAL)


def boundary(points: int = 16) -> Floats:
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
        cut = np.stack([0.75 * corners + 0.25 * following, 0.25 * corners + 0.75 * following], axis=1)
        corners = cut.reshape(-1, 2)
    return corners


def area_share() -> float:
    """Area of the outline divided by the square of its length."""
    y = np.linspace(0.0, 1.0, 2001)
    medial, lateral = edges(y)
    return float(np.trapezoid(lateral - medial, y))


def length_mm_of_area(area_cm2: float) -> float:
    """Length of the insole of this shape that has the given area."""
    return float(10.0 * np.sqrt(area_cm2 / area_share()))
