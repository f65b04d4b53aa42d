"""Block records as hosts read them, one by one: the reference decoder, for both interpreters.

`parse_header` reads a header, `check` vouches for a whole record, `decode_block` gives its samples. Hosts
that decode many records at once use `plantigrade.link.batch_decoder`, which gives the same.
"""

import struct
from array import array
from binascii import crc32

from insole_protocol import block, block_errors
from insole_protocol.layout_id import LAYOUT_ID

TYPE_CHECKING = False
if TYPE_CHECKING:
    Ring = array[int]
    Buffer = bytes | bytearray | memoryview


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
        encoding: PACKED, RICE_RUNS or block.RICE_WHOLE, without the IMU bit.
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
        self.imu = bool(fields[9] & block.IMU_BIT)
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
    return Header(fields)


def check_fields(header: Header) -> None:
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


def check(buf: "bytes | bytearray | memoryview", offset: int = 0) -> Header:
    """The header of the record at `offset`, once the checksum vouches for the whole record.

    Raises:
        any BlockError but PayloadError and SampleRangeError, which only decoding can find.
    """
    header = parse_header(buf, offset)
    end = offset + header.length - block.CRC_BYTES
    if crc32(memoryview(buf)[offset:end]) & 0xFFFFFFFF != struct.unpack_from("<I", buf, end)[0]:
        raise block_errors.CrcError("checksum of record %d does not match" % header.seq)
    raw_encoding = buf[offset + 22]
    if raw_encoding & ~(block.IMU_BIT | 0x0F):
        raise block_errors.EncodingError(
            "encoding 0x%02x has bits that this reader does not know" % raw_encoding
        )
    check_fields(header)
    return header


class Block:
    """A decoded record.

    Attributes:
        header: its `Header`.
        frames: array('H') of frames x 16 raw counts, frame after frame.
        imu: array('h') of frames x 6 raw IMU values, or None.
    """

    def __init__(self, header: Header, frames: "Ring", imu: "Ring | None") -> None:
        self.header = header
        self.frames = frames
        self.imu = imu


def decode_block(buf: "Buffer", offset: int = 0) -> Block:
    """Check and decode the record at `offset`; bytes behind it are left alone.

    Raises:
        BlockError: one of its subclasses, PROTOCOL.md section 2; no sample is given out then.
    """
    header = check(buf, offset)
    payload = memoryview(buf)[offset + block.HEADER_BYTES : offset + header.length - block.CRC_BYTES]
    frames = array("H", bytes(header.frames * 32))
    imu = array("h", bytes(header.frames * 12)) if header.imu else None
    if header.encoding == block.PACKED:
        key_bytes = _key_bytes(header.imu)
        if len(payload) != header.frames * key_bytes:
            raise block_errors.PayloadError("%d payload bytes for %d frames" % (len(payload), header.frames))
        for i in range(header.frames):
            _unpack_frame(payload, i * key_bytes, frames, imu, i)
    else:
        _decode_rice(payload, header, frames, imu)
    return Block(header, frames, imu)


def _key_bytes(imu: bool) -> int:
    return block.PACKED_FRAME_BYTES + (block.IMU_FRAME_BYTES if imu else 0)


def _unpack_frame(payload: "Buffer", at: int, frames: "Ring", imu: "Ring | None", i: int) -> None:
    """Frame i from its packed bytes."""
    for j in range(i * 16, i * 16 + 16, 2):
        middle = payload[at + 1]
        frames[j] = payload[at] | (middle & 15) << 8
        frames[j + 1] = middle >> 4 | payload[at + 2] << 4
        at += 3
    if imu is not None:
        imu[i * 6 : i * 6 + 6] = array("h", struct.unpack_from("<6h", payload, at))


def _decode_rice(payload: "Buffer", header: Header, frames: "Ring", imu: "Ring | None") -> None:
    """Undo the Rice payload of PROTOCOL.md section 1.3 into `frames` and `imu`."""
    channels = block.FORCE_CHANNELS + (block.IMU_CHANNELS if header.imu else 0)
    residuals = header.frames - 1
    run = block.RUN_FRAMES if header.encoding == block.RICE_RUNS else block.MAX_FRAMES
    runs = (residuals + run - 1) // run
    at = _key_bytes(header.imu)
    low_at = at + (channels * runs >> 1)
    if residuals == 0 or len(payload) < low_at:
        raise block_errors.PayloadError("%d payload bytes for %d frames" % (len(payload), header.frames))
    _unpack_frame(payload, 0, frames, imu, 0)
    ks = bytearray(channels * runs)
    low_bits = 0
    for i in range(channels * runs):
        k = payload[at + (i >> 1)] >> (4 * (i & 1)) & 15
        if k > block.MAX_K:
            raise block_errors.PayloadError("Rice parameter %d" % k)
        ks[i] = k
        low_bits += k * min(run, residuals - i % runs * run)
    low = _Bits(payload, low_at, low_at + (low_bits + 7 >> 3))
    unary = _Bits(payload, low_at + (low_bits + 7 >> 3), len(payload))
    for channel in range(channels):
        if imu is None or channel < 16:
            _undo_channel(low, unary, ks, channel * runs, run, residuals, frames, channel, 16, 0, 4095)
        else:
            _undo_channel(low, unary, ks, channel * runs, run, residuals, imu, channel - 16, 6, -32768, 32767)
    low.finish()
    unary.finish()


def _undo_channel(
    low: "_Bits",
    unary: "_Bits",
    ks: bytearray,
    k_at: int,
    run: int,
    residuals: int,
    rows: "Ring",
    at: int,
    width: int,
    lowest: int,
    highest: int,
) -> None:
    """Add up one channel's residuals from its value in the key frame on."""
    value = rows[at]
    for i in range(residuals):
        k = ks[k_at + i // run]
        z = unary.zeros() << k | low.take(k)
        value += (z >> 1) ^ -(z & 1)
        if not lowest <= value <= highest:
            raise block_errors.SampleRangeError("channel %d, frame %d: %d" % (at, i + 1, value))
        rows[at + (i + 1) * width] = value


class _Bits:
    """Reads bits, least significant first, from buf[start:end]."""

    def __init__(self, buf: "Buffer", start: int, end: int) -> None:
        if end > len(buf):
            raise block_errors.PayloadError("the payload ends early")
        self._buf = buf
        self._at = start
        self._end = end
        self._held = 0
        self._bits = 0

    def _more(self) -> None:
        if self._at >= self._end:
            raise block_errors.PayloadError("the payload ends early")
        self._held |= self._buf[self._at] << self._bits
        self._at += 1
        self._bits += 8

    def take(self, count: int) -> int:
        """The next `count` bits."""
        while self._bits < count:
            self._more()
        taken = self._held & (1 << count) - 1
        self._held >>= count
        self._bits -= count
        return taken

    def zeros(self) -> int:
        """How many zero bits come before the next one bit, which is taken too."""
        count = 0
        while True:
            while self._held == 0:
                count += self._bits
                self._bits = 0
                self._more()
            while not self._held & 1:
                self._held >>= 1
                self._bits -= 1
                count += 1
            self._held >>= 1
            self._bits -= 1
            return count

    def finish(self) -> None:
        """Refuse anything but fewer than eight zero bits at the end."""
        if self._at != self._end or self._held:
            raise block_errors.PayloadError("the payload goes on behind its last sample")
