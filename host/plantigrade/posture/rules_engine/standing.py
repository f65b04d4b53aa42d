"""What people do between walks, second by second: standing, shifting the weight, sitting, not wearing the
insoles.

One `Observation` a second with these values:

- `worn`: 1 or 0; `not_worn_s`: seconds without any load while the recording runs;
- `standing_s`: length of the present spell of standing; short walks of up to 10 s do not end it;
- `still_s`: time within it since the last weight transfer (more than 10 % of the load from foot to foot,
  held for 3 s) or step;
- `loaded_s`: the longest time that one foot has been loaded (above 15 % of body weight) without 2 s of
  relief;
- `one_sided_pct`: what the heavier foot has carried at least, for nine tenths of the last ten minutes spent
  standing, from six minutes on; 0 while not standing;
- `standing_left_pct`: the left foot's mean share over the same time, from one minute on.

The first of these, not the mean, tells standing on one leg: who shifts the weight widely now and then has a
mean off the middle for many minutes, from the few positions that these minutes hold, but does not stay there.

A large transfer is 30 % of body weight in the literature, a small one 10 to 29 %; we count from 10 %.
"""

from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.posture.rules_engine.features import Observation
from plantigrade.posture.rules_engine.latest import Latest
from plantigrade.posture.settings import (
    ONE_SIDED_EVERY_S,
    ONE_SIDED_MIN_S,
    ONE_SIDED_QUANTILE,
    RELIEF_S,
    RELIEF_SHARE,
    SHORT_WALK_S,
    SIDE_FORGET_S,
    SIDE_MIN_S,
    SIDE_WINDOW_S,
    STANDING_SHARE,
    STEADY_RANGE_SHARE,
    STEADY_SWING_SHARE,
    STEP_HIGH_SHARE,
    STEP_LOW_SHARE,
    TRANSFER_HELD_S,
    TRANSFER_SHARE,
    WORN_SHARE,
)

NAN = float("nan")


class _Foot(NamedTuple):
    """One foot in one second, in body weights."""

    mean: float
    low: float
    high: float


def _figures(left: F64, right: F64) -> tuple[list[float], ...]:
    """Mean, lowest and highest of left, right and both for seconds (k, rows), as columns of numbers."""
    parts = (left, right, left + right)
    return tuple(
        column.tolist()
        for part in parts
        for column in (part.mean(axis=1), part.min(axis=1), part.max(axis=1))
    )


def _second(*figures: float) -> tuple[float, bool, float, tuple[_Foot, _Foot]]:
    """Mean of both feet, whether it was spent standing, mean of the left, and the feet."""
    left, right, both = _Foot(*figures[0:3]), _Foot(*figures[3:6]), _Foot(*figures[6:9])
    swing = min(left.high - left.low, right.high - right.low)
    steady = both.high - both.low < STEADY_RANGE_SHARE and swing < STEADY_SWING_SHARE
    return both.mean, both.mean > STANDING_SHARE and steady, left.mean, (left, right)


class StandingWatch:
    """Turns the feet's total forces into one observation a second.

    Args:
        rate_hz: rows per second of both feet, on one time base.
        body_weight_n: for the shares.
        start_s: time of the first row.
    """

    def __init__(self, rate_hz: float, body_weight_n: float, start_s: float = 0.0) -> None:
        self._rows = round(rate_hz)
        self._weight_n = body_weight_n
        self._start_s = start_s
        self._rest = (np.empty(0), np.empty(0))
        self._second = 0
        self._not_worn_s = 0
        self._standing_s = 0
        self._break_s = SHORT_WALK_S + 1
        self._still_s = 0
        self._held_share = NAN
        self._moved_s = 0
        self._loaded_s = [0, 0]
        self._relief_s = [0, 0]
        self._sides = Latest(SIDE_WINDOW_S)
        self._left_pct = NAN
        self._one_sided_pct = NAN
        self._stood = False

    def feed(self, left_n: NDArray[np.floating], right_n: NDArray[np.floating]) -> list[Observation]:
        """The next total forces (n,) of both feet; the seconds that they complete."""
        left = np.concatenate([self._rest[0], np.asarray(left_n, np.float64)])
        right = np.concatenate([self._rest[1], np.asarray(right_n, np.float64)])
        complete = min(len(left), len(right)) // self._rows
        used = complete * self._rows
        self._rest = (left[used:], right[used:])
        a = left[:used].reshape(complete, self._rows) / self._weight_n
        b = right[:used].reshape(complete, self._rows) / self._weight_n
        return [self._take(*_second(*row)) for row in zip(*_figures(a, b), strict=True)]

    def _take(self, mean: float, standing: bool, left_mean: float, feet: tuple[_Foot, _Foot]) -> Observation:
        worn = mean > WORN_SHARE
        self._not_worn_s = 0 if worn else self._not_worn_s + 1
        self._stand(standing, left_mean / mean if mean > 0 else NAN)
        for i, foot in enumerate(feet):
            self._relief_s[i] = self._relief_s[i] + 1 if foot.mean < RELIEF_SHARE else 0
            walked = foot.low < STEP_LOW_SHARE and foot.high > STEP_HIGH_SHARE
            self._loaded_s[i] = 0 if self._relief_s[i] >= RELIEF_S or walked else self._loaded_s[i] + 1
        self._second += 1
        if self._second % ONE_SIDED_EVERY_S == 0 and self._stood:
            self._one_sided_pct = self._one_sided()
            self._stood = False
        return Observation(
            self._start_s + self._second,
            None,
            {
                "worn": 1.0 if worn else 0.0,
                "not_worn_s": float(self._not_worn_s),
                "standing_s": float(self._standing_s),
                "still_s": float(self._still_s),
                "loaded_s": float(max(self._loaded_s)),
                "one_sided_pct": self._one_sided_pct if standing else 0.0,
                "standing_left_pct": self._left_pct,
            },
        )

    def _one_sided(self) -> float:
        """See `one_sided_pct` in the module's words."""
        if len(self._sides) < ONE_SIDED_MIN_S:
            return NAN
        low, high = np.quantile(self._sides.all, [ONE_SIDED_QUANTILE, 1.0 - ONE_SIDED_QUANTILE])
        return 100.0 * max(float(low), 1.0 - float(high))

    def _stand(self, standing: bool, left_share: float) -> None:
        if not standing:
            self._break_s += 1
            self._still_s = 0
            self._held_share = NAN
            self._standing_s = 0 if self._break_s > SHORT_WALK_S else self._standing_s + 1
            if self._break_s > SIDE_FORGET_S:
                self._sides.clear()
                self._left_pct = self._one_sided_pct = NAN
            return
        self._break_s = 0
        self._standing_s += 1
        self._still_s += 1
        self._sides.add(left_share)
        self._stood = True
        if len(self._sides) >= SIDE_MIN_S:
            self._left_pct = 100.0 * float(np.mean(self._sides.all))
        if isnan(self._held_share):
            self._held_share = left_share
        if abs(left_share - self._held_share) > TRANSFER_SHARE:
            self._moved_s += 1
            if self._moved_s >= TRANSFER_HELD_S:
                self._held_share, self._still_s, self._moved_s = left_share, 0, 0
        else:
            self._moved_s = 0
