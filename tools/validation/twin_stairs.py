"""Stairs on virtual people: flights that are told beside those that they walked, and where there are none.

    python -m tools.validation.twin_stairs [--people 100] [--first 1000]

Each person climbs and descends a flight step over step, at two speeds, and another one step by step, and
walks as long on level ground with turns, and on ramps of 6 and 12 % up and down. Stairs are 15 to 20 cm high
and 26 to 32 cm deep. The motion sensors have all imperfections of the twin. The levels in
`plantigrade.gait.motion.settings` were chosen with people 0 to 19; the table of docs/explanation/motion.md is
of others.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from plantigrade.gait.activity_kinds import Flight, StairPattern
from plantigrade.gait.engine import analyze
from plantigrade.twin.body.motion import Course, Slope, Stairs, Turn
from plantigrade.twin.moving_people import MovingWalk, moving_walk

SECONDS = 50.0
SPEEDS = (0.8, 1.25)
UP_S, DOWN_S = (10.0, 20.0), (28.0, 38.0)
"""When a flight up and one down are walked, on level ground before, between and after."""
LEVEL_95 = 1.96
TURNS = (Turn(12.0, 180.0), Turn(30.0, -90.0))


@dataclass(frozen=True)
class Beside:
    """One walk: what was walked and what is told.

    Attributes:
        kind: of course.
        true: (height in m, stairs, pattern) of each flight.
        found: by the analysis.
        strides: whose motion is known.
    """

    kind: str
    true: tuple[tuple[float, int, StairPattern], ...]
    found: tuple[Flight, ...]
    strides: int


def courses(person: int) -> Iterator[tuple[str, Course]]:
    """The ways that a person walks."""
    draw = np.random.default_rng([person, 41])
    for kind, both_feet in (("step over step", False), ("step by step", True)):
        rise, tread = float(draw.uniform(0.15, 0.20)), float(draw.uniform(0.26, 0.32))
        up = Stairs(*UP_S, rise, tread, both_feet)
        yield kind, Course(heights=(up, Stairs(*DOWN_S, -rise, tread, both_feet)))
    yield "level with turns", Course(TURNS)
    for rise_pct in (6.0, 12.0):
        slopes = (Slope(*UP_S, rise_pct), Slope(*DOWN_S, -rise_pct))
        yield f"ramps of {rise_pct:g} %", Course(heights=slopes)


def true_flights(made: MovingWalk, course: Course) -> tuple[tuple[float, int, StairPattern], ...]:
    """What was walked: the footprints of each flight."""
    contacts = np.concatenate([made.truth.left.truth.contact_s, made.truth.right.truth.contact_s])
    found: list[tuple[float, int, StairPattern]] = []
    for part in course.heights:
        if isinstance(part, Stairs):
            count = int(np.count_nonzero((contacts >= part.from_s) & (contacts < part.until_s)))
            stairs = (count + 1) // 2 if part.both_feet else count
            pattern = StairPattern.STEP_BY_STEP if part.both_feet else StairPattern.STEP_OVER_STEP
            found.append((stairs * part.rise_m, stairs, pattern))
    return tuple(found)


def walks(people: Sequence[int]) -> Iterator[Beside]:
    """All walks of these people."""
    for person in people:
        for speed in SPEEDS:
            for kind, course in courses(person):
                made = moving_walk(person, SECONDS, speed, course)
                analysis = analyze(made.walk)
                strides = sum(int(np.isfinite(foot.strides.height_gain_m).sum()) for foot in analysis.feet)
                yield Beside(kind, true_flights(made, course), analysis.stairs, strides)


def matched(one: Beside) -> Iterator[tuple[tuple[float, int, StairPattern], Flight]]:
    """Flights of the truth with what is told of them, where as many are told, in the same ways."""
    ways = [np.sign(height) for height, _, _ in one.true]
    if ways == [np.sign(flight.height_m) for flight in one.found]:
        yield from zip(one.true, one.found, strict=True)


def table(rows: Sequence[Beside]) -> list[str]:
    """Lines of a Markdown table, a kind of course a line."""
    heads = ["course", "walks", "strides", "flights walked", "told", "right way", "right number of stairs"]
    heads += ["off by one", "right pattern", "height, cm", "within the stated 95 %"]
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for kind in dict.fromkeys(one.kind for one in rows):
        own = [one for one in rows if one.kind == kind]
        pairs = [pair for one in own for pair in matched(one)]
        cells = [kind, len(own), sum(one.strides for one in own), sum(len(one.true) for one in own)]
        cells += [sum(len(one.found) for one in own), len(pairs)]
        if pairs:
            off = np.array([100.0 * (flight.height_m - true[0]) for true, flight in pairs])
            sd = np.array([100.0 * flight.height_sd_m for _, flight in pairs])
            steps = np.array([abs(flight.steps - true[1]) for true, flight in pairs])
            pattern = sum(flight.pattern is true[2] for true, flight in pairs)
            cells += [int((steps == 0).sum()), int((steps == 1).sum()), pattern]
            cells += [f"{off.mean():+.0f} ± {off.std():.0f}"]
            cells += [f"{100 * np.mean(np.abs(off) <= LEVEL_95 * sd):.0f} %"]
        else:
            cells += ["-"] * 5
        lines.append(f"| {' | '.join(str(cell) for cell in cells)} |")
    return lines


def main() -> None:
    """Walk and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--first", type=int, default=1000, help="number of the first person")
    options = parser.parse_args()
    people = range(options.first, options.first + options.people)
    print("\n".join(table(list(walks(people)))))


if __name__ == "__main__":
    main()
