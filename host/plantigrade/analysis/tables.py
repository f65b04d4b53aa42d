"""The CSV files: events and strides. Column names are fixed (docs/reference/analysis-json.md)."""

import csv
import io
from collections.abc import Iterator
from operator import attrgetter, itemgetter
from typing import Final

import numpy as np

from plantigrade.gait.parameters.definition import Home, ParameterGroup
from plantigrade.gait.parameters.registry import PARAMETERS
from plantigrade.gait.results import STRIDE_UNITS, Analysis, FootAnalysis
from plantigrade.gait.signals import Floats
from plantigrade.gait.travel import has_motion

CONTACT_DECIMALS: Final = 6
EVENT_COLUMNS: Final = ("foot", "event", "time_s")
MOTION_COLUMNS: Final = tuple(
    name for name, row in PARAMETERS.items() if row.home is Home.STRIDE and row.group is ParameterGroup.MOTION
)
MOTION_REASON: Final = "motion_reason"
FIRST_COLUMNS: Final = (
    "foot",
    "initial_contact_s",
    "final_contact_s",
    "next_initial_contact_s",
    "stride_time_s",
    "stance_time_s",
    "swing_time_s",
    "stance_pct",
    "swing_pct",
    "double_support_s",
    "double_support_pct",
    "valid",
    "bout",
)


def events_csv(analysis: Analysis) -> str:
    """All contacts of both feet in time order, the left foot's first at equal times."""
    events = sorted((e for foot in analysis.feet for e in foot.events()), key=attrgetter("time_s"))
    return _csv(EVENT_COLUMNS, ((e.foot.value, e.kind, f"{e.time_s:.{CONTACT_DECIMALS}f}") for e in events))


def stride_columns(analysis: Analysis) -> tuple[str, ...]:
    """The titles of the strides' table: the fixed ones, the reason, then force and pressure, and motion where
    a foot has a motion sensor."""
    timing_and_force = [name for name in STRIDE_UNITS if name not in (*FIRST_COLUMNS, *MOTION_COLUMNS)]
    moved = (*MOTION_COLUMNS, MOTION_REASON) if has_motion([foot.strides for foot in analysis.feet]) else ()
    pressure = [name for foot in analysis.feet for name in foot.strides.pressure_names]
    more = dict.fromkeys([*timing_and_force, *pressure, *moved])
    return (*FIRST_COLUMNS, "reason", *more)


def decimals_of(name: str) -> int:
    """How many decimals a column's numbers have.

    >>> decimals_of("initial_contact_s")
    6
    """
    row = PARAMETERS.get(name)
    return CONTACT_DECIMALS if row is None else row.decimals


def strides_csv(analysis: Analysis) -> str:
    """One row a stride of either foot, in order of initial contact; unknown values are empty."""
    columns = stride_columns(analysis)
    rows = [row for foot in analysis.feet for row in _rows(foot, columns)]
    rows.sort(key=itemgetter(0))
    return _csv(columns, (row[1] for row in rows))


def _rows(foot: FootAnalysis, columns: tuple[str, ...]) -> Iterator[tuple[float, list[str]]]:
    table = foot.strides
    valid = table.valid
    numbers = [_numbers(foot, name) for name in columns]
    for row in range(len(table)):
        cells: list[str] = []
        for name, values in zip(columns, numbers, strict=True):
            if name == "foot":
                cells.append(foot.foot.value)
            elif name == "valid":
                cells.append("1" if valid[row] else "0")
            elif name == "bout":
                cells.append(str(int(table.bout[row])) if table.bout[row] >= 0 else "")
            elif name == "reason":
                cells.append(table.reason_text(row))
            elif name == MOTION_REASON:
                cells.append(table.motion_reason_text(row))
            else:
                cells.append(values[row] if values is not None else "")
        yield float(table.initial_contact_s[row]), cells


def stride_values(foot: FootAnalysis, name: str) -> Floats | None:
    """(k,) numbers of one column of the strides' table; None for a column that this foot does not have."""
    table = foot.strides
    is_number = name in STRIDE_UNITS or name.endswith("_s")
    own: Floats | None = getattr(table, name, None) if is_number else None
    if name in table.pressure_names:
        pressure = table.pressure_column(name)
        own = pressure if own is None else np.where(np.isfinite(own), own, pressure)
    return own


def _numbers(foot: FootAnalysis, name: str) -> list[str] | None:
    """One column as text; None for a column that this foot does not have."""
    own = stride_values(foot, name)
    if own is None:
        return None
    digits = decimals_of(name)
    return [f"{value:.{digits}f}" if np.isfinite(value) else "" for value in own.tolist()]


def _csv(columns: tuple[str, ...], rows: "Iterator[tuple[str, ...]] | Iterator[list[str]]") -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()
