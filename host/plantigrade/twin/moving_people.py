"""Walks of many virtual people with forces and motion of both feet, and what is true of their strides."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, Walk
from plantigrade.twin.body import Condition, VirtualWalk, draw_person, walk
from plantigrade.twin.body.motion import STRAIGHT, Course, WalkMotion, move
from plantigrade.twin.motion_sensor import Imperfections, Measured, measure_walk
from plantigrade.twin.wearer import EU_SIZE

SPEEDS_M_S = (0.8, 1.25, 1.7)
"""Slow, usual, fast."""


@dataclass(frozen=True, eq=False)
class MovingWalk:
    """One walk of one person.

    Attributes:
        walk: as the analysis takes it: true forces, measured motion on the same rows.
        truth: of both feet.
        sensors: raw values of left and right motion sensor.
        made: forces and contacts.
        seed: of person and sensors.
    """

    walk: Walk
    truth: WalkMotion
    sensors: tuple[Measured, Measured]
    made: VirtualWalk
    seed: int


def moving_walk(
    seed: int,
    seconds: float,
    speed_m_s: float | None = None,
    course: Course = STRAIGHT,
    conditions: tuple[Condition, ...] = (),
    acts: Imperfections | None = None,
    rate_hz: float = 100.0,
) -> MovingWalk:
    """A walk of the person of this seed, at their own comfortable speed unless one is given.

    Forces are the body's own, without an insole's errors: `twin.wearer` adds those. Motion has every
    imperfection of its sensor, or those that `acts` names.
    """
    person = draw_person(seed, speed_m_s=speed_m_s)
    made = walk(person, seconds, seed, conditions, rate_hz)
    truth = move(made, seed, course)
    sensors = measure_walk(truth, seed, rate_hz, acts=acts)
    time_s = np.arange(len(made.forces.left)) / rate_hz
    left, right = (
        FootSignal(foot, time_s, force_n.astype(np.float32), own_layout(EU_SIZE), motion=sensor.motion())
        for foot, force_n, sensor in zip(Foot, (made.forces.left, made.forces.right), sensors, strict=True)
    )
    source = SourceInfo(made.forces.source, "twin")
    measured = Walk(left, right, rate_hz, source, body_weight_n=person.weight_n)
    return MovingWalk(measured, truth, sensors, made, seed)


def moving_people(
    seeds: Iterable[int],
    seconds: float = 60.0,
    speeds_m_s: Iterable[float] = SPEEDS_M_S,
    course: Course = STRAIGHT,
    acts: Imperfections | None = None,
) -> Iterator[MovingWalk]:
    """Walks of these people at each of these speeds, one after the other."""
    speeds = tuple(speeds_m_s)
    for seed in seeds:
        for speed in speeds:
            yield moving_walk(seed, seconds, speed, course, acts=acts)
