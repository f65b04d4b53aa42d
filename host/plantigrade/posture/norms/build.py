"""A reference set from recordings of healthy people, through the same analysis that judges others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from pathlib import Path
from typing import Final

import numpy as np

from plantigrade.array_types import F64
from plantigrade.errors import PlantigradeError
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import ALGORITHM_VERSION
from plantigrade.gait.signals import Foot, Instrument
from plantigrade.imports.formats import read
from plantigrade.posture.norms.reference_set import Distribution, ReferenceSet, Slope
from plantigrade.posture.norms.settings import (
    DIGITS,
    FEW_PEOPLE,
    FEWEST_PEOPLE,
    FEWEST_STRIDES,
    HIGH_PERCENTILE,
    LOW_PERCENTILE,
    SLOPE_RANGE_SHARE,
)
from plantigrade.posture.rules_engine.features import StrideColumns, from_analysis, median_of
from plantigrade.posture.rules_engine.statistics import cv_pct

STRIDE_TIME: Final = "stride_time_s"
KEYS: Final = (
    *(
        ("median", name)
        for name in (
            STRIDE_TIME,
            "stance_pct",
            "double_support_pct",
            "first_peak_bw",
            "push_off_bw",
            "loading_rate_bw_per_s",
            "load_share_heel_pct",
            "load_share_midfoot_pct",
            "load_share_forefoot_pct",
            "load_share_toes_pct",
            "force_arch_index",
            "medial_arch_index",
            "ml_index_heel",
            "ml_index_forefoot",
            "cop_mean_x_pct",
        )
    ),
    *(("cv", name) for name in (STRIDE_TIME, "stance_time_s")),
    *(
        ("asymmetry", name)
        for name in (
            "stance_time_s",
            "impulse_n_s",
            "mean_force_n",
            "load_share_heel_pct",
            "load_share_forefoot_pct",
            "heel_off_s",
        )
    ),
)
"""Statistic and value of strides that a set holds."""


@dataclass(frozen=True)
class About:
    """What the recordings do not say."""

    name: str
    source: str
    licence: str
    version: int = 1


@dataclass(frozen=True, eq=False)
class Strider:
    """A person whose strides may go into a set.

    Attributes:
        name: of the recording, or code of the person: whoever is left out is named by it.
        instrument: that the strides were recorded with.
        tables: strides of the feet, of one recording or of several.
    """

    name: str
    instrument: Instrument
    tables: Sequence[StrideColumns]


@dataclass(frozen=True)
class Built:
    """A set, and who is not in it with the reason."""

    reference: ReferenceSet
    left_out: Mapping[str, str]


def build_reference(recordings: Sequence[Path], about: About) -> Built:
    """A set from one recording of each person.

    Args:
        recordings: files of known formats, all of the same instrument.
        about: name, source and licence.

    Raises:
        FileError: a recording cannot be read.
        PlantigradeError: several instruments, or fewer than 12 people with 30 valid strides a foot.
    """
    walks = ((path, read(path)) for path in recordings)
    striders = (
        Strider(str(path), walk.source.instrument, from_analysis(analyze(walk))) for path, walk in walks
    )
    return build_from_strides(striders, about)


def build_from_strides(striders: Iterable[Strider], about: About) -> Built:
    """A set from the strides of people, each of them once.

    Args:
        striders: one after the other; none is held in memory for longer than it takes.
        about: name, source and licence.

    Raises:
        PlantigradeError: several instruments, or fewer than 12 people with 30 valid strides a foot.
    """
    people: list[dict[str, float]] = []
    left_out: dict[str, str] = {}
    instruments: set[str] = set()
    for one in striders:
        fewest = min((int(table.valid.sum()) for table in one.tables), default=0)
        if len(one.tables) < len(Foot) or fewest < FEWEST_STRIDES:
            left_out[one.name] = f"{fewest} valid strides of a foot; {FEWEST_STRIDES} of both are needed"
            continue
        instruments.add(one.instrument.value)
        people.append(figures_of(one.tables))
    if len(instruments) > 1:
        raise PlantigradeError(
            f"recordings of several instruments ({', '.join(sorted(instruments))}): figures of one say "
            "nothing of another, so build a set of each"
        )
    if len(people) < FEWEST_PEOPLE:
        raise PlantigradeError(
            f"{len(people)} people have {FEWEST_STRIDES} valid strides a foot; a set needs {FEWEST_PEOPLE}"
        )
    return Built(_set(people, instruments.pop(), about), left_out)


def figures_of(tables: Sequence[StrideColumns]) -> dict[str, float]:
    """A person's figure of each of `KEYS` by its name in a set; those that are not known are left out."""
    left, right = sorted(tables, key=lambda table: list(Foot).index(table.foot))
    found: dict[str, float] = {}
    for statistic, name in KEYS:
        sides = (left.of(name), right.of(name))
        if min(len(side) for side in sides) < FEWEST_STRIDES:
            continue
        value = _statistic(statistic, *sides)
        if np.isfinite(value):
            found[name if statistic == "median" else f"{statistic} {name}"] = value
    return found


def _statistic(statistic: str, left: F64, right: F64) -> float:
    if statistic == "cv":
        return float(np.mean([cv_pct(left), cv_pct(right)]))
    one, other = median_of(left), median_of(right)
    middle = (one + other) / 2.0
    if statistic == "median":
        return middle
    return 100.0 * (other - one) / middle if middle > 0 else float("nan")


def _set(people: Sequence[Mapping[str, float]], instrument: str, about: About) -> ReferenceSet:
    made: dict[str, Distribution] = {}
    for statistic, name in KEYS:
        key = name if statistic == "median" else f"{statistic} {name}"
        values = np.array([person.get(key, np.nan) for person in people])
        times = np.array([person.get(STRIDE_TIME, np.nan) for person in people])
        known = np.isfinite(values)
        if int(known.sum()) >= FEWEST_PEOPLE and float(values[known].std()) > 0:
            made[key] = _distribution(statistic, name, values[known], times[known])
    few = f"{len(people)} people: percentiles are rough" if len(people) < FEW_PEOPLE else ""
    return ReferenceSet(
        name=about.name,
        version=about.version,
        instrument=instrument,
        source=about.source,
        licence=about.licence,
        people=len(people),
        algorithm=ALGORITHM_VERSION,
        note=few,
        distributions=made,
    )


def _distribution(statistic: str, name: str, values: F64, stride_time_s: F64) -> Distribution:
    sizes = np.abs(values) if statistic == "asymmetry" else values
    low, high = np.percentile(sizes, [LOW_PERCENTILE, HIGH_PERCENTILE])
    slopes, residual = (), None
    if (statistic != "asymmetry" and name != STRIDE_TIME) or statistic == "cv":
        slopes, residual = _slope(values, stride_time_s)
    return Distribution(
        parameter=name,
        statistic=statistic,
        n=len(values),
        mean=_rounded(float(values.mean())),
        sd=_rounded(float(values.std(ddof=1))),
        low=_rounded(float(low)),
        high=_rounded(float(high)),
        residual_sd=residual,
        slopes=slopes,
    )


def _slope(values: F64, stride_time_s: F64) -> tuple[tuple[Slope, ...], float | None]:
    """The line over stride time by least squares, where people's stride times differ enough."""
    known = np.isfinite(stride_time_s)
    if int(known.sum()) < len(values):
        return (), None
    low, high = np.percentile(stride_time_s, [LOW_PERCENTILE, HIGH_PERCENTILE])
    middle = float(stride_time_s.mean())
    if high - low < SLOPE_RANGE_SHARE * middle:
        return (), None
    away = stride_time_s - middle
    per_unit = float(away @ (values - values.mean()) / (away @ away))
    left = values - values.mean() - per_unit * away
    residual = float(np.sqrt(left @ left / (len(values) - 2)))
    return (Slope(STRIDE_TIME, _rounded(middle), _rounded(per_unit)),), _rounded(residual)


def _rounded(value: float) -> float:
    """To as many digits as mean something."""
    return 0.0 if value == 0 else round(value, DIGITS - 1 - floor(log10(abs(value))))
