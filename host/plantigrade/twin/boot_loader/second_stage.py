"""ESP-IDF's second-stage boot loader: the table, the app that is wanted, rollback, and what is left then."""

import hashlib
import struct
from dataclasses import dataclass, field

from plantigrade.firmware_image.ota_data import NOTHING, AppState, active, entry_for
from plantigrade.firmware_image.partition_table import TABLE_OFFSET, TABLE_SIZE, TableRow
from plantigrade.twin.boot_loader.image import ImageRefusedError, check_image
from plantigrade.twin.boot_loader.ota_data import read_entries, write_entry
from plantigrade.twin.nor_flash import SECTOR, NorFlash

_ROW = struct.Struct("<HBBII16sI")
_ROW_MAGIC, _MD5_MAGIC, _END = 0x50AA, 0xEBEB, b"\xff\xff\xff\xff"
_APP, _DATA = 0, 1
_FACTORY_SUBTYPE, _OTA_FIRST, _OTA_LAST, _TEST_SUBTYPE = 0x00, 0x10, 0x1F, 0x20
_OTA_DATA_SUBTYPE = 0
_FACTORY = -1  # FACTORY_INDEX
_MILLISECONDS = 40
"""Since power-on, as log lines begin; nothing is timed here."""
_PARTITIONS, _BOOT = "flash_parts", "boot"


class BootFailedError(Exception):
    """The boot loader found nothing to start and resets the chip."""


@dataclass
class Console:
    """What the boot loader prints: warnings and errors, as MicroPython's has it.

    Attributes:
        lines: so far.
    """

    lines: list[str] = field(default_factory=list[str])

    def error(self, tag: str, text: str) -> None:
        """`ESP_LOGE`."""
        self.lines.append(f"E ({_MILLISECONDS}) {tag}: {text}")

    def warning(self, tag: str, text: str) -> None:
        """`ESP_LOGW`."""
        self.lines.append(f"W ({_MILLISECONDS}) {tag}: {text}")


@dataclass
class Apps:
    """What the table has to start from (`bootloader_state_t`)."""

    factory: TableRow | None = None
    test: TableRow | None = None
    slots: dict[int, TableRow] = field(default_factory=dict[int, TableRow])
    ota_data: TableRow | None = None

    def at(self, index: int) -> TableRow | None:
        """The partition of an index (`index_to_partition`)."""
        if index == _FACTORY:
            return self.factory
        return self.slots.get(index) if index < len(self.slots) else None


def load_table(flash: NorFlash, chip_bytes: int, console: Console) -> tuple[TableRow, ...]:
    """The partition table, if it is one (`esp_partition_table_verify`).

    Args:
        flash: that holds it.
        chip_bytes: size of the flash as the boot loader's own header has it.
        console: gets the reason.

    Raises:
        BootFailedError: it is refused as a whole.
    """
    image = flash.read(TABLE_OFFSET, TABLE_SIZE)
    rows: list[TableRow] = []
    hashed = False
    try:
        for number in range(TABLE_SIZE // _ROW.size):
            raw = image[number * _ROW.size : (number + 1) * _ROW.size]
            magic, kind, subtype, offset, size, label, _ = _ROW.unpack(raw)
            if magic == _ROW_MAGIC:
                if offset > chip_bytes or size > chip_bytes - offset:
                    raise BootFailedError(
                        f"partition {number} invalid - offset {offset:#x} size {size:#x} "
                        f"exceeds flash chip size {chip_bytes:#x}"
                    )
                name = label.rstrip(b"\0").decode("utf-8", "replace")
                rows.append(TableRow(name, kind, subtype, offset, size))
            elif magic == _MD5_MAGIC:
                if hashed:
                    raise BootFailedError("Only one MD5 checksum is allowed")
                if raw[16:] != hashlib.md5(image[: number * _ROW.size]).digest():
                    raise BootFailedError("Incorrect MD5 checksum")
                hashed = True
            elif number and raw.startswith(_END):
                return tuple(rows)
            else:
                raise BootFailedError(f"partition {number} invalid magic number {magic:#x}")
        raise BootFailedError("partition table has no terminating entry, not valid")
    except BootFailedError as refused:
        console.error(_PARTITIONS, str(refused))
        console.error(_BOOT, "Failed to verify partition table")
        console.error(_BOOT, "load partition table error!")
        raise


def apps_of(rows: tuple[TableRow, ...]) -> Apps:
    """What there is to start from in a table."""
    apps = Apps()
    for row in rows:
        if row.type == _DATA and row.subtype == _OTA_DATA_SUBTYPE:
            apps.ota_data = row
        elif row.type != _APP:
            continue
        elif row.subtype == _FACTORY_SUBTYPE:
            apps.factory = row
        elif row.subtype == _TEST_SUBTYPE:
            apps.test = row
        elif _OTA_FIRST <= row.subtype <= _OTA_LAST:
            apps.slots[row.subtype - _OTA_FIRST] = row
    return apps


class SecondStage:
    """One start.

    Args:
        flash: to start from; records are written to it.
        chip_bytes: size of the flash as the boot loader's own header has it.
        console: gets what is printed.
    """

    def __init__(self, flash: NorFlash, chip_bytes: int, console: Console) -> None:
        self._flash = flash
        self._chip_bytes = chip_bytes
        self._console = console
        self._nothing_chosen_yet = False

    def start(self) -> TableRow:
        """The app that is started.

        Raises:
            BootFailedError: there is none.
            PowerLostError: the power failed at a record.
        """
        apps = apps_of(load_table(self._flash, self._chip_bytes, self._console))
        return self._load(apps, self._choose(apps))

    def _choose(self, apps: Apps) -> int:
        """`bootloader_utility_get_selected_boot_partition`."""
        if apps.ota_data is None:
            return _FACTORY
        if apps.ota_data.size < 2 * SECTOR:
            text = f"ota_info partition size {apps.ota_data.size} is too small (minimum {2 * SECTOR} bytes)"
            self._console.error("boot_comm", text)
            raise BootFailedError(text)
        at = apps.ota_data.offset
        entries = read_entries(self._flash, at)
        for index in (0, 1):
            if entries[index].state == AppState.PENDING_VERIFY:  # it ran and was not confirmed
                entries[index] = entries[index].with_state(AppState.ABORTED)
                write_entry(self._flash, at, index, entries[index])
        if all(entry.is_out for entry in entries) or not apps.slots:
            if apps.factory is not None:
                return _FACTORY
            self._nothing_chosen_yet = all(
                entry.sequence == NOTHING or not entry.crc_is_right for entry in entries
            )
            return 0
        chosen = active(entries)
        if chosen is None:
            fallback = (
                "falling back to factory" if apps.factory else "and no factory, will try all partitions"
            )
            comma = "," if apps.factory else ""
            self._console.error(_BOOT, f"ota data partition invalid{comma} {fallback}")
            return _FACTORY
        if entries[chosen].state == AppState.NEW:
            write_entry(self._flash, at, chosen, entries[chosen].with_state(AppState.PENDING_VERIFY))
        return (entries[chosen].sequence - 1) % len(apps.slots)

    def _load(self, apps: Apps, first: int) -> TableRow:
        """`bootloader_utility_load_boot_image`: the wanted app, those below it, those above, the test app."""
        for index in (*range(first, _FACTORY - 1, -1), *range(first + 1, len(apps.slots))):
            row = apps.at(index)
            if row is None or not row.size:
                continue
            if self._can_start(row):
                self._note_choice(apps, index)
                return row
            name = "Factory app partition" if index == _FACTORY else f"OTA app partition slot {index}"
            self._console.error(_BOOT, f"{name} is not bootable")
        if apps.test is not None and apps.test.size and self._can_start(apps.test):
            self._console.warning(_BOOT, "Falling back to test app as only bootable partition")
            return apps.test
        text = "No bootable app partitions in the partition table"
        self._console.error(_BOOT, text)
        raise BootFailedError(text)

    def _can_start(self, row: TableRow) -> bool:
        try:
            check_image(self._flash, row.offset, row.size)
        except ImageRefusedError as refused:
            self._console.error(refused.tag, str(refused))
            return False
        return True

    def _note_choice(self, apps: Apps, index: int) -> None:
        """The first start of a new board writes down what it started (`set_actual_ota_seq`)."""
        if index > _FACTORY and self._nothing_chosen_yet and apps.ota_data is not None:
            write_entry(self._flash, apps.ota_data.offset, 0, entry_for(index + 1, AppState.VALID))
