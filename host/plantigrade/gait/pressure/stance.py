"""The values that pressure gives for each stance: names, units, what is unavailable and why.

`StanceFeatures(layout, quantity)` is made once for a foot; `rows(...)` is called with the samples at hand and
the rows of the stances that end in them. Streaming and whole-file analysis call the same function.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from plantigrade.gait.parameters.definition import Needs
from plantigrade.gait.parameters.registry import definition_of
from plantigrade.gait.pressure import stance_kernel as kernel
from plantigrade.gait.pressure.masks import Masks, masks_of
from plantigrade.gait.pressure.regions import REGIONS
from plantigrade.gait.pressure.stance_memory import Geometry, Rows
from plantigrade.gait.settings import CURVE_POINTS, KPA_CM2_PER_N
from plantigrade.gait.signals import Floats, Forces, Quantity, SensorLayout

NAMES: Final = tuple(kernel.COLUMNS)
UNITS: Final = {name: definition_of(name).unit for name in NAMES}

_NO_LAYOUT = "the source does not say where the sensors lie"
_NO_AREA = "the source does not say how large the sensors are"
_NO_SCALE = "the source gives sensor places on an arbitrary scale, so lengths are not millimetres"
_NO_SHAPE = "the source gives sensor places on an arbitrary scale, so the bend of the gait line means nothing"
_NOT_NEWTONS = "the sensors are not calibrated to newtons"


@dataclass(frozen=True, eq=False)
class StanceRows:
    """Results of some stances.

    Attributes:
        values: (k, len(NAMES)) in the order of `NAMES`; NaN where unknown.
        cop_curves: (k, 2, 101) x and y in mm (or on the layout's scale) over 0 to 100 % of the stance.
        peak_force_n: (k, S) greatest force of each sensor, as measured.
        impulse_n_s: (k, S) force-time integral of each sensor above its unloaded level.
    """

    values: Floats
    cop_curves: Floats
    peak_force_n: Floats
    impulse_n_s: Floats


class StanceFeatures:
    """Pressure values of one foot's stances.

    Args:
        layout: sensor places; None makes every value unavailable.
        quantity: other than "force" leaves only what does not need newtons.
    """

    names: tuple[str, ...] = NAMES

    def __init__(self, layout: SensorLayout | None, quantity: Quantity = "force") -> None:
        self.layout = layout
        self.masks: Masks | None = masks_of(layout) if layout is not None else None
        self._geometry = _geometry(self.masks) if self.masks is not None else None
        self.unavailable: dict[str, str] = _unavailable(layout, self.masks, quantity)
        self._blank = np.array([name in self.unavailable for name in NAMES])
        self._places = np.array([int(place) for place in kernel.COLUMNS.values()])
        self._scales = _scales(self.masks)

    def rows(self, time_s: Floats, force_n: Forces, starts: Rows, stops: Rows) -> StanceRows:
        """Values of the stances `starts[i]:stops[i]`.

        Rows before a stance tell the unloaded level of its sensors (0.16 s of them are looked at); loads,
        indices and the centre of pressure are net of it, pressures and contact area are as measured.

        Args:
            time_s: (n,) seconds.
            force_n: (n, S) newtons.
            starts, stops: (k,) rows from initial to final contact.
        """
        count, sensors = len(starts), force_n.shape[1]
        raw = np.full((count, kernel.COUNT), np.nan)
        curves = np.full((count, 2, CURVE_POINTS), np.nan)
        peaks = np.zeros((count, sensors))
        impulses = np.zeros((count, sensors))
        if self._geometry is not None and count:
            time, force = np.ascontiguousarray(time_s), np.ascontiguousarray(force_n)
            kernel.stances(time, force, starts, stops, self._geometry, raw, curves, peaks, impulses)
        values = raw[:, self._places] * self._scales
        values[:, self._blank] = np.nan
        return StanceRows(values, curves, peaks, impulses)


def _geometry(masks: Masks) -> Geometry:
    order = masks.order
    area = np.ascontiguousarray(masks.area_cm2[order])
    known = area > 0.0
    return Geometry(
        order=order,
        borders=masks.borders,
        x_mm=masks.x_mm[order],
        y_mm=masks.y_mm[order],
        medial=masks.medial[order],
        rear=masks.rear[order],
        area_cm2=area,
        inverse=np.where(known, KPA_CM2_PER_N / np.where(known, area, 1.0), 0.0),
        distal_y_mm=masks.distal_y_mm,
        distal_width_mm=masks.distal_width_mm,
    )


def _scales(masks: Masks | None) -> Floats:
    """Kernel units to the units of the columns: shares of length and width are in per cent."""
    length, width = (masks.length_mm, masks.width_mm) if masks is not None else (1.0, 1.0)
    by_unit = {"% of length": 100.0 / length, "% of width": 100.0 / width}
    return np.array([by_unit.get(unit, 1.0) for unit in UNITS.values()])


def _unavailable(layout: SensorLayout | None, masks: Masks | None, quantity: Quantity) -> dict[str, str]:
    """Why a value cannot be known with this layout."""
    if layout is None or masks is None:
        return dict.fromkeys(NAMES, _NO_LAYOUT)
    reasons = {name: reason for name in NAMES if (reason := _reason(name, layout, masks, quantity))}
    for name, region in (("ml_index_heel", 0), ("ml_index_forefoot", 2)):
        if not masks.has_sides[region]:
            reasons[name] = f"the {REGIONS[region]} has no sensors on both its sides"
    if not all(masks.has_region[:3]):
        needs = "heel, midfoot and forefoot need sensors"
        reasons.update(dict.fromkeys(("force_arch_index", "medial_arch_index"), needs))
    elif not all(masks.has_sides[:3]):
        reasons["medial_arch_index"] = "heel, midfoot and forefoot need sensors on both their sides"
    if not (masks.has_region[0] and masks.has_region[2]):
        reasons.update(dict.fromkeys(("foot_flat_s", "heel_off_s"), "heel and forefoot need sensors"))
    return reasons


def _reason(name: str, layout: SensorLayout, masks: Masks, quantity: Quantity) -> str | None:
    needs = definition_of(name).needs
    if Needs.AREAS in needs and not masks.has_area:
        return _NO_AREA
    if quantity != "force" and Needs.NEWTONS in needs:
        return _NOT_NEWTONS
    if layout.relative and layout.insole_length_mm is None and name == "cpei_pct":
        return _NO_SHAPE
    if layout.relative and Needs.MILLIMETRES in needs:
        return _NO_SCALE
    region = _region_in(name)
    if region is not None and not masks.has_region[region]:
        return f"no sensor lies in the {REGIONS[region]}"
    return None


def _region_in(name: str) -> int | None:
    texts = name.split("_")
    return next((r for r, region in enumerate(REGIONS) if region in texts), None)
