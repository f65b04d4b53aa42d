"""What is stored of a person is exported whole, erased without a trace, and encrypted with the library."""

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from plantigrade.library.catalogue.data_export import export_person
from plantigrade.library.catalogue.encrypted_columns import ENCRYPTED_COLUMNS
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import Base
from plantigrade.library.entries import Person
from plantigrade.library.keys.master_key import KEY_VARIABLE
from plantigrade.library.keys.vault import MasterKey

from tests.host.library.library_kit import FIRST, PostgresServer, finalized
from tests.host.library.record_kit import files_with, person_with_everything

WORD = "zyxwvu"
Open = Callable[[], Library]


@pytest.fixture
def full(open_library: Open) -> Library:
    """A library with a person of whom everything is known, and another one of whom only the name is."""
    library = open_library()
    finalized(library.recordings, FIRST, rows=20)
    person_with_everything(library, "P001", WORD, FIRST)
    library.add_person(Person("P002", "someone else"))
    return library


@pytest.fixture
def disk(data: Path, url: str | None, request: pytest.FixtureRequest) -> Iterator[list[Path]]:
    """Where the bytes of the library are, the database server's as well."""
    folders = [data]
    if url is not None:
        server: PostgresServer = request.getfixturevalue("postgres")
        folders.append(server.data)
    yield folders


def make_busy(library: Library) -> None:
    """A server that writes much keeps more files of its log, and in them what it will use again."""
    if library.store.is_sqlite:
        return
    with library.store.engine.connect() as connection:
        autonomous = connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in (
            "CREATE TABLE busy AS SELECT generate_series(1, 2000000) AS number",
            "CHECKPOINT",
            "DROP TABLE busy",
        ):
            autonomous.execute(sa.text(statement))


def of_person(library: Library) -> dict[str, int]:
    """Rows of the tables that belong to people."""
    counts: dict[str, int] = {}
    with library.store.read() as session:
        for table in Base.metadata.sorted_tables:
            if "person_id" in table.columns and table.name != "recordings":
                counts[table.name] = session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    return counts


def test_a_person_has_something_in_every_table(full: Library) -> None:
    assert all(of_person(full).values()), of_person(full)
    assert full.record("P001").problems() == ()


def test_erasing_a_person_leaves_nothing_on_the_disk(full: Library, disk: list[Path]) -> None:
    make_busy(full)
    assert files_with(disk, WORD), "the word is there before"
    key = full.record("P001")._access.audit_key
    assert full.erase_person("P001") == 1
    assert not any(of_person(full).values())
    with full.store.read() as session:
        log = session.execute(sa.text("SELECT actor, subject, detail FROM audit")).all()
        assert (
            session.scalar(sa.text("SELECT count(*) FROM people WHERE audit_key = :key"), {"key": key}) == 0
        )
    assert [row for row in log if row.subject == key], "what was done stays"
    assert not [row for row in log if WORD in str(row).lower() or "P001" in str(row)]
    assert [person.code for person in full.people()] == ["P002"]
    full.close()
    assert files_with(disk, WORD) == []


def test_an_encrypted_library_shows_nothing_of_the_record(open_library: Open, disk: list[Path]) -> None:
    """Readable are tags, serials, codes, who entered something, and names of channels."""
    library = open_library()
    change_key(library, MasterKey.new())
    finalized(library.recordings, FIRST, rows=20)
    record = person_with_everything(library, "P001", WORD, FIRST, readable="harmless")
    for column, stored in sensitive(library):
        assert stored and all(text.startswith("pg1$") for text in stored), column
    assert record.diary.entries()[0].note == WORD
    library.close()
    assert files_with(disk, WORD) == [] and files_with(disk, "harmless") != []


def sensitive(library: Library) -> Iterator[tuple[str, list[str]]]:
    """Texts of the encrypted columns as they stand in the database."""
    with library.store.read() as session:
        for column in ENCRYPTED_COLUMNS:
            raw = sa.select(sa.type_coerce(column, sa.Text)).where(column.is_not(None))
            yield str(column), list(session.scalars(raw))


def test_a_new_key_holds_for_every_column(full: Library) -> None:
    change_key(full, MasterKey.new())
    old = full.vault
    before = full.record("P001").as_json()
    change_key(full, MasterKey.new())
    assert old is not None and full.vault is not None and full.vault.key_id != old.key_id
    for column, stored in sensitive(full):
        assert stored, column
        assert all(full.vault.open(text.removeprefix("pg1$"), column) is not None for text in stored)
    assert full.record("P001").as_json() == before
    assert WORD in json.dumps(before)


def test_the_export_holds_every_part(full: Library, tmp_path: Path) -> None:
    export_person(full, "P001", tmp_path / "p.zip")
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        found = json.loads(archive.read("record.json"))
        log = json.loads(archive.read("audit.json"))
    record = full.record("P001")
    assert found["schema"] == "plantigrade.person-record/1" and found["cannot_be_read"] == []
    assert {part.what for part in record.parts} < set(found)
    for part in record.parts:
        assert found[part.what] == json.loads(json.dumps(part.as_json())), part.what
        assert found[part.what], part.what
    without_word = [part.what for part in record.parts if WORD not in json.dumps(found[part.what])]
    assert without_word == ["days"], "numbers alone"
    assert (found["goals"][0]["done"], found["plans"][0]["verdicts"]) != ([], [])
    assert found["footwear"][0]["worn"] == [{"from_utc": "2026-03-01T12:00:00+00:00", "to_utc": None}]
    assert {line["subject"] for line in log} == {"P001"} and log[-1]["action"] == "export person"


def test_an_encrypted_record_is_exported_in_plain(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = MasterKey.new()
    monkeypatch.setenv(KEY_VARIABLE, key.text)
    with Library(data) as library:
        change_key(library, key)
        finalized(library.recordings, FIRST, rows=20)
        person_with_everything(library, "P001", WORD, FIRST)
        assert export_person(library, "P001", tmp_path / "p.zip") == 1
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        assert archive.read("record.json").decode().count(WORD) > 20
    with Library(data) as library:
        assert library.record("P001").diary.entries()[0].note == WORD
