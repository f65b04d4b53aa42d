"""The person's own days, learned from the stored strides of final recordings.

A day is learned whole, from all final recordings of the person that touch it, once for each pair of footwear,
and anew whenever one of them changes. So it does not matter in which order recordings come, and a recording
that turns out to be someone else's is forgotten by learning its days once more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.recording_states import RecordingState, states_of_person
from plantigrade.library.catalogue.versions import FINAL
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings.strides import strides
from plantigrade.library.time_zone import zone_of
from plantigrade.posture.baseline.baseline import PersonalBaseline
from plantigrade.posture.diary.day_load import loads_together
from plantigrade.posture.rules_engine.features import StrideColumns
from plantigrade.service.day.wear_day import days_of_span

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library

_NANO: Final = 1e-9
_LONGEST: Final = timedelta(days=2)
"""How much earlier than a day a recording that touches it is looked for: zones are at most 14 h from UTC."""


@dataclass(frozen=True, eq=False)
class DayPart:
    """What one recording gives to a day: its strides of that day; its loads, if most of it lies there."""

    tables: Sequence[StrideColumns]
    loads: Mapping[str, float]

    @property
    def strides(self) -> int:
        """Valid strides of both feet."""
        return sum(int(table.valid.sum()) for table in self.tables)


def learn_days(library: "Library", person: str, days: Sequence[date]) -> tuple[date, ...]:
    """Learn days of a person from what is stored; which of them are in the baseline now.

    Raises:
        UnknownPersonError: there is no such person.
        LibraryError: the database fails.
    """
    return tuple(day for day in days if _learn_day(library, person, day))


def _learn_day(library: "Library", person: str, day: date) -> bool:
    record = library.record(person)
    parts = _parts_of(library, person, day)
    known = {learned.day.tag for learned in record.baseline.all() if learned.day.day == day.isoformat()}
    learned = False
    for tag in sorted(known | parts.keys()):
        own = parts.get(tag, [])
        alone = PersonalBaseline()
        loads = loads_together([(part.loads, part.strides) for part in own])
        if alone.add_day(day, tag, together([part.tables for part in own]), loads):
            learned |= record.baseline.learn(alone.days[0])
        elif tag in known:
            record.baseline.forget(day, tag)
    return learned


def _parts_of(library: "Library", person: str, day: date) -> dict[str, list[DayPart]]:
    """By tag of the footwear, in the order of the recordings' starts."""
    zone = zone_of(library.person(person))
    footwear = library.record(person).footwear
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    span_ns = [round(at.timestamp()) * 10**9 for at in (midnight - _LONGEST, midnight + _LONGEST)]
    found: dict[str, list[DayPart]] = {}
    for one in reversed(states_of_person(library, person, span_ns[0], span_ns[1])):
        if one.state != FINAL or one.unassigned is not None or one.start_utc_ns is None:
            continue
        days = days_of_span(one.start_utc_ns, 0.0, one.duration_s or 0.0, zone)
        part = _part(library, one, days, day)
        if part is not None:
            begins = datetime.fromtimestamp(one.start_utc_ns * _NANO + days[day][0], UTC)
            found.setdefault(footwear.tag_at(begins), []).append(part)
    return found


def _part(
    library: "Library", one: RecordingState, days: Mapping[date, tuple[float, float]], day: date
) -> DayPart | None:
    if day not in days:
        return None
    try:
        stored = strides(library.open(one.id))
    except RecordingError:  # it is not analysed yet, and learned when it is
        return None
    from_s, to_s = days[day]
    longest = max(days, key=lambda other: days[other][1] - days[other][0])
    return DayPart(
        [within(table, from_s, to_s) for table in stored.tables()], stored.loads if day == longest else {}
    )


def within(table: StrideColumns, from_s: float, to_s: float) -> StrideColumns:
    """The strides that end in a span."""
    rows = np.flatnonzero((table.end_s >= from_s) & (table.end_s < to_s))
    values = {name: column[rows] for name, column in table.values.items()}
    return replace(table, end_s=table.end_s[rows], valid=table.valid[rows], values=values)


def together(parts: Sequence[Sequence[StrideColumns]]) -> list[StrideColumns]:
    """Strides of several recordings put together, foot by foot; values that one does not know are NaN there.
    Times are those of each recording's own clock, and mean nothing across recordings."""
    found: list[StrideColumns] = []
    for foot in Foot:
        tables = [table for part in parts for table in part if table.foot is foot]
        if not tables:
            continue
        names = dict.fromkeys(name for table in tables for name in table.values)
        values = {
            name: np.concatenate(
                [table.values.get(name, np.full(len(table.end_s), np.nan)) for table in tables]
            )
            for name in names
        }
        end_s = np.concatenate([table.end_s for table in tables])
        valid = np.concatenate([table.valid for table in tables])
        found.append(StrideColumns(foot, end_s, valid, values))
    return found
