"""The host's side of a soak: connections, journal writer and journal, which can be killed and started
again."""

import asyncio
import errno
import random
from dataclasses import dataclass, field
from pathlib import Path

from insole_protocol import ids

from plantigrade.bridge.backfill import BackfillPolicy
from plantigrade.bridge.backoff import Backoff
from plantigrade.bridge.collection import complete
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import Journal, JournalError
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.bridge.reconnecting import ReconnectingConnection
from plantigrade.bridge.session import SessionPolicy
from plantigrade.link.base import Link
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
        seed: of the waits between attempts to connect.
        disk_full: the disk takes nothing.
        wall_step_ns: how far the wall clock has been set.
    """

    world: World
    path: Path
    seed: int
    disk_full: bool = False
    wall_step_ns: int = 0
    insoles: dict[str, Insole] = field(default_factory=dict[str, Insole])
    connections: dict[str, ReconnectingConnection] = field(default_factory=dict[str, ReconnectingConnection])
    _tasks: list[asyncio.Task[None]] = field(default_factory=list[asyncio.Task[None]])
    _lives: int = 0

    def start(self) -> None:
        """Begin to collect, from where the journal is."""
        self.journal = Journal(
            self.path,
            now=lambda: self.world.now_us * 1000,
            utc_ns=lambda: WALL_START_NS + self.world.now_us * 1000 + self.wall_step_ns,
            sync=self._sync,
        )
        self.journal_writer = JournalWriter(self.journal)
        self._lives += 1
        for side in self.world.boards:
            insole = self.insoles[side] = Insole(side)
            self.journal_writer.watch(insole)
            self.connections[side] = ReconnectingConnection(
                insole,
                lambda side=side: self._link(side),
                POLICY,
                Backoff(rng=random.Random(f"{self.seed} {side} {self._lives}")),
                now=lambda: self.world.now_us * 1000,
            )
            self._tasks.append(asyncio.create_task(self.connections[side].run()))
        self._tasks.append(asyncio.create_task(self.journal_writer.run()))

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
        for connection in self.connections.values():
            await complete(connection, self.journal_writer, ids.MODE_IDLE)
        await self._end_tasks()
        self.journal.close()

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
