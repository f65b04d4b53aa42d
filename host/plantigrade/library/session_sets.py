"""Two sets of a person's recordings, and what differs between them, from what is stored beside them.

A set is named by a short text that fits into an address: "with:orthotic:insert", "without:orthotic:insert",
"days:2026-11-02:2026-11-06", "before:3" and "since:3" for the plan of that number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.before_after import METRICS
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import TAG_KINDS, Filter, RecordingEntry, Tag
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings.strides import strides
from plantigrade.posture.baseline.before_after import Difference, compare
from plantigrade.posture.plans.settings import BEFORE_DAYS
from plantigrade.posture.rules_engine.features import StrideColumns
from plantigrade.posture.settings import MIN_SESSIONS

MOST_SESSIONS: Final = 40
"""Of a side, the newest: beyond, an interval hardly narrows and reading takes its time."""
WITH, WITHOUT, DAYS, BEFORE, SINCE = "with", "without", "days", "before", "since"
_ONE_DAY: Final = timedelta(days=1)


class UnknownSetError(PlantigradeError):
    """A text that names no set of recordings."""


@dataclass(frozen=True)
class SetOfSessions:
    """A set.

    Attributes:
        name: as in the address.
        entries: its recordings, newest first.
        unread: how many of them are not analysed, and are not compared.
    """

    name: str
    entries: tuple[RecordingEntry, ...]
    unread: int = 0


@dataclass(frozen=True)
class Comparison:
    """What differs.

    Attributes:
        before, after: the sets.
        differences: of each value and foot; empty where a side has nothing to compare.
        paired: sessions were compared in pairs of the same day.
        pairs: how many; 0 where they were not.
    """

    before: SetOfSessions
    after: SetOfSessions
    differences: tuple[Difference, ...]
    paired: bool = False
    pairs: int = 0

    @property
    def missing(self) -> tuple[int, int]:
        """Sessions that each side lacks for an interval."""
        sides = (self.before, self.after)
        before, after = (max(0, MIN_SESSIONS - (len(one.entries) - one.unread)) for one in sides)
        return before, after


def set_named(library: Library, person: str, name: str, zone: tzinfo) -> SetOfSessions:
    """The recordings of a set.

    Raises:
        UnknownSetError: the text names none.
        LibraryError: the database fails.
    """
    kind, _, rest = name.partition(":")
    everything = Filter(person=person, limit=MOST_SESSIONS)
    if kind in (WITH, WITHOUT):
        of_kind, _, value = rest.partition(":")
        if of_kind not in TAG_KINDS or not value:
            raise UnknownSetError(f"{name!r} names no tag")
        tag = Tag(of_kind, value)
        if kind == WITH:
            return SetOfSessions(name, tuple(library.find(replace(everything, tags=(tag,)))))
        found = library.find(replace(everything, limit=10 * MOST_SESSIONS))
        return SetOfSessions(name, tuple([one for one in found if tag not in one.tags][:MOST_SESSIONS]))
    first, last = _days(library, person, kind, rest, name)
    since = None if first is None else datetime.combine(first, time(), zone)
    until = None if last is None else datetime.combine(last + _ONE_DAY, time(), zone)
    return SetOfSessions(name, tuple(library.find(replace(everything, since=since, until=until))))


def _days(library: Library, person: str, kind: str, rest: str, name: str) -> tuple[date | None, date | None]:
    """First and last day of a set, both included; None for an open end."""
    try:
        if kind == DAYS:
            first, _, last = rest.partition(":")
            days = date.fromisoformat(first), date.fromisoformat(last)
            if not date(1971, 1, 1) <= days[0] <= days[1] <= date(2200, 1, 1):
                raise UnknownSetError(f"{name!r}: the last day is not before the first")
            return days
        if kind in (BEFORE, SINCE):
            number = int(rest)
            plan = next(one.plan for one in library.record(person).plans.all() if one.id == number)
            if kind == BEFORE:
                return plan.from_day - timedelta(days=BEFORE_DAYS), plan.from_day - _ONE_DAY
            return plan.from_day, plan.to_day
    except (ValueError, StopIteration) as error:
        raise UnknownSetError(f"{name!r} names no days and no plan") from error
    raise UnknownSetError(f"{name!r} names no set of recordings")


def compare_sets(library: Library, before: SetOfSessions, after: SetOfSessions, zone: tzinfo) -> Comparison:
    """What differs between two sets; in pairs where enough days have sessions of both.

    A recording that is in both sets is left out of both. Of a day with several sessions of one side the
    longest makes the pair.

    Raises:
        LibraryError: the database fails.
    """
    shared = {one.id for one in before.entries} & {one.id for one in after.entries}
    before, after = (
        replace(one, entries=tuple(each for each in one.entries if each.id not in shared))
        for one in (before, after)
    )
    tables: dict[str, list[StrideColumns]] = {}
    for entry in (*before.entries, *after.entries):
        try:
            tables[entry.id] = strides(library.open(entry.id)).tables()
        except RecordingError:  # it is analysed later
            continue
    before, after = (
        replace(one, unread=sum(each.id not in tables for each in one.entries)) for one in (before, after)
    )
    known = [[one for one in side.entries if one.id in tables] for side in (before, after)]
    pairs = _pairs(known[0], known[1], zone)
    is_paired = len(pairs) >= MIN_SESSIONS
    if is_paired:
        known = [[one for one, _ in pairs], [other for _, other in pairs]]
    if not known[0] or not known[1]:
        return Comparison(before, after, ())
    found = compare(
        [tables[one.id] for one in known[0]],
        [tables[one.id] for one in known[1]],
        METRICS,
        paired=is_paired,
    )
    return Comparison(before, after, tuple(found), is_paired, len(pairs) if is_paired else 0)


def _pairs(
    before: Sequence[RecordingEntry], after: Sequence[RecordingEntry], zone: tzinfo
) -> list[tuple[RecordingEntry, RecordingEntry]]:
    """For each day with sessions of both sides, the longest of each."""
    first, second = _longest_of_days(before, zone), _longest_of_days(after, zone)
    return [(first[day], second[day]) for day in sorted(first.keys() & second.keys())]


def _longest_of_days(entries: Sequence[RecordingEntry], zone: tzinfo) -> dict[date, RecordingEntry]:
    found: dict[date, RecordingEntry] = {}
    for one in entries:
        if one.start_utc_ns is None:
            continue
        day = datetime.fromtimestamp(one.start_utc_ns / 1e9, UTC).astimezone(zone).date()
        if day not in found or one.frames_recorded > found[day].frames_recorded:
            found[day] = one
    return found
