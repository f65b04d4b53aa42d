"""`/people/CODE`: the course, and what is decided on it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.library.person.entries import AlertAnswer, AnswerKind, Footwear, FootwearKind
from plantigrade.posture.baseline.baseline import Day
from plantigrade.posture.diary.diary import BodySite, Entry
from plantigrade.posture.plans.plan import ChosenBy, PlanKind, plan_for
from plantigrade.posture.rules_engine.rules import shipped_rules
from plantigrade.web.accounts.rights import Role
from starlette.testclient import TestClient

from tests.host.web.people.people_kit import NOW, TODAY, ns, raised, recorded, shared

Browser = Callable[..., TestClient]
PAGE = "/people/P001"


@pytest.fixture
def record(library: Library) -> PersonRecord:
    """Three weeks of days with a gap, an orthotic, an alert that was answered, a diary, a consent."""
    recorded(library, "P001", {ago: 5.0 + ago % 3 for ago in range(20) if ago not in (7, 8)})
    record = library.record("P001")
    for ago in range(20):
        day = TODAY - timedelta(days=ago)
        medians = {"left/forefoot_pti_bw": 32.0 + ago % 4, "right/forefoot_pti_bw": 30.0}
        record.baseline.learn(Day(day.isoformat(), "everyday", 400, medians))
    for ago in range(3):
        record.diary.add(Entry(NOW - timedelta(days=ago), BodySite.KNEE, 3 + ago, "left"))
    rule = shipped_rules()["low-arch"]
    plan = plan_for(rule, None, PlanKind.ORTHOTIC, date(2026, 3, 3), ChosenBy.CLINICIAN, tag="rigid")
    record.plans.add(plan)
    raised(library, "P001", "heel-overload-drift", "left", NOW - timedelta(hours=1))
    at = NOW - timedelta(minutes=30)
    onset = ns(NOW - timedelta(hours=1))
    record.answers.add(AlertAnswer("heel-overload-drift", "left", onset, AnswerKind.SEEN, at, by="P001"))
    raised(library, "P001", "low-arch", "right", NOW - timedelta(days=2), cleared=True)
    shared(library, "P001", "clinician")
    return record


@pytest.fixture
def clinician(browser: Browser) -> TestClient:
    return browser(Role.CLINICIAN, shares="P001")


def post(client: TestClient, form: str, **fields: str) -> int:
    """Post a form of the page; the status."""
    return client.post(PAGE, data={"action": form, "form_token": "form token", **fields}).status_code


@pytest.mark.usefixtures("record")
def test_the_page_shows_course_alerts_plans_and_consent(clinician: TestClient) -> None:
    page = clinician.get(PAGE).text
    for text in (
        "shares with you since 1 March",
        "Worn, hours a day",
        "The pressure on the ball over time in kPa s",
        "Load on the heel, left",
        "seen: P001, 12:30",
        "Earlier alerts",
        "Orthotic “rigid” for: Low arch, flat foot, both feet",
        "3 Mar: plan begins: rigid",
        "control of the orthotic",
        "no data on 38 of 56 days",
    ):
        assert text in page, text


@pytest.mark.parametrize("query", ["", "?span=2-weeks", "?span=1-year", "?value=stance_pct"])
def test_without_anything_recorded_nothing_is_shown_as_zero(clinician: TestClient, query: str) -> None:
    page = clinician.get(PAGE + query).text
    assert "not known" in page
    assert "Nothing open. Quiet does not mean healthy." in page
    assert "<strong>0" not in page


@pytest.mark.usefixtures("record")
def test_the_figures_stand_in_a_table_and_in_files(clinician: TestClient) -> None:
    document = clinician.get(f"{PAGE}.json?span=2-weeks").json()
    assert (document["schema"], document["value"]) == ("plantigrade.person-course/1", "forefoot_pti_bw")
    assert [(day["day"], day["worn_h"]) for day in document["days"] if day["worn_h"] is None] == [
        ("2026-03-02", None),
        ("2026-03-03", None),
    ]
    assert document["events"] == [{"day": "2026-03-03", "kind": "plan began", "what": "rigid"}]
    assert len(clinician.get(f"{PAGE}.csv?span=2-weeks").text.splitlines()) == 15


def test_the_week_is_printed(clinician: TestClient) -> None:
    answer = clinician.get(f"{PAGE}/week.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize(
    ("role", "person", "status"),
    [
        (Role.ENGINEER, None, 404),
        (Role.PATIENT, "P002", 404),
        (Role.CLINICIAN, None, 404),
        (Role.OWNER, None, 404),
    ],
)
def test_who_may_not_see_the_person_learns_nothing(
    browser: Browser, role: Role, person: str | None, status: int
) -> None:
    client = browser(role, person, shares="P002" if role is Role.CLINICIAN else "")
    for path in (PAGE, f"{PAGE}.json", f"{PAGE}/week.pdf"):
        assert client.get(path).status_code in (403, status)
    assert post(client, "note", text="x") in (403, 404)


def test_a_level_is_changed_with_its_reason(clinician: TestClient, record: PersonRecord) -> None:
    fields = {"rule": "low-arch", "field": "raise_level", "value": "0,38", "reason": "rigid orthotic"}
    assert post(clinician, "level", **fields) == 303
    (edit,) = record.rules.history()
    assert (edit.new, edit.by, edit.reason) == (0.38, "clinician", "rigid orthotic")
    assert "low-arch, Raised at: 0.33 → 0.38" in clinician.get(PAGE).text


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"reason": ""}, "Please fill this in."),
        ({"reason": "x" * 501}, "At most 500 characters."),
        ({"value": "much"}, "Please enter a number."),
        ({"value": "nan"}, "Please enter a number"),
        ({"value": "0.01"}, "must lie below raise level"),
        ({"rule": "<script>"}, "there is no rule"),
    ],
)
def test_a_level_that_makes_no_sense_is_shown_again_with_what_was_typed(
    clinician: TestClient, library: Library, changed: dict[str, str], message: str
) -> None:
    fields = {
        "rule": "low-arch",
        "field": "raise_level",
        "value": "0.38",
        "reason": "a <b>reason</b>",
    } | changed
    answer = clinician.post(PAGE, data={"action": "level", "form_token": "form token", **fields})
    assert answer.status_code == 400
    assert message in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert "<b>reason" not in answer.text
    if "reason" not in changed:
        assert "a &lt;b&gt;reason" in answer.text
    assert library.record("P001").rules.history() == []


def test_a_critical_rule_is_switched_on_only_by_who_has_read_the_sentence(
    clinician: TestClient, library: Library
) -> None:
    page = clinician.get(PAGE).text
    assert "This is a reminder, not a safety device." in page
    assert "Abbott et al. 2019" in page
    assert "no published limit found" in page
    fields = {"rule": "sustained-pressure", "limit": "5", "minutes": "10", "reason": "reduced feeling"}
    assert post(clinician, "switch-on", **fields) == 400
    assert post(clinician, "switch-on", **fields, read="yes") == 303
    assert [rule.id for rule in library.record("P001").rules.book().critical] == ["sustained-pressure"]
    assert post(clinician, "switch-off", rule="sustained-pressure", reason="healed") == 303
    assert not library.record("P001").rules.book().critical


def test_a_plan_is_made_and_ended(clinician: TestClient, library: Library) -> None:
    fields = {"kind": "exercise", "rule": "stride-variability", "foot": "both", "from_day": "2026-03-01"}
    assert post(clinician, "plan", **fields) == 400, "which exercise?"
    assert post(clinician, "plan", **fields, exercise="heel-raise", amount="5") == 303
    (stored,) = library.record("P001").plans.all()
    assert (stored.plan.chosen_by, stored.plan.goal.amount, stored.by) == ("clinician", 5.0, "clinician")
    assert post(clinician, "end-plan", plan=str(stored.id), last_day="2026-02-01") == 400
    assert post(clinician, "end-plan", plan=str(stored.id), last_day="2026-03-09") == 303
    assert library.record("P001").plans.all()[0].plan.to_day == date(2026, 3, 9)


def test_notes_cautions_footwear_and_weight_are_entered(clinician: TestClient, library: Library) -> None:
    record = library.record("P001")
    assert post(clinician, "note", text="Orthotic fitted <script>alert(1)</script>") == 303
    assert post(clinician, "note", text=" ") == 400
    assert "&lt;script&gt;alert(1)" in clinician.get(PAGE).text
    (note,) = record.notes.shown()
    assert post(clinician, "remove-note", note=str(note.id)) == 303
    assert record.notes.shown() == []
    answers = {one.value: "no" for one in record.cautions.current()}
    assert post(clinician, "cautions", **answers) == 303
    assert {one.value for one in record.cautions.current().values()} == {"no"}
    assert post(clinician, "cautions", **answers | {"open-wound": "perhaps"}) == 400
    assert post(clinician, "footwear", kind="orthotic", name="rigid", from_day="2026-03-03") == 303
    assert [pair.name for pair in record.footwear.worn_at(datetime(2026, 3, 4, tzinfo=UTC))] == ["rigid"]
    assert post(clinician, "weight", weight_kg="71,5") == 303
    assert post(clinician, "weight", weight_kg="1") == 400
    assert record.body.all()[0].weight_kg == 71.5


def test_a_pair_that_is_known_is_worn_again(clinician: TestClient, library: Library) -> None:
    record = library.record("P001")
    record.footwear.add(Footwear(FootwearKind.SHOE, "Trail"))
    assert post(clinician, "footwear", kind="shoe", name="trail", from_day="2026-03-03") == 303
    assert len(record.footwear.all()) == 1


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"action": "level"}, 400),
        ({"action": "level", "field": "id", "rule": "low-arch", "value": "1", "reason": "x"}, 400),
        ({"action": "nothing"}, 400),
        ({"action": "note", "text": "x", "form_token": "stale"}, 409),
        ({"action": "remove-note", "note": "99999999"}, 400),
        ({"action": "remove-note", "note": "-1"}, 400),
        ({"action": "plan", "kind": "shoe", "rule": "low-arch", "from_day": "3 March"}, 400),
        (
            {"action": "plan", "kind": "shoe", "rule": "low-arch", "from_day": "2026-03-01", "foot": "third"},
            400,
        ),
    ],
)
def test_forms_that_nobody_could_have_filled_in_change_nothing(
    clinician: TestClient, library: Library, fields: dict[str, str], status: int
) -> None:
    answer = clinician.post(PAGE, data={"form_token": "form token", **fields})
    assert answer.status_code == status
    record = library.record("P001")
    assert (record.plans.all(), record.notes.all(), record.rules.history()) == ([], [], [])


@pytest.mark.parametrize("query", ["?span=century", "?span="])
def test_a_span_that_there_is_not(clinician: TestClient, query: str) -> None:
    assert clinician.get(PAGE + query).status_code == 400


@pytest.mark.usefixtures("record")
def test_the_person_sees_the_same_and_prescribes_nothing(browser: Browser) -> None:
    client = browser(Role.PATIENT, "P001")
    page = client.get(PAGE).text
    assert "Make a plan" not in page
    assert "Save the note" in page
    assert post(client, "switch-on", rule="sustained-pressure") in (403, 404)


@pytest.mark.usefixtures("record")
def test_the_page_speaks_german(clinician: TestClient) -> None:
    page = clinician.get(PAGE, headers={"accept-language": "de"}).text
    assert "Verlauf über acht Wochen" in page
    assert "teilt mit Ihnen seit 1. März" in page
