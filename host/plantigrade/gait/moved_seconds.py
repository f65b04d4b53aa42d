"""Lying, cycling and insoles that nobody wears: what the motion of the feet adds to their load."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from plantigrade.gait.motion.settings import CARRIED_S, CARRIED_SHARE, LYING_BREAK_S, LYING_S
from plantigrade.gait.settings import UNWORN_LOAD_SHARE, UNWORN_MOVE_SHARE
from plantigrade.gait.signals import Floats
from plantigrade.gait.stillness import Flags, runs


@dataclass(frozen=True, eq=False)
class MovedSeconds:
    """Seconds of a recording, (m,) each; False where the motion is not known.

    Attributes:
        known: of every foot that has a sensor.
        tilted: every sole is far from level.
        unmoved: no foot moves by more than a sensor's noise.
        shaken: every foot is shaken.
        cycling: the feet turn on pedals.
        weighed: forces are known beside it; else all rests on motion.
    """

    known: Flags
    tilted: Flags
    unmoved: Flags
    shaken: Flags
    cycling: Flags
    weighed: bool = True


def lying_of(moved: MovedSeconds, loads: Floats) -> Flags:
    """(m,) whether the wearer lies, or sits with the feet put up: soles far from level that bear nothing.

    Args:
        loads: (m,) load on the feet as a share of body weight, NaN where it is not known.
    """
    unloaded = _unloaded(moved, loads)
    lying = np.zeros(len(loads), np.bool_)
    for start, stop in runs(_closed(moved.tilted & unloaded, unloaded, LYING_BREAK_S), int(LYING_S)):
        lying[start:stop] = True
    return lying & ~moved.cycling


def unworn_of(moved: MovedSeconds, loads: Floats, moves: Floats, unworn_s: int) -> Flags:
    """(m,) whether nobody wears the insoles: unloaded, and not moved by more than a sensor's noise for
    `unworn_s`, or shaken for a minute; and what lies between two such times without any load.

    Args:
        loads, moves: (m,) load on the feet and its largest swing, as shares of body weight. Seconds without
            motion go by these.
    """
    with np.errstate(invalid="ignore"):
        light, calm = loads < UNWORN_LOAD_SHARE, moves < UNWORN_MOVE_SHARE
        loaded = moved.weighed & ((loads >= UNWORN_LOAD_SHARE) | ~calm)
    still = np.where(moved.known, moved.unmoved & ~loaded, light & calm)
    off = np.zeros(len(loads), np.bool_)
    for start, stop in runs(still, unworn_s):
        off[start:stop] = True
    if moved.weighed:
        off |= _carried(moved.shaken & light)
    off &= ~moved.cycling
    return _closed(off, _unloaded(moved, loads) & ~moved.cycling, unworn_s)


def _unloaded(moved: MovedSeconds, loads: Floats) -> Flags:
    if not moved.weighed:
        return np.ones(len(loads), np.bool_)
    with np.errstate(invalid="ignore"):
        return loads < UNWORN_LOAD_SHARE


def _carried(shaken: Flags) -> Flags:
    """Seconds of minutes in which unloaded shoes are shaken nearly all the time."""
    found = np.zeros(len(shaken), np.bool_)
    counts = np.concatenate([[0], np.cumsum(shaken)])
    enough = counts[CARRIED_S:] - counts[:-CARRIED_S] >= CARRIED_SHARE * CARRIED_S
    for start, stop in runs(enough):
        inside = start + np.flatnonzero(shaken[start : stop - 1 + CARRIED_S])
        found[inside[0] : inside[-1] + 1] = True
    return found


def _closed(flags: Flags, within: Flags, longest: float) -> Flags:
    """The flags, and pauses between two runs of them that are shorter than `longest` and lie in `within`."""
    found = flags.copy()
    for (_, stop), (start, _) in pairwise(runs(flags)):
        if start - stop < longest and within[stop:start].all():
            found[stop:start] = True
    return found
