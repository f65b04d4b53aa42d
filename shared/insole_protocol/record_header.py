"""The header of a block record as hosts read it, checked field by field (PROTOCOL.md sections 1 and 2).

`parse_header` reads a header, `check` vouches for a whole record. The insole looks only into its own records
and does it with the functions of `block`; a test compares the two.
"""

import struct
from binascii import crc32

from insole_protocol import block, block_errors
from insole_protocol.layout_id import LAYOUT_ID

FIELDS = (
    "sync", "version", "length", "seq", "time_us", "boot", "period_us", "frames", "slots_per_frame",
    "encoding", "layout", "status",
)  # fmt: skip
"""Names of the fields in the order of `block.HEADER_FORMAT`."""


class RecordHeader:
    """The fields of a record, as on the wire (PROTOCOL.md section 1).

    Attributes:
        length: bytes of the whole record, header and CRC included.
        seq: number of the first sample slot.
        time_us: device time of the first slot in microseconds since boot.
        boot: boot counter.
        period_us: nominal time between two slots in microseconds.
        frames: frames in the record, 1 to 64.
        slots_per_frame: how many slots one frame stands for.
        encoding: PACKED, RICE_RUNS or block.RICE_WHOLE, without the IMU bit.
        imu: whether each frame has six IMU channels too.
        layout: identifier of the sensor layout.
        status: flags of section 1.1.
    """

    def __init__(self, fields: "tuple[int, ...]") -> None:
        """`fields`: one integer for each of `FIELDS`, in their order."""
        _, _, self.length, self.seq, self.time_us, self.boot, self.period_us, self.frames = fields[:8]
        self.slots_per_frame, encoding, self.layout, self.status = fields[8:]
        self.encoding = encoding & 0x0F
        self.imu = bool(encoding & block.IMU_BIT)

    @property
    def slots(self) -> int:
        """How many sample slots the record stands for."""
        return self.frames * self.slots_per_frame

    @property
    def end_seq(self) -> int:
        """Number of the first slot after the record."""
        return self.seq + self.slots


def parse_header(buf: "bytes | bytearray | memoryview", offset: int = 0) -> RecordHeader:
    """The header at `offset`; nothing vouches for it yet but sync, version and a possible length.

    Raises:
        SyncError, BlockVersionError, BlockLengthError.
    """
    at_hand = len(buf) - offset
    if at_hand < block.MIN_BYTES:
        raise block_errors.BlockLengthError(
            "%d bytes at hand, a record has at least %d" % (at_hand, block.MIN_BYTES)
        )
    fields = struct.unpack_from(block.HEADER_FORMAT, buf, offset)
    if fields[0] != block.SYNC:
        raise block_errors.SyncError("a record starts with 0x%02x, not 0x%02x" % (block.SYNC, fields[0]))
    if fields[1] != block.VERSION:
        raise block_errors.BlockVersionError(
            "record format %d; this reader knows %d" % (fields[1], block.VERSION)
        )
    if not block.MIN_BYTES <= fields[2] <= block.MAX_BYTES or fields[2] > at_hand:
        raise block_errors.BlockLengthError("record of %d bytes, %d at hand" % (fields[2], at_hand))
    return RecordHeader(fields)


def check_fields(header: RecordHeader) -> None:
    """Refuse a header whose fields this reader cannot honour.

    Raises:
        FrameCountError, SlotsError, DeviceTimeError, EncodingError, LayoutError.
    """
    limit = block.MAX_FRAMES_IMU if header.imu else block.MAX_FRAMES
    if not 1 <= header.frames <= limit:
        raise block_errors.FrameCountError(
            "%d frames in a record; 1 to %d are allowed" % (header.frames, limit)
        )
    if header.slots_per_frame == 0 or header.period_us == 0:
        raise block_errors.SlotsError(
            "frames of %d slots of %d us" % (header.slots_per_frame, header.period_us)
        )
    if header.time_us >= block.END_TIME_US or header.end_seq > block.END_SEQ:
        raise block_errors.DeviceTimeError("slot %d at %d us" % (header.seq, header.time_us))
    if header.encoding > block.RICE_WHOLE:
        raise block_errors.EncodingError(
            "encoding %d; this reader knows 0 to %d" % (header.encoding, block.RICE_WHOLE)
        )
    if header.layout != LAYOUT_ID:
        raise block_errors.LayoutError("sensor layout %d; this reader knows %d" % (header.layout, LAYOUT_ID))


def check(buf: "bytes | bytearray | memoryview", offset: int = 0) -> RecordHeader:
    """The header of the record at `offset`, once the checksum vouches for the whole record.

    Raises:
        any BlockError but PayloadError and SampleRangeError, which only decoding can find.
    """
    header = parse_header(buf, offset)
    end = offset + header.length - block.CRC_BYTES
    if crc32(memoryview(buf)[offset:end]) & 0xFFFFFFFF != struct.unpack_from("<I", buf, end)[0]:
        raise block_errors.CrcError("checksum of record %d does not match" % header.seq)
    raw_encoding = buf[offset + block.ENCODING_AT]
    if raw_encoding & ~(block.IMU_BIT | 0x0F):
        raise block_errors.EncodingError(
            "encoding 0x%02x has bits that this reader does not know" % raw_encoding
        )
    check_fields(header)
    return header
