"""The commands of the ROM's download mode, over the flash, the fuses and the registers of a chip.

An answer has the number of its command, a value, data and status: two bytes, to which the ROM adds two that
are reserved (esptool, docs, "Serial Protocol"). Whatever is asked beyond the flash or beyond what was
announced is refused with the number of an error; nothing is believed of a length.
"""

import hashlib
import struct
import zlib
from collections.abc import Callable
from typing import Final

from plantigrade.twin.nor_flash import SECTOR, NorFlash
from plantigrade.twin.rom.fuses import Fuses
from plantigrade.twin.rom.registers import Registers
from plantigrade.twin.rom.settings import STUB_MAX

HEAD = struct.Struct("<BBHI")  # direction, command, length, checksum or value
_FOUR = struct.Struct("<IIII")
_TWO = struct.Struct("<II")
_ONE = struct.Struct("<I")
REQUEST, RESPONSE = 0, 1
FLASH_BEGIN, FLASH_DATA, FLASH_END = 0x02, 0x03, 0x04
MEM_BEGIN, MEM_END, MEM_DATA = 0x05, 0x06, 0x07
SYNC, WRITE_REG, READ_REG = 0x08, 0x09, 0x0A
SPI_SET_PARAMS, SPI_ATTACH, READ_FLASH_SLOW, CHANGE_BAUDRATE = 0x0B, 0x0D, 0x0E, 0x0F
DEFLATE_BEGIN, DEFLATE_DATA, DEFLATE_END, FLASH_MD5 = 0x10, 0x11, 0x12, 0x13
GET_SECURITY_INFO = 0x14
RESTRICTED: Final = frozenset(
    (SYNC, SPI_ATTACH, SPI_SET_PARAMS, CHANGE_BAUDRATE, FLASH_BEGIN, FLASH_DATA, FLASH_END, GET_SECURITY_INFO)
)
"""What secure download mode still does (esptool, docs, "Supported in Secure Download Mode")."""
_SYNC_ANSWERS = 8
_SYNC_VALUE = 0x20120707  # anything but 0, which is the stub's
_SLOW_READ = 64
_CHECKSUM_SEED = 0xEF


class RefusedError(Exception):
    """A command is not carried out; its number tells the host why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Errors:
    """Numbers of errors, as the ROM gives them (esptool, docs, "ROM Loader Errors")."""

    PARAMETER = 0x01
    FORMAT = 0x05
    RESULT = 0x06
    CHECKSUM = 0x07
    DEFLATE = 0x0B
    RAM_SIZE = 0x0E


class Download:
    """Where data that comes is written, and how much is still expected."""

    def __init__(self, flash: NorFlash, offset: int, size: int, expected: int, deflated: bool) -> None:
        self._flash = flash
        self._at = offset
        self._end = -(-(offset + size) // SECTOR) * SECTOR if size else offset
        self._left = expected
        self._erased_to = offset
        self._inflater = zlib.decompressobj() if deflated else None

    def erase_at_once(self) -> None:
        """Erase all that was announced, as the ROM does; the stub erases as it writes."""
        if self._end > self._at:
            self._flash.erase(self._at, self._end - self._at)
            self._erased_to = self._end

    @property
    def deflated(self) -> bool:
        """Whether what comes is compressed."""
        return self._inflater is not None

    def take(self, data: bytes, errors: type[Errors]) -> None:
        """Write what came.

        Raises:
            RefusedError: more than was announced, or not what zlib makes.
        """
        if self._inflater is not None:
            try:
                data = self._inflater.decompress(data, self._left + 1)
            except zlib.error:
                raise RefusedError(errors.DEFLATE) from None
        if len(data) > self._left:
            raise RefusedError(errors.RESULT)
        inside = max(0, self._flash.size - self._at)
        if data[inside:].strip(b"\xff"):
            raise RefusedError(errors.PARAMETER)
        data = data[:inside]  # beyond the end of the flash only the filling of a last packet
        while self._erased_to < min(self._at + len(data), self._end):
            self._flash.erase(self._erased_to, 1)
            self._erased_to = (self._erased_to // SECTOR + 1) * SECTOR
        self._flash.program(self._at, data)
        self._at += len(data)
        self._left -= len(data)


class RomCommands:
    """The ROM's side of the conversation.

    Args:
        flash: of the chip.
        fuses: of the chip.
        registers: of the chip.
        send: takes the content of a frame that goes to the host.

    Attributes:
        errors: numbers of errors.
        stub_runs: whether the host has started its stub: `stub.StubCommands` goes on.
        leaving: whether the chip is to restart from flash.
    """

    errors: type[Errors] = Errors
    status_tail = b"\0\0"

    def __init__(
        self, flash: NorFlash, fuses: Fuses, registers: Registers, send: Callable[[bytes], None]
    ) -> None:
        self.flash = flash
        self.fuses = fuses
        self.registers = registers
        self.send = send
        self.stub_runs = False
        self.leaving = False
        self._download: Download | None = None
        self._ram_left = 0
        self._handlers: dict[int, Callable[[bytes, int], tuple[int, bytes]]] = {
            FLASH_BEGIN: lambda data, _: self._begin(data, deflated=False),
            FLASH_DATA: lambda data, checksum: self._data(data, checksum, deflated=False),
            FLASH_END: self._end,
            DEFLATE_BEGIN: lambda data, _: self._begin(data, deflated=True),
            DEFLATE_DATA: lambda data, checksum: self._data(data, checksum, deflated=True),
            DEFLATE_END: self._end,
            MEM_BEGIN: self._mem_begin,
            MEM_DATA: self._mem_data,
            MEM_END: self._mem_end,
            WRITE_REG: self._write_reg,
            READ_REG: lambda data, _: (self.registers.read(_unpack(_ONE, data, self.errors)[0]), b""),
            SPI_SET_PARAMS: self._nothing,
            SPI_ATTACH: self._nothing,
            CHANGE_BAUDRATE: self._nothing,
            READ_FLASH_SLOW: self._read_slow,
            FLASH_MD5: self._md5,
            GET_SECURITY_INFO: lambda data, _: (0, self.fuses.security_info()),
        }

    def take(self, content: bytes) -> None:
        """A frame from the host: carry its command out and answer. What is no request is left out.

        Raises:
            PowerLostError: the power failed at an operation of the flash.
        """
        if len(content) < HEAD.size or content[0] != REQUEST:
            return
        _, command, length, checksum = HEAD.unpack_from(content)
        data = content[HEAD.size :]
        try:
            if length != len(data):
                raise RefusedError(self.errors.FORMAT)
            self._run(command, data, checksum)
        except RefusedError as refused:
            self.answer(command, status=bytes((1, refused.code)))

    def answer(self, command: int, value: int = 0, data: bytes = b"", status: bytes = b"\0\0") -> None:
        """Send an answer."""
        body = data + status + self.status_tail
        self.send(HEAD.pack(RESPONSE, command, len(body), value) + body)

    def _run(self, command: int, data: bytes, checksum: int) -> None:
        if command == SYNC:
            for _ in range(_SYNC_ANSWERS):
                self.answer(command, self.sync_value)
            return
        handler = self._handlers.get(command)
        if handler is None or (self.fuses.download_is_restricted and command not in RESTRICTED):
            raise RefusedError(self.errors.FORMAT)
        value, answer = handler(data, checksum)
        self.answer(command, value, answer)
        self.after(command, data)

    sync_value = _SYNC_VALUE

    def after(self, command: int, data: bytes) -> None:
        """What follows an answer: a stub that starts, or a restart."""
        if self.registers.watchdog_bites:
            self.leaving = True
        elif command in (FLASH_END, DEFLATE_END):
            self.leaving = True  # the ROM leaves download mode for either value of the flag
        elif command == MEM_END and data[:4] == b"\0\0\0\0":
            self.stub_runs = True  # whatever program was sent: only the stub's work is known here

    def _nothing(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        """What has no meaning for a flash in a file."""
        return 0, b""

    def require_range(self, offset: int, size: int) -> None:
        """Refuse a range that is not in the flash."""
        if not self.flash.holds(offset, size):
            raise RefusedError(self.errors.PARAMETER)

    def _begin(self, data: bytes, deflated: bool) -> tuple[int, bytes]:
        size, packets, packet_bytes, offset = _unpack(_FOUR, data, self.errors)
        self.require_range(offset, size)
        # the last packet of what is not compressed is filled up
        expected = size if deflated else max(size, min(packets * packet_bytes, self.flash.size))
        self._download = Download(self.flash, offset, size, expected, deflated)
        if self.erases_at_once:
            self._download.erase_at_once()
        return 0, b""

    erases_at_once = True

    def _data(self, data: bytes, checksum: int, deflated: bool) -> tuple[int, bytes]:
        length, _, _, _ = _unpack(_FOUR, data, self.errors)
        content = data[_FOUR.size :]
        if length != len(content):
            raise RefusedError(self.errors.FORMAT)
        if checksum_of(content) != checksum & 0xFF:
            raise RefusedError(self.errors.CHECKSUM)
        if self._download is None or self._download.deflated != deflated:
            raise RefusedError(self.errors.RESULT)
        self._download.take(content, self.errors)
        return 0, b""

    def _end(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        _unpack(_ONE, data, self.errors)
        self._download = None
        return 0, b""

    def _mem_begin(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        size = _unpack(_FOUR, data, self.errors)[0]
        if size > STUB_MAX:
            raise RefusedError(self.errors.RAM_SIZE)
        self._ram_left = size
        return 0, b""

    def _mem_data(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        length = _unpack(_FOUR, data, self.errors)[0]
        content = data[_FOUR.size :]
        if length != len(content):
            raise RefusedError(self.errors.FORMAT)
        if checksum_of(content) != checksum & 0xFF:
            raise RefusedError(self.errors.CHECKSUM)
        if length > self._ram_left:
            raise RefusedError(self.errors.RAM_SIZE)
        self._ram_left -= length
        return 0, b""

    def _mem_end(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        _unpack(_TWO, data, self.errors)
        return 0, b""

    def _write_reg(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        address, value, mask, _ = _unpack(_FOUR, data, self.errors)
        self.registers.write(address, value, mask)
        return 0, b""

    def _read_slow(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        offset, size = _unpack(_TWO, data, self.errors)
        if size > _SLOW_READ:
            raise RefusedError(self.errors.PARAMETER)
        self.require_range(offset, size)
        return 0, self.flash.read(offset, size).ljust(_SLOW_READ, b"\xff")

    def _md5(self, data: bytes, checksum: int) -> tuple[int, bytes]:
        offset, size = _unpack(_TWO, data, self.errors)
        self.require_range(offset, size)
        return 0, self.digest(hashlib.md5(self.flash.read(offset, size)).digest())

    @staticmethod
    def digest(raw: bytes) -> bytes:
        """A hash as the ROM sends it: in hex."""
        return raw.hex().encode()


def checksum_of(data: bytes) -> int:
    """XOR of all bytes, from 0xEF on."""
    rest = _CHECKSUM_SEED
    for byte in data:
        rest ^= byte
    return rest


def _unpack(layout: struct.Struct, data: bytes, errors: type[Errors]) -> tuple[int, ...]:
    """The words at the start of a command's data."""
    if len(data) < layout.size:
        raise RefusedError(errors.FORMAT)
    return layout.unpack_from(data)
