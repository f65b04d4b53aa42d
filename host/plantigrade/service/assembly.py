"""The service with all its parts: what collects, and beside it what analyses, alerts, tells and publishes.

Collecting is what must not end. A part beside it that ends with a defect is named in the status and begun
again; the insoles are looked after meanwhile.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from plantigrade.bridge.reconnecting import LinkFactory
from plantigrade.device.known import known_serials
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.link.base import now_ns
from plantigrade.service.bus import EventBus
from plantigrade.service.control import Execute, serve
from plantigrade.service.core import BridgeService
from plantigrade.service.day.warnings import DayWarnings
from plantigrade.service.discovery import InsolesInReach, look_around
from plantigrade.service.insoles.care import InsoleCare
from plantigrade.service.live_analysis.analysis import LiveAnalysis
from plantigrade.service.live_frames.frames import LiveFrames
from plantigrade.service.marks import Marks
from plantigrade.service.notify.insole_hints import InsoleHints
from plantigrade.service.notify.library_people import LibraryPeople
from plantigrade.service.notify.notifier import Notifier
from plantigrade.service.offload import Offload
from plantigrade.service.publish.installation import installation_id
from plantigrade.service.publish.library_facts import LibraryFacts
from plantigrade.service.publish.lsl import LslPublisher
from plantigrade.service.publish.publisher import MqttPublisher
from plantigrade.service.publish.settings import PublishSettings
from plantigrade.service.sending.part import SendingPart
from plantigrade.service.sending.settings import SendingSettings
from plantigrade.service.settings import ServiceSettings
from plantigrade.service.workers.upkeep import Upkeep
from plantigrade.service.workers.worker import AnalysisWorker

RESTART_S: Final = 60.0
"""Pause before a part that ended with a defect begins again."""

Part = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class Parts:
    """What runs beside the service, each begun again when it fails.

    Attributes:
        failed: why a part does not run at the moment, by its name.
    """

    parts: dict[str, Part]
    failed: dict[str, str] = field(default_factory=dict[str, str])

    async def run(self) -> None:
        """Run all until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for name, part in self.parts.items():
                tasks.create_task(self._keep(name, part))

    async def _keep(self, name: str, part: Part) -> None:
        while True:
            task = asyncio.create_task(part(), name=name)
            try:
                await asyncio.wait({task})
            finally:
                task.cancel()
            error = None if task.cancelled() else task.exception()
            if error is None:
                return  # it has nothing more to do
            self.failed[name] = f"{name} stopped and will begin again: {type(error).__name__}: {error}"
            await asyncio.sleep(RESTART_S)
            del self.failed[name]


class Assembly:
    """Everything that `plantigrade run` runs.

    Args:
        library: open.
        url, key_file: with which the worker process opens it.
        publish: what goes to other programs.
        settings: of the service.
        take_any: also look after insoles that nobody knows.
        sending: how recordings go to clinics.
        links: by name of an insole, what makes a link to it; None: insoles are looked for.

    Attributes:
        bus: where events go.
        service: collects.
        live: alerts and strides as they happen.
        frames: forces as they come, for pages that show them.
        marks: set while a recording is made.
        worker: analyses recordings.
        warnings: disk, batteries and logs.
        care: what can be done with one insole: blink, self-test, zero, fetch now.
        upkeep: disk, retention, weekly summaries.
    """

    def __init__(
        self,
        library: Library,
        url: str | None = None,
        key_file: Path | None = None,
        publish: PublishSettings = PublishSettings(),  # noqa: B008 (frozen)
        settings: ServiceSettings = ServiceSettings(),  # noqa: B008 (frozen)
        take_any: bool = False,
        sending: SendingSettings = SendingSettings(),  # noqa: B008 (frozen)
        links: Mapping[str, LinkFactory] | None = None,
    ) -> None:
        offload = Offload()
        self.bus = EventBus()
        self.service = BridgeService(library, links or {}, self.bus, settings, offload=offload)
        line = self.service.wearings.line
        self.live = LiveAnalysis(library, self.bus, now_ns, line.utc_ns, offload, settings.burst_period_s)
        self.service.on_frames(self.live.on_frames)
        self.service.on_wearing(self.live.on_wearing)
        self.frames = LiveFrames(library, self.service, offload, now_ns, line.utc_ns)
        self.marks = Marks(library, self.bus, offload, line.utc_ns)
        self.worker = AnalysisWorker(library, self.bus, url, key_file)
        self.warnings = DayWarnings(self.bus)
        self.upkeep = Upkeep(library, self.bus, self.warnings, url, key_file)
        self.care = InsoleCare(self.service.collectors, library, self.service.fetch_now, line.utc_ns, offload)
        self.service.on_frames(self.care.on_frames)
        self.frames.on_zeroed.append(self.care.store_zero)
        hints = InsoleHints(self.service.collectors, self.service.wearings.wearers.person_of)
        self._library = library
        self._finder = InsolesInReach(self.service.watch_insole, look_around, take_any=take_any)
        self._parts = Parts(
            {
                "live analysis": self.live.run,
                "marks": self.marks.run,
                "analysis of recordings": self.worker.run,
                "notifications": Notifier(self.bus, LibraryPeople(library), hints=hints).run,
                "disk, retention and summaries": self.upkeep.run,
                "sending to clinics": SendingPart(library, sending).run,
            }
        )
        if links is None:
            self._parts.parts["looking for insoles"] = self._find_insoles
        self._publisher: MqttPublisher | None = None
        if publish.mqtt is not None:
            facts = LibraryFacts(library, self.live.alerts_open)
            self._publisher = MqttPublisher(publish.mqtt, installation_id(library.data_dir), self.bus, facts)
            self._parts.parts["MQTT"] = self._publisher.run
        if publish.lsl is not None:
            self.service.on_frames(LslPublisher(publish.lsl, library).on_frames)
        self.service.count_alerts = lambda: sum(self.live.alerts_open().values())
        self.service.other_problems = self._problems

    def serve_orders(self, execute: Execute) -> None:
        """Carry out orders of other processes while the service runs."""
        self._parts.parts["orders"] = partial(serve, self._library.data_dir, execute)

    def run_beside(self, parts: Mapping[str, Part]) -> None:
        """Run further parts beside the service, by their names."""
        self._parts.parts.update(parts)

    async def run(self) -> None:
        """Run until the service is stopped.

        Raises:
            ServiceRunningError: another service looks after this library.
            JournalError, FileError: the folder of journals cannot be used.
        """
        with acting_as(SERVICE):
            beside = asyncio.create_task(self._parts.run())
            try:
                await self.service.run()
            finally:
                beside.cancel()
                await asyncio.gather(beside, return_exceptions=True)

    async def _find_insoles(self) -> None:
        self._finder.take(await asyncio.to_thread(known_serials, self._library))
        await self._finder.run()

    def _problems(self) -> tuple[str, ...]:
        publisher = self._publisher
        mqtt = () if publisher is None or not publisher.problem else (publisher.problem,)
        upkeep = (f"{name}: {problem}" for name, problem in self.upkeep.problems.items())
        warned = (warning.text for warning in self.warnings.warnings)
        return (*self._parts.failed.values(), *self.live.problems.values(), *mqtt, *upkeep, *warned)
