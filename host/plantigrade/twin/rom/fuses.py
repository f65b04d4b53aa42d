"""The eFuses of a virtual board: `efuse.bin` in its folder, in the form of espefuse's emulator.

    espefuse --virt --path-efuse-file .../left/efuse.bin --chip esp32s3 summary
    espefuse --virt --path-efuse-file .../left/efuse.bin --chip esp32s3 burn-efuse DIS_DOWNLOAD_MODE 1

read and burn them. The file holds the registers of the eFuse controller, last word first, each with its most
significant byte first (esptool, espefuse/efuse/emulate_efuse_controller_base.py; names and places of the
fields: espefuse/efuse_defs/esp32s3.yaml; flags of the security info: esptool, loader.py).
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError

FUSE_NAME: Final = "efuse.bin"
BASE: Final = 0x60007000
SIZE: Final = 0x200
ESP32_S3: Final = 9
"""Number of the chip (`esp_chip_id_t`)."""
_MAC_LOW, _MAC_HIGH = 0x44, 0x48
_REVISION = 0x50  # block 1, word 3
_REVISION_MINOR = 2 << 18  # v0.2, the revision that is sold
_BLOCK0 = 0x2C
_KEY_PURPOSES = ((2, 24), (2, 28), (3, 0), (3, 4), (3, 8), (3, 12))  # word of block 0, first bit
_SECURITY_FLAGS = (  # word of block 0, mask there, bit of the flags
    (3, 1 << 20, 0),  # SECURE_BOOT_EN
    (3, 1 << 21, 1),  # SECURE_BOOT_AGGRESSIVE_REVOKE
    (4, 1 << 5, 2),  # ENABLE_SECURITY_DOWNLOAD
    (2, 1 << 21, 3),  # SECURE_BOOT_KEY_REVOKE0
    (2, 1 << 22, 4),  # SECURE_BOOT_KEY_REVOKE1
    (2, 1 << 23, 5),  # SECURE_BOOT_KEY_REVOKE2
    (1, 7 << 16, 6),  # SOFT_DIS_JTAG
    (1, 1 << 19, 7),  # DIS_PAD_JTAG
    (1, 1 << 13, 8),  # DIS_USB_OTG
    (1, 1 << 11, 9),  # DIS_DOWNLOAD_DCACHE
    (1, 1 << 10, 10),  # DIS_DOWNLOAD_ICACHE
)


@dataclass(frozen=True)
class Fuses:
    """What is burned.

    Attributes:
        registers: of the eFuse controller, `SIZE` bytes, little-endian words from `BASE` on.
    """

    registers: bytes

    def word(self, offset: int) -> int:
        """The register at `BASE` + `offset`; 0 where there is none."""
        if offset % 4 or not 0 <= offset < len(self.registers):
            return 0
        return int.from_bytes(self.registers[offset : offset + 4], "little")

    def _block0(self, word: int) -> int:
        return self.word(_BLOCK0 + 4 * word)

    @property
    def download_disabled(self) -> bool:
        """DIS_DOWNLOAD_MODE: the ROM starts what is in flash, whatever the button says."""
        return bool(self._block0(4) & 1)

    @property
    def download_is_restricted(self) -> bool:
        """ENABLE_SECURITY_DOWNLOAD: flash can be written, and hardly anything else."""
        return bool(self._block0(4) & 1 << 5)

    def security_info(self) -> bytes:
        """The answer to GET_SECURITY_INFO: flags, SPI_BOOT_CRYPT_CNT, seven purposes of keys, number of the
        chip, version of the interface.
        """
        flags = sum(1 << bit for word, mask, bit in _SECURITY_FLAGS if self._block0(word) & mask)
        purposes = bytes(self._block0(word) >> first & 0xF for word, first in _KEY_PURPOSES)
        crypt = self._block0(2) >> 18 & 7
        return struct.pack("<IB", flags, crypt) + purposes.ljust(7, b"\0") + struct.pack("<II", ESP32_S3, 0)


def factory_fuses(unique_id: bytes) -> Fuses:
    """A chip as Espressif sells it: its MAC and its revision are burned, nothing else."""
    registers = bytearray(SIZE)
    for offset, value in (
        (_MAC_LOW, int.from_bytes(unique_id[2:6], "big")),
        (_MAC_HIGH, int.from_bytes(unique_id[:2], "big")),
        (_REVISION, _REVISION_MINOR),
    ):
        registers[offset : offset + 4] = value.to_bytes(4, "little")
    return Fuses(bytes(registers))


def read_fuses(path: Path) -> Fuses:
    """What a file says.

    Raises:
        FileError: it cannot be read, or is not as long as the controller.
    """
    try:
        stored = path.read_bytes()
    except OSError as error:
        raise FileError(path, f"cannot read the eFuses ({error.strerror})") from error
    if len(stored) != SIZE:
        raise FileError(
            path,
            f"eFuses of an ESP32-S3 have {SIZE} bytes, not {len(stored)}: remove the file for a new chip",
        )
    return Fuses(stored[::-1])


def write_fuses(path: Path, fuses: Fuses) -> None:
    """Store them where espefuse finds them.

    Raises:
        FileError: it cannot be written.
    """
    try:
        path.write_bytes(fuses.registers[::-1])
    except OSError as error:
        raise FileError(path, f"cannot write the eFuses ({error.strerror})") from error
