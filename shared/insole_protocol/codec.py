"""Block records: encode on the insole without allocating, decode one record anywhere.

`Encoder` runs on the insole; its inner loops are compiled ("viper") where MicroPython can, plain Python
elsewhere, with the same bytes. `decode_block` is the reference decoder for both interpreters; hosts that
decode many records at once use `plantigrade.link.bulk`. The payloads are described in PROTOCOL.md sections
1.2 and 1.3.
"""

import struct
from array import array
from binascii import crc32

from insole_protocol import block, errors

try:
    from insole_protocol import codec_viper as _kernels
except (ImportError, SyntaxError, ValueError):  # CPython; no emitter; compiled for another chip
    from insole_protocol import kernels as _kernels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    Ring = array[int]
    Out = bytearray | memoryview
    Buffer = bytes | bytearray | memoryview

_CHANNELS = block.FORCE_CHANNELS + block.IMU_CHANNELS
_RUNS = 8  # runs of a record at most
_WHOLE_AT = _CHANNELS * _RUNS


class Encoder:
    """Writes block records; everything it needs is allocated here, once.

    Args:
        max_frames: the most frames a call will bring, up to 64 (56 with the IMU).
        imu: whether records carry IMU channels too.
        kernels: module with the inner loops; tests compare the two.
    """

    def __init__(self, max_frames: int = 64, imu: bool = False, kernels: "ModuleType" = _kernels) -> None:
        limit = block.MAX_FRAMES_IMU if imu else block.MAX_FRAMES
        if not 1 <= max_frames <= limit:
            raise ValueError("max_frames must be 1 to %d" % limit)
        self.max_frames = max_frames
        self.imu = imu
        self._kernels = kernels
        self._p = array("I", bytes(20 * 4))
        self._ks = bytearray(_WHOLE_AT + _CHANNELS)
        self._crc_low = array("H", bytes(512))
        self._crc_high = array("H", bytes(512))
        for i in range(256):
            # CRC of one byte with the usual initial value, turned back into the entry of the table.
            entry = crc32(bytes((255 - i,))) ^ 0xFF000000
            self._crc_low[i] = entry & 0xFFFF
            self._crc_high[i] = entry >> 16

    def encode(
        self,
        out: "Out",
        frames: "Ring",
        first: int,
        count: int,
        seq: int,
        time_us: int,
        boot: int,
        period_us: int,
        slots_per_frame: int,
        layout: int,
        status: int,
        imu: "Ring | None" = None,
    ) -> int:
        """Write one record at the start of `out`; returns its length in bytes. Allocates nothing.

        Args:
            out: bytearray or memoryview of at least `block.needed_bytes(count, imu)` bytes.
            frames: array('H'), a ring of rows of 16 counts (0 to 4095).
            first: row of the ring to start at; rows go on modulo the ring.
            count: rows to encode, 1 to max_frames.
            seq, time_us, boot, period_us, slots_per_frame, layout, status: fields of the header.
            imu: array('h'), a ring of as many rows of 6; given exactly when the encoder was made with
                imu=True.

        Raises:
            ValueError: count out of range, or imu given or missing against the encoder's setting.
        """
        if not 1 <= count <= self.max_frames:
            raise ValueError("count")
        if (imu is not None) != self.imu:
            raise ValueError("imu")
        encoding = self._choose(frames, first, count, imu)
        end = self._rice(out, frames, first, count, imu, encoding) if encoding else 0
        if not encoding:
            end = self._pack(out, frames, first, imu, count)
        if imu is not None:
            encoding |= block.IMU_BIT
        block.write_header(
            out, end + 4, seq, time_us, boot, period_us, count, slots_per_frame, encoding, layout, status
        )
        self._p[5] = end
        self._kernels.checksum(out, self._crc_low, self._crc_high, self._p)
        return end + block.CRC_BYTES

    def _source(self, ring: "Ring", first: int, width: int, count: int, flip: int) -> None:
        """Tell the kernels which ring to read."""
        p = self._p
        p[0] = first * width
        p[1] = len(ring)
        p[2] = width
        p[3] = count
        p[4] = flip

    def _choose(self, frames: "Ring", first: int, count: int, imu: "Ring | None") -> int:
        """The encoding that is shortest for sure, with its Rice parameters in `_ks`."""
        if count == 1:
            return block.PACKED
        p = self._p
        for i in range(8, 13):
            p[i] = 0
        p[19] = _WHOLE_AT
        self._source(frames, first, 16, count, 0)
        self._kernels.plan(frames, self._ks, p)
        channels = 16
        packed = count * 24
        key = 24
        if imu is not None:
            self._source(imu, first, 6, count, 0x8000)
            self._kernels.plan(imu, self._ks, p)
            channels = _CHANNELS
            packed += count * 12
            key += 12
        runs = (p[8] >> 1) + ((p[9] + 7) >> 3) + ((p[10] + 7) >> 3) + key
        whole = (channels >> 1) + ((p[11] + 7) >> 3) + ((p[12] + 7) >> 3) + key
        if whole <= runs:
            return block.RICE_WHOLE if whole < packed else block.PACKED
        return block.RICE_RUNS if runs < packed else block.PACKED

    def _pack(self, out: "Out", frames: "Ring", first: int, imu: "Ring | None", rows: int) -> int:
        """Pack `rows` rows; returns the index behind them."""
        p = self._p
        stride = 24 if imu is None else 36
        p[6] = stride
        self._source(frames, first, 16, rows, 0)
        p[5] = block.HEADER_BYTES
        self._kernels.pack(out, frames, p)
        if imu is not None:
            self._source(imu, first, 6, rows, 0)
            p[5] = block.HEADER_BYTES + 24
            self._kernels.copy(out, imu, p)
        return block.HEADER_BYTES + rows * stride

    def _rice(
        self, out: "Out", frames: "Ring", first: int, count: int, imu: "Ring | None", encoding: int
    ) -> int:
        """Write key frame, parameters, low section, unary section; returns the index behind them."""
        p = self._p
        parameters = p[8]  # as many as `plan` chose with runs
        low_bits = p[9]
        p[7] = block.RUN_FRAMES
        ks_at = 0
        if encoding == block.RICE_WHOLE:
            parameters = p[19] - _WHOLE_AT
            low_bits = p[11]
            p[7] = block.MAX_FRAMES
            ks_at = _WHOLE_AT
        at = self._pack(out, frames, first, imu, 1)
        p[5] = at
        p[8] = ks_at
        p[2] = parameters
        self._kernels.nibbles(out, self._ks, p)
        at += parameters >> 1
        p[13] = at
        p[14] = p[15] = 0
        p[16] = at + ((low_bits + 7) >> 3)
        p[17] = p[18] = 0
        self._source(frames, first, 16, count, 0)
        self._kernels.rice(out, frames, self._ks, p)
        if imu is not None:
            self._source(imu, first, 6, count, 0x8000)
            self._kernels.rice(out, imu, self._ks, p)
        if p[14]:
            out[p[13]] = p[15]
        at = p[16]
        if p[17]:
            out[at] = p[18]
            at += 1
        return at


class Block:
    """A decoded record.

    Attributes:
        header: its `block.Header`.
        frames: array('H') of frames x 16 raw counts, frame after frame.
        imu: array('h') of frames x 6 raw IMU values, or None.
    """

    def __init__(self, header: block.Header, frames: "Ring", imu: "Ring | None") -> None:
        self.header = header
        self.frames = frames
        self.imu = imu


def decode_block(buf: "Buffer", offset: int = 0) -> Block:
    """Check and decode the record at `offset`; bytes behind it are left alone.

    Raises:
        BlockError: one of its subclasses, PROTOCOL.md section 2; no sample is given out then.
    """
    header = block.check(buf, offset)
    payload = memoryview(buf)[offset + block.HEADER_BYTES : offset + header.length - block.CRC_BYTES]
    frames = array("H", bytes(header.frames * 32))
    imu = array("h", bytes(header.frames * 12)) if header.imu else None
    if header.encoding == block.PACKED:
        key_bytes = _key_bytes(header.imu)
        if len(payload) != header.frames * key_bytes:
            raise errors.PayloadError("%d payload bytes for %d frames" % (len(payload), header.frames))
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


def _decode_rice(payload: "Buffer", header: block.Header, frames: "Ring", imu: "Ring | None") -> None:
    """Undo the Rice payload of PROTOCOL.md section 1.3 into `frames` and `imu`."""
    channels = block.FORCE_CHANNELS + (block.IMU_CHANNELS if header.imu else 0)
    residuals = header.frames - 1
    run = block.RUN_FRAMES if header.encoding == block.RICE_RUNS else block.MAX_FRAMES
    runs = (residuals + run - 1) // run
    at = _key_bytes(header.imu)
    low_at = at + (channels * runs >> 1)
    if residuals == 0 or len(payload) < low_at:
        raise errors.PayloadError("%d payload bytes for %d frames" % (len(payload), header.frames))
    _unpack_frame(payload, 0, frames, imu, 0)
    ks = bytearray(channels * runs)
    low_bits = 0
    for i in range(channels * runs):
        k = payload[at + (i >> 1)] >> (4 * (i & 1)) & 15
        if k > block.MAX_K:
            raise errors.PayloadError("Rice parameter %d" % k)
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
            raise errors.SampleRangeError("channel %d, frame %d: %d" % (at, i + 1, value))
        rows[at + (i + 1) * width] = value


class _Bits:
    """Reads bits, least significant first, from buf[start:end]."""

    def __init__(self, buf: "Buffer", start: int, end: int) -> None:
        if end > len(buf):
            raise errors.PayloadError("the payload ends early")
        self._buf = buf
        self._at = start
        self._end = end
        self._held = 0
        self._bits = 0

    def _more(self) -> None:
        if self._at >= self._end:
            raise errors.PayloadError("the payload ends early")
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
            raise errors.PayloadError("the payload goes on behind its last sample")
