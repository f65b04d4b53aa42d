"""Standing: how load is shared and how the centre of pressure sways.

`gait.sway` works on any path in the plane; `standing` makes the paths from the insoles.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from plantigrade.gait.pressure.masks import masks_of
from plantigrade.gait.settings import FEWEST_PATH_ROWS, LOADED_N, MIN_SWAY_S
from plantigrade.gait.signals import Floats, FootSignal
from plantigrade.gait.standing_caveats import Caveat, clipped_caveat, gains_caveat
from plantigrade.gait.sway import (
    Romberg,
    Spectrum,
    Sway,
    ellipse,
    filtered_sway,
    low_pass,
    prediction_scale,
    romberg,
    spectrum,
    sway,
)

__all__ = [
    "Romberg",
    "Spectrum",
    "Standing",
    "StandingKind",
    "Sway",
    "ellipse",
    "filtered_sway",
    "low_pass",
    "prediction_scale",
    "romberg",
    "spectrum",
    "standing",
    "sway",
]

Rows = npt.NDArray[np.intp]


class StandingKind(StrEnum):
    """Kinds of spans of standing."""

    QUIET = "standing"
    ONE_LEG = "one_leg"
    TANDEM = "tandem"
    SIT_TO_STAND = "sit_to_stand"


@dataclass(frozen=True)
class Standing:
    """One span of standing.

    Attributes:
        from_s, to_s: on the recording's clock.
        left_load_pct: share of the left foot in the load of both; NaN with one foot.
        rear_load_pct: share behind half the insoles' length; NaN without sensor places.
        left_rear_pct, right_rear_pct: the same for each foot.
        load_shift_sd_pct: SD of the left foot's share over time, the sway from side to side as load.
        left, right: sway within each insole; None where it cannot be known.
        both: sway of the body's centre of pressure; None without the distance of the feet.
        notes: what could not be computed and why.
        caveats: why the figures are not to be trusted; nothing is concluded from them then.
        kind: what kind of span it is.
        leg: that stood, of a stance on one leg; else empty.
        eyes: "open" or "closed" where the user said so, else empty.
    """

    from_s: float
    to_s: float
    left_load_pct: float
    rear_load_pct: float
    left_rear_pct: float
    right_rear_pct: float
    load_shift_sd_pct: float
    left: Sway | None
    right: Sway | None
    both: Sway | None
    notes: tuple[str, ...]
    caveats: tuple[Caveat, ...] = ()
    kind: StandingKind = StandingKind.QUIET
    leg: str = ""
    eyes: str = ""


@dataclass(frozen=True, eq=False)
class _FootPath:
    """Load and centre of pressure of one insole over a span, as measured; samples without numbers left
    out. Where nothing is on the insole its centre is anywhere: there the path has zeros."""

    time_s: Floats
    total: Floats
    rear: Floats
    path: Floats | None
    half_width_mm: float
    clipped: Caveat | None = None


def standing(
    left: FootSignal | None,
    right: FootSignal | None,
    rate_hz: float,
    from_s: float,
    to_s: float,
    *,
    feet_apart_mm: float | None = None,
) -> Standing:
    """Balance of one span of standing.

    Args:
        left, right: the feet; both on one clock.
        rate_hz: sampling rate.
        from_s, to_s: the span.
        feet_apart_mm: distance between the middle lines of the two insoles, feet parallel; None when not
        measured.

    Raises:
        ValueError: no foot.
    """
    feet = {f.foot.value: _path(f, rate_hz, from_s, to_s) for f in (left, right) if f is not None}
    if not feet:
        raise ValueError("standing needs at least one foot")
    notes: list[str] = []
    # n samples last n periods: twenty seconds at 100 Hz end at 19.99 s
    enough = to_s - from_s + 1.0 / rate_hz >= MIN_SWAY_S - 1e-6
    if not enough:
        notes.append(f"sway needs {MIN_SWAY_S:g} s of quiet standing, this span has {to_s - from_s:.1f} s")
    sways = {name: _foot_sway(foot, rate_hz) if enough else None for name, foot in feet.items()}
    both = None
    share = np.full(1, np.nan)
    if len(feet) == 2:
        share = _left_share(feet["left"], feet["right"], rate_hz)
        if enough:
            both = _body_sway(feet["left"], feet["right"], rate_hz, feet_apart_mm, notes)
    else:
        notes.append("the load of both feet needs both feet")
    caveats = _caveats(feet, rate_hz, from_s, to_s)
    notes += [caveat.text for caveat in caveats]
    total = sum(float(np.nansum(foot.total)) for foot in feet.values())
    rear = sum(float(np.sum(foot.rear)) for foot in feet.values())
    return Standing(
        from_s=from_s,
        to_s=to_s,
        left_load_pct=float(np.nanmean(share)) if np.isfinite(share).any() else float("nan"),
        rear_load_pct=_percent(rear, total),
        left_rear_pct=_rear(feet.get("left")),
        right_rear_pct=_rear(feet.get("right")),
        load_shift_sd_pct=float(np.nanstd(share)) if np.isfinite(share).sum() > 1 else float("nan"),
        left=sways.get("left"),
        right=sways.get("right"),
        both=both,
        notes=tuple(notes),
        caveats=tuple(caveats),
    )


def _caveats(feet: dict[str, _FootPath], rate_hz: float, from_s: float, to_s: float) -> list[Caveat]:
    found = [foot.clipped for foot in feet.values()]
    if len(feet) == 2 and not any(found):
        edges = np.arange(from_s, to_s + 0.5 / rate_hz, 1.0)
        found.append(gains_caveat(*(_means(foot, edges) for foot in feet.values())))
    return [caveat for caveat in found if caveat is not None]


def _means(foot: _FootPath, edges_s: Floats) -> Floats:
    """Mean load in each second; of a second without samples, what was before."""
    if not len(foot.total):
        return np.empty(0)
    sums = np.append(0.0, np.cumsum(foot.total))
    rows = np.searchsorted(foot.time_s, edges_s)
    counts = np.diff(rows)
    return np.where(counts > 0, np.diff(sums[rows]) / np.maximum(counts, 1), foot.total[0])


def _percent(part: float, total: float) -> float:
    return 100.0 * part / total if total > 0 else float("nan")


def _rear(foot: _FootPath | None) -> float:
    return _percent(float(np.sum(foot.rear)), float(np.sum(foot.total))) if foot is not None else float("nan")


def _path(foot: FootSignal, rate_hz: float, from_s: float, to_s: float) -> _FootPath:
    first, last = np.searchsorted(foot.time_s, [from_s, to_s])
    force = np.maximum(foot.force_n[first:last].astype(np.float64), 0.0)
    complete = np.isfinite(force).all(axis=1)
    time, force = foot.time_s[first:last][complete], force[complete]
    total: Floats = force.sum(axis=1)
    clipped = clipped_caveat(foot.foot.value, force)
    if foot.layout is None:
        return _FootPath(time, total, np.full(len(total), np.nan), None, 0.0, clipped)
    masks = masks_of(foot.layout)
    rear: Floats = force @ masks.rear
    half_width = 0.5 * masks.width_mm
    if foot.layout.relative or not len(total):
        return _FootPath(time, total, rear, None, half_width, clipped)
    path = np.column_stack([force @ masks.x_mm, force @ masks.y_mm])
    path = np.divide(path, total[:, None], out=np.zeros_like(path), where=total[:, None] > 0.0)
    return _FootPath(time, total, rear, path, half_width, clipped)


def _foot_sway(foot: _FootPath, rate_hz: float) -> Sway | None:
    if foot.path is None or len(foot.path) < FEWEST_PATH_ROWS or float(np.min(foot.total)) <= 0.0:
        return None
    if float(np.median(foot.total)) < LOADED_N:
        return None
    return filtered_sway(foot.path, rate_hz)


def _together(left: _FootPath, right: _FootPath, rate_hz: float) -> tuple[Rows, Rows]:
    """Rows of the left and of the right foot that were sampled together, less than half a sample apart."""
    half = 0.5 / rate_hz
    near = np.searchsorted(right.time_s, left.time_s - half, side="right")
    found = np.append(right.time_s, np.inf)[near] < left.time_s + half
    return np.flatnonzero(found), near[found]


def _left_share(left: _FootPath, right: _FootPath, rate_hz: float) -> Floats:
    own, other = _together(left, right, rate_hz)
    both = left.total[own] + right.total[other]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(both > 0, 100.0 * left.total[own] / both, np.nan)


def _body_sway(
    left: _FootPath, right: _FootPath, rate_hz: float, feet_apart_mm: float | None, notes: list[str]
) -> Sway | None:
    """Sway of the whole body: the feet's centres of pressure, weighted by load, feet parallel at a known
    distance.
    """
    if feet_apart_mm is None:
        notes.append("sway of the whole body needs the distance of the feet (--feet-apart-mm)")
        return None
    own, other = _together(left, right, rate_hz)
    complete = len(own) >= FEWEST_PATH_ROWS and np.ptp(own) == np.ptp(other) == len(own) - 1
    if left.path is None or right.path is None or not complete:
        notes.append("sway of the whole body needs the centre of pressure of both feet, in millimetres")
        return None
    left_n, right_n = left.total[own], right.total[other]
    if float(np.min(left_n + right_n)) <= 0.0:
        notes.append("sway of the whole body needs a load on the insoles throughout")
        return None
    left_mm, right_mm = left.path[own], right.path[other]
    half = 0.5 * feet_apart_mm
    # Seen from above: the medial edge of each foot faces the middle of the body.
    x_left = -(half - left.half_width_mm + left_mm[:, 0])
    x_right = half - right.half_width_mm + right_mm[:, 0]
    x = (left_n * x_left + right_n * x_right) / (left_n + right_n)
    y = (left_n * left_mm[:, 1] + right_n * right_mm[:, 1]) / (left_n + right_n)
    return filtered_sway(np.column_stack([x, y]), rate_hz)
