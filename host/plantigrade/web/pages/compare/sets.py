"""Which sets can be chosen, and what they are called."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from plantigrade.library.catalogue.recording_list import tags_of
from plantigrade.library.session_sets import (
    BEFORE,
    DAYS,
    SINCE,
    WITH,
    WITHOUT,
    SetOfSessions,
    UnknownSetError,
    set_named,
)
from plantigrade.web.formats import Formats
from plantigrade.web.pages.walks.search import day_of
from plantigrade.web.visit import Visit

_WORN: Final = ("orthotic", "shoe", "terrain", "other")
"""Tags in the order in which they are offered: what is worn is compared most."""
_LONGEST: Final = 200


@dataclass(frozen=True)
class Choice:
    """A set that can be chosen: its name in the address, and what it is called."""

    name: str
    says: str


def choices(visit: Visit, formats: Formats) -> list[Choice]:
    """What can be chosen on each side."""
    words, library, person = formats.words, visit.site.library, visit.subject
    found: list[Choice] = []
    tags = sorted(tags_of(library, person), key=lambda tag: _WORN.index(tag.kind))
    for tag in tags:
        found.append(Choice(f"{WITHOUT}:{tag}", words("compare.set.without", what=tag.value)))
        found.append(Choice(f"{WITH}:{tag}", words("compare.set.with", what=tag.value)))
    for stored in library.record(person).plans.all():
        plan = words(f"compare.plan.{stored.plan.kind.value}")
        day = formats.day(stored.plan.from_day)
        found.append(Choice(f"{BEFORE}:{stored.id}", words("compare.set.before", plan=plan, day=day)))
        found.append(Choice(f"{SINCE}:{stored.id}", words("compare.set.since", plan=plan, day=day)))
    return found


def chosen(visit: Visit, offered: list[Choice]) -> tuple[str, str]:
    """The names of the two sets: of the address, else the first that are offered."""
    names = [_side(visit, side) for side in ("before", "after")]
    if not any(names) and len(offered) > 1:
        return offered[0].name, offered[1].name
    return names[0], names[1]


def _side(visit: Visit, side: str) -> str:
    name = visit.query.get(side, "")[:_LONGEST]
    if name != DAYS:
        return name
    first, last = (visit.query.get(f"{side}-{end}", "")[:_LONGEST] for end in ("from", "to"))
    return f"{DAYS}:{first}:{last}"


def found_set(visit: Visit, name: str) -> SetOfSessions | None:
    """The recordings of a set; None where the name makes no sense."""
    try:
        return set_named(visit.site.library, visit.subject, name, visit.zone)
    except UnknownSetError:
        return None


def says(found: SetOfSessions, offered: list[Choice], formats: Formats) -> str:
    """What a set is called, with how many sessions of which days it has."""
    words = formats.words
    called = next((one.says for one in offered if one.name == found.name), "")
    count = words.counted("compare.walks", len(found.entries), count=formats.number(len(found.entries)))
    days = sorted(formats.day_of(one.start_utc_ns) for one in found.entries if one.start_utc_ns is not None)
    if days:
        count = words("compare.of-days", count=count, days=_days(days[0], days[-1], formats))
    return f"{called}: {count}" if called else count


def _days(first: date, last: date, formats: Formats) -> str:
    if first == last:
        return formats.short_day(first)
    return formats.words("formats.range", low=formats.short_day(first), high=formats.short_day(last))


def days_typed(visit: Visit, side: str) -> tuple[str, str]:
    """The days of a side as they were typed; "" where they are none."""
    texts = [visit.query.get(f"{side}-{end}", "") for end in ("from", "to")]
    first, last = (text if day_of(text) else "" for text in texts)
    return first, last
