"""From records to frames in order: a record decoded by hand, frames cut at slots, when a gap is given up."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from insole_protocol import ids
from plantigrade.bridge.decode import Arrived, decode
from plantigrade.bridge.frames import Frames, Sequencer
from plantigrade.bridge.receiver import Receiver
from plantigrade.bridge.slot_ranges import SlotRange

from tests.host.bridge_kit.fake_insole import record_of

HEADER = bytes.fromhex("a5014600 e8030000 0087930300000000 0300 1027 04 01 02 01 4000")
KEY_FRAME = bytes.fromhex("4aa114" * 8)
RESIDUALS = bytes.fromhex("0200000000000000 3a e1ffffffffff0f")
EXAMPLE = HEADER + KEY_FRAME + RESIDUALS + bytes.fromhex("b69d0803")
"""Section 1.4 of the protocol: four frames of slot 1000, 60 s after boot 3; only sensor 0 moves."""


def by_hand(frames: int, imu: bool, slots: int = 1) -> bytes:
    """A packed record, byte by byte: channel c of row r is 100 r + c, IMU value i of row r is -r - i."""
    body = b""
    for row in range(frames):
        counts = [100 * row + channel for channel in range(16)]
        for low, high in zip(counts[::2], counts[1::2], strict=True):
            body += bytes((low & 255, low >> 8 | (high & 15) << 4, high >> 4))
        if imu:
            body += struct.pack("<6h", *(-row - axis for axis in range(6)))
    encoding = 0x10 if imu else 0
    length = 26 + len(body) + 4
    head = struct.pack(
        "<BBHIQHHBBBBH", 0xA5, 1, length, 500, 7_000_000, 9, 10_000, frames, slots, encoding, 1, 5
    )
    return head + body + struct.pack("<I", zlib.crc32(head + body))


def test_the_example_of_the_protocol() -> None:
    """330, 331, 340, 338 under sensor 0 and 330 elsewhere, 10 ms apart from 60 s on."""
    frames, errors = decode([Arrived(EXAMPLE, 77)])
    assert errors == []
    found = frames[0]
    assert found.record == EXAMPLE
    assert (found.seq, found.slots_per_frame, found.boot, found.status, found.arrival_ns) == (
        1000,
        1,
        3,
        64,
        77,
    )
    assert found.counts[:, 0].tolist() == [330, 331, 340, 338]
    assert (found.counts[:, 1:] == 330).all()
    assert found.counts.shape == (4, 16)
    assert found.counts.dtype == np.uint16
    assert found.device_us.tolist() == [60_000_000, 60_010_000, 60_020_000, 60_030_000]
    assert found.imu is None
    assert (found.late, found.gap_before, found.end) == (False, 0, 1004)


@pytest.mark.parametrize("imu", [False, True])
def test_a_packed_record_made_by_hand(imu: bool) -> None:
    """Two frames of ten slots each, as daily mode stores means."""
    frames, errors = decode([Arrived(by_hand(2, imu, slots=10), 5)])
    assert errors == []
    found = frames[0]
    assert found.counts.tolist() == [list(range(16)), list(range(100, 116))]
    assert found.device_us.tolist() == [7_000_000, 7_100_000]
    assert (found.seq, found.end, found.slots_per_frame, found.boot, found.status) == (500, 520, 10, 9, 5)
    if imu:
        assert found.imu is not None
        assert found.imu.tolist() == [[0, -1, -2, -3, -4, -5], [-1, -2, -3, -4, -5, -6]]
        assert found.imu.dtype == np.int16
    else:
        assert found.imu is None


def test_each_record_among_many_keeps_its_own_fields() -> None:
    """With and without IMU side by side, in the order of their arrival; a refused one between them."""
    stream = [
        Arrived(by_hand(2, True), 11),
        Arrived(EXAMPLE[:-1] + b"\0", 12),
        Arrived(EXAMPLE, 13),
        Arrived(record_of(90_000, 64, 3, 0), 1),
    ]
    frames, errors = decode(stream)
    assert errors == ["crc"]
    assert [(found.arrival_ns, found.seq, len(found), found.imu is None) for found in frames] == [
        (11, 500, 2, False),
        (13, 1000, 4, True),
        (1, 90_000, 64, True),
    ]
    assert [found.record for found in frames] == [stream[0].record, EXAMPLE, stream[3].record]


@pytest.mark.parametrize(
    "record, error",
    [
        (EXAMPLE + b"\0", "trailing_bytes"),
        (EXAMPLE + EXAMPLE, "trailing_bytes"),
        (EXAMPLE[:2] + b"\x35\x00" + EXAMPLE[4:], "block_length"),  # 53 is less than a record can have
        (EXAMPLE[:2] + b"\x36\x00" + EXAMPLE[4:], "trailing_bytes"),  # 54 is the least
        (EXAMPLE[:3], "block_length"),
        (EXAMPLE[:4], "block_length"),
        (EXAMPLE[:-1], "block_length"),
        (b"", "block_length"),
    ],
)
def test_a_message_is_one_record_from_end_to_end(record: bytes, error: str) -> None:
    frames, errors = decode([Arrived(record, 0)])
    assert errors == [error]
    assert frames == []


def frames_of(seq: int, count: int, slots: int = 1, status: int = 0) -> Frames:
    rows = np.arange(count)
    return Frames(
        b"record",
        seq,
        slots,
        1,
        status,
        (seq + slots * rows) * 10_000,
        np.repeat(rows[:, None], 16, axis=1).astype(np.uint16),
        np.repeat(rows[:, None], 6, axis=1).astype(np.int16),
        4,
    )


@pytest.mark.parametrize(
    "wanted, seq, rows",
    [
        ((100, 140), 100, [0, 1, 2, 3]),
        ((90, 150), 100, [0, 1, 2, 3]),
        ((110, 130), 110, [1, 2]),
        ((100, 110), 100, [0]),
        ((130, 140), 130, [3]),
        ((109, 111), 100, [0, 1]),  # touches two frames of ten slots
        ((119, 120), 110, [1]),
        ((120, 121), 120, [2]),
    ],
)
def test_frames_are_cut_to_those_that_touch_what_is_wanted(
    wanted: tuple[int, int], seq: int, rows: list[int]
) -> None:
    complete = frames_of(100, 4, slots=10)
    piece = complete.cut(SlotRange(*wanted))
    assert (piece.seq, piece.end) == (seq, seq + 10 * len(rows))
    assert piece.counts[:, 0].tolist() == rows
    assert piece.imu is not None
    assert piece.imu[:, 5].tolist() == rows
    assert piece.device_us.tolist() == [(100 + 10 * row) * 10_000 for row in rows]
    assert (piece is complete) is (len(rows) == 4)
    assert (piece.record, piece.boot, piece.arrival_ns, piece.slots_per_frame) == (b"record", 1, 4, 10)


def test_frames_without_an_imu_are_cut_too() -> None:
    assert replace(frames_of(0, 4), imu=None).cut(SlotRange(1, 2)).imu is None


def test_frames_take_their_place_and_stay_the_same_otherwise() -> None:
    plain = frames_of(0, 3)
    assert plain.placed(late=False, gap_before=0) is plain
    late, behind = plain.placed(late=True, gap_before=0), plain.placed(late=False, gap_before=7)
    assert (late.late, late.gap_before, behind.late, behind.gap_before) == (True, 0, False, 7)
    assert late.counts is plain.counts


def passed(sequencer: Sequencer, *pieces: tuple[int, int]) -> list[tuple[int, bool, int]]:
    """Push pieces (first slot, slots): what came out as (first slot, late, gap before)."""
    out = [found for piece in pieces for found in sequencer.push(frames_of(*piece))]
    return [(found.seq, found.late, found.gap_before) for found in out]


def test_the_stream_may_run_a_quarter_of_a_second_ahead_of_a_hole() -> None:
    """Slots 5 to 9 are lacking: what comes waits while it ends at most 25 slots behind the gap's begin."""
    sequencer = Sequencer()
    assert passed(sequencer, (0, 5)) == [(0, False, 0)]
    assert passed(sequencer, (10, 5), (15, 5), (20, 5), (25, 5)) == []  # up to slot 30
    assert passed(sequencer, (30, 1)) == [
        (10, False, 5),
        (15, False, 0),
        (20, False, 0),
        (25, False, 0),
        (30, False, 0),
    ]
    assert passed(sequencer, (5, 5), (31, 4)) == [(5, True, 0), (31, False, 0)]
    assert sequencer.out_of_order == 1


def test_a_hole_that_fills_in_time_leaves_no_trace() -> None:
    sequencer = Sequencer()
    assert passed(sequencer, (0, 5), (10, 5), (15, 5)) == [(0, False, 0)]
    assert passed(sequencer, (5, 5)) == [(5, False, 0), (10, False, 0), (15, False, 0)]
    assert sequencer.out_of_order == 1
    assert sequencer.next_seq == 20


def test_what_comes_before_the_newest_is_out_of_order_wherever_it_belongs() -> None:
    sequencer = Sequencer()
    assert passed(sequencer, (0, 5), (10, 5), (20, 5)) == [(0, False, 0)]
    assert sequencer.out_of_order == 0
    assert passed(sequencer, (15, 5)) == []
    assert sequencer.out_of_order == 1
    assert passed(sequencer, (25, 4), (6, 2)) == []
    assert sequencer.out_of_order == 2


def test_behind_one_hole_another_waits_its_own_time() -> None:
    """Lacking are 5 to 9 and 20 to 24; at slot 31 only the first is 26 slots old."""
    sequencer = Sequencer()
    assert passed(sequencer, (0, 5), (10, 10), (25, 5)) == [(0, False, 0)]
    assert passed(sequencer, (30, 1)) == [(10, False, 5)]
    assert passed(sequencer, (31, 14)) == []
    assert passed(sequencer, (45, 1)) == [(25, False, 5), (30, False, 0), (31, False, 0), (45, False, 0)]


def test_slots_that_the_insole_declares_lost_are_not_waited_for() -> None:
    sequencer = Sequencer()
    sequencer.push(frames_of(0, 5))
    lost = sequencer.push(frames_of(9, 5, status=ids.STATUS_SLOTS_LOST))
    assert [(found.seq, found.gap_before) for found in lost] == [(9, 4)]
    assert sequencer.push(frames_of(20, 5, status=~ids.STATUS_SLOTS_LOST & 0xFFFF)) == []


def test_the_first_frames_begin_the_order_and_older_ones_are_late() -> None:
    sequencer = Sequencer()
    assert passed(sequencer, (100, 5), (95, 5), (105, 5)) == [(100, False, 0), (95, True, 0), (105, False, 0)]


def test_at_the_end_all_holes_are_given_up_at_once() -> None:
    sequencer = Sequencer()
    assert passed(sequencer, (0, 5), (29, 1), (10, 5)) == [(0, False, 0)]
    assert [(found.seq, found.gap_before) for found in sequencer.flush()] == [(10, 5), (29, 14)]
    assert sequencer.flush() == []
    assert (sequencer.next_seq, sequencer.out_of_order) == (30, 1)


class SequencerMachine(RuleBasedStateMachine):
    """Against a set: what is out, what waits, and how far the newest slot is ahead of the first gap."""

    def __init__(self) -> None:
        super().__init__()
        self.sequencer = Sequencer()
        self.out = set[int]()
        self.waiting = set[int]()
        self.begin: int | None = None

    @rule(first=st.integers(0, 90), count=st.integers(1, 6))
    def push(self, first: int, count: int) -> None:
        slots = set(range(first, first + count))
        if slots & (self.out | self.waiting):
            return
        if self.begin is None:
            self.begin = first
        before = self.border
        came = self.sequencer.push(frames_of(first, count))
        self.waiting |= slots
        if first < before:
            assert [(found.seq, found.late, found.gap_before) for found in came] == [(first, True, 0)]
            self.waiting -= slots
            self.out |= slots
            return
        cursor = before
        for found in came:
            assert not found.late
            assert found.gap_before == found.seq - cursor
            own = set(range(found.seq, found.end))
            assert own <= self.waiting
            self.waiting -= own
            self.out |= own
            cursor = found.end

    @property
    def border(self) -> int:
        """The slot after the newest that is out."""
        assert self.begin is not None
        return max((slot + 1 for slot in self.out), default=self.begin)

    @invariant()
    def nothing_waits_without_a_gap_of_its_time(self) -> None:
        if self.waiting:
            assert min(self.waiting) > self.border
            assert max(self.waiting) + 1 - 25 <= self.border

    @rule()
    def flush(self) -> None:
        held = [slot for found in self.sequencer.flush() for slot in range(found.seq, found.end)]
        assert held == sorted(self.waiting)
        self.out |= self.waiting
        self.waiting.clear()


TestSequencerAgainstASet = SequencerMachine.TestCase
TestSequencerAgainstASet.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


def test_the_queue_holds_4096_records_and_counts_what_it_refuses() -> None:
    receiver = Receiver()
    assert all(receiver.put(b"", 0) for _ in range(4096))
    assert not receiver.put(b"", 0)
    assert not receiver.put(b"", 0)
    assert receiver.counters.refused == {"queue_full": 2}
    assert receiver.drain() == []
    assert receiver.counters.refused == {"queue_full": 2, "block_length": 4096}
    assert (receiver.counters.records, receiver.counters.frames) == (4096, 0)


def test_records_and_frames_are_counted_as_they_pass() -> None:
    receiver = Receiver()
    for seq in (0, 5, 15):
        receiver.put(record_of(seq, 5, 3, seq * 10_000), 0)
    assert [found.seq for found in receiver.drain()] == [0, 5]
    assert (receiver.counters.records, receiver.counters.frames) == (3, 10)
    receiver.put(record_of(5, 5, 3, 50_000), 0)
    assert [found.seq for found in receiver.flush()] == [15]
    assert (receiver.counters.records, receiver.counters.frames) == (4, 15)
    assert receiver.counters.refused == {"duplicate": 1}


def test_a_record_too_many_pieces_away_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantigrade.bridge.slot_ranges.MAX_RANGES", 2)
    receiver = Receiver()
    for seq in (0, 10, 20, 5):
        receiver.put(record_of(seq, 5, 3, seq * 10_000), 0)
    assert [found.seq for found in receiver.flush()] == [0, 5, 10]
    assert receiver.counters.refused == {"too_many_gaps": 1}


def test_a_record_that_fills_two_holes_comes_out_in_two_pieces() -> None:
    """0 to 4 and 10 to 14 are there; one record of 0 to 19 brings 5 to 9 and 15 to 19."""
    receiver = Receiver()
    for first, count in ((0, 5), (10, 5), (0, 20)):
        receiver.put(record_of(first, count, 3, first * 10_000), 0)
    out = receiver.drain()
    assert [(found.seq, len(found)) for found in out] == [(0, 5), (5, 5), (10, 5), (15, 5)]
