"""Frames on a serial port: flags, byte stuffing, channel, checksum (PROTOCOL.md section 3.2)."""

import struct
from array import array
from binascii import crc32

from insole_protocol import ids
from insole_protocol.stuffing import CTRL_C, ESCAPE, FLAG, FLIP

try:
    from insole_protocol import stuffing_viper as _stuffing
except (ImportError, SyntaxError, ValueError) as error:  # CPython; no emitter; compiled for another chip
    from insole_protocol import native
    from insole_protocol import stuffing as _stuffing

    native.note("stuffing_viper", error)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from insole_protocol import stuffing as _stuffing

_MIN_BYTES = 5  # channel and checksum


class FrameEncoder:
    """Writes frames piece by piece, so that no end needs a buffer for a whole one."""

    def __init__(self) -> None:
        self._message = b""
        self._channel = 0
        self._crc = b""
        self._end = 0
        self._at = -3  # -2 flag, -1 channel, message and checksum, the flag behind; -3 nothing to do
        self._place = array("i", (0, 0, 0, 0))

    def start(self, channel: int, message: "bytes | bytearray | memoryview", length: int) -> None:
        """Begin with the first `length` bytes of `message`, which must stay as they are until `next` gives 0.

        Raises:
            ValueError: a message longer than a message may be.
        """
        if not 0 <= length <= ids.MAX_MESSAGE_BYTES:
            raise ValueError("a message of %d bytes" % length)
        crc = crc32(memoryview(message)[:length], crc32(bytes((channel,)))) & 0xFFFFFFFF
        self._crc = struct.pack("<I", crc)
        self._message = message  # type: ignore[assignment]
        self._channel = channel
        self._end = length
        self._at = -2

    def next(self, out: "bytearray | memoryview") -> int:
        """Fill `out` (at least 2 bytes) with the next bytes of the frame; how many, 0 when it is through."""
        n = 0
        room = len(out) - 1  # an escaped byte needs two
        end = self._end
        while self._at > -3 and n < room:
            at = self._at
            if 0 <= at < end:
                n = self._copy(out, n, room)
                continue
            self._at = at + 1
            if at == -2 or at == end + 4:
                out[n] = FLAG
                n += 1
                if at != -2:
                    self._at = -3
                continue
            byte = self._channel if at < 0 else self._crc[at - end]
            if byte in (FLAG, ESCAPE, CTRL_C):
                out[n] = ESCAPE
                n += 1
                byte ^= FLIP
            out[n] = byte
            n += 1
        return n

    def _copy(self, out: "bytearray | memoryview", n: int, room: int) -> int:
        """Bytes of the message itself, from index n of `out` on; the next index."""
        place = self._place
        place[0], place[1], place[2], place[3] = self._at, self._end, n, room
        _stuffing.stuff(out, self._message, place)
        self._at = place[0]
        return place[2]


def encode(channel: int, message: "bytes | bytearray | memoryview") -> bytes:
    """The frame of one message.

    Raises:
        ValueError: a message longer than a message may be.
    """
    encoder = FrameEncoder()
    encoder.start(channel, message, len(message))
    out = bytearray(2 * len(message) + 13)
    return bytes(out[: encoder.next(out)])


class FrameDecoder:
    """Finds frames in a byte stream that comes in pieces of any size; memory is bounded.

    Args:
        limit: the longest message that is taken.

    Attributes:
        errors: how often something between two flags was dropped: "oversize", "short", "escape" (a lone
            escape, or a byte escaped that need not be), "crc", "channel".
    """

    def __init__(self, limit: int = ids.MAX_MESSAGE_BYTES) -> None:
        self._raw = bytearray()
        self._limit = limit
        self._raw_limit = 2 * (limit + _MIN_BYTES)
        self._skipping = False
        self.errors = {"oversize": 0, "short": 0, "escape": 0, "crc": 0, "channel": 0}

    def feed(self, data: "bytes | bytearray") -> "list[tuple[int, bytes]]":
        """Take bytes; returns the messages that they complete, each with its channel."""
        found: "list[tuple[int, bytes]]" = []
        data = bytes(data)
        at = 0
        while True:
            end = data.find(b"\x7e", at)
            self._collect(data[at:] if end < 0 else data[at:end])
            if end < 0:
                return found
            frame = self._finish()
            if frame is not None:
                found.append(frame)
            at = end + 1

    def _collect(self, piece: bytes) -> None:
        if self._skipping:
            return
        if len(self._raw) + len(piece) > self._raw_limit:
            self.errors["oversize"] += 1
            self._skipping = True
            self._raw = bytearray()
            return
        self._raw.extend(piece)

    def _finish(self) -> "tuple[int, bytes] | None":
        """What lies between the last flag and this one, if it is a frame."""
        raw = self._raw
        skipped = self._skipping
        self._skipping = False
        if skipped or not raw:
            return None
        self._raw = bytearray()
        plain = _unstuff(raw) if b"\x7d" in raw else raw
        problem = _problem(plain, self._limit)
        if plain is None or problem:
            self.errors[problem] += 1
            return None
        return plain[0], bytes(plain[1:-4])


def _problem(plain: "bytearray | None", limit: int) -> str:
    """Why the unstuffed bytes between two flags are no frame; empty when they are one."""
    if plain is None:
        return "escape"
    if len(plain) < _MIN_BYTES:
        return "short"
    if len(plain) > limit + _MIN_BYTES:
        return "oversize"
    if crc32(bytes(plain[:-4])) & 0xFFFFFFFF != struct.unpack_from("<I", plain, len(plain) - 4)[0]:
        return "crc"
    if plain[0] not in (ids.CHANNEL_STREAM, ids.CHANNEL_CONTROL, ids.CHANNEL_LOG):
        return "channel"
    return ""


def _unstuff(raw: bytearray) -> "bytearray | None":
    """The bytes before stuffing, or None where an escape stands before something that is never escaped."""
    parts = bytes(raw).split(b"\x7d")
    out = bytearray(parts[0])
    for part in parts[1:]:
        byte = part[0] ^ FLIP if part else ESCAPE ^ FLIP
        if byte not in (FLAG, ESCAPE, CTRL_C):
            return None
        out.append(byte)
        out.extend(memoryview(part)[1:])
    return out
