"""A stretch of a day: walking, standing, sitting and taking the shoes off, in pieces that fit the memory."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from plantigrade.twin.body.conditions import Condition
from plantigrade.twin.body.person import Person
from plantigrade.twin.body.resting import rest
from plantigrade.twin.body.standing import stand
from plantigrade.twin.body.walk import ForceWalk
from plantigrade.twin.body.walking import walk

Doing = Literal["walk", "stand", "sit", "off", "feet-out", "lie", "cycle", "bag"]
PIECE_S = 600.0


@dataclass(frozen=True)
class Segment:
    """One thing done for a while, under conditions of its own."""

    doing: Doing
    seconds: float
    conditions: tuple[Condition, ...] = ()


def ordinary_day(hours: float, seed: int, conditions: tuple[Condition, ...] = ()) -> tuple[Segment, ...]:
    """A random order of short walks, standing and sitting: of the time 20 % walking, 25 % standing, 55 %
    sitting."""
    draw = np.random.default_rng([seed, 14])
    segments: list[Segment] = []
    left_s = hours * 3600.0
    walk_next = True
    while left_s > 0:
        if walk_next:
            seconds, doing = float(draw.uniform(60, 420)), "walk"
        else:
            stands = draw.uniform() < 0.5
            seconds = float(draw.uniform(60, 480) if stands else draw.uniform(300, 1200))
            doing = "stand" if stands else "sit"
        seconds = min(seconds, left_s)
        segments.append(Segment(doing, seconds, conditions))
        left_s -= seconds
        walk_next = not walk_next
    return tuple(segments)


def live_through(
    person: Person, segments: tuple[Segment, ...], seed: int, rate_hz: float = 100.0
) -> Iterator[tuple[Segment, ForceWalk]]:
    """Forces of the segments, in pieces of at most ten minutes; `fatigue` grows with the hours that have
    passed."""
    passed_s = 0.0
    for number, segment in enumerate(segments):
        left_s, part = segment.seconds, 0
        while left_s > 0:
            seconds = min(left_s, PIECE_S)
            conditions = tuple(_tired(c, passed_s) for c in segment.conditions)
            own = int(np.random.SeedSequence([seed, number, part]).generate_state(1)[0])
            yield segment, forces_of(segment.doing, person, seconds, own, conditions, rate_hz)
            left_s -= seconds
            passed_s += seconds
            part += 1


def forces_of(
    doing: Doing,
    person: Person,
    seconds: float,
    seed: int,
    conditions: tuple[Condition, ...] = (),
    rate_hz: float = 100.0,
) -> ForceWalk:
    """What a virtual pair feels while its wearer does one thing.

    Example:
        >>> from plantigrade.twin.body.person import draw_person
        >>> forces_of("sit", draw_person(7), 2.0, seed=1).left.shape
        (200, 16)
    """
    if doing == "walk":
        return walk(person, seconds, seed, conditions, rate_hz).forces
    if doing in ("feet-out", "lie", "cycle", "bag"):
        return rest(person, doing, seconds, seed, rate_hz).forces
    return stand(person, seconds, seed, conditions, rate_hz, doing)


def _tired(condition: Condition, passed_s: float) -> Condition:
    """Fatigue of degree d is reached after d hours and grows on at the same rate; others stay as they are."""
    if condition.kind != "fatigue":
        return condition
    return Condition("fatigue", min(condition.degree, passed_s / 3600.0), condition.side)


def make_forces(
    conditions: tuple[Condition, ...],
    person: Person,
    seconds: float,
    seed: int,
    neutral_s: float = 0.0,
    rate_hz: float = 100.0,
) -> ForceWalk:
    """What a virtual pair feels for `seconds`: `neutral_s` of neutral walking, then the conditions.

    Conditions of standing make the person stand; everything else makes them walk.
    """
    doing: Doing = "stand" if any(c.kind.startswith("standing") for c in conditions) else "walk"
    segments = [Segment("walk", neutral_s)] if neutral_s > 0 else []
    segments.append(Segment(doing, seconds - neutral_s, conditions))
    pieces = [forces for _, forces in live_through(person, tuple(segments), seed, rate_hz)]
    text = ", ".join(f"{c.kind}:{c.degree:g}:{c.side}" for c in conditions) or "neutral"
    left = np.concatenate([piece.left for piece in pieces])
    right = np.concatenate([piece.right for piece in pieces])
    return ForceWalk(rate_hz, left, right, f"virtual body ({text})")
