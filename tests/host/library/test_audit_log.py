"""Who did and who read what: by whom, once an hour, and of nobody once a person is erased."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from plantigrade.library.catalogue import audit as module
from plantigrade.library.catalogue.audit import SERVICE, acting_as, actor
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import LibraryError
from plantigrade.library.entries import Person, Tag
from plantigrade.library.person.entries import BodyMeasure

from tests.host.library.library_kit import FIRST, finalized


class Clock(datetime):
    """The time of the log, which tests set."""

    at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:
        return cls.at


@pytest.fixture
def library(one_person: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    Clock.at = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    monkeypatch.setattr(module, "datetime", Clock)
    with Library(one_person) as library:
        yield library


def reads(library: Library) -> list[tuple[str, str]]:
    """Who read what of P001, oldest first."""
    found = reversed(library.record("P001").accesses())
    return [(access.actor, access.what) for access in found if access.action == "read"]


def test_who_acts_is_the_account_unless_someone_is_named() -> None:
    account = actor()
    with acting_as("Dr A"):
        assert actor() == "Dr A"
        with acting_as("x" * 300):
            assert actor() == "x" * 200
        assert actor() == "Dr A"
    assert actor() == account


def test_each_task_and_its_threads_act_for_their_own() -> None:
    async def ask(name: str) -> tuple[str, str]:
        with acting_as(name):
            await asyncio.sleep(0)
            return actor(), await asyncio.to_thread(actor)

    async def both() -> list[tuple[str, str]]:
        return list(await asyncio.gather(ask("a"), ask("b")))

    assert asyncio.run(both()) == [("a", "a"), ("b", "b")]


def test_reading_is_logged_once_an_hour_for_each_reader_and_kind(library: Library) -> None:
    with acting_as("Dr A"):
        for _ in range(3):
            library.record("P001").diary.entries()
            library.person("P001")
            library.people()
    with acting_as("Dr B"):
        library.record("P001").diary.entries()
    assert reads(library) == [("Dr A", "diary"), ("Dr A", "person"), ("Dr A", "list"), ("Dr B", "diary")]
    Clock.at += timedelta(minutes=30)
    with acting_as("Dr A"):
        library.record("P001").diary.entries()
    assert reads(library)[4:] == [("Dr A", "diary")], "the next hour"


def test_another_program_does_not_log_the_same_hour_again(library: Library, one_person: Path) -> None:
    with acting_as("Dr A"):
        library.person("P001")
        with Library(one_person) as other:
            other.person("P001")
    assert reads(library) == [("Dr A", "person")]


def test_opening_a_recording_reads_the_wearers_data(library: Library) -> None:
    finalized(library.recordings, FIRST, rows=10)
    library.scan()
    with acting_as("Dr A"):
        library.open(FIRST)
        assert reads(library) == []
        library.assign(FIRST, "P001")
        library.open(FIRST)
    assert reads(library) == [("Dr A", "recordings")]


def test_what_the_service_reads_is_not_logged_and_what_it_changes_is(library: Library) -> None:
    with acting_as(SERVICE):
        library.record("P001").body.all()
        library.record("P001").body.add(BodyMeasure(date(2026, 3, 1), 70.0))
    newest = library.record("P001").accesses()[0]
    assert (newest.actor, newest.action, newest.what) == (SERVICE, "change record", "body")
    assert reads(library) == []


def test_a_line_that_cannot_be_written_waits_and_nobody_is_kept_from_reading(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise LibraryError("the disk is full")

    with acting_as("Dr A"):
        with monkeypatch.context() as patch:
            patch.setattr(library.read_log, "_write", full)
            assert library.record("P001").diary.entries() == []
        assert reads(library) == []
        Clock.at += timedelta(hours=1)
        library.record("P001").body.all()
    log = [access for access in library.record("P001").accesses() if access.action == "read"]
    assert sorted((access.what, access.at_utc.hour) for access in log) == [("body", 13), ("diary", 12)]


def test_a_person_who_reads_is_named_by_key(library: Library) -> None:
    """The account of a patient is called by the code: the log holds the key, and people see the code."""
    library.add_person(Person("P002"))
    with acting_as("P002"):
        library.record("P001").diary.entries()
        library.tag(_recording(library), [Tag("other", "secret words")])
    assert reads(library) == [("P002", "diary")]
    with library.store.read() as session:
        stored = session.execute(sa.text("SELECT actor, subject, detail FROM audit")).all()
    assert not [row for row in stored if {"P001", "P002"} & set(row)]
    library.erase_person("P002")
    (reader,) = {access.actor for access in library.record("P001").accesses() if access.what == "diary"}
    assert re.fullmatch("[0-9a-f]{32}", reader), "the key of nobody"
    assert "secret" not in str(stored)


def _recording(library: Library) -> str:
    finalized(library.recordings, FIRST, rows=10)
    library.scan()
    return FIRST


def test_the_log_of_a_person_is_asked_for_by_code(library: Library) -> None:
    with acting_as("Dr A"):
        library.change_person(Person("P001", "Anna"))
        library.assign(_recording(library), "P001")
    assert [line.action for line in library.audit("P001")] == ["add person", "change person"]
    assert [(line.action, line.detail) for line in library.audit(FIRST)] == [
        ("add", "insole"),
        ("assign", "P001"),
    ]
    library.erase_person("P001")
    assert library.audit("P001") == []
    library.add_person(Person("P001"))
    assert [line.action for line in library.audit("P001")] == ["add person"], "another person"
    key = library.audit(FIRST)[1].detail
    assert re.fullmatch("[0-9a-f]{32}", key)
    assert [line.action for line in library.audit(key)] == ["add person", "change person", "erase person"]
