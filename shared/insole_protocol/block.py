"""The layout of a block record: sizes, limits, and writing its header (PROTOCOL.md section 1)."""

import struct

SYNC = 0xA5
VERSION = 1
HEADER_FORMAT = "<BBHIQHHBBBBH"
HEADER_BYTES = 26
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


def needed_bytes(frames: int, imu: bool) -> int:
    """The longest a record of so many frames can be: packed, with header and checksum."""
    return HEADER_BYTES + CRC_BYTES + frames * (PACKED_FRAME_BYTES + (IMU_FRAME_BYTES if imu else 0))
