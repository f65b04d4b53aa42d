"""Where the sixteen cells of a Moticon insole lie, and how large they are.

The maker publishes no table. Areas and places were recovered from a public recording (moticon-opengo at
086e0458, insole of size 7): the total force is the sum of area times pressure (R2 0.999999), the centre of
pressure the mean of the places, on scales of -0.5 to 0.5 of the insole's length and width. The maker says
that left and right are symmetric and that areas and centres scale with the outline
(moticon.com/shoe-size-independent-foot-pressure-analysis); a recording of size 3 agrees: the same places to
0.001, all areas times 0.701 within 2 %. So the size is one factor, taken from each file's own total force.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from plantigrade.gait.pressure import outline, regions
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.settings import BALL_WIDTH_SHARE
from plantigrade.gait.signals import Floats, Forces, SensorLayout
from plantigrade.imports.cells import N_PER_KPA_CM2

CELLS: Final = 16
_AREA_CM2 = np.array(
    (
        12.367,
        11.052,
        13.358,
        13.122,
        13.127,
        13.023,
        17.932,
        18.220,
        15.662,
        12.419,
        12.503,
        12.666,
        10.233,
        10.129,
        12.499,
        6.479,
    )
)
# Along the insole from its middle, positive towards the toes, shares of its length.
_ALONG = np.array(
    (
        -0.4036,
        -0.4165,
        -0.2655,
        -0.2876,
        -0.1252,
        -0.1522,
        0.0804,
        -0.0122,
        0.2563,
        0.2406,
        0.2260,
        0.2070,
        0.1698,
        0.4132,
        0.4081,
        0.3589,
    )
)
# Across the insole from its middle, positive towards medial, shares of its width.
_MEDIAL = np.array(
    (
        0.1091,
        -0.1661,
        0.0892,
        -0.2249,
        0.0614,
        -0.2729,
        0.2424,
        -0.3919,
        0.2742,
        0.0640,
        -0.1159,
        -0.2944,
        -0.4622,
        0.1779,
        -0.0822,
        -0.3128,
    )
)
_TOLERANCE = 0.03
_LOADED_N = 50.0
"""Below this the steps of the stated numbers are a large share."""
_PLAUSIBLE = (0.4, 1.6)
"""Smallest and largest insole as area over that of size 7."""


@dataclass(frozen=True, eq=False)
class Geometry:
    """A layout, and what is uncertain about it."""

    layout: SensorLayout
    note: str = ""


def layout(area_factor: float = 1.0) -> SensorLayout:
    """The sixteen cells; lengths follow from the area and a plain outline, good to about 5 %.

    Args:
        area_factor: areas over those of size 7.
    """
    area = _AREA_CM2 * area_factor
    length = outline.length_mm_of_area(float(area.sum()))
    return SensorLayout(
        name="moticon-16 (fitted)",
        x_mm=(0.5 - _MEDIAL) * BALL_WIDTH_SHARE * length,
        y_mm=(0.5 + _ALONG) * length,
        area_cm2=area,
        region=regions.of_length(0.5 + _ALONG),
        insole_length_mm=length,
    )


def fitted(
    pressure_kpa: Forces, total_n: Floats | None, *, eu_size: float | None = None, own: bool = False
) -> Geometry:
    """The layout that makes the pressures of a file add up to its total force.

    Args:
        pressure_kpa: (n, 16), NaN where missing.
        total_n: (n,) as the file states it, None when it does not.
        eu_size: shoe size, for our own insole.
        own: whether the file is an export of ours, which may hold our own insole's pressures.
    """
    if total_n is None:
        return Geometry(layout(), "no total force in the file: areas of an insole of size 7 are assumed")
    known = np.isfinite(pressure_kpa).all(axis=1) & np.isfinite(total_n) & (total_n > 0)
    pressure, total = pressure_kpa[known].astype(np.float64), total_n[known]
    if own:
        # Made with the wearer's size, or without it.
        ours = min(
            (own_layout(size) for size in (eu_size, None)),
            key=lambda one: _misfit(pressure, total, one.area_cm2),
        )
        if _misfit(pressure, total, ours.area_cm2) < _TOLERANCE:
            return Geometry(ours)
    sums: Floats = N_PER_KPA_CM2 * (pressure @ _AREA_CM2)
    loaded = sums > _LOADED_N
    if not loaded.any():
        return Geometry(layout(), "hardly loaded: areas of an insole of size 7 are assumed")
    # Of many rows the one in the middle: a damaged number must not change all the others.
    factor = float(np.median(total[loaded] / sums[loaded]))
    if not _PLAUSIBLE[0] < factor < _PLAUSIBLE[1]:
        return Geometry(
            layout(),
            f"the total force is {factor:.2f} times what pressures of a size 7 give, which no insole has; "
            "forces are those of size 7",
        )
    off = _misfit(pressure, total, _AREA_CM2 * factor)
    note = f"pressures and total force of the file disagree by {100 * off:.0f} %" if off > _TOLERANCE else ""
    return Geometry(layout(factor), note)


def _misfit(pressure_kpa: Floats, total_n: Floats, area_cm2: Floats) -> float:
    """Median of the difference as a share of the total, while the foot is loaded."""
    loaded = total_n > _LOADED_N
    if not loaded.any():
        return 0.0
    sums: Floats = N_PER_KPA_CM2 * (pressure_kpa[loaded] @ area_cm2)
    return float(np.median(np.abs(sums / total_n[loaded] - 1.0)))
