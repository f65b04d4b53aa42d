"""The alerts of one person while the service runs: open ones, answers, history; events on the bus."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Protocol

from plantigrade.library.person.entries import AlertAnswer, AnswerKind
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.life import (
    SILENCED,
    SNOOZED,
    AlertError,
    AlertKey,
    AlertState,
    LivingAlert,
    QuietTimes,
    Snooze,
    alert_from,
    answer_to,
    cleared_entry,
    key_of,
    ns_of,
    raised_entry,
    reminder_entry,
    utc_of,
    with_answers,
)
from plantigrade.service.alerts.settings import HISTORY_ALERTS
from plantigrade.service.events import AlertClass, AlertEvent


class AnswerStore(Protocol):
    """Keeps what happens to alerts."""

    async def keep(self, entries: Sequence[AlertAnswer]) -> None:
        """Make entries durable, in order.

        Raises:
            LibraryError: they could not be stored; nothing was.
        """
        ...


@dataclass
class AlertBook:
    """What the service knows of one person's alerts, and what pages and notifications ask.

    What is raised or cleared goes out at once and is stored by the next `flush`; an answer is stored before
    it holds, so that it holds after any end of the service.

    Attributes:
        person: code.
        publish: passes events on.
        store: keeps what happens.
        utc_ns: the wall clock.
        zone: of the person, for "until tomorrow"; None: of this computer.
    """

    person: str
    publish: Callable[[AlertEvent], None]
    store: AnswerStore
    utc_ns: Callable[[], int]
    zone: tzinfo | None = None
    _alerts: list[LivingAlert] = field(default_factory=list[LivingAlert])
    _answers: list[AlertAnswer] = field(default_factory=list[AlertAnswer])
    _quiet: QuietTimes = field(default_factory=QuietTimes)
    _confirmed: dict[str, datetime] = field(default_factory=dict[str, datetime])
    _unstored: list[AlertAnswer] = field(default_factory=list[AlertAnswer])
    _quiet_last: set[AlertKey] = field(default_factory=set[AlertKey])

    def load(self, entries: Iterable[AlertAnswer]) -> None:
        """Take in what was stored before, or by another program meanwhile; what is known already is left.

        Alerts of an earlier run that were never cleared are over as far as anybody knows: they are history,
        not open.
        """
        for entry in sorted(entries, key=lambda one: (one.at_utc, one.id)):
            if entry.answer is AnswerKind.RAISED:
                alert = alert_from(entry)
                if alert is not None and self._find(alert.key) is None:
                    over = replace(alert, cleared_utc_ns=alert.known_utc_ns)
                    self._add(with_answers(over, self._answers))
            elif entry.answer is AnswerKind.CLEARED:
                self._clear_known(entry)
            else:
                self._take_answer(entry)

    def raised(
        self, key: AlertKey, severity: Severity, alert_class: AlertClass, held_back_by: str = ""
    ) -> LivingAlert:
        """An alert was found. One that is known already, as when an analysis finds it again, stays as it is.

        Args:
            key: what it is about.
            severity: of its rule.
            alert_class: how soon it was known.
            held_back_by: why the rules engine does not show it; never for a critical one.
        """
        known = self._find(key)
        if known is not None and known.cleared_utc_ns is None:
            return known
        now = self.utc_ns()
        critical = severity is Severity.CRITICAL
        if self._quiet.until(key, severity, now) is not None:
            held_back_by = SILENCED if critical else SNOOZED
        elif critical:
            held_back_by = ""
        alert = with_answers(LivingAlert(key, severity, alert_class, now, None, held_back_by), self._answers)
        self._add(alert)
        if held_back_by in (SILENCED, SNOOZED):
            self._quiet_last.add(key)
        self._unstored.append(raised_entry(alert))
        self._tell(alert)
        return alert

    def cleared(self, key: AlertKey, cleared_utc_ns: int) -> None:
        """The cause of an alert has gone; nothing happens where it is not open."""
        alert = self._find(key)
        if alert is None or alert.cleared_utc_ns is not None:
            return
        alert = self._put(replace(alert, cleared_utc_ns=cleared_utc_ns))
        self._quiet_last.discard(alert.key)
        self._unstored.append(cleared_entry(alert, cleared_utc_ns))
        self._tell(alert)

    def shown_lately(self, key: AlertKey, within_s: float, utc_ns: int) -> bool:
        """Whether an alert of the rule and foot was shown in a time before: perhaps in an earlier wearing of
        the day, of which the rules engine knows nothing."""
        same = (
            alert.known_utc_ns
            for alert in reversed(self._alerts)
            if (alert.key.rule, alert.key.foot) == (key.rule, key.foot) and alert.shown
        )
        last_ns = next(same, None)
        return last_ns is not None and utc_ns - last_ns < within_s * 1e9

    def found_afterwards(
        self, key: AlertKey, severity: Severity, cleared_utc_ns: int | None, held_back_by: str = ""
    ) -> LivingAlert | None:
        """An analysis of a recording found an alert; None where it was known live.

        It is reported once; as a cause that lay in the past it is not open.
        """
        if self._find(key) is not None:
            return None
        now = self.utc_ns()
        ended = now if cleared_utc_ns is None else cleared_utc_ns
        alert = with_answers(
            LivingAlert(key, severity, AlertClass.FOUND_AFTERWARDS, now, ended, held_back_by), self._answers
        )
        self._add(alert)
        self._unstored += [raised_entry(alert), cleared_entry(alert, ended)]
        self._tell(alert)
        return alert

    async def answer(
        self,
        key: AlertKey,
        kind: AnswerKind,
        *,
        by: str,
        at_utc: datetime | None = None,
        snooze: Snooze | None = None,
        after_min: float | None = None,
        note: str = "",
    ) -> LivingAlert:
        """A person answers an alert; returns when the answer is stored.

        Raises:
            AlertError: there is no such alert, or it cannot be answered like this.
            LibraryError: the answer could not be stored; it does not hold.
        """
        alert = self._find(key)
        if alert is None:
            raise AlertError(f"there is no alert {key.rule} ({key.foot}) that began then")
        at = at_utc or utc_of(self.utc_ns())
        entry = answer_to(
            alert, kind, by=by, at_utc=at, zone=self.zone, snooze=snooze, after_min=after_min, note=note
        )
        await self.store.keep([entry])
        self._take_answer(entry)
        return self._find(key) or alert

    async def confirm_reminder(self, text: str, *, by: str, at_utc: datetime | None = None) -> None:
        """The person confirms the sentence that stands beside critical rules; returns when that is stored.

        Raises:
            LibraryError: it could not be stored.
        """
        entry = reminder_entry(text, by, at_utc or utc_of(self.utc_ns()))
        await self.store.keep([entry])
        self._take_answer(entry)

    def reminder_confirmed(self, text: str) -> datetime | None:
        """When the person confirmed this text; None while it is to be shown."""
        return self._confirmed.get(text)

    def step(self) -> None:
        """Show again what is no longer quiet and whose cause has stayed; call it each second or so."""
        now = self.utc_ns()
        for key in list(self._quiet_last):
            alert = self._find(key)
            if alert is None or alert.cleared_utc_ns is not None:
                self._quiet_last.discard(key)
            elif self._quiet.until(key, alert.severity, now) is None:
                self._quiet_last.discard(key)
                self._tell(self._put(replace(alert, held_back_by="")), again=True)

    async def flush(self) -> None:
        """Keep what was raised and cleared since the last time.

        Raises:
            LibraryError: it could not be stored; the next call tries again.
        """
        entries = list(self._unstored)
        if entries:
            await self.store.keep(entries)
            del self._unstored[: len(entries)]

    def open(self) -> tuple[LivingAlert, ...]:
        """Alerts whose cause lasts, newest first."""
        return tuple(alert for alert in reversed(self._alerts) if alert.cleared_utc_ns is None)

    def unanswered(self) -> tuple[LivingAlert, ...]:
        """Open alerts that were shown and to which nobody has said anything, newest first."""
        return tuple(one for one in self.open() if one.shown and self.state(one) is AlertState.RAISED)

    def history(self) -> tuple[LivingAlert, ...]:
        """All alerts that are held in memory, newest first; the library has those before."""
        return tuple(reversed(self._alerts))

    def held_back(self) -> tuple[tuple[LivingAlert, ...], Counter[str]]:
        """What was not shown, newest first, and how many by reason."""
        quiet = tuple(alert for alert in self.history() if not alert.shown)
        return quiet, Counter(alert.held_back_by for alert in quiet)

    def state(self, alert: LivingAlert) -> AlertState:
        """Where an alert stands now."""
        return alert.state(self._quiet, self.utc_ns())

    def quiet_until(self, alert: LivingAlert) -> datetime | None:
        """Until when an alert is put off; None when it is not."""
        return self._quiet.until(alert.key, alert.severity, self.utc_ns())

    def _take_answer(self, entry: AlertAnswer) -> None:
        if entry.answer is AnswerKind.REMINDER_CONFIRMED:
            self._confirmed.setdefault(entry.note, entry.at_utc)
            return
        if entry in self._answers:
            return
        self._answers.append(entry)
        del self._answers[:-HISTORY_ALERTS]
        self._quiet.take(entry)
        for alert in self._alerts:
            own = key_of(entry).is_same(alert.key)
            if own:
                self._put(with_answers(alert, self._answers))
            same_rule = (alert.key.rule, alert.key.foot) == (entry.rule, entry.foot)
            if same_rule and alert.cleared_utc_ns is None and self.quiet_until(alert) is not None:
                self._quiet_last.add(alert.key)

    def _clear_known(self, entry: AlertAnswer) -> None:
        alert = self._find(key_of(entry))
        if alert is not None and alert.cleared_utc_ns is not None:
            self._put(replace(alert, cleared_utc_ns=ns_of(entry.at_utc)))

    def _find(self, key: AlertKey) -> LivingAlert | None:
        """The newest alert that is the same."""
        return next((alert for alert in reversed(self._alerts) if alert.key.is_same(key)), None)

    def _add(self, alert: LivingAlert) -> None:
        self._alerts.append(alert)
        while len(self._alerts) > HISTORY_ALERTS:
            oldest = next((one for one in self._alerts if one.cleared_utc_ns is not None), self._alerts[0])
            self._alerts.remove(oldest)

    def _put(self, alert: LivingAlert) -> LivingAlert:
        place = next(i for i, one in enumerate(self._alerts) if one.key == alert.key)
        self._alerts[place] = alert
        return alert

    def _tell(self, alert: LivingAlert, again: bool = False) -> None:
        self.publish(
            AlertEvent(
                self.person,
                alert.key.rule,
                alert.key.foot,
                alert.severity.value,
                alert.key.onset_utc_ns,
                self.utc_ns() if again else alert.known_utc_ns,
                alert.cleared_utc_ns,
                alert.alert_class,
                alert.shown,
                alert.held_back_by,
            )
        )
