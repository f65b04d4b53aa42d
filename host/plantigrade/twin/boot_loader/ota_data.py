"""The records of `firmware_image.ota_data` in the virtual flash."""

from plantigrade.firmware_image.ota_data import ENTRY, OtaEntry, entry_in
from plantigrade.twin.nor_flash import SECTOR, NorFlash


def read_entries(flash: NorFlash, offset: int) -> list[OtaEntry]:
    """Both records of a partition that begins at `offset`."""
    return [entry_in(flash.read(offset + sector * SECTOR, ENTRY.size)) for sector in (0, 1)]


def write_entry(flash: NorFlash, offset: int, index: int, entry: OtaEntry) -> None:
    """Erase the sector of one record and write it: two operations.

    Raises:
        PowerLostError: the power failed.
    """
    at = offset + index * SECTOR
    flash.erase(at, SECTOR)
    flash.program(at, entry.to_bytes())
