"""The settings: reading, reminders, who sees what, where one is signed in, taking along and erasing."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import time

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import DataKind
from plantigrade.web.accounts.rights import Role
from plantigrade.web.jobs.jobs import Jobs, use_jobs
from plantigrade.web.jobs.work import do
from plantigrade.web.page_accounts import form_token_of
from starlette.testclient import TestClient

Door = Callable[..., TestClient]


@pytest.fixture
def patient(library: Library, door: Door) -> TestClient:
    """Signed in, owner of the computer and P001."""
    library.accounts.register.add("home", {Role.OWNER, Role.PATIENT}, "P001")
    use_jobs(library, Jobs(library, run=do))
    return door("home")


def post(client: TestClient, action: str, **fields: str) -> str:
    token = form_token_of(next(iter(client.cookies.values())))
    answer = client.post("/settings", data={"action": action, "form_token": token, **fields})
    return answer.headers.get("location", "") or f"{answer.status_code} {answer.text}"


def test_text_size_theme_and_language_are_those_of_the_account(patient: TestClient) -> None:
    fields = {"text_size": "large", "theme": "dark", "language": "de", "zone": "Europe/Lisbon"}
    assert post(patient, "reading", **fields) == "/settings?done=reading"
    page = patient.get("/settings?done=reading").text
    assert 'lang="de" data-theme="dark" data-text="large"' in page
    assert "Gespeichert." in page
    assert "<option selected>Europe/Lisbon</option>" in page


@pytest.mark.parametrize(
    "fields",
    [
        {"text_size": "huge"},
        {"theme": "<script>"},
        {"language": "tlh"},
        {"zone": "Mars/Olympus"},
        {"zone": "x" * 65},
    ],
)
def test_what_is_no_choice_is_refused(patient: TestClient, fields: dict[str, str]) -> None:
    assert post(patient, "reading", **fields).startswith("400")


def test_reminders_are_stored_and_what_does_not_fit_is_said(patient: TestClient, library: Library) -> None:
    fields = {"quiet_from": "22:00", "quiet_to": "07:00", "alerts_a_day": "3", "weekly_summary": "on"}
    assert post(patient, "reminders", **fields) == "/settings?done=reminders"
    settings = library.record("P001").settings.get()
    assert (settings.quiet_from, settings.quiet_to) == (time(22), time(7))
    assert (settings.alerts_a_day, settings.weekly_summary, settings.notify_alerts) == (3, True, False)
    answer = post(patient, "reminders", **{**fields, "quiet_to": ""})
    assert answer.startswith("400")
    assert "quiet hours have a beginning and an end" in answer
    assert post(patient, "reminders", **{**fields, "quiet_to": "25:00"}).startswith("400")


@pytest.mark.parametrize(("days", "stored"), [("30", 30), ("", None)])
def test_raw_samples_stay_as_long_as_the_person_says(
    patient: TestClient, library: Library, days: str, stored: int | None
) -> None:
    assert post(patient, "retention", raw_days=days) == "/settings?done=retention"
    assert library.record("P001").settings.get().raw_days == stored


def test_raw_samples_do_not_go_before_a_deletion_can_be_taken_back(patient: TestClient) -> None:
    assert post(patient, "retention", raw_days="1").startswith("400")


def invited(patient: TestClient) -> str:
    ticked = {f"kind_{kind}": "yes" for kind in DataKind}
    page = post(patient, "invite", label="podiatry practice", days="90", **ticked)
    found = re.search(r'The code: <span class="mono">([^<]+)</span>', page)
    assert found is not None, page
    return found[1]


def test_a_clinician_sees_who_invited_and_no_longer_when_it_is_withdrawn(
    patient: TestClient, door: Door, library: Library
) -> None:
    library.accounts.register.add("practice", {Role.CLINICIAN})
    clinician = door("practice")
    assert clinician.get("/alerts?person=P001").status_code == 404
    code = invited(patient)
    assert post(clinician, "accept", code=code) == "/people/P001"
    assert clinician.get("/alerts?person=P001").status_code == 200
    page = patient.get("/settings").text
    assert "practice" in page
    (consent,) = library.record("P001").consents.all()
    assert post(patient, "withdraw", consent=str(consent.id)) == "/settings?done=withdrawn"
    assert clinician.get("/alerts?person=P001").status_code == 404


def test_an_invitation_works_once_and_can_be_taken_back(
    patient: TestClient, door: Door, library: Library
) -> None:
    for name in ("one", "two"):
        library.accounts.register.add(name, {Role.CLINICIAN})
    code = invited(patient)
    assert post(door("one"), "accept", code=code) == "/people/P001"
    assert "There is no such invitation" in post(door("two"), "accept", code=code)
    second = invited(patient)
    (open_one,) = [one for one in library.accounts.invitations.of("P001") if one.taken_utc is None]
    assert post(patient, "take-back", invitation=str(open_one.id)) == "/settings?done=taken-back"
    assert post(door("two"), "accept", code=second).startswith("400")


def test_nobody_withdraws_another_s_consent(patient: TestClient, door: Door, library: Library) -> None:
    library.accounts.register.add("other", {Role.PATIENT}, "P002")
    library.accounts.register.add("practice", {Role.CLINICIAN})
    post(door("practice"), "accept", code=invited(patient))
    (consent,) = library.record("P001").consents.all()
    assert post(door("other"), "withdraw", consent=str(consent.id)).startswith("404")
    assert post(door("other"), "withdraw", consent=str(consent.id), person="P001").startswith("404")


def test_a_session_elsewhere_can_be_ended(patient: TestClient, door: Door, library: Library) -> None:
    elsewhere = door("home", "192.0.2.9")
    assert "192.0.2.9" in patient.get("/settings").text
    (other,) = [one for one in library.accounts.sessions.of("home") if one.address == "192.0.2.9"]
    assert post(patient, "end-session", session=str(other.id)) == "/settings?done=signed-out"
    assert elsewhere.get("/settings").headers["location"].startswith("/sign-in")
    assert patient.get("/settings").status_code == 200
    assert post(patient, "end-session", session="999999").startswith("404")


def test_all_data_come_as_one_file_and_go_to_their_person_alone(
    patient: TestClient, door: Door, library: Library
) -> None:
    library.add_person(Person("P003"))
    library.accounts.register.add("other", {Role.PATIENT}, "P003")
    waiting = post(patient, "export")
    assert waiting.startswith("/settings/export?job=")
    job = waiting.rpartition("=")[2]
    while b"http-equiv" in patient.get(waiting).content:
        continue
    taken = patient.get(f"/settings/export/{job}.zip")
    assert taken.headers["content-disposition"] == 'attachment; filename="P001.zip"'
    with zipfile.ZipFile(io.BytesIO(taken.content)) as archive:
        assert json.loads(archive.read("person.json"))["code"] == "P001"
    assert door("other").get(f"/settings/export/{job}.zip").status_code == 404


def test_erasing_asks_for_the_code_and_leaves_nothing(patient: TestClient, library: Library) -> None:
    assert "Nothing was erased" in post(patient, "erase", confirm="P002")
    assert library.person("P001").code == "P001"
    assert post(patient, "erase", confirm="P001") == "/sign-in"
    assert [person.code for person in library.people()] == ["P002"]
    assert patient.get("/settings").headers["location"].startswith("/sign-in")


def test_the_last_owner_cannot_leave_others_alone(patient: TestClient, library: Library) -> None:
    library.accounts.register.add("other", {Role.PATIENT}, "P002")
    assert "nobody else could look after them" in post(patient, "erase", confirm="P001")


def test_a_person_sees_who_looked_and_the_owner_sees_sign_ins_without_content(
    patient: TestClient, door: Door, library: Library
) -> None:
    library.accounts.register.add("practice", {Role.CLINICIAN})
    clinician = door("practice")
    post(clinician, "accept", code=invited(patient))
    clinician.get("/alerts?person=P001")
    assert "practice" in patient.get("/settings/log").text
    signs = patient.get("/settings/sign-ins").text
    assert "add account" in signs
    assert clinician.get("/settings/sign-ins").status_code == 403
    assert clinician.get("/settings/log").status_code == 403
