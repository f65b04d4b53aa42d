"""`plantigrade clinic`: what the person at home is told, and the page of settings."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner
from plantigrade.cli import Invocation
from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.receiving.clinic_keys import public_key
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.parcels.errors import ParcelError
from plantigrade.parcels.invitation import Invitation
from plantigrade.parcels.pin import pin_of
from plantigrade.service.sending import actions
from plantigrade.service.sending.commands import clinic as command

from tests.host.library.library_kit import finalized
from tests.host.uploads import kit
from tests.host.uploads.network import ADDRESS, BadNetwork, Clock, file_all


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Library]:
    with kit.clinic(tmp_path / "clinic") as library:
        yield library


@pytest.fixture
def home(tmp_path: Path, clinic: Library, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    monkeypatch.setattr(actions, "new_client", lambda: httpx2.Client(transport=BadNetwork(clinic)))
    with Library(tmp_path / "home") as library:
        library.add_person(Person("anna"))
        finalized(library.recordings, kit.NAME)
        library.scan()
        library.assign(kit.NAME, "anna")
        yield library


def link_of(clinic: Library) -> str:
    code = SenderRegister(clinic.store).invite(kit.PERSON)
    return Invitation(ADDRESS, code, pin_of(public_key(clinic.store))).link()


def run(library: Library, *arguments: str, answer: str = "") -> str:
    done = CliRunner().invoke(command, list(arguments), obj=Invocation(data=library.data_dir), input=answer)
    if isinstance(done.exception, PlantigradeError):
        return str(done.exception)
    return done.output


def test_from_joining_to_leaving(home: Library, clinic: Library) -> None:
    assert "go to no clinic" in run(home, "status")
    text = run(home, "join", link_of(clinic), "--since", "2026-01-01", answer="y\n")
    assert "My recordings of walking and standing go to this clinic" in text
    assert "Waiting to be sent: 1" in text
    assert "waits to be sent" in run(home, "status")
    assert "is there, not verified yet" in run(home, "send")
    file_all(clinic, Clock().now)
    values = json.loads(run(home, "status", "--json", "-"))
    assert values["schema"] == "plantigrade.clinics/1"
    assert values["clinics"][0]["recordings"][0]["state"] == "received"
    assert "credential" not in json.dumps(values)
    assert "was told of this and of the wish to erase" in run(home, "leave", "1", "--erase")
    assert "ended" in run(home, "status")
    assert "there is no clinic 7" in run(home, "leave", "7")


def test_without_consent_nothing_is_joined(home: Library, clinic: Library) -> None:
    link = link_of(clinic)
    assert "Do you consent, for anna?" in run(home, "join", link, answer="n\n")
    assert ClinicRegister(home).all() == [] and SenderRegister(clinic.store).all() == []
    assert "recordings go to" in run(home, "join", link, "--yes"), "the code was not spent"


def test_recordings_from_before_do_not_go_unless_asked(home: Library, clinic: Library) -> None:
    assert "Waiting to be sent: 0" in run(home, "join", link_of(clinic), "--yes")


def test_a_code_that_was_used_and_several_people(home: Library, clinic: Library) -> None:
    link = link_of(clinic)
    run(home, "join", link, "--yes")
    assert "ask the clinic for a new one" in run(home, "join", link, "--yes")
    home.add_person(Person("bert"))
    assert "--person CODE" in run(home, "join", link_of(clinic), "--yes")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://clinic.example/join",
        "https://clinic.example/join#1.2",
        "https://clinic.example/other#0123456789ABCDEF.5EPGZNGGV6FAWH1YJCN2C51BS8",
        "http://clinic.example/join#0123456789ABCDEF.5EPGZNGGV6FAWH1YJCN2C51BS8",
        "ftp://clinic.example/join#0123456789ABCDEF.5EPGZNGGV6FAWH1YJCN2C51BS8",
        "https://user@clinic.example/join#0123456789ABCDEF.5EPGZNGGV6FAWH1YJCN2C51BS8",
        "https://clinic.example/join#" + "A" * 1000,
        "https://[clinic.example/join#0123456789ABCDEF.5EPGZNGGV6FAWH1YJCN2C51BS8",
        "https://clinic\x1b[2J.example/join#0123456789ABCDEF.5EPGZNGGV6FAWH1YJCN2C51BS8",
    ],
)
def test_what_is_no_invitation(text: str) -> None:
    with pytest.raises(ParcelError):
        Invitation.parse(text)


def test_the_end_of_a_consent_counts(home: Library, clinic: Library) -> None:
    run(home, "join", link_of(clinic), "--yes")
    (joined,) = ClinicRegister(home).all()
    register = ClinicRegister(home)
    assert register.may_send(joined, joined.joined_utc + timedelta(days=1))
    home.record("anna").consents.withdraw(joined.consent or 0, joined.joined_utc + timedelta(days=2))
    assert not register.may_send(joined, joined.joined_utc + timedelta(days=3))


def test_a_rate_that_makes_no_sense_is_said_before_anything_is_sent(home: Library, clinic: Library) -> None:
    run(home, "join", link_of(clinic), "--since", "2026-01-01", "--yes")
    path = home.data_dir / "service" / "settings.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("[sending]\nrate_kb_per_s = -1\n")
    assert "rate_kb_per_s is a whole number of kilobytes a second" in run(home, "send")
    assert "waits to be sent" in run(home, "status")
