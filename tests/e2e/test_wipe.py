"""Real firmware on a virtual board is wiped for its next wearer by real code of the host."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from insole_protocol import event_records as records
from insole_protocol import ids
from insole_protocol import settings as table
from plantigrade.bridge.errors import RefusedError
from plantigrade.bridge.session import Session
from plantigrade.device import targets
from plantigrade.device.changes import changing, event_log
from plantigrade.device.update.result import MakeLink
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import build_firmware
from plantigrade.link.base import Link, LinkError
from plantigrade.link.ble import BleLink
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, RadioEnd
from plantigrade.twin.central import central_at, using
from plantigrade.twin.chip_behaviour import ChipBehaviour
from plantigrade.twin.radio.client import Radio
from plantigrade.twin.radio.conditions import RadioConditions

from tests.e2e.twin_kit import UNIQUE_ID

pytestmark = [pytest.mark.radio, pytest.mark.untimed, pytest.mark.micropython, pytest.mark.slow]
PATIENCE_S = 300.0
QUICK_FLASH = ChipBehaviour(values={"flash_erase_us": 2000})
"""To erase the log's 840 blocks at 45 ms each takes most of a minute."""


@dataclass
class Bench:
    """A running board with what it can be reached over."""

    board: VirtualBoard
    usb: MakeLink
    ble: MakeLink

    async def say(self, op: int, *arguments: int, value: bytes = b"") -> bytes:
        """The tail of the reply to a command over USB."""
        async with targets.conversation(await self.usb()) as session:
            return (await session.command_client.ask(op, *arguments, value=value)).reply.tail

    async def started(self) -> None:
        """Until it says hello."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    async with targets.conversation(await self.usb()):
                        return
                except LinkError:
                    await asyncio.sleep(0.1)


@asynccontextmanager
async def bench(folder: Path, interval_ms: float = 15.0) -> AsyncGenerator[Bench]:
    conditions = RadioConditions(interval_ms=interval_ms)
    async with Radio(conditions, folder / "bonds.json") as radio:
        scanner, client = backend_for(radio.address)
        board = VirtualBoard(
            BoardSpec("left", UNIQUE_ID, card_sectors=0, chip=QUICK_FLASH),
            folder / "left",
            board_files(build_firmware()),
            RadioEnd(radio.boards_port, radio.token),
        )

        async def on_air() -> Link:
            from bleak import BleakScanner

            for _ in range(10):
                if found := await BleakScanner.discover(timeout=1.0, backend=scanner):
                    return BleLink(found[0], backend=client)
            raise LinkError("nothing advertises")

        async with board, using(central_at(radio.address)):
            made = Bench(board, partial(targets.find, board.serial_port), on_air)
            await made.started()
            yield made


async def events(one: Bench) -> list[str]:
    async with targets.conversation(await one.usb()) as session:
        return [event.kind for event in await event_log.read_events(session) or []]


async def test_wiped_for_the_next_wearer(tmp_path: Path) -> None:
    async with bench(tmp_path) as one:
        await one.say(ids.OP_SET_SETTING, 9, value=b"my shoe")
        await one.say(ids.OP_SET_SETTING, 1, value=b"\x01")
        async with targets.conversation(await one.ble()) as session:
            serial = _serial(session)
        with pytest.raises(changing.ChangeError, match="nothing was erased"):
            await changing.wipe(one.usb, "0000000000000001")
        with pytest.raises(RefusedError, match="confirmation"):
            await one.say(ids.OP_WIPE, 1)
        async with targets.conversation(await one.usb()) as session:
            before = await session.hello()
        async with asyncio.timeout(PATIENCE_S):
            assert await changing.wipe(one.usb, serial, 0.5)
        assert await one.say(ids.OP_GET_SETTING, 9) == b""
        assert await one.say(ids.OP_GET_SETTING, 1) == table.encode(table.find(1), 1)
        assert await events(one) == [event_log.KINDS[records.WIPED]]
        async with targets.conversation(await one.usb()) as session:
            assert (await session.hello()).next_seq >= before.next_seq


def _serial(session: Session) -> str:
    assert session.insole.identity is not None
    return session.insole.identity.serial
