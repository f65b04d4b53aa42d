"""The layout of a block record: sizes, limits, where each field of its header lies (PROTOCOL.md section 1).

Nothing else knows these places: the log, a transfer and the journal look into records by `length_of`,
`seq_of`, `frames_of` and `slots_of`. These check nothing and allocate nothing, as long as slot numbers stay
below 2**30 (124 days of slots). `record_header` reads and checks a whole header, for the host.
"""

import struct

SYNC = 0xA5
VERSION = 1
SEALED_VERSION = 2  # `sealed_record` has what is different
VERSIONS = (VERSION, SEALED_VERSION)
HEADER_FORMAT = "<BBHIQHHBBBBH"
HEADER_BYTES = 26
SYNC_AT = 0
VERSION_AT = 1
LENGTH_AT = 2
SEQ_AT = 4
TIME_US_AT = 8
BOOT_AT = 16
PERIOD_US_AT = 18
FRAMES_AT = 20
SLOTS_PER_FRAME_AT = 21
ENCODING_AT = 22
LAYOUT_AT = 23
STATUS_AT = 24
CRC_BYTES = 4
MIN_BYTES = 54
MAX_BYTES = 2048
MAX_FRAMES = 64
END_TIME_US = 1 << 62  # device times lie below
END_SEQ = 0xFFFFFFFF  # slot numbers lie below
MAX_FRAMES_IMU = 56  # more could not be packed into MAX_BYTES

FORCE_CHANNELS = 16
IMU_CHANNELS = 6
COUNT_MAX = 4095

# Encodings: low four bits of the field; IMU_BIT beside them.
PACKED = 0
RICE_RUNS = 1  # one Rice parameter per channel and run of RUN_FRAMES frames
RICE_WHOLE = 2  # one Rice parameter per channel for the whole record
IMU_BIT = 0x10
RUN_FRAMES = 8
MAX_K = 14
PACKED_FRAME_BYTES = 24
IMU_FRAME_BYTES = 12


def write_header(
    out: "bytearray | memoryview",
    length: int,
    seq: int,
    time_us: int,
    boot: int,
    period_us: int,
    frames: int,
    slots_per_frame: int,
    encoding: int,
    layout: int,
    status: int,
) -> None:
    """Write the 26 header bytes at the start of `out`; `encoding` carries the IMU bit. Allocates nothing."""
    struct.pack_into(
        HEADER_FORMAT,
        out,
        0,
        SYNC,
        VERSION,
        length,
        seq,
        time_us,
        boot,
        period_us,
        frames,
        slots_per_frame,
        encoding,
        layout,
        status,
    )


def u32(buf: "bytes | bytearray | memoryview", at: int) -> int:
    """The little-endian u32 at `at`."""
    return buf[at] | buf[at + 1] << 8 | buf[at + 2] << 16 | buf[at + 3] << 24


def length_of(buf: "bytes | bytearray | memoryview", at: int = 0) -> int:
    """Bytes of the record at `at`, header and checksum included, as it says itself."""
    return buf[at + LENGTH_AT] | buf[at + LENGTH_AT + 1] << 8


def seq_of(buf: "bytes | bytearray | memoryview", at: int = 0) -> int:
    """Number of the first slot of the record at `at`."""
    return u32(buf, at + SEQ_AT)


def begins_with(buf: "bytes | bytearray | memoryview", low: int, high: int, at: int = 0) -> bool:
    """Whether the first slot of the record at `at` has the number `high << 16 | low`. Allocates nothing for
    numbers from 2**30 on, as `seq_of` does where integers have 31 bits."""
    return (
        buf[at + SEQ_AT] | buf[at + SEQ_AT + 1] << 8 == low
        and buf[at + SEQ_AT + 2] | buf[at + SEQ_AT + 3] << 8 == high
    )


def frames_of(buf: "bytes | bytearray | memoryview", at: int = 0) -> int:
    """How many frames the record at `at` has."""
    return buf[at + FRAMES_AT]


def slots_of(buf: "bytes | bytearray | memoryview", at: int = 0) -> int:
    """How many slots the record at `at` stands for."""
    return buf[at + FRAMES_AT] * buf[at + SLOTS_PER_FRAME_AT]


def needed_bytes(frames: int, imu: bool) -> int:
    """The longest a record of so many frames can be: packed, with header and checksum."""
    return HEADER_BYTES + CRC_BYTES + frames * (PACKED_FRAME_BYTES + (IMU_FRAME_BYTES if imu else 0))
