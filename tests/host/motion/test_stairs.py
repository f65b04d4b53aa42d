"""Stairs: flights with their height, stairs and pattern; and what is none."""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.activity_kinds import Flight, StairPattern
from plantigrade.gait.engine import analyze
from plantigrade.gait.motion.values import COLUMNS, Flag, Value
from plantigrade.gait.results import Reason, StrideTable
from plantigrade.gait.stairs import figures, flights
from plantigrade.twin.body.motion import Course, Slope, Stairs
from plantigrade.twin.moving_people import moving_walk

from tests.host.figures.tables import table
from tests.host.motion.drawn_feet import Strides, walk_of

LEVEL = (1.2, 0.0)
TWO = (0.58, 0.34)
"""Length and rise of a stride over two stairs of 17 cm on 29 cm; the first and the last may be over one."""


def foot(strides: list[tuple[float, float]], delay_s: float = 0.0, bout: object = 0) -> StrideTable:
    """Strides of a second each, with their length and rise."""
    begin = delay_s + np.arange(len(strides))
    made = table(
        len(strides),
        initial_contact_s=begin,
        final_contact_s=begin + 0.6,
        next_initial_contact_s=begin + 1.0,
        bout=bout,
    )
    motion = np.full((len(strides), COLUMNS), np.nan)
    motion[:, Value.FLAGS] = Flag.NONE
    motion[:, Value.LENGTH], motion[:, Value.HEIGHT] = np.array(strides).T
    return replace(made, motion=motion)


def eight_stairs(way: float = 1.0) -> tuple[StrideTable, StrideTable]:
    """The left foot takes stairs 1, 3, 5, 7 and the landing, the right one 2, 4, 6 and 8."""
    left = [LEVEL, (0.9, 0.17), TWO, TWO, TWO, (0.6, 0.17), LEVEL]
    right = [LEVEL, (1.0, 0.34), TWO, TWO, TWO, LEVEL, LEVEL]
    return (
        foot([(length, way * rise) for length, rise in left]),
        foot([(length, way * rise) for length, rise in right], 0.5),
    )


@pytest.mark.worked_example("stairs_climbed_m", "stairs_descended_m", "floors_climbed")
def test_a_flight_of_eight_stairs_of_17_cm() -> None:
    """1.36 m on either foot; 4.5 strides of a foot in the mean, each to 1.5 cm. Nine floors are 27 m."""
    left, right = eight_stairs()
    assert flights([left, right]) == [
        Flight(
            from_s=1.6,
            to_s=6.0,
            height_m=pytest.approx(1.36),
            height_sd_m=pytest.approx(0.0675),
            steps=8,
            pattern=StairPattern.STEP_OVER_STEP,
        )
    ]
    assert [int(n) for n in np.flatnonzero(left.reason & Reason.STAIRS)] == [1, 2, 3, 4, 5]
    assert [int(n) for n in np.flatnonzero(right.reason & Reason.STAIRS)] == [1, 2, 3, 4]
    (down,) = flights(list(eight_stairs(-1.0)))
    assert (down.height_m, down.steps) == (pytest.approx(-1.36), 8)
    up = Flight(0.0, 1.0, 27.0, 0.3, 160, StairPattern.STEP_OVER_STEP)
    found = figures([up, down])
    assert found["stairs_climbed_m"].value == 27.0
    assert found["stairs_descended_m"].value == pytest.approx(1.36)
    assert (found["floors_climbed"].value, found["floors_climbed"].n) == (9.0, 1)


def test_drawn_feet_that_rise_by_a_stair_each_stride_climb_step_by_step() -> None:
    """Eight strides of 30 cm, each up by 17: 1.36 m, in the swing of each foot."""
    walk = walk_of(Strides(count=8, length_m=0.3, rise_m=0.17))
    found = analyze(walk)
    (flight,) = found.stairs
    assert flight.pattern is StairPattern.STEP_BY_STEP
    assert (flight.steps, flight.height_m) == (
        7,
        pytest.approx(7 * 0.17, abs=0.03),
    )  # the last one has no end
    assert found.both["stairs_climbed_m"].value == flight.height_m
    kinds = {one.kind for one in found.activities}
    assert "stairs_up" in kinds
    assert all((foot.strides.reason & Reason.STAIRS).all() for foot in found.feet)
    bare = replace(walk, left=replace(walk.left, motion=None), right=replace(walk.right, motion=None))
    assert (analyze(bare).stairs, "floors_climbed" in analyze(bare).both) == ((), False)


@pytest.mark.parametrize(
    "strides",
    [
        pytest.param([(0.58, 0.09)] * 9, id="rises that are not known to be any"),
        pytest.param([(1.2, 0.29)] * 9, id="a hillside of 24 %"),
        pytest.param([LEVEL, (0.6, 0.17), LEVEL, (0.6, -0.17), LEVEL], id="a kerb up and down"),
        pytest.param([LEVEL, (0.4, 0.17), (0.4, 0.17), LEVEL], id="two doorsteps"),
        pytest.param([(0.58, 0.3), (0.58, -0.3)] * 5, id="heights that come and go"),
        pytest.param([(np.nan, np.nan)] * 9, id="no motion known"),
    ],
)
def test_what_is_no_flight(strides: list[tuple[float, float]]) -> None:
    one = foot(strides)
    assert flights([one]) == []
    assert not (one.reason & Reason.STAIRS).any()


def test_an_unknown_stride_on_a_flight_rises_as_the_others() -> None:
    left, right = eight_stairs()
    left.motion[3, [Value.LENGTH, Value.HEIGHT]] = np.nan
    (flight,) = flights([left, right])
    assert (flight.height_m, flight.steps) == (pytest.approx(1.36), 8)


def test_a_level_stride_and_another_bout_end_a_flight() -> None:
    """Two flights of five stairs with a landing; and strides of no bout are on no stairs."""
    strides = [TWO, TWO, (0.58, 0.17), LEVEL, TWO, TWO, (0.58, 0.17)]
    assert [one.steps for one in flights([foot(strides)])] == [5, 5]
    assert [one.steps for one in flights([foot([TWO] * 6, bout=[0, 0, 0, 1, 1, 1])])] == [6, 6]
    assert flights([foot([TWO] * 6, bout=-1)]) == []


def test_a_stride_between_two_flights_belongs_to_one_of_them() -> None:
    strides = [TWO, TWO, TWO, (0.9, 0.17), TWO, TWO, TWO]
    heights = [one.height_m for one in flights([foot(strides)])]
    assert heights == [pytest.approx(1.19), pytest.approx(1.02)]


@pytest.mark.parametrize("both_feet", [False, True])
def test_a_virtual_person_on_stairs(both_feet: bool) -> None:
    """Up, with all errors of the sensors; on a ramp of 10 % there are none."""
    stairs = Course(heights=(Stairs(8.0, 14.0, 0.17, 0.29, both_feet),))
    made = moving_walk(1001, 22.0, 1.0, stairs)
    contacts = np.concatenate([made.truth.left.truth.contact_s, made.truth.right.truth.contact_s])
    count = int(np.count_nonzero((contacts >= 8.0) & (contacts < 14.0)))
    steps = (count + 1) // 2 if both_feet else count
    (flight,) = analyze(made.walk).stairs
    assert abs(flight.steps - steps) <= 1
    assert abs(flight.height_m - 0.17 * steps) < 2.0 * flight.height_sd_m
    pattern = StairPattern.STEP_BY_STEP if both_feet else StairPattern.STEP_OVER_STEP
    assert flight.pattern is pattern
    ramp = Course(heights=(Slope(8.0, 14.0, 10.0),))
    assert analyze(moving_walk(1001, 22.0, 1.0, ramp).walk).stairs == ()
