"""Motion on virtual people: what is told of each stride beside what is true of it.

    python -m tools.validation.twin_motion [--people 200] [--first 0] [--output FILE.json]

Each person walks at three speeds for a minute with a turn to either side. Their insoles' motion sensors have
all imperfections of the twin (`twin/motion_sensor`): noise, bias and its drift with temperature, sensitivity,
axes that are not square, how the case is strapped, its own clock and filter, the end of the range. The same
strides are told a second time with contacts and still instants from motion alone.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from plantigrade.gait.engine import analyze
from plantigrade.gait.motion.contacts import contact_signal
from plantigrade.gait.results import FootAnalysis
from plantigrade.gait.signals import Foot, FootSignal, Motion, Walk
from plantigrade.twin.body import draw_person, walk
from plantigrade.twin.body.motion import Course, FootMotion, Turn, move
from plantigrade.twin.body.walk import ForceWalk
from plantigrade.twin.motion_sensor import measure

Floats = npt.NDArray[np.float64]
SPEEDS = (0.8, 1.25, 1.7)
SECONDS = 60.0
RATE_HZ = 100.0
COURSE = Course((Turn(20.0, 180.0), Turn(40.0, -90.0)))
NEAR_S = 0.12
"""A stride of ours is that of the truth whose contact is so near."""
LEVEL_95 = 1.96
FIGURES = {
    "stride_length_m": ("stride_length_m", 100.0, "cm"),
    "foot_progression_deg": ("foot_progression_deg", 1.0, "degrees"),
    "foot_strike_deg": ("strike_deg", 1.0, "degrees"),
    "circumduction_m": ("circumduction_m", 100.0, "cm"),
    "turning_deg": ("turning_deg", 1.0, "degrees"),
    "height_gain_m": ("height_gain_m", 100.0, "cm"),
}
"""Columns of ours, what they are called in the truth, and the scale and unit in which they are shown."""


@dataclass(frozen=True)
class Stride:
    """One stride of ours beside the true one.

    Attributes:
        person, speed_m_s: who walked, and how fast they were asked to.
        steady: whether it counts in statistics.
        ours, true: by figure; NaN where unknown.
        sd_m: stated uncertainty of the stride's length.
    """

    person: int
    speed_m_s: float
    steady: bool
    ours: dict[str, float]
    true: dict[str, float]
    sd_m: float


def without_forces(walked: Walk) -> Walk:
    """The same walk as if no force had been measured."""

    def side(foot: FootSignal | None) -> FootSignal | None:
        assert foot is not None and foot.motion is not None
        signal = contact_signal(foot.time_s, foot.motion, walked.sample_rate_hz)
        return replace(foot, force_n=signal, layout=None, quantity="motion", relative_sd=None)

    return replace(walked, left=side(walked.left), right=side(walked.right))


def signals(forces: ForceWalk, motions: dict[Foot, Motion]) -> Walk:
    """A virtual walk as the engine reads it."""
    from plantigrade.gait.pressure.own_insole import own_layout

    feet = {
        foot: FootSignal(
            foot,
            np.arange(len(force)) / forces.rate_hz,
            np.asarray(force, np.float32),
            own_layout(None),
            motion=motions[foot],
        )
        for foot, force in ((Foot.LEFT, forces.left), (Foot.RIGHT, forces.right))
    }
    return Walk(feet[Foot.LEFT], feet[Foot.RIGHT], forces.rate_hz)


def beside_truth(found: FootAnalysis, true: FootMotion, person: int, speed: float) -> Iterator[Stride]:
    """The strides of a foot with the true ones."""
    table, truth = found.strides, true.truth
    for row in range(len(table)):
        near = int(np.argmin(np.abs(truth.contact_s[:-1] - table.initial_contact_s[row])))
        if abs(truth.contact_s[near] - table.initial_contact_s[row]) > NEAR_S:
            continue
        names = {ours: name for ours, (name, _, _) in FIGURES.items()}
        estimated = {name: float(getattr(table, name)[row]) for name in names}
        really = {ours: float(getattr(truth, name)[near]) for ours, name in names.items()}
        really["foot_strike_deg"] = float(truth.strike_deg[near + 1])
        yield Stride(
            person, speed, bool(table.valid[row]), estimated, really, float(table.stride_length_sd_m[row])
        )


def strides_of(person: int, speed: float) -> tuple[list[Stride], list[Stride]]:
    """Strides of one person at one speed: with forces, and from motion alone."""
    made = walk(draw_person(person, speed_m_s=speed), SECONDS, person, rate_hz=RATE_HZ)
    moved = move(made, person, COURSE)
    feet = {Foot.LEFT: moved.left, Foot.RIGHT: moved.right}
    motions = {
        foot: measure(true.felt, SECONDS, 2 * person + index, RATE_HZ).motion()
        for index, (foot, true) in enumerate(feet.items())
    }
    walked = signals(made.forces, motions)
    both: list[list[Stride]] = []
    for one in (walked, without_forces(walked)):
        analysis = analyze(one)
        both.append(
            [row for found in analysis.feet for row in beside_truth(found, feet[found.foot], person, speed)]
        )
    return both[0], both[1]


def errors(strides: list[Stride], name: str) -> Floats:
    """Ours minus true where both are known."""
    found = np.array([one.ours[name] - one.true[name] for one in strides])
    return found[np.isfinite(found)]


def covered(strides: list[Stride]) -> float:
    """Share of the strides whose true length lies in the stated 95 % interval."""
    inside = [
        abs(one.ours["stride_length_m"] - one.true["stride_length_m"]) <= LEVEL_95 * one.sd_m
        for one in strides
        if np.isfinite(one.ours["stride_length_m"])
    ]
    return float(np.mean(inside)) if inside else float("nan")


def table(strides: dict[str, list[Stride]]) -> list[str]:
    """Lines of a Markdown table: bias and SD of each figure, at each speed, with and without forces."""
    lines = ["| figure | contacts by | " + " | ".join(f"{speed} m/s" for speed in SPEEDS) + " | all |"]
    lines.append("|---" * (len(SPEEDS) + 3) + "|")
    for name, (_, scale, unit) in FIGURES.items():
        for way, rows in strides.items():
            cells: list[str] = []
            for speed in (*SPEEDS, None):
                off = scale * errors([one for one in rows if speed in (None, one.speed_m_s)], name)
                cells.append(f"{off.mean():+.1f} ± {off.std():.1f} ({len(off)})" if len(off) else "-")
            lines.append(f"| `{name}`, {unit} | {way} | " + " | ".join(cells) + " |")
    for way, rows in strides.items():
        shares = [
            covered([one for one in rows if speed in (None, one.speed_m_s)]) for speed in (*SPEEDS, None)
        ]
        cells = [f"{100 * share:.1f} %" for share in shares]
        lines.append(f"| true length within the stated 95 % | {way} | " + " | ".join(cells) + " |")
    return lines


def main() -> None:
    """Walk all people and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, help="number of the first person")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    strides: dict[str, list[Stride]] = {"forces": [], "motion": []}
    for person in range(options.first, options.first + options.people):
        for speed in SPEEDS:
            with_forces, alone = strides_of(person, speed)
            strides["forces"] += with_forces
            strides["motion"] += alone
    print("\n".join(table(strides)))
    if options.output:
        options.output.write_text(
            json.dumps({way: [asdict(one) for one in rows] for way, rows in strides.items()}),
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
