"""Block records as the insole writes them: encoding without allocating.

The inner loops are machine code ("viper") where MicroPython can, plain Python elsewhere, with the same bytes.
The payloads are described in PROTOCOL.md sections 1.2 and 1.3; `decoder` reads them.
"""

from array import array
from binascii import crc32

from insole_protocol import block

try:
    from insole_protocol import codec_viper as _kernels
except (ImportError, SyntaxError, ValueError):  # CPython; no emitter; compiled for another chip
    from insole_protocol import kernels as _kernels

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    Ring = array[int]
    Out = bytearray | memoryview

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
