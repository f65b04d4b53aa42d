"""How an insole's flash is divided: the tables of `firmware/port`, the one home of labels, offsets and sizes.

>>> [row.label for row in partition_table() if row.is_for_the_firmware]
['vfs', 'id', 'keys', 'log']
>>> rows_of_image(table_image(partition_table())) == partition_table()
True
"""

import hashlib
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

from plantigrade.errors import FileError, MissingPartError
from plantigrade.firmware_image.build import BLOCK_SIZE, FirmwareError, firmware_folder

SMALLEST_FLASH_MIB = 8  # the module of the first board, and what the twin has
TABLE_OFFSET = 0x8000  # where the boot loader looks for the table (ESP-IDF, CONFIG_PARTITION_TABLE_OFFSET)
TABLE_SIZE = 0xC00  # what it reads there (ESP-IDF, ESP_PARTITION_TABLE_MAX_LEN)
_APP_TYPE, _DATA_TYPE = 0, 1
_ROW = struct.Struct("<HBBII16sI")  # magic, type, subtype, offset, size, label, flags (esp_partition_info_t)
_ROW_MAGIC, _MD5_MAGIC, _END_MAGIC = 0x50AA, 0xEBEB, 0xFFFF
_MD5_OFFSET = 16  # within its row, where the hash of all rows before it lies
_FILE_SYSTEM_SUBTYPE = 0x83  # littlefs, as ESP-IDF numbers it
_OWN_SUBTYPES = range(0x40, 0x80)  # numbers of data partitions to which ESP-IDF gives no meaning
_MIB = 1024 * 1024


@dataclass(frozen=True)
class TableRow:
    """One partition.

    Attributes:
        label: its name in the table.
        type, subtype: numbers of ESP-IDF (`esp_partition_type_t`, `esp_partition_subtype_t`).
        offset, size: in the flash, in bytes.
    """

    label: str
    type: int
    subtype: int
    offset: int
    size: int

    @property
    def is_app(self) -> bool:
        """Whether it holds an image of MicroPython."""
        return self.type == _APP_TYPE

    @property
    def is_for_the_firmware(self) -> bool:
        """Whether the insole's own code reads and writes it; ESP-IDF has the others."""
        return self.type == _DATA_TYPE and (
            self.subtype == _FILE_SYSTEM_SUBTYPE or self.subtype in _OWN_SUBTYPES
        )

    @property
    def blocks(self) -> int:
        """Its size in blocks that are erased at once."""
        return self.size // BLOCK_SIZE


class _Part(Protocol):
    """What esp-idf-defs, which has no types, says of a partition."""

    name: str
    type: int
    subtype: int
    offset: int
    size: int


@cache
def partition_table(flash_mib: int = SMALLEST_FLASH_MIB) -> tuple[TableRow, ...]:
    """The table for a flash of `flash_mib` MiB (8 or 16), in order of offset.

    Raises:
        FirmwareError: the table breaks a rule of ESP-IDF's, or goes beyond the flash.
        FileError: there is no table for this size.
        MissingPartError: esp-idf-defs is not installed.
    """
    path = firmware_folder() / "port" / f"partitions-{flash_mib}MiB.csv"
    try:
        text = path.read_text("utf-8")
    except OSError as error:
        raise FileError(path, f"cannot read the partition table ({error.strerror})") from error
    return parse(text, flash_mib, str(path))


def parse(text: str, flash_mib: int, name: str) -> tuple[TableRow, ...]:
    """The rows of a table in ESP-IDF's CSV, checked with ESP-IDF's own rules (Espressif's `gen_esp32part`).

    Raises:
        FirmwareError: it breaks one of them.
        MissingPartError: esp-idf-defs is not installed.
    """
    try:
        from esp_idf_defs.partitions import (  # pyright: ignore[reportMissingTypeStubs]
            InputError,
            PartitionTable,
        )
    except ImportError as error:
        raise MissingPartError("an insole's partition table", "twin", "esp_idf_defs") from error
    try:
        table = PartitionTable.from_csv(text)  # pyright: ignore[reportUnknownMemberType]
        table.verify()
        table.verify_size_fits(flash_mib * _MIB)
    except InputError as error:
        raise FirmwareError(f"{name}: {error}") from error
    rows = tuple(
        TableRow(part.name, part.type, part.subtype, part.offset, part.size)
        for part in cast(Iterable[_Part], table)
    )
    for row in rows:
        if row.offset % BLOCK_SIZE or row.size % BLOCK_SIZE:
            raise FirmwareError(f"{name}: {row.label} is not made of whole blocks of {BLOCK_SIZE} bytes")
    return rows


def table_image(rows: Iterable[TableRow]) -> bytes:
    """The table as it lies in flash at `TABLE_OFFSET`: its rows and their hash, `TABLE_SIZE` bytes.

    Source: ESP-IDF, components/partition_table/gen_esp32part.py.
    """
    body = b"".join(
        _ROW.pack(_ROW_MAGIC, row.type, row.subtype, row.offset, row.size, row.label.encode(), 0)
        for row in rows
    )
    end = struct.pack("<H", _MD5_MAGIC).ljust(_MD5_OFFSET, b"\xff") + hashlib.md5(body).digest()
    return (body + end).ljust(TABLE_SIZE, b"\xff")


def rows_of_image(image: bytes) -> tuple[TableRow, ...]:
    """The rows of a table as it lies in flash; whether they are sensible is not looked at.

    Raises:
        FirmwareError: there is no table, or its hash is not that of its rows.
    """
    rows: list[TableRow] = []
    for start in range(0, min(len(image), TABLE_SIZE) - _ROW.size + 1, _ROW.size):
        magic, kind, subtype, offset, size, label, _ = _ROW.unpack_from(image, start)
        if magic == _MD5_MAGIC:
            if image[start + _MD5_OFFSET : start + _ROW.size] != hashlib.md5(image[:start]).digest():
                raise FirmwareError("the partition table's hash is not that of its rows: it is damaged")
            break
        if magic == _END_MAGIC:
            break
        if magic != _ROW_MAGIC:
            raise FirmwareError(f"row {len(rows)} of the partition table begins with {magic:#06x}: damaged")
        name = label.rstrip(b"\0").decode("utf-8", "replace")
        rows.append(TableRow(name, kind, subtype, offset, size))
    if not rows:
        raise FirmwareError(f"there is no partition table at {TABLE_OFFSET:#x}")
    return tuple(rows)
