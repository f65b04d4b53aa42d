"""A stranger claims the owner's address and pairs anew, or comes again and again (threats 12 and 13)."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

import pytest
from bleak.exc import BleakError
from plantigrade.twin.central import central_at, using

from hardware.power.wear import figures
from tests.firmware.interpreters import Build, run_on
from tests.security.air_kit import Host, Scene, scene

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]


async def begin_pairing(thief: Host) -> None:
    """What deletes the bond of whose address it is, and no more."""
    async with using(central_at(thief.at)), thief.connected() as client:
        backend: Any = client._backend  # pyright: ignore[reportPrivateUsage]
        pairing: asyncio.Task[Any] = asyncio.create_task(backend._connection.pair())
        await asyncio.sleep(0.02)
        pairing.cancel()
        await asyncio.gather(pairing, return_exceptions=True)


async def thief_of(s: Scene, owner: Host) -> Host:
    """A radio that has heard the owner's address."""
    thief = s.host("thief", owner.address)
    assert owner.address == thief.address
    return thief


async def test_who_claims_the_owner_s_address_evicts_nobody(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        owner = await s.owner()
        thief = await thief_of(s, owner)
        with contextlib.suppress(BleakError, TimeoutError):
            await begin_pairing(thief)
        assert await owner.is_served(), "broken off"
        assert not await thief.pairs(), "carried through: sent away"
        assert await owner.is_served()
        assert not await thief.is_served()
        assert "hangs" not in s.console.text


async def test_the_owner_gets_in_while_a_stranger_connects_again_and_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        owner = await s.owner()
        flood = s.host("flood")
        connects = 0

        async def connect_for_ever() -> None:
            nonlocal connects
            async with using(central_at(flood.at)):
                while True:
                    with contextlib.suppress(BleakError, TimeoutError):
                        async with flood.connected() as client:
                            connects += 1
                            await client._backend._gone  # pyright: ignore

        attack = asyncio.create_task(connect_for_ever())
        try:
            await asyncio.sleep(15.0)
            assert 3 <= connects <= 10, "it finds the insole silent most of the time"
            assert await owner.gets_in(60.0)
        finally:
            attack.cancel()
            await asyncio.gather(attack, return_exceptions=True)


def drain_ma(kind: str, connects: int) -> tuple[float, float]:
    """Mean current in mA that a radio costs which connects so often, and the hours that it takes; by the
    budget's figure for a connection event, one each 7.5 ms."""
    ended = run_on(Build.UNIX, Path(__file__).parent / "flood.py", kind, str(connects))
    connected_ms, all_ms = map(int, ended.stdout.split())
    live_ma = float(figures()["figure"]["radio_live"]["ma"])  # one each 30 ms
    return live_ma * 30.0 / 7.5 * connected_ms / all_ms, all_ms / 3_600_000


def test_a_thousand_connects_cost_little() -> None:
    """Nor can they be made to cost more: the longest pause is in force after a dozen."""
    before_ma, _ = drain_ma("none", 3)
    after_ma, hours = drain_ma("keys", 1000)
    assert before_ma > 18.0, "who is not sent away stays connected for good"
    assert after_ma < before_ma / 3, f"{after_ma:.1f} mA of {before_ma:.1f}"
    assert hours > 1.0
