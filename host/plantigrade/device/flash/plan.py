"""What is written where, in which order, and what stays: decided before the first byte is written.

The boot loader's first sector is erased first and the boot loader written last. Whenever power fails between,
the ROM finds no boot loader and starts nothing, so that no mixture of two firmwares ever runs; the same
command, run again, completes it. The table comes just before the boot loader: a board with our table has been
freed of what lay there before, so its `id`, `keys` and `log` are an insole's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from plantigrade.device.flash.settings import BOOT_SECTOR_BYTES
from plantigrade.firmware_image.build import FirmwareError
from plantigrade.firmware_image.esp_image import BOOT_LOADER_AT, MicroPythonImage
from plantigrade.firmware_image.partition_table import (
    TABLE_OFFSET,
    TABLE_SIZE,
    TableRow,
    partition_table,
    rows_of_image,
    table_image,
)

ERASED: Final = b"\xff"
IDENTITY: Final = ("id", "keys")
LOG: Final = ("log",)
FILES: Final = ("vfs",)
BOOT_LOADER: Final = "boot loader"
TABLE: Final = "table"
_LEFT_ALONE: Final = ("nvs", "phy", "ota_1")
"""Radio calibration, and an app that nothing starts while `otadata` is blank."""


class Action(StrEnum):
    """What happens to a part of the flash."""

    WRITE = "write"
    ERASE = "erase"
    KEEP = "keep"


@dataclass(frozen=True)
class Part:
    """One part of the flash and what happens to it.

    Attributes:
        label: of the partition; "table" and "boot loader" lie before the first.
        offset, size: in bytes.
        action: what happens to it.
        data: what is written, shorter than `size` where the rest does not matter; b"" if nothing is.
    """

    label: str
    offset: int
    size: int
    action: Action
    data: bytes = b""

    @property
    def file_name(self) -> str:
        """Of the file that esptool writes from."""
        return f"{self.label.replace(' ', '-')}.bin"


@dataclass(frozen=True)
class Wishes:
    """What the user said of what is on the board.

    Attributes:
        erase: erase the whole flash before.
        keep_log, keep_identity: whether the log, and identity with keys, stay; None: as is sensible.
        keep_settings: whether what the insole's own files say stays; None: as is sensible.
    """

    erase: bool = False
    keep_log: bool | None = None
    keep_identity: bool | None = None
    keep_settings: bool | None = None


@dataclass(frozen=True)
class FlashPlan:
    """Everything that will happen to one board's flash.

    Attributes:
        flash_mib: size of the flash in MiB.
        parts: all parts of the table, and what lies before it, in the order in which they are written.
        erase_all: the whole chip is erased before.
        has_boot_loader: something is in the boot loader's first sector, which must be erased before.
        was_insole: the board's table has our `id`, `keys` and `log`.
    """

    flash_mib: int
    parts: tuple[Part, ...]
    erase_all: bool
    has_boot_loader: bool
    was_insole: bool

    def written(self) -> tuple[Part, ...]:
        """Parts that esptool writes, in order."""
        return tuple(part for part in self.parts if part.data)

    def labels(self, action: Action) -> list[str]:
        """Labels of the parts to which `action` happens."""
        return [part.label for part in self.parts if part.action is action]


def known_labels(flash_mib: int, start: bytes) -> set[str]:
    """Partitions that lie on the board where an insole's do; arguments as of `make_plan`."""
    ours = _rows_of(start)
    return {row.label for row in partition_table(flash_mib) if ours.get(row.label) == row}


def make_plan(
    flash_mib: int, image: MicroPythonImage, file_system: bytes, start: bytes, wishes: Wishes
) -> FlashPlan:
    """Decide what happens to a board.

    The log, and identity with keys, stay unless something else was said: they are erased only where the
    table on the board shows that what lies in their places was never an insole's.

    Args:
        flash_mib: size of the board's flash in MiB.
        image: MicroPython.
        file_system: image of the partition `vfs`.
        start: first `START_BYTES` of the board's flash as they are.
        wishes: what the user said.

    Raises:
        FirmwareError: a keep was asked for that the table on the board makes impossible.
    """
    rows = {row.label: row for row in partition_table(flash_mib)}
    known = known_labels(flash_mib, start) if not wishes.erase else set[str]()
    for wish, labels, option in (
        (wishes.keep_identity, IDENTITY, "--keep-identity"),
        (wishes.keep_log, LOG, "--keep-log"),
        (wishes.keep_settings, FILES, "--keep-settings"),
    ):
        if wish and not known.issuperset(labels):
            raise FirmwareError(
                f"{option}: the partition table on the board has no {' or '.join(labels)} where an insole's "
                f"is, so there is nothing to keep; leave {option} out to write over it"
            )

    def data_part(label: str, wish: bool | None) -> Part:
        keep = label in known and wish is not False
        row = rows[label]
        data = b"" if keep or wishes.erase else ERASED * row.size
        return Part(label, row.offset, row.size, Action.KEEP if keep else Action.ERASE, data)

    parts = [data_part(label, wishes.keep_identity) for label in IDENTITY]
    parts += [data_part(label, wishes.keep_log) for label in LOG]
    parts += [
        _row_part(rows[label], Action.ERASE if wishes.erase else Action.KEEP, b"") for label in _LEFT_ALONE
    ]
    otadata = rows["otadata"]
    parts.append(_row_part(otadata, Action.ERASE, b"" if wishes.erase else ERASED * otadata.size))
    parts.append(_row_part(rows["vfs"], Action.WRITE, file_system))
    parts.append(_row_part(rows["ota_0"], Action.WRITE, image.app.data))
    parts.append(Part(TABLE, TABLE_OFFSET, TABLE_SIZE, Action.WRITE, table_image(partition_table(flash_mib))))
    loader = image.boot_loader.data
    parts.append(Part(BOOT_LOADER, BOOT_LOADER_AT, TABLE_OFFSET, Action.WRITE, loader))
    return FlashPlan(
        flash_mib=flash_mib,
        parts=tuple(parts),
        erase_all=wishes.erase,
        has_boot_loader=start[:BOOT_SECTOR_BYTES] != ERASED * BOOT_SECTOR_BYTES,
        was_insole=known.issuperset((*IDENTITY, *LOG)),
    )


def plan_lines(plan: FlashPlan) -> Iterator[str]:
    """The plan as a table for people, in order of offset."""
    for part in sorted(plan.parts, key=lambda part: part.offset):
        size = f"{part.size // 1024} KiB"
        written = f"{len(part.data)} bytes" if part.action is Action.WRITE else ""
        yield f"  {part.offset:#08x}  {part.label:11}  {size:>9}  {part.action.value:5}  {written}".rstrip()


def _row_part(row: TableRow, action: Action, data: bytes) -> Part:
    return Part(row.label, row.offset, row.size, action, data)


def _rows_of(start: bytes) -> dict[str, TableRow]:
    """Rows of the table that is on the board; empty where there is none."""
    try:
        return {row.label: row for row in rows_of_image(start[TABLE_OFFSET : TABLE_OFFSET + TABLE_SIZE])}
    except FirmwareError:
        return {}
