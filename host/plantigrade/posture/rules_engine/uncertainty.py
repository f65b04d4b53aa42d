"""How the sensors' uncertainty reaches the indices: first order, sensors independent of each other.

For a share S = A / B of sums of sensor impulses I_j, dS/dI_j = (a_j - S b_j) / B with the sensors' weights a
and b; the variance is the sum of (dS/dI_j I_j u_j)^2 with the relative uncertainties u_j.
"""

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.parameters.pressure import REGIONS
from plantigrade.posture.rules_engine.features import LATERAL_ARCH, StrideColumns

NAN = float("nan")
SUMS = ("mean_force_n", "impulse_n_s", "carried_bw", "push_off_bw", "first_peak_bw", "loading_rate_bw_per_s")
"""Values that are sums over the sensors, or follow one."""


def ratio_sd(impulse: F64, relative_sd: F64, above: F64, below: F64) -> float:
    """SD of (above . impulse) / (below . impulse); all arguments (S,)."""
    complete = float(below @ impulse)
    if complete <= 0:
        return NAN
    share = float(above @ impulse) / complete
    parts = (above - share * below) / complete * impulse * relative_sd
    return float(np.sqrt(np.sum(parts**2)))


def sensor_sd(metric: str, table: StrideColumns, regions: tuple[str, ...], medial: F64) -> float:
    """SD of a metric of `table` that comes from the sensors' uncertainty; NaN where it is not propagated.

    Args:
        metric: a load share, medial-lateral index or force arch index.
        table: with `impulse_n_s` and `relative_sd`.
        regions: (S,) region of each sensor.
        medial: (S,) +1 medial, -1 lateral, 0 between.
    """
    if table.impulse_n_s is None or table.relative_sd is None:
        return NAN
    if metric in SUMS:
        values = table.of(metric)
        middle = abs(float(np.median(values))) if len(values) else NAN
        return middle * _sum_sd(table.impulse_n_s, table.relative_sd)
    part = {name: np.array([region == name for region in regions], np.float64) for name in REGIONS}
    ones = np.ones_like(medial)
    if metric == "force_arch_index":
        above, below, unit = part["midfoot"], ones - part["toes"], 1.0
    elif metric in ("medial_arch_index", LATERAL_ARCH):
        half = 0.5 * (1.0 - medial if metric == LATERAL_ARCH else 1.0 + medial)
        above, below, unit = half * part["midfoot"], half * (ones - part["toes"]), 1.0
    elif metric.startswith("load_share_"):
        above, below, unit = part[metric.removeprefix("load_share_").removesuffix("_pct")], ones, 100.0
    elif metric.startswith("ml_index_"):
        where = part[metric.removeprefix("ml_index_")]
        above, below, unit = where * medial, where * np.abs(medial), 1.0
    else:
        return NAN
    return unit * ratio_sd(table.impulse_n_s, table.relative_sd, above, below)


def _sum_sd(impulse: F64, relative_sd: F64) -> float:
    """Relative SD of a sum of impulses."""
    return float(np.sqrt(np.sum((impulse * relative_sd) ** 2)) / max(float(impulse.sum()), 1e-9))
