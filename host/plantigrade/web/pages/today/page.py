"""`/`: is there something to do, and how is today against usual?"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from plantigrade.library.catalogue.claims import answer_claim, claims_of
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Filter
from plantigrade.posture.baseline.usual import Place
from plantigrade.posture.settings import BASELINE_MIN_DAYS, DIARY_MIN_DAYS
from plantigrade.service.alerts.overview import ListedAlert, acts_at_once
from plantigrade.service.day.help_today import HelpToday, help_today
from plantigrade.service.day.today import Today, day_of
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import Formats, formats_of
from plantigrade.web.page import Answer, Document, Form, Page, Redirect, Shown
from plantigrade.web.pages.alerts.book import overview
from plantigrade.web.pages.alerts.page import card_writer
from plantigrade.web.pages.diary.page import today_text
from plantigrade.web.pages.today.measures import days_known, hours_of, hours_text, usual_lines
from plantigrade.web.pages.today.watch import (
    confirm_reminder,
    service_facts,
    warning_texts,
    watch_of,
)
from plantigrade.web.pages.what_helps.page import shown_exercise
from plantigrade.web.visit import RefusedError, Visit

SCHEMA: Final = "plantigrade.today/1"
MOST_CLAIMS: Final = 3
"""Recordings that are asked about at once: the newest are remembered best."""
_ANSWERS: Final = {"mine": True, "not-mine": False}


def show(visit: Visit) -> Answer:
    """The page."""
    facts, formats = service_facts(visit), formats_of(visit)
    alerts = overview(visit)
    help_now = help_today(visit.site.library, visit.subject, visit.now, visit.zone)
    waiting = alerts.waiting
    cards = card_writer(visit).cards(waiting)
    planned = tuple(shown_exercise(visit, one) for one in help_now.planned)
    is_first = _is_first(visit)
    own = visit.who.person == visit.subject
    values: dict[str, Any] = {
        "title": _title(visit, waiting, help_now, is_first),
        "is_first": is_first,
        "is_running": facts.is_running,
        "alert": cards[0] if cards else None,
        "more_alerts": len(alerts.open) > (1 if cards else 0),
        "planned": planned,
        "left": sum(not one.is_done for one in planned),
        "claims": _claims(visit, formats) if own else (),
        "watch": watch_of(visit, facts),
        "warnings": warning_texts(facts, formats),
        "own": own,
        "query": "" if own else f"?person={visit.subject}",
        **_diary(visit),
        **_day(visit, formats, help_now.posture.steps_by_hour),
    }
    return Shown("pages/today/today.html", values)


def take_claim(visit: Visit) -> Answer:
    """Whose a recording is."""
    is_theirs = _ANSWERS.get(visit.field("answer"))
    if is_theirs is None:
        raise RefusedError(400)
    if visit.who.person != visit.subject:
        raise RefusedError(403)
    try:
        answer_claim(visit.site.library, visit.subject, visit.field("recording"), is_theirs)
    except LibraryError as error:
        raise RefusedError(409, visit.words("today.claim.gone")) from error
    return Redirect("/")


def take_confirmation(visit: Visit) -> Answer:
    """That reminders are no safety device was read, by the person and nobody else."""
    if visit.who.person != visit.subject:
        raise RefusedError(403)
    confirm_reminder(visit)
    return Redirect("/")


def _title(visit: Visit, waiting: Sequence[ListedAlert], help_now: HelpToday, is_first: bool) -> str:
    left = sum(not one.is_done for one in help_now.planned)
    critical = sum(one.alert.critical for one in waiting)
    if critical:
        return visit.words.counted("alerts.open-critical", critical)
    if any(acts_at_once(one.alert.key) for one in waiting):
        return visit.words("today.one-thing")
    if waiting:
        return visit.words.counted("alerts.open", len(waiting))
    if is_first:
        return visit.words("today.first.title")
    if left:
        return visit.words.counted("what-helps.exercises", left)
    return visit.words("today.nothing-to-do")


def _is_first(visit: Visit) -> bool:
    """Whether nothing was ever recorded and no insole is the person's: there is everything to do."""
    library = visit.site.library
    return not library.record(visit.subject).insoles.periods() and not library.count(
        Filter(person=visit.subject)
    )


def _claims(visit: Visit, formats: Formats) -> tuple[tuple[str, str], ...]:
    found = claims_of(visit.site.library, visit.subject)[:MOST_CLAIMS]
    return tuple(
        (
            one.recording.id,
            visit.words(
                "today.claim.text",
                when=formats.moment(one.recording.start_utc_ns),
                duration=formats.duration(one.recording.duration_s),
            ),
        )
        for one in found
    )


def _diary(visit: Visit) -> dict[str, Any]:
    entries = visit.site.library.record(visit.subject).diary.entries()
    since = visit.now.date() - timedelta(days=DIARY_MIN_DAYS)
    days = {one.at.date() for one in entries if since < one.at.date() <= visit.now.date()}
    return {
        "diary_today": today_text(visit, entries),
        "diary_days": len(days),
        "diary_needed": DIARY_MIN_DAYS,
    }


def _day(visit: Visit, formats: Formats, by_hour: Mapping[datetime, int]) -> dict[str, Any]:
    library = visit.site.library
    today = day_of(library, visit.subject, visit.now)
    hours = hours_of(by_hour, visit.now, formats)
    lines = usual_lines(today, formats)
    return {
        "lines": lines,
        "known_days": days_known(today),
        "needed_days": BASELINE_MIN_DAYS,
        "is_known": today.wear is not None,
        "hours": hours,
        "hours_text": hours_text(hours, formats) if hours else "",
        "usual_text": _usual_text(visit, today),
        **_goal(visit, today, formats),
    }


def _usual_text(visit: Visit, today: Today) -> str:
    usual = next((one.found.usual for one in today.lines if one.found.usual.coverage is not None), None)
    if usual is None or usual.coverage is None:
        return ""
    return visit.words("today.usual-is", days=usual.days, pct=round(100 * usual.coverage))


def _goal(visit: Visit, today: Today, formats: Formats) -> dict[str, str]:
    """Hours of wear against the goal, as text; nothing for a person without one."""
    words, reached = visit.words, today.adherence
    goal, reached_text = "", ""
    if today.target_h is not None:
        target = formats.duration(3600.0 * today.target_h)
        worn = None if today.wear is None else formats.duration(3600.0 * today.wear.worn_h)
        goal = words("today.goal-none", target=target)
        if worn is not None:
            goal = words("today.goal", worn=worn, target=target)
    if reached is not None:
        reached_text = words(
            "today.adherence", met=reached.days_met, known=reached.days_known, days=reached.days
        )
    return {"goal": goal, "adherence": reached_text}


def as_document(visit: Visit) -> Document:
    """Today beside usual days as a document; what is not known is null."""
    today = day_of(visit.site.library, visit.subject, visit.now)
    met = today.adherence
    return Document(
        {
            "schema": SCHEMA,
            "person": visit.subject,
            "day": today.day.isoformat(),
            "is_over": today.is_over,
            "measures": [
                {
                    "measure": one.measure.name,
                    "unit": one.measure.unit,
                    "value": one.found.value,
                    "place": None if one.found.place is Place.NO_DATA else one.found.place.value,
                    "usual_low": one.found.usual.low,
                    "usual_median": one.found.usual.median,
                    "usual_high": one.found.usual.high,
                    "usual_days": one.found.usual.days,
                    "coverage": one.found.usual.coverage,
                }
                for one in today.lines
            ],
            "target_h": today.target_h,
            "days_met": None if met is None else met.days_met,
            "days_known": None if met is None else met.days_known,
            "days": None if met is None else met.days,
        }
    )


PAGE: Final = Page(
    "today",
    "/",
    Action.SEE,
    show,
    forms=(Form("claim", take_claim, Action.CHANGE), Form("confirm", take_confirmation, Action.CHANGE)),
    as_json=as_document,
    rows="measures",
)
