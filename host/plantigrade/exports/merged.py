"""Both feet on one rising time axis, without losing a sample of either."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.export_data import ExportError, ExportFoot
from plantigrade.exports.slots import MAX_ROWS

_PIECE: Final = 1 << 20


@dataclass(frozen=True, eq=False)
class Merged:
    """One time axis.

    Attributes:
        time_s: (r,) rising.
        rows: for each foot (n,) the row of each frame, -1 for frames without a time.
    """

    time_s: NDArray[np.float64]
    rows: tuple[NDArray[np.int32], ...]


def merge(feet: tuple[ExportFoot, ...], rate_hz: float) -> Merged:
    """Join the frames of the feet that fall into the same slot of the nominal rate.

    The row takes the slot's time. Where an insole's clock runs fast and two of its frames fall into one slot,
    the second takes a row of its own half a slot later, with that foot alone. Frames of several slots stand
    on the row of their first.

    Raises:
        ExportError: the recording spans more rows than can be meant.
    """
    keys = [_keys(foot, rate_hz) for foot in feet]
    every = np.concatenate([key[key >= 0] for key in keys])
    every.sort()
    axis = every[np.concatenate([[True], every[1:] != every[:-1]])] if len(every) else every
    del every
    for key in keys:
        for part in _parts(len(key)):
            key[part] = np.where(key[part] >= 0, np.searchsorted(axis, key[part]), -1)
    return Merged(axis / (2.0 * rate_hz), tuple(keys))


def _keys(foot: ExportFoot, rate_hz: float) -> NDArray[np.int32]:
    """(n,) twice the slot of each frame, and one more for the second in its slot; -1 without a time. Narrow
    and made in pieces, as a day has millions."""
    key = np.full(len(foot), -1, np.int32)
    before = -1.0
    for part in _parts(len(foot)):
        known = np.flatnonzero(np.isfinite(foot.time_s[part]))
        slot = np.rint(foot.time_s[part][known] * rate_hz)
        if not len(slot):
            continue
        if slot.max() > MAX_ROWS:
            raise ExportError(
                f"the {foot.foot} foot spans {slot.max():.0f} rows of equal distance, more than any reader "
                "opens; use csv or parquet"
            )
        key[part][known] = 2 * slot + (np.diff(slot, prepend=before) == 0)
        before = float(slot[-1])
    return key


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, count, _PIECE):
        yield slice(start, start + _PIECE)
