"""When and how the person is reminded, and how long raw samples stay."""

from dataclasses import replace
from datetime import time
from typing import Final

from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.person.settings import LEAST_RAW_DAYS, MOST_ALERTS_A_DAY
from plantigrade.web.page import Answer, Redirect
from plantigrade.web.visit import RefusedError, Visit

LONGEST: Final = 8
MOST_RAW_DAYS: Final = 36_500


def save(visit: Visit) -> Answer:
    """Store quiet hours, the limit a day and what is sent.

    Raises:
        RefusedError: 400, something is no time, or does not fit together.
    """
    part = visit.site.library.record(visit.subject).settings
    settings = replace(
        part.get(),
        quiet_from=_time(visit, "quiet_from"),
        quiet_to=_time(visit, "quiet_to"),
        alerts_a_day=visit.integer("alerts_a_day", 0, MOST_ALERTS_A_DAY),
        notify_alerts=_is_on(visit, "notify_alerts"),
        health_text=_is_on(visit, "health_text"),
        weekly_summary=_is_on(visit, "weekly_summary"),
        led_hint=_is_on(visit, "led_hint"),
    )
    try:
        part.set(settings)
    except LibraryError as error:
        raise RefusedError(400, str(error)) from error
    return Redirect("/settings?done=reminders")


def save_retention(visit: Visit) -> Answer:
    """Store how long raw samples stay."""
    part = visit.site.library.record(visit.subject).settings
    days = visit.field("raw_days", LONGEST)
    raw_days = visit.integer("raw_days", LEAST_RAW_DAYS, MOST_RAW_DAYS) if days else None
    part.set(replace(part.get(), raw_days=raw_days))
    return Redirect("/settings?done=retention")


def _is_on(visit: Visit, name: str) -> bool:
    return visit.form.get(name) == "on"


def _time(visit: Visit, name: str) -> time | None:
    text = visit.field(name, LONGEST)
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        raise RefusedError(400, visit.words("settings.no-time", text=text)) from None
