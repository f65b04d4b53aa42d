"""Columns and flags of what is known of a stride's motion."""

from enum import IntEnum, IntFlag
from functools import cache
from typing import Final


class Value(IntEnum):
    """Columns of `many_strides.all_strides`; lengths in m, angles in degrees."""

    LENGTH = 0
    LENGTH_SD = 1
    PROGRESSION = 2
    STRIKE = 3
    CIRCUMDUCTION = 4
    TURNING = 5
    HEIGHT = 6
    FLAGS = 7
    IMPACT_S = 8
    PITCH = 9
    ROLL = 10
    TRAVEL = 11
    STILL_RATE = 12
    DRIFT = 13


COLUMNS: Final = len(Value)


class Flag(IntFlag):
    """Why a stride's motion is unknown, or to be read with care; several may hold."""

    NONE = 0
    NO_SENSOR = 1
    LOST = 2
    EDGE = 4
    SHORT_STANCE = 8
    CLIPPED = 16
    SLIPPED = 32
    MOVING = 64

    @property
    def text(self) -> str:
        """For people and for the CSV's column: "samples missing; end of the range"; empty without any."""
        return "; ".join(_TEXTS[one] for one in Flag if one and one in self)


UNKNOWN: Final = Flag.NO_SENSOR | Flag.LOST | Flag.EDGE | Flag.SHORT_STANCE | Flag.MOVING
"""With one of these nothing is told of a stride's motion."""

_TEXTS: Final = {
    Flag.NO_SENSOR: "no motion sensor",
    Flag.LOST: "samples of motion missing",
    Flag.EDGE: "no whole stance at both ends",
    Flag.SHORT_STANCE: "stance too short to stand still",
    Flag.CLIPPED: "motion beyond the sensor's range",
    Flag.SLIPPED: "the sensor lies differently at the end",
    Flag.MOVING: "the foot turns where its force says that it stands",
}


@cache
def flags_text(flags: int) -> str:
    """`Flag.text` of a number of flags; a day has a few of them on many strides."""
    return Flag(flags).text
