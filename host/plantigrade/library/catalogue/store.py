"""The database of the library: connections, transactions, migrations, and readable errors."""

import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Protocol

import sqlalchemy as sa
import sqlalchemy.event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.orm import Session

from plantigrade.errors import MissingPartError, PlantigradeError
from plantigrade.library.catalogue.server_functions import begin_counting, make_functions
from plantigrade.library.catalogue.tables import Base, use_vault
from plantigrade.library.keys.vault import KeyMissingError, Vault

REVISION: Final = "0009"
"""The newest revision of the tables; migrations/versions holds the way there."""
FILE_NAME: Final = "library.sqlite"
BUSY_S: Final = 20.0
_SHORT_MS: Final = 100
_WRITING: Final = "plantigrade_writing"
_VERSION_TABLE: Final = "alembic_version"
_MIGRATION_LOCK: Final = 0x504C47  # any number that all our processes agree on


class LibraryError(PlantigradeError):
    """The library cannot be opened, read or written."""


class OpenLibrary(Protocol):
    """What the parts of the catalogue need of the library that they belong to."""

    data_dir: Path
    recordings: Path
    store: "Store"
    vault: Vault | None
    uuid: str

    def use_vault(self, vault: Vault | None) -> None:
        """Encrypt and decrypt with these keys from now on."""
        ...


class Store:
    """The database.

    Args:
        data_dir: where the SQLite file lies when no URL is given.
        url: of another database, such as postgresql://user@host/name.

    Raises:
        LibraryError: the URL is not understood.
        MissingPartError: its driver is not installed.
    """

    def __init__(self, data_dir: Path, url: str | None = None) -> None:
        self.url = _url(data_dir, url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.shown_url = (
            str(self.url.database) if self.is_sqlite else self.url.render_as_string(hide_password=True)
        )
        try:
            self.engine = sa.create_engine(self.url, pool_pre_ping=not self.is_sqlite)
        except ModuleNotFoundError as error:
            raise MissingPartError("a PostgreSQL library", "postgresql", str(error.name)) from error
        except (ArgumentError, NoSuchModuleError) as error:
            raise LibraryError(f"{self.shown_url}: no database of a kind that is known ({error})") from error
        if self.is_sqlite:
            sqlalchemy.event.listen(self.engine, "connect", _set_up_sqlite)
            sqlalchemy.event.listen(self.engine, "begin", _begin_sqlite)

    def use_vault(self, vault: Vault | None) -> None:
        """Encrypt and decrypt sensitive columns with these keys."""
        use_vault(self.engine.dialect, vault)

    @contextmanager
    def read(self) -> Generator[Session]:
        """A transaction that only reads: it sees one state of the library.

        Raises:
            LibraryError: the database fails.
        """
        with self._with_readable_errors(), Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Generator[Session]:
        """A transaction that is done wholly or not at all; others wait for it.

        Raises:
            LibraryError: the database fails; nothing was changed.
        """
        engine = self.engine.execution_options(**{_WRITING: True})
        with self._with_readable_errors(), Session(engine) as session, session.begin():
            yield session

    @contextmanager
    def _with_readable_errors(self) -> Generator[None]:
        try:
            yield
        except SQLAlchemyError as error:
            # An error of a column type (a key that is missing) arrives wrapped.
            if isinstance(error.__cause__, KeyMissingError):
                raise error.__cause__ from error
            raise LibraryError(f"{self.shown_url}: {_text(error)}") from error
        except self.engine.dialect.loaded_dbapi.Error as error:  # of rows that are read past SQLAlchemy
            raise LibraryError(f"{self.shown_url}: {_text(error)}") from error

    def revision(self) -> str | None:
        """Revision of the tables; None for a database without any."""
        with self.read() as session:
            connection = session.connection()
            if not sa.inspect(connection).has_table(_VERSION_TABLE):
                return None
            return connection.scalar(sa.text(f"SELECT version_num FROM {_VERSION_TABLE}"))

    def bring_up_to_date(self, revision: str = REVISION) -> None:
        """Create the tables, or migrate those of an older version, in one transaction.

        Raises:
            LibraryError: the database fails, or a newer version of plantigrade made it.
        """
        present = self.revision()
        if present == revision:
            return
        if present is None and revision == REVISION:
            with self._alone() as connection:
                if not sa.inspect(connection).has_table(_VERSION_TABLE):
                    _create_tables(connection)
                    return
            # Another process has made them meanwhile, perhaps one of another version.
        from alembic import command
        from alembic.config import Config
        from alembic.script import ScriptDirectory

        config = Config()
        config.set_main_option(
            "script_location", str(Path(__file__).with_name("migrations")).replace("%", "%%")
        )
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if present is not None and present not in known:
            raise LibraryError(
                f"{self.shown_url}: was made by a newer version of plantigrade (its tables have revision "
                f"{present}, this version knows {REVISION}); update plantigrade"
            )
        with self._alone() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    @contextmanager
    def _alone(self) -> Generator[sa.Connection]:
        """A transaction during which nobody else changes tables."""
        with self.write() as session:
            connection = session.connection()
            if not self.is_sqlite:
                connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})"))
            yield connection

    def wipe_traces(self, thoroughly: bool = False) -> bool:
        """Make what was deleted unreadable in the database's files; False while others are still reading.

        Args:
            thoroughly: on PostgreSQL, write all tables anew and ask the server to let its log go: what was
                deleted otherwise stands in its files until they are used again. Backups and archives of the
                server are its administrator's.
        """
        if not self.is_sqlite:
            return self._wipe_server(thoroughly)
        with self._with_readable_errors():
            raw = self.engine.raw_connection()
            try:
                cursor = raw.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                answer: Any = cursor.fetchone()
                busy, _pages, _moved = answer
                return not busy
            finally:
                raw.close()

    def _wipe_server(self, thoroughly: bool) -> bool:
        with self._with_readable_errors(), self.engine.connect() as connection:
            autonomous = connection.execution_options(isolation_level="AUTOCOMMIT")
            if not thoroughly:
                autonomous.execute(sa.text("VACUUM"))
                return True
            done = True
            autonomous.execute(sa.text(f"SET lock_timeout = {round(BUSY_S * 1000)}"))
            for table in Base.metadata.sorted_tables:
                try:
                    autonomous.execute(sa.text(f'VACUUM (FULL, ANALYZE) "{table.name}"'))
                except OperationalError:  # others have been reading it all the time
                    autonomous.execute(sa.text(f'VACUUM "{table.name}"'))
                    autonomous.execute(sa.text(f"SET lock_timeout = {_SHORT_MS}"))  # one wait is enough
                    done = False
            with suppress(OperationalError):  # what the server remembered of the values, to choose its plans
                autonomous.execute(sa.text("VACUUM FULL pg_catalog.pg_statistic"))
            with suppress(ProgrammingError):  # only some accounts may order this; the server does it in time
                _write_log_anew(autonomous)
            autonomous.execute(sa.text("RESET lock_timeout"))
            return done

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _create_tables(connection: sa.Connection) -> None:
    """All tables of the newest revision at once: a new library needs no way there.

    Source: the cookbook of Alembic, "Building an Up to Date Database from Scratch".
    """
    from plantigrade.library.catalogue.sending_tables import Base as AllTables  # brings the other modules

    make_functions(connection)
    AllTables.metadata.create_all(connection, checkfirst=False)
    begin_counting(connection)
    version = sa.Table(
        _VERSION_TABLE,
        sa.MetaData(),
        sa.Column("version_num", sa.String(32), nullable=False),  # as Alembic makes it
        sa.PrimaryKeyConstraint("version_num", name=f"{_VERSION_TABLE}_pkc"),
    )
    version.create(connection)
    connection.execute(version.insert().values(version_num=REVISION))


def _write_log_anew(connection: sa.Connection) -> None:
    """Go once through all files of a PostgreSQL server's log: it keeps old ones, as they are, to use them
    again, the more the busier it was (its manual, chapter on WAL configuration)."""
    files = connection.scalar(sa.text("SELECT count(*) FROM pg_ls_waldir()")) or 0
    for statement in ("CHECKPOINT", "SELECT pg_switch_wal()") * (files + 1) + ("CHECKPOINT",):
        connection.execute(sa.text(statement))


def _url(data_dir: Path, url: str | None) -> URL:
    if url is None:
        return URL.create("sqlite", database=str(data_dir / FILE_NAME))
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise LibraryError(
            "the URL of the library is not understood; it looks like postgresql://user@host/name"
        ) from error
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so, not where the driver thinks
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {round(BUSY_S * 1000)}")
    _set_wal(cursor)
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA secure_delete = ON")
    cursor.close()


def _set_wal(cursor: Any) -> None:
    """Switching the journal does not wait for others by itself."""
    import sqlite3

    until = time.monotonic() + BUSY_S
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.01)


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get(_WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


_TEXTS: Final = (
    (
        "not a database",
        "is no library file, or is damaged; put it away: recordings are found again by "
        "themselves, names, tags and notes come from a backup",
    ),
    (
        "malformed",
        "is damaged; restore it from a backup, or put it away: recordings are found again by themselves",
    ),
    ("disk is full", "the disk is full; nothing was changed"),
    ("disk i/o error", "the disk failed or is full; nothing was changed"),
    ("locked", f"another program has been writing for more than {BUSY_S:.0f} s; try again"),
    ("readonly", "cannot be written"),
    ("unable to open", "cannot be opened; check that its folder exists and may be written"),
)


def _text(error: Exception) -> str:
    """What a database error means for the person; the statement and its values are never shown."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    text = type(error).__name__ if isinstance(cause, SQLAlchemyError) else str(cause)
    for sign, message in _TEXTS:
        if sign in text.lower():
            return message
    return f"the database says: {' '.join(text.split())}"
