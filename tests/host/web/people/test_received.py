"""What came from homes, on the pages of the clinic; and at home, who opened it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.receiving.clinic_keys import public_key
from plantigrade.library.receiving.filing import Filing
from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.library.sending.entries import SendingState
from plantigrade.library.sending.sendings import SendingRegister
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.app import make_app
from plantigrade.web.requests import COOKIE
from plantigrade.web.site import SignedIn, Site
from starlette.testclient import TestClient

from tests.host.library.library_kit import START_NS, finalized
from tests.host.uploads import kit
from tests.host.uploads.network import BadNetwork, Clock, file_all, join_clinic, outbox
from tests.host.web.conftest import KnownAccounts

Browser = Callable[..., TestClient]
FRAGMENT = {"HX-Request": "true"}
STARTED = datetime.fromtimestamp(START_NS * 1e-9, UTC)


@pytest.fixture
def home(library: Library, tmp_path: Path) -> Iterator[Library]:
    """A home of P001, joined to the clinic, with one recording that waits."""
    with Library(tmp_path / "home") as made:
        made.add_person(Person("anna"))
        finalized(made.recordings, kit.NAME)
        made.scan()
        made.assign(kit.NAME, "anna")
        join_clinic(made, "anna", library, "P001", Clock())
        yield made


def received(clinician: TestClient) -> str:
    return clinician.get("/people", headers=FRAGMENT).text


def test_it_comes_is_verified_and_opened_and_both_ends_say_so(
    browser: Browser, library: Library, home: Library
) -> None:
    """From the first byte to "opened by", as the clinician and the home see it."""
    clinician, clock = browser(Role.CLINICIAN, shares="P001 P002"), Clock()
    assert "Nothing has come yet." in received(clinician)
    assert "1 device sends" in clinician.get("/people").text

    box = outbox(home, BadNetwork(library), clock)
    box.round()
    assert "1 being verified" in received(clinician)
    file_all(library, clock.now)
    page = received(clinician)
    assert "1 not opened yet" in page and "<title>" not in page
    link = f'href="/walks/{kit.NAME}?person=P001"'
    assert link in page and "from kitchen computer, received" in page

    walk = clinician.get(f"/walks/{kit.NAME}?person=P001").text
    assert "Sent by kitchen computer, received" in walk
    assert "Opened first by clinician, " in walk
    assert "opened by clinician" in received(clinician)

    clock.now += timedelta(hours=2)
    box.round()
    assert "Sent to Walking clinic; opened there by clinician, " in page_at_home(home)


def page_at_home(home: Library) -> str:
    person = Account("home", frozenset({Role.PATIENT}), "anna")
    accounts = KnownAccounts({"token": SignedIn(person, "form token")})
    client = TestClient(
        make_app(Site(home, accounts)), base_url="http://localhost", cookies={COOKIE: "token"}
    )
    return client.get(f"/walks/{kit.NAME}").text


def test_how_much_of_it_has_come(browser: Browser, library: Library, tmp_path: Path) -> None:
    filing, (sender, _) = Filing(library), kit.joined(library)
    parcel = kit.parcel_of(kit.recording(tmp_path / "home"), public_key(library.store))
    begun = filing.parcels.begin(sender.id, kit.id_of(parcel), len(parcel))
    filing.parcels.append(begun, 0, parcel[: len(parcel) // 2])
    page = received(browser(Role.CLINICIAN, shares="P001"))
    assert "1 coming" in page and "coming: 50\u00a0%" in page
    assert 'hx-trigger="every 3s"' in page


def test_what_was_put_aside_is_named_without_its_content(
    browser: Browser, library: Library, tmp_path: Path
) -> None:
    """A recording of somebody else, sent by a device of P001: of whom it is, the page does not say."""
    filing, (sender, _) = Filing(library), kit.joined(library)
    home = kit.recording(tmp_path / "home")
    kit.received(filing, sender, kit.parcel_of(home, public_key(library.store), "P002"))
    filing.file_next(STARTED)
    page = received(browser(Role.CLINICIAN, shares="P001"))
    assert "1 put aside" in page and "plantigrade serve parcels" in page
    assert "P002" not in page and "/walks/" not in page


def test_who_does_not_share_is_not_named(browser: Browser, library: Library, home: Library) -> None:
    outbox(home, BadNetwork(library), Clock()).round()
    other = browser(Role.CLINICIAN, shares="P002").get("/people").text
    assert 'id="received"' not in other and "kitchen computer" not in other


def test_a_recording_that_was_deleted_here_has_no_link(
    browser: Browser, library: Library, home: Library
) -> None:
    clock = Clock()
    outbox(home, BadNetwork(library), clock).round()
    file_all(library, clock.now)
    library.delete(kit.NAME)
    page = received(browser(Role.CLINICIAN, shares="P001"))
    assert "kitchen computer" in page and "/walks/" not in page


def test_it_speaks_german(browser: Browser, home: Library) -> None:
    page = browser(Role.CLINICIAN, shares="P001").get("/people", headers={"accept-language": "de"}).text
    assert "Noch ist nichts angekommen." in page and "1 Gerät sendet" in page


@pytest.mark.parametrize("state", list(SendingState))
def test_every_state_has_its_sentence_at_home(home: Library, state: SendingState) -> None:
    (clinic,) = ClinicRegister(home).all()
    register = SendingRegister(home.store)
    register.plan(clinic, Clock().now)
    register.set(register.of_clinic(clinic)[0], state=state.value, opened_by="Dr. A")
    assert "Walking clinic" in page_at_home(home)
