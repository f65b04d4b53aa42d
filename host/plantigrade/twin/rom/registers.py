"""Registers that esptool reads and writes: fuses, the flash controller, straps, and the watchdog.

Addresses: esptool, targets/esp32s3.py; ESP32-S3 Technical Reference Manual, chapters SPI1, eFuse, RTC. Any
other register keeps what is written to it.
"""

from typing import Final

from plantigrade.twin.rom.fuses import BASE as FUSES_AT
from plantigrade.twin.rom.fuses import SIZE as FUSES_SIZE
from plantigrade.twin.rom.fuses import Fuses

_MANUFACTURER = 0xC8  # GigaDevice
_FAMILY = 0x40  # GD25Q
_RDID, _RDSR = 0x9F, (0x05, 0x35, 0x15)
_SPI_CMD, _SPI_USR2, _SPI_W0 = 0x60002000, 0x60002020, 0x60002058
_SPI_GO = 1 << 18
_STRAP = 0x60004038
_WDT_CONFIG, _WDT_PROTECT = 0x60008098, 0x600080B0
_WDT_ON = 1 << 31
_WORD = 0xFFFFFFFF
_MOST_REGISTERS: Final = 1024
"""Registers that keep a value; more are never used, and a stranger shall not fill the memory with them."""


class Registers:
    """The registers of one stay in download mode.

    Args:
        fuses: of the chip.
        flash_bytes: size of its flash, which the flash's own identity tells.

    Attributes:
        watchdog_bites: whether the watchdog was started and locked: the chip resets at once.
    """

    def __init__(self, fuses: Fuses, flash_bytes: int) -> None:
        self._fuses = fuses
        self._flash_id = _MANUFACTURER | _FAMILY << 8 | (flash_bytes.bit_length() - 1) << 16
        self._values = {_STRAP: 0}  # download mode: bit 3 is low
        self.watchdog_bites = False

    def read(self, address: int) -> int:
        """Value of a register."""
        if FUSES_AT <= address < FUSES_AT + FUSES_SIZE:
            return self._fuses.word(address - FUSES_AT)
        return self._values.get(address, 0)

    def write(self, address: int, value: int, mask: int) -> None:
        """Give the bits of `mask` a value. Fuses are not burned this way: that takes their controller, which
        espefuse drives, and its emulator has it.
        """
        if FUSES_AT <= address < FUSES_AT + FUSES_SIZE:
            return
        if address not in self._values and len(self._values) >= _MOST_REGISTERS:
            return
        self._values[address] = (self.read(address) & ~mask | value & mask) & _WORD
        if address == _SPI_CMD and self._values[address] & _SPI_GO:
            self._values[address] &= ~_SPI_GO
            self._ask_flash(self.read(_SPI_USR2) & 0xFF)
        elif address == _WDT_PROTECT and value == 0 and self.read(_WDT_CONFIG) & _WDT_ON:
            self.watchdog_bites = True

    def _ask_flash(self, command: int) -> None:
        """One command over the flash controller: identity and status; others answer nothing."""
        if command == _RDID:
            self._values[_SPI_W0] = self._flash_id
        elif command in _RDSR:
            self._values[_SPI_W0] = 0
