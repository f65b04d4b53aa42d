"""The form of an entry: what was typed, what is wrong with it, and the entry that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from plantigrade.posture.diary.diary import BodySite, Entry
from plantigrade.posture.settings import HIGHEST_SCORE, LONGEST_NOTE
from plantigrade.web.visit import RefusedError, Visit

DAYS: Final = 14
"""Days that are shown, and for which an entry can still be written."""
SIDES: Final = ("left", "right", "both", "none")
WITHOUT_SIDE: Final = (BodySite.LOWER_BACK.value, BodySite.OTHER.value)
"""Places that need no side."""
NOON: Final = time(12)
"""Time of an entry that is written for an earlier day."""
LONGEST_CHOICE: Final = 40
LONGEST_TYPED: Final = 20_000
"""Characters of a note that are shown again, so that it can be shortened."""
HIGHEST_NUMBER: Final = 2**31


@dataclass(frozen=True)
class EntryForm:
    """What stands in the form.

    Attributes:
        place, side, score, note, day: as typed; "" where nothing was chosen.
        number: of the entry that is changed; 0 for a new one.
        errors: what is wrong, by field.
    """

    place: str = ""
    side: str = ""
    score: str = ""
    note: str = ""
    day: str = ""
    number: int = 0
    errors: Mapping[str, str] = field(default_factory=dict[str, str])


def form_of(entry: Entry, number: int) -> EntryForm:
    """The form that changes an entry."""
    day = entry.at.date().isoformat()
    return EntryForm(entry.place.value, entry.side or "none", str(entry.score), entry.note, day, number)


def typed(visit: Visit) -> EntryForm:
    """What was posted, with what is wrong with it.

    Raises:
        RefusedError: 400, it is no form of this page.
    """
    form = EntryForm(
        visit.field("place", LONGEST_CHOICE),
        visit.field("side", LONGEST_CHOICE),
        visit.field("score", LONGEST_CHOICE),
        visit.field("note", LONGEST_TYPED).replace("\r\n", "\n"),
        visit.field("day", LONGEST_CHOICE) or visit.now.date().isoformat(),
        visit.integer("number", 0, HIGHEST_NUMBER) if visit.field("number") else 0,
    )
    words, errors = visit.words, dict[str, str]()
    if form.place not in [place.value for place in BodySite]:
        errors["place"] = words("diary.error.place")
    if form.side not in SIDES and (form.side or form.place not in WITHOUT_SIDE):
        errors["side"] = words("diary.error.side")
    if form.score not in [str(score) for score in range(HIGHEST_SCORE + 1)]:
        errors["score"] = words("diary.error.score")
    if len(form.note) > LONGEST_NOTE:
        errors["note"] = words("diary.error.note", longest=LONGEST_NOTE, length=len(form.note))
    days = [day.isoformat() for day in days_until(visit.now.date())]
    if form.day not in days and not form.number:
        errors["day"] = words("diary.error.day", days=DAYS)
    return replace(form, errors=errors)


def entry_from(form: EntryForm, now: datetime, before: Entry | None = None) -> Entry:
    """The entry of a form: of now, or of noon on an earlier day.

    Args:
        form: without errors.
        now: the time of the person.
        before: the entry that it changes; its time stays while its day does.

    Raises:
        RefusedError: 400, it has errors.
    """
    if form.errors:
        raise RefusedError(400)
    try:
        day = date.fromisoformat(form.day)
    except ValueError as error:
        raise RefusedError(400) from error
    at = now if day == now.date() else datetime.combine(day, NOON, now.tzinfo)
    if before is not None and (before.at.date() == day or day not in days_until(now.date())):
        at = before.at
    side = "" if form.side == "none" else form.side
    return Entry(at, BodySite(form.place), int(form.score), side, form.note)


def days_until(last: date) -> list[date]:
    """The days that are shown, oldest first."""
    return [last - timedelta(days=back) for back in reversed(range(DAYS))]
