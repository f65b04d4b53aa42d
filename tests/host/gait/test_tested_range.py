"""What a recording shows besides walking as it was tested, and that no finding rests on it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.load_levels import LoadedFrom
from plantigrade.gait.results import Analysis
from plantigrade.gait.settings import (
    LEAST_FORCE_RATIO,
    TESTED_DOUBLE_SUPPORT_PCT,
    TESTED_STANCE_PCT,
    TESTED_STRIDE_S,
)
from plantigrade.gait.signals import Floats, Foot, FootSignal, Forces, Walk
from plantigrade.gait.tested_range import CONSEQUENCE, Gait, GaitKind, Measured, judge
from plantigrade.posture.rules_engine.section import posture_section

from tests.host.gait.walks import make_walk, recorded, stance_shape

LEFT, RIGHT = Foot.LEFT, Foot.RIGHT
NAN = float("nan")
USUAL = Measured(
    strides=40,
    stride_s=1.1,
    double_pct=25.0,
    stance_pct={LEFT: 62.0, RIGHT: 63.0},
    unloaded_share={LEFT: 0.02, RIGHT: 0.0},
    impulse_n_s={LEFT: 400.0, RIGHT: 380.0},
)


@pytest.mark.parametrize(
    ("changes", "kind", "reasons"),
    [
        ({}, "walk", ()),
        ({"strides": 0}, "unknown", ()),
        (
            {"stance_pct": {LEFT: 49.9, RIGHT: 31.0}},
            "running",
            ("stance 50 and 31 % of the stride, so that both feet are in the air",),
        ),
        ({"stance_pct": {LEFT: 62.0}, "impulse_n_s": {LEFT: 400.0}}, "walk", ()),
        ({"unloaded_share": {LEFT: 0.25, RIGHT: NAN}}, "walk", ()),
        (
            {"unloaded_share": {LEFT: 0.26, RIGHT: NAN}},
            "shuffling",
            (
                "in swing they still bear 26 % of their load in stance; forces are told above that, "
                "and the body weight is not known from them",
            ),
        ),
        ({"impulse_n_s": {LEFT: 400.0, RIGHT: 200.0}}, "walk", ()),
        (
            {"impulse_n_s": {LEFT: 400.0, RIGHT: 196.0}},
            "partial_weight_bearing",
            ("the right foot bears 49 % of what the left one does",),
        ),
        ({"impulse_n_s": {LEFT: NAN, RIGHT: 196.0}}, "walk", ()),
        ({"stride_s": 1.8}, "walk", ()),
        ({"stride_s": 1.81}, "other", ("stride time 1.81 s (tested: 0.8 to 1.8)",)),
        ({"stride_s": 0.79}, "other", ("stride time 0.79 s (tested: 0.8 to 1.8)",)),
        (
            {"stance_pct": {LEFT: 62.0, RIGHT: 50.0}},
            "other",
            ("stance of the right foot 50 % (tested: 52 to 82)",),
        ),
        (
            {"double_pct": 56.0, "stride_s": 2.0},
            "other",
            (
                "stride time 2.00 s (tested: 0.8 to 1.8)",
                "double support 56 % (tested: 10 to 55)",
            ),
        ),
        ({"double_pct": NAN}, "walk", ()),
    ],
)
def test_what_is_no_walk_that_we_have_tested(
    changes: dict[str, Any], kind: str, reasons: tuple[str, ...]
) -> None:
    assert judge(replace(USUAL, **changes)) == Gait(GaitKind(kind), reasons)


def test_the_sentence() -> None:
    assert Gait(GaitKind.WALK).untested == "" == Gait().untested
    untrusted = Gait(GaitKind.WALK).untrusted(["left foot: it saturates"])
    assert untrusted.untested == f"no finding can rest on this walk: left foot: it saturates; {CONSEQUENCE}"
    assert Gait(GaitKind.RUNNING).untrusted([]) == Gait(GaitKind.RUNNING)
    assert Gait(GaitKind.OTHER, ("a", "b")).untested == (
        f"this recording is not a walk that we have tested: a; b; {CONSEQUENCE}"
    )


@pytest.mark.parametrize(
    "name", ["gaitpdb/GaCo03_01.txt.gz", "gaitpdb/GaPt23_01.txt.gz", "gaitndd/hunt15.hea", "gaitndd/als7.hea"]
)
def test_recorded_patients_and_healthy_people_walk_as_tested(name: str) -> None:
    found = analyze(recorded(name))
    assert found.gait == Gait(GaitKind.WALK)
    low, high = TESTED_STRIDE_S
    for foot in found.feet:
        strides = foot.strides
        assert low < np.median(strides.stride_time_s[strides.valid]) < high
        assert TESTED_STANCE_PCT[0] < np.median(strides.stance_pct[strides.valid]) < TESTED_STANCE_PCT[1]
        double = np.nanmedian(strides.double_support_pct[strides.valid])
        assert TESTED_DOUBLE_SUPPORT_PCT[0] < double < TESTED_DOUBLE_SUPPORT_PCT[1]


def changed(walk: Walk, **totals: Callable[[Forces], Forces]) -> Walk:
    """Both feet, or the named ones, with their forces changed by a function."""
    feet = {
        foot.foot.value: replace(foot, force_n=totals[foot.foot.value](foot.force_n).astype(np.float32))
        for foot in walk.feet
        if foot.foot.value in totals
    }
    return replace(walk, **feet)


def run(stride_s: float = 0.7, stance_share: float = 0.32, seconds: float = 30.0) -> Walk:
    """Both feet in the air twice a stride."""
    time = np.arange(round(seconds * 100)) / 100.0

    def foot(side: Foot, first_s: float) -> FootSignal:
        phase = ((time - first_s) % stride_s) / (stance_share * stride_s)
        total: Floats = np.where((time > 1.0) & (time < seconds - 1.0), 1700.0 * stance_shape(phase), 0.0)
        noise = np.random.default_rng(1).normal(0, 1.0, len(time))
        return FootSignal(side, time, np.maximum(total + noise, 0.0)[:, None].astype(np.float32))

    return Walk(foot(LEFT, 1.0), foot(RIGHT, 1.0 + 0.5 * stride_s), 100.0)


def unknown_with(found: Analysis, text: str) -> bool:
    """Whether every rule on strides is unknown for this reason."""
    section = posture_section(found, None)
    return all(entry["state"] == "unknown" and text in entry["note"] for entry in section)


def test_running_has_its_measures_and_its_name() -> None:
    found = analyze(run())
    assert found.gait.kind is GaitKind.RUNNING
    assert found.both["cadence_steps_per_min"].value == pytest.approx(120 / 0.7, rel=0.01)
    assert found.both["stance_pct"].value == pytest.approx(31.0, abs=2.0)
    assert [one.code for one in found.findings] == ["untested_walk"]
    assert unknown_with(found, "this is running")


WALK = make_walk(seconds=40.0, noise_n=0.0).walk


def test_a_walk_is_judged() -> None:
    assert analyze(WALK).gait == Gait(GaitKind.WALK)
    found = posture_section(analyze(recorded("gaitpdb/GaCo03_01.txt.gz")), None)
    assert any(entry["state"] != "unknown" for entry in found)


def test_feet_that_drag_tell_no_body_weight() -> None:
    """Each sensor bears 60 N more in stance and in swing: 960 N of 700."""
    found = analyze(changed(WALK, left=lambda x: x + 60.0, right=lambda x: x + 60.0))
    assert found.gait.kind is GaitKind.SHUFFLING
    assert found.load_levels.loaded_from is not LoadedFrom.WALKING
    assert unknown_with(found, "the feet shuffle")
    assert found.both["steps"].value == analyze(WALK).both["steps"].value


@pytest.mark.parametrize(("share", "kind"), [(0.2, "partial_weight_bearing"), (0.7, "walk")])
@pytest.mark.parametrize("weight_n", [None, 700.0])
def test_a_foot_that_bears_little(share: float, kind: str, weight_n: float | None) -> None:
    """A stated weight must not lose the foot: a fifth of it is still a step."""
    assert share < LEAST_FORCE_RATIO or kind == "walk"
    found = analyze(replace(changed(WALK, right=lambda x: share * x), body_weight_n=weight_n))
    assert found.gait.kind == kind and found.right is not None
    assert found.right.strides.valid.sum() > 20
    too_low = [one.text for one in found.findings if one.code == "body_weight_too_low"]
    assert bool(too_low) is (kind != "walk" and weight_n is None)
    if too_low:
        assert too_low[0].startswith(
            f"the body weight of {found.body_weight_n:.0f} N is what the feet carried"
        )


def test_forces_that_end_at_a_ceiling() -> None:
    """Every sensor stops at the same force: the highest are told, and no finding rests on the recording."""
    ceiling = float(np.quantile(WALK.left.force_n, 0.9))  # type: ignore[union-attr]
    found = analyze(changed(WALK, left=lambda x: np.minimum(x, ceiling)))
    reported = [one for one in found.findings if one.code == "saturated"]
    assert reported and {one.foot for one in reported} == {LEFT}
    assert f"saturates at {ceiling:.4g} N in " in reported[0].text
    assert found.gait.kind is GaitKind.WALK and unknown_with(found, "saturates")
    assert [one for one in analyze(WALK).findings if one.code == "saturated"] == []


def test_strides_that_are_too_slow_to_count_are_told() -> None:
    slow = make_walk(seconds=120.0, stride_s=3.4, stance_share=0.75, noise_n=1.0).walk
    found = analyze(slow)
    assert found.bouts == ()
    texts = [one.text for one in found.findings if one.code == "slow_strides"]
    assert len(texts) == 2 and all("strides beyond 3 s are not counted" in text for text in texts)


def test_a_walk_of_which_some_strides_are_too_slow_to_count_says_so() -> None:
    """Strides of 3 s on average: half of them are told, and theirs is no mean of all."""
    slow = make_walk(seconds=150.0, stride_s=3.0, stance_share=0.72, jitter_s=0.1).walk
    found = analyze(slow)
    assert found.bouts
    texts = [one.text for one in found.findings if one.code == "slow_strides"]
    assert texts and all("so that the means of the others are too short" in text for text in texts)
    assert not [one for one in analyze(WALK).findings if one.code == "slow_strides"]
