"""What is written into a virtual board's flash before anybody has it: everything that a flashed insole has.

Boot loader and app are made up (`esp_image.virtual_micropython_image`): of the right structure, without code.
"""

from collections.abc import Iterable
from functools import cache

from plantigrade.firmware_image.build import littlefs_image
from plantigrade.firmware_image.esp_image import (
    BOOT_LOADER_AT,
    MicroPythonImage,
    read_micropython,
    virtual_micropython_image,
    with_flash_size,
)
from plantigrade.firmware_image.partition_table import partition_table
from plantigrade.twin.flash_file import FlashFile


@cache
def _micropython() -> MicroPythonImage:
    return read_micropython(virtual_micropython_image(), "the made-up image")


def write_at_the_factory(flash: FlashFile, mib: int, files: Iterable[tuple[str, bytes]]) -> None:
    """Fill a blank flash of `mib` MiB: boot loader, table, app in `ota_0`, file system with `files`.

    Raises:
        FirmwareError: the files do not fit.
        FileError: the flash cannot be written.
    """
    image = _micropython()
    flash.put(BOOT_LOADER_AT, with_flash_size(image.boot_loader.data, mib))
    flash.write_table(partition_table(mib))
    flash.put(flash.row("ota_0").offset, image.app.data)
    vfs = flash.row("vfs")
    flash.put(vfs.offset, littlefs_image(iter(files), vfs.blocks))
