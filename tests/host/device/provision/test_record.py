"""The identity record: what goes in comes out, each change is seen, and whatever comes in is survived."""

import struct
from binascii import crc32
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insole_protocol import identity_record as form
from plantigrade.calibration.nominal import nominal
from plantigrade.device.provision.record import (
    IdentityError,
    InsoleIdentity,
    Origin,
    SelfTestFigures,
    calibration_sha256,
    parse_record,
)
from plantigrade.device.provision.rom_access import identity_region

from tests.host.device.provision.made import OTHER, SERIAL, calibration, identity, key, signed, unsigned

KEYS = (key().public,)
SECTOR = form.SECTOR_BYTES
PRINTED = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), max_size=6)


def checked(body: bytes, least: int = 1, number: int = 1, lengths: tuple[int, int] | None = None) -> bytes:
    """An unsigned record of a body that no builder would make."""
    body_bytes, signature_bytes = lengths or (len(body), 0)
    head = struct.pack(
        form.HEADER_FORMAT, form.MAGIC, 9, least, body_bytes, number, signature_bytes, 0, bytes(4)
    )
    return head + body + struct.pack("<I", crc32(head + body))


def field(tag: int, data: bytes) -> bytes:
    return struct.pack(form.FIELD_FORMAT, tag, len(data)) + data


BARE = b"".join(
    field(tag, data)
    for tag, data in (
        (form.SERIAL, bytes.fromhex(SERIAL)),
        (form.BOARD, b"r1"),
        (form.LAYOUT, b"\1"),
        (form.SIZE, b"\xa9\1"),
        (form.SIDE, b"\0"),
        (form.BATCH, b"B"),
        (form.MADE_ON, b"2026-03-09"),
    )
)


def test_what_an_insole_is_comes_back_with_its_curves_to_the_last_bit() -> None:
    stored = parse_record(signed(7).ljust(SECTOR, b"\xff"))
    assert stored.identity == identity()
    assert stored.sequence == 7 and stored.key_id == key().record_id.hex()
    assert stored.record == signed(7)
    assert stored.calibration_is_complete


def test_a_record_takes_at_most_half_a_sector() -> None:
    assert len(signed()) <= SECTOR // 2


@given(
    size=st.integers(60, 96),
    side=st.sampled_from(("left", "right")),
    label=PRINTED,
    levels=st.tuples(*[st.integers(0, 65535)] * 16),
)
@settings(max_examples=25)
def test_any_insole_comes_back(size: int, side: str, label: str, levels: tuple[int, ...]) -> None:
    made = identity(size_eu=size / 2, side=side, label=label[:6], self_test=SelfTestFigures(3, levels))
    assert parse_record(made.to_record(2, bytes(4), None)).identity == made


def test_an_insole_that_was_neither_tested_nor_measured_has_no_figures() -> None:
    stored = parse_record(unsigned(self_test=None, calibration=None, label="", firmware_sha256=""))
    assert stored.identity == identity(self_test=None, calibration=None, label="", firmware_sha256="")


def test_curves_of_another_amplifier_are_told() -> None:
    own = calibration()
    other = replace(own, front_end=replace(own.front_end, feedback_ohm=own.front_end.feedback_ohm * 2))
    stored = parse_record(unsigned(calibration=other))
    assert not stored.calibration_is_complete
    assert calibration_sha256(other) != calibration_sha256(own)


@pytest.mark.parametrize(
    ("record", "serial", "origin"),
    [
        (signed(), SERIAL, Origin.GENUINE),
        (signed(), SERIAL.lower(), Origin.GENUINE),
        (unsigned(), SERIAL, Origin.UNSIGNED),
        (signed(name="next"), SERIAL, Origin.UNKNOWN_MAKER),
        (signed(), OTHER, Origin.ALTERED),
        (unsigned(), OTHER, Origin.ALTERED),
    ],
)
def test_what_a_record_proves(record: bytes, serial: str, origin: Origin) -> None:
    assert parse_record(record).origin(serial, KEYS) is origin


@pytest.mark.parametrize("at", [5, 9, 16, 24, 60, 400, 700, 1020, 1150])
def test_a_signed_record_that_was_changed_and_given_a_new_checksum_is_altered(at: int) -> None:
    changed = bytearray(signed()[:-4])
    if at < form.HEADER_BYTES:
        at = 8 if at < 16 else 16  # its number, or the key that it names
    changed[at] ^= 1
    record = bytes(changed) + struct.pack("<I", crc32(bytes(changed)))
    try:
        found = parse_record(record).origin(SERIAL, KEYS)
    except IdentityError:
        return  # a length or a text that cannot be
    assert found in (Origin.ALTERED, Origin.UNKNOWN_MAKER)


@given(st.integers(0, 8 * len(signed()) - 1))
@settings(max_examples=200)
def test_a_flipped_bit_leaves_no_record(bit: int) -> None:
    changed = bytearray(signed())
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(IdentityError):
        parse_record(bytes(changed))


@given(st.binary(max_size=600))
@settings(max_examples=200)
def test_a_body_of_anything_is_a_record_or_a_named_refusal(body: bytes) -> None:
    try:
        stored = parse_record(checked(body))
    except IdentityError:
        return
    assert isinstance(stored.identity, InsoleIdentity)


@given(st.binary(max_size=2 * SECTOR))
def test_a_partition_of_anything_has_a_sector_for_the_next_record(data: bytes) -> None:
    region = identity_region(data.ljust(2 * SECTOR, b"\xff"))
    assert region.sector in (0, 1) and region.sequence >= 1


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b"\xff" * SECTOR, "no record"),
        (b"", "cut short"),
        (signed()[:-1], "cut short"),
        (checked(BARE, least=2), "readers of schema 2"),
        (checked(BARE, lengths=(4000, 0)), "impossible lengths"),
        (checked(BARE, lengths=(len(BARE), 100)), "impossible lengths"),
        (checked(BARE, number=0xFFFFFFFF), "impossible number"),
        (checked(BARE + b"\1"), "cut off"),
        (checked(BARE + struct.pack(form.FIELD_FORMAT, 99, 500)), "longer than its record"),
        (checked(BARE + field(form.LABEL, b"x" * 21)), "21 bytes"),
        (checked(BARE + field(form.SIDE, b"\1")), "twice"),
        (checked(BARE + field(form.LABEL, b"\xff")), "not UTF-8"),
        (checked(BARE + field(form.LABEL, b"a\nb")), "cannot be printed"),
        (checked(BARE.replace(field(form.SIDE, b"\0"), field(form.SIDE, b"\7"))), "neither left nor right"),
        (checked(BARE.replace(field(form.BATCH, b"B"), b"")), "lacks the field batch"),
        (checked(BARE + field(form.CALIBRATION, b"\xff" * 608)), "a curve has no"),
    ],
)
def test_each_way_in_which_a_record_is_none_has_its_words(record: bytes, reason: str) -> None:
    with pytest.raises(IdentityError, match=reason):
        parse_record(record)


def test_a_field_of_a_later_version_is_passed_over() -> None:
    stored = parse_record(checked(BARE + field(200, b"what is that")))
    assert stored.identity.side == "left" and stored.identity.size_eu == 42.5


@pytest.mark.parametrize(
    "changed",
    [
        {"serial": "12"},
        {"serial": "xy" * 8},
        {"batch": "B" * 21},
        {"label": "ä" * 11},
        {"side": "middle"},
        {"layout": 256},
        {"size_eu": -1},
        {"made_on": "today"},
        {"firmware_sha256": "ab"},
        {"calibration": nominal(sensors=15)},
    ],
)
def test_what_a_record_cannot_hold_is_refused_when_it_is_made(changed: dict[str, object]) -> None:
    with pytest.raises(IdentityError):
        unsigned(**changed)


def test_records_are_written_where_the_newest_does_not_lie() -> None:
    blank = b"\xff" * SECTOR

    def sectors(first: bytes, second: bytes) -> bytes:
        return first.ljust(SECTOR, b"\xff") + second.ljust(SECTOR, b"\xff")

    table = [
        (sectors(blank, blank), None, 0, 1),
        (sectors(unsigned(1), blank), 1, 1, 2),
        (sectors(unsigned(1), unsigned(2)), 2, 0, 3),
        (sectors(unsigned(5), unsigned(4)), 5, 1, 6),
        (sectors(unsigned(4), unsigned(4, side="right")), 4, 1, 5),
        (sectors(unsigned(1), unsigned(2)[:200]), 1, 1, 2),
        (sectors(blank, unsigned(9)), 9, 0, 10),
    ]
    for data, newest, sector, following in table:
        region = identity_region(data)
        assert (region.newest and region.newest.sequence, region.sector, region.sequence) == (
            newest,
            sector,
            following,
        )
    same = identity_region(table[4][0]).newest
    assert same is not None and same.identity.side == "left", "of two alike the first counts"
