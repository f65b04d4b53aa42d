"""The LED hint on real firmware in the twin: asked over USB, seen at the LED's pin."""

import asyncio
from pathlib import Path

import pytest
from insole_protocol import ids, settings
from plantigrade.bridge.errors import RefusedError
from plantigrade.bridge.hint import give_hint, offers_hint
from plantigrade.device.targets import conversation
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import build_firmware
from plantigrade.link.usb import UsbLink
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, RadioEnd
from plantigrade.twin.radio.client import Radio
from plantigrade.twin.radio.conditions import RadioConditions

from tests.e2e.twin_kit import UNIQUE_ID

pytestmark = [pytest.mark.micropython, pytest.mark.radio]  # processes that want the machine for themselves


async def test_a_hint_blinks_in_daily_mode_and_is_refused_where_it_is_not_wanted(tmp_path: Path) -> None:
    spec = BoardSpec("left", UNIQUE_ID)
    async with Radio(RadioConditions(), tmp_path / "bonds.json") as radio:
        end = RadioEnd(radio.boards_port, radio.token)
        board = VirtualBoard(spec, tmp_path / "board", iter(board_files(build_firmware())), end)
        async with board, conversation(UsbLink(board.serial_port)) as session:
            assert offers_hint(session.insole.identity)
            status = await session.fetch_status()
            assert (status.mode, board.state.blinks) == (ids.MODE_DAILY, 0)
            await give_hint(session, 4)
            await board.wait_until(lambda state: state.blinks >= 4)
            await give_hint(session, 0)
            await board.wait_until(lambda state: not state.led_lit)
            after = await session.fetch_status()
            assert after.mode == ids.MODE_DAILY and after.slots_lost == status.slots_lost
            led = next(row.key for row in settings.TABLE if row.name == "led")
            await session.command_client.ask(ids.OP_SET_SETTING, led, value=b"\0")
            with pytest.raises(RefusedError, match="LED is to stay dark"):
                await give_hint(session)
            await session.command_client.ask(ids.OP_SET_SETTING, led, value=b"\1")
            await session.command_client.ask(ids.OP_SET_MODE, ids.MODE_IDLE)
            with pytest.raises(RefusedError, match="is idle"):
                await give_hint(session)
            blinks = board.state.blinks
            await asyncio.sleep(0.7)  # longer than the pause in which the firmware looks at what is wanted
            assert board.state.blinks == blinks
