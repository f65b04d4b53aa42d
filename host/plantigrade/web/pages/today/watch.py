"""What the service says to a person: whether it watches, and what needs a hand, for the reader."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from plantigrade.library.person.entries import AnswerKind
from plantigrade.service.alerts.life import REMINDER, reminder_entry
from plantigrade.service.assembly import Assembly
from plantigrade.service.day.warnings import DayWarning, WarningKind, about_person
from plantigrade.service.events import InsoleState
from plantigrade.web.formats import Formats, formats_of
from plantigrade.web.texts import rule_texts
from plantigrade.web.visit import Visit

_SIDES: Final = ("left", "right")


@dataclass(frozen=True)
class Watch:
    """What stands beside critical rules.

    Attributes:
        is_watching: whether they are watched now.
        text: that as text.
        reminder: that this is no safety device.
        confirmed: when the person confirmed it, as text; "" while it is to be confirmed.
    """

    is_watching: bool
    text: str
    reminder: str
    confirmed: str


@dataclass(frozen=True)
class ServiceFacts:
    """What was asked of the running service; nothing where none runs."""

    is_running: bool = False
    is_watching: bool = False
    last_frame_utc_ns: int | None = None
    warnings: tuple[DayWarning, ...] = ()
    insoles: tuple[InsoleState, ...] = ()


def service_facts(visit: Visit) -> ServiceFacts:
    """Asks the service once.

    Raises:
        NoServiceError: it does not answer.
    """
    person, site = visit.subject, visit.site
    if site.assembly is None or site.loop is None:
        return ServiceFacts()

    def asked(assembly: Assembly) -> ServiceFacts:
        insoles = assembly.service.status().insoles
        frames = [one.last_frame_utc_ns for one in insoles if one.person == person and one.last_frame_utc_ns]
        return ServiceFacts(
            True,
            assembly.live.watching(person),
            min(frames) if frames else None,
            about_person(assembly.warnings.warnings, person),
            tuple(insoles),
        )

    return site.in_loop(asked)


def watch_of(visit: Visit, facts: ServiceFacts) -> Watch | None:
    """Whether someone watches out for critical rules; None for a person without any."""
    record = visit.site.library.record(visit.subject)
    if not record.rules.readable_book()[0].critical:
        return None
    words, formats = visit.words, formats_of(visit)
    reminder = rule_texts(words).alerts["reminder"]
    text = words("today.watch.watching")
    if not facts.is_watching:
        text = words("today.watch.not-watching")
        if facts.last_frame_utc_ns is not None:
            since = formats.moment(facts.last_frame_utc_ns)
            text = words("today.watch.not-watching-since", since=since)
    at = _confirmed(visit, reminder)
    confirmed = "" if at is None else words("today.watch.confirmed", at=formats.moment(at))
    return Watch(facts.is_watching, text, reminder, confirmed)


def _confirmed(visit: Visit, text: str) -> datetime | None:
    answers = visit.site.library.record(visit.subject).answers.to(REMINDER, "both", 0)
    answered = [
        one.at_utc for one in answers if one.answer is AnswerKind.REMINDER_CONFIRMED and one.note == text
    ]
    return min(answered) if answered else None


def confirm_reminder(visit: Visit) -> None:
    """Store that the person has read the sentence that is shown now.

    Raises:
        LibraryError: it could not be stored.
    """
    text = rule_texts(visit.words).alerts["reminder"]
    person, site, by = visit.subject, visit.site, visit.who.person or visit.who.name
    if site.assembly is None or site.loop is None:
        site.library.record(person).answers.add(reminder_entry(text, by, visit.now))
        return

    async def confirm(assembly: Assembly) -> None:
        book = await assembly.live.book(person)
        await book.confirm_reminder(text, by=by)

    site.awaited(confirm)


def warning_texts(facts: ServiceFacts, formats: Formats) -> tuple[str, ...]:
    """What needs a hand, urgent ones first."""
    return tuple(text for one in facts.warnings if (text := _warning(one, facts.insoles, formats)))


def _warning(warning: DayWarning, insoles: Sequence[InsoleState], formats: Formats) -> str:
    words = formats.words
    if warning.kind is WarningKind.DISK:
        return words("today.warning.disk")
    insole = next((one for one in insoles if one.serial == warning.about), None)
    if insole is None:
        return ""
    is_battery = warning.kind is WarningKind.BATTERY
    key = "battery" if is_battery else "log"
    hours = "" if warning.left is None else formats.number(max(1.0, warning.left))
    if is_battery and warning.urgent:
        key = "battery-now"
    elif hours:
        key += "-soon"
    side = words(f"today.side.{insole.side if insole.side in _SIDES else 'unset'}")
    level = formats.quantity(insole.battery_pct if is_battery else insole.log_used_pct, "%")
    return words(f"today.warning.{key}", side=side, level=level, hours=hours)
