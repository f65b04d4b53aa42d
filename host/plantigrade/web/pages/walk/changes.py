"""What can be changed of a walk: its name, tags, notes; and deleting it."""

from typing import Final
from urllib.parse import urlencode

from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import TAG_KINDS, RecordingEntry, Tag
from plantigrade.web.accounts.rights import Action
from plantigrade.web.layout.frame import person_in_view
from plantigrade.web.page import Answer, Redirect
from plantigrade.web.pages.walk.shown import shown
from plantigrade.web.visit import RefusedError, Visit

LONGEST_TITLE: Final = 120
LONGEST_TAG: Final = 60
LONGEST_NOTE: Final = 2000
MOST_TAGS: Final = 20


def back(visit: Visit, entry: RecordingEntry, **query: str) -> Redirect:
    """To the page of the recording, in the view from which the form came."""
    view, about = visit.form.get("view", ""), person_in_view(visit)
    fields = query | ({"view": view} if view in ("plain", "details") else {})
    fields |= {"person": about} if about else {}
    return Redirect(f"/walks/{entry.id}?{urlencode(fields)}" if fields else f"/walks/{entry.id}")


def rename(visit: Visit) -> Answer:
    """Another name; refused where another window gave it one meanwhile."""
    entry = visit.entry(Action.CHANGE)
    if visit.form.get("was", entry.title) != entry.title:
        raise RefusedError(409)
    visit.site.library.rename(entry.id, visit.field("title", LONGEST_TITLE))
    return back(visit, entry)


def note(visit: Visit) -> Answer:
    """A note on the walk, or on a time in it."""
    entry = visit.entry(Action.CHANGE)
    text = visit.field("note", LONGEST_NOTE)
    if not text:
        return shown(visit, {"note": visit.words("walk.note.empty")})
    at_s: float | None = None
    if visit.field("at"):
        try:
            at_s = visit.number("at", 0.0, max(1.0, entry.duration_s or 1e6))
        except RefusedError:
            most = f"{max(1.0, entry.duration_s or 1e6):.0f}"
            return shown(visit, {"at": visit.words("walk.note.no-time", most=most)})
    visit.site.library.note(entry.id, text, at_s)
    return back(visit, entry)


def tag(visit: Visit) -> Answer:
    """A tag more."""
    entry = visit.entry(Action.CHANGE)
    kind, value = visit.field("kind", LONGEST_TAG), visit.field("tag", LONGEST_TAG)
    if kind not in TAG_KINDS or not value:
        return shown(visit, {"tag": visit.words("walk.tags.empty")})
    if len(entry.tags) >= MOST_TAGS:
        return shown(visit, {"tag": visit.words("walk.tags.many", most=MOST_TAGS)})
    visit.site.library.tag(entry.id, [Tag(kind, value)])
    return back(visit, entry)


def untag(visit: Visit) -> Answer:
    """A tag less."""
    entry = visit.entry(Action.CHANGE)
    kind, _, value = visit.field("which").partition(":")
    try:
        visit.site.library.tag(entry.id, [Tag(kind, value)], remove=True)
    except LibraryError as error:
        raise RefusedError(400) from error
    return back(visit, entry)


def delete(visit: Visit) -> Answer:
    """Delete it; for some days it can be given back."""
    entry = visit.entry(Action.ERASE)
    visit.site.library.delete(entry.id)
    about = person_in_view(visit)
    return Redirect(f"/walks?{urlencode({'deleted': entry.id} | ({'person': about} if about else {}))}")


def restore(visit: Visit) -> Answer:
    """Give it back."""
    entry = visit.entry(Action.ERASE)
    visit.site.library.restore(entry.id)
    return back(visit, entry)
