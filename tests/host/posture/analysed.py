"""Analyses made of numbers, as the gait engine would give them, for tests of what posture reads from them."""

from collections.abc import Sequence

import numpy as np
from plantigrade.gait.results import Analysis, FootAccounting, FootAnalysis, FootPicture, Hour, StrideTable
from plantigrade.gait.signals import Foot, SourceInfo

NOT_FLOATS = ("bout", "reason", "pressure_names", "pressure", "motion")


def stride_table(
    end_s: Sequence[float],
    *,
    reason: Sequence[int] = (),
    pressure: dict[str, Sequence[float]] | None = None,
    **values: Sequence[float],
) -> StrideTable:
    """Strides of one foot; what is not given is not known."""
    n, pressure = len(end_s), pressure or {}
    columns = {
        name: np.array(values.get(name, [np.nan] * n), np.float64)
        for name in StrideTable.__dataclass_fields__
        if name not in NOT_FLOATS
    }
    columns["next_initial_contact_s"] = np.array(end_s, np.float64)
    rows = np.array(list(pressure.values()), np.float64).reshape(len(pressure), n).T
    return StrideTable(
        **columns,
        bout=np.zeros(n, np.int64),
        reason=np.array(reason or [0] * n, np.int64),
        pressure_names=tuple(pressure),
        pressure=rows,
    )


def foot_analysis(
    foot: Foot, strides: StrideTable, impulse_n_s: Sequence[float] | None = None
) -> FootAnalysis:
    """One foot; with a picture where the sensors' impulses are given."""
    empty = np.empty(0)
    picture = None
    if impulse_n_s is not None:
        curves = np.zeros((2, 101))
        picture = FootPicture(curves, curves, np.array(impulse_n_s), np.array(impulse_n_s), len(strides))
    accounting = FootAccounting(0, 0, 0, ())
    return FootAnalysis(foot, empty, empty, strides, {}, accounting, 0.0, 0.0, None, picture)


def analysis(
    left: FootAnalysis | None,
    right: FootAnalysis | None,
    *,
    weight_n: float | None = None,
    steps: Sequence[int] = (),
) -> Analysis:
    """A recording of so many steps in each hour."""
    hours = tuple(Hour(hour, count, 60.0, None) for hour, count in enumerate(steps))
    source = SourceInfo("", "")
    return Analysis(source, 100.0, 0.0, 60.0, left, right, {}, hours=hours, body_weight_n=weight_n)
