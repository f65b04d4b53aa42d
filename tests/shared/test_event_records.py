"""Entries of an insole's list of events: byte for byte, and what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from insole_protocol import event_records as records

ENTRY = records.pack(258, 3, records.PAIRED, records.LINK_BLE, 60, b"\x01\x02\x03\x04\x05\x06", b"0.2.0")


def test_an_entry_byte_for_byte():
    assert ENTRY[:18].hex(" ") == "02 01 00 00 03 00 06 00 3c 00 00 00 01 02 03 04 05 06"
    assert ENTRY[18:36] == b"0.2.0" + bytes(13)
    assert len(ENTRY) == records.EVENT_BYTES


def test_what_was_put_in_comes_out():
    assert records.unpack(ENTRY) == (258, 3, 6, 0, 60, b"\x01\x02\x03\x04\x05\x06", b"0.2.0")


@given(st.integers(0, 319))
def test_one_flipped_bit_makes_it_none(bit):
    damaged = bytearray(ENTRY)
    damaged[bit // 8] ^= 1 << bit % 8
    assert records.unpack(damaged) is None


@pytest.mark.parametrize("data", [b"", ENTRY[:-1], ENTRY + b"\0", bytes(40), b"\xff" * 40])
def test_what_is_no_entry(data):
    assert records.unpack(data) is None
