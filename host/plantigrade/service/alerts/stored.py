"""The alerts of a person as they are stored, without a running service: for lists of many people."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from plantigrade.library.person.entries import AlertAnswer, AnswerKind
from plantigrade.service.alerts.life import LivingAlert, alert_from, key_of, ns_of, with_answers
from plantigrade.service.alerts.settings import OPEN_H

_OPEN_NS: Final = round(OPEN_H * 3600e9)
_NO_ANSWER: Final = (AnswerKind.RAISED, AnswerKind.CLEARED, AnswerKind.REMINDER_CONFIRMED)


def stored_alerts(entries: Iterable[AlertAnswer], utc_ns: int) -> tuple[LivingAlert, ...]:
    """The alerts of stored entries, newest first, each with its answers and its end.

    One whose end was never stored is open for a day, then over as far as anybody knows.
    """
    alerts: list[LivingAlert] = []
    answers: list[AlertAnswer] = []
    for entry in sorted(entries, key=lambda one: (one.at_utc, one.id)):
        if entry.answer is AnswerKind.RAISED:
            alert = alert_from(entry)
            if alert is not None and _place_of(alerts, alert) is None:
                alerts.append(alert)
        elif entry.answer is AnswerKind.CLEARED:
            _end(alerts, entry)
        elif entry.answer not in _NO_ANSWER:
            answers.append(entry)
    answered = [with_answers(_ended_by_now(alert, utc_ns), answers) for alert in alerts]
    return tuple(sorted(answered, key=lambda alert: alert.known_utc_ns, reverse=True))


def open_alerts(alerts: Iterable[LivingAlert]) -> tuple[LivingAlert, ...]:
    """Those that were shown and whose cause lasts, in their order."""
    return tuple(alert for alert in alerts if alert.shown and alert.cleared_utc_ns is None)


def unanswered(alerts: Iterable[LivingAlert]) -> tuple[LivingAlert, ...]:
    """Those that were shown and to which nobody has said anything, in their order."""
    return tuple(alert for alert in alerts if alert.shown and not alert.answers)


def _place_of(alerts: list[LivingAlert], alert: LivingAlert) -> int | None:
    """Where the same alert stands, if its cause lasts."""
    for place in range(len(alerts) - 1, -1, -1):
        if alerts[place].cleared_utc_ns is None and alerts[place].key.is_same(alert.key):
            return place
    return None


def _end(alerts: list[LivingAlert], entry: AlertAnswer) -> None:
    for place in range(len(alerts) - 1, -1, -1):
        alert = alerts[place]
        if alert.cleared_utc_ns is None and alert.key.is_same(key_of(entry)):
            alerts[place] = replace(alert, cleared_utc_ns=ns_of(entry.at_utc))
            return


def _ended_by_now(alert: LivingAlert, utc_ns: int) -> LivingAlert:
    if alert.cleared_utc_ns is None and utc_ns - alert.known_utc_ns > _OPEN_NS:
        return replace(alert, cleared_utc_ns=alert.known_utc_ns + _OPEN_NS)
    return alert
