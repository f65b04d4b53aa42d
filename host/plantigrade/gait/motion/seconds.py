"""What a foot does in each second, as its motion alone tells it: how it lies, whether it rests, whether it is
shaken."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plantigrade.gait.motion import stretch_kernel
from plantigrade.gait.motion.settings import (
    LONGEST_BUMP_S,
    REST_ACC_SD_M_S2,
    SAME_TILT_M_S2,
    SHAKEN_M_S2,
    SWIFT_DEG_S,
    TRACE_BIN_S,
    UNMOVED_DEG_S,
    UNMOVED_M_S2,
)
from plantigrade.gait.motion.trace import Tenths
from plantigrade.gait.signals import Floats

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Seconds:
    """Seconds of a recording, (m,) each; what holds for none of them is False where the motion is not known.

    Attributes:
        known: every tenth of the second is there.
        gravity: (m, 3) mean acceleration in m/s2, NaN where it is not known.
        calm: it shows gravity: nothing shakes the foot.
        unmoved: no more than a sensor's noise, or a jolt after which the foot lies as before.
        shaken: moved as in somebody's hand or bag.
        swift: the foot tips as fast as in a swing.
    """

    known: Flags
    gravity: Floats
    calm: Flags
    unmoved: Flags
    shaken: Flags
    swift: Flags

    def tilt_cos(self, up: Floats) -> Floats:
        """(m,) cosine of the angle between gravity and the direction `up` (3,) of the flat foot."""
        length = np.linalg.norm(self.gravity, axis=1) * float(np.linalg.norm(up))
        with np.errstate(invalid="ignore"):
            return (self.gravity @ up) / length


def seconds_of(tenths: Tenths, from_s: float, count: int) -> Seconds:
    """Seconds from `from_s` on, of a trace whose own seconds are those of the common clock: each counts where
    its middle lies."""
    per_second = round(1.0 / TRACE_BIN_S)
    known, swift, gravity = np.zeros(count, np.bool_), np.zeros(count, np.bool_), np.full((count, 3), np.nan)
    swing, turning = np.full(count, np.nan), np.full(count, np.nan)
    rows = tenths.stretches(per_second, per_second)
    places = np.floor(tenths.numbers[rows] * TRACE_BIN_S + 0.5 - from_s).astype(np.int64)
    inside = (places >= 0) & (places < count)
    rows, places = rows[inside], places[inside]
    means, (own_swing, own_turning, fastest) = np.empty((len(rows), 3)), np.empty((3, len(rows)))
    stretch_kernel.moments(tenths.values, rows, per_second, means, own_swing, own_turning, fastest)
    known[places], gravity[places] = True, means
    swing[places], turning[places], swift[places] = own_swing, own_turning, fastest >= SWIFT_DEG_S
    with np.errstate(invalid="ignore"):
        quiet = known & (swing < UNMOVED_M_S2) & (turning < UNMOVED_DEG_S)
        calm, shaken = known & (swing < REST_ACC_SD_M_S2), known & (swing >= SHAKEN_M_S2)
    return Seconds(known, gravity, calm, _without_bumps(quiet, known, gravity), shaken, swift)


def _without_bumps(quiet: Flags, known: Flags, gravity: Floats) -> Flags:
    """Quiet seconds in which the foot lies as before, and jolts between two of them."""
    unmoved = quiet.copy()
    places = np.flatnonzero(quiet)
    if len(places) < 2:
        return unmoved
    change = np.linalg.norm(np.diff(gravity[places], axis=0), axis=1)
    apart = np.diff(places)
    same = change < SAME_TILT_M_S2
    unmoved[places[1:][(apart == 1) & ~same]] = False
    jolts = np.flatnonzero((apart > 1) & (apart <= LONGEST_BUMP_S + 1) & same)
    for second in range(1, LONGEST_BUMP_S + 1):
        inside = places[jolts[apart[jolts] > second]] + second
        unmoved[inside] = known[inside]
    return unmoved
