"""A flash with two places for apps, and what boots from it; made-up images are small."""

import hashlib
import struct
from pathlib import Path

from plantigrade.firmware_image.esp_image import read_micropython, virtual_micropython_image, with_flash_size
from plantigrade.firmware_image.ota_data import AppState, OtaEntry, entry_for
from plantigrade.firmware_image.partition_table import TableRow, partition_table
from plantigrade.twin.boot_loader.ota_data import read_entries, write_entry
from plantigrade.twin.boot_loader.power_on import start_from_flash
from plantigrade.twin.flash_file import FLASH_NAME, FlashFile
from plantigrade.twin.nor_flash import SECTOR, NorFlash, OperationCount

IMAGE = read_micropython(virtual_micropython_image(app_bytes=4096), "made-up")
APP = IMAGE.app.data
NEXT_APP = read_micropython(virtual_micropython_image("1.30.0", app_bytes=4096), "made-up").app.data
BLANK = OtaEntry()


class Chip:
    """One chip. `boot` is a power-on: label of the app that runs, or None."""

    def __init__(self, folder: Path, mib: int = 8, header_mib: int | None = None) -> None:
        self.file = FlashFile(folder / FLASH_NAME)
        self.file.make_blank(mib)
        self.file.put(0, with_flash_size(IMAGE.boot_loader.data, header_mib or mib))
        self.file.write_table(partition_table(mib))
        self.count = OperationCount(folder)
        self.printed = ""

    def put(self, label: str, image: bytes) -> None:
        """Write an app."""
        self.file.write(label, image)

    def row(self, label: str) -> TableRow:
        """Where a partition lies."""
        return self.file.row(label)

    def choose(self, first: OtaEntry, second: OtaEntry = BLANK) -> None:
        """Write both records."""
        with NorFlash(self.file, self.count) as flash:
            at = self.row("otadata").offset
            for index, entry in enumerate((first, second)):
                if entry == BLANK:
                    flash.erase(at + index * SECTOR, SECTOR)
                else:
                    write_entry(flash, at, index, entry)
                    flash.program(at + index * SECTOR + 28, struct.pack("<I", entry.crc))

    def records(self) -> list[tuple[int, int]]:
        """(sequence, state) of both."""
        with NorFlash(self.file, self.count) as flash:
            return [(one.sequence, one.state) for one in read_entries(flash, self.row("otadata").offset)]

    def boot(self, cut_at: int = 0, torn: bool = False) -> str | None:
        """Power on, with the power failing at the `cut_at`-th operation from now."""
        printed: list[str] = []
        at = self.count.read() + cut_at if cut_at else 0
        with NorFlash(self.file, self.count, at, torn) as flash:
            try:
                app = start_from_flash(flash, True, printed.append)
            finally:
                self.printed = "".join(printed)
        return app.label if app is not None else None


def record(sequence: int, state: AppState) -> OtaEntry:
    """A record with its CRC."""
    return entry_for(sequence, state)


def broken(image: bytes, at: int) -> bytes:
    """With one bit changed."""
    changed = bytearray(image)
    changed[at] ^= 4
    return bytes(changed)


def resealed(image: bytes) -> bytes:
    """With the hash of what it now is."""
    return image[:-32] + hashlib.sha256(image[:-32]).digest()
