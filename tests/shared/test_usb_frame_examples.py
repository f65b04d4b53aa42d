"""USB frames byte by byte: flags, escapes, checksum, and what is dropped under which name.

PROTOCOL.md section 3.2; runs on both interpreters.
"""

import struct
from array import array
from binascii import crc32

from insole_protocol import ids, stuffing, usb_frames
from paper import refused, with_crc

# Channel 2, "hi"; the CRC-32 of these three bytes is 0x658f352f (zlib).
HI = b"\x7e\x02hi\x2f\x35\x8f\x65\x7e"
COUNTS = ("oversize", "short", "escape", "crc", "channel")


def stuffed(plain: bytes) -> bytes:
    """Between flags, escaped by hand: 7e, 7d and 03 become 7d and the byte XOR 20."""
    body = plain.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e").replace(b"\x03", b"\x7d\x23")
    return b"\x7e" + body + b"\x7e"


def check(data: bytes, found: "list[tuple[int, bytes]]", limit: int = 2056, **errors: int) -> None:
    """What a fresh decoder gives, for the whole and byte by byte, and what it counts."""
    for size in (len(data), 1, 3):
        decoder = usb_frames.FrameDecoder(limit)
        messages = []
        for at in range(0, len(data), size):
            messages += decoder.feed(bytearray(data[at : at + size]))
        assert messages == found
        assert decoder.errors == {name: errors.get(name, 0) for name in COUNTS}


def test_a_frame_is_flag_channel_message_checksum_flag() -> None:
    plain = with_crc(b"\x02hi")
    assert usb_frames.encode(2, b"hi") == HI == stuffed(plain)
    assert len(plain) == 1 + 2 + 4
    check(usb_frames.encode(2, b"hi"), [(2, b"hi")])


def test_the_checksum_is_low_byte_first_over_channel_and_message() -> None:
    crc = crc32(b"\x01abc") & 0xFFFFFFFF
    assert usb_frames.encode(1, b"abc") == stuffed(b"\x01abc" + struct.pack("<I", crc))


def test_bytes_that_are_escaped() -> None:
    """Flag, escape and Ctrl-C, in channel, message and checksum alike; nothing else."""
    message = bytes(range(256))
    for channel in (1, 2, 3):
        frame = usb_frames.encode(channel, message)
        assert frame == stuffed(with_crc(bytes((channel,)) + message))
        assert frame.count(b"\x7e") == 2 and b"\x03" not in frame
        check(frame, [(channel, message)])
    assert usb_frames.encode(3, b"\x7e\x7d\x03\x20")[:9] == b"\x7e\x7d\x23\x7d\x5e\x7d\x5d\x7d\x23"
    escaped = 0
    for number in range(600):  # a checksum has such a byte now and then
        message = struct.pack("<H", number)
        frame = usb_frames.encode(1, message)
        assert frame == stuffed(with_crc(b"\x01" + message)), number
        escaped += b"\x7d" in frame[-6:]
    assert escaped > 5


def test_an_empty_message_is_a_frame() -> None:
    frame = usb_frames.encode(3, b"")
    assert frame == stuffed(with_crc(b"\x03"))
    check(frame, [(3, b"")])


def test_lengths_that_a_message_may_have() -> None:
    assert len(usb_frames.encode(1, bytes(2056))) >= 2056 + 7
    encoder = usb_frames.FrameEncoder()
    for length in (-1, 2057):
        refused(ValueError, "a message of %d bytes" % length, encoder.start, 1, bytes(3000), length)  # noqa: UP031
    refused(ValueError, "a message of 2057 bytes", usb_frames.encode, 1, bytes(2057))


def test_a_frame_written_in_pieces() -> None:
    """Of a buffer one byte stays free, so that an escape fits: two bytes give a frame byte by byte."""
    message = b"\x7e\x03abc\x7d" * 3
    for room in (2, 3, 5, 64, 128):
        encoder = usb_frames.FrameEncoder()
        out = bytearray(room)
        assert encoder.next(out) == 0, "nothing was begun"
        encoder.start(3, memoryview(message + b"more"), len(message))
        written = b""
        while True:
            n = encoder.next(out)
            if n == 0:
                break
            assert n <= room
            written += bytes(out[:n])
        assert written == usb_frames.encode(3, message)
        assert encoder.next(out) == 0, "it stays through"
        encoder.start(1, b"x", 1)
        again = b""
        while True:
            n = encoder.next(out)
            if n == 0:
                break
            again += bytes(out[:n])
        assert again == usb_frames.encode(1, b"x")


def test_stuffing_stops_at_the_end_of_either_side() -> None:
    """Place: next byte of the source, its end, next place in `out`, where to stop there."""
    source = b"a\x03b\x7ec\x7dd"
    out = bytearray(20)
    place = array("i", (0, 7, 0, 20))
    stuffing.stuff(out, source, place)
    assert bytes(out[:10]) == b"a\x7d\x23b\x7d\x5ec\x7d\x5dd"
    assert list(place) == [7, 7, 10, 20]
    out = bytearray(20)
    place = array("i", (1, 7, 2, 5))
    stuffing.stuff(out, source, place)
    assert bytes(out[:7]) == b"\x00\x00\x7d\x23b\x00\x00"
    assert list(place) == [3, 7, 5, 5]
    place = array("i", (3, 7, 4, 5))  # an escape may use the place behind
    stuffing.stuff(out, source, place)
    assert bytes(out[4:6]) == b"\x7d\x5e"
    assert list(place) == [4, 7, 6, 5]
    place = array("i", (0, 3, 0, 20))
    stuffing.stuff(out, source, place)
    assert list(place) == [3, 7 - 4, 4, 20]
    assert (stuffing.FLAG, stuffing.ESCAPE, stuffing.FLIP, stuffing.CTRL_C) == (0x7E, 0x7D, 0x20, 0x03)


def test_one_flag_may_end_a_frame_and_begin_the_next() -> None:
    first, second = usb_frames.encode(1, b"one"), usb_frames.encode(2, b"two")
    check(first + second, [(1, b"one"), (2, b"two")])
    check(first[:-1] + second, [(1, b"one"), (2, b"two")])
    check(b"\x7e\x7e\x7e" + first, [(1, b"one")])
    check(first[:-1], [])


def test_what_is_too_short() -> None:
    """Channel and checksum are five bytes."""
    for n in range(1, 5):
        check(b"\x7e" + b"\x41" * n + b"\x7e", [], short=1)
    check(b"\x7eAAAAA\x7e", [], crc=1)


def test_what_is_too_long() -> None:
    """A limit of 4 bytes of message: 9 unstuffed, at most 18 as they come."""
    check(usb_frames.encode(1, b"abcd"), [(1, b"abcd")], limit=4)
    check(usb_frames.encode(1, b"abcde"), [], limit=4, oversize=1)
    check(b"A" * 18 + b"\x7e", [], limit=4, oversize=1)
    check(b"A" * 19 + b"\x7e", [], limit=4, oversize=1)
    check(b"A" * 500 + usb_frames.encode(1, b"abcd"), [(1, b"abcd")], limit=4, oversize=1)
    check((b"A" * 19 + b"\x7e") * 3 + usb_frames.encode(1, b"abcd"), [(1, b"abcd")], limit=4, oversize=3)
    check(usb_frames.encode(1, b"\x7e" * 4), [(1, b"\x7e" * 4)], limit=4)


def test_what_is_longer_than_it_may_be_costs_nothing_until_the_next_flag() -> None:
    decoder = usb_frames.FrameDecoder(4)
    for n, counted in ((18, 0), (1, 1), (1, 1), (18, 1), (4000, 1)):
        assert decoder.feed(b"A" * n) == []
        assert decoder.errors["oversize"] == counted
        assert len(decoder._raw) <= 18
    assert decoder.feed(b"\x7e" + usb_frames.encode(2, b"ok")) == [(2, b"ok")]
    assert decoder.errors["oversize"] == 1


def test_escapes_that_escape_nothing() -> None:
    good = with_crc(b"\x01x")
    for middle in (b"\x7d", b"\x7d\x41", b"\x7d\x7d\x5d", b"\x7d\x22", b"\x7d\x00"):
        check(b"\x7e" + middle + good + b"\x7e", [], escape=1)
    check(b"\x7e" + good + b"\x7d\x7e", [], escape=1)


def test_a_wrong_checksum() -> None:
    frame = bytearray(usb_frames.encode(1, b"abcdef"))
    for at in range(1, len(frame) - 1):
        spoiled = bytearray(frame)
        spoiled[at] ^= 0x10
        if not {0x7E, 0x7D} & {spoiled[at], frame[at]}:
            check(bytes(spoiled), [], crc=1)


def test_channels_that_nobody_has() -> None:
    for channel in (0, 4, 255):
        check(usb_frames.encode(channel, b"x"), [], channel=1)
    for channel in (1, 2, 3):
        check(usb_frames.encode(channel, b"x"), [(channel, b"x")])
    assert (ids.CHANNEL_STREAM, ids.CHANNEL_CONTROL, ids.CHANNEL_LOG) == (1, 2, 3)
