"""A pair without firmware in virtual time, and the bridge that collects from it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import cast

from plantigrade.bridge.backoff import Backoff
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import Journal
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.bridge.reconnecting import ReconnectingConnection
from plantigrade.bridge.session import SessionPolicy
from plantigrade.twin.body import draw_person
from plantigrade.twin.month.battery import Battery, Currents
from plantigrade.twin.month.feed import FEET, Feed, Pieces, Playing
from plantigrade.twin.month.insole import EncodedInsole
from plantigrade.twin.month.world import MonthWorld
from plantigrade.twin.soak.virtual_time import WorldLoop

UTC_START_NS = 1_772_000_000_000_000_000
CURRENTS = Currents(daily_ma=9.0, live_ma=42.0, sleep_ma=0.2, radio_ma=95.0)
POLICY = SessionPolicy(
    mode=None, first_round_trips=8, clock_period_s=10.0, status_period_s=60.0, from_log=True
)


def pair(world: MonthWorld, folder: Path, plan: tuple[tuple[str, float], ...], pages: int = 1024) -> None:
    """Both insoles with what they show: (what is done, seconds), switched on at once."""
    pieces = Pieces(draw_person(3), {"left": 6, "right": 7}, seed=3, variants=1, piece_s=25.0)
    at_us, playing = world.now_us, []
    for doing, seconds in plan:
        playing.append(Playing(at_us, pieces.piece(doing, 0, 0)))  # pyright: ignore[reportArgumentType]
        at_us += round(seconds * 1e6)
    for number, foot in enumerate(FEET):
        battery = Battery(170.0, CURRENTS, 60.0, 170.0)
        insole = EncodedInsole(
            foot, bytes((0, 0, 10, 80, 71, 127, 63, number + 1)), Feed(playing), folder, battery, pages,
            drift_ppb=(-20_000, 35_000)[number],
        )  # fmt: skip
        world.add(foot, insole)
        insole.power_on(world.now_us)


class Collecting:
    """Keeps both insoles connected and journals what comes."""

    def __init__(self, world: MonthWorld, path: Path, policy: SessionPolicy = POLICY) -> None:
        self.journal = Journal(path, now=world.now_ns, utc_ns=world.utc_ns, sync=lambda _: None)
        self.writer = JournalWriter(self.journal)
        self.insoles = {name: Insole(name) for name in world.insoles}
        self.connections = {
            name: ReconnectingConnection(
                insole, partial(world.link, name), policy, Backoff(rng=random.Random(name)), now=world.now_ns
            )
            for name, insole in self.insoles.items()
        }
        for insole in self.insoles.values():
            self.writer.watch(insole)

    async def __aenter__(self) -> "Collecting":
        jobs = [connection.run() for connection in self.connections.values()]
        self._tasks = [asyncio.create_task(job) for job in (*jobs, self.writer.run())]
        return self

    async def __aexit__(self, *failure: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.journal.close()


def in_virtual_time(live: Callable[[MonthWorld], Awaitable[None]], seed: int = 1) -> None:
    """Run something in a world of its own."""
    with asyncio.Runner(loop_factory=WorldLoop) as runner:
        loop = cast(WorldLoop, runner.get_loop())
        runner.run(_in_world(live, MonthWorld(loop.world, UTC_START_NS, seed)))


async def _in_world(live: Callable[[MonthWorld], Awaitable[None]], world: MonthWorld) -> None:
    running = asyncio.create_task(world.run())
    await live(world)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
