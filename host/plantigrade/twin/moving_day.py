"""A stretch of a virtual person's day with forces and motion of both feet, and what is done in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
from plantigrade.twin.body.day import Doing, Segment
from plantigrade.twin.body.motion import Inertial, move
from plantigrade.twin.body.person import Person, draw_person
from plantigrade.twin.body.resting import rest
from plantigrade.twin.body.walk import ForceWalk
from plantigrade.twin.body.walking import walk
from plantigrade.twin.motion_sensor import Imperfections, measure
from plantigrade.twin.wearer import EU_SIZE, Wearer

Felt = Callable[[F64], Inertial]


@dataclass(frozen=True, eq=False)
class MovingDay:
    """What is measured, and what is done.

    Attributes:
        walk: forces and motion, as the analysis takes them.
        done: what, from when to when.
    """

    walk: Walk
    done: tuple[tuple[Doing, float, float], ...]


def moving_day(
    seed: int,
    segments: Sequence[Segment],
    rate_hz: float = 100.0,
    acts: Imperfections | None = None,
    insoles: bool = False,
) -> MovingDay:
    """The segments one after the other.

    Args:
        seed: of person, sensors and chances.
        segments: what is done.
        rate_hz: rows per second.
        acts: imperfections of the motion sensors, all by default.
        insoles: forces as calibrated insoles measure them, instead of those of the body.
    """
    person = draw_person(seed)
    forces: list[ForceWalk] = []
    feet: tuple[list[Felt], list[Felt]] = ([], [])
    done: list[tuple[Doing, float, float]] = []
    at = 0.0
    for number, segment in enumerate(segments):
        own = int(np.random.SeedSequence([seed, number, 0]).generate_state(1)[0])
        made, left, right = _segment(person, segment, own, seed, rate_hz)
        forces.append(made)
        feet[0].append(left)
        feet[1].append(right)
        done.append((segment.doing, at, at + segment.seconds))
        at += segment.seconds
    begins = np.array([start for _, start, _ in done])
    joined = ForceWalk(
        rate_hz,
        np.concatenate([one.left for one in forces]),
        np.concatenate([one.right for one in forces]),
        "virtual day",
    )
    bare = Wearer(seed, rate_hz).measured(joined) if insoles else _bare(joined, person)
    signals: list[FootSignal] = []
    for index, (foot, own) in enumerate(zip(bare.feet, feet, strict=True)):
        felt = _one_after_the_other(own, begins)
        signals.append(replace(foot, motion=measure(felt, at, 2 * seed + index, rate_hz, acts=acts).motion()))
    return MovingDay(replace(bare, left=signals[0], right=signals[1]), tuple(done))


def _segment(
    person: Person, segment: Segment, own: int, seed: int, rate_hz: float
) -> tuple[ForceWalk, Felt, Felt]:
    if segment.doing == "walk":
        made = walk(person, segment.seconds, own, segment.conditions, rate_hz)
        moved = move(made, seed)
        return made.forces, moved.left.felt, moved.right.felt
    rested = rest(person, segment.doing, segment.seconds, own, rate_hz)
    return rested.forces, rested.left.felt, rested.right.felt


def _one_after_the_other(feet: Sequence[Felt], begins_s: F64) -> Felt:
    """What is felt at any times, each in its segment."""

    def felt(time_s: F64) -> Inertial:
        which = np.clip(np.searchsorted(begins_s, time_s, side="right") - 1, 0, len(feet) - 1)
        count = len(time_s)
        felt_acc, felt_rate, place = np.zeros((3, count, 3))
        joined = Inertial(felt_acc, felt_rate, place, np.zeros((count, 3, 3)))
        for number in np.unique(which):
            rows = which == number
            part = feet[int(number)](time_s[rows] - begins_s[number])
            joined.acc_m_s2[rows], joined.gyr_deg_s[rows] = part.acc_m_s2, part.gyr_deg_s
            joined.position_m[rows], joined.rotation[rows] = part.position_m, part.rotation
        return joined

    return felt


def _bare(forces: ForceWalk, person: Person) -> Walk:
    time_s = np.arange(len(forces.left)) / forces.rate_hz
    left, right = (
        FootSignal(foot, time_s, force_n.astype(np.float32), own_layout(EU_SIZE))
        for foot, force_n in zip(Foot, (forces.left, forces.right), strict=True)
    )
    source = SourceInfo(forces.source, "twin")
    return Walk(left, right, forces.rate_hz, source, body_weight_n=person.weight_n)
