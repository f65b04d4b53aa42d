"""Takes alerts, warnings and summaries from the bus and sees to it that the people concerned are told.

Each person has two queues, one for critical alerts and one for the rest, so that a channel that hangs holds
up neither another person nor what is urgent.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from time import monotonic_ns, time_ns
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.person.entries import Delivery, DeliveryOutcome
from plantigrade.service.bus import EventBus
from plantigrade.service.events import (
    AlertClass,
    AlertEvent,
    DeliveryEvent,
    Event,
    SummaryEvent,
    WarningEvent,
)
from plantigrade.service.notify.channels import AppriseSender, Sender
from plantigrade.service.notify.delivering import Delivering, Hints
from plantigrade.service.notify.holding import (
    LOOK_BACK,
    SUMMARY_LOOK_BACK,
    day_began,
    hold_back,
    is_repeated,
    still_held,
)
from plantigrade.service.notify.messages import (
    QUIET_SUBJECT,
    Notice,
    is_critical,
    message_of,
    quiet_message,
    subject_of,
)
from plantigrade.service.notify.people import EVERY_CHANNEL, People, Recipient
from plantigrade.service.notify.quiet_hours import quiet_until
from plantigrade.service.notify.settings import (
    MOST_WAITING,
    RECORDS_PAUSE_S,
    RECORDS_TRIES,
    ROUND_PAUSES_S,
    SETTINGS_LAST_S,
    TICK_S,
)

_NS: Final = 1e9


@dataclass
class _Queue:
    """What waits to be told to one person.

    Attributes:
        critical: whether it is the queue of critical alerts.
        waiting: what came and was not looked at yet.
        held: what quiet hours hold back, by subject; None where no more is known than that, after a restart.
        quiet: the quiet hours that do, local times.
        arrived: set when there may be something to do.
        failures: how often in a row the records could not be used.
    """

    critical: bool
    waiting: deque[Notice] = field(default_factory=deque[Notice])
    held: dict[str, Notice | None] = field(default_factory=dict[str, Notice | None])
    quiet: tuple[time, time] | None = None
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0


class Notifier:
    """Tells people.

    Args:
        bus: where notices come from and `DeliveryEvent`s go.
        people: the records.
        sender: how a channel is used; by default through apprise.
        hints: the LEDs of connected insoles; None where there are none.
        utc_ns: the wall clock.
        round_pauses_s: before each round over a person's channels.
        now_ns: a clock that nobody sets.
    """

    def __init__(
        self,
        bus: EventBus,
        people: People,
        sender: Sender | None = None,
        hints: Hints | None = None,
        utc_ns: Callable[[], int] = time_ns,
        round_pauses_s: Sequence[float] = ROUND_PAUSES_S,
        now_ns: Callable[[], int] = monotonic_ns,
    ) -> None:
        self._bus = bus
        self._people = people
        self._delivering = Delivering(bus, people, sender or AppriseSender(), hints, utc_ns, round_pauses_s)
        self._now_ns = now_ns
        self._queues: dict[tuple[str, bool], _Queue] = {}
        self._known: dict[str, tuple[int, Recipient]] = {}

    async def run(self) -> None:
        """Tell people until cancelled."""
        self._queues.clear()  # of a run that failed
        with self._bus.subscribe() as subscription:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._watch_quiet_hours(tasks))
                async for event in subscription:
                    await self._take(event, tasks)

    async def _take(self, event: Event, tasks: asyncio.TaskGroup) -> None:
        if isinstance(event, AlertEvent):
            if event.cleared_utc_ns is not None and event.alert_class is not AlertClass.FOUND_AFTERWARDS:
                self._forget(event)
            elif event.shown:
                self._put(event.person, event, tasks)
        elif isinstance(event, SummaryEvent):
            self._put(event.person, event, tasks)
        elif isinstance(event, WarningEvent):
            for person in await self._concerned(event):
                self._put(person, event, tasks)

    async def _concerned(self, event: WarningEvent) -> Sequence[str]:
        if event.person is not None:
            return [event.person]
        try:
            return await self._people.codes()
        except PlantigradeError as error:
            self._failed("", [event], error)
            return []

    def _put(self, person: str, notice: Notice, tasks: asyncio.TaskGroup) -> None:
        queue = self._queue(person, is_critical(notice), tasks)
        queue.waiting.append(notice)
        if len(queue.waiting) > MOST_WAITING:
            left_out = queue.waiting.popleft()
            note = f"held back: more than {MOST_WAITING} messages wait"
            self._bus.publish(DeliveryEvent(person, EVERY_CHANNEL, subject_of(left_out), False, note))
        queue.arrived.set()

    def _forget(self, cleared: AlertEvent) -> None:
        """An alert below critical is over before it went out: nobody is asked to do something about it."""
        queue, subject = self._queues.get((cleared.person, False)), subject_of(cleared)
        if queue is not None and any(subject_of(one) == subject for one in queue.waiting):
            queue.waiting = deque(one for one in queue.waiting if subject_of(one) != subject)
            note = "held back: over before it could be sent"
            self._bus.publish(DeliveryEvent(cleared.person, EVERY_CHANNEL, subject, False, note))

    def _queue(self, person: str, critical: bool, tasks: asyncio.TaskGroup) -> _Queue:
        queue = self._queues.get((person, critical))
        if queue is None:
            queue = self._queues[person, critical] = _Queue(critical)
            tasks.create_task(self._serve(person, queue))
        return queue

    async def _serve(self, person: str, queue: _Queue) -> None:
        while True:
            await queue.arrived.wait()
            queue.arrived.clear()
            notices = list(queue.waiting)
            queue.waiting.clear()
            try:
                if queue.held:
                    await self._tell_after_quiet(person, queue)
                if notices:
                    await self._tell(person, queue, notices)
                queue.failures = 0
            except PlantigradeError as error:
                self._failed(person, notices, error)
                queue.failures = (queue.failures + 1) % RECORDS_TRIES
                if queue.failures:
                    queue.waiting.extendleft(reversed(notices))
                    await asyncio.sleep(RECORDS_PAUSE_S)
                    queue.arrived.set()

    async def _tell(self, person: str, queue: _Queue, notices: list[Notice]) -> None:
        recipient = await self._recipient(person)
        now_utc = self._delivering.now_utc
        history = await self._history(recipient, notices, now_utc, must=not queue.critical)
        notices = [one for one in notices if not is_repeated(one, history, now_utc)]
        notices = [one for one in notices if subject_of(one) not in queue.held]
        wanted = [one for one in notices if _is_wanted(one, recipient)]
        if not queue.critical and wanted:
            today = [one for one in history if one.at_utc >= day_began(recipient, now_utc)]
            held = hold_back(recipient, today, now_utc)
            if held is not None:
                subjects = [subject_of(one) for one in wanted]
                outcome = DeliveryOutcome.HELD_BACK
                await self._delivering.record(person, EVERY_CHANNEL, subjects, outcome, held.note)
                if held.until_utc is not None:
                    queue.held |= dict(zip(subjects, wanted, strict=True))
                    queue.quiet = _quiet_hours(recipient)
                return
        async with asyncio.TaskGroup() as both:
            for alert in (one for one in notices if isinstance(one, AlertEvent)):
                both.create_task(self._delivering.hint(recipient, alert.foot, subject_of(alert)))
            if wanted:
                message = message_of(wanted, recipient.style, now_utc)
                both.create_task(
                    self._delivering.deliver(recipient, message, [subject_of(one) for one in wanted])
                )

    async def _tell_after_quiet(self, person: str, queue: _Queue) -> None:
        """When the quiet hours are over: what came meanwhile, in one message; a weekly summary in its own."""
        recipient = await self._recipient(person)
        now_utc = self._delivering.now_utc
        settings = recipient.settings
        if quiet_until(settings.quiet_from, settings.quiet_to, now_utc, recipient.zone) is not None:
            return
        held, quiet = queue.held, queue.quiet or (time(), time())
        queue.held, queue.quiet = {}, None
        for subject, summary in list(held.items()):
            if isinstance(summary, SummaryEvent):
                del held[subject]
                message = message_of([summary], recipient.style, now_utc)
                await self._delivering.deliver(recipient, message, [subject])
        if held:
            known = [notice for notice in held.values() if notice is not None]
            message = quiet_message(known, len(held) - len(known), quiet, recipient.style, now_utc)
            await self._delivering.deliver(recipient, message, [QUIET_SUBJECT, *held])

    async def _watch_quiet_hours(self, tasks: asyncio.TaskGroup) -> None:
        unread = True
        while True:
            if unread:
                unread = not await self._read_held(tasks)
            for queue in self._queues.values():
                if queue.held:
                    queue.arrived.set()
            await asyncio.sleep(TICK_S)

    async def _read_held(self, tasks: asyncio.TaskGroup) -> bool:
        """After a restart: what quiet hours still hold back. False when the records could not be read."""
        since = self._delivering.now_utc - LOOK_BACK
        try:
            for person in await self._people.codes():
                left = still_held(await self._people.deliveries(person, since))
                if left:
                    queue = self._queue(person, False, tasks)
                    queue.quiet = queue.quiet or _quiet_hours(await self._recipient(person))
                    queue.held = {one.subject: None for one in left} | queue.held
        except PlantigradeError:
            return False
        return True

    async def _recipient(self, person: str) -> Recipient:
        """A person as things stand, or as they stood when the records cannot be read now."""
        now_ns = self._now_ns()
        read_ns, recipient = self._known.get(person, (0, None))
        if recipient is not None and now_ns - read_ns < SETTINGS_LAST_S * _NS:
            return recipient
        try:
            recipient = await self._people.recipient(person)
        except PlantigradeError:
            if recipient is None:
                raise
        self._known[person] = (now_ns, recipient)
        return recipient

    async def _history(
        self, recipient: Recipient, notices: Sequence[Notice], now_utc: datetime, *, must: bool
    ) -> Sequence[Delivery]:
        """Deliveries that decide about these notices.

        Unless they must be known, none where they cannot be read: rather told twice than not at all.
        """
        onsets = [one.onset_utc_ns / _NS for one in notices if isinstance(one, AlertEvent)]
        weekly = any(isinstance(one, SummaryEvent) for one in notices)
        earliest = now_utc - (SUMMARY_LOOK_BACK if weekly else LOOK_BACK)
        since = min([earliest, *(datetime.fromtimestamp(onset, UTC) for onset in onsets)])
        try:
            return await self._people.deliveries(recipient.code, since)
        except PlantigradeError:
            if must:
                raise
            return []

    def _failed(self, person: str, notices: Sequence[Notice], error: PlantigradeError) -> None:
        for notice in notices:
            self._bus.publish(
                DeliveryEvent(person, EVERY_CHANNEL, subject_of(notice), delivered=False, note=str(error))
            )


def _is_wanted(notice: Notice, recipient: Recipient) -> bool:
    if isinstance(notice, AlertEvent):
        return recipient.settings.notify_alerts
    return isinstance(notice, WarningEvent) or recipient.settings.weekly_summary


def _quiet_hours(recipient: Recipient) -> tuple[time, time] | None:
    start, end = recipient.settings.quiet_from, recipient.settings.quiet_to
    return None if start is None or end is None else (start, end)
