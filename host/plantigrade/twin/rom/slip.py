"""Frames on the serial line (RFC 1055): END, bytes with END and ESC replaced, END.

>>> list(FrameReader().feed(frame(bytes([0xC0, 1])) + b"noise"))
[b'\\xc0\\x01']
"""

from collections.abc import Iterator

from plantigrade.twin.rom.settings import FRAME_MAX

_END, _ESC, _ESC_END, _ESC_ESC = 0xC0, 0xDB, 0xDC, 0xDD


def frame(data: bytes) -> bytes:
    """`data` as it goes over the line."""
    inner = data.replace(b"\xdb", b"\xdb\xdd").replace(b"\xc0", b"\xdb\xdc")
    return b"\xc0" + inner + b"\xc0"


class FrameReader:
    """Takes frames out of what comes, whatever comes; never keeps more than `FRAME_MAX` bytes."""

    def __init__(self) -> None:
        self._inside = bytearray()
        self._escaped = False
        self._dropping = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The frames that end within `data`; damaged, empty and too long ones are left out."""
        for piece in _pieces(data):
            if piece == b"\xc0":
                content = bytes(self._inside)
                good = content and not self._dropping and not self._escaped
                self._inside.clear()
                self._dropping = self._escaped = False
                if good:
                    yield content
            elif not self._dropping:
                self._take(piece)

    def _take(self, piece: bytes) -> None:
        """Bytes between two ENDs."""
        if self._escaped:
            self._escaped = False
            replaced = {_ESC_END: b"\xc0", _ESC_ESC: b"\xdb"}.get(piece[0])
            if replaced is None:
                self._dropping = True
                return
            self._inside += replaced
            piece = piece[1:]
        self._escaped = piece.endswith(b"\xdb")
        inner = piece[:-1] if self._escaped else piece
        parts = inner.split(b"\xdb")
        self._inside += parts[0]
        for part in parts[1:]:
            if not part or part[0] not in (_ESC_END, _ESC_ESC):
                self._dropping = True
                return
            self._inside += (b"\xc0" if part[0] == _ESC_END else b"\xdb") + part[1:]
        if len(self._inside) > FRAME_MAX:
            self._inside.clear()
            self._dropping = True


def _pieces(data: bytes) -> Iterator[bytes]:
    """`data` cut at each END, which comes as a piece of its own."""
    first = True
    for part in data.split(b"\xc0"):
        if not first:
            yield b"\xc0"
        first = False
        if part:
            yield part
