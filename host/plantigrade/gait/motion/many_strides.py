"""Strides of one foot in one compiled call: their still spans, then their motion."""

import numpy as np

from plantigrade.compiled import compiled
from plantigrade.gait.motion.settings import (
    FEWEST_ROWS,
    LONGEST_BRIDGE_S,
    MOVING_DEG_S,
    SHORTEST_STANCE_S,
    STANCE_REACH_S,
    STILL_FROM_SHARE,
    STILL_TO_SHARE,
)
from plantigrade.gait.motion.still_kernel import energies, still_rows
from plantigrade.gait.motion.stride_kernel import stride
from plantigrade.gait.motion.values import Flag, Value
from plantigrade.gait.signals import Floats, Forces

_LOST, _EDGE, _SHORT, _MOVING = int(Flag.LOST), int(Flag.EDGE), int(Flag.SHORT_STANCE), int(Flag.MOVING)
_FLAGS, _STILL_RATE = int(Value.FLAGS), int(Value.STILL_RATE)


@compiled()
def stance_part(begin_s: float, end_s: float, last: bool) -> tuple[float, float]:
    """When a foot may be still in a stance, seconds: of a long one only what is next to the swing.

    Args:
        begin_s, end_s: of the stance.
        last: the swing follows; else it comes before.
    """
    length = end_s - begin_s
    near = min(length, STANCE_REACH_S)
    if last:
        return end_s - (1.0 - STILL_FROM_SHARE) * near, end_s - (1.0 - STILL_TO_SHARE) * near
    return begin_s + STILL_FROM_SHARE * near, begin_s + STILL_TO_SHARE * near


@compiled()
def is_unbroken(time_s: Floats, first: int, last: int) -> bool:
    """Whether no samples are missing between two rows that a straight line cannot stand for."""
    longest = 0.0
    for i in range(first + 1, last + 1):
        longest = max(longest, time_s[i] - time_s[i - 1])
    return longest <= LONGEST_BRIDGE_S


@compiled()
def _still(time_s: Floats, energy: Floats, span: tuple[float, float], rate_hz: float, out: Floats) -> bool:
    """out = first still row, row after the last, rate; False where there are too few samples."""
    first, last = np.searchsorted(time_s, span[0]), np.searchsorted(time_s, span[1])
    begin, end, rate = still_rows(energy, first, last, rate_hz)
    out[0], out[1], out[2] = begin, end, rate
    return end > begin


@compiled()
def take_off(acc: Floats, first: int, last: int, offset: float) -> float:
    """Take an offset off the axis that points upwards in the rows first to last - 1 (in place).

    Returns:
        Length of the mean acceleration in those rows before.
    """
    mean = np.zeros(3)
    for i in range(first, last):
        for k in range(3):
            mean[k] += acc[i, k] / (last - first)
    length = np.sqrt(mean[0] ** 2 + mean[1] ** 2 + mean[2] ** 2)
    x, y, z = offset * mean[0] / length, offset * mean[1] / length, offset * mean[2] / length
    for i in range(len(acc)):
        acc[i, 0] -= x
        acc[i, 1] -= y
        acc[i, 2] -= z
    return length


@compiled()
def all_strides(
    time_s: Floats,
    acc: Forces,
    gyr: Forces,
    spans: Floats,
    biases: Floats,
    offsets: Floats,
    heel: Floats,
    outer: float,
    rate_hz: float,
    out: Floats,
    means: Floats,
) -> None:
    """What is known of the motion of some strides.

    Args:
        time_s, acc, gyr: (n,), (n, 3), (n, 3) samples that are numbers; a step of time is a gap.
        spans: (k, 4) initial contact, final contact, next initial contact, end of the stance after it.
        biases: (k, 3) of the gyroscope.
        offsets: (k,) of what the length of gravity is off by, what turns with the foot, m/s2.
        heel: (3,) from the sensor to the heel, m.
        outer: 1 for a right foot, -1 for a left one.
        rate_hz: of sampling.
        out: (k, COLUMNS) filled.
        means: (k, 4) mean rate of rotation and length of the mean acceleration in the still span at the end,
            filled where there is one.
    """
    still = np.empty(6)
    for i in range(len(spans)):
        out[i, _FLAGS] = 0.0
        if spans[i, 1] - spans[i, 0] < SHORTEST_STANCE_S or spans[i, 3] - spans[i, 2] < SHORTEST_STANCE_S:
            out[i, _FLAGS] = _SHORT
            continue
        begin = max(
            int(np.searchsorted(time_s, float(max(spans[i, 0], spans[i, 1] - STANCE_REACH_S)))) - 1, 0
        )
        end = min(int(np.searchsorted(time_s, float(spans[i, 3]))) + 1, len(time_s))
        if end - begin < FEWEST_ROWS or time_s[begin] > spans[i, 1] or time_s[end - 1] < spans[i, 2]:
            out[i, _FLAGS] = _EDGE
            continue
        time = time_s[begin:end]
        own_acc, own_gyr = acc[begin:end].astype(np.float64), gyr[begin:end].astype(np.float64)
        energy = np.empty(len(time))
        energies(own_acc, own_gyr, biases[i], energy)
        before = stance_part(spans[i, 0], spans[i, 1], True)
        after = stance_part(spans[i, 2], spans[i, 3], False)
        found = _still(time, energy, before, rate_hz, still[:3]) and _still(
            time, energy, after, rate_hz, still[3:]
        )
        if not found:
            out[i, _FLAGS] = _LOST
            continue
        if not is_unbroken(time, int(still[0]), int(still[4]) - 1):
            out[i, _FLAGS] = _LOST
            continue
        for k in range(3):
            total = 0.0
            for j in range(int(still[3]), int(still[4])):
                total += own_gyr[j, k]
            means[i, k] = total / (still[4] - still[3])
        means[i, 3] = take_off(own_acc, int(still[3]), int(still[4]), offsets[i])
        stride(time, own_acc, own_gyr, biases[i], still, spans[i, 1:3], heel, outer, out[i])
        if out[i, _STILL_RATE] > MOVING_DEG_S:
            out[i, :] = np.nan
            means[i, :] = np.nan
            out[i, _FLAGS] = _MOVING
