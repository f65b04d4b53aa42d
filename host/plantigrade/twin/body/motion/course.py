"""Where a virtual walker walks: straight on unless turns, slopes or stairs are said."""

from dataclasses import dataclass

import numpy as np

from plantigrade.array_types import F64
from plantigrade.twin.body.motion import settings as size


@dataclass(frozen=True)
class Turn:
    """A change of the walking direction.

    Attributes:
        from_s: when it begins.
        angle_deg: to the left positive.
        seconds: how long it takes.
    """

    from_s: float
    angle_deg: float
    seconds: float = 2.6


@dataclass(frozen=True)
class Slope:
    """A stretch on a ramp; the feet lie along it.

    Attributes:
        from_s, until_s: footprints that are made in this time.
        rise_pct: height over horizontal distance in per cent, downhill negative.
    """

    from_s: float
    until_s: float
    rise_pct: float


@dataclass(frozen=True)
class Stairs:
    """A flight of stairs; the feet lie level.

    Attributes:
        from_s, until_s: footprints that are made in this time.
        rise_m: height of a stair, downstairs negative.
        tread_m: its depth.
        both_feet: step by step, so that the second foot comes beside the first on each stair; else a foot on
            each stair.
    """

    from_s: float
    until_s: float
    rise_m: float = 0.17
    tread_m: float = 0.29
    both_feet: bool = False


@dataclass(frozen=True)
class Course:
    """Turns and heights in their order; the default is level and straight."""

    turns: tuple[Turn, ...] = ()
    heights: tuple[Slope | Stairs, ...] = ()

    def heading_deg(self, time_s: F64) -> F64:
        """Walking direction (n,) at these times, 0 at first, to the left positive."""
        heading = np.zeros(len(time_s))
        for turn in self.turns:
            share = np.clip((time_s - turn.from_s) / turn.seconds, 0.0, 1.0)
            heading += turn.angle_deg * share**2 * (3.0 - 2.0 * share)
        return heading

    def advances(self, time_s: F64, usual_m: F64) -> tuple[F64, F64, F64]:
        """What each step covers: its length on the ground, its rise in m and the slope of its footprint in
        degrees, each (n,), for contacts at `time_s` whose lengths would be `usual_m` on level ground."""
        length = usual_m.copy()
        for turn in self.turns:
            inside = (time_s > turn.from_s) & (time_s < turn.from_s + turn.seconds)
            sharpness = min(1.0, abs(turn.angle_deg) / turn.seconds / size.TURN_FULL_DEG_PER_S)
            length[inside] *= 1.0 - (1.0 - size.TURN_STEP) * sharpness
        rise, slope = np.zeros(len(time_s)), np.zeros(len(time_s))
        for part in self.heights:
            inside = (time_s >= part.from_s) & (time_s < part.until_s)
            if isinstance(part, Slope):
                rise[inside] = part.rise_pct / 100.0 * length[inside]
                slope[inside] = np.degrees(np.arctan(part.rise_pct / 100.0))
            else:
                leads = np.flatnonzero(inside)[:: 2 if part.both_feet else 1]
                length[inside] = 0.0
                rise[leads], length[leads] = part.rise_m, part.tread_m
        return length, rise, slope


STRAIGHT = Course()


def there_and_back(seconds: float, leg_s: float = 20.0, turn_s: float = 2.6) -> Course:
    """Up and down a corridor: half turns, left and right by turns, each `leg_s` from begin to begin.

    >>> there_and_back(70).turns[0]
    Turn(from_s=20.0, angle_deg=180.0, seconds=2.6)
    """
    begins = np.arange(leg_s, seconds - turn_s, leg_s)
    return Course(
        tuple(Turn(float(s), 180.0 if i % 2 == 0 else -180.0, turn_s) for i, s in enumerate(begins))
    )
