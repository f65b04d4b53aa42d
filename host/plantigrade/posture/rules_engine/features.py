"""What the posture layer reads: values of each stride and of each second, whoever computed them.

Names of stride values are those of the strides' table (docs/reference/parameters.md); this module adds the
few that posture needs and the table does not have. Everything that depends on names of other parts is here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.gait.parameters.pressure import REGIONS
from plantigrade.gait.parameters.registry import PER_BODY_WEIGHT
from plantigrade.gait.results import STRIDE_UNITS, Analysis, StrideTable
from plantigrade.gait.signals import Foot

NAN = float("nan")


@dataclass(frozen=True, eq=False)
class StrideColumns:
    """Strides of one foot in time order.

    Attributes:
        foot: side.
        end_s: (n,) when the stride was complete; the order in which it can be known.
        valid: (n,) False at turns, stops and artefacts.
        values: name to (n,); NaN where unknown.
        relative_sd: (S,) uncertainty of each sensor's force as a share; None where it is not known.
        impulse_n_s: (S,) median force-time integral of each sensor, for the propagation of `relative_sd`.
    """

    foot: Foot
    end_s: F64
    valid: NDArray[np.bool_]
    values: Mapping[str, F64]
    relative_sd: F64 | None = None
    impulse_n_s: F64 | None = None

    def of(self, name: str) -> F64:
        """Values of the valid strides; empty where the name is unknown."""
        column = self.values.get(name)
        if column is None:
            return np.empty(0)
        good = column[self.valid]
        return good[np.isfinite(good)]


@dataclass(frozen=True, eq=False)
class Observation:
    """One stride or one second, as the monitor takes them in time order.

    Attributes:
        time_s: when it was complete.
        foot: of the stride; None for a second.
        values: name to value; NaN where unknown.
    """

    time_s: float
    foot: Foot | None
    values: Mapping[str, float]


DERIVED = tuple((one.name, source, one.factor) for source, one in PER_BODY_WEIGHT.items())
"""Name, source and factor of the values that are divided by body weight."""
FOREFOOT_LOAD = "forefoot_load_kpa_bw"
"""Highest pressure under the forefoot, averaged over stance (PTI / stance time), at 700 N of body weight."""
CARRIED = "carried_bw"
"""What a foot carries, averaged over the stride; both feet together carry the body weight and what is
added to it. Known only where the body weight is."""
SECOND_PEAK_MISSING = "second_peak_missing"
"""1 where the force of a stance does not show two peaks, 0 where it does; unknown without newtons. Who walks
slowly may have one peak always: only a change against the own days means something."""


SHARES = frozenset({SECOND_PEAK_MISSING})
"""Values that are 0 or 1: their mean is the share of strides, where a median would be 0 or 1 again."""
LATERAL_ARCH = "lateral_arch_index"
"""`force_arch_index` for the lateral half of each region alone. It differs less between people than the
medial half (18 healthy people in shoes: 21 and 61 % of the mean; McCormick 2013: 25 and 96 %), and a print
without its outer border is what a high arch is known by."""


def middle_of(metric: str, values: F64) -> float:
    """What strides (n,), n > 0, say of a metric: the median; of one in `SHARES` the mean.

    Example:
        >>> one_in_four = np.array([0.0, 0.0, 0.0, 1.0])
        >>> middle_of("second_peak_missing", one_in_four), middle_of("f1_n", one_in_four)
        (0.25, 0.0)
    """
    return float(values.mean()) if metric in SHARES else median_of(values)


def median_of(values: F64) -> float:
    """`numpy.median` of finite values (n,), n > 0, to the bit, in a third of its time for a few values.

    Example:
        >>> median_of(np.array([3.0, 1.0, 2.0])), median_of(np.array([4.0, 1.0, 2.0, 3.0]))
        (2.0, 2.5)
    """
    middle = len(values) // 2
    if len(values) % 2:
        return float(np.partition(values, middle)[middle])
    ordered = np.partition(values, (middle - 1, middle))
    return float((ordered[middle - 1] + ordered[middle]) / 2.0)


def derived(values: Mapping[str, F64], body_weight_n: float, *, weight_known: bool = True) -> dict[str, F64]:
    """Values in body weights, `second_peak_missing` and `lateral_arch_index`, for columns of strides; NaN
    where a source is missing.

    `*_pti_bw` is the pressure-time integral of the region for 700 N of body weight, so that heavy people are
    not called overloaded for being heavy.
    """
    n = max((len(column) for column in values.values()), default=0)
    blank = np.full(n, np.nan)
    found: dict[str, F64] = {}
    for name, source, factor in DERIVED:
        found[name] = values.get(source, blank) * (factor / body_weight_n)
    found[FOREFOOT_LOAD] = found["forefoot_pti_bw"] / values.get("stance_time_s", blank)
    carried = values.get("impulse_n_s", blank) / values.get("stride_time_s", blank) / body_weight_n
    found[CARRIED] = carried if weight_known else blank
    highest, second = values.get("peak_force_n", blank), values.get("f3_n", blank)
    found[SECOND_PEAK_MISSING] = np.where(np.isfinite(highest), np.isnan(second).astype(np.float64), np.nan)
    found[LATERAL_ARCH] = _lateral_arch(values, blank)
    return found


def _lateral_arch(values: Mapping[str, F64], blank: F64) -> F64:
    """What the medial arch index leaves: the halves of heel and forefoot follow from their medial-lateral
    indices, that of the midfoot from the medial arch index."""
    heel, midfoot, forefoot = (values.get(f"fti_{part}_n_s", blank) for part in REGIONS[:3])
    inner_ends = sum(
        0.5 * total * (1.0 + values.get(f"ml_index_{part}", blank))
        for part, total in (("heel", heel), ("forefoot", forefoot))
    )
    share = values.get("medial_arch_index", blank)
    with np.errstate(divide="ignore", invalid="ignore"):
        inner_midfoot = share * inner_ends / (1.0 - share)
        outer = heel + midfoot + forefoot - inner_ends - inner_midfoot
        index = (midfoot - inner_midfoot) / outer
    return np.where(np.isfinite(index), index, np.nan)


def estimate_weight_n(tables: list[StrideColumns]) -> float:
    """Body weight from the strides: the mean force over whole cycles of both feet; NaN where it cannot be
    known."""
    total = 0.0
    for table in tables:
        impulse, stride = table.of("impulse_n_s"), table.of("stride_time_s")
        if len(impulse) == 0 or len(stride) == 0:
            return NAN
        total += float(np.median(impulse)) / float(np.median(stride))
    return total if len(tables) == 2 else 2.0 * total


def completed(tables: list[StrideColumns], body_weight_n: float | None = None) -> list[StrideColumns]:
    """The tables with the derived columns; without a body weight it is estimated from the strides."""
    weight = body_weight_n or estimate_weight_n(tables)
    known = body_weight_n is not None
    return [
        replace(table, values=dict(table.values) | derived(table.values, weight, weight_known=known))
        for table in tables
    ]


def columns_of(foot: Foot, strides: StrideTable, impulse_n_s: F64 | None = None) -> StrideColumns:
    """The gait engine's strides of one foot as posture reads them."""
    values: dict[str, F64] = {name: getattr(strides, name) for name in STRIDE_UNITS}
    for index, name in enumerate(strides.pressure_names):
        values.setdefault(name, strides.pressure[:, index])
    return StrideColumns(foot, strides.next_initial_contact_s, strides.valid, values, None, impulse_n_s)


def from_analysis(analysis: Analysis, relative_sd: Mapping[Foot, F64] | None = None) -> list[StrideColumns]:
    """Strides of both feet with the derived columns, from an analysis of the gait engine.

    Args:
        analysis: of a recording.
        relative_sd: per foot (S,) the calibration's uncertainty as a share; None where it is not known.
    """
    tables: list[StrideColumns] = []
    for foot in analysis.feet:
        impulse = foot.picture.sensor_impulse_n_s if foot.picture is not None else None
        table = columns_of(foot.foot, foot.strides, impulse)
        tables.append(replace(table, relative_sd=relative_sd.get(foot.foot) if relative_sd else None))
    # a stated weight that the feet deny divides nothing, and nothing carried is held against it
    return completed(tables, None if analysis.load_levels.caveat else analysis.body_weight_n)


def stride_observations(tables: list[StrideColumns]) -> Iterator[Observation]:
    """Valid strides of both feet in the order of their ends, the left foot first at equal times."""
    rows = [
        (float(table.end_s[i]), place, i)
        for place, table in enumerate(tables)
        for i in np.flatnonzero(table.valid)
    ]
    for end_s, place, i in sorted(rows):
        table = tables[place]
        values = {name: float(column[i]) for name, column in table.values.items()}
        yield Observation(end_s, table.foot, values)
