"""A person's week as plain values: what the weekly summary says, before it is put into words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Final

from plantigrade.library.entries import Filter
from plantigrade.library.person.entries import AnswerKind, GoalKind, WearDay
from plantigrade.library.time_zone import zone_of
from plantigrade.library.wear_history import (
    MEASURES,
    Adherence,
    DayMeasure,
    DayOfHistory,
    adherence,
    by_day,
    history,
)
from plantigrade.posture.baseline.usual import DayAgainstUsual, Place, against_usual
from plantigrade.posture.settings import USUAL_DAYS

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.catalogue.record.person_record import PersonRecord

DAYS: Final = 7


@dataclass(frozen=True)
class WeekMeasure:
    """One measure of the week: the median of its known days beside the days before the week."""

    measure: DayMeasure
    found: DayAgainstUsual


@dataclass(frozen=True)
class ExerciseWeek:
    """On how many days of the week an exercise was done, of those on which it was meant to be."""

    exercise: str
    days_done: int
    days: int


@dataclass(frozen=True)
class Week:
    """What is known of a week.

    Attributes:
        who: name or code of the person.
        from_day, to_day: local dates, both inclusive.
        days: each day of the week, also those of which nothing is known.
        adherence: hours against the goal; None without one.
        measures: beside usual days.
        reminders: shown alerts, by rule.
        helped: alerts to which the person answered that what was done helped.
        pain_days: days with an entry in the diary of a score above 0.
        highest_pain: of the week; None without an entry.
        exercises: that the person means to do.
    """

    who: str
    from_day: date
    to_day: date
    days: tuple[DayOfHistory, ...]
    adherence: Adherence | None
    measures: tuple[WeekMeasure, ...]
    reminders: Mapping[str, int]
    helped: int
    pain_days: int
    highest_pain: int | None
    exercises: tuple[ExerciseWeek, ...]

    @property
    def known(self) -> tuple[WearDay, ...]:
        """The days of which something is known."""
        return tuple(day.wear for day in self.days if day.wear is not None)


def week_of(library: "Library", person: str, to_day: date) -> Week:
    """The seven days up to one, that one included.

    Raises:
        UnknownPersonError: there is no such person.
        LibraryError: the database fails.
    """
    record = library.record(person)
    known = library.person(person)
    from_day = to_day - timedelta(days=DAYS - 1)
    goals = record.goals.all()
    worn = record.days.between(from_day - timedelta(days=USUAL_DAYS), to_day)
    zone = zone_of(known)
    since, until = (
        datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        for day in (from_day, to_day + timedelta(days=1))
    )
    scores: dict[date, int] = {}
    for entry in record.diary.entries():
        day = entry.at.astimezone(zone).date()
        if from_day <= day <= to_day:
            scores[day] = max(entry.score, scores.get(day, 0))
    answers = [one for one in record.answers.all(since) if one.at_utc < until]
    return Week(
        who=known.name or known.code,
        from_day=from_day,
        to_day=to_day,
        days=history(goals, worn, from_day, to_day),
        adherence=adherence(goals, worn, from_day, to_day),
        measures=tuple(_measure(worn, measure, from_day, to_day) for measure in MEASURES),
        reminders=_reminders(library, person, since, until),
        helped=sum(one.answer is AnswerKind.HELPED for one in answers),
        pain_days=sum(score > 0 for score in scores.values()),
        highest_pain=max(scores.values(), default=None),
        exercises=_exercises(record, from_day, to_day),
    )


def _measure(worn: Mapping[date, WearDay], measure: DayMeasure, from_day: date, to_day: date) -> WeekMeasure:
    """The median of the week in the place of its first day: the days before it say what is usual."""
    values = by_day(worn, measure)
    of_week = [value for day, value in values.items() if from_day <= day <= to_day]
    before = {day: value for day, value in values.items() if day < from_day}
    if of_week:
        before[from_day] = median(of_week)
    return WeekMeasure(measure, against_usual(from_day, before))


def _reminders(library: "Library", person: str, since: datetime, until: datetime) -> dict[str, int]:
    """Alerts that were shown, by rule, most frequent first."""
    found: Counter[str] = Counter()
    for entry in library.find(Filter(person=person, since=since - timedelta(days=1), until=until)):
        start_ns = entry.start_utc_ns
        for alert in library.open(entry.id).known_alerts if start_ns is not None else ():
            at_utc = datetime.fromtimestamp((start_ns or 0) * 1e-9 + alert.from_s, UTC)
            if since <= at_utc < until and alert.origin == "analysis" and alert.document.get("shown", True):
                found[alert.rule] += 1
    return dict(found.most_common())


def _exercises(record: "PersonRecord", from_day: date, to_day: date) -> tuple[ExerciseWeek, ...]:
    done = record.goals.done_between(from_day, to_day)
    found: list[ExerciseWeek] = []
    for goal in record.goals.all():
        first = max(goal.from_day, from_day)
        last = min(goal.to_day or to_day, to_day)
        if goal.kind is not GoalKind.EXERCISE or last < first:
            continue
        days = {one.day for one in done if one.goal_id == goal.id and one.amount > 0}
        found.append(ExerciseWeek(goal.exercise, len(days), (last - first).days + 1))
    return tuple(found)


def early(measures: Sequence[WeekMeasure]) -> str:
    """Why nothing is said about usual days yet; "" where something is."""
    places = [one.found.place for one in measures]
    return measures[0].found.usual.too_early if Place.TOO_EARLY in places else ""
