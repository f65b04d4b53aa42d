"""What is looked for: the filter of the address, as it was typed and as the library takes it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from plantigrade.library.entries import TAG_KINDS, Filter, Tag
from plantigrade.web.visit import Visit

PAGE_SIZE: Final = 25
"""Recordings of one page: what a phone scrolls through with a few strokes."""
MOST_PAGES: Final = 4000
_LONGEST: Final = 120
KINDS: Final = ("insole", "import")
_NAMES: Final = ("q", "from", "to", "tag", "kind", "gaps")


@dataclass(frozen=True)
class Search:
    """A search.

    Attributes:
        typed: fields as they were typed, by name: `q`, `from`, `to`, `tag`, `kind`, `gaps`.
        wanted: the page of recordings that meets it.
        page: from 1 on.
        wrong: fields that make no sense, by name; they are not searched for.
    """

    typed: Mapping[str, str]
    wanted: Filter
    page: int = 1
    wrong: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is looked for, and not everything shown."""
        return any(self.typed.values())

    def link(self, path: str, page: int, about: str = "") -> str:
        """The address of another page of the same search."""
        fields = {name: value for name, value in self.typed.items() if value}
        fields |= {"page": str(page)} if page > 1 else {}
        fields |= {"person": about} if about else {}
        return f"{path}?{urlencode(fields)}" if fields else path


def search_of(visit: Visit) -> Search:
    """The search of the address."""
    typed = {name: visit.query.get(name, "").strip()[:_LONGEST] for name in _NAMES}
    first, last = day_of(typed["from"]), day_of(typed["to"])
    kind, _, value = typed["tag"].partition(":")
    tag = Tag(kind, value) if kind in TAG_KINDS and value else None
    checks = {
        "from": bool(typed["from"]) and first is None,
        "to": bool(typed["to"]) and last is None,
        "tag": bool(typed["tag"]) and tag is None,
        "kind": bool(typed["kind"]) and typed["kind"] not in KINDS,
        "gaps": typed["gaps"] not in ("", "with", "without"),
    }
    page = _page(visit.query.get("page", ""))
    wanted = Filter(
        person=visit.subject,
        tags=() if tag is None else (tag,),
        kind=typed["kind"] if typed["kind"] in KINDS else None,
        since=_midnight(first, visit),
        until=_midnight(last, visit, days=1),
        text=typed["q"] or None,
        with_gaps={"with": True, "without": False}.get(typed["gaps"]),
        limit=PAGE_SIZE,
        offset=(page - 1) * PAGE_SIZE,
    )
    return Search(typed, wanted, page, frozenset(name for name, is_wrong in checks.items() if is_wrong))


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


def _midnight(day: date | None, visit: Visit, days: int = 0) -> datetime | None:
    """The beginning of a day where the person lives, or of one that follows; None beyond all calendars."""
    if day is None or not 1971 <= day.year <= 2200:
        return None
    return datetime.combine(day + timedelta(days), time(), visit.zone)


def _page(text: str) -> int:
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 8 else 1
