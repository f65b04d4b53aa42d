"""What esptool's flasher stub does otherwise than the ROM: it erases as it writes, reads fast, erases all.

The program that esptool loads into RAM is taken and thrown away; this stands for it.
"""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass

from plantigrade.twin.nor_flash import SECTOR, NorFlash
from plantigrade.twin.rom.commands import (
    DEFLATE_END,
    FLASH_END,
    Errors,
    RefusedError,
    RomCommands,
)
from plantigrade.twin.rom.fuses import Fuses
from plantigrade.twin.rom.registers import Registers
from plantigrade.twin.rom.settings import READ_AHEAD_MAX, READ_BLOCK_MAX

GREETING = b"OHAI"
_ERASE_FLASH, _ERASE_REGION, _READ_FLASH, _RUN_USER_CODE = 0xD0, 0xD1, 0xD2, 0xD3
_ACKNOWLEDGEMENT = struct.Struct("<I")


class StubErrors(Errors):
    """Numbers of errors, as the stub gives them (recalled from esptool's stub_flasher.h)."""

    PARAMETER = 0xC2
    FORMAT = 0xC0
    RESULT = 0xC9
    CHECKSUM = 0xC1
    DEFLATE = 0xC7
    RAM_SIZE = 0xC2
    UNKNOWN = 0xFF


@dataclass
class _Reading:
    """A READ_FLASH that is under way: what is still to be sent, and what the host has."""

    at: int
    start: int
    end: int
    block: int
    ahead: int
    acknowledged: int = 0

    @property
    def may_send(self) -> bool:
        """Whether one more packet may go before the host has acknowledged another."""
        return self.at < self.end and self.at - self.start - self.acknowledged < self.ahead * self.block


class StubCommands(RomCommands):
    """The stub's side of the conversation."""

    errors = StubErrors
    status_tail = b""
    sync_value = 0
    erases_at_once = False

    def __init__(
        self, flash: NorFlash, fuses: Fuses, registers: Registers, send: Callable[[bytes], None]
    ) -> None:
        super().__init__(flash, fuses, registers, send)
        self.stub_runs = True
        self._reading: _Reading | None = None
        self._handlers[_ERASE_FLASH] = self._erase_all
        self._handlers[_ERASE_REGION] = self._erase_region
        self._handlers[_READ_FLASH] = self._start_reading
        self._handlers[_RUN_USER_CODE] = self._nothing

    def take(self, content: bytes) -> None:
        """As the ROM, and acknowledgements of what READ_FLASH sends."""
        if self._reading is not None:
            if len(content) == _ACKNOWLEDGEMENT.size:
                self._reading.acknowledged = _ACKNOWLEDGEMENT.unpack(content)[0]
                self._go_on_reading()
                return
            self._reading = None  # the host has given up and asks for something else
        super().take(content)

    def _run(self, command: int, data: bytes, checksum: int) -> None:
        if command not in self._handlers and command != 0x08:
            raise RefusedError(StubErrors.UNKNOWN)
        super()._run(command, data, checksum)

    def after(self, command: int, data: bytes) -> None:
        """What follows an answer: packets that are read, a return to the ROM, or a restart."""
        if command == _READ_FLASH:
            self._go_on_reading()
        elif command == _RUN_USER_CODE or self.registers.watchdog_bites:
            self.leaving = True
        elif command in (FLASH_END, DEFLATE_END) and data[:4] == b"\0\0\0\0":
            self.stub_runs = False  # a reset by software: with the straps as they were, the ROM waits again

    def _erase_all(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        self.flash.erase(0, self.flash.size)
        return 0, b""

    def _erase_region(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        if len(data) < 8:
            raise RefusedError(self.errors.FORMAT)
        offset, size = struct.unpack_from("<II", data)
        if offset % SECTOR or size % SECTOR:
            raise RefusedError(self.errors.PARAMETER)
        self.require_range(offset, size)
        self.flash.erase(offset, size)
        return 0, b""

    def _start_reading(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        if len(data) < 16:
            raise RefusedError(self.errors.FORMAT)
        offset, size, block, ahead = struct.unpack_from("<IIII", data)
        self.require_range(offset, size)
        if not 0 < block <= READ_BLOCK_MAX or not 0 < ahead <= READ_AHEAD_MAX:
            raise RefusedError(self.errors.PARAMETER)
        self._reading = _Reading(offset, offset, offset + size, block, ahead)
        return 0, b""

    def _go_on_reading(self) -> None:
        reading = self._reading
        if reading is None:
            return
        while reading.may_send:
            size = min(reading.block, reading.end - reading.at)
            self.send(self.flash.read(reading.at, size))
            reading.at += size
        if reading.acknowledged >= reading.end - reading.start:
            self._reading = None
            everything = self.flash.read(reading.start, reading.end - reading.start)
            self.send(hashlib.md5(everything).digest())

    @staticmethod
    def digest(raw: bytes) -> bytes:
        """A hash as the stub sends it: as it is."""
        return raw
