"""The virtual radio as unkind as the chip's (rows ble_... of sim/chip/behaviour.py), seen by bleak."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakError
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.central import central_at, using
from plantigrade.twin.radio.client import RadioAddress
from plantigrade.twin.radio.conditions import RadioConditions

from tests.e2e.radio_kit import PLAIN, PUSHED, Scene, scene

pytestmark = [pytest.mark.micropython, pytest.mark.radio]


async def pair_again(client: BleakClient) -> None:
    """What a peer does that has lost its key, or that only says it is that peer."""
    connection = client._backend._connection  # pyright: ignore
    await connection.pair()  # pyright: ignore[reportUnknownMemberType]


@asynccontextmanager
async def broken_off(work: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Let it begin, and go no further than the block."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def addresses(s: Scene) -> set[str]:
    """Who advertises."""
    return set(await BleakScanner.discover(timeout=0.2, return_adv=True, backend=s.scanner))


async def test_a_handler_that_raises_is_called_no_more_and_the_stack_goes_on_without_it(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as s, s.bleak() as client:
        await s.order(client, "clumsy")
        await s.order(client, "notify 1")
        await s.console.line("Unhandled exception in IRQ callback handler")
        before = s.console.text.count("IRQ ")
        await s.order(client, "leave")  # answered by the stack, and unheard
        assert await client.read_gatt_char(PLAIN) == b"leave"
        assert client.is_connected and s.console.text.count("IRQ ") == before


async def test_while_the_buffers_are_full_a_request_is_neither_carried_out_nor_answered(
    tmp_path: Path,
) -> None:
    one_at_a_time = RadioConditions(interval_ms=7.5, packets_per_event=1, buffers=2)
    async with scene(tmp_path, one_at_a_time) as s, s.bleak() as client:
        await client.start_notify(PUSHED, lambda _, _value: None)
        await s.order(client, "pour 3")
        connection = client._backend._connection  # pyright: ignore
        await connection.update_parameters(400.0, 400.0, 0, 5000.0)  # pyright: ignore
        await asyncio.sleep(0.5)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.write_gatt_char(PLAIN, b"clumsy", response=True), 1.5)
        assert s.console.text.count("IRQ write") == 1


async def test_a_bond_goes_before_the_peer_that_pairs_anew_has_proved_anything(tmp_path: Path) -> None:
    async with scene(tmp_path) as s, s.bleak() as client:
        await client.pair()
        await s.console.line("STORED ", 2)  # the insole's part of pairing ends after ours
        assert "FORGOT" not in s.console.text
        async with broken_off(pair_again(client)):
            assert (await s.console.line("FORGOT "), await s.console.line("FORGOT ", 2)) == ("1", "2")


async def test_a_bond_that_is_not_forgotten_hangs_the_radio_until_the_watchdog_bites(tmp_path: Path) -> None:
    async with scene(tmp_path) as s, s.bleak() as client:
        await client.pair()
        await s.order(client, "stubborn")
        async with broken_off(pair_again(client)):
            why = await s.console.line("the radio's host task hangs: ")
            await s.console.line("UP", 2)
        assert "cannot be deleted" in why
        assert s.console.text.count("UP\n") == 2


async def test_a_private_address_changes_only_when_advertising_begins_anew(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        known = s.board.spec.radio_address
        async with s.bleak() as client:
            await s.order(client, "private")
        await s.console.line("IRQ disconnect")
        (first,) = await addresses(s)
        async with BleakClient(first, backend=s.client) as client:
            await s.order(client, "advertise")
            await s.console.line("ADVERTISING")
        (second,) = await addresses(s)
        assert first == second != known, "made at the first start, and fifteen minutes have not passed"


async def test_of_two_who_answer_one_advertisement_one_gets_in_and_the_other_is_told(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        at = RadioAddress(s.radio.address.host, s.radio.address.port, tmp_path / "other.json")
        _, other = backend_for(at)
        async with using(central_at(at)):
            both = [s.bleak(), BleakClient(s.board.spec.radio_address, backend=other)]
            came = await asyncio.gather(*(one.connect() for one in both), return_exceptions=True)
            refused = [isinstance(one, BleakError) for one in came]
            assert sorted(refused) == [False, True]
            first, second = both[refused.index(False)], both[refused.index(True)]
            assert await first.read_gatt_char(PLAIN) is not None
            await first.disconnect()
            await second.connect()
            assert await second.read_gatt_char(PLAIN) is not None
            await second.disconnect()
