"""What is looked for: the filter of the address, as it was typed and as the library takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from plantigrade.library.entries import TAG_KINDS, Filter, RecordingEntry, Tag
from plantigrade.web.visit import Visit

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library

PAGE_SIZE: Final = 25
"""Recordings of one page: what a phone scrolls through with a few strokes."""
_LONGEST: Final = 120
KINDS: Final = ("insole", "import")
_NAMES: Final = ("q", "from", "to", "tag", "kind", "gaps")


@dataclass(frozen=True)
class Search:
    """A search.

    Attributes:
        typed: fields as they were typed, by name: `q`, `from`, `to`, `tag`, `kind`, `gaps`.
        wanted: the page of recordings that meets it, and one more, which tells whether there is another page.
        wrong: fields that make no sense, by name; they are not searched for.
    """

    typed: Mapping[str, str]
    wanted: Filter
    wrong: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is looked for, and not everything shown."""
        return any(self.typed.values())

    def link(self, path: str, about: str = "", *, after: str = "", before: str = "") -> str:
        """The address of a page of the same search: the first, or that after or before a recording."""
        fields = {"after": after, "before": before, "person": about}
        fields = {name: value for name, value in (*self.typed.items(), *fields.items()) if value}
        return f"{path}?{urlencode(fields)}" if fields else path


def search_of(visit: Visit) -> Search:
    """The search of the address."""
    typed = {name: visit.query.get(name, "").strip()[:_LONGEST] for name in _NAMES}
    first, last = day_of(typed["from"]), day_of(typed["to"])
    kind, _, value = typed["tag"].partition(":")
    tag = Tag(kind, value) if kind in TAG_KINDS and value and value.isprintable() else None
    checks = {
        "from": bool(typed["from"]) and first is None,
        "to": bool(typed["to"]) and last is None,
        "tag": bool(typed["tag"]) and tag is None,
        "kind": bool(typed["kind"]) and typed["kind"] not in KINDS,
        "gaps": typed["gaps"] not in ("", "with", "without"),
    }
    after, before = (_recording(visit.query.get(name, "")) for name in ("after", "before"))
    wanted = Filter(
        person=visit.subject,
        tags=() if tag is None else (tag,),
        kind=typed["kind"] if typed["kind"] in KINDS else None,
        since=_midnight(first, visit),
        until=_midnight(last, visit, days=1),
        text=typed["q"] or None,
        with_gaps={"with": True, "without": False}.get(typed["gaps"]),
        limit=PAGE_SIZE + 1,
        after=after,
        before=None if after else before,
    )
    return Search(typed, wanted, frozenset(name for name, is_wrong in checks.items() if is_wrong))


def day_of(text: str) -> date | None:
    """A day as browsers send it; None where it is none.

    Example:
        >>> day_of("2026-02-30"), day_of("2026-03-01")
        (None, datetime.date(2026, 3, 1))
    """
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _recording(text: str) -> str | None:
    """A name that a recording may have; PostgreSQL refuses texts with a NUL."""
    return text[:_LONGEST] if text and text.isprintable() else None


def _midnight(day: date | None, visit: Visit, days: int = 0) -> datetime | None:
    """The beginning of a day where the person lives, or of one that follows; None beyond all calendars."""
    if day is None or not 1971 <= day.year <= 2200:
        return None
    return datetime.combine(day + timedelta(days), time(), visit.zone)


@dataclass(frozen=True)
class Listed:
    """A page of what a search found.

    Attributes:
        entries: newest first.
        has_newer, has_older: whether there is a page before it, and one after it.
        after: the recording that it comes after; "" for the first page.
    """

    entries: Sequence[RecordingEntry]
    has_newer: bool
    has_older: bool
    after: str = ""


def page_of(library: "Library", search: Search) -> Listed:
    """The page that the address asks for; the first one where that is nearly it, or where the recording that
    it begins with is no longer there.

    Raises:
        LibraryError: the database fails.
    """
    wanted = search.wanted
    found = library.find(wanted)
    if wanted.before is not None and len(found) > PAGE_SIZE:
        return Listed(found[1:], True, True, found[0].id)
    if wanted.after is not None and found:
        return Listed(found[:PAGE_SIZE], True, len(found) > PAGE_SIZE, wanted.after)
    if wanted.after is not None or wanted.before is not None:
        found = library.find(replace(wanted, after=None, before=None))
    return Listed(found[:PAGE_SIZE], False, len(found) > PAGE_SIZE)
