"""A walk over insoles with clocks of their own: live says what the analysis of the recording says."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from plantigrade.analysis.live.settings import STEP_FRAMES
from plantigrade.analysis.live.wearer import LiveWearer, WearerSetup
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames
from plantigrade.calibration import Calibrator
from plantigrade.gait.engine import analyze
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.twin.body import ForceWalk, Segment, live_through
from plantigrade.twin.wearer import Wearer

from tools.live_against_recorded.__main__ import walked
from tools.live_against_recorded.comparison import Compared, Walked, columns, compare

SECONDS = 60.0
OF_SAMPLES = ("peak_force_n", "f1_n", "f2_n", "f3_n", "peak_pressure_kpa", "contact_area_cm2")
"""Figures in which no time is: they are equal whatever the clocks say."""


@pytest.fixture(scope="module")
def made() -> Walked:
    return walked(None, SECONDS, 20)


@pytest.fixture(scope="module")
def compared(made: Walked, tmp_path_factory: pytest.TempPathFactory) -> Compared:
    return compare(made, tmp_path_factory.mktemp("even"), lost=some_seconds_late)


def some_seconds_late(foot: Foot, slot: int) -> float:
    """Each twentieth record comes three seconds late, from the log."""
    return 3.0 if (slot // 5 + 3 * (foot is Foot.RIGHT)) % 20 == 19 else 0.0


def test_every_stride_is_found_both_ways(compared: Compared):
    assert compared.strides > 100
    assert compared.only_live == 0
    assert compared.only_recorded <= 4, "the last two of each foot are certain at the end alone"


def test_figures_without_time_agree_bit_for_bit(compared: Compared):
    assert {name: compared.equal[name] for name in OF_SAMPLES} == dict.fromkeys(OF_SAMPLES, compared.strides)


@pytest.mark.parametrize("name", ["initial_contact_s", "stride_time_s", "stance_time_s", "swing_time_s"])
def test_times_agree_within_what_the_clocks_are_uncertain_by(compared: Compared, name: str):
    assert 0 < compared.clock_ms < 15.0
    assert compared.largest[name] * 1000 < compared.clock_ms


def test_what_is_known_live_is_known_sealed(compared: Compared):
    assert set(compared.unknown_once.values()) == {0}


def test_frames_that_come_too_late_cost_their_own_strides_and_no_others(made: Walked, tmp_path: Path):
    def a_minute_late(foot: Foot, slot: int) -> float:
        return 30.0 if foot is Foot.LEFT and slot == 3000 else 0.0

    found = compare(made, tmp_path, lost=a_minute_late)
    assert found.only_live <= 1
    assert 1 < found.only_recorded <= 5
    assert found.strides > 100


def test_with_the_same_times_everything_agrees_bit_for_bit(made: Walked):
    """Without clocks between: pieces of any size, of one foot before the other."""
    setup = WearerSetup(100.0, made.weight_n, made.calibrations, None, None, 42.0)
    live = LiveWearer(setup)
    reported = {foot: [] for foot in Foot}
    draw = np.random.default_rng(5)
    rows = len(made.counts[Foot.LEFT])
    sent = dict.fromkeys(Foot, 0)
    now_ns = 0
    while min(sent.values()) < rows:
        now_ns += 100_000_000
        for foot in Foot:
            end = min(rows, sent[foot] + int(draw.integers(0, 40)))
            if end > sent[foot]:
                live.put(foot, stamped(made, foot, sent[foot], end))
                sent[foot] = end
        for foot, strides in live.step(now_ns).strides:
            reported[foot].append(columns(strides))
    recorded = analyze(recorded_walk(made))
    for foot, table in ((Foot.LEFT, recorded.left), (Foot.RIGHT, recorded.right)):
        assert table is not None
        ours = {name: np.concatenate([one[name] for one in reported[foot]]) for name in reported[foot][0]}
        theirs = columns(table.strides)
        count = len(ours["stride_time_s"])
        assert len(theirs["stride_time_s"]) - count <= 1
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name][:count], err_msg=name)


def stamped(made: Walked, foot: Foot, first: int, end: int) -> StampedFrames:
    device_us = 10_000 * np.arange(first, end, dtype=np.int64)
    frames = Frames(b"", first, 1, 1, 0, device_us, made.counts[foot][first:end], None, 0)
    return StampedFrames(frames, device_us * 1000, 0, 0)


def recorded_walk(made: Walked) -> Walk:
    time_s = np.asarray(10_000_000 * np.arange(len(made.counts[Foot.LEFT]), dtype=np.int64) * 1e-9)
    forces = {foot: Calibrator(made.calibrations[foot], 100.0).feed(made.counts[foot]) for foot in Foot}
    feet = [FootSignal(foot, time_s, forces[foot], own_layout(42.0)) for foot in Foot]
    return Walk(feet[0], feet[1], 100.0, body_weight_n=made.weight_n)


def test_a_foot_from_which_nothing_comes_does_not_hold_up_the_other(made: Walked):
    live = LiveWearer(WearerSetup(100.0, made.weight_n, made.calibrations))
    strides = 0
    for second in range(60):
        live.put(Foot.LEFT, stamped(made, Foot.LEFT, 100 * second, 100 * second + 100))
        if second < 10:
            live.put(Foot.RIGHT, stamped(made, Foot.RIGHT, 100 * second, 100 * second + 100))
        found = live.step(round((second + 1) * 1e9))
        after = sum(len(table) for foot, table in found.strides if foot is Foot.LEFT)
        strides += after
        if 15 < second < 50:
            assert after == 0, "the other foot is waited for at first"
    assert strides > 50, "then this one goes on alone"
    assert live.reach_s(Foot.LEFT) == pytest.approx(59.99)


def test_a_burst_is_analysed_in_slices(made: Walked):
    live = LiveWearer(WearerSetup(100.0, made.weight_n, made.calibrations))
    for foot in Foot:
        for first in range(0, 3000, 60):
            live.put(foot, stamped(made, foot, first, first + 60))
    slices = 3000 // STEP_FRAMES
    assert slices > 1
    more = [live.step(0).more for _ in range(slices + 1)]
    assert more == [True] * slices + [False]
    assert live.reach_s(Foot.LEFT) == live.reach_s(Foot.RIGHT) == pytest.approx(29.99)


def test_still_times_that_are_recorded_as_means_count_with_all_their_slots(made: Walked):
    live = LiveWearer(WearerSetup(100.0, made.weight_n, made.calibrations))
    counts = made.counts[Foot.LEFT][:20:10]
    frames = Frames(b"", 0, 10, 1, 0, np.array([0, 100_000], np.int64), counts, None, 0)
    for foot in Foot:
        live.put(foot, StampedFrames(frames, frames.device_us * 1000, 0, 0))
    live.step(0)
    assert live.reach_s(Foot.LEFT) == pytest.approx(0.19)


def test_alerts_are_those_of_the_persons_own_rules_both_ways(tmp_path: Path):
    """A clinician has switched a rule on; the person walks for 20 s and then stands."""
    wearer = Wearer(7)
    parts = [
        one
        for _, one in live_through(wearer.person, (Segment("walk", 20.0), Segment("stand", 100.0)), 7, 100.0)
    ]
    forces = ForceWalk(
        100.0, *(np.concatenate([getattr(one, side.value) for one in parts]) for side in Foot), ""
    )
    counts = dict(zip(Foot, wearer.counts(forces), strict=True))
    stood = Walked(counts, wearer.person.weight_n, dict(zip(Foot, wearer.calibrations, strict=True)))
    book = RuleBook()
    book.switch_on(
        "sustained-pressure",
        8.0,
        30.0,
        by="Dr. A",
        at=datetime(2026, 2, 1, tzinfo=UTC),
        reason="reduced feeling",
    )
    found = compare(stood, tmp_path, book)
    live = sorted(
        (one.rule, one.foot.value if one.foot else "both", one.onset_s) for one in found.live_alerts
    )
    recorded = sorted((one.rule, one.foot, one.from_s) for one in found.recorded_alerts)
    assert {one[:2] for one in live} >= {("sustained-pressure", "left"), ("sustained-pressure", "right")}
    assert [one[:2] for one in live] == [one[:2] for one in recorded]
    assert [one[2] for one in live] == pytest.approx([one[2] for one in recorded], abs=1.0)
    assert {
        one.document["severity"] for one in found.recorded_alerts if one.rule == "sustained-pressure"
    } == {"critical"}
