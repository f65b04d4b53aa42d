"""Which claim of the product rests on people, and which on the twin."""

from collections.abc import Sequence
from typing import Final

PEOPLE: Final = "people"
TWIN: Final = "twin"
BOTH: Final = "people for the level, twin for the sensitivity"

CLAIMS: Final[Sequence[tuple[str, str, str, str]]] = (
    (
        "initial and final contact, stride and swing time",
        PEOPLE,
        "footswitch: 33 people, 8 of them healthy, 25 with Parkinson's or Huntington's disease or ALS; "
        "insole: the vendor's report of one walk",
        "below",
    ),
    (
        "means and variability of stride and swing",
        PEOPLE,
        "insole of eight sensors: 18 healthy people, 15 with Parkinson's disease",
        "below",
    ),
    (
        "peaks of force, gait line",
        PEOPLE,
        "insole: one person, the vendor's report of the same insole",
        "below",
    ),
    (
        "stride length and speed of level walking",
        PEOPLE,
        "foot sensors beside optical motion capture: one man, on whose walk the method was chosen; insole: "
        "the vendor's report of one walk",
        "[motion](../explanation/motion.md)",
    ),
    (
        "height of strides on stairs",
        PEOPLE,
        "foot sensors without forces: one person, upwards; no insole and nobody going down were at hand",
        "below",
    ),
    (
        "stride length, angles and turns at three speeds, and their uncertainty; what forces add",
        TWIN,
        "200 virtual people whose sensors have the errors of the data sheet",
        "[motion](../explanation/motion.md)",
    ),
    (
        "area and velocity of sway; standing found without a span",
        PEOPLE,
        "plate: 17 people, 25 trials; insoles under a standing person were not at hand",
        "below",
    ),
    ("ranges of healthy sway", PEOPLE, "plate: 117 people", "[standing](../explanation/standing.md)"),
    (
        "how often healthy people get a finding",
        PEOPLE,
        "insole, footswitch, plate: 18, 8 and 17 people",
        "[false findings](false-findings.md)",
    ),
    (
        "levels of the rules of posture",
        BOTH,
        "insole: 72 healthy people's distributions; plate: 62 people's asymmetry",
        "[rules](posture-rules.md), [levels](../explanation/levels.md)",
    ),
    (
        "that a rule finds what it is named after",
        TWIN,
        "virtual people of a body model; no feet that a clinician has labelled were at hand",
        "[performance](posture-performance.md), [body model](../explanation/body-model.md)",
    ),
    (
        "tandem stance, sit-to-stand, one-leg stance found without a span",
        TWIN,
        "loads drawn by hand, and plates changed as below",
        "[standing](../explanation/standing.md)",
    ),
    (
        "before and after a change, alerts, baselines",
        TWIN,
        "virtual months",
        "[plans](../explanation/plans.md)",
    ),
    (
        "calibration, sensors' errors, clocks, radio, battery, firmware",
        TWIN,
        "virtual insoles that run the real firmware; no board was at hand",
        "[twin](../explanation/twin.md), [calibration](calibration.md)",
    ),
)


def section() -> list[str]:
    """Lines of the report."""
    rows = [f"| {' | '.join(row)} |" for row in CLAIMS]
    return [
        "## What rests on people, what on the twin",
        "",
        "| claim | rests on | instrument, and whom | where |",
        "|---|---|---|---|",
        *rows,
        "",
        "The instrument belongs to the figure: two references said double supports of one walk that were",
        "ten points apart, and a force plate shows less asymmetry than a pair of insoles. Figures of one",
        "instrument are no bar for another; analyses name theirs (`input.instrument`).",
        "",
    ]
