"""Back-up and restore of a clinic: the commands of docs/how-to/clinic-server.md, into an empty machine."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from plantigrade.library.entries import Person, Tag
from plantigrade.library.person.entries import Consent, DataKind

from tests.host.library.clinic_machine import DATABASE, Machine, commands
from tests.host.library.command_line import reported
from tests.host.library.library_kit import FIRST, SECOND, PostgresServer, finalized

LATE = "20260303T100000Z-00000003"


@pytest.fixture
def machine(tmp_path: Path, postgres: PostgresServer) -> Iterator[Machine]:
    if shutil.which("rsync") is None:
        pytest.skip("no rsync is installed; tests/host/library/install_postgres installs it")
    made = Machine(tmp_path, postgres)
    made.make_database()
    yield made
    made.remove_database()


def fill(machine: Machine) -> None:
    """An encrypted library: two recordings of a person with a name, a tag, a note and a consent."""
    where = ("--library", machine.url, "--key-file", str(machine.key))
    reported(machine.data, "keys", "new", *where)
    with machine.open() as library:
        for name in (FIRST, SECOND):
            finalized(library.recordings, name)
        library.scan()
        library.add_person(Person("P001", "Anna"))
        library.assign(FIRST, "P001")
        library.rename(FIRST, "first day")
        library.tag(FIRST, [Tag("shoe", "trail")])
        library.note(FIRST, "limps", 1.5)
        given = Consent("Clinician", tuple(DataKind), "care", datetime.now(UTC), None, "1", "P001")
        library.record("P001").consents.give(given)


def all_of(machine: Machine) -> tuple[object, ...]:
    """Everything that the library says, of what was there before the late recording."""
    with machine.open() as library:
        entries = {entry.id: entry for entry in library.find()}
        first = library.open(FIRST)
        counts = [library.open(name).counts("left").tobytes() for name in (FIRST, SECOND)]
        consents = library.record("P001").consents.all()
        return entries[FIRST], entries[SECOND], first.notes, library.people(), consents, counts


def test_a_back_up_becomes_the_clinic_again_in_an_empty_place(machine: Machine) -> None:
    """A recording comes while the back-up is made, between the database and the folder."""
    fill(machine)
    before = all_of(machine)
    database, folder = commands()[0].splitlines()
    machine.run(database)
    finalized(machine.data / "recordings", LATE)
    machine.run(folder)
    machine.run(f"dropdb {DATABASE}")
    shutil.rmtree(machine.data)  # the key comes from elsewhere
    shown = machine.run(commands()[1])
    assert shown.splitlines() == [
        line
        for name in (FIRST, SECOND, LATE)
        for line in (f"{name}: sound", "  left: 300 frames requested = 300 recorded + 0 missing")
    ]
    assert all_of(machine) == before
    with machine.open() as library:
        assert library.count() == 3 and library.verify_all()[0].ok


def test_what_a_back_up_lacks_is_named(machine: Machine) -> None:
    """The folder of a recording did not come along: verification says so, and nothing else changes."""
    fill(machine)
    machine.run(commands()[0])
    machine.run(f"dropdb {DATABASE}")
    shutil.rmtree(machine.data)
    shutil.rmtree(machine.folder / "backup/data/recordings" / SECOND)
    machine.run(commands()[1].replace("plantigrade sessions verify\n", ""))
    with machine.open() as library:
        verdicts = {one.id: one.ok for one in library.verify_all()}
    assert verdicts == {FIRST: True, SECOND: False}
