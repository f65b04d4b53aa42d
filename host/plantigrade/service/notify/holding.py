"""Whether a notification goes out now: quiet hours, the day's limit, what was delivered before. No I/O."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from plantigrade.library.person.entries import Delivery, DeliveryOutcome
from plantigrade.service.events import AlertClass, AlertEvent, WarningEvent
from plantigrade.service.notify.messages import QUIET_SUBJECT, TEST_SUBJECT, Notice, subject_of
from plantigrade.service.notify.people import CRITICAL_NOTE, LED, QUIET_NOTE, Recipient, delivered
from plantigrade.service.notify.quiet_hours import quiet_until
from plantigrade.service.notify.settings import SAME_WARNING_S


@dataclass(frozen=True)
class HeldBack:
    """Why a notification does not go out now.

    Attributes:
        note: for the record, such as "quiet hours until 07:00".
        until_utc: when it will be part of a message about the quiet hours; None: it is only listed.
    """

    note: str
    until_utc: datetime | None = None


def hold_back(recipient: Recipient, today: Sequence[Delivery], now_utc: datetime) -> HeldBack | None:
    """Why a notification below critical may not go out now; None when it may.

    Args:
        recipient: who is meant.
        today: deliveries of the person's local day so far.
        now_utc: the present.
    """
    settings = recipient.settings
    until = quiet_until(settings.quiet_from, settings.quiet_to, now_utc, recipient.zone)
    if until is not None:
        return HeldBack(f"{QUIET_NOTE} until {until.astimezone(recipient.zone):%H:%M}", until)
    counted = {
        (one.at_utc, one.channel)
        for one in delivered(today)
        if one.note != CRITICAL_NOTE and one.subject != TEST_SUBJECT
    }
    if len(counted) >= settings.alerts_a_day:
        return HeldBack(f"limit of {settings.alerts_a_day} a day")
    return None


def day_began(recipient: Recipient, now_utc: datetime) -> datetime:
    """When the person's local day began, in UTC."""
    local = now_utc.astimezone(recipient.zone)
    return datetime.combine(local.date(), time(), recipient.zone).astimezone(UTC)


def is_repeated(notice: Notice, deliveries: Sequence[Delivery], now_utc: datetime) -> bool:
    """Whether the person was told of this before, so that a new analysis or a restart says nothing twice.

    An alert that is raised again, as when a snooze is over and its cause stays, is told again, and so is a
    warning after a while. What failed was not told; what waits for the end of quiet hours is not told yet.
    """
    subject = subject_of(notice)
    same = [one.at_utc for one in deliveries if one.subject == subject and _settled(one)]
    if not same:
        return False
    if isinstance(notice, WarningEvent):
        return (now_utc - max(same)).total_seconds() < SAME_WARNING_S
    if isinstance(notice, AlertEvent) and notice.alert_class is not AlertClass.FOUND_AFTERWARDS:
        return max(same).timestamp() * 1e9 >= notice.known_utc_ns
    return True


def still_held(deliveries: Sequence[Delivery]) -> list[Delivery]:
    """What quiet hours held back and no message has told of since; after a restart no more is known."""
    summed_up = [
        one.at_utc
        for one in deliveries
        if one.subject == QUIET_SUBJECT and one.outcome is not DeliveryOutcome.FAILED
    ]
    last = max(summed_up, default=None)
    return [
        one
        for one in deliveries
        if one.outcome is DeliveryOutcome.HELD_BACK
        and one.note.startswith(QUIET_NOTE)
        and (last is None or one.at_utc > last)
    ]


def _settled(one: Delivery) -> bool:
    if one.outcome is DeliveryOutcome.HELD_BACK:
        return not one.note.startswith(QUIET_NOTE)
    return one.outcome is DeliveryOutcome.DELIVERED and one.channel != LED


LOOK_BACK = timedelta(days=2)
"""Held back during the night before last: told of, or too old to be."""
SUMMARY_LOOK_BACK = timedelta(days=14)
"""A summary is made in the week after the one that it is about."""
