"""Results of whole recordings of other kinds: a faster rate, one foot, a bare switch, a hop, no walking."""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Activity, Hour, Reason
from plantigrade.gait.signals import Foot, FootSignal, Walk

from tests.host.gait.drawn import Corners
from tests.host.gait.hand_walk import LEFT_STANCE, RIGHT_STANCE, hand_walk, signal_of, starts, total_of

WALK = hand_walk(12)
assert WALK.left is not None and WALK.right is not None
AT_1000_HZ = {
    # The slope now spans 7 samples. It falls to a tenth of the steepest (56 and 28 N) 2 and 1 ms after the
    # foot of the flank, so that contact lies at 22 N (11 ms) and 15.75 N (9 ms); release is as before.
    "stance_time_s": (0.786, 0.739),
    "swing_time_s": (0.414, 0.461),
    "f1_n": (800.0, 700.0),
    "f2_n": (500.0, 420.0),
    "f3_n": (900.0, 660.0),
    # A mean over 10 ms on either side takes 10 ms off the ends of each plateau.
    "f1_time_pct": (22.773537, 29.905277),  # 0.179 / 0.786, 0.221 / 0.739
    "f2_time_pct": (44.402036, 46.143437),  # 0.349 and 0.341 s
    "f3_time_pct": (69.847328, 67.794317),  # 0.549 and 0.501 s
    "loading_rate_n_per_s": (8000.0, 4000.0),
    "push_off_rate_n_per_s": (6000.0, 3275.0),
}


@pytest.mark.worked_example("stance_time_s", "swing_time_s", "f1_time_pct", "f2_time_pct", "f3_time_pct")
def test_the_walk_drawn_by_hand_at_1000_hz() -> None:
    found = analyze(hand_walk(8, rate_hz=1000.0))
    for name, values in AT_1000_HZ.items():
        for foot, value in zip(found.feet, values, strict=True):
            column = getattr(foot.strides, name)[1:-1]
            assert column == pytest.approx(value, rel=1e-5, abs=2e-6), (name, foot.foot)


def test_one_foot_alone() -> None:
    """Twelve contacts from 1.009 to 14.209 s count twice; what needs the other foot is said to be unknown."""
    found = analyze(replace(WALK, right=None))
    assert found.right is None and [foot.foot for foot in found.feet] == [Foot.LEFT]
    both = found.both
    assert both["steps"].value == 24.0 and both["walking_time_s"].value == pytest.approx(13.2)
    assert both["cadence_steps_per_min"].value == pytest.approx(100.0)
    for name in ("phase_coordination_index_pct", "symmetry_stance_time_pct", "symmetry_swing_time_pct"):
        assert (both[name].value, both[name].unit, both[name].note) == (
            None,
            "%",
            "needs both feet; one is missing",
        )
    assert both["step_time_s"].value is None and both["step_time_s"].note == "needs both feet; one is missing"
    assert "symmetry_peak_force_pct" not in both
    assert found.left is not None
    assert found.left.parameters["step_time_s"].note == "needs both feet; one is missing"
    (bout,) = found.bouts
    assert (bout.steps, bout.strides_left, bout.strides_right) == (24, 11, 0)
    assert bout.cadence_per_min == pytest.approx(60.0 * 23 / 13.2)
    assert found.hours == (Hour(0, 24, pytest.approx(13.2), pytest.approx(100.0)),)
    assert [(one.code, one.foot) for one in found.findings] == [("foot_missing", Foot.RIGHT)]


def test_a_foot_whose_samples_never_came() -> None:
    """The recording names two feet and holds one."""
    nothing = FootSignal(Foot.RIGHT, np.zeros(0), np.zeros((0, 1), np.float32))
    found = analyze(Walk(WALK.left, nothing, 100.0))
    assert [(one.code, one.text) for one in found.findings] == [
        ("no_samples", "right foot: no usable sample"),
        ("short_recording", "right foot: only 0.0 s recorded; too short for anything but single steps"),
    ]
    assert found.right is not None and len(found.right.strides) == 0
    assert found.right.accounting.samples_spanned == 0


def test_both_feet_have_what_one_lacks() -> None:
    both = analyze(WALK).both
    assert both["symmetry_peak_force_pct"].value == pytest.approx(-25.0)  # 100 (700 - 900) / 800
    assert both["phase_coordination_index_pct"].value is not None
    assert both["walking_speed_m_per_s"].value is None
    assert "inertial sensor" in both["walking_speed_m_per_s"].note


def test_a_bare_switch_tells_times_and_no_forces() -> None:
    """The left foot's total as arbitrary units of a footswitch. Its release ends at 1.75 % of the range
    instead of 1 %: 15.75 instead of 9 of 900, 2.25 ms earlier on a flank of 3000 a second."""
    left = WALK.left
    assert left is not None
    switch = replace(left, quantity="footswitch")
    found = analyze(Walk(switch, None, 100.0)).left
    assert found is not None
    assert found.strides.stance_time_s[1:-1] == pytest.approx(0.78575, abs=2e-6)
    for name in ("peak_force_n", "f1_n", "impulse_n_s", "loading_rate_n_per_s"):
        assert np.isnan(getattr(found.strides, name)).all()
        assert found.parameters[name].value is None
        assert found.parameters[name].note == "the input is not calibrated to newtons"
    assert found.force_cycle is not None and found.force_cycle.unit == "input units"


def test_a_stance_of_a_third_of_the_stride_is_an_artefact_and_not_in_the_means() -> None:
    """The sixth left stance lasts 0.40 s (its shape drawn in half the time): 0.394 of 1.2 s is 33 %. The mean
    of the others is as without it."""
    hop = [(at / 2, force) for at, force in LEFT_STANCE]
    time = WALK.feet[0].time_s
    left = signal_of(
        Foot.LEFT, time, total_of(starts(1.0, 12), [LEFT_STANCE] * 5 + [hop] + [LEFT_STANCE] * 6, time)
    )
    found = analyze(Walk(left, WALK.right, 100.0))
    strides = found.feet[0].strides
    assert strides.stance_pct[5] == pytest.approx(32.8, abs=0.2)
    assert Reason(int(strides.reason[5])) & Reason.ARTEFACT
    assert np.flatnonzero(strides.reason & Reason.ARTEFACT).tolist() == [5]
    assert found.feet[0].parameters["stance_time_s"].value == pytest.approx(0.788, abs=2e-6)
    assert found.feet[0].parameters["stance_time_s"].n == 8


def test_a_stance_of_more_than_a_third_is_a_stride_like_others() -> None:
    """Drawn in 0.55 of its time: 0.43 s, 36 % of the stride. All stances are like that here."""
    hop: Corners = [(round(at * 0.55, 4), force) for at, force in LEFT_STANCE]
    time = WALK.feet[0].time_s
    left = signal_of(Foot.LEFT, time, total_of(starts(1.0, 12), hop, time))
    strides = analyze(Walk(left, WALK.right, 100.0)).feet[0].strides
    assert strides.stance_pct == pytest.approx(36.0, abs=0.6)
    assert not (strides.reason & Reason.ARTEFACT).any()


def test_a_light_touch_is_no_step() -> None:
    """The sixth left stance carries 39 % of the others' peak: no step; at 41 % it is one."""
    time = WALK.feet[0].time_s
    for share, steps in ((0.39, 23), (0.41, 24)):
        light: Corners = [(at, share * force) for at, force in LEFT_STANCE]
        shapes = [LEFT_STANCE] * 5 + [light] + [LEFT_STANCE] * 6
        left = signal_of(Foot.LEFT, time, total_of(starts(1.0, 12), shapes, time))
        found = analyze(Walk(left, WALK.right, 100.0))
        assert found.both["steps"].value == steps
        marked = np.flatnonzero(found.feet[0].strides.reason & Reason.ARTEFACT).tolist()
        assert marked == ([5] if steps == 23 else [])


def test_standing_alone_has_no_figures() -> None:
    time = np.arange(1500) / 100.0
    feet = [signal_of(foot, time, np.full(1500, 350.0) + 0.01 * time) for foot in Foot]
    found = analyze(Walk(feet[0], feet[1], 100.0, body_weight_n=700.0))
    assert found.bouts == () and found.turns == ()
    assert found.both["steps"].value == 0.0 and found.both["walking_time_s"].value == 0.0
    assert found.both["cadence_steps_per_min"].value is None
    assert found.hours == (Hour(0, 0, 0.0, None),)
    assert found.activities == (Activity("standing", 0.0, 15.0),)  # the zero of the calibration is known
    assert all(foot.force_cycle is None and foot.picture is None for foot in found.feet)
    assert found.body_weight_n == 700.0


def test_walking_then_standing_then_sitting() -> None:
    """Twelve strides to 15.6 s; from 18 s on half the weight under each foot, from 23 s on a tenth of it.
    Both feet come down at 18 s, more than 3 s after the last contact: that is no walking."""
    time = np.arange(2700) / 100.0
    feet: list[FootSignal] = []
    for foot, first, shape in ((Foot.LEFT, 1.0, LEFT_STANCE), (Foot.RIGHT, 1.65, RIGHT_STANCE)):
        total = total_of(starts(first, 12), shape, time)
        total[(time >= 18.0) & (time < 23.0)] = 331.0
        total[time >= 23.0] = 60.0
        feet.append(signal_of(foot, time, total))
    found = analyze(Walk(feet[0], feet[1], 100.0))
    assert [(one.kind, one.from_s, one.to_s) for one in found.activities] == [
        ("sitting", 0.0, 1.0),
        ("walking", 1.0, 15.0),
        ("sitting", 15.0, 18.0),
        ("standing", 18.0, 23.0),
        ("sitting", 23.0, 27.0),
    ]
    assert found.both["steps"].value == 24.0


def test_turns_of_the_walk_are_in_the_result_and_in_its_bout() -> None:
    """In the middle of 40 strides three of each foot take 0.3 s longer than usual."""
    time = np.arange(5600) / 100.0
    feet: list[FootSignal] = []
    for foot, first, shape in ((Foot.LEFT, 1.0, LEFT_STANCE), (Foot.RIGHT, 1.65, RIGHT_STANCE)):
        rises = np.array(starts(first, 40))
        for number in (20, 21, 22):
            rises[number:] += 0.3
        feet.append(signal_of(foot, time, total_of(rises.round(6).tolist(), shape, time)))
    found = analyze(Walk(feet[0], feet[1], 100.0))
    (turn,) = found.turns
    # from left stride 19, at 1.009 + 19 x 1.2 s, to the end of right stride 21, at 1.658 + 22 x 1.2 + 0.9 s
    assert (turn.from_s, turn.to_s) == pytest.approx((23.809, 28.958), abs=1e-6)
    (bout,) = found.bouts
    assert bout.turns == 1 and bout.steps == 80
    for foot in found.feet:
        marked = np.flatnonzero(foot.strides.reason & Reason.TURN).tolist()
        assert set(marked) >= {19, 20, 21}
        assert foot.strides.stride_time_s[19:22] == pytest.approx([1.5] * 3, abs=1e-6)
        assert foot.parameters["stride_time_s"].value == pytest.approx(1.2, abs=1e-6)


@pytest.mark.worked_example("walk_to_walk_stride_time_cv_pct", "walk_to_walk_swing_time_cv_pct")
def test_three_walks_at_three_paces() -> None:
    """Nine stances a foot at strides of 1.1, 1.2 and 1.3 s, 5 s apart: twelve steady strides a walk. Means of
    1.1, 1.2 and 1.3 s: 100 x 0.1 / 1.2 %. Stances stay 0.788 and 0.740 s, so that swings of both feet are
    0.336, 0.436 and 0.536 s on average: 100 x 0.1 / 0.436 %."""
    time = np.arange(5000) / 100.0
    begun = ((1.0, 1.1), (17.0, 1.2), (34.0, 1.3))
    feet: list[FootSignal] = []
    for foot, late, shape in ((Foot.LEFT, 0.0, LEFT_STANCE), (Foot.RIGHT, 0.6, RIGHT_STANCE)):
        rises = [at for first, stride_s in begun for at in starts(first + late, 9, stride_s)]
        feet.append(signal_of(foot, time, total_of(rises, shape, time)))
    found = analyze(Walk(feet[0], feet[1], 100.0))
    assert [(bout.strides_left, bout.strides_right) for bout in found.bouts] == [(8, 8)] * 3
    stride, swing = (found.both[f"walk_to_walk_{name}_time_cv_pct"] for name in ("stride", "swing"))
    assert (stride.value, stride.n) == (pytest.approx(8.3333333, abs=1e-4), 3)
    assert (swing.value, swing.n) == (pytest.approx(22.9357798, abs=1e-3), 3)
    means = [bout.parameters["stride_time_s"].value for bout in found.bouts]
    assert means == pytest.approx([1.1, 1.2, 1.3], abs=1e-6)
