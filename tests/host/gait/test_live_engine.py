"""The engine as live analysis uses it: feet that are not waited for, and memory that does not grow."""

import numpy as np
import pytest
from plantigrade.gait.engine import Engine, analyze
from plantigrade.gait.results import StrideTable
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.twin.body import draw_person, walk

RATE_HZ = 100.0


@pytest.fixture(scope="module")
def walked() -> Walk:
    made = walk(draw_person(3), 40.0, 31).forces
    time_s = np.arange(len(made.left)) / RATE_HZ
    feet = [FootSignal(foot, time_s, getattr(made, foot.value).astype(np.float32)) for foot in Foot]
    return Walk(feet[0], feet[1], RATE_HZ)


def strides_of_left(engine: Engine, walked: Walk, right_rows: int) -> StrideTable:
    """Strides of the left foot in pieces of half a second; nothing comes of the right one after some rows."""
    assert walked.left is not None and walked.right is not None
    found: list[StrideTable] = []
    for start in range(0, len(walked.left), 50):
        right = walked.right.part(start, start + 50) if start < right_rows else None
        engine.feed(walked.left.part(start, start + 50), right)
        found += [strides for foot, strides in engine.take_strides() if foot is Foot.LEFT]
    return found[-1]


def test_a_foot_of_which_nothing_comes_is_waited_for_unless_it_is_silent(walked: Walk):
    engine = Engine(sample_rate_hz=RATE_HZ)
    assert strides_of_left(engine, walked, 1500).next_initial_contact_s[-1] < 15.0
    ((_, after),) = [one for one in engine.take_strides((Foot.RIGHT,)) if one[0] is Foot.LEFT]
    assert after.next_initial_contact_s[-1] > 35.0
    assert np.isnan(after.single_support_s[-5:]).all(), "what needs the silent foot is unknown"
    recorded = analyze(walked).left
    assert recorded is not None
    same = np.searchsorted(recorded.strides.initial_contact_s, after.initial_contact_s)
    np.testing.assert_array_equal(after.stance_time_s, recorded.strides.stance_time_s[same])
    np.testing.assert_array_equal(after.peak_force_n, recorded.strides.peak_force_n[same])


def test_dropping_pictures_changes_no_stride(walked: Walk):
    def strides(drop: bool) -> list[StrideTable]:
        engine, found = Engine(sample_rate_hz=RATE_HZ), []
        for left, right in walked.chunks(50):
            engine.feed(left, right)
            found += [table for _, table in engine.take_strides()]
            if drop:
                engine.drop_pictures()
        return found

    for ours, theirs in zip(strides(True), strides(False), strict=True):
        np.testing.assert_array_equal(ours.impulse_n_s, theirs.impulse_n_s)
        np.testing.assert_array_equal(ours.pressure, theirs.pressure)


def test_an_engine_without_pictures_has_no_end(walked: Walk):
    engine = Engine(sample_rate_hz=RATE_HZ)
    engine.feed(walked.left, walked.right)
    engine.take_strides()
    engine.drop_pictures()
    with pytest.raises(RuntimeError, match=r"finish\(\) after drop_pictures\(\)"):
        engine.finish()
