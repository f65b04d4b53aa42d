"""End to end over the virtual radio: links break, the host is killed, an insole loses its power; nothing is
lost."""

import asyncio
import json
import random
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.finalize import finalize_journal
from plantigrade.library.recordings.frames import read_parquet
from plantigrade.library.recordings.verify import verify
from plantigrade.link import batch_decoder
from plantigrade.twin.body import load_walk, write_feed
from plantigrade.twin.electrical import FrontEnd
from plantigrade.twin.pair import VirtualPair
from plantigrade.twin.radio.client import RadioError
from plantigrade.twin.radio.conditions import RadioConditions

from tests.e2e.seeds import drawn
from tests.processes import end

ROOT = Path(__file__).resolve().parents[2]
HOST = Path(__file__).with_name("collect_host.py")
SIDES = ("left", "right")
ALLOWED = {"off", "unflushed_at_power_loss"}


def stored_records(path: Path) -> list[bytes]:
    """All block records on the SD NAND of a board: the twin's own record, read by the insole's own code."""
    for folder in ("firmware", "tests/firmware"):
        if str(ROOT / folder) not in sys.path:
            sys.path.append(str(ROOT / folder))
    from insole.recorder import Recorder
    from log_kit.devices import RamCard
    from log_kit.walks import read_all

    data = bytearray(path.read_bytes())
    log = Recorder(RamCard(len(data) // 4096, data))
    log.open()
    return [what for _, _, what in read_all(log) if isinstance(what, bytes)]


async def start_host(pair: VirtualPair, data: Path) -> asyncio.subprocess.Process:
    settings = {
        "radio": [pair.radio.host, pair.radio.port, str(pair.radio.bonds)],
        "boards": {side: board.spec.radio_address for side, board in pair.boards.items()},
    }
    return await asyncio.create_subprocess_exec(sys.executable, str(HOST), json.dumps(settings), str(data))


async def live_through(pair: VirtualPair, data: Path, seconds: float, cuts: int, kills: int) -> None:
    """Collect for a while; cut links, kill the host and power-cycle an insole at random moments."""
    host = await start_host(pair, data)
    try:
        with drawn(5) as draw:
            events = [(draw.uniform(0.1, 0.9) * seconds, "cut") for _ in range(cuts)]
            events += [(draw.uniform(0.2, 0.8) * seconds, "kill") for _ in range(kills)]
            events += [(0.5 * seconds, "power")]
            host = await _trouble(pair, data, host, seconds, sorted(events), draw)
        host.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(host.wait(), 60) == 0
    finally:
        await end(host)


async def _trouble(
    pair: VirtualPair,
    data: Path,
    host: asyncio.subprocess.Process,
    seconds: float,
    events: list[tuple[float, str]],
    draw: random.Random,
) -> asyncio.subprocess.Process:
    """Let the events happen; the host process that runs at the end."""
    began = asyncio.get_running_loop().time()
    for at_s, kind in events:
        await asyncio.sleep(max(0.0, began + at_s - asyncio.get_running_loop().time()))
        if kind == "cut":
            try:
                await pair.air.cut_link(draw.choice(SIDES))
            except RadioError:
                await pair.air.cut_link("right")  # the left one is just booting
        elif kind == "kill":
            host.kill()
            await host.wait()
            host = await start_host(pair, data)
        else:
            await pair.boards["left"].power_cut()
            await asyncio.sleep(2)
            await pair.boards["left"].power_on()
    await asyncio.sleep(max(0.0, began + seconds - asyncio.get_running_loop().time()))
    return host


async def check(tmp_path: Path, seconds: float, cuts: int, kills: int) -> None:
    walk = load_walk()
    feeds = {side: tmp_path / f"{side}.bin" for side in SIDES}
    for seed, side in enumerate(SIDES):
        write_feed(feeds[side], FrontEnd(seed).counts(getattr(walk, side), walk.rate_hz), walk.rate_hz)
    data = tmp_path / "data"
    conditions = RadioConditions(interval_ms=30)
    async with VirtualPair(feeds["left"], feeds["right"], conditions, directory=tmp_path / "twin") as pair:
        await live_through(pair, data, seconds, cuts, kills)
    recording = finalize_journal(data / "journal" / "current.journal", data / "recordings")
    verdict = verify(recording)
    assert verdict.ok, verdict.problems
    for foot in read_manifest(recording).feet:
        lost_to_overrun = foot.missing_by_reason.get("overrun", 0)
        print(foot.foot, foot.frames_requested, foot.frames_recorded, foot.missing_by_reason)
        assert set(foot.missing_by_reason) <= ALLOWED | {"overrun"}
        # A busy computer may take time from the virtual chips; the insole then says so itself.
        assert lost_to_overrun < 0.02 * foot.frames_requested
        assert foot.frames_recorded > 0.8 * seconds * 100
        frames = read_parquet(recording / f"{foot.foot}.parquet")
        stored = batch_decoder.decode_records(stored_records(tmp_path / "twin" / foot.foot / "card.bin"))
        # The host may have heard a record that was lost with the power before it was committed; never the
        # reverse.
        rows = np.searchsorted(frames.seq, stored.seq)
        assert np.array_equal(frames.seq[rows], stored.seq)
        assert len(frames) - len(rows) <= 100
        assert np.array_equal(frames.counts[rows], stored.counts)
        assert np.array_equal(frames.device_us[rows], stored.time_us)


@pytest.mark.radio
@pytest.mark.slow
async def test_half_a_minute_of_trouble(tmp_path: Path) -> None:
    await check(tmp_path, 30, cuts=2, kills=1)


@pytest.mark.radio
@pytest.mark.soak
async def test_five_minutes_of_trouble(tmp_path: Path) -> None:
    await check(tmp_path, 300, cuts=10, kills=2)
