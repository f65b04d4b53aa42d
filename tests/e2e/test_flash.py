"""`plantigrade device flash` as a person runs it: a blank board says hello, a used one is flashed anew."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from insole_protocol import ids
from insole_protocol.replies import LogInfoReply
from plantigrade.device import targets
from plantigrade.device.flash.esptool import Chip
from plantigrade.device.flash.flashing import wait_for_hello
from plantigrade.link.usb import UsbLink
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, RadioEnd
from plantigrade.twin.radio.client import Radio
from plantigrade.twin.radio.conditions import RadioConditions

from tests.processes import end

pytestmark = [pytest.mark.micropython, pytest.mark.radio]

SERIAL = "7cdfa1000102"
IDENTITY = b"who this insole is"
SECRET = b"what nobody else knows"
SIDE, LABEL = 1, 9
CHIP = Chip("ESP32-S3", SERIAL, 8)


@asynccontextmanager
async def blank_board(folder: Path) -> AsyncGenerator[VirtualBoard]:
    """A board as it comes from its maker, in its ROM's download mode."""
    async with (
        Radio(RadioConditions(), folder / "bonds.json") as radio,
        VirtualBoard(
            BoardSpec("left", SERIAL, card_sectors=0),  # its log lies in the flash
            folder / "board",
            iter(()),
            RadioEnd(radio.boards_port, radio.token),
            blank=True,
        ) as board,
    ):
        await board.wait_until(lambda state: state.downloading)
        yield board


async def flash(*texts: str) -> tuple[int, dict[str, Any], str]:
    """Run the command; its exit code, what it says as JSON, and what it says on stderr."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "plantigrade.cli", "device", "flash", "--json", "-", *texts),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate()
    finally:
        await end(process)
    return process.returncode or 0, json.loads(out) if out else {}, err.decode()


async def ask(board: VirtualBoard, op: int, *arguments: int, value: bytes = b"") -> bytes:
    """The tail of the reply to a command."""
    async with targets.conversation(UsbLink(board.serial_port)) as session:
        return (await session.command_client.ask(op, *arguments, value=value)).reply.tail


async def log_of(board: VirtualBoard) -> LogInfoReply:
    """What its log holds."""
    async with targets.conversation(UsbLink(board.serial_port)) as session:
        return await session.fetch_log_info()


async def test_from_blank_to_hello_and_again_with_its_identity(tmp_path: Path) -> None:
    async with blank_board(tmp_path) as board:
        code, first, text = await flash(board.serial_port)
        assert code == 0, text
        assert first["identity"]["serial"].lower().endswith(SERIAL)
        assert first["before"] is None and board.state.app == "ota_0"
        await board.power_cut()
        board.flash.write("id", IDENTITY)
        board.flash.write("keys", SECRET)
        await board.power_on()
        await wait_for_hello(board.serial_port, CHIP)
        await ask(board, ids.OP_SET_SETTING, LABEL, value=b"my shoe")
        await ask(board, ids.OP_SET_SETTING, SIDE, value=b"\x01")
        before = await log_of(board)

        code, dry, text = await flash(board.serial_port, "--dry-run")
        assert code == 0 and dry["dry_run"], text
        await wait_for_hello(board.serial_port, CHIP)  # it runs on

        code, second, text = await flash(board.serial_port)
        assert code == 0, text
        assert second["before"]["serial"] == first["identity"]["serial"] == second["identity"]["serial"]
        after = await log_of(board)
        assert after.oldest_seq == before.oldest_seq and after.next_seq > before.next_seq > 0
        assert await ask(board, ids.OP_GET_SETTING, LABEL) == b"my shoe"
        assert {"settings", "numbers"} <= set(second["carried_over"])
        assert second["identity"]["side"] == "right"

        code, _, text = await flash(board.serial_port, "--erase-log", "--erase-settings")
        assert code == 0, text
        assert await ask(board, ids.OP_GET_SETTING, LABEL) == b""
        erased = await log_of(board)
        assert erased.oldest_seq > after.next_seq, (
            "no number comes twice, though nothing is left that had them"
        )
        assert erased.boot > after.boot
        await board.power_cut()
        assert board.flash.read("id").startswith(IDENTITY)
        assert board.flash.read("keys").startswith(SECRET)


async def test_power_that_fails_in_the_middle_and_the_same_command_again(tmp_path: Path) -> None:
    async with blank_board(tmp_path) as board:
        board.cut_power_at_write(3000, torn=True)
        code, _, text = await flash(board.serial_port)
        assert code == 1 and "run the same command" in text
        assert not board.state.powered
        await board.power_on()
        await board.wait_until(lambda state: state.downloading)
        code, done, text = await flash(board.serial_port)
        assert code == 0, text
        assert done["identity"]["serial"].lower().endswith(SERIAL)
