"""Tables of strides written down stride by stride."""

from dataclasses import fields
from typing import Any

import numpy as np
from plantigrade.gait.pressure.stance import NAMES
from plantigrade.gait.results import StrideTable
from plantigrade.gait.signals import Floats


def table_of(
    stride_s: list[float] | Floats,
    swing_s: list[float] | Floats | float = 0.4,
    *,
    first_s: float = 0.0,
    bout: int = 0,
    **columns: Any,
) -> StrideTable:
    """Strides one after the other from `first_s` on; what is not given is not known.

    Args:
        stride_s: duration of each.
        swing_s: swing of each, or of all.
        bout: number of the bout they belong to.
        columns: further columns of the table, by name.
    """
    stride = np.asarray(stride_s, np.float64)
    count = len(stride)
    swing = np.broadcast_to(np.asarray(swing_s, np.float64), (count,)).copy()
    following = first_s + np.cumsum(stride)
    initial = following - stride
    values: dict[str, Any] = {one.name: np.full(count, np.nan) for one in fields(StrideTable)}
    values |= {
        "initial_contact_s": initial,
        "final_contact_s": following - swing,
        "next_initial_contact_s": following,
        "stride_time_s": stride,
        "stance_time_s": stride - swing,
        "swing_time_s": swing,
        "stance_pct": 100.0 * (stride - swing) / stride,
        "swing_pct": 100.0 * swing / stride,
        "bout": np.full(count, bout, np.int64),
        "reason": np.zeros(count, np.int64),
        "pressure_names": NAMES,
        "pressure": np.full((count, len(NAMES)), np.nan),
        "motion": None,
    }
    return StrideTable(**(values | columns))
