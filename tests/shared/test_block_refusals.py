"""What a reader refuses of a record, in which order and in which words; and what just passes (PROTOCOL.md
sections 1 and 2). Runs on both interpreters."""

from array import array

from insole_protocol import block_errors as wrong
from insole_protocol import decoder, record_header
from paper import SLOT_330, bits, record, refused, with_crc

ONES = bits("1" * 16)  # the unary section of two equal frames
NO_PARAMETERS = bytes(8)
TWO_EQUAL = bytes.fromhex(SLOT_330) + NO_PARAMETERS + ONES  # the Rice payload of two frames of 330


def decoded(data: bytes, text: str, error: type) -> None:
    """The record is refused so, also somewhere within other bytes."""
    refused(error, text, decoder.decode_block, data)
    refused(error, text, decoder.decode_block, b"\xa5\x01" + data, 2)


def test_a_record_that_nothing_is_wrong_with() -> None:
    found = decoder.decode_block(record(TWO_EQUAL, frames=2, encoding=2))
    assert found.frames == array("H", (330,) * 32)
    assert found.imu is None


def test_fewer_bytes_than_the_shortest_record() -> None:
    data = record(SLOT_330)
    for n in (0, 1, 53):
        text = "%d bytes at hand, a record has at least 54" % n  # noqa: UP031
        decoded(data[:n], text, wrong.BlockLengthError)
    assert decoder.decode_block(data[:54]).header.length == 54
    refused(
        wrong.BlockLengthError, "53 bytes at hand, a record has at least 54", decoder.decode_block, data, 1
    )
    refused(
        wrong.BlockLengthError,
        "0 bytes at hand, a record has at least 54",
        record_header.parse_header,
        data,
        54,
    )


def test_a_wrong_first_byte() -> None:
    data = record(SLOT_330)
    for first in (0x00, 0xA4, 0x5A):
        text = "a record starts with 0xa5, not 0x%02x" % first  # noqa: UP031
        decoded(bytes((first,)) + data[1:], text, wrong.SyncError)


def test_another_format_version() -> None:
    data = record(SLOT_330)
    for version in (0, 2, 255):
        text = "record format %d; this reader knows 1" % version  # noqa: UP031
        decoded(data[:1] + bytes((version,)) + data[2:], text, wrong.BlockVersionError)


def test_a_length_out_of_its_range_or_beyond_what_is_there() -> None:
    def with_length(length: int, n: int) -> bytes:
        return (record(SLOT_330, length=length) + bytes(3000))[:n]

    for length, n in ((53, 54), (0, 100), (2049, 3000), (65535, 3000), (55, 54), (2048, 2047)):
        text = "record of %d bytes, %d at hand" % (length, n)  # noqa: UP031
        refused(wrong.BlockLengthError, text, decoder.decode_block, with_length(length, n))
        assert len(with_length(length, n)) == n
    for length, n in ((54, 54), (2048, 2048), (2048, 2049), (60, 3000)):
        assert record_header.parse_header(with_length(length, n)).length == length


def test_a_wrong_checksum() -> None:
    data = record(SLOT_330, seq=1234)
    for at in (6, 26, 49, 50, 53):
        spoiled = data[:at] + bytes((data[at] ^ 0x10,)) + data[at + 1 :]
        seq = int.from_bytes(spoiled[4:8], "little")
        decoded(spoiled, "checksum of record %d does not match" % seq, wrong.CrcError)  # noqa: UP031
    refused(
        wrong.CrcError,
        "checksum of record 1234 does not match",
        record_header.check,
        data[:-1] + bytes((data[-1] ^ 1,)),
    )


def test_no_frame_or_too_many() -> None:
    for frames, encoding, limit in ((0, 0, 64), (65, 0, 64), (255, 0, 64), (57, 0x10, 56), (0, 0x12, 56)):
        text = "%d frames in a record; 1 to %d are allowed" % (frames, limit)  # noqa: UP031
        decoded(record(SLOT_330, frames=frames, encoding=encoding), text, wrong.FrameCountError)
    for frames, encoding in ((64, 0), (1, 0), (57, 0), (56, 0x10), (1, 0x10)):
        assert record_header.check(record(SLOT_330, frames=frames, encoding=encoding)).frames == frames


def test_frames_without_slots_and_slots_without_a_period() -> None:
    decoded(record(SLOT_330, slots_per_frame=0), "frames of 0 slots of 10000 us", wrong.SlotsError)
    decoded(record(SLOT_330, period_us=0), "frames of 1 slots of 0 us", wrong.SlotsError)
    for slots, period_us in ((1, 1), (255, 65535)):
        found = record_header.check(record(SLOT_330, slots_per_frame=slots, period_us=period_us))
        assert (found.slots_per_frame, found.period_us) == (slots, period_us)


def test_times_and_numbers_that_no_insole_can_have_reached() -> None:
    decoded(record(SLOT_330, time_us=1 << 62), "slot 7 at 4611686018427387904 us", wrong.DeviceTimeError)
    decoded(
        record(SLOT_330, time_us=(1 << 64) - 1), "slot 7 at 18446744073709551615 us", wrong.DeviceTimeError
    )
    decoded(record(SLOT_330, seq=0xFFFFFFFF), "slot 4294967295 at 70000 us", wrong.DeviceTimeError)
    decoded(
        record(SLOT_330, seq=0xFFFFFFFF - 9, slots_per_frame=10, time_us=0),
        "slot 4294967286 at 0 us",
        wrong.DeviceTimeError,
    )
    assert record_header.check(record(SLOT_330, time_us=(1 << 62) - 1)).time_us == (1 << 62) - 1
    found = record_header.check(record(SLOT_330, seq=0xFFFFFFFF - 10, slots_per_frame=10))
    assert found.end_seq == 0xFFFFFFFF


def test_an_encoding_that_nobody_knows() -> None:
    for encoding in (3, 15):
        text = "encoding %d; this reader knows 0 to 2" % encoding  # noqa: UP031
        decoded(record(SLOT_330, encoding=encoding), text, wrong.EncodingError)
        decoded(record(SLOT_330, encoding=encoding | 0x10), text, wrong.EncodingError)
    for encoding in (0x20, 0x40, 0x80, 0xE2):
        text = "encoding 0x%02x has bits that this reader does not know" % encoding  # noqa: UP031
        decoded(record(SLOT_330, encoding=encoding), text, wrong.EncodingError)


def test_a_layout_that_nobody_knows() -> None:
    for layout in (0, 2, 255):
        text = "sensor layout %d; this reader knows 1" % layout  # noqa: UP031
        decoded(record(SLOT_330, layout=layout), text, wrong.LayoutError)


def test_of_several_faults_the_first_of_the_table_is_named() -> None:
    """Each row has all the faults of the rows below it, too."""
    wrong_crc = bytearray(record(SLOT_330, frames=0, encoding=3, layout=9, slots_per_frame=0))
    wrong_crc[50] ^= 1
    short = record(SLOT_330, length=53)
    table = (
        (b"\x00" * 53, "53 bytes at hand, a record has at least 54", wrong.BlockLengthError),
        (b"\x00\x02" + short[2:], "a record starts with 0xa5, not 0x00", wrong.SyncError),
        (b"\xa5\x02" + short[2:], "record format 2; this reader knows 1", wrong.BlockVersionError),
        (short[:50] + b"\x00" * 4, "record of 53 bytes, 54 at hand", wrong.BlockLengthError),
        (bytes(wrong_crc), "checksum of record 7 does not match", wrong.CrcError),
        (
            record(SLOT_330, frames=0, encoding=0xE3, layout=9, slots_per_frame=0, time_us=1 << 62),
            "encoding 0xe3 has bits that this reader does not know",
            wrong.EncodingError,
        ),
        (
            record(SLOT_330, frames=0, encoding=3, layout=9, slots_per_frame=0, time_us=1 << 62),
            "0 frames in a record; 1 to 64 are allowed",
            wrong.FrameCountError,
        ),
        (
            record(SLOT_330, encoding=3, layout=9, slots_per_frame=0, time_us=1 << 62),
            "frames of 0 slots of 10000 us",
            wrong.SlotsError,
        ),
        (
            record(SLOT_330, encoding=3, layout=9, time_us=1 << 62),
            "slot 7 at 4611686018427387904 us",
            wrong.DeviceTimeError,
        ),
        (
            record(SLOT_330, encoding=3, layout=9),
            "encoding 3; this reader knows 0 to 2",
            wrong.EncodingError,
        ),
        (record(SLOT_330 + "00", layout=9), "sensor layout 9; this reader knows 1", wrong.LayoutError),
        (record(SLOT_330 + "00"), "25 payload bytes for 1 frames", wrong.PayloadError),
    )
    for data, text, error in table:
        decoded(data, text, error)


def test_a_packed_payload_of_another_size() -> None:
    packed = bytes.fromhex(SLOT_330)
    for payload, frames, encoding in (
        (packed + b"\x00", 1, 0),
        (packed, 2, 0),
        (packed * 2, 1, 0),
        (packed * 2, 3, 0),
        (packed, 1, 0x10),
        (packed + bytes(11), 1, 0x10),
        (packed + bytes(13), 1, 0x10),
    ):
        text = "%d payload bytes for %d frames" % (len(payload), frames)  # noqa: UP031
        decoded(record(payload, frames=frames, encoding=encoding), text, wrong.PayloadError)
    assert decoder.decode_block(record(packed + bytes(12), encoding=0x10)).imu == array("h", bytes(12))


def test_rice_with_one_frame() -> None:
    for encoding in (1, 2, 0x11, 0x12):
        payload = bytes.fromhex(SLOT_330) + bytes(30)
        decoded(record(payload, encoding=encoding), "54 payload bytes for 1 frames", wrong.PayloadError)


def test_rice_whose_parameters_are_not_all_there() -> None:
    """24 bytes of key frame and 8 of parameters; 36 and 11 with motion; 16 with two runs."""
    for payload, frames, encoding in ((31, 2, 2), (46, 2, 0x12), (39, 10, 1), (24, 2, 2)):
        text = "%d payload bytes for %d frames" % (payload, frames)  # noqa: UP031
        decoded(record(bytes(payload), frames=frames, encoding=encoding), text, wrong.PayloadError)


def test_the_parameter_15() -> None:
    for parameters in (b"\x0f" + bytes(7), b"\xf0" + bytes(7), bytes(7) + b"\xf0"):
        payload = bytes.fromhex(SLOT_330) + parameters + bytes(30)
        decoded(record(payload, frames=2, encoding=2), "Rice parameter 15", wrong.PayloadError)


def test_the_parameter_14() -> None:
    """Sensor 1 rises by 3765 from 330 to 4095: zigzag 7530 < 2**14, so the quotient is 0. 14 bits of 7530 =
    0b01110101101010, least significant first."""
    payload = bytes.fromhex(SLOT_330) + b"\xe0" + bytes(7) + bits("01010110101110") + ONES
    found = decoder.decode_block(record(payload, frames=2, encoding=2))
    assert found.frames == array("H", (330,) * 16 + (330, 4095) + (330,) * 14)


def test_sections_that_end_early() -> None:
    low = bytes.fromhex(SLOT_330) + b"\x01" + bytes(7)  # one low bit for sensor 0
    for payload in (
        bytes.fromhex(SLOT_330) + NO_PARAMETERS,  # no unary section
        bytes.fromhex(SLOT_330) + NO_PARAMETERS + ONES[:1],  # half of it
        bytes.fromhex(SLOT_330) + NO_PARAMETERS + ONES[:1] + b"\x7f",  # its last one bit is missing
        low,  # no low section
        low + b"\x00",  # nothing behind it
        bytes.fromhex(SLOT_330) + b"\xee" * 8 + bytes(27),  # 224 low bits are 28 bytes
    ):
        data = record(payload, frames=2, encoding=2)
        decoded(data, "the payload ends early", wrong.PayloadError)


def test_anything_behind_the_last_sample() -> None:
    text = "the payload goes on behind its last sample"
    key = bytes.fromhex(SLOT_330)
    for payload, frames in (
        (key + NO_PARAMETERS + ONES + b"\x00", 2),
        (key + NO_PARAMETERS + ONES + b"\xff", 2),
        (key + NO_PARAMETERS + bits("1" * 15 + "01" + "0" * 6 + "1"), 2),  # a bit in the padding
        (key + b"\x01" + bytes(7) + b"\x02" + ONES, 2),  # the same in the low section
        (key + b"\x01" + bytes(7) + b"\x80" + ONES, 2),
    ):
        decoded(record(payload, frames=frames, encoding=2), text, wrong.PayloadError)
    plain = record(key + NO_PARAMETERS + bits("1" * 15 + "001"), frames=2, encoding=2)
    assert decoder.decode_block(plain).frames[31] == 331, "zeros in the padding are as they should be"


def test_counts_that_leave_twelve_bits() -> None:
    """Sensor 0 at 4095 rises by one, sensor 1 at 0 falls by one; to the limits they may go."""
    key = "ff0f00" + "4aa114" * 7  # 4095 | 0 << 12
    for unary, text in (
        ("001" + "1" * 15, "channel 0, frame 1: 4096"),
        ("1" + "01" + "1" * 14, "channel 1, frame 1: -1"),
    ):
        payload = bytes.fromhex(key) + NO_PARAMETERS + bits(unary)
        decoded(record(payload, frames=2, encoding=2), text, wrong.SampleRangeError)
    # 4095, 4094, 4095, 4096: the third frame behind the key frame.
    unary = bits("01 001 001" + "1" * 15 * 3)
    payload = bytes.fromhex(key) + NO_PARAMETERS + unary
    decoded(record(payload, frames=4, encoding=2), "channel 0, frame 3: 4096", wrong.SampleRangeError)
    payload = bytes.fromhex(key) + NO_PARAMETERS + bits("01 001" + "001 01" + "1" * 14 * 2)
    found = decoder.decode_block(record(payload, frames=3, encoding=2)).frames
    assert [found[i] for i in (0, 16, 32, 1, 17, 33)] == [4095, 4094, 4095, 0, 1, 0]


def test_motion_that_leaves_sixteen_bits() -> None:
    key = SLOT_330 + "ff7f" + "0080" + "0000" * 4  # 32767 and -32768
    for unary, text in (
        ("001" + "1" * 5, "channel 0, frame 1: 32768"),
        ("1" + "01" + "1" * 4, "channel 1, frame 1: -32769"),
    ):
        payload = bytes.fromhex(key) + bytes(11) + bits("1" * 16 + unary)
        decoded(record(payload, frames=2, encoding=0x12), text, wrong.SampleRangeError)
    payload = bytes.fromhex(key) + bytes(11) + bits("1" * 16 + "01" + "001" + "1" * 4)
    found = decoder.decode_block(record(payload, frames=2, encoding=0x12)).imu
    assert found is not None and list(found[6:8]) == [32766, -32767]


def test_every_refusal_has_a_name_of_its_own_and_is_a_refusal_of_the_protocol() -> None:
    named = {
        "sync": wrong.SyncError,
        "block_version": wrong.BlockVersionError,
        "block_length": wrong.BlockLengthError,
        "crc": wrong.CrcError,
        "frame_count": wrong.FrameCountError,
        "slots": wrong.SlotsError,
        "device_time": wrong.DeviceTimeError,
        "encoding": wrong.EncodingError,
        "layout": wrong.LayoutError,
        "payload": wrong.PayloadError,
        "sample_range": wrong.SampleRangeError,
    }
    for name in named:
        assert named[name].name == name
        assert issubclass(named[name], wrong.BlockError)
    assert wrong.BlockError.name == "block"
    assert issubclass(wrong.BlockError, wrong.ProtocolError) and wrong.ProtocolError.name == "protocol"
    assert with_crc(b"123456789")[9:] == b"\x26\x39\xf4\xcb", "the check value of CRC-32, 0xcbf43926"
