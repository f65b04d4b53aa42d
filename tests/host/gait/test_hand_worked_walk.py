"""Every timing and force figure of a walk that was drawn by hand, worked out on paper.

The walk (see `hand_walk`): left contacts at 1.009 s, 2.209 s ..., released 0.788 s later; right contacts at
1.658 s, 2.858 s ..., released 0.740 s later; a stride takes 1.2 s. So, within one stride that starts with the
left foot's contact at 0.009: right released at 0.198, right contact at 0.658, left released at 0.797, next
left contact at 1.209.
"""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis, FootAnalysis, Reason
from plantigrade.gait.signals import Foot, FootSignal, Walk

from tests.host.gait.drawn import drawn
from tests.host.gait.hand_walk import LAYOUT, LEFT_STANCE, hand_walk, total_of
from tests.host.gait.hand_walk import starts as rises

WALK = hand_walk()
T9 = np.arange(900) / 100.0
ANALYSIS = analyze(WALK)
TIMING = {
    "stride_time_s": (1.2, 1.2),
    "stance_time_s": (0.788, 0.740),
    "swing_time_s": (0.412, 0.460),
    "stance_pct": (65.666667, 61.666667),
    "swing_pct": (34.333333, 38.333333),
    "step_time_s": (0.551, 0.649),  # 1.209 - 0.658; 0.658 - 0.009
    "initial_double_support_s": (0.189, 0.139),  # 0.198 - 0.009; 0.797 - 0.658
    "terminal_double_support_s": (0.139, 0.189),
    "double_support_s": (0.328, 0.328),
    "double_support_pct": (27.333333, 27.333333),
    "single_support_s": (0.460, 0.412),  # the other foot's swing
}
FORCE = {
    "peak_force_n": (900.0, 700.0),
    "f1_n": (800.0, 700.0),
    "f2_n": (500.0, 420.0),
    "f3_n": (900.0, 660.0),
    # forces are means of three samples, so that a plateau loses a sample at either end: F1 at 0.19 and 0.23,
    # F2 at 0.36 and 0.35, F3 at 0.56 and 0.51 after the foot of the flank, contact at 0.009 and 0.008
    "f1_time_pct": (22.969543, 30.0),  # 0.181 / 0.788, 0.222 / 0.740
    "f2_time_pct": (44.543147, 46.216216),  # 0.351 / 0.788, 0.342 / 0.740
    "f3_time_pct": (69.923858, 67.837838),  # 0.551 / 0.788, 0.502 / 0.740
    "loading_rate_n_per_s": (8000.0, 4000.0),  # 160 to 640 N in 0.06 s; 140 to 560 N in 0.105 s
    "push_off_rate_n_per_s": (6000.0, 3275.0),  # 524 N in 0.16 s on the right
    # areas of 469.5 and 326.26 N s; smoothing leaves out a twelfth of the outermost samples (20 + 30 and
    # 17.5 + 35 N) times 10 ms
    "impulse_n_s": (469.458333, 326.21625),
    "mean_force_n": (595.759306, 440.832770),  # over 0.788 and 0.740 s
}


def feet(analysis: Analysis = ANALYSIS) -> tuple[FootAnalysis, FootAnalysis]:
    assert analysis.left is not None and analysis.right is not None
    return analysis.left, analysis.right


def check(values: dict[str, tuple[float, float]], analysis: Analysis = ANALYSIS) -> None:
    """Each figure of each inner stride of both feet, and their means."""
    for name, expected in values.items():
        for foot, value in zip(feet(analysis), expected, strict=True):
            column = getattr(foot.strides, name)
            tolerance = 2e-6 * max(1.0, abs(value))
            assert column[1:-1] == pytest.approx(value, abs=tolerance), (name, foot.foot)
            assert foot.parameters[name].value == pytest.approx(value, abs=tolerance)
            assert foot.parameters[name].n == 17


@pytest.mark.worked_example(
    "stride_time_s",
    "stance_time_s",
    "swing_time_s",
    "stance_pct",
    "swing_pct",
    "step_time_s",
    "initial_double_support_s",
    "terminal_double_support_s",
    "double_support_s",
    "double_support_pct",
    "single_support_s",
)
def test_timing() -> None:
    check(TIMING)


@pytest.mark.worked_example(
    "peak_force_n",
    "mean_force_n",
    "f1_n",
    "f2_n",
    "f3_n",
    "f1_time_pct",
    "f2_time_pct",
    "f3_time_pct",
    "loading_rate_n_per_s",
    "push_off_rate_n_per_s",
    "impulse_n_s",
)
def test_forces() -> None:
    check(FORCE)


def test_contacts_and_releases() -> None:
    left, right = feet()
    steps = 1.2 * np.arange(20)
    assert left.initial_contact_s == pytest.approx(1.009 + steps, abs=1e-6)
    assert left.final_contact_s == pytest.approx(1.797 + steps, abs=1e-6)
    assert right.initial_contact_s == pytest.approx(1.658 + steps, abs=1e-6)
    assert right.final_contact_s == pytest.approx(2.398 + steps, abs=1e-6)
    assert left.strides.initial_contact_s == pytest.approx(left.initial_contact_s[:-1])
    assert left.strides.final_contact_s == pytest.approx(left.final_contact_s[:-1])
    assert left.strides.next_initial_contact_s == pytest.approx(left.initial_contact_s[1:])


def test_levels_are_those_of_swing_and_of_the_peak() -> None:
    left, right = feet()
    assert (left.swing_level, left.stance_level) == (0.0, 900.0)
    assert (right.swing_level, right.stance_level) == (0.0, 700.0)


@pytest.mark.worked_example(
    "steps", "walking_time_s", "walking_bouts", "cadence_steps_per_min", "stride_time_cv_pct"
)
def test_walking() -> None:
    """40 contacts from 1.009 s to 1.658 + 19 x 1.2 = 24.458 s: 39 steps in 23.449 s. Strides of 1.2 s are 100
    steps a minute; no stride differs from another."""
    both = ANALYSIS.both
    assert both["steps"].value == 40.0
    assert both["walking_bouts"].value == 1.0
    assert both["walking_time_s"].value == pytest.approx(23.449, abs=1e-6)
    assert both["cadence_steps_per_min"].value == pytest.approx(100.0, abs=1e-5)
    assert (both["steps"].unit, both["walking_bouts"].unit) == ("steps", "bouts")
    assert (both["walking_time_s"].unit, both["cadence_steps_per_min"].unit) == ("s", "steps/min")
    assert both["steps"].n == 40 and both["walking_time_s"].n == 1 and both["walking_bouts"].n == 1
    assert both["cadence_steps_per_min"].n == both["stride_time_s"].n == 34
    for name in ("stride_time_cv_pct", "stance_time_cv_pct", "swing_time_cv_pct", "double_support_cv_pct"):
        assert both[name].value == pytest.approx(0.0, abs=1e-6)
    (bout,) = ANALYSIS.bouts
    assert (bout.index, bout.steps, bout.strides_left, bout.strides_right, bout.turns) == (0, 40, 19, 19, 0)
    assert (bout.from_s, bout.to_s) == pytest.approx((1.009, 24.458), abs=1e-6)
    assert bout.cadence_per_min == pytest.approx(99.7910359, abs=1e-5)  # 60 x 39 / 23.449
    assert bout.duration_bin == "10-30 s"
    assert bout.parameters["stance_time_s"].value == pytest.approx(0.764, abs=1e-6)  # of both feet
    assert bout.parameters["stance_time_s"].n == 34


def test_both_feet_together_carry_the_body() -> None:
    """469.458333 / 1.2 + 326.21625 / 1.2 N on average; one foot alone is taken twice."""
    assert ANALYSIS.body_weight_n == pytest.approx(663.062153, abs=1e-4)
    alone = analyze(replace(WALK, right=None))
    assert alone.body_weight_n == pytest.approx(782.430556, abs=1e-4)
    other = analyze(replace(WALK, left=None))
    assert other.body_weight_n == pytest.approx(543.69375, abs=1e-4)
    stated = analyze(replace(WALK, body_weight_n=640.0))
    assert stated.body_weight_n == 640.0


def test_the_first_and_the_last_stride_are_not_steady() -> None:
    for foot in feet():
        reason = foot.strides.reason.tolist()
        assert reason == [Reason.START, *[0] * 17, Reason.STOP]
        assert foot.strides.bout.tolist() == [0] * 19


def test_the_curve_of_a_cycle_begins_at_contact() -> None:
    """Steps of 12 ms from contact: left 18 N, then 0.021 s (42 N), 0.129 s (720 + 18), 0.189 s (800), 0.369 s
    (500), 0.609 s (900); the next contact is 18 N again. The spread is none."""
    left, right = feet()
    assert left.force_cycle is not None and right.force_cycle is not None
    assert left.force_cycle.mean[[0, 1, 10, 15, 30, 50, 100]] == pytest.approx(
        [18.0, 42.0, 738.0, 800.0, 500.0, 900.0, 18.0], abs=1e-3
    )
    # right: 0.008 s (14 N), 0.068 s (182 N), 0.368 s (420 N), in swing nothing
    assert right.force_cycle.mean[[0, 5, 30, 80, 100]] == pytest.approx(
        [14.0, 182.0, 420.0, 0.0, 14.0], abs=1e-3
    )
    assert left.force_cycle.sd == pytest.approx(np.zeros(101), abs=1e-3)
    assert (left.force_cycle.n, left.force_cycle.unit) == (17, "N")


def test_every_sample_is_accounted_for() -> None:
    """26.25 s at 100 Hz: 2625 samples, none missing."""
    for foot in feet():
        accounting = foot.accounting
        assert (accounting.samples_spanned, accounting.samples_used, accounting.samples_missing) == (
            2625,
            2625,
            0,
        )
        assert accounting.gaps == ()
    assert (ANALYSIS.from_s, ANALYSIS.to_s) == (0.0, 26.24)
    assert ANALYSIS.findings == () and ANALYSIS.turns == ()


def with_heel(walk: Walk) -> Walk:
    """The left foot with heel and forefoot: the heel carries all until 0.20 s, then loses 4000 N a second."""
    left = walk.left
    assert left is not None
    rise = rises(1.0, 20)
    heel_shape = [*LEFT_STANCE[:5], (0.40, 0.0)]
    heel = total_of(rise, heel_shape, left.time_s)
    fore = total_of(rise, LEFT_STANCE, left.time_s) - heel
    force = np.column_stack([heel / 2, heel / 2, fore / 2, fore / 2]).astype(np.float32)
    return Walk(FootSignal(Foot.LEFT, left.time_s, force, LAYOUT), walk.right, walk.sample_rate_hz)


@pytest.mark.worked_example("foot_flat_s", "heel_off_s", "fti_heel_n_s", "fti_forefoot_n_s")
def test_heel_and_forefoot() -> None:
    """Seconds from the first sample of the contact, 0.01 s after the foot of the flank: the forefoot carries
    10 % of its 900 N from 0.25 s on (its 100 N there are the first over 90), the heel less than 10 % of its
    800 N from 0.38 s on. Sums over the samples: heel 96 + 80 N s; the forefoot the rest of 469.5 N s."""
    found = analyze(with_heel(WALK)).left
    assert found is not None
    assert found.strides.foot_flat_s[1:-1] == pytest.approx(0.24, abs=1e-6)
    assert found.strides.heel_off_s[1:-1] == pytest.approx(0.37, abs=1e-6)
    assert found.parameters["foot_flat_s"].value == pytest.approx(0.24, abs=1e-6)
    assert found.parameters["fti_heel_n_s"].value == pytest.approx(176.0, rel=1e-6)
    assert found.parameters["fti_forefoot_n_s"].value == pytest.approx(293.5, rel=1e-6)
    assert found.parameters["stance_time_s"].value == pytest.approx(0.788, abs=2e-6)


def test_a_foot_that_is_pressed_by_its_shoe_has_the_same_figures() -> None:
    """25 N more in every sample of both feet move the levels and nothing else."""
    found = analyze(hand_walk(level=25.0))
    assert (feet(found)[0].swing_level, feet(found)[0].stance_level) == (25.0, 925.0)
    check(TIMING, found)
    check(FORCE, found)


def test_a_shift_from_foot_to_foot_before_walking_does_not_reach_the_figures_of_the_walk() -> None:
    """Nine seconds of standing with 300 to 400 N under each foot teach levels of 300 and 400 N. A second
    later the walk begins; from its first stride on every figure is as without the standing: forces are above
    the foot in the air, not above 300 N."""
    shift = drawn([(at + 0.5 * half, 300.0 + 100.0 * half) for at in range(9) for half in (0, 1)], T9)
    signals: list[FootSignal] = []
    for foot in hand_walk(strides=24).feet:
        total = np.concatenate([shift, foot.force_n[:, 0]]).astype(np.float32)
        signals.append(FootSignal(foot.foot, np.arange(len(total)) / 100.0, total[:, None]))
    found = analyze(Walk(signals[0], signals[1], 100.0))
    for foot, first_s, side in zip(feet(found), (10.009, 10.658), (0, 1), strict=True):
        walking = foot.strides.initial_contact_s > 9.5
        assert foot.strides.initial_contact_s[walking] == pytest.approx(
            first_s + 1.2 * np.arange(23), abs=1e-6
        )
        assert foot.initial_contact_s[:3] == pytest.approx([0.02, 1.02, 2.02], abs=0.02)
        contacts = foot.initial_contact_s[foot.initial_contact_s > 9.5]
        assert contacts == pytest.approx(first_s + 1.2 * np.arange(24), abs=1e-6)
        releases = foot.final_contact_s[foot.final_contact_s > 10.0]
        stance_s = TIMING["stance_time_s"][side]
        assert releases == pytest.approx(first_s + stance_s + 1.2 * np.arange(24), abs=1e-6)
        for name, values in (TIMING | FORCE).items():
            column = getattr(foot.strides, name)[walking]
            assert column[1:] == pytest.approx(values[side], rel=2e-6), name
        assert foot.strides.f1_n[walking][0] == pytest.approx(FORCE["f1_n"][side], rel=1e-6)
