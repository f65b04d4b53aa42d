"""`plantigrade sessions person plans, exercises`: what is planned, listed and refused."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from plantigrade.library.catalogue.exercise_choices import shown_in
from plantigrade.library.catalogue.library import Library
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer
from plantigrade.posture.exercises.choice import exercise_demands, shown_exercises
from plantigrade.posture.plans.done import FollowedPlan
from plantigrade.posture.plans.verdict import judge

from tests.host.library.command_line import document, refused, reported, run
from tests.host.library.library_kit import FIRST, finalized

ARCH = ("--for", "low-arch", "--foot", "left", "--tag", "insert", "--hours", "6", "--from", "2026-03-02")
HEEL = ("--for", "push-off-drift", "--kind", "exercise", "--exercise", "heel-raise", "--from", "2026-03-02")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A library with a person who has an insert."""
    reported(tmp_path, "person", "add", "P001")
    reported(tmp_path, "person", "footwear", "P001", "--add", "insert", "--kind", "orthotic")
    return tmp_path


def plans(data: Path, *texts: str) -> str:
    return reported(data, "person", "plans", "P001", *texts)


def showing(data: Path) -> dict[str, str]:
    listed = document(data, "person", "exercises", "P001")["exercises"]
    return {one["exercise"]: one["showing"] for one in listed}


def test_plans_are_made_and_ended(data: Path) -> None:
    assert plans(data) == "no plans\n"
    assert plans(data, *ARCH) == "1  orthotic insert for low-arch (left) from 2026-03-02, 6 hours a day\n"
    both = plans(data, *HEEL, "--times-a-week", "5")
    assert both.splitlines()[1] == (
        "2  exercise heel-raise for push-off-drift (both feet) from 2026-03-02, 5 times a week"
    )
    ended = plans(data, "--end", "1", "--last", "2026-04-01").splitlines()[0]
    assert ended.endswith("from 2026-03-02 to 2026-04-01, 6 hours a day")
    (first, second) = document(data, "person", "plans", "P001")["plans"]
    assert (first["to_day"], second["to_day"]) == ("2026-04-01", None)


def test_without_a_day_a_plan_begins_today(data: Path) -> None:
    begins = (datetime.now(UTC).astimezone().date(), date.today())
    assert any(f"from {day}" in plans(data, *ARCH[:-2]) for day in begins)


def test_the_latest_verdict_stands_below_its_plan(data: Path) -> None:
    plans(data, *ARCH)
    with Library(data) as library:
        record = library.record("P001")
        (stored,) = record.plans.all()
        for day in (8, 9):
            today = date(2026, 3, day)
            record.plans.verdicts.put(stored.id, today, judge(FollowedPlan(stored.plan), [], today))
    assert plans(data).splitlines()[1:] == [
        "   2026-03-09  It is too early to say whether anything changed with the orthotic: 0 of 8 needed "
        "days are there; the next look is on 16 March."
    ]
    assert "Too early (the orthotic): 0 of 8 days" in plans(data, "--for-clinicians")


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (("--for", "nothing"), "no rule is called 'nothing'"),
        (("--for", "not-worn"), "choose the finding"),
        ((*ARCH[:2], "--hours", "30"), "not above 24 hours"),
        ((*ARCH[:2], "--times-a-week", "3"), "of what is worn in hours a day"),
        ((*HEEL[:4], "--exercise", "headstand"), "no exercise is called 'headstand'"),
        (HEEL[:4], "an exercise is named"),
        ((*ARCH[:2], "--tag", "wedge"), "no footwear is called 'wedge'"),
        (("--end", "7"), "there is no plan 7"),
    ],
)
def test_what_is_refused_is_not_stored(data: Path, texts: tuple[str, ...], says: str) -> None:
    assert says in refused(data, "person", "plans", "P001", *texts)
    assert plans(data) == "no plans\n"


def test_a_plan_ends_after_it_begins(data: Path) -> None:
    plans(data, *ARCH)
    assert "before it begins" in refused(
        data, "person", "plans", "P001", "--end", "1", "--last", "2026-03-01"
    )


def test_standing_exercises_are_hidden_until_the_questions_are_answered(data: Path) -> None:
    assert (showing(data)["heel-raise"], showing(data)["toe-spread"]) == ("hidden", "shown")
    answers = [text for caution in Caution for text in ("--set", f"{caution.value}=no")]
    reported(data, "person", "cautions", "P001", *answers)
    assert set(showing(data).values()) == {"shown"}
    reported(data, "person", "cautions", "P001", "--set", "open-wound=yes")
    assert (showing(data)["heel-raise"], showing(data)["toe-spread"]) == ("hidden", "hidden")


@pytest.mark.parametrize(("by", "shown"), [("clinician", "prescribed"), ("person", "hidden")])
def test_only_a_clinician_prescribes(data: Path, by: str, shown: str) -> None:
    plans(data, *HEEL, "--by", by)
    assert showing(data)["heel-raise"] == shown
    plans(data, "--end", "1", "--last", "2026-04-01")
    assert showing(data)["heel-raise"] == "hidden"


def test_exercises_for_both_readers(data: Path) -> None:
    person = reported(data, "person", "exercises", "P001").splitlines()
    place = person.index("toe-spread: shown  Spread the toes")
    assert person[place + 1].startswith("   Sit, foot flat. Spread the toes")
    hidden = person.index("heel-raise: hidden  Heel raise")
    assert person[hidden + 1].startswith(
        "   This exercise is shown once you have answered the questions about"
    )
    assert "It means standing on one leg." in reported(
        data, "person", "exercises", "P001", "--for-clinicians"
    )


def test_nobody_has_neither(data: Path) -> None:
    for command in ("plans", "exercises"):
        assert "no person 'P009'" in refused(data, "person", command, "P009")
    assert run(data, "person", "plans").exit_code == 2


def test_what_reports_may_show(data: Path) -> None:
    """By the person's answers and plans; of nobody nothing is known."""
    with Library(data) as library:
        person = library.person("P001")
        assert shown_in(library.record(person.code), person) == shown_exercises({})
        record = library.record("P001")
        for caution in Caution:
            record.cautions.set(caution, CautionAnswer.NO)
        assert shown_in(library.record(person.code), person) == frozenset(exercise_demands())


def test_a_recording_brings_along_what_its_report_may_show(data: Path) -> None:
    with Library(data) as library:
        library.add_recording(finalized(library.recordings, FIRST))
        assert library.open(FIRST).shown_exercises() is None, "nobody is named"
        library.assign(FIRST, "P001")
        assert library.open(FIRST).shown_exercises() == shown_exercises({})
        for caution in Caution:
            library.record("P001").cautions.set(caution, CautionAnswer.NO)
        assert library.open(FIRST).shown_exercises() == frozenset(exercise_demands())
