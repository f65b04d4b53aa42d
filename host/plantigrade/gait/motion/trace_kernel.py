"""Means of a motion sensor's values over tenths of a second, while its samples come in. Compiled."""

from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.compiled import compiled
from plantigrade.gait.epoch_kernel import end_of_epoch
from plantigrade.gait.motion.settings import TRACE_COLUMNS
from plantigrade.gait.signals import Floats, Forces

STATE: Final = 2 + TRACE_COLUMNS
"""Number of the tenth under way, samples in it, their sums."""


@compiled()
def tenths(
    time_s: Floats,
    acc: Forces,
    gyr: Forces,
    bin_s: float,
    fewest: float,
    state: Floats,
    numbers: npt.NDArray[np.int64],
    values: Forces,
) -> int:
    """Take samples; the tenths of a second that ended.

    Args:
        time_s, acc, gyr: (n,), (n, 3), (n, 3) new samples, all of them numbers; times rise.
        bin_s: length of a bin, counted from time 0.
        fewest: samples that make a mean.
        state: (STATE,) changed.
        numbers: (n + 1,) filled with the numbers of the bins.
        values: (n + 1, TRACE_COLUMNS) filled with their means.

    Returns:
        How many ended.
    """
    ended = 0
    number, count = state[0], state[1]
    x, y, z, pitch = state[2], state[3], state[4], state[5]
    i = 0
    likely = 1
    while i < len(time_s):
        now = np.floor(time_s[i] / bin_s)
        if now != number:
            if count >= fewest:
                numbers[ended] = int(number)
                values[ended, 0], values[ended, 1] = x / count, y / count
                values[ended, 2], values[ended, 3] = z / count, pitch / count
                ended += 1
            number, count = now, 0.0
            x, y, z, pitch = 0.0, 0.0, 0.0, 0.0
        end = end_of_epoch(time_s, i, len(time_s), 0.0, bin_s, number, likely)
        for row in range(i, end):
            x += acc[row, 0]
            y += acc[row, 1]
            z += acc[row, 2]
            pitch += gyr[row, 0]
        count += end - i
        likely = end - i
        i = end
    state[0], state[1] = number, count
    state[2], state[3], state[4], state[5] = x, y, z, pitch
    return ended
