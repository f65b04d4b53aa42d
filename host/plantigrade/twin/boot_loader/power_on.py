"""From power-on or reset to a running app, or to a chip that waits to be flashed.

The ROM looks for a boot loader at 0, the boot loader for an app; when either finds nothing it resets, and
everything begins anew. A real chip goes on like this for ever, until esptool holds its button down by the
modem lines (DTR, RTS). A pseudo-terminal has no such lines, so after `TRIES` starts this chip waits in
download mode, where esptool finds it.
"""

from collections.abc import Callable
from typing import Final

from plantigrade.firmware_image.partition_table import TableRow
from plantigrade.twin.boot_loader.image import HEADER, MAGIC
from plantigrade.twin.boot_loader.second_stage import BootFailedError, Console, SecondStage
from plantigrade.twin.flash_file import MIB
from plantigrade.twin.nor_flash import NorFlash

TRIES: Final = 3
"""Starts that are shown before the chip waits to be flashed."""
BANNER: Final = "ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\n"
"""What the ROM says first (recalled)."""
_POWERED, _RESTARTED = "rst:0x1 (POWERON)", "rst:0x3 (RTC_SW_SYS_RST)"
_FROM_FLASH = ",boot:0x8 (SPI_FAST_FLASH_BOOT)"
DOWNLOAD: Final = ",boot:0x0 (DOWNLOAD(USB/UART0))\r\nwaiting for download\r\n"
_BOOT_LOADER_AT = 0


def download_text(powered: bool) -> str:
    """What the ROM prints when it waits to be flashed."""
    return BANNER + (_POWERED if powered else _RESTARTED) + DOWNLOAD


def start_from_flash(flash: NorFlash, powered: bool, say: Callable[[str], None]) -> TableRow | None:
    """Start, again and again if need be; `say` gets what is printed.

    Args:
        flash: to start from.
        powered: whether this is a power-on.
        say: takes text for the serial port.

    Returns:
        The partition whose app runs; None when nothing could be started.

    Raises:
        PowerLostError: the power failed while a record was written.
    """
    for attempt in range(TRIES):
        console = Console()
        try:
            found = _start(flash, console)
        except BootFailedError:
            found = None
        if console.lines:
            reset = _POWERED if powered and not attempt else _RESTARTED
            say(BANNER + reset + _FROM_FLASH + "\r\n" + "".join(line + "\r\n" for line in console.lines))
        if found is not None:
            return found
    return None


def _start(flash: NorFlash, console: Console) -> TableRow:
    raw = flash.read(_BOOT_LOADER_AT, HEADER.size)
    header = HEADER.unpack(raw)
    if header[0] != MAGIC:
        console.lines.append(f"invalid header: {int.from_bytes(raw[:4], 'little'):#010x}")
        raise BootFailedError
    chip_bytes = MIB << (header[3] >> 4)
    app = SecondStage(flash, chip_bytes, console).start()
    if chip_bytes > flash.size:
        console.error(
            "spi_flash",
            f"Detected size({flash.size // 1024}k) smaller than the size in the binary image header"
            f"({chip_bytes // 1024}k). Probe failed.",
        )
        raise BootFailedError
    return app
