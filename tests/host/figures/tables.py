"""Tables of strides with columns of one's own, for figures whose answers are worked out on paper."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from plantigrade.gait.results import StrideTable


def table(
    count: int, *, names: Sequence[str] = (), pressure: object = None, **columns: object
) -> StrideTable:
    """A table of `count` valid strides of bout 0; columns that are not given are NaN.

    Args:
        count: of strides.
        names, pressure: pressure columns (count, len(names)).
        columns: any columns, one number for all or one for each stride.
    """
    blank = {field.name: np.full(count, np.nan) for field in fields(StrideTable)}
    given = {name: np.broadcast_to(np.asarray(value, float), count).copy() for name, value in columns.items()}
    unknown = set(given) - set(blank)
    assert not unknown, f"no such columns: {unknown}"
    values = blank | {"bout": np.zeros(count), "reason": np.zeros(count)} | given
    values["bout"] = values["bout"].astype(np.int64)
    values["reason"] = values["reason"].astype(np.int64)
    values["pressure"] = np.asarray(pressure, float) if names else np.empty((count, 0))
    return StrideTable(**values | {"pressure_names": tuple(names), "motion": None})  # type: ignore[arg-type]
