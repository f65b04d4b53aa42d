"""Means, minima and maxima over spans of a clock, while samples come in. Compiled."""

import numpy as np

from plantigrade.compiled import compiled
from plantigrade.gait.signals import Floats


@compiled()
def end_of_epoch(
    t: Floats, i: int, stop: int, origin: float, length_s: float, number: float, likely: int
) -> int:
    """Row behind the last from row i on that lies in the same epoch: times rise, so only rows near its end
    are looked at. `likely` is how many there may be."""
    end = max(i + 1, min(i + likely, stop))
    while end > i + 1 and np.floor((t[end - 1] - origin) / length_s) != number:
        end -= 1
    while end < stop and np.floor((t[end] - origin) / length_s) == number:
        end += 1
    return end


@compiled()
def epochs(
    t: Floats, total: Floats, start: int, stop: int, state: Floats, length_s: float, out: Floats
) -> int:
    """Mean, minimum and maximum of the total over epochs of `length_s` counted from the first sample.

    Args:
        start, stop: new rows; times rise.
        state: (7,) origin, epoch number, sum, count, minimum, maximum, begun (0 or 1); changed.
        out: (m, 5) rows number, mean, minimum, maximum, count of the epochs that ended.
    """
    closed = 0
    i = start
    likely = 1
    while i < stop:
        if state[6] == 0.0:
            state[6] = 1.0
            state[0] = t[i]
        number = np.floor((t[i] - state[0]) / length_s)
        if number != state[1]:
            if state[3] > 0:
                close_epoch(state, out[closed])
                closed += 1
            state[1] = number
            state[2] = 0.0
            state[3] = 0.0
        end = end_of_epoch(t, i, stop, state[0], length_s, number, likely)
        _add_rows(total, i, end, state)
        likely = end - i
        i = end
    return closed


@compiled()
def _add_rows(total: Floats, start: int, stop: int, state: Floats) -> None:
    """Take rows into the epoch under way."""
    summed, count = state[2], state[3]
    lowest = state[4] if count > 0 else np.inf
    highest = state[5] if count > 0 else -np.inf
    for i in range(start, stop):
        v = total[i]
        if v == v:
            lowest = v if v < lowest else lowest
            highest = v if v > highest else highest
            summed += v
            count += 1.0
    state[2], state[3], state[4], state[5] = summed, count, lowest, highest


@compiled()
def close_epoch(state: Floats, out: Floats) -> None:
    """Write the epoch under way to one row of `epochs`' output."""
    out[0] = state[1]
    out[1] = state[2] / state[3]
    out[2] = state[4]
    out[3] = state[5]
    out[4] = state[3]


@compiled()
def means(t: Floats, total: Floats, state: Floats, length_s: float, out: Floats) -> int:
    """Mean of the total over spans of `length_s` of the clock; as `epochs`, without its extremes.

    Args:
        t, total: (n,) new samples; times rise, NaN is a missing total.
        state: (3,) number of the span under way, sum, count; changed.
        out: (m, 2) number and mean of the spans that ended, in which a total was a number.

    Returns:
        Rows of `out` filled.
    """
    number, summed, count = state[0], state[1], state[2]
    closed = 0
    i = 0
    likely = 1
    while i < len(t):
        found = np.floor(t[i] / length_s)
        if found != number:
            if count > 0:
                out[closed, 0] = number
                out[closed, 1] = summed / count
                closed += 1
            number, summed, count = found, 0.0, 0.0
        end = end_of_epoch(t, i, len(t), 0.0, length_s, number, likely)
        for row in range(i, end):
            v = total[row]
            if v == v:
                summed += v
                count += 1.0
        likely = end - i
        i = end
    state[0], state[1], state[2] = number, summed, count
    return closed
