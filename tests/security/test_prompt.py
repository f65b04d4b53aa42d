"""Threat 10: a laptop on the cable of an insole that has keys finds no prompt (PROTOCOL.md 3.4)."""

import asyncio
from pathlib import Path

import pytest
from insole_protocol import ids, replies
from plantigrade.link.usb import UsbLink
from plantigrade.twin.board import VirtualBoard

from tests.e2e.twin_kit import MPREMOTE, mpremote
from tests.processes import end
from tests.security.locked_kit import KEYS, keyring, locked_board, locked_board_in_safe_mode, session_of

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]
SECRET = (
    "import esp32; b = bytearray(40)"
    "; esp32.Partition.find(1, label='keys')[0].readblocks(0, b, 0); print(b.hex())"
)


async def open_prompt(board: VirtualBoard, is_open: bool) -> bool:
    async with session_of(UsbLink(board.serial_port), keyring()) as session:
        await session.hello()
        answer = await session.command_client.ask(ids.OP_SERVICE, int(is_open))
        return bool(replies.ServiceReply(answer.reply).open)


async def reads_the_key(board: VirtualBoard) -> bool:
    """Whether mpremote gets in; it gives up after a while where nothing answers."""
    process = await asyncio.create_subprocess_exec(
        MPREMOTE, "connect", board.serial_port, "exec", SECRET,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        output, _ = await asyncio.wait_for(process.communicate(), 20)
    except TimeoutError:
        return False
    finally:
        await end(process)
    return (KEYS.device or b"").hex() in output.decode(errors="replace")


async def test_the_prompt_is_locked_until_the_owner_opens_it_and_after_a_restart(tmp_path: Path) -> None:
    async with locked_board(tmp_path) as board:
        assert not await reads_the_key(board)
        assert await open_prompt(board, True)
        assert not await open_prompt(board, False)
        assert not await reads_the_key(board), "locked again"
        assert await open_prompt(board, True)
        assert await reads_the_key(board), "mpremote works in service mode"
        boots = board.state.boots
        await mpremote(board.serial_port, "reset")
        await board.wait_until(lambda state: state.boots > boots)
        assert not await reads_the_key(board), "a restart locks it"


async def test_safe_mode_has_no_prompt_either(tmp_path: Path) -> None:
    async with locked_board_in_safe_mode(tmp_path) as board:
        assert not await reads_the_key(board)
        assert await open_prompt(board, True)
        assert await reads_the_key(board)
