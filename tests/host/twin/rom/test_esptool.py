"""The unmodified esptool on a virtual board's port: with stub and without, from blank to a running app."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from plantigrade.twin.board import BoardError, VirtualBoard
from plantigrade.twin.board_spec import BoardSpec
from plantigrade.twin.factory import write_at_the_factory
from plantigrade.twin.flash_file import FLASH_NAME, MIB, FlashFile
from plantigrade.twin.rom.fuses import FUSE_NAME, Fuses, read_fuses, write_fuses

from tests.processes import end

PATIENCE_S = 60
SPEC = BoardSpec("left", "0a50477a3f01")
MAIN = b"""
import sys, machine
print("HERE", machine.reset_cause())
if sys.stdin.readline().startswith("b"):
    machine.bootloader()
"""
WATCHDOG = "3"  # machine.WDT_RESET


async def esptool(board: VirtualBoard, *texts: str, after: str = "no-reset") -> tuple[int, str]:
    """How it ended, and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "esptool", "--chip", "esp32s3", "--port", board.serial_port),
        *("--before", "no-reset", "--after", after, *texts),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    finally:
        await end(process)
    assert process.returncode is not None
    return process.returncode, output.decode()


def factory_image(folder: Path) -> bytes:
    """Everything that lies in a flashed board's flash, up to the end of its file system."""
    flash = FlashFile(folder / "factory.bin")
    flash.make_blank(8)
    write_at_the_factory(flash, 8, [("main.py", MAIN)])
    return flash.region(0, flash.row("id").offset)


def burn(folder: Path, word: int, mask: int) -> None:
    """Burn bits of a word of block 0."""
    path = folder / FUSE_NAME
    registers = bytearray(read_fuses(path).registers)
    at = 0x2C + 4 * word
    value = int.from_bytes(registers[at : at + 4], "little") | mask
    registers[at : at + 4] = value.to_bytes(4, "little")
    write_fuses(path, Fuses(bytes(registers)))


@pytest.mark.micropython
async def test_a_blank_board_is_flashed_and_runs_what_was_flashed(tmp_path: Path) -> None:
    image = factory_image(tmp_path)
    (tmp_path / "image.bin").write_bytes(image)
    async with VirtualBoard(SPEC, tmp_path / "board", blank=True) as board:
        assert board.state.downloading
        code, printed = await esptool(
            board, "write-flash", "0x0", str(tmp_path / "image.bin"), after="watchdog-reset"
        )
        assert (code, printed.count("Hash of data verified")) == (0, 1), printed
        await board.wait_until(lambda state: state.boots == 1)
        assert board.state.app == "ota_0"
        assert board.state.resets == ["watchdog"]
        port = board.serial_port
        board.serial.type(b"b\n")
        await board.wait_until(lambda state: state.downloading)
        assert board.state.resets == ["watchdog", "bootloader"]
        read = tmp_path / "read.bin"
        code, printed = await esptool(board, "read-flash", "0x0", "0x30000", str(read))
        assert (code, "0a:50:47:7a:3f:01" in printed) == (0, True), printed
        assert read.read_bytes() == board.flash.region(0, 0x30000)
        assert board.serial_port == port


async def test_without_its_stub_esptool_writes_verifies_and_reads(tmp_path: Path) -> None:
    content = os.urandom(9000)
    (tmp_path / "content.bin").write_bytes(content)
    board = VirtualBoard(SPEC, tmp_path / "board", blank=True)
    burn(tmp_path / "board", word=3, mask=1 << 20)  # SECURE_BOOT_EN
    async with board:
        code, printed = await esptool(
            board, "--no-stub", "write-flash", "-u", "0x10000", str(tmp_path / "content.bin")
        )
        assert (code, "Hash of data verified" in printed) == (0, True), printed
        assert board.flash.region(0x10000, len(content)) == content
        code, printed = await esptool(board, "--no-stub", "get-security-info")
        assert (code, "Chip ID: 9" in printed) == (0, True), printed
        assert "Secure Boot: Enabled" in printed


async def test_a_held_button_brings_download_mode_and_a_released_one_the_app(tmp_path: Path) -> None:
    board = VirtualBoard(SPEC, tmp_path, [("main.py", MAIN)])
    board.hold_boot_button()
    async with board:
        assert (board.state.downloading, board.state.boots) == (True, 0)
        board.hold_boot_button(False)
        await board.power_cut()
        await board.power_on()
        await board.wait_until(lambda state: state.boots == 1)
        assert not board.state.downloading


async def test_power_that_fails_under_esptool_costs_nothing_but_to_run_it_again(tmp_path: Path) -> None:
    content = os.urandom(20_000)
    (tmp_path / "content.bin").write_bytes(content)
    ask = ("write-flash", "0x10000", str(tmp_path / "content.bin"))
    async with VirtualBoard(SPEC, tmp_path / "board", blank=True) as board:
        board.cut_power_at_write(30, torn=True)
        running = asyncio.ensure_future(esptool(board, *ask))
        await board.wait_until(lambda state: not state.powered)
        assert board.flash_operations == 30
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await board.power_on()
        code, printed = await esptool(board, *ask)
        assert code == 0, printed
        assert board.flash.region(0x10000, len(content)) == content


async def test_a_chip_whose_fuses_forbid_it_is_not_flashed(tmp_path: Path) -> None:
    board = VirtualBoard(SPEC, tmp_path, blank=True)
    burn(tmp_path, word=4, mask=1)  # DIS_DOWNLOAD_MODE
    printed = bytearray()
    board.serial.listen(printed.extend)
    async with board:
        assert board.state.downloading
        assert b"its eFuses forbid to flash it (DIS_DOWNLOAD_MODE)" in printed
    assert set(board.flash.region(0, 8 * MIB)) == {0xFF}


async def test_a_blank_board_says_so_and_waits(tmp_path: Path) -> None:
    board = VirtualBoard(SPEC, tmp_path, blank=True)
    printed = bytearray()
    board.serial.listen(printed.extend)
    async with board:
        assert printed.count(b"invalid header: 0xffffffff") == 3
        assert printed.endswith(b"waiting for download\r\n")
    assert (tmp_path / FLASH_NAME).stat().st_size == 8 * MIB


async def test_a_board_without_an_app_says_so_and_waits(tmp_path: Path) -> None:
    board = VirtualBoard(SPEC, tmp_path, [("main.py", MAIN)])
    board.flash.write("ota_0", b"")
    printed = bytearray()
    board.serial.listen(printed.extend)
    async with board:
        assert (board.state.downloading, board.state.app) == (True, "")
        assert printed.count(b"No bootable app partitions in the partition table") == 3
        with pytest.raises(BoardError, match="left board waits to be flashed"):
            board.set_battery(3800)
