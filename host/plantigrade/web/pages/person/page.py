"""`/people/CODE`: how is the course of one person, and what was decided?"""

from datetime import UTC, timedelta
from typing import Any, Final

from plantigrade.library.catalogue.at_a_glance import glances, sharing_with
from plantigrade.library.entries import Filter
from plantigrade.posture.plans.plan import PlanKind
from plantigrade.service.people.course import Course, course_of
from plantigrade.service.people.settings import COURSE_WEEKS, SPAN_DAYS
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import Formats, formats_of
from plantigrade.web.page import Answer, Document, Download, Page, Part, Shown
from plantigrade.web.pages.person import views
from plantigrade.web.pages.person.charts import charts_of, metric_title, table_of
from plantigrade.web.pages.person.forms import FIELDS, Failed, forms
from plantigrade.web.texts import rule_texts
from plantigrade.web.visit import RefusedError, Visit

SCHEMA: Final = "plantigrade.person-course/1"
USUAL_SPAN: Final = "8-weeks"
LATEST_WALKS: Final = 3


def show(visit: Visit) -> Answer:
    """The page."""
    return _shown(visit, None)


def _again(visit: Visit, failed: Failed) -> Answer:
    return _shown(visit, failed)


def _shown(visit: Visit, failed: Failed | None) -> Answer:
    formats = formats_of(visit)
    values = _head(visit, formats) | _course(visit, formats) | _decisions(visit, formats)
    values |= {
        "failed": failed,
        "typed": visit.form if failed is not None else {},
        "saved": visit.query.get("saved", ""),
        "may_prescribe": visit.may(Action.PRESCRIBE),
        "may_change": visit.may(Action.CHANGE),
    }
    return Shown("pages/person/person.html", values, 200 if failed is None else 400)


def _head(visit: Visit, formats: Formats) -> dict[str, Any]:
    library, code, now = visit.site.library, visit.subject, visit.now.astimezone(UTC)
    found = glances(library, [code], now - timedelta(days=SPAN_DAYS))
    if not found:
        raise RefusedError(404)
    sharing = sharing_with(library, visit.who.name, now).get(code)
    missing = found[0].missing_share
    return {
        "code": code,
        "latest": formats.moment(found[0].latest_utc),
        "shared_since": "" if sharing is None else formats.day(formats.day_of(sharing.since_utc)),
        "missing": formats.quantity(None if missing is None else 100.0 * missing, "%", 1),
        "walks": [
            (entry.id, entry.title, formats.moment(entry.start_utc_ns), entry.duration_s)
            for entry in library.find(Filter(person=code, limit=LATEST_WALKS))
        ],
        "walk_count": library.count(Filter(person=code)),
        "formats": formats,
        "today": formats.today.isoformat(),
    }


def _asked_course(visit: Visit) -> tuple[str, Course]:
    asked = visit.query.get("span", USUAL_SPAN)
    if asked not in COURSE_WEEKS:
        raise RefusedError(400)
    metric = visit.query.get("value", "")[:100]
    today = visit.now.date()
    return asked, course_of(visit.site.library, visit.subject, today, COURSE_WEEKS[asked], metric)


def _course(visit: Visit, formats: Formats) -> dict[str, Any]:
    span, course = _asked_course(visit)
    return {
        "span": span,
        "spans": tuple(COURSE_WEEKS),
        "course": course,
        "metrics": [(one, metric_title(one, visit.words)) for one in course.metrics],
        "charts": charts_of(course, visit.words, formats),
        "table": table_of(course, visit.words, formats),
    }


def _decisions(visit: Visit, formats: Formats) -> dict[str, Any]:
    words, today = visit.words, formats.today
    record = visit.site.library.record(visit.subject)
    book, problems = record.rules.readable_book()
    lasting, earlier = views.alert_lines(record, visit.site.utc_ns(), words, formats)
    prescribed, hidden = views.exercise_lines(record, today, words)
    rules = views.rule_lines(book, words, formats)
    return {
        "alerts": lasting,
        "earlier": earlier,
        "changes": views.level_changes(book.trail, words, formats),
        "problems": problems,
        "rules": [rule for rule in rules if not rule.prescribed],
        "prescribable": [rule for rule in rules if rule.prescribed],
        "reminder": rule_texts(words).alerts["reminder"],
        "fields": FIELDS,
        "plans": views.plan_lines(record, today, words, formats),
        "plan_kinds": [kind.value for kind in PlanKind],
        "plan_rules": views.rules_of_plans(book),
        "exercise_titles": views.exercise_titles(words),
        "footwear_names": [pair.name for pair in record.footwear.all()],
        "cautions": views.caution_lines(record, words),
        "caution_answers": views.ANSWERS,
        "prescribed": prescribed,
        "hidden": hidden,
        "lines": views.record_lines(record, visit.who.name, words, formats),
        "visits": [
            (one.id, formats.day(formats.day_of(one.begun_utc)), one.ended_utc is not None)
            for one in reversed(record.visits.all())
        ],
    }


def as_json(visit: Visit) -> Document:
    """The days of the course."""
    _, course = _asked_course(visit)
    days = [
        {
            "day": day.day.isoformat(),
            "worn_h": None if day.wear is None else round(day.wear.worn_h, 3),
            "recorded_h": None if day.wear is None else round(day.wear.recorded_h, 3),
            "steps": None if day.wear is None else day.wear.steps,
            "walking_min": None if day.wear is None else round(day.wear.walking_min, 2),
            "standing_min": None if day.wear is None else round(day.wear.standing_min, 2),
            "left_share_pct": None if day.left_share_pct is None else round(day.left_share_pct, 2),
            "left": day.left,
            "right": day.right,
            "pain": day.pain,
        }
        for day in course.days
    ]
    events = [
        {"day": event.day.isoformat(), "kind": event.kind.value, "what": event.what}
        for event in course.events
    ]
    return Document(
        {
            "schema": SCHEMA,
            "person": visit.subject,
            "value": course.metric,
            "days": days,
            "events": events,
        }
    )


def _week(visit: Visit) -> Answer:
    """The summary of the last seven days as PDF."""
    from plantigrade.report.week import week_of
    from plantigrade.report.weekly import weekly_bytes
    from plantigrade.report.wording import language_for

    yesterday = visit.now.date() - timedelta(days=1)
    language = language_for(visit.words.language)
    content = weekly_bytes(week_of(visit.site.library, visit.subject, yesterday), language=language)
    return Download(f"{visit.subject}-{yesterday}.pdf", content, "application/pdf", inline=True)


PAGE: Final = Page(
    "person",
    "/people/{code}",
    Action.SEE,
    show,
    forms=forms(_again),
    parts=(Part("/people/{code}/week.pdf", _week, Action.SEE),),
    as_json=as_json,
    rows="days",
)
