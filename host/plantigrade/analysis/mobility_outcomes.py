"""Mobilise-D's digital mobility outcomes of a recording: its walking bouts, and what is made of them.

Names, units, the groups of bouts by their length and the aggregates are those of Mobilise-D's aggregation, as
`mobgap.aggregation.MobilisedAggregator` has them: both the short names of the study and the long ones of that
package. What is ours is where they come from: `n_raw_initial_contacts` counts the contacts of a bout that
force shows, where a sensor at the waist counts those that a detector of steps proposes.

Walking bouts themselves are Mobilise-D's (Kluge et al. 2021, "Consensus based framework for digital mobility
monitoring", PLoS ONE 16(8), e0256541): at least 4 strides, 3 a side, pauses of at most 3 s.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.results import Bout

_SECONDS_PER_MINUTE: Final = 60.0
_PERCENTILE: Final = 90.0
"""Of the study's greatest values, which are not left to a single bout."""
_FEWEST_OF_A_VARIATION: Final = 2
"""A sample SD needs two values."""
_INFINITE: Final = float("inf")


@dataclass(frozen=True)
class WalkingBout:
    """One walking bout under Mobilise-D's names, which `mobgap` reads.

    Attributes:
        wb_id: number, from 0.
        start_s, end_s: first and last initial contact, in seconds of the recording.
        duration_s: between them.
        n_strides: of both feet.
        n_raw_initial_contacts: of both feet.
        n_turns: in it.
        cadence_spm: steps a minute.
        stride_duration_s: mean of its valid strides; None without one.
        stride_length_m, walking_speed_mps: the same; None without a motion sensor.
    """

    wb_id: int
    start_s: float
    end_s: float
    duration_s: float
    n_strides: int
    n_raw_initial_contacts: int
    n_turns: int
    cadence_spm: float
    stride_duration_s: float | None
    stride_length_m: float | None
    walking_speed_mps: float | None

    @classmethod
    def of(cls, bout: Bout) -> "WalkingBout":
        """A bout of ours."""
        return cls(
            wb_id=bout.index,
            start_s=bout.from_s,
            end_s=bout.to_s,
            duration_s=bout.duration_s,
            n_strides=bout.strides_left + bout.strides_right,
            n_raw_initial_contacts=bout.steps,
            n_turns=bout.turns,
            cadence_spm=bout.cadence_per_min,
            stride_duration_s=_mean_of(bout, "stride_time_s"),
            stride_length_m=_mean_of(bout, "stride_length_m"),
            walking_speed_mps=_mean_of(bout, "walking_speed_m_per_s"),
        )


BOUT_COLUMNS: Final = tuple(field.name for field in fields(WalkingBout))


def _mean_of(bout: Bout, name: str) -> float | None:
    known = bout.parameters.get(name)
    return None if known is None else known.value


@dataclass(frozen=True)
class MobilityOutcome:
    """One aggregate.

    Attributes:
        name: as `mobgap` has it, "wb_30__cadence_spm__avg".
        study_name: as Mobilise-D's study has it, "cadence_30_avg".
        unit: of the value; "1" for ratios.
        value: None where no bout of the group gives it.
        n_bouts: how many did.
    """

    name: str
    study_name: str
    unit: str
    value: float | None
    n_bouts: int


def _count(values: F64) -> int:
    return len(values)


def _mean(values: F64) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _median(values: F64) -> float | None:
    return float(np.median(values)) if len(values) else None


def _p90(values: F64) -> float | None:
    return float(np.percentile(values, _PERCENTILE)) if len(values) else None


def _variation(values: F64) -> float | None:
    """Coefficient of variation, as a ratio."""
    if len(values) < _FEWEST_OF_A_VARIATION:
        return None
    return float(np.std(values, ddof=1) / np.mean(values))


def _sum(values: F64) -> int:
    return int(np.sum(values))


def _minutes(values: F64) -> float:
    return float(np.sum(values)) / _SECONDS_PER_MINUTE


@dataclass(frozen=True)
class _Row:
    """What one aggregate is: names, column of the bouts, unit, and how."""

    name: str
    study_name: str
    column: str
    unit: str
    made: Callable[[F64], float | None]


@dataclass(frozen=True)
class _Group:
    """Bouts that last longer than `above_s` and no longer than `up_to_s`."""

    above_s: float
    up_to_s: float
    rows: tuple[_Row, ...]


_GROUPS: Final = (
    _Group(0.0, _INFINITE, (
        _Row("wb_all__count", "wb_all_sum", "duration_s", "bouts", _count),
        _Row("total_walking_duration_min", "walkdur_all_sum", "duration_s", "min", _minutes),
        _Row(
            "wb_all__n_raw_initial_contacts__sum", "wbsteps_all_sum", "n_raw_initial_contacts",
            "contacts", _sum,
        ),
        _Row("wb_all__n_turns__sum", "turns_all_sum", "n_turns", "turns", _sum),
        _Row("wb_all__duration_s__avg", "wbdur_all_avg", "duration_s", "s", _median),
        _Row("wb_all__duration_s__p90", "wbdur_all_p90", "duration_s", "s", _p90),
        _Row("wb_all__duration_s__var", "wbdur_all_var", "duration_s", "1", _variation),
        _Row("wb_all__cadence_spm__avg", "cadence_all_avg", "cadence_spm", "steps/min", _mean),
        _Row("wb_all__stride_duration_s__avg", "strdur_all_avg", "stride_duration_s", "s", _mean),
        _Row("wb_all__cadence_spm__var", "cadence_all_var", "cadence_spm", "1", _variation),
        _Row("wb_all__stride_duration_s__var", "strdur_all_var", "stride_duration_s", "1", _variation),
    )),
    _Group(10.0, 30.0, (
        _Row("wb_10_30__count", "wb_1030_sum", "duration_s", "bouts", _count),
        _Row("wb_10_30__walking_speed_mps__avg", "ws_1030_avg", "walking_speed_mps", "m/s", _mean),
        _Row("wb_10_30__stride_length_m__avg", "strlen_1030_avg", "stride_length_m", "m", _mean),
    )),
    _Group(10.0, _INFINITE, (
        _Row("wb_10__count", "wb_10_sum", "duration_s", "bouts", _count),
        _Row("wb_10__walking_speed_mps__p90", "ws_10_p90", "walking_speed_mps", "m/s", _p90),
    )),
    _Group(30.0, _INFINITE, (
        _Row("wb_30__count", "wb_30_sum", "duration_s", "bouts", _count),
        _Row("wb_30__walking_speed_mps__avg", "ws_30_avg", "walking_speed_mps", "m/s", _mean),
        _Row("wb_30__stride_length_m__avg", "strlen_30_avg", "stride_length_m", "m", _mean),
        _Row("wb_30__cadence_spm__avg", "cadence_30_avg", "cadence_spm", "steps/min", _mean),
        _Row("wb_30__stride_duration_s__avg", "strdur_30_avg", "stride_duration_s", "s", _mean),
        _Row("wb_30__walking_speed_mps__p90", "ws_30_p90", "walking_speed_mps", "m/s", _p90),
        _Row("wb_30__cadence_spm__p90", "cadence_30_p90", "cadence_spm", "steps/min", _p90),
        _Row("wb_30__walking_speed_mps__var", "ws_30_var", "walking_speed_mps", "1", _variation),
        _Row("wb_30__stride_length_m__var", "strlen_30_var", "stride_length_m", "1", _variation),
    )),
    _Group(60.0, _INFINITE, (_Row("wb_60__count", "wb_60_sum", "duration_s", "bouts", _count),)),
)  # fmt: skip
"""Mobilise-D's aggregates. Lengths of bouts are medians, all other averages are means; the study writes
stride length in cm and variations in %, `mobgap` and we in m and as ratios."""


def mobility_outcomes(bouts: Sequence[Bout]) -> list[MobilityOutcome]:
    """All of Mobilise-D's aggregates of the walking bouts of a recording.

    Args:
        bouts: of an analysis (`Analysis.bouts`).

    Example:
        >>> [(one.name, one.value) for one in mobility_outcomes([])][:2]
        [('wb_all__count', 0), ('total_walking_duration_min', 0.0)]
    """
    walked = [WalkingBout.of(bout) for bout in bouts]
    found: list[MobilityOutcome] = []
    for group in _GROUPS:
        chosen = [one for one in walked if group.above_s < one.duration_s <= group.up_to_s]
        for row in group.rows:
            known = [value for one in chosen if (value := getattr(one, row.column)) is not None]
            values = np.array(known, np.float64)
            found.append(MobilityOutcome(row.name, row.study_name, row.unit, row.made(values), len(values)))
    return found
