"""Somebody follows a wearer by what the insole says on the air (threat 9)."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError
from insole_protocol import ids
from insole_protocol.advert_reader import PrivateAdvertisement
from insole_protocol.private_advert import NONCE_BYTES, TOKEN_BYTES
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import ForeignInsoleError, Radio, Recognition, describe, scan
from plantigrade.twin.central import central_at, using

from tests.security.air_kit import KEY, SERIAL, scene

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]
QUARTER_US = 905_000_000
OWN = NONCE_BYTES + TOKEN_BYTES


def everything_sent(seen: tuple[BLEDevice, Any]) -> bytes:
    """All bytes that are on the air before anybody connects."""
    device, data = seen
    raw = b"".join(b"".join(content for _, content in ad.data.ad_structures) for ad in data.platform_data)
    return bytes.fromhex(device.address.replace(":", "")) + raw + b"".join(data.manufacturer_data.values())


async def test_two_advertisements_a_quarter_of_an_hour_apart_share_nothing(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        await s.owner()
        stranger = s.host("stranger")
        seen: list[tuple[BLEDevice, Any]] = []
        for _ in range(3):
            seen.append(await stranger.look(20.0))
            s.board.set_clock(0.0, QUARTER_US)
            await asyncio.sleep(1.5)
        addresses = {device.address for device, _ in seen}
        signs = [data.manufacturer_data[ids.COMPANY_ID] for _, data in seen]
        assert len(addresses) == len({sign[1 : 1 + OWN] for sign in signs}) == 3
        assert s.board.spec.radio_address not in addresses
        names = {data.local_name for _, data in seen}
        assert names == {"Plantigrade"}
        for one in seen:
            sent = everything_sent(one)
            for end in (SERIAL[-6:], s.board.spec.radio_address.replace(":", "")[-6:]):
                assert bytes.fromhex(end) not in sent and end.encode() not in sent
        shared = [a == b for a, b in zip(signs[0][1:], signs[1][1:], strict=True)]
        assert sum(shared) <= 3, "of nine bytes, by chance"


async def test_after_a_start_it_is_another_s_to_everybody_else(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        stranger = s.host("stranger")
        device, data = await stranger.look(20.0)
        await s.board.power_cut()
        await s.board.power_on()
        again, later = await stranger.look(30.0)
        assert device.address != again.address
        assert data.manufacturer_data[ids.COMPANY_ID][1:] != later.manufacturer_data[ids.COMPANY_ID][1:]


async def test_the_owner_finds_it_by_its_key_and_a_stranger_does_not(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        owner = await s.owner()
        async with using(central_at(owner.at)):
            mine = Radio(owner.scanner, owner.client, virtual=True, keys=lambda: {SERIAL: (KEY,)})
            (sighting,) = (await scan(10.0, mine, bool)).values()
            found = sighting.insole
            assert (found.serial, found.serial_end, found.side) == (SERIAL, SERIAL[-6:], "left")
            assert found.private and found.bonded and found.logging
            link = BleLink(sighting.device, backend=owner.client, pair=False)
            await link.open()
            await link.close()
            others = Radio(owner.scanner, owner.client, virtual=True, keys=lambda: {"00" * 8: (bytes(32),)})
            assert await scan(3.0, others) == {}


async def test_the_serial_is_read_by_nobody_who_has_not_proved_himself(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        serial = "00002a25-0000-1000-8000-00805f9b34fb"
        stranger = s.host("stranger")
        async with using(central_at(stranger.at)), stranger.connected() as client:
            with pytest.raises(BleakError):
                await client.read_gatt_char(serial)
        owner = await s.owner()
        async with using(central_at(owner.at)), owner.connected() as client:
            with pytest.raises(BleakError, match="8"):  # insufficient authorization
                await client.read_gatt_char(serial)
            assert client.is_connected


async def test_a_host_follows_its_insole_through_the_night(tmp_path: Path) -> None:
    """Found and encrypted without pairing anew, whatever address it shows."""
    async with scene(tmp_path) as s:
        owner = await s.owner()
        for _ in range(3):
            assert await owner.gets_in(60.0)
            s.board.set_clock(0.0, QUARTER_US)
            await asyncio.sleep(1.5)


async def test_in_safe_mode_it_is_hidden_as_well_and_its_owner_finds_it(tmp_path: Path) -> None:
    """A firmware that does not start; before, safe mode told everybody its side and the end of its serial."""
    lost = {"lib/insole/sampler.mpy": None}
    async with scene(tmp_path, changed=lost) as s:
        seen = await s.host("stranger").look(20.0)
        assert seen[1].local_name == "Plantigrade"
        sent = everything_sent(seen)
        for end in (SERIAL[-6:], s.board.spec.radio_address.replace(":", "")[-6:]):
            assert bytes.fromhex(end) not in sent and end.encode() not in sent
        owner = s.trusted("owner")
        mine = Radio(owner.scanner, owner.client, virtual=True, keys=lambda: {SERIAL: (KEY,)})
        (sighting,) = (await scan(10.0, mine, bool)).values()
        found = sighting.insole
        assert (found.serial, found.side, found.fault, found.logging) == (SERIAL, "left", True, False)


def test_a_replayed_advertisement_is_recognised_and_proves_nothing() -> None:
    """A token is a name, not a proof: whoever repeats it is found, and has no key."""
    from insole_protocol.private_advert import private_data

    data = private_data(KEY, b"once", 0, 50)
    recognition = Recognition({SERIAL: (KEY,), "11" * 8: (bytes(32),)})
    assert recognition.serial_of(PrivateAdvertisement(data)) == SERIAL
    changed = bytes([data[0]]) + bytes([data[1] ^ 1]) + data[2:]
    assert recognition.serial_of(PrivateAdvertisement(changed)) is None


def test_an_insole_of_others_is_no_insole_of_ours() -> None:
    from types import SimpleNamespace

    from insole_protocol.private_advert import private_data

    data: Any = SimpleNamespace(
        manufacturer_data={ids.COMPANY_ID: private_data(KEY, b"once", 0, 50)},
        local_name="Plantigrade",
        rssi=-50,
    )
    device: Any = SimpleNamespace(address="address", name="Plantigrade")
    with pytest.raises(ForeignInsoleError):
        describe(device, data, False, Recognition({}))
