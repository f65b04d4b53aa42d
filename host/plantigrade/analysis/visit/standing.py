"""Quiet standing of a visit, with eyes open and closed."""

from collections.abc import Mapping
from dataclasses import dataclass

from plantigrade.analysis.visit.settings import END_S, SETTLE_S
from plantigrade.gait.balance import Romberg, Standing, Sway, romberg, standing
from plantigrade.gait.settings import MIN_LOAD_S
from plantigrade.gait.signals import Walk


def quiet_standing(walk: Walk) -> Standing | None:
    """Balance over a recording in which somebody stood quietly, without its first and last seconds.

    None where no foot has forces or too little is left.
    """
    feet = [foot for foot in walk.feet if foot.quantity == "force" and len(foot)]
    if not feet:
        return None
    from_s = max(float(foot.time_s[0]) for foot in feet)
    to_s = min(float(foot.time_s[-1]) for foot in feet)
    if to_s - from_s > 2 * SETTLE_S + MIN_LOAD_S:
        from_s, to_s = from_s + SETTLE_S, to_s - END_S
    if to_s - from_s < MIN_LOAD_S:
        return None
    left = walk.left if walk.left in feet else None
    right = walk.right if walk.right in feet else None
    return standing(left, right, walk.sample_rate_hz, from_s, to_s)


@dataclass(frozen=True)
class Closing:
    """Eyes closed over open, of the body where its sway is known, else of each insole.

    Attributes:
        of: "both", "left", "right" to the ratios.
    """

    of: Mapping[str, Romberg]


def closing(eyes_open: Standing | None, eyes_closed: Standing | None) -> Closing | None:
    """Ratios of sway; None where one of them was not done, or was too short for sway."""
    if eyes_open is None or eyes_closed is None:
        return None
    names = ("both",) if eyes_open.both is not None and eyes_closed.both is not None else ("left", "right")
    found: dict[str, Romberg] = {}
    for name in names:
        first: Sway | None = getattr(eyes_open, name)
        second: Sway | None = getattr(eyes_closed, name)
        if first is not None and second is not None and first.path_mm > 0 and first.ellipse_area_mm2 > 0:
            found[name] = romberg(first, second)
    return Closing(found) if found else None
