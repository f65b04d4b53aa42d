"""The header of a block record, and what may be trusted about it.

Pure and free of state. `parse_header` reads the header, `check` looks at the whole record and its checksum;
samples are decoded in `codec` (one record) or on the host by `plantigrade.link.bulk` (many records).
"""

import struct
from binascii import crc32

from insole_protocol import errors
from insole_protocol.layout import LAYOUT_ID

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


class Header:
    """The fields of a record, as on the wire (PROTOCOL.md section 1).

    Attributes:
        length: bytes of the whole record, header and CRC included.
        seq: number of the first sample slot.
        time_us: device time of the first slot in microseconds since boot.
        boot: boot counter.
        period_us: nominal time between two slots in microseconds.
        frames: frames in the record, 1 to 64.
        slots_per_frame: how many slots one frame stands for.
        encoding: PACKED, RICE_RUNS or RICE_WHOLE, without the IMU bit.
        imu: whether each frame has six IMU channels too.
        layout: identifier of the sensor layout.
        status: flags of section 1.1.
    """

    def __init__(self, fields: "tuple[int, ...]") -> None:
        self.length = fields[2]
        self.seq = fields[3]
        self.time_us = fields[4]
        self.boot = fields[5]
        self.period_us = fields[6]
        self.frames = fields[7]
        self.slots_per_frame = fields[8]
        self.encoding = fields[9] & 0x0F
        self.imu = bool(fields[9] & IMU_BIT)
        self.layout = fields[10]
        self.status = fields[11]

    @property
    def slots(self) -> int:
        """How many sample slots the record stands for."""
        return self.frames * self.slots_per_frame

    @property
    def end_seq(self) -> int:
        """Number of the first slot after the record."""
        return self.seq + self.slots


def parse_header(buf: "bytes | bytearray | memoryview", offset: int = 0) -> Header:
    """The header at `offset`; nothing vouches for it yet but sync, version and a possible length.

    Raises:
        SyncError, BlockVersionError, BlockLengthError.
    """
    at_hand = len(buf) - offset
    if at_hand < MIN_BYTES:
        raise errors.BlockLengthError("%d bytes at hand, a record has at least %d" % (at_hand, MIN_BYTES))
    fields = struct.unpack_from(HEADER_FORMAT, buf, offset)
    if fields[0] != SYNC:
        raise errors.SyncError("a record starts with 0x%02x, not 0x%02x" % (SYNC, fields[0]))
    if fields[1] != VERSION:
        raise errors.BlockVersionError("record format %d; this reader knows %d" % (fields[1], VERSION))
    if not MIN_BYTES <= fields[2] <= MAX_BYTES or fields[2] > at_hand:
        raise errors.BlockLengthError("record of %d bytes, %d at hand" % (fields[2], at_hand))
    return Header(fields)


def check_fields(header: Header) -> None:
    """Refuse a header whose fields this reader cannot honour.

    Raises:
        FrameCountError, SlotsError, DeviceTimeError, EncodingError, LayoutError.
    """
    limit = MAX_FRAMES_IMU if header.imu else MAX_FRAMES
    if not 1 <= header.frames <= limit:
        raise errors.FrameCountError("%d frames in a record; 1 to %d are allowed" % (header.frames, limit))
    if header.slots_per_frame == 0 or header.period_us == 0:
        raise errors.SlotsError("frames of %d slots of %d us" % (header.slots_per_frame, header.period_us))
    if header.time_us >= END_TIME_US or header.end_seq > END_SEQ:
        raise errors.DeviceTimeError("slot %d at %d us" % (header.seq, header.time_us))
    if header.encoding > RICE_WHOLE:
        raise errors.EncodingError("encoding %d; this reader knows 0 to %d" % (header.encoding, RICE_WHOLE))
    if header.layout != LAYOUT_ID:
        raise errors.LayoutError("sensor layout %d; this reader knows %d" % (header.layout, LAYOUT_ID))


def check(buf: "bytes | bytearray | memoryview", offset: int = 0) -> Header:
    """The header of the record at `offset`, once the checksum vouches for the whole record.

    Raises:
        any BlockError but PayloadError and SampleRangeError, which only decoding can find.
    """
    header = parse_header(buf, offset)
    end = offset + header.length - CRC_BYTES
    if crc32(memoryview(buf)[offset:end]) & 0xFFFFFFFF != struct.unpack_from("<I", buf, end)[0]:
        raise errors.CrcError("checksum of record %d does not match" % header.seq)
    raw_encoding = buf[offset + 22]
    if raw_encoding & ~(IMU_BIT | 0x0F):
        raise errors.EncodingError("encoding 0x%02x has bits that this reader does not know" % raw_encoding)
    check_fields(header)
    return header


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
