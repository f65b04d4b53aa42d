"""Columns of acceleration and rotation: units to m/s2 and degrees/s. What states no unit is left out."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from plantigrade.gait.signals import NEWTONS_PER_KG, Foot, Forces, Motion
from plantigrade.imports.delimited import Column

AXES: Final = ("x", "y", "z")
_M_S2_PER_UNIT = {
    "g": NEWTONS_PER_KG,
    "mg": NEWTONS_PER_KG / 1000,
    "m/s2": 1.0,
    "m/s²": 1.0,
    "m/s^2": 1.0,
    "mm/s2": 0.001,
}
_DEG_S_PER_UNIT = {
    "dps": 1.0,
    "deg/s": 1.0,
    "°/s": 1.0,
    "mdps": 0.001,
    "rad/s": math.degrees(1.0),
    "urad/s": math.degrees(1e-6),
}


@dataclass
class MotionColumns:
    """Which columns of a table are motion.

    Attributes:
        acc, gyr: for each foot the number of the column of each axis.
        units: of a column by its number, as the file states it.
        axes: how the axes lie, as far as the format tells.
    """

    acc: dict[Foot, dict[str, int]] = field(default_factory=dict[Foot, dict[str, int]])
    gyr: dict[Foot, dict[str, int]] = field(default_factory=dict[Foot, dict[str, int]])
    units: dict[int, str] = field(default_factory=dict[int, str])
    axes: str = "not stated"

    def add(self, kind: str, foot: Foot, axis: str, column: int, unit: str) -> None:
        """One column; `kind` is "acc" or "gyr"."""
        (self.acc if kind == "acc" else self.gyr).setdefault(foot, {})[axis.lower()] = column
        self.units[column] = unit

    def numbers(self) -> set[int]:
        """Of all columns that are needed."""
        return {column for part in (self.acc, self.gyr) for axes in part.values() for column in axes.values()}

    def of(self, foot: Foot, columns: Mapping[int, Column], notes: list[str]) -> Motion | None:
        """The motion of a foot; None without an accelerometer of three axes. Notes say what was left out."""
        acc = self._kind(self.acc.get(foot), columns, _M_S2_PER_UNIT, f"{foot.value} acceleration", notes)
        if acc is None:
            return None
        gyr = self._kind(self.gyr.get(foot), columns, _DEG_S_PER_UNIT, f"{foot.value} rotation", notes)
        return Motion(acc, gyr, self.axes)

    def _kind(
        self,
        axes: dict[str, int] | None,
        columns: Mapping[int, Column],
        factors: dict[str, float],
        name: str,
        notes: list[str],
    ) -> Forces | None:
        if not axes:
            return None
        lacking = [axis for axis in AXES if axis not in axes]
        units = sorted({self.units[column] for column in axes.values()})
        factor = factors.get(units[0].lower()) if len(units) == 1 else None
        if lacking or factor is None:
            why = f"has no axis {lacking[0]}" if lacking else f"states the unit {', '.join(units) or 'none'}"
            notes.append(f"{name} {why} and was left out")
            return None
        values = np.stack([columns[axes[axis]] for axis in AXES], axis=1).astype(np.float32)
        return np.where(np.abs(values) < 1e6, values * np.float32(factor), np.float32(np.nan))
