"""`/alerts`: what, which foot, since when, what now; answers to it; what was held back and not judged."""

import hashlib
from datetime import datetime, timedelta
from typing import Any, Final

from plantigrade.library.catalogue.stored_posture import stored_posture
from plantigrade.library.person.entries import AnswerKind, DataKind
from plantigrade.service.alerts.life import AlertError, Snooze, ns_of, utc_of
from plantigrade.service.alerts.overview import AlertOverview, ListedAlert
from plantigrade.service.alerts.settings import HISTORY_DAYS
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import formats_of
from plantigrade.web.page import Answer, Document, Form, Page, Part, Redirect, Shown
from plantigrade.web.pages.alerts.alert_card import CardWriter, answers_to, key_from, key_text
from plantigrade.web.pages.alerts.book import answer, overview
from plantigrade.web.texts import rule_texts
from plantigrade.web.visit import RefusedError, Visit

SCHEMA: Final = "plantigrade.alerts/1"
REFRESH_S: Final = 30
"""The list looks for news so often."""
NEW_WITHIN_S: Final = REFRESH_S + 5.0
"""A critical alert is announced by the first list that has it, and by no later one."""
KINDS: Final = {
    "seen": AnswerKind.SEEN,
    "later": AnswerKind.SNOOZED,
    "wake": AnswerKind.WOKEN,
    "weight": AnswerKind.WEIGHT_TAKEN_OFF,
    "helped": AnswerKind.HELPED,
    "did-not-help": AnswerKind.DID_NOT_HELP,
    "wrong": AnswerKind.WRONG,
}
SNOOZES: Final = {
    "15-min": Snooze.FIFTEEN,
    "30-min": Snooze.THIRTY,
    "60-min": Snooze.SIXTY,
    "tomorrow": Snooze.TOMORROW,
}


def card_writer(visit: Visit) -> CardWriter:
    """Writes alerts for who asks."""
    return CardWriter(formats_of(visit), ns_of(visit.now), visit.who.person != visit.subject, NEW_WITHIN_S)


def show(visit: Visit) -> Answer:
    """The page."""
    return Shown("pages/alerts/alerts.html", _values(visit) | _not_judged(visit))


def show_news(visit: Visit) -> Answer:
    """The lists alone, or nothing where the reader has them already."""
    values = _values(visit)
    if visit.query.get("version") == values["version"]:
        return Shown("pages/alerts/nothing.html", status=204)
    return Shown("pages/alerts/lists.html", values)


def show_later(visit: Visit) -> Answer:
    """For how long an alert is put off, as a page of its own."""
    found = overview(visit).find(key_from(visit.query.get("alert", "")))
    if found is None:
        raise RefusedError(404, visit.words("alerts.answer-gone"))
    return _later_page(visit, found, error=False)


def take_answer(visit: Visit) -> Answer:
    """An answer to an alert."""
    key, name = key_from(visit.field("alert")), visit.field("answer")
    if name not in KINDS:
        raise RefusedError(400)
    found = overview(visit).find(key)
    if found is None:
        raise RefusedError(409, visit.words("alerts.answer-gone"))
    snooze = SNOOZES.get(visit.field("for"))
    if name == "later" and snooze is None:
        return _later_page(visit, found, error=True)
    if name not in answers_to(found, own=visit.who.person == visit.subject):
        raise RefusedError(409, visit.words("alerts.answer-refused"))
    try:
        answer(visit, found.alert.key, KINDS[name], snooze)
    except AlertError as refused:
        raise RefusedError(409, visit.words("alerts.answer-refused")) from refused
    if visit.field("back") == "today":
        return Redirect("/")
    return Redirect(f"/alerts{_query(visit)}")


def _later_page(visit: Visit, found: ListedAlert, error: bool) -> Answer:
    values = {"card": card_writer(visit).card(found), "error": error, "query": _query(visit)}
    return Shown("pages/alerts/later.html", values, 400 if error else 200)


def _values(visit: Visit) -> dict[str, Any]:
    found, words = overview(visit), card_writer(visit)
    texts = rule_texts(visit.words)
    reasons = {
        reason: texts.alerts.get(f"held_back_{reason.replace(' ', '_')}", reason) for reason in found.reasons
    }
    return {
        "is_live": found.is_live,
        "title": _title(visit, found),
        "open": words.cards(found.open),
        "asleep": words.cards(found.asleep),
        "earlier": words.cards(found.earlier),
        "quiet": tuple((words.card(one), reasons[one.alert.held_back_by]) for one in found.held_back),
        "quiet_reasons": tuple((reasons[reason], count) for reason, count in sorted(found.reasons.items())),
        "days": HISTORY_DAYS,
        "refresh_s": REFRESH_S,
        "query": _query(visit),
        "version": _version(found),
    }


def _not_judged(visit: Visit) -> dict[str, Any]:
    if not visit.given(DataKind.ANALYSES):
        return {"analyses_given": False, "recordings": 0, "not_judged": 0}
    since = visit.now - timedelta(days=HISTORY_DAYS)
    posture = stored_posture(visit.site.library, visit.subject, since, visit.zone)
    return {
        "analyses_given": True,
        "recordings": posture.recordings,
        "not_judged": posture.not_judged(),
    }


def _title(visit: Visit, found: AlertOverview) -> str:
    words, formats = visit.words, formats_of(visit)
    critical = sum(one.alert.critical for one in found.open)
    if critical:
        return words.counted("alerts.open-critical", critical)
    if found.open:
        return words.counted("alerts.open", len(found.open))
    ends = [one.quiet_until for one in found.asleep if one.quiet_until is not None]
    if ends:
        return words.counted("alerts.asleep", len(ends), until=formats.moment(min(ends)))
    return words("alerts.none-open")


def _query(visit: Visit) -> str:
    """Keeps whom the page is about, for clinicians."""
    return "" if visit.who.person == visit.subject else f"?person={visit.subject}"


def _version(found: AlertOverview) -> str:
    """Changes when anything that is shown of the lists changes, but for the time that passes."""
    facts = [
        (key_text(one.alert.key), one.state.value, str(one.quiet_until), len(one.alert.answers))
        for one in found.all
    ]
    return hashlib.sha256(repr((found.is_live, facts)).encode()).hexdigest()[:16]


def as_document(visit: Visit) -> Document:
    """All alerts of the last days as a document."""
    found = overview(visit)
    return Document(
        {
            "schema": SCHEMA,
            "person": visit.subject,
            "is_live": found.is_live,
            "days": HISTORY_DAYS,
            "alerts": [_as_json(one) for one in found.all],
        }
    )


def _as_json(listed: ListedAlert) -> dict[str, Any]:
    alert, last = listed.alert, listed.last_answer
    cleared, minutes = alert.cleared_utc_ns, alert.helped_after_min
    return {
        "rule": alert.key.rule,
        "foot": alert.key.foot,
        "severity": alert.severity.value,
        "class": alert.alert_class.value,
        "onset_utc": _utc(utc_of(alert.key.onset_utc_ns)),
        "known_utc": _utc(utc_of(alert.known_utc_ns)),
        "cleared_utc": None if cleared is None else _utc(utc_of(cleared)),
        "state": listed.state.value,
        "quiet_until_utc": _utc(listed.quiet_until),
        "held_back_by": alert.held_back_by or None,
        "helped": alert.helped,
        "helped_after_min": None if minutes is None else round(minutes, 1),
        "answer": None if last is None else last.answer.value,
        "answered_by": None if last is None else last.by,
        "answered_utc": None if last is None else _utc(last.at_utc),
    }


def _utc(at: datetime | None) -> str | None:
    return None if at is None else at.strftime("%Y-%m-%dT%H:%M:%SZ")


PAGE: Final = Page(
    "alerts",
    "/alerts",
    Action.SEE,
    show,
    forms=(Form("answer", take_answer, Action.CHANGE),),
    parts=(Part("/alerts/news", show_news, Action.SEE), Part("/alerts/later", show_later, Action.SEE)),
    as_json=as_document,
    rows="alerts",
)
