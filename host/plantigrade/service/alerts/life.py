"""One alert and its state: what happened to it and the answers to it. Pure.

raised -> seen -> put off until -> cleared, with what helped. Everything is keyed by rule, foot and onset, so
that a new analysis, which finds the onset some seconds earlier or later, finds the answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.person.entries import AlertAnswer, AnswerKind
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.settings import SAME_ONSET_NS, SILENT_MIN
from plantigrade.service.events import AlertClass

NO_DATA: Final = "no-data"
"""Rule of the alert that says that nothing comes from an insole: a kind of its own, apart from all values."""
REMINDER: Final = "reminder"
"""Stands for the rule where the person confirms that reminders are no safety device."""
SNOOZED: Final = "snoozed"
SILENCED: Final = "weight taken off"


class AlertError(PlantigradeError):
    """An alert cannot be answered like this."""


class AlertState(StrEnum):
    """Where an alert stands."""

    RAISED = "raised"
    SEEN = "seen"
    SNOOZED = "snoozed"
    SILENCED = "weight taken off"
    CLEARED = "cleared"


class Snooze(StrEnum):
    """For how long an alert that is not critical may be put off."""

    FIFTEEN = "15 min"
    THIRTY = "30 min"
    SIXTY = "60 min"
    TOMORROW = "tomorrow"


@dataclass(frozen=True)
class AlertKey:
    """What an alert is about: `foot` is "left", "right" or "both"."""

    rule: str
    foot: str
    onset_utc_ns: int

    def is_same(self, other: "AlertKey") -> bool:
        """Whether both are one alert, as live and recorded analysis name it.

        Example:
            >>> AlertKey("low-arch", "left", 0).is_same(AlertKey("low-arch", "left", 40_000_000_000))
            True
        """
        near = abs(self.onset_utc_ns - other.onset_utc_ns) <= SAME_ONSET_NS
        return (self.rule, self.foot) == (other.rule, other.foot) and near


@dataclass(frozen=True)
class LivingAlert:
    """An alert with what happened to it.

    Attributes:
        key: what it is about.
        severity: of the rule.
        alert_class: how soon it could be known.
        known_utc_ns: when it was.
        cleared_utc_ns: when its cause had gone; None while it lasts.
        held_back_by: why it was not shown when it was raised; "" where it was shown.
        answers: the answers to it, in order.
    """

    key: AlertKey
    severity: Severity
    alert_class: AlertClass
    known_utc_ns: int
    cleared_utc_ns: int | None = None
    held_back_by: str = ""
    answers: tuple[AlertAnswer, ...] = ()

    @property
    def shown(self) -> bool:
        """Whether it was shown when it was raised."""
        return not self.held_back_by

    @property
    def critical(self) -> bool:
        """Whether it cannot be put off."""
        return self.severity is Severity.CRITICAL

    def state(self, quiet: "QuietTimes", utc_ns: int) -> AlertState:
        """Where it stands at a time."""
        if self.cleared_utc_ns is not None:
            return AlertState.CLEARED
        if quiet.until(self.key, self.severity, utc_ns) is not None:
            return AlertState.SILENCED if self.critical else AlertState.SNOOZED
        seen = any(answer.answer not in _OF_SERVICE for answer in self.answers)
        return AlertState.SEEN if seen else AlertState.RAISED

    @property
    def helped(self) -> bool | None:
        """What the person says of it; else whether its cause went after an answer; None where nothing is
        known."""
        for answer in reversed(self.answers):
            if answer.answer in (AnswerKind.HELPED, AnswerKind.DID_NOT_HELP):
                return answer.answer is AnswerKind.HELPED
        return True if self.helped_after_min is not None else None

    @property
    def helped_after_min(self) -> float | None:
        """Minutes from the first answer until it helped, or until the cause had gone; None where unknown."""
        minutes_given = [answer.after_min for answer in self.answers if answer.answer is AnswerKind.HELPED]
        if minutes_given and minutes_given[-1] is not None:
            return minutes_given[-1]
        given = [answer for answer in self.answers if answer.answer in _DOING]
        if not given or self.cleared_utc_ns is None:
            return None
        minutes = (self.cleared_utc_ns - ns_of(given[0].at_utc)) / 60e9
        return minutes if minutes >= 0 else None


_OF_SERVICE: Final = (AnswerKind.RAISED, AnswerKind.CLEARED)
_DOING: Final = (AnswerKind.SEEN, AnswerKind.WEIGHT_TAKEN_OFF)
"""Answers after which a cause that goes has gone because of them, as far as can be known."""


@dataclass
class QuietTimes:
    """Until when alerts of each rule and foot were put off; the last word holds.

    A critical alert looks only at "I have taken the weight off", every other one only at a snooze, and each
    rule and foot only at its own: an answer to "no data" silences no value, and no value silences "no data".
    """

    _answers: dict[tuple[str, str, AnswerKind], AlertAnswer] = field(
        default_factory=dict[tuple[str, str, AnswerKind], AlertAnswer]
    )

    def take(self, answer: AlertAnswer) -> None:
        """Take an answer into account."""
        kind = AnswerKind.SNOOZED if answer.answer is AnswerKind.WOKEN else answer.answer
        if kind not in (AnswerKind.SNOOZED, AnswerKind.WEIGHT_TAKEN_OFF):
            return
        key = (answer.rule, answer.foot, kind)
        known = self._answers.get(key)
        if known is None or answer.at_utc >= known.at_utc:
            self._answers[key] = answer

    def until(self, key: AlertKey, severity: Severity, utc_ns: int) -> datetime | None:
        """Until when an alert is quiet; None when it is not."""
        kind = AnswerKind.WEIGHT_TAKEN_OFF if severity is Severity.CRITICAL else AnswerKind.SNOOZED
        answer = self._answers.get((key.rule, key.foot, kind))
        if answer is None or answer.until_utc is None:
            return None
        holds = ns_of(answer.at_utc) <= utc_ns < ns_of(answer.until_utc)
        return answer.until_utc if holds else None


def snoozed_until(choice: Snooze, at_utc: datetime, zone: tzinfo | None) -> datetime:
    """The end of a snooze; "tomorrow" begins at the person's local midnight.

    Example:
        >>> from zoneinfo import ZoneInfo
        >>> at = datetime(2026, 3, 28, 20, 0, tzinfo=UTC)
        >>> snoozed_until(Snooze.TOMORROW, at, ZoneInfo("Europe/Berlin")).isoformat()
        '2026-03-28T23:00:00+00:00'
    """
    if choice is not Snooze.TOMORROW:
        return at_utc + timedelta(minutes=int(choice.value.split()[0]))
    tomorrow = at_utc.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone).astimezone(UTC)


def answer_to(
    alert: LivingAlert,
    kind: AnswerKind,
    *,
    by: str,
    at_utc: datetime,
    zone: tzinfo | None,
    snooze: Snooze | None = None,
    after_min: float | None = None,
    note: str = "",
) -> AlertAnswer:
    """An answer of a person to an alert.

    Raises:
        AlertError: a critical alert cannot be put off; another one has no weight to be taken off; a snooze
            says no time; what the service alone says.
    """
    until_utc = None
    if kind in _OF_SERVICE:
        raise AlertError(f"the service says by itself when an alert is {kind.value}")
    if kind is AnswerKind.SNOOZED:
        if alert.critical:
            raise AlertError("this alert cannot be put off; take the weight off, then say so")
        if snooze is None:
            raise AlertError(f"say for how long: {', '.join(choice.value for choice in Snooze)}")
        until_utc = snoozed_until(snooze, at_utc, zone)
    if kind is AnswerKind.WOKEN and alert.critical:
        raise AlertError("this alert cannot be put off, so it is not asleep")
    if kind is AnswerKind.WEIGHT_TAKEN_OFF:
        if not alert.critical:
            raise AlertError("this alert is not critical: it can be put off")
        until_utc = at_utc + timedelta(minutes=SILENT_MIN)
    key = alert.key
    return AlertAnswer(key.rule, key.foot, key.onset_utc_ns, kind, at_utc, until_utc, after_min, note, by)


def reminder_entry(text: str, by: str, at_utc: datetime) -> AlertAnswer:
    """That a person has read that this is a reminder, not a safety device; `note` is the text that was shown,
    so that another text is shown anew."""
    return AlertAnswer(REMINDER, "both", 0, AnswerKind.REMINDER_CONFIRMED, at_utc, None, None, text, by)


def with_answers(alert: LivingAlert, answers: Iterable[AlertAnswer]) -> LivingAlert:
    """The alert with those of the answers that are its own."""
    own = [answer for answer in answers if key_of(answer).is_same(alert.key)]
    return replace(alert, answers=tuple(sorted(own, key=lambda answer: answer.at_utc)))


def key_of(answer: AlertAnswer) -> AlertKey:
    """What an answer is about."""
    return AlertKey(answer.rule, answer.foot, answer.onset_utc_ns)


def raised_entry(alert: LivingAlert) -> AlertAnswer:
    """How an alert is stored in the person's record."""
    key = alert.key
    parts = [
        alert.severity.value,
        alert.alert_class.value,
        *([alert.held_back_by] if alert.held_back_by else []),
    ]
    at_utc = utc_of(alert.known_utc_ns)
    return AlertAnswer(
        key.rule, key.foot, key.onset_utc_ns, AnswerKind.RAISED, at_utc, note=", ".join(parts), by="service"
    )


def cleared_entry(alert: LivingAlert, cleared_utc_ns: int) -> AlertAnswer:
    """How its end is stored."""
    key = alert.key
    minutes = min(max(0.0, (cleared_utc_ns - alert.known_utc_ns) / 60e9), 24.0 * 60.0)
    at_utc = utc_of(cleared_utc_ns)
    return AlertAnswer(
        key.rule, key.foot, key.onset_utc_ns, AnswerKind.CLEARED, at_utc, None, minutes, by="service"
    )


def alert_from(entry: AlertAnswer) -> LivingAlert | None:
    """The alert of a `raised_entry`; None for what is none."""
    parts = entry.note.split(", ", 2)
    try:
        severity, alert_class = Severity(parts[0]), AlertClass(parts[1])
    except (ValueError, IndexError):
        return None
    held_back_by = parts[2] if len(parts) > 2 else ""
    return LivingAlert(key_of(entry), severity, alert_class, ns_of(entry.at_utc), None, held_back_by)


def ns_of(moment: datetime) -> int:
    """Nanoseconds since 1970 of a time in UTC, exact to the microsecond."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000_000 + since.microseconds * 1000


def utc_of(ns: int) -> datetime:
    """The time of nanoseconds since 1970, to the microsecond."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1000)
