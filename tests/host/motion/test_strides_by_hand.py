"""Strides of drawn feet, whose answers are what they were drawn with."""

import numpy as np
import pytest
from plantigrade.gait.engine import Engine, analyze
from plantigrade.gait.results import Reason
from plantigrade.gait.signals import Foot

from tests.host.figures.tables import table
from tests.host.motion.drawn_feet import Strides, walk_of


def walked(made: Strides, name: str) -> list[float]:
    """A column of both feet, without the first and the last stride."""
    found = analyze(walk_of(made))
    return [float(value) for foot in found.feet for value in getattr(foot.strides, name)[1:-1]]


@pytest.mark.worked_example("stride_length_m", "speed_m_per_s")
def test_a_foot_that_goes_120_cm_in_each_second() -> None:
    """1.2 m from footprint to footprint, one a second: 1.2 m/s. 4 mm are lost between samples of 100 Hz."""
    made = Strides(length_m=1.2)
    assert walked(made, "stride_length_m") == pytest.approx([1.2] * 10, abs=0.006)
    assert walked(made, "speed_m_per_s") == pytest.approx([1.2] * 10, abs=0.006)


@pytest.mark.worked_example("foot_progression_deg", "foot_strike_deg", "circumduction_m", "height_gain_m")
def test_angles_and_ways_aside_are_those_that_were_drawn() -> None:
    """Toes 10 degrees outwards on both feet, landing with the toes 20 degrees up, 5 cm outwards in mid-swing,
    up by one stair of 17 cm."""
    made = Strides(pitch_deg=20.0, outwards_deg=10.0, aside_m=0.05, rise_m=0.17)
    assert walked(made, "foot_progression_deg") == pytest.approx([10.0] * 10, abs=0.1)
    assert walked(made, "foot_strike_deg") == pytest.approx([20.0] * 10, abs=0.5)
    assert walked(made, "circumduction_m") == pytest.approx([0.05] * 10, abs=0.003)
    assert walked(made, "height_gain_m") == pytest.approx([0.17] * 10, abs=0.004)


@pytest.mark.worked_example("turning_deg")
def test_a_heading_that_turns_to_the_left_is_positive_for_both_feet() -> None:
    assert walked(Strides(turn_deg=30.0), "turning_deg") == pytest.approx([30.0] * 10, abs=0.2)
    assert walked(Strides(turn_deg=-12.0), "turning_deg") == pytest.approx([-12.0] * 10, abs=0.2)


def test_turns_have_an_angle_and_their_strides_are_marked() -> None:
    """Seven strides of each foot turn by 30 degrees: 210 degrees to the left."""
    found = analyze(walk_of(Strides(turn_deg=30.0)))
    (turn,) = found.turns
    assert turn.angle_deg == pytest.approx(210.0, abs=2.0)
    assert all((foot.strides.reason & Reason.TURN).all() for foot in found.feet)


def test_a_curve_of_small_turns_is_no_turn() -> None:
    assert analyze(walk_of(Strides(turn_deg=12.0))).turns == ()


@pytest.mark.worked_example("toe_clearance_m")
def test_toe_clearance_is_withheld() -> None:
    assert np.isnan(walked(Strides(), "toe_clearance_m")).all()


@pytest.mark.worked_example("walking_distance_m", "walking_speed_m_per_s", "walk_ratio_m_per_step_per_min")
def test_distance_speed_and_walk_ratio_of_a_walk() -> None:
    """7 strides of 1.2 m are 8.4 m, at 1.2 m/s and 120 steps a minute: 0.6 m / 120 = 0.005."""
    both = analyze(walk_of(Strides(length_m=1.2))).both
    assert both["walking_distance_m"].value == pytest.approx(8.4, abs=0.04)
    assert both["walking_speed_m_per_s"].value == pytest.approx(1.2, abs=0.006)
    assert both["walk_ratio_m_per_step_per_min"].value == pytest.approx(0.005, rel=0.01)


@pytest.mark.worked_example("stride_length_left_right_pct")
def test_feet_that_disagree_on_their_way() -> None:
    """1.19 and 1.21 m: 2 cm of 1.2 m are 1.67 %."""
    from plantigrade.gait import travel
    from plantigrade.gait.motion.values import COLUMNS, Value

    def foot(length_m: float):
        motion = np.full((3, COLUMNS), np.nan)
        motion[:, Value.LENGTH], motion[:, Value.FLAGS] = length_m, 0
        made = table(3, stride_time_s=1.0)
        object.__setattr__(made, "motion", motion)
        return made

    found = travel.figures({Foot.LEFT: foot(1.19), Foot.RIGHT: foot(1.21)}, 1, 120.0)
    assert found["stride_length_left_right_pct"].value == pytest.approx(1.667, abs=0.001)
    assert found["walking_distance_m"].value == pytest.approx(3.6)


@pytest.mark.worked_example("stride_length_sd_m")
def test_the_stated_uncertainty_of_a_drawn_stride() -> None:
    """1 % of 1.2 m are 1.2 cm; a still end at 1 cm/s for 0.6 s adds 0.4 cm; the rest is drift: 1.3 to 3
    cm."""
    sd = walked(Strides(), "stride_length_sd_m")
    assert all(0.013 < value < 0.03 for value in sd)


@pytest.mark.parametrize("rows", [1, 7, 100, 333])
def test_cut_into_pieces_the_motion_of_each_stride_is_the_same_to_the_bit(rows: int) -> None:
    walk = walk_of(Strides(count=6, turn_deg=5.0))
    at_once = analyze(walk)
    engine = Engine(sample_rate_hz=walk.sample_rate_hz)
    for left, right in walk.chunks(rows):
        engine.feed(left, right)
    for one, other in zip(at_once.feet, engine.finish().feet, strict=True):
        assert one.strides.motion is not None
        np.testing.assert_array_equal(one.strides.motion, other.strides.motion)


def test_live_strides_wait_until_their_motion_is_known() -> None:
    walk = walk_of(Strides(count=6))
    engine, seen = Engine(sample_rate_hz=walk.sample_rate_hz), list[float]()
    for left, right in walk.chunks(20):
        engine.feed(left, right)
        for foot, strides in engine.take_strides():
            if foot is Foot.LEFT:
                seen += strides.stride_length_m.tolist()
    assert len(seen) >= 4
    assert seen[1:] == pytest.approx([1.2] * (len(seen) - 1), abs=0.006)
