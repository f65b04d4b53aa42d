"""Samples fall on the same even rows live, in pieces of any size, as in a recording."""

from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
from hypothesis import given, settings
from plantigrade.analysis.live.even_rows import EvenRows
from plantigrade.gait.signals import Foot, FootSignal
from plantigrade.posture.rules_engine.even_time import EvenForces

RATE_HZ = 10.0


def samples(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Times with jitter and two holes, over the edge of a minute; forces of two sensors."""
    draw = np.random.default_rng(seed)
    time_s = 58.0 + (np.arange(count) + draw.uniform(-0.3, 0.3, count)) / RATE_HZ
    keep = np.ones(count, bool)
    keep[5:9] = keep[20:31] = False
    return time_s[keep], draw.uniform(0, 100, (int(keep.sum()), 2)).astype(np.float32)


@settings(max_examples=40, deadline=None)
@given(cuts=st.lists(st.integers(0, 60), max_size=5), seed=st.integers(0, 9))
def test_rows_are_those_of_the_recording(cuts: list[int], seed: int):
    time_s, force_n = samples(seed, 60)
    recording = EvenForces(FootSignal(Foot.LEFT, time_s, force_n), RATE_HZ)
    expected = np.concatenate([recording.between(0.0, 600), recording.between(60.0, 600)])
    rows = EvenRows(RATE_HZ, 2)
    taken: list[np.ndarray] = []
    edges = [0, *sorted(min(cut, len(time_s)) for cut in cuts), len(time_s)]
    for first, last in pairwise(edges):
        rows.add(time_s[first:last], force_n[first:last])
        taken.append(rows.take(max(0, rows.end - 2)))
    taken.append(rows.take(1200))
    np.testing.assert_array_equal(np.concatenate(taken), expected)


def test_what_comes_for_rows_that_were_taken_is_left_out():
    rows = EvenRows(RATE_HZ, 1)
    rows.add(np.array([0.0, 0.1, 0.4]), np.ones((3, 1), np.float32))
    assert np.isnan(rows.take(3)[2, 0])
    rows.add(np.array([0.2]), np.ones((1, 1), np.float32))
    assert rows.take(5)[1:, 0].tolist() == [1.0]
    assert rows.end == 5


def test_more_rows_than_have_come_are_unknown():
    rows = EvenRows(RATE_HZ, 1)
    rows.add(np.array([0.0]), np.ones((1, 1), np.float32))
    taken = rows.take(3)[:, 0]
    assert taken[0] == 1.0
    assert np.isnan(taken[1:]).all()
    assert rows.end == 3
