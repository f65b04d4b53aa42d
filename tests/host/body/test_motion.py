"""Feet in motion: what is felt integrates back to where the feet were, and agrees with the forces."""

from itertools import pairwise

import numpy as np
import pytest
from plantigrade.gait.signals import NEWTONS_PER_KG
from plantigrade.twin.body import draw_person, parse_condition, walk
from plantigrade.twin.body.motion import (
    STRAIGHT,
    Course,
    FootMotion,
    Slope,
    Stairs,
    Turn,
    WalkMotion,
    draw_habits,
    move,
    there_and_back,
)

FINE_HZ = 4000
SECONDS = 24.0
COURSES = {
    "straight": STRAIGHT,
    "turns": Course((Turn(6.0, 180.0), Turn(14.0, -90.0, 1.5))),
    "uphill": Course(heights=(Slope(5.0, 30.0, 8.0),)),
    "stairs down": Course(heights=(Stairs(6.0, 12.0, -0.17),)),
}


def moved(seed: int, speed_m_s: float | None = None, course: Course = STRAIGHT, seconds: float = SECONDS):
    return move(walk(draw_person(seed, speed_m_s=speed_m_s), seconds, seed), seed, course)


def feet(motion: WalkMotion) -> tuple[FootMotion, FootMotion]:
    return motion.left, motion.right


def seen(motion: WalkMotion, foot: FootMotion) -> int:
    """How many contacts have their whole foot-flat within the walk."""
    return int((foot.truth.flat_until_s < motion.seconds).sum())


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES.keys())
@pytest.mark.parametrize(("seed", "speed_m_s"), [(1, 0.7), (2, 1.25), (3, 1.9)])
def test_twice_integrated_what_a_perfect_sensor_feels_is_the_true_stride(
    seed: int, speed_m_s: float, course: Course
):
    motion = moved(seed, speed_m_s, course)
    for foot in feet(motion):
        truth, last = foot.truth, seen(motion, foot)
        at = np.round(0.5 * (truth.flat_from_s + truth.flat_until_s)[:last] * FINE_HZ).astype(int)
        signals = foot.felt(np.arange(round(SECONDS * FINE_HZ)) / FINE_HZ)
        force = np.einsum("nij,nj->ni", signals.rotation, signals.acc_m_s2) - [0, 0, NEWTONS_PER_KG]
        for number, (begin, end) in enumerate(pairwise(at)):
            part = force[begin : end + 1]
            speed = np.concatenate([np.zeros((1, 3)), np.cumsum(part[1:] + part[:-1], axis=0) / 2 / FINE_HZ])
            way = (speed[1:] + speed[:-1]).sum(axis=0) / 2 / FINE_HZ
            assert np.abs(speed[-1]).max() < 1e-3, "it rests again"
            np.testing.assert_allclose(
                way, signals.position_m[end] - signals.position_m[begin], atol=5e-4, rtol=0
            )
            step = truth.heel_m[number + 1] - truth.heel_m[number]
            assert np.hypot(*step[:2]) == pytest.approx(truth.stride_length_m[number], abs=1e-9)
            if course is STRAIGHT:  # where the foot does not turn the sensor moves as the heel does
                assert way[1] == pytest.approx(truth.stride_length_m[number], abs=0.02)


@pytest.mark.parametrize("course", COURSES.values(), ids=COURSES.keys())
def test_the_angular_rate_is_that_of_the_orientation(course: Course):
    foot = moved(4, course=course).left
    time_s = np.linspace(0.5, SECONDS - 0.5, 4001)
    step_s = 1e-5
    signals, before, after = (foot.felt(time_s + late) for late in (0.0, -step_s, step_s))
    turned = np.einsum("nji,njk->nik", before.rotation, after.rotation) / (2 * step_s)
    turned = 0.5 * (turned - turned.transpose(0, 2, 1))
    rate = np.degrees(np.stack([turned[:, 2, 1], turned[:, 0, 2], turned[:, 1, 0]], axis=1))
    np.testing.assert_allclose(signals.gyr_deg_s, rate, atol=0.002)


def test_a_foot_that_lies_flat_rests_and_bears_load_on_heel_and_forefoot():
    """At rest exactly: that is what zero velocity means; and the forces agree."""
    made = walk(draw_person(5), SECONDS, 5)
    motion = move(made, 5)
    for foot, force_n in zip(feet(motion), (made.forces.left, made.forces.right), strict=True):
        truth, last = foot.truth, seen(motion, foot)
        for number in range(1, last):
            flat = np.linspace(truth.flat_from_s[number], truth.flat_until_s[number], 20)[1:-1]
            late = flat[flat > truth.contact_s[number] + 0.09]  # the shoe has stopped ringing
            signals = foot.felt(late)
            assert np.abs(signals.gyr_deg_s).max() < 1e-9
            np.testing.assert_allclose(
                signals.acc_m_s2, np.tile([0, 0, NEWTONS_PER_KG], (len(late), 1)), atol=1e-6
            )
            rows = force_n[np.ceil(flat[0] * 100).astype(int) + 3 : int(flat[-1] * 100) - 3]
            assert (rows[:, :4].sum(axis=1) > 20).all(), "heel"
            assert (rows[:, 8:13].sum(axis=1) > 20).all(), "forefoot"


def test_feet_swing_while_nothing_loads_them():
    made = walk(draw_person(6), SECONDS, 6)
    motion = move(made, 6)
    time_s = np.arange(len(made.forces.left)) / 100
    for foot, signals, force_n in zip(
        feet(motion), motion.felt(), (made.forces.left, made.forces.right), strict=True
    ):
        speed = np.linalg.norm(np.gradient(signals.position_m, time_s, axis=0), axis=1)
        loaded = (force_n - made.person.shoe.preload_n).sum(axis=1) > 100
        assert speed[loaded].max() < 0.6 * speed.max()
        truth = foot.truth
        middle = 0.5 * (truth.toe_off_s[:-1] + truth.contact_s[1:])
        rows = np.round(middle[middle < SECONDS] * 100).astype(int)
        assert (speed[rows] > 2.0 * made.person.speed_m_s).all()
        assert not loaded[rows].any()


@pytest.mark.parametrize("seed", range(6))
def test_no_part_of_the_sole_goes_through_the_floor(seed: int):
    motion = moved(seed)
    time_s = np.arange(0.0, SECONDS - 0.01, 0.004)
    for foot in feet(motion):
        pose = foot.trajectory.at(time_s)
        lever = 0.70 * motion.habits.foot_length_m
        heel_z = pose.ball_m[0][:, 2] - lever * np.sin(pose.pitch[0])
        assert heel_z.min() > -0.012, "the shoe gives by some mm as it touches"
        assert pose.ball_m[0][:, 2].min() > -0.002
        clearance = foot.truth.toe_clearance_m
        assert ((clearance > 0.004) & (clearance < 0.06)).all()


def test_the_truth_of_a_straight_walk_is_the_persons():
    """200 m of one person: means are the habits, speed is that of the forces."""
    person = draw_person(7)
    motion = move(walk(person, 160, 7), 7)
    habits = motion.habits
    for index, foot in enumerate(feet(motion)):
        truth = foot.truth
        strides = slice(2, -2)
        assert truth.stride_length_m[strides].mean() == pytest.approx(
            person.speed_m_s * person.stride_time_s, rel=0.01
        )
        assert truth.speed_m_per_s[strides].mean() == pytest.approx(person.speed_m_s, rel=0.01)
        assert truth.foot_progression_deg.mean() == pytest.approx(habits.toe_out_deg[index], abs=0.8)
        assert truth.strike_deg.mean() == pytest.approx(habits.strike_deg[index], abs=0.6)
        assert truth.toe_clearance_m.mean() == pytest.approx(habits.toe_clearance_m[index], abs=1e-3)
        assert 0.008 < truth.stride_length_m[strides].std() / truth.stride_length_m[strides].mean() < 0.05


def test_people_walk_with_the_stride_lengths_of_their_speeds():
    """BMClab H2A by way of the stride time: 1.141 v^0.503, 0.80 m at 0.5 m/s and 1.54 m at 1.8 m/s."""
    for speed in (0.5, 0.8, 1.25, 1.8):
        lengths = [draw_habits(draw_person(s, speed_m_s=speed), s).stride_length_m for s in range(200)]
        assert np.mean(lengths) == pytest.approx(1.141 * speed**0.503, rel=0.03)


def test_turns_turn_the_feet_and_slopes_and_stairs_lift_them():
    motion = moved(8, course=Course((Turn(8.0, 180.0),)))
    for foot in feet(motion):
        assert foot.truth.turning_deg.sum() == pytest.approx(180.0, abs=12), "but for toes in or out"
        straight = foot.truth.contact_s[1:] < 7.5
        assert np.abs(foot.truth.turning_deg[straight]).max() < 15
    up = moved(9, course=COURSES["uphill"]).left.truth
    on_it = (up.contact_s[:-1] > 6.0) & (up.contact_s[1:] < SECONDS)
    np.testing.assert_allclose((up.height_gain_m / up.stride_length_m)[on_it], 0.08, rtol=0.06)
    down = moved(10, course=COURSES["stairs down"]).right.truth
    on_it = (down.contact_s[:-1] > 7.0) & (down.contact_s[1:] < 12.0)
    np.testing.assert_allclose(down.height_gain_m[on_it], -0.34, atol=1e-9)
    np.testing.assert_allclose(down.stride_length_m[on_it], 0.58, atol=0.05)
    assert [turn.angle_deg for turn in there_and_back(70).turns] == [180.0, -180.0, 180.0]


def test_a_left_foot_mirrors_a_right_one():
    """Both swing outwards, both turn out: signs of outward quantities are alike, of the axes opposite."""
    motion = moved(11, seconds=60.0)
    left, right = motion.felt()
    assert left.gyr_deg_s[:, 1].min() < -10 < 10 < right.gyr_deg_s[:, 1].max(), "inversion"
    assert motion.left.sensor_m[0] == -motion.right.sensor_m[0] < 0
    for foot in feet(motion):
        assert (foot.truth.circumduction_m > 0).all()


def test_the_forces_do_not_know_of_the_motion():
    """Posture tables rest on them: the same with and without."""
    before = walk(draw_person(12), 20, 12, (parse_condition("antalgic:2:left"),))
    move(before, 12)
    after = walk(draw_person(12), 20, 12, (parse_condition("antalgic:2:left"),))
    np.testing.assert_array_equal(before.forces.left, after.forces.left)
    one, other = (move(after, 12).felt()[0].acc_m_s2 for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_a_fast_walk_needs_the_wide_range():
    """Recorded: 9.8 g and 596 degrees/s."""
    peaks = []
    for seed in range(10):
        signals = moved(seed, 2.0, seconds=20.0).felt()
        peaks.append(
            [
                max(np.abs(s.acc_m_s2).max() / NEWTONS_PER_KG for s in signals),
                max(np.abs(s.gyr_deg_s).max() for s in signals),
            ]
        )
    acc_g, rate = np.array(peaks).T
    assert 5.0 < np.median(acc_g) < 14.0
    assert 450 < np.median(rate) < 900


def test_a_walk_without_a_step_has_no_motion():
    with pytest.raises(ValueError, match="no contact"):
        move(walk(draw_person(1), 0.2, 1), 1)
