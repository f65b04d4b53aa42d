"""Virtual people through the same analysis as the recorded ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from plantigrade.gait.engine import analyze
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
from plantigrade.posture.rules_engine.features import StrideColumns, from_analysis, median_of
from plantigrade.posture.rules_engine.statistics import cv_pct
from plantigrade.twin.body import Condition, Person, another_day, draw_person, walk
from plantigrade.twin.body.settings import AT_M_S

from tools.walker_against_norms.norms import SPEED_SD_M_S, Row

F64 = NDArray[np.float64]
EU_SIZE: Final = 42.0
WALK_S: Final = 120.0
"""As the recordings are."""
NAN: Final = float("nan")


@dataclass(frozen=True)
class Measured:
    """What virtual people have of a row; None where the row holds none."""

    row: Row
    mean: float | None
    slope: float | None
    spread: float
    people: int

    @property
    def mean_bound(self) -> float:
        """Difference that 95 of 100 pairs of samples of one population stay within."""
        return 2.0 * self._spread * self._both()

    @property
    def slope_bound(self) -> float:
        """The same of a slope."""
        return self.mean_bound / SPEED_SD_M_S

    @property
    def spread_bound(self) -> float:
        """The same of a ratio of SDs, less one."""
        return float(np.sqrt(2.0) * self._both())

    @property
    def held(self) -> bool:
        """Whether every figure of the row lies within its bound."""
        return not self.outside()

    def outside(self) -> tuple[str, ...]:
        """Figures beyond their bound."""
        row, found = self.row, list[str]()
        if self.mean is not None and row.mean is not None and abs(self.mean - row.mean) > self.mean_bound:
            found.append("mean")
        if (
            self.slope is not None
            and row.slope is not None
            and abs(self.slope - row.slope) > self.slope_bound
        ):
            found.append("slope")
        if abs(np.log(self.spread / row.spread)) > np.log1p(self.spread_bound):
            found.append("spread")
        return tuple(found)

    @property
    def _spread(self) -> float:
        """In the unit of the mean."""
        row = self.row
        return row.spread / 100.0 * (row.mean or NAN) if row.logarithm else row.spread

    def _both(self) -> float:
        return float(np.sqrt(1.0 / self.row.n + 1.0 / self.people))


def strides_of(
    person: Person, seed: int, conditions: tuple[Condition, ...] = (), seconds: float = WALK_S
) -> list[StrideColumns]:
    """Strides of both feet of a walk, as insoles without any error would show them."""
    forces = walk(person, seconds, seed, conditions).forces
    time_s = np.arange(len(forces.left)) / forces.rate_hz
    layout = own_layout(EU_SIZE)
    left, right = (
        FootSignal(foot, time_s, force.astype(np.float32), layout)
        for foot, force in zip(Foot, (forces.left, forces.right), strict=True)
    )
    analysis = analyze(Walk(left, right, forces.rate_hz, SourceInfo(forces.source, "twin"), person.weight_n))
    return [_with_ratios(table, person.weight_n) for table in from_analysis(analysis)]


def _with_ratios(table: StrideColumns, weight_n: float) -> StrideColumns:
    values = dict(table.values)
    values["valley_bw"] = values["f2_n"] / weight_n
    values["push_off_rate_bw_per_s"] = values["push_off_rate_n_per_s"] / weight_n
    values["second_peak_over_mean"] = values["f3_n"] / values["mean_force_n"]
    return StrideColumns(table.foot, table.end_s, table.valid, values)


def _figure(statistic: str, tables: list[StrideColumns], parameter: str) -> float:
    sides = [table.of(parameter) for table in tables]
    if min(len(side) for side in sides) == 0:
        return NAN
    if statistic == "cv":
        return float(np.mean([cv_pct(side) for side in sides]))
    if statistic == "mean":
        return float(np.mean([side.mean() for side in sides]))
    left, right = (median_of(side) for side in sides)
    if statistic == "asymmetry":
        return 200.0 * (right - left) / (right + left)
    return (left + right) / 2.0


def measured(rows: tuple[Row, ...], people: int, first_seed: int) -> Iterator[Measured]:
    """Every row over virtual people of the seeds from `first_seed`, each at their own comfortable speed."""
    persons = [draw_person(seed) for seed in range(first_seed, first_seed + people)]
    speeds = np.array([person.speed_m_s for person in persons])
    walks = [strides_of(person, first_seed + i) for i, person in enumerate(persons)]

    @cache
    def other(i: int, day: int) -> list[StrideColumns]:
        seed = first_seed + i + (day + 1) * people
        return strides_of(another_day(persons[i], seed), seed)

    for row in rows:
        if row.statistic == "repeat":
            yield _repeat(row, [(other(i, 0), other(i, 1)) for i in range(people)])
        elif row.statistic == "foot":
            feet = [[table] for tables in walks for table in tables]
            values = np.array([_of_foot(tables[0], row.parameter) for tables in feet])
            yield Measured(row, None, None, _sd(values), len(values))
        else:
            values = np.array([_figure(row.statistic, tables, row.parameter) for tables in walks])
            yield _around_speed(row, values, speeds)


def _sides(tables: list[StrideColumns], parameter: str) -> list[float]:
    """Of tilts each foot, as the rules read them; of all else the mean of the feet."""
    if parameter.startswith("ml_") or parameter == "cop_mean_x_pct":
        return [_of_foot(table, parameter) for table in tables]
    return [_figure("median", tables, parameter)]


def _of_foot(table: StrideColumns, parameter: str) -> float:
    values = table.of(parameter)
    return median_of(values) if len(values) else NAN


def _around_speed(row: Row, values: F64, speeds: F64) -> Measured:
    known = np.isfinite(values)
    values, faster = values[known], speeds[known] - AT_M_S
    if row.statistic == "asymmetry":
        return Measured(row, None, None, _sd(values), len(values))
    slope, at = np.polyfit(faster, values, 1)
    if row.logarithm:
        power, shift = np.polyfit(np.log(speeds[known]), np.log(values), 1)
        left = 100.0 * (np.log(values) - shift - power * np.log(speeds[known]))
    else:
        left = values - at - slope * faster
    spread = float(np.sqrt(left @ left / (len(left) - 2)))
    if row.relative:
        spread *= 100.0 / float(at)
    return Measured(
        row,
        None if row.mean is None else float(at),
        None if row.slope is None else float(slope),
        spread,
        len(values),
    )


def _repeat(row: Row, pairs: list[tuple[list[StrideColumns], list[StrideColumns]]]) -> Measured:
    """1.96 SD of the differences between two days."""
    one, two = (
        np.concatenate([_sides(tables, row.parameter) for tables in day]) for day in zip(*pairs, strict=True)
    )
    away = (
        200.0 * (two - one) / (two + one)
        if row.unit == "%" and row.parameter != "cop_mean_x_pct"
        else two - one
    )
    return Measured(row, None, None, 1.96 * _sd(away), int(np.isfinite(away).sum()))


def _sd(values: F64) -> float:
    return float(np.nanstd(values, ddof=1))
