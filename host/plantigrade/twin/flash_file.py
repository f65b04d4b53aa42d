"""The flash of one virtual board: one file, `flash.bin`, divided by the partition table that lies in it.

A file is what a programmer would read out of the chip: 8 or 16 MiB, boot loader at 0, table at 0x8000. Labels
are looked up in the flash itself, so what esptool wrote there holds from then on.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError
from plantigrade.firmware_image.partition_table import (
    TABLE_OFFSET,
    TABLE_SIZE,
    TableRow,
    rows_of_image,
    table_image,
)

FLASH_NAME: Final = "flash.bin"
"""Of the file in a board's folder."""
MIB: Final = 1024 * 1024
ERASED: Final = b"\xff"


class FlashFile:
    """One board's flash, read and written as a whole or by label, by somebody who holds the chip in hand.

    Writing here is not programming: bytes become what they are told to be. The chip's own code, and what the
    ROM does for esptool, behave as NOR flash does.

    Args:
        path: of the file; it need not exist before `make_blank`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def make_blank(self, mib: int) -> None:
        """A new chip of `mib` MiB: every byte 0xFF. Only its owner may read the file: it holds a wearer's
        data.

        Raises:
            FileError: the file cannot be written.
        """
        try:
            self.path.touch(mode=0o600)
            self.path.write_bytes(ERASED * (mib * MIB))
        except OSError as error:
            raise FileError(self.path, f"cannot make the flash ({error.strerror})") from error

    @property
    def size(self) -> int:
        """Bytes of the whole chip.

        Raises:
            FileError: the file cannot be read.
        """
        try:
            return self.path.stat().st_size
        except OSError as error:
            raise FileError(self.path, f"cannot read the flash ({error.strerror})") from error

    def region(self, offset: int, size: int) -> bytes:
        """`size` bytes from `offset` on.

        Raises:
            FileError: the file cannot be read, or ends before.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(offset)
                data = file.read(size)
        except OSError as error:
            raise FileError(self.path, f"cannot read the flash ({error.strerror})") from error
        if len(data) != size:
            raise FileError(self.path, f"ends before {offset + size:#x}: the flash is smaller than that")
        return data

    def put(self, offset: int, data: bytes) -> None:
        """Let the bytes from `offset` on be `data`.

        Raises:
            FileError: the file cannot be written, or ends before.
        """
        if offset + len(data) > self.size:
            raise FileError(self.path, f"ends before {offset + len(data):#x}: the flash is smaller than that")
        try:
            with self.path.open("r+b") as file:
                file.seek(offset)
                file.write(data)
        except OSError as error:
            raise FileError(self.path, f"cannot write the flash ({error.strerror})") from error

    def table(self) -> tuple[TableRow, ...]:
        """The partition table that lies in the flash.

        Raises:
            FirmwareError: there is none, or it is damaged.
            FileError: the file cannot be read.
        """
        return rows_of_image(self.region(TABLE_OFFSET, TABLE_SIZE))

    def write_table(self, rows: Iterable[TableRow]) -> None:
        """Divide the flash otherwise; what lies in it stays where it is.

        Raises:
            FileError: the file cannot be written.
        """
        self.put(TABLE_OFFSET, table_image(rows))

    def row(self, label: str) -> TableRow:
        """Where the partition of this label lies.

        Raises:
            FileError: the table has no such label, or the file cannot be read.
            FirmwareError: there is no table, or it is damaged.
        """
        for row in self.table():
            if row.label == label:
                return row
        raise FileError(self.path, f"its partition table has no {label!r}")

    def read(self, label: str) -> bytes:
        """All bytes of a partition; raises as `row` does."""
        row = self.row(label)
        return self.region(row.offset, row.size)

    def write(self, label: str, data: bytes) -> None:
        """Let a partition begin with `data`, the rest of it erased; raises as `row` does.

        Raises:
            FileError: there is more of it than the partition holds.
        """
        row = self.row(label)
        if len(data) > row.size:
            raise FileError(self.path, f"{len(data)} bytes do not fit into {label!r}, which has {row.size}")
        self.put(row.offset, data.ljust(row.size, ERASED))
