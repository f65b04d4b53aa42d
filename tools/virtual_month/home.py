"""Where the wearer lives: a library, the service with everything beside it, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from plantigrade.bridge.collection import complete
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.journal.file import Journal
from plantigrade.bridge.journal.writer import JournalWriter
from plantigrade.bridge.reconnecting import LinkFactory, ReconnectingConnection
from plantigrade.bridge.session import SessionPolicy
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.recordings.finalize import finalize_journal
from plantigrade.service.bus import EventBus
from plantigrade.service.core import BridgeService
from plantigrade.service.day.warnings import DayWarnings
from plantigrade.service.live_analysis.analysis import LiveAnalysis
from plantigrade.service.offload import Offload, Runner, at_once
from plantigrade.service.process import in_process
from plantigrade.service.settings import ServiceSettings
from plantigrade.service.workers.upkeep import Upkeep
from plantigrade.service.workers.worker import AnalysisWorker
from plantigrade.twin.bench import bench_calibration
from plantigrade.twin.month.world import MonthWorld
from plantigrade.twin.soak.virtual_time import WorldSelector

PERSON = "P001"
VISIT_S = 120.0
CRITICAL_RULE = "sustained-pressure"
CRITICAL_LIMIT = (4.7, 900.0)
"""Kilopascals and seconds, as the rule's source has them."""
POLICY = SessionPolicy(mode=None, from_log=True)

T = TypeVar("T")


class Home:
    """One wearer, one computer.

    Args:
        folder: of the library; what is there is carried on with.
        world: whose time it is.
        selector: of the loop; stands still while an analysis works.
        links: by foot, what makes a link to the insole.
        sensors: by foot, the seed of the sensors.
        mass_kg: of the wearer.
        zone: of the wearer, by name.
        one_process: compute in this process; else in others, at the usual priority, as virtual time waits.
    """

    def __init__(
        self,
        folder: Path,
        world: MonthWorld,
        selector: WorldSelector,
        links: Mapping[str, LinkFactory],
        sensors: Mapping[str, int],
        mass_kg: float,
        zone: str,
        one_process: bool = False,
    ) -> None:
        self.world = world
        self.library = Library(folder)
        self.bus = EventBus()
        self._settings = ServiceSettings()
        self._at_once = one_process
        self._selector, self._links, self._sensors = selector, links, sensors
        self._mass_kg, self._zone = mass_kg, zone
        self._tasks: list[asyncio.Task[None]] = []

    def now_utc(self) -> datetime:
        """The wall clock."""
        return datetime.fromtimestamp(self.world.utc_ns() * 1e-9, UTC)

    async def first_visit(self, folder: Path) -> None:
        """The pair is tried on, recorded for two minutes, calibrated and given to the wearer."""
        journal = Journal(
            folder / "visit.journal", now=self.world.now_ns, utc_ns=self.world.utc_ns, sync=lambda _: None
        )
        writer = JournalWriter(journal)
        connections: list[ReconnectingConnection] = []
        for name, make_link in self._links.items():
            insole = Insole(name)
            writer.watch(insole)
            connections.append(ReconnectingConnection(insole, make_link, POLICY, now=self.world.now_ns))
        jobs = [connection.run() for connection in connections]
        tasks = [asyncio.create_task(job) for job in (*jobs, writer.run())]
        await asyncio.sleep(VISIT_S)
        await asyncio.gather(*(complete(connection, writer) for connection in connections))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        journal.close()
        self.library.add_recording(finalize_journal(journal.path, self.library.recordings), "first visit")
        self._introduce({connection.insole.name: connection.insole for connection in connections})

    def _introduce(self, insoles: Mapping[str, Insole]) -> None:
        person = Person(PERSON, weight_kg=round(self._mass_kg, 1), time_zone=self._zone)
        if not any(known.code == PERSON for known in self.library.people()):
            self.library.add_person(person)
        record = self.library.record(PERSON)
        for name, insole in insoles.items():
            assert insole.identity is not None
            serial = insole.identity.serial
            self.library.set_calibration(replace(bench_calibration(self._sensors[name]), serial=serial))
            record.insoles.assign(serial, self.now_utc() - timedelta(hours=1))
        record.rules.switch_on(
            CRITICAL_RULE, *CRITICAL_LIMIT, reason="reduced feeling in both feet", at=self.now_utc()
        )

    # The service

    def start(self) -> None:
        """Start the service and what works beside it."""
        still: Runner = at_once if self._at_once else partial(while_still, self._selector, in_process)
        offload, utc_ns = Offload(still, at_once), self.world.utc_ns
        self.service = BridgeService(
            self.library, self._links, self.bus, self._settings, self.world.now_ns, utc_ns, offload,
            sync=lambda _: None,
        )  # fmt: skip
        line = self.service.wearings.line
        burst_s = self._settings.burst_period_s
        self.live = LiveAnalysis(self.library, self.bus, self.world.now_ns, line.utc_ns, offload, burst_s)
        self.service.on_frames(self.live.on_frames)
        self.service.on_wearing(self.live.on_wearing)
        self.worker = AnalysisWorker(self.library, self.bus, process=still, thread=at_once, utc_ns=utc_ns)
        warnings = DayWarnings(self.bus, utc_ns=utc_ns)
        upkeep = Upkeep(self.library, self.bus, warnings, process=still, thread=at_once, utc_ns=utc_ns)
        parts = (self.service, self.worker, self.live, upkeep)
        self._tasks = [asyncio.create_task(part.run()) for part in parts]

    async def stop(self) -> None:
        """End in good order."""
        self.service.stop()
        await self._tasks[0]
        await self._end()

    async def kill(self) -> None:
        """As `kill -9`: nothing in memory survives."""
        self.service.kill()
        await self._end()

    async def _end(self) -> None:
        for task in self._tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    def check(self) -> None:
        """Raise what has ended a part of the service."""
        for task in self._tasks:
            if task.done():
                task.result()
                raise RuntimeError("a part of the service ended by itself")


async def while_still(
    selector: WorldSelector,
    run: Callable[..., Awaitable[T]],
    function: Callable[..., T],
    *args: object,
    **kwargs: object,
) -> T:
    """Run something in real time, for which virtual time stands still."""
    with selector.standing_still():
        return await run(function, *args, **kwargs)
