"""An insole whose log partition is gone at boot: real firmware, virtual radio, the host's own bridge."""

import asyncio
import logging
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from insole_protocol import ids
from plantigrade.bridge.accounting import MissingReason
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.reconnecting import ReconnectingConnection
from plantigrade.bridge.session import SessionPolicy
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import build_firmware
from plantigrade.firmware_image.partition_table import partition_table
from plantigrade.link.base import Link
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import Radio as Air
from plantigrade.link.discovery import Sighting, scan
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, RadioEnd
from plantigrade.twin.central import central_at, using
from plantigrade.twin.radio.client import Radio

from tests.e2e.radio_kit import QUICK
from tests.e2e.twin_kit import UNIQUE_ID

pytestmark = [pytest.mark.radio, pytest.mark.untimed, pytest.mark.micropython]

SPEC = BoardSpec("left", UNIQUE_ID)
log = logging.getLogger(__name__)
WITHOUT_LOG = replace(SPEC, card_sectors=0)
ROWS = partition_table()
SLOTS = 100
SLOTS_OF_AN_ERASE = 5  # 45 ms
ALLOWED = {MissingReason.STORAGE, MissingReason.UNEXPLAINED, MissingReason.OVERRUN}
POLICY = SessionPolicy(first_round_trips=2)  # clocks are not the question here


async def heard(air: Air, address: str, fault: bool) -> Sighting:
    """The insole, once it advertises whether something is wrong with it."""
    found = await scan(20, air, lambda seen: address in seen and seen[address].insole.fault == fault)
    assert found[address].insole.fault == fault
    return found[address]


async def stream(air: Air, seen: Sighting) -> tuple[Insole, list[StampedFrames]]:
    """A second of live frames, over a connection of its own."""
    insole = Insole("left")
    batches: list[StampedFrames] = []
    enough = asyncio.Event()

    def take(_: Insole, stamped: StampedFrames) -> None:
        batches.append(stamped)
        if sum(len(one.frames) for one in batches) >= SLOTS:
            enough.set()

    async def link() -> Link:
        return BleLink(seen.device, backend=air.client)

    insole.on_frames.append(take)
    connection = ReconnectingConnection(
        insole, link, POLICY, on_change=lambda at: log.info("%s: %s", at.state, at.last_error)
    )
    keeping, streamed = asyncio.create_task(connection.run()), asyncio.create_task(enough.wait())
    try:
        await asyncio.wait({keeping, streamed}, timeout=60, return_when=asyncio.FIRST_COMPLETED)
        reason = keeping.exception() if keeping.done() else connection.last_error
        assert enough.is_set(), (
            f"{connection.state} with {len(batches)} batches, boot {insole.boot}: {reason!r}"
        )
    finally:
        streamed.cancel()
        keeping.cancel()
        await asyncio.gather(keeping, streamed, return_exceptions=True)
    return insole, batches


async def test_without_its_log_an_insole_streams_says_so_and_uses_no_number_twice(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        radio = await stack.enter_async_context(Radio(QUICK, tmp_path / "bonds.json"))
        end = RadioEnd(radio.boards_port, radio.token)
        board = VirtualBoard(SPEC, tmp_path / "board", iter(board_files(build_firmware())), end)
        await stack.enter_async_context(board)
        await stack.enter_async_context(using(central_at(radio.address)))
        air = Air(*backend_for(radio.address), virtual=True)
        used_to, boots = -1, list[int | None]()
        for spec in (SPEC, WITHOUT_LOG, SPEC):
            if boots:
                await board.power_cut()
                board.spec = spec
                board.flash.write_table(row for row in ROWS if row.label != "log" or spec is not WITHOUT_LOG)
                await board.power_on()
            seen = await heard(air, SPEC.radio_address, fault=spec is WITHOUT_LOG)
            insole, batches = await stream(air, seen)
            assert insole.status is not None
            assert bool(insole.status.faults & ids.FAULT_LOG) == (spec is WITHOUT_LOG)
            slots = [batch.frames.seq + row for batch in batches for row in range(len(batch.frames))]
            assert slots == sorted(set(slots)), "live frames in order"
            # A bond that is written to flash, as here, stops sampling for as long as its block is erased.
            assert slots[-1] - slots[0] + 1 - len(slots) <= 2 * SLOTS_OF_AN_ERASE
            assert slots[0] > used_to, "no number is used twice"
            used_to = slots[-1]
            boots.append(insole.boot)
            statement = insole.ledger.statement()
            assert statement.balanced
            assert set(statement.missing_by_reason) <= ALLOWED
    assert boots == [boots[0], *range((boots[0] or 0) + 1, (boots[0] or 0) + 3)], "nor a boot"
