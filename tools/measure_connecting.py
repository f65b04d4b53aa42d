"""What it takes from a connection to the first frame, of an insole with keys and of an open one.

    python -m tools.measure_connecting --times 20

The real firmware on a virtual insole, over the virtual radio; the host has bonded before. For each: until the
link is up (connected, encrypted, services found, subscribed), from there until the host knows who it is (one
round trip of an open insole, four of one with keys, that prove both ends), and from the request for the
stream until the first frame is decoded. Medians, and the slowest of all. A busy computer shows in all of it.
"""

import argparse
import asyncio
import itertools
import json
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from insole_protocol import ids
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.session import Session
from plantigrade.link.ble import BleLink
from plantigrade.twin.central import central_at, using
from plantigrade.twin.radio.conditions import RadioConditions

from tests.security.air_kit import Host, Scene, scene
from tests.security.locked_kit import KEYS

PATIENCE_S = 20.0


@dataclass(frozen=True)
class Stages:
    """Durations of one connection, in ms: to the open link, from there to who it is, from the request for the
    stream to the first frame."""

    link_ms: float
    proof_ms: float
    first_frame_ms: float

    @property
    def total_ms(self) -> float:
        """All three."""
        return self.link_ms + self.proof_ms + self.first_frame_ms


async def connect_once(host: Host) -> Stages:
    """Connect, be told who it is, ask for the stream, have a frame, go."""
    insole = Insole("left", keyring=host.keyring)
    came = asyncio.Event()

    def take(_insole: Insole, _stamped: StampedFrames) -> None:
        came.set()

    insole.on_frames.append(take)
    device, _ = await host.look(PATIENCE_S)
    link = BleLink(device, backend=host.client)
    marks = [time.perf_counter()]
    try:
        await link.open()
        marks.append(time.perf_counter())
        session = Session(link, insole)
        await session.hello()
        marks.append(time.perf_counter())
        await session.command_client.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
        asked = time.perf_counter()
        await session.begin_stream()
        run = asyncio.create_task(session.run())
        try:
            async with asyncio.timeout(PATIENCE_S):
                await came.wait()
            frame = time.perf_counter() - asked
        finally:
            run.cancel()
            await asyncio.gather(run, return_exceptions=True)
    finally:
        await link.close()
    opened, known = (1e3 * (after - before) for before, after in itertools.pairwise(marks))
    return Stages(opened, known, 1e3 * frame)


async def measured(of: Scene, times: int) -> list[Stages]:
    """So many connections of a host that has bonded."""
    owner = await of.owner() if of.locked else of.host("owner")
    async with using(central_at(owner.at)):
        await connect_once(owner)  # an open insole is paired with here
        return [await connect_once(owner) for _ in range(times)]


async def main_async(times: int, interval_ms: float) -> dict[str, dict[str, dict[str, float]]]:
    """Medians and the slowest, by kind of insole and stage."""
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, keys in (("open", None), ("with keys", KEYS)):
        with tempfile.TemporaryDirectory() as folder:
            async with scene(Path(folder), keys, conditions=RadioConditions(interval_ms=interval_ms)) as one:
                runs = await measured(one, times)
        rows = [{**asdict(run), "total_ms": run.total_ms} for run in runs]
        found[name] = {
            stage: {
                "median": round(statistics.median(row[stage] for row in rows), 1),
                "slowest": round(max(row[stage] for row in rows), 1),
            }
            for stage in rows[0]
        }
    return found


def main() -> int:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.measure_connecting",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--times", type=int, default=20, help="connections of each (default %(default)s)")
    parser.add_argument(
        "--interval-ms",
        type=float,
        default=30.0,
        help="connection interval of the radio (default %(default)s)",
    )
    chosen = parser.parse_args()
    print(json.dumps(asyncio.run(main_async(chosen.times, chosen.interval_ms)), indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
