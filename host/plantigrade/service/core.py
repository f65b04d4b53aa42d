"""The always-on bridge: insoles through bursts or live streams into journals, and journals into recordings.

Everything runs in one event loop. Pages call the methods of `BridgeService` from that loop.
"""

import asyncio
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from insole_protocol import ids, replies

from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.journal.file import Sync
from plantigrade.bridge.kernels import load_kernels
from plantigrade.bridge.reconnecting import LinkFactory
from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.insole_keys import LibraryKeyring
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.catalogue.versions import state_of_recording
from plantigrade.library.person.entries import is_serial_end
from plantigrade.link.base import now_ns
from plantigrade.service.bus import EventBus
from plantigrade.service.events import InsoleState, LinkState, RecordingEvent
from plantigrade.service.insoles.collector import InsoleCollector
from plantigrade.service.insoles.state import state_of
from plantigrade.service.insoles.wishes import Wishes
from plantigrade.service.offload import Offload
from plantigrade.service.settings import MAX_LIVE_MIN, ServiceSettings
from plantigrade.service.status import ServiceError, ServiceLock, ServiceStatus, write_status
from plantigrade.service.wearing.news import WearingNews
from plantigrade.service.wearing.wearings import Wearings

FramesHandler = Callable[[str, Insole, StampedFrames], None]
"""Foot side ("left", "right", "unset"), the insole, its new frames in order (late ones are marked)."""
WearingHandler = Callable[[WearingNews], None]


class BridgeService:
    """The service.

    Args:
        library: open; the service alone writes journals beside it.
        links: by name of an insole, what makes a link to it for each attempt; `watch_insole` adds more.
        bus: where events go.
        settings: how to behave.
        now: the host's monotonic clock in ns.
        utc_ns: the wall clock in ns.
        offload: runs what would hold up the loop; `Offload.inline()` in virtual time.
        sync: makes a file descriptor's data durable.

    Attributes:
        collectors: by name of the insole.
        count_alerts: how many alerts are open, for the status.
        other_problems: what parts beside the service cannot do, for the status.
    """

    def __init__(
        self,
        library: Library,
        links: Mapping[str, LinkFactory],
        bus: EventBus,
        settings: ServiceSettings = ServiceSettings(),  # noqa: B008 (frozen)
        now: Callable[[], int] = now_ns,
        utc_ns: Callable[[], int] = time.time_ns,
        offload: Offload = Offload(),  # noqa: B008 (frozen)
        sync: Sync = os.fsync,
    ) -> None:
        self.library = library
        self.bus = bus
        self.settings = settings
        self.collectors: dict[str, InsoleCollector] = {}
        self.count_alerts: Callable[[], int] = lambda: 0
        self.other_problems: Callable[[], tuple[str, ...]] = lambda: ()
        self.wearings = Wearings(library, bus, settings, now, utc_ns, offload, sync)
        self._now = now
        self._offload = offload
        self._wishes = Wishes(stay_connected=settings.stay_connected)
        self._on_frames: list[FramesHandler] = []
        self._ended, self._started = asyncio.Event(), asyncio.Event()
        self._killed = False
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._running = False
        self._finalizing: asyncio.Task[None] | None = None
        self._newest: dict[str, tuple[int, bool]] = {}
        self._published: dict[str, InsoleState] = {}
        self._recording_until_ns: int | None = None
        self._live_before_ns: int | None = None
        self._people_ns: int | None = None
        self._problems: dict[str, str] = {}
        self._status_written: tuple[ServiceStatus, int] | None = None
        for name, make_link in links.items():
            self.watch_insole(name, make_link)

    async def run(self) -> None:
        """Look after the insoles until `stop`.

        Raises:
            ServiceRunningError: another service looks after this library.
            JournalError, FileError: the folder of journals cannot be used.
        """
        lock = ServiceLock(self.library.data_dir)
        try:
            await self._read_people()
            await self._offload.thread(load_kernels)
            self.wearings.open()
            self._running = True
            self._write_status(self.status())
            for name in self.collectors:
                self._start(name)
            work = asyncio.create_task(self._work())
            try:
                await self._until_end(work)
            finally:
                self._running = False
                await self._end_tasks(work)
                if not self._killed:
                    self.wearings.close()
                    self._write_status(self.status())
        finally:
            lock.release()

    def stop(self) -> None:
        """End in good order: commit, acknowledge, disconnect; `run` returns then."""
        self._ended.set()

    def kill(self) -> None:
        """End as `kill -9` ends a process: nothing in memory survives; `run` returns then. For tests."""
        self._killed = True
        self.wearings.abandon()
        self._ended.set()

    def watch_insole(self, name: str, make_link: LinkFactory) -> None:
        """Look after one more insole from now on: where it is named by its serial number or the end of it, no
        other that answers in its place is taken.
        """
        if name in self.collectors:
            return
        meant = name.upper() if is_serial_end(name) else ""
        insole = Insole(name, keyring=LibraryKeyring(self.library), meant=meant)
        insole.on_frames.append(self._pass_on)
        self.wearings.watch(insole)
        self.collectors[name] = InsoleCollector(
            insole,
            make_link,
            self._wishes,
            commit=self.wearings.commit,
            settings=self.settings,
            now=self._now,
            on_log=self._on_log,
        )
        if self._running:
            self._start(name)

    def on_frames(self, handler: FramesHandler) -> None:
        """Call with each batch of new frames, before it goes to the journals."""
        self._on_frames.append(handler)

    def on_wearing(self, handler: WearingHandler) -> None:
        """Call when a wearing begins or ends."""
        self.wearings.on_news.append(handler)

    def request_live(self, minutes: float) -> None:
        """Keep connected in live mode for so long, at most `MAX_LIVE_MIN`; asking again makes it longer.

        Raises:
            ServiceError: the service is paused, or that is no time.
        """
        if self._wishes.paused:
            raise ServiceError("the service is paused; resume it first")
        if not minutes > 0:
            raise ServiceError(f"live mode for {minutes:g} minutes is nothing; give a number above 0")
        until_ns = self._now() + round(min(minutes, MAX_LIVE_MIN) * 60e9)
        self._wishes.live_until_ns = max(until_ns, self._wishes.live_until_ns or 0)
        self._wishes.change()

    def end_live(self) -> None:
        """Go back to daily mode."""
        self._wishes.live_until_ns = None
        self._wishes.change()

    def fetch_now(self) -> None:
        """Connect to all insoles now, instead of when their next burst is due.

        Raises:
            ServiceError: the service is paused.
        """
        if self._wishes.paused:
            raise ServiceError("the service is paused; resume it first")
        self._wishes.fetch_now()

    def pause(self) -> None:
        """Leave the insoles alone until `resume`; they go on logging."""
        self._wishes.paused, self._wishes.live_until_ns = True, None
        self._wishes.change()

    def resume(self) -> None:
        """End a pause."""
        self._wishes.paused = False
        self._wishes.change()

    def start_recording(self, title: str, seconds: float | None = None) -> None:
        """Begin a finite recording of its own, in live mode; it ends after `seconds`, or at `stop_recording`.

        Raises:
            ServiceError: the service is paused.
            NoWearingError: one is under way, or no insole has been heard of.
            JournalError, RegisterError: the disk does not take it.
        """
        if self._wishes.paused:
            raise ServiceError("the service is paused; resume it first")
        self.wearings.judge.start(title)
        self._live_before_ns = self._wishes.live_until_ns
        self.request_live(MAX_LIVE_MIN if seconds is None else seconds / 60 + 1)
        self._recording_until_ns = None if seconds is None else self._now() + round(seconds * 1e9)

    def stop_recording(self) -> None:
        """End the finite recording; it becomes a recording as soon as its frames have been fetched.

        Raises:
            NoWearingError: none is under way.
            RegisterError: the disk does not take it.
        """
        self.wearings.judge.stop()
        self._recording_until_ns = None
        # Frames from after its end show where that is: live mode goes on until they are here.
        linger_ns = self._now() + round(self.settings.linger_s * 1e9)
        self._wishes.live_until_ns = max(linger_ns, self._live_before_ns or 0)
        self._wishes.change()

    async def assign(self, recording: str, person: str | None) -> None:
        """Say who wore the insoles of a recording; it is analysed for that person then.

        Raises:
            LibraryError: there is no such recording or person, or the database fails.
        """
        entry = await self._offload.thread(self.library.assign, recording, person)
        version, state = await self._offload.thread(state_of_recording, self.library, entry.id)
        self.bus.publish(RecordingEvent(entry.id, person, version, state, "assigned"))

    async def people_changed(self) -> None:
        """Read assignments and time zones now: someone has just changed them."""
        self._people_ns = None
        await self._read_people()

    def status(self) -> ServiceStatus:
        """How everything stands."""
        live_ns, now_ns_ = self._wishes.live_until_ns, self._now()
        finite = self.wearings.finite()
        return ServiceStatus(
            at_utc_ns=self.wearings.line.utc_ns(),
            insoles=tuple(self._state(name) for name in self.collectors),
            recording=None if finite is None else finite.title,
            recording_since_utc_ns=None if finite is None else finite.first_load_utc_ns,
            wearings=self.wearings.under_way(),
            live_until_utc_ns=(
                self.wearings.line.utc_ns(live_ns) if live_ns is not None and live_ns > now_ns_ else None
            ),
            paused=self._wishes.paused,
            problems=(*self._problems.values(), *self.wearings.problems(), *self.other_problems()),
            alerts_open=self.count_alerts(),
        )

    # Inside

    def _start(self, name: str) -> None:
        self._tasks[name] = asyncio.create_task(self.collectors[name].run(), name=f"insole {name}")
        self._started.set()

    async def _until_end(self, work: "asyncio.Task[None]") -> None:
        """Wait for `stop`; a task that ends before has a defect, which shows."""
        while not self._ended.is_set():
            waiting = [asyncio.create_task(event.wait()) for event in (self._ended, self._started)]
            self._started.clear()
            tasks = {work, *self._tasks.values()}
            try:
                await asyncio.wait({*waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()
            for task in tasks:
                if task.done():
                    task.result()

    async def _end_tasks(self, work: "asyncio.Task[None]") -> None:
        tasks = [work, *self._tasks.values()]
        if self._finalizing is not None:
            tasks.append(self._finalizing)
        self._tasks = {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _work(self) -> None:
        """Commit, judge, finalize and tell, again and again."""
        while True:
            connected = any(collector.link is LinkState.CONNECTED for collector in self.collectors.values())
            await asyncio.sleep(self.settings.tick_s if connected else self.settings.idle_tick_s)
            await self._read_people()
            self._end_finite()
            self.wearings.step()
            self._finalize()
            self._tell()

    def _finalize(self) -> None:
        """Make recordings beside everything else: what insoles bring is committed meanwhile."""
        if self._finalizing is not None and self._finalizing.done():
            self._finalizing.result()
            self._finalizing = None
        if self._finalizing is None:
            self._finalizing = asyncio.create_task(self.wearings.finalize())

    async def _read_people(self) -> None:
        due = self._people_ns is None or self._now() - self._people_ns > self.settings.people_period_s * 1e9
        if not due:
            return
        self._people_ns = self._now()
        try:
            await self._offload.thread(self.wearings.wearers.refresh)
            self._problems.pop("people", None)
            self.wearings.regroup()
        except LibraryError as error:
            self._problems["people"] = str(error)

    def _end_finite(self) -> None:
        if self._recording_until_ns is None or self._now() < self._recording_until_ns:
            return
        try:
            self.stop_recording()
            self._problems.pop("recording", None)
        except PlantigradeError as error:
            self._problems["recording"] = str(error)

    def _pass_on(self, insole: Insole, stamped: StampedFrames) -> None:
        if stamped.host_ns is not None and not stamped.frames.late:
            charging = bool(stamped.frames.status & ids.STATUS_CHARGING)
            self._newest[insole.name] = int(stamped.host_ns[-1]), charging
        side = "unset" if insole.identity is None else insole.identity.side
        for handler in self._on_frames:
            handler(side, insole, stamped)

    def _on_log(self, insole: Insole, log: replies.LogInfoReply) -> None:
        self.wearings.hold_elsewhere(insole, log.acknowledged_seq)

    def _state(self, name: str) -> InsoleState:
        collector = self.collectors[name]
        newest = self._newest.get(name)
        identity = collector.insole.identity
        wearers = self.wearings.wearers
        person = None if identity is None else wearers.person_of(identity.serial)
        foot = "" if identity is None else wearers.foot_of(identity.serial)
        if newest is None:
            return state_of(collector, None, None, person, foot)
        return state_of(collector, self.wearings.line.utc_ns(newest[0]), newest[1], person, foot)

    def _tell(self) -> None:
        """Publish insoles that have changed, and write the status."""
        status = self.status()
        for name, state in zip(self.collectors, status.insoles, strict=True):
            if state != self._published.get(name):
                self._published[name] = state
                self.bus.publish(state)
        if self._is_due(status):
            self._write_status(status)

    def _is_due(self, status: ServiceStatus) -> bool:
        if self._status_written is None:
            return True
        written, at_ns = self._status_written
        age_s = (self._now() - at_ns) * 1e-9
        if age_s < self.settings.status_period_s:
            return False
        if _facts(written) != _facts(status) or age_s >= self.settings.status_at_least_s:
            return True
        return written.insoles != status.insoles and age_s >= self.settings.status_times_s

    def _write_status(self, status: ServiceStatus) -> None:
        self._status_written = status, self._now()
        try:
            write_status(self.library.data_dir, status)
            self._problems.pop("status", None)
        except OSError as error:
            self._problems["status"] = f"the status file cannot be written: {error.strerror}"


def _facts(status: ServiceStatus) -> ServiceStatus:
    """A status without its time and those of the newest frames, which change with each look."""
    insoles = tuple(replace(insole, last_frame_utc_ns=None) for insole in status.insoles)
    return replace(status, at_utc_ns=0, insoles=insoles)
