"""Activities of virtual people: what is told of each second beside what was done in it.

    python -m tools.validation.twin_activities [--people 30] [--first 1000]

Each person does everything once, in an order of chance, with a walk between: stands, sits with the feet on
the floor, sits with the legs stretched out on the heels, lies, rides a bicycle; their shoes are carried in a
bag, and stand or lie about. Forces are those of calibrated insoles, motion that of sensors with all
imperfections of the twin. The same forces are analysed a second time as if there were no sensor. Five seconds
on either side of a change are left out. The levels in `plantigrade.gait.motion.settings` follow from physics
and sources; they were looked at with people 1 to 3 and not changed since.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, get_args

import numpy as np
from plantigrade.gait.activity_kinds import ActivityKind
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Walk
from plantigrade.twin.body.day import Doing, Segment
from plantigrade.twin.moving_day import MovingDay, moving_day

EDGE_S: Final = 5.0
SECONDS: Final[dict[Doing, tuple[float, float]]] = {
    "stand": (60.0, 120.0),
    "sit": (120.0, 300.0),
    "feet-out": (620.0, 800.0),
    "lie": (620.0, 800.0),
    "cycle": (60.0, 240.0),
    "bag": (120.0, 300.0),
    "off": (620.0, 900.0),
}
WALK_S: Final = (40.0, 90.0)
KINDS: Final[tuple[ActivityKind, ...]] = get_args(ActivityKind)
ORDER: Final[tuple[Doing, ...]] = ("walk", *SECONDS)


@dataclass(frozen=True)
class Lived:
    """One person: seconds by (done, told), and strides in walking bouts where none were made.

    Attributes:
        with_motion, forces_alone: seconds.
        false_strides: in walking bouts while cycling, with motion and without.
    """

    with_motion: Counter[tuple[Doing, ActivityKind]]
    forces_alone: Counter[tuple[Doing, ActivityKind]]
    false_strides: tuple[int, int]


def plan(person: int) -> list[Segment]:
    """What a person does, with walks between."""
    draw = np.random.default_rng([person, 42])
    segments: list[Segment] = []
    for doing in draw.permutation(list(SECONDS)).tolist():
        segments.append(Segment("walk", float(round(draw.uniform(*WALK_S)))))
        segments.append(Segment(doing, float(round(draw.uniform(*SECONDS[doing])))))
    return segments


def without_motion(walk: Walk) -> Walk:
    """The forces alone."""
    left, right = (None if foot is None else replace(foot, motion=None) for foot in (walk.left, walk.right))
    return replace(walk, left=left, right=right)


def seconds(day: MovingDay, analysis: Analysis) -> Counter[tuple[Doing, ActivityKind]]:
    """Seconds by what was done and what is told."""
    found: Counter[tuple[Doing, ActivityKind]] = Counter()
    for doing, start, stop in day.done:
        for one in analysis.activities:
            both = min(one.to_s, stop - EDGE_S) - max(one.from_s, start + EDGE_S)
            if both > 0:
                found[doing, one.kind] += round(both)
    return found


def false_strides(day: MovingDay, analysis: Analysis) -> int:
    """Strides in walking bouts whose middle lies in a ride."""
    count = 0
    for foot in analysis.feet:
        middle = 0.5 * (foot.strides.initial_contact_s + foot.strides.next_initial_contact_s)
        for doing, start, stop in day.done:
            if doing == "cycle":
                count += int(np.count_nonzero((foot.strides.bout >= 0) & (middle > start) & (middle < stop)))
    return count


def people(numbers: Sequence[int]) -> Iterator[Lived]:
    """All of these people."""
    for number in numbers:
        day = moving_day(number, plan(number), insoles=True)
        both = [analyze(day.walk), analyze(without_motion(day.walk))]
        yield Lived(
            seconds(day, both[0]),
            seconds(day, both[1]),
            (false_strides(day, both[0]), false_strides(day, both[1])),
        )


def table(counts: Counter[tuple[Doing, ActivityKind]]) -> list[str]:
    """Lines of a Markdown table: per cent of the seconds of what was done."""
    shown: list[ActivityKind] = [kind for kind in KINDS if any(counts[doing, kind] for doing in ORDER)]
    lines = [f"| done | seconds | {' | '.join(shown)} |", "|---" * (len(shown) + 2) + "|"]
    for doing in ORDER:
        total = sum(counts[doing, kind] for kind in KINDS)
        cells = [f"{100.0 * counts[doing, kind] / max(1, total):.1f}" for kind in shown]
        lines.append(f"| {doing} | {total} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    """Live the days and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--first", type=int, default=1000, help="number of the first person")
    options = parser.parse_args()
    found: list[Lived] = []
    for one in people(range(options.first, options.first + options.people)):
        found.append(one)
        with_motion, alone = Counter[tuple[Doing, ActivityKind]](), Counter[tuple[Doing, ActivityKind]]()
        for each in found:
            with_motion.update(each.with_motion)
            alone.update(each.forces_alone)
        strides = [sum(each.false_strides[way] for each in found) for way in range(2)]
        print(f"\n{len(found)} people; with motion, then forces alone; strides on bicycles: {strides}")
        print("\n".join([*table(with_motion), "", *table(alone)]), flush=True)


if __name__ == "__main__":
    main()
