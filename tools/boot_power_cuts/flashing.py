"""esptool writes table, records, identity and keys, cut at each operation of the flash."""

import asyncio
import hashlib
import sys
from pathlib import Path
from typing import Final

from plantigrade.firmware_image.partition_table import TABLE_OFFSET, partition_table, table_image
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec
from plantigrade.twin.boot_loader.power_on import start_from_flash
from plantigrade.twin.factory import write_at_the_factory
from plantigrade.twin.flash_file import FLASH_NAME, MIB, FlashFile
from plantigrade.twin.nor_flash import NorFlash, OperationCount
from plantigrade.twin.rom.download import DownloadMode, Ending
from plantigrade.twin.rom.fuses import factory_fuses

from tools.boot_power_cuts.outcome import Outcome, cuts

SPEC: Final = BoardSpec("left", "0a50477a3f01", card_sectors=0)
FILLED: Final = ("id", "keys")
_MIB_OF_FLASH = 8


def regions() -> dict[int, bytes]:
    """What esptool writes, by its place: the table, erased records, and full partitions of one-off bytes."""
    rows = {row.label: row for row in partition_table()}
    written = {TABLE_OFFSET: table_image(partition_table())}
    written[rows["otadata"].offset] = b"\xff" * rows["otadata"].size
    for label in FILLED:
        blocks = (hashlib.sha256(f"{label} {n}".encode()).digest() for n in range(rows[label].size // 32))
        written[rows[label].offset] = b"".join(blocks)
    return written


async def record_esptool(folder: Path, wanted: dict[int, bytes]) -> list[bytes]:
    """The bytes that the real esptool sends while it writes the regions."""
    board = VirtualBoard(SPEC, folder, blank=True)
    sent: list[bytes] = []
    pairs: list[str] = []
    for offset, content in wanted.items():
        path = folder / f"{offset:x}.part"
        path.write_bytes(content)
        pairs += [f"{offset:#x}", str(path)]
    async with board:
        taker = board.serial.taker
        assert taker is not None

        def note(data: bytes) -> None:
            sent.append(data)
            taker(data)

        board.serial.take_over(note)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "esptool", "--chip", "esp32s3", "--port", board.serial_port),
            *("--before", "no-reset", "--after", "no-reset", "write-flash", *pairs),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed, _ = await process.communicate()
        assert process.returncode == 0, printed.decode()
    return sent


def flash_once(flash: FlashFile, count: OperationCount, sent: list[bytes], number: int, torn: bool) -> int:
    """Send esptool's bytes to a chip whose power fails at an operation (0: never); operations that were done.

    Raises:
        AssertionError: the power did not fail, or failed where it should not.
    """
    ended: list[Ending] = []
    before = count.read()
    cut_at = before + number if number else 0
    with NorFlash(flash, count, cut_at, torn) as nor:
        fuses = factory_fuses(bytes.fromhex(SPEC.unique_id))
        chip = DownloadMode(nor, fuses, lambda _: None, ended.append)
        for data in sent:
            chip.receive(data)
        assert ended == ([Ending.POWER_LOST] if number else []), ended
        return nor.operations - before


def boots(flash: FlashFile, count: OperationCount) -> str:
    """The app that a power-on starts, or "nothing"."""
    with NorFlash(flash, count) as nor:
        app = start_from_flash(nor, True, lambda _: None)
    return app.label if app is not None else "nothing"


async def run(folder: Path, every: int) -> Outcome:
    """Cut at every operation: over a flash that was flashed before, with other content in each region."""
    wanted = regions()
    (folder / "esptool").mkdir()
    sent = await record_esptool(folder / "esptool", wanted)
    flash, count = FlashFile(folder / FLASH_NAME), OperationCount(folder)
    flash.make_blank(_MIB_OF_FLASH)
    write_at_the_factory(flash, _MIB_OF_FLASH, [])
    for label in FILLED:
        flash.write(label, b"\x5a" * flash.row(label).size)
    base = flash.region(0, _MIB_OF_FLASH * MIB)
    outcome = Outcome("esptool writes table, records, identity and keys")
    outcome.operations = flash_once(flash, count, sent, 0, False)
    expected = flash.region(0, _MIB_OF_FLASH * MIB)
    for offset, content in wanted.items():
        assert expected[offset : offset + len(content)] == content
    for number, torn in cuts(outcome.operations, every):
        flash.put(0, base)
        flash_once(flash, count, sent, number, torn)
        found = flash.region(0, _MIB_OF_FLASH * MIB)
        outcome.points += 1
        where = f"operation {number}, {'torn' if torn else 'clean'}"
        if _beside(found, wanted) != _beside(base, wanted):
            outcome.failures.append(f"{where}: something else was changed")
        outcome.after[boots(flash, count)] += 1
        flash_once(flash, count, sent, 0, False)
        if flash.region(0, _MIB_OF_FLASH * MIB) != expected:
            outcome.failures.append(f"{where}: flashing again did not make it right")
        elif boots(flash, count) != "ota_0":
            outcome.failures.append(f"{where}: nothing starts after flashing again")
    return outcome


def _beside(image: bytes, wanted: dict[int, bytes]) -> bytes:
    """Hash of all but the regions, each up to the end of its last sector."""
    left, at = hashlib.sha256(), 0
    for offset in sorted(wanted):
        left.update(image[at:offset])
        at = offset + -(-len(wanted[offset]) // 4096) * 4096
    left.update(image[at:])
    return left.digest()
