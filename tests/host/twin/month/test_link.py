"""The bridge and insoles without firmware: every slot recorded or explained, whatever the link does."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from insole_protocol import ids
from plantigrade.bridge.accounting import MissingReason
from plantigrade.link.base import LinkError
from plantigrade.twin.month.world import MonthWorld

from tests.host.twin.month.bridging import Collecting, in_virtual_time, pair

DAY = (("walk", 300.0), ("stand", 120.0), ("sit", 600.0), ("walk", 200.0), ("off", 1e6))


def test_half_an_hour_is_collected(tmp_path: Path) -> None:
    async def live(world: MonthWorld) -> None:
        pair(world, tmp_path, DAY)
        async with Collecting(world, tmp_path / "journal") as collecting:
            await asyncio.sleep(1800)
            for name, insole in collecting.insoles.items():
                statement = insole.ledger.statement()
                assert statement.balanced and insole.ledger.requested.end > 178_000
                unexplained = statement.missing_by_reason.get(MissingReason.UNEXPLAINED, 0)
                assert unexplained <= 200, "what has not been made into records yet"
                assert world.insoles[name].log.acked_seq > 175_000
                assert not collecting.connections[name].malformed and not insole.receiver.counters.refused

    in_virtual_time(live)


def test_the_clock_is_found_within_its_uncertainty(tmp_path: Path) -> None:
    async def live(world: MonthWorld) -> None:
        pair(world, tmp_path, DAY)
        async with Collecting(world, tmp_path / "journal") as collecting:
            await asyncio.sleep(300)
            for name, insole in collecting.insoles.items():
                clock, device_us = insole.clock, world.insoles[name].device_us(world.now_us)
                assert clock is not None
                off_ns = abs(clock.host_ns(device_us) - world.now_ns())
                assert off_ns <= clock.uncertainty_at_ns(device_us) < 20e6
                assert abs(clock.drift_ppm + world.insoles[name].drift_ppb * 1e-3) < 30

    in_virtual_time(live)


def test_losses_of_power_link_and_reach_are_explained(tmp_path: Path) -> None:
    async def live(world: MonthWorld) -> None:
        pair(world, tmp_path, DAY)
        start_us = world.now_us
        happenings = [
            (200, lambda: world.lose("left", silent=False)),
            (320, lambda: world.lose("right", silent=True)),
            (400, lambda: world.restart("left", orderly=False)),
            (500, lambda: world.restart("right", orderly=True)),
            (600, lambda: [world.reach(name, False) for name in ("left", "right")]),
            (900, lambda: [world.reach(name, True) for name in ("left", "right")]),
            (950, lambda: world.insoles["left"].overrun(world.now_us, 7)),
        ]
        world.happen((start_us + at_s * 1_000_000, act) for at_s, act in happenings)
        async with Collecting(world, tmp_path / "journal") as collecting:
            await asyncio.sleep(1300)
            found = {name: insole.ledger.statement() for name, insole in collecting.insoles.items()}
        for name, statement in found.items():
            assert statement.balanced
            assert statement.missing_by_reason.get(MissingReason.UNEXPLAINED, 0) <= 200, name
        reasons = {name: statement.missing_by_reason for name, statement in found.items()}
        assert reasons["left"][MissingReason.UNFLUSHED] == 128
        assert reasons["left"][MissingReason.OFF] == 128
        assert reasons["left"][MissingReason.OVERRUN] == 7
        assert MissingReason.UNFLUSHED not in reasons["right"], "it was stopped in order"

    in_virtual_time(live)


def test_a_full_log_explains_what_it_lacks(tmp_path: Path) -> None:
    async def live(world: MonthWorld) -> None:
        pair(world, tmp_path, (("walk", 1e6),), pages=64)
        for name in world.insoles:
            world.reach(name, False)
        await asyncio.sleep(3600)
        for name in world.insoles:
            world.reach(name, True)
        async with Collecting(world, tmp_path / "journal") as collecting:
            await asyncio.sleep(600)
            for insole in collecting.insoles.values():
                statement = insole.ledger.statement()
                assert statement.balanced and statement.recorded > 70_000
                assert statement.missing_by_reason[MissingReason.NOT_KEPT] > 300_000

    in_virtual_time(live)


@pytest.mark.parametrize("gone", ["out of reach", "without power"])
def test_who_is_not_there_cannot_be_connected(gone: str, tmp_path: Path) -> None:
    async def live(world: MonthWorld) -> None:
        pair(world, tmp_path, DAY)
        if gone == "out of reach":
            world.reach("left", False)
        else:
            world.insoles["left"].power_off(world.now_us, orderly=True)
        link = await world.link("left")
        began_us = world.now_us
        with pytest.raises(LinkError, match="out of reach"):
            await link.open()
        assert world.now_us - began_us == pytest.approx(20e6, rel=0.01)

    in_virtual_time(live)


def test_live_mode_brings_records_within_a_tenth_of_a_second(tmp_path: Path) -> None:
    async def live(world: MonthWorld) -> None:
        pair(world, tmp_path, DAY)
        async with Collecting(world, tmp_path / "journal") as collecting:
            await asyncio.sleep(20)
            connection = collecting.connections["left"]
            assert connection.session is not None
            await connection.session.command_client.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
            await asyncio.sleep(1)
            late_s: list[float] = []
            collecting.insoles["left"].on_frames.append(
                lambda insole, stamped: late_s.append((world.now_ns() - int(stamped.host_ns[-1])) * 1e-9)
            )
            await asyncio.sleep(60)
            assert len(late_s) == pytest.approx(1200, abs=5)
            assert np.percentile(late_s, 99) < 0.1 and min(late_s) > 0

    in_virtual_time(live)


def test_the_same_seed_is_the_same_world(tmp_path: Path) -> None:
    def run(number: int) -> list[tuple[int, ...]]:
        found: list[tuple[int, ...]] = []

        async def live(world: MonthWorld) -> None:
            pair(world, tmp_path / str(number), DAY)
            async with Collecting(world, tmp_path / str(number) / "journal") as collecting:
                await asyncio.sleep(120)
                found.extend(insole.log.info() for insole in world.insoles.values())
                found.extend((insole.clock.host_at_reference_ns,) for insole in collecting.insoles.values())

        in_virtual_time(live, seed=9)
        return found

    assert run(1) == run(2)
