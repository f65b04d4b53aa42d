"""What virtual people do beside walking: forces and motion that belong together."""

import numpy as np
import pytest
from plantigrade.gait.signals import NEWTONS_PER_KG
from plantigrade.twin.body.motion.posed import PosedFoot
from plantigrade.twin.body.person import draw_person
from plantigrade.twin.body.resting import Rest, Resting, rest

RATE_HZ = 100.0
SECONDS = 120.0
ALL: tuple[Rest, ...] = ("stand", "sit", "feet-out", "lie", "cycle", "off", "bag")
PERSON = draw_person(5)


def made(doing: Rest, seed: int = 5) -> tuple[Resting, list[tuple[PosedFoot, np.ndarray]], np.ndarray]:
    """The stretch, each foot with its load above the lacing's, and the times."""
    rested = rest(PERSON, doing, SECONDS, seed, RATE_HZ)
    laces_n = 0.0 if doing in ("off", "bag") else 16 * PERSON.shoe.preload_n
    feet = [
        (foot, force.sum(axis=1) - laces_n)
        for foot, force in zip(
            (rested.left, rested.right), (rested.forces.left, rested.forces.right), strict=True
        )
    ]
    return rested, feet, np.arange(len(rested.forces.left)) / RATE_HZ


@pytest.mark.parametrize("doing", ALL)
def test_velocity_and_acceleration_are_those_of_the_place(doing: Rest) -> None:
    _, feet, _ = made(doing)
    time_s, step = np.linspace(3.0, SECONDS - 3.0, 997), 1e-4
    for foot, _ in feet:
        before, now, after = (foot.pose(time_s + shift) for shift in (-step, 0.0, step))
        for name in ("ball_m", "pitch", "roll"):
            past, at, next_ = (getattr(pose, name) for pose in (before, now, after))
            scale = 1.0 + np.abs(at[2]).max()
            np.testing.assert_allclose((next_[0] - past[0]) / (2 * step), at[1], atol=1e-3 * scale)
            np.testing.assert_allclose((next_[1] - past[1]) / (2 * step), at[2], atol=1e-2 * scale)


@pytest.mark.parametrize("doing", ["stand", "sit", "feet-out", "lie"])
def test_a_foot_that_bears_load_is_on_the_floor_but_for_its_heel(doing: Rest) -> None:
    _, feet, time_s = made(doing)
    for foot, load_n in feet:
        pose = foot.pose(time_s)
        down = load_n > 0.04 * PERSON.weight_n
        assert down.any()
        assert np.abs(np.degrees(pose.pitch[0][down])).max() < 12.0
        lifted = np.abs(np.degrees(pose.pitch[0])) > 20.0
        assert load_n[lifted].max(initial=0.0) < 0.04 * PERSON.weight_n


def test_feet_are_put_down_flat_at_the_end() -> None:
    for doing in ("sit", "feet-out", "lie"):
        _, feet, _ = made(doing)
        for foot, _ in feet:
            last = foot.pose(np.array([SECONDS - 0.05]))
            assert abs(np.degrees(last.pitch[0, 0])) < 0.1


def test_pedals_turn_half_a_turn_apart_and_are_pushed_on_their_way_down() -> None:
    rested, ((left, left_n), (right, right_n)), time_s = made("cycle")
    riding = (time_s > 10.0) & (time_s < 40.0)
    left_up, right_up = (foot.pose(time_s).ball_m[0, riding, 2] for foot in (left, right))
    assert np.corrcoef(left_up, right_up)[0, 1] < -0.95
    assert 0.16 < 0.5 * np.ptp(left_up) < 0.19
    falls = left.pose(time_s).ball_m[1, :, 2] < -0.5
    assert left_n[falls & riding].mean() > 1.5 * left_n[~falls & riding].mean()
    assert max(left_n.max(), right_n.max()) < 0.6 * PERSON.weight_n
    fore, rear = rested.forces.left[:, 8:].sum(), rested.forces.left[:, :8].sum()
    assert fore > 3.0 * rear, "the ball of the foot is on the pedal"


def test_shoes_that_nobody_wears_bear_nothing_and_feel_gravity() -> None:
    for doing in ("off", "bag"):
        rested, feet, time_s = made(doing)
        assert not rested.forces.left.any() and not rested.forces.right.any()
        for foot, _ in feet:
            late = foot.felt(time_s[time_s > 4.0])
            length = np.linalg.norm(late.acc_m_s2, axis=1)
            if doing == "off":
                np.testing.assert_allclose(length, NEWTONS_PER_KG, rtol=1e-9)
            else:
                assert length.std() > 0.5
                assert length.mean() == pytest.approx(NEWTONS_PER_KG, rel=0.05)


def test_no_two_people_lie_alike() -> None:
    tilts = [made("lie", seed)[0].left.felt(np.array([30.0])).acc_m_s2[0] for seed in range(6)]
    assert len({tuple(tilt.round(2)) for tilt in tilts}) == len(tilts)
