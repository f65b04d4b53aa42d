"""Plans are judged whenever a day of their person was learned, and the verdict of the day is stored.

Nothing is published: a verdict is no alert. It waits in the record for whoever looks.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from plantigrade.library.catalogue.recording_states import states_of_person
from plantigrade.library.person.entries import GoalKind
from plantigrade.library.time_zone import zone_of
from plantigrade.posture.plans.done import DoneDay, FollowedPlan
from plantigrade.posture.plans.plan import Plan
from plantigrade.posture.plans.settings import BEFORE_DAYS, TAG_JOIN
from plantigrade.posture.plans.verdict import Verdict, judge
from plantigrade.service.day.wear_day import days_of_span

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library
    from plantigrade.library.catalogue.record.plans import StoredPlan

ONE_DAY: Final = timedelta(days=1)
_NANO: Final = 1e-9


@dataclass(frozen=True)
class JudgedPlan:
    """A plan of a person with the verdict of a day."""

    stored: "StoredPlan"
    verdict: Verdict


def judge_plans(library: "Library", person: str, today: date | None = None) -> tuple[JudgedPlan, ...]:
    """Judge the plans of a person that go on or have just ended, and store what is said of them.

    Args:
        library: opened.
        person: code.
        today: local date; the day after the latest learned one if it is not given, so that data that come
            late are judged as of their time.

    Raises:
        UnknownPersonError: there is no such person.
        LibraryError: the database fails.
    """
    record = library.record(person)
    plans = record.plans.all()
    days = [learned.day for learned in record.baseline.all() if learned.undone_utc is None]
    if not plans or (today is None and not days):
        return ()
    as_of = today or max(date.fromisoformat(day.day) for day in days) + ONE_DAY
    since = min(stored.plan.from_day for stored in plans)
    worn = _hours_by_tags(library, person, since, as_of) if any(one.plan.worn for one in plans) else {}
    ticked = _ticks(library, person, since, as_of)
    followed = {one.id: FollowedPlan(one.plan, _done(one.plan, worn, ticked)) for one in plans}
    judged: list[JudgedPlan] = []
    for stored in _to_judge(library, person, plans, as_of):
        others = [other for number, other in followed.items() if number != stored.id]
        verdict = judge(followed[stored.id], days, as_of, others)
        record.plans.verdicts.put(stored.id, as_of, verdict)
        judged.append(JudgedPlan(stored, verdict))
    return tuple(judged)


def _to_judge(
    library: "Library", person: str, plans: Iterable["StoredPlan"], as_of: date
) -> list["StoredPlan"]:
    """Plans that have begun and go on, and those that ended without having been judged since."""
    verdicts = library.record(person).plans.verdicts.all()
    latest = {verdict.plan_id: verdict.day for verdict in verdicts if verdict.day < as_of}
    return [
        stored
        for stored in plans
        if stored.plan.from_day < as_of
        and (stored.plan.to_day is None or latest.get(stored.id, date.min) <= stored.plan.to_day)
    ]


def _done(
    plan: Plan, worn: dict[date, dict[str, float]], ticked: dict[date, dict[str, float]]
) -> tuple[DoneDay, ...]:
    """What was done of a plan: hours with its tag on days with recordings, or ticks of its exercise."""
    if not plan.worn:
        return tuple(
            DoneDay(day, done[plan.exercise]) for day, done in ticked.items() if plan.exercise in done
        )
    return tuple(
        DoneDay(
            day,
            sum(hours for tag, hours in of_day.items() if not plan.tag or plan.tag in tag.split(TAG_JOIN)),
        )
        for day, of_day in worn.items()
    )


def _hours_by_tags(library: "Library", person: str, since: date, until: date) -> dict[date, dict[str, float]]:
    """Hours of wear of each day since a plan began, by the tag of what was on the feet."""
    record, zone = library.record(person), zone_of(library.person(person))
    first, last = since - ONE_DAY, until + ONE_DAY
    span_ns = [round(datetime(d.year, d.month, d.day, tzinfo=UTC).timestamp()) * 10**9 for d in (first, last)]
    found: dict[date, dict[str, float]] = {}
    starts = {
        one.id: (one.start_utc_ns, one.duration_s or 0.0)
        for one in states_of_person(library, person, span_ns[0], span_ns[1])
        if one.start_utc_ns is not None and one.unassigned is None
    }
    for recorded in record.days.each(since, until):
        if recorded.recording_id not in starts:
            continue
        start_ns, seconds = starts[recorded.recording_id]
        begins_s = days_of_span(start_ns, 0.0, seconds, zone).get(recorded.day, (0.0, 0.0))[0]
        tag = record.footwear.tag_at(datetime.fromtimestamp(start_ns * _NANO + begins_s, UTC))
        of_day = found.setdefault(recorded.day, {})
        of_day[tag] = of_day.get(tag, 0.0) + recorded.wear.worn_h
    return found


def _ticks(library: "Library", person: str, since: date, until: date) -> dict[date, dict[str, float]]:
    """How often each exercise was done on each day, by identifier."""
    goals = library.record(person).goals
    exercises = {goal.id: goal.exercise for goal in goals.all() if goal.kind is GoalKind.EXERCISE}
    found: dict[date, dict[str, float]] = {}
    for done in goals.done_between(since - timedelta(days=BEFORE_DAYS), until):
        if done.goal_id in exercises:
            of_day = found.setdefault(done.day, {})
            name = exercises[done.goal_id]
            of_day[name] = of_day.get(name, 0.0) + done.amount
    return found
