"""How an insole's flash is divided: the tables of `firmware/port`, the one home of labels, offsets and sizes.

>>> [row.label for row in partition_table() if row.is_for_the_firmware]
['vfs', 'id', 'keys', 'log']
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Protocol, cast

from plantigrade.errors import FileError, MissingPartError
from plantigrade.firmware_image.build import BLOCK_SIZE, FirmwareError, firmware_folder

SMALLEST_FLASH_MIB = 8  # the module of the first board, and what the twin has
_APP_TYPE, _DATA_TYPE = 0, 1
_FILE_SYSTEM_SUBTYPE = 0x83  # littlefs, as ESP-IDF numbers it
_OWN_SUBTYPES = range(0x40, 0x80)  # numbers of data partitions to which ESP-IDF gives no meaning
_MIB = 1024 * 1024


@dataclass(frozen=True)
class TableRow:
    """One partition.

    Attributes:
        label: its name in the table.
        is_app: whether it holds an image of MicroPython.
        is_for_the_firmware: whether the insole's own code reads and writes it; ESP-IDF has the others.
        offset, size: in the flash, in bytes.
    """

    label: str
    is_app: bool
    is_for_the_firmware: bool
    offset: int
    size: int

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
        TableRow(
            label=part.name,
            is_app=part.type == _APP_TYPE,
            is_for_the_firmware=part.type == _DATA_TYPE
            and (part.subtype == _FILE_SYSTEM_SUBTYPE or part.subtype in _OWN_SUBTYPES),
            offset=part.offset,
            size=part.size,
        )
        for part in cast(Iterable[_Part], table)
    )
    for row in rows:
        if row.offset % BLOCK_SIZE or row.size % BLOCK_SIZE:
            raise FirmwareError(f"{name}: {row.label} is not made of whole blocks of {BLOCK_SIZE} bytes")
    return rows
