"""From an empty library to both feet: each step by a form, and what is missing is said with what to do."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from anyio.from_thread import start_blocking_portal
from plantigrade.calibration.zero import ZeroError
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.library import Library
from plantigrade.service.events import LinkState
from plantigrade.service.live_frames.steps import StepsSeen
from plantigrade.service.status import ServiceError
from plantigrade.web.app import make_app
from plantigrade.web.page_accounts import PageAccounts
from plantigrade.web.pages.first_run import page as first_run_page
from plantigrade.web.site import Site
from starlette.testclient import TestClient

from tests.host.service.live_frames.frames_kit import SERIALS, Insoles
from tests.host.web.accounts.account_kit import token_on

HEADING = re.compile(r"<h1.*?>(.*?)</h1>")
WHO = {"action": "begin", "name": "Home", "weight_kg": "70,5", "time_zone": "Europe/Berlin"}
LEFT, RIGHT = SERIALS.values()


@pytest.fixture
def insoles(library: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Insoles]:
    """A service that has found a pair that is nobody's, and is connected to both."""
    from plantigrade.service.assembly import Assembly

    made = Insoles(library, Assembly(library))
    service = made.assembly.service
    status = service.status

    def connected() -> object:
        found = status()
        insoles = [replace(one, link=made.links.get(one.side, one.link)) for one in found.insoles]
        return replace(found, insoles=tuple(insoles))

    made.links = dict.fromkeys(("left", "right"), LinkState.CONNECTED)
    monkeypatch.setattr(service, "status", connected)
    yield made


@pytest.fixture
def browser(library: Library, insoles: Insoles) -> Iterator[Callable[[], TestClient]]:
    """A browser of that site; nobody has an account yet."""
    with start_blocking_portal() as portal:
        loop = portal.call(asyncio.get_running_loop)
        site = Site(library, PageAccounts(library), insoles.assembly, loop)
        app = make_app(site)
        yield lambda: TestClient(app, base_url="http://localhost", follow_redirects=False)


@pytest.fixture
def link(library: Library) -> str:
    """What `plantigrade run` prints."""
    return f"/sign-in/{library.accounts.links.make(None)}"


def heading(page: object) -> str:
    """The question that a page answers."""
    return HEADING.findall(page.text)[0]


def test_the_link_asks_who_one_is_and_makes_owner_and_patient(
    browser: Callable[[], TestClient], link: str, library: Library, insoles: Insoles
) -> None:
    client = browser()
    assert heading(client.get(link)) == "Who are you?"
    done = client.post(link, data=WHO)
    assert (done.status_code, done.headers["location"]) == (303, "/first-run")
    (account,) = library.accounts.register.all()
    assert account.roles == {Role.OWNER, Role.PATIENT} and account.name == "Home"
    person = library.person(account.person or "")
    assert (person.weight_kg, person.time_zone, person.language) == (70.5, "Europe/Berlin", "en")
    assert person.name is None, "no name where none was asked for"
    assert insoles.assembly.service.status().live_until_utc_ns is not None
    assert "Home" not in {line.actor for line in library.audit()}, "the log outlives the name"


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": ""}, "1 to 100 characters"),
        ({"name": "x" * 101}, "1 to 100 characters"),
        ({"weight_kg": "seventy"}, "2 to 500 kg"),
        ({"weight_kg": "1"}, "2 to 500 kg"),
        ({"weight_kg": "nan"}, "2 to 500 kg"),
        ({"weight_kg": "-70"}, "2 to 500 kg"),
        ({"time_zone": "Mars/Olympus"}, "time zone of the list"),
        ({"time_zone": "../../etc/passwd"}, "time zone of the list"),
        ({"name": "<script>alert(1)</script>", "weight_kg": "x"}, "2 to 500 kg"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    fields: dict[str, str], says: str, browser: Callable[[], TestClient], link: str, library: Library
) -> None:
    client = browser()
    refused = client.post(link, data=WHO | fields)
    assert refused.status_code == 400 and says in refused.text
    assert 'aria-invalid="true"' in refused.text and "<script>alert" not in refused.text
    assert library.accounts.register.is_empty()
    assert client.post(link, data=WHO).status_code == 303, "the link still works"


def test_whom_the_library_knows_may_be_chosen(
    browser: Callable[[], TestClient], link: str, library: Library
) -> None:
    client = browser()
    assert "P002" in client.get(link).text
    assert client.post(link, data=WHO | {"person": "P404"}).status_code == 400
    assert client.post(link, data=WHO | {"person": "P002"}).status_code == 303
    assert library.accounts.register.all()[0].person == "P002"
    assert len(library.people()) == 2


def test_of_two_tabs_one_makes_the_account(
    browser: Callable[[], TestClient], link: str, library: Library
) -> None:
    assert browser().post(link, data=WHO).status_code == 303
    late = browser().post(link, data=WHO | {"name": "Bob"})
    assert late.status_code == 410 and "used or has expired" in late.text
    assert len(library.accounts.register.all()) == 1
    assert browser().get(link).status_code == 410


@pytest.fixture
def home(browser: Callable[[], TestClient], link: str) -> TestClient:
    """A browser in which the first question is answered, by P001."""
    client = browser()
    client.post(link, data=WHO | {"person": "P001"})
    return client


def post(client: TestClient, action: str, **fields: str) -> object:
    """Post a form of the page."""
    form = {"action": action, "form_token": token_on(client, "/first-run"), **fields}
    return client.post("/first-run", data=form)


def test_step_by_step_to_both_feet(
    home: TestClient, insoles: Insoles, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    async def identify(serial: str) -> None:
        done.append(f"blink {serial}")

    async def zero_all(serials: list[str]) -> None:
        done.extend(f"zero {serial}" for serial in serials)

    async def steps(*_: object) -> StepsSeen:
        return StepsSeen(5, 6, True, True)

    monkeypatch.setattr(insoles.assembly.care, "identify", identify)
    monkeypatch.setattr(insoles.assembly.care, "zero_all", zero_all)
    monkeypatch.setattr(first_run_page, "count_steps", steps)
    insoles.links = {}
    assert heading(home.get("/first-run")) == "Find both insoles"
    insoles.links = dict.fromkeys(("left", "right"), LinkState.CONNECTED)
    assert post(home, "look").headers["location"] == "/first-run?step=sides"
    assert "blinks for ten seconds" in post(home, "blink", side="left").text
    assert post(home, "take").headers["location"] == "/first-run?step=zero"
    assert {one.serial for one in library.record("P001").insoles.periods()} == {LEFT, RIGHT}
    assert post(home, "zero").headers["location"] == "/first-run?step=walk"
    walked = post(home, "walk")
    assert heading(walked) == "Both feet arrive" and "Left 5 steps, right 6 steps" in walked.text
    assert done == [f"blink {LEFT}", f"zero {LEFT}", f"zero {RIGHT}"]


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (StepsSeen(0, 0, False, False), "Nothing came of either insole"),
        (StepsSeen(0, 5, False, True), "Only your right foot arrives"),
        (StepsSeen(5, 0, True, False), "Only your left foot arrives"),
        (StepsSeen(2, 2, True, True), "fewer than ten steps"),
    ],
)
def test_what_does_not_arrive_is_named(
    seen: StepsSeen, says: str, home: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def steps(*_: object) -> StepsSeen:
        return seen

    monkeypatch.setattr(first_run_page, "count_steps", steps)
    page = post(home, "walk")
    assert heading(page) == "Ten steps" and says in page.text


def test_that_both_feet_arrive_cannot_be_asked_for(home: TestClient) -> None:
    assert "Both feet arrive" not in HEADING.findall(home.get("/first-run?step=done").text)
    assert heading(home.get("/first-run?step=walk")) == "Ten steps"


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [(ZeroError("heel"), 409, "Something presses"), (ServiceError("left"), 503, "Nothing came of an insole")],
)
def test_an_insole_that_is_not_zeroed_is_said(
    error: Exception, status: int, says: str, home: TestClient, insoles: Insoles,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async def zero_all(_serials: list[str]) -> None:
        raise error

    monkeypatch.setattr(insoles.assembly.care, "zero_all", zero_all)
    page = post(home, "zero")
    assert page.status_code == status and says in page.text


def test_one_insole_is_not_enough(home: TestClient, insoles: Insoles, library: Library) -> None:
    del insoles.assembly.service.collectors["right"]
    for action in ("take", "zero"):
        page = post(home, action)
        assert page.status_code == 409 and "Both insoles are needed" in page.text
    assert post(home, "blink", side="right").status_code == 400
    assert post(home, "blink", side="<script>").status_code == 400
    assert library.record("P001").insoles.periods() == []


def test_somebody_else_s_insoles_are_not_taken(home: TestClient, insoles: Insoles, library: Library) -> None:
    insoles.assign("P002")
    assert heading(home.get("/first-run")) == "Find both insoles"
    assert post(home, "take").status_code == 409
    assert library.record("P001").insoles.periods() == []


def test_the_page_looks_by_itself_while_it_searches(home: TestClient, insoles: Insoles) -> None:
    insoles.links = {}
    part = home.get("/first-run/found")
    assert part.status_code == 200 and "hx-trigger" in part.text and "<html" not in part.text
    insoles.links = dict.fromkeys(("left", "right"), LinkState.CONNECTED)
    assert "hx-trigger" not in home.get("/first-run/found").text
