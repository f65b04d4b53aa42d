"""The partitions `id` and `keys` of a board in its boot loader, read and written by esptool as regions."""

import secrets
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from insole_protocol import identity_record as form
from insole_protocol import key_record

from plantigrade.device.flash.esptool import Esptool
from plantigrade.device.provision.record import IdentityError, StoredIdentity, parse_record
from plantigrade.firmware_image.partition_table import TableRow

ERASED = b"\xff"


@dataclass(frozen=True)
class IdentityRegion:
    """What the partition `id` holds.

    Attributes:
        newest: the record that counts; None where there is none.
        sector: where the next one goes: never where the newest lies.
        sequence: number of the next one.
    """

    newest: StoredIdentity | None
    sector: int
    sequence: int


def identity_region(data: bytes) -> IdentityRegion:
    """The state of the partition from the bytes of its sectors in turn.

    Of two records with the same number the first counts, here as on the insole.

    >>> identity_region(b"\\xff" * 8192)
    IdentityRegion(newest=None, sector=0, sequence=1)
    """
    found: tuple[int, StoredIdentity] | None = None
    for sector in range(form.SECTORS):
        try:
            stored = parse_record(data[sector * form.SECTOR_BYTES : (sector + 1) * form.SECTOR_BYTES])
        except IdentityError:
            continue
        if found is None or stored.sequence > found[1].sequence:
            found = sector, stored
    if found is None:
        return IdentityRegion(None, 0, 1)
    return IdentityRegion(found[1], 1 - found[0], found[1].sequence + 1)


@dataclass(frozen=True)
class BoardKeys:
    """The keys on a board, 32 bytes each; None where there is none that is whole.

    Attributes:
        device: by which insole and hosts prove who they are.
        log: under which records are sealed.
    """

    device: bytes | None = field(default=None, repr=False)
    log: bytes | None = field(default=None, repr=False)

    @property
    def are_complete(self) -> bool:
        """Whether nothing is missing."""
        return self.device is not None and self.log is not None

    def missing(self) -> "BoardKeys":
        """Random keys for those that are missing, and none for the others."""
        return BoardKeys(None if self.device else new_key(), None if self.log else new_key())

    def with_others(self, fresh: "BoardKeys") -> "BoardKeys":
        """These and, where there are none, the fresh ones."""
        return BoardKeys(self.device or fresh.device, self.log or fresh.log)


def keys_in(partition: bytes) -> BoardKeys:
    """The keys in the first two sectors of `keys`.

    >>> keys_in(bytes(8192)).are_complete
    False
    """
    sectors = [partition[at : at + form.SECTOR_BYTES] for at in (0, form.SECTOR_BYTES)]
    kinds = zip(key_record.SECTORS, sectors, strict=True)
    return BoardKeys(*(_key_of(kind, sector) for kind, sector in kinds))


def _key_of(kind: bytes, sector: bytes) -> bytes | None:
    try:
        return key_record.read(kind, sector)
    except key_record.KeyRecordError:
        return None


@dataclass(frozen=True)
class Regions:
    """Both partitions as they are."""

    identity: IdentityRegion
    keys: BoardKeys


class RomAccess:
    """Reads and writes the two partitions of a board that waits in its boot loader.

    Args:
        esptool: on the board's port.
        folder: the one that `esptool` works in; secrets in it are gone when the work is done.
        table: the board's partitions.
        flash_mib: size of its flash.
    """

    def __init__(self, esptool: Esptool, folder: Path, table: tuple[TableRow, ...], flash_mib: int) -> None:
        self._esptool = esptool
        self._folder = folder
        self._flash_mib = flash_mib
        offsets = {row.label: row.offset for row in table}
        self._id, self._keys = offsets["id"], offsets["keys"]

    async def read(self) -> Regions:
        """What both partitions hold; `id` and `keys` lie one behind the other, so it is one read.

        Raises:
            FlashError: esptool cannot read them.
        """
        keys = self._keys - self._id
        data = await self._esptool.read(self._id, keys + len(key_record.SECTORS) * form.SECTOR_BYTES)
        return Regions(identity_region(data), keys_in(data[keys:]))

    async def write(self, record: bytes, sector: int, fresh: BoardKeys) -> None:
        """Write a record into a sector of `id`, after the keys that are given; the board restarts.

        Raises:
            WriteBrokenError: the connection broke; the other sector still holds the record before.
            FlashError: esptool fails otherwise.
        """
        files: list[tuple[int, str]] = []
        for number, (kind, key) in enumerate(zip(key_record.SECTORS, (fresh.device, fresh.log), strict=True)):
            if key is not None:
                self._put(f"key-{number}.bin", key_record.build(kind, key))
                files.append((self._keys + number * form.SECTOR_BYTES, f"key-{number}.bin"))
        self._put("identity.bin", record)
        files.append((self._id + sector * form.SECTOR_BYTES, "identity.bin"))
        await self._esptool.write(files, self._flash_mib, False, lambda name, share: None)

    async def write_keys(self, device: bytes, log: bytes) -> None:
        """Write both keys over those before, the log key first; the board restarts.

        Where the connection breaks, the insole holds the device key before, the new one, or none; one that
        holds the new one holds the new log key as well.

        Raises:
            WriteBrokenError: the connection broke.
            FlashError: esptool fails otherwise.
        """
        self._put("key-1.bin", key_record.build(key_record.LOG, log))
        self._put("key-0.bin", key_record.build(key_record.DEVICE, device))
        files = [(self._keys + form.SECTOR_BYTES, "key-1.bin"), (self._keys, "key-0.bin")]
        await self._esptool.write(files, self._flash_mib, False, lambda name, share: None)

    def _put(self, name: str, data: bytes) -> None:
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_bytes(data.ljust(form.SECTOR_BYTES, ERASED))


def new_key() -> bytes:
    """A random key for an insole."""
    return secrets.token_bytes(key_record.KEY_BYTES)


def private_folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder that only this user reads and that is gone afterwards: esptool takes a key as a file."""
    return tempfile.TemporaryDirectory(prefix="plantigrade-provision-")
