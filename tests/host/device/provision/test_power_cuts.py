"""Power fails at each operation of writing an identity: there is always the record before or the new one."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from plantigrade.device.flash.errors import FlashError
from plantigrade.device.flash.esptool import Esptool
from plantigrade.device.provision.rom_access import (
    BoardKeys,
    IdentityRegion,
    RomAccess,
    identity_region,
    keys_in,
)
from plantigrade.firmware_image.partition_table import partition_table

from tests.host.device.provision.made import identity, signed
from tools.flash_power_cuts.rom_on_port import Operation, RomOnPort

TABLE = partition_table()
ROWS = {row.label: row for row in TABLE}
FIRST, END = ROWS["id"].offset, ROWS["log"].offset
KEYS = BoardKeys(bytes(range(32)), bytes(range(2, 34)))
BLANK = b"\xff" * (8 << 20)


@dataclass(frozen=True)
class Written:
    """One undisturbed writing.

    Attributes:
        before, after: what the partitions `id` and `keys` held; all of the flash before.
        trace: the operations.
    """

    before: bytes
    after: bytes
    trace: Sequence[Operation]

    def cuts(self) -> Iterator[tuple[int, bool, bytes]]:
        """Number of each operation, whether it is torn, and what both partitions hold after a cut there."""
        flash = bytearray(self.before[FIRST:END])
        for number, operation in enumerate(self.trace, 1):
            moved = Operation(operation.offset - FIRST, operation.data)
            yield number, False, bytes(flash)
            torn = bytearray(flash)
            moved.apply(torn, torn=True)
            yield number, True, bytes(torn)
            moved.apply(flash)


def write(before: bytes, record: bytes, keys: BoardKeys) -> Written:
    """Write a record, as `plantigrade device provision` does, by the real esptool."""
    with tempfile.TemporaryDirectory() as folder, RomOnPort(Path(folder), before) as rom:
        files = Path(folder) / "files"
        files.mkdir()
        access = RomAccess(Esptool(rom.port, files, virtual=True), files, TABLE, 8)

        async def work() -> None:
            regions = await access.read()
            assert regions.identity == region(before[FIRST:END])
            await access.write(record, regions.identity.sector, keys)

        asyncio.run(work())
        after = rom.contents()
        assert after[:FIRST] == before[:FIRST] and after[END:] == before[END:], "nothing else is touched"
        return Written(before, after[FIRST:END], tuple(rom.trace))


def region(partitions: bytes) -> IdentityRegion:
    return identity_region(partitions[: ROWS["id"].size])


def keys_of(partitions: bytes) -> BoardKeys:
    return keys_in(partitions[ROWS["keys"].offset - FIRST :])


@pytest.fixture(scope="module")
def first() -> Written:
    """On a board that has neither identity nor key."""
    return write(BLANK, signed(1), KEYS)


@pytest.fixture(scope="module")
def second(first: Written) -> Written:
    """On a finished insole."""
    before = BLANK[:FIRST] + first.after + BLANK[END:]
    return write(before, signed(2, side="right"), BoardKeys())


def test_record_and_key_are_there(first: Written) -> None:
    newest = region(first.after).newest
    assert newest is not None and newest.identity == identity() and newest.record == signed(1)
    assert keys_of(first.after) == KEYS


def test_a_first_record_is_there_whole_or_not_at_all_and_never_without_its_key(first: Written) -> None:
    cuts = list(first.cuts())
    assert len(cuts) >= 60
    for number, torn, flash in cuts:
        newest = region(flash).newest
        assert newest is None or newest.record == signed(1), (number, torn)
        assert newest is None or keys_of(flash) == KEYS, (number, torn)
        assert keys_of(flash).device in (None, KEYS.device), (number, torn)
        assert keys_of(flash).log in (None, KEYS.log), (number, torn)


def test_the_record_before_stays_until_the_new_one_is_whole(second: Written) -> None:
    cuts = list(second.cuts())
    assert len(cuts) >= 30
    for number, torn, flash in cuts:
        newest = region(flash).newest
        assert newest is not None and newest.record in (signed(1), signed(2, side="right")), (number, torn)
        assert keys_of(flash) == KEYS
    assert region(second.after).sequence == 3
    assert second.after[:4096] == second.before[FIRST : FIRST + 4096], "the other sector is not touched"


@pytest.mark.parametrize("part", [0.8])
def test_after_a_cut_the_same_command_completes_it(first: Written, part: float) -> None:
    cuts = list(first.cuts())
    _, _, flash = cuts[int(part * len(cuts))]
    before = BLANK[:FIRST] + flash + BLANK[END:]
    done = write(before, signed(1), keys_of(flash).missing())
    newest = region(done.after).newest
    assert newest is not None and newest.record == signed(1)
    assert keys_of(done.after).are_complete


def test_a_connection_that_breaks_is_told(tmp_path: Path) -> None:
    with RomOnPort(tmp_path, BLANK, cut_at=3) as rom:
        access = RomAccess(Esptool(rom.port, tmp_path, virtual=True), tmp_path, TABLE, 8)
        with pytest.raises(FlashError):
            asyncio.run(access.write(signed(1), 0, KEYS))
