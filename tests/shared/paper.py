"""For worked examples: records put together from the tables of PROTOCOL.md, and refusals held to their words.

Nothing here comes from the package under test. Runs on both interpreters.
"""

import struct
from binascii import crc32

SLOT_330 = "4aa114" * 8  # a packed frame of sixteen 330s: 330 | 330 << 12 = 0x14a14a, low byte first


def with_crc(body: "bytes | bytearray") -> bytes:
    """`body` with the CRC-32 of PROTOCOL.md section 1 behind it."""
    return bytes(body) + struct.pack("<I", crc32(bytes(body)) & 0xFFFFFFFF)


def record(
    payload: "bytes | str",
    frames: int = 1,
    seq: int = 7,
    time_us: int = 70000,
    boot: int = 1,
    period_us: int = 10000,
    slots_per_frame: int = 1,
    encoding: int = 0,
    layout: int = 1,
    status: int = 0,
    length: "int | None" = None,
) -> bytes:
    """A record with a right checksum, field by field as in the table of section 1; `payload` may be hex."""
    payload = bytes.fromhex(payload) if isinstance(payload, str) else payload
    if length is None:
        length = 26 + len(payload) + 4
    header = struct.pack(
        "<BBHIQHHBBBBH",
        0xA5, 1, length, seq, time_us, boot, period_us, frames, slots_per_frame, encoding, layout, status,
    )  # fmt: skip
    return with_crc(header + payload)


def bits(text: str) -> bytes:
    """Bits as they fill bytes, least significant first, the rest of the last byte zero; blanks are free."""
    text = text.replace(" ", "")
    text += "0" * (-len(text) % 8)
    return bytes([int("".join(reversed(text[at : at + 8])), 2) for at in range(0, len(text), 8)])


def refused(error: type, text: str, function, *arguments, **options) -> None:
    """Check that a call raises exactly this error with exactly this text."""
    try:
        function(*arguments, **options)
    except Exception as raised:  # noqa: BLE001 - another error is what this looks for
        found = "%s: %s" % (type(raised).__name__, raised)  # noqa: UP031 - MicroPython
        assert type(raised) is error and str(raised) == text, found
        return
    raise AssertionError("not refused: " + text)
