"""Standing of the last half minute, by the same measures as a recording's."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from plantigrade.gait.balance import Standing, Sway, standing
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal
from plantigrade.service.live_frames.foot import LiveFoot
from plantigrade.service.live_frames.settings import FEET_APART_MM, RATE_HZ, SHORTEST_STANDING_S


@dataclass(frozen=True)
class Balance:
    """A span of quiet standing; None where it cannot be known.

    Attributes:
        seconds: of data behind it.
        sway_mm_per_s: mean velocity of the body's centre of pressure.
        side_mm, forward_mm: its range to the side, and forward and back.
        area_mm2: of the ellipse that holds 95 % of it.
        left_load_pct: share of the left foot.
        rear_load_pct: share behind half the insoles' length.
        notes: why something is not known.
    """

    seconds: float
    sway_mm_per_s: float | None = None
    side_mm: float | None = None
    forward_mm: float | None = None
    area_mm2: float | None = None
    left_load_pct: float | None = None
    rear_load_pct: float | None = None
    notes: tuple[str, ...] = ()


def balance_of(
    feet: Mapping[Foot, LiveFoot], shoe_size_eu: float | None, from_s: float, to_s: float
) -> Balance:
    """Balance between two times on the frames' clock.

    Args:
        feet: that are followed; the last 90 s of them are held.
        shoe_size_eu: of the wearer; without it nothing is known in millimetres.
        from_s, to_s: the span.
    """
    signals = {foot: _signal(foot, live, shoe_size_eu, from_s, to_s) for foot, live in feet.items()}
    known = {foot: signal for foot, signal in signals.items() if len(signal)}
    if not known:
        return Balance(0.0, notes=("nothing came from the insoles",))
    first_s = max(float(one.time_s[0]) for one in known.values())
    last_s = min(float(one.time_s[-1]) for one in known.values())
    seconds = max(0.0, last_s - first_s + 1.0 / RATE_HZ)
    if seconds < SHORTEST_STANDING_S:
        return Balance(seconds, notes=("too short",))
    return _balance(
        seconds,
        standing(
            known.get(Foot.LEFT),
            known.get(Foot.RIGHT),
            RATE_HZ,
            first_s,
            last_s,
            feet_apart_mm=FEET_APART_MM,
        ),
    )


def _signal(foot: Foot, live: LiveFoot, shoe_size_eu: float | None, from_s: float, to_s: float) -> FootSignal:
    times, forces = live.held()
    first, last = np.searchsorted(times, [from_s, to_s])
    return FootSignal(foot, times[first:last], forces[first:last], own_layout(shoe_size_eu))


def _balance(seconds: float, found: Standing) -> Balance:
    sway: Sway | None = found.both
    return Balance(
        seconds=seconds,
        sway_mm_per_s=None if sway is None else sway.mean_velocity_mm_per_s,
        side_mm=None if sway is None else sway.range_x_mm,
        forward_mm=None if sway is None else sway.range_y_mm,
        area_mm2=None if sway is None else sway.ellipse_area_mm2,
        left_load_pct=_known(found.left_load_pct),
        rear_load_pct=_known(found.rear_load_pct),
        notes=found.notes,
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
