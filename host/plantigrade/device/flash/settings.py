"""Figures of flashing: how long is waited for what, and why."""

from typing import Final

HELLO_S: Final = 1.0
"""A running insole answers within a few polls of its USB port (10 ms each); a boot loader never does."""
RESTART_S: Final = 1.0
"""An insole that is told to restart does so 0.3 s after its answer (`power.REBOOT_DELAY_MS`)."""
APPEAR_S: Final = 15.0
"""A port whose name changes with the USB mode is back after 2 s; Windows takes longer when it sees a device
for the first time (estimated).
"""
WAIT_FOR_HELLO_S: Final = 40.0
"""First start after flashing: about a second on the twin, 5 s on the chip (estimated)."""
POLL_S: Final = 0.1
"""Between two looks at the ports, or two hellos."""
CONNECT_ATTEMPTS: Final = 3
"""Of esptool: each takes 1 s when nothing answers. Its own 7 are for boards whose reset is unreliable."""
SILENCE_S: Final = 240.0
"""esptool prints nothing while the whole chip is erased: 200 s at most for 16 MiB (W25Q128JV; recalled)."""
START_BYTES: Final = 0x10000
"""Read before anything is written: all that comes before the first app."""
BOOT_SECTOR_BYTES: Final = 0x1000
"""Erased first, written last: without it the ROM starts nothing, whatever else is half written."""
FLASH_SIZES_MIB: Final = (8, 16)
"""For which there is a partition table."""
SLOTS_UNTIL_ERASED: Final = 6000
"""Numbers that an insole may use between its hello and its restart in the boot loader: one minute at 100 Hz,
for a command that is answered within seconds."""
