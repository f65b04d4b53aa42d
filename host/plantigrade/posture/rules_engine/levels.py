"""Which levels of a rule hold: by instrument, by whether the gains of the pair were compared, by speed.

A level is only as good as the group that it was taken from. Two insoles differ in gain, so that healthy
people seem to load one foot more (SD 5.9 % of the mean); one plate measures both feet alike (1.8 %). The
stride time varies more as people walk more slowly: the measured speed moves such a level where there is a
motion sensor, and the stride time, which stands for it, where there is none. Hence one rule has several
levels, and a finding says which one it was held against.
"""

from dataclasses import dataclass
from enum import Enum
from math import isnan

import numpy as np

from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.features import median_of
from plantigrade.posture.rules_engine.rules import SPEED, Circumstance, Rule
from plantigrade.posture.rules_engine.statistics import Window
from plantigrade.posture.settings import KNOWN_SPEED_SHARE

NAN = float("nan")


class Grade(Enum):
    """How far a present finding lies beyond its level."""

    MILD = "mild"
    MARKED = "marked"


@dataclass(frozen=True)
class Level:
    """Levels that hold for one recording or window.

    Attributes:
        raised, cleared: of the rule, as they are here.
        marked: from which on a finding is marked; None where the rule has no such level.
        on: the circumstance whose levels they are; None for the rule's own.
        by: name of the strides' value that moved them; "" where none did.
    """

    raised: float
    cleared: float
    marked: float | None = None
    on: Circumstance | None = None
    by: str = ""

    def grade(self, value: float) -> Grade | None:
        """Of a value; None below the level, unknown, or without grades.

        Example:
            >>> Level(4.0, 3.0, 10.0).grade(6.0)
            <Grade.MILD: 'mild'>
        """
        if self.marked is None or isnan(value) or value < self.raised:
            return None
        return Grade.MARKED if value >= self.marked else Grade.MILD


def level_of(rule: Rule, window: Window, on: Circumstance | None = None) -> Level:
    """The levels that hold for the strides at hand.

    Args:
        rule: with its levels.
        window: strides; the middle of their speed, else of their time, moves the levels where the rule has
            a slope.
        on: the instrument, or a pair of matched insoles; None for insoles of unknown gains.
    """
    other = next((one for one in rule.elsewhere if one.on is on), None)
    held = rule if other is None else other
    shift, by = _shift(rule, window)
    marked = None if held.marked_level is None else held.marked_level + shift
    circumstance = None if other is None else on
    return Level(held.raise_level + shift, held.clear_level + shift, marked, circumstance, by)


def _shift(rule: Rule, window: Window) -> tuple[float, str]:
    """What the strides add to the levels, and by which of their values."""
    for slope in rule.slopes:
        middle = _middle(window, slope.metric)
        if not isnan(middle) and (slope.metric != SPEED or speed_is_known(window)):
            return slope.shift(middle), slope.metric
    return 0.0, ""


def speed_is_known(window: Window) -> bool:
    """Whether the speed of at least half of the strides was measured: that of a few may be that of a turn."""
    timed, moved = (
        sum(len(window.column(foot, metric)) for foot in Foot) for metric in ("stride_time_s", SPEED)
    )
    return moved > 0 and moved >= KNOWN_SPEED_SHARE * timed


def walking_speed(window: Window) -> float:
    """Measured speed of the strides, m/s; NaN where it is not known of at least half of them."""
    return _middle(window, SPEED) if speed_is_known(window) else NAN


def _middle(window: Window, metric: str) -> float:
    """Mean of the feet's medians; NaN where neither is known."""
    known = [median_of(values) for foot in Foot if len(values := window.column(foot, metric))]
    return float(np.mean(known)) if known else NAN
