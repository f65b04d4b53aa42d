"""How far, how fast, at which angle, for the clinician; without a motion sensor, that it is not known, why.

And the way walked in a sentence, for the wearer.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.activity_kinds import Flight, stair_totals
from plantigrade.gait.motion.settings import KMH_PER_M_S
from plantigrade.gait.parameters.definition import View
from plantigrade.gait.parameters.registry import shown_in
from plantigrade.gait.results import Analysis, Turn
from plantigrade.gait.travel import has_motion
from plantigrade.report.document_blocks import Block, Text
from plantigrade.report.document_tables import feet_table
from plantigrade.report.wording import Wording

MOTION: Final = shown_in(View.MOTION)
METRES_AS_KM: Final = 1000.0
"""From here on a distance is given in kilometres."""
MOST_TURNS: Final = 6
"""Turns that are listed one by one; of a day there may be hundreds."""


def motion_blocks(full_analysis: RecordingAnalysis, wording: Wording) -> list[Block]:
    """The table of the feet's motion with its uncertainty, and the turns."""
    analysis = full_analysis.analysis
    if not has_motion([foot.strides for foot in analysis.feet]):
        return [Text(wording("motion.nothing"))]
    blocks: list[Block] = [Text(wording("motion.no_stride"))]
    if any(foot.parameters["stride_length_m"].n for foot in analysis.feet):
        table = feet_table(full_analysis, MOTION, wording, both=True)
        blocks = [table, Text(wording("motion.caption"), "small")]
    turns = [turn for turn in analysis.turns if turn.angle_deg is not None]
    if turns:
        blocks.append(Text(_turns(turns, wording), "small"))
    return [*blocks, *(Text(line, "small") for line in _stairs(analysis.stairs, wording))]


def _turns(turns: Sequence[Turn], wording: Wording) -> str:
    listed = [
        wording(
            "motion.turn_left" if (turn.angle_deg or 0.0) > 0 else "motion.turn_right",
            angle=f"{abs(turn.angle_deg or 0.0):.0f}",
            lasted=f"{turn.to_s - turn.from_s:.1f}",
        )
        for turn in turns[:MOST_TURNS]
    ]
    return wording("motion.turns", count=str(len(turns)), turns="; ".join(listed))


def _stairs(flights: Sequence[Flight], wording: Wording) -> Iterator[str]:
    """What was climbed and what was descended, a sentence each."""
    for way, own in stair_totals(flights).items():
        yield wording(
            f"motion.stairs_{way}",
            height=f"{own.height_m:.1f}",
            sd=f"{own.height_sd_m:.1f}",
            flights=f"{own.flights}",
            steps=f"{own.steps}",
            both=f"{own.step_by_step}",
        )


def floors_sentence(analysis: Analysis, wording: Wording) -> str:
    """The floors that were climbed, for the wearer; "" for less than one."""
    climbed = analysis.both.get("floors_climbed")
    floors = round(climbed.value) if climbed is not None and climbed.value is not None else 0
    if floors == 1:
        return wording("patient.floors_one")
    return wording("patient.floors", floors=f"{floors}") if floors else ""


def way_sentence(analysis: Analysis, wording: Wording) -> str:
    """How far and how fast, for the wearer; "" where it is not known."""
    speed, distance = analysis.both.get("walking_speed_m_per_s"), analysis.both.get("walking_distance_m")
    if speed is None or distance is None or speed.value is None or distance.value is None:
        return ""
    metres = distance.value
    way = f"{metres:.0f} m" if metres < METRES_AS_KM else f"{metres / METRES_AS_KM:.1f} km"
    return wording(
        "patient.way", distance=way, speed=f"{speed.value:.2f}", fast=f"{KMH_PER_M_S * speed.value:.1f}"
    )
