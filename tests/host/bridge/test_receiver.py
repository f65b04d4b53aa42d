"""Records on their way in: every kind of bad input is counted under its name, and nothing else suffers."""

import random
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insole_protocol import block
from plantigrade.bridge.decode import Arrived, decode
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.receiver import Receiver

from tests.host.bridge_kit.fake_insole import level, record_of

FRAMES = 5
IN_BATCH = 16


def records(count: int, first: int = 0) -> list[bytes]:
    return [record_of(first + i * FRAMES, FRAMES, 3, (first + i * FRAMES) * 10_000) for i in range(count)]


def put_all(receiver: Receiver, stream: list[bytes]) -> list[Frames]:
    passed: list[Frames] = []
    for record in stream:
        receiver.put(record, 0)
        passed += receiver.drain()
    return passed + receiver.flush()


def assert_true(passed: list[Frames]) -> None:
    """Every sample is the one that its slot number says."""
    for frames in passed:
        wanted = [[level(frames.seq + row, channel) for channel in range(16)] for row in range(len(frames))]
        assert frames.counts.tolist() == wanted
        assert frames.device_us.tolist() == [(frames.seq + row) * 10_000 for row in range(len(frames))]


def flip(record: bytes, at: int) -> bytes:
    return record[:at] + bytes((record[at] ^ 0x10,)) + record[at + 1 :]


BAD: list[tuple[str, Callable[[bytes], bytes], set[str]]] = [
    ("empty", lambda record: b"", {"block_length"}),
    ("truncated in the header", lambda record: record[:20], {"block_length"}),
    ("truncated in the payload", lambda record: record[:-7], {"block_length"}),
    ("bytes behind", lambda record: record + b"\0", {"trailing_bytes"}),
    ("oversized", lambda record: record + bytes(4000), {"trailing_bytes"}),
    ("another start", lambda record: flip(record, 0), {"sync"}),
    ("unknown version", lambda record: record[:1] + b"\x09" + record[2:], {"block_version"}),
    ("length beyond the end", lambda record: record[:2] + b"\xff\x07" + record[4:], {"block_length"}),
    ("bit flipped in the payload", lambda record: flip(record, 40), {"crc"}),
    ("wrong checksum", lambda record: record[:-4] + b"\0\0\0\0", {"crc"}),
    ("random bytes", lambda record: random.Random(1).randbytes(len(record)), {"sync"}),
]


@pytest.mark.parametrize("name, spoil, errors", BAD, ids=[name for name, _, _ in BAD])
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in bulk"])
def test_a_bad_record_is_counted_by_name_and_the_stream_goes_on(
    name: str, spoil: Callable[[bytes], bytes], errors: set[str], together: bool
) -> None:
    stream = records(IN_BATCH)
    stream[4] = spoil(stream[4])
    receiver = Receiver()
    if together:
        for record in stream:
            assert receiver.put(record, 0)
        passed = receiver.flush()
    else:
        passed = put_all(receiver, stream)
    assert set(receiver.counters.refused) == errors
    assert sum(receiver.counters.refused.values()) == 1
    assert [frames.seq for frames in passed] == [i * FRAMES for i in range(IN_BATCH) if i != 4]
    assert [frames.gap_before for frames in passed].count(FRAMES) == 1
    assert_true(passed)


def test_replayed_records_are_counted_and_not_passed_on() -> None:
    receiver = Receiver()
    stream = records(6)
    passed = put_all(receiver, stream[:4] + stream[1:3] + stream[4:])
    assert [frames.seq for frames in passed] == [0, 5, 10, 15, 20, 25]
    assert receiver.counters.refused == {"duplicate": 2}
    assert receiver.ledger.statement().duplicates == 2 * FRAMES


def test_overlapping_records_give_each_slot_once() -> None:
    receiver = Receiver()
    passed = put_all(receiver, [record_of(0, 5, 3, 0), record_of(3, 6, 3, 30_000)])
    assert [(frames.seq, len(frames)) for frames in passed] == [(0, 5), (5, 4)]
    assert_true(passed)


def test_what_comes_out_of_order_is_put_in_order() -> None:
    receiver = Receiver()
    stream = records(8)
    passed = put_all(receiver, [stream[i] for i in (0, 2, 1, 5, 4, 3, 7, 6)])
    assert [frames.seq for frames in passed] == [i * FRAMES for i in range(8)]
    assert not any(frames.late or frames.gap_before for frames in passed)
    assert receiver.sequencer.out_of_order > 0


def test_a_hole_is_given_up_after_a_while_and_what_fills_it_then_is_late() -> None:
    receiver = Receiver()
    stream = records(60)
    gap = stream.pop(10)
    passed = put_all(receiver, [*stream, gap])
    assert [frames.seq for frames in passed if frames.late] == [50]
    assert [frames.gap_before for frames in passed if frames.gap_before] == [FRAMES]
    in_order = [frames.seq for frames in passed if not frames.late]
    assert in_order == sorted(in_order)
    receiver.ledger.request(0, 300)
    assert receiver.ledger.statement().missing == 0


def test_a_host_that_does_not_keep_up_loses_nothing_silently() -> None:
    receiver = Receiver(capacity=3)
    stream = records(6)
    assert [receiver.put(record, 0) for record in stream] == [True] * 3 + [False] * 3
    passed = receiver.flush()
    assert len(passed) == 3
    assert receiver.counters.refused == {"queue_full": 3}
    receiver.ledger.request(0, 30)
    assert receiver.ledger.statement().missing == 15


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 29), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_whatever_order_and_damage_no_slot_is_wrong_or_doubled(order: list[int], rng: random.Random) -> None:
    stream = records(30)
    receiver = Receiver()
    sent = set[int]()
    damaged: list[bytes] = []
    for index in order:
        record = stream[index]
        if rng.random() < 0.2:
            record = flip(record, rng.randrange(len(record)))
        else:
            sent.add(index)
        damaged.append(record)
    passed = put_all(receiver, damaged)
    assert_true(passed)
    assert sorted(frames.seq for frames in passed) == sorted(index * FRAMES for index in sent)
    in_order = [frames.seq for frames in passed if not frames.late]
    assert in_order == sorted(in_order)
    assert receiver.ledger.recorded.slots == FRAMES * len(sent)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_bytes_from_anywhere_are_refused(noise: bytes) -> None:
    frames, errors = decode([Arrived(noise, 0)])
    assert frames == []
    assert len(errors) == 1


def test_frames_of_many_slots_are_cut_at_whole_frames() -> None:
    frames = Frames(b"", 100, 10, 1, 0, np.arange(4) * 100_000, np.zeros((4, 16), np.uint16), None, 0)
    assert frames.end == 140
    piece = next(iter(_pieces(frames, 110, 130)))
    assert (piece.seq, len(piece)) == (110, 2)
    assert len(frames) <= block.MAX_FRAMES


def _pieces(frames: Frames, first: int, end: int) -> list[Frames]:
    from plantigrade.bridge.slot_ranges import SlotRange

    return [frames.cut(SlotRange(first, end))]
