"""The flash as the ROM and the boot loader handle it: as NOR flash, with a counter, and power that may fail.

Erasing sets whole sectors to 0xFF, programming only clears bits. Each erase of a sector and each programming
of a page of 256 bytes is one operation; the counter goes on over the life of a board, in the file that the
interpreter's chip counts in too, so that one cut can be asked for across resets.
"""

import mmap
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError
from plantigrade.twin.flash_file import FlashFile

SECTOR: Final = 4096
PAGE: Final = 256
COUNT_NAME: Final = "operations.bin"
"""File in a board's folder: how many erases and writes its flash has seen, 4 bytes, little-endian."""
_COUNT_BYTES = 4


class PowerLostError(Exception):
    """The power went in the middle of an operation; what was to follow never happens."""


class OperationCount:
    """How many erases and writes a board's flash has seen.

    Args:
        folder: of the board.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / COUNT_NAME

    def read(self) -> int:
        """Operations so far; 0 for a new board."""
        try:
            return int.from_bytes(self.path.read_bytes()[:_COUNT_BYTES], "little")
        except FileNotFoundError:
            return 0

    def write(self, operations: int) -> None:
        """Go on from this number."""
        self.path.write_bytes(operations.to_bytes(_COUNT_BYTES, "little"))


class NorFlash:
    """A board's flash, open for the ROM or the boot loader; a context manager.

    Args:
        flash: the file.
        count: that goes on.
        cut_at: at which number of the count the power fails; 0: never.
        torn: whether the operation that it fails in is half done; else it is left out.
    """

    def __init__(self, flash: FlashFile, count: OperationCount, cut_at: int = 0, torn: bool = False) -> None:
        self._count = count
        self.operations = count.read()
        self.cut_at = cut_at
        self.torn = torn
        try:
            with flash.path.open("r+b") as file:
                self._map = mmap.mmap(file.fileno(), 0)
        except (OSError, ValueError) as error:  # an empty file cannot be mapped
            raise FileError(flash.path, f"cannot open the flash ({error})") from error

    def __enter__(self) -> "NorFlash":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Let go of the file; what was written is in it."""
        self._count.write(self.operations)
        self._map.close()

    @property
    def size(self) -> int:
        """Bytes of the whole chip."""
        return len(self._map)

    def holds(self, offset: int, size: int) -> bool:
        """Whether a range lies within the chip."""
        return min(offset, size) >= 0 and offset + size <= self.size

    def read(self, offset: int, size: int) -> bytes:
        """Bytes of a range; beyond the end of the chip there are none."""
        return self._map[offset : offset + size]

    def erase(self, offset: int, size: int) -> None:
        """Erase every sector that the range touches.

        Raises:
            PowerLostError: the power failed.
        """
        first = offset // SECTOR * SECTOR
        for sector in range(first, offset + size, SECTOR):
            done = self._operation(SECTOR)
            self._map[sector : sector + done] = b"\xff" * done
            self._end(done == SECTOR)

    def program(self, offset: int, data: bytes) -> None:
        """Clear the bits that are 0 in `data`, page by page.

        Raises:
            PowerLostError: the power failed.
        """
        at = 0
        while at < len(data):
            room = PAGE - (offset + at) % PAGE
            page = data[at : at + room]
            done = self._operation(len(page))
            start = offset + at
            old = int.from_bytes(self._map[start : start + done], "little")
            new = int.from_bytes(page[:done], "little")
            self._map[start : start + done] = (old & new).to_bytes(done, "little")
            self._end(done == len(page))
            at += len(page)

    def _operation(self, size: int) -> int:
        """Bytes of the operation that begins now which are done before the power fails."""
        self.operations += 1
        if self.operations != self.cut_at:
            return size
        return size // 2 if self.torn else 0

    def _end(self, finished: bool) -> None:
        if not finished:
            self._count.write(self.operations)
            raise PowerLostError
