"""Ten steps on a new pair: do both feet arrive, and does each press when it should?"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.signals import Foot
from plantigrade.service.live_frames.frames import LiveFrames

ENOUGH: Final = 10
"""Steps of both feet together."""
_LOOK_EVERY_S: Final = 0.2
_ON: Final = 0.3
_OFF: Final = 0.1
"""Shares of the largest load at which a foot has come down and has left the floor: far from each other, so
that noise is no step, and no calibration is needed yet."""
_LEAST_N: Final = 60.0
"""A foot that presses less than this never carried anybody."""


@dataclass(frozen=True)
class StepsSeen:
    """What arrived of the feet.

    Attributes:
        left, right: steps of each.
        left_arrives, right_arrives: whether anything came of it.
    """

    left: int
    right: int
    left_arrives: bool
    right_arrives: bool

    @property
    def are_enough(self) -> bool:
        """Whether both feet walked."""
        return self.left + self.right >= ENOUGH and min(self.left, self.right) >= ENOUGH // 2 - 1


def steps_in(load_n: F64) -> int:
    """How often a foot came down.

    Args:
        load_n: (n,) its load in newtons.

    Example:
        >>> steps_in(np.array([0, 500, 600, 20, 0, 550, 10], float))
        2
    """
    if not len(load_n) or (top := float(np.max(load_n))) < _LEAST_N:
        return 0
    marks = np.where(load_n > _ON * top, 1, np.where(load_n < _OFF * top, -1, 0))
    marks = marks[marks != 0]
    return int(np.count_nonzero((marks[1:] == 1) & (marks[:-1] == -1)))


async def count_steps(
    frames: LiveFrames, person: str, seconds: float, now_ns: Callable[[], int]
) -> StepsSeen:
    """Watch a pair for some seconds, or until there are ten steps.

    Args:
        frames: of the service.
        person: code of the wearer.
        seconds: at most.
        now_ns: the clock of the frames.
    """
    begin_ns = now_ns()
    with frames.watch(person):
        while True:
            seen = _seen(frames, person, begin_ns * 1e-9)
            if seen.are_enough or now_ns() - begin_ns >= seconds * 1e9:
                return seen
            await asyncio.sleep(_LOOK_EVERY_S)


def _seen(frames: LiveFrames, person: str, since_s: float) -> StepsSeen:
    loads: dict[Foot, F64] = {}
    for foot, live in frames.feet(person).items():
        times, force_n = live.held()
        loads[foot] = np.nan_to_num(force_n[times >= since_s]).sum(axis=1).astype(np.float64)
    left, right = loads.get(Foot.LEFT, np.empty(0)), loads.get(Foot.RIGHT, np.empty(0))
    return StepsSeen(steps_in(left), steps_in(right), bool(len(left)), bool(len(right)))
