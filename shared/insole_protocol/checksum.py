"""CRC-32 in two halves of 16 bits: whole, most checksums lie beyond 2**30, and would be heap objects where
integers have 31 bits, as on the ESP32."""

from array import array
from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    Tables = array[int]

_tables: "list[Tables]" = []  # made once


def tables() -> "Tables":
    """Tables for two bytes of a CRC-32 at a time: low and high halves of a byte's effect, then the next's."""
    if not _tables:
        _tables.append(_make_tables())
    return _tables[0]


def _make_tables() -> "Tables":
    made = array("H", bytes(2048))
    for i in range(256):
        # CRC of one byte with the usual initial value, turned back into the entry of the table.
        entry = crc32(bytes((255 - i,))) ^ 0xFF000000
        made[i] = entry & 0xFFFF
        made[256 + i] = entry >> 16
    for i in range(256):
        # One byte further: the entry goes through the table once more.
        low, high = made[i], made[256 + i]
        j = low & 255
        made[512 + i] = (low >> 8 | (high & 255) << 8) ^ made[j]
        made[768 + i] = (high >> 8) ^ made[256 + j]
    return made


class Checksum:
    """Puts checksums behind bytes, without allocating.

    Args:
        kernels: `kernels` or `codec_viper`.
    """

    def __init__(self, kernels: "ModuleType") -> None:
        self._kernel = kernels.checksum
        self._tables = tables()
        self._p = array("I", bytes(24 * 4))
        self._before = bytearray(4)

    def append(self, out: "bytearray | memoryview", length: int) -> None:
        """Put the CRC-32 of the first `length` bytes of `out` behind them, as zlib's, little-endian."""
        self._p[5] = length
        self._kernel(out, self._tables, self._p)

    def holds(self, data: "bytearray | memoryview", length: int) -> bool:
        """Whether the four bytes behind the first `length` ones are their checksum; `data` stays as it is.

        >>> from insole_protocol import kernels
        >>> data = bytearray(b"123456789" + bytes(4))
        >>> checksum = Checksum(kernels)
        >>> checksum.holds(data, 9)
        False
        >>> checksum.append(data, 9)
        >>> checksum.holds(data, 9), data[9:].hex()
        (True, '2639f4cb')
        """
        before = self._before
        for i in range(4):
            before[i] = data[length + i]
        self.append(data, length)
        same = True
        for i in range(4):
            same = same and before[i] == data[length + i]
            data[length + i] = before[i]
        return same
