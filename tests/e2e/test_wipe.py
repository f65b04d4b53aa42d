"""Real firmware on a virtual board is wiped for its next wearer by real code of the host."""

import asyncio
from pathlib import Path

import pytest
from insole_protocol import event_records as records
from insole_protocol import ids
from insole_protocol import settings as table
from plantigrade.bridge.errors import RefusedError
from plantigrade.bridge.session import Session
from plantigrade.device import targets
from plantigrade.device.changes import changing, event_log
from plantigrade.twin.chip_behaviour import ChipBehaviour

from tools.measure_update.bench import bench

pytestmark = [pytest.mark.radio, pytest.mark.untimed, pytest.mark.micropython, pytest.mark.slow]
PATIENCE_S = 300.0
QUICK_FLASH = ChipBehaviour(values={"flash_erase_us": 2000})
"""To erase the log's 840 blocks at 45 ms each takes most of a minute."""


async def test_wiped_for_the_next_wearer(tmp_path: Path) -> None:
    async with bench(tmp_path, chip=QUICK_FLASH) as one:
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
        assert await one.events() == [event_log.KINDS[records.WIPED]]
        async with targets.conversation(await one.usb()) as session:
            assert (await session.hello()).next_seq >= before.next_seq


def _serial(session: Session) -> str:
    assert session.insole.identity is not None
    return session.insole.identity.serial
