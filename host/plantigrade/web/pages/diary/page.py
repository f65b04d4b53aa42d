"""`/diary`: where, how much; the last two weeks; does it go with what is done?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.person.entries import DataKind
from plantigrade.posture.diary.day_load import daily_values
from plantigrade.posture.diary.diary import QUESTIONS, BodySite, Entry, as_json, daily_worst, relations
from plantigrade.posture.settings import DIARY_MIN_DAYS, HIGHEST_SCORE, LONGEST_NOTE
from plantigrade.web.accounts.rights import Action
from plantigrade.web.formats import formats_of
from plantigrade.web.page import Answer, Document, Form, Page, Redirect, Shown
from plantigrade.web.pages.diary.entry_form import (
    DAYS,
    HIGHEST_NUMBER,
    SIDES,
    EntryForm,
    days_until,
    entry_from,
    form_of,
    typed,
)
from plantigrade.web.texts import begun, rule_texts
from plantigrade.web.visit import RefusedError, Visit

SCHEMA: Final = "plantigrade.diary-entries/1"
Numbered = Sequence[tuple[int, Entry]]


@dataclass(frozen=True)
class Written:
    """An entry as it is shown.

    Attributes:
        number: names it in forms.
        day: as text.
        what: place, side and score as text.
        note: in the person's words.
        is_today: whether it is of today.
    """

    number: int
    day: str
    what: str
    note: str
    is_today: bool


def show(visit: Visit) -> Answer:
    """The page."""
    entries = visit.site.library.record(visit.subject).diary.numbered()
    asked = visit.query.get("change", "")
    if asked:
        found = [(number, entry) for number, entry in entries if str(number) == asked]
        if not found:
            raise RefusedError(404)
        return _page(visit, entries, form_of(found[0][1], found[0][0]))
    if "new" not in visit.query and any(_is_today(visit, entry) for _, entry in entries):
        return _page(visit, entries, None)
    return _page(visit, entries, EntryForm(place=_last_place(entries), day=visit.now.date().isoformat()))


def save(visit: Visit) -> Answer:
    """A new entry, or one that is changed."""
    form, diary = typed(visit), visit.site.library.record(visit.subject).diary
    if form.errors:
        return _page(visit, diary.numbered(), form)
    if not form.number:
        return Redirect(f"/diary?saved={diary.add(entry_from(form, visit.now))}")
    before = dict(diary.numbered()).get(form.number)
    try:
        diary.change(form.number, entry_from(form, visit.now, before))
    except LibraryError:
        gone = replace(form, number=0, errors={"form": visit.words("diary.error.gone")})
        return _page(visit, diary.numbered(), gone)
    return Redirect("/diary")


def remove(visit: Visit) -> Answer:
    """Take an entry back; one that is gone already is gone."""
    number = visit.integer("number", 1, HIGHEST_NUMBER)
    diary = visit.site.library.record(visit.subject).diary
    if number in dict(diary.numbered()):
        diary.remove(number)
    return Redirect("/diary")


def today_text(visit: Visit, entries: Sequence[Entry]) -> str:
    """The newest entry of today, without its note; "" where there is none."""
    of_today = [entry for entry in entries if _is_today(visit, entry)]
    return _written(visit, 0, of_today[-1]).what if of_today else ""


def _page(visit: Visit, entries: Numbered, form: EntryForm | None) -> Answer:
    texts, place = rule_texts(visit.words), _place(visit, entries, form)
    shown = [_written(visit, number, entry) for number, entry in reversed(entries)]
    saved, own = visit.query.get("saved", ""), visit.who.person == visit.subject
    values: dict[str, Any] = {
        "form": form,
        "today": [one for one in shown if one.is_today],
        "entries": [one for one in shown if not one.is_today][:DAYS],
        "saved": next((one for one in shown if str(one.number) == saved and one.is_today), None),
        "places": [(site.value, begun(texts.places[site.value])) for site in BodySite],
        "sides": SIDES,
        "scores": range(HIGHEST_SCORE + 1),
        "days": days_until(visit.now.date())[::-1],
        "longest": LONGEST_NOTE,
        "own": own,
        "query": "" if own else f"&person={visit.subject}",
        **_chart(visit, entries, place),
        **_relations(visit, entries, place),
    }
    return Shown("pages/diary/diary.html", values, 400 if form is not None and form.errors else 200)


def _is_today(visit: Visit, entry: Entry) -> bool:
    return entry.at.date() == visit.now.date()


def _last_place(entries: Numbered) -> str:
    return entries[-1][1].place.value if entries else ""


def _place(visit: Visit, entries: Numbered, form: EntryForm | None) -> BodySite:
    """The place that the chart is of: the one that was asked for, else that of the form or the last entry."""
    asked = visit.query.get("place") or (form.place if form is not None else "") or _last_place(entries)
    return {site.value: site for site in BodySite}.get(asked, BodySite.FOOT)


def _written(visit: Visit, number: int, entry: Entry) -> Written:
    words, side = visit.words, ""
    if entry.side:
        side = words("diary.with-side", side=words(f"diary.side-in-text.{entry.side}"))
    place = begun(rule_texts(words).places[entry.place.value])
    what = words("diary.entry-is", place=place, side=side, score=entry.score)
    day = formats_of(visit).near_day(entry.at.date())
    return Written(number, day, what, entry.note, _is_today(visit, entry))


def _chart(visit: Visit, entries: Numbered, place: BodySite) -> dict[str, Any]:
    """The worst score of each of the last days; a day without an entry is a gap, not 0."""
    words, named = visit.words, rule_texts(visit.words).places[place.value]
    worst = daily_worst([entry for _, entry in entries], place)
    points: list[tuple[date, int | None]] = [(day, worst.get(day)) for day in days_until(visit.now.date())]
    known = [score for _, score in points if score is not None]
    between = words("diary.between", low=min(known), high=max(known)) if known else ""
    text = words(
        "diary.chart",
        place=begun(named),
        days=DAYS,
        known=len(known),
        between=between,
        unknown=DAYS - len(known),
    )
    return {
        "place": place.value,
        "place_named": begun(named),
        "place_in_text": named,
        "points": points,
        "known": len(known),
        "span": DAYS,
        "chart_text": text,
        "has_entries": bool(entries),
    }


def _relations(visit: Visit, entries: Numbered, place: BodySite) -> dict[str, Any]:
    """What can be told of the fixed questions; only once enough days are known, and with its caution."""
    if not visit.given(DataKind.DAYS):
        return {"relations": [], "related_days": 0, "needed": DIARY_MIN_DAYS, "days_given": False}
    learned = visit.site.library.record(visit.subject).baseline.baseline().days
    daily = {name: days for name, days in daily_values(learned, QUESTIONS[place]).items() if days}
    language = rule_texts(visit.words).language
    found = relations([entry for _, entry in entries], place, daily, language=language)
    days = max((one.days for one in found), default=0)
    return {
        "relations": found,
        "related_days": min(days, DIARY_MIN_DAYS),
        "needed": DIARY_MIN_DAYS,
        "days_given": True,
    }


def as_document(visit: Visit) -> Document:
    """All entries as a document."""
    entries = visit.site.library.record(visit.subject).diary.numbered()
    rows = [{"id": number, **as_json(entry)} for number, entry in entries]
    return Document({"schema": SCHEMA, "person": visit.subject, "entries": rows})


PAGE: Final = Page(
    "diary",
    "/diary",
    Action.SEE,
    show,
    forms=(Form("save", save, Action.CHANGE), Form("remove", remove, Action.CHANGE)),
    as_json=as_document,
    rows="entries",
)
