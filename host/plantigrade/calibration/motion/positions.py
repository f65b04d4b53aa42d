"""Finds in a signal where an insole lay still, and which way up."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.array_types import F64
from plantigrade.calibration.motion import settings as numbers
from plantigrade.gait.signals import NEWTONS_PER_KG


class Position(Enum):
    """Which way up: (axis, sense) of the insole's axis that points upwards."""

    SOLE_DOWN = (2, 1)
    SOLE_UP = (2, -1)
    TOES_UP = (1, 1)
    HEEL_UP = (1, -1)
    RIGHT_EDGE_UP = (0, 1)
    LEFT_EDGE_UP = (0, -1)

    @property
    def text(self) -> str:
        """As people say it."""
        return _TEXTS[self]


_TEXTS: Final[Mapping[Position, str]] = {
    Position.SOLE_DOWN: "flat, as on the foot",
    Position.SOLE_UP: "upside down",
    Position.TOES_UP: "on its heel, toes up",
    Position.HEEL_UP: "on its toes, heel up",
    Position.RIGHT_EDGE_UP: "on its left edge, right edge up",
    Position.LEFT_EDGE_UP: "on its right edge, left edge up",
}


@dataclass(frozen=True, eq=False)
class Rest:
    """A span in which the insole lay still.

    Attributes:
        from_row, until_row: of the signal.
        acc_m_s2, gyr_deg_s: (3,) means.
        gyr_sd_deg_s: standard error of the mean rate, the largest of the axes.
        position: None where no axis points up.
    """

    from_row: int
    until_row: int
    acc_m_s2: F64
    gyr_deg_s: F64
    gyr_sd_deg_s: float
    position: Position | None


def rests(acc_m_s2: F64, gyr_deg_s: F64, rate_hz: float, least_s: float = numbers.HOLD_S) -> list[Rest]:
    """Spans of at least `least_s` without motion, in order; rows that are missing (NaN) end a span.

    A turn from one position to another always ends one, however slowly it is made.
    """
    window = max(round(numbers.LOOK_S * rate_hz), 2)
    count = len(acc_m_s2) // window
    acc, gyr = (
        values[: count * window].reshape(count, window, numbers.AXES) for values in (acc_m_s2, gyr_deg_s)
    )
    still: NDArray[np.bool_] = (acc.std(axis=1) < numbers.STILL_ACC_M_S2).all(axis=1)
    still &= (gyr.std(axis=1) < numbers.STILL_GYR_DEG_S).all(axis=1)
    found: list[Rest] = []
    begin = 0
    while begin < count:
        end = begin
        while end < count and still[end] and _near(acc[begin], acc[end]):
            end += 1
        if (end - begin) * window >= least_s * rate_hz:
            found.append(_rest(acc_m_s2, gyr_deg_s, begin * window, end * window))
        begin = max(end, begin + 1)
    return found


def _near(one: F64, other: F64) -> bool:
    return float(np.abs(one.mean(axis=0) - other.mean(axis=0)).max()) < numbers.SAME_POSITION_M_S2


def _rest(acc_m_s2: F64, gyr_deg_s: F64, begin: int, end: int) -> Rest:
    acc, gyr = acc_m_s2[begin:end], gyr_deg_s[begin:end]
    mean: F64 = acc.mean(axis=0)
    axis = int(np.abs(mean).argmax())
    upright = abs(mean[axis]) >= numbers.ON_AXIS * float(np.linalg.norm(mean))
    position = Position((axis, 1 if mean[axis] > 0 else -1)) if upright else None
    error = float(gyr.std(axis=0).max()) / np.sqrt(end - begin)
    return Rest(begin, end, mean, gyr.mean(axis=0), error, position)


def plausible_gravity(rest: Rest) -> bool:
    """Whether what is felt at rest can be gravity at all: within bias and scale."""
    size = float(np.linalg.norm(rest.acc_m_s2))
    return abs(size - NEWTONS_PER_KG) < numbers.LARGEST_BIAS_M_S2 + numbers.LARGEST_SCALE * NEWTONS_PER_KG
