"""`/people/CODE/visit`: seven steps, each done or skipped with a reason; every window sees the same."""

from collections.abc import Callable

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.visits import StepKind, StepState
from plantigrade.web.accounts.rights import Role
from starlette.testclient import TestClient

Browser = Callable[..., TestClient]
PAGE = "/people/P001/visit"


@pytest.fixture
def clinician(browser: Browser) -> TestClient:
    return browser(Role.CLINICIAN, shares="P001")


def post(client: TestClient, form: str, **fields: str) -> int:
    """Post a form of the page; the status."""
    return client.post(PAGE, data={"action": form, "form_token": "form token", **fields}).status_code


@pytest.fixture
def begun(clinician: TestClient, library: Library) -> Callable[[], dict[str, str]]:
    """A visit that goes on; gives the fields that its newest page carries."""
    assert post(clinician, "begin", orthotic="rigid") == 303

    def fields() -> dict[str, str]:
        stored = library.record("P001").visits.all()[-1]
        return {"visit": str(stored.id), "version": str(stored.version)}

    return fields


def test_a_visit_is_begun_once(clinician: TestClient, library: Library) -> None:
    assert "Begin a visit of P001?" in clinician.get(PAGE).text
    assert post(clinician, "begin", orthotic="rigid") == 303
    assert post(clinician, "begin") == 303, "a second window"
    (stored,) = library.record("P001").visits.all()
    assert (stored.orthotic, stored.by) == ("rigid", "clinician")
    page = clinician.get(PAGE).text
    assert "Zero and match the insoles" in page
    assert "The bridge does not run beside these pages" in page


def test_steps_are_skipped_with_a_reason_until_the_visit_is_over(
    clinician: TestClient, library: Library, begun: Callable[[], dict[str, str]]
) -> None:
    assert post(clinician, "ready", **begun()) == 303
    for kind in list(StepKind)[1:]:
        assert post(clinician, "skip", step=kind.value, **begun()) == 400, "why?"
        assert post(clinician, "skip", step=kind.value, reason="<b>dizzy", **begun()) == 303
    page = clinician.get(PAGE).text
    assert "Every step is done or skipped" in page
    assert "&lt;b&gt;dizzy" in page
    fields = begun()
    assert post(clinician, "end", remark="Control in four weeks.", **fields) == 303
    stored = library.record("P001").visits.visit(int(fields["visit"]))
    assert stored.ended_utc is not None
    assert stored.step(StepKind.ORTHOTIC).state is StepState.SKIPPED
    over = clinician.get(f"{PAGE}?visit={fields['visit']}").text
    assert "The visit is over" in over
    assert "Control in four weeks." in over
    document = clinician.get(f"{PAGE}.json?visit={fields['visit']}").json()
    assert [step["state"] for step in document["steps"]] == ["done", *["skipped"] * 6]
    report = clinician.get(f"{PAGE}/report.pdf?visit={fields['visit']}")
    assert report.content.startswith(b"%PDF")
    assert "P001-visit-2026-03-10.pdf" in report.headers["content-disposition"]


def test_without_the_service_a_step_is_not_begun_and_the_page_says_so(
    clinician: TestClient, library: Library, begun: Callable[[], dict[str, str]]
) -> None:
    fields = begun()
    answer = clinician.post(
        PAGE,
        data={"action": "start", "form_token": "form token", "step": "eyes open", "seconds": "60", **fields},
    )
    assert answer.status_code == 400
    assert "the bridge does not run beside these pages" in answer.text
    assert library.record("P001").visits.visit(int(fields["visit"])).step(StepKind.EYES_OPEN).tries == 0


def test_an_old_page_changes_nothing(
    clinician: TestClient, library: Library, begun: Callable[[], dict[str, str]]
) -> None:
    old = begun()
    assert post(clinician, "remark", step="eyes open", remark="first", **old) == 303
    assert post(clinician, "remark", step="eyes open", remark="second", **old) == 409
    assert library.record("P001").visits.visit(int(old["visit"])).step(StepKind.EYES_OPEN).remark == "first"


@pytest.mark.parametrize(
    ("form", "changed", "status"),
    [
        ("start", {"step": "fly", "seconds": "60"}, 400),
        ("start", {"step": "prepare", "seconds": "60"}, 400),
        ("start", {"step": "eyes open", "seconds": "much"}, 400),
        ("start", {"step": "eyes open", "seconds": "nan"}, 400),
        ("start", {"step": "eyes open", "seconds": "601"}, 400),
        ("skip", {"step": "eyes open", "reason": "x" * 1001}, 400),
        ("remark", {"step": "eyes open", "remark": "x" * 1001}, 400),
        ("end", {"remark": "x" * 1001}, 400),
        ("stop", {}, 400),
        ("zero", {}, 400),
        ("take", {}, 400),
        ("ready", {"visit": "99"}, 404),
        ("ready", {"visit": "first"}, 404),
        ("ready", {"version": "x"}, 400),
        ("ready", {"form_token": "stale"}, 409),
    ],
)
def test_what_makes_no_sense_changes_nothing(
    clinician: TestClient,
    library: Library,
    begun: Callable[[], dict[str, str]],
    form: str,
    changed: dict[str, str],
    status: int,
) -> None:
    before = library.record("P001").visits.all()
    data = {"action": form, "form_token": "form token", **begun()} | changed
    assert clinician.post(PAGE, data=data).status_code == status
    assert library.record("P001").visits.all() == before


def test_a_visit_of_another_person_is_not_found(
    browser: Browser, library: Library, begun: Callable[[], dict[str, str]]
) -> None:
    fields = begun()
    other = browser(Role.CLINICIAN, shares="P002")
    assert other.get(PAGE).status_code == 404
    assert other.get(f"/people/P002/visit?visit={fields['visit']}").status_code == 404
    assert other.get(f"/people/P002/visit/report.pdf?visit={fields['visit']}").status_code == 404
    assert library.record("P002").visits.all() == []


@pytest.mark.parametrize(
    ("role", "person"), [(Role.PATIENT, "P001"), (Role.ENGINEER, None), (Role.OWNER, None)]
)
def test_only_a_clinician_does_a_visit(browser: Browser, role: Role, person: str | None) -> None:
    client = browser(role, person)
    assert client.get(PAGE).status_code in (403, 404)
    assert post(client, "begin") in (403, 404)


def test_the_page_speaks_german(clinician: TestClient, begun: Callable[[], dict[str, str]]) -> None:
    assert begun()
    page = clinician.get(PAGE, headers={"accept-language": "de"}).text
    assert "Sohlen nullen und zuordnen" in page
