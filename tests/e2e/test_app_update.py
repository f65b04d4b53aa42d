"""Two places for apps on a virtual board: an update runs on trial, is confirmed, or is taken back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from plantigrade.twin.board import VirtualBoard

from tests.e2e.twin_kit import Console
from tools.boot_power_cuts.app_updates import MAIN, SPEC, app_of

pytestmark = [pytest.mark.micropython, pytest.mark.radio]

MORE = """
    elif order == "sleep":
        machine.deepsleep(30)
    elif order == "reset":
        machine.reset()
    elif order == "damage":
        running.get_next_update().writeblocks(0, bytes(512), 512)
    elif order == "choose":
        try:
            running.get_next_update().set_boot()
        except OSError as error:
            print("REFUSED", error.args)
"""


@asynccontextmanager
async def updatable(folder: Path) -> AsyncGenerator[tuple[VirtualBoard, Console]]:
    """A board that does what a line tells it, with an app to update to."""
    files = [("main.py", (MAIN + MORE).encode()), ("app.bin", app_of("1.30.0"))]
    board = VirtualBoard(SPEC, folder, files)
    console = Console(board)
    async with board:
        assert await console.line("RUNS") == "ota_0"
        yield board, console


async def test_an_update_runs_on_trial_and_stays_once_it_is_confirmed(tmp_path: Path) -> None:
    async with updatable(tmp_path) as (board, console):
        board.serial.type(b"update\n")
        assert await console.line("RUNS", 2) == "ota_1"
        assert board.state.resets == ["hard"]
        board.serial.type(b"confirm\n")
        await console.line("CONFIRMED")
        await board.power_cut()
        await board.power_on()
        assert await console.line("RUNS", 3) == "ota_1"
        assert board.state.app == "ota_1"


@pytest.mark.parametrize("again", ["reset", "power"])
async def test_an_update_that_is_not_confirmed_is_taken_back(tmp_path: Path, again: str) -> None:
    async with updatable(tmp_path) as (board, console):
        board.serial.type(b"update\n")
        assert await console.line("RUNS", 2) == "ota_1"
        if again == "reset":
            board.serial.type(b"reset\n")
        else:
            await board.power_cut()
            await board.power_on()
        assert await console.line("RUNS", 3) == "ota_0"


async def test_a_deep_sleep_on_trial_goes_on_unchecked_and_unconfirmed(tmp_path: Path) -> None:
    async with updatable(tmp_path) as (board, console):
        board.serial.type(b"update\n")
        await console.line("RUNS", 2)
        board.serial.type(b"sleep\n")
        assert await console.line("RUNS", 3) == "ota_1"
        board.serial.type(b"reset\n")
        assert await console.line("RUNS", 4) == "ota_0"


async def test_an_app_that_was_damaged_is_refused_and_the_choice_stays(tmp_path: Path) -> None:
    async with updatable(tmp_path) as (board, console):
        board.serial.type(b"choose\n")
        assert await console.line("REFUSED") == "(-5379, 'ESP_ERR_OTA_VALIDATE_FAILED')"
        board.serial.type(b"update\n")
        assert await console.line("RUNS", 2) == "ota_1"
        board.serial.type(b"confirm\n")
        await console.line("CONFIRMED")
        board.serial.type(b"damage\n")
        board.serial.type(b"choose\n")
        assert await console.line("REFUSED", 2) == "(-5379, 'ESP_ERR_OTA_VALIDATE_FAILED')"


async def test_the_count_of_operations_goes_on_over_resets_and_a_cut_crosses_them(tmp_path: Path) -> None:
    async with updatable(tmp_path) as (board, console):
        before = board.flash_operations
        board.serial.type(b"update\n")
        await console.line("RUNS", 2)
        operations = board.flash_operations - before
        board.serial.type(b"reset\n")
        await console.line("RUNS", 3)
        board.cut_power_at_write(operations, torn=False)  # the boot loader's own last one
        board.serial.type(b"update\n")
        await board.wait_until(lambda state: not state.powered, 30)
        await board.power_on()
        assert await console.line("RUNS", 4) in {"ota_0", "ota_1"}
