"""The page that updates an insole: what it offers, how it goes on and ends, and that the bridge keeps out."""

from collections.abc import Awaitable, Callable, Sequence

import pytest
from plantigrade.device.changes.changing import RolledBack
from plantigrade.device.update.errors import UpdateError, UpdateFault
from plantigrade.device.update.progress import Progress, ProgressHandler, Stage
from plantigrade.device.update.result import MakeLink, Outcome, UpdateResult
from plantigrade.firmware_image.bundle import Bundle
from plantigrade.firmware_image.release import firmware_bundle
from plantigrade.link.base import Link
from plantigrade.web.accounts.rights import Role
from plantigrade.web.board_work.works import works_of
from plantigrade.web.pages.update import page
from plantigrade.web.site import Site
from starlette.testclient import TestClient

from tests.host.web.insoles.conftest import LEFT, RIGHT, SINCE, Running

Browser = Callable[..., TestClient]
Update = Callable[[MakeLink, Sequence[Bundle], ProgressHandler], Awaitable[UpdateResult]]
SENT = 12_345


@pytest.fixture(autouse=True)
def no_insole_in_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    """Insoles are found by name; what is done with them, a test says."""

    async def link_maker(_serial: str) -> Callable[[], Awaitable[Link]]:
        async def make_link() -> Link:
            raise AssertionError("a test that reaches an insole")

        return make_link

    monkeypatch.setattr(page, "link_maker", link_maker)


def ended_with(outcome: Outcome, reason: str = "") -> UpdateResult:
    """A result."""
    return UpdateResult(outcome, LEFT, "left", "0.1.0", "0.2.0", reason, SENT, 2.0, 61.0, 1)


def post(client: TestClient, site: Site, action: str, serial: str = LEFT, **more: object) -> str:
    """Where a form leads; the work that it began has ended."""
    data = {"form_token": "form token", "action": action, "serial": serial}
    answer = client.post("/insoles/update", data=data, **more)  # type: ignore[arg-type]
    where = answer.headers.get("location", "")
    for account in ("patientP001", "engineer"):
        if work := works_of(site.library).find(where.partition("work=")[2], account):
            assert work.ended.wait(5)
    return where or f"{answer.status_code} {answer.text}"


def test_what_runs_and_what_there_is(browser: Browser) -> None:
    text = browser(Role.PATIENT, "P001").get(f"/insoles/update?serial={LEFT}").text
    assert "<dt>Runs now</dt><dd>0.1.0</dd>" in text
    assert "the same" in text and "Install" not in text
    assert ".pgfw" not in text, "files are for engineers"
    assert ".pgfw" in browser(Role.ENGINEER).get(f"/insoles/update?serial={LEFT}").text


def test_a_newer_version_is_offered(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "offered_version", lambda: "9.9.9")
    assert "Install 9.9.9" in browser(Role.PATIENT, "P001").get(f"/insoles/update?serial={LEFT}").text


def test_an_insole_of_somebody_else_is_not_there(browser: Browser, running: Running, site: Site) -> None:
    site.library.record("P002").insoles.assign(RIGHT, SINCE)
    running.read_people()
    client = browser(Role.PATIENT, "P001")
    assert client.get(f"/insoles/update?serial={RIGHT}").status_code == 404
    assert post(client, site, "update", RIGHT).startswith("404")
    assert RIGHT not in client.get("/insoles/update").text


def test_an_update_tells_its_stages_while_the_bridge_keeps_out(
    browser: Browser, running: Running, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    paused: list[bool] = []

    async def update(_link: MakeLink, _bundles: Sequence[Bundle], show: ProgressHandler) -> UpdateResult:
        paused.append(running.assembly.service.status().paused)
        show(Progress(Stage.CHECKING, 0, 100))
        show(Progress(Stage.SENDING, 50, 100))
        show(Progress(Stage.SENDING, 100, 100))
        show(Progress(Stage.ON_TRIAL, 100, 100))
        return ended_with(Outcome.UPDATED)

    monkeypatch.setattr(page, "update_with_the_fitting", update)
    client = browser(Role.PATIENT, "P001")
    where = post(client, site, "update")
    text = client.get(where).text
    assert "The insole is ready" in text and "It runs 0.2.0. That took 61 s." in text
    assert paused == [True]
    assert not running.assembly.service.status().paused
    work = works_of(site.library).find(where.partition("work=")[2], "patientP001")
    assert work is not None
    assert work.lines[:3] == ["Looking at the insole.", "Sending.", "The new firmware is on trial."]


@pytest.mark.parametrize(
    ("end", "says"),
    [
        (ended_with(Outcome.NOTHING_TO_DO), "It runs 0.2.0 already; nothing was changed."),
        (
            ended_with(Outcome.ROLLED_BACK, "it lost slots"),
            "It went back to 0.2.0 by itself: it lost slots.",
        ),
        (UpdateError(UpdateFault.BATTERY, "the battery is below 30 %"), "the battery is below 30 %"),
    ],
    ids=["nothing to do", "went back", "refused"],
)
def test_how_it_can_end(
    browser: Browser,
    site: Site,
    running: Running,
    monkeypatch: pytest.MonkeyPatch,
    end: UpdateResult | UpdateError,
    says: str,
) -> None:
    async def update(_link: MakeLink, _bundles: Sequence[Bundle], _show: ProgressHandler) -> UpdateResult:
        if isinstance(end, UpdateError):
            raise end
        return end

    monkeypatch.setattr(page, "update_with_the_fitting", update)
    client = browser(Role.PATIENT, "P001")
    assert says in client.get(post(client, site, "update")).text
    assert not running.assembly.service.status().paused


def test_a_pause_that_somebody_asked_for_stays(
    browser: Browser, site: Site, running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def back(_link: MakeLink) -> RolledBack:
        return RolledBack(LEFT, "left", "0.2.0", "0.1.0")

    monkeypatch.setattr(page, "rollback", back)
    client = browser(Role.PATIENT, "P001")
    client.post("/insoles", data={"form_token": "form token", "action": "pause", "resume": "no"})
    assert "It runs 0.1.0 again instead of 0.2.0." in client.get(post(client, site, "rollback")).text
    assert running.assembly.service.status().paused


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" * 300, firmware_bundle("x64").to_bytes()[:-1]])
def test_a_file_that_is_no_bundle_is_refused_before_any_insole_is_asked(
    browser: Browser, site: Site, content: bytes
) -> None:
    files = {"bundle": ("new.pgfw", content)}
    assert post(browser(Role.ENGINEER), site, "bundle", files=files).startswith("409")


def test_a_patient_installs_no_files(browser: Browser, site: Site) -> None:
    files = {"bundle": ("new.pgfw", firmware_bundle("x64").to_bytes())}
    assert post(browser(Role.PATIENT, "P001"), site, "bundle", files=files).startswith("403")
