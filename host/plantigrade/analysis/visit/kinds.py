"""Kinds of standing that are found without a span: quiet, on one leg, tandem, and rising from a seat.

Quiet standing and stances on one leg are parts of what the engine calls standing; rising is found in the sum
of both feet, where the load of the body is known. Tandem stance is told by how the feet sway (Winter et al.
1996, J Neurophysiol 75:2334): side by side, the body is moved sideways by loading one foot more than the
other, and within the feet little moves across; heel to toe, both feet tilt together, and across the foot
moves more than along it. No recording of tandem stance on insoles was at hand: read it as a hint.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from plantigrade.analysis.visit.settings import (
    LEAST_SEATED_S,
    LEAST_STANDING_ONE_LEG_S,
    LOADED_SHARE,
    LONGEST_RISE_S,
    OFF_SHARE,
    RAISED_SHARE,
    RISE_FROM_SHARE,
    RISE_TO_SHARE,
    RISEN_S,
    RISEN_SHARE,
    SEATED_LEAST_SHARE,
    TANDEM_TOGETHER,
)
from plantigrade.array_types import F64
from plantigrade.gait.balance import StandingKind
from plantigrade.gait.pressure.masks import masks_of
from plantigrade.gait.results import Analysis
from plantigrade.gait.settings import EPOCH_S, LOAD_BIN_S, MIN_LOAD_S, SITTING_MOST_SHARE
from plantigrade.gait.settings import LOADED_SHARE as DOWN_SHARE
from plantigrade.gait.signals import FootSignal, Walk
from plantigrade.gait.stillness import PairLoad


@dataclass(frozen=True)
class FoundSpan:
    """A span of standing that was found.

    Attributes:
        kind: of standing.
        from_s, to_s: on the recording's clock.
        leg: "left" or "right" of a stance on one leg.
    """

    kind: StandingKind
    from_s: float
    to_s: float
    leg: str = ""


def found_spans(walk: Walk, analysis: Analysis) -> list[FoundSpan]:
    """Every span of standing of 5 s or more, stances on one leg of 3 s or more, and rises, in time order."""
    load = analysis.pair_load
    walks = [(bout.from_s, bout.to_s) for bout in analysis.bouts]
    rises = _rises(load, analysis.load_levels.loaded_n) if analysis.load_levels.loaded_n is not None else []
    rises = [rise for rise in rises if not any(a < rise.to_s and rise.from_s < b for a, b in walks)]
    spans = list(rises)
    for activity in analysis.activities:
        if activity.kind != "standing":
            continue
        part = load.part(activity.from_s, activity.to_s)
        legs = _lifted(part, list(_one_leg(part)))
        spans += legs
        # a second in which somebody rises counts as standing when most of it is: the stance begins after
        at_s = max([activity.from_s, *(r.to_s for r in rises if r.from_s <= activity.from_s + EPOCH_S)])
        for from_s, to_s in [*((leg.from_s, leg.to_s) for leg in legs), (activity.to_s, activity.to_s)]:
            if from_s - at_s >= MIN_LOAD_S:
                tandem = is_tandem(walk, load, at_s, from_s)
                kind = StandingKind.TANDEM if tandem else StandingKind.QUIET
                spans.append(FoundSpan(kind, at_s, from_s))
            at_s = to_s
    return sorted(spans, key=lambda span: span.from_s)


def _one_leg(load: PairLoad) -> Iterator[FoundSpan]:
    """A foot is raised below 5 % of the load of both, and down again from 10 % on.

    A foot that only bears little, as after a stroke, sways past 5 % too: one in the air presses with the shoe
    alone.
    """
    total = load.sum_n
    least = round(LEAST_STANDING_ONE_LEG_S / LOAD_BIN_S)
    for leg, raised in (("left", load.right_n), ("right", load.left_n)):
        share = np.divide(raised, total, out=np.ones_like(total), where=total > 0)
        start: int | None = None
        for row, value in enumerate([*share.tolist(), 1.0]):
            if start is None and value < RAISED_SHARE:
                start = row
            elif start is not None and not value < LOADED_SHARE:
                if row - start >= least and float(np.median(share[start:row])) < OFF_SHARE:
                    yield FoundSpan(StandingKind.ONE_LEG, load.times_s(start), load.times_s(row), leg)
                start = None


def _lifted(load: PairLoad, stances: list[FoundSpan]) -> list[FoundSpan]:
    """Stances whose other foot was lifted, not only swayed off.

    Who stands on one leg nearly alone, as after a stroke, takes the other foot off the ground by swaying: a
    foot that bears less than a foot that is down (15 %) also in the rest of the standing. What has no rest is
    a stance on one leg as a whole.
    """
    total = load.sum_n
    rest = np.isfinite(total) & (total > 0)
    times = load.from_s + LOAD_BIN_S * (np.arange(len(total)) + 0.5)
    for one in stances:
        rest &= (times < one.from_s) | (times > one.to_s)
    if np.count_nonzero(rest) < round(MIN_LOAD_S / LOAD_BIN_S):
        return stances
    other = {"left": load.right_n, "right": load.left_n}
    return [one for one in stances if float(np.median(other[one.leg][rest] / total[rest])) >= DOWN_SHARE]


def _rises(load: PairLoad, body_n: float) -> list[FoundSpan]:
    """From the seat to standing: the sum of both feet goes from a seated load to that of the body within 5 s.

    The rise lies between the crossings of 10 and 90 % of the way.
    """
    share = load.sum_n / body_n
    found: list[FoundSpan] = []
    seated = 0
    last_low: int | None = None
    least = round(LEAST_SEATED_S / LOAD_BIN_S)
    for row, value in enumerate(share.tolist()):
        if SEATED_LEAST_SHARE <= value < SITTING_MOST_SHARE:
            seated = seated + 1 if last_low == row - 1 else 1
            last_low = row
        elif value >= RISEN_SHARE and last_low is not None:
            rise = _rise(load, share, last_low, seated, row)
            if seated >= least and rise.to_s - rise.from_s <= LONGEST_RISE_S:
                found.append(rise)
            last_low = None
        elif not value >= SEATED_LEAST_SHARE:
            last_low = None
    return found


def _rise(load: PairLoad, share: F64, last_low: int, seated: int, risen: int) -> FoundSpan:
    """The rise between the last seated row and the first one that is up."""
    before = float(np.median(share[last_low + 1 - seated : last_low + 1]))
    down = np.flatnonzero(~(share[risen : risen + round(RISEN_S / LOAD_BIN_S)] >= RISEN_SHARE))
    up = risen + (int(down[0]) if len(down) else round(RISEN_S / LOAD_BIN_S))
    after = float(np.median(share[risen:up]))
    low = before + RISE_FROM_SHARE * (after - before)
    high = before + RISE_TO_SHARE * (after - before)
    first = last_low
    while share[first] > low and first > last_low - seated + 1:
        first -= 1
    end = first
    while end < len(share) - 1 and not share[end] >= high:
        end += 1
    return FoundSpan(StandingKind.SIT_TO_STAND, load.times_s(first + 1), load.times_s(end + 1))


def is_tandem(walk: Walk, load: PairLoad, from_s: float, to_s: float) -> bool:
    """Whether both feet tilt together, more across than along: the sway of standing heel to toe."""
    if walk.left is None or walk.right is None:
        return False
    paths = [_path(foot, from_s, to_s) for foot in (walk.left, walk.right)]
    left, right = paths
    if left is None or right is None or min(len(left), len(right)) < round(MIN_LOAD_S * walk.sample_rate_hz):
        return False
    rows = min(len(left), len(right))
    left, right = left[:rows], right[:rows]
    across, along = [path[:, 0].std() for path in (left, right)], [path[:, 1].std() for path in (left, right)]
    if not all(a > b > 0.0 for a, b in zip(across, along, strict=True)):
        return False
    # x runs from the medial to the lateral edge: both feet tilt to one side where one goes up, one down
    together = -float(np.corrcoef(left[:, 0], right[:, 0])[0, 1])
    return together >= TANDEM_TOGETHER and min(_share(load.part(from_s, to_s))) >= DOWN_SHARE


def _path(foot: FootSignal, from_s: float, to_s: float) -> F64 | None:
    if foot.layout is None or foot.layout.relative:
        return None
    first, last = np.searchsorted(foot.time_s, [from_s, to_s])
    force = np.maximum(foot.force_n[first:last].astype(np.float64), 0.0)
    total = force.sum(axis=1)
    good = np.isfinite(total) & (total > 0)
    masks = masks_of(foot.layout)
    return np.column_stack([force[good] @ masks.x_mm, force[good] @ masks.y_mm]) / total[good, None]


def _share(load: PairLoad) -> tuple[float, float]:
    total = float(np.nansum(load.sum_n))
    left = float(np.nansum(load.left_n[np.isfinite(load.sum_n)])) / total if total > 0 else 0.0
    return left, 1.0 - left
