"""The course of one person: hours, steps, load and own values day by day, with what began and ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Final

from plantigrade.gait.signals import Foot
from plantigrade.library.person.entries import WearDay
from plantigrade.library.time_zone import zone_of
from plantigrade.library.wear_history import span
from plantigrade.posture.baseline.before_after import COMPARED
from plantigrade.posture.baseline.usual import UsualDays, usual_of
from plantigrade.service.people.settings import RECENT_DAYS

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.catalogue.record.person_record import PersonRecord

DEFAULT_METRIC: Final = "forefoot_pti_bw"


class EventKind(StrEnum):
    """What happened on a day."""

    PLAN_BEGAN = "plan began"
    PLAN_ENDED = "plan ended"
    FOOTWEAR = "footwear"
    LEVEL = "level"
    VISIT = "visit"


@dataclass(frozen=True)
class CourseEvent:
    """Something that began or ended.

    Attributes:
        day: local.
        kind: what it is.
        what: plan kind, name of the footwear, or identifier of the rule; "" for a visit.
    """

    day: date
    kind: EventKind
    what: str


@dataclass(frozen=True)
class CourseDay:
    """A day; what is None is not known.

    Attributes:
        day: local.
        wear: hours, steps, load; None where nothing was recorded.
        left, right: median of the chosen metric.
        pain: highest score of the diary.
    """

    day: date
    wear: WearDay | None
    left: float | None
    right: float | None
    pain: int | None

    @property
    def left_share_pct(self) -> float | None:
        """Share of the day's load that the left foot bore; None where it is not known.

        Example:
            >>> CourseDay(date(2026, 3, 1), WearDay(load_left_bw_s=60.0, load_right_bw_s=40.0), None, None,
            ...           None).left_share_pct
            60.0
        """
        if self.wear is None or self.wear.load_left_bw_s is None or self.wear.load_right_bw_s is None:
            return None
        both = self.wear.load_left_bw_s + self.wear.load_right_bw_s
        return 100.0 * self.wear.load_left_bw_s / both if both > 0 else None


@dataclass(frozen=True)
class Course:
    """Every day of a span, and what happened in it.

    Attributes:
        days: in order, the last one is the day that was asked for.
        events: in order.
        metric: that `left` and `right` are of; "" where no day was learned.
        metrics: that can be chosen.
    """

    days: tuple[CourseDay, ...]
    events: tuple[CourseEvent, ...]
    metric: str
    metrics: tuple[str, ...]

    @property
    def pains(self) -> int:
        """On how many days something stands in the diary."""
        return sum(day.pain is not None for day in self.days)


@dataclass(frozen=True)
class Recent:
    """The latest known days of a value beside those before them.

    Attributes:
        n: how many of the latest days are known.
        mean: of them.
        sd: between them; None for one day.
        usual: of the days before.
    """

    n: int
    mean: float
    sd: float | None
    usual: UsualDays


def recent_of(values: Sequence[float | None]) -> Recent | None:
    """The latest `RECENT_DAYS` days beside the days before; None where none of them is known.

    Example:
        >>> recent = recent_of([4.0, 5.0, 6.0, *[None] * 12, 7.0, 9.0])
        >>> recent.n, recent.mean, recent.usual.median
        (2, 8.0, 5.0)
    """
    latest = [value for value in values[-RECENT_DAYS:] if value is not None]
    before = [value for value in values[:-RECENT_DAYS] if value is not None]
    if not latest:
        return None
    return Recent(len(latest), fmean(latest), stdev(latest) if len(latest) > 1 else None, usual_of(before))


def course_of(library: "Library", person: str, to_day: date, weeks: int, metric: str = "") -> Course:
    """The weeks up to a day, that one included.

    Args:
        library: opened.
        person: code.
        to_day: local.
        weeks: how many.
        metric: of strides, one of `Course.metrics`; another one is replaced by the first of them.

    Raises:
        UnknownPersonError: there is no such person.
        LibraryError: the database fails.
    """
    record = library.record(person)
    zone = zone_of(library.person(person))
    from_day = to_day - timedelta(days=7 * weeks - 1)
    wear = record.days.between(from_day, to_day)
    medians = _medians(record)
    metrics = _metrics(medians.values())
    chosen = metric if metric in metrics else next(iter(metrics), "")
    pains: dict[date, int] = {}
    for entry in record.diary.entries():
        day = entry.at.astimezone(zone).date()
        pains[day] = max(entry.score, pains.get(day, 0))
    days = tuple(
        CourseDay(
            day,
            wear.get(day),
            medians.get(day, {}).get(f"{Foot.LEFT.value}/{chosen}"),
            medians.get(day, {}).get(f"{Foot.RIGHT.value}/{chosen}"),
            pains.get(day),
        )
        for day in span(from_day, to_day)
    )
    events = [event for event in _events(record, zone) if from_day <= event.day <= to_day]
    return Course(days, tuple(sorted(events, key=lambda event: event.day)), chosen, metrics)


def _medians(record: "PersonRecord") -> dict[date, Mapping[str, float]]:
    """Of each learned day; of a day in several pairs those of the pair with most strides."""
    found: dict[date, tuple[int, Mapping[str, float]]] = {}
    for learned in record.baseline.all():
        if learned.undone_utc is not None:
            continue
        day = date.fromisoformat(learned.day.day)
        if day not in found or found[day][0] < learned.day.strides:
            found[day] = learned.day.strides, learned.day.medians
    return {day: medians for day, (_, medians) in found.items()}


def _metrics(of_days: Iterable[Mapping[str, float]]) -> tuple[str, ...]:
    """Those by which sessions are compared, the default first; others are not offered."""
    known = {key.partition("/")[2] for medians in of_days for key in medians}
    return tuple(sorted((one for one in COMPARED if one in known), key=lambda one: one != DEFAULT_METRIC))


def _events(record: "PersonRecord", zone: tzinfo | None) -> list[CourseEvent]:
    def day_of(moment: datetime) -> date:
        return moment.astimezone(zone).date()

    found: list[CourseEvent] = []
    for stored in record.plans.all():
        plan = stored.plan
        what = plan.tag or plan.exercise or plan.kind.value
        found.append(CourseEvent(plan.from_day, EventKind.PLAN_BEGAN, what))
        if plan.to_day is not None:
            found.append(CourseEvent(plan.to_day, EventKind.PLAN_ENDED, what))
    for period in record.footwear.periods():
        found.append(CourseEvent(day_of(period.from_utc), EventKind.FOOTWEAR, period.footwear.name))
    levels = {(day_of(datetime.fromisoformat(edit.at)), edit.rule) for edit in record.rules.history()}
    found += [CourseEvent(day, EventKind.LEVEL, rule) for day, rule in sorted(levels)]
    found += [CourseEvent(day_of(visit.begun_utc), EventKind.VISIT, "") for visit in record.visits.all()]
    return found
