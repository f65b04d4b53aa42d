"""Firmware that uses MicroPython's plain `bluetooth` module, over the virtual radio, seen by bleak."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from bleak import BleakScanner
from bleak.exc import BleakError, BleakGATTProtocolError

from tests.e2e.radio_kit import LOCKED, NAMED, PLAIN, PUSHED, scene

pytestmark = [pytest.mark.micropython, pytest.mark.radio]


async def test_scan_joins_advertisement_and_scan_response(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        found = await BleakScanner.discover(timeout=0.3, return_adv=True, backend=s.scanner)
        (device, data), *others = found.values()
        assert not others
        assert device.address == s.board.spec.radio_address
        assert (data.local_name, data.manufacturer_data) == ("Test", {0xFFFF: b"ab"})


async def test_values_go_both_ways(tmp_path: Path) -> None:
    async with scene(tmp_path) as s, s.bleak() as client:
        assert client.mtu_size == 247
        assert await s.console.line("IRQ mtu ") == "1 247"
        long = bytes(range(256)) + b"0123456789"
        await client.write_gatt_char(PLAIN, b"short", response=True)
        assert await client.read_gatt_char(PLAIN) == b"short"
        await client.write_gatt_char(PLAIN, long[:244], response=False)
        while await client.read_gatt_char(PLAIN) != long[:244]:
            pass
        named = client.services.get_characteristic(NAMED)
        assert named is not None and await client.read_gatt_char(named) == b"n" * 200
        assert await client.read_gatt_descriptor(named.descriptors[0]) == b"a description"


async def test_notifications_and_indications_come_in_order_once_asked_for(tmp_path: Path) -> None:
    async with scene(tmp_path) as s, s.bleak() as client:
        got: list[bytes] = []
        await s.order(client, "notify 3")  # nobody has subscribed: lost by the rules
        await client.start_notify(PUSHED, lambda _, value: got.append(bytes(value)))
        await s.order(client, "notify 10")
        await s.order(client, "update hello")
        await client.read_gatt_char(PLAIN)
        assert got == [bytes([n]) * 20 for n in range(10)] + [b"hello"]
        await client.stop_notify(PUSHED)
        await s.order(client, "notify 1")
        await client.read_gatt_char(PLAIN)
        assert len(got) == 11


async def test_locked_values_need_a_pairing_and_the_firmware_keeps_the_bond(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        async with s.bleak() as client:
            with pytest.raises(BleakGATTProtocolError):
                await client.read_gatt_char(LOCKED)
            with pytest.raises(BleakGATTProtocolError):
                await client.write_gatt_char(LOCKED, b"x", response=True)
            await client.pair()
            assert await client.read_gatt_char(LOCKED) == b"secret"
            assert await s.console.line("IRQ encrypted ") == "1 1 0 1 16"
        async with s.bleak() as client:  # encrypted by the bond, without pairing
            assert await client.read_gatt_char(LOCKED) == b"secret"
            await s.order(client, "forget")
        async with s.bleak() as client:
            with pytest.raises(BleakGATTProtocolError):
                await client.read_gatt_char(LOCKED)
            await client.pair()
            assert await client.read_gatt_char(LOCKED) == b"secret"


async def test_twenty_reconnections_from_either_side(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        for turn in range(20):
            gone = asyncio.Event()
            client = s.bleak(disconnected_callback=lambda _, gone=gone: gone.set())
            await client.connect()
            await client.write_gatt_char(PLAIN, b"turn %d" % turn, response=True)
            assert await client.read_gatt_char(PLAIN) == b"turn %d" % turn
            if turn % 2:
                await client.disconnect()
            else:
                with contextlib.suppress(BleakError):  # its answer may or may not come before it leaves
                    await s.order(client, "leave")
            await asyncio.wait_for(gone.wait(), 5)
        assert s.console.text.count("IRQ connect") == 20


async def test_the_host_may_change_the_connection_interval(tmp_path: Path) -> None:
    async with scene(tmp_path) as s, s.bleak() as client:
        connection = client._backend._connection  # pyright: ignore
        await connection.update_parameters(45.0, 45.0, 0, 1000.0)
        assert (await s.console.line("IRQ update ")).split() == ["1", "36", "0", "100", "0"]
