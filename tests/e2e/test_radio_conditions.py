"""The radio's conditions do what they say: interval, throughput, delay, loss, faults of a host's stack."""

import asyncio
import time
from pathlib import Path

import pytest
from plantigrade.twin.central import central_at
from plantigrade.twin.radio.client import RadioError
from plantigrade.twin.radio.conditions import RadioConditions

from tests.e2e.radio_kit import PLAIN, PUSHED, QUICK, Scene, scene

pytestmark = [pytest.mark.micropython, pytest.mark.radio]


class Received:
    """Numbered notifications of the flood, as they arrive."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.lengths: set[int] = set()
        self._more = asyncio.Event()

    def __call__(self, _: object, value: bytearray) -> None:
        self.numbers.append(int.from_bytes(value[:4], "little"))
        self.lengths.add(len(value))
        self._more.set()

    async def until(self, count: int) -> None:
        """Wait for this many."""
        async with asyncio.timeout(10):
            while len(self.numbers) < count:
                self._more.clear()
                await self._more.wait()


async def flooded(s: Scene, count: int) -> int:
    """Wait for the end of a flood; how often the firmware was refused a buffer."""
    return int((await s.console.line("FLOODED refused")).split()[-1])


@pytest.mark.parametrize("interval_ms", [15.0, 60.0])
async def test_a_round_trip_takes_two_connection_events(tmp_path: Path, interval_ms: float) -> None:
    async with scene(tmp_path, RadioConditions(interval_ms=interval_ms)) as s, s.bleak() as client:
        await client.read_gatt_char(PLAIN)
        started = time.monotonic()
        for _ in range(10):
            await client.read_gatt_char(PLAIN)
        mean_ms = (time.monotonic() - started) * 100
        assert 1.9 * interval_ms <= mean_ms <= 2.3 * interval_ms + 10


async def test_extra_latency_adds_to_both_ways(tmp_path: Path) -> None:
    async with scene(tmp_path, QUICK) as s, s.bleak() as client:
        await s.radio.set_conditions(RadioConditions(interval_ms=7.5, latency_ms=50))
        started = time.monotonic()
        for _ in range(4):
            await client.read_gatt_char(PLAIN)
        assert time.monotonic() - started >= 0.4


async def test_a_slow_link_refuses_buffers_and_loses_nothing(tmp_path: Path) -> None:
    slow = RadioConditions(interval_ms=20, packets_per_event=1, buffers=4)
    async with scene(tmp_path, slow) as s, s.bleak() as client:
        received = Received()
        await client.start_notify(PUSHED, received)
        started = time.monotonic()
        await s.order(client, "flood 50")
        await received.until(50)
        elapsed_s = time.monotonic() - started
        assert received.numbers == list(range(50))
        assert await flooded(s, 50) > 50  # every buffer waited for
        assert received.lengths == {240}
        assert 50 * 0.020 <= elapsed_s <= 50 * 0.020 * 1.5 + 0.2


async def test_the_budget_of_an_event_sets_the_throughput(tmp_path: Path) -> None:
    rates: list[float] = []
    for packets in (1, 4):
        conditions = RadioConditions(interval_ms=20, packets_per_event=packets)
        async with scene(tmp_path / str(packets), conditions) as s, s.bleak() as client:
            received = Received()
            await client.start_notify(PUSHED, received)
            started = time.monotonic()
            await s.order(client, "flood 80")
            await received.until(80)
            rates.append(80 / (time.monotonic() - started))
    assert rates[1] / rates[0] == pytest.approx(4, rel=0.35)


async def test_a_cut_link_is_seen_on_both_sides(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        gone = asyncio.Event()
        client = s.bleak(disconnected_callback=lambda _: gone.set())
        await client.connect()
        await s.radio.cut_link("left")
        await asyncio.wait_for(gone.wait(), 2)
        await s.console.line("IRQ disconnect")
        assert not client.is_connected
        async with s.bleak() as again:
            assert again.is_connected


async def test_a_short_fade_delays_and_a_long_one_disconnects(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        gone = asyncio.Event()
        client = s.bleak(disconnected_callback=lambda _: gone.set())
        await client.connect()
        received = Received()
        await client.start_notify(PUSHED, received)
        await s.order(client, "flood 200")
        await received.until(20)
        await s.radio.fade("left", 0.5)
        started = time.monotonic()
        await received.until(200)
        assert time.monotonic() - started >= 0.4
        assert received.numbers == list(range(200))
        await s.radio.fade("left", 3.0)
        started = time.monotonic()
        await asyncio.wait_for(gone.wait(), 5)
        assert 1.9 <= time.monotonic() - started <= 2.6  # the supervision timeout that the host chose
        await s.console.line("IRQ disconnect")


async def test_an_insole_without_power_is_missed_after_the_supervision_timeout(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        gone = asyncio.Event()
        client = s.bleak(disconnected_callback=lambda _: gone.set())
        await client.connect()
        await s.board.power_cut()
        started = time.monotonic()
        await asyncio.wait_for(gone.wait(), 5)
        assert 1.5 <= time.monotonic() - started <= 2.6
        await s.board.power_on()
        await s.console.line("UP", 2)
        async with s.bleak() as again:
            assert again.is_connected


async def test_faults_of_the_host_stack_strike_the_share_they_should(tmp_path: Path) -> None:
    faulty = RadioConditions(interval_ms=7.5, drop=0.2, duplicate=0.2, truncate=0.2, seed=3)
    async with scene(tmp_path, faulty) as s, s.bleak() as client:
        received = Received()
        await client.start_notify(PUSHED, received)
        await s.order(client, "flood 200")
        await flooded(s, 200)
        while True:
            count = len(received.numbers)
            await client.read_gatt_char(PLAIN)
            await client.read_gatt_char(PLAIN)
            if len(received.numbers) == count:
                break
        assert 130 <= len(received.numbers) <= 230
        assert len(received.lengths) > 10


def test_conditions_out_of_range_are_refused_with_words() -> None:
    for wrong in ({"interval_ms": 1}, {"buffers": 0}, {"drop": 1.5}, {"mtu": 1000}, {"packets_per_event": 0}):
        with pytest.raises(ValueError, match=r"\d"):
            RadioConditions(**wrong)
    with pytest.raises(ValueError, match="unknown radio condition"):
        RadioConditions.from_json('{"colour": 3}')
    assert RadioConditions.from_json(QUICK.to_json()) == QUICK


async def test_requests_for_an_insole_that_is_not_there_fail_in_words(tmp_path: Path) -> None:
    async with scene(tmp_path) as s:
        with pytest.raises(RadioError, match="no insole 'middle'"):
            await s.radio.cut_link("middle")


async def test_a_host_that_stops_reading_is_felt_by_the_firmware(tmp_path: Path) -> None:
    async with scene(tmp_path, QUICK) as s, s.bleak() as client:
        received = Received()
        await client.start_notify(PUSHED, received)
        transport = central_at(s.radio.address).transport
        await s.order(client, "flood 3000")  # 720 kB, far more than all buffers on the way
        transport.pause_reading()
        await asyncio.sleep(1.5)
        before = len(received.numbers)
        transport.resume_reading()
        await received.until(3000)
        assert before < 3000
        assert received.numbers == list(range(3000))
        assert await flooded(s, 3000) > 500
