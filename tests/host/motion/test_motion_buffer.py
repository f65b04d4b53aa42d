"""The newest samples of a motion sensor, beside all of them in one array."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait.motion.motion_buffer import MotionBuffer, MotionRows
from plantigrade.gait.motion.settings import SPARE_ROWS
from plantigrade.gait.signals import Forces

HISTORY = 50
LONG = HISTORY + SPARE_ROWS + 7
"""A piece for which there is no room, so that it stays where it came from."""


def samples(first: int, last: int) -> MotionRows:
    """Samples whose values are their numbers."""
    time_s = np.arange(first, last, dtype=np.float64)
    acc: Forces = np.repeat(time_s[:, None], 3, axis=1).astype(np.float32)
    return MotionRows(time_s, acc, acc + np.float32(0.5))


@given(lengths=st.lists(st.sampled_from([1, 3, HISTORY, 2000, LONG]), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_the_history_before_each_piece_is_there_while_it_is_worked_on(lengths: list[int]) -> None:
    buffer, first = MotionBuffer(HISTORY), 0
    for length in lengths:
        last = first + length
        piece = samples(first, last)
        buffer.begin(piece)
        rows = buffer.rows()
        oldest = max(0, first - HISTORY)
        assert rows.time_s[0] <= oldest
        expected = samples(int(rows.time_s[0]), last)
        np.testing.assert_array_equal(rows.time_s, expected.time_s)
        np.testing.assert_array_equal(rows.acc, expected.acc)
        np.testing.assert_array_equal(rows.gyr, expected.gyr)
        buffer.settle()
        for array in (piece.time_s, piece.acc, piece.gyr):
            array[:] = np.nan  # whoever gave them uses their memory again
        first = last


def test_samples_with_a_value_missing_are_left_out() -> None:
    made = samples(0, 6)
    made.acc[1, 2], made.gyr[4, 0] = np.nan, np.inf
    known = MotionRows.known(made.time_s, made.acc, made.gyr)
    assert known.time_s.tolist() == [0.0, 2.0, 3.0, 5.0]
    assert known.acc[:, 0].tolist() == [0.0, 2.0, 3.0, 5.0]
    assert known.gyr[:, 2].tolist() == [0.5, 2.5, 3.5, 5.5]
