"""`/people`: who needs me today? Everyone who shares with the account, in three groups."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from markupsafe import Markup

from plantigrade.service.alerts.titles import title_of
from plantigrade.service.people.overview import Need, Order, PersonOverview
from plantigrade.web.accounts.rights import Action, kinds_shown
from plantigrade.web.drawing.spark import spark
from plantigrade.web.formats import Formats, formats_of
from plantigrade.web.page import Answer, Document, Page, Shown
from plantigrade.web.pages.people.listing import Asked, Listing, Only, asked_of, listing_of
from plantigrade.web.pages.people.received import received_of
from plantigrade.web.remarks import remark_of
from plantigrade.web.texts import rule_texts
from plantigrade.web.visit import Visit

SCHEMA: Final = "plantigrade.people/1"
SHORT_H: Final = 0.95
"""Fewer hours a day are written as minutes: "0.0 h" would look like nothing."""
_COLUMNS: Final = (Order.CODE, Order.LATEST, Order.WORN, Order.ALERTS, Order.MISSING)
_USUAL: Final = {"q": "", "show": Only.ALL, "sort": Order.NEED, "page": 1}
_OF_PARTS: Final = ("alerts", "walks", "diary", "compare")
"""Pages of a person that a part of the data is enough for."""


@dataclass(frozen=True)
class Line:
    """A person as the table shows it."""

    code: str
    latest: str
    bars: Markup
    worn: str
    days_known: int
    alerts: str
    level: str
    alerts_more: str
    missing: str


def show(visit: Visit) -> Answer:
    """The page, or what came from homes alone for htmx."""
    formats, words = formats_of(visit), visit.words
    received = received_of(visit, formats)
    if visit.fragment and received is not None:
        return Shown("pages/people/received.html", {"received": received})
    listing = listing_of(visit, asked_of(visit))
    asked = listing.asked
    needing, everyone = listing.count(Need.LOOK, Need.SILENT), len(listing.everyone)
    key = "calm" if not needing else "one" if needing == 1 else "many"
    if not everyone:
        key = "parts" if visit.shared_kinds else "nobody"
    groups = [(need, [_line(visit, one, formats) for one in listing.of(need)]) for need in Need]
    return Shown(
        "pages/people/people.html",
        {
            "title": words(f"people.title.{key}", number=needing, all=everyone),
            "today": formats.weekday(formats.today),
            "at": formats.time(visit.now),
            "listing": listing,
            "asked": asked,
            "everyone": everyone,
            "groups": [(need, lines) for need, lines in groups if lines],
            "counts": {need: listing.count(need) for need in Need},
            "columns": [(order, _link(asked, sort=order)) for order in _COLUMNS],
            "tabs": [(only, _link(asked, show=only)) for only in Only],
            "previous": _link(asked, page=asked.page - 1),
            "following": _link(asked, page=asked.page + 1),
            "parts": _parts(visit),
            "received": received,
            "withdrawn": _withdrawn(listing, formats),
            "csv": _link(asked).replace("/people", "/people.csv", 1),
        },
    )


def _parts(visit: Visit) -> list[tuple[str, list[tuple[str, str]]]]:
    """People who share some kinds of data and not others; name and address of each page that this opens."""
    return [
        (code, [(name, f"/{name}?person={code}") for name in _OF_PARTS if kinds >= kinds_shown(f"/{name}")])
        for code, kinds in sorted(visit.shared_kinds.items())
        if code not in visit.shared_with
    ]


def _withdrawn(listing: Listing, formats: Formats) -> list[tuple[str, str]]:
    return [
        (one.person, formats.day(formats.day_of(one.ended_utc)))
        for one in listing.withdrawn
        if one.ended_utc is not None
    ]


def _link(asked: Asked, **other: str | int) -> str:
    """The address of the same list with something changed; it begins with its first page."""
    page = asked.page if not other else 1
    now: dict[str, str | int] = {"q": asked.search, "show": asked.only, "sort": asked.order, "page": page}
    left = {name: value for name, value in (now | other).items() if value != _USUAL[name]}
    return f"/people?{urlencode(left)}" if left else "/people"


def _line(visit: Visit, one: PersonOverview, formats: Formats) -> Line:
    words, hours = visit.words, one.worn_h_a_day
    worn = formats.unknown
    if hours is not None and hours < SHORT_H:
        worn = words("people.minutes", minutes=formats.number(60 * hours))
    elif hours is not None:
        worn = words("people.hours", hours=formats.number(hours, 1))
    missing = None if one.missing_share is None else 100.0 * one.missing_share
    alerts, level = _alerts(visit, one)
    return Line(
        one.code,
        formats.moment(one.latest_utc),
        spark(one.days),
        worn,
        one.days_known,
        alerts,
        level,
        _more(visit, one),
        formats.quantity(missing, "%", 1),
    )


def _alerts(visit: Visit, one: PersonOverview) -> tuple[str, str]:
    """What stands in the column of alerts, and how it stands out."""
    words = visit.words
    if one.open_alerts:
        critical = any(alert.critical for alert in one.open_alerts)
        return words.counted("people.open", len(one.open_alerts)), "critical" if critical else "attention"
    if one.faults:
        return words("people.fault"), "attention"
    if one.open_alerts is None:
        return words("people.alerts-unknown"), ""
    return "0", ""


def _more(visit: Visit, one: PersonOverview) -> str:
    """The newest open alert, a fault, or what else there is to say."""
    words = visit.words
    if one.open_alerts:
        key = one.open_alerts[0].key
        title = title_of(key.rule, rule_texts(words))
        return words("people.which", what=title, foot=words(f"side.{key.foot}"))
    if one.faults:
        return "; ".join(remark_of(fault, words).text for fault in one.faults)
    if one.open_alerts is None:
        return ""
    if one.need is Need.LOOK:
        return words("people.much-missing")
    return words.counted("people.unanswered", one.unanswered) if one.unanswered else ""


def as_json(visit: Visit) -> Document:
    """The same people, all of them."""
    listing = listing_of(visit, asked_of(visit), all_pages=True)
    return Document({"schema": SCHEMA, "people": [_row(one) for one in listing.people]})


def _row(one: PersonOverview) -> dict[str, object]:
    alerts = one.open_alerts
    return {
        "person": one.code,
        "need": one.need.value,
        "latest_utc": None if one.latest_utc is None else one.latest_utc.isoformat(),
        "worn_h_a_day": None if one.worn_h_a_day is None else round(one.worn_h_a_day, 2),
        "days_known": one.days_known,
        "open_alerts": None if alerts is None else len(alerts),
        "critical_alerts": None if alerts is None else sum(alert.critical for alert in alerts),
        "unanswered_alerts": one.unanswered,
        "faults": "; ".join(one.faults),
        "missing_share": None if one.missing_share is None else round(one.missing_share, 5),
    }


PAGE: Final = Page("people", "/people", Action.SEE_PEOPLE, show, as_json=as_json, rows="people")
