"""Block records as hosts read them, one by one: the reference decoder, for both interpreters.

`record_header.check` vouches for a whole record, `decode_block` gives its samples too. Hosts that decode
many records at once use `plantigrade.link.batch_decoder`, which gives the same.
"""

import struct
from array import array

from insole_protocol import block, block_errors
from insole_protocol.record_header import RecordHeader, check

TYPE_CHECKING = False
if TYPE_CHECKING:
    Ring = array[int]
    Buffer = bytes | bytearray | memoryview


class Block:
    """A decoded record.

    Attributes:
        header: its `RecordHeader`.
        frames: array('H') of frames x 16 raw counts, frame after frame.
        imu: array('h') of frames x 6 raw IMU values, or None.
    """

    def __init__(self, header: RecordHeader, frames: "Ring", imu: "Ring | None") -> None:
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


def _decode_rice(payload: "Buffer", header: RecordHeader, frames: "Ring", imu: "Ring | None") -> None:
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
