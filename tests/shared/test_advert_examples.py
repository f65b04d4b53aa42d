"""Advertisements byte by byte (PROTOCOL.md section 6): what an insole sends and what a host reads.

Runs on both interpreters.
"""

from insole_protocol import advert, advert_reader
from paper import refused

SERIAL = b"\x00\x00\x24\x6f\x28\x7a\x3f\x01"
LEFT, RIGHT, UNSET = 0, 1, 255
# side, charging, fault, logging, bonded -> the byte of bits: 0 right, 1 charging, 2 fault, 3 logging,
# 4 bonded, 7 side unset
BITS = (
    ((LEFT, False, False, False, False), 0x00),
    ((RIGHT, False, False, False, False), 0x01),
    ((UNSET, False, False, False, False), 0x80),
    ((LEFT, True, False, False, False), 0x02),
    ((LEFT, False, True, False, False), 0x04),
    ((LEFT, False, False, True, False), 0x08),
    ((LEFT, False, False, False, True), 0x10),
    ((RIGHT, True, True, True, True), 0x1F),
    ((UNSET, True, False, True, False), 0x8A),
)


def test_the_state_is_these_bits_and_back() -> None:
    for state, expected in BITS:
        assert advert.state_bits(*state) == expected, state
        seen = advert_reader.Advertisement(bytes((1, expected, 50)) + SERIAL[-3:])
        assert (seen.side, seen.charging, seen.fault, seen.logging, seen.bonded) == state, state
        for flag in (seen.charging, seen.fault, seen.logging, seen.bonded):
            assert flag is True or flag is False
    seen = advert_reader.Advertisement(b"\x01\x81\x32abc")
    assert seen.side == UNSET, "unset counts, whatever bit 0 says"
    assert advert_reader.Advertisement(b"\x01\x60\x32abc").side == LEFT, "unknown bits are ignored"


def test_manufacturer_data_is_version_bits_battery_and_the_serials_end() -> None:
    assert advert.manufacturer_data(0x09, 64, SERIAL) == b"\x01\x09\x40\x7a\x3f\x01"
    seen = advert_reader.Advertisement(bytearray(b"\x07\x09\x40\x7a\x3f\x01"))
    assert (seen.version, seen.battery_pct, seen.serial_tail) == (7, 64, "7A3F01")


def test_battery_beyond_100_is_unknown() -> None:
    for sent, expected in ((0, 0), (1, 1), (100, 100), (101, None), (255, None)):
        assert advert_reader.Advertisement(bytes((1, 0, sent)) + b"abc").battery_pct == expected


def test_six_bytes_are_needed_and_more_are_ignored() -> None:
    data = b"\x01\x09\x40\x7a\x3f\x01"
    for n in range(6):
        text = "%d bytes of manufacturer data, not 6" % n  # noqa: UP031
        refused(advert_reader.AdvertisementError, text, advert_reader.Advertisement, data[:n])
    assert advert_reader.Advertisement(data + b"\xff\xff").serial_tail == "7A3F01"
    assert advert_reader.AdvertisementError.name == "advertisement"


def test_the_payload_is_flags_service_and_manufacturer_data() -> None:
    """Each part: length, type, data. Types of the Bluetooth SIG: 01 flags, 07 complete list of 128-bit
    services (low byte first), ff manufacturer data with company ffff."""
    expected = (
        "02 01 06"
        "11 07 10 7a 4f 8e 6c 2d 3a 9f 0e 4b 1d 5c 00 a0 e1 b7"
        "09 ff ff ff 01 09 40 7a 3f 01"
    )  # fmt: skip
    payload = advert.advertisement(0x09, 64, SERIAL)
    assert payload == bytes.fromhex(expected.replace(" ", ""))
    assert len(payload) == 31, "as many as fit"


def test_the_name_tells_side_and_the_serials_end() -> None:
    for side, name in ((LEFT, "L"), (RIGHT, "R"), (UNSET, "?"), (7, "?")):
        assert advert.device_name(side, SERIAL) == "Plantigrade %s 7A3F01" % name  # noqa: UP031
    assert advert.device_name(LEFT, b"\x0a\x0b\x0c") == "Plantigrade L 0A0B0C"


def test_the_scan_response_is_the_complete_name() -> None:
    """Type 09, complete local name; 31 bytes at most, so 29 of the name."""
    assert advert.scan_response("Plantigrade L 7A3F01") == b"\x15\x09Plantigrade L 7A3F01"
    assert advert.scan_response("x" * 29) == b"\x1e\x09" + b"x" * 29
    assert advert.scan_response("x" * 30) == b"\x1e\x09" + b"x" * 29
