"""Each part of a person's record: what it takes in, what it refuses, what it answers."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.queries import UnknownPersonError
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import (
    AlertAnswer,
    AnswerKind,
    BodyMeasure,
    Channel,
    Consent,
    DataKind,
    Delivery,
    DeliveryOutcome,
    Goal,
    GoalDone,
    GoalKind,
    PersonSettings,
    WearDay,
)
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.diary.diary import BodySite, Entry
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer
from plantigrade.posture.plans.plan import ChosenBy, PlanKind, plan_for
from plantigrade.posture.rules_engine.rules import shipped_rules

from tests.host.library.library_kit import FIRST, finalized
from tests.host.library.record_kit import DAY, HOUR, NOON, person_with_everything, verdict_on

ONE_DAY = timedelta(days=1)


@pytest.fixture
def record(one_person: Path) -> Iterator[PersonRecord]:
    with Library(one_person) as library:
        yield library.record("P001")


def test_everything_is_read_as_it_was_stored(library: Library) -> None:
    """On both databases, by another record object."""
    finalized(library.recordings, FIRST, rows=20)
    stored = person_with_everything(library, "P001", "Grüße", FIRST)
    again = library.record("P001")
    assert again.as_json() == stored.as_json() and again.problems() == ()
    assert [pair.name for pair in again.footwear.all()] == ["Grüße"]
    assert again.rules.book().label("low-arch") == "4+1"
    assert again.baseline.baseline().days == [Day("2026-03-01", "Grüße", 100, {"left/Grüße": 1.0})]
    assert again.diary.entries() == [Entry(NOON, BodySite.KNEE, 4, "left", "Grüße")]
    (answer,) = again.answers.all(since=NOON)
    assert (answer.answer, answer.until_utc) == (AnswerKind.SNOOZED, NOON + HOUR)
    assert again.answers.all(since=NOON + HOUR) == [] == again.deliveries.all(since=NOON + HOUR)
    assert (
        again.answers.to("low-arch", "left", 5) == [answer] and again.answers.to("low-arch", "left", 6) == []
    )
    assert again.settings.get().channels == (Channel("Grüße", "mailto://Grüße"),)
    assert again.days.between(DAY, DAY) == {DAY: WearDay(2.0, 1000)}
    (verdict,) = again.plans.verdicts.all(again.plans.all()[0].id)
    assert verdict.verdict == verdict_on(again.plans.all()[0].plan)


def test_nobody_has_no_record(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        with pytest.raises(UnknownPersonError, match="no person 'P001'"):
            library.record("P001")
        library.add_person(Person("P001"))
        record = library.record("P001")
        library.erase_person("P001")
        library.add_person(Person("P001"))
        with pytest.raises(UnknownPersonError, match="P001 was erased; nothing was stored"):
            record.body.add(BodyMeasure(DAY, 70.0))
        assert library.record("P001").body.all() == [], "someone else under the same code"


# -- rules, baseline, diary


def test_rules_are_edited_with_a_history(record: PersonRecord) -> None:
    made = record.rules.edit("low-arch", "raise_level", 0.38, reason="rigid orthotic", by="Dr A", at=NOON)
    assert record.rules.history() == [made]
    assert record.rules.book().rules["low-arch"].raise_level == 0.38
    with pytest.raises(PlantigradeError, match="there is no rule 'x'"):
        record.rules.edit("x", "raise_level", 1.0, reason="r")
    with pytest.raises(PlantigradeError, match="needs a name and a reason"):
        record.rules.edit("low-arch", "raise_level", 0.4, reason=" ")
    assert record.rules.history() == [made]


def test_a_prescribed_rule_is_off_until_someone_switches_it_on(record: PersonRecord) -> None:
    assert record.rules.book().critical == ()
    made = record.rules.switch_on("sustained-pressure", 5.0, 600.0, reason="reduced feeling", by="Dr A")
    assert len(made) == 4 and record.rules.history() == list(made)
    assert record.rules.book().rules["sustained-pressure"].enabled
    with pytest.raises(PlantigradeError):
        record.rules.switch_on("sustained-pressure", -1.0, 600.0, reason="r")
    record.rules.switch_off("sustained-pressure", reason="healed", by="Dr A")
    assert not record.rules.book().rules["sustained-pressure"].enabled and len(record.rules.history()) == 5


def day(number: int, tag: str = "everyday", value: float = 1.0) -> Day:
    return Day(f"2026-03-{number:02d}", tag, 100, {"left/stride_time_s": value})


def test_a_day_is_learned_once_and_can_be_taken_back(record: PersonRecord) -> None:
    part = record.baseline
    for number in (3, 1, 2):
        assert part.learn(day(number))
    assert part.learn(day(2, value=3.0)) and part.learn(day(2, "trail"))
    assert [(one.day, one.tag) for one in part.baseline().days] == [
        ("2026-03-01", "everyday"), ("2026-03-02", "everyday"), ("2026-03-02", "trail"),
        ("2026-03-03", "everyday"),
    ]  # fmt: skip
    reference = part.baseline().for_tag("everyday")
    assert reference is not None and reference.centre(Foot.LEFT, "stride_time_s") == 1.0
    part.undo(date(2026, 3, 2), "everyday")
    assert part.baseline().for_tag("everyday") is None
    assert not part.learn(day(2)), "what was undone is not learned again"
    part.redo(date(2026, 3, 2), "everyday")
    assert part.baseline().for_tag("everyday") is not None
    assert part.forget(date(2026, 3, 2), "everyday") == 1 and part.forget(date(2026, 3, 2), "everyday") == 0
    assert part.learn(day(2)), "what was forgotten is learned again"
    with pytest.raises(LibraryError, match="2026-03-09 was not learned with the tag 'everyday'"):
        part.undo(date(2026, 3, 9), "everyday")


def test_sixty_days_stand_behind_a_baseline(record: PersonRecord) -> None:
    first = date(2026, 1, 1)
    days = [Day((first + number * ONE_DAY).isoformat(), "everyday", 100, {}) for number in range(70)]
    assert record.baseline.take_in(days) == 70 and record.baseline.take_in(days) == 0
    known = record.baseline.baseline().days
    assert (len(known), known[0].day) == (60, "2026-01-11") and len(record.baseline.all()) == 70


def test_an_entry_of_the_diary_is_changed_under_its_number(record: PersonRecord) -> None:
    number = record.diary.add(Entry(NOON, BodySite.KNEE, 3, "left", "stairs"))
    better = Entry(NOON, BodySite.FOOT, 1, "both")
    record.diary.change(number, better)
    assert record.diary.numbered() == [(number, better)]
    with pytest.raises(LibraryError, match=f"no entry {number + 1}"):
        record.diary.change(number + 1, better)


def test_the_diary_is_in_the_order_of_its_times(record: PersonRecord) -> None:
    late, early = (Entry(NOON + hours * HOUR, BodySite.KNEE, 3) for hours in (5, 0))
    numbers = [record.diary.add(entry) for entry in (late, early)]
    assert record.diary.entries() == [early, late]
    assert record.diary.numbered() == [(numbers[1], early), (numbers[0], late)]
    record.diary.remove(numbers[0])
    assert record.diary.entries() == [early]
    with pytest.raises(LibraryError, match=f"the diary has no entry {numbers[0]}"):
        record.diary.remove(numbers[0])


# -- goals, cautions, consents


def test_goals_and_what_was_done(record: PersonRecord) -> None:
    wear = record.goals.add(Goal(GoalKind.WEAR_HOURS, 4.5, DAY))
    raises = record.goals.add(Goal(GoalKind.EXERCISE, 2, DAY, DAY + ONE_DAY, exercise="heel-raise"))
    assert [goal.id for goal in record.goals.on(DAY + ONE_DAY)] == [wear.id, raises.id]
    assert record.goals.on(DAY - ONE_DAY) == [] and record.goals.on(DAY + 2 * ONE_DAY) == [wear]
    record.goals.done(GoalDone(raises.id, DAY, 1))
    again = record.goals.done(GoalDone(raises.id, DAY, 2, "easier"))
    assert record.goals.done_between(DAY, DAY) == [again], "the last of a day counts"
    assert record.goals.end(wear.id, DAY).to_day == DAY and record.goals.on(DAY + ONE_DAY) == [raises]


@pytest.mark.parametrize(
    ("goal", "problem"),
    [
        (Goal(GoalKind.WEAR_HOURS, 0, DAY), "lies above 0 and goes to 24 a day, not 0"),
        (Goal(GoalKind.WEAR_HOURS, 24.5, DAY), "not 24.5"),
        (Goal(GoalKind.WEAR_HOURS, float("nan"), DAY), "not nan"),
        (Goal(GoalKind.EXERCISE, 101, DAY, exercise="x"), "goes to 100 a day, not 101"),
        (Goal(GoalKind.EXERCISE, 1, DAY), "the exercise of a goal has 1 to 100 characters"),
        (Goal(GoalKind.WEAR_HOURS, 1, DAY, DAY - ONE_DAY), "ends after it begins"),
    ],
)
def test_goals_that_make_no_sense(goal: Goal, problem: str, record: PersonRecord) -> None:
    with pytest.raises(LibraryError, match=problem):
        record.goals.add(goal)
    with pytest.raises(LibraryError, match="there is no goal 7"):
        record.goals.end(7, DAY)
    with pytest.raises(LibraryError, match="there is no goal 7"):
        record.goals.done(GoalDone(7, DAY, 1))


def test_the_newest_answer_to_a_question_counts(record: PersonRecord) -> None:
    assert set(record.cautions.current().values()) == {CautionAnswer.UNKNOWN}
    assert list(record.cautions.current()) == list(Caution)
    record.cautions.set(Caution.OPEN_WOUND, CautionAnswer.YES, at=NOON + HOUR)
    record.cautions.set(Caution.OPEN_WOUND, CautionAnswer.NO, at=NOON, note="entered later")
    record.cautions.set(Caution.FALLEN, CautionAnswer.NO, by="Dr A", at=NOON)
    found = record.cautions.current()
    assert (found[Caution.OPEN_WOUND], found[Caution.FALLEN]) == (CautionAnswer.YES, CautionAnswer.NO)
    assert [one.answer for one in record.cautions.all()] == ["no", "no", "yes"]


def consent(**changes: Any) -> Consent:
    given: dict[str, Any] = {
        "recipient": "Dr A", "data": (DataKind.ALERTS,), "purpose": "care", "from_utc": NOON,
        "until_utc": NOON + HOUR, "text_version": "1",
    }  # fmt: skip
    return Consent(**given | changes)


def test_a_consent_holds_from_then_until_it_ends_or_is_withdrawn(record: PersonRecord) -> None:
    ended = record.consents.give(consent())
    endless = record.consents.give(consent(recipient="Dr B", until_utc=None))
    held = {
        hours: [one.recipient for one in record.consents.current(NOON + hours * HOUR)] for hours in (-1, 0, 1)
    }
    assert held == {-1: [], 0: ["Dr A", "Dr B"], 1: ["Dr B"]}
    record.consents.withdraw(endless.id, NOON + 2 * HOUR)
    record.consents.withdraw(endless.id, NOON + 3 * HOUR)
    assert record.consents.current(NOON + 2 * HOUR) == []
    assert [one.withdrawn_utc for one in record.consents.all()] == [None, NOON + 2 * HOUR]
    assert record.consents.all()[0] == ended
    for changes, problem in (
        ({"recipient": " "}, "the recipient of a consent has 1 to 100"),
        ({"purpose": ""}, "the purpose of a consent has 1 to 1000"),
        ({"text_version": ""}, "the version of the text shown has 1 to 100"),
        ({"data": ()}, "names the kinds of data"),
        ({"until_utc": NOON}, "ends after it begins"),
        ({"from_utc": datetime(2026, 3, 1)}, "has no time zone"),
    ):
        with pytest.raises(LibraryError, match=problem):
            record.consents.give(consent(**changes))
    with pytest.raises(LibraryError, match="there is no consent 99"):
        record.consents.withdraw(99)


# -- alerts, settings, plans, days


def answer(**changes: Any) -> AlertAnswer:
    given: dict[str, Any] = {
        "rule": "low-arch", "foot": "left", "onset_utc_ns": 5, "answer": AnswerKind.SNOOZED, "at_utc": NOON,
        "until_utc": NOON + HOUR,
    }  # fmt: skip
    return AlertAnswer(**given | changes)


def test_answers_are_stored_once_and_never_changed(record: PersonRecord) -> None:
    first = record.answers.add(answer())
    assert record.answers.add(answer()) == first
    second = record.answers.add(
        answer(answer=AnswerKind.HELPED, until_utc=None, after_min=12.5, note="sat down")
    )
    other = record.answers.add(answer(foot="right", at_utc=NOON - HOUR))
    assert record.answers.all() == [other, first, second]
    for changes, problem in (
        ({"rule": ""}, "the rule of an alert has 1 to 100"),
        ({"foot": "unset"}, "one of left, right, both"),
        ({"until_utc": NOON}, "ends after it begins"),
        ({"at_utc": datetime(2026, 3, 1)}, "has no time zone"),
        ({"note": "x" * 1001}, "a remark has 0 to 1000"),
        ({"after_min": -1.0}, "helped within a day"),
    ):
        with pytest.raises(LibraryError, match=problem):
            record.answers.add(answer(**changes))
    assert len(record.answers.all()) == 3


def test_deliveries_are_listed_and_not_audited(record: PersonRecord) -> None:
    done = record.deliveries.add(Delivery(NOON, "phone", "low-arch left 5", DeliveryOutcome.DELIVERED))
    long = record.deliveries.add(Delivery(NOON + HOUR, "mail", "summary", DeliveryOutcome.FAILED, "x" * 2000))
    assert record.deliveries.all() == [done, long] and len(long.note) == 1000
    assert [access.what for access in record.accesses() if access.action == "change record"] == []
    with pytest.raises(LibraryError, match="the name of a channel"):
        record.deliveries.add(Delivery(NOON, "", "x", DeliveryOutcome.FAILED))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"quiet_from": time(22)}, "quiet hours have a beginning and an end"),
        ({"quiet_from": time(22), "quiet_to": time(22)}, "at different times"),
        ({"alerts_a_day": -1}, "from 0 to 50 a day"),
        ({"alerts_a_day": 51}, "from 0 to 50 a day"),
        ({"raw_days": 6}, "at least 7 days"),
        ({"channels": (Channel("a", "x"), Channel("a", "y"))}, "each with a name of its own"),
        ({"channels": tuple(Channel(str(n), "x") for n in range(11))}, "at most 10 channels"),
        ({"channels": (Channel("a", ""),)}, "the address of a channel has 1 to 1000"),
    ],
)
def test_settings_that_make_no_sense(changes: dict[str, Any], problem: str, record: PersonRecord) -> None:
    fine = PersonSettings(time(22), time(7), alerts_a_day=0, raw_days=7, led_hint=True)
    assert record.settings.get() == PersonSettings()
    record.settings.set(fine)
    with pytest.raises(LibraryError, match=problem):
        record.settings.set(PersonSettings(**changes))
    assert record.settings.get() == fine


def test_plans_and_their_verdicts(record: PersonRecord) -> None:
    plan = plan_for(shipped_rules()["low-arch"], Foot.LEFT, PlanKind.ORTHOTIC, DAY, ChosenBy.CLINICIAN)
    stored = record.plans.add(plan, by="Dr A")
    assert record.plans.all() == [stored] and (stored.plan, stored.by) == (plan, "Dr A")
    record.plans.verdicts.put(stored.id, DAY, verdict_on(plan))
    record.plans.verdicts.put(stored.id, DAY, verdict_on(plan))
    record.plans.verdicts.put(stored.id, DAY - ONE_DAY, verdict_on(plan))
    assert [one.day for one in record.plans.verdicts.all()] == [DAY - ONE_DAY, DAY]
    assert record.plans.end(stored.id, DAY + ONE_DAY).plan.to_day == DAY + ONE_DAY
    assert record.plans.all()[0].plan.to_day == DAY + ONE_DAY
    with pytest.raises(PlantigradeError, match="before it begins"):
        record.plans.end(stored.id, DAY - ONE_DAY)
    with pytest.raises(LibraryError, match="there is no plan 99"):
        record.plans.verdicts.put(99, DAY, verdict_on(plan))
    with pytest.raises(LibraryError, match="there is no plan 99"):
        record.plans.end(99, DAY)


def test_days_are_summed_over_recordings_and_follow_their_wearer(tmp_path: Path) -> None:
    with Library(tmp_path) as library:
        for name in ("a", "b", "c"):
            finalized(library.recordings, name, rows=10)
        library.scan()
        people = [library.add_person(Person(code)).code for code in ("P001", "P002")]
        for name in ("a", "b"):
            library.assign(name, "P001")
        mine, other = (library.record(code).days for code in people)
        mine.put("a", DAY, WearDay(2.0, 1000, 400, 20.0, 30.0, 5.0, 6.0))
        mine.put("b", DAY, WearDay(1.0, 500, 200, 10.0, 15.0, 1.0, 2.0))
        mine.put("b", DAY + ONE_DAY, WearDay(0.5))
        assert mine.between(DAY, DAY) == {DAY: WearDay(3.0, 1500, 600, 30.0, 45.0, 6.0, 8.0)}
        assert list(mine.latest(DAY + ONE_DAY, 2)) == [DAY, DAY + ONE_DAY]
        mine.put("a", DAY, WearDay(4.0))
        mine.put_all("b", {DAY: WearDay(1.0)})
        assert mine.latest(DAY + ONE_DAY, 9) == {DAY: WearDay(5.0)}
        library.assign("b", "P002")
        assert (mine.between(DAY, DAY), other.between(DAY, DAY)) == ({DAY: WearDay(4.0)}, {DAY: WearDay(1.0)})
        library.delete("b")
        assert other.between(DAY, DAY) == {}
        with pytest.raises(LibraryError, match="there is no recording c of this person"):
            mine.put("c", DAY, WearDay(1.0))
