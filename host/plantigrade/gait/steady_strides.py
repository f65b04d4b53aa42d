"""Which strides belong to steady, straight walking: turns, starts, stops, stumbles, outliers are marked.

The literature on the same recordings drops the ends of a walk and values more than three standard deviations
from the median (a median filter against turns); here the spread is robust and turns are found as what they
are: several steps in a row, of either foot, that leave the walker's own pattern. Nothing is removed from the
tables.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from plantigrade.gait.median_kernel import running_medians
from plantigrade.gait.medians import middle
from plantigrade.gait.results import Reason, StrideTable, Turn
from plantigrade.gait.settings import (
    LONG_STRIDE_RATIO,
    MAD_TO_SD,
    SHORT_STRIDE_RATIO,
    SMALLEST_SPREAD_SHARE,
    TURN_WIDTHS,
    BoutSettings,
)
from plantigrade.gait.signals import Floats


def running_median(values: Floats, half: int) -> Floats:
    """Median over `half` values on either side, shortened at the ends; NaN are left out."""
    medians = np.empty(len(values))
    running_medians(np.ascontiguousarray(values, np.float64), half, medians)
    return medians


def robust_distance(values: Floats, half: int) -> Floats:
    """(k,) deviation from the running median in robust standard deviations; NaN where the value is."""
    away = values - running_median(values, half)
    known = away[np.isfinite(away)]
    if len(known) == 0:
        return np.full(len(values), np.nan)
    centre = middle(np.sort(np.abs(known)))
    level = middle(np.sort(np.abs(values[np.isfinite(values)])))
    return away / max(MAD_TO_SD * centre, SMALLEST_SPREAD_SHARE * level)


def _pattern_distance(table: StrideTable, rows: npt.NDArray[np.int64], half: int) -> Floats:
    """(k,) how far a stride leaves the pattern: the worst of stride, swing and stance time."""
    columns = (table.stride_time_s, table.swing_time_s, table.stance_time_s)
    distances = np.abs(np.stack([robust_distance(column[rows], half) for column in columns]))
    return np.max(distances, axis=0)


class _Marks(NamedTuple):
    """The strides of a bout, of either foot, in the order of their beginning: (k,) each."""

    from_s: Floats
    to_s: Floats
    side: npt.NDArray[np.int64]
    row: npt.NDArray[np.int64]
    distance: Floats


def mark_bout(
    tables: list[StrideTable], bout: int, settings: BoutSettings, *, by_timing: bool = True
) -> list[Turn]:
    """Mark the strides of one bout in the tables of its feet (in place); returns the turns found.

    Args:
        by_timing: whether turns are told from timing; not where motion tells them better.
    """
    parts: list[_Marks] = []
    for side, table in enumerate(tables):
        rows = np.flatnonzero(table.bout == bout)
        if len(rows) == 0:
            continue
        _mark_ends(table, rows, settings.edge_strides)
        distance = _pattern_distance(table, rows, settings.running_strides)
        sides = np.full(len(rows), side)
        parts.append(
            _Marks(table.initial_contact_s[rows], table.next_initial_contact_s[rows], sides, rows, distance)
        )
    if not parts:
        return []
    marks = _in_order(parts)
    odd = marks.distance > settings.outlier_mads
    turns = _turns(marks, odd, settings) if by_timing else []
    turning = _overlap(marks, turns)
    typical = [float(np.median(table.stride_time_s)) if len(table) else np.nan for table in tables]
    for at in np.flatnonzero(odd | turning).tolist():
        side, row = int(marks.side[at]), int(marks.row[at])
        reason = tables[side].reason
        if turning[at]:
            reason[row] |= Reason.TURN
        if odd[at]:
            single = _single(float(tables[side].stride_time_s[row]) / typical[side])
            if single is Reason.STUMBLE or not reason[row]:
                reason[row] |= single
    return turns


def _in_order(parts: list[_Marks]) -> _Marks:
    """The strides of both feet by their beginning, those of the left foot first."""
    from_s, to_s = (
        np.concatenate([part.from_s for part in parts]),
        np.concatenate([part.to_s for part in parts]),
    )
    side, row = np.concatenate([part.side for part in parts]), np.concatenate([part.row for part in parts])
    distance = np.concatenate([part.distance for part in parts])
    order = np.lexsort((row, side, to_s, from_s))
    return _Marks(from_s[order], to_s[order], side[order], row[order], distance[order])


def _overlap(marks: _Marks, turns: list[Turn]) -> npt.NDArray[np.bool_]:
    """Which strides lie in a turn, at least in part."""
    begun = np.searchsorted(np.array([turn.from_s for turn in turns]), marks.to_s, side="left")
    over = np.searchsorted(np.array([turn.to_s for turn in turns]), marks.from_s, side="right")
    return begun > over


def _single(ratio: float) -> Reason:
    """An odd stride on its own, by its length over the usual one: a missed contact shows, else an outlier."""
    return Reason.STUMBLE if ratio > LONG_STRIDE_RATIO or ratio < SHORT_STRIDE_RATIO else Reason.OUTLIER


def _mark_ends(table: StrideTable, rows: npt.NDArray[np.int64], edge: int) -> None:
    """First and last strides of a bout; a bout too short to spare them keeps its middle."""
    spare = min(edge, max(0, (len(rows) - 1) // 2))
    if spare:
        table.reason[rows[:spare]] |= Reason.START
        table.reason[rows[-spare:]] |= Reason.STOP


def _turns(marks: _Marks, odd: npt.NDArray[np.bool_], settings: BoutSettings) -> list[Turn]:
    """Runs in which most of `turn_strides` strides of both feet in a row are odd, away from the bout's
    ends."""
    width = settings.turn_strides
    if len(odd) < TURN_WIDTHS * width:
        return []
    dense = np.convolve(odd, np.ones(width), mode="same") >= settings.turn_odd
    turns: list[Turn] = []
    for index in np.flatnonzero(dense & odd):
        start, stop = float(marks.from_s[index]), float(marks.to_s[index])
        if turns and start <= turns[-1].to_s + 1.0:
            turns[-1] = Turn(turns[-1].from_s, max(stop, turns[-1].to_s))
        else:
            turns.append(Turn(start, stop))
    return turns
