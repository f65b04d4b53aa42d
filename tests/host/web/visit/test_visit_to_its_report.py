"""A visit from the first to the last step beside a service that is fed with a real walk."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Tag
from plantigrade.library.person.visits import StepKind
from plantigrade.service.people.visit_recordings import recordings_of
from plantigrade.service.people.visit_steps import usual_seconds
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.app import make_app
from plantigrade.web.requests import COOKIE
from plantigrade.web.site import SignedIn, Site
from starlette.testclient import TestClient

from tests.host.web.conftest import NOW_NS, KnownAccounts
from tests.host.web.visit.fed_service import SERIALS, FedAssembly, FedService
from tools.in_thread import loop_in_thread

PAGE = "/people/P001/visit"
TIMED = [kind for kind in StepKind if usual_seconds(kind)]


@dataclass
class Room:
    """A clinician's browser, the service, and the time."""

    client: TestClient
    assembly: FedAssembly
    library: Library
    passed_s: float = 0.0

    def post(self, form: str, **fields: str) -> int:
        """Post a form with what the newest page carries; the status."""
        stored = self.library.record("P001").visits.all()
        own = {"visit": str(stored[-1].id), "version": str(stored[-1].version)} if stored else {}
        data = {"action": form, "form_token": "form token", **own, **fields}
        return self.client.post(PAGE, data=data).status_code

    def page(self) -> str:
        """The page, with its spaces made one."""
        return " ".join(self.client.get(PAGE).text.split())

    def wait(self, seconds: float) -> None:
        """Time passes; the service ends a recording whose time is over."""
        self.passed_s += seconds
        if self.assembly.service.title is not None:
            self.assembly.service.stop_recording()


@pytest.fixture
def room(site: Site, accounts: KnownAccounts, library: Library) -> Iterator[Room]:
    """A pair that is nobody's yet lies in the room."""
    assembly = FedAssembly(FedService(library))
    account = Account("clinician", frozenset({Role.CLINICIAN}))
    accounts.of_token["token"] = SignedIn(account, "form token")
    accounts.shares[account.name] = frozenset({"P001"})
    with loop_in_thread() as loop:
        beside = replace(
            site,
            assembly=cast(Any, assembly),
            loop=loop,
            utc_ns=lambda: NOW_NS + round(made.passed_s * 1e9),
        )
        client = TestClient(make_app(beside), base_url="http://localhost", follow_redirects=False)
        client.cookies.set(COOKIE, "token")
        made = Room(client, assembly, library)
        yield made


def test_a_visit_by_forms_alone_ends_in_one_report(room: Room) -> None:
    assert room.post("begin", orthotic="rigid") == 303
    assert "of nobody" in room.page()
    assert room.post("take") == 303
    assert room.post("zero") == 303
    assert sorted(room.assembly.care.zeroed) == sorted(SERIALS.values())
    assert [one.serial for one in room.library.record("P001").insoles.periods()] == list(SERIALS.values())
    for kind in TIMED:
        seconds = usual_seconds(kind)
        assert room.post("start", step=kind.value, seconds=f"{seconds:g}") == 303
        assert f'<span id="left">{seconds:.0f}</span>' in room.page()
        assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in room.page()
        room.wait(seconds + 0.5)
    assert room.passed_s < 600, "of these, nothing but the steps themselves"
    assert "Every step is done or skipped" in room.page()
    assert room.post("end", remark="Control in four weeks.") == 303
    visit = room.library.record("P001").visits.all()[0]
    entries = recordings_of(room.library, "P001", visit)
    assert list(entries) == TIMED
    assert {entry.person for entry in entries.values()} == {"P001"}
    assert Tag("orthotic", "rigid") in entries[StepKind.ORTHOTIC].tags
    assert Tag("orthotic", "rigid") not in entries[StepKind.OWN_SHOES].tags
    report = room.client.get(f"{PAGE}/report.pdf?visit={visit.id}")
    assert report.content.startswith(b"%PDF")
    steps = room.client.get(f"{PAGE}.json?visit={visit.id}").json()["steps"]
    assert [step["recording"] for step in steps[1:]] == [entry.id for entry in entries.values()]


def test_a_step_is_stopped_and_repeated_and_the_last_try_counts(room: Room) -> None:
    room.post("begin")
    room.post("take")
    room.post("start", step="left leg", seconds="30")
    assert room.post("start", step="right leg", seconds="30") == 400, "one at a time"
    assert "under way" in room.page()
    room.passed_s += 12
    assert room.post("stop") == 303
    assert "done at 13:00, 12\u00a0s" in room.client.get(PAGE).text
    assert room.post("start", step="left leg", seconds="30") == 303
    room.wait(31)
    assert "try 2" in room.page()
    visit = room.library.record("P001").visits.all()[0]
    (entry,) = recordings_of(room.library, "P001", visit).values()
    assert entry.title == "Visit 1: left leg, try 2"
    assert len(room.assembly.service.recorded) == 2


def test_two_windows_begin_one_step(room: Room) -> None:
    room.post("begin")
    old = room.library.record("P001").visits.all()[0]
    assert room.post("start", step="eyes open", seconds="60") == 303
    fields = {"visit": str(old.id), "version": str(old.version), "step": "eyes open", "seconds": "60"}
    answer = room.client.post(PAGE, data={"action": "start", "form_token": "form token", **fields})
    assert answer.status_code in (400, 409)
    assert room.assembly.service.title == "Visit 1: eyes open, try 1", "the first one's recording goes on"


def test_a_recording_of_somebody_else_is_left_alone(room: Room) -> None:
    room.post("begin")
    room.post("start", step="eyes open", seconds="60")
    room.wait(61)
    (entry,) = room.library.find()
    room.library.assign(entry.id, "P002")
    visit = room.library.record("P001").visits.all()[0]
    assert recordings_of(room.library, "P001", visit) == {}
    assert "being stored" in room.page()
