"""Insoles with few sensors, and samples for them, whose figures can be worked out on paper."""

from collections.abc import Sequence

import numpy as np
from plantigrade.gait.pressure import stance
from plantigrade.gait.signals import Floats, Forces, Quantity, SensorLayout

HEEL, MIDFOOT, FOREFOOT, TOES = "heel", "midfoot", "forefoot", "toes"


def layout(
    places_mm: Sequence[tuple[float, float]],
    regions: Sequence[str],
    *,
    area_cm2: Sequence[float] | float = 2.0,
    length_mm: float | None = 250.0,
    relative: bool = False,
) -> SensorLayout:
    """A layout of sensors at (x, y)."""
    x, y = np.array(places_mm, dtype=np.float64).T
    area = np.broadcast_to(np.asarray(area_cm2, dtype=np.float64), x.shape).copy()
    return SensorLayout("by hand", x, y, area, tuple(regions), relative, length_mm)


def eight(area_cm2: Sequence[float] | float = 2.0, **changes: object) -> SensorLayout:
    """Pairs medial (x = 20) and lateral (x = 70) of heel, midfoot, forefoot, toes at 10, 45, 70 and 90 % of
    250 mm."""
    places = [(x, y) for y in (25.0, 112.5, 175.0, 225.0) for x in (20.0, 70.0)]
    names = [region for region in (HEEL, MIDFOOT, FOREFOOT, TOES) for _ in range(2)]
    return layout(places, names, area_cm2=area_cm2, **changes)  # type: ignore[arg-type]


def corners(length_mm: float = 250.0, **changes: object) -> SensorLayout:
    """Four sensors at the corners of the insole: any centre of pressure can be made with them."""
    places = [(0.0, 0.0), (100.0, 0.0), (0.0, length_mm), (100.0, length_mm)]
    return layout(places, [HEEL, HEEL, TOES, TOES], length_mm=length_mm, **changes)  # type: ignore[arg-type]


def at_corners(points_mm: Sequence[tuple[float, float]], load_n: Sequence[float], length_mm: float) -> Forces:
    """Samples on `corners` whose centre of pressure and total force are the given ones."""
    x, y = np.array(points_mm, dtype=np.float64).T
    u, v = x / 100.0, y / length_mm
    shares = np.column_stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v])
    return (shares * np.asarray(load_n, dtype=np.float64)[:, None]).astype(np.float32)


def rows_of(
    time_s: Sequence[float] | Floats,
    force_n: Sequence[Sequence[float]] | Forces,
    insole: SensorLayout | None,
    *,
    quantity: Quantity = "force",
    first: int = 0,
) -> stance.StanceRows:
    """One stance from row `first` to the end."""
    time, force = np.asarray(time_s, dtype=np.float64), np.asarray(force_n, dtype=np.float32)
    features = stance.StanceFeatures(insole, quantity)
    return features.rows(time, force, np.array([first]), np.array([len(time)]))


def figures(
    time_s: Sequence[float] | Floats,
    force_n: Sequence[Sequence[float]] | Forces,
    insole: SensorLayout | None,
    *,
    quantity: Quantity = "force",
    first: int = 0,
) -> dict[str, float]:
    """All figures of one stance from row `first` to the end, by name."""
    rows = rows_of(time_s, force_n, insole, quantity=quantity, first=first)
    return dict(zip(stance.NAMES, rows.values[0].tolist(), strict=True))
