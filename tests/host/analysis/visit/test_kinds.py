"""Kinds of standing that are found without a span."""

from pathlib import Path

import numpy as np
import pytest
from plantigrade.analysis.pipeline import Request, of_walk
from plantigrade.analysis.visit.kinds import found_spans, is_tandem
from plantigrade.gait.balance import StandingKind
from plantigrade.gait.engine import analyze
from plantigrade.gait.signals import Floats, Foot, FootSignal, SensorLayout, Walk

WEIGHT = 650.0
RATE = 100.0
CORNERS = SensorLayout(
    "corners",
    np.array([14.0, 94.0, 14.0, 94.0]),
    np.array([20.0, 20.0, 280.0, 280.0]),
    np.zeros(4),
    ("heel", "heel", "toes", "toes"),
    insole_length_mm=300.0,
)


def sway(seconds: float, seed: int, slow_s: float = 1.0) -> Floats:
    """Noise of unit SD that is slow, as sway is."""
    draw = np.random.default_rng(seed)
    coarse = draw.normal(size=int(seconds / slow_s) + 4)
    fine = np.interp(np.arange(round(seconds * RATE)) / RATE, slow_s * np.arange(len(coarse)), coarse)
    return (fine - fine.mean()) / fine.std()


def walk_of(left: Floats, right: Floats, weight: float | None = WEIGHT) -> Walk:
    time = np.arange(len(left)) / RATE
    feet = [
        FootSignal(foot, time, np.maximum(load, 0.0)[:, None].astype(np.float32))
        for foot, load in ((Foot.LEFT, left), (Foot.RIGHT, right))
    ]
    return Walk(feet[0], feet[1], RATE, body_weight_n=weight)


def spans_of(walk: Walk) -> list[tuple[str, float, float, str]]:
    spans = found_spans(walk, analyze(walk))
    return [(span.kind.value, round(span.from_s, 1), round(span.to_s, 1), span.leg) for span in spans]


def ramped(levels: list[tuple[float, float]], ramp_s: float = 0.5) -> Floats:
    """(seconds, level) one after the other, joined by ramps at the beginning of each."""
    parts: list[Floats] = []
    before = levels[0][1]
    for seconds, level in levels:
        rows, ramp = round(seconds * RATE), round(ramp_s * RATE)
        parts.append(np.r_[np.linspace(before, level, ramp, endpoint=False), np.full(rows - ramp, level)])
        before = level
    return np.concatenate(parts)


@pytest.mark.parametrize("weight", [WEIGHT, None])
@pytest.mark.parametrize("leg", ["left", "right"])
def test_a_stance_on_one_leg_parts_the_quiet_standing(leg: str, weight: float | None) -> None:
    """20 s on both feet, 10 s on one leg, 20 s on both."""
    share = ramped([(20.0, 0.5), (10.0, 1.0), (20.0, 0.5)]) + 0.004 * sway(50.0, 1)
    share = np.clip(share, 0.0, 1.0)
    own, other = WEIGHT * share, WEIGHT * (1.0 - share)
    walk = walk_of(own, other, weight) if leg == "left" else walk_of(other, own, weight)
    first, stance, last = spans_of(walk)
    assert first[0] == last[0] == "standing" and stance[0] == "one_leg" and stance[3] == leg
    assert (first[1], last[2]) == (0.0, 50.0)
    assert stance[1:3] == pytest.approx((20.5, 30.0), abs=0.2)
    assert (first[2], last[1]) == (stance[1], stance[2])


def test_lifting_a_foot_for_two_seconds_parts_nothing() -> None:
    share = ramped([(20.0, 0.5), (2.5, 1.0), (20.0, 0.5)])
    assert spans_of(walk_of(WEIGHT * share, WEIGHT * (1.0 - share))) == [("standing", 0.0, 43.0, "")]


@pytest.mark.parametrize("share", [0.5, 0.2])
@pytest.mark.parametrize("weight", [WEIGHT, None])
def test_one_minute_is_one_quiet_standing(share: float, weight: float | None) -> None:
    """Even, and 80 to 20 with sway that takes the lighter foot near the air."""
    left = np.clip(share + 0.04 * sway(60.0, 2), 0.02, 0.98)
    assert spans_of(walk_of(WEIGHT * left, WEIGHT * (1.0 - left), weight)) == [("standing", 0.0, 60.0, "")]


@pytest.mark.parametrize("light", [0.03, 0.04])
def test_a_foot_that_bears_next_to_nothing_is_still_on_the_ground(light: float) -> None:
    left = np.clip(light + 0.005 * sway(60.0, 3), 0.022, 1.0)
    assert spans_of(walk_of(WEIGHT * left, WEIGHT * (1.0 - left))) == [("standing", 0.0, 60.0, "")]


def test_five_rises_from_a_seat_by_hand() -> None:
    """Seated at 22 % of the weight, 1.2 s of ramp: 10 to 90 % of it take 0.96 s."""
    levels = [(4.0, 0.22)] + [(3.0, 1.0), (3.0, 0.22)] * 4 + [(12.0, 1.0)]
    load = 0.5 * WEIGHT * ramped(levels, ramp_s=1.2)
    found = spans_of(walk_of(load, load))
    rises = [span for span in found if span[0] == "sit_to_stand"]
    assert [rise[1] for rise in rises] == pytest.approx([4.1, 10.1, 16.1, 22.1, 28.1], abs=0.11)
    assert [rise[2] - rise[1] for rise in rises] == pytest.approx([0.96] * 5, abs=0.16)
    (standing,) = [span for span in found if span[0] == "standing" and span[2] - span[1] >= 5.0]
    assert standing[2] == 40.0


@pytest.mark.parametrize(
    "levels",
    [
        [(10.0, 0.0), (20.0, 1.0)],  # steps onto the insoles
        [(10.0, 0.22), (10.0, 0.35), (10.0, 0.22)],  # leans forward and sits back
        [(20.0, 1.0), (10.0, 0.22)],  # sits down
    ],
)
def test_what_is_no_rise(levels: list[tuple[float, float]]) -> None:
    load = 0.5 * WEIGHT * ramped(levels)
    assert all(span[0] != "sit_to_stand" for span in spans_of(walk_of(load, load)))


def test_loading_the_feet_over_many_seconds_is_no_rise() -> None:
    load = 0.5 * WEIGHT * ramped([(10.0, 0.22), (20.0, 1.0)], ramp_s=9.0)
    assert all(span[0] != "sit_to_stand" for span in spans_of(walk_of(load, load)))


def foot_of(foot: Foot, load: Floats, across_mm: Floats, along_mm: Floats) -> FootSignal:
    lateral = (54.0 + across_mm - 14.0) / 80.0
    forward = (150.0 + along_mm - 20.0) / 260.0
    rows = [load * a * b for b in (1.0 - forward, forward) for a in (1.0 - lateral, lateral)]
    time = np.arange(len(load)) / RATE
    return FootSignal(foot, time, np.column_stack(rows).astype(np.float32), CORNERS)


def pair_of(left_across: Floats, right_across: Floats, along_mm: Floats) -> Walk:
    load = np.full(len(along_mm), 0.5 * WEIGHT)
    left = foot_of(Foot.LEFT, load, left_across, along_mm)
    return Walk(left, foot_of(Foot.RIGHT, load, right_across, along_mm), RATE, body_weight_n=WEIGHT)


def test_feet_that_tilt_together_more_than_they_rock_are_heel_to_toe() -> None:
    tilt, rock = 6.0 * sway(30.0, 1), 3.0 * sway(30.0, 2)
    walk = pair_of(tilt, -tilt, rock)
    assert is_tandem(walk, analyze(walk).pair_load, 0.0, 30.0)
    (span,) = found_spans(walk, analyze(walk))
    assert span.kind is StandingKind.TANDEM


@pytest.mark.parametrize(
    ("left", "right", "rock"),
    [
        (1.0, -1.0, 5.0),  # side by side: little across
        (6.0, 6.0, 3.0),  # both feet tilt inwards and outwards: not one body's tilt
        (0.0, 0.0, 0.0),  # nothing moves
    ],
)
def test_side_by_side_is_quiet_standing(left: float, right: float, rock: float) -> None:
    walk = pair_of(left * sway(30.0, 1), right * sway(30.0, 1), rock * sway(30.0, 2))
    assert not is_tandem(walk, analyze(walk).pair_load, 0.0, 30.0)


def test_an_analysis_holds_each_kind() -> None:
    share = np.clip(ramped([(20.0, 0.5), (10.0, 1.0), (20.0, 0.5)]), 0.0, 1.0)
    found = of_walk(walk_of(WEIGHT * share, WEIGHT * (1.0 - share)), Request(Path("any")))
    assert [one.kind for one in found.standings] == [
        StandingKind.QUIET,
        StandingKind.ONE_LEG,
        StandingKind.QUIET,
    ]
    assert found.standings[1].leg == "left" and found.standings[1].left_load_pct > 95.0
