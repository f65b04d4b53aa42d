"""The host's side of a soak: keepers, collector and journal, which can be killed and started again."""

import asyncio
import errno
from dataclasses import dataclass, field
from pathlib import Path

from insole_protocol import ids
from plantigrade.bridge.backfill import Backfill, BackfillPolicy
from plantigrade.bridge.collector import Collector
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal import Journal, JournalError
from plantigrade.bridge.keeper import Keeper
from plantigrade.bridge.session import SessionPolicy
from plantigrade.link.base import Link, LinkError
from plantigrade.twin.soak.world import SoakLink, World

WALL_START_NS = 1_767_225_600_000_000_000
POLICY = SessionPolicy(
    mode=None,
    first_round_trips=8,
    clock_period_s=10.0,
    status_period_s=60.0,
    from_log=True,
    backfill=BackfillPolicy(),
)


@dataclass
class Host:
    """One life of the host after another.

    Attributes:
        disk_full: the disk takes nothing.
        wall_step_ns: how far the wall clock has been set.
    """

    world: World
    path: Path
    disk_full: bool = False
    wall_step_ns: int = 0
    insoles: dict[str, Insole] = field(default_factory=dict[str, Insole])
    keepers: dict[str, Keeper] = field(default_factory=dict[str, Keeper])
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])

    def start(self) -> None:
        """Begin to collect, from where the journal is."""
        self.journal = Journal(
            self.path,
            now=lambda: self.world.now_us * 1000,
            utc_ns=lambda: WALL_START_NS + self.world.now_us * 1000 + self.wall_step_ns,
            sync=self._sync,
        )
        self.collector = Collector(self.journal)
        for side in self.world.boards:
            insole = self.insoles[side] = Insole(side)
            self.collector.watch(insole)
            self.keepers[side] = Keeper(
                insole, lambda side=side: self._link(side), POLICY, now=lambda: self.world.now_us * 1000
            )
            self._tasks.append(asyncio.create_task(self.keepers[side].run()))
        self._tasks.append(asyncio.create_task(self.collector.run()))

    async def start_when_possible(self) -> None:
        """Start, again and again while the disk is full."""
        while True:
            try:
                self.start()
                return
            except JournalError:
                await asyncio.sleep(10)

    async def kill(self) -> None:
        """End as `kill -9` ends a process: nothing in memory survives."""
        self.journal.abandon()
        await self._end_tasks()

    async def finish(self) -> None:
        """Stop the insoles, fetch and commit everything, and end in order."""
        for side in self.world.boards:
            await self._complete(side)
        await self._end_tasks()
        self.journal.close()

    async def _complete(self, side: str) -> None:
        """Fetch everything of one insole, however often the link breaks meanwhile."""
        for _ in range(100):
            keeper = self.keepers[side]
            await keeper.streaming.wait()
            session = keeper.session
            if session is None:
                await asyncio.sleep(1)
                continue
            try:
                await session.exchange.ask(ids.OP_SET_MODE, ids.MODE_IDLE)
                log = await session.look_at_log()
                self.insoles[side].request_to(log.next_seq)
                while self.insoles[side].books.open_gaps():
                    await Backfill(session).fetch_all()
                    await asyncio.sleep(0.5)
                self.collector.commit()
                await Backfill(session).acknowledge()
                return
            except LinkError:
                await asyncio.sleep(1)
        raise TimeoutError(f"{side}: could not be completed")

    async def _end_tasks(self) -> None:
        tasks, self._tasks = self._tasks, []
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _link(self, side: str) -> Link:
        return SoakLink(self.world, self.world.boards[side])

    def _sync(self, _: int) -> None:
        if self.disk_full:
            raise OSError(errno.ENOSPC, "No space left on device")
