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


class _Second(NamedTuple):
    """What one second shows.

    Attributes:
        worn: the feet bear something.
        standing: they bear the body, and steadily.
        left_share: of what both bear; NaN where it is nothing.
        relieved: left and right, whether the foot bears next to nothing.
        walked: left and right, whether the foot came down or left the ground.
    """

    worn: bool
    standing: bool
    left_share: float
    relieved: tuple[bool, bool]
    walked: tuple[bool, bool]


def _seconds(left: F64, right: F64) -> list[_Second]:
    """Of loads (k, rows) of both feet in body weights."""
    both = left + right
    mean, steady = both.mean(axis=1), both.max(axis=1) - both.min(axis=1) < STEADY_RANGE_SHARE
    means, lows, highs = ([of(foot, axis=1) for foot in (left, right)] for of in (np.mean, np.min, np.max))
    swing = np.minimum(highs[0] - lows[0], highs[1] - lows[1])
    standing = (mean > STANDING_SHARE) & steady & (swing < STEADY_SWING_SHARE)
    share = np.divide(means[0], mean, out=np.full(len(mean), NAN), where=mean > 0)
    relieved = zip(*((one < RELIEF_SHARE).tolist() for one in means), strict=True)
    walked = [
        ((low < STEP_LOW_SHARE) & (high > STEP_HIGH_SHARE)).tolist()
        for low, high in zip(lows, highs, strict=True)
    ]
    columns = (
        (mean > WORN_SHARE).tolist(),
        standing.tolist(),
        share.tolist(),
        relieved,
        zip(*walked, strict=True),
    )
    return [_Second(*row) for row in zip(*columns, strict=True)]


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
        return [self._take(one) for one in _seconds(a, b)]

    def _take(self, seen: _Second) -> Observation:
        self._not_worn_s = 0 if seen.worn else self._not_worn_s + 1
        self._stand(seen.standing, seen.left_share)
        for i in range(2):
            self._relief_s[i] = self._relief_s[i] + 1 if seen.relieved[i] else 0
            eased = self._relief_s[i] >= RELIEF_S or seen.walked[i]
            self._loaded_s[i] = 0 if eased else self._loaded_s[i] + 1
        self._second += 1
        if self._second % ONE_SIDED_EVERY_S == 0 and self._stood:
            self._one_sided_pct = self._one_sided()
            self._stood = False
        return Observation(
            self._start_s + self._second,
            None,
            {
                "worn": 1.0 if seen.worn else 0.0,
                "not_worn_s": float(self._not_worn_s),
                "standing_s": float(self._standing_s),
                "still_s": float(self._still_s),
                "loaded_s": float(max(self._loaded_s)),
                "one_sided_pct": self._one_sided_pct if seen.standing else 0.0,
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
