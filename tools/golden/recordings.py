"""The six recordings: three of people, carried by the project, and three of the virtual body."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from plantigrade.analysis.pipeline import RecordingAnalysis, Request, Span, of_walk
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, SourceInfo, TimeGap, Walk
from plantigrade.imports import formats
from plantigrade.twin.body import ForceWalk, draw_person, parse_condition, stand, walk
from plantigrade.twin.walks import BUNDLED_WALK

from tools.golden import figures

ROOT: Final = Path(__file__).resolve().parents[2]
CUTS: Final = ROOT / "tests" / "golden" / "recordings"
EU_SIZE: Final = 42.0
RATE_HZ: Final = 100.0
GAP_ROWS: Final = (2000, 2060)
RELATIVE_SD: Final = 0.04
STEP_N: Final = 1 / 64
"""Forces are rounded to multiples of it. Sums of sensors are then exact in single precision too, so that no
processor's rounding decides which of two equal samples is the peak."""


def recorded_control() -> RecordingAnalysis:
    """Two minutes of an older adult without complaints: eight sensors in newtons, no areas."""
    return _recorded(BUNDLED_WALK)


def recorded_parkinson() -> RecordingAnalysis:
    """42 s from the middle of a walk of a patient with Parkinson's disease, who stops on the way."""
    return _recorded(CUTS / "gaitpdb_GaPt07_01.txt.gz", body_weight_kg=54.0)


def recorded_huntington() -> RecordingAnalysis:
    """45 s of a patient with Huntington's disease: one footswitch a foot, so timing alone."""
    return _recorded(CUTS / "gaitndd_hunt1.hea")


def _recorded(path: Path, body_weight_kg: float | None = None) -> RecordingAnalysis:
    walk = _rounded(formats.read(path))
    return of_walk(walk, Request(path, body_weight_kg=body_weight_kg))


def virtual_healthy() -> RecordingAnalysis:
    """A virtual person who stands for 25 s and walks for 40 s."""
    person = draw_person(3)
    standing, walking = stand(person, 25.0, 31), walk(person, 40.0, 32).forces
    left = np.concatenate([standing.left, walking.left])
    right = np.concatenate([standing.right, walking.right])
    return of_walk(_walk(ForceWalk(RATE_HZ, left, right, ""), person.weight_n), Request(Path()))


def virtual_asymmetric() -> RecordingAnalysis:
    """A virtual person who spares the left foot and has a low arch on the right; samples are missing on the
    left, and the sensors' calibration is known to 4 %."""
    person = draw_person(8)
    conditions = (parse_condition("antalgic:2:left"), parse_condition("flat-foot:3:right"))
    complete = _walk(walk(person, 60.0, 33, conditions).forces, None)
    assert complete.left is not None
    assert complete.right is not None
    keep = np.ones(len(complete.left), bool)
    keep[slice(*GAP_ROWS)] = False
    gap = TimeGap(GAP_ROWS[0] / RATE_HZ, GAP_ROWS[1] / RATE_HZ, "overrun")
    sd = np.full(complete.left.sensor_count, RELATIVE_SD)
    left = replace(
        complete.left,
        time_s=complete.left.time_s[keep],
        force_n=complete.left.force_n[keep],
        gaps=(gap,),
        relative_sd=sd,
    )
    return of_walk(
        replace(complete, left=left, right=replace(complete.right, relative_sd=sd)), Request(Path())
    )


def virtual_standing() -> RecordingAnalysis:
    """A virtual person who stands for a minute, feet 180 mm apart, with open and with closed eyes."""
    person = draw_person(7)
    forces = stand(person, 60.0, 34)
    request = Request(Path(), feet_apart_mm=180.0, eyes_open=Span(0.0, 25.0), eyes_closed=Span(30.0, 58.0))
    return of_walk(_walk(forces, None), request)


def _walk(forces: ForceWalk, weight_n: float | None) -> Walk:
    """What perfect insoles of our layout would measure."""
    time_s = np.arange(len(forces.left)) / forces.rate_hz
    left, right = (
        FootSignal(foot, time_s, force.astype(np.float32), own_layout(EU_SIZE))
        for foot, force in zip(Foot, (forces.left, forces.right), strict=True)
    )
    return _rounded(Walk(left, right, forces.rate_hz, SourceInfo("virtual body", "twin"), weight_n))


def _rounded(walk: Walk) -> Walk:
    def round_foot(foot: FootSignal | None) -> FootSignal | None:
        return foot and replace(foot, force_n=(np.round(foot.force_n / STEP_N) * STEP_N).astype(np.float32))

    return replace(walk, left=round_foot(walk.left), right=round_foot(walk.right))


RECORDINGS: Final[dict[str, Callable[[], RecordingAnalysis]]] = {
    "recorded_control": recorded_control,
    "recorded_parkinson": recorded_parkinson,
    "recorded_huntington": recorded_huntington,
    "virtual_healthy": virtual_healthy,
    "virtual_asymmetric": virtual_asymmetric,
    "virtual_standing": virtual_standing,
}


def compute() -> figures.Tree:
    """All figures of all recordings, as the code is now."""
    return {name: figures.tree_of(make()) for name, make in RECORDINGS.items()}
