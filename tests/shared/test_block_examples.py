"""Block records worked out on paper from PROTOCOL.md section 1: what is written and what is read.

Each example says where its bytes come from. Runs on both interpreters (`test_on_micropython`), with the
machine-code loops there and the plain ones here.
"""

from array import array

from insole_protocol import block, decoder, kernels, record_header
from insole_protocol.codec import Encoder
from paper import SLOT_330, bits, record

EXTREMES = (0x001, 0x002, 0xFFF, 0x000, 0x000, 0xFFF, 0xABC, 0xDEF) + (330,) * 8
# Pairs a | b << 12, low byte first: 0x002001, 0x000fff, 0xfff000, 0xdefabc; four times 330 330.
EXTREMES_PACKED = "012000 ff0f00 00f0ff bcfade" + "4aa114" * 4
MOTION = (1, -1, 32767, -32768, 0x1234, 0)
MOTION_PACKED = "0100 ffff ff7f 0080 3412 0000"


def ring(rows, kind="H"):
    """Rows as the flat array that an encoder reads."""
    return array(kind, [value for row in rows for value in row])


def encode(rows, motion=None, seq=7, time_us=70000, boot=1, period_us=10000, slots=1, status=0, **where):
    """The record of all rows, or of those that `where` says; with both kinds of loops, which must agree."""
    count = where.get("count", len(rows))
    made = []
    for chosen in ({}, {"kernels": kernels}):
        encoder = Encoder(count, motion is not None, **chosen)
        out = bytearray(block.MAX_BYTES)
        motions = None if motion is None else ring(motion, "h")
        first = where.get("first", 0)
        fields = (seq, time_us, boot, period_us, slots, 1, status)
        n = encoder.encode(out, ring(rows), first, count, *fields, motions)
        made.append(bytes(out[:n]))
        assert out[n:] == bytes(len(out) - n), "nothing is written behind the record"
    assert made[0] == made[1]
    return made[0]


def check(data: bytes, expected: bytes, rows, motion=None) -> None:
    """The record is the expected one, and decodes to these rows."""
    assert data == expected, data.hex()
    one = decoder.decode_block(data)
    assert one.frames == ring(rows)
    assert one.imu == (None if motion is None else ring(motion, "h"))


def test_the_header_field_by_field() -> None:
    header = "a5 01 36 00 04 03 02 01 02 00 00 00 01 00 00 00 06 05 10 27 01 0a 00 01 21 04"
    fields = (0x01020304, 0x1_0000_0002, 0x0506, 10000, 10, 0x0421)
    data = encode([EXTREMES], None, *fields)
    assert len(data) == 54, "26 bytes of header, 24 of one frame, 4 of checksum"
    assert data[:26] == bytes.fromhex(header.replace(" ", ""))
    assert data[26:50] == bytes.fromhex(EXTREMES_PACKED.replace(" ", ""))
    assert data[50:] == bytes.fromhex("707c84d6")
    found = record_header.parse_header(data)
    assert (found.length, found.seq, found.time_us, found.boot) == (54, 0x01020304, 0x1_0000_0002, 0x0506)
    assert (found.period_us, found.frames, found.slots_per_frame) == (10000, 1, 10)
    assert (found.encoding, found.imu, found.layout, found.status) == (block.PACKED, False, 1, 0x0421)
    assert (found.slots, found.end_seq) == (10, 0x01020304 + 10)


def test_a_frame_with_motion_is_packed_behind_its_counts() -> None:
    data = encode([EXTREMES], [MOTION])
    payload = (EXTREMES_PACKED + MOTION_PACKED).replace(" ", "")
    check(data, record(payload, encoding=0x10), [EXTREMES], [MOTION])
    assert len(data) == 66
    found = record_header.parse_header(data)
    assert (found.encoding, found.imu) == (block.PACKED, True)


def test_two_packed_frames_with_motion_come_one_behind_the_other() -> None:
    """Each channel leaps by thousands: Rice would take 13 bits a channel and more, so both are packed."""
    rows = [EXTREMES, tuple(4095 - count for count in EXTREMES)]
    motion = [MOTION, (-1, 1, -32768, 32767, -0x1234, 32767)]
    # 4095 - a: 0xffe 0xffd, 0x000 0xfff, 0xfff 0x000, 0x543 0x210; 3765 = 0xeb5 four times two.
    second = "fedfff 00f0ff ff0f00 430521" + "b55eeb" * 4 + "ffff 0100 0080 ff7f cced ff7f"
    payload = (EXTREMES_PACKED + MOTION_PACKED + second).replace(" ", "")
    check(encode(rows, motion), record(payload, frames=2, encoding=0x10), rows, motion)


def test_a_parameter_for_each_run_where_a_channel_changes_its_manners() -> None:
    """17 frames; sensor 0 rests for 8 residuals, then goes 500 up and down: zigzag 1000 and 999.

    Parameters, runs of a channel first: 0 for the zeros; the least k with 7996 <= 8 * 2**(k+1) is 9. Low
    nine bits 1000 - 512 = 488 = 0b111101000 and 999 - 512 = 487 = 0b111100111, quotients 1. The other
    channels have 16 zeros each: a one bit each. The encoder's bound on its bytes: 16 parameters, 72 low bits
    (9), 8 + 8 + 15 + 240 unary bits (34), 59 in all; with one parameter, 8 for 16 residuals of sum 7996:
    8, 128 bits (16), 16 + 31 + 240 (36), 60 in all.
    """
    rows = [(330,) * 16 for _ in range(9)]
    rows += [((830, 330)[i % 2],) + (330,) * 15 for i in range(8)]
    parameters = "90" + "00" * 15
    low = bits("000101111 111001111" * 4)
    unary = bits("1" * 8 + "01" * 8 + "1" * 15 * 16)
    assert (len(low), len(unary)) == (9, 33)
    payload = bytes.fromhex(SLOT_330 + parameters) + low + unary
    check(encode(rows), record(payload, frames=17, encoding=1), rows)


def test_one_parameter_for_all_where_runs_would_not_be_shorter() -> None:
    """10 frames in steps of one: zigzag 2 for each residual, k = 0 (2 * 9 <= 9 * 2), bits 001 each.

    9 residuals are two runs, so runs would take 16 bytes of parameters for the same sections.
    """
    rows = [(330 + i,) * 16 for i in range(10)]
    payload = bytes.fromhex(SLOT_330 + "00" * 8) + bits("001" * 9 * 16)
    check(encode(rows), record(payload, frames=10, encoding=2), rows)


def test_falling_counts_have_odd_zigzag_values() -> None:
    """330, 329, 327: residuals -1 and -2, zigzag 1 and 3; sum 4 <= 2 * 2 makes k = 0: bits 01 and 0001."""
    rows = [(330 - fall,) + (330,) * 15 for fall in (0, 1, 3)]
    payload = bytes.fromhex(SLOT_330 + "00" * 8) + bits("01 0001" + "1" * 15 * 2)
    check(encode(rows), record(payload, frames=3, encoding=2), rows)


def test_the_greatest_parameter_is_14() -> None:
    """Acceleration x falls from 32767 to -32768: zigzag 131069 would like k = 16.

    With 14: low bits 131069 - 7 * 16384 = 16381 = 0b11111111111101, quotient 7. Of 11 bytes of parameters
    the low half of the ninth belongs to channel 16.
    """
    rows = [(330,) * 16] * 2
    motion = [(32767, 0, 0, 0, 0, 0), (-32768, 0, 0, 0, 0, 0)]
    key = SLOT_330 + "ff7f" + "0000" * 5
    parameters = "00" * 8 + "0e" + "00" * 2
    payload = (
        bytes.fromhex(key + parameters) + bits("10111111111111") + bits("1" * 16 + "0000000 1" + "1" * 5)
    )
    check(encode(rows, motion), record(payload, frames=2, encoding=0x12), rows, motion)


def test_a_record_is_packed_as_soon_as_rice_is_not_shorter() -> None:
    """Two frames packed are 48 bytes. Of 16 channels j rise by 40 (zigzag 80: k = 6), others by 20 (zigzag
    40: k = 5), all with quotient 1: Rice takes 24 + 8 + ceil((80 + j) / 8) + 4 bytes, 48 from j = 9 on."""
    for j, expected in ((8, 47), (9, 48)):
        rows = [(330,) * 16, (370,) * j + (350,) * (16 - j)]
        data = encode(rows)
        assert len(data) == 26 + expected + 4
        if j == 8:
            # 80 - 64 = 16 = 0b010000 and 40 - 32 = 8 = 0b01000, least significant bit first.
            payload = bytes.fromhex(SLOT_330 + "66" * 4 + "55" * 4)
            payload += bits("000010" * 8 + "00010" * 8) + bits("01" * 16)
            check(data, record(payload, frames=2, encoding=2), rows)
        else:
            # 370 = 0x172, 350 = 0x15e: four pairs, one mixed pair, three pairs.
            second = "722117" * 4 + "72e115" + "5ee115" * 3
            check(data, record(SLOT_330 + second, frames=2, encoding=0), rows)


def test_rows_go_on_modulo_the_ring() -> None:
    """From the last row of three on, two rows: the last and the first."""
    rows = [(331,) * 16, (4095,) * 16, (330,) * 16]
    data = encode(rows, first=2, count=2)
    payload = bytes.fromhex(SLOT_330 + "00" * 8) + bits("001" * 16)
    check(data, record(payload, frames=2, encoding=2), [rows[2], rows[0]])
    motion = [(7,) * 6, (9,) * 6, (5,) * 6]
    data = encode(rows, motion, first=2, count=2)
    key = SLOT_330 + "0500" * 6
    # Zigzag 4 with k = 1: low bit 0, quotient 2. Parameters of the six motion channels: three bytes of 1, 1.
    parameters = "00" * 8 + "11" * 3
    payload = bytes.fromhex(key + parameters) + bits("0" * 6) + bits("001" * 16 + "001" * 6)
    check(data, record(payload, frames=2, encoding=0x12), [rows[2], rows[0]], [motion[2], motion[0]])


def test_an_encoder_keeps_nothing_from_one_record_to_the_next() -> None:
    noisy = [tuple((row * 977 + channel * 389) % 4096 for channel in range(16)) for row in range(20)]
    for imu in (False, True):
        for chosen in ({}, {"kernels": kernels}):
            encoder = Encoder(20, imu, **chosen)
            made = []
            for rows in ([(330,) * 16] * 20, noisy, [(330,) * 16] * 20):
                out = bytearray(block.MAX_BYTES)
                motion = array("h", [row[0] * 8 for row in rows for _ in range(6)]) if imu else None
                n = encoder.encode(out, ring(rows), 3, 12, 7, 70000, 1, 10000, 1, 1, 0, motion)
                made.append(bytes(out[:n]))
            assert made[0] == made[2] != made[1]


def test_the_shortest_of_three_encodings_is_chosen_and_the_sums_are_cleared() -> None:
    """Bytes behind the first row of 24: two parameters a byte, low bits, unary bits, each rounded up."""
    by_runs, as_complete, packed = (1, 1, 8, 0), (2, 1, 64, 176), (0, 3)
    # (parameters, low, unary bits) with runs, the same with one for all, rows; p[20], 21, 7, 8
    for runs, complete, rows, expected in (
        ((32, 71, 300), (16, 100, 350), 17, by_runs),  # 16 + 9 + 38 = 63, 8 + 13 + 44 = 65
        ((32, 72, 304), (16, 96, 344), 17, as_complete),  # 63, 8 + 12 + 43 = 63
        ((32, 72, 304), (16, 97, 344), 17, by_runs),  # 63, 8 + 13 + 43 = 64
        ((32, 72, 305), (16, 97, 344), 17, as_complete),  # 16 + 9 + 39 = 64, 64
        ((16, 200, 120), (16, 200, 120), 3, packed),  # 24 + 8 + 25 + 15 = 72 = three rows
        ((16, 192, 120), (16, 192, 120), 3, as_complete),  # 24 + 8 + 24 + 15 = 71
    ):
        p = array("I", bytes(24 * 4))
        p[3], p[6] = rows, 24
        p[23], p[9], p[10] = runs
        p[19], p[11], p[12] = 176 + complete[0], complete[1], complete[2]
        kernels.choose(p)
        assert (p[20], p[21], p[7], p[8])[: len(expected)] == expected, (runs, complete)
        if expected != packed:
            chosen = runs if expected == by_runs else complete
            assert (p[22], p[16]) == chosen[:2], "its parameters and low bits are handed on"
        assert [p[index] for index in (9, 10, 11, 12, 23, 19)] == [0, 0, 0, 0, 0, 176]


def test_the_longest_records_that_may_be() -> None:
    """64 packed frames are 30 + 64 * 24 = 1566 bytes, 56 with motion 30 + 56 * 36 = 2046 of 2048."""
    assert block.needed_bytes(64, False) == 1566
    assert block.needed_bytes(56, True) == 2046
    assert block.needed_bytes(1, False) == 54 == block.MIN_BYTES
    assert block.needed_bytes(1, True) == 66
    for count, imu in ((64, False), (56, True)):
        rows = [(4095 * (row % 2),) * 16 for row in range(count)]
        motion = [(32767 - 65535 * (row % 2),) * 6 for row in range(count)] if imu else None
        data = encode(rows, motion)
        assert len(data) == block.needed_bytes(count, imu)
        check(data, data, rows, motion)


def test_bytes_around_a_record_do_not_matter() -> None:
    data = record(SLOT_330)
    for before, behind in ((b"", b"\xff\xff"), (b"\xa5\x01", b""), (b"\x00" * 7, b"\xa5")):
        for kind in (bytes, bytearray, memoryview):
            found = decoder.decode_block(kind(before + data + behind), len(before))
            assert found.frames == array("H", (330,) * 16)
            assert record_header.check(kind(before + data + behind), len(before)).length == 54
