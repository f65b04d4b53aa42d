"""How far, how fast, at which angle: what a motion sensor adds to a walk, or why nothing is known of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plantigrade.analysis.stored import StoredDocument, StoredTurn
from plantigrade.gait.activity_kinds import Flight, stair_totals
from plantigrade.gait.motion.settings import KMH_PER_M_S
from plantigrade.gait.parameters.definition import View
from plantigrade.gait.parameters.registry import shown_in
from plantigrade.gait.summary import NO_MOTION
from plantigrade.web.formats import Formats
from plantigrade.web.pages.walk.details import Figure, Line, figure_of, table_of

OF_BOTH: Final = ("walking_speed_m_per_s", "walking_distance_m", "stride_length_left_right_pct")
SPEED_DIGITS: Final = 2
"""Centimetres a second: below that speeds of one walk differ from stride to stride."""


@dataclass(frozen=True)
class Moved:
    """The card of motion.

    Attributes:
        figures: of both feet together; none where nothing is known.
        lines: of each foot.
        turns: as a sentence; "" without any.
        stairs: climbed and descended, a sentence each.
        why: why nothing is known; "" where something is.
    """

    figures: tuple[Figure, ...]
    lines: tuple[Line, ...]
    turns: str
    stairs: tuple[str, ...]
    why: str


def moved_of(found: StoredDocument, formats: Formats) -> Moved:
    """What is known of the feet's motion."""
    lines = table_of(found, shown_in(View.MOTION), formats)
    speed = found.both("walking_speed_m_per_s")
    if not lines:
        return Moved((), (), "", (), speed.note if speed is not None and speed.note else NO_MOTION)
    figures = tuple(figure_of(name, found.both(name), formats) for name in OF_BOTH)
    turns = [_turn(one, formats) for one in found.turns() if one.angle_deg is not None]
    sentence = formats.words("walk.motion.turns", turns=formats.listed(turns)) if turns else ""
    return Moved(figures, lines, sentence, _stairs(list(found.flights()), formats), "")


def _turn(turn: StoredTurn, formats: Formats) -> str:
    angle = turn.angle_deg or 0.0
    return formats.words(
        f"walk.motion.turn-{'left' if angle > 0 else 'right'}",
        angle=formats.number(abs(angle)),
        lasted=formats.quantity(turn.to_s - turn.from_s, "s", 1),
    )


def _stairs(flights: Sequence[Flight], formats: Formats) -> tuple[str, ...]:
    """What was climbed and what was descended, a sentence each."""
    return tuple(
        formats.words(
            f"walk.motion.stairs-{way}",
            height=formats.quantity(own.height_m, "m", 1),
            sd=formats.quantity(own.height_sd_m, "m", 1),
            flights=formats.words.counted("walk.motion.flights", own.flights),
            steps=formats.number(own.steps),
            both=formats.number(own.step_by_step),
        )
        for way, own in stair_totals(flights).items()
    )


def floors_of(found: StoredDocument, formats: Formats) -> str:
    """The floors that were climbed, as a sentence for the wearer; "" for less than one."""
    floors = round(found.floors_climbed)
    return formats.words.counted("walk.lead.floors", floors) if floors else ""


def way_of(found: StoredDocument, formats: Formats) -> str:
    """The way walked and how fast, as a sentence for the wearer; "" where it is not known."""
    speed, distance = found.both("walking_speed_m_per_s"), found.both("walking_distance_m")
    if speed is None or distance is None or speed.value is None or distance.value is None:
        return ""
    return formats.words(
        "walk.lead.way",
        distance=formats.distance(distance.value),
        speed=formats.quantity(speed.value, "m/s", SPEED_DIGITS),
        fast=formats.quantity(KMH_PER_M_S * speed.value, "km/h", 1),
    )
