"""Power goes at any write: littlefs keeps the old or the new content, raw flash behaves like NOR flash."""

import asyncio
from pathlib import Path

import pytest

from tests.e2e.twin_kit import board

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]

OLD, NEW = "old " * 400, "new " * 500

REPLACE = """
import os, sys, time
def look():
    try:
        with open("note") as file:
            return file.read()
    except OSError:
        return ""
found = look()
print("\\nFOUND", found[:4] or "none", len(found))
if not found:
    with open("note", "w") as file:
        file.write("old " * 400)
    print("OLD written")
sys.stdin.readline()
time.sleep_ms(5)  # whatever came from outside meanwhile takes effect
with open("fresh", "w") as file:
    file.write("new " * 500)
os.rename("fresh", "note")
print("NEW written")
"""


@pytest.mark.parametrize("torn", [False, True], ids=["clean", "torn"])
async def test_a_cut_at_any_write_leaves_the_old_or_the_new_file(tmp_path: Path, torn: bool) -> None:
    found: set[str] = set()
    for after in range(1, 40):
        async with board(tmp_path / str(after), REPLACE) as (one, console):
            await console.line("OLD written")
            one.cut_power_at_write(after, torn)
            one.serial.type(b"\n")
            cut = asyncio.ensure_future(one.wait_until(lambda state: not state.powered))
            written = asyncio.ensure_future(console.line("NEW written"))
            await asyncio.wait({cut, written}, return_when=asyncio.FIRST_COMPLETED)
            survived = written.done()
            for task in (cut, written):
                task.cancel()
            await asyncio.gather(cut, written, return_exceptions=True)
            await one.power_cut()
            await one.power_on()
            word, length = (await console.line("FOUND", 2)).split()
            assert (word, int(length)) in (("old", len(OLD)), ("new", len(NEW)))
            found.add(word)
        if survived:
            break
    assert survived, "the update takes more writes than were cut"
    assert found == {"old", "new"}
    assert after > 3


RAW = """
import esp32
log = esp32.Partition.find(esp32.Partition.TYPE_DATA, label="log")[0]
print("SIZE", log.ioctl(4, 0), log.ioctl(5, 0), log.info()[4])
log.ioctl(6, 2)
log.writeblocks(2, b"\\xf0\\x0f", 10)
log.writeblocks(2, b"\\x3c\\x3c", 10)
read = bytearray(4)
log.readblocks(2, read, 9)
print("BITS", read.hex())
log.writeblocks(2, bytes(4096))
log.readblocks(2, read, 9)
print("WHOLE", read.hex())
log.ioctl(6, 2)
log.readblocks(2, read, 9)
print("ERASED", read.hex())
"""


async def test_the_log_partition_is_nor_flash(tmp_path: Path) -> None:
    async with board(tmp_path / "board", RAW) as (one, console):
        assert await console.line("SIZE") == "840 4096 log"
        assert await console.line("BITS") == "ff300cff"  # programming only clears bits
        assert await console.line("WHOLE") == "00000000"
        assert await console.line("ERASED") == "ffffffff"
    log = one.flash.read("log")
    assert (len(log), set(log)) == (840 * 4096, {0xFF})


async def test_flash_survives_power_and_the_serial_port_keeps_its_name(tmp_path: Path) -> None:
    async with board(tmp_path / "board", REPLACE) as (one, console):
        await console.line("OLD written")
        port = one.serial_port
        for turn in range(2, 5):
            await one.power_cut()
            assert one.pid is None
            await one.power_on()
            assert await console.line("FOUND", turn) == f"old  {len(OLD)}"
        assert one.serial_port == port
        truth = one.true_clock()
        assert [rule.boot for rule in truth.rules] == [1, 2, 3, 4]


async def test_a_damaged_file_system_is_left_as_it_is_and_the_prompt_is_there(tmp_path: Path) -> None:
    async with board(tmp_path / "board", RAW) as (one, console):
        await console.line("ERASED")
        await one.power_cut()
        vfs = one.flash.row("vfs")
        one.flash.put(vfs.offset, b"\0" * 2 * 4096)
        damaged = one.flash.read("vfs")
        await one.power_on()
        await one.wait_until(lambda state: state.boots == 2)
        assert one.flash.read("vfs") == damaged
        await one.power_cut()
        assert "file system damaged, nothing was changed:" in console.text
        one.flash.write_table(row for row in one.flash.table() if row.label != "vfs")
        await one.power_on()
        await one.wait_until(lambda state: state.boots == 3)
