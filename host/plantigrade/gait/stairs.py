"""Stairs: strides in a row that rise, or fall, more steeply than any ramp.

A foot that climbs step over step rises by two stairs a stride, step by step by one. The first and the last
stride of a flight begin or end on the floor before it: they are longer and rise by less, and belong to it
where they go on from it. Both feet climb the same flight, so its height is the mean of both.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plantigrade.gait.activity_kinds import Flight, StairPattern, StairTotals, stair_totals
from plantigrade.gait.motion.settings import (
    FEWEST_STAIR_STRIDES,
    FEWEST_STAIRS,
    FLIGHT_STRIDE_SD_M,
    FLOOR_M,
    STAIR_EDGE_M,
    STAIR_SLOPE,
    STAIR_STRIDE_M,
    STEP_OVER_STEP_M,
)
from plantigrade.gait.results import Parameter, Reason, StrideTable, figure

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Climb:
    """What one foot does on a flight: its rows of the table from `first` to `last`."""

    table: StrideTable
    first: int
    last: int

    @property
    def rows(self) -> slice:
        return slice(self.first, self.last + 1)

    def height_m(self, usual_m: float) -> float:
        """Sum of the strides; one whose motion is unknown rises as usual."""
        rise = self.table.height_gain_m[self.rows]
        return float(np.where(np.isfinite(rise), rise, usual_m).sum())


def flights(tables: Sequence[StrideTable]) -> list[Flight]:
    """The flights of stairs in the walking bouts, in time order; their strides are marked (in place).

    Args:
        tables: strides of each foot, with the numbers of their bouts.
    """
    sides = [np.full(len(table), side) for side, table in enumerate(tables)]
    codes = [_steep(table) for table in tables]
    if not any(code.any() for code in codes):
        return []
    side, code = np.concatenate(sides), np.concatenate(codes)
    row = np.concatenate([np.arange(len(table)) for table in tables])
    time_s = np.concatenate([table.initial_contact_s for table in tables])
    bout = np.concatenate([table.bout for table in tables])
    known = np.concatenate([np.isfinite(table.height_gain_m) for table in tables]) & (bout >= 0)
    order = np.flatnonzero(known)[np.argsort(time_s[known], kind="stable")]
    side, row, code, bout = side[order], row[order], code[order], bout[order]
    cut = np.flatnonzero((np.diff(code) != 0) | (np.diff(bout) != 0)) + 1
    found: list[Flight] = []
    for a, b in zip(np.append(0, cut), np.append(cut, len(code)), strict=True):
        if b - a >= FEWEST_STAIR_STRIDES and code[a] != 0:
            found += _flight(tables, side[a:b], row[a:b], int(code[a]))
    return found


def _steep(table: StrideTable) -> Rows:
    """(k,) 1 for a stride up stairs, -1 for one down, 0 for any other."""
    rise = table.height_gain_m
    size = np.abs(rise)
    steep = (size >= STAIR_STRIDE_M) & (size >= STAIR_SLOPE * table.stride_length_m)
    return np.where(steep, np.sign(np.nan_to_num(rise)), 0.0).astype(np.int64)


def _flight(tables: Sequence[StrideTable], side: Rows, row: Rows, way: int) -> list[Flight]:
    """One flight of steep strides in a row; none where it has too few stairs."""
    own = [(tables[one], row[side == one]) for one in range(len(tables)) if (side == one).any()]
    climbs = [_with_edges(table, rows, way) for table, rows in own]
    usual_m = float(np.median(np.concatenate([table.height_gain_m[rows] for table, rows in own])))
    over = abs(usual_m) >= STEP_OVER_STEP_M
    heights = [climb.height_m(usual_m) for climb in climbs]
    height_m = float(np.mean(heights))
    steps = round(height_m / (0.5 * usual_m if over else usual_m))
    if steps < FEWEST_STAIRS:
        return []
    for climb in climbs:
        climb.table.reason[climb.rows] |= Reason.STAIRS
    strides = float(np.mean([climb.last - climb.first + 1 for climb in climbs]))
    return [
        Flight(
            from_s=min(float(climb.table.final_contact_s[climb.first]) for climb in climbs),
            to_s=max(float(climb.table.next_initial_contact_s[climb.last]) for climb in climbs),
            height_m=height_m,
            height_sd_m=FLIGHT_STRIDE_SD_M * strides,
            steps=steps,
            pattern=StairPattern.STEP_OVER_STEP if over else StairPattern.STEP_BY_STEP,
        )
    ]


def _with_edges(table: StrideTable, rows: Rows, way: int) -> _Climb:
    """Steep strides of a foot with the one before and the one after, where these go on in the same way."""
    first, last = int(rows[0]), int(rows[-1])
    first -= int(_goes_on(table, first - 1, first, way))
    last += int(_goes_on(table, last + 1, last, way))
    return _Climb(table, first, last)


def _goes_on(table: StrideTable, row: int, beside: int, way: int) -> bool:
    inside = 0 <= row < len(table)
    if not inside or table.bout[row] != table.bout[beside] or table.reason[row] & Reason.STAIRS:
        return False
    return bool(way * table.height_gain_m[row] >= STAIR_EDGE_M)


def figures(found: Sequence[Flight]) -> dict[str, Parameter]:
    """What was climbed and descended on stairs in the whole recording."""
    none, totals = StairTotals.of([]), stair_totals(found)
    up, down = totals.get("up", none), totals.get("down", none)
    values = {
        "stairs_climbed_m": (up.height_m, up.flights),
        "stairs_descended_m": (down.height_m, down.flights),
        "floors_climbed": (up.height_m / FLOOR_M, up.flights),
    }
    return {name: figure(name, float(value), n) for name, (value, n) in values.items()}
