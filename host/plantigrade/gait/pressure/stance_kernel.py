"""One pass over the samples of a stance, compiled: everything that pressure and the centre of pressure tell.

Kept apart from `stance` because compiled code has its own rules: plain arrays, plain loops. The order of the
results is `Value`.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final

import numpy as np

from plantigrade.compiled import compiled
from plantigrade.gait.parameters.pressure import (
    CONTACT_AREA,
    FTI,
    LOAD_SHARE,
    PEAK_PRESSURE,
    PTI,
    REGIONS,
    Regional,
)
from plantigrade.gait.pressure.stance_memory import Geometry, Rows, Work
from plantigrade.gait.settings import (
    CONTACT_KPA,
    COP_SHARE,
    CURVE_POINTS,
    FEWEST_STANCE_ROWS,
    LEVEL_FROM_S,
    LEVEL_TO_S,
    LONGEST_STEP_S,
    PHASE_SHARE,
)
from plantigrade.gait.signals import Floats, Forces

_compiled = compiled(error_model="numpy")
# Sums over sensors may be reordered so that they run in parallel lanes; the order is the same for every
# chunking.
_compiled_sums = compiled(error_model="numpy", fastmath={"reassoc", "contract", "nsz"})

_TOES: Final = REGIONS.index("toes")


class Value(IntEnum):
    """Place of each result in a row."""

    PEAK_PRESSURE = 0
    PEAK_PRESSURE_REGION = 1
    PTI = 5
    PTI_REGION = 6
    FTI_REGION = 10
    LOAD_SHARE_REGION = 14
    CONTACT_AREA = 18
    CONTACT_AREA_REGION = 19
    ML_HEEL = 23
    ML_FOREFOOT = 24
    FORCE_ARCH = 25
    REAR_LOAD = 26
    COP_START_Y = 27
    COP_END_Y = 28
    GAIT_LINE_LENGTH = 29
    GAIT_LINE_RANGE = 30
    GAIT_LINE_WIDTH = 31
    COP_MEAN_VELOCITY = 32
    COP_PEAK_VELOCITY = 33
    CPEI = 34
    FOOT_FLAT = 35
    HEEL_OFF = 36
    COP_MEAN_X = 37
    COP_MEAN_Y = 38
    MEDIAL_ARCH = 39


COUNT: Final = max(Value) + 1


def _of_regions(family: Regional, place: int) -> dict[str, int]:
    return {family.name(region): place + r for r, region in enumerate(REGIONS)}


COLUMNS: Final[Mapping[str, int]] = {
    "peak_pressure_kpa": Value.PEAK_PRESSURE,
    **_of_regions(PEAK_PRESSURE, Value.PEAK_PRESSURE_REGION),
    "pti_kpa_s": Value.PTI,
    **_of_regions(PTI, Value.PTI_REGION),
    **_of_regions(FTI, Value.FTI_REGION),
    **_of_regions(LOAD_SHARE, Value.LOAD_SHARE_REGION),
    "contact_area_cm2": Value.CONTACT_AREA,
    **_of_regions(CONTACT_AREA, Value.CONTACT_AREA_REGION),
    "ml_index_heel": Value.ML_HEEL,
    "ml_index_forefoot": Value.ML_FOREFOOT,
    "force_arch_index": Value.FORCE_ARCH,
    "rear_load_pct": Value.REAR_LOAD,
    "cop_start_y_pct": Value.COP_START_Y,
    "cop_end_y_pct": Value.COP_END_Y,
    "cop_mean_x_pct": Value.COP_MEAN_X,
    "cop_mean_y_pct": Value.COP_MEAN_Y,
    "gait_line_length_mm": Value.GAIT_LINE_LENGTH,
    "gait_line_range_mm": Value.GAIT_LINE_RANGE,
    "gait_line_range_pct": Value.GAIT_LINE_RANGE,
    "gait_line_width_mm": Value.GAIT_LINE_WIDTH,
    "gait_line_width_pct": Value.GAIT_LINE_WIDTH,
    "cop_mean_velocity_mm_per_s": Value.COP_MEAN_VELOCITY,
    "cop_peak_velocity_mm_per_s": Value.COP_PEAK_VELOCITY,
    "cpei_pct": Value.CPEI,
    "foot_flat_s": Value.FOOT_FLAT,
    "heel_off_s": Value.HEEL_OFF,
    "medial_arch_index": Value.MEDIAL_ARCH,
}
"""Parameter to its place in a row; two that differ in their unit share one."""


@_compiled
def stances(
    time_s: Floats,
    force_n: Forces,
    starts: Rows,
    stops: Rows,
    geometry: Geometry,
    out: Floats,
    curves: Floats,
    peaks: Floats,
    impulses: Floats,
) -> None:
    """Fill one row of each output for each stance.

    Args:
        time_s: (n,) seconds.
        force_n: (n, S) newtons; the rows before a stance tell the unloaded level of its sensors.
        starts, stops: (k,) first row of each stance and the row after its last.
        geometry: of the insole.
        out: (k, COUNT) results; left as it is where a stance does not allow one.
        curves: (k, 2, CURVE_POINTS) centre of pressure over 0 to 100 % of the stance; left as it is at too
        small a force.
        peaks: (k, S) greatest force of each sensor as measured, in the order of the samples.
        impulses: (k, S) force-time integral of each sensor above its unloaded level, in that order.
    """
    sensors = force_n.shape[1]
    longest = (stops - starts).max()
    work = Work(
        np.zeros(sensors),
        np.zeros(sensors),
        np.zeros((5, longest)),
        np.zeros(sensors),
        np.zeros(sensors),
        np.zeros(5),
    )
    for k in range(starts.shape[0]):
        first, m = starts[k], stops[k] - starts[k]
        if m < FEWEST_STANCE_ROWS:
            continue
        span = time_s[first : first + m]
        _levels(time_s, force_n, first, geometry.order, work.level)
        _samples(span, force_n[first : first + m], geometry, work)
        for s in range(sensors):
            peaks[k, geometry.order[s]] = work.peak[s]
            impulses[k, geometry.order[s]] = work.impulse[s]
        if not work.impulse.sum() > 0.0:
            continue
        total, cx, cy = work.series[0, :m], work.series[1, :m], work.series[2, :m]
        _loads(out[k], geometry, work.impulse)
        _pressures(out[k], geometry, work)
        _line(out[k], span, total, cx, cy, geometry.distal_y_mm, geometry.distal_width_mm)
        _phases(out[k], span, work.series[3, :m], work.series[4, :m])
        _curve(curves[k], span, total, cx, cy)


@_compiled
def _levels(time_s: Floats, force_n: Forces, first: int, order: Rows, level: Floats) -> None:
    """Mean of each sensor in late swing, 0.16 to 0.06 s before the stance: what the shoe presses without the
    foot.

    Zero at the beginning of a recording and after a gap, where no swing was seen.
    """
    level[:] = 0.0
    rows = 0
    i = first - 1
    while i >= 0 and time_s[first] - time_s[i] <= LEVEL_FROM_S:
        if time_s[i + 1] - time_s[i] > LONGEST_STEP_S:
            break
        if time_s[first] - time_s[i] >= LEVEL_TO_S:
            rows += 1
            for s in range(level.shape[0]):
                v = force_n[i, order[s]]
                level[s] += v if v > 0.0 else 0.0
        i -= 1
    if rows > 0:
        level[:] /= rows


@_compiled_sums
def _samples(time_s: Floats, force_n: Forces, geometry: Geometry, work: Work) -> None:
    """Go through one stance's samples once and fill `work`."""
    m, sensors = force_n.shape
    level, load, series, peak, impulse, pti = work
    order, borders, x_mm, y_mm, inverse = (
        geometry.order,
        geometry.borders,
        geometry.x_mm,
        geometry.y_mm,
        geometry.inverse,
    )
    parts = np.zeros(4)
    peak[:] = 0.0
    impulse[:] = 0.0
    pti[:] = 0.0
    for i in range(m):
        dt = time_s[i + 1] - time_s[i] if i + 1 < m else time_s[i] - time_s[i - 1]
        f = 0.0
        fx = 0.0
        fy = 0.0
        top = 0.0
        for s in range(sensors):
            raw = force_n[i, order[s]]
            peak[s] = raw if raw > peak[s] else peak[s]
            v = raw - level[s]
            load[s] = v if v > 0.0 else 0.0
        for r in range(4):
            part = 0.0
            highest = 0.0
            for s in range(borders[r], borders[r + 1]):
                v = load[s]
                part += v
                fx += v * x_mm[s]
                fy += v * y_mm[s]
                p = force_n[i, order[s]] * inverse[s]
                highest = p if p > highest else highest
                impulse[s] += v * dt
            parts[r] = part
            f += part
            pti[r] += highest * dt
            top = max(top, highest)
        pti[4] += top * dt
        inverse_f = 1.0 / f if f > 0.0 else 0.0
        series[0, i] = f
        series[1, i] = fx * inverse_f
        series[2, i] = fy * inverse_f
        series[3, i] = parts[0]
        series[4, i] = parts[2]


@_compiled
def _loads(row: Floats, geometry: Geometry, impulse: Floats) -> None:
    """Where the impulse goes: regions, rear, sides, midfoot over toeless foot."""
    total = impulse.sum()
    behind = 0.0
    medial_midfoot = 0.0
    medial_toeless = 0.0
    for r in range(4):
        part = 0.0
        inner = 0.0
        for s in range(geometry.borders[r], geometry.borders[r + 1]):
            part += impulse[s]
            inner += impulse[s] * geometry.medial[s]
            behind += impulse[s] * geometry.rear[s]
        row[10 + r] = part
        row[14 + r] = 100.0 * part / total
        if r < _TOES:
            medial_toeless += inner
        if r == 1:
            medial_midfoot = inner
        if r in (0, 2) and part > 0.0:
            row[23 + r // 2] = (2.0 * inner - part) / part
    toeless = row[10] + row[11] + row[12]
    if toeless > 0.0:
        row[25] = row[11] / toeless
    if medial_toeless > 0.0:
        row[39] = medial_midfoot / medial_toeless
    row[26] = 100.0 * behind / total


@_compiled
def _pressures(row: Floats, geometry: Geometry, work: Work) -> None:
    """Peak pressure, pressure-time integral and contact area, as measured."""
    row[0] = 0.0
    row[5] = work.pti[4]
    row[18:23] = 0.0
    for r in range(4):
        row[1 + r] = 0.0
        row[6 + r] = work.pti[r]
        for s in range(geometry.borders[r], geometry.borders[r + 1]):
            pressure = work.peak[s] * geometry.inverse[s]
            row[1 + r] = max(row[1 + r], pressure)
            if pressure >= CONTACT_KPA:
                row[18] += geometry.area_cm2[s]
                row[19 + r] += geometry.area_cm2[s]
        row[0] = max(row[0], row[1 + r])


@_compiled
def _line(
    row: Floats, time_s: Floats, total: Floats, cx: Floats, cy: Floats, distal_y: float, distal_width: float
) -> None:
    """The gait line: the way of the centre of pressure while the foot carries more than 5 % of the stance's
    peak.
    """
    level = COP_SHARE * total.max()
    first = -1
    last = -1
    for i in range(total.shape[0]):
        if total[i] >= level:
            if first < 0:
                first = i
            last = i
    if last - first < 2:
        return
    length = 0.0
    fastest = 0.0
    weight = 0.0
    sum_x = 0.0
    sum_y = 0.0
    low_x, high_x = cx[first], cx[first]
    low_y, high_y = cy[first], cy[first]
    previous = first
    for i in range(first, last + 1):
        if total[i] < level:
            continue
        weight += total[i]
        sum_x += total[i] * cx[i]
        sum_y += total[i] * cy[i]
        low_x, high_x = min(low_x, cx[i]), max(high_x, cx[i])
        low_y, high_y = min(low_y, cy[i]), max(high_y, cy[i])
        if i > previous:
            step = np.sqrt((cx[i] - cx[previous]) ** 2 + (cy[i] - cy[previous]) ** 2)
            length += step
            fastest = max(fastest, step / (time_s[i] - time_s[previous]))
            previous = i
    row[27] = cy[first]
    row[28] = cy[last]
    row[29] = length
    row[30] = high_y - low_y
    row[31] = high_x - low_x
    row[32] = length / (time_s[last] - time_s[first])
    row[33] = fastest
    row[34] = _cpei(cx, cy, total, level, first, last, distal_y, distal_width)
    row[37] = sum_x / weight
    row[38] = sum_y / weight


@_compiled
def _cpei(
    cx: Floats, cy: Floats, total: Floats, level: float, first: int, last: int, distal_y: float, width: float
) -> float:
    """Distance of the line from its chord where it enters the distal third, in % of the width there.

    Positive when the line runs lateral of the chord, as in a foot that does not over-pronate (Song et al.
    1996).
    """
    dx = cx[last] - cx[first]
    dy = cy[last] - cy[first]
    chord = np.sqrt(dx * dx + dy * dy)
    if not (cy[first] < distal_y < cy[last] and width > 0.0):
        return np.nan
    previous = first
    for i in range(first + 1, last + 1):
        if total[i] < level:
            continue
        if cy[i] >= distal_y:
            share = (distal_y - cy[previous]) / (cy[i] - cy[previous])
            x = cx[previous] + share * (cx[i] - cx[previous])
            # Cross product of chord and point: distance to the right of the way towards the toes, which is
            # lateral.
            return 100.0 * ((x - cx[first]) * dy - (distal_y - cy[first]) * dx) / chord / width
        previous = i
    return np.nan


@_compiled
def _phases(row: Floats, time_s: Floats, heel: Floats, fore: Floats) -> None:
    """Foot flat and heel off, seconds after the first sample: each region counts from 10 % of its own
    peak.
    """
    heel_level = PHASE_SHARE * heel.max()
    fore_level = PHASE_SHARE * fore.max()
    if not (heel_level > 0.0 and fore_level > 0.0):
        return
    n = heel.shape[0]
    fore_on = -1
    heel_on = -1
    heel_off = -1
    for i in range(n):
        if fore_on < 0 and fore[i] >= fore_level:
            fore_on = i
        if heel[i] >= heel_level:
            if heel_on < 0:
                heel_on = i
            heel_off = i
    row[35] = time_s[max(fore_on, heel_on)] - time_s[0]
    if heel_off + 1 < n:
        high = heel[heel_off] - heel_level
        fall = heel[heel_off] - heel[heel_off + 1]
        row[36] = time_s[heel_off] - time_s[0] + (time_s[heel_off + 1] - time_s[heel_off]) * high / fall


@_compiled
def _curve(curve: Floats, time_s: Floats, total: Floats, cx: Floats, cy: Floats) -> None:
    """Centre of pressure at 0, 1, ... 100 % of the stance, linear between samples that carry load."""
    level = COP_SHARE * total.max()
    n = total.shape[0]
    span = time_s[n - 1] - time_s[0]
    i = 0
    for p in range(CURVE_POINTS):
        t = time_s[0] + span * p / (CURVE_POINTS - 1)
        while i < n - 2 and time_s[i + 1] < t:
            i += 1
        if total[i] < level or total[i + 1] < level:
            continue
        share = (t - time_s[i]) / (time_s[i + 1] - time_s[i])
        curve[0, p] = cx[i] + share * (cx[i + 1] - cx[i])
        curve[1, p] = cy[i] + share * (cy[i + 1] - cy[i])
