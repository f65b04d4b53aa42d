"""A header that counts on in halves: the same bytes as one written from whole numbers."""

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st
from insole_protocol import block
from insole_protocol.codec import Encoder
from insole_protocol.next_header import NextHeader

U32 = st.integers(0, block.END_SEQ - 1)
TIMES_US = st.integers(0, block.END_TIME_US - 1)


def made(seq: int, time_us: int) -> NextHeader:
    header = NextHeader(boot=7, period_us=10000, layout=1)
    header.seq, header.time_us = seq, time_us
    return header


@given(U32, TIMES_US)
def test_numbers_come_back(seq: int, time_us: int) -> None:
    header = made(seq, time_us)
    assert (header.seq, header.time_us) == (seq, time_us)


@given(st.integers(0, block.END_SEQ - (1 << 20)), TIMES_US, st.lists(st.integers(0, 1 << 16), max_size=5))
def test_going_on_adds_slots_and_their_time(seq: int, time_us: int, steps: list[int]) -> None:
    header = made(seq, time_us)
    for slots in steps:
        header.advance(slots)
    assert header.seq == seq + sum(steps)
    assert header.time_us == time_us + 10000 * sum(steps)


@pytest.mark.parametrize("seq", [0xFFFF, 0x3FFFFFFF, 0x40000000, 0x7FFFFFFF, 0xFFFF0000])
@pytest.mark.parametrize("time_us", [0xFFFF, 0x3FFFFFFF, 0xFFFFFFFF, 0xFFFFFFFFFFFF])
def test_carries_go_all_the_way(seq: int, time_us: int) -> None:
    header = made(seq, time_us)
    header.advance(1)
    assert (header.seq, header.time_us) == (seq + 1, time_us + 10000)


def test_a_slot_number_that_overflows_leaves_the_time_alone() -> None:
    header = made(0xFFFFFFFF, 5)
    header.advance(1)
    assert (header.seq, header.time_us) == (0, 10005)


@given(U32, TIMES_US, st.integers(0, 0xFFFF), st.integers(1, 255), st.integers(1, 64), st.booleans())
def test_records_are_the_same_byte_for_byte(
    seq: int, time_us: int, status: int, slots_per_frame: int, count: int, with_motion: bool
) -> None:
    count = min(count, block.MAX_FRAMES_IMU) if with_motion else count
    ring = array("H", [(i * 37) % 4096 for i in range(64 * 16)])
    motion = array("h", [(i * 991) % 65536 - 32768 for i in range(64 * 6)]) if with_motion else None
    written, halves = bytearray(block.MAX_BYTES), bytearray(block.MAX_BYTES)
    encoder = Encoder(count, with_motion)
    length = encoder.encode(
        written, ring, 60, count, seq, time_us, 7, 10000, slots_per_frame, 1, status, motion
    )
    header = made(seq, time_us)
    header.describe(slots_per_frame, status)
    assert encoder.encode_next(halves, ring, 60, count, header, motion) == length
    assert halves == written


@given(U32, U32)
def test_a_record_is_known_by_the_halves_of_its_number(seq: int, other: int) -> None:
    out = bytearray(block.HEADER_BYTES)
    block.write_header(out, 54, seq, 0, 1, 10000, 1, 1, 0, 1, 0)
    assert block.begins_with(out, seq & 0xFFFF, seq >> 16)
    assert block.begins_with(out, other & 0xFFFF, other >> 16) == (other == seq)
