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
from plantigrade.library.catalogue.encrypted_columns import ENCRYPTED_COLUMNS
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import BUSY_S, FILE_NAME, REVISION, LibraryError, Store
from plantigrade.library.catalogue.tables import (
    Base,
    EncryptedDate,
    EncryptedJson,
    EncryptedText,
    Utc,
    from_stored,
    to_stored,
    use_vault,
)
from plantigrade.library.entries import Tag
from plantigrade.library.keys.vault import KeyMissingError, MasterKey, Vault
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from tests.host.library.library_kit import PostgresServer, finalized

Open = Callable[[], Library]


@pytest.fixture
def made(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.bring_up_to_date()
    yield store
    store.close()


def test_where_the_database_is(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert (FILE_NAME, REVISION, BUSY_S) == ("library.sqlite", "0007", 20.0)
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
    def fail() -> None:
        with made.read():
            raise OperationalError("SELECT secret", {}, sqlite3.OperationalError(message))

    with pytest.raises(LibraryError) as reported:
        fail()
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
    assert store.revision() == "0007"
    store.bring_up_to_date()
    with store.write() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(LibraryError) as newer:
        store.bring_up_to_date()
    assert str(newer.value) == (
        f"{store.shown_url}: was made by a newer version of plantigrade (its tables have revision 0099, this "
        "version knows 0007); update plantigrade"
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


def test_what_says_something_of_a_person_is_sealed() -> None:
    assert sorted(str(column) for column in ENCRYPTED_COLUMNS) == [
        "accounts.totp_secret", "alert_answers.document", "alerts.document", "analyses.document",
        "baseline_days.document", "baseline_days.tag", "body_measures.document", "body_measures.measured_on",
        "cautions.document", "clinic_keys.secret", "clinics.address", "clinics.credential", "clinics.name",
        "clinics.problem", "clinics.there", "consents.document", "deliveries.document",
        "diary_entries.document",
        "footwear.name", "footwear.remark", "goals.document", "goals_done.document",
        "insole_keys.next_secret", "insole_keys.secret", "insole_log_keys.secret", "invitations.document",
        "notes.text", "parcels.problem", "people.birth_date", "people.name", "people.remark",
        "person_notes.text",
        "person_settings.document", "plan_verdicts.document", "plans.document", "recordings.source",
        "recordings.title", "rule_edits.document", "senders.device", "sendings.opened_by",
        "visits.document", "wear_days.document",
    ]  # fmt: skip


OF_ACCOUNT = "account_id > accounts.id CASCADE"
SECRETS = {  # of accounts: what each is found by
    "account_sessions": "token_sha256",
    "passkey_challenges": "challenge_sha256",
    "passkeys": "credential_id",
    "sign_in_links": "link_sha256",
}
SHAPE_OF_ACCOUNTS = {
    **{
        table: (
            ["id"], [OF_ACCOUNT],
            [(f"ix_{table}_account_id", False), (f"uq_{table}_{secret}", True)],
        )
        for table, secret in SECRETS.items()
    },
    "accounts": (
        ["id"], ["person_id > people.id CASCADE"],
        [("ix_accounts_person_id", False), ("uq_accounts_name", True)],
    ),
    "invitations": (
        ["id"], ["consent_id > consents.id SET NULL", "person_id > people.id CASCADE"],
        [("ix_invitations_person_id", False), ("uq_invitations_code_sha256", True)],
    ),
    "recovery_codes": (["id"], [OF_ACCOUNT], [("ix_recovery_codes_account_id", False)]),
}  # fmt: skip


OF_RECORDING = "recording_id > recordings.id CASCADE"
OF_PERSON = "person_id > people.id CASCADE"
SHAPE_OF_THE_REST = {
    "person_settings": (["person_id"], [OF_PERSON], []),
    "footwear_periods": (
        ["id"], ["footwear_id > footwear.id CASCADE", OF_PERSON],
        [("ix_footwear_periods_footwear_id", False), ("ix_footwear_periods_person_id", False)],
    ),
    "insole_assignments": (
        ["id"], [OF_PERSON],
        [("ix_insole_assignments_person_id", False), ("ix_insole_assignments_serial", False)],
    ),
    "goals_done": (
        ["id"], ["goal_id > goals.id CASCADE", OF_PERSON],
        [("ix_goals_done_person_id", False), ("uq_goals_done_goal_id_day", True)],
    ),
    "plan_verdicts": (
        ["id"], [OF_PERSON, "plan_id > plans.id CASCADE"],
        [("ix_plan_verdicts_person_id", False), ("uq_plan_verdicts_plan_id_day", True)],
    ),
    "wear_days": (
        ["id"], [OF_PERSON, OF_RECORDING],
        [("ix_wear_days_person_id_day", False), ("uq_wear_days_recording_id_day", True)],
    ),
    "alerts": (["id"], [OF_RECORDING], [("ix_alerts_recording_id", False)]),
    "analyses": (["id"], [OF_RECORDING], [("uq_analyses_of_recording", True)]),
    "audit": (["id"], [], [("ix_audit_subject", False)]),
    "devices": (["serial"], [], []), "insole_keys": (["serial"], [], []),
    "insole_log_keys": (["id"], [], [("ix_insole_log_keys_serial", False)]),
    "library": (["id"], [], []),
    "notes": (["id"], [OF_RECORDING], [("ix_notes_recording_id", False)]),
    "people": (["id"], [], [("uq_people_audit_key", True)]),
    "recording_devices": (
        ["recording_id", "foot"], [OF_RECORDING, "serial > devices.serial"],
        [("ix_recording_devices_serial", False)],
    ),
    "recordings": (
        ["id"], ["person_id > people.id"],
        [
            ("ix_recordings_of_person", False), ("ix_recordings_order", False),
            ("ix_recordings_person_id", False),
        ],
    ),
    "archive_results": (["recording_id"], [OF_RECORDING], []),
    "clinic_keys": (["id"], [], []),
    "clinics": (
        ["id"], ["consent_id > consents.id SET NULL", OF_PERSON], [("ix_clinics_person_id", False)],
    ),
    "parcels": (
        ["id"], ["sender_id > senders.id CASCADE"],
        [("ix_parcels_recording_id", False), ("ix_parcels_state", False), ("uq_parcels_of_sender", True)],
    ),
    "sender_invitations": (
        ["id"], [OF_PERSON],
        [("ix_sender_invitations_person_id", False), ("uq_sender_invitations_code_sha256", True)],
    ),
    "senders": (
        ["id"], [OF_PERSON], [("ix_senders_person_id", False), ("uq_senders_credential_sha256", True)],
    ),
    "sendings": (
        ["id"], ["clinic_id > clinics.id CASCADE"],
        [("ix_sendings_recording_id", False), ("uq_sendings_of_clinic", True)],
    ),
    "tags": (["recording_id", "kind", "value"], [OF_RECORDING], [("ix_tags_kind_value", False)]),
}  # fmt: skip
"""Of tables that are not alike: primary key, foreign keys, indexes."""


def test_the_tables_and_their_keys() -> None:
    shape = {
        table.name: (
            [column.name for column in table.primary_key],
            sorted(
                f"{key.parent.name} > {key.target_fullname} {key.ondelete or ''}".strip()
                for key in table.foreign_keys
            ),
            sorted((index.name, index.unique) for index in table.indexes),
        )
        for table in Base.metadata.sorted_tables
    }
    plain = (
        "body_measures", "cautions", "consents", "deliveries", "diary_entries", "footwear", "goals", "plans",
        "person_notes", "rule_edits", "visits",
    )  # fmt: skip
    parts = {
        "alert_answers": ("person_id", "person_id_rule"),
        "baseline_days": ("person_id", "person_id_day"),
        **dict.fromkeys(plain, ("person_id",)),
    }
    assert shape == {
        **SHAPE_OF_ACCOUNTS,
        **{
            table: (["id"], [OF_PERSON], [(f"ix_{table}_{columns}", False) for columns in indexes])
            for table, indexes in parts.items()
        },
        **SHAPE_OF_THE_REST,
    }


def test_what_belongs_to_a_recording_goes_with_it(library: Library) -> None:
    for name in "ab":
        finalized(library.recordings, name, rows=10)
    library.scan()
    for name in "ab":
        library.tag(name, [Tag("shoe", "x")])
        library.note(name, "x")
    library.erase("a")
    with library.store.read() as session:
        for table in ("tags", "notes", "recording_devices"):
            assert list(session.scalars(sa.text(f"SELECT recording_id FROM {table}"))) == ["b"]
