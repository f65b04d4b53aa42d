"""What a virtual board does from reset until its app runs: ROM, download mode or boot loader, and the choice.

Which app image was chosen decides nothing but that one runs: the interpreter is this computer's.
"""

import asyncio
from pathlib import Path

from plantigrade.twin.boot_loader.power_on import download_text, start_from_flash
from plantigrade.twin.flash_file import FlashFile
from plantigrade.twin.nor_flash import NorFlash, OperationCount, PowerLostError
from plantigrade.twin.rom.download import DownloadMode, Ending
from plantigrade.twin.rom.fuses import FUSE_NAME, Fuses, factory_fuses, read_fuses, write_fuses
from plantigrade.twin.serial_port import SerialPort

BOOT_LOADER = "bootloader"
"""Cause of a reset into download mode: `machine.bootloader()`."""
_DEAD = "This chip starts nothing, and its eFuses forbid to flash it (DIS_DOWNLOAD_MODE).\r\n"


class BootChain:
    """The part of one board before its app.

    Args:
        folder: of the board.
        flash: of the board.
        unique_id: MAC of a new chip.

    Attributes:
        button_held: whether the boot button is down, as the ROM sees it at a reset.
        app: label of the partition whose app runs, or ran last; empty before the first start.
        count: of the flash's operations.
    """

    def __init__(self, folder: Path, flash: FlashFile, unique_id: bytes) -> None:
        self.button_held = False
        self.app = ""
        self.count = OperationCount(folder)
        self._flash = flash
        self._fuses = folder / FUSE_NAME
        if not self._fuses.exists():
            write_fuses(self._fuses, factory_fuses(unique_id))
        self._cut_at, self._torn = 0, False
        self._download: DownloadMode | None = None
        self._serial: SerialPort | None = None
        self._ending: asyncio.Future[Ending] | None = None

    def cut_power(self, after: int, torn: bool) -> None:
        """Lose power at the `after`-th operation of the flash from now, whoever does it; 0: never."""
        self._cut_at, self._torn = (self.count.read() + after if after else 0), torn
        if self._download is not None:
            self._download.flash.cut_at, self._download.flash.torn = 0, torn
            if after:
                self._download.flash.cut_at = self._download.flash.operations + after

    def cut_to_come(self) -> tuple[int, bool]:
        """For the interpreter: after how many operations (0: never), and whether that one is half done."""
        left = self._cut_at - self.count.read()
        return max(left, 0), self._torn

    @property
    def downloading(self) -> bool:
        """Whether the chip waits to be flashed."""
        return self._ending is not None

    @property
    def operations(self) -> int:
        """Erases and writes of the flash so far."""
        return self._download.flash.operations if self._download is not None else self.count.read()

    def start(self, cause: str, serial: SerialPort) -> bool:
        """From a reset on; whether an app runs now. Otherwise the chip waits to be flashed.

        Args:
            cause: of the reset.
            serial: port on which ROM and boot loader talk.

        Raises:
            PowerLostError: the power failed while the boot loader wrote.
            FileError: flash or fuses cannot be used.
        """
        fuses = read_fuses(self._fuses)
        wanted = (cause == BOOT_LOADER or self.button_held) and not fuses.download_disabled
        if cause == "deepsleep" and self.app and not wanted:
            return True  # the app that ran goes on, unchecked (CONFIG_BOOTLOADER_SKIP_VALIDATE_IN_DEEP_SLEEP)
        if not wanted:
            with self._open() as flash:
                app = start_from_flash(flash, cause == "power", lambda text: serial.print(text.encode()))
            if app is not None:
                self.app = app.label
                return True
        self.app = ""
        self._wait_for_host(fuses, serial, powered=cause == "power")
        return False

    def _open(self) -> NorFlash:
        return NorFlash(self._flash, self.count, self._cut_at, self._torn)

    def _wait_for_host(self, fuses: Fuses, serial: SerialPort, powered: bool) -> None:
        ending: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self._ending, self._serial = ending, serial
        if fuses.download_disabled:
            serial.take_over(lambda _: None)
            serial.print(_DEAD.encode())
            return
        serial.print(download_text(powered).encode())
        self._download = DownloadMode(self._open(), fuses, serial.answer, ending.set_result)
        serial.take_over(self._download.receive)

    async def wait_for_host(self) -> str:
        """Until download mode is left: the cause of the reset that follows, or "off"."""
        assert self._ending is not None
        ending = await self._ending
        self.leave()
        return {Ending.POWER_LOST: "off", Ending.WATCHDOG: "watchdog", Ending.RESTART: "hard"}[ending]

    def leave(self) -> None:
        """Download mode is over, or the power is gone."""
        self._ending = None
        if self._serial is not None:
            self._serial.give_back()
            self._serial = None
        if self._download is not None:
            self._download.flash.close()
            self._download = None


__all__ = ["BOOT_LOADER", "BootChain", "PowerLostError"]
