"""Block records as the insole writes them: encoding without allocating.

The inner loops are machine code ("viper") where MicroPython can, plain Python elsewhere, with the same bytes.
The payloads are described in PROTOCOL.md sections 1.2 and 1.3; `decoder` reads them.
"""

from array import array

from insole_protocol import block
from insole_protocol.checksum import Checksum, tables

try:
    from insole_protocol import codec_viper as _kernels
except (ImportError, SyntaxError, ValueError) as error:  # CPython; no emitter; compiled for another chip
    from insole_protocol import kernels as _kernels
    from insole_protocol import native

    native.note("codec_viper", error)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from insole_protocol.next_header import NextHeader

    Ring = array[int]
    Out = bytearray | memoryview

_CHANNELS = block.FORCE_CHANNELS + block.IMU_CHANNELS
_RUNS = 8  # runs of a record at most
_loops: "ModuleType" = _kernels
checksum = Checksum(_loops)


class Encoder:
    """Writes block records; everything it needs is allocated here, once.

    Args:
        max_frames: the most frames a call will bring, up to 64 (56 with the IMU).
        imu: whether records carry IMU channels too.
        kernels: module with the inner loops; tests compare the two.
    """

    def __init__(self, max_frames: int = 64, imu: bool = False, kernels: "ModuleType" = _loops) -> None:
        limit = block.MAX_FRAMES_IMU if imu else block.MAX_FRAMES
        if not 1 <= max_frames <= limit:
            raise ValueError("max_frames must be 1 to %d" % limit)
        self.max_frames = max_frames
        self.imu = imu
        self._plan, self._choose, self._head = kernels.plan, kernels.choose, kernels.head
        self._rice, self._copy = kernels.rice, kernels.copy
        self._finish, self._checksum = kernels.finish, kernels.checksum
        self._begin = kernels.begin
        self._ks = bytearray(_CHANNELS * (_RUNS + 1))
        self._p = array("I", bytes(24 * 4))
        self._p[2] = block.FORCE_CHANNELS
        self._p[6] = block.PACKED_FRAME_BYTES + (block.IMU_FRAME_BYTES if imu else 0)
        self._p[19] = _CHANNELS * _RUNS
        self._crc = tables()

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
        """Write one record at the start of `out`; returns its length in bytes.

        Allocates nothing itself, but a `seq` or `time_us` from 2**30 on is a heap object where integers have
        31 bits: the insole uses `encode_next`.

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
        length = self._write_payload(out, frames, first, count, imu)
        p = self._p
        block.write_header(
            out, length, seq, time_us, boot, period_us, count, slots_per_frame, p[20], layout, status
        )
        self._checksum(out, self._crc, p)
        return length

    def encode_next(
        self,
        out: "Out",
        frames: "Ring",
        first: int,
        count: int,
        header: "NextHeader",
        imu: "Ring | None" = None,
    ) -> int:
        """Like `encode`, with the fields of a `NextHeader`, and without any allocation however high they are.

        `header` gets the record's length, number of frames and encoding; whoever calls advances it
        afterwards.

        Raises:
            ValueError: as `encode`.
        """
        length = self._write_payload(out, frames, first, count, imu)
        p = self._p
        header.complete(length, count, p[20])
        self._begin(out, header.halves)
        self._checksum(out, self._crc, p)
        return length

    def _write_payload(self, out: "Out", frames: "Ring", first: int, count: int, imu: "Ring | None") -> int:
        """Everything between header and checksum; returns the length of the whole record."""
        if not 1 <= count <= self.max_frames:
            raise ValueError("count")
        if (imu is not None) != self.imu:
            raise ValueError("imu")
        p = self._p
        ks = self._ks
        p[0] = first << 4
        p[1] = len(frames)
        p[3] = count
        self._plan(frames, ks, p)
        if imu is not None:
            self._plan_motion(frames, imu, first)
        self._choose(p)
        self._head(out, frames, ks, p)
        if p[20]:
            self._rice(out, frames, ks, p)
        if imu is not None:
            self._write_motion(out, imu, first)
        if p[20] & ~block.IMU_BIT:
            self._finish(out, p)
        return p[5] + block.CRC_BYTES

    def _turn_to(self, ring: "Ring", first: int, width: int, flip: int) -> None:
        """Tell the kernels which ring to read."""
        p = self._p
        p[0] = first * width
        p[1] = len(ring)
        p[2] = width
        p[4] = flip

    def _plan_motion(self, frames: "Ring", imu: "Ring", first: int) -> None:
        """Plan the motion behind the counts, and turn back to these."""
        self._turn_to(imu, first, block.IMU_CHANNELS, 0x8000)
        self._plan(imu, self._ks, self._p)
        self._turn_to(frames, first, block.FORCE_CHANNELS, 0)

    def _write_motion(self, out: "Out", imu: "Ring", first: int) -> None:
        """Write the motion behind the counts, and be ready for the next record's counts."""
        p = self._p
        self._turn_to(imu, first, block.IMU_CHANNELS, 0x8000)
        self._copy(out, imu, p)
        if p[20]:
            self._rice(out, imu, self._ks, p)
        p[20] |= block.IMU_BIT
        p[2] = block.FORCE_CHANNELS
        p[4] = 0
