"""The butterfly of cycles that were drawn on paper.

One cycle of 1 s on feet of 250 mm with a sensor at 20 % and one at 80 % of the length. The load passes evenly
from the right foot's front to the left heel (0 to 0.2 s), the left foot rolls forward (to 0.5 s), passes it
from its front to the right heel (to 0.7 s), and the right foot rolls (to 1 s). With w from one foot to the
other, the diagonals are straight lines in the diagram.
"""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.pressure import butterfly as b
from plantigrade.gait.signals import Floats, Foot, FootSignal, SensorLayout

from tests.host.pressure.insoles import HEEL, TOES, layout

LOAD_N = 600.0
MIDDLE_MM = 45.0
"""Half the width of the ball of an insole of 250 mm."""


def insole(x_mm: float = MIDDLE_MM) -> SensorLayout:
    return layout([(x_mm, 50.0), (x_mm, 200.0)], [HEEL, TOES])


def cycle(left_front: float, right_front: float) -> tuple[Floats, Floats]:
    """100 samples of a cycle: forces (100, 2) of left and right, whose fronts end their roll at these shares
    of the way from 20 to 80 %."""
    t = np.arange(100) / 100
    right = np.interp(t, [0, 0.2, 0.5, 0.7, 1.0], [1, 0, 0, 1, 1])
    left_roll = np.interp(t, [0, 0.2, 0.5, 0.7, 1.0], [0, 0, left_front, left_front, 0])
    right_roll = np.interp(t, [0, 0.2, 0.5, 0.7, 1.0], [right_front, right_front, 0, 0, right_front])

    def feet(load: Floats, roll: Floats) -> Floats:
        return LOAD_N * np.column_stack([load * (1 - roll), load * roll])

    return feet(1 - right, left_roll), feet(right, right_roll)


def walk(
    fronts: list[tuple[float, float]], x_mm: float = MIDDLE_MM, right_gain: float = 1.0
) -> tuple[FootSignal, FootSignal]:
    """Cycles one after the other from 0 s on, and the first once more behind the last."""
    cycles = [cycle(*front) for front in [*fronts, fronts[0]]]
    time = np.arange(100 * len(cycles)) / 100
    left = np.concatenate([one for one, _ in cycles]).astype(np.float32)
    right = np.concatenate([other for _, other in cycles]).astype(np.float32) * np.float32(right_gain)
    place = insole(x_mm)
    return FootSignal(Foot.LEFT, time, left, place), FootSignal(Foot.RIGHT, time, right, place)


def starts(count: int) -> tuple[Floats, Floats]:
    return np.arange(count, dtype=np.float64), np.arange(1, count + 1, dtype=np.float64)


def of(fronts: list[tuple[float, float]], **changes: float) -> b.Butterfly:
    found = b.butterfly(*walk(fronts, **changes), *starts(len(fronts)))
    assert found is not None
    return found


@pytest.mark.worked_example("butterfly_crossing_x_pct", "butterfly_crossing_y_pct")
def test_the_diagonals_cross_where_the_drawn_lines_do() -> None:
    """The left front reaches 80 %, the right 60 % (two thirds of the way). From left front to right heel: y =
    50 - 0.3 x; from right front to left heel: y = 40 + 0.2 x. They cross at x = 20, y = 44."""
    found = of([(1, 2 / 3)] * 3)
    assert (found.crossing_x_pct, found.crossing_y_pct) == pytest.approx((20, 44), abs=1e-3)
    assert (found.crossing_x_sd_pct, found.crossing_y_sd_pct) == pytest.approx((0, 0), abs=1e-3)
    assert found.n == 3


def test_a_longer_left_roll_of_the_right_foot_moves_the_crossing_to_the_left() -> None:
    found = of([(2 / 3, 1)] * 3)
    assert (found.crossing_x_pct, found.crossing_y_pct) == pytest.approx((-20, 44), abs=1e-3)


def test_lateral_places_lie_outside_the_middle_line_of_each_foot() -> None:
    """7.5 mm lateral are 10 % of half of 0.6 of 250 mm: the wings reach -110 and 110, all of the drawing is
    1.1 times as wide. 7.5 mm medial: 90 %."""
    outside, inside = of([(1, 2 / 3)] * 3, x_mm=52.5), of([(1, 2 / 3)] * 3, x_mm=37.5)
    assert (outside.x_pct.min(), outside.x_pct.max()) == pytest.approx((-110, 110))
    assert (outside.crossing_x_pct, outside.crossing_y_pct) == pytest.approx((22, 44), abs=1e-3)
    assert (inside.x_pct.min(), inside.x_pct.max()) == pytest.approx((-90, 90))
    assert inside.crossing_x_pct == pytest.approx(18, abs=1e-3)


def test_the_curve_at_a_few_percent_of_the_cycle() -> None:
    """0 %: right front (100, 60); 10 %: half-way to the left heel (0, 40); 35 %: the left foot half-way
    (-100, 50); 60 %: half-way to the right heel (0, 50); 85 %: the right foot half-way (100, 40); 100 % as 0
    %."""
    found = of([(1, 2 / 3)] * 3)
    places = [0, 10, 35, 60, 85, 100]
    assert found.x_pct[places] == pytest.approx([100, 0, -100, 0, 100, 100], abs=1e-4)
    assert found.y_pct[places] == pytest.approx([60, 40, 50, 50, 40, 60], abs=1e-4)
    assert len(found.x_pct) == len(found.y_pct) == 101


@pytest.mark.worked_example("butterfly_asymmetry_pct")
@pytest.mark.parametrize(("gain", "asymmetry"), [(1.0, 0.0), (1.5, 20.0), (0.6, -25.0)])
def test_asymmetry_is_that_of_the_load_over_the_cycle(gain: float, asymmetry: float) -> None:
    """Both feet carry for half of the cycle: 100 (g - 1) / (g + 1)."""
    assert of([(1, 1)] * 3, right_gain=gain).asymmetry_pct == pytest.approx(asymmetry, abs=1e-4)


def test_the_last_point_of_a_cycle_counts_once() -> None:
    """600 N on the left for the first half, 600 N on the right for the second: at 100 points they carry
    alike. The point at 100 % is the next cycle's and would add to the left foot."""
    time = np.arange(500) / 100
    early = (np.arange(500) % 100 < 50).astype(np.float32)[:, None]
    ones = np.full((500, 2), 300, np.float32)
    left = FootSignal(Foot.LEFT, time, ones * early, insole())
    right = FootSignal(Foot.RIGHT, time, ones * (1 - early), insole())
    found = b.butterfly(left, right, *starts(4))
    assert found is not None
    assert found.asymmetry_pct == pytest.approx(0, abs=1e-9)


def test_the_crossing_is_that_of_the_mean_curve_with_the_spread_of_single_cycles() -> None:
    """The right front ends at 60 and 80 % in turn: single cycles cross at x = 20, y = 44 and at x = 0, y =
    50: SD of four 11.547 and 3.4641. The mean curve's front is at 70 %: 45 + 0.25 x = 50 - 0.3 x gives x =
    9.0909, y = 47.2727."""
    found = of([(1, 2 / 3), (1, 1)] * 2)
    assert (found.crossing_x_pct, found.crossing_y_pct) == pytest.approx((9.0909, 47.2727), abs=2e-3)
    assert found.crossing_x_sd_pct == pytest.approx(11.5470, rel=1e-4)
    assert found.crossing_y_sd_pct == pytest.approx(3.46410, rel=1e-4)
    assert found.n == 4


def test_one_crossing_has_no_spread() -> None:
    """In two of three cycles each foot keeps 150 N while the other carries 750 N: wings reach 67 % only, so
    there are no diagonals."""
    feet = walk([(1, 1)] * 3)
    for one in feet:
        one.force_n[100:300] += 75
    found = b.butterfly(*feet, *starts(3))
    assert found is not None
    assert found.n == 3
    assert np.isnan(found.crossing_x_sd_pct)
    assert np.isnan(found.crossing_y_sd_pct)


def test_at_least_three_cycles() -> None:
    left, right = walk([(1, 1)] * 3)
    assert b.butterfly(left, right, *starts(2)) is None
    found = b.butterfly(left, right, *starts(3))
    assert found is not None


@pytest.mark.parametrize("side", ["left", "right"])
def test_both_feet_need_places(side: str) -> None:
    left, right = walk([(1, 1)] * 3)
    blind = {"left": left, "right": right}
    blind[side] = replace(blind[side], layout=None)
    assert b.butterfly(blind["left"], blind["right"], *starts(3)) is None


def cycles_left(left: FootSignal, right: FootSignal, count: int = 4) -> int:
    """Cycles of `count` that are taken; 0 where there is no butterfly."""
    found = b.butterfly(left, right, *starts(count))
    return found.n if found is not None else 0


@pytest.mark.parametrize("side", [0, 1])
def test_a_cycle_with_a_missing_sample_is_left_out(side: int) -> None:
    feet = walk([(1, 1)] * 4)
    feet[side].force_n[150, 1] = np.nan
    assert cycles_left(*feet) == 3


@pytest.mark.parametrize(("lost", "retained"), [(9, 4), (10, 3), (30, 3)])
def test_a_cycle_with_a_gap_of_more_than_a_tenth_of_a_second_is_left_out(lost: int, retained: int) -> None:
    """Nine samples lost are a step of 0.1 s (a hair less here), ten of 0.11 s."""
    feet = walk([(1, 1)] * 4)
    keep = np.ones(len(feet[0]), bool)
    keep[110 : 110 + lost] = False
    time = feet[1].time_s[keep]
    time[time > 1.1] -= 1e-6
    gapped = replace(feet[1], time_s=time, force_n=feet[1].force_n[keep])
    assert cycles_left(feet[0], gapped) == retained


@pytest.mark.parametrize(("first", "last", "retained"), [(0, 401, 4), (1, 401, 3), (0, 400, 3), (60, 350, 0)])
def test_a_cycle_needs_samples_from_its_begin_to_its_end(first: int, last: int, retained: int) -> None:
    left, right = walk([(1, 1)] * 4)
    assert cycles_left(left, right.part(first, last)) == retained
    assert cycles_left(left.part(first, last), right) == retained


def test_a_cycle_needs_eight_samples() -> None:
    """At 12.5 samples a second a cycle of 0.5 s has them together with its neighbours, one of 0.42 s has
    seven."""
    feet = [replace(foot, time_s=foot.time_s[::8], force_n=foot.force_n[::8]) for foot in walk([(1, 1)] * 4)]
    for length, found in ((0.5, True), (0.42, False)):
        begin = np.array([0.05, 1.05, 2.05])
        assert (b.butterfly(feet[0], feet[1], begin, begin + length) is not None) is found


def test_a_cycle_in_which_both_feet_are_off_the_ground_is_left_out() -> None:
    feet = walk([(1, 1)] * 4)
    feet[0].force_n[220:230] = feet[1].force_n[220:230] = 0
    assert cycles_left(*feet) == 3


def test_a_cycle_with_a_light_touch_counts() -> None:
    """The feet bear half a newton between them for a moment: little, but not off the ground."""
    feet = walk([(1, 1)] * 4)
    feet[0].force_n[220:230] = feet[1].force_n[220:230] = 0
    feet[0].force_n[220:230, 0] = 0.5
    assert cycles_left(*feet) == 4


def test_forces_below_zero_count_as_nothing() -> None:
    feet = walk([(1, 2 / 3)] * 3)
    lifted = feet[1].force_n[:, 0] == 0
    feet[1].force_n[lifted, 0] = -50
    found = b.butterfly(*feet, *starts(3))
    assert found is not None
    assert found.crossing_x_pct == pytest.approx(20, abs=1e-3)
    assert found.asymmetry_pct == pytest.approx(0, abs=1e-4)


def test_an_unloaded_foot_has_no_place() -> None:
    """The left foot alone: every point lies on its own line and there are no diagonals."""
    feet = walk([(1, 1)] * 3)
    feet[1].force_n[:] = 0
    feet[0].force_n[:] = np.maximum(feet[0].force_n, 10)
    found = b.butterfly(*feet, *starts(3))
    assert found is not None
    assert found.x_pct == pytest.approx(np.full(101, -100.0))
    assert np.isnan(found.crossing_x_pct)
    assert np.isnan(found.crossing_x_sd_pct)
    assert found.asymmetry_pct == pytest.approx(-100)


def closed(*corners: tuple[float, float]) -> tuple[Floats, Floats]:
    """A closed curve through corners, 50 steps a side."""
    points = np.array([*corners, corners[0]])
    at = np.linspace(0, len(corners), 50 * len(corners) + 1)
    return tuple(np.interp(at, np.arange(len(points)), points[:, i]) for i in (0, 1))  # type: ignore[return-value]


def test_the_curve_may_begin_anywhere() -> None:
    """The same bow tie from each of its corners: left front, right heel, right front, left heel."""
    corners = [(-100.0, 80.0), (100.0, 20.0), (100.0, 60.0), (-100.0, 20.0)]
    for turn in range(4):
        x, y = closed(*corners[turn:], *corners[:turn])
        assert b.crossing(x, y) == pytest.approx((20, 44), abs=1e-6)


def test_diagonals_that_never_meet_do_not_cross() -> None:
    """From left to right at a height of 60, back at 40."""
    x, y = closed((-100, 60), (100, 60), (100, 40), (-100, 40))
    assert np.isnan(b.crossing(x, y)).all()


@pytest.mark.parametrize("reach", [79.0, 81.0])
def test_wings_must_reach_80_percent(reach: float) -> None:
    x, y = closed((-reach, 80), (reach, 20), (reach, 60), (-reach, 20))
    assert np.isfinite(b.crossing(x, y)).all() == (reach > 80)
    x, y = closed((-100, 80), (reach, 20), (reach, 60), (-100, 20))
    assert np.isfinite(b.crossing(x, y)).all() == (reach > 80)


def test_of_several_crossings_the_one_nearest_to_the_middle_counts() -> None:
    """There at 50, and back over (60, 40), (20, 60) and (-70, 40): it crosses at 40 and at -25."""
    x, y = closed((-100, 50), (100, 50), (100, 40), (60, 40), (20, 60), (-70, 40), (-100, 40))
    assert b.crossing(x, y) == pytest.approx((-25, 50), abs=0.5)


def test_swaying_back_on_the_way_is_left_out() -> None:
    """On its way at the height of 50 the curve goes back from 30 to -30 at 90: its height at 30 stays 50. The
    way back is 40 + 0.5 x and meets it at 20, among what was passed twice."""
    x, y = closed((-100, 50), (30, 50), (-30, 90), (30, 50), (100, 50), (100, 90), (-100, -10))
    assert b.crossing(x, y) == pytest.approx((20, 50), abs=1)


def test_heights_are_compared_at_whole_per_cents() -> None:
    """On its way at 60 the curve dips to 50 between 20.0 and 21.0 and is back at once: at 20 and at 21 it is
    at 60, above the way back at 55, so nothing crosses there. A dip from 19 to 22 does cross, first at x =
    19.5."""
    back = [(100.0, 60.0), (100.0, 55.0), (-100.0, 55.0)]
    x, y = closed((-100, 60), (20, 60), (20.5, 50), (21, 60), *back)
    assert np.isnan(b.crossing(x, y)).all()
    x, y = closed((-100, 60), (19, 60), (20, 50), (21, 50), (22, 60), *back)
    assert b.crossing(x, y) == pytest.approx((19.5, 55), abs=1e-6)
