"""Pieces of the stream and of the log come into one order, with a bounded wait for what is lacking."""

import numpy as np
import pytest
from insole_protocol import ids
from plantigrade.analysis.live.order import FrameOrder
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames

WAIT_NS = 5_000_000_000


def piece(seq: int, count: int = 5, status: int = 0, timed: bool = True) -> StampedFrames:
    device_us = 10_000 * (seq + np.arange(count, dtype=np.int64))
    counts = np.zeros((count, 16), np.uint16)
    frames = Frames(b"", seq, 1, 1, status, device_us, counts, None, 0)
    return StampedFrames(frames, device_us * 1000 if timed else None, 0, 0)


def passed(order: FrameOrder, now_s: float) -> list[int]:
    return [one.frames.seq for one in order.take(round(now_s * 1e9))]


def test_what_continues_the_order_passes_at_once():
    order = FrameOrder()
    order.put(piece(100))
    assert passed(order, 0) == [100]
    order.put(piece(105))
    order.put(piece(110))
    assert passed(order, 0) == [105, 110]


def test_pieces_of_a_burst_may_come_in_any_order_before_they_are_looked_at():
    order = FrameOrder()
    for seq in (10, 0, 15, 5):
        order.put(piece(seq))
    assert passed(order, 0) == [0, 5, 10, 15]


def test_a_gap_is_waited_for_and_what_fills_it_comes_first():
    order = FrameOrder()
    order.put(piece(0))
    order.put(piece(10))
    assert passed(order, 0) == [0]
    assert passed(order, 4.9) == []
    order.put(piece(5))
    assert passed(order, 4.95) == [5, 10]
    assert order.left_out == 0


def test_a_gap_is_given_up_after_its_time_and_what_fills_it_then_is_left_out():
    order = FrameOrder()
    order.put(piece(0))
    order.put(piece(10))
    assert passed(order, 1) == [0]
    assert passed(order, 5.99) == []
    assert passed(order, 6.0) == [10]
    order.put(piece(5))
    assert passed(order, 6.1) == []
    assert order.left_out == 5


def test_each_gap_has_its_own_time():
    order = FrameOrder()
    for seq in (0, 10, 20):
        order.put(piece(seq))
    assert passed(order, 0) == [0]
    assert passed(order, 5) == [10], "the second gap begins to be waited for now"
    assert passed(order, 9.9) == []
    assert passed(order, 10) == [20]


def test_slots_that_the_insole_declares_lost_are_not_waited_for():
    order = FrameOrder()
    order.put(piece(0))
    order.put(piece(10, status=ids.STATUS_SLOTS_LOST))
    assert passed(order, 0) == [0, 10]


def test_no_more_than_its_bound_waits():
    order = FrameOrder(most_frames=20)
    order.put(piece(0))
    for seq in range(10, 35, 5):
        order.put(piece(seq))
    assert passed(order, 0) == [0, 10, 15, 20, 25, 30]


def test_no_more_pieces_pass_after_so_many_frames():
    order = FrameOrder()
    for seq in range(0, 30, 5):
        order.put(piece(seq))
    assert [one.frames.seq for one in order.take(0, most=11)] == [0, 5, 10]
    assert [one.frames.seq for one in order.take(0, most=5)] == [15]
    assert passed(order, 0) == [20, 25]
    assert order.first_ns is None


@pytest.mark.parametrize("count", [1, 7])
def test_frames_without_a_time_are_left_out(count: int):
    order = FrameOrder()
    order.put(piece(0, count, timed=False))
    assert passed(order, 0) == []
    assert order.left_out == count
