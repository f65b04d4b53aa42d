"""Catalogues of every released version, frozen as SQL, are brought up to date with all that they hold."""

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import FILE_NAME, REVISION, Store
from plantigrade.library.catalogue.tables import Base
from plantigrade.library.entries import Filter, Person, Tag

from tests.host.library.freeze_release import FROZEN
from tests.host.library.library_kit import finalized

Open = Callable[[], Library]
RELEASED = sorted({path.name.split(".", 1)[0] for path in FROZEN.glob("*.sql")})
KEY = re.compile("[0-9a-f]{32}")
NAME = "20260301T100000Z-00000001"


def load(revision: str, data: Path, url: str | None) -> None:
    """Put a frozen catalogue where a library is opened."""
    kind = "sqlite" if url is None else "postgresql"
    text = (FROZEN / f"{revision}.{kind}.sql").read_text(encoding="utf-8")
    finalized(data / "recordings", NAME)
    if url is None:
        connection = sqlite3.connect(data / FILE_NAME)
        connection.executescript(text)
        connection.close()
        return
    store = Store(data, url)
    with store.engine.connect() as server:
        server.connection.cursor().execute(text)
        server.connection.commit()
    store.close()


@pytest.mark.parametrize("revision", RELEASED)
def test_upgrade_from_every_released_version(
    revision: str, open_library: Open, data: Path, url: str | None
) -> None:
    load(revision, data, url)
    library = open_library()
    (entry,) = library.find(Filter(person="P001", tags=(Tag("shoe", "trail"),), device="A1B2C3"))
    assert (entry.id, entry.title, entry.frames_recorded) == (NAME, "first", 300)
    recording = library.open(entry.id)
    assert recording.person is not None
    assert (recording.person.name, recording.person.weight_kg) == ("Grüße", 81.5)
    assert [(note.text, note.at_s) for note in recording.notes] == [("limps", 1.5)]
    assert [stored.document for stored in recording.analyses] == [{"both": {}}]
    assert [(a.rule, a.from_s, a.to_s, a.origin) for a in recording.alerts] == [
        ("one_sided_load", 1.0, None, "live")
    ]
    assert library.audit(NAME)[0].action == "add"
    assert library.uuid == "0f9a3f6e-1111-4222-8333-444455556666"
    library.note(NAME, "written by the new version")
    assert len(library.open(NAME).notes) == 2, "numbers of new entries go on where the old ones ended"


def test_the_log_of_the_second_release_names_people_by_keys(
    open_library: Open, data: Path, url: str | None
) -> None:
    """The one who is there by one key; those who were erased by others, also under the same code."""
    load("0002", data, url)
    library = open_library()
    with library.store.read() as session:
        key = session.scalar(sa.text("SELECT audit_key FROM people WHERE code = 'P001'"))
        stored = session.execute(sa.text("SELECT action, subject, detail FROM audit ORDER BY id")).all()
    assert not [row for row in stored if "P001" in (row.subject, row.detail) or "P002" in tuple(row)]
    names = {key: "the one who is there"}
    shown = [
        tuple(names.setdefault(text, f"erased {len(names)}") if KEY.fullmatch(text) else text for text in row)
        for row in stored
    ]
    assert shown == [
        ("add", NAME, "insole"),
        ("add person", "erased 1", ""),
        ("assign", "20260201T100000Z-0000000f", "erased 1"),
        ("erase person", "erased 1", "1 recordings"),
        ("add person", "the one who is there", ""),
        ("assign", NAME, "the one who is there"),
        ("tag", NAME, "shoe, other"),
        ("change person", "the one who is there", ""),
        ("add person", "erased 2", ""),
        ("assign", NAME, "erased 2"),
        ("assign", NAME, "nobody"),
        ("assign", NAME, "the one who is there"),
        ("erase person", "erased 2", "0 recordings"),
    ]
    assert [line.action for line in library.audit("P001")] == ["add person", "change person"]
    assert library.audit("P002") == []
    assert [access.action for access in library.record("P001").accesses()] == ["change person", "add person"]
    assert library.record("P001").body.at(date(2026, 3, 1)).weight_kg == 81.5
    assert library.add_person(Person("P002")).code == "P002"


@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index")
@pytest.mark.parametrize("revision", RELEASED)
def test_migrated_tables_are_those_of_a_new_library(revision: str, data: Path, url: str | None) -> None:
    load(revision, data, url)
    store = Store(data, url)
    store.bring_up_to_date()
    assert store.revision() == REVISION
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    store.close()


def in_order(found: Any) -> str:
    """A description of tables as text: keys sorted, conditions of indexes as they were written."""
    return json.dumps(found, sort_keys=True, default=str)


def tables_of(store: Store) -> dict[str, object]:
    """All that a database says of its tables, in an order of its own."""
    found = sa.inspect(store.engine)
    return {
        name: {
            "columns": sorted(map(in_order, found.get_columns(name))),
            "key": in_order(found.get_pk_constraint(name)),
            "others": sorted(map(in_order, found.get_foreign_keys(name))),
            "indexes": sorted(map(in_order, found.get_indexes(name))),
            "unique": sorted(map(in_order, found.get_unique_constraints(name))),
            "checks": sorted(map(in_order, found.get_check_constraints(name))),
        }
        for name in found.get_table_names()
    }


def done_by_the_server(store: Store) -> list[str]:
    """Functions and triggers of PostgreSQL as they are made."""
    if store.is_sqlite:
        return []
    functions = (
        "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    )
    with store.read() as session:
        return sorted(text for query in functions for text in session.scalars(sa.text(query)))


def test_tables_made_at_once_are_those_that_all_migrations_make(data: Path, url: str | None) -> None:
    data.mkdir(parents=True, exist_ok=True)
    step_by_step = Store(data, url)
    step_by_step.bring_up_to_date("0001")
    step_by_step.bring_up_to_date()
    expected, revision = tables_of(step_by_step), step_by_step.revision()
    by_itself = done_by_the_server(step_by_step)
    with step_by_step.engine.begin() as connection:
        everything = sa.MetaData()
        everything.reflect(connection)
        everything.drop_all(connection)
    assert step_by_step.revision() is None
    step_by_step.bring_up_to_date()
    assert (tables_of(step_by_step), step_by_step.revision()) == (expected, revision)
    assert done_by_the_server(step_by_step) == by_itself
    assert step_by_step.is_sqlite or len(by_itself) == 9
    step_by_step.close()


@pytest.mark.parametrize("revision", ["", *RELEASED])
def test_migrated_texts_have_the_lengths_of_the_tables(revision: str, data: Path, url: str | None) -> None:
    """PostgreSQL cuts nothing off and refuses what is longer, so that a length is part of the format. Without
    a revision: a new library."""
    data.mkdir(parents=True, exist_ok=True)
    if revision:
        load(revision, data, url)
    store = Store(data, url)
    store.bring_up_to_date()
    inspector = sa.inspect(store.engine)
    compared = 0
    for table in Base.metadata.sorted_tables:
        found = {column["name"]: column["type"] for column in inspector.get_columns(table.name)}
        for column in table.columns:
            if isinstance(column.type, sa.String) and column.type.length is not None:
                length = getattr(found[column.name], "length", None)
                assert length == column.type.length, f"{table.name}.{column.name}"
                compared += 1
    store.close()
    assert compared > 20


def test_a_library_of_a_newer_version_is_left_alone(open_library: Open) -> None:
    from plantigrade.library.catalogue.store import LibraryError

    library = open_library()
    with library.store.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LibraryError, match="newer version of plantigrade"):
        open_library()


def test_titles_and_counts_of_the_version_before_are_found(data: Path, url: str | None) -> None:
    """Capitals beyond ASCII, a title that looks like an encrypted one, and one that is being erased."""
    data.mkdir(parents=True, exist_ok=True)
    store = Store(data, url)
    store.bring_up_to_date("0008")
    titles = {"a": "\u00c4RGER", "b": "pg0$pg1$ odd", "c": "Walk 7", "d": "gone"}
    entered = sa.text(
        "INSERT INTO recordings (id, kind, title, order_ns, feet, sample_rate_hz, frames_recorded,"
        " frames_missing, bytes, books_sha256, source, added_utc, erasing)"
        " VALUES (:name, 'insole', :title, 5, 'left', 100, 1, 0, 1, '', '', '2026-03-01', :gone)"
    )
    with store.write() as session:
        for name, title in titles.items():
            session.execute(entered, {"name": name, "title": title, "gone": name == "d"})
    store.close()
    with Library(data, url) as library:
        assert library.count() == len(library.find()) == 3
        for text, found in (("\u00e4rg", "a"), ("PG1$", "b"), ("wAL", "c"), ("gone", "")):
            assert "".join(one.id for one in library.find(Filter(text=text))) == found
