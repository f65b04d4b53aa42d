"""The database of the library: places, transactions, migrations, errors in words, values as stored."""

import sqlite3
import sys
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from plantigrade.errors import MissingPartError
from plantigrade.library.catalogue import store as module
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import BUSY_S, FILE_NAME, REVISION, LibraryError, Store
from plantigrade.library.catalogue.tables import (
    EncryptedDate,
    EncryptedJson,
    EncryptedText,
    Utc,
    from_stored,
    to_stored,
    use_vault,
)
from plantigrade.library.keys.vault import KeyMissingError, MasterKey, Vault
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from tests.host.library.library_kit import PostgresServer

Open = Callable[[], Library]


@pytest.fixture
def made(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.bring_up_to_date()
    yield store
    store.close()


def test_where_the_database_is(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert (FILE_NAME, REVISION, BUSY_S) == ("library.sqlite", "0009", 20.0)
    assert module._MIGRATION_LOCK == 0x504C47, "versions old and new wait for each other with this number"
    assert store.shown_url == str(tmp_path / "library.sqlite") and store.is_sqlite
    other = Store(tmp_path, "postgresql://anna:secret@host/name")
    assert other.shown_url == "postgresql+psycopg://anna:***@host/name" and not other.is_sqlite
    assert other.url.drivername == "postgresql+psycopg"
    assert Store(tmp_path, f"sqlite:///{tmp_path}/x.db").shown_url == f"{tmp_path}/x.db"


def test_databases_that_are_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LibraryError) as refused:
        Store(tmp_path, "no url")
    assert str(refused.value) == (
        "the URL of the library is not understood; it looks like postgresql://user@host/name"
    )
    with pytest.raises(
        LibraryError, match=r"^flatfile://who:\*\*\*@host: no database of a kind that is known"
    ):
        Store(tmp_path, "flatfile://who:secret@host")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    texts = r"a PostgreSQL library needs the Python module psycopg.*'plantigrade\[postgresql\]'"
    with pytest.raises(MissingPartError, match=texts):
        Store(tmp_path, "postgresql://host/name")


def test_settings_of_sqlite(made: Store) -> None:
    with made.engine.connect() as connection:

        def pragma(name: str) -> object:
            return connection.exec_driver_sql(f"PRAGMA {name}").scalar()

        found = {
            name: pragma(name) for name in ("journal_mode", "foreign_keys", "synchronous", "secure_delete")
        }
        found["busy_timeout"] = pragma("busy_timeout")
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "secure_delete": 1,
        "busy_timeout": 20_000,
    }


LINE = "INSERT INTO audit (at_utc, actor, action, subject, detail) VALUES ('2026-01-01', 'a', 'b', 'c', '')"


def insert(store: Store, number: int) -> None:
    with store.write() as session:
        session.execute(sa.text(LINE))
        if number < 0:
            raise ValueError("changed my mind")


def count(store: Store) -> int:
    with store.read() as session:
        return session.scalar(sa.text("SELECT count(*) FROM audit")) or 0


def test_a_transaction_is_done_wholly_or_not_at_all(made: Store) -> None:
    insert(made, 1)
    with pytest.raises(ValueError, match="changed my mind"):
        insert(made, -1)
    assert count(made) == 1


def test_a_writer_waits_for_another_and_a_reader_does_not(made: Store) -> None:
    """A writer has its turn from its first statement on; readers see what was before."""
    order: list[str] = []

    def other() -> None:
        insert(made, 2)
        order.append("second")

    thread = threading.Thread(target=other)
    with made.write() as session:
        session.execute(sa.text("SELECT 1"))
        thread.start()
        assert count(made) == 0
        session.execute(sa.text(LINE))
        thread.join(0.05)
        assert count(made) == 0 and thread.is_alive()
        order.append("first")
    thread.join()
    assert order == ["first", "second"] and count(made) == 2


def test_waiting_has_an_end(made: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_S", 0.02)
    impatient = Store(Path(made.shown_url).parent)
    with made.write() as session:
        session.execute(sa.text("SELECT 1"))
        with pytest.raises(
            LibraryError, match="another program has been writing for more than 20 s; try again"
        ):
            insert(impatient, 1)
    impatient.close()


def test_switching_the_journal_waits_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """PRAGMA journal_mode does not wait by itself: it is tried again until it works or the time is over."""

    class Cursor:
        def __init__(self, *errors: str) -> None:
            self.errors, self.tries = list(errors), 0

        def execute(self, statement: str) -> None:
            assert statement == "PRAGMA journal_mode = WAL"
            self.tries += 1
            if self.errors:
                raise sqlite3.OperationalError(self.errors.pop(0))

    monkeypatch.setattr(module.time, "sleep", lambda _: None)
    patient = Cursor("database is locked", "database is locked")
    module._set_wal(patient)
    assert patient.tries == 3
    broken = Cursor("disk I/O error", "x")
    with pytest.raises(sqlite3.OperationalError, match="disk I/O"):
        module._set_wal(broken)
    assert broken.tries == 1
    monkeypatch.setattr(module, "BUSY_S", -1.0)
    late = Cursor("database is locked", "database is locked")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        module._set_wal(late)
    assert late.tries == 1


@pytest.mark.parametrize(
    ("message", "texts"),
    [
        ("file is not a database", "is no library file, or is damaged; put it away: recordings are found "
         "again by themselves, names, tags and notes come from a backup"),
        ("database disk image is malformed", "is damaged; restore it from a backup, or put it away: "
         "recordings are found again by themselves"),
        ("database or disk is full", "the disk is full; nothing was changed"),
        ("disk I/O error", "the disk failed or is full; nothing was changed"),
        ("database is locked", "another program has been writing for more than 20 s; try again"),
        ("attempt to write a readonly database", "cannot be written"),
        ("unable to open database file", "cannot be opened; check that its folder exists and may be written"),
        ("something\n  else", "the database says: something else"),
    ],
)  # fmt: skip
def test_errors_with_readable_errors(message: str, texts: str, made: Store) -> None:
    of_driver = sqlite3.OperationalError(message)  # as rows that are read past SQLAlchemy give it

    def fail(error: Exception) -> None:
        with made.read():
            raise error

    for error in (OperationalError("SELECT secret", {}, of_driver), of_driver):
        with pytest.raises(LibraryError) as reported:
            fail(error)
        assert str(reported.value) == f"{made.shown_url}: {texts}"


def test_an_error_without_a_database_names_its_kind(made: Store) -> None:
    def fail() -> None:
        with made.write():
            raise SQLAlchemyError("value that nobody may see")

    with pytest.raises(LibraryError) as reported:
        fail()
    assert str(reported.value) == f"{made.shown_url}: the database says: SQLAlchemyError"


def test_a_missing_key_is_not_wrapped(made: Store) -> None:
    def fail() -> None:
        with made.read():
            raise SQLAlchemyError("wrapped") from KeyMissingError("no key")

    with pytest.raises(KeyMissingError, match=r"^no key$"):
        fail()


def test_revisions(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.revision() is None
    store.bring_up_to_date("0001")
    assert store.revision() == "0001"
    store.bring_up_to_date()
    assert store.revision() == "0009"
    store.bring_up_to_date()
    with store.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(LibraryError) as newer:
        store.bring_up_to_date()
    assert str(newer.value) == (
        f"{store.shown_url}: was made by a newer version of plantigrade (its tables have revision 0099, this "
        "version knows 0009); update plantigrade"
    )
    store.close()


def test_traces_are_wiped_when_nobody_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_S", 0.02)
    made = Store(tmp_path)
    made.bring_up_to_date()
    insert(made, 1)
    log = Path(f"{made.shown_url}-wal")
    assert log.stat().st_size > 0
    with made.read() as session:
        session.execute(sa.text("SELECT count(*) FROM audit")).all()
        insert(made, 2)
        assert made.wipe_traces() is False
    assert made.wipe_traces() is True and log.stat().st_size == 0
    made.close()


def test_traces_in_any_database(library: Library) -> None:
    assert library.store.wipe_traces() is True
    assert library.store.wipe_traces(thoroughly=True) is True


def test_a_table_that_others_read_is_wiped_as_far_as_it_goes(
    postgres: PostgresServer, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A table cannot be written anew while someone reads it: that is answered, and never waited for."""
    monkeypatch.setattr(module, "BUSY_S", 1.0)
    with Library(data, postgres.empty_database()) as library:
        with library.store.read() as session:
            session.execute(sa.text("SELECT count(*) FROM people")).all()
            assert library.store.wipe_traces(thoroughly=True) is False
        assert library.store.wipe_traces(thoroughly=True) is True


def test_two_first_openings_make_one_library(open_library: Open) -> None:
    assert open_library().uuid == open_library().uuid
    with open_library().store.read() as session:
        assert session.execute(sa.text("SELECT id, key_id FROM library")).all() == [(1, None)]


def test_an_opening_that_fails_closes_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    monkeypatch.setattr(Store, "close", lambda _store: closed.append(True))
    monkeypatch.setattr(Library, "_tidy", lambda _: (_ for _ in ()).throw(LibraryError("no")))
    with pytest.raises(LibraryError, match="no"):
        Library(tmp_path)
    assert closed == [True]


def test_texts_as_they_are_stored() -> None:
    """Plain texts stand as they are, but those that look like marks are marked as plain."""
    vault, other = Vault([MasterKey.new()]), Vault([MasterKey.new()])
    assert to_stored("Anna", None) == "Anna" and from_stored("Anna", None) == "Anna"
    assert to_stored("pg0$x", None) == "pg0$pg0$x" and from_stored("pg0$pg0$x", None) == "pg0$x"
    assert to_stored("pg1$x", None) == "pg0$pg1$x" and from_stored("pg0$pg1$x", None) == "pg1$x"
    finalized = to_stored("Anna", vault)
    assert (
        finalized.startswith("pg1$") and "Anna" not in finalized and from_stored(finalized, vault) == "Anna"
    )
    assert from_stored("Anna", vault) == "Anna", "what was written before the library had a key"
    with pytest.raises(KeyMissingError, match="the library is encrypted and its key is not at hand"):
        from_stored(finalized, None)
    with pytest.raises(KeyMissingError, match="an entry of the catalogue cannot be decrypted with key"):
        from_stored(finalized, other)


def test_values_as_they_are_stored(made: Store) -> None:
    dialect, vault = made.engine.dialect, Vault([MasterKey.new()])
    text, day, document, time = EncryptedText(), EncryptedDate(), EncryptedJson(), Utc()

    def read(kind: sa.TypeDecorator[Any], stored: object) -> object:
        convert = kind.result_processor(dialect, None)
        assert convert is not None
        return convert(stored)

    for kind in (text, day, document, time):
        assert kind.process_bind_param(None, dialect) is None
        assert read(kind, None) is None
    assert day.process_bind_param(date(1951, 3, 9), dialect) == "1951-03-09"
    assert document.process_bind_param({"a": [1, 2]}, dialect) == '{"a":[1,2]}'
    assert read(text, "plain") == "plain"
    assert read(text, "pg0$pg0$") == "pg0$"
    berlin = datetime(2026, 3, 1, 13, tzinfo=timezone(timedelta(hours=1)))
    assert time.process_bind_param(berlin, dialect) == datetime(2026, 3, 1, 12)
    noon = "2026-03-01 12:00:00.000000" if made.is_sqlite else datetime(2026, 3, 1, 12)
    assert read(time, noon) == datetime(2026, 3, 1, 12, tzinfo=UTC)
    use_vault(dialect, vault)
    for kind, value in ((text, "Anna"), (day, date(1951, 3, 9)), (document, {"a": 1})):
        stored = kind.process_bind_param(value, dialect)
        assert stored.startswith("pg1$") and read(kind, stored) == value
    use_vault(dialect, None)
    use_vault(dialect, None)
    assert text.process_bind_param("Anna", dialect) == "Anna"
