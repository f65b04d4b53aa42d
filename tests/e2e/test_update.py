"""Real firmware on a virtual board, updated by real code of the host: over USB, over the radio, and back.

The new firmware is content after 3 s without a lost slot, where a released one waits for 60 s; see
`tools.measure_update.bench.with_short_trial`.
"""

import asyncio
from pathlib import Path

import pytest
from insole_protocol import event_records as records
from insole_protocol import ids
from plantigrade.bridge.accounting import MissingReason
from plantigrade.device.changes import changing, event_log
from plantigrade.device.pull import pull
from plantigrade.device.update.progress import Progress, Stage
from plantigrade.device.update.result import MakeLink, Outcome, UpdateResult
from plantigrade.device.update.updating import update_insole
from plantigrade.firmware_image.bundle import Bundle
from plantigrade.link.base import Link
from plantigrade.link.usb import UsbLink

from tools.measure_update import bad_firmware
from tools.measure_update.bench import QUICK, bench, bundle

pytestmark = [pytest.mark.radio, pytest.mark.untimed, pytest.mark.micropython, pytest.mark.slow]
PATIENCE_S = 150.0
"""For one update on a computer that is busy; on an idle one it takes 20 to 30 s."""
LABEL = 9
NEVER_SAMPLED = {
    MissingReason.OFF,
    MissingReason.NOT_REQUESTED,
    MissingReason.UNFLUSHED,
    MissingReason.OVERRUN,
}
"""What the slots of a restart are told as, or of a computer that is busy; any other reason would be a loss of
what was recorded."""


async def update(make_link: MakeLink, what: Bundle, steps: list[Progress] | None = None) -> UpdateResult:
    async with asyncio.timeout(PATIENCE_S):
        return await update_insole(make_link, what, (steps if steps is not None else []).append, QUICK)


async def test_over_usb_with_everything_that_was_there(tmp_path: Path) -> None:
    """Settings, log and numbers survive; every slot before and after is there or explained."""
    async with bench(tmp_path) as one, asyncio.timeout(2 * PATIENCE_S):
        await one.say(ids.OP_SET_SETTING, LABEL, value=b"my shoe")
        await asyncio.sleep(1)
        steps: list[Progress] = []
        result = await update(one.usb, bundle("0.2.0"), steps)
        assert (result.outcome, result.before, result.after) == (Outcome.UPDATED, "0.1.0", "0.2.0")
        assert Stage.ON_TRIAL in {step.stage for step in steps}
        assert result.next_seq_after > result.next_seq_before
        assert await one.say(ids.OP_GET_SETTING, LABEL) == b"my shoe"
        assert (await one.events())[0] == event_log.KINDS[records.UPDATE_CONFIRMED]
        assert (await update(one.usb, bundle("0.2.0"))).outcome is Outcome.NOTHING_TO_DO
        assert (await changing.rollback(one.usb, QUICK.reconnect_s)).after == "0.1.0"
        assert await one.say(ids.OP_GET_SETTING, LABEL) == b"my shoe"
        ledger = (await pull(UsbLink(one.board.serial_port), tmp_path / "data")).ledger
    assert ledger.balanced and ledger.requested == ledger.recorded + ledger.missing
    assert ledger.recorded > 300, "of both firmwares"
    assert set(ledger.missing_by_reason) <= NEVER_SAMPLED, ledger


async def test_over_the_radio_with_a_link_that_breaks(tmp_path: Path) -> None:
    """What has arrived before a break is not sent again."""
    async with bench(tmp_path, interval_ms=7.5) as one:
        links: list[Link] = []
        closing: list[asyncio.Future[None]] = []

        async def noting() -> Link:
            links.append(await one.ble())
            return links[-1]

        def break_half_way(progress: Progress) -> None:
            if not closing and progress.done_bytes > progress.total_bytes // 2:
                closing.append(asyncio.ensure_future(links[-1].close()))

        what = bundle("0.2.0")
        async with asyncio.timeout(PATIENCE_S):
            result = await update_insole(noting, what, break_half_way, QUICK)
        assert (result.outcome, result.after) == (Outcome.UPDATED, "0.2.0")
        assert closing and result.connections == 3, "one restarted it, one broke, one went on"
        assert result.sent_bytes < len(what.to_bytes()) + 20_000


async def test_a_firmware_that_does_not_start_is_taken_back_and_told(tmp_path: Path) -> None:
    async with bench(tmp_path) as one:
        result = await update(one.usb, bundle("0.2.0", bad_firmware.crashes()))
        assert result.outcome is Outcome.ROLLED_BACK and result.after == "0.1.0"
        assert result.reason == "it did not start three times in a row"
        assert event_log.KINDS[records.ROLLED_BACK] in await one.events()
