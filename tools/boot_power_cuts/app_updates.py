"""Two updates of the app in a row on a virtual board, cut at each operation."""

import asyncio
import shutil
from pathlib import Path
from typing import Final

from plantigrade.firmware_image.esp_image import read_micropython, virtual_micropython_image
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec
from plantigrade.twin.flash_file import FLASH_NAME
from plantigrade.twin.nor_flash import COUNT_NAME

from tools.boot_power_cuts.outcome import Outcome, cuts

SPEC: Final = BoardSpec("left", "0a50477a3f01", card_sectors=0)
PIECE_BYTES: Final = 1024
PATIENCE_S: Final = 30.0
MAIN: Final = f"""
import sys, machine
from esp32 import Partition
running = Partition(Partition.RUNNING)
print("RUNS", running.info()[4])
while True:
    order = sys.stdin.readline().strip()
    if order == "confirm":
        Partition.mark_app_valid_cancel_rollback()
        print("CONFIRMED")
    elif order == "update":
        update = running.get_next_update()
        piece = bytearray({PIECE_BYTES})
        with open("/app.bin", "rb") as file:
            at = 0
            while True:
                count = file.readinto(piece)
                if not count:
                    break
                if at % 4096 == 0:
                    update.ioctl(6, at // 4096)
                update.writeblocks(at // 4096, memoryview(piece)[:count], at % 4096)
                at += count
        update.set_boot()
        machine.reset()
"""
"""What the board runs: it says which app it is, and does what it is told by a line."""


class Player:
    """A board whose lines are waited for; a wait ends when the power is gone."""

    def __init__(self, board: VirtualBoard) -> None:
        self.board = board
        self._text = ""
        self._read = 0
        board.serial.listen(self._more)

    def _more(self, data: bytes) -> None:
        self._text += data.decode("latin-1")

    async def next_line(self) -> str | None:
        """The next line that begins with RUNS or CONFIRMED; None when the power went."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                while (end := self._text.find("\n", self._read)) >= 0:
                    line = self._text[self._read : end].strip()
                    self._read = end + 1
                    if line.startswith(("RUNS", "CONFIRMED")):
                        return line
                if not self.board.state.powered or self.board.state.downloading:
                    return None
                await asyncio.sleep(0.005)

    async def do(self, order: str) -> str | None:
        """Give an order; the line that answers it."""
        self.board.serial.type(order.encode() + b"\n")
        return await self.next_line()

    async def update(self) -> str | None:
        """A whole update with its confirmation: "CONFIRMED", or None when the power went."""
        if await self.do("update") is None:
            return None
        return await self.do("confirm")


def app_of(version: str) -> bytes:
    """A made-up app of this version."""
    return read_micropython(virtual_micropython_image(version), "made-up").app.data


async def prepare(folder: Path, updates_before: int) -> None:
    """A board's folder with a confirmed app, after so many updates."""
    board = VirtualBoard(SPEC, folder, [("main.py", MAIN.encode()), ("app.bin", app_of("1.30.0"))])
    player = Player(board)
    async with board:
        await player.next_line()
        for _ in range(updates_before):
            assert await player.update() == "CONFIRMED"


async def measure(folder: Path) -> int:
    """Operations of one update on a copy of a board."""
    board = VirtualBoard(SPEC, folder)
    player = Player(board)
    async with board:
        await player.next_line()
        before = board.flash_operations
        assert await player.update() == "CONFIRMED"
        return board.flash_operations - before


async def cut_once(folder: Path, number: int, torn: bool) -> tuple[str, str]:
    """Cut one update; the app that ran after it, and what is wrong ("": nothing)."""
    board = VirtualBoard(SPEC, folder)
    player = Player(board)
    async with board:
        before = await player.next_line()
        board.cut_power_at_write(number, torn)
        if await player.update() is not None:
            return "", "the power did not fail"
        await board.power_cut()
        await board.power_on()
        after = await player.next_line()
        if after is None:
            return "nothing", "no app runs"
        where = "the app before" if after == before else "the new app"
        if after == before:
            if await player.update() != "CONFIRMED":
                return where, "the update cannot be repeated"
        elif await player.do("confirm") != "CONFIRMED":
            return where, "the app cannot be confirmed"
        for _ in range(2):
            await board.power_cut()
            await board.power_on()
            if await player.next_line() in (None, before):
                return where, "what was confirmed is gone"
    return where, ""


async def run(folder: Path, every: int) -> Outcome:
    """Cut both updates at every operation."""
    outcome = Outcome("two app updates in a row")
    for updates_before in (0, 1):
        base = folder / f"base-{updates_before}"
        await prepare(base, updates_before)
        operations = await measure(copy_of(base, folder / "copy"))
        outcome.operations += operations
        for number, torn in cuts(operations, every):
            where, wrong = await cut_once(copy_of(base, folder / "copy"), number, torn)
            outcome.points += 1
            outcome.after[where] += 1
            if wrong:
                kind = "torn" if torn else "clean"
                outcome.failures.append(f"update {updates_before + 1}, operation {number}, {kind}: {wrong}")
    return outcome


def copy_of(base: Path, copy: Path) -> Path:
    """The board in the state of `base`."""
    copy.mkdir(exist_ok=True, mode=0o700)
    for name in (FLASH_NAME, COUNT_NAME, "efuse.bin"):
        shutil.copyfile(base / name, copy / name)
    return copy
