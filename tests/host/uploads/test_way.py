"""From a home to a clinic over HTTP: whatever happens, each recording is there once, bit for bit."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.receiving.entries import ParcelState
from plantigrade.library.receiving.filing import Filing
from plantigrade.library.receiving.parcels import note_opened
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.library.sending.clinics import ClinicRegister
from plantigrade.library.sending.entries import SendingState
from plantigrade.library.sending.sendings import SendingRegister

from tests.host.library.library_kit import finalized
from tests.host.uploads import kit
from tests.host.uploads.network import (
    BadNetwork,
    Clock,
    Killed,
    chosen_trouble,
    file_all,
    join_clinic,
    outbox,
)

HOME_PERSON, THERE = "anna", "P001"
NAMES = [f"2026030{day}T100000Z-0000000{day}" for day in (1, 2)]


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Library]:
    with kit.clinic(tmp_path / "clinic", vault=kit.a_vault()) as library:
        yield library


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(tmp_path: Path, clinic: Library, clock: Clock) -> Iterator[Library]:
    """With two recordings, joined to the clinic."""
    with Library(tmp_path / "home") as library:
        library.use_vault(kit.a_vault())
        library.add_person(Person(HOME_PERSON))
        for name in NAMES:
            add(library, name)
        join_clinic(library, HOME_PERSON, clinic, THERE, clock)
        yield library


def add(library: Library, name: str, rows: int = 300) -> None:
    finalized(library.recordings, name, rows)
    library.scan()
    library.assign(name, HOME_PERSON)


def states(home: Library) -> list[SendingState]:
    (joined,) = ClinicRegister(home).all()
    return [one.state for one in SendingRegister(home.store).of_clinic(joined)][::-1]


def assert_there_once(home: Library, clinic: Library, names: list[str] = NAMES) -> None:
    assert sorted(entry.id for entry in clinic.find()) == sorted(names)
    for name in names:
        assert clinic.entry(name).person == THERE
        assert clinic.verify(name).ok
        for file in ("recording.json", "left.parquet"):
            there = (clinic.recordings / name / file).read_bytes()
            assert there == (home.recordings / name / file).read_bytes()


def test_sent_received_filed_opened(home: Library, clinic: Library, clock: Clock) -> None:
    """What both ends see of a recording on its way."""
    box = outbox(home, BadNetwork(clinic), clock)
    box.round()
    assert states(home) == [SendingState.RECEIVED] * 2
    assert file_all(clinic, clock.now) == 2
    clock.now += timedelta(minutes=1)
    box.round()
    assert states(home) == [SendingState.FILED] * 2
    assert_there_once(home, clinic)
    note_opened(clinic.store, NAMES[0], "Dr. A")
    clock.now += timedelta(hours=2)
    box.round()
    assert states(home) == [SendingState.OPENED, SendingState.FILED]
    assert not list((home.data_dir / "outbox").iterdir()), "parcels go when they are there"


CASES = [pytest.param(seed, id=str(seed)) for seed in range(10)]


@pytest.mark.parametrize("seed", CASES)
def test_killed_at_random_points_on_either_side(
    seed: int, home: Library, clinic: Library, clock: Clock
) -> None:
    """Each run with kills at several requests."""
    draw = random.Random(seed)
    points = set(draw.sample(range(1, 14), 4))
    kinds = ("killed before", "killed after")

    def trouble(_request: httpx2.Request, number: int) -> str:
        return draw.choice(kinds) if number in points else ""

    network = BadNetwork(clinic, trouble)
    for _ in range(12):
        try:
            outbox(home, network, clock).round()  # a new process each time: nothing is remembered
        except Killed:
            clock.now += timedelta(minutes=1)
            continue
        file_all(clinic, clock.now)
        clock.now += timedelta(hours=7)
    assert_there_once(home, clinic)
    assert all(state is SendingState.FILED for state in states(home))


@pytest.mark.parametrize("kind", ["cut before", "cut after", "half a body", "503", "twice"])
def test_a_bad_network(kind: str, home: Library, clinic: Library, clock: Clock) -> None:
    """Cut, answered by 503, bodies that lose their end, requests that arrive twice: a third of all."""
    network = BadNetwork(clinic, chosen_trouble(1, 0.34, [kind]))
    box = outbox(home, network, clock)
    for _ in range(80):
        box.round()
        file_all(clinic, clock.now)
        clock.now += timedelta(hours=8)
        if all(state is SendingState.FILED for state in states(home)):
            break
    assert_there_once(home, clinic)


@pytest.mark.parametrize("chance", [0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0])
def test_a_store_that_answers_503_for_an_hour(
    chance: float, home: Library, clinic: Library, clock: Clock
) -> None:
    """However a home's waits were drawn, all is there an hour after the clinic is back."""
    end = clock.now + timedelta(hours=1)
    network = BadNetwork(clinic, lambda _request, _number: "503" if clock.now < end else "")
    box = outbox(home, network, clock, chance)
    wait_s = box.round()
    while states(home) != [SendingState.RECEIVED] * 2:
        clock.now += timedelta(seconds=wait_s)
        assert clock.now < end + timedelta(hours=1), "once it answers, an hour is enough"
        wait_s = box.round()
    assert network.requests < 40, "it was not asked again and again"
    file_all(clinic, clock.now)
    assert_there_once(home, clinic)


def test_pieces_are_sent_at_the_rate_that_was_set(home: Library, clinic: Library, clock: Clock) -> None:
    begun = clock.now
    outbox(home, BadNetwork(clinic), clock, rate_bytes_per_s=1000.0).round()
    (joined,) = ClinicRegister(home).all()
    sent = sum(one.bytes for one in SendingRegister(home.store).of_clinic(joined))
    assert (clock.now - begun).total_seconds() == pytest.approx(sent / 1000, rel=0.01)


def test_without_a_rate_nothing_is_waited_for(home: Library, clinic: Library, clock: Clock) -> None:
    begun = clock.now
    outbox(home, BadNetwork(clinic), clock, rate_bytes_per_s=0.0).round()
    assert clock.now == begun and states(home) == [SendingState.RECEIVED] * 2


def test_two_outboxes_at_once(home: Library, clinic: Library, clock: Clock) -> None:
    """The second sends the same pieces between those of the first."""
    second = outbox(home, BadNetwork(clinic), clock)
    begun = 0

    def trouble(_request: httpx2.Request, number: int) -> str:
        nonlocal begun
        if number == 3 and not begun:
            begun = 1
            second.round()
        return ""

    outbox(home, BadNetwork(clinic, trouble), clock).round()
    file_all(clinic, clock.now)
    assert_there_once(home, clinic)


def test_withdrawn_consent_stops_it_and_asks_for_erasure(
    home: Library, clinic: Library, clock: Clock
) -> None:
    """In the middle of a recording: what is there in pieces goes, and the clinic's people see the wish."""

    def trouble(request: httpx2.Request, number: int) -> str:
        if number == 3:
            (consent,) = home.record(HOME_PERSON).consents.all()
            home.record(HOME_PERSON).consents.withdraw(consent.id, clock.now)
        return ""

    network = BadNetwork(clinic, trouble)
    box = outbox(home, network, clock)
    box.round()
    sent = network.seen.count("PATCH")
    clock.now += timedelta(hours=1)
    box.round()
    assert network.seen.count("PATCH") == sent, "not a piece after the withdrawal was seen"
    (sender,) = SenderRegister(clinic.store).all()
    assert sender.ended_utc is not None and sender.erasure_wished_utc is not None
    assert Filing(clinic).parcels.in_state(ParcelState.RECEIVING) == []
    assert states(home) == [] and not list((home.data_dir / "outbox").glob("*.parcel"))
    (joined,) = ClinicRegister(home).all()
    assert joined.acknowledged_utc is not None and joined.credential == ""
    assert clinic.count() == 0


def test_leaving_is_told_when_the_clinic_is_back(home: Library, clinic: Library, clock: Clock) -> None:
    network = BadNetwork(clinic, lambda *_: "cut before")
    box = outbox(home, network, clock)
    ClinicRegister(home).end(1, erase=False, now=clock.now)
    assert not home.record(HOME_PERSON).consents.current(clock.now), "leaving withdraws the consent"
    box.round()
    assert ClinicRegister(home).get(1).acknowledged_utc is None
    network.trouble = lambda *_: ""
    clock.now += timedelta(hours=1)
    box.round()
    (sender,) = SenderRegister(clinic.store).all()
    assert ClinicRegister(home).get(1).acknowledged_utc is not None
    assert sender.ended_utc is not None and sender.erasure_wished_utc is None


def test_a_credential_that_the_clinic_ended(home: Library, clinic: Library, clock: Clock) -> None:
    SenderRegister(clinic.store).end(1)
    network = BadNetwork(clinic)
    box = outbox(home, network, clock)
    box.round()
    assert "ask it for a new invitation" in ClinicRegister(home).get(1).problem
    asked = network.requests
    clock.now += timedelta(minutes=5)
    box.round()
    assert network.requests == asked, "it is not asked again at once"


def test_only_recordings_of_the_person_who_consented(home: Library, clinic: Library, clock: Clock) -> None:
    home.add_person(Person("bert"))
    for name, person in (("20260303T100000Z-00000003", "bert"), ("20260303T110000Z-00000004", None)):
        finalized(home.recordings, name)
        home.scan()
        home.assign(name, person)
    outbox(home, BadNetwork(clinic), clock).round()
    file_all(clinic, clock.now)
    assert_there_once(home, clinic)


def test_a_recording_that_cannot_be_read_holds_up_no_other(
    home: Library, clinic: Library, clock: Clock
) -> None:
    (home.recordings / NAMES[0] / "left.parquet").unlink()
    outbox(home, BadNetwork(clinic), clock).round()
    assert states(home) == [SendingState.WAITING, SendingState.RECEIVED]
    (joined,) = ClinicRegister(home).all()
    first = SendingRegister(home.store).of_clinic(joined)[-1]
    assert "left.parquet" in first.problem
    assert timedelta(hours=23) < first.next_utc - clock.now <= timedelta(days=1)


def test_a_recording_that_was_deleted_meanwhile_does_not_go(
    home: Library, clinic: Library, clock: Clock
) -> None:
    network = BadNetwork(clinic, lambda *_: "cut before")
    box = outbox(home, network, clock)
    box.round()
    home.delete(NAMES[0])
    network.trouble = lambda *_: ""
    clock.now += timedelta(hours=1)
    box.round()
    file_all(clinic, clock.now)
    assert_there_once(home, clinic, NAMES[1:])


def test_what_is_there_of_a_recording_that_was_deleted_meanwhile_goes(
    home: Library, clinic: Library, clock: Clock
) -> None:
    """An upload that was begun takes a place of the device's at the clinic."""

    def trouble(_request: httpx2.Request, number: int) -> str:
        if number == 3:
            home.delete(NAMES[0])
        return ""

    outbox(home, BadNetwork(clinic, trouble), clock).round()
    parcels = Filing(clinic).parcels
    assert parcels.in_state(ParcelState.RECEIVING) == []
    assert len(parcels.in_state(ParcelState.RECEIVED)) == 1


def test_a_clinic_that_lost_a_parcel_gets_it_again(home: Library, clinic: Library, clock: Clock) -> None:
    """As after a back-up was restored there."""
    box = outbox(home, BadNetwork(clinic), clock)
    box.round()
    filing = Filing(clinic)
    for parcel in filing.parcels.in_state(ParcelState.RECEIVED):
        filing.parcels.put_aside(parcel, "")
        filing.parcels.discard(parcel.id)
    clock.now += timedelta(minutes=1)
    box.round()
    clock.now += timedelta(minutes=1)
    box.round()
    file_all(clinic, clock.now)
    assert_there_once(home, clinic)


@pytest.mark.parametrize("days", [3, pytest.param(30, marks=[pytest.mark.soak, pytest.mark.slow])])
def test_days_of_a_home(days: int, home: Library, clinic: Library, clock: Clock) -> None:
    """In virtual time: two recordings a day, a fifth of all requests failing and none answered for a quarter
    of the time, home and clinic restarted now and then; everything is there once at the end."""
    draw, names = random.Random(7), list(NAMES)
    begun = clock.now
    end = begun + timedelta(days=days)
    away = (begun + timedelta(days=days * 0.3), begun + timedelta(days=days * 0.55))

    def trouble(_request: httpx2.Request, _number: int) -> str:
        if away[0] <= clock.now < away[1]:
            return "cut before"
        if clock.now >= end:
            return ""
        return draw.choice(["cut before", "cut after", "503", ""]) if draw.random() < 0.2 else ""

    network = BadNetwork(clinic, trouble)
    box, next_recording = outbox(home, network, clock, rate_bytes_per_s=100_000.0), clock.now
    while clock.now < end:
        if clock.now >= next_recording and clock.now < end - timedelta(days=1):
            names.append(f"{clock.now:%Y%m%dT%H%M%SZ}-{len(names):08x}")
            add(home, names[-1], rows=50)
            next_recording += timedelta(hours=12)
        if draw.random() < 0.05:
            box = outbox(home, network, clock, rate_bytes_per_s=100_000.0)
        clock.now += timedelta(seconds=max(box.round(), draw.choice([900, 3600, 7200])))
        if draw.random() < 0.3:
            file_all(clinic, clock.now)
    for _ in range(3):  # the line is sound by now; what waits its longest is asked for and sent
        clock.now += timedelta(hours=7)
        box.round()
        file_all(clinic, clock.now)
    assert len(names) == 2 * days
    assert_there_once(home, clinic, names)
    assert all(state is SendingState.FILED for state in states(home))
