"""Both feet on one rising time axis, without losing a sample of either."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.subject import FootData


@dataclass(frozen=True, eq=False)
class Merged:
    """One time axis.

    Attributes:
        time_s: (r,) rising.
        rows: for each foot (n,) the row of each frame, -1 for frames without a time.
    """

    time_s: NDArray[np.float64]
    rows: tuple[NDArray[np.int64], ...]


def merge(feet: tuple[FootData, ...], rate_hz: float) -> Merged:
    """Join the frames of the feet that fall into the same slot of the nominal rate.

    The row takes the slot's time. Where an insole's clock runs fast and two of its frames fall into one slot,
    the second takes a row of its own half a slot later, with that foot alone. Frames of several slots stand
    on the row of their first.
    """
    keys: list[NDArray[np.int64]] = []
    for foot in feet:
        key = np.full(len(foot), -1, np.int64)
        known = np.flatnonzero(np.isfinite(foot.time_s))
        slot = np.rint(foot.time_s[known] * rate_hz).astype(np.int64)
        twice = np.concatenate([[False], np.diff(slot) == 0]) if len(slot) else np.zeros(0, bool)
        key[known] = 2 * slot + twice
        keys.append(key)
    axis = np.unique(np.concatenate([key[key >= 0] for key in keys]))
    rows = tuple(np.where(key >= 0, np.searchsorted(axis, key), -1) for key in keys)
    return Merged(axis / (2.0 * rate_hz), rows)
