"""The bytes of a journal: each kind of entry written out, what a scan steps over, and what a torn end leaves.

Lengths and fields are those of docs/reference/journal.md.
"""

import json
import struct
import zlib

import pytest
from plantigrade.bridge.clock.estimate import ClockEstimate
from plantigrade.bridge.journal import entries
from plantigrade.bridge.journal.entries import Damage, Kind, build, build_clock, build_json, scan


def checked(head_and_payload: bytes) -> bytes:
    return head_and_payload + struct.pack("<I", zlib.crc32(head_and_payload))


REQUEST = checked(bytes.fromhex("4a04 0100 10000000") + struct.pack("<QQ", 5, 1 << 40))
GAP = checked(bytes.fromhex("4a05 0200 11000000") + struct.pack("<QQB", 7, 9, 6))
RECORD = checked(bytes.fromhex("4a03 0000 0b000000") + struct.pack("<q", -5) + b"abc")


def test_an_entry_byte_by_byte() -> None:
    assert build(Kind.REQUEST, 1, struct.pack("<QQ", 5, 1 << 40)) == REQUEST
    assert build(Kind.GAP, 2, struct.pack("<QQB", 7, 9, 6)) == GAP
    assert build(Kind.RECORD, 0, entries.RECORD.pack(-5) + b"abc") == RECORD


def test_entries_of_json_are_sorted_and_without_blanks() -> None:
    text = b'{"a":[2,3],"b":1}'
    assert build_json(Kind.RUN, 0xFFFF, {"b": 1, "a": [2, 3]}) == checked(
        bytes.fromhex("4a01 ffff 11000000") + text
    )


def test_a_clock_byte_by_byte() -> None:
    clock = ClockEstimate(1 << 40, -7, 12.5, 900_000, 0.75, 30, interval_ms=30.0)
    payload = struct.pack("<HqqdqdI", 9, 1 << 40, -7, 12.5, 900_000, 0.75, 30)
    entry = build_clock(3, 9, clock)
    assert entry == checked(bytes.fromhex("4a06 0300 2e000000") + payload)
    (found,) = scan(entry, Damage())
    assert found.clock() == (9, ClockEstimate(1 << 40, -7, 12.5, 900_000, 0.75, 30))


@pytest.mark.parametrize(
    "kind, code",
    [
        ("RUN", 1),
        ("INSOLE", 2),
        ("RECORD", 3),
        ("REQUEST", 4),
        ("GAP", 5),
        ("CLOCK", 6),
        ("HELD", 7),
        ("ROUND_TRIP", 8),
    ],
)
def test_kinds_have_the_codes_of_the_page(kind: str, code: int) -> None:
    assert Kind[kind] == code
    assert len(Kind) == 8


def test_what_is_read_back() -> None:
    damage = Damage()
    reported = build_json(Kind.INSOLE, 4, {"serial": "00"})
    found = list(scan(REQUEST + GAP + RECORD + reported, damage))
    assert [entry.kind for entry in found] == [Kind.REQUEST, Kind.GAP, Kind.RECORD, Kind.INSOLE]
    assert [entry.insole for entry in found] == [1, 2, 0, 4]
    assert [entry.end for entry in found] == [28, 57, 80, 80 + len(reported)]
    assert found[0].range() == (5, 1 << 40)
    assert found[1].gap() == (7, 9, 6)
    assert found[2].record() == (-5, b"abc")
    assert found[3].json() == {"serial": "00"}
    assert (damage.bytes, damage.tail) == (0, 0)


@pytest.mark.parametrize(
    "garbage", [b"", b"x", b"\x4a", b"\x4a\x04\x01\x00", b"xyz\x4a\x4a" * 9, REQUEST[:-1]]
)
def test_what_lies_between_entries_is_stepped_over_and_counted(garbage: bytes) -> None:
    damage = Damage()
    found = list(scan(garbage + REQUEST + garbage + GAP, damage))
    assert [entry.kind for entry in found] == [Kind.REQUEST, Kind.GAP]
    assert (damage.bytes, damage.tail) == (2 * len(garbage), 0)


@pytest.mark.parametrize("cut", range(1, len(GAP)))
def test_an_end_that_was_being_written_is_the_tail(cut: int) -> None:
    damage = Damage()
    found = list(scan(REQUEST + GAP[:-cut], damage))
    assert [entry.kind for entry in found] == [Kind.REQUEST]
    assert (damage.bytes, damage.tail) == (0, len(GAP) - cut)


def test_an_end_without_a_sync_byte_is_the_tail_too() -> None:
    damage = Damage()
    assert list(scan(REQUEST + bytes(40), damage)) != []
    assert damage.tail == 40
    damage = Damage()
    assert list(scan(b"", damage)) == []
    assert (damage.bytes, damage.tail) == (0, 0)


@pytest.mark.parametrize("at", range(len(GAP)))
def test_any_changed_byte_makes_an_entry_unsound(at: int) -> None:
    spoilt = bytearray(GAP)
    spoilt[at] ^= 0x01
    damage = Damage()
    assert [entry.kind for entry in scan(bytes(spoilt) + REQUEST, damage)] == [Kind.REQUEST]
    assert (damage.bytes, damage.tail) == (len(GAP), 0)


@pytest.mark.parametrize("kind", [0, 9, 255])
def test_a_kind_that_is_not_in_the_table_is_no_entry(kind: int) -> None:
    stranger = checked(struct.pack("<BBHI", 0x4A, kind, 0, 2) + b"ab")
    assert [entry.kind for entry in scan(stranger + REQUEST, Damage())] == [Kind.REQUEST]


@pytest.mark.parametrize("more, sound", [(0, True), (1, False)])
def test_a_payload_is_a_mebibyte_at_most(more: int, sound: bool) -> None:
    entry = build(Kind.RECORD, 0, bytes((1 << 20) + more))
    assert bool(list(scan(entry, Damage()))) is sound


def test_an_empty_payload_is_sound() -> None:
    (found,) = scan(build(Kind.RUN, 0, b""), Damage())
    assert (found.payload, found.end) == (b"", 12)


def test_the_format_is_the_first() -> None:
    assert json.loads(build_json(Kind.RUN, entries.NO_INSOLE, {"format": entries.FORMAT})[8:-4]) == {
        "format": 1
    }
    assert entries.NO_INSOLE == 0xFFFF
