"""Plans are judged from what is in the record: learned days, hours with what is worn, ticks of exercises."""

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.queries import UnknownPersonError
from plantigrade.library.catalogue.tables import PersonRow, RecordingRow
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import Footwear, FootwearKind, Goal, GoalDone, GoalKind, WearDay
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.plans.plan import GoalUnit, Plan, PlanGoal, PlanKind
from plantigrade.posture.plans.verdict import Outcome
from plantigrade.service.plans import judge_plans
from plantigrade.service.workers.analyse import analyse_recording
from sqlalchemy import select

from tests.host.posture.plans.days_kit import BEGIN, MINIMAL, orthotic
from tests.host.service.workers.walks import stored

DAYS = range(-28, 28)
NOISE = 0.004 * np.random.default_rng(5).normal(0, 1, len(DAYS))
NOON = time(12, tzinfo=UTC)


@pytest.fixture
def library(tmp_path: Path) -> Generator[Library]:
    """P001 wore trail shoes for four weeks, and an insert in them for four more."""
    with Library(tmp_path / "library") as opened:
        record = opened.record(opened.add_person(Person("P001", time_zone="Europe/Berlin")).code)
        for kind, name, from_day in (("shoe", "trail", DAYS[0]), ("orthotic", "insert", 0)):
            pair = record.footwear.add(Footwear(FootwearKind(kind), name))
            record.footwear.wear(pair.id, datetime.combine(after(from_day), time(0, tzinfo=UTC)))
        yield opened


def after(days: int) -> date:
    return BEGIN + timedelta(days=days)


def live(library: Library, effect: float = 2.0, hours: float = 6.0, until: int = DAYS[-1] + 1) -> None:
    """Recordings, hours of wear and learned days."""
    record = library.record("P001")
    with library.store.write() as session:
        person = session.scalars(select(PersonRow)).one()
        for day in range(DAYS[0], until):
            session.add(_recording(person.id, after(day)))
    for place, day in enumerate(range(DAYS[0], until)):
        value = 0.2 + float(NOISE[place]) - effect * MINIMAL * (day >= 0)
        record.days.put(after(day).isoformat(), after(day), WearDay(worn_h=hours))
        medians = {"left/force_arch_index": value, "left/ml_index_heel": 0.1 + float(NOISE[place])}
        tag = "trail + insert" if day >= 0 else "trail"
        record.baseline.learn(Day(after(day).isoformat(), tag, 500, medians))


def _recording(person_id: int, day: date) -> RecordingRow:
    start_ns = round(datetime.combine(day, NOON).timestamp()) * 10**9
    return RecordingRow(
        id=day.isoformat(),
        kind="journal",
        title="",
        person_id=person_id,
        start_utc_ns=start_ns,
        order_ns=start_ns,
        duration_s=6 * 3600.0,
        feet="left,right",
        sample_rate_hz=100.0,
        frames_recorded=1,
        frames_missing=0,
        bytes=1,
        books_sha256="0" * 64,
        source="",
        added_utc=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_working_orthotic_is_found_and_its_verdict_stored(library: Library) -> None:
    plan = library.record("P001").plans.add(orthotic())
    live(library)
    (judged,) = judge_plans(library, "P001")
    assert judged.stored.id == plan.id
    assert judged.verdict.outcome is Outcome.CHANGED
    assert judged.verdict.day == after(28)
    assert (judged.verdict.done.amount, judged.verdict.done.known_days) == (6.0, 28)
    (latest,) = library.record("P001").plans.verdicts.all(plan.id)
    assert (latest.day, latest.verdict) == (after(28), judged.verdict)


def test_each_day_has_its_verdict_and_the_same_day_one(library: Library) -> None:
    library.record("P001").plans.add(orthotic())
    live(library, until=3)
    assert judge_plans(library, "P001")[0].verdict.outcome is Outcome.TOO_EARLY
    judge_plans(library, "P001")
    judge_plans(library, "P001", after(4))
    assert [one.day for one in library.record("P001").plans.verdicts.all()] == [after(3), after(4)]


def test_hours_without_the_insert_are_not_counted(library: Library) -> None:
    """The insert was taken out on the second day."""
    record = library.record("P001")
    insert = record.footwear.named("insert")
    record.footwear.stop(insert.id, datetime.combine(after(1), time(0, tzinfo=UTC)))
    record.plans.add(orthotic())
    live(library)
    (judged,) = judge_plans(library, "P001")
    assert judged.verdict.outcome is Outcome.HARDLY_DONE
    assert judged.verdict.done.amount == pytest.approx(6.0 / 28)


def test_an_undone_day_does_not_count(library: Library) -> None:
    record = library.record("P001")
    record.plans.add(orthotic())
    live(library)
    for day in range(20):
        record.baseline.undo(after(day), "trail + insert")
    assert judge_plans(library, "P001")[0].verdict.days_since == 8


def exercise(from_day: date = BEGIN) -> Plan:
    goal = PlanGoal(3, GoalUnit.TIMES_A_WEEK)
    return orthotic(kind=PlanKind.EXERCISE, exercise="short-foot", tag="", goal=goal, from_day=from_day)


@pytest.mark.parametrize(("each", "hardly"), [(2, False), (14, True)])
def test_an_exercise_is_known_by_its_ticks(library: Library, each: int, hardly: bool) -> None:
    record = library.record("P001")
    record.plans.add(replace(exercise(), measures=orthotic(rule="pronation-drift").measures[:1]))
    goal = record.goals.add(Goal(GoalKind.EXERCISE, 1, BEGIN, exercise="short-foot"))
    other = record.goals.add(Goal(GoalKind.EXERCISE, 1, BEGIN, exercise="heel-raise"))
    for day in range(0, 28, each):
        record.goals.done(GoalDone(goal.id, after(day), 1))
    for day in range(28):
        record.goals.done(GoalDone(other.id, after(day), 1))
    live(library)
    assert judge_plans(library, "P001")[0].verdict.done.hardly is hardly


def test_two_plans_of_one_day_are_not_separable(library: Library) -> None:
    record = library.record("P001")
    record.plans.add(orthotic())
    record.plans.add(replace(orthotic(), kind=PlanKind.SHOE, tag=""))
    live(library)
    judged = judge_plans(library, "P001")
    assert [one.verdict.outcome for one in judged] == [Outcome.NOT_SEPARABLE] * 2
    assert judged[0].verdict.not_apart_from == (judged[1].stored.plan,)


def test_an_ended_plan_is_judged_once_more_and_then_no_more(library: Library) -> None:
    record = library.record("P001")
    plan = record.plans.add(orthotic())
    record.plans.end(plan.id, after(19))
    live(library)
    assert judge_plans(library, "P001")[0].verdict.looked_to == after(19)
    assert judge_plans(library, "P001", after(29)) == ()


def test_a_plan_that_has_not_begun_is_not_judged(library: Library) -> None:
    library.record("P001").plans.add(orthotic(from_day=after(60)))
    live(library)
    assert judge_plans(library, "P001") == ()


def test_without_a_plan_there_is_no_verdict(library: Library) -> None:
    live(library)
    assert judge_plans(library, "P001") == ()


def test_without_a_learned_day_there_is_none_unless_a_day_is_named(library: Library) -> None:
    library.record("P001").plans.add(orthotic())
    assert judge_plans(library, "P001") == ()
    assert judge_plans(library, "P001", after(30))[0].verdict.outcome is Outcome.TOO_FEW_BEFORE


def test_nobody_has_no_plans(library: Library) -> None:
    with pytest.raises(UnknownPersonError):
        judge_plans(library, "P999")


def test_a_learned_day_is_followed_by_a_verdict(library: Library) -> None:
    """What follows a wearing ends with the plans of its wearer."""
    record = library.record("P001")
    plan = record.plans.add(orthotic(from_day=date(2026, 2, 20)))
    assert analyse_recording(library, stored(library, person="P001")).learned == (date(2026, 2, 25),)
    (latest,) = record.plans.verdicts.all(plan.id)
    assert (latest.day, latest.verdict.outcome) == (date(2026, 2, 26), Outcome.TOO_EARLY)
