"""Limits of the virtual ROM, each with its reason."""

from typing import Final

FRAME_MAX: Final = 8 + 16 + 0xFFFF
"""Bytes of one frame: header, four words, data whose length is a 16-bit number. Longer ones are dropped."""
STUB_MAX: Final = 256 * 1024
"""Bytes of a program for the RAM: the chip has 512 KiB, of which the ROM and its buffers need a part."""
READ_BLOCK_MAX: Final = 4096
"""Bytes of one packet that READ_FLASH sends: what esptool asks for (FLASH_SECTOR_SIZE)."""
READ_AHEAD_MAX: Final = 64
"""Packets of READ_FLASH that are sent before one is acknowledged, as esptool asks for."""
UNSENT_MAX: Final = 2 * 1024 * 1024
"""Bytes that wait for a reader of the port; beyond that what is sent is lost, as on a wire."""
