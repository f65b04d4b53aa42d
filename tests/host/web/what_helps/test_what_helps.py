"""What helps: exercises with their cautions, what was found, what was done, and what must be seen today."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.entries import Goal, GoalKind
from plantigrade.posture.exercises.cautions import Caution, CautionAnswer
from plantigrade.posture.exercises.choice import exercise_demands
from plantigrade.posture.plans.plan import ChosenBy, PlanKind, plan_for
from plantigrade.posture.rules_engine.rules import shipped_rules
from plantigrade.service.day.help_today import help_today
from plantigrade.web import pages
from plantigrade.web.accounts.rights import Role
from starlette.testclient import TestClient

from tests.host.web.findings_kit import analysed, finding, recording

Browser = Callable[..., TestClient]
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)


def post(browser: TestClient, action: str, **fields: str) -> Any:
    return browser.post("/what-helps", data={"action": action, "form_token": "form token"} | fields)


def safe(library: Library) -> None:
    """Nothing speaks against any exercise."""
    for caution in Caution:
        library.record("P001").cautions.set(caution, CautionAnswer.NO, by="P001", at=NOW - timedelta(days=9))


def done(library: Library) -> dict[str, float]:
    """What was ticked today, by exercise."""
    goals = library.record("P001").goals
    exercises = {goal.id: goal.exercise for goal in goals.all()}
    return {exercises[one.goal_id]: one.amount for one in goals.done_between(TODAY, TODAY)}


def test_every_exercise_has_its_drawing() -> None:
    folder = Path(pages.__file__).parent / "what_helps" / "drawings"
    assert {path.stem for path in folder.glob("*.html")} == set(exercise_demands())


def test_red_flags_stand_above_exercises(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/what-helps").text
    assert page.index("numbness between the legs") < page.index('name="done-short-foot"')
    for sign in ("bladder or bowel", "sudden weakness", "a hot, swollen joint", "a wound"):
        assert sign in page


def test_without_a_finding_the_advice_is_general(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/what-helps").text
    assert "<h1>Good for every foot</h1>" in page
    assert "Nothing was analysed in the last 14 days" in page
    assert "Closed shoes with a firm, flat, non-slip sole." in page


def test_what_is_not_answered_hides_standing_exercises_and_says_why(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P001").get("/what-helps").text
    assert 'name="done-toe-spread"' in page
    assert 'name="done-heel-raise"' not in page
    assert (
        "This exercise is shown once you have answered the questions about: a fall in the last year" in page
    )
    assert "unless your clinician prescribes them" in page


def test_answers_are_stored_and_show_more(browser: Browser, library: Library) -> None:
    patient = browser(Role.PATIENT, "P001")
    answers = {caution.value: "no" for caution in Caution}
    assert post(patient, "answers", **answers).headers["location"] == "/what-helps#exercises"
    assert set(library.record("P001").cautions.current().values()) == {CautionAnswer.NO}
    assert {one.by for one in library.record("P001").cautions.all()} == {"P001"}
    page = patient.get("/what-helps").text
    assert 'name="done-heel-raise"' in page
    assert "Not shown to you now" not in page


def test_an_answer_of_yes_names_itself_as_the_reason(browser: Browser, library: Library) -> None:
    safe(library)
    patient = browser(Role.PATIENT, "P001")
    post(patient, "answers", **{Caution.FALLEN.value: "yes"})
    page = patient.get("/what-helps").text
    assert "This exercise is not for you for now: a fall in the last year." in page


def test_a_finding_chooses_the_exercises_and_says_what_was_found(browser: Browser, library: Library) -> None:
    safe(library)
    analysed(library, recording(library, "P001", NOW - timedelta(days=2)), finding("low-arch"))
    page = browser(Role.PATIENT, "P001").get("/what-helps").text
    assert "<h1>3 exercises for today</h1>" in page
    assert "The inner middle of your left foot carries more load" in page
    assert page.index('name="done-short-foot"') < page.index("More exercises") < page.index("done-toe-spread")
    assert "See a podiatrist when it hurts for more than two weeks" in page


def test_the_newest_known_finding_counts(library: Library) -> None:
    berlin = NOW.astimezone().tzinfo
    assert berlin is not None
    analysed(library, recording(library, "P001", NOW - timedelta(days=3)), finding("low-arch"))
    analysed(
        library,
        recording(library, "P001", NOW - timedelta(days=2)),
        finding("low-arch", state="absent"),
        finding("pronation", state="unknown"),
    )
    analysed(
        library, recording(library, "P001", NOW - timedelta(days=1)), finding("low-arch", state="unknown")
    )
    analysed(library, recording(library, "P001", NOW - timedelta(days=40)), finding("pronation"))
    analysed(library, recording(library, "P002", NOW - timedelta(days=1)), finding("supination"))
    found = help_today(library, "P001", NOW, berlin)
    assert (found.patterns, found.posture.recordings) == ((), 3)


def test_an_alert_s_pattern_comes_first_and_a_stranger_s_word_is_ignored(browser: Browser) -> None:
    patient = browser(Role.PATIENT, "P001")
    assert "Standing for long" in patient.get("/what-helps", params={"for": "prolonged-standing"}).text
    for odd in ("<script>", "sensor-fault", "x" * 5000):
        page = patient.get("/what-helps", params={"for": odd})
        assert page.status_code == 200
        assert "<h1>Good for every foot</h1>" in page.text


def test_a_tick_is_stored_for_the_day_and_taken_back(browser: Browser, library: Library) -> None:
    patient = browser(Role.PATIENT, "P001")
    post(patient, "done", listed="short-foot toe-spread", **{"done-short-foot": "yes"})
    assert done(library) == {"short-foot": 1.0}
    assert "1 of 2 done" in patient.get("/what-helps").text
    post(patient, "done", listed="short-foot toe-spread")
    assert done(library) == {"short-foot": 0.0}
    assert [goal.to_day for goal in library.record("P001").goals.all()] == [TODAY]


def test_ticks_of_another_form_stay(browser: Browser, library: Library) -> None:
    patient = browser(Role.PATIENT, "P001")
    post(patient, "done", listed="short-foot", **{"done-short-foot": "yes"})
    post(patient, "done", listed="toe-spread")
    assert done(library) == {"short-foot": 1.0}


def test_a_goal_comes_first_and_takes_the_tick(browser: Browser, library: Library) -> None:
    safe(library)
    library.record("P001").goals.add(
        Goal(GoalKind.EXERCISE, 2.0, TODAY - timedelta(days=5), None, "sit-to-stand")
    )
    patient = browser(Role.PATIENT, "P001")
    page = patient.get("/what-helps").text
    assert page.index("done-sit-to-stand") < page.index("done-short-foot")
    assert "Planned for you" in page
    post(patient, "done", listed="sit-to-stand", **{"done-sit-to-stand": "yes"})
    assert done(library) == {"sit-to-stand": 2.0}


def test_what_a_clinician_prescribed_is_shown_with_what_speaks_against_it(
    browser: Browser, library: Library
) -> None:
    record = library.record("P001")
    record.cautions.set(Caution.FALLEN, CautionAnswer.YES, by="P001")
    rule = shipped_rules()["stride-variability"]
    record.plans.add(
        plan_for(rule, None, PlanKind.EXERCISE, TODAY, ChosenBy.CLINICIAN, exercise="heel-raise"), "clinician"
    )
    page = browser(Role.PATIENT, "P001").get("/what-helps").text
    assert 'name="done-heel-raise"' in page
    assert "Prescribed for you. Take care: a fall in the last year." in page


@pytest.mark.parametrize(
    ("action", "fields", "status"),
    [
        ("answers", {Caution.FALLEN.value: "perhaps"}, 400),
        ("answers", {Caution.FALLEN.value: "<script>"}, 400),
        ("answers", {Caution.FALLEN.value: "x" * 3000}, 400),
        ("answers", {"person": "P002"}, 404),
        ("done", {"form_token": "another session's"}, 409),
        ("done", {"listed": "x" * 3000}, 400),
        ("dance", {}, 400),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    browser: Browser, library: Library, action: str, fields: dict[str, str], status: int
) -> None:
    assert post(browser(Role.PATIENT, "P001"), action, **fields).status_code == status
    assert library.record("P001").cautions.all() == []
    assert library.record("P002").cautions.all() == []


@pytest.mark.parametrize("listed", ["handstand", "heel-raise", "<script>alert(1)</script>", ""])
def test_an_exercise_that_is_not_shown_cannot_be_ticked(
    browser: Browser, library: Library, listed: str
) -> None:
    post(browser(Role.PATIENT, "P001"), "done", listed=listed, **{f"done-{listed}": "yes"})
    assert done(library) == {}
