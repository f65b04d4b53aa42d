"""Figures of a walk from the motion of its strides: distance, speed, agreement of the feet, turns."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from plantigrade.gait.motion.settings import TURN_DEG, TURN_STRIDE_DEG
from plantigrade.gait.motion.values import Flag, Value
from plantigrade.gait.results import Parameter, Reason, StrideTable, Turn, figure
from plantigrade.gait.signals import Foot
from plantigrade.gait.summary import NO_MOTION, spread, symmetry_index

_NO_STRIDE: Final = "no stride in a walk whose motion is known"


def has_motion(tables: Sequence[StrideTable]) -> bool:
    """Whether any foot had a motion sensor."""
    sensors = [table.motion[:, Value.FLAGS] for table in tables if table.motion is not None and len(table)]
    return any(bool(np.any(flags != Flag.NO_SENSOR)) for flags in sensors)


def figures(tables: Mapping[Foot, StrideTable], bouts: int, cadence: float | None) -> dict[str, Parameter]:
    """Figures of the whole walk.

    Args:
        tables: strides of each foot, marked.
        bouts: how many walks there are.
        cadence: steps a minute.
    """
    speeds = np.concatenate([table.speed_m_per_s[table.valid] for table in tables.values()])
    lengths = np.concatenate([table.stride_length_m[table.valid] for table in tables.values()])
    found = {"walking_speed_m_per_s": spread(speeds, "m/s", NO_MOTION)}
    length = spread(lengths, "m", NO_MOTION)
    name = "walk_ratio_m_per_step_per_min"
    ratio = 0.5 * length.value / cadence if length.value is not None and cadence else None
    found[name] = figure(name, ratio, length.n, length.note)
    found["walking_distance_m"] = _distance(list(tables.values()), bouts)
    found["stride_length_left_right_pct"] = _agreement(tables)
    return found


def _distance(tables: Sequence[StrideTable], bouts: int) -> Parameter:
    """What the feet walked, each on its own, in the mean."""
    name = "walking_distance_m"
    if not has_motion(tables):
        return figure(name, None, note=NO_MOTION)
    total, known, filled = 0.0, 0, 0
    for bout in range(bouts):
        ways: list[float] = []
        for table in tables:
            lengths = table.stride_length_m[table.bout == bout]
            here = np.isfinite(lengths)
            if not here.any():
                continue
            ways.append(float(lengths[here].sum() + np.count_nonzero(~here) * np.median(lengths[here])))
            known += int(np.count_nonzero(here))
            filled += int(np.count_nonzero(~here))
        total += float(np.mean(ways)) if ways else 0.0
    if not known:
        return figure(name, None, note=_NO_STRIDE)
    note = f"{filled} of {known + filled} strides stand in with the walk's median" if filled else ""
    return figure(name, total, known, note)


def _agreement(tables: Mapping[Foot, StrideTable]) -> Parameter:
    """How far the feet disagree on the way that they went together."""
    name = "stride_length_left_right_pct"
    if len(tables) < len(Foot):
        return figure(name, None, note="needs both feet; one is missing")
    means: list[float] = []
    count = 0
    for foot in Foot:
        lengths = tables[foot].stride_length_m[tables[foot].valid]
        lengths = lengths[np.isfinite(lengths)]
        count += len(lengths)
        means.append(float(lengths.mean()) if len(lengths) else np.nan)
    value = symmetry_index(*means)
    return figure(name, value if np.isfinite(value) else None, count, "" if np.isfinite(value) else NO_MOTION)


def mark_turns(tables: Sequence[StrideTable], bout: int) -> list[Turn]:
    """Turns of one walk, from how the feet's heading changes; their strides are marked (in place)."""
    turns: list[Turn] = []
    run: list[tuple[int, int]] = []
    before = 0.0
    for side, row, angle in [*_turning_strides(tables, bout), (-1, -1, 0.0)]:
        turning = abs(angle) >= TURN_STRIDE_DEG
        if turning and (angle * before > 0 or not run):
            run.append((side, row))
        else:
            if run:
                turns += _turn(tables, run)
            run = [(side, row)] if turning else []
        before = angle
    return turns


def _turning_strides(tables: Sequence[StrideTable], bout: int) -> list[tuple[int, int, float]]:
    """Strides of one walk whose turning is known, of both feet in the order in which they begin: which of the
    tables, which row, and the angle."""
    columns = [table.turning_deg for table in tables]
    rows = [
        np.flatnonzero((table.bout == bout) & np.isfinite(column))
        for table, column in zip(tables, columns, strict=True)
    ]
    sides = np.repeat(np.arange(len(tables)), [len(own) for own in rows])
    begin = np.concatenate([table.initial_contact_s[own] for table, own in zip(tables, rows, strict=True)])
    angles = np.concatenate([column[own] for column, own in zip(columns, rows, strict=True)])
    order = np.argsort(begin, kind="stable")
    numbers = sides[order].tolist(), np.concatenate(rows)[order].tolist(), angles[order].tolist()
    return list(zip(*numbers, strict=True))


def _turn(tables: Sequence[StrideTable], run: list[tuple[int, int]]) -> list[Turn]:
    """One turn of strides in a row; none where they turn too little together."""
    feet = {side for side, _ in run}
    angle = sum(float(tables[side].turning_deg[row]) for side, row in run) / len(feet)
    if abs(angle) < TURN_DEG:
        return []
    for side, row in run:
        tables[side].reason[row] |= Reason.TURN
    begin = min(float(tables[side].final_contact_s[row]) for side, row in run)
    end = max(float(tables[side].next_initial_contact_s[row]) for side, row in run)
    return [Turn(begin, end, angle)]
