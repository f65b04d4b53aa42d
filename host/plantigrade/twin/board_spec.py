"""What one virtual board is made of, and what it is given at power-on."""

from dataclasses import dataclass, field
from pathlib import Path

from plantigrade.firmware_image.partition_table import SMALLEST_FLASH_MIB
from plantigrade.twin.chip_behaviour import ChipBehaviour

FIRMWARE_HEAP = 240 * 1024
"""What the firmware of an insole without keys has to fit into, in bytes of 8-byte words: 176 KB of a 32-bit
build."""
CHIP_HEAP = 264 * 1024
"""What the interpreter gives, in the same measure: 194 KB of a 32-bit build, less than a chip is expected to
leave. Where both figures come from: docs/explanation/firmware.md."""
CARD_SECTORS = 262144  # 128 MB, as on the board


def make_card(folder: Path, sectors: int) -> None:
    """A blank SD NAND in a board's folder, unless it has one."""
    with (folder / "card.bin").open("ab") as file:
        file.truncate(sectors * 512)


@dataclass(frozen=True)
class BoardSpec:
    """What one board is made of.

    Attributes:
        side: "left" or "right"; the name under which the radio knows it.
        unique_id: 6 bytes in hex, as `machine.unique_id` returns.
        drift_ppm: of its crystal.
        clock_offset_us: what its clock shows at power-on (near 2**30: the tick counter wraps soon).
        flash_mib: size of its flash, 8 or 16 MiB.
        heap: bytes of the interpreter's heap that are for the firmware.
        battery_mv, imu: what is connected.
        card_sectors: of 512 bytes that the SD NAND has; 0: there is none.
        chip: how unkind the chip is.
    """

    side: str
    unique_id: str
    drift_ppm: float = 0.0
    clock_offset_us: int = 0
    flash_mib: int = SMALLEST_FLASH_MIB
    heap: int = CHIP_HEAP
    battery_mv: int = 3900
    imu: bool = True
    card_sectors: int = CARD_SECTORS
    chip: ChipBehaviour = field(default_factory=ChipBehaviour)

    @property
    def radio_address(self) -> str:
        """Static random address made of the unique id."""
        raw = bytearray.fromhex(self.unique_id)
        raw[0] |= 0xC0
        return ":".join(f"{byte:02X}" for byte in raw)


@dataclass(frozen=True)
class Feed:
    """What the sensors measure.

    Attributes:
        file: of the forces.
        start_ns: when its first row is due.
        loop: whether it repeats.
        motion: file of the motion beside it, which begins with it.
    """

    file: Path | None = None
    start_ns: int = 0
    loop: bool = True
    motion: Path | None = None


@dataclass(frozen=True)
class RadioEnd:
    """Where the board finds the radio, and the secret that lets it in."""

    port: int = 0
    token: str = ""
