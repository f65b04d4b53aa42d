"""Power fails at each operation of revoking keys, and again while that is put right: the owner is never shut
out, and an old key never opens what comes after."""

import asyncio
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from insole_protocol import key_record
from plantigrade.device.flash.errors import FlashError
from plantigrade.device.flash.esptool import Esptool
from plantigrade.device.provision.rom_access import BoardKeys, Regions, RomAccess, identity_region, keys_in
from plantigrade.firmware_image.partition_table import partition_table
from plantigrade.keys.errors import RevocationUnfinishedError
from plantigrade.keys.revoking import Revocation
from plantigrade.library.catalogue.insole_key_list import list_insole_keys
from plantigrade.library.catalogue.insole_key_revocation import end_revocation
from plantigrade.library.catalogue.insole_keys import InsoleKeys, LibraryKeyring, insole_keys
from plantigrade.library.catalogue.library import Library

from tests.host.keys.keys_kit import DEVICE, LEFT, LOG, Home
from tools.flash_power_cuts.rom_on_port import Operation, RomOnPort

TABLE = partition_table()
ROWS = {row.label: row for row in TABLE}
SECTOR = 4096
KEYS = ROWS["keys"].offset
BLANK = b"\xff" * (8 << 20)
MOST_CUTS = 4
"""In a row, before one try is left in peace."""


def sector(kind: bytes, key: bytes) -> bytes:
    return key_record.build(kind, key).ljust(SECTOR, b"\xff")


def with_keys(flash: bytes, device: bytes, log: bytes) -> bytes:
    both = sector(key_record.DEVICE, device) + sector(key_record.LOG, log)
    return flash[:KEYS] + both + flash[KEYS + len(both) :]


def keys_on(flash: bytes | bytearray) -> BoardKeys:
    return keys_in(bytes(flash[KEYS : KEYS + 2 * SECTOR]))


@dataclass
class CutAccess:
    """Stands for `RomAccess` on a flash in memory: the operations of the real esptool with other keys, and
    power fails at one of them."""

    flash: bytearray
    pattern: Sequence[Operation]
    cut_at: int = 0
    torn: bool = False

    async def read(self) -> Regions:
        return Regions(identity_region(BLANK[: 2 * SECTOR]), keys_on(self.flash))

    async def write_keys(self, device: bytes, log: bytes) -> None:
        content = with_keys(BLANK, device, log)
        for number, one in enumerate(self.pattern, 1):
            data = None if one.data is None else content[one.offset : one.offset + len(one.data)]
            operation = Operation(one.offset, data)
            if number == self.cut_at:
                if self.torn:
                    operation.apply(self.flash, torn=True)
                raise FlashError("power failed")
            operation.apply(self.flash)


@pytest.fixture(scope="module")
def pattern() -> Sequence[Operation]:
    """The operations of one undisturbed writing by the real esptool, over keys that are there."""
    with (
        tempfile.TemporaryDirectory() as folder,
        RomOnPort(Path(folder), with_keys(BLANK, DEVICE, LOG)) as rom,
    ):
        files = Path(folder) / "files"
        files.mkdir()
        access = RomAccess(Esptool(rom.port, files, virtual=True), files, TABLE, 8)
        device, log = bytes(range(3, 35)), bytes(range(4, 36))
        asyncio.run(access.write_keys(device, log))
        assert rom.contents() == with_keys(BLANK, device, log), "both keys, and nothing else is touched"
        return tuple(rom.trace)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home", InsoleKeys(LEFT, DEVICE, (LOG,)))


def cuts(pattern: Sequence[Operation]) -> Iterator[tuple[int, bool]]:
    for number in range(1, len(pattern) + 1):
        yield number, False
        yield number, True


def check(library: Library, flash: bytearray) -> None:
    """What the insole holds is known to the library, and an insole with a new device key seals anew."""
    there = keys_on(flash)
    known = LibraryKeyring(library)
    device_keys = known.device_keys()[LEFT]
    assert there.device is None or there.device in device_keys
    assert there.log is None or there.log in known.log_keys(LEFT)
    if there.device in device_keys[1:]:
        assert there.log == known.log_keys(LEFT)[0], (
            "the next device key never without the log key of its try"
        )
    assert DEVICE in device_keys or there.device != DEVICE
    assert LOG in known.log_keys(LEFT), "what was sealed before opens"


def revoke(library: Library, access: CutAccess) -> bytes:
    return asyncio.run(Revocation(library, LEFT).write_with(access))  # type: ignore[arg-type]


def test_the_log_key_is_written_before_the_device_key(pattern: Sequence[Operation]) -> None:
    first, second = (
        [number for number, one in enumerate(pattern) if one.offset // SECTOR == at // SECTOR]
        for at in (KEYS + SECTOR, KEYS)
    )
    assert first and second and max(first) < min(second)
    assert len(pattern) >= 4 and pattern[0].data is None


def test_each_cut_leaves_the_owner_a_key_and_the_next_try_completes_it(
    home: Home, pattern: Sequence[Operation]
) -> None:
    """Every cut point by itself, one after the other on the same insole and library."""
    flash = bytearray(with_keys(BLANK, DEVICE, LOG))
    with home.library() as library:
        for number, torn in cuts(pattern):
            with pytest.raises(RevocationUnfinishedError, match="both the old and the new key"):
                revoke(library, CutAccess(flash, pattern, number, torn))
            check(library, flash)
            assert list_insole_keys(library)[0].is_being_revoked
            device = revoke(library, CutAccess(flash, pattern))
            check(library, flash)
            end_revocation(library, LEFT, device)
            assert keys_on(flash).device == insole_keys(library, LEFT).device == device
            assert LibraryKeyring(library).device_keys()[LEFT] == (device,)
            assert not list_insole_keys(library)[0].is_being_revoked


@pytest.mark.slow
def test_several_cuts_in_a_row(home: Home, pattern: Sequence[Operation]) -> None:
    draw = random.Random(20)
    all_cuts = list(cuts(pattern))
    flash = bytearray(with_keys(BLANK, DEVICE, LOG))
    seen: set[str] = set()
    with home.library() as library:
        for _ in range(60):
            for number, torn in draw.choices(all_cuts, k=draw.randint(1, MOST_CUTS)):
                with pytest.raises(RevocationUnfinishedError):
                    revoke(library, CutAccess(flash, pattern, number, torn))
                check(library, flash)
                held = keys_on(flash).device
                held_by = LibraryKeyring(library).device_keys()[LEFT]
                seen.add("none" if held is None else ("old", "next")[held_by.index(held)])
            end_revocation(library, LEFT, revoke(library, CutAccess(flash, pattern)))
            check(library, flash)
    assert seen == {"none", "old", "next"}


def test_after_a_cut_the_real_tool_completes_it(
    home: Home, pattern: Sequence[Operation], tmp_path: Path
) -> None:
    before = with_keys(BLANK, DEVICE, LOG)
    at = next(number for number, one in enumerate(pattern, 1) if one.offset == KEYS)
    with home.library() as library:
        revocation = Revocation(library, LEFT)
        with RomOnPort(tmp_path, before, cut_at=at, torn=True) as rom:
            access = RomAccess(Esptool(rom.port, tmp_path, virtual=True), tmp_path, TABLE, 8)
            with pytest.raises(RevocationUnfinishedError):
                asyncio.run(revocation.write_with(access))
            flash = rom.contents()
        check(library, bytearray(flash))
        assert keys_on(flash).device is None
        with RomOnPort(tmp_path, flash) as rom:
            access = RomAccess(Esptool(rom.port, tmp_path, virtual=True), tmp_path, TABLE, 8)
            device = asyncio.run(revocation.write_with(access))
            assert keys_on(rom.contents()).device == device
            check(library, bytearray(rom.contents()))


def test_a_key_that_the_library_does_not_know_ends_nothing(home: Home) -> None:
    from plantigrade.library.catalogue.store import LibraryError

    with home.library() as library:
        with pytest.raises(LibraryError, match="not known here"):
            end_revocation(library, LEFT, LOG)
        assert insole_keys(library, LEFT).device == DEVICE
