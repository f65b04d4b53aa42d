"""What an insole says about itself before anyone connects (PROTOCOL.md section 6)."""

import struct
from binascii import unhexlify

from insole_protocol import ids

BIT_RIGHT = 1 << 0
BIT_CHARGING = 1 << 1
BIT_FAULT = 1 << 2
BIT_LOGGING = 1 << 3
BIT_BONDED = 1 << 4
BIT_SIDE_UNSET = 1 << 7
MANUFACTURER_BYTES = 6
NAME_PREFIX = "Plantigrade "
_AD_FLAGS = b"\x02\x01\x06"  # general discoverable, no classic Bluetooth


def state_bits(side: int, charging: bool, fault: bool, logging: bool, bonded: bool) -> int:
    """The second byte of the manufacturer data."""
    bits = BIT_SIDE_UNSET if side == ids.SIDE_UNSET else side & BIT_RIGHT
    if charging:
        bits |= BIT_CHARGING
    if fault:
        bits |= BIT_FAULT
    if logging:
        bits |= BIT_LOGGING
    if bonded:
        bits |= BIT_BONDED
    return bits


def manufacturer_data(bits: int, battery_pct: int, serial: bytes) -> bytes:
    """Six bytes, without the company identifier. `battery_pct` 255 is unknown."""
    return bytes((ids.OPEN_VERSION, bits, battery_pct)) + bytes(serial)[-3:]


def advertisement(bits: int, battery_pct: int, serial: bytes) -> bytes:
    """The whole advertising payload: flags, service, manufacturer data; 31 bytes, as many as fit."""
    uuid = bytes(reversed(unhexlify(ids.SERVICE_UUID.replace("-", ""))))
    data = struct.pack("<H", ids.COMPANY_ID) + manufacturer_data(bits, battery_pct, serial)
    return _AD_FLAGS + bytes((len(uuid) + 1, 0x07)) + uuid + bytes((len(data) + 1, 0xFF)) + data


def device_name(side: int, serial: bytes) -> str:
    """The name in the scan response: "Plantigrade L 7A3F01"."""
    letter = {ids.SIDE_LEFT: "L", ids.SIDE_RIGHT: "R"}.get(side, "?")
    return NAME_PREFIX + letter + " " + "".join(["%02X" % b for b in bytes(serial)[-3:]])


def scan_response(name: str) -> bytes:
    """The scan response with the complete name (at most 29 bytes of it)."""
    data = name.encode()[:29]
    return bytes((len(data) + 1, 0x09)) + data
