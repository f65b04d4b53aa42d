"""Both feet on one rising time axis, without losing a sample of either."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.slots import MAX_ROWS
from plantigrade.exports.subject import ExportError, FootData


@dataclass(frozen=True, eq=False)
class Merged:
    """One time axis.

    Attributes:
        time_s: (r,) rising.
        rows: for each foot (n,) the row of each frame, -1 for frames without a time.
    """

    time_s: NDArray[np.float64]
    rows: tuple[NDArray[np.int32], ...]


def merge(feet: tuple[FootData, ...], rate_hz: float) -> Merged:
    """Join the frames of the feet that fall into the same slot of the nominal rate.

    The row takes the slot's time. Where an insole's clock runs fast and two of its frames fall into one slot,
    the second takes a row of its own half a slot later, with that foot alone. Frames of several slots stand
    on the row of their first.

    Raises:
        ExportError: the recording spans more rows than can be meant.
    """
    keys = [_keys(foot, rate_hz) for foot in feet]
    axis = np.unique(np.concatenate([key[key >= 0] for key in keys]))
    rows = tuple(np.where(key >= 0, np.searchsorted(axis, key).astype(np.int32), -1) for key in keys)
    return Merged(axis / (2.0 * rate_hz), rows)


def _keys(foot: FootData, rate_hz: float) -> NDArray[np.int32]:
    """(n,) twice the slot of each frame, and one more for the second in its slot; -1 without a time. Narrow,
    as a day has millions."""
    known = np.isfinite(foot.time_s)
    slot = np.rint(foot.time_s[known] * rate_hz)
    if len(slot) and slot.max() > MAX_ROWS:
        raise ExportError(
            f"the {foot.foot} foot spans {slot.max():.0f} rows of equal distance, more than any reader "
            "opens; use csv or parquet"
        )
    key = np.full(len(foot), -1, np.int32)
    narrow = 2 * slot.astype(np.int32)
    narrow[1:] += np.diff(slot) == 0
    key[known] = narrow
    return key
