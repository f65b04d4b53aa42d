"""All wearers of the service, live: from its frames and wearings to strides, alerts and their lives."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.time_zone import zone_of
from plantigrade.posture.rules_engine.alerts import SHOWN_LATELY
from plantigrade.service.alerts.book import AlertBook
from plantigrade.service.alerts.library_answers import LibraryAnswers
from plantigrade.service.alerts.life import AlertState, LivingAlert, utc_of
from plantigrade.service.bus import EventBus
from plantigrade.service.core import BridgeService
from plantigrade.service.events import Event, InsoleState, RecordingEvent
from plantigrade.service.live_analysis.person import LivePerson, Preparation, prepare
from plantigrade.service.live_analysis.settings import IDLE_S, RELOAD_S, RING_FRAMES, STEP_S
from plantigrade.service.live_analysis.stored import LiveAlerts, found_by_analysis
from plantigrade.service.offload import Offload
from plantigrade.service.rehearsing import rehearsed
from plantigrade.service.wearing.news import WearingNews, WearingStage


@dataclass
class _Ring:
    """The latest frames of an insole."""

    pieces: deque[StampedFrames] = field(default_factory=deque[StampedFrames])
    frames: int = 0

    def add(self, stamped: StampedFrames) -> None:
        self.pieces.append(stamped)
        self.frames += len(stamped.frames)
        while self.frames > RING_FRAMES:
            self.frames -= len(self.pieces.popleft().frames)


@dataclass
class _Worn:
    """A person who is wearing insoles now."""

    live: LivePerson
    wearings: set[int]
    feet: Mapping[str, Foot]
    from_utc: datetime
    newest_edit: int = -1


class LiveAnalysis:
    """Follows everyone whose insoles are worn.

    `on_frames` and `on_wearing` are for the hooks of `BridgeService`; `run` does the work beside it.

    Args:
        library: open.
        bus: where events go, and where recordings are heard of.
        now_ns, utc_ns: the clock of the frames, and the wall clock.
        offload: runs calls to the database.
        burst_period_s: pause between bursts of the daily mode.

    Attributes:
        problems: what could not be done, by person; shown in the service's status.
    """

    def __init__(
        self,
        library: Library,
        bus: EventBus,
        now_ns: Callable[[], int],
        utc_ns: Callable[[], int],
        offload: Offload,
        burst_period_s: float,
    ) -> None:
        self.problems: dict[str, str] = {}
        self._library, self._bus, self._offload = library, bus, offload
        self._now_ns, self._utc_ns = now_ns, utc_ns
        self._burst_period_s = burst_period_s
        self._rings: dict[str, _Ring] = {}
        self._ended_ns: dict[str, int] = {}
        self._modes: dict[str, str] = {}
        self._worn: dict[str, _Worn] = {}
        self._of_person: dict[str, AlertBook] = {}
        self._stores: dict[str, LibraryAnswers] = {}
        self._newest_answer: dict[str, int] = {}
        self._live_alerts: dict[str, LiveAlerts] = {}
        self._news: deque[WearingNews] = deque()
        self._recordings: deque[RecordingEvent] = deque()
        self._arrived = asyncio.Event()
        self._reloaded_ns = now_ns()
        self._rehearsed = False
        bus.call_on_event(self._on_event)

    def attach(self, service: BridgeService) -> None:
        """Hear of the service's frames and wearings from now on."""
        service.on_frames(self.on_frames)
        service.on_wearing(self.on_wearing)

    def on_frames(self, side: str, insole: Insole, stamped: StampedFrames) -> None:
        """New frames of an insole, late ones as well."""
        del side
        if insole.identity is None:
            return
        serial = insole.identity.serial
        self._rings.setdefault(serial, _Ring()).add(stamped)
        self._arrived.set()
        for worn in self._worn.values():
            if serial in worn.feet:
                worn.live.take(worn.feet[serial], stamped)

    def on_wearing(self, news: WearingNews) -> None:
        """A wearing began or ended."""
        self._news.append(news)
        self._arrived.set()

    async def run(self) -> None:
        """Analyse until cancelled."""
        try:
            while True:
                await self.step()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(IDLE_S):
                        await self._arrived.wait()
                self._arrived.clear()
                await asyncio.sleep(STEP_S)
        finally:
            await self._flush()

    async def step(self) -> None:
        """One look at everything that has come; frames are held until what they go through is compiled."""
        if self._rings and not self._rehearsed:
            await rehearsed(self._offload)
            self._rehearsed = True
        while self._news:
            await self._take_news(self._news.popleft())
        now_ns = self._now_ns()
        for worn in list(self._worn.values()):
            more = True
            while more:
                more = worn.live.step(now_ns)
                await asyncio.sleep(0)  # everything else has its turn between slices of a burst
            if worn.live.problem:
                self.problems[worn.live.person] = worn.live.problem
        for book in self._of_person.values():
            book.step()
        await self._flush()
        while self._recordings:
            await self._take_recording(self._recordings.popleft())
        if now_ns - self._reloaded_ns >= RELOAD_S * 1e9:
            self._reloaded_ns = now_ns
            await self._reload()

    async def book(self, person: str) -> AlertBook:
        """The alerts of a person, worn or not.

        Raises:
            LibraryError: there is no such person, or the record cannot be read.
        """
        if person not in self._of_person:
            store = LibraryAnswers(self._library, person, self._offload.thread)
            zone = zone_of(await self._offload.thread(self._library.person, person))
            book = AlertBook(person, self._bus.publish, store, self._utc_ns, zone)
            book.load(await store.latest(utc_of(self._utc_ns())))
            if person not in self._of_person:
                self._of_person[person], self._stores[person] = book, store
        return self._of_person[person]

    def alerts_open(self) -> Mapping[str, int]:
        """How many alerts of each person are neither answered nor over."""
        return {person: len(book.unanswered()) for person, book in self._of_person.items()}

    def open_states(self) -> Mapping[str, tuple[tuple[LivingAlert, AlertState], ...]]:
        """Alerts of each person whose cause lasts, newest first, with where each stands."""
        return {
            person: tuple((alert, book.state(alert)) for alert in book.open())
            for person, book in self._of_person.items()
        }

    def watching(self, person: str) -> bool:
        """Whether critical rules of a person are being watched now."""
        worn = self._worn.get(person)
        return worn is not None and worn.live.watching

    def _on_event(self, event: Event) -> None:
        if isinstance(event, InsoleState):
            self._modes[event.serial] = event.mode
        elif isinstance(event, RecordingEvent) and event.person is not None:
            self._recordings.append(event)
            self._arrived.set()

    async def _take_news(self, news: WearingNews) -> None:
        if news.stage is WearingStage.BEGAN and news.person is not None:
            await self._begin(news, news.person)
        elif news.stage is WearingStage.ENDED:
            self._end(news)

    async def _begin(self, news: WearingNews, person: str) -> None:
        feet = {serial: Foot(side) for side, serial in news.serials if side in ("left", "right")}
        worn = self._worn.get(person)
        if worn is not None:
            worn.wearings.add(news.wearing)
            return
        from_utc_ns = self._utc_ns() if news.from_utc_ns is None else news.from_utc_ns
        try:
            prepared = await self._prepare(person, feet, utc_of(from_utc_ns))
            book = await self.book(person)
        except PlantigradeError as error:
            self.problems[person] = f"alerts cannot be raised live: {error}"
            return
        self._note(person, prepared)
        live = LivePerson(
            person,
            prepared,
            book,
            self._bus.publish,
            self._utc_ns() - self._now_ns(),
            self._burst_period_s,
            lambda foot: any(
                self._modes.get(serial) == "live" for serial, one in feet.items() if one is foot
            ),
        )
        for serial, foot in feet.items():
            ring = self._rings.get(serial, _Ring())
            for stamped in ring.pieces:
                if stamped.host_ns is not None and stamped.host_ns[0] >= self._ended_ns.get(serial, 0):
                    live.take(foot, stamped)
        self._worn[person] = _Worn(live, {news.wearing}, feet, utc_of(from_utc_ns))

    def _end(self, news: WearingNews) -> None:
        for person, worn in list(self._worn.items()):
            worn.wearings.discard(news.wearing)
            if worn.wearings:
                continue
            del self._worn[person]
            alerts = worn.live.finish(self._now_ns())
            if alerts:
                begun = worn.live.utc_of(0.0)
                self._live_alerts.setdefault(person, LiveAlerts()).add(begun, alerts)
            if news.to_utc_ns is not None:
                end_ns = news.to_utc_ns - worn.live.utc_minus_host_ns
                self._ended_ns |= dict.fromkeys(worn.feet, end_ns)

    async def _take_recording(self, event: RecordingEvent) -> None:
        """Keep what was raised live with the recording; tell what its analysis alone has found."""
        assert event.person is not None
        try:
            if event.stage in ("provisional", "final"):
                known = self._live_alerts.get(event.person)
                if known is not None:
                    await self._offload.thread(known.keep, self._library, event.recording)
            elif event.stage == "analysed":
                found = await self._offload.thread(found_by_analysis, self._library, event.recording)
                book = await self.book(event.person)
                now_utc_ns = self._utc_ns()
                for one in found:
                    lately = book.shown_lately(one.key, one.interval_s, now_utc_ns)
                    held_back_by = SHOWN_LATELY if lately else ""
                    book.found_afterwards(one.key, one.severity, one.cleared_utc_ns, held_back_by)
                await book.flush()
        except PlantigradeError as error:
            self.problems[event.person] = f"alerts of {event.recording} could not be stored: {error}"

    async def _reload(self) -> None:
        """Rules that were changed, and answers that other programs took; read where there are new ones."""
        for person, book in list(self._of_person.items()):
            worn = self._worn.get(person)
            try:
                answer, edit = await self._offload.thread(_newest, self._library, person)
                if answer != self._newest_answer.get(person):
                    book.load(await self._stores[person].latest(utc_of(self._utc_ns())))
                    self._newest_answer[person] = answer
                if worn is None:
                    continue
                prepared = worn.live.prepared
                if edit != worn.newest_edit or prepared.judging.edits_to_come:
                    prepared = await self._prepare(person, worn.feet, worn.from_utc)
                    worn.newest_edit = edit
            except PlantigradeError as error:
                self.problems[person] = f"rules and answers could not be read again: {error}"
                continue
            self._note(person, prepared)
            if prepared.judging.book.trail != worn.live.prepared.judging.book.trail:
                worn.live.change_rules(prepared.judging)

    async def _prepare(self, person: str, feet: Mapping[str, Foot], from_utc: datetime) -> Preparation:
        serials = {foot: serial for serial, foot in feet.items()}
        now_utc = utc_of(self._utc_ns())
        return await self._offload.thread(_prepare, self._library, person, serials, from_utc, now_utc)

    def _note(self, person: str, prepared: Preparation) -> None:
        self.problems.pop(person, None)
        if prepared.judging.problems:
            self.problems[person] = "; ".join(prepared.judging.problems)

    async def _flush(self) -> None:
        for person, book in list(self._of_person.items()):
            try:
                await book.flush()
            except PlantigradeError as error:
                self.problems[person] = f"alerts could not be stored: {error}"


def _prepare(
    library: Library, person: str, serials: Mapping[Foot, str], from_utc: datetime, now_utc: datetime
) -> Preparation:
    with acting_as(SERVICE):
        return prepare(library, person, serials, from_utc, now_utc)


def _newest(library: Library, person: str) -> tuple[int, int]:
    """Numbers of the newest answer to an alert and of the newest edit of a rule."""
    with acting_as(SERVICE):
        record = library.record(person)
        answer, edit = record.newest(record.answers, record.rules)
    return answer, edit
