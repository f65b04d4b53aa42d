"""`device flash` with the real esptool on the virtual ROM: what is written, and what is left as it was."""

import asyncio
import os
import pty
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from plantigrade.device.flash import esptool as esptool_module
from plantigrade.device.flash.errors import FlashError, NotABoardError, WrongBoardError
from plantigrade.device.flash.esptool import UNTIL_COMPLETE
from plantigrade.device.flash.flashing import Contents, Flashed, flash, write_board
from plantigrade.device.flash.plan import BOOT_LOADER, Wishes, make_plan
from plantigrade.device.flash.ports import BoardPort
from plantigrade.device.flash.settings import START_BYTES
from plantigrade.errors import MissingPartError, PlantigradeError
from plantigrade.firmware_image.esp_image import parse_image, read_micropython, virtual_micropython_image
from plantigrade.twin.flash_file import MIB
from plantigrade.twin.rom import fuses
from serial.tools import list_ports

from tools.flash_power_cuts.cuts import starts
from tools.flash_power_cuts.rom_on_port import SERIAL, RomOnPort
from tools.flash_power_cuts.scenarios import flash_after


def write(
    rom: RomOnPort,
    contents: Contents,
    wishes: Wishes | None = None,
    dry_run: bool = False,
    progress: Callable[[int, int], None] = lambda done, size: None,
) -> Flashed:
    """Flash what waits on the port."""
    board = BoardPort(rom.port, virtual=True, usb_serial=None)
    return asyncio.run(write_board(board, contents, wishes or Wishes(), dry_run, lambda line: None, progress))


def blank(mib: int) -> bytes:
    return b"\xff" * (mib * MIB)


class TestWhatIsWritten:
    def test_a_blank_board_of_16_mib_gets_what_was_planned_and_starts(
        self, tmp_path: Path, contents: Contents
    ) -> None:
        shares: list[float] = []
        with RomOnPort(tmp_path, blank(16)) as rom:
            done = write(rom, contents, progress=lambda done, size: shares.append(done / size))
            assert rom.contents() == flash_after(done.plan, blank(16))
            assert starts(rom.contents())
        assert (done.chip.name, done.chip.serial, done.chip.flash_mib) == ("ESP32-S3", SERIAL, 16)
        assert done.log is not None
        assert set(done.log.verified + done.log.unchanged) == {p.file_name for p in done.plan.written()}
        assert shares == sorted(shares) and shares[-1] == 1.0

    def test_erased_before_when_asked_and_with_a_boot_loader_for_its_flash(
        self, tmp_path: Path, contents: Contents
    ) -> None:
        """With the 4 MiB of the published header the boot loader would refuse our whole table."""
        with RomOnPort(tmp_path, b"\x00" * (8 * MIB)) as rom:
            done = write(rom, contents, Wishes(erase=True))
            flash = rom.contents()
        assert flash == flash_after(done.plan, blank(8))
        assert parse_image(flash, "flash").flash_mib == 8
        loader = next(part for part in done.plan.parts if part.label == BOOT_LOADER)
        unpatched = loader.data + flash[len(loader.data) :]
        assert starts(flash) and not starts(unpatched)

    def test_what_is_in_the_flash_already_is_not_written_again(
        self, tmp_path: Path, contents: Contents
    ) -> None:
        older = read_micropython(virtual_micropython_image("1.28.0"), "older")
        start = blank(8)[:START_BYTES]
        before = flash_after(make_plan(8, older, contents.file_system, start, Wishes()), blank(8))
        with RomOnPort(tmp_path, before) as rom:
            done = write(rom, contents)
            assert rom.contents() == flash_after(done.plan, before)
        assert done.log is not None
        assert sorted(done.log.verified) == ["boot-loader.bin", "ota_0.bin"]
        assert sorted(done.log.unchanged) == ["otadata.bin", "table.bin", "vfs.bin"]


def test_broken_off_by_the_user_what_to_do_is_said(tmp_path: Path, contents: Contents) -> None:
    lines: list[str] = []

    async def break_off(board: BoardPort) -> None:
        writing = asyncio.Event()
        task = asyncio.create_task(
            write_board(board, contents, Wishes(), False, lines.append, lambda done, size: writing.set())
        )
        await writing.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with RomOnPort(tmp_path, blank(8)) as rom:
        asyncio.run(break_off(BoardPort(rom.port, virtual=True, usb_serial=None)))
    assert lines[-1] == f"{rom.port}: broken off; {UNTIL_COMPLETE}"


class TestABoardThatIsLeftAsItWas:
    def check(
        self,
        tmp_path: Path,
        contents: Contents,
        before: bytes,
        error: type[PlantigradeError],
        text: str,
        wishes: Wishes | None = None,
    ) -> None:
        with RomOnPort(tmp_path, before) as rom:
            with pytest.raises(error, match=text):
                write(rom, contents, wishes)
            assert rom.trace == []
            assert rom.contents() == before

    @pytest.mark.parametrize("mib", [4, 32])
    def test_its_flash_has_another_size(self, tmp_path: Path, contents: Contents, mib: int) -> None:
        text = f"its flash has {mib} MiB; an insole needs 8 or 16 MiB"
        self.check(tmp_path, contents, blank(mib), WrongBoardError, text)

    def test_it_is_an_esp32_c3(
        self, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(fuses, "ESP32_S3", 5)
        self.check(
            tmp_path, contents, blank(8), WrongBoardError, "this is an ESP32-C3; an insole is an ESP32-S3"
        )

    def test_what_is_to_be_kept_is_not_there(self, tmp_path: Path, contents: Contents) -> None:
        wishes = Wishes(keep_log=True)
        self.check(tmp_path, contents, blank(8), PlantigradeError, "leave --keep-log out", wishes)

    def test_a_dry_run(self, tmp_path: Path, contents: Contents) -> None:
        with RomOnPort(tmp_path, blank(8)) as rom:
            assert write(rom, contents, dry_run=True).log is None
            assert rom.trace == []


class TestWhatIsRefusedBeforeTheBoardIsAsked:
    VIRTUAL = BoardPort("/dev/pts/99", virtual=True, usb_serial=None)
    REAL = BoardPort("/dev/ttyACM9", virtual=False, usb_serial="7cdfa1000102")

    def refuse(self, board: BoardPort, contents: Contents) -> str:
        with pytest.raises(FlashError) as caught:
            asyncio.run(flash(board, contents, Wishes(), False, lambda line: None, lambda done, size: None))
        return str(caught.value)

    def test_the_made_up_image_for_a_real_board(self, contents: Contents) -> None:
        assert "the made-up image is for virtual boards only" in self.refuse(self.REAL, contents)

    def test_a_chips_image_for_a_virtual_board(self, contents: Contents) -> None:
        real = replace(contents.image, machine="Generic ESP32S3 module with ESP32S3")
        text = self.refuse(self.VIRTUAL, replace(contents, image=real))
        assert "a virtual board cannot run MicroPython for a chip; leave --micropython out" in text

    def test_esptool_is_not_installed(self, contents: Contents, monkeypatch: pytest.MonkeyPatch) -> None:
        def find_nothing(name: str) -> None:
            return None

        monkeypatch.setattr(esptool_module.importlib.util, "find_spec", find_nothing)
        with pytest.raises(MissingPartError, match=r"pip install 'plantigrade\[flash\]'"):
            asyncio.run(
                flash(self.VIRTUAL, contents, Wishes(), False, lambda line: None, lambda done, size: None)
            )


class TestAPortThatChangesItsNameUnderTheReset:
    def test_is_found_by_its_serial_number(
        self, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """MicroPython's own USB port goes when esptool resets the chip; the boot loader's comes."""
        with RomOnPort(tmp_path, blank(8)) as rom:
            now = SimpleNamespace(device=rom.port, vid=0x303A, serial_number="7C:DF:A1:00:01:02")
            monkeypatch.setattr(list_ports, "comports", lambda: [now])
            board = BoardPort("/dev/ttyGONE", virtual=False, usb_serial=SERIAL)
            done = asyncio.run(
                write_board(board, contents, Wishes(), True, lambda line: None, lambda done, size: None)
            )
        assert (done.port, done.chip.serial) == (rom.port, SERIAL)


class TestAPortThatIsNoEsp32:
    def test_nothing_answers(
        self, tmp_path: Path, contents: Contents, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(esptool_module, "CONNECT_ATTEMPTS", 1)
        outer, inner = pty.openpty()
        try:
            board = BoardPort(os.ttyname(inner), virtual=True, usb_serial=None)
            with pytest.raises(NotABoardError, match="hold the button of the insole while you plug it in"):
                asyncio.run(
                    write_board(board, contents, Wishes(), False, lambda line: None, lambda done, size: None)
                )
        finally:
            os.close(outer)
            os.close(inner)
