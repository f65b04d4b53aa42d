# pandas has no type stubs.
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false
"""The strides' table with numbers: the columns and rows of `analysis.tables.strides_csv`, not rounded."""

from typing import TYPE_CHECKING, Any

import numpy as np

from plantigrade.analysis.tables import MOTION_REASON, stride_columns, stride_values
from plantigrade.api import parts
from plantigrade.api.tables import table
from plantigrade.gait.parameters.registry import PARAMETERS
from plantigrade.gait.results import Analysis, FootAnalysis

if TYPE_CHECKING:
    import pandas as pd


def stride_frame(analysis: Analysis) -> "pd.DataFrame":
    """Strides of both feet in order of initial contact, the left foot's first at equal times."""
    pd = parts.pandas()
    names = stride_columns(analysis)
    feet = [_columns(foot, names) for foot in analysis.feet]
    joined = {name: _joined([foot[name] for foot in feet]) for name in names}
    order = np.argsort(joined["initial_contact_s"], kind="stable")
    columns: dict[str, Any] = {name: values[order] for name, values in joined.items()}
    columns["bout"] = pd.array([None if one < 0 else one for one in columns["bout"].tolist()], dtype="Int64")
    return table(columns, {name: unit_of(name) for name in names}, {})


def unit_of(column: str) -> str:
    """Unit of a column of the strides' table.

    Example:
        >>> unit_of("stance_pct"), unit_of("initial_contact_s"), unit_of("foot")
        ('%', 's', '1')
    """
    row = PARAMETERS.get(column)
    if row is not None:
        return row.unit
    return "s" if column.endswith("_s") else "1"


def _columns(foot: FootAnalysis, names: tuple[str, ...]) -> dict[str, Any]:
    table_of_foot = foot.strides
    count = len(table_of_foot)
    columns: dict[str, Any] = {}
    for name in names:
        if name == "foot":
            columns[name] = np.array([foot.foot.value] * count, object)
        elif name == "valid":
            columns[name] = table_of_foot.valid
        elif name == "bout":
            columns[name] = table_of_foot.bout
        elif name == "reason":
            columns[name] = np.array([table_of_foot.reason_text(row) for row in range(count)], object)
        elif name == MOTION_REASON:
            columns[name] = np.array([table_of_foot.motion_reason_text(row) for row in range(count)], object)
        else:
            values = stride_values(foot, name)
            columns[name] = np.full(count, np.nan) if values is None else values
    return columns


def _joined(parts_of_column: list[Any]) -> Any:
    return np.concatenate(parts_of_column)
